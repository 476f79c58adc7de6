//! What the running server tells its keepers: logs and metrics.
//!
//! **Invariant:** neither ever holds what a customer wrote, nor a token. Log fields are ids,
//! counts, codes and times.

use std::io;
use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

pub mod metrics;

/// The variable that says what is logged.
pub const LOG_VARIABLE: &str = "SKICKA_LOG";

/// Our own steps, and what goes wrong in the libraries.
const DEFAULT_FILTER: &str = "warn,skicka=info";

/// Libraries that would write out frames, headers and mails, and how much they may say.
const TALKATIVE: [&str; 7] =
    ["tungstenite", "tokio_tungstenite", "hyper", "hyper_util", "rustls", "lettre", "sqlx"];
const MOST_OF_TALKATIVE: &str = "warn";

/// The value of [`LOG_VARIABLE`] cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "{LOG_VARIABLE}: `{0}` is neither a level (error, warn, info, debug, trace) nor a filter such \
     as skicka=debug,warn"
)]
pub struct BadFilter(String);

/// Starts logging to standard error: for people on a terminal, as JSON otherwise. `filter` is the
/// value of [`LOG_VARIABLE`], if it is set. A second call changes nothing.
pub fn start_logging(filter: Option<&str>) -> Result<(), BadFilter> {
    let filter = read_filter(filter)?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // Somebody who embeds the crate may have a subscriber already: theirs stays.
    let _ = if io::stderr().is_terminal() {
        builder.with_target(false).try_init()
    } else {
        builder.json().flatten_event(true).with_ansi(false).try_init()
    };
    Ok(())
}

fn read_filter(text: Option<&str>) -> Result<EnvFilter, BadFilter> {
    let text = text.map_or("", str::trim);
    if text.is_empty() {
        return Ok(EnvFilter::new(DEFAULT_FILTER));
    }
    // The filter's own grammar takes any word for the name of a module.
    let is_word = text.chars().all(|char| char.is_ascii_alphabetic());
    if is_word && text.parse::<tracing::Level>().is_err() && !text.eq_ignore_ascii_case("off") {
        return Err(BadFilter(text.to_owned()));
    }
    let filter = EnvFilter::try_new(text).map_err(|_| BadFilter(text.to_owned()))?;
    // Down to `info` nobody writes out what goes by.
    if filter.max_level_hint().is_some_and(|level| level <= LevelFilter::INFO) {
        return Ok(filter);
    }
    Ok(TALKATIVE.iter().fold(filter, |filter, library| {
        let directive = format!("{library}={MOST_OF_TALKATIVE}");
        filter.add_directive(directive.parse().expect("it is a directive"))
    }))
}

/// Memory that this process holds; `None` where the system does not say.
#[must_use]
pub fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: i64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1_024)
}

#[cfg(test)]
mod tests;
