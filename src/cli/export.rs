//! `skicka export`: everything that is kept about a person, for that person; also while the server
//! runs.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::Value;
use serde_json::json;

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Entry;
use crate::cli::Failed;
use crate::cli::block_on;
use crate::cli::person;
use crate::cli::person::PersonArgs;
use crate::cli::put;
use crate::clock::Clock;
use crate::ids::Seq;
use crate::ids::VisitorId;
use crate::store::ConversationRow;
use crate::store::EventRow;
use crate::store::EventStore;
use crate::store::attachments::AttachmentRow;
use crate::store::attachments::Attachments as _;
use crate::store::attachments::Files;
use crate::store::records::Records as _;

mod html;

/// Events read at once.
const PAGE: u32 = 500;

/// Write out everything that is kept about a visitor.
#[derive(Debug, clap::Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    person: PersonArgs,
    /// The folder for the export; it is made, and nothing in it is overwritten.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Exports.
pub(super) fn run(args: &ExportArgs) -> Result<(), Failed> {
    let settings = args.person.place.settings()?;
    block_on(async {
        let store = person::open(&settings).await?;
        let visitors = args.person.visitors(&store).await?;
        let now = Clock::system().now();
        let mut conversations = Vec::new();
        let mut files = Vec::new();
        for visitor in &visitors {
            for row in store.conversations_of(visitor).await? {
                files.extend(store.attachments_in(&row.id).await?);
                conversations.push(conversation(&*store, &row).await?);
            }
        }
        if conversations.is_empty() {
            let said = anyhow::anyhow!("nothing is kept about {}", args.person);
            return Err(Failed::Run(said));
        }
        let names: Vec<&str> = visitors.iter().map(VisitorId::as_str).collect();
        let document = json!({
            "exported_at": now.to_rfc3339(),
            "visitors": names,
            "conversations": conversations,
        });
        let audit = person::audit(&store).await?;
        for visitor in &visitors {
            let entry = Entry::by(Actor::Operator, Action::Exported);
            audit.note(entry.to_visitor(audit.pseudonym(visitor))).await?;
        }
        let folder =
            args.output.clone().unwrap_or_else(|| PathBuf::from(format!("export-{}", names[0])));
        write(&folder, &document)?;
        copy_files(&folder, &files, &Files::below(&settings.data))?;
        store.close().await;
        put(&format!("{} conversations written to {}\n", conversations.len(), folder.display()))
    })
}

/// One conversation with everything that stands beside its log.
async fn conversation(store: &impl EventStore, row: &ConversationRow) -> Result<Value, Failed> {
    let mut events = Vec::new();
    let mut after = Seq::ZERO;
    loop {
        let page = store.events(&row.id, after, PAGE).await?;
        let full = page.len() == PAGE as usize;
        for event in &page {
            after = event.seq;
            events.push(event_of(event)?);
        }
        if !full {
            break;
        }
    }
    let files: Vec<Value> = store
        .attachments_in(&row.id)
        .await?
        .iter()
        .map(|file| json!({ "id": file.id, "name": file.name, "type": file.media_type, "bytes": file.bytes, "at": file.at.to_rfc3339(), "copy": copy_of(file) }))
        .collect();
    let effects = store.effects_of(&row.id).await?;
    let effects: Vec<Value> = effects
        .iter()
        .map(|effect| json!({ "seq": effect.seq, "due": effect.due.to_rfc3339(), "work": parsed(&effect.body) }))
        .collect();
    Ok(json!({
        "conversation": row.id,
        "began_at": row.created_at.to_rfc3339(),
        "changed_at": row.updated_at.to_rfc3339(),
        "status": row.head.status,
        "lang": row.head.lang,
        "topic": row.head.topic,
        "team": row.head.team,
        "agent": row.head.agent,
        "read_by_visitor": row.read_by_visitor,
        "read_by_agent": row.read_by_agent,
        "erased": row.erased,
        "profile": parsed(&row.profile),
        "events": events,
        "attachments": files,
        "waiting_work": effects,
    }))
}

fn event_of(row: &EventRow) -> Result<Value, Failed> {
    let body: Value = serde_json::from_str(&row.body).context("a stored event cannot be read")?;
    let mut event = json!({ "seq": row.seq, "at": row.at.to_rfc3339() });
    if let (Some(event), Value::Object(body)) = (event.as_object_mut(), body) {
        event.extend(body);
    }
    Ok(event)
}

/// JSON as such; what is none as a text.
fn parsed(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| Value::from(body))
}

fn write(folder: &Path, document: &Value) -> Result<(), Failed> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let json = serde_json::to_string_pretty(document).context("the export cannot be written")?;
    write_new(&folder.join("export.json"), &json)?;
    write_new(&folder.join("export.html"), &html::page(document))
}

/// The name of a file's copy in the export.
fn copy_of(file: &AttachmentRow) -> String {
    let ending = file.name.rsplit_once('.').map_or("", |(_, ending)| ending);
    format!("{}.{ending}", file.id)
}

fn copy_files(folder: &Path, files: &[AttachmentRow], from: &Files) -> Result<(), Failed> {
    for file in files {
        let to = folder.join(copy_of(file));
        fs::copy(from.path(&file.id), &to)
            .with_context(|| format!("the file {} cannot be copied", file.id))?;
    }
    Ok(())
}

/// Writes a file that only its owner may read; one that is there stays.
fn write_new(path: &Path, text: &str) -> Result<(), Failed> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file =
        options.open(path).with_context(|| format!("{} cannot be made", path.display()))?;
    file.write_all(text.as_bytes())?;
    Ok(())
}

#[cfg(test)]
mod tests;
