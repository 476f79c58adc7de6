//! Conversations that go on and on, and content that breaks while a customer waits: every turn
//! ends in a defined way.

use skicka::content::Content;
use skicka::content::Source;
use skicka::content::build;
use skicka::conversation::decide;
use skicka::conversation::event::AgentRef;
use skicka::conversation::event::Status;
use skicka::conversation::input::Act;
use skicka::conversation::input::Duty;
use skicka::conversation::input::Input;
use skicka::conversation::policy::Policy;
use skicka::conversation::state::State;
use skicka::ids::AgentId;
use skicka::ids::DialogueId;
use skicka::ids::Timestamp;
use skicka::language::Language;

use crate::bank;

const START: Timestamp = Timestamp(1_795_392_000_000);

/// Plays lines a second apart from `at` on; a refused line changes nothing.
fn play<'a>(content: &Content, state: State, lines: impl Iterator<Item = &'a str>) -> State {
    let policy = Policy::default();
    let mut state = state;
    let mut at = state.at;
    for line in lines {
        at = at.plus_ms(1_000);
        let act = Act::Said { text: line.to_owned(), masked: false };
        let input = Input { at, id: None, act, duty: Duty::OnDuty };
        if let Ok(decision) = decide(content, &policy, &state, &input) {
            state = decision.state;
        }
    }
    state
}

fn begun() -> State {
    State::new(Language::Sv, START)
}

/// Content of one intent, "lampan lyser inte", with this dialogue.
fn lamp(dialogue: &str) -> Content {
    let intent = "intent: lamp\n\
        title: { sv: Lampa, fi: Lamppu, en: Lamp }\n\
        examples:\n  sv: [lampan lyser inte, lampan är släckt, trasig lampa]\n  \
        fi: [lamppu ei pala]\n  en: [the lamp is dark]\n";
    let source = |file: &str, text: &str| Source { file: file.to_owned(), text: text.to_owned() };
    let files = [source("intents/lamp.yaml", intent), source("dialogues/lamp.yaml", dialogue)];
    build::draft(&files).0.train()
}

/// The button at `pick` of the open question, wrapping around; never the one for a person.
fn button(state: &State, pick: usize) -> Option<Act> {
    let open = state.open.as_ref()?;
    let of_bot: Vec<_> = open.choices.iter().filter(|choice| choice.value != "person").collect();
    let value = of_bot.get(pick.checked_rem(of_bot.len())?)?.value.clone();
    Some(Act::Chose { offer: open.offer, value })
}

#[test]
fn ten_thousand_answers_in_a_row_leave_a_small_state() {
    let (content, policy) = (bank::content(), Policy::default());
    let dialogues = ["app_not_opening", "no_sms", "password", "confirmation_code_error"];
    let (mut state, mut answers) = (begun_anew(begun(), "wrong_username"), 0);
    for turn in 0_usize.. {
        let pressed = button(&state, turn * 7 / 3).map(|act| {
            let input = Input { at: state.at.plus_ms(1_000), id: None, act, duty: Duty::OnDuty };
            decide(content, &policy, &state, &input).unwrap().state
        });
        answers += usize::from(pressed.is_some());
        state = match pressed {
            Some(next) if next.status == Status::Bot => next,
            other => begun_anew(other.unwrap_or(state), dialogues[turn % dialogues.len()]),
        };
        assert!(state.tried.len() <= 200, "{} answers are kept", state.tried.len());
        assert!(state.stack.len() <= 2, "{} dialogues run", state.stack.len());
        if answers == 10_000 {
            break;
        }
    }
}

/// The conversation after a person took it and gave it back for a dialogue.
fn begun_anew(state: State, dialogue: &str) -> State {
    let agent = AgentRef { id: AgentId::new("kim"), name: "Kim".to_owned() };
    let claim = Act::Claim { agent: agent.clone() };
    let back = Act::HandBack { agent, dialogue: Some(DialogueId::new(dialogue)), step: None };
    [claim, back].into_iter().fold(state, |state, act| {
        let input = Input { at: state.at, id: None, act, duty: Duty::OnDuty };
        decide(bank::content(), &Policy::default(), &state, &input).unwrap().state
    })
}

