//! Stored conversations for commands that look at them, read beside a server that may run.

use std::path::Path;
use std::path::PathBuf;

use crate::cli::Failed;
use crate::cli::serve::DATABASE;
use crate::clock::Clock;
use crate::config::Settings;
use crate::config::load::Flags;
use crate::config::load::load;
use crate::engine::history::Past;
use crate::engine::history::changed_since;
use crate::engine::history::whole;
use crate::ids::Timestamp;
use crate::store::EventStore as _;
use crate::store::sqlite::Sqlite;

/// Conversations that are held in memory at a time.
const BATCH: usize = 500;

/// Where conversations are stored and how the server goes by them.
pub(super) fn settings(content: Option<&Path>, data: Option<&PathBuf>) -> Result<Settings, Failed> {
    let flags =
        Flags { content: content.map(Path::to_path_buf), data: data.cloned(), ..Flags::default() };
    load(&flags, std::env::vars()).map_err(|error| Failed::Use(error.to_string()))
}

/// The database, beside a server that may run.
pub(super) async fn open(data: &Path) -> Result<Sqlite, Failed> {
    let path = data.join(DATABASE);
    if !path.exists() {
        return Err(Failed::Use(format!("there is no database in {}", data.display())));
    }
    Ok(Sqlite::open_for_reading(&path).await?)
}

/// Hands over every conversation in which something happened since then, some at a time.
pub(super) async fn each_batch(
    data: &Path,
    since: Timestamp,
    mut take: impl FnMut(Vec<Past>) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let store = open(data).await?;
    let rows = changed_since(&store, since).await?;
    for some in rows.chunks(BATCH) {
        let mut logs = Vec::with_capacity(some.len());
        for row in some {
            logs.push(whole(&store, row).await?);
        }
        take(logs)?;
    }
    store.close().await;
    Ok(())
}

/// A moment in the past, for flags: `30d`, `12h`, or a day such as `2026-11-28` (UTC).
pub(super) fn since(text: &str) -> Result<Timestamp, String> {
    let now = Clock::system().now();
    let day: Option<jiff::civil::Date> = text.parse().ok();
    if let Some(day) = day {
        let moment = day.to_zoned(jiff::tz::TimeZone::UTC).map_err(|error| error.to_string())?;
        return Ok(Timestamp(moment.timestamp().as_millisecond()));
    }
    let units = [('m', 60_000), ('h', 3_600_000), ('d', 86_400_000), ('w', 604_800_000)];
    let unit = text.chars().last().and_then(|last| units.iter().find(|(name, _)| *name == last));
    let number = unit.and_then(|_| text[..text.len() - 1].trim().parse::<i64>().ok());
    match (number, unit) {
        (Some(number), Some((_, ms))) if number >= 0 => {
            Ok(now.plus_ms(-number.saturating_mul(*ms)))
        }
        _ => Err("write 30d, 12h, 4w, or a day such as 2026-11-28".to_owned()),
    }
}
