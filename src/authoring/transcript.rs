//! Conversations written down: what is done, and what must come of it.
//!
//! A transcript is a text file, a line a happening. `lang: fi` (first) is the language of hello;
//! `visitor: …` says something, `press: …` presses a button by its label or value, `later: 90 min`
//! lets time pass (`burst: 1200 ms` lets messages that say too little wait so long), `duty: nobody`
//! sends everybody home. What must follow is written beneath: `bot: …` (part of what it says),
//! `choices: A | B`, `topic: no_sms opened`, `status: queued requested`, `queue: support`,
//! `ended: resolved`, `silent:` (nothing more). Words in straight quotes (`bot: "…"`) must be the
//! whole text. Of a text with variants any may be named. Expectations are met in order; what happens between them is not looked at. Another
//! system that the bot calls is played by `answer: JSON` or `fails: timed_out`, and what it is asked
//! stands in `action: bank/check_number started`. Lines that begin with `#` are comments.
//!
//! This module knows the notation. [`stage`] holds a talk against it, whoever the talk is with;
//! [`rehearsal`] talks with content.

use std::fmt;

use serde_json::Value;

use crate::conversation::effect::CallFailure;
use crate::conversation::input::Duty;
use crate::language::Language;

pub mod bless;
pub mod coverage;
pub mod mutate;
pub mod rehearsal;
pub mod stage;

/// A talk with what must come of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// The language of hello.
    pub lang: Language,
    /// Everything but comments, in order.
    pub lines: Vec<Line>,
}

/// A line that counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Where it stands, from 1.
    pub number: usize,
    /// What it says.
    pub kind: LineKind,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
pub enum LineKind {
    /// Something is done.
    Cue(Cue),
    /// Something must have come of it.
    Expect(Expectation),
    /// Nothing more may have come of it.
    Silent,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cue {
    /// The visitor writes.
    Say(String),
    /// The visitor presses the button with this label or value.
    Press(String),
    /// The visitor presses "talk to a person".
    Person,
    /// The visitor chooses a language.
    Language(Language),
    /// The visitor ends the conversation.
    Leave,
    /// Time passes, in milliseconds.
    Later(i64),
    /// From now on messages that say too little wait so long, in milliseconds.
    Burst(i64),
    /// People come on duty, or go.
    Duty(Duty),
    /// The system that was asked last answers.
    Answer(Value),
    /// The system that was asked last gives no answer.
    Fails(CallFailure),
}

impl Cue {
    /// Whether anything but the visitor's own acts is needed for it: a server on which others
    /// rely cannot be told the time, its settings, who is on duty or what others answer it.
    #[must_use]
    pub fn is_visitors(&self) -> bool {
        match self {
            Self::Say(_) | Self::Press(_) | Self::Person | Self::Language(_) | Self::Leave => true,
            Self::Later(_) | Self::Burst(_) | Self::Duty(_) | Self::Answer(_) | Self::Fails(_) => {
                false
            }
        }
    }
}

impl fmt::Display for Cue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Say(text) => write!(out, "visitor: {text}"),
            Self::Press(label) => write!(out, "press: {label}"),
            Self::Person => out.write_str("person:"),
            Self::Language(language) => write!(out, "language: {}", language.code()),
            Self::Leave => out.write_str("leave:"),
            Self::Later(ms) => write!(out, "later: {}", span_of(*ms)),
            Self::Burst(ms) => write!(out, "burst: {ms} ms"),
            Self::Duty(Duty::OnDuty) => out.write_str("duty: somebody"),
            Self::Duty(Duty::Nobody) => out.write_str("duty: nobody"),
            Self::Answer(answer) => write!(out, "answer: {answer}"),
            Self::Fails(failure) => write!(out, "fails: {}", failure.as_str()),
        }
    }
}

/// What kind of happening a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The bot says something.
    Bot,
    /// Buttons come with it.
    Choices,
    /// A topic opens, pauses, comes back or closes.
    Topic,
    /// Who answers changes.
    Status,
    /// The visitor waits in a team's queue.
    Queue,
    /// Another system is asked, or it answered, or failed.
    Action,
    /// The conversation is over.
    Ended,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Bot,
        Self::Choices,
        Self::Topic,
        Self::Status,
        Self::Queue,
        Self::Action,
        Self::Ended,
    ];

    /// The word before the colon.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Choices => "choices",
            Self::Topic => "topic",
            Self::Status => "status",
            Self::Queue => "queue",
            Self::Action => "action",
            Self::Ended => "ended",
        }
    }
}

/// What happened, or what must.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// Of which kind.
    pub kind: Kind,
    /// What stands behind the colon.
    pub text: String,
    /// Other words that the content has for the same. Which of them are said is chance, so a
    /// transcript holds by any.
    pub variants: Vec<String>,
}

impl fmt::Display for Happening {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.kind.word(), self.text)
    }
}

/// What must happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// Of which kind.
    pub kind: Kind,
    /// The words, without the quotes of an exact expectation.
    pub text: String,
    /// Whether nothing else may stand there.
    pub exact: bool,
}

