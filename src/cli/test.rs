//! `skicka test`: plays transcripts with the content, or with a server that runs.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::authoring::trail::trail;
use crate::authoring::transcript::Transcript;
use crate::authoring::transcript::bless::bless;
use crate::authoring::transcript::coverage::Coverage;
use crate::authoring::transcript::rehearsal::Played;
use crate::authoring::transcript::rehearsal::play;
use crate::authoring::transcript::stage::Failure;
use crate::cli::ContentArgs;
use crate::cli::Failed;
use crate::cli::block_on;
use crate::cli::content;
use crate::cli::parallel::each;
use crate::cli::progress::Progress;
use crate::cli::put;
use crate::cli::test::report::FileReport;
use crate::cli::test::report::Report;
use crate::content::Content;
use crate::language::Language;

mod mutation;
mod report;
mod server;

/// Where transcripts lie beside the content.
pub(super) const FOLDER: &str = "transcripts";
/// What the name of a transcript ends in.
const ENDING: &str = "txt";

/// Play transcripts with the content.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct TestArgs {
    /// Transcripts, or folders of them; without one, those in transcripts/ beside the content.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    content: ContentArgs,
    /// Also say how many steps, answers and languages the transcripts go through, and which not.
    #[arg(long, conflicts_with = "server")]
    coverage: bool,
    /// Fail when fewer steps, answers or languages than this are gone through.
    #[arg(long, value_name = "PERCENT", conflicts_with = "server", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_coverage: Option<u8>,
    /// Also tell every visitor's line with typos, without diacritics and in other word forms, one
    /// at a time, and say which paths break.
    #[arg(long, conflicts_with_all = ["server", "bless"])]
    mutate: bool,
    /// What the typos are drawn from; equal seeds make equal typos.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Rewrite the expectations that do not hold from what the bot says.
    #[arg(long, conflicts_with = "server")]
    bless: bool,
    /// Play with a server that runs, over its socket, instead of with the content.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Also print each talk as it went.
    #[arg(long, conflicts_with = "json")]
    show: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// A transcript as it lies on the disk.
pub(super) struct TranscriptFile {
    path: PathBuf,
    text: String,
    read: Result<Transcript, Failure>,
}

/// Plays; fails when a transcript does not hold or too little is gone through.
pub(super) fn run(args: &TestArgs) -> Result<(), Failed> {
    let folder = args.content.folder()?;
    let paths = if args.paths.is_empty() { vec![folder.join(FOLDER)] } else { args.paths.clone() };
    let files = read_all(&paths)?;
    let report = if let Some(url) = &args.server {
        Report::of(block_on(server::play_all(url, &files))?)
    } else {
        let content = content::read(&folder).train(&folder)?;
        with_content(args, &content, &files)?
    };
    if args.json {
        put(&format!("{}\n", serde_json::to_string_pretty(&report)?))?;
    } else {
        put(&report.text(args.show))?;
    }
    if report.is_good() { Ok(()) } else { Err(Failed::Told) }
}

fn with_content(
    args: &TestArgs,
    content: &Content,
    files: &[TranscriptFile],
) -> Result<Report, Failed> {
    let played: Vec<Option<Played>> =
        each(files, |file| file.read.as_ref().ok().map(|transcript| play(content, transcript)));
    let mut reports = Vec::new();
    for (file, played) in files.iter().zip(&played) {
        let failure = match (&file.read, played) {
            (Err(failure), _) => Some(failure.clone()),
            (Ok(_), played) => played.as_ref().and_then(|played| played.failure.clone()),
        };
        let blessed = args.bless && failure.is_some() && bless_file(content, file)?;
        reports.push(FileReport {
            file: file.path.display().to_string(),
            failure: failure.filter(|_| !blessed),
            blessed,
            note: None,
            record: played.as_ref().map(Played::record).unwrap_or_default(),
        });
    }
    let mut report = Report::of(reports);
    if args.coverage || args.min_coverage.is_some() {
        let trails: Vec<_> = played
            .iter()
            .flatten()
            .map(|played| trail(content, played.lang, &played.log))
            .collect();
        report.coverage = Some(Coverage::of(content, &trails));
        report.min_coverage = args.min_coverage;
    }
    if args.mutate {
        let progress = Progress::begin("telling the talks in other words");
        let talks: Vec<_> = files
            .iter()
            .zip(&played)
            .filter_map(|(file, played)| {
                let played = played.as_ref().filter(|played| played.failure.is_none())?;
                Some((file.path.display().to_string(), file.read.as_ref().ok()?, played))
            })
            .collect();
        report.mutation = Some(mutation::run(content, &talks, args.seed, &progress));
        progress.end();
    }
    Ok(report)
}

/// Writes a transcript anew; leaves one that cannot be played to its end.
fn bless_file(content: &Content, file: &TranscriptFile) -> Result<bool, Failed> {
    let Ok(transcript) = &file.read else { return Ok(false) };
    let Ok(text) = bless(content, &file.text, transcript) else { return Ok(false) };
    fs::write(&file.path, text)
        .map_err(|error| anyhow::anyhow!("{} cannot be written: {error}", file.path.display()))?;
    Ok(true)
}

/// Every transcript at or below these paths, by name.
pub(super) fn read_all(paths: &[PathBuf]) -> Result<Vec<TranscriptFile>, Failed> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            collect(path, &mut found)?;
        } else if path.exists() {
            found.push(path.clone());
        }
    }
    found.sort();
    found.dedup();
    if found.is_empty() {
        let named: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(Failed::Use(format!(
            "there is no transcript (NAME.{ENDING}) in {}",
            named.join(", ")
        )));
    }
    found.into_iter().map(read_file).collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failed> {
    let unreadable = |error| Failed::Use(format!("{} cannot be read: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|ending| ending == ENDING) {
            found.push(path);
        }
    }
    Ok(())
}

fn read_file(path: PathBuf) -> Result<TranscriptFile, Failed> {
    let text = fs::read_to_string(&path).map_err(|error| {
        Failed::Use(format!("the transcript {} cannot be read: {error}", path.display()))
    })?;
    let read = Transcript::read(&text, Language::Sv).map_err(|unreadable| Failure {
        line: unreadable.line,
        message: unreadable.message,
        after: None,
        diff: Vec::new(),
    });
    Ok(TranscriptFile { path, text, read })
}
