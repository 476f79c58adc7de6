//! One file for each frame and each kind of event, compared byte for byte. Add-only: a file that
//! stands here is what somebody's client relies on.

use serde_json::json;

use crate::conversation::event::AgentRef;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Outcome;
use crate::conversation::event::Status;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::DialogueId;
use crate::ids::FrameId;
use crate::ids::IntentId;
use crate::ids::Seq;
use crate::ids::StepId;
use crate::ids::TeamId;
use crate::ids::VisitorId;
use crate::language::Language;
use crate::protocol::Ack;
use crate::protocol::ErrorFrame;
use crate::protocol::Identity;
use crate::protocol::Limits;
use crate::protocol::Name;
use crate::protocol::ReadUpTo;
use crate::protocol::Secret;
use crate::protocol::Sender;
use crate::protocol::SenderRole;
use crate::protocol::Side;
use crate::protocol::Typing;
use crate::protocol::agent;
use crate::protocol::code::Close;
use crate::protocol::code::Code;
use crate::protocol::event::Audience;
use crate::protocol::event::event_frame;
use crate::protocol::visitor;

const LIMITS: Limits = Limits { text_chars: 4_000, frame_bytes: 65_536, messages_per_minute: 40 };

macro_rules! golden {
    ($($part:literal),+) => {
        include_str!(concat!("../golden/", $($part,)+ ".json")).trim_end()
    };
}

macro_rules! writes {
    ($name:literal, $frame:expr) => {
        assert_eq!($frame.to_json(), golden!($name), "{}", $name)
    };
}

macro_rules! reads {
    ($name:literal, $side:ident, $frame:expr) => {
        assert_eq!($side::parse(golden!($name), &LIMITS), Ok($frame), "{}", $name)
    };
}

/// Both forms of one stored event.
macro_rules! shows {
    ($name:literal, $fact:tt) => {
        let event = stored(&json!($fact));
        let conversation = conversation();
        let to_visitor = event_frame(&event, Audience::Visitor, None);
        assert_eq!(to_visitor, golden!("visitor/event/", $name), "{}", $name);
        let to_agent = event_frame(&event, Audience::Agent, Some(&conversation));
        assert_eq!(to_agent, golden!("agent/event/", $name), "{}", $name);
    };
}

fn conversation() -> ConversationId {
    ConversationId::new("c1")
}

fn id() -> FrameId {
    FrameId::new("f1")
}

/// An event as the store gives it back, with something in it that no reader may see.
fn stored(fact: &serde_json::Value) -> Event {
    let mut row = json!({ "seq": 7, "at": 1_795_383_296_789_i64 });
    let fields = row.as_object_mut().unwrap();
    fields.extend(fact.as_object().unwrap().clone());
    fields.insert("moves".into(), json!([{ "move": "missed", "text": "inside" }]));
    serde_json::from_value(row).unwrap()
}

#[test]
fn what_a_visitors_client_sends() {
    use visitor::ClientFrame;
    let hello = visitor::Hello {
        token: Some(Secret::new("v1.token".into())),
        identity: Some(Secret::new("a.b.c".into())),
        conversation: Some(conversation()),
        after: Some(Seq(12)),
        lang: vec!["sv-FI".into(), "fi".into()],
        client: Some(visitor::Client {
            name: Some("skicka-web".into()),
            version: Some("0.1.0".into()),
            platform: Some("web".into()),
        }),
        page: Some(visitor::Page {
            url: Some("https://bank.example/hjalp".into()),
            title: Some("Hjälp".into()),
        }),
    };
    reads!("visitor/client/hello", visitor, ClientFrame::Hello(Box::new(hello)));
    reads!("visitor/client/hello_new", visitor, ClientFrame::Hello(Box::default()));
    let text = "jag får ingen begäran i appen".to_owned();
    let attachments = Vec::new();
    reads!("visitor/client/message", visitor, ClientFrame::Message { id: id(), text, attachments });
    let (text, attachments) = ("se bilden".to_owned(), vec!["a1".to_owned()]);
    reads!(
        "visitor/client/message_with_attachment",
        visitor,
        ClientFrame::Message { id: id(), text, attachments }
    );
    let value = "private".to_owned();
    reads!("visitor/client/choice", visitor, ClientFrame::Choice { id: id(), seq: Seq(4), value });
    reads!("visitor/client/human", visitor, ClientFrame::Human { id: id() });
    reads!("visitor/client/lang", visitor, ClientFrame::Lang { id: id(), lang: Language::Fi });
    reads!("visitor/client/typing", visitor, ClientFrame::Typing);
    reads!("visitor/client/read", visitor, ClientFrame::Read { seq: Seq(9) });
    let comment = Some("Tack för hjälpen!".to_owned());
    reads!("visitor/client/rating", visitor, ClientFrame::Rating { id: id(), score: 5, comment });
    reads!("visitor/client/end", visitor, ClientFrame::End { id: id() });
    reads!("visitor/client/pong", visitor, ClientFrame::Pong);
}

