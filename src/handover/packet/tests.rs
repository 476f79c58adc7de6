use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::content::build::draft;
use crate::content::tests::INTENT;
use crate::content::tests::source;
use crate::conversation::event::Place;
use crate::handover::summary;
use crate::ids::DialogueId;
use crate::ids::IntentId;
use crate::ids::StepId;
use crate::ids::Timestamp;

const DIALOGUE: &str = "\
dialogue: lamp
start: plugged
steps:
  plugged:
    ask: { sv: \"Sitter sladden i?\", fi: \"Onko johto kiinni?\", en: \"Is it plugged in?\" }
    again: { sv: \"Är lampan inkopplad?\", fi: \"Onko kytketty?\", en: \"Is it connected?\" }
    label: { sv: Sladden i, fi: Johto kiinni, en: Plugged in }
    slot: plugged
    answers: { yes: where, no: where, unsure: where }
  where:
    ask: { sv: \"Var står den?\", fi: \"Missä se on?\", en: \"Where is it?\" }
    again: { sv: \"I vilket rum?\", fi: \"Missä huoneessa?\", en: \"In which room?\" }
    label: { sv: Rum, fi: Huone, en: Room }
    slot: room
    choices:
      hall: { label: { sv: Hallen, fi: Eteinen, en: The hall }, next: person }
      kitchen: { label: { sv: Köket, fi: Keittiö, en: The kitchen }, next: person }
";

fn content() -> Content {
    draft(&[source("intents/lamp.yaml", INTENT), source("dialogues/lamp.yaml", DIALOGUE)]).0.train()
}

fn tried(step: &str, question: &str, answer: &str, value: Value) -> Arc<Tried> {
    let at = Place { dialogue: DialogueId::new("lamp"), step: StepId::new(step) };
    let (question, answer) = (question.to_owned(), answer.to_owned());
    Arc::new(Tried { question, answer, at: Some(at), value, topic: None })
}

fn words(lines: &[Line]) -> Vec<(&str, &str)> {
    lines.iter().map(|line| (line.question.as_str(), line.answer.as_str())).collect()
}

#[test]
fn steps_are_told_in_the_language_of_whoever_takes_over() {
    let mut state = State::new(Language::Sv, Timestamp(0));
    state.topic = Some(IntentId::new("lamp"));
    state.tried = vec![
        tried("plugged", "Sladden i", "Nej", json!("no")),
        tried("where", "Rum", "Köket", json!("kitchen")),
    ];
    let content = content();
    let steps = |lang| steps(&content, &state, lang);
    assert_eq!(words(&steps(Language::Sv)), [("Sladden i", "Nej"), ("Rum", "Köket")]);
    assert_eq!(words(&steps(Language::Fi)), [("Johto kiinni", "Ei"), ("Huone", "Keittiö")]);
    assert_eq!(words(&steps(Language::En)), [("Plugged in", "No"), ("Room", "The kitchen")]);
    assert_eq!(
        summary(&content, &state, Language::Sv),
        "Ämne: Lampan. Provat: Sladden i nej, Rum: Köket."
    );
}

#[test]
fn what_the_customer_put_in_their_own_words_stays() {
    let mut state = State::new(Language::Sv, Timestamp(0));
    state.tried = vec![
        tried("plugged", "Sladden i", "samma sak ändå", Value::Null),
        tried("plugged", "Kontakten", "Ja", json!("yes")),
        Arc::new(Tried {
            at: None,
            ..Arc::unwrap_or_clone(tried("plugged", "Sladden i", "Ja", json!("yes")))
        }),
    ];
    let steps = steps(&content(), &state, Language::En);
    let kept = [("Plugged in", "samma sak ändå"), ("Kontakten", "Ja"), ("Sladden i", "Ja")];
    assert_eq!(words(&steps), kept, "a label that the content has no more is told as it was read");
}

#[test]
fn what_is_known_is_told_in_words_and_not_twice() {
    let mut state = State::new(Language::Sv, Timestamp(0));
    state.tried = vec![tried("plugged", "Sladden i", "Ja", json!("yes"))];
    state.slots = [
        ("plugged", json!("yes")),
        ("room", json!("hall")),
        ("is_customer", json!(true)),
        ("nothing", Value::Null),
        ("watts", json!(40)),
    ]
    .map(|(slot, value)| (slot.to_owned(), value))
    .into();
    let known = |state: &State, lang| known(&content(), state, lang);
    let finnish = known(&state, Language::Fi);
    assert_eq!(words(&finnish), [("is customer", "Kyllä"), ("Huone", "Eteinen"), ("watts", "40")]);
    state.slots.insert("plugged".to_owned(), json!("no"));
    let corrected = known(&state, Language::En);
    assert!(words(&corrected).contains(&("Plugged in", "No")), "it is another than was answered");
}
