//! Random content that `skicka check` has nothing against.
//!
//! Steps that ask nothing lead onward only, so no circle is without a question; every step is led
//! to by the one before it; the last one ends. On some occasions a dialogue runs in the bot's place.
//! What is drawn is still put through the check.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use skicka::content::Content;
use skicka::content::Source;
use skicka::content::build::draft;
use skicka::content::build::is_servable;
use skicka::content::dialogue::occasion::Occasion;

use super::chance::Chance;

/// What somebody may write about; the last ones are courtesies, a person and an emergency.
const INTENTS: [(&str, &str, &str, &str); 8] = [
    ("lamp", "lampan lyser inte alls", "lamppu ei pala", "the lamp is dark"),
    ("door", "dörren går inte att öppna", "ovi ei aukea", "the door does not open"),
    ("heat", "det är kallt i huset", "talossa on kylmä", "the house is cold"),
    ("bike", "cykeln har fått punktering", "pyörän kumi puhkesi", "my bike has a flat tyre"),
    ("car", "bilen har fått punktering", "auton kumi puhkesi", "my car has a flat tyre"),
    ("thanks", "tack så mycket", "kiitos paljon", "thank you so much"),
    (
        "talk_to_human",
        "jag vill tala med en människa",
        "haluan puhua ihmisen kanssa",
        "I want a person",
    ),
    ("fire", "det brinner", "täällä palaa", "there is a fire"),
];

/// Dialogues that intents lead to, then those that are called or gone to. Each may lead to those
/// behind it only.
const DIALOGUES: [&str; 8] = ["lamp", "door", "heat", "bike", "car", "part_a", "part_b", "part_c"];
/// The dialogues of intents come before this one.
const FIRST_PART: usize = DIALOGUES.len() - 3;
/// Of a hundred occasions, so many have a dialogue in the bot's place.
const REPAIRED: usize = 45;
const SLOTS: [&str; 5] = ["colour", "count", "day", "owner", "flag"];

/// The kinds of steps that coverage is counted by.
pub(crate) const KINDS: [&str; 20] = [
    "say",
    "yes_no",
    "choices",
    "check",
    "text",
    "number",
    "date",
    "phone",
    "email",
    "reference",
    "branch",
    "set",
    "call",
    "goto",
    "action",
    "wait",
    "callback",
    "resolve",
    "escalate",
    "arm",
];

fn three(text: &str) -> String {
    format!("{{ sv: \"{text}\", fi: \"{text}\", en: \"{text}\" }}")
}

fn source(file: String, text: String) -> Source {
    Source { file, text }
}

fn intents() -> Vec<Source> {
    INTENTS
        .iter()
        .map(|(id, sv, fi, en)| {
            let urgent = if *id == "fire" { "urgent: true\n" } else { "" };
            source(
                format!("intents/{id}.yaml"),
                format!(
                    "intent: {id}\ntitle: {}\n{urgent}examples:\n  sv: [\"{sv}\"]\n  fi: [\"{fi}\"]\n  en: [\"{en}\"]\n",
                    three(id)
                ),
            )
        })
        .chain([
            source(
                "dialogues/thanks.yaml".to_owned(),
                format!("dialogue: thanks\nstart: a\nsteps:\n  a: {{ say: {}, next: end }}\n", three("Tack")),
            ),
            source(
                "dialogues/talk_to_human.yaml".to_owned(),
                "dialogue: talk_to_human\nstart: a\nsteps:\n  a: { escalate: { reason: requested } }\n".to_owned(),
            ),
            source(
                "dialogues/fire.yaml".to_owned(),
                "dialogue: fire\nstart: a\nsteps:\n  a: { escalate: { reason: urgent } }\n".to_owned(),
            ),
            source(
                "intents/out_of_scope.yaml".to_owned(),
                "out_of_scope:\n  sv: [\"vad blir det för väder\", \"vem vann matchen\"]\n  fi: [\"millainen sää tulee\"]\n  en: [\"what will the weather be\"]\n".to_owned(),
            ),
            // So that every expression names a slot that something sets.
            source(
                "dialogues/slots.yaml".to_owned(),
                "dialogue: slots\nstart: a\nsteps:\n  a: { set: { colour: \"1\", count: \"1\", day: \"1\", owner: \"1\", flag: \"1\" }, next: end }\n".to_owned(),
            ),
        ])
        .collect()
}

/// A step in the making.
struct Draw<'c> {
    chance: &'c mut Chance,
    dialogue: usize,
    at: usize,
    last: usize,
    /// Whether it may lead to `stay`.
    stays: bool,
    asks: Vec<usize>,
    extra: String,
}