#[test]
fn what_the_server_sends_to_a_visitor() {
    use visitor::ServerFrame;
    let welcome = visitor::Welcome {
        token: "v1.token".into(),
        visitor: VisitorId::new("v1"),
        conversation: conversation(),
        seq: Seq(0),
        resumed: false,
        lang: Language::Sv,
        status: Status::Bot,
        identity: Identity::Anonymous,
        read: visitor::ReadBy { visitor: Seq(0), agent: Seq(0) },
        ping_s: 25,
        limits: LIMITS,
    };
    writes!("visitor/server/welcome", ServerFrame::Welcome(Box::new(welcome)));
    let ack = Ack { id: id(), conversation: conversation(), seq: Seq(7), duplicate: true };
    writes!("visitor/server/ack", ServerFrame::Ack(ack));
    let from = Sender { role: SenderRole::Agent, name: Some("Anna".into()) };
    writes!(
        "visitor/server/typing",
        ServerFrame::Typing(Typing { conversation: None, from, ttl_s: 5 })
    );
    let read = ReadUpTo { conversation: None, by: Side::Agent, seq: Seq(7) };
    writes!("visitor/server/read", ServerFrame::Read(read));
    let queue = visitor::Queue {
        position: 1,
        wait_s: Some(90),
        wait_low_s: Some(40),
        wait_high_s: Some(140),
        open: true,
    };
    writes!("visitor/server/queue_with_spread", ServerFrame::Queue(queue));
    let queue = visitor::Queue {
        position: 1,
        wait_s: Some(90),
        wait_low_s: None,
        wait_high_s: None,
        open: true,
    };
    writes!("visitor/server/queue", ServerFrame::Queue(queue));
    let queue = visitor::Queue {
        position: 3,
        wait_s: None,
        wait_low_s: None,
        wait_high_s: None,
        open: false,
    };
    writes!("visitor/server/queue_without_estimate", ServerFrame::Queue(queue));
    let error = ErrorFrame::new(Code::BadFrame, "the frame is not JSON");
    writes!("visitor/server/error", ServerFrame::Error(error));
    let error = ErrorFrame {
        retry_after_s: Some(12),
        ..ErrorFrame::answering(&id(), Code::RateLimited, "too many messages")
    };
    writes!("visitor/server/error_rate_limited", ServerFrame::Error(error));
    writes!("visitor/server/ping", ServerFrame::Ping);
}

