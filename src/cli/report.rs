//! `skicka report`: what the conversations of a period came to.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use jiff::civil::Date;

use crate::cli::Failed;
use crate::cli::block_on;
use crate::cli::logs;
use crate::cli::parallel::each;
use crate::cli::progress::Progress;
use crate::cli::put;
use crate::clock::Clock;
use crate::conversation::policy::Policy;
use crate::gateway::teams;
use crate::ids::Timestamp;
use crate::insight::Period;
use crate::insight::Report;
use crate::insight::Tally;
use crate::insight::day_of;
use crate::insight::start_of;
use crate::insight::tables::in_one_file;
use crate::insight::tables::tables;
use crate::insight::tale::Tale;

/// Count what the conversations of a period came to.
#[derive(Debug, clap::Args)]
pub(super) struct ReportArgs {
    /// The first day: 30d, 4w, or a day such as 2026-11-28. Days are whole, in the customers' time
    /// zone.
    #[arg(long, value_name = "T", default_value = "30d")]
    since: String,
    /// The last day, in the same form; without one, today.
    #[arg(long, value_name = "T")]
    until: Option<String>,
    /// The folder of the database.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write a CSV file for each table into this folder, or all of them into one file if this ends
    /// in .csv.
    #[arg(long, value_name = "DIR|FILE")]
    csv: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
}

/// Counts.
pub(super) fn run(args: &ReportArgs) -> Result<(), Failed> {
    let now = Clock::system().now();
    let zone = Policy::default().zone;
    let day = |text: &str| match text.parse::<Date>() {
        Ok(day) => Ok(day),
        Err(_) => logs::since(text).map(|at| day_of(at, &zone)).map_err(Failed::Use),
    };
    let first = day(&args.since)?;
    let last = args.until.as_deref().map_or_else(|| Ok(day_of(now, &zone)), day)?;
    if last < first {
        return Err(Failed::Use(format!("the period ends on {last}, before it begins")));
    }
    let after = last.tomorrow().context("there is no later day")?;
    let moment = |day| start_of(day, &zone).with_context(|| format!("{day} is no day here"));
    let period = Period { since: moment(first)?, until: moment(after)? };
    let settings = logs::settings(None, args.data.as_ref())?;
    let report = count(&settings.data, period, now)?;
    let tables = tables(&report);
    match &args.csv {
        None if args.json => put(&format!("{}\n", serde_json::to_string_pretty(&report)?)),
        None => {
            let mut text = format!("{first} to {last}, {}\n", report.zone);
            for table in tables.iter().filter(|table| !table.rows.is_empty()) {
                text.push('\n');
                text.push_str(&table.text());
            }
            put(&text)
        }
        Some(path) if path.extension().is_some_and(|ending| ending == "csv") => {
            write(path, &in_one_file(&tables))
        }
        Some(folder) => {
            let made = fs::create_dir_all(folder);
            made.with_context(|| format!("{} cannot be made", folder.display()))?;
            for table in &tables {
                write(&folder.join(format!("{}.csv", table.name)), &table.csv())?;
            }
            Ok(())
        }
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failed> {
    fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(())
}

fn count(data: &Path, period: Period, now: Timestamp) -> Result<Report, Failed> {
    let progress = Progress::begin("counting conversations");
    let mut tally = Tally::new(period, Policy::default().zone);
    block_on(async {
        let store = logs::open(data).await?;
        let teams = teams::load(&store).await?;
        logs::each_batch(data, period.since, |some| {
            for tale in each(&some, |past| Tale::of(past.created_at, &past.events)) {
                progress.step();
                tally.take(&tale, &teams);
            }
            Ok(())
        })
        .await
    })?;
    progress.end();
    Ok(tally.report(now))
}
