//! `skicka erase`: a person's data go for good; also while the server runs.

use std::time::Duration;

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Entry;
use crate::cli::Failed;
use crate::cli::block_on;
use crate::cli::person;
use crate::cli::person::PersonArgs;
use crate::cli::put;
use crate::clock::Clock;
use crate::store::EventStore;
use crate::store::attachments::Files;
use crate::store::records::Records as _;
use crate::store::records::Whose;
use crate::store::records::erased_name;

/// How often the write-ahead log is tried to be emptied; a busy server's reads last moments.
const TRIES: u32 = 20;
/// Files removed at once.
const FILES: u32 = 100;
const BETWEEN: Duration = Duration::from_millis(250);

/// Erase everything that is kept about a visitor.
#[derive(Debug, clap::Args)]
pub(super) struct EraseArgs {
    #[command(flatten)]
    person: PersonArgs,
    /// Only say what would go.
    #[arg(long)]
    dry_run: bool,
}

/// Erases.
pub(super) fn run(args: &EraseArgs) -> Result<(), Failed> {
    let settings = args.person.place.settings()?;
    block_on(async {
        let store = person::open(&settings).await?;
        let visitors = args.person.visitors(&store).await?;
        let mut count = 0;
        for visitor in &visitors {
            count += store.conversations_of(visitor).await?.len();
        }
        if count == 0 {
            // An earlier erasure may have left the write-ahead log for this one.
            settle(&*store).await?;
            let said = anyhow::anyhow!("nothing is kept about {}", args.person);
            return Err(Failed::Run(said));
        }
        if args.dry_run {
            store.close().await;
            return put(&format!("{count} conversations would be erased\n"));
        }
        let now = Clock::system().now();
        let (mut conversations, mut events) = (0, 0);
        let audit = person::audit(&store).await?;
        for visitor in visitors {
            let pseudonym = audit.pseudonym(&visitor);
            let whose = Whose::Visitor { visitor, pseudonym: erased_name(&pseudonym) };
            let erased = store.erase(whose, now).await?;
            let entry = Entry::by(Actor::Operator, Action::Erased)
                .to_visitor(pseudonym)
                .with("conversations", erased.conversations.len().to_string())
                .with("records", erased.events.to_string());
            audit.note(entry).await?;
            conversations += erased.conversations.len();
            events += erased.events;
        }
        let files = Files::below(&settings.data);
        while files.sweep(&*store, FILES).await? > 0 {}
        settle(&*store).await?;
        store.close().await;
        put(&format!("{conversations} conversations with {events} records erased\n"))
    })
}

/// Empties the write-ahead log, in which older copies still stand.
async fn settle(store: &impl EventStore) -> Result<(), Failed> {
    for _ in 0..TRIES {
        if store.settle().await? {
            return Ok(());
        }
        tokio::time::sleep(BETWEEN).await;
    }
    Err(Failed::Run(anyhow::anyhow!(
        "the records are erased, but a reader holds the write-ahead log, where older copies still \
         stand: run the command again, or stop the server once"
    )))
}