#[test]
fn who_says_the_same_for_ever_comes_to_a_person() {
    for line in ["hjälpte inte", "jag väntar lite", "blah", "vad kostar ett lån hos er", "nej"] {
        let lines = ["appen öppnas inte"].into_iter().chain(std::iter::repeat_n(line, 12));
        let state = play(bank::content(), begun(), lines);
        let offered = state
            .open
            .as_ref()
            .is_some_and(|open| open.choices.iter().any(|choice| choice.value == "person"));
        assert!(state.status == Status::Queued || offered, "{line}: {:?}", state.open);
    }
}

#[test]
fn a_value_of_ten_thousand_letters_is_refused_and_asked_for_again() {
    let content = lamp(
        "dialogue: lamp\nstart: name\nsteps:\n  name:\n    \
         ask: { sv: \"Vad heter du?\", fi: \"Nimi?\", en: \"Name?\" }\n    \
         again: { sv: \"Ditt namn?\", fi: \"Nimesi?\", en: \"Your name?\" }\n    \
         label: { sv: Namn, fi: Nimi, en: Name }\n    slot: name\n    kind: text\n    \
         refuse: { sv: \"Kortare, tack.\", fi: \"Lyhyemmin.\", en: \"Shorter, please.\" }\n    \
         next: person\n    unsure: person\n",
    );
    let long = "a".repeat(10_000);
    let state = play(&content, begun(), ["lampan lyser inte", &long].into_iter());
    assert!(!state.slots.contains_key("name"), "so long a value is not kept");
    assert_eq!(state.status, Status::Bot);
    assert_eq!(state.open.map(|open| open.misses), Some(1));
}

#[test]
fn a_dialogue_that_calls_itself_and_one_that_cannot_be_worded_bring_a_person() {
    let calls = "dialogue: lamp\nstart: again\nsteps:\n  again:\n    call: lamp\n    next: end\n";
    let words = "dialogue: lamp\nstart: count\nsteps:\n  count:\n    say: { \
         sv: \"{% for i in range(9999) %}x{% endfor %}\", fi: \"x\", en: \"x\" }\n    \
         next: person\n";
    for dialogue in [calls, words] {
        let state = play(&lamp(dialogue), begun(), ["lampan lyser inte"].into_iter());
        assert_eq!(state.status, Status::Queued);
        assert_eq!(state.reason.as_deref(), Some("bot_fault"));
    }
}

#[test]
fn a_clock_that_jumps_neither_turns_the_log_back_nor_ends_the_talk() {
    let state = play(bank::content(), begun(), ["appen öppnas inte"].into_iter());
    let before = state.at;
    let policy = Policy::default();
    for jump in [-86_400_000, 86_400_000] {
        let act = Act::Said { text: "ja".to_owned(), masked: false };
        let input = Input { at: before.plus_ms(jump), id: None, act, duty: Duty::OnDuty };
        let decision = decide(bank::content(), &policy, &state, &input).unwrap();
        assert!(decision.events.iter().all(|event| event.at >= before), "time goes forward");
        assert_eq!(decision.state.status, Status::Bot);
    }
}

/// Takings from the heap in a turn, whatever is said: about twice those of the dearest message of
/// 10 000 letters; "yes" takes 230. What runs away takes many more; time depends on the machine.
const MOST_TAKINGS: u64 = 32_000;
/// The bytes of all of them together, about twice what was measured too.
const MOST_BYTES: u64 = 3_000_000;

/// What one turn takes from the heap.
fn taken(content: &Content, state: &State, text: &str) -> (u64, u64) {
    let act = Act::Said { text: text.to_owned(), masked: false };
    let input = Input { at: state.at.plus_ms(1_000), id: None, act, duty: Duty::OnDuty };
    let policy = Policy::default();
    let info = allocation_counter::measure(|| {
        decide(content, &policy, state, &input).expect("nobody else owns the conversation");
    });
    (info.count_total, info.bytes_total)
}

