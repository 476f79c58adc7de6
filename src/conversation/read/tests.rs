//! How answers to the questions of the bank's content are read, with all that a message may be
//! instead: measured on a file of answers that no example holds.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use super::*;
use crate::content::build::draft;
use crate::content::dialogue::StepKind;
use crate::content::load::read_folder;
use crate::conversation::event::Author;
use crate::conversation::event::Choice;
use crate::conversation::event::Message;
use crate::conversation::state::Frame;
use crate::conversation::state::OpenQuestion;
use crate::ids::DialogueId;
use crate::ids::Seq;
use crate::ids::StepId;

const NOW: Timestamp = Timestamp(1_795_392_000_000);

fn content() -> &'static Content {
    static CONTENT: OnceLock<Content> = OnceLock::new();
    CONTENT.get_or_init(|| {
        let (sources, _) = read_folder(Path::new(env!("CARGO_MANIFEST_DIR")));
        draft(&sources).0.train()
    })
}

/// Where the content asks a question in these or in other words.
fn asked(question: &str) -> Option<(&'static DialogueId, &'static StepId, &'static Ask)> {
    content().dialogues.iter().find_map(|(dialogue, inside)| {
        inside.steps.iter().find_map(|(id, step)| match &step.kind {
            StepKind::Ask(ask) => {
                let mut said = ask.text.all().chain(ask.again.all());
                said.any(|(_, words)| words == question).then_some((dialogue, id, &**ask))
            }
            _ => None,
        })
    })
}

/// A talk in which a yes/no question is open.
fn at(lang: Language, question: &str) -> (State, &'static Ask) {
    let (dialogue, step, ask) = asked(question).expect("the content asks it");
    let topic = content().intents.values().find(|intent| &intent.dialogue == dialogue);
    let buttons = ["yes", "no"].map(|it| Choice { value: it.to_owned(), label: it.to_owned() });
    let mut state = State::new(lang, NOW);
    state.visitor_messages = 3;
    state.stack.push(Frame {
        dialogue: dialogue.clone(),
        topic: topic.map(|intent| intent.id.clone()),
        revision: None,
        step: Some(step.clone()),
        trail: Vec::new(),
        origin: None,
        repair: None,
        call: None,
    });
    state.open = Some(OpenQuestion {
        question: Question::Step,
        offer: Seq::ZERO,
        choices: buttons.into(),
        misses: 0,
        held: 0,
    });
    state.last_said = Some(Box::new(Message {
        from: Author::Bot,
        id: None,
        text: question.to_owned(),
        lang,
        choices: Vec::new(),
        links: Vec::new(),
        attachments: Vec::new(),
        topic: None,
        chose: None,
        read: None,
    }));
    (state, ask)
}

/// What a reading does to a yes/no question: the way that is taken, or `off` when none is. Whoever
/// is about to do what was asked has not done it yet.
fn way(taken: &Taken, ask: &Ask) -> &'static str {
    let Answers::YesNo { check, .. } = ask.answers else { return "off" };
    match taken {
        Taken::Choice(value) => match value.as_str() {
            "yes" => "yes",
            "no" => "no",
            _ => "unsure",
        },
        Taken::Answer { class, .. } => match class {
            AnswerClass::Yes => "yes",
            AnswerClass::No => "no",
            AnswerClass::Unsure => "unsure",
            AnswerClass::Solved => {
                if check {
                    "yes"
                } else {
                    "solved"
                }
            }
            AnswerClass::Failing => {
                if check {
                    "no"
                } else {
                    "yes"
                }
            }
            _ => "off",
        },
        Taken::Remark(Remark::Doing | Remark::NotYet) => "held",
        // "Rather a person" where a no brings one.
        Taken::Topic(wish) if wish.as_str() == TALK_TO_HUMAN => "person",
        _ => "off",
    }
}

#[derive(Default)]
struct Tally {
    answers: u32,
    right: u32,
    others: u32,
    taken: u32,
    wrong: String,
}

/// `SKICKA_ANSWERS` names a file of lines `lang`, `question`, `answer`, `expected` (yes, no, unsure
/// or off) with tabs between; prints what is reached and every line that was read otherwise.
#[test]
#[ignore = "measures a file that SKICKA_ANSWERS names"]
fn answers_of_a_file() {
    let path = std::env::var_os("SKICKA_ANSWERS").expect("SKICKA_ANSWERS names a file");
    let text = fs::read_to_string(path).expect("the answers can be read");
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with("lang\t")) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [code, question, answer, expected] = fields[..] else { panic!("no answer: {line}") };
        let lang = Language::from_tag(code).expect("a language");
        let (state, ask) = at(lang, question);
        let heard = read(content(), &Policy::default(), &state, Some(ask), answer, NOW);
        let found = way(&heard.taken, ask);
        let tally = tallies.entry(code).or_default();
        let is_right = match expected {
            "off" => !matches!(found, "yes" | "no" | "unsure" | "solved"),
            "no" => matches!(found, "no" | "held" | "person"),
            _ => found == expected,
        };
        if expected == "off" {
            tally.others += 1;
            tally.taken += u32::from(!is_right);
        } else {
            tally.answers += 1;
            tally.right += u32::from(is_right);
        }
        if !is_right {
            let _ = writeln!(
                tally.wrong,
                "{expected} -> {found} {:?}: {answer}    [{question}]",
                heard.taken
            );
        }
    }
    for (code, tally) in &tallies {
        let share = |part: u32, whole: u32| 100.0 * f64::from(part) / f64::from(whole.max(1));
        println!(
            "{}{code}: {:.1} % of {} right, {:.1} % of {} off-topic lines taken as an answer",
            tally.wrong,
            share(tally.right, tally.answers),
            tally.answers,
            share(tally.taken, tally.others),
            tally.others,
        );
    }
    assert!(!tallies.is_empty(), "the file holds no answer");
}
