use std::fmt::Write as _;

use super::*;
use crate::authoring::trail::trail;
use crate::authoring::transcript::bless::bless;
use crate::authoring::transcript::coverage::Coverage;
use crate::authoring::transcript::mutate::Manner;
use crate::authoring::transcript::mutate::WordForms;
use crate::authoring::transcript::mutate::retell;
use crate::authoring::transcript::rehearsal::play;
use crate::authoring::transcript::stage::DiffLine;
use crate::content::Content;

fn lamps() -> Content {
    Content::clone(&crate::content::tests::trained())
}

fn read(text: &str) -> Transcript {
    Transcript::read(text, Language::Sv).expect("the transcript can be read")
}

#[test]
fn a_transcript_fails_with_its_line_and_a_diff() {
    let transcript = read("visitor: lampan lyser inte\ntopic: lamp opened\nbot: bananas\n");
    let failure = play(&lamps(), &transcript).failure.expect("the bot says nothing of bananas");
    assert_eq!(failure.line, 3);
    assert_eq!(failure.diff[0], DiffLine::Met { said: "topic: lamp opened".to_owned() });
    let missing = DiffLine::Missing { line: 3, expected: "bot: bananas".to_owned() };
    assert!(failure.diff.contains(&missing), "{failure}");
    let shown = failure.to_string();
    assert!(shown.contains("\n      visitor: lampan lyser inte\n"), "{shown}");
    assert!(shown.contains("\n    - bot: bananas   (line 3)"), "{shown}");
    assert!(shown.contains("\n    + bot: "), "{shown}");
}

#[test]
fn words_are_matched_loosely_and_quoted_words_exactly() {
    let said = |kind, text: &str| Happening { kind, text: text.to_owned(), variants: Vec::new() };
    let expects = |line: &str| match &read(line).lines[0].kind {
        LineKind::Expect(expectation) => expectation.clone(),
        other => panic!("{other:?}"),
    };
    let bot = said(Kind::Bot, "Sitter sladden i?");
    assert!(expects("bot: SLADDEN").is_met_by(&bot));
    assert!(!expects("bot: \"sladden\"").is_met_by(&bot));
    assert!(expects("bot: \"Sitter  sladden i?\"").is_met_by(&bot));
    let either = Happening { variants: vec!["Är sladden i?".to_owned()], ..bot };
    assert!(expects("bot: är sladden i").is_met_by(&either));
    assert!(expects("bot: sitter sladden i").is_met_by(&either));
    assert!(!expects("bot: är den i").is_met_by(&either));
    let topic = said(Kind::Topic, "no_sms closed resolved");
    assert!(expects("topic: no_sms").is_met_by(&topic));
    assert!(expects("topic: no_sms resolved").is_met_by(&topic));
    assert!(!expects("topic: sms").is_met_by(&topic));
    assert!(!expects("topic: no_sms opened").is_met_by(&topic));
    let choices = said(Kind::Choices, "Ja | Nej | Vet inte");
    assert!(expects("choices: Ja | Nej").is_met_by(&choices));
    assert!(!expects("choices: \"Ja | Nej\"").is_met_by(&choices));
    assert!(expects("queue: support").is_met_by(&said(Kind::Queue, "support")));
    assert!(!expects("queue: support").is_met_by(&said(Kind::Queue, "cards")));
}

#[test]
fn a_line_that_cannot_be_read_says_how_to_write_it() {
    let of = |text| Transcript::read(text, Language::Sv).expect_err("it is wrong").to_string();
    assert!(of("# ja\nhello").starts_with("line 2: a line is `key: value`"));
    assert!(of("later: soon").contains("write `5 min`"));
    assert!(of("later: 5 weeks").contains("write ms, s, min, h or d"));
    assert!(of("vistor: hej").contains("`vistor:` is no line of a transcript"));
    assert!(of("answer: {").contains("is no JSON"));
    assert!(of("fails: often").contains("there are not_configured, timed_out"));
    assert!(of("visitor: hej\nlang: fi").contains("`language: en`"));
}

#[test]
fn what_is_written_down_reads_the_same_again() {
    let text = "visitor: hej\npress: Ja\nperson:\nlanguage: en\nleave:\nlater: 90 min\n\
                later: 2 h\nburst: 1200 ms\nduty: nobody\nduty: somebody\n\
                answer: {\"a\":[1,null]}\nfails: timed_out\n";
    let mut written = String::new();
    for line in &read(text).lines {
        let LineKind::Cue(cue) = &line.kind else { panic!("{line:?}") };
        writeln!(written, "{cue}").expect("a text takes everything");
    }
    assert_eq!(read(&written), read(text));
}

#[test]
fn blessing_mends_what_does_not_hold_and_nothing_else() {
    let content = lamps();
    let text = "# our lamp\nvisitor: lampan lyser inte\n# opens\ntopic: lamp opened\n\
                press: Ja\nbot: bananas\nqueue: fruit\n\nvisitor: ja\nbot: \n";
    let text = text.trim_end_matches("bot: \n");
    let blessed = bless(&content, text, &read(text)).expect("everything can be done");
    assert!(blessed.starts_with(
        "# our lamp\nvisitor: lampan lyser inte\n# opens\ntopic: lamp opened\npress: Ja\n"
    ));
    assert!(!blessed.contains("bananas") && !blessed.contains("fruit"), "{blessed}");
    let again = play(&content, &read(&blessed));
    assert_eq!(again.failure, None, "{blessed}");
    assert_eq!(bless(&content, &blessed, &read(&blessed)).as_ref(), Ok(&blessed));
}

#[test]
fn a_button_that_is_not_there_is_told_with_those_that_are() {
    let transcript = read("visitor: lampan lyser inte\npress: Kanske så\n");
    let failure = play(&lamps(), &transcript).failure.expect("there is no such button");
    assert_eq!(failure.line, 2);
    assert!(failure.message.contains("there are: Ja | Nej"), "{failure}");
}

#[test]
fn coverage_counts_steps_answers_and_languages() {
    let content = lamps();
    let none = Coverage::of(&content, &[]);
    assert_eq!((none.steps.covered, none.answers.covered, none.languages.covered), (0, 0, 0));
    let played = play(&content, &read("visitor: lampan lyser inte\npress: Ja\n"));
    let trail = trail(&content, played.lang, &played.log);
    let some = Coverage::of(&content, &[trail]);
    assert_eq!(some.answers.covered, 1, "{some:?}");
    assert!(
        some.answers.missing.iter().all(|name| !name.ends_with(": yes")) || some.answers.all > 3
    );
    assert_eq!(some.languages.covered, 1);
    assert!(some.steps.covered >= 1 && some.least() < 100);
}

#[test]
fn every_line_is_retold_alone_and_the_same_for_a_seed() {
    let content = lamps();
    let transcript = read("visitor: lampan lyser inte på kvällen\npress: Ja\nvisitor: ja\n");
    let forms = WordForms::of(&content);
    let told = retell(&transcript, &forms, 7);
    assert_eq!(told, retell(&transcript, &forms, 7));
    assert!(told.iter().any(|told| told.manner == Manner::Typos));
    let plain = told.iter().find(|told| told.manner == Manner::NoDiacritics).expect("å goes");
    assert_eq!(plain.text, "lampan lyser inte pa kvallen");
    assert!(told.iter().all(|told| told.line == 1), "\"ja\" has nothing to be changed: {told:#?}");
    let other = retell(&transcript, &forms, 8);
    assert_ne!(told, other);
}
