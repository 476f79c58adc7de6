use super::*;
use crate::content::build::draft;
use crate::content::tests::INTENT;
use crate::content::tests::source;
use crate::conversation::decide;
use crate::conversation::input::Duty;
use crate::conversation::input::Input;
use crate::conversation::policy::Policy;
use crate::ids::Timestamp;

const DIALOGUE: &str = "\
dialogue: lamp
start: number
steps:
  number:
    ask: { sv: \"Vad är lampans nummer?\", fi: \"Mikä on lampun numero?\", en: \"What is the lamp's number?\" }
    again: { sv: \"Numret på foten?\", fi: \"Numero jalassa?\", en: \"The number on the foot?\" }
    label: { sv: Nummer, fi: Numero, en: Number }
    slot: number
    kind: reference
    pattern: \"[0-9]{6}\"
    refuse: { sv: \"Det har sex siffror.\", fi: \"Siinä on kuusi numeroa.\", en: \"It has six digits.\" }
    next: end
    unsure: end
";

fn said(text: &str) -> Act {
    Act::Said { text: text.to_owned(), masked: false }
}

fn kept(content: &Content, state: &State, text: &str) -> String {
    match covered(content, state, &said(text)).act {
        Act::Said { text, .. } => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_number_that_a_step_asks_for_stays_after_talk_about_a_code() {
    let files = [source("intents/lamp.yaml", INTENT), source("dialogues/lamp.yaml", DIALOGUE)];
    let content = draft(&files).0.train();
    let mut state = State::new(Language::Sv, Timestamp(0));
    state.tail = "koden kommer inte".to_owned();
    assert_eq!(kept(&content, &state, "482913"), "••••", "nothing else is asked for");
    let act = said("lampan lyser inte");
    let input = Input { at: Timestamp(0), id: None, act, duty: Duty::OnDuty };
    let decided = decide(&content, &Policy::default(), &state, &input).expect("it is heard");
    let mut state = decided.state;
    assert!(asks_for_value(&content, &state));
    state.tail = "koden kommer inte".to_owned();
    assert_eq!(kept(&content, &state, "482913"), "482913");
    assert_eq!(kept(&content, &state, "koden är 482913"), "koden är ••••");
}
