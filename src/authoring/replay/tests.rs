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