#[test]
fn what_an_agents_client_sends() {
    use agent::ClientFrame;
    let conversation = conversation();
    let text = "Hej, jag heter Anna.".to_owned();
    reads!("agent/client/hello", agent, ClientFrame::Hello { token: None });
    let token = Some(Secret::new("session".into()));
    reads!("agent/client/hello_with_token", agent, ClientFrame::Hello { token });
    reads!(
        "agent/client/presence",
        agent,
        ClientFrame::Presence { state: agent::Presence::Online, capacity: Some(3) }
    );
    let after = Seq(4);
    reads!(
        "agent/client/open",
        agent,
        ClientFrame::Open { conversation: conversation.clone(), after, lang: None }
    );
    let in_finnish =
        ClientFrame::Open { conversation: conversation.clone(), after, lang: Some(Language::Fi) };
    reads!("agent/client/open_in_finnish", agent, in_finnish);
    let leave = ClientFrame::Leave { conversation: conversation.clone() };
    reads!("agent/client/leave", agent, leave);
    let claim =
        |take_over| ClientFrame::Claim { id: id(), conversation: conversation.clone(), take_over };
    reads!("agent/client/claim_from_colleague", agent, claim(true));
    let claim = claim(false);
    reads!("agent/client/claim", agent, claim);
    let message = ClientFrame::Message { id: id(), conversation: conversation.clone(), text };
    reads!("agent/client/message", agent, message);
    let text = "Ringer banken.".to_owned();
    let note = ClientFrame::Note { id: id(), conversation: conversation.clone(), text };
    reads!("agent/client/note", agent, note);
    let typing = ClientFrame::Typing { conversation: conversation.clone(), note: false };
    reads!("agent/client/typing", agent, typing);
    let noting = ClientFrame::Typing { conversation: conversation.clone(), note: true };
    reads!("agent/client/typing_note", agent, noting);
    let read = ClientFrame::Read { conversation: conversation.clone(), seq: Seq(9) };
    reads!("agent/client/read", agent, read);
    reads!("agent/client/pong", agent, ClientFrame::Pong);
    let reopen = ClientFrame::Reopen { id: id(), conversation };
    reads!("agent/client/reopen", agent, reopen);
}

#[test]
fn how_an_agents_client_gives_a_conversation_away() {
    use agent::ClientFrame;
    let conversation = conversation();
    let to_team = ClientFrame::Transfer {
        id: id(),
        conversation: conversation.clone(),
        to: agent::TransferTo::Team(TeamId::new("cards")),
        note: Some("Gäller ett kort.".into()),
    };
    reads!("agent/client/transfer_to_team", agent, to_team);
    let to_agent = ClientFrame::Transfer {
        id: id(),
        conversation: conversation.clone(),
        to: agent::TransferTo::Agent(AgentId::new("a2")),
        note: None,
    };
    reads!("agent/client/transfer_to_agent", agent, to_agent);
    let hand_back = ClientFrame::HandBack {
        id: id(),
        conversation: conversation.clone(),
        dialogue: None,
        step: None,
    };
    reads!("agent/client/hand_back", agent, hand_back);
    let hand_back = ClientFrame::HandBack {
        id: id(),
        conversation: conversation.clone(),
        dialogue: Some(DialogueId::new("no_sms")),
        step: Some(StepId::new("wait")),
    };
    reads!("agent/client/hand_back_to_step", agent, hand_back);
    let tags = vec!["kort".to_owned(), "ny kund".to_owned()];
    let tag = ClientFrame::Tag { id: id(), conversation: conversation.clone(), tags };
    reads!("agent/client/tag", agent, tag);
    let note = Some("Löst per telefon.".to_owned());
    let outcome = Outcome::Resolved;
    let resolve = ClientFrame::Resolve { id: id(), conversation, outcome, note };
    reads!("agent/client/resolve", agent, resolve);
}

fn card() -> agent::Card {
    agent::Card {
        id: AgentId::new("a1"),
        name: "Anna".into(),
        role: "supervisor",
        teams: vec![TeamId::new("support")],
        languages: vec![Language::Sv, Language::Fi],
    }
}

