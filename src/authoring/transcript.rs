//! Conversations written down, played against content.
//!
//! A transcript is a text file, a line a happening. `lang: fi` (first) is the language of hello;
//! `visitor: …` says something, `press: …` presses a button by its label or value, `later: 90 min`
//! lets time pass (`burst: 1200 ms` lets messages that say too little wait so long), `duty: nobody` sends everybody home. What must follow is written beneath:
//! `bot: …` (part of what it says), `choices: A | B`, `topic: no_sms opened`, `status: queued
//! requested`, `ended: resolved`, `silent:` (nothing). Expectations are met in order; what happens
//! between them is not looked at. Another system that the bot calls is played by `answer: JSON` or
//! `fails: timed_out`, and what it is asked stands in `action: bank/check_number started`. Lines that begin with `#` are comments.
//!
//! **Invariant:** every transcript also proves that folding the events gives the state that the
//! rules saw, and that the bot is silent while a person owns the conversation.

use std::fmt::Write as _;

use crate::content::Content;
use crate::conversation::decide;
use crate::conversation::effect::CallFailure;
use crate::conversation::event::Author;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Outcome;
use crate::conversation::event::Status;
use crate::conversation::input::Act;
use crate::conversation::input::Duty;
use crate::conversation::input::Input;
use crate::conversation::policy::Policy;
use crate::conversation::state::State;
use crate::ids::Timestamp;
use crate::language::Language;
use crate::privacy;

/// Why a transcript does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}\n\n{happened}")]
pub struct Failure {
    /// Where, from 1.
    pub line: usize,
    /// What was expected.
    pub message: String,
    /// What happened in that turn.
    pub happened: String,
}

/// A conversation that is being played.
struct Play<'a> {
    content: &'a Content,
    policy: Policy,
    state: State,
    log: Vec<Event>,
    /// What the newest turn said and did, as lines of a transcript.
    turn: Vec<String>,
    /// How many of those lines are behind the newest expectation met.
    met: usize,
    duty: Duty,
    at: Timestamp,
}

/// Plays a transcript; answers all that was said, as a transcript.
pub fn play(content: &Content, text: &str) -> Result<String, Failure> {
    let lang = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("lang:"))
        .and_then(|code| Language::from_tag(code.trim()))
        .unwrap_or(Language::Sv);
    let at = Timestamp(1_795_392_000_000);
    let mut play = Play {
        content,
        policy: Policy::default(),
        state: State::new(lang, at),
        log: Vec::new(),
        turn: Vec::new(),
        met: 0,
        duty: Duty::OnDuty,
        at,
    };
    let mut record = String::new();
    play.act(Act::Begin).map_err(|message| play.failure(1, message))?;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line
            .split_once(':')
            .map(|(key, value)| (key.trim(), value.trim()))
            .ok_or_else(|| play.failure(number, "a line is `key: value`".to_owned()))?;
        play.line(key, value).map_err(|message| play.failure(number, message))?;
        if matches!(key, "visitor" | "press") {
            let _ = writeln!(record, "{key}: {value}\n{}", play.turn.join("\n"));
        }
    }
    Ok(record)
}

