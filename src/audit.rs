//! What agents and administrators did: a log that is added to and never changed.
//!
//! Whoever lets somebody in, changes an account, exports or erases a customer's data, or changes a
//! setting, says so here with [`Audit::note`] before they answer. That somebody took, passed on or
//! closed a conversation comes into the log together with the event that it is. The entries stand in a chain of hashes, so that one that
//! was changed or cut out shows; [`Chain`] looks for that.
//!
//! **Invariant:** an entry holds no text of a visitor and no visitor's id: visitors stand under a
//! keyed pseudonym ([`Audit::pseudonym`]), so that the log outlives their erasure. It holds no
//! password, token or code, and no e-mail address that was typed at a sign-in: that may be a
//! password.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use serde::Deserialize;
use serde::Serialize;
use sha2::Sha256;

use crate::clock;
use crate::clock::Clock;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::VisitorId;
use crate::store::AUDIT_ROOT;
use crate::store::AuditRow;
use crate::store::Directory;
use crate::store::StoreError;
use crate::store::audit_hash;

/// The name of the pseudonyms' key in the directory.
const KEY_NAME: &str = "audit-pseudonym";

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// An account.
    Agent(AgentId),
    /// Whoever has the command line of the server's machine.
    Operator,
    /// The server of its own accord.
    Server,
    /// Somebody who is not signed in.
    Anybody,
}

/// What was done. The words are add-only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A session began.
    SignedIn,
    /// A sign-in failed; `agent` is whose account it was, where there is one.
    SignInFailed,
    /// A session was ended by its owner.
    SignedOut,
    /// An account takes no sign-in for a while after many failures.
    LockedOut,
    /// A lock-out was ended by hand.
    Unlocked,
    /// A password was changed by its owner.
    PasswordChanged,
    /// A password was given to an account by another.
    PasswordGiven,
    /// A second factor was put on an account.
    SecondFactorAdded,
    /// A second factor was taken off an account.
    SecondFactorRemoved,
    /// A recovery code stood in for a second factor.
    RecoveryCodeUsed,
    /// An account was made.
    AccountAdded,
    /// An account was changed: its role, teams, name.
    AccountChanged,
    /// An account was disabled.
    AccountDisabled,
    /// An account was enabled again.
    AccountEnabled,
    /// A conversation was taken.
    Claimed,
    /// A conversation was taken from a colleague who held it.
    TakenOver,
    /// A conversation was passed on.
    Transferred,
    /// A conversation was given back to the bot.
    HandedBack,
    /// A conversation was ended.
    Resolved,
    /// The end of a conversation was taken back.
    Reopened,
    /// Somebody tried what their role does not allow.
    Refused,
    /// A customer's data were written out.
    Exported,
    /// A customer's data were erased.
    Erased,
    /// Settings or content were changed.
    SettingsChanged,
    /// A backup was made.
    BackedUp,
}

/// One entry. Build it with [`Entry::by`] and the setters for what there is to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Who.
    pub by: Actor,
    /// What.
    pub action: Action,
    /// To whose account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// To which conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// To which visitor, under their pseudonym.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor: Option<String>,
    /// From which address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<IpAddr>,
    /// What else: words of the server's own, never a visitor's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub detail: BTreeMap<String, String>,
}

impl Entry {
    /// That somebody did something.
    #[must_use]
    pub fn by(by: Actor, action: Action) -> Self {
        Self {
            by,
            action,
            agent: None,
            conversation: None,
            visitor: None,
            from: None,
            detail: BTreeMap::new(),
        }
    }

    /// To this account.
    #[must_use]
    pub fn to_agent(mut self, agent: &AgentId) -> Self {
        self.agent = Some(agent.clone());
        self
    }

    /// To this conversation.
    #[must_use]
    pub fn to_conversation(mut self, conversation: &ConversationId) -> Self {
        self.conversation = Some(conversation.clone());
        self
    }

    /// To the visitor of this pseudonym: see [`Audit::pseudonym`].
    #[must_use]
    pub fn to_visitor(mut self, pseudonym: String) -> Self {
        self.visitor = Some(pseudonym);
        self
    }

    /// From this address.
    #[must_use]
    pub fn from_address(mut self, address: IpAddr) -> Self {
        self.from = Some(address.to_canonical());
        self
    }

    /// With this said as well. Never put in what a visitor wrote.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }

    /// As it stands in the log.
    ///
    /// # Panics
    /// Never: an entry is plain text.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an entry is plain text")
    }
}

/// Writes entries; clones write to the same log.
#[derive(Clone)]
pub struct Audit {
    directory: Arc<dyn Directory>,
    clock: Clock,
    key: [u8; 32],
}

impl Audit {
    /// The log of this directory.
    pub async fn open(directory: Arc<dyn Directory>, clock: Clock) -> Result<Self, StoreError> {
        let key = directory.key(KEY_NAME, clock::random_bytes()).await?;
        Ok(Self { directory, clock, key })
    }

    /// Adds an entry, durably. Whoever did the deed waits for this before they answer, so that
    /// nothing is told as done that does not stand here.
    pub async fn note(&self, entry: Entry) -> Result<(), StoreError> {
        self.directory.add_audit(self.clock.now(), &entry.to_json()).await
    }

    /// A visitor's name in this log: the same for the same visitor, and nothing to whoever has
    /// not the key.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    #[must_use]
    pub fn pseudonym(&self, visitor: &VisitorId) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        let bytes = mac.chain_update(visitor.as_str()).finalize().into_bytes();
        hex(&bytes[..16])
    }
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect()
}

fn digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).expect("a nibble is a hexadecimal digit")
}

/// The chain as far as it has been looked at, entry by entry from the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Entries found good.
    pub length: u64,
    /// The hash of the last of them. Whoever keeps it elsewhere will notice when the end of the
    /// log has been cut off or all of it written anew.
    pub head: [u8; 32],
}

/// The first entry that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Its number does not follow.
    #[error("entry {0} is missing")]
    Missing(u64),
    /// Its hash is another, so it or one before it was changed.
    #[error("entry {0} has been changed")]
    Changed(u64),
}

impl Default for Chain {
    fn default() -> Self {
        Self { length: 0, head: AUDIT_ROOT }
    }
}

impl Chain {
    /// Takes the next entry in, or says how it breaks the chain.
    pub fn add(&mut self, row: &AuditRow) -> Result<(), Broken> {
        let number = self.length + 1;
        if row.number != number {
            return Err(Broken::Missing(number));
        }
        if row.hash != audit_hash(&self.head, number, row.at, &row.body) {
            return Err(Broken::Changed(number));
        }
        *self = Self { length: number, head: row.hash };
        Ok(())
    }
}

#[cfg(test)]
mod tests;