/// Messages of so many letters.
fn long(letters: usize) -> [(&'static str, String); 6] {
    let of = |piece: &str| piece.chars().cycle().take(letters).collect();
    [
        ("words", of("appen kraschar igen när jag loggar in, ")),
        ("one word", of("å")),
        ("digits", of("4539 1488 0343 6467 ")),
        ("clauses", of("nej, och ja. men ")),
        ("marks", of("?!\u{301}")),
        ("values", of("1.2.2026 040 123 45 67 maja@bank.example ")),
    ]
}

#[test]
fn the_work_of_a_turn_is_bounded_whatever_is_said() {
    let content = bank::content();
    let asked = play(content, begun(), ["appen öppnas inte"].into_iter());
    // The first message fills the buffers of the thread.
    taken(content, &asked, "ja");
    let short = [
        ("topic", begun(), "appen öppnas inte"),
        ("answer", asked.clone(), "ja"),
        ("digression", asked.clone(), "mitt lösenord till nätbanken godkänns inte"),
        ("not understood", asked.clone(), "blah blubb ploff"),
    ];
    let mut works: Vec<(String, (u64, u64))> = short
        .iter()
        .map(|(name, state, text)| ((*name).to_owned(), taken(content, state, text)))
        .collect();
    for (name, text) in long(10_000) {
        works.push((format!("10 000 letters: {name}"), taken(content, &asked, &text)));
    }
    for (name, (takings, bytes)) in works {
        println!("{takings:>8} takings, {bytes:>10} bytes: {name}");
        assert!(takings <= MOST_TAKINGS, "{name}: {takings} takings from the heap");
        assert!(bytes <= MOST_BYTES, "{name}: {bytes} bytes from the heap");
    }
}

#[test]
fn ten_times_the_letters_are_at_most_ten_times_the_work() {
    let content = bank::content();
    let asked = play(content, begun(), ["appen öppnas inte"].into_iter());
    taken(content, &asked, "ja");
    for ((name, one), (_, ten)) in long(10_000).into_iter().zip(long(100_000)) {
        let (one, ten) = (taken(content, &asked, &one).0, taken(content, &asked, &ten).0);
        // Only a beginning is read, but secrets are looked for in the whole.
        assert!(ten <= one * 10, "{name}: {one} takings, then {ten}");
    }
}

#[test]
fn a_text_that_fails_when_it_is_said_brings_a_person_to_that_conversation_only() {
    let words = "dialogue: lamp\nstart: name\nsteps:\n  name:\n    \
         ask: { sv: \"Vad heter du?\", fi: \"Nimi?\", en: \"Name?\" }\n    \
         again: { sv: \"Ditt namn?\", fi: \"Nimesi?\", en: \"Your name?\" }\n    \
         label: { sv: Namn, fi: Nimi, en: Name }\n    slot: name\n    kind: text\n    \
         refuse: { sv: \"Kortare.\", fi: \"Lyhyemmin.\", en: \"Shorter.\" }\n    \
         next: greet\n    unsure: person\n  greet:\n    \
         say: { sv: \"{% if slots.name == 'Nils' %}{{ 1 / 0 }}{% endif %}Hej {{ slots.name }}\", \
         fi: \"Hei\", en: \"Hi\" }\n    next: resolved\n";
    let content = lamp(words);
    let of = |name| play(&content, begun(), ["lampan lyser inte", name].into_iter());
    let failed = of("Nils");
    assert_eq!((failed.status, failed.reason.as_deref()), (Status::Queued, Some("bot_fault")));
    let next = of("Nora");
    assert_eq!(next.status, Status::Bot);
    assert!(next.last_said.is_some_and(|said| said.text.contains("annat")), "it goes on");
}
