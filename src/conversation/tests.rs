//! Whatever anybody does in whatever order: what always holds of a conversation.

use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;
use crate::content::build::draft;
use crate::content::tests::small;
use crate::conversation::event::AgentRef;
use crate::conversation::event::Question;
use crate::conversation::event::TransferTarget;
use crate::conversation::input::Duty;
use crate::conversation::state::OpenQuestion;
use crate::ids::AgentId;
use crate::ids::DialogueId;
use crate::ids::IntentId;
use crate::ids::StepId;
use crate::ids::TeamId;

const START: Timestamp = Timestamp(1_795_383_296_789);

fn content() -> &'static Content {
    static CONTENT: OnceLock<Content> = OnceLock::new();
    CONTENT.get_or_init(|| draft(&small()).0.train())
}

fn agent(name: &str) -> AgentRef {
    AgentRef { id: AgentId::new(name), name: name.to_uppercase() }
}

fn said(text: &str) -> Act {
    Act::Said { text: text.to_owned(), masked: false }
}

/// A conversation with its whole log.
struct Played {
    events: Vec<Event>,
    state: State,
    at: Timestamp,
}

impl Played {
    fn new() -> Self {
        let mut played =
            Self { events: Vec::new(), state: State::new(Language::Sv, START), at: START };
        played.act(Act::Begin, Duty::OnDuty).expect("a greeting is never refused");
        played
    }

    /// Does something; what it became is taken in as the engine would.
    fn act(&mut self, act: Act, duty: Duty) -> Result<Decision, Refusal> {
        let input = Input { at: self.at, id: None, act, duty };
        let decision = decide(content(), &Policy::default(), &self.state, &input)?;
        self.events.extend(decision.events.iter().cloned());
        self.state = decision.state.clone();
        Ok(decision)
    }

    fn done(&mut self, act: Act) {
        self.act(act, Duty::OnDuty).expect("it is allowed here");
    }
}

/// What somebody may try; buttons are named relative to what is on offer.
#[derive(Debug, Clone)]
enum Try {
    Act(Act),
    /// The button at this place of the open question, wrapping around.
    Press(usize),
    /// A button of an earlier question.
    PressOld(u64),
    Wait(i64),
}

fn visitors() -> impl Strategy<Value = Try> {
    let texts = prop::sample::select(vec![
        "lampan lyser inte",
        "ja",
        "nej",
        "vet inte",
        "nu funkar det",
        "fortfarande samma sak",
        "backa",
        "säg det igen",
        "börja om",
        "avbryt",
        "tack",
        "hej då",
        "jag vill tala med en människa",
        "det här är värdelöst!!!",
        "the lamp is dark",
        "lamppu ei pala",
        "kyllä",
        "qwzx",
        "?",
        "😀",
        "{{ 7 * 7 }}",
        "nej men lampan lyser inte",
    ]);
    prop_oneof![
        8 => texts.prop_map(|text| Try::Act(said(text))),
        6 => (0..8_usize).prop_map(Try::Press),
        1 => (0..40_u64).prop_map(Try::PressOld),
        1 => Just(Try::Act(Act::WantsPerson)),
        1 => prop::sample::select(Language::ALL.to_vec()).prop_map(|lang| Try::Act(Act::ChoseLanguage(lang))),
        1 => (1..=5_u8).prop_map(|score| Try::Act(Act::Rated { score, comment: None })),
        1 => Just(Try::Act(Act::Leave)),
    ]
}

