//! Accounts that take no sign-in for a while, after many that failed.
//!
//! Counted is by the address that was typed, be there such an account or not, so the answer tells
//! nothing; and never by the network's address, so nobody is locked out by a neighbour.

use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use sha2::Sha256;

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Entry;
use crate::audit::hex;
use crate::gateway::accounts::Accounts;
use crate::gateway::accounts::Refused;
use crate::gateway::limits::TooFast;
use crate::store::AgentRow;
use crate::store::StoreError;

/// The name of the key that hides what was typed: it may have been a password.
pub const KEY_NAME: &str = "sign-in";

/// Failures are forgotten after a day.
const REMEMBER_MS: i64 = 24 * 60 * 60 * 1_000;

/// What the failures of an address are kept under.
///
/// # Panics
/// Never: HMAC takes keys of any length.
#[must_use]
pub fn name_of(key: &[u8; 32], email: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    hex(&mac.chain_update(email).finalize().into_bytes())
}

impl Accounts {
    /// Refuses an address that is locked.
    pub(super) async fn refuse_locked(&self, email: &str) -> Result<(), Refused> {
        let until = self.directory.locked_until(&name_of(&self.key, email)).await?;
        let left_ms = until.ms_since(self.now());
        if left_ms <= 0 {
            return Ok(());
        }
        let retry_after_s = u32::try_from(left_ms.div_euclid(1_000) + 1).unwrap_or(u32::MAX);
        Err(Refused::Locked(TooFast { retry_after_s }))
    }

    /// Counts a failure; it may be the one that locks.
    pub(super) async fn count_failure(
        &self,
        email: &str,
        agent: Option<&AgentRow>,
    ) -> Result<(), StoreError> {
        let most = self.settings.lockout_failures;
        if most == 0 {
            return Ok(());
        }
        let now = self.now();
        let until = now.plus_ms(i64::from(self.settings.lockout_min) * 60_000);
        let name = name_of(&self.key, email);
        self.directory.note_failure(&name, now, now.plus_ms(-REMEMBER_MS), most, until).await?;
        if self.directory.locked_until(&name).await? == until {
            self.metrics.lockouts.inc();
            tracing::warn!("an account is locked after many failed sign-ins");
            if let Some(agent) = agent {
                let entry = Entry::by(Actor::Server, Action::LockedOut).to_agent(&agent.id);
                self.audit.note(entry).await?;
            }
        }
        Ok(())
    }

    /// Forgets the failures of an address: somebody signed in, or an administrator says so.
    pub async fn forget_failures(&self, email: &str) -> Result<(), StoreError> {
        self.directory.forget_failures(&name_of(&self.key, email)).await
    }
}
