//! Talks with a bot that asks another system.

use std::sync::OnceLock;

use crate::authoring::transcript::Transcript;
use crate::authoring::transcript::rehearsal::play;
use crate::authoring::transcript::stage::Failure;
use crate::content::Content;
use crate::content::build::draft;
use crate::content::build::is_servable;
use crate::content::tests::source;
use crate::conversation::effect::Work;
use crate::conversation::event::Event;
use crate::language::Language;

const INTENTS: &[(&str, &str)] = &[
    (
        "intents/balance.yaml",
        "intent: balance
title: { sv: Saldo, fi: Saldo, en: Balance }
examples:
  sv: [vad har jag på kontot, hur mycket pengar har jag]
  fi: [paljonko tilillä on rahaa]
  en: [how much money do I have, what is my balance]
",
    ),
    (
        "intents/lamp.yaml",
        "intent: lamp
title: { sv: Lampan, fi: Lamppu, en: The lamp }
examples:
  sv: [lampan lyser inte, det är mörkt i lampan]
  fi: [lamppu ei pala]
  en: [the lamp is dark]
",
    ),
    (
        "intents/talk_to_human.yaml",
        "intent: talk_to_human
title: { sv: Prata med en människa, fi: Ihminen, en: A person }
examples:
  sv: [jag vill tala med en människa, koppla mig till någon]
  fi: [haluan puhua ihmisen kanssa]
  en: [I want a person]
",
    ),
];

