use serde_json::Value;
use serde_json::json;

use super::*;
use crate::authoring::transcript::Transcript;
use crate::authoring::transcript::rehearsal::play;
use crate::content::build;

const DOOR: &str = "\
intent: door
title: { sv: Dörren, fi: Ovi, en: The door }
dialogue: lamp
examples:
  sv: [dörren har låst sig, dörren går inte upp]
  fi: [ovi on lukossa]
  en: [the door is stuck]
";

fn home() -> Content {
    let mut sources = crate::content::tests::small();
    sources.push(crate::content::tests::source("intents/door.yaml", DOOR));
    build::draft(&sources).0.train()
}

fn of(content: &Content, name: &str, text: &str) -> Vec<Missed> {
    let transcript = Transcript::read(text, Language::Sv).expect("it can be read");
    let played = play(content, &transcript);
    assert_eq!(played.failure, None);
    of_conversation(&ConversationId::new(name), &played.log)
}

fn texts(found: &[Missed]) -> Vec<(&str, Why, Option<&str>)> {
    found
        .iter()
        .map(|it| (it.text.as_str(), it.why, it.meant.as_ref().map(IntentId::as_str)))
        .collect()
}

fn log(facts: &[Value]) -> Vec<Event> {
    let events = (1..).zip(facts).map(|(seq, fact)| {
        let mut fact = fact.clone();
        fact["seq"] = json!(seq);
        fact["at"] = json!(1_000 * seq);
        serde_json::from_value(fact).unwrap()
    });
    events.collect()
}

fn said(text: &str, read_as: &str) -> Value {
    json!({ "kind": "message", "from": { "role": "visitor" }, "text": text, "lang": "sv", "read": { "as": read_as } })
}

fn missed(mut fact: Value, text: &str) -> Value {
    fact["moves"] = json!([{ "move": "missed", "text": text }]);
    fact
}

#[test]
fn what_was_rejected_is_found_with_what_the_customer_chose_then() {
    let bot =
        json!({ "kind": "message", "from": { "role": "bot" }, "text": "Vilket?", "lang": "sv" });
    let mut pressed = said("Lampan", "answer");
    pressed["chose"] = json!({ "offer": 5, "value": "lamp" });
    let log = log(&[
        bot.clone(),
        missed(said("qwzx blurp", "not_understood"), "qwzx blurp"),
        bot.clone(),
        missed(said("xyzzy frotz", "not_understood"), "xyzzy frotz"),
        bot,
        pressed,
        // Beside an open question it is missed as well, and counts once.
        missed(said("vad blir det för väder", "out_of_scope"), "vad blir det för väder"),
    ]);
    let expected = [
        ("qwzx blurp", Why::Rejected, None),
        ("xyzzy frotz", Why::Rejected, Some("lamp")),
        ("vad blir det för väder", Why::OutOfScope, None),
    ];
    assert_eq!(texts(&of_conversation(&ConversationId::new("c1"), &log)), expected);
    let content = home();
    assert_eq!(of(&content, "c1", "visitor: lampan lyser inte\npress: Nej\npress: Ja\n"), []);
}

#[test]
fn a_message_that_waited_for_more_is_found_by_what_it_became() {
    let mut waits = said("hmm qwzx", "not_understood");
    waits["moves"] = json!([{ "move": "waits", "until": 9 }]);
    let mut read = json!({ "kind": "status", "status": "bot" });
    read["moves"] = json!([{ "move": "read", "reading": { "as": "out_of_scope" } }]);
    let found = of_conversation(&ConversationId::new("c1"), &log(&[waits, read]));
    assert_eq!(texts(&found), [("hmm qwzx", Why::OutOfScope, None)]);
}

#[test]
fn a_topic_that_was_taken_back_at_once_was_not_what_was_meant() {
    let content = home();
    let found = of(&content, "c1", "visitor: lampan lyser inte\nvisitor: dörren har låst sig\n");
    assert_eq!(texts(&found), [("lampan lyser inte", Why::Corrected, Some("door"))]);
    let answered = of(
        &content,
        "c1",
        "visitor: lampan lyser inte\npress: Nej\nvisitor: dörren har låst sig\n",
    );
    assert_eq!(answered, [], "who has answered meant it");
}

#[test]
fn like_messages_are_one_group_and_the_same_words_one_line() {
    let content = home();
    let mut all = Vec::new();
    for (at, text) in [
        "vad kostar kortet",
        "vad kostar  kortet",
        "vad kostar korten i år",
        "öppnar kontoret i dag",
    ]
    .into_iter()
    .enumerate()
    {
        all.push(Missed {
            conversation: ConversationId::new(&format!("c{at}")),
            at: Timestamp(i64::try_from(at).unwrap()),
            lang: Language::Sv,
            text: text.to_owned(),
            why: Why::Rejected,
            meant: (at == 0).then(|| IntentId::new("door")),
        });
    }
    let finnish = Missed { lang: Language::Fi, ..all[0].clone() };
    all.push(finnish);
    let gathered = groups(&content, all.clone());
    let seen: Vec<(Language, u64, usize)> =
        gathered.iter().map(|group| (group.lang, group.count, group.texts.len())).collect();
    assert_eq!(seen, [(Language::Sv, 3, 2), (Language::Sv, 1, 1), (Language::Fi, 1, 1)]);
    let first = &gathered[0].texts[0];
    assert_eq!((first.text.as_str(), first.count), ("vad kostar kortet", 2));
    assert_eq!(first.conversation, ConversationId::new("c1"), "where it was said last");
    assert_eq!(gathered[0].meant, Some(IntentId::new("door")));
    all.reverse();
    let mut again = groups(&content, all);
    again.sort_by_key(|group| (std::cmp::Reverse(group.count), group.lang, group.texts.len()));
    let mut gathered = gathered;
    gathered.sort_by_key(|group| (std::cmp::Reverse(group.count), group.lang, group.texts.len()));
    assert_eq!(gathered, again, "the order in which they come does not count");
}
