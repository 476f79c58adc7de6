use super::*;
use crate::authoring::transcript::Transcript;
use crate::authoring::transcript::rehearsal::BEGINNING;
use crate::authoring::transcript::rehearsal::play;
use crate::content::build;

fn lamps(changes: &[(&str, &str)]) -> Content {
    let mut sources = crate::content::tests::small();
    for source in &mut sources {
        for (from, to) in changes {
            source.text = source.text.replace(from, to);
        }
    }
    build::draft(&sources).0.train()
}

fn log_of(text: &str) -> Vec<Event> {
    let transcript = Transcript::read(text, Language::Sv).expect("it can be read");
    let played = play(&lamps(&[]), &transcript);
    assert_eq!(played.failure, None);
    played.log
}

fn against(changes: &[(&str, &str)], log: &[Event]) -> Verdict {
    replay(&lamps(changes), &Policy::default(), BEGINNING, log)
}

const HELPED: &str = "visitor: lampan lyser inte\npress: Nej\npress: Ja\n";

#[test]
fn the_same_content_changes_nothing() {
    for text in [
        HELPED,
        "visitor: lampan lyser inte\nperson:\nvisitor: hallå?\nduty: nobody\nduty: somebody\n",
        "visitor: lampan lyser inte\nlanguage: en\nvisitor: no\nlater: 2 h\n",
        "burst: 1200 ms\nvisitor: hmm\nlater: 5 s\nvisitor: lampan lyser inte\nleave:\n",
        "duty: nobody\nvisitor: lampan lyser inte\npress: Ja\nduty: somebody\n",
    ] {
        assert_eq!(against(&[], &log_of(text)), Verdict::Same, "{text}");
    }
}

#[test]
fn what_was_resolved_and_no_longer_is_is_told_with_before_and_after() {
    let log = log_of(HELPED);
    let Verdict::Changed(change) = against(&[("next: helped", "next: person")], &log) else {
        panic!("the question is gone");
    };
    assert!(change.lost);
    assert_eq!(change.difference.at, "lamp/plugged, answer no");
    assert_eq!(change.difference.before, "asks lamp/helped");
    assert_eq!(change.difference.after, "topic lamp closed escalated");
    assert_eq!(change.cue, "press: Nej");
    assert!(change.before.contains(&"bot: Hjälpte det?".to_owned()), "{change:?}");
    assert_eq!(change.outcome_before.as_deref(), Some("resolved"));
    assert_eq!(change.outcome_after.as_deref(), Some("escalated"));
}

#[test]
fn other_words_are_no_other_course() {
    let log = log_of(HELPED);
    assert_eq!(against(&[("Hjälpte det?", "Blev det bättre?")], &log), Verdict::Reworded);
    // Who never came there is not concerned.
    let early = log_of("visitor: lampan lyser inte\npress: Ja\n");
    assert_eq!(against(&[("Hjälpte det?", "Blev det bättre?")], &early), Verdict::Same);
}

#[test]
fn what_was_erased_cannot_be_played() {
    let mut log = log_of(HELPED);
    log[1].fact = Fact::Erased;
    assert_eq!(against(&[], &log), Verdict::Unplayable);
    assert_eq!(against(&[], &[]), Verdict::Same);
}

/// An edit by which telling what to do asks another system.
const LOOKS: (&str, &str) = (
    "    next: helped\n",
    "    action: { call: bank/look, answer: { lit: flag } }\n    next: helped\n    failed: person\n",
);

#[test]
fn calls_are_played_with_what_came_of_them() {
    let log_of = |rest: &str| {
        let text = format!("visitor: lampan lyser inte\npress: Nej\n{rest}");
        let transcript = Transcript::read(&text, Language::Sv).expect("it can be read");
        let played = play(&lamps(&[LOOKS]), &transcript);
        assert_eq!(played.failure, None);
        played.log
    };
    let answered = log_of("answer: {\"lit\": true}\npress: Ja\n");
    let failed = log_of("fails: timed_out\n");
    for log in [&answered, &failed] {
        assert_eq!(against(&[LOOKS], log), Verdict::Same);
        let Verdict::Changed(change) = against(&[LOOKS, ("bank/look", "bank/see")], log) else {
            panic!("another call is another way");
        };
        assert_eq!(change.difference.before, "call bank/look started");
        assert_eq!(change.difference.after, "call bank/see started");
    }
    let mended = [LOOKS, ("failed: person", "failed: helped")];
    assert_eq!(against(&mended, &answered), Verdict::Same);
    let Verdict::Changed(change) = against(&mended, &failed) else {
        panic!("who was not answered comes elsewhere");
    };
    assert_eq!(change.difference.at, "lamp/plug");
    assert_eq!(change.cue, "fails: timed_out");
    assert!(!change.lost);
}

#[test]
fn what_an_edit_changes_is_told_apart_from_what_changed_before() {
    let held = log_of(HELPED);
    let serving = [("next: helped", "next: person")];
    let edited = [serving[0], ("Sätt i den.", "Tryck i den.")];
    assert!(matches!(against(&edited, &held), Verdict::Changed(_)));
    let base = held_with(&lamps(&serving), &Policy::default(), BEGINNING, &held);
    let base = base.expect("it can be played");
    assert_eq!(against(&serving, &base), Verdict::Same);
    assert_eq!(against(&edited, &base), Verdict::Reworded);
}
