//! `skicka schema`: JSON Schemas of content files, for editors.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::authoring::schema;
use crate::cli::ContentArgs;
use crate::cli::Failed;
use crate::cli::put;

/// Write JSON Schemas.
#[derive(Debug, clap::Args)]
pub(super) struct SchemaArgs {
    #[command(flatten)]
    content: ContentArgs,
    /// Print the schema of this kind only.
    #[arg(value_parser = schema::KINDS)]
    kind: Option<String>,
    /// Where the schemas are written [default: schemas/ in the content folder].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints one schema, or writes all of them.
pub(super) fn run(args: &SchemaArgs) -> Result<(), Failed> {
    if let Some(kind) = &args.kind {
        let schema = schema::of(kind).context("there is no such kind")?;
        return put(&format!("{}\n", serde_json::to_string_pretty(&schema)?));
    }
    let folder = match &args.out {
        Some(folder) => folder.clone(),
        None => args.content.folder()?.join("schemas"),
    };
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    for kind in schema::KINDS {
        let path = folder.join(format!("{kind}.json"));
        let schema = schema::of(kind).context("there is no such kind")?;
        // These files are the program's own, so a new version may replace them.
        std::fs::write(&path, format!("{}\n", serde_json::to_string_pretty(&schema)?))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        put(&format!("wrote {}\n", path.display()))?;
    }
    Ok(())
}