fn agents() -> impl Strategy<Value = Try> {
    let who = || prop::sample::select(vec![agent("maja"), agent("otto")]);
    let to = prop_oneof![
        Just(TransferTarget::Team(TeamId::new("loans"))),
        who().prop_map(TransferTarget::Agent),
    ];
    let place = prop::sample::select(vec![
        (None, None),
        (Some("lamp"), None),
        (Some("lamp"), Some("helped")),
        (Some("lamp"), Some("nowhere")),
        (Some("nothing"), None),
    ]);
    let outcome = prop::sample::select(vec![Outcome::Resolved, Outcome::Unresolved]);
    prop_oneof![
        6 => who().prop_map(|agent| Act::Claim { agent }),
        4 => who().prop_map(|agent| Act::AgentSaid { agent, text: "Hej!".to_owned() }),
        1 => who().prop_map(|agent| Act::AgentNoted { agent, text: "Obs.".to_owned() }),
        1 => (who(), to).prop_map(|(agent, to)| Act::Transfer { agent, to, note: None }),
        2 => (who(), place).prop_map(|(agent, (dialogue, step))| Act::HandBack {
            agent,
            dialogue: dialogue.map(DialogueId::new),
            step: step.map(StepId::new),
        }),
        1 => (who(), outcome).prop_map(|(agent, outcome)| Act::Resolve { agent, outcome, note: None }),
        1 => who().prop_map(|agent| Act::Reopen { agent }),
        1 => who().prop_map(|agent| Act::AgentLost { agent: agent.id }),
        1 => Just(Act::DutyBegan { team: Some(TeamId::new("support")) }),
        1 => Just(Act::DutyEnded),
    ]
    .prop_map(Try::Act)
}

fn tries() -> impl Strategy<Value = (Try, Duty)> {
    let waits = prop::sample::select(vec![0, 1_000, 31_000, 3_600_000, 90_000_000]);
    let any = prop_oneof![
        6 => visitors(),
        3 => agents(),
        1 => waits.prop_map(Try::Wait),
        1 => Just(Try::Act(Act::Tick)),
    ];
    let duty = prop_oneof![4 => Just(Duty::OnDuty), 1 => Just(Duty::Nobody)];
    (any, duty)
}

fn act_of(tried: Try, played: &mut Played) -> Option<Act> {
    match tried {
        Try::Act(act) => Some(act),
        Try::Press(at) => {
            let (offer, choices) = played.state.buttons()?;
            Some(Act::Chose { offer, value: choices[at % choices.len()].value.clone() })
        }
        Try::PressOld(offer) => Some(Act::Chose { offer: Seq(offer), value: "yes".to_owned() }),
        Try::Wait(ms) => {
            played.at = played.at.plus_ms(ms);
            None
        }
    }
}

/// What holds of each step from one state to the next.
fn check_step(before: &State, act: &Act, decision: &Decision) {
    let mut state = before.clone();
    for event in &decision.events {
        assert_eq!(event.seq, state.seq.next(), "no gap");
        assert!(event.at >= state.at, "time does not go back");
        if let Fact::Message(message) = &event.fact {
            assert!(!message.text.is_empty(), "a message has words: {event:?}");
            check_author(&state, act, message);
        }
        state.apply(event);
    }
    assert_eq!(state, decision.state, "the events alone lead to the state");
    let first = decision.events.first().map_or(before.seq, |event| event.seq);
    assert_eq!(decision.input_seq, first);
}

fn check_author(state: &State, act: &Act, message: &Message) {
    match &message.from {
        Author::Visitor => {}
        Author::Bot => {
            let announces = state.status == Status::Queued
                && matches!(act, Act::AgentLost { .. } | Act::Delayed);
            let may = matches!(state.status, Status::Bot | Status::Offline) || announces;
            assert!(may, "the bot is silent while a person owns it: {message:?} by {act:?}");
        }
        Author::Agent(writer) => {
            assert_eq!(state.status, Status::Agent);
            assert_eq!(state.agent.as_ref(), Some(writer), "only the holder writes");
        }
    }
}

