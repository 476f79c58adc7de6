use super::*;
use crate::authoring::traffic::Traffic;
use crate::authoring::traffic::of_conversation;
use crate::authoring::transcript::Transcript;
use crate::authoring::transcript::rehearsal::Played;
use crate::authoring::transcript::rehearsal::play;
use crate::content::Source;

const DIALOGUE: &str = "\
dialogue: lamp
start: kind
steps:
  kind:
    ask: { sv: Vilken lampa?, fi: Mikä lamppu?, en: Which lamp? }
    again: { sv: Bord eller tak?, fi: Pöytä vai katto?, en: Table or ceiling? }
    label: { sv: Lampa, fi: Lamppu, en: Lamp }
    slot: kind
    choices:
      table: { label: { sv: Bordslampa, fi: Pöytälamppu, en: Table lamp }, next: where }
      ceiling: { label: { sv: Taklampa, fi: Kattolamppu, en: Ceiling lamp }, next: where }
  where:
    branch:
      - { if: \"slots.kind == 'ceiling'\", next: person }
      - { else: plug }
  plug:
    say: { sv: Sätt i den., fi: Kytke se., en: Plug it in. }
    next: contact
  contact: { call: contact, next: helped }
  helped:
    check: { sv: Hjälpte det?, fi: Auttoiko se?, en: Did it help? }
    again: { sv: Lyser den?, fi: Palaako se?, en: Is it lit? }
    label: { sv: Hjälpte, fi: Auttoi, en: Helped }
    no: other
  other: { goto: other }
";
const CONTACT: &str = "\
dialogue: contact
start: tell
steps:
  tell:
    say: { sv: Vänta lite., fi: Odota hetki., en: Wait a moment. }
    next: end
";
const OTHER: &str = "\
dialogue: other
start: hand
steps:
  hand: { escalate: { team: lamps } }
";

fn lamps() -> Content {
    let mut sources = crate::content::tests::small();
    let source = |file: &str, text: &str| Source { file: file.to_owned(), text: text.to_owned() };
    sources.retain(|source| source.file.starts_with("intents/"));
    sources.push(source("dialogues/lamp.yaml", DIALOGUE));
    sources.push(source("dialogues/contact.yaml", CONTACT));
    sources.push(source("dialogues/other.yaml", OTHER));
    let (draft, faults) = crate::content::build::draft(&sources);
    assert!(crate::content::build::is_servable(&faults), "{faults:#?}");
    draft.train()
}

fn talk(content: &Content, text: &str) -> Played {
    let transcript = Transcript::read(text, Language::Sv).expect("it can be read");
    let played = play(content, &transcript);
    assert_eq!(played.failure, None, "{text}");
    played
}

fn trail_of(content: &Content, text: &str) -> Trail {
    let played = talk(content, text);
    trail(content, played.lang, &played.log)
}

fn ways(trail: &Trail) -> Vec<String> {
    trail
        .taken
        .iter()
        .map(|way| format!("{}/{} {}", way.at.dialogue, way.at.step, way.exit))
        .collect()
}

fn left(trail: &Trail) -> Vec<String> {
    trail.left.iter().map(|place| format!("{}/{}", place.dialogue, place.step)).collect()
}

const LAMP: &str = "visitor: lampan lyser inte\ntopic: lamp opened\n";

#[test]
fn steps_that_say_nothing_are_found_again() {
    let content = lamps();
    let trail = trail_of(&content, &format!("{LAMP}press: Bordslampa\npress: Ja\n"));
    assert_eq!(
        ways(&trail),
        [
            "contact/tell next",
            "lamp/contact next",
            "lamp/helped yes",
            "lamp/kind table",
            "lamp/plug next",
            "lamp/where else",
        ]
    );
    assert_eq!(left(&trail), [""; 0]);
    assert_eq!(trail.entered.len(), 2);
}

#[test]
fn a_branch_that_leads_to_a_person_and_a_dialogue_that_leads_to_another_are_ways() {
    let content = lamps();
    let trail = trail_of(&content, &format!("{LAMP}press: Taklampa\nstatus: queued\n"));
    assert_eq!(ways(&trail), ["lamp/kind ceiling", "lamp/where slots.kind == 'ceiling'"]);
    assert_eq!(left(&trail), [""; 0]);
    let other = format!("{LAMP}press: Bordslampa\npress: Nej\nqueue: lamps\n");
    let trail = trail_of(&content, &other);
    assert!(ways(&trail).contains(&"lamp/helped no".to_owned()), "{:?}", ways(&trail));
    assert!(ways(&trail).contains(&"lamp/other goto".to_owned()), "{:?}", ways(&trail));
    let hand = Place { dialogue: DialogueId::new("other"), step: StepId::new("hand") };
    assert!(trail.visited.contains(&hand));
    assert_eq!(left(&trail), [""; 0]);
}

#[test]
fn whoever_leaves_or_wants_a_person_left_where_they_stood() {
    let content = lamps();
    let trail = trail_of(&content, &format!("{LAMP}press: Bordslampa\nleave:\n"));
    assert_eq!(left(&trail), ["lamp/helped"]);
    let trail = trail_of(&content, &format!("{LAMP}person:\nstatus: queued\n"));
    assert_eq!(left(&trail), ["lamp/kind"]);
    assert_eq!(ways(&trail), [""; 0]);
    let open = trail_of(&content, LAMP);
    assert_eq!(left(&open), [""; 0], "who still stands there has not left");
}

#[test]
fn traffic_counts_conversations_and_adds_up() {
    let content = lamps();
    let texts = [
        format!("{LAMP}press: Bordslampa\npress: Ja\n"),
        format!("{LAMP}press: Bordslampa\nleave:\n"),
        format!("{LAMP}press: Taklampa\n"),
    ];
    let mut all = Traffic::default();
    for text in &texts {
        let played = talk(&content, text);
        all.add(&of_conversation(&content, played.lang, &played.log));
    }
    let lamp = DialogueId::new("lamp");
    assert_eq!(all.conversations, 3);
    assert_eq!(all.dialogues[&lamp].entered, 3);
    let kind = all.at(&lamp, &StepId::new("kind")).expect("all came there");
    assert_eq!((kind.visited, kind.left), (3, 0));
    assert_eq!((kind.exits["table"], kind.exits["ceiling"]), (2, 1));
    let helped = all.at(&lamp, &StepId::new("helped")).expect("two came there");
    assert_eq!((helped.visited, helped.left, helped.exits["yes"]), (2, 1, 1));
}