impl Draw<'_> {
    /// Onward, or out.
    fn onward(&mut self) -> String {
        let ahead = self.last - self.at;
        if ahead > 0 && self.chance.percent(75) {
            return format!("s{}", self.at + 1 + self.chance.below(ahead));
        }
        if self.stays && self.chance.percent(40) {
            return self.staying();
        }
        (*self.chance.one(&["resolved", "person", "end"])).to_owned()
    }

    /// To where it was, with a word or without: that way shows by the step that it leads over.
    fn staying(&mut self) -> String {
        if self.chance.percent(50) {
            return "stay".to_owned();
        }
        let step = format!("stay_{}", self.extra.lines().count());
        let _ = writeln!(self.extra, "  {step}: {{ say: {}, next: stay }}", three("kvar"));
        step
    }

    /// To the step behind, which is thereby led to.
    fn behind(&mut self) -> String {
        if self.at < self.last { format!("s{}", self.at + 1) } else { self.onward() }
    }

    /// Anywhere: only the customer's word leads there.
    fn anywhere(&mut self) -> String {
        if self.chance.percent(25) && !self.asks.is_empty() {
            let back = *self.chance.one(&self.asks);
            return format!("s{back}");
        }
        self.onward()
    }

    fn slot(&mut self) -> &'static str {
        SLOTS[self.chance.below(SLOTS.len())]
    }

    fn expression(&mut self) -> String {
        let slot = self.slot();
        let forms = [
            format!("slots.{slot} == 'yes'"),
            format!("slots.{slot}"),
            "true".to_owned(),
            format!("not slots.{slot}"),
            format!("slots.{slot} == 7"),
            // Cannot be worked out for every value: a person must come then, or the failure branch.
            format!("slots.{slot} < 3"),
        ];
        self.chance.one(&forms).clone()
    }

    fn text(&mut self, what: &str) -> String {
        let slot = self.slot();
        let forms = [
            what.to_owned(),
            format!("{what} {{{{ slots.{slot} }}}}"),
            format!("{what} {{% if slots.{slot} %}}x{{% endif %}}"),
        ];
        three(&self.chance.one(&forms).clone())
    }

    fn other(&mut self) -> &'static str {
        let from = (self.dialogue + 1).max(FIRST_PART);
        DIALOGUES[from + self.chance.below(DIALOGUES.len() - from)]
    }

    fn question(&mut self, key: &str) -> String {
        format!("{key}: {}, again: {}, label: {}", self.text("fråga"), three("igen"), three("kort"))
    }

    fn step(&mut self) -> String {
        let may_call = self.dialogue + 1 < DIALOGUES.len();
        if self.at == self.last && self.chance.percent(50) {
            let ends: &[&str] =
                if may_call { &["goto", "resolve", "escalate"] } else { &["resolve", "escalate"] };
            let end = *self.chance.one(ends);
            return self.step_of(end);
        }
        loop {
            let kind = *self.chance.one(&KINDS);
            let ends = matches!(kind, "goto" | "resolve" | "escalate");
            if kind == "arm"
                || (ends && self.at < self.last)
                || (matches!(kind, "call" | "goto") && !may_call)
            {
                continue;
            }
            return self.step_of(kind);
        }
    }

    fn step_of(&mut self, kind: &str) -> String {
        match kind {
            "say" => format!("say: {}, next: {}", self.text("så är det"), self.behind()),
            "yes_no" => {
                let slot = if self.chance.percent(40) {
                    format!(", slot: {}", self.slot())
                } else {
                    String::new()
                };
                format!(
                    "{}{slot}, answers: {{ yes: {}, no: {}, unsure: {} }}",
                    self.question("ask"),
                    self.behind(),
                    self.anywhere(),
                    self.anywhere()
                )
            }
            "choices" => format!(
                "{}, choices: {{ red: {{ label: {}, next: {} }}, blue: {{ label: {}, next: {} }} }}",
                self.question("ask"),
                three("Röd"),
                self.behind(),
                three("Blå"),
                self.anywhere()
            ),
            "check" => format!("{}, no: {}", self.question("check"), self.behind()),
            "text" | "number" | "date" | "phone" | "email" | "reference" => {
                let pattern = if kind == "reference" { ", pattern: \"[0-9]{4}\"" } else { "" };
                let confirm = if self.chance.percent(30) {
                    format!(", confirm: {}", three("Stämmer det?"))
                } else {
                    String::new()
                };
                format!(
                    "{}, kind: {kind}{pattern}, slot: {}, refuse: {}{confirm}, next: {}, unsure: {}",
                    self.question("ask"),
                    self.slot(),
                    three("Nej, så kan det inte vara."),
                    self.behind(),
                    self.anywhere()
                )
            }
            "branch" => {
                // The way that a branch takes shows by the step that it leads to.
                let arm = format!("arm_{}", self.at);
                let behind = self.behind();
                let _ =
                    writeln!(self.extra, "  {arm}: {{ say: {}, next: {behind} }}", three("gren"));
                format!(
                    "branch: [{{ if: \"{}\", next: {arm} }}, {{ else: {arm} }}]",
                    self.expression()
                )
            }
            "set" => format!(
                "set: {{ {}: \"{}\" }}, next: {}",
                self.slot(),
                self.expression(),
                self.behind()
            ),
            "call" => format!("call: {}, next: {}", self.other(), self.behind()),
            "goto" => format!("goto: {}", self.other()),
            "action" => {
                let say = if self.chance.percent(50) {
                    format!("say: {}, ", self.text("ett ögonblick"))
                } else {
                    String::new()
                };
                format!(
                    "{say}action: {{ call: bank/look, send: {{ x: \"{}\" }}, answer: {{ {}: number, flag: {{ from: a.b, kind: flag, optional: true }} }} }}, next: {}, failed: {}",
                    self.expression(),
                    self.chance.one(&SLOTS[..4]),
                    self.behind(),
                    self.onward()
                )
            }
            "wait" => format!(
                "say: {}, wait: 5, nudge: {}, next: {}",
                three("vänta"),
                three("nå?"),
                self.behind()
            ),
            "callback" => format!(
                "say: {}, callback: {{ days: {}, at: \"09:00\" }}, nudge: {}, next: {}",
                three("i morgon"),
                self.chance.below(3),
                three("god morgon"),
                self.behind()
            ),
            "resolve" => format!("resolve: {}", three("Då var det löst. Något annat?")),
            _ => "escalate: { reason: drawn }".to_owned(),
        }
    }
}