impl Expectation {
    /// Whether a happening is what was expected.
    #[must_use]
    pub fn is_met_by(&self, happening: &Happening) -> bool {
        if self.kind != happening.kind {
            return false;
        }
        let mut said = std::iter::once(&happening.text).chain(&happening.variants);
        if self.exact {
            return said.any(|text| squeezed(&self.text) == squeezed(text));
        }
        match self.kind {
            Kind::Bot | Kind::Choices => said.any(|text| plain(text).contains(&plain(&self.text))),
            // Names and states are whole words: `topic: sms` is not `no_sms`.
            Kind::Topic | Kind::Status | Kind::Queue | Kind::Action | Kind::Ended => {
                let mut said = happening.text.split_whitespace();
                let mut wanted = self.text.split_whitespace();
                wanted.next().is_none_or(|first| said.next() == Some(first))
                    && wanted.all(|word| said.any(|other| other == word))
            }
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = if self.exact { "\"" } else { "" };
        write!(out, "{}: {quote}{}{quote}", self.kind.word(), self.text)
    }
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct Unreadable {
    /// Where, from 1.
    pub line: usize,
    /// Why, and how to write it.
    pub message: String,
}

impl Transcript {
    /// Reads a transcript; `otherwise` is the language when none is named.
    pub fn read(text: &str, otherwise: Language) -> Result<Self, Unreadable> {
        let mut transcript = Self { lang: otherwise, lines: Vec::new() };
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim().trim_start_matches('\u{feff}');
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let kind =
                transcript.line(line).map_err(|message| Unreadable { line: number, message })?;
            transcript.lines.extend(kind.map(|kind| Line { number, kind }));
        }
        Ok(transcript)
    }

    fn line(&mut self, line: &str) -> Result<Option<LineKind>, String> {
        let (key, value) = line
            .split_once(':')
            .map(|(key, value)| (key.trim(), value.trim()))
            .ok_or("a line is `key: value`")?;
        if key == "lang" {
            if !self.lines.is_empty() {
                return Err("`lang:` stands before everything else; \
                            to change the language later, write `language: en`"
                    .to_owned());
            }
            self.lang = language(value)?;
            return Ok(None);
        }
        if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.word() == key) {
            if value.is_empty() {
                return Err(format!("`{key}:` says nothing"));
            }
            return Ok(Some(LineKind::Expect(expectation(kind, value))));
        }
        if key == "silent" {
            return Ok(Some(LineKind::Silent));
        }
        cue(key, value).map(|cue| Some(LineKind::Cue(cue)))
    }
}

fn cue(key: &str, value: &str) -> Result<Cue, String> {
    match key {
        "visitor" | "press" if value.is_empty() => Err(format!("`{key}:` says nothing")),
        "visitor" => Ok(Cue::Say(value.to_owned())),
        "press" => Ok(Cue::Press(value.to_owned())),
        "person" => Ok(Cue::Person),
        "language" => language(value).map(Cue::Language),
        "leave" => Ok(Cue::Leave),
        "later" => span(value).map(Cue::Later),
        "burst" => span(value).map(Cue::Burst),
        "duty" => match value {
            "nobody" => Ok(Cue::Duty(Duty::Nobody)),
            "somebody" => Ok(Cue::Duty(Duty::OnDuty)),
            _ => Err("write `duty: nobody` or `duty: somebody`".to_owned()),
        },
        "answer" => serde_json::from_str(value)
            .map(Cue::Answer)
            .map_err(|error| format!("what stands behind `answer:` is no JSON: {error}")),
        "fails" => CallFailure::named(value).map(Cue::Fails).ok_or_else(|| {
            let all: Vec<&str> = CallFailure::ALL.iter().map(|failure| failure.as_str()).collect();
            format!("no call fails with `{value}`; there are {}", all.join(", "))
        }),
        _ => Err(format!(
            "`{key}:` is no line of a transcript; there are visitor, press, person, language, \
             leave, later, burst, duty, answer, fails, and bot, choices, topic, status, queue, \
             action, ended, silent"
        )),
    }
}

fn expectation(kind: Kind, value: &str) -> Expectation {
    let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let exact = quoted.is_some_and(|text| !text.is_empty());
    let text = if exact { quoted.unwrap_or(value) } else { value };
    Expectation { kind, text: text.to_owned(), exact }
}

fn language(code: &str) -> Result<Language, String> {
    Language::from_tag(code).ok_or_else(|| format!("the bot does not speak `{code}`"))
}

const UNITS: [(&str, i64); 5] =
    [("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// Reads `5 min`; the space may be left out.
fn span(value: &str) -> Result<i64, String> {
    let digits = value.len() - value.trim_start_matches(|sign: char| sign.is_ascii_digit()).len();
    let (number, unit) = value.split_at(digits);
    let number: i64 = number.parse().map_err(|_| format!("`{value}` is no time: write `5 min`"))?;
    let unit = unit.trim();
    let known = UNITS.iter().find(|(name, _)| *name == unit);
    let (_, ms) = known.ok_or_else(|| format!("`{unit}` is no unit: write ms, s, min, h or d"))?;
    number.checked_mul(*ms).ok_or_else(|| "that is too long".to_owned())
}

fn span_of(ms: i64) -> String {
    let unit = UNITS.iter().rev().find(|(_, unit)| ms % unit == 0 && ms != 0);
    unit.map_or_else(|| "0 s".to_owned(), |(name, unit)| format!("{} {name}", ms / unit))
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn plain(text: &str) -> String {
    squeezed(&text.to_lowercase())
}

#[cfg(test)]
mod tests;
