//! `skicka backup`: a copy of everything, made while the server runs.

use std::io;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Entry;
use crate::cli::Failed;
use crate::cli::block_on;
use crate::cli::person;
use crate::cli::person::Place;
use crate::cli::put;
use crate::cli::serve::DATABASE;
use crate::clock::Clock;
use crate::config::Settings;
use crate::store::EventStore as _;
use crate::store::attachments::Attachments as _;
use crate::store::attachments::FOLDER;
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::backup;

/// Copy the database to a file, and what customers sent to a folder beside it, also while the
/// server runs.
#[derive(Debug, clap::Args)]
pub(super) struct BackupArgs {
    /// The copy; a file that is there already is not overwritten. The files that customers sent
    /// are copied to FILE.attachments.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Backs up.
pub(super) fn run(args: &BackupArgs) -> Result<(), Failed> {
    let settings = args.place.settings()?;
    block_on(async {
        let store = person::open(&settings).await?;
        let now = Clock::system().now();
        backup::back_up(&settings.data.join(DATABASE), &args.file, now).await?;
        let bytes = std::fs::metadata(&args.file)?.len();
        let sent = copy_sent(&settings, &store, &args.file).await?;
        let entry = Entry::by(Actor::Operator, Action::BackedUp);
        person::audit(&store).await?.note(entry).await?;
        store.close().await;
        put(&format!("{} written, {bytes} bytes\n", args.file.display()))?;
        match sent {
            0 => Ok(()),
            _ => put(&format!("{} written, {sent} files\n", beside(&args.file).display())),
        }
    })
}

/// The folder beside a copy for what customers sent.
fn beside(copy: &Path) -> PathBuf {
    let mut name = copy.as_os_str().to_owned();
    name.push(".attachments");
    PathBuf::from(name)
}

/// Copies the files that the store knows; answers how many. It comes after the database, so that
/// none is missing that the copy knows, save what is erased meanwhile.
async fn copy_sent(settings: &Settings, store: &Sqlite, copy: &Path) -> anyhow::Result<u64> {
    let from = settings.data.join(FOLDER);
    let Ok(entries) = std::fs::read_dir(&from) else { return Ok(0) };
    let to = beside(copy);
    let mut copied = 0;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let known = match name.to_str() {
            Some(id) => store.attachment(id).await?.is_some(),
            None => false,
        };
        if !known {
            continue;
        }
        if copied == 0 {
            let mut builder = std::fs::DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(&to).with_context(|| format!("{} cannot be made", to.display()))?;
        }
        match std::fs::copy(entry.path(), to.join(&name)) {
            Ok(_) => copied += 1,
            // It was erased a moment ago.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error).with_context(|| format!("{} cannot be copied", to.display()));
            }
        }
    }
    Ok(copied)
}
