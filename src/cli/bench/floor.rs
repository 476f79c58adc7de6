//! What the machine can do at all: a bare WebSocket and a bare durable log.
//!
//! It speaks as much of the visitor's protocol as the load needs, decides nothing, and keeps each
//! message with an answer of usual length: two rows, committed in groups by one task, with fsync.

use std::path::PathBuf;

use anyhow::Context as _;
use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::json;
use sqlx::Connection as _;
use sqlx::QueryBuilder;
use sqlx::Sqlite;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::sqlite::SqliteJournalMode;
use sqlx::sqlite::SqliteSynchronous;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio_tungstenite::accept_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::cli::Failed;
use crate::cli::block_on;

/// So many turns go into one transaction at most.
const BATCH: usize = 256;
/// As long as a usual question of a bot.
const REPLY: &str = "Har du uppdaterat appen genom att trycka på ”Uppdatera”? Svara ja, nej eller \
                     vet inte, så går vi vidare därifrån.";

/// Run the floor that `bench --floor` measures against.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct FloorArgs {
    /// The folder for the database.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

/// One turn to be kept.
struct Turn {
    conversation: i64,
    /// Of the first of its two rows.
    seq: i64,
    said: String,
    kept: oneshot::Sender<()>,
}

/// What the floor reads of a frame.
#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(default)]
    id: &'a str,
    #[serde(default)]
    text: String,
}

/// Serves until it is killed.
pub(in crate::cli) fn run(args: &FloorArgs) -> Result<(), Failed> {
    block_on(async {
        let options = SqliteConnectOptions::new()
            .filename(args.data.join("floor.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("wal_autocheckpoint", "4000");
        let mut log = SqliteConnection::connect_with(&options).await?;
        sqlx::query(
            "CREATE TABLE event (conversation BIGINT, seq BIGINT, body TEXT, \
             PRIMARY KEY (conversation, seq)) WITHOUT ROWID",
        )
        .execute(&mut log)
        .await?;
        let (turns, waiting) = mpsc::channel(4 * BATCH);
        tokio::spawn(async move {
            if let Err(error) = keep(log, waiting).await {
                eprintln!("skicka: the floor cannot write: {error}");
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("Floor: {}", listener.local_addr()?);
        let mut conversation = 0;
        loop {
            let (stream, _) = listener.accept().await?;
            conversation += 1;
            tokio::spawn(serve(stream, conversation, turns.clone()));
        }
    })
}

/// Writes what waits, a transaction at a time.
async fn keep(mut log: SqliteConnection, mut waiting: mpsc::Receiver<Turn>) -> sqlx::Result<()> {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let mut transaction = log.begin().await?;
        let mut insert: QueryBuilder<Sqlite> =
            QueryBuilder::new("INSERT INTO event (conversation, seq, body) ");
        let rows = batch.iter().flat_map(|turn: &Turn| {
            [
                (turn.conversation, turn.seq, turn.said.as_str()),
                (turn.conversation, turn.seq + 1, REPLY),
            ]
        });
        insert.push_values(rows, |mut row, (conversation, seq, body)| {
            row.push_bind(conversation).push_bind(seq).push_bind(body);
        });
        insert.build().execute(&mut *transaction).await?;
        transaction.commit().await?;
        for turn in batch.drain(..) {
            let _gone = turn.kept.send(());
        }
    }
    Ok(())
}

async fn serve(
    stream: TcpStream,
    conversation: i64,
    turns: mpsc::Sender<Turn>,
) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(1_024).write_buffer_size(4_096);
    let mut wire = accept_async_with_config(stream, Some(config)).await?;
    let mut seq: i64 = 1;
    while let Some(message) = wire.next().await {
        let Message::Text(text) = message? else { continue };
        let frame: Frame<'_> = serde_json::from_str(&text)?;
        match frame.kind {
            "hello" => {
                wire.feed(Message::text(json!({"type": "welcome"}).to_string())).await?;
                wire.feed(Message::text(event(1, "bot", REPLY))).await?;
            }
            "message" => {
                let (kept, done) = oneshot::channel();
                let said = frame.text;
                turns
                    .send(Turn { conversation, seq: seq + 1, said: said.clone(), kept })
                    .await
                    .context("the writer is gone")?;
                done.await?;
                let ack = json!({
                    "type": "ack", "id": frame.id, "seq": seq + 1, "duplicate": false
                });
                wire.feed(Message::text(ack.to_string())).await?;
                wire.feed(Message::text(event(seq + 1, "visitor", &said))).await?;
                wire.feed(Message::text(event(seq + 2, "bot", REPLY))).await?;
                seq += 2;
            }
            _ => continue,
        }
        wire.flush().await?;
    }
    Ok(())
}

fn event(seq: i64, role: &str, text: &str) -> String {
    json!({
        "type": "event", "seq": seq, "kind": "message", "from": {"role": role}, "text": text
    })
    .to_string()
}