#[test]
fn what_the_server_sends_to_an_agent() {
    use agent::ServerFrame;
    let conversation = conversation();
    let presence = agent::Presence::Away;
    let welcome = agent::Welcome { agent: card(), presence, ping_s: 25 };
    writes!("agent/server/welcome", ServerFrame::Welcome(welcome));
    let ack = Ack { id: id(), conversation: conversation.clone(), seq: Seq(7), duplicate: false };
    writes!("agent/server/ack", ServerFrame::Ack(ack));
    let from = Sender { role: SenderRole::Visitor, name: None };
    let typing = Typing { conversation: Some(conversation.clone()), from, ttl_s: 5 };
    writes!("agent/server/typing", ServerFrame::Typing(typing));
    let read =
        ReadUpTo { conversation: Some(conversation.clone()), by: Side::Visitor, seq: Seq(7) };
    writes!("agent/server/read", ServerFrame::Read(read));
    let on_duty = agent::OnDuty {
        id: AgentId::new("a1"),
        name: "Anna".into(),
        state: agent::Presence::Online,
        load: 2,
        capacity: 3,
        looking: vec![conversation.clone()],
    };
    writes!("agent/server/agents", ServerFrame::Agents { agents: vec![on_duty] });
    let error = ErrorFrame {
        conversation: Some(conversation),
        agent: Some(Name { name: "Anna".into() }),
        ..ErrorFrame::answering(&id(), Code::Taken, "Anna holds the conversation")
    };
    writes!("agent/server/error_taken", ServerFrame::Error(error));
    writes!("agent/server/ping", ServerFrame::Ping);
}

fn item() -> agent::InboxItem {
    agent::InboxItem {
        conversation: conversation(),
        status: Status::Queued,
        team: Some(TeamId::new("support")),
        lang: Language::Sv,
        topic: Some(IntentId::new("no_sms")),
        reason: Some("steps_exhausted".into()),
        priority: 0,
        waiting_since: Some("2026-11-22T19:34:56.789Z".into()),
        deadline: None,
        agent: None,
        offer: None,
        alarm: false,
        visitor: agent::InboxVisitor { name: None, identity: Identity::Anonymous },
        preview: "det kom inget".into(),
        tags: Vec::new(),
        unread: 3,
        removed: false,
    }
}

#[test]
fn the_inbox_and_the_packet() {
    use agent::ServerFrame;
    let full = agent::Inbox { full: true, items: vec![item()] };
    writes!("agent/server/inbox_full", ServerFrame::Inbox(full));
    let gone = agent::InboxItem {
        status: Status::Agent,
        deadline: Some("2026-11-22T19:39:56.789Z".into()),
        agent: Some(agent::AgentName { id: AgentId::new("a1"), name: "Anna".into() }),
        visitor: agent::InboxVisitor { name: Some("Maria".into()), identity: Identity::Verified },
        removed: true,
        ..item()
    };
    let change = agent::Inbox { full: false, items: vec![gone] };
    writes!("agent/server/inbox_change", ServerFrame::Inbox(change));
    let packet = agent::Packet {
        conversation: conversation(),
        reason: Some("steps_exhausted".into()),
        topic: Some(IntentId::new("no_sms")),
        steps: vec![agent::PacketStep { question: "Beställt ny kod".into(), answer: "ja".into() }],
        known: Vec::new(),
        slots: json!({ "customer_type": "private" }).as_object().unwrap().clone(),
        not_understood: vec!["blippblopp".into()],
        lang: Language::Sv,
        identity: Identity::Anonymous,
        waited_s: 42,
        page: Some(visitor::Page {
            url: Some("https://bank.example/hjalp".into()),
            title: Some("Hjälp".into()),
        }),
        summary: "Inget sms vid registreringen, 1 steg prövat".into(),
    };
    writes!("agent/server/packet", ServerFrame::Packet(Box::new(packet.clone())));
    let known = agent::PacketStep { question: "Kundtyp".into(), answer: "Privatkund".into() };
    let packet = agent::Packet { known: vec![known], ..packet };
    writes!("agent/server/packet_with_what_is_known", ServerFrame::Packet(Box::new(packet)));
}

