//! From file, variables and flags to settings: flags beat variables beat the file.
//!
//! A key is known when the default settings have it, and its value must be of the same type.
//! Everything that is wrong is one sentence that says where it stands; the first stops.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;
use std::path::PathBuf;

use toml::Spanned;
use toml::Table;
use toml::Value;
use toml::de::DeTable;
use toml::de::DeValue;

use crate::config::Settings;
use crate::config::oidc::Oidc;
use crate::config::system::SECRET_PREFIX;
use crate::protocol::Secret;

/// The file that is read when no other is named, if it is there.
pub const DEFAULT_FILE: &str = "config/skicka.toml";

/// What numbers may be. 0 means no limit where it stands beside a limit.
pub const RANGES: &[(&str, i64, i64)] = &[
    ("limits.ping_s", 1, 3_600),
    ("limits.hello_s", 1, 3_600),
    ("limits.header_s", 1, 3_600),
    ("limits.write_s", 1, 3_600),
    ("limits.drain_s", 0, 3_600),
    ("limits.agent_grace_s", 0, 86_400),
    ("limits.text_chars", 1, 1_000_000),
    ("limits.frame_bytes", 1_024, 16_777_216),
    ("limits.inputs_waiting", 2, 1_000_000),
    ("limits.messages_per_minute", 0, 1_000_000),
    ("limits.frames_per_minute", 0, 1_000_000),
    ("limits.bytes_per_minute", 0, 1_000_000_000),
    ("limits.conversations_per_minute", 0, 1_000_000),
    ("limits.conversations_in_all", 0, 10_000_000),
    ("limits.logins_per_minute", 1, 1_000_000),
    ("limits.connections_per_address", 0, 10_000_000),
    ("limits.connections", 1, 10_000_000),
    ("agents.lockout_failures", 0, 1_000),
    ("agents.lockout_min", 1, 10_080),
    ("identity.leeway_s", 0, 600),
    ("identity.session_min", 1, 43_200),
    ("identity.refresh_min", 1, 1_440),
    ("conversation.burst_ms", 0, 60_000),
    ("conversation.idle_close_min", 1, 525_600),
    ("actions.answer_bytes", 1_024, 16_777_216),
    ("actions.at_once", 1, 1_000),
    ("push.after_s", 1, 540),
    ("mail.server_port", 1, 65_535),
    ("mail.waiting_s", 0, 86_400),
    ("mail.answer_after_s", 1, 86_400),
    ("attachments.max_bytes", 1_024, 100_000_000),
    ("retention.conversations_days", 0, 36_500),
    ("retention.visitors_days", 0, 36_500),
    ("retention.effects_days", 0, 36_500),
    ("retention.sessions_days", 0, 36_500),
    ("retention.attachments_days", 0, 36_500),
    ("conversation.misses_before_person", 1, 100),
    ("conversation.misses_per_question", 1, 100),
    ("conversation.misses_in_all", 1, 1_000),
    ("conversation.holds_per_question", 1, 100),
];

/// What begins the name of every variable that is read here.
const PREFIX: &str = "SKICKA_";

/// Variables of this prefix that are not keys: the file's path, and what is logged.
const NOT_KEYS: [&str; 2] = ["SKICKA_CONFIG", "SKICKA_LOG"];