/// What holds of every state.
fn check_state(state: &State) {
    match state.status {
        Status::Agent => assert!(state.agent.is_some(), "a person holds it"),
        Status::Bot | Status::Queued | Status::Offline => assert_eq!(state.agent, None),
        Status::Ended => assert!(state.ended_at.is_some() && state.ended_by.is_some()),
    }
    let is_waiting = matches!(state.status, Status::Queued | Status::Offline);
    assert!(!is_waiting || state.waiting_since.is_some() && state.team.is_some(), "{state:?}");
    if state.status != Status::Bot {
        let contact = |open: &OpenQuestion| matches!(open.question, Question::Contact { .. });
        let asks = state.open.as_ref().is_some_and(contact) && state.status == Status::Offline;
        let still = state.open.is_none() || asks;
        assert!(still && state.stack.is_empty(), "nothing runs: {state:?}");
    }
    assert_eq!(state.ended_at.is_some(), state.status == Status::Ended);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn whatever_anybody_does(tries in prop::collection::vec(tries(), 1..60)) {
        let mut played = Played::new();
        for (tried, duty) in tries {
            let Some(act) = act_of(tried, &mut played) else { continue };
            let before = played.state.clone();
            if let Ok(decision) = played.act(act.clone(), duty) {
                check_step(&before, &act, &decision);
            }
            check_state(&played.state);
        }
        let folded = State::fold(Language::Sv, START, &played.events);
        prop_assert_eq!(&folded, &played.state, "the stored events rebuild the state");
        for event in &played.events {
            let text = serde_json::to_string(event).expect("an event can be written");
            let back: Event = serde_json::from_str(&text).expect("an event can be read");
            prop_assert_eq!(&back, event);
        }
    }
}

/// A conversation that Maja holds and that a message waits in.
fn held() -> Played {
    let mut played = Played::new();
    played.done(Act::WantsPerson);
    played.done(Act::Claim { agent: agent("maja") });
    played.done(said("hallå?"));
    played
}

#[test]
fn a_choice_of_language_reads_nothing_and_answers_nobody() {
    let mut played = held();
    let (unseen, answered_at) = (played.state.unseen, played.state.answered_at);
    assert_eq!(unseen, 1);
    played.at = played.at.plus_ms(60_000);
    played.done(Act::ChoseLanguage(Language::Fi));
    assert_eq!(played.state.lang, Language::Fi);
    assert_eq!((played.state.unseen, played.state.answered_at), (unseen, answered_at));
}

#[test]
fn only_whoever_resolved_it_may_reopen_it_and_only_at_once() {
    let reopen = |who: &str| Act::Reopen { agent: agent(who) };
    let resolve = || Act::Resolve { agent: agent("maja"), outcome: Outcome::Resolved, note: None };
    let mut played = held();
    played.done(Act::Leave);
    assert!(played.act(reopen("maja"), Duty::OnDuty).is_err(), "the visitor ended it");

    let mut played = held();
    assert!(played.act(reopen("maja"), Duty::OnDuty).is_err(), "it has not ended");
    played.done(resolve());
    assert!(played.act(reopen("otto"), Duty::OnDuty).is_err(), "another resolved it");
    played.at = played.at.plus_ms(30_000);
    played.done(reopen("maja"));
    assert_eq!(played.state.status, Status::Agent);
    played.done(resolve());
    played.at = played.at.plus_ms(30_001);
    assert!(played.act(reopen("maja"), Duty::OnDuty).is_err(), "too late");
}

#[test]
fn a_lost_agent_loses_only_what_they_hold() {
    let lost = |who: &str| Act::AgentLost { agent: AgentId::new(who) };
    let mut played = held();
    let to = TransferTarget::Agent(agent("otto"));
    played.done(Act::Transfer { agent: agent("maja"), to, note: None });
    assert!(played.act(lost("maja"), Duty::OnDuty).is_err());
    assert_eq!(played.state.agent, Some(agent("otto")));
    played.done(lost("otto"));
    assert_eq!(played.state.status, Status::Queued);
    assert!(played.state.front);
}

