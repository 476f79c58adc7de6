//! Mail: a team is told of a matter that was left or waits, a customer of an answer that they have
//! not read.
//!
//! What is to be mailed stands in the store beside its event, like a call, in a queue of its own: a
//! mail server that hangs holds up no call. At its time it is looked whether it still holds.
//! **Invariants:** a mail is sent only for what is durable; what was read, taken or erased meanwhile
//! is mailed to nobody; a mail is sent once, save when the process or the link ends between the
//! server's taking it and its saying so, and then it comes again under the same `Message-ID`; a
//! refusal for good ends it. No address and no answer of the server is logged: it may name the
//! customer.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio::time::timeout;

use crate::clock::random_bytes;
use crate::config::Settings;
use crate::config::mail::Mail;
use crate::conversation::effect::EffectKind;
use crate::engine::Engine;
use crate::language::Language;
use crate::store::EffectRow;
use crate::store::StoreError;
use crate::telemetry::metrics::Delivery;

mod letter;
mod post;

use letter::Letter;
use letter::Now;
use post::Failure;
use post::Post;

pub use post::PostError;

/// What is done here.
const KINDS: [EffectKind; 2] = [EffectKind::MailTeam, EffectKind::MailAnswer];
/// How often it is looked for mail that is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Mails that are sent at once; the server is one.
const AT_ONCE: usize = 4;
/// What one mail may take, from the connection to the server's last word.
const SENDING: Duration = Duration::from_mins(1);
/// How long a mail that is being sent is nobody else's.
const HOLD_MS: i64 = 90_000;
/// No mail waits for longer than this; one that seems to was put down before the clock jumped.
const LONGEST_WAIT_MS: i64 = 25 * 60 * 60_000;
/// How far ahead it is looked for those.
const FAR_MS: i64 = 365 * 24 * 60 * 60_000;
/// Before the second try; twice as long before each further one, up to an hour: about a day in all.
const FIRST_PAUSE_MS: i64 = 2_000;
const LONGEST_PAUSE_MS: i64 = 60 * 60_000;
const MOST_TRIES: u32 = 34;

/// Writes and sends mail, or lets go of what was wanted before mail was turned off.
pub struct Mailer {
    post: Option<Post>,
    settings: Mail,
    /// In which a team is written to that names none.
    language: Language,
}

impl Mailer {
    /// By these settings, with the password that `variable` knows.
    pub fn new(
        settings: &Settings,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, PostError> {
        let mail = &settings.mail;
        let post = mail.is_on().then(|| Post::new(mail, variable)).transpose()?;
        Ok(Self { post, settings: mail.clone(), language: settings.conversation.language })
    }
}

/// Sends mail as it becomes due, until `quit` says so or is gone; what is being sent then is ended
/// first.
pub async fn run(engine: Engine, mailer: Mailer, mut quit: oneshot::Receiver<()>) {
    let mailer = Arc::new(mailer);
    let free = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    loop {
        if let Err(error) = take_up(&engine, &mailer, &free, &mut running).await {
            tracing::warn!(%error, "mail that is due cannot be read");
        }
        tokio::select! {
            _ = &mut quit => break,
            Some(_) = running.join_next() => {}
            () = sleep(LOOK_EVERY) => {}
        }
    }
    while running.join_next().await.is_some() {}
}

/// Begins what is due, as far as there is room.
async fn take_up(
    engine: &Engine,
    mailer: &Arc<Mailer>,
    free: &Arc<Semaphore>,
    running: &mut JoinSet<()>,
) -> Result<(), StoreError> {
    let store = engine.store();
    let now = engine.inner.clock.now();
    let room = u32::try_from(free.available_permits()).unwrap_or(u32::MAX);
    if room == 0 {
        return Ok(());
    }
    let rows = store.due_effects(&KINDS, now.plus_ms(FAR_MS), room.saturating_mul(2)).await?;
    let is_due = |row: &EffectRow| row.due <= now || row.due.ms_since(now) > LONGEST_WAIT_MS;
    for row in rows.into_iter().filter(is_due) {
        let Ok(permit) = Arc::clone(free).try_acquire_owned() else { break };
        let held_until = now.plus_ms(HOLD_MS);
        if !store.move_effect(&row, held_until, row.tries + 1).await? {
            continue;
        }
        let row = EffectRow { due: held_until, tries: row.tries + 1, ..row };
        let (engine, mailer) = (engine.clone(), Arc::clone(mailer));
        running.spawn(async move {
            let id = row.conversation.clone();
            if let Err(error) = deliver(&engine, &mailer, row).await {
                tracing::warn!(conversation.id = %id, %error, "a mail cannot be seen to; it is tried again");
            }
            drop(permit);
        });
    }
    Ok(())
}

/// Sends the mail that an effect wants, if it still holds, and sees to what comes of it.
async fn deliver(engine: &Engine, mailer: &Mailer, row: EffectRow) -> Result<(), StoreError> {
    let store = engine.store();
    let now = match &mailer.post {
        Some(post) => letter::now(engine, mailer, post, &row).await?,
        None => Now::Nothing,
    };
    let (letter, post) = match (now, &mailer.post) {
        (Now::Send(letter), Some(post)) => (letter, post),
        (Now::After(due), _) => {
            return store.move_effect(&row, due, row.tries.saturating_sub(1)).await.map(drop);
        }
        _ => return store.close_effect(&row).await.map(drop),
    };
    let sent = timeout(SENDING, post.send(&letter)).await.unwrap_or(Err(Failure::Passing(None)));
    let delivery = match sent {
        Ok(()) => Delivery::Sent,
        Err(Failure::Refused(status)) => {
            tracing::error!(
                conversation.id = %row.conversation,
                mail.kind = row.kind.as_str(),
                mail.status = status,
                "the mail server refuses a mail for good; it is not tried again"
            );
            Delivery::Refused
        }
        Err(Failure::Passing(status)) if row.tries < MOST_TRIES => {
            tracing::warn!(
                conversation.id = %row.conversation,
                mail.kind = row.kind.as_str(),
                mail.status = status,
                mail.tries = row.tries,
                "a mail was not taken; it is tried again"
            );
            Delivery::Retried
        }
        Err(Failure::Passing(status)) => {
            tracing::error!(
                conversation.id = %row.conversation,
                mail.kind = row.kind.as_str(),
                mail.status = status,
                mail.tries = row.tries,
                "a mail was not taken in all tries; it is given up"
            );
            Delivery::GivenUp
        }
    };
    engine.metrics().mails(delivery).inc();
    if delivery == Delivery::Retried {
        let due = engine.inner.clock.now().plus_ms(pause_after(row.tries));
        return store.move_effect(&row, due, row.tries).await.map(drop);
    }
    close(engine, &row, &letter).await
}

/// Lets go of what a letter was about: all that it told of together.
async fn close(engine: &Engine, row: &EffectRow, letter: &Letter) -> Result<(), StoreError> {
    for other in engine.store().effects_of(&row.conversation).await? {
        if other.kind == row.kind && other.seq <= letter.up_to {
            engine.store().close_effect(&other).await?;
        }
    }
    Ok(())
}

/// Half of it fixed and half by chance, so that those who failed together do not come again
/// together.
fn pause_after(tries: u32) -> i64 {
    let doubled = tries.saturating_sub(1).min(16);
    let whole = FIRST_PAUSE_MS.saturating_mul(1 << doubled).min(LONGEST_PAUSE_MS);
    let half = whole / 2;
    half + i64::from(u32::from_le_bytes(random_bytes::<4>())) % (half + 1)
}