/// What was said on the command line.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--listen`.
    pub listen: Option<SocketAddr>,
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--content`.
    pub content: Option<PathBuf>,
}

/// What is wrong with the settings, in one sentence.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ConfigError {
    /// A file with its line, or a variable.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

/// Reads the settings. `variables` are those of the environment.
pub fn load(
    flags: &Flags,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<Settings, ConfigError> {
    let mut ours: Vec<_> = variables.filter(|(name, _)| name.starts_with(PREFIX)).collect();
    // The environment has no order; the first error should be the same each time.
    ours.sort();
    let named = flags.config.clone().or_else(|| variable(&ours, "SKICKA_CONFIG"));
    let mut layers = Layers::new();
    if let Some((path, text)) = read(named)? {
        layers.add_file(&path, &text)?;
    }
    for (name, text) in &ours {
        layers.add_variable(name, text)?;
    }
    let Flags { config: _, listen, data, content } = flags.clone();
    let mut settings = layers.settings;
    settings.server.https |= settings.tls.is_on();
    let of_client = Oidc::secret_variable();
    let secret = ours.iter().find(|(name, _)| *name == of_client);
    settings.agents.oidc.secret = secret.map(|(_, secret)| Secret::new(secret.clone()));
    settings
        .identity
        .check()
        .and_then(|()| settings.agents.check())
        .and_then(|()| settings.tls.check())
        .and_then(|()| settings.mail.check())
        .map_err(|problem| ConfigError { place: "the settings".to_owned(), problem })?;
    Ok(Settings {
        listen: listen.unwrap_or(settings.listen),
        data: data.unwrap_or(settings.data),
        content: content.unwrap_or(settings.content),
        ..settings
    })
}

fn variable(variables: &[(String, String)], wanted: &str) -> Option<PathBuf> {
    let found = variables.iter().find(|(name, _)| name == wanted)?;
    Some(PathBuf::from(&found.1))
}

/// The file's path and text; a file that nobody named need not exist.
fn read(named: Option<PathBuf>) -> Result<Option<(PathBuf, String)>, ConfigError> {
    let must_exist = named.is_some();
    let path = named.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !must_exist => Ok(None),
        Err(error) => Err(ConfigError {
            place: path.display().to_string(),
            problem: format!("the settings cannot be read: {error}"),
        }),
    }
}

/// The settings as far as they have been read.
struct Layers {
    known: BTreeMap<String, Value>,
    table: Table,
    settings: Settings,
}

impl Layers {
    fn new() -> Self {
        let settings = Settings::default();
        let table = Table::try_from(&settings).expect("the defaults are plain values");
        let mut known = BTreeMap::new();
        flatten("", &table, &mut known);
        Self { known, table, settings }
    }

    fn add_file(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let at = |span: Range<usize>, problem: String| {
            let line = 1 + text[..span.start.min(text.len())].matches('\n').count();
            ConfigError { place: format!("{}:{line}", path.display()), problem }
        };
        let malformed = |error: &toml::de::Error| {
            at(error.span().unwrap_or_default(), error.message().replace('\n', " "))
        };
        let spans = DeTable::parse(text).map_err(|error| malformed(&error))?;
        let values: Table = toml::from_str(text).map_err(|error| malformed(&error))?;
        let mut leaves = Vec::new();
        self.leaves("", spans.get_ref(), &values, &mut leaves);
        for (key, span, value) in leaves {
            self.set(&key, value).map_err(|problem| at(span, problem))?;
        }
        Ok(())
    }

    /// The values of a file with their places; a table counts as a value where no section is
    /// known, so that what is unknown is named as it was written.
    fn leaves(
        &self,
        section: &str,
        spans: &DeTable<'_>,
        values: &Table,
        leaves: &mut Vec<(String, Range<usize>, Value)>,
    ) {
        let mut keys: Vec<&Spanned<_>> = spans.keys().collect();
        keys.sort_by_key(|key| key.span().start);
        for key in keys {
            let path = join(section, key.get_ref());
            let value = &values[key.get_ref().as_ref()];
            match (spans.get(key).map(Spanned::get_ref), value) {
                (Some(DeValue::Table(spans)), Value::Table(values)) if self.is_section(&path) => {
                    self.leaves(&path, spans, values, leaves);
                }
                _ => leaves.push((path, key.span(), value.clone())),
            }
        }
    }

    fn add_variable(&mut self, name: &str, text: &str) -> Result<(), ConfigError> {
        let key = name[PREFIX.len()..].to_lowercase().replace("__", ".");
        if NOT_KEYS.contains(&name) || name.starts_with(SECRET_PREFIX) || self.is_anothers(&key) {
            return Ok(());
        }
        let value = match self.known.get(&key) {
            Some(Value::Integer(_)) => text.parse().ok().map(Value::Integer),
            Some(Value::Boolean(_)) => text.parse().ok().map(Value::Boolean),
            Some(Value::Array(_)) => Some(list(text)),
            _ => None,
        };
        let value = value.unwrap_or_else(|| Value::String(text.to_owned()));
        self.set(&key, value).map_err(|problem| ConfigError { place: name.to_owned(), problem })
    }

    /// Whether a variable is not meant for us: a container platform names its own after the
    /// service (`SKICKA_PORT`, `SKICKA_SERVICE_HOST`). One that is nearly a key is a slip.
    fn is_anothers(&self, key: &str) -> bool {
        !key.contains('.') && !self.known.contains_key(key) && self.nearest(key).is_none()
    }

    fn is_section(&self, path: &str) -> bool {
        let start = join(path, "");
        self.known.keys().any(|key| key.starts_with(&start))
    }

    /// Takes one value over the present one, or says what is wrong with it.
    fn set(&mut self, key: &str, value: Value) -> Result<(), String> {
        let Some(default) = self.known.get(key) else { return Err(self.unknown(key)) };
        if !default.same_type(&value) {
            let (wanted, given) = (kind(default), kind(&value));
            return Err(format!("`{key}` must be {wanted}, not {given}"));
        }
        if let (Value::Integer(number), Some((_, least, most))) =
            (&value, RANGES.iter().find(|(name, ..)| *name == key))
            && !(least..=most).contains(&number)
        {
            return Err(format!("`{key}` must be from {least} to {most}, not {number}"));
        }
        if key.starts_with("chat.privacy_notice.")
            && value.as_str().is_some_and(|address| !is_pages(address))
        {
            return Err(format!("`{key}` must be the address of a page: https://… or /…"));
        }
        let mut table = self.table.clone();
        put(&mut table, key, value);
        let settings = table.clone().try_into().map_err(|error: toml::de::Error| {
            format!("`{key}` is wrong: {}", error.message().replace('\n', " "))
        })?;
        (self.table, self.settings) = (table, settings);
        Ok(())
    }

    fn unknown(&self, key: &str) -> String {
        if self.is_section(key) {
            return format!("`{key}` is a section, not a value");
        }
        match self.nearest(key) {
            Some(near) => format!("there is no key `{key}`; did you mean `{near}`?"),
            None => format!("there is no key `{key}`"),
        }
    }

    /// The known key or section that somebody who wrote `key` most likely meant.
    fn nearest(&self, key: &str) -> Option<&str> {
        let name = last(key);
        let distance = |known: &str| {
            let whole = strsim::osa_distance(key, known);
            // The right name under a wrong section is one slip, however long the section is.
            whole.min(1 + strsim::osa_distance(name, last(known)))
        };
        let sections = self.known.keys().filter_map(|key| Some(key.rsplit_once('.')?.0));
        let keys = self.known.keys().map(String::as_str);
        let nearest = keys.chain(sections).min_by_key(|known| distance(known))?;
        (distance(nearest) <= (name.len() / 3).max(2)).then_some(nearest)
    }
}

/// Whether an address may stand in a link that customers follow.
fn is_pages(address: &str) -> bool {
    address.is_empty() || ["https://", "http://", "/"].iter().any(|it| address.starts_with(it))
}

fn join(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}

fn last(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

fn flatten(section: &str, table: &Table, into: &mut BTreeMap<String, Value>) {
    for (name, value) in table {
        let path = join(section, name);
        match value {
            Value::Table(table) => flatten(&path, table, into),
            value => {
                into.insert(path, value.clone());
            }
        }
    }
}

/// Puts a value at a path whose sections the defaults have.
fn put(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((section, rest)) => {
            if let Some(Value::Table(inner)) = table.get_mut(section) {
                put(inner, rest, value);
            }
        }
    }
}

/// A variable's list: its items between commas.
fn list(text: &str) -> Value {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a fraction",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
    }
}
