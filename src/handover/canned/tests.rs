//! What is refused when a canned reply is saved.

use crate::handover::canned::Canned;
use crate::language::Language;

fn reply(name: &str, texts: &[(Language, &str)]) -> Canned {
    let texts = texts.iter().map(|(lang, text)| (*lang, (*text).to_owned())).collect();
    Canned { id: "hello".to_owned(), name: name.to_owned(), texts, team: None }
}

/// Fields and codes of all faults, with what they are about.
fn faults(reply: &Canned) -> Vec<(&'static str, &'static str, Option<String>)> {
    let faults = reply.faults(50);
    faults.into_iter().map(|fault| (fault.field, fault.code, fault.about)).collect()
}

fn of_text(text: &str) -> Vec<(&'static str, Option<String>)> {
    let faults = faults(&reply("hej", &[(Language::Sv, text)]));
    faults
        .into_iter()
        .map(|(field, code, about)| {
            assert_eq!(field, "texts.sv");
            (code, about)
        })
        .collect()
}

#[test]
fn every_known_variable_passes_with_and_without_spaces() {
    assert_eq!(of_text("Hej {{visitor}}, {{ agent }} om {{topic}}"), []);
    assert_eq!(of_text("Klamrar { ensamma } och {en} {} är text"), []);
}

#[test]
fn an_unknown_variable_is_named_with_those_there_are() {
    let unknown = |name: &str| ("unknown_variable", Some(name.to_owned()));
    assert_eq!(of_text("Hej {{namn}} och {{}}!"), [unknown("{{namn}}"), unknown("{{}}")]);
    assert_eq!(of_text("{{Visitor}}"), [unknown("{{Visitor}}")], "as it is written");
    let said = reply("hej", &[(Language::Fi, "Hei {{nimi}}")]).faults(50);
    assert_eq!(said[0].field, "texts.fi");
    let words = "there is no variable {{nimi}}; there are {{visitor}}, {{agent}} and {{topic}}";
    assert_eq!(said[0].message, words);
}

#[test]
fn a_variable_that_does_not_end_is_shown_where_it_begins() {
    for text in ["Hej {{visitor", "Hej {{visitor}", "Hej {{visitor\n}}", "Hej {{visi{tor}}"] {
        let faults = of_text(text);
        assert_eq!(faults.len(), 1, "{text:?}");
        assert_eq!(faults[0].0, "open_variable", "{text:?}");
        assert!(faults[0].1.as_ref().unwrap().starts_with("{{visi"), "{text:?}");
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let mut broken = reply(" ", &[(Language::Sv, "  "), (Language::En, &"x".repeat(51))]);
    broken.id = "a b".to_owned();
    let expected = [
        ("id", "id", None),
        ("name", "name", None),
        ("texts.sv", "empty", None),
        ("texts.en", "too_long", Some("50".to_owned())),
    ];
    assert_eq!(faults(&broken), expected);
    assert_eq!(faults(&reply("hej", &[])), [("texts", "no_text", None)]);
}
