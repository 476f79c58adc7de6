//! `skicka check`: what is wrong with the content.

use crate::cli::ContentArgs;
use crate::cli::Failed;
use crate::cli::content;
use crate::content::diagnostic::Severity;

/// Check the content.
#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    content: ContentArgs,
    /// Print the faults as one JSON array.
    #[arg(long)]
    json: bool,
}

/// Shows every fault; fails when one is an error.
pub(super) fn run(args: &CheckArgs) -> Result<(), Failed> {
    let folder = args.content.folder()?;
    let loaded = content::read(&folder);
    let errors = loaded.count(Severity::Error);
    let warnings = loaded.count(Severity::Warning);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&loaded.diagnostics)?);
    } else {
        loaded.show();
        if errors == 0 {
            println!("The content in {} is sound ({warnings} warning(s)).", folder.display());
        } else {
            eprintln!("{errors} error(s), {warnings} warning(s)");
        }
    }
    if errors == 0 { Ok(()) } else { Err(Failed::Told) }
}
