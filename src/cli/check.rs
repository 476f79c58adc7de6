//! `skicka check`: what is wrong with the content.

use crate::authoring::mistaken;
use crate::cli::ContentArgs;
use crate::cli::Failed;
use crate::cli::content;
use crate::cli::put;
use crate::content::diagnostic::Severity;

/// Check the content.
#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    content: ContentArgs,
    /// Print the faults as one JSON array.
    #[arg(long)]
    json: bool,
    /// Leave out what needs the matcher to be trained.
    #[arg(long)]
    untrained: bool,
    /// `warnings`: fail when there is a warning, too.
    #[arg(long, value_name = "WHAT", value_parser = ["warnings"])]
    deny: Option<String>,
}

/// Shows every fault; fails when one is an error.
pub(super) fn run(args: &CheckArgs) -> Result<(), Failed> {
    let folder = args.content.folder()?;
    let mut loaded = content::read(&folder);
    let errors = loaded.count(Severity::Error);
    if errors == 0 && !args.untrained {
        let content = std::mem::take(&mut loaded.draft).train();
        loaded.diagnostics.extend(mistaken::examples(&content));
    }
    let warnings = loaded.count(Severity::Warning);
    if args.json {
        put(&format!("{}\n", serde_json::to_string_pretty(&loaded.diagnostics)?))?;
    } else {
        loaded.show();
        if errors == 0 {
            let folder = folder.display();
            put(&format!("The content in {folder} is sound ({warnings} warning(s)).\n"))?;
        } else {
            eprintln!("{errors} error(s), {warnings} warning(s)");
        }
    }
    let denied = args.deny.is_some() && warnings > 0;
    if errors == 0 && !denied { Ok(()) } else { Err(Failed::Told) }
}