/// The steps of a dialogue that may lead to those behind this one.
fn steps(chance: &mut Chance, which: usize, stays: bool) -> String {
    let last = 1 + chance.below(6);
    let mut text = "start: s0\nsteps:\n".to_owned();
    let (mut asks, mut extra) = (Vec::new(), String::new());
    for at in 0..=last {
        let mut draw = Draw { chance, dialogue: which, at, last, stays, asks, extra };
        let step = draw.step();
        (asks, extra) = (draw.asks, draw.extra);
        if step.starts_with("ask:") || step.starts_with("check:") {
            asks.push(at);
        }
        let _ = writeln!(text, "  s{at}: {{ {step} }}");
    }
    text + &extra
}

fn dialogue(chance: &mut Chance, which: usize) -> Source {
    let id = DIALOGUES[which];
    let steps = steps(chance, which, false);
    source(format!("dialogues/{id}.yaml"), format!("dialogue: {id}\n{steps}"))
}

/// Dialogues in the bot's place, on some occasions.
fn repairs(chance: &mut Chance) -> Vec<Source> {
    let mut repairs = Vec::new();
    for occasion in Occasion::ALL {
        if chance.percent(REPAIRED) {
            let name = occasion.as_str();
            let steps = steps(chance, FIRST_PART - 1, occasion.may_stay());
            repairs.push(source(
                format!("dialogues/own_{name}.yaml"),
                format!("dialogue: own_{name}\ninstead_of: {name}\n{steps}"),
            ));
        }
    }
    repairs
}

/// Content with what it was read from.
pub(crate) struct Drawn {
    pub(crate) content: Content,
    pub(crate) sources: Vec<Source>,
}

/// Content of these intents whose models are trained once for all dialogues.
pub(crate) fn trained() -> Content {
    let mut chance = Chance::new(1);
    loop {
        let (drawn, faults) = draft(&sources(&mut chance));
        if is_servable(&faults) {
            return drawn.train();
        }
    }
}

fn sources(chance: &mut Chance) -> Vec<Source> {
    let dialogues: Vec<Source> =
        (0..DIALOGUES.len()).map(|which| dialogue(chance, which)).collect();
    intents().into_iter().chain(dialogues).chain(repairs(chance)).collect()
}

/// Random content; what the check refuses is drawn anew.
pub(crate) fn drawn(trained: &Content, chance: &mut Chance) -> Drawn {
    let mut refused = BTreeSet::new();
    for _ in 0..200 {
        let sources = sources(chance);
        let (found, faults) = draft(&sources);
        if is_servable(&faults) {
            let mut content = trained.clone();
            found.revision().clone_into(&mut content.revision);
            content.dialogues = std::sync::Arc::new(found.into_dialogues());
            return Drawn { content, sources };
        }
        refused.extend(faults.into_iter().map(|fault| fault.message));
    }
    panic!("no content was drawn that the check takes: {refused:#?}");
}