#[test]
fn what_the_rules_fail_on_goes_to_a_person_with_its_words() {
    for act in [said("lampan"), Act::WantsPerson] {
        let played = Played::new();
        let input = Input { at: START, id: None, act, duty: Duty::OnDuty };
        let decision = give_up(content(), &Policy::default(), &played.state, &input)
            .expect("a visitor's words are never refused");
        assert_eq!(decision.state.status, Status::Queued);
        check_step(&played.state, &input.act, &decision);
    }
}

/// What stands in the log of what the visitor and agents wrote.
fn written(played: &Played) -> Vec<String> {
    let texts = played.events.iter().filter_map(|event| match &event.fact {
        Fact::Message(message) if message.from != Author::Bot => Some(message.text.clone()),
        Fact::Note { text, .. } => Some(text.clone()),
        _ => None,
    });
    texts.collect()
}

#[test]
fn a_secret_in_two_messages_and_what_an_agent_quotes_are_covered() {
    let mut played = Played::new();
    for text in
        ["4111 1111", "1111 1111", "kortet är 4111 1111 1111", "1111 tack", "131052-", "308T"]
    {
        played.done(said(text));
    }
    let maja = agent("maja");
    played.done(Act::WantsPerson);
    played.done(Act::Claim { agent: maja.clone() });
    played.done(Act::AgentNoted { agent: maja.clone(), text: "hetu 131052-308T".to_owned() });
    played.done(Act::AgentSaid { agent: maja, text: "Kortet 4111 1111 1111 1111?".to_owned() });
    let texts = written(&played);
    let label = content().manners.person.plain(Language::Sv);
    assert_eq!(
        texts,
        [
            "4111 1111",
            "••••",
            "kortet är ••••",
            "•••• tack",
            "131052-",
            "••••",
            label,
            "hetu ••••",
            "Kortet ••••?"
        ]
    );
    let told = played.events.iter().flat_map(|event| &event.moves);
    assert_eq!(told.filter(|change| **change == Move::ToldOfMask).count(), 1);
}

#[test]
fn an_erased_log_folds_to_a_conversation_that_is_over() {
    let mut played = Played::new();
    played.done(said("lampan lyser inte"));
    played.done(said("ja"));
    let erased: Vec<Event> = played
        .events
        .iter()
        .map(|event| Event { fact: Fact::Erased, moves: Vec::new(), ..event.clone() })
        .collect();
    let state = State::fold(Language::Sv, START, &erased);
    assert_eq!((state.status, state.seq, state.erased), (Status::Ended, played.state.seq, true));
    assert_eq!(deadline(&state, &Policy::default()), None);
    let input = Input { at: START, id: None, act: said("hej"), duty: Duty::OnDuty };
    let refused = decide(content(), &Policy::default(), &state, &input);
    assert!(matches!(refused, Err(Refusal::Ended)));
    let again = Act::Reopen { agent: agent("maja") };
    let input = Input { at: START, id: None, act: again, duty: Duty::OnDuty };
    assert!(decide(content(), &Policy::default(), &state, &input).is_err());
}

fn sent(text: &str, name: &str) -> Act {
    let attachments = vec![Attachment {
        id: "f1".to_owned(),
        name: name.to_owned(),
        media_type: "image/png".to_owned(),
        bytes: 7,
    }];
    Act::Sent { text: text.to_owned(), masked: false, attachments }
}

