//! A talk on the terminal.

use std::fmt::Write as _;

use crate::content::Content;
use crate::conversation::event::Author;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Message;
use crate::conversation::event::Move;
use crate::conversation::event::Reading;
use crate::conversation::state::State;
use crate::ids::IntentId;

/// What events say to a visitor.
pub(super) fn events(events: &[Event]) -> String {
    events.iter().map(event).collect()
}

fn event(event: &Event) -> String {
    match &event.fact {
        Fact::Message(message) if message.from == Author::Bot => said(message),
        Fact::Status(change) => {
            let status = format!("{:?}", change.status).to_lowercase();
            let reason = change.reason.as_deref().map_or(String::new(), |why| format!(": {why}"));
            let team = change.team.as_ref().map_or(String::new(), |team| format!(", team {team}"));
            // Repeated, it says nothing new.
            if change.reason.is_none() && change.team.is_none() {
                return String::new();
            }
            format!("({status}{reason}{team})\n")
        }
        Fact::Action(change) => {
            let state = format!("{:?}", change.state).to_lowercase();
            let reason = change.reason.as_deref().map_or(String::new(), |why| format!(": {why}"));
            format!("({} {state}{reason})\n", change.call)
        }
        Fact::Ended { outcome, .. } => format!("(ended: {outcome:?})\n").to_lowercase(),
        _ => String::new(),
    }
}

fn said(message: &Message) -> String {
    let mut text = format!("bot: {}\n", message.text);
    for link in &message.links {
        let _ = writeln!(text, "     {}: {}", link.label, link.url);
    }
    for (number, choice) in (1..).zip(&message.choices) {
        let _ = writeln!(text, "     [{number}] {}", choice.label);
    }
    text
}

/// The bot's newest message once more.
pub(super) fn newest(events: &[Event]) -> String {
    let newest = events.iter().rev().find_map(|event| match &event.fact {
        Fact::Message(message) if message.from == Author::Bot => Some(message),
        _ => None,
    });
    newest.map(said).unwrap_or_default()
}

/// How the newest message was read.
pub(super) fn why(events: &[Event], content: &Content) -> String {
    let newest = events.iter().rev().find_map(|event| {
        let later = event.moves.iter().rev().find_map(|change| match change {
            Move::Read { reading } => Some(reading),
            _ => None,
        });
        later.or(match &event.fact {
            Fact::Message(message) => message.read.as_ref(),
            _ => None,
        })
    });
    newest.map_or("(nothing was read yet)\n".to_owned(), |reading| reading_of(reading, content))
}

fn reading_of(reading: &Reading, content: &Content) -> String {
    let read_as = format!("{:?}", reading.read_as);
    let mut text = format!("read as {read_as}");
    let candidate = |intent: &Option<IntentId>, thousandths: u16| {
        intent.as_ref().map(|intent| {
            let known = content.intents.contains_key(intent);
            let mark = if known { "" } else { " (not in the content)" };
            format!("{intent}{mark} {:.3}", f32::from(thousandths) / 1_000.0)
        })
    };
    if let Some(first) = candidate(&reading.intent, reading.confidence) {
        let _ = write!(text, ": {first}");
    }
    if let Some(second) = candidate(&reading.runner_up, reading.runner_up_confidence) {
        let _ = write!(text, ", then {second}");
    }
    text.push('\n');
    if !reading.words.is_empty() {
        let words: Vec<String> = reading
            .words
            .iter()
            .map(|word| match &word.read_as {
                Some(other) => format!("{} (as {other})", word.word),
                None => word.word.clone(),
            })
            .collect();
        let _ = writeln!(text, "by the words: {}", words.join(", "));
    }
    text
}

/// What the bot remembers, in short.
pub(super) fn state(state: &State) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(text, "{name:<15}{value}");
        }
    };
    row("language", state.lang.code().to_owned());
    row("answers", format!("{:?}", state.status).to_lowercase());
    row("queue", state.team.as_ref().map(ToString::to_string).unwrap_or_default());
    let stack: Vec<String> = state
        .stack
        .iter()
        .map(|frame| match &frame.step {
            Some(step) => format!("{}/{step}", frame.dialogue),
            None => frame.dialogue.to_string(),
        })
        .collect();
    row("runs", stack.join(" > "));
    let open = state.open.as_ref().map(|open| format!("{:?}", open.question));
    row("open question", open.unwrap_or_default());
    let slots: Vec<String> = state
        .slots
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(slot, value)| format!("{slot} = {value}"))
        .collect();
    row("slots", slots.join(", "));
    for tried in &state.tried {
        row("answered", format!("{}: {}", tried.question, tried.answer));
    }
    let noted: Vec<&str> = state.noted.iter().map(IntentId::as_str).collect();
    row("kept for later", noted.join(", "));
    if state.misses > 0 {
        row("not understood", format!("{} in a row, {} in all", state.misses, state.missed));
    }
    text
}
