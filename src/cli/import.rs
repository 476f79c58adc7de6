//! `skicka import`: intents out of Rasa's files or a table.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::authoring::import::Import;
use crate::authoring::import::csv;
use crate::authoring::import::rasa;
use crate::cli::ContentArgs;
use crate::cli::Failed;
use crate::cli::put;
use crate::cli::scaffold::create;
use crate::language::Language;

/// Turn other programs' files into intents.
#[derive(Debug, clap::Args)]
pub(super) struct ImportArgs {
    /// What the files are: Rasa NLU (YAML, 3.x), or tables with intent, text and perhaps language.
    #[arg(value_parser = ["rasa", "csv"])]
    kind: String,
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The language of messages that do not name theirs.
    #[arg(long, default_value = "sv", value_parser = ["sv", "fi", "en"])]
    lang: String,
    #[command(flatten)]
    content: ContentArgs,
}

/// Writes an intent and a dialogue for each, and says line by line what was left behind.
pub(super) fn run(args: &ImportArgs) -> Result<(), Failed> {
    let folder = args.content.folder()?;
    let language = Language::from_tag(&args.lang).unwrap_or(Language::Sv);
    let mut import = Import::default();
    for path in &args.files {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        if args.kind == "rasa" {
            rasa::read(&mut import, &text, language);
        } else {
            csv::read(&mut import, &text, language);
        }
        for left in import.left.drain(..) {
            eprintln!("{}:{}: {}", path.display(), left.line, left.why);
        }
    }
    let mut kept = 0;
    for (file, text) in import.files() {
        let path = folder.join(&file);
        if path.exists() {
            eprintln!("{}: it is there already, and stays as it is", path.display());
            kept += 1;
        } else {
            create(&path, &text)?;
        }
    }
    let (intents, messages) = import.counts();
    put(&format!(
        "{intents} intent(s) with {messages} message(s); {kept} file(s) were there already\n"
    ))?;
    put("Write what is marked TODO; `skicka check` finds what is left.\n")
}
