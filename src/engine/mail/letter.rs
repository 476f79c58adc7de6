//! What a mail says, and whether it still has to be sent.
//!
//! A team's mail names no topic and holds none of the customer's words, only the way to the
//! conversation. A customer's holds the answer only where the settings say so.

use lettre::Address;

use crate::conversation::effect::Matter;
use crate::conversation::effect::Work;
use crate::conversation::event::Author;
use crate::conversation::event::Message;
use crate::conversation::event::Status;
use crate::conversation::offline::email_of;
use crate::engine::Engine;
use crate::engine::SubmitError;
use crate::engine::mail::Mailer;
use crate::engine::mail::post::Post;
use crate::ids::ConversationId;
use crate::ids::Seq;
use crate::ids::Timestamp;
use crate::store::EffectRow;
use crate::store::StoreError;

/// How long an answer waits after one that was given before it and is not through.
const AFTER_ANOTHER_MS: i64 = 2_000;

/// A mail.
pub(super) struct Letter {
    /// Its `Message-ID`, the same in every try.
    pub(super) id: String,
    pub(super) to: Address,
    pub(super) subject: String,
    pub(super) text: String,
    /// When it is written.
    pub(super) at: Timestamp,
    /// What it tells of ends here.
    pub(super) up_to: Seq,
}

/// What is to be done about an effect now.
pub(super) enum Now {
    /// This is sent.
    Send(Box<Letter>),
    /// It is looked at again then.
    After(Timestamp),
    /// Nothing is to be told any more, or nobody is there to be told.
    Nothing,
}

/// What is to be done about an effect.
pub(super) async fn now(
    engine: &Engine,
    mailer: &Mailer,
    post: &Post,
    row: &EffectRow,
) -> Result<Now, StoreError> {
    match serde_json::from_str(&row.body) {
        Ok(Work::MailTeam { matter }) => to_team(engine, mailer, post, row, matter).await,
        Ok(Work::MailAnswer) => to_customer(engine, mailer, post, row).await,
        Ok(Work::Call(_) | Work::Unread) => Ok(Now::Nothing),
        Err(error) => {
            tracing::error!(conversation.id = %row.conversation, event.seq = row.seq.0, %error, "an effect cannot be read");
            Ok(Now::Nothing)
        }
    }
}

/// To the team, if the matter still waits as it did and began to last with this event.
async fn to_team(
    engine: &Engine,
    mailer: &Mailer,
    post: &Post,
    row: &EffectRow,
    matter: Matter,
) -> Result<Now, StoreError> {
    let state = match engine.state(&row.conversation).await {
        Ok(state) => state,
        Err(SubmitError::Store(error)) => return Err(error),
        Err(_) => return Ok(Now::Nothing),
    };
    let others = engine.store().effects_of(&row.conversation).await?;
    let is_newest = !others.iter().any(|other| other.kind == row.kind && other.seq > row.seq);
    let waits = match matter {
        Matter::Left => state.status == Status::Offline,
        Matter::Queued => state.status == Status::Queued,
    };
    if !waits || !is_newest {
        return Ok(Now::Nothing);
    }
    let teams = engine.teams();
    let team = teams.get(state.team.as_ref().unwrap_or(&engine.policy().default_team));
    let address =
        team.and_then(|team| team.email.as_deref()).unwrap_or(&mailer.settings.team_address);
    let Ok(to) = address.parse::<Address>() else { return Ok(Now::Nothing) };
    // A team that speaks several languages is written to in the first.
    let lang = team.and_then(|team| team.languages.first()).copied().unwrap_or(mailer.language);
    let content = engine.content();
    let manners = &content.manners;
    let (word, subject, text) = match matter {
        Matter::Left => ("left", &manners.mail_left_subject, &manners.mail_left),
        Matter::Queued => ("queued", &manners.mail_queued_subject, &manners.mail_queued),
    };
    let address = mailer.settings.console_url.trim_end_matches('#');
    let link = format!("{address}#{}", row.conversation);
    Ok(Now::Send(Box::new(Letter {
        id: message_id(word, row.conversation.as_str(), row.seq, post),
        to,
        subject: subject.plain(lang).to_owned(),
        text: format!("{}\n\n{link}\n", text.plain(lang)),
        at: engine.inner.clock.now(),
        up_to: row.seq,
    })))
}

/// To the customer, if a person's answer is still unread and they left an address.
async fn to_customer(
    engine: &Engine,
    mailer: &Mailer,
    post: &Post,
    row: &EffectRow,
) -> Result<Now, StoreError> {
    let store = engine.store();
    let Some(conversation) = store.conversation(&row.conversation).await? else {
        return Ok(Now::Nothing);
    };
    let is_read = conversation.read_by_visitor >= row.seq;
    if is_read || conversation.erased || mailer.settings.chat_url.is_empty() {
        return Ok(Now::Nothing);
    }
    let state = match engine.state(&row.conversation).await {
        Ok(state) => state,
        Err(SubmitError::Store(error)) => return Err(error),
        Err(_) => return Ok(Now::Nothing),
    };
    let to = email_of(&state).and_then(|address| address.parse::<Address>().ok());
    let Some(to) = to else { return Ok(Now::Nothing) };
    // One that was given before is told of with this one.
    let others = store.effects_of(&row.conversation).await?;
    let earlier = others.iter().find(|other| other.kind == row.kind && other.seq < row.seq);
    if let Some(earlier) = earlier {
        let now = engine.inner.clock.now();
        return Ok(Now::After(earlier.due.max(now).plus_ms(AFTER_ANOTHER_MS)));
    }
    let (newest, texts) =
        unread_of_people(engine, &row.conversation, conversation.read_by_visitor).await?;
    let Some(newest) = newest else { return Ok(Now::Nothing) };
    let content = engine.content();
    let mut text = content.manners.mail_answer.plain(state.lang).to_owned();
    if mailer.settings.include_text {
        for answer in texts {
            text.push_str("\n\n");
            text.push_str(&answer);
        }
    }
    Ok(Now::Send(Box::new(Letter {
        id: message_id("answer", row.conversation.as_str(), newest, post),
        to,
        subject: content.manners.mail_answer_subject.plain(state.lang).to_owned(),
        text: format!("{text}\n\n{}\n", mailer.settings.chat_url),
        at: engine.inner.clock.now(),
        up_to: newest,
    })))
}

fn message_id(word: &str, conversation: &str, seq: Seq, post: &Post) -> String {
    format!("<{word}.{conversation}.{}@{}>", seq.0, post.domain())
}

/// What people wrote behind the visitor's cursor, and where the newest of it stands.
async fn unread_of_people(
    engine: &Engine,
    conversation: &ConversationId,
    read: Seq,
) -> Result<(Option<Seq>, Vec<String>), StoreError> {
    let mut newest = None;
    let mut texts = Vec::new();
    let gather = |seq, _, message: Message| {
        if matches!(message.from, Author::Agent(_)) {
            newest = Some(seq);
            texts.push(message.text);
        }
    };
    engine.messages_after(conversation, read, gather).await?;
    Ok((newest, texts))
}