#[test]
fn a_file_without_a_word_is_asked_about_and_its_name_means_nothing() {
    let mut played = Played::new();
    played.done(sent("lampan lyser inte.png", "lampan lyser inte.png"));
    assert!(played.state.topic.is_none(), "the name is no message");
    let open = played.state.open.as_ref().map(|open| open.question.clone());
    assert_eq!(open, Some(Question::Person));
    let Fact::Message(message) = &played.events[1].fact else { panic!("{:?}", played.events) };
    assert_eq!(message.attachments.len(), 1);
    assert_eq!(message.read.as_ref().map(|read| read.read_as), Some(ReadAs::PassedOn));
    let Fact::Message(asked) = &played.events[2].fact else { panic!("{:?}", played.events) };
    assert_eq!(asked.text, content().manners.file_about.plain(Language::Sv));
    // Words beside a file are read as ever.
    played.done(sent("lampan lyser inte", "IMG_1.png"));
    assert_eq!(played.state.topic, Some(IntentId::new("lamp")));
    let at = played.state.seq;
    played.done(sent("IMG_2.png", "IMG_2 (1).png"));
    assert_eq!(played.state.missed, 0, "a file is no answer, and no miss");
    let said: Vec<&str> = played.events[usize::try_from(at.0).unwrap()..]
        .iter()
        .filter_map(|event| match &event.fact {
            Fact::Message(message) => Some(message.text.as_str()),
            _ => None,
        })
        .collect();
    let kept = content().manners.file_kept.plain(Language::Sv);
    assert_eq!(said, ["IMG_2.png", kept, "Sitter sladden i?"], "the open question is asked again");
}

/// What stands in stores: add-only.
#[test]
fn silence_that_was_put_off_is_read_as_it_was_written() {
    let stored = r#"{"move":"silent","from":9}"#;
    let change: Move = serde_json::from_str(stored).unwrap();
    assert_eq!(change, Move::Silent { from: Timestamp(9) });
    assert_eq!(serde_json::to_string(&change).unwrap(), stored);
}

/// The small content, whose greeting suggests its lamp.
fn suggesting() -> Content {
    let mut sources = small();
    sources[0].text = sources[0].text.replace("examples:", "suggested: 1\nexamples:");
    draft(&sources).0.train()
}

#[test]
fn the_greeting_suggests_topics_until_one_is_taken_up() {
    let content = suggesting();
    let act = |state: &State, act| {
        let input = Input { at: START, id: None, act, duty: Duty::OnDuty };
        decide(&content, &Policy::default(), state, &input)
    };
    let press = |offer| Act::Chose { offer, value: "lamp".to_owned() };
    let greeted = act(&State::new(Language::Sv, START), Act::Begin).unwrap();
    let lamp = |label: &str| vec![Choice { value: "lamp".to_owned(), label: label.to_owned() }];
    let Fact::Message(hello) = &greeted.events[0].fact else { panic!("{:?}", greeted.events) };
    assert_eq!((&hello.choices, &hello.topic), (&lamp("Lampan"), &None));
    assert!(greeted.state.open.is_none(), "a greeting asks nothing");

    let pressed = act(&greeted.state, press(Seq(1))).unwrap();
    assert_eq!(pressed.state.topic, Some(IntentId::new("lamp")));
    assert!(pressed.state.open.is_some(), "its dialogue asks");
    let folded = State::fold(Language::Sv, START, greeted.events.iter().chain(&pressed.events));
    assert_eq!(folded, pressed.state);
    let told = act(&greeted.state, said("lampan lyser inte")).unwrap();
    for state in [&pressed.state, &told.state] {
        assert_eq!(act(state, press(Seq(1))).unwrap_err(), Refusal::ExpiredChoice);
    }

    let english = act(&greeted.state, Act::ChoseLanguage(Language::En)).unwrap();
    let offer = english.state.seq;
    assert_eq!(english.state.buttons(), Some((offer, lamp("The lamp").as_slice())));
    assert_eq!(act(&english.state, press(Seq(1))).unwrap_err(), Refusal::ExpiredChoice);
    let pressed = act(&english.state, press(offer)).unwrap();
    assert_eq!(
        (pressed.state.topic, pressed.state.lang),
        (Some(IntentId::new("lamp")), Language::En)
    );
    let waiting = act(&greeted.state, Act::WantsPerson).unwrap();
    assert_eq!(act(&waiting.state, press(Seq(1))).unwrap_err(), Refusal::ExpiredChoice);
}