const BALANCE: &str = "dialogue: balance
start: number
steps:
  number:
    ask: { sv: \"Vilket kundnummer har du?\", fi: \"Mikä on numerosi?\", en: \"What is your number?\" }
    again: { sv: \"Skriv kundnumret.\", fi: \"Kirjoita numero.\", en: \"Write the number.\" }
    label: { sv: Kundnummer, fi: Numero, en: Number }
    slot: number
    kind: reference
    pattern: \"[0-9]{4}\"
    refuse: { sv: \"Det var inget nummer.\", fi: \"Ei ollut numero.\", en: \"No number.\" }
    next: look_up
    unsure: person
  look_up:
    say: { sv: \"Jag tittar efter.\", fi: \"Katson.\", en: \"Let me look.\" }
    action:
      call: bank/balance
      send: { number: slots.number }
      answer:
        balance: { from: account.balance, kind: number }
        frozen: flag
        owner: { kind: text, optional: true }
    next: tell
    failed: sorry
  tell:
    say:
      sv: \"Du har {{ slots.balance }} euro{% if slots.frozen %}, men kontot är spärrat{% endif %}.\"
      fi: \"Sinulla on {{ slots.balance }} euroa.\"
      en: \"You have {{ slots.balance }} euros.\"
    next: resolved
  sorry:
    say: { sv: \"Det gick inte just nu.\", fi: \"Ei onnistunut.\", en: \"That failed.\" }
    next: person
";

const LAMP: &str = "dialogue: lamp
start: helped
steps:
  helped:
    check: { sv: \"Hjälper det att byta den?\", fi: \"Auttaako vaihto?\", en: \"Does changing it help?\" }
    again: { sv: \"Lyser den nu?\", fi: \"Palaako se?\", en: \"Is it lit?\" }
    label: { sv: Hjälpte, fi: Auttoi, en: Helped }
    no: person
";

const HUMAN: &str = "dialogue: talk_to_human
start: over
steps:
  over: { escalate: { reason: requested } }
";

fn content() -> &'static Content {
    static CONTENT: OnceLock<Content> = OnceLock::new();
    CONTENT.get_or_init(|| {
        let dialogues = [
            ("dialogues/balance.yaml", BALANCE),
            ("dialogues/lamp.yaml", LAMP),
            ("dialogues/talk_to_human.yaml", HUMAN),
        ];
        let sources: Vec<_> =
            INTENTS.iter().chain(&dialogues).map(|(file, text)| source(file, text)).collect();
        let (draft, faults) = draft(&sources);
        assert!(is_servable(&faults), "{faults:#?}");
        draft.train()
    })
}

#[track_caller]
fn holds(transcript: &str) {
    if let Some(failure) = failure_of(transcript) {
        panic!("{failure}");
    }
}

fn failure_of(transcript: &str) -> Option<Failure> {
    let transcript = Transcript::read(transcript, Language::Sv).expect("it can be read");
    play(content(), &transcript).failure
}

const ASKED: &str = "
    visitor: vad har jag på kontot
    bot: Vilket kundnummer
    visitor: 1234
    bot: Jag tittar efter.
    action: bank/balance started
    silent:
";

fn after_asking(rest: &str) {
    holds(&format!("{ASKED}{rest}"));
}

#[test]
fn an_answer_fills_the_slots_that_the_step_declares() {
    after_asking(
        r#"
        answer: {"account": {"balance": 12.5, "iban": "x"}, "frozen": true}
        action: bank/balance answered
        bot: Du har 12.5 euro, men kontot är spärrat.
        topic: balance closed resolved
        "#,
    );
}

#[test]
fn a_call_that_fails_goes_where_the_step_says() {
    for failure in ["timed_out", "unreachable", "too_large", "redirected", "not_json"] {
        after_asking(&format!(
            "
            fails: {failure}
            action: bank/balance failed {failure}
            bot: Det gick inte just nu.
            status: queued steps_exhausted
            "
        ));
    }
}

#[test]
fn an_answer_of_another_shape_is_a_failure() {
    let wrong = [
        "[]",
        "7",
        "null",
        r#"{"account": {"balance": "12.5"}, "frozen": true}"#,
        r#"{"account": {"balance": 1}}"#,
        r#"{"account": [1], "frozen": true}"#,
        r#"{"account": {"balance": 1}, "frozen": "no"}"#,
        r#"{"account": {"balance": 1}, "frozen": false, "owner": 7}"#,
    ];
    for answer in wrong {
        after_asking(&format!(
            "
            answer: {answer}
            action: bank/balance failed wrong_shape
            bot: Det gick inte just nu.
            "
        ));
    }
}

#[test]
fn what_is_said_meanwhile_is_answered_and_counts_as_no_miss() {
    after_asking(
        r#"
        visitor: ja
        bot: Ett ögonblick
        visitor: qwzx qwzx
        bot: Ett ögonblick
        visitor: är du kvar
        bot: Ett ögonblick
        visitor: qwzx hallå
        bot: Ett ögonblick
        answer: {"account": {"balance": 3}, "frozen": false}
        bot: Du har 3 euro.
        "#,
    );
}

#[test]
fn a_person_can_be_had_meanwhile_and_the_late_result_moves_nothing() {
    after_asking(
        r#"
        visitor: jag vill tala med en människa
        status: queued requested
        answer: {"account": {"balance": 3}, "frozen": false}
        action: bank/balance answered
        silent:
        "#,
    );
    after_asking(
        "
        person:
        status: queued requested
        fails: timed_out
        action: bank/balance failed timed_out
        silent:
        ",
    );
}

#[test]
fn another_problem_meanwhile_is_kept_for_afterwards() {
    after_asking(
        r#"
        visitor: lampan lyser inte
        bot: Ett ögonblick
        answer: {"account": {"balance": 3}, "frozen": false}
        bot: Du har 3 euro.
        bot: Lampan
        visitor: ja
        bot: Hjälper det att byta den?
        "#,
    );
}

#[test]
fn cancelling_stops_the_matter_and_not_the_conversation() {
    after_asking(
        r#"
        visitor: avbryt
        bot: Okej
        answer: {"account": {"balance": 3}, "frozen": false}
        action: bank/balance answered
        silent:
        visitor: lampan lyser inte
        bot: Hjälper det att byta den?
        "#,
    );
}

#[test]
fn a_result_that_never_comes_is_a_failure_in_the_end() {
    after_asking(
        "
        later: 10 min
        action: bank/balance failed lost
        bot: Det gick inte just nu.
        status: queued
        ",
    );
}

/// The balance with a question before the number and one behind the call.
fn longer(again: &str) -> Content {
    let balance = BALANCE
        .replace("start: number\nsteps:\n", &format!("start: kind\nsteps:\n{KIND}"))
        .replace("    next: tell\n    failed", "    next: enough\n    failed")
        .replace("  tell:\n", &format!("{ENOUGH}  tell:\n"))
        .replace("      send:", &format!("{again}      send:"));
    let dialogues =
        [("dialogues/balance.yaml", balance.as_str()), ("dialogues/talk_to_human.yaml", HUMAN)];
    let intents = INTENTS.iter().filter(|(file, _)| !file.contains("lamp"));
    let sources: Vec<_> =
        intents.chain(&dialogues).map(|(file, text)| source(file, text)).collect();
    let (draft, faults) = draft(&sources);
    assert!(is_servable(&faults), "{faults:#?}");
    draft.train()
}

const AGAIN: &str = "      again: true\n";

const CALLED: &str = "
    visitor: vad har jag på kontot
    bot: Sparkonto eller lönekonto?
    press: Sparkonto
    bot: Vilket kundnummer
    visitor: 1234
    action: bank/balance started
";
const ANSWERED: &str = r#"
    answer: {"account": {"balance": 3}, "frozen": false}
    bot: Räcker det?
"#;

#[track_caller]
fn goes_on(content: &Content, parts: &[&str]) {
    let transcript = Transcript::read(&parts.concat(), Language::Sv).expect("it can be read");
    if let Some(failure) = play(content, &transcript).failure {
        panic!("{failure}");
    }
}

#[test]
fn a_correction_behind_a_call_makes_no_call_of_the_same_and_no_other_one() {
    // What is corrected was not sent: the answer stands.
    let same = "
        visitor: nej förresten, lönekonto
        bot: \"Räcker det?\"
        press: Ja
        bot: Du har 3 euro.
    ";
    goes_on(&longer(""), &[CALLED, ANSWERED, same]);
    // What was sent is another: only a person can tell what was done by the first.
    let other = "visitor: nej förresten, jag menade 4321\n";
    goes_on(&longer(""), &[CALLED, ANSWERED, other, "status: queued corrected_after_call"]);
    goes_on(&longer(AGAIN), &[CALLED, ANSWERED, other, "action: bank/balance started"]);
}

#[test]
fn who_goes_back_behind_a_call_gets_its_result_and_no_second_call() {
    let content = longer(AGAIN);
    let back = "
        visitor: backa
        bot: Vilket kundnummer
        visitor: 1234
        bot: \"Räcker det?\"
    ";
    // As often as one likes, and further back.
    let further = "
        visitor: backa
        bot: Vilket kundnummer
        visitor: backa
        bot: Sparkonto eller lönekonto?
        press: Lönekonto
        bot: Vilket kundnummer
        visitor: 1234
        bot: \"Räcker det?\"
        press: Ja
        bot: Du har 3 euro.
    ";
    goes_on(&content, &[CALLED, ANSWERED, back, back, further]);
    // Also behind a correction, in which it was not made again either.
    let corrected = "visitor: nej förresten, lönekonto\nbot: \"Räcker det?\"\n";
    goes_on(&content, &[CALLED, ANSWERED, corrected, back, "press: Ja\nbot: Du har 3 euro."]);
    let sorry = "
        fails: timed_out
        status: queued steps_exhausted
    ";
    goes_on(&content, &[CALLED, sorry]);
}

#[test]
fn the_result_is_kept_in_every_language() {
    let content = longer("");
    let finnish = r#"
        lang: fi
        visitor: paljonko tilillä on rahaa
        press: Säästötili
        visitor: 1234
        answer: {"account": {"balance": 3}, "frozen": false}
        bot: Riittääkö?
        visitor: takaisin
        bot: Mikä on numerosi?
        visitor: 1234
        bot: "Riittääkö?"
        press: Kyllä
        bot: Sinulla on 3 euroa.
    "#;
    let english = r#"
        lang: en
        visitor: how much money do I have
        press: Savings
        visitor: 1234
        answer: {"account": {"balance": 3}, "frozen": false}
        bot: Is that enough?
        visitor: go back
        bot: What is your number?
        visitor: 1234
        bot: "Is that enough?"
        press: Yes
        bot: You have 3 euros.
    "#;
    for transcript in [finnish, english] {
        goes_on(&content, &[transcript]);
    }
}

#[test]
fn who_goes_back_while_a_call_runs_comes_by_it_again_and_waits_for_the_same() {
    let content = longer("");
    let back = "visitor: backa\nbot: Vilket kundnummer\n";
    let waits = "visitor: 1234\nbot: Ett ögonblick\n";
    goes_on(&content, &[CALLED, back, waits, ANSWERED, "press: Ja\nbot: Du har 3 euro."]);
    // Its result may also come before that.
    let early = r#"
        answer: {"account": {"balance": 3}, "frozen": false}
        action: bank/balance answered
        silent:
        visitor: 1234
        bot: "Räcker det?"
        press: Ja
        bot: Du har 3 euro.
    "#;
    goes_on(&content, &[CALLED, back, early]);
}

#[test]
fn who_goes_back_to_send_something_else_needs_a_person_or_a_step_that_allows_it() {
    let other = "
        visitor: backa
        bot: Vilket kundnummer
        visitor: 4321
    ";
    goes_on(&longer(""), &[CALLED, ANSWERED, other, "status: queued corrected_after_call"]);
    goes_on(&longer(AGAIN), &[CALLED, ANSWERED, other, "action: bank/balance started"]);
}

const KIND: &str = "  kind:
    ask: { sv: \"Sparkonto eller lönekonto?\", fi: \"Säästö vai palkka?\", en: \"Savings or salary?\" }
    again: { sv: \"Vilket konto?\", fi: \"Mikä tili?\", en: \"Which account?\" }
    label: { sv: Konto, fi: Tili, en: Account }
    slot: kind
    choices:
      savings: { label: { sv: Sparkonto, fi: Säästötili, en: Savings }, next: number }
      salary: { label: { sv: Lönekonto, fi: Palkkatili, en: Salary }, next: number }
";

const ENOUGH: &str = "  enough:
    ask: { sv: \"Räcker det?\", fi: \"Riittääkö?\", en: \"Is that enough?\" }
    again: { sv: \"Är det nog?\", fi: \"Onko tarpeeksi?\", en: \"Enough?\" }
    label: { sv: Räcker, fi: Riittää, en: Enough }
    answers: { yes: tell, no: person, unsure: person }
";

#[test]
fn a_result_counts_once() {
    let failure = failure_of(&format!("{ASKED}\nfails: lost\nfails: lost"));
    let failure = failure.expect("there is one call");
    assert!(failure.message.contains("nothing is called"), "{failure}");
}

/// What stands in stores: add-only.
#[test]
fn stored_calls_are_read_as_they_were_written() {
    let called = r#"{"seq":4,"at":1,"kind":"action","call":"bank/balance","state":"started","moves":[{"move":"at","step":"look_up"},{"move":"called","until":9}]}"#;
    let ended = r#"{"seq":5,"at":1,"kind":"action","call":"bank/balance","state":"failed","reason":"timed_out","moves":[{"move":"call_ended","call":4,"answered":false}]}"#;
    for stored in [called, ended] {
        let event: Event = serde_json::from_str(stored).unwrap();
        assert!(!format!("{event:?}").contains("Unknown"), "{event:?}");
        assert_eq!(serde_json::to_string(&event).unwrap(), stored);
    }
    let work = r#"{"work":"call","call":"bank/balance","lang":"sv","data":{"number":"1234"},"timeout_s":10,"retries":2}"#;
    let read: Work = serde_json::from_str(work).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), work);
}
