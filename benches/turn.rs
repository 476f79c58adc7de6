//! How long a turn takes and what it takes from the heap: a message is read against the bank's
//! content, decided, and its events are made. No store and no socket is asked.
//!
//! `cargo bench --bench turn`; the bound to hold is 5 ms of processor time for a turn.

use std::path::Path;

use divan::AllocProfiler;
use divan::Bencher;
use skicka::content::Content;
use skicka::content::build::draft;
use skicka::content::load::read_folder;
use skicka::conversation::decide;
use skicka::conversation::input::Act;
use skicka::conversation::input::Duty;
use skicka::conversation::input::Input;
use skicka::conversation::policy::Policy;
use skicka::conversation::state::State;
use skicka::ids::Timestamp;
use skicka::language::Language;

#[global_allocator]
static HEAP: AllocProfiler = AllocProfiler::system();

const START: Timestamp = Timestamp(1_795_392_000_000);
/// What was said before, for turns in the middle of a dialogue.
const TOPIC: &str = "appen öppnas inte";
/// Turns by name.
const TURNS: [&str; 8] = [
    "topic",
    "answer",
    "digression",
    "correction",
    "not understood",
    "10 000 letters: words",
    "10 000 letters: one word",
    "10 000 letters: digits",
];

fn main() {
    divan::main();
}

/// What comes before a turn, and what is said in it.
fn turn_named(name: &str) -> (&'static [&'static str], String) {
    match name {
        "topic" => (&[], TOPIC.to_owned()),
        "answer" => (&[TOPIC], "ja".to_owned()),
        "digression" => (&[TOPIC], "mitt lösenord till nätbanken godkänns inte".to_owned()),
        "correction" => (&[TOPIC, "ja"], "nej förresten, det är de inte".to_owned()),
        "not understood" => (&[TOPIC], "blah blubb ploff".to_owned()),
        "10 000 letters: words" => (&[TOPIC], "appen kraschar igen när ".repeat(417)),
        "10 000 letters: one word" => (&[TOPIC], "å".repeat(10_000)),
        _ => (&[TOPIC], "4539 1488 0343 6467 ".repeat(500)),
    }
}

fn said(content: &Content, state: &State, text: &str) -> State {
    let act = Act::Said { text: text.to_owned(), masked: false };
    let input = Input { at: state.at.plus_ms(1_000), id: None, act, duty: Duty::OnDuty };
    let decision = decide(content, &Policy::default(), state, &input);
    decision.expect("nobody else owns the conversation").state
}

fn bank() -> Content {
    let (sources, _) = read_folder(Path::new(env!("CARGO_MANIFEST_DIR")));
    draft(&sources).0.train()
}

#[divan::bench(args = TURNS)]
fn turn(bencher: Bencher<'_, '_>, name: &str) {
    let content = bank();
    let (before, text) = turn_named(name);
    let state = before
        .iter()
        .fold(State::new(Language::Sv, START), |state, line| said(&content, &state, line));
    bencher.bench_local(|| said(&content, &state, &text));
}
