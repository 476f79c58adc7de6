//! `skicka graph`: a picture of a dialogue, or of the whole bot.

use std::fs;
use std::path::PathBuf;

use crate::authoring::graph::dot::dot;
use crate::authoring::graph::mermaid::mermaid;
use crate::authoring::graph::of_dialogue;
use crate::authoring::graph::svg::svg;
use crate::authoring::graph::whole::of_bot;
use crate::authoring::traffic::Traffic;
use crate::authoring::traffic::of_conversation;
use crate::cli::Failed;
use crate::cli::block_on;
use crate::cli::content;
use crate::cli::logs;
use crate::cli::logs::since;
use crate::cli::matching::language;
use crate::cli::parallel::each;
use crate::cli::progress::Progress;
use crate::cli::put;
use crate::content::Content;
use crate::conversation::event::Fact;
use crate::ids::DialogueId;
use crate::ids::Timestamp;
use crate::language::Language;

/// Draw a dialogue, or the whole bot.
#[derive(Debug, clap::Args)]
pub(super) struct GraphArgs {
    /// Which dialogue; without one, all of them and how they lead to each other.
    #[arg(value_name = "DIALOGUE")]
    dialogue: Option<String>,
    /// The folder with intents/ and dialogues/.
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
    /// The language of the texts.
    #[arg(long, value_parser = language, default_value = "sv")]
    lang: Language,
    /// What to write.
    #[arg(long, value_enum, default_value_t = Format::Svg)]
    format: Format,
    /// Where to write it; without one, to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Also count how many conversations since then took each way, and how many left at each step:
    /// 30d, 12h, or a day.
    #[arg(long, value_name = "T", value_parser = since)]
    since: Option<Timestamp>,
    /// The folder of the database, for --since.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// What to write.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// A picture for a browser.
    Svg,
    /// A flow chart for a wiki or a README.
    Mermaid,
    /// The language of Graphviz.
    Dot,
}

/// Draws.
pub(super) fn run(args: &GraphArgs) -> Result<(), Failed> {
    let settings = logs::settings(args.content.as_deref(), args.data.as_ref())?;
    let content = content::read(&settings.content).train(&settings.content)?;
    let traffic = match args.since {
        Some(since) => Some(traffic(&content, &settings.data, since)?),
        None => None,
    };
    let graph = match &args.dialogue {
        None => of_bot(&content, args.lang, traffic.as_ref()),
        Some(name) => {
            let id = DialogueId::new(name);
            of_dialogue(&content, &id, args.lang, traffic.as_ref()).ok_or_else(|| {
                let known: Vec<&str> = content.dialogues.keys().map(DialogueId::as_str).collect();
                Failed::Use(format!(
                    "there is no dialogue `{name}`; there are {}",
                    known.join(", ")
                ))
            })?
        }
    };
    let text = match args.format {
        Format::Svg => svg(&graph, args.lang),
        Format::Mermaid => mermaid(&graph, args.lang),
        Format::Dot => dot(&graph, args.lang),
    };
    match &args.output {
        None => put(&text),
        Some(path) => fs::write(path, text).map_err(|error| {
            Failed::Run(anyhow::anyhow!("{} cannot be written: {error}", path.display()))
        }),
    }
}

fn traffic(content: &Content, data: &std::path::Path, since: Timestamp) -> Result<Traffic, Failed> {
    let progress = Progress::begin("following conversations");
    let mut all = Traffic::default();
    block_on(logs::each_batch(data, since, |some| {
        for traffic in each(&some, |log| {
            progress.step();
            let hello = match log.events.first().map(|event| &event.fact) {
                Some(Fact::Message(hello)) => hello.lang,
                _ => Language::Sv,
            };
            of_conversation(content, hello, &log.events)
        }) {
            all.add(&traffic);
        }
        Ok(())
    }))?;
    progress.end();
    Ok(all)
}