impl Play<'_> {
    fn failure(&self, line: usize, message: String) -> Failure {
        Failure { line, message, happened: self.turn.join("\n") }
    }

    fn line(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "visitor" => {
                let masked = privacy::mask(value);
                let hidden = !masked.kinds.is_empty();
                self.act(Act::Said { text: masked.text.to_string(), masked: hidden })
            }
            "press" => self.press(value),
            "person" => self.act(Act::WantsPerson),
            "language" => {
                let lang = Language::from_tag(value).ok_or("no language of the bot")?;
                self.act(Act::ChoseLanguage(lang))
            }
            "leave" => self.act(Act::Leave),
            "later" => {
                let (number, unit) = value.split_once(' ').ok_or("write `later: 5 min`")?;
                let number: i64 = number.parse().map_err(|_| "no number")?;
                let unit = match unit.chars().next() {
                    Some('h') => 3_600_000,
                    Some('s') => 1_000,
                    _ => 60_000,
                };
                self.at = self.at.plus_ms(number * unit);
                self.act(Act::Tick)
            }
            "burst" => {
                let ms = value.strip_suffix("ms").ok_or("write `burst: 1200 ms`")?;
                self.policy.burst_ms = ms.trim().parse().map_err(|_| "no number")?;
                Ok(())
            }
            "answer" => {
                let answer = serde_json::from_str(value).map_err(|error| error.to_string())?;
                self.end_call(Ok(answer))
            }
            "fails" => {
                let failure = CallFailure::named(value).ok_or("no way in which a call fails")?;
                self.end_call(Err(failure))
            }
            "duty" => {
                self.duty = if value == "nobody" { Duty::Nobody } else { Duty::OnDuty };
                Ok(())
            }
            "silent" if self.turn.len() > self.met => Err("something was said".to_owned()),
            "lang" | "silent" => Ok(()),
            "bot" | "choices" | "topic" | "status" | "ended" | "action" => self.expect(key, value),
            _ => Err(format!("`{key}` is no line of a transcript")),
        }
    }

    fn press(&mut self, value: &str) -> Result<(), String> {
        let open = self.state.open.as_ref().ok_or("there is no button")?;
        let choice = open
            .choices
            .iter()
            .find(|choice| choice.value == value || choice.label == value)
            .ok_or_else(|| {
                let labels: Vec<&str> =
                    open.choices.iter().map(|choice| choice.label.as_str()).collect();
                format!("no such button; there are: {}", labels.join(" | "))
            })?;
        self.act(Act::Chose { offer: open.offer, value: choice.value.clone() })
    }

    fn end_call(&mut self, result: Result<serde_json::Value, CallFailure>) -> Result<(), String> {
        let call = self.state.calls.keys().next_back().copied().ok_or("nothing is called")?;
        self.act(Act::CallEnded { call, result })
    }

    fn act(&mut self, act: Act) -> Result<(), String> {
        // Somebody who writes bursts types fast.
        self.at = self.at.plus_ms(if self.policy.burst_ms > 0 { 400 } else { 1_000 });
        let input = Input { at: self.at, id: None, act, duty: self.duty };
        let owned = matches!(self.state.status, Status::Queued | Status::Agent | Status::Ended);
        let decision = decide(self.content, &self.policy, &self.state, &input)
            .map_err(|refusal| format!("refused: {refusal}"))?;
        self.turn.clear();
        self.met = 0;
        for event in &decision.events {
            if owned && is_by_bot(event) {
                return Err("the bot spoke while a person owned the conversation".to_owned());
            }
            write_event(event, &mut self.turn);
        }
        self.log.extend(decision.events);
        let folded = State::fold(self.first_language(), Timestamp(1_795_392_000_000), &self.log);
        if folded != decision.state {
            return Err("folding the events gives another state than the rules saw".to_owned());
        }
        self.state = decision.state;
        Ok(())
    }

    fn first_language(&self) -> Language {
        match self.log.first().map(|event| &event.fact) {
            Some(Fact::Message(message)) => message.lang,
            _ => self.state.lang,
        }
    }

    fn expect(&mut self, key: &str, value: &str) -> Result<(), String> {
        let wanted = plain(value);
        let found = self.turn.iter().enumerate().skip(self.met).find(|(_, line)| {
            line.split_once(": ")
                .is_some_and(|(kind, said)| kind == key && plain(said).contains(&wanted))
        });
        match found {
            Some((at, _)) => {
                self.met = at + 1;
                Ok(())
            }
            None => Err(format!("expected `{key}: {value}`")),
        }
    }
}

fn is_by_bot(event: &Event) -> bool {
    matches!(&event.fact, Fact::Message(message) if message.from == Author::Bot)
}

fn plain(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn write_event(event: &Event, lines: &mut Vec<String>) {
    match &event.fact {
        Fact::Message(message) if message.from == Author::Bot => {
            lines.push(format!("bot: {}", message.text.replace('\n', " ")));
            if !message.choices.is_empty() {
                let labels: Vec<&str> =
                    message.choices.iter().map(|choice| choice.label.as_str()).collect();
                lines.push(format!("choices: {}", labels.join(" | ")));
            }
        }
        Fact::Topic(change) => {
            let state = format!("{:?}", change.state).to_lowercase();
            let outcome = change.outcome.map_or("", outcome_word);
            lines.push(format!("topic: {} {state} {outcome}", change.topic).trim_end().to_owned());
        }
        Fact::Action(change) => {
            let state = format!("{:?}", change.state).to_lowercase();
            let reason = change.reason.as_deref().unwrap_or("");
            lines.push(format!("action: {} {state} {reason}", change.call).trim_end().to_owned());
        }
        Fact::Status(change) => {
            let status = format!("{:?}", change.status).to_lowercase();
            let reason = change.reason.as_deref().unwrap_or("");
            lines.push(format!("status: {status} {reason}").trim_end().to_owned());
        }
        Fact::Ended { outcome, .. } => lines.push(format!("ended: {}", outcome_word(*outcome))),
        _ => {}
    }
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Resolved => "resolved",
        Outcome::Escalated => "escalated",
        Outcome::Unresolved => "unresolved",
        Outcome::Offline => "offline",
    }
}

#[cfg(test)]
mod tests;