#[test]
fn messages_as_each_reader_sees_them() {
    shows!("message_visitor", {
        "kind": "message", "from": { "role": "visitor" }, "id": "f1", "text": "inget sms",
        "lang": "sv",
        "read": {
            "as": "topic", "intent": "no_sms", "confidence": 873,
            "runner_up": "confirmation_code_error", "runner_up_confidence": 120,
            "words": [{ "word": "inget" }, { "word": "smss", "read_as": "sms" }],
            "revision": "r1"
        }
    });
    shows!("message_visitor_choice", {
        "kind": "message", "from": { "role": "visitor" }, "id": "f1", "text": "Privatkund",
        "lang": "sv", "chose": { "offer": 4, "value": "private" }, "read": { "as": "answer" }
    });
    shows!("message_bot", {
        "kind": "message", "from": { "role": "bot" }, "text": "Vilken?\nSäg till.", "lang": "sv",
        "topic": "no_sms",
        "choices": [{ "value": "private", "label": "Privatkund" }],
        "links": [{ "label": "Hjälp", "url": "https://bank.example/hjalp" }]
    });
    shows!("message_agent", {
        "kind": "message", "from": { "role": "agent", "id": "a1", "name": "Anna" },
        "id": "f9", "text": "Hej!", "lang": "sv"
    });
}

#[test]
fn changes_as_each_reader_sees_them() {
    shows!("status_queued", {
        "kind": "status", "status": "queued", "reason": "steps_exhausted", "team": "support",
        "front": true
    });
    shows!("status_agent", {
        "kind": "status", "status": "agent", "agent": { "id": "a1", "name": "Anna" },
        "team": "support"
    });
    shows!("status_bot", { "kind": "status", "status": "bot" });
    shows!("topic_opened", { "kind": "topic", "topic": "no_sms", "state": "opened" });
    shows!("topic_closed", {
        "kind": "topic", "topic": "no_sms", "state": "closed", "outcome": "resolved"
    });
    shows!("rating_request", { "kind": "rating_request", "text": "Hur gick det?", "scale": 5 });
    shows!("rated", { "kind": "rated", "score": 4, "comment": "bra" });
    shows!("ended", {
        "kind": "ended", "by": "agent", "outcome": "resolved", "note": "ringde upp"
    });
    shows!("erased", { "kind": "erased" });
}

#[test]
fn what_only_agents_see() {
    shows!("note", {
        "kind": "note", "from": { "id": "a1", "name": "Anna" }, "text": "verkar stressad"
    });
    shows!("tagged", {
        "kind": "tagged", "from": { "id": "a1", "name": "Anna" }, "tags": ["kort", "ny kund"]
    });
    shows!("transferred_to_team", {
        "kind": "transferred", "from": { "id": "a1", "name": "Anna" },
        "to": { "team": "cards" }, "note": "gäller kort"
    });
    shows!("transferred_to_agent", {
        "kind": "transferred", "from": { "id": "a1", "name": "Anna" },
        "to": { "agent": { "id": "a2", "name": "Bo" } }
    });
    // How the bot talks to other systems is between it and them.
    shows!("action", {
        "kind": "action", "call": "bank/balance", "state": "failed", "reason": "timed_out"
    });
    shows!("unknown", { "kind": "danced", "text": "not for this version" });
}

#[test]
fn no_visitor_form_names_an_account_or_what_moved_inside() {
    let agent = AgentRef { id: AgentId::new("account-1"), name: "Anna".into() };
    let facts = [
        Fact::Note { from: agent.clone(), text: "private".into() },
        Fact::Ended {
            by: crate::conversation::event::EndedBy::Agent,
            outcome: Outcome::Resolved,
            note: Some("private".into()),
        },
        Fact::Rated { score: 1, comment: Some("private".into()) },
    ];
    for fact in facts {
        let event = Event { fact, ..stored(&json!({ "kind": "erased" })) };
        let frame = event_frame(&event, Audience::Visitor, None);
        for kept in ["account-1", "private", "inside", "moves"] {
            assert!(!frame.contains(kept), "{frame}");
        }
    }
}

#[test]
fn codes_keep_their_names_and_numbers() {
    let codes = Code::ALL.map(Code::as_str).join(" ");
    assert_eq!(codes, include_str!("../golden/codes.txt").trim_end());
    for code in Code::ALL {
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
    }
    let closes = Close::ALL.map(|close| format!("{} {}", close.code(), close.reason()));
    assert_eq!(closes.join("\n"), include_str!("../golden/closes.txt").trim_end());
    // RFC 6455 leaves 123 bytes of a close frame for the words.
    assert!(Close::ALL.iter().all(|close| close.reason().len() <= 123));
}
