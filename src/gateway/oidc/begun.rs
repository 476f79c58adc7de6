//! Sign-ins that were begun and are not done yet, kept here and known to a browser by a ticket.
//!
//! **Invariant:** a ticket is good once and for ten minutes; what is kept is bounded, however many
//! begin. A ticket is kept as its SHA-256, as sessions' tokens are.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::PoisonError;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::Digest as _;
use sha2::Sha256;

use crate::clock;
use crate::ids::AgentId;
use crate::ids::Timestamp;
use crate::protocol::Secret;

/// How long somebody may take at the provider, and then for a code of the second factor.
pub const WITHIN_S: i64 = 600;

/// More than an office begins at once; the oldest makes room.
const MOST: usize = 4_096;

/// What this server keeps while somebody is away to sign in.
#[derive(Debug, Clone)]
pub struct Away {
    /// Ties the answer to the browser that asked.
    pub state: String,
    /// Ties the token to this sign-in.
    pub nonce: String,
    /// Ties the code to this server (PKCE).
    pub verifier: Secret,
}

impl Away {
    /// All of it drawn anew.
    #[must_use]
    pub fn draw() -> Self {
        Self { state: word(), nonce: word(), verifier: Secret::new(word()) }
    }

    /// What the provider is told of the verifier.
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.expose()))
    }
}

/// How far a sign-in has come.
#[derive(Debug, Clone)]
pub enum Stage {
    /// Somebody is at the provider.
    Away(Away),
    /// The provider has vouched for this account, and a code of its second factor is wanted.
    Vouched(AgentId),
}

/// All sign-ins that were begun.
#[derive(Default)]
pub struct Begun(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    stages: HashMap<[u8; 32], (Timestamp, Stage)>,
    /// The oldest first; those that were taken still stand here until their turn.
    order: VecDeque<[u8; 32]>,
}

impl Begun {
    /// Keeps how far somebody has come; answers their ticket.
    pub fn keep(&self, stage: Stage, now: Timestamp) -> Secret {
        let ticket = word();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(oldest) = kept.order.front().copied() {
            let is_over = kept.stages.get(&oldest).is_none_or(|(until, _)| *until <= now);
            if !is_over && kept.order.len() < MOST {
                break;
            }
            kept.order.pop_front();
            kept.stages.remove(&oldest);
        }
        let name = name_of(&ticket);
        kept.stages.insert(name, (now.plus_ms(WITHIN_S * 1_000), stage));
        kept.order.push_back(name);
        Secret::new(ticket)
    }

    /// How far the owner of a ticket has come. The ticket is worth nothing afterwards.
    pub fn take(&self, ticket: &Secret, now: Timestamp) -> Option<Stage> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, stage) = kept.stages.remove(&name_of(ticket.expose()))?;
        (now < until).then_some(stage)
    }
}

fn word() -> String {
    URL_SAFE_NO_PAD.encode(clock::random_bytes::<32>())
}

fn name_of(ticket: &str) -> [u8; 32] {
    Sha256::digest(ticket).into()
}
