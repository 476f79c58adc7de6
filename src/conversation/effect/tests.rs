use crate::conversation::effect::Effect;
use crate::conversation::effect::EffectKind;
use crate::conversation::effect::Matter;
use crate::conversation::effect::Work;
use crate::conversation::effect::answer;
use crate::conversation::effect::matter;
use crate::conversation::event::AgentRef;
use crate::conversation::event::Author;
use crate::conversation::event::EndedBy;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Message;
use crate::conversation::event::Outcome;
use crate::conversation::event::Status;
use crate::conversation::event::StatusChange;
use crate::conversation::offline::CONTACT;
use crate::conversation::state::State;
use crate::ids::AgentId;
use crate::ids::Seq;
use crate::ids::Timestamp;
use crate::language::Language;

fn event(seq: u64, fact: Fact) -> Event {
    Event { seq: Seq(seq), at: Timestamp(0), fact, moves: Vec::new() }
}

fn status(seq: u64, status: Status) -> Event {
    let change = StatusChange { status, agent: None, reason: None, team: None, front: false };
    event(seq, Fact::Status(change))
}

fn said(seq: u64, from: Author) -> Event {
    event(
        seq,
        Fact::Message(Message {
            from,
            id: None,
            text: "hej".to_owned(),
            lang: Language::Sv,
            choices: Vec::new(),
            links: Vec::new(),
            attachments: Vec::new(),
            topic: None,
            chose: None,
            read: None,
        }),
    )
}

fn after(events: &[Event]) -> State {
    State::fold(Language::Sv, Timestamp(0), events)
}

fn of_team(seq: u64, matter: Matter) -> Effect {
    Effect { seq: Seq(seq), work: Work::MailTeam { matter } }
}

#[test]
fn every_work_is_stored_under_the_name_of_its_kind() {
    for work in [Work::Unread, Work::MailTeam { matter: Matter::Left }, Work::MailAnswer] {
        let stored = serde_json::to_value(&work).unwrap();
        assert_eq!(stored["work"], work.kind().as_str());
        assert_eq!(serde_json::from_value::<Work>(stored).unwrap(), work);
        assert_eq!(EffectKind::named(work.kind().as_str()), Some(work.kind()));
    }
    assert_eq!(EffectKind::named("letter"), None);
}

#[test]
fn a_matter_is_what_begins_to_wait_and_still_does() {
    let fresh = after(&[]);
    assert_eq!(matter(&fresh, &[status(1, Status::Offline)]), Some(of_team(1, Matter::Left)));
    assert_eq!(matter(&fresh, &[status(1, Status::Queued)]), Some(of_team(1, Matter::Queued)));
    let taken = [status(1, Status::Queued), status(2, Status::Agent)];
    assert_eq!(matter(&fresh, &taken), None, "it was taken in the same turn");
    let ended =
        event(2, Fact::Ended { by: EndedBy::Visitor, outcome: Outcome::Offline, note: None });
    assert_eq!(matter(&fresh, &[status(1, Status::Offline), ended]), None);
    let queued = after(&[status(1, Status::Queued)]);
    assert_eq!(matter(&queued, &[status(2, Status::Queued)]), None, "a status is repeated");
    assert_eq!(matter(&queued, &[status(2, Status::Offline)]), Some(of_team(2, Matter::Left)));
}

#[test]
fn one_matter_is_left_once_until_somebody_takes_it() {
    let mut log = vec![status(1, Status::Offline), status(2, Status::Queued)];
    assert_eq!(matter(&after(&log), &[status(3, Status::Offline)]), None, "people come and go");
    log.push(status(3, Status::Agent));
    assert_eq!(matter(&after(&log), &[status(4, Status::Offline)]), Some(of_team(4, Matter::Left)));
}

#[test]
fn an_answer_is_mailed_to_whom_left_an_address() {
    let agent = || Author::Agent(AgentRef { id: AgentId::new("maja"), name: "Maja".to_owned() });
    let events = [said(1, agent()), said(2, agent()), said(3, Author::Bot)];
    let mut state = after(&events);
    assert_eq!(answer(&state, &events), None, "no address");
    state.slots.insert(CONTACT.to_owned(), "0401234567".into());
    assert_eq!(answer(&state, &events), None, "a phone number");
    state.slots.insert(CONTACT.to_owned(), "kim@example.fi".into());
    let newest = Effect { seq: Seq(2), work: Work::MailAnswer };
    assert_eq!(answer(&state, &events), Some(newest));
    assert_eq!(answer(&state, &events[2..]), None, "the bot is no person");
}
