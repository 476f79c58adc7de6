//! `skicka backup`: a copy of everything, made while the server runs.

use std::path::PathBuf;

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Entry;
use crate::cli::Failed;
use crate::cli::block_on;
use crate::cli::person;
use crate::cli::person::Place;
use crate::cli::put;
use crate::cli::serve::DATABASE;
use crate::store::EventStore as _;
use crate::store::sqlite::backup;

/// Copy the database to a file, also while the server runs.
#[derive(Debug, clap::Args)]
pub(super) struct BackupArgs {
    /// The copy; a file that is there already is not overwritten.
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
        backup::back_up(&settings.data.join(DATABASE), &args.file).await?;
        let bytes = std::fs::metadata(&args.file)?.len();
        let entry = Entry::by(Actor::Operator, Action::BackedUp);
        person::audit(&store).await?.note(entry).await?;
        store.close().await;
        put(&format!("{} written, {bytes} bytes\n", args.file.display()))
    })
}
