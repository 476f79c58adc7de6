//! A database with very many conversations in it, for measuring a start.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::json;

use crate::clock::Clock;
use crate::conversation::event::Status;
use crate::ids::ConversationId;
use crate::ids::Seq;
use crate::ids::VisitorId;
use crate::language::Language;
use crate::store::Append;
use crate::store::EventRow;
use crate::store::EventStore as _;
use crate::store::Head;
use crate::store::NewConversation;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;

/// Conversations that are written at once: a full transaction.
const AT_ONCE: usize = 256;

/// What is said in each: a greeting, a question of the visitor's, an answer.
const SAID: [(&str, &str); 3] = [
    ("bot", "Hej! Jag är en bot och svarar på frågor om banken. Vad kan jag hjälpa med?"),
    ("visitor", "jag får ingen identifieringsbegäran till min telefon"),
    ("bot", "Är nätverksinställningarna i ordning på din enhet?"),
];

/// Writes so many conversations of three messages each, begun within the last minutes.
pub(super) async fn fill(database: &Path, conversations: usize) -> anyhow::Result<()> {
    let store = Arc::new(Sqlite::open(database, Durability::Normal).await?);
    let clock = Clock::system();
    let mut written = stream::iter(0..conversations)
        .map(|number| one(Arc::clone(&store), clock.clone(), number))
        .buffer_unordered(AT_ONCE);
    while let Some(one) = written.next().await {
        one.context("the database cannot be filled")?;
    }
    drop(written);
    store.close().await;
    Ok(())
}

async fn one(store: Arc<Sqlite>, clock: Clock, number: usize) -> anyhow::Result<()> {
    let id = ConversationId::new(&format!("stored-{number}"));
    let at = clock.now();
    let head = Head {
        status: Status::Bot,
        team: None,
        agent: None,
        lang: Language::Sv,
        topic: None,
        deadline: Some(at.plus_ms(3_600_000)),
        pins: Vec::new(),
        tags: Vec::new(),
    };
    let visitor = VisitorId::new(&format!("stored-{number}"));
    let profile = "{}".to_owned();
    store
        .create(NewConversation {
            id: id.clone(),
            visitor,
            at,
            profile,
            head: head.clone(),
            unless_open: false,
        })
        .await?;
    let events = (1..).zip(SAID).map(|(seq, (role, text))| EventRow {
        seq: Seq(seq),
        at,
        body: json!({"kind": "message", "from": {"role": role}, "text": text, "lang": "sv"})
            .to_string(),
    });
    let append = Append {
        conversation: id,
        expected: Seq::ZERO,
        input: None,
        events: events.collect(),
        head,
        effects: Vec::new(),
        closes: None,
        audit: None,
    };
    store.append(append).await?;
    Ok(())
}
