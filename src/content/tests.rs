use std::sync::OnceLock;

use super::*;
use crate::content::build::draft;
use crate::content::build::is_servable;
use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::ids::DialogueId;

pub(crate) const INTENT: &str = "\
intent: lamp
title: { sv: Lampan, fi: Lamppu, en: The lamp }
examples:
  sv: [lampan lyser inte, det är mörkt]
  fi: [lamppu ei pala, on pimeää]
  en: [the lamp is dark, no light]
";

const DIALOGUE: &str = "\
dialogue: lamp
start: plugged
steps:
  plugged:
    ask: { sv: \"Sitter sladden i?\", fi: \"Onko johto kiinni?\", en: \"Is it plugged in?\" }
    again: { sv: \"Är lampan inkopplad?\", fi: \"Onko kytketty?\", en: \"Is it connected?\" }
    label: { sv: Sladden i, fi: Johto kiinni, en: Plugged in }
    answers: { yes: person, no: plug, unsure: plug }
  plug:
    say: { sv: \"Sätt i den.\", fi: \"Kytke se.\", en: \"Plug it in.\" }
    next: helped
  helped:
    check: { sv: \"Hjälpte det?\", fi: \"Auttoiko se?\", en: \"Did it help?\" }
    again: { sv: \"Lyser den nu?\", fi: \"Palaako se?\", en: \"Is it lit?\" }
    label: { sv: Hjälpte, fi: Auttoi, en: Helped }
    no: person
";

pub(crate) fn source(file: &str, text: &str) -> Source {
    Source { file: file.to_owned(), text: text.to_owned() }
}

/// A bot that knows of one lamp.
pub(crate) fn small() -> Vec<Source> {
    vec![source("intents/lamp.yaml", INTENT), source("dialogues/lamp.yaml", DIALOGUE)]
}

/// The small content, trained once for all tests.
pub(crate) fn trained() -> Arc<Content> {
    static TRAINED: OnceLock<Arc<Content>> = OnceLock::new();
    Arc::clone(TRAINED.get_or_init(|| Arc::new(draft(&small()).0.train())))
}

fn faults_of(dialogue: &str) -> Vec<Diagnostic> {
    let sources = [source("intents/lamp.yaml", INTENT), source("dialogues/lamp.yaml", dialogue)];
    draft(&sources).1
}

fn only(dialogue: &str) -> (Code, usize, String) {
    let faults = faults_of(dialogue);
    assert_eq!(faults.len(), 1, "{faults:#?}");
    let fault = &faults[0];
    (fault.code, fault.span.line, fault.help.clone().unwrap_or_default())
}

#[test]
fn sound_content_has_no_fault() {
    let (_, faults) = draft(&small());
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_misspelt_target_is_pointed_at_with_the_likeliest_step() {
    let (code, line, help) = only(&DIALOGUE.replace("next: helped", "next: helpt"));
    assert_eq!((code, line), (Code::UnknownTarget, 11));
    assert_eq!(help, "did you mean `helped`?");
}

#[test]
fn a_text_without_a_language_is_named() {
    let (code, line, _) = only(&DIALOGUE.replace(", fi: \"Kytke se.\"", ""));
    assert_eq!((code, line), (Code::MissingLanguage, 10));
}

#[test]
fn a_misspelt_key_is_pointed_at() {
    let faults =
        faults_of(&DIALOGUE.replace("    again: { sv: \"Lyser", "    agian: { sv: \"Lyser"));
    let codes: Vec<(Code, usize)> =
        faults.iter().map(|fault| (fault.code, fault.span.line)).collect();
    assert_eq!(codes, [(Code::UnknownKey, 14)]);
    assert_eq!(faults[0].help.as_deref(), Some("did you mean `again`?"));
}

#[test]
fn a_step_that_nothing_leads_to_is_named() {
    let extra = "  lost:\n    resolve: {}\n";
    let (code, line, _) = only(&format!("{DIALOGUE}{extra}"));
    assert_eq!((code, line), (Code::UnreachableStep, 17));
}

#[test]
fn steps_without_an_end_are_found_though_they_ask() {
    let circle = DIALOGUE
        .replace("answers: { yes: person, no: plug, unsure: plug }", "answers: { yes: ask2, no: ask2, unsure: ask2 }")
        .replace("  plug:\n    say: { sv: \"Sätt i den.\", fi: \"Kytke se.\", en: \"Plug it in.\" }\n    next: helped\n", "")
        .split("  helped:")
        .next()
        .map(|head| {
            let again = head.split("  plugged:\n").nth(1).unwrap_or_default().replace("ask2", "plugged");
            format!("{head}  ask2:\n{again}")
        })
        .unwrap_or_default();
    let faults = faults_of(&circle);
    assert!(faults.iter().all(|fault| fault.code == Code::NoWayOut), "{faults:#?}");
    assert_eq!(faults.len(), 2);
}

#[test]
fn a_circle_that_asks_nothing_is_found() {
    let faults = faults_of(&DIALOGUE.replace("next: helped", "next: plug"));
    let codes: Vec<Code> = faults.iter().map(|fault| fault.code).collect();
    assert!(codes.contains(&Code::EndlessLoop), "{faults:#?}");
}

#[test]
fn every_fault_of_every_file_is_told_at_once() {
    let broken =
        DIALOGUE.replace("next: helped", "next: nowhere").replace("no: person", "no: nobody");
    let faults = draft(&[
        source("intents/lamp.yaml", &INTENT.replace("title:", "titel:")),
        source("dialogues/lamp.yaml", &broken),
        source("dialogues/bad.yaml", "dialogue: [unclosed"),
    ])
    .1;
    let files: Vec<&str> = faults.iter().map(|fault| fault.file.as_str()).collect();
    assert!(files.contains(&"intents/lamp.yaml"));
    assert!(files.contains(&"dialogues/bad.yaml"));
    assert!(
        faults.iter().filter(|fault| fault.code == Code::UnknownTarget).count() == 2,
        "{faults:#?}"
    );
    assert!(!is_servable(&faults));
}

#[test]
fn a_fault_is_shown_with_its_line_and_a_caret() {
    let dialogue = DIALOGUE.replace("next: helped", "next: hälped");
    let faults = faults_of(&dialogue);
    let shown = faults[0].render(&dialogue, false);
    assert_eq!(
        shown,
        "\
error[unknown-target]: there is no step `hälped` in this dialogue
  --> dialogues/lamp.yaml:11:11
   |
11 |     next: hälped
   |           ^^^^^^
   |
   = help: did you mean `helped`?"
    );
}

#[test]
fn content_without_an_intent_is_a_fault() {
    let (_, faults) = draft(&[]);
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].code, Code::NothingThere);
}

#[test]
fn yaml_that_unfolds_or_nests_without_end_is_refused() {
    let bomb = "dialogue: &a [x]\nstart: *a\nsteps: {}\n";
    assert!(faults_of(bomb).iter().any(|fault| fault.code == Code::Yaml));
    let deep = format!("dialogue: {}", "[".repeat(5_000));
    assert!(faults_of(&deep).iter().any(|fault| fault.code == Code::Yaml));
}

#[test]
fn the_word_no_stays_a_word() {
    let (draft, faults) = draft(&small());
    assert!(faults.is_empty());
    let content = draft.train();
    let dialogue = &content.dialogues[&DialogueId::new("lamp")];
    assert_eq!(dialogue.steps.len(), 3);
}

#[test]
fn a_text_may_name_only_what_some_step_sets() {
    let named = |text: &str| {
        let told = ["Sätt i den.", "Kytke se.", "Plug it in."];
        told.iter().fold(DIALOGUE.to_owned(), |dialogue, it| dialogue.replace(it, text))
    };
    let faults = faults_of(&named("{{ slots.plug }}"));
    assert!(faults.iter().all(|it| (it.code, it.span.line) == (Code::Template, 10)), "{faults:#?}");
    assert_eq!(faults.len(), 3);
    let set = "  plug:\n    set: { plug: \"'sladden'\" }\n    next: told\n  told:\n";
    let told = named("{{ slots.plug | upper }}");
    let faults = faults_of(&told.replace("  plug:\n", set));
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_choice_cannot_take_the_place_of_the_bots_own_buttons() {
    let choices = "choices: { person: { label: { sv: A, fi: A, en: A }, next: plug }, b: { label: { sv: B, fi: B, en: B }, next: plug } }";
    let (code, line, _) =
        only(&DIALOGUE.replace("answers: { yes: person, no: plug, unsure: plug }", choices));
    assert_eq!((code, line), (Code::BadValue, 8));
}

#[test]
fn a_call_that_asks_may_stand_in_a_circle() {
    let caller = "dialogue: caller\nstart: a\nsteps:\n  a: { call: lamp, next: a }\n";
    let faults = draft(&[
        source("intents/lamp.yaml", INTENT),
        source("dialogues/lamp.yaml", DIALOGUE),
        source("dialogues/caller.yaml", caller),
    ])
    .1;
    assert!(faults.iter().all(|fault| fault.code != Code::EndlessLoop), "{faults:#?}");
}

/// The dialogue with a call before its question.
fn calling(action: &str, rest: &str) -> String {
    let step = format!("  look_up:\n    action: {action}\n{rest}");
    DIALOGUE.replace("start: plugged", "start: look_up") + &step
}

const GOES_ON: &str = "    next: plugged\n    failed: person\n";

#[test]
fn a_call_needs_somewhere_to_go_when_it_fails() {
    let (code, line, help) = only(&calling("{ call: bank/x }", "    next: plugged\n"));
    assert_eq!((code, line), (Code::MissingKey, 18));
    assert!(help.contains("failed: person"), "{help}");
}

#[test]
fn what_a_call_names_is_checked() {
    let wrong = [
        ("{ call: \"https://evil.example/x\" }", Code::BadValue),
        ("{ call: bank/../x }", Code::BadValue),
        ("{ call: \"bank/x?y=1\" }", Code::BadValue),
        ("{ call: bank/x, timeout_s: 0 }", Code::BadValue),
        ("{ call: bank/x, timeout_s: 61 }", Code::BadValue),
        ("{ call: bank/x, retries: 6 }", Code::BadValue),
        ("{ call: bank/x, retires: 1 }", Code::UnknownKey),
        ("{ call: bank/x, answer: { sum: numbr } }", Code::BadValue),
        ("{ call: bank/x, answer: { sum: { from: a.b } } }", Code::MissingKey),
        ("{ call: bank/x, send: { a: slots.nothing } }", Code::Template),
        ("{ call: bank/x, send: { a: \"1 +\" } }", Code::Template),
    ];
    for (action, code) in wrong {
        let (found, line, _) = only(&calling(action, GOES_ON));
        assert_eq!(found, code, "{action}");
        assert!((17..=18).contains(&line), "{action}: {line}");
    }
    let sound = calling("{ call: bank/x/y-1, answer: { sum: number, ok: flag } }", GOES_ON);
    assert_eq!(faults_of(&sound), []);
}

#[test]
fn steps_that_call_or_give_time_in_a_circle_need_a_question() {
    let circle = calling("{ call: bank/x }", "    next: plugged\n    failed: look_up\n");
    assert_eq!(only(&circle).0, Code::EndlessLoop);
}

#[test]
fn the_bot_comes_back_at_a_time_of_day() {
    let come_back = |callback: &str| {
        let text = "{ sv: \"I morgon.\", fi: \"Huomenna.\", en: \"Tomorrow.\" }";
        DIALOGUE.replace("start: plugged", "start: later")
            + &format!(
                "  later:\n    say: {text}\n    callback: {callback}\n    nudge: {text}\n    next: plugged\n"
            )
    };
    assert_eq!(faults_of(&come_back("{ days: 1, at: \"09:00\" }")), []);
    assert_eq!(faults_of(&come_back("{ at: \"23:59\" }")), []);
    for wrong in ["{ days: 1, at: \"9\" }", "{ days: 31, at: \"09:00\" }", "{ at: \"25:00\" }"] {
        assert_eq!(only(&come_back(wrong)).0, Code::BadValue, "{wrong}");
    }
    assert_eq!(only(&come_back("{ days: 1 }")).0, Code::MissingKey);
}

#[test]
fn a_secret_of_the_authors_own_is_shown_with_its_place_when_it_cannot_be_used() {
    let with = |text: &str| {
        let mut sources = small();
        sources.push(source("secrets.yaml", text));
        draft(&sources)
    };
    let text = "secrets:\n  - { name: loan, pattern: 'LN-[0-9]+' }\n  - name: card\n";
    let faults = with(text).1;
    let places: Vec<_> = faults.iter().map(|fault| (fault.code, fault.span.line)).collect();
    assert_eq!(places, [(Code::BadValue, 2), (Code::MissingKey, 3)]);
    assert!(faults[0].help.as_deref().is_some_and(|help| help.contains("{1,20}")), "{faults:#?}");
    let (good, faults) = with("secrets:\n  - { name: loan, pattern: 'LN-[0-9]{5}' }\n");
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(!good.train().secrets.is_empty());
}

fn in_place(name: &str, occasion: &str, next: &str) -> Source {
    let text = format!(
        "dialogue: {name}\ninstead_of: {occasion}\nstart: told\nsteps:\n  told:\n    \
         say: {{ sv: \"Jaha.\", fi: \"Vai niin.\", en: \"I see.\" }}\n    next: {next}\n"
    );
    source(&format!("dialogues/{name}.yaml"), &text)
}

#[test]
fn a_dialogue_in_the_bots_place_has_one_occasion_and_nothing_leads_to_it() {
    let codes = |more: Vec<Source>| -> Vec<(Code, usize)> {
        let sources: Vec<Source> = small().into_iter().chain(more).collect();
        draft(&sources).1.iter().map(|fault| (fault.code, fault.span.line)).collect()
    };
    assert_eq!(codes(vec![in_place("mine", "cancel", "stay")]), []);
    assert_eq!(codes(vec![in_place("mine", "cancl", "end")]), [(Code::BadValue, 2)]);
    let two = vec![in_place("mine", "cancel", "end"), in_place("other", "cancel", "end")];
    assert_eq!(codes(two), [(Code::DuplicateId, 2)]);
    assert_eq!(codes(vec![in_place("mine", "cannot_help", "stay")]), [(Code::UnknownTarget, 7)]);
    let intent = INTENT.replace("title:", "dialogue: mine\ntitle:");
    let led = [source("intents/lamp.yaml", &intent), in_place("mine", "cancel", "end")];
    assert_eq!(draft(&led).1[0].code, Code::BadValue);
    let stays = DIALOGUE.replace("    next: helped", "    next: stay");
    assert!(faults_of(&stays).iter().any(|fault| fault.message == "there is nothing to stay at"));
}

/// An intent of this name, led to the lamp, with this place in the greeting.
fn suggested(name: &str, place: &str) -> Source {
    let text = format!(
        "intent: {name}\ntitle: {{ sv: {name} ett, fi: {name} yksi, en: {name} one }}\n\
         dialogue: lamp\nsuggested: {place}\nexamples:\n  sv: [{name} brummar]\n  \
         fi: [{name} hurisee]\n  en: [{name} hums]\n"
    );
    source(&format!("intents/{name}.yaml"), &text)
}

#[test]
fn the_greeting_suggests_topics_by_their_places_and_no_more_than_are_read() {
    let places = [("pump", "3"), ("door", "1"), ("fan", "2"), ("oven", "9"), ("tap", "4")];
    let mut sources = small();
    sources.extend(places.map(|(name, place)| suggested(name, place)));
    let (sound, faults) = draft(&sources);
    assert!(faults.is_empty(), "{faults:#?}");
    let ids = |names: &[&str]| names.iter().map(|name| IntentId::new(name)).collect::<Vec<_>>();
    assert_eq!(sound.train().suggested(), ids(&["door", "fan", "pump", "tap", "oven"]));

    sources.extend([suggested("well", "2"), suggested("sink", "10")]);
    let (over, faults) = draft(&sources);
    assert!(is_servable(&faults), "{faults:#?}");
    let told: Vec<(&str, &str)> =
        faults.iter().map(|fault| (fault.file.as_str(), fault.message.as_str())).collect();
    let more = "the greeting suggests 5 topics, and this is one more";
    assert_eq!(
        told,
        [
            ("intents/fan.yaml", "intent `well` is suggested in the same place"),
            ("intents/oven.yaml", more),
            ("intents/sink.yaml", more),
            ("intents/well.yaml", "intent `fan` is suggested in the same place"),
        ]
    );
    assert_eq!(over.train().suggested(), ids(&["door", "fan", "well", "pump", "tap"]));
    for place in ["0", "100", "first"] {
        let faults = draft(&[small(), vec![suggested("well", place)]].concat()).1;
        let messages: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(messages, ["`suggested` must be a whole number from 1 to 99"]);
        assert_eq!(faults[0].span.line, 4);
    }
}
