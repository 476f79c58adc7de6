use crate::authoring::proof::prove;
use crate::content::Source;
use crate::content::build::draft;
use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::tests::small;

fn source(file: &str, text: &str) -> Source {
    Source { file: file.to_owned(), text: text.to_owned() }
}

/// The lamp's intent with a dialogue of these steps, and more files.
fn proven(steps: &str, more: &[Source]) -> Vec<Diagnostic> {
    let mut sources = small();
    sources[1] =
        source("dialogues/lamp.yaml", &format!("dialogue: lamp\nstart: a\nsteps:\n{steps}"));
    sources.extend_from_slice(more);
    let (draft, faults) = draft(&sources);
    let unread = faults.iter().filter(|it| it.code != Code::UnusedDialogue).collect::<Vec<_>>();
    assert!(unread.is_empty(), "{unread:#?}");
    prove(&draft)
}

fn text(word: &str) -> String {
    format!("{{ sv: {word}, fi: {word}, en: {word} }}")
}

fn ask(name: &str, rest: &str) -> String {
    let again = text(&format!("{name}2"));
    format!("  {name}: {{ ask: {0}, again: {again}, label: {0}, {rest} }}\n", text(name))
}

fn check(name: &str, no: &str) -> String {
    let again = text(&format!("{name}2"));
    format!("  {name}: {{ check: {0}, again: {again}, label: {0}, no: {no} }}\n", text(name))
}

fn say(name: &str, next: &str) -> String {
    format!("  {name}: {{ say: {}, next: {next} }}\n", text(name))
}

fn codes(faults: &[Diagnostic]) -> Vec<(Code, usize)> {
    faults.iter().map(|fault| (fault.code, fault.span.line)).collect()
}

#[test]
fn a_ladder_that_ends_with_a_person_is_sound() {
    let (draft, _) = draft(&small());
    assert!(prove(&draft).is_empty());
}

#[test]
fn whoever_is_not_helped_may_not_go_round_for_ever() {
    let steps = format!("{}{}", say("a", "b"), check("b", "a"));
    let faults = proven(&steps, &[]);
    assert_eq!(codes(&faults), [(Code::UnsolvedLoop, 5)]);
    let talk = faults[0].example.join("\n");
    assert_eq!(
        talk,
        "customer: Lampan\nbot: a\nbot: b\ncustomer: Nej\nbot: a\nbot: b\n… and so on, round and round"
    );
}

#[test]
fn a_circle_that_another_answer_leaves_is_no_fault() {
    let asks = "answers: { yes: person, no: look, unsure: look }";
    let faults = proven(&format!("{}{}", ask("a", asks), say("look", "a")), &[]);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_question_whose_slot_is_filled_is_not_come_back_to() {
    let asks = "slot: seen, answers: { yes: person, no: look, unsure: look }";
    let faults = proven(&format!("{}{}", ask("a", asks), say("look", "a")), &[]);
    assert_eq!(codes(&faults), [(Code::SkippedQuestion, 4)]);
    assert!(faults[0].example.iter().filter(|line| *line == "bot: look").count() >= 2);
}

#[test]
fn a_branch_that_always_goes_the_same_way_is_followed() {
    // What leads out of the circle is never taken: the slot only ever holds `x`.
    let steps = format!(
        "  a: {{ set: {{ kind: \"'x'\" }}, next: b }}\n{}  c: {{ branch: [ {{ if: \"slots.kind == 'x' or slots.kind == 'y'\", next: b }}, {{ else: person }} ] }}\n",
        ask("b", "answers: { yes: c, no: c, unsure: c }")
    );
    let mut sources = small();
    sources[1] =
        source("dialogues/lamp.yaml", &format!("dialogue: lamp\nstart: a\nsteps:\n{steps}"));
    let faults = prove(&draft(&sources).0);
    assert_eq!(codes(&faults), [(Code::NoWayOut, 5)]);
}

#[test]
fn dialogues_that_run_inside_themselves_are_found() {
    let other = format!(
        "dialogue: other\nstart: q\nsteps:\n{}  back: {{ call: lamp, next: end }}\n",
        ask("q", "answers: { yes: back, no: end, unsure: end }")
    );
    let steps = "  a: { call: other, next: person }\n";
    let faults = proven(steps, &[source("dialogues/other.yaml", &other)]);
    assert!(faults.iter().all(|fault| fault.code == Code::Recursion), "{faults:#?}");
    assert!(faults[0].message.contains("lamp → other → lamp"), "{}", faults[0].message);
}

#[test]
fn a_circle_of_dialogues_is_walked_through() {
    let other = format!(
        "dialogue: other\nstart: q\nsteps:\n{}  back: {{ goto: lamp }}\n",
        check("q", "back")
    );
    let faults = proven("  a: { goto: other }\n", &[source("dialogues/other.yaml", &other)]);
    assert_eq!(codes(&faults), [(Code::UnsolvedLoop, 4)]);
    assert_eq!(faults[0].file, "dialogues/other.yaml");
}

#[test]
fn a_call_that_never_comes_back_is_told() {
    let other = format!("dialogue: other\nstart: q\nsteps:\n{}", check("q", "person"));
    let steps = format!("  a: {{ call: other, next: b }}\n{}", say("b", "end"));
    let faults = proven(&steps, &[source("dialogues/other.yaml", &other)]);
    assert_eq!(codes(&faults), [(Code::UnreachableStep, 4)]);
}

#[test]
fn whoever_asks_for_a_person_gets_one() {
    let human = "intent: talk_to_human\ntitle: { sv: Människa, fi: Ihminen, en: Person }\nexamples: { sv: [en människa], fi: [ihminen], en: [a person] }\n";
    let never = format!("dialogue: talk_to_human\nstart: q\nsteps:\n{}", say("q", "end"));
    let sources = [
        source("intents/talk_to_human.yaml", human),
        source("dialogues/talk_to_human.yaml", &never),
    ];
    let faults = proven(&check("a", "person"), &sources);
    assert_eq!(codes(&faults), [(Code::NoPerson, 2)]);
}

#[test]
fn a_dialogue_in_the_bots_place_is_walked_through_too() {
    let mine = format!(
        "dialogue: mine\ninstead_of: cancel\nstart: a\nsteps:\n{}{}",
        say("a", "b"),
        check("b", "a")
    );
    let faults = proven(&check("a", "person"), &[source("dialogues/mine.yaml", &mine)]);
    assert_eq!(codes(&faults), [(Code::UnsolvedLoop, 6)]);
    assert_eq!(faults[0].example[0], "customer: (cancel)");
}
