//! The command line: the one place that picks a concrete store and puts the parts together.
//!
//! Errors of use are one sentence on standard error and exit code 2; a failure while running is
//! one sentence and exit code 1.

use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::Subcommand;
use clap::error::ErrorKind;

use crate::config::load::Flags;

mod agent;
mod audit;
mod backup;
mod bench;
mod chat;
mod check;
mod content;
mod erase;
mod eval;
mod explain;
mod export;
mod graph;
mod import;
mod logs;
mod matching;
mod parallel;
mod person;
mod progress;
mod replay;
mod report;
mod scaffold;
mod schema;
mod serve;
mod test;

/// How a command ended, other than well.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The caller asked for something that cannot be asked: exit code 2.
    Use(String),
    /// It went wrong while running: exit code 1.
    Run(anyhow::Error),
    /// Everything was said already: exit code 1.
    Told,
}

impl<E: Into<anyhow::Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Run(error.into())
    }
}

impl Failed {
    fn is_closed_pipe(&self) -> bool {
        let Self::Run(error) = self else { return false };
        let error = error.downcast_ref::<std::io::Error>();
        error.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    }
}

/// Prints to standard output; fails, where `println!` would panic, when nobody reads it any more.
fn put(text: &str) -> Result<(), Failed> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

impl fmt::Display for Failed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Use(sentence) => out.write_str(sentence),
            Self::Run(error) => write!(out, "{error:#}"),
            Self::Told => Ok(()),
        }
    }
}

/// A customer-support chat server: answers what it can from files, hands the rest to a person.
#[derive(Debug, Parser)]
#[command(name = "skicka", version, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::ServeArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the chat, the console and the sockets (the default).
    Serve(serve::ServeArgs),
    /// Check the content: every fault with its place and how to mend it.
    Check(check::CheckArgs),
    /// Play transcripts with the content, or with a server that runs.
    Test(test::TestArgs),
    /// Draw a dialogue, or the whole bot: SVG, Mermaid or DOT, with traffic if wanted.
    Graph(graph::GraphArgs),
    /// Play stored conversations against the content as it is now: what would go another way.
    Replay(replay::ReplayArgs),
    /// Count what the conversations of a period came to: how they ended, who waited how long, what
    /// was understood.
    Report(report::ReportArgs),
    /// Begin new content: files with every text still to write.
    New(scaffold::NewArgs),
    /// Write JSON Schemas of content files, for editors.
    Schema(schema::SchemaArgs),
    /// Turn Rasa's training data or a table into intents.
    Import(import::ImportArgs),
    /// Talk to the bot in the terminal, without a server.
    Chat(chat::ChatArgs),
    /// Match messages from standard input, a JSON line each.
    Match(matching::MatchArgs),
    /// Say which words of a message counted, and for which intent.
    Explain(explain::ExplainArgs),
    /// Measure how well messages are understood: of files, or of the bot's own content.
    Eval(eval::EvalArgs),
    /// Measure a server with many visitors at once.
    Bench(bench::BenchArgs),
    #[command(name = "bench-floor", hide = true)]
    BenchFloor(bench::floor::FloorArgs),
    #[command(name = "bench-echo", hide = true)]
    BenchEcho(bench::echo::EchoArgs),
    /// Keep the accounts of those who answer, also while the server runs.
    Agent(agent::AgentArgs),
    /// Write out everything that is kept about a visitor, as JSON and as a page to read.
    Export(export::ExportArgs),
    /// Erase everything that is kept about a visitor, for good.
    Erase(erase::EraseArgs),
    /// Copy the database to a file, also while the server runs.
    Backup(backup::BackupArgs),
    /// Read the log of what agents and administrators did, also while the server runs.
    Audit(audit::AuditArgs),
}

/// Where the content lies, for the commands that need nothing else.
#[derive(Debug, clap::Args)]
struct ContentArgs {
    /// The folder with intents/ and dialogues/.
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
}

impl ContentArgs {
    /// The folder: the flag, else what variables and the settings file say.
    fn folder(&self) -> Result<PathBuf, Failed> {
        let flags = Flags { content: self.content.clone(), ..Flags::default() };
        let settings = crate::config::load::load(&flags, std::env::vars())
            .map_err(|error| Failed::Use(error.to_string()))?;
        Ok(settings.content)
    }
}

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return misused(&error),
    };
    let result = match arguments.command {
        None => serve::run(&arguments.serve),
        Some(Command::Serve(args)) => serve::run(&args),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::Test(args)) => test::run(&args),
        Some(Command::Graph(args)) => graph::run(&args),
        Some(Command::Replay(args)) => replay::run(&args),
        Some(Command::Report(args)) => report::run(&args),
        Some(Command::New(args)) => scaffold::run(&args),
        Some(Command::Schema(args)) => schema::run(&args),
        Some(Command::Import(args)) => import::run(&args),
        Some(Command::Chat(args)) => chat::run(&args),
        Some(Command::Match(args)) => matching::run(&args),
        Some(Command::Explain(args)) => explain::run(&args),
        Some(Command::Eval(args)) => eval::run(&args),
        Some(Command::Bench(args)) => bench::run(&args),
        Some(Command::BenchFloor(args)) => bench::floor::run(&args),
        Some(Command::BenchEcho(args)) => bench::echo::run(&args),
        Some(Command::Agent(args)) => agent::run(&args),
        Some(Command::Export(args)) => export::run(&args),
        Some(Command::Erase(args)) => erase::run(&args),
        Some(Command::Backup(args)) => backup::run(&args),
        Some(Command::Audit(args)) => audit::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has read enough: `skicka eval | head`.
        Err(failed) if failed.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failed) => {
            let sentence = failed.to_string();
            if !sentence.is_empty() {
                eprintln!("skicka: {sentence}");
            }
            ExitCode::from(if matches!(failed, Failed::Use(_)) { 2 } else { 1 })
        }
    }
}

/// Help is help; any other error of use is put into one sentence.
fn misused(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        print!("{error}");
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    let sentence: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
        .filter(|line| !line.is_empty())
        .collect();
    let sentence = sentence.join(" ");
    eprintln!("skicka: {}; see skicka --help", sentence.trim_start_matches("error: "));
    ExitCode::from(2)
}

/// Runs a command that waits.
fn block_on<T>(future: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(future)
}
