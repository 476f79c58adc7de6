//! `skicka audit`: what agents and administrators did, and whether the log of it is whole.

use std::fmt::Write as _;
use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Chain;
use crate::audit::Entry;
use crate::audit::hex;
use crate::cli::Failed;
use crate::cli::block_on;
use crate::cli::put;
use crate::cli::serve::DATABASE;
use crate::config::load::Flags;
use crate::config::load::load;
use crate::ids::Timestamp;
use crate::store::AuditRow;
use crate::store::Directory;
use crate::store::EventStore as _;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;

/// Entries that are read at once.
const PAGE: u32 = 1_000;

/// Read the log of what agents and administrators did, also while the server runs.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = false)]
pub(super) struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
    /// The folder of the database.
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum AuditCommand {
    /// Check that no entry was changed or cut out.
    Verify {
        /// An entry noted earlier, as `verify` prints it: it must still stand where it stood.
        #[arg(long, value_name = "NUMBER:HASH", value_parser = noted)]
        head: Option<Noted>,
    },
    /// List the entries, the oldest first.
    List {
        /// From this day or moment on (2026-11-28, 2026-11-28T08:00:00Z; without an offset, UTC).
        #[arg(long, value_name = "WHEN", value_parser = moment)]
        since: Option<Timestamp>,
        /// A JSON object a line.
        #[arg(long)]
        json: bool,
    },
}

/// An entry's place and hash, kept outside the database.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Noted {
    number: u64,
    hash: String,
}

/// Runs one of the commands.
pub(super) fn run(args: &AuditArgs) -> Result<(), Failed> {
    let flags = Flags { data: args.data.clone(), ..Flags::default() };
    let settings =
        load(&flags, std::env::vars()).map_err(|error| Failed::Use(error.to_string()))?;
    let path = settings.data.join(DATABASE);
    if !path.exists() {
        let folder = settings.data.display();
        return Err(Failed::Use(format!("there is no database in {folder}")));
    }
    block_on(async {
        let store = Sqlite::open(&path, Durability::Full).await?;
        let done = match &args.command {
            AuditCommand::Verify { head } => verify(&store, head.as_ref()).await,
            AuditCommand::List { since, json } => list(&store, *since, *json).await,
        };
        store.close().await;
        done
    })
}

async fn verify(directory: &impl Directory, head: Option<&Noted>) -> Result<(), Failed> {
    let mut chain = Chain::default();
    let mut seen = head.is_none();
    loop {
        let rows = directory.audit(chain.length, PAGE).await?;
        for row in &rows {
            chain.add(row).map_err(|broken| Failed::Run(broken.into()))?;
            if let Some(head) = head.filter(|head| head.number == row.number) {
                if head.hash != hex(&row.hash) {
                    let number = row.number;
                    let sentence = "is not the one that was noted: the log was written anew";
                    return Err(Failed::Run(anyhow::anyhow!("entry {number} {sentence}")));
                }
                seen = true;
            }
        }
        if rows.len() < PAGE as usize {
            break;
        }
    }
    if let Some(head) = head.filter(|_| !seen) {
        let (number, last) = (head.number, chain.length);
        let sentence = format!("entry {number} is missing: the log ends at {last}");
        return Err(Failed::Run(anyhow::anyhow!(sentence)));
    }
    let (length, hash) = (chain.length, hex(&chain.head));
    // Who can write to the database can cut the end off, or write all of it anew.
    let how = match head {
        Some(_) => "whole, and as it was noted",
        None => {
            "none changed or missing up to the last; compare with --head whether that is the last"
        }
    };
    put(&format!("{length} entries, {how}. Head: {length}:{hash}\n"))
}

async fn list(
    directory: &impl Directory,
    since: Option<Timestamp>,
    as_json: bool,
) -> Result<(), Failed> {
    let mut after = 0;
    loop {
        let rows = directory.audit(after, PAGE).await?;
        let mut text = String::new();
        for row in rows.iter().filter(|row| since.is_none_or(|since| row.at >= since)) {
            let line = if as_json { json_line(row) } else { line(row) };
            let _ = writeln!(text, "{line}");
        }
        put(&text)?;
        match rows.last() {
            Some(last) if rows.len() == PAGE as usize => after = last.number,
            _ => return Ok(()),
        }
    }
}

fn json_line(row: &AuditRow) -> String {
    let body: serde_json::Value = serde_json::from_str(&row.body).unwrap_or_default();
    let mut all = json!({ "number": row.number, "at": row.at.to_rfc3339() });
    if let (Some(all), serde_json::Value::Object(body)) = (all.as_object_mut(), body) {
        all.extend(body);
    }
    all.to_string()
}

fn line(row: &AuditRow) -> String {
    let at = row.at.to_rfc3339();
    let Ok(entry) = serde_json::from_str::<Entry>(&row.body) else {
        // An entry of a newer version.
        return format!("{}\t{at}\t{}", row.number, row.body);
    };
    let mut line = format!("{}\t{at}\t{}\t{}", row.number, who(&entry.by), word(entry.action));
    let mut say = |name: &str, value: &str| {
        let _ = write!(line, "\t{name}: {value}");
    };
    if let Some(agent) = &entry.agent {
        say("agent", agent.as_str());
    }
    if let Some(conversation) = &entry.conversation {
        say("conversation", conversation.as_str());
    }
    if let Some(visitor) = &entry.visitor {
        say("visitor", visitor);
    }
    if let Some(from) = &entry.from {
        say("from", &from.to_string());
    }
    for (name, value) in &entry.detail {
        say(name, value);
    }
    line
}

fn who(actor: &Actor) -> &str {
    match actor {
        Actor::Agent(id) => id.as_str(),
        Actor::Operator => "operator",
        Actor::Server => "server",
        Actor::Anybody => "anybody",
    }
}

fn word(action: Action) -> String {
    let word = serde_json::to_value(action).expect("an action is a word");
    word.as_str().unwrap_or_default().replace('_', " ")
}

fn noted(text: &str) -> Result<Noted, String> {
    let read = || {
        let (number, hash) = text.split_once(':')?;
        let hash = hash.to_ascii_lowercase();
        let plain = hash.len() == 64 && hash.chars().all(|digit| digit.is_ascii_hexdigit());
        let number = number.parse().ok().filter(|number| *number > 0)?;
        plain.then_some(Noted { number, hash })
    };
    read().ok_or_else(|| "a noted entry looks like 17:3f… with 64 hexadecimal digits".to_owned())
}

fn moment(text: &str) -> Result<Timestamp, String> {
    let utc = || text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    let moment = text.parse::<jiff::Timestamp>().ok();
    let moment = moment.or_else(|| utc().map(|zoned| zoned.timestamp()));
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    let moment = moment.or_else(|| day().map(|zoned| zoned.timestamp()));
    moment
        .map(|moment| Timestamp(moment.as_millisecond()))
        .ok_or_else(|| "a moment looks like 2026-11-28 or 2026-11-28T08:00:00Z".to_owned())
}

#[cfg(test)]
mod tests;
