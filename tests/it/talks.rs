//! Customers who send their lines one after the other, whatever the bot says: each talk must end
//! as it should, with the right topics on the way.
//!
//! A talk is a line of JSON: `id`, `lang`, `duty` (whether anybody is), `lines`, `end` (resolved,
//! escalated, offline) and `topics` in the order in which they are opened. `SKICKA_TALKS` names
//! another file to play instead of the project's own; `SKICKA_TALKS_SHOWN` prints what was said.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use skicka::content::Content;
use skicka::conversation::decide;
use skicka::conversation::event::Author;
use skicka::conversation::event::Event;
use skicka::conversation::event::Fact;
use skicka::conversation::event::Outcome;
use skicka::conversation::event::Status;
use skicka::conversation::event::TopicState;
use skicka::conversation::input::Act;
use skicka::conversation::input::Duty;
use skicka::conversation::input::Input;
use skicka::conversation::policy::Policy;
use skicka::conversation::state::State;
use skicka::ids::Timestamp;
use skicka::language::Language;
use skicka::privacy;

use crate::bank;

/// What the project's own talks must reach, of all of them.
const ENOUGH: f64 = 0.9;

#[derive(Deserialize)]
struct Talk {
    id: String,
    lang: Language,
    duty: bool,
    lines: Vec<String>,
    end: String,
    topics: Vec<String>,
}

#[derive(Default)]
struct Course {
    topics: Vec<String>,
    record: String,
}

fn play(content: &Content, talk: &Talk) -> (&'static str, Course) {
    let policy = Policy::default();
    let mut at = Timestamp(1_795_392_000_000);
    let mut state = State::new(talk.lang, at);
    let mut course = Course::default();
    let duty = if talk.duty { Duty::OnDuty } else { Duty::Nobody };
    let acts = talk.lines.iter().map(|line| {
        let masked = privacy::mask(line);
        Act::Said { text: masked.text.to_string(), masked: !masked.kinds.is_empty() }
    });
    for act in std::iter::once(Act::Begin).chain(acts) {
        at = at.plus_ms(20_000);
        let input = Input { at, id: None, act, duty };
        let Ok(decision) = decide(content, &policy, &state, &input) else { continue };
        for event in &decision.events {
            tell(event, &mut course);
        }
        state = decision.state;
    }
    let end = match (state.status, state.outcome) {
        (Status::Queued | Status::Agent, _) => "escalated",
        (Status::Offline, _) => "offline",
        (Status::Ended, Some(Outcome::Resolved)) => "resolved",
        (Status::Bot, Some(Outcome::Resolved)) if state.stack.is_empty() => "resolved",
        _ => "open",
    };
    (end, course)
}

fn tell(event: &Event, course: &mut Course) {
    let record = &mut course.record;
    let _ = match &event.fact {
        Fact::Message(message) if message.from == Author::Visitor => {
            let read = message
                .read
                .as_ref()
                .map(|read| (read.read_as, read.intent.clone(), read.confidence));
            writeln!(record, "visitor: {}    {read:?}", message.text)
        }
        Fact::Message(message) => writeln!(record, "    bot: {}", message.text),
        Fact::Topic(change) => {
            if change.state == TopicState::Opened && change.topic.as_str() != "talk_to_human" {
                course.topics.push(change.topic.to_string());
            }
            writeln!(record, "    topic: {} {:?} {:?}", change.topic, change.state, change.outcome)
        }
        Fact::Status(change) => {
            writeln!(record, "    status: {:?} {:?}", change.status, change.reason)
        }
        Fact::Ended { outcome, .. } => writeln!(record, "    ended: {outcome:?}"),
        _ => Ok(()),
    };
}

#[test]
fn talks_end_as_they_should() {
    run();
}

pub(crate) fn run() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/talks/bank.jsonl");
    let path = std::env::var_os("SKICKA_TALKS").map_or(own, PathBuf::from);
    let text = fs::read_to_string(&path).expect("the talks can be read");
    let shown = std::env::var_os("SKICKA_TALKS_SHOWN").is_some();
    let (mut all, mut right, mut wrong) = (0, 0, String::new());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let talk: Talk = serde_json::from_str(line).expect("a talk is a line of JSON");
        let (end, course) = play(bank::content(), &talk);
        let is_right = end == talk.end && course.topics == talk.topics;
        all += 1;
        right += u32::from(is_right);
        if !is_right {
            let _ = writeln!(
                wrong,
                "{}: {} {:?}, not {} {:?}",
                talk.id, end, course.topics, talk.end, talk.topics
            );
        }
        if shown {
            println!("== {} {}\n{}", talk.id, if is_right { "" } else { "WRONG" }, course.record);
        }
    }
    println!("{right} of {all}");
    assert!(f64::from(right) >= ENOUGH * f64::from(all), "{right} of {all}\n{wrong}");
}
