//! Dialogues: steps that ask, tell and lead to an end.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::content::diagnostic::Span;
use crate::content::dialogue::action::Action;
use crate::content::dialogue::known::KnownBy;
use crate::content::dialogue::occasion::Occasion;
use crate::content::dialogue::pause::Pause;
use crate::content::dialogue::slot::ValueAnswer;
use crate::content::text::Text;
use crate::ids::DialogueId;
use crate::ids::StepId;
use crate::ids::TeamId;
use crate::language::Language;

pub mod action;
pub mod known;
pub mod occasion;
pub mod pause;
pub(crate) mod read;
pub mod slot;

/// A dialogue as an author wrote it.
#[derive(Debug, Clone)]
pub struct Dialogue {
    /// The name of its file.
    pub id: DialogueId,
    /// Where it begins.
    pub start: StepId,
    /// Its steps.
    pub steps: BTreeMap<StepId, Step>,
    /// The occasion of the talk itself on which it runs.
    pub instead_of: Option<Occasion>,
    /// The file, for later diagnostics.
    pub(crate) file: String,
    /// Where it is named.
    pub(crate) span: Span,
    /// Where its start is named.
    pub(crate) start_span: Span,
    /// Where its occasion is named.
    pub(crate) occasion_span: Span,
    /// Steps that are there and could not be read: they were reported where they stand, and
    /// nothing that follows from their lack is told besides.
    pub(crate) broken: BTreeSet<StepId>,
    /// Slots that those steps name.
    pub(crate) broken_slots: BTreeSet<String>,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name.
    pub id: StepId,
    /// What it does.
    pub kind: StepKind,
    /// Where it is named.
    pub(crate) span: Span,
    /// Where its parts stand.
    pub(crate) places: Places,
}

/// Where the parts of a step stand that carry no place of their own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// The name of a question's slot.
    pub(crate) slot: Option<Span>,
    /// The team of who takes over.
    pub(crate) team: Option<Span>,
    /// The conditions of a branch.
    pub(crate) conditions: Vec<Span>,
    /// The slots that are set.
    pub(crate) values: Vec<Span>,
    /// The values of choices.
    pub(crate) choices: Vec<Span>,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum StepKind {
    /// Tells.
    Say {
        /// What.
        text: Text,
        /// Links beside it.
        links: Vec<LinkText>,
        /// Where it goes on.
        next: Exit,
    },
    /// Asks, and waits for the answer.
    Ask(Box<Ask>),
    /// Goes one way or another.
    Branch(Vec<Arm>),
    /// Remembers values.
    Set {
        /// Slot and expression.
        values: Vec<(String, String)>,
        /// Where it goes on.
        next: Exit,
    },
    /// Runs another dialogue and comes back.
    Call {
        /// Which.
        dialogue: DialogueId,
        /// Where it is named.
        span: Span,
        /// Where it goes on afterwards.
        next: Exit,
    },
    /// Leaves for another dialogue.
    Goto {
        /// Which.
        dialogue: DialogueId,
        /// Where it is named.
        span: Span,
    },
    /// Calls another system and goes on with its answer.
    Action(Box<Action>),
    /// Gives the customer time for something, then asks after it.
    Wait {
        /// What is said at first.
        text: Text,
        /// For how long.
        pause: Pause,
        /// What is said when the time is up and nothing was heard.
        nudge: Option<Text>,
        /// Where it goes on, then or as soon as the customer is ready.
        next: Exit,
    },
    /// Ends happily.
    Resolve {
        /// The last words, if not the bot's usual ones.
        text: Option<Text>,
    },
    /// Hands over to a person.
    Escalate {
        /// Whose queue; the default team if none is named.
        team: Option<TeamId>,
        /// Why, as a code.
        reason: String,
        /// What is said before.
        say: Option<Text>,
    },
}

/// A question.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The question.
    pub text: Text,
    /// The same in other words, for when the answer was not understood.
    pub again: Text,
    /// Its short name in the packet.
    pub label: Text,
    /// Links beside it.
    pub links: Vec<LinkText>,
    /// Where its answer is remembered.
    pub slot: Option<String>,
    /// What can be answered.
    pub answers: Answers,
    /// The verb that a reply may echo, by language.
    pub verb: BTreeMap<Language, String>,
    /// By answer: statements that give it before the question is asked.
    pub known_by: KnownBy,
}

/// What can be answered.
#[derive(Debug, Clone)]
pub enum Answers {
    /// Yes or no.
    YesNo {
        /// After yes.
        yes: Exit,
        /// After no.
        no: Exit,
        /// After "I don't know".
        unsure: Exit,
        /// Whether it asks if the problem is gone.
        check: bool,
    },
    /// One of several.
    Choices(Vec<ChoiceStep>),
    /// A value of a kind.
    Value(Box<ValueAnswer>),
}

/// A button and where it leads.
#[derive(Debug, Clone)]
pub struct ChoiceStep {
    /// Its value.
    pub value: String,
    /// What stands on it.
    pub label: Text,
    /// Other words for it.
    pub also: BTreeMap<Language, Vec<String>>,
    /// Where it leads.
    pub next: Exit,
}

/// A link beside a text.
#[derive(Debug, Clone)]
pub struct LinkText {
    /// What stands on it.
    pub label: Text,
    /// Where it leads.
    pub url: String,
}

/// One way of a branch.
#[derive(Debug, Clone)]
pub struct Arm {
    /// When it is taken; the last arm has none.
    pub condition: Option<String>,
    /// Where it leads.
    pub next: Exit,
}

/// Where a step leads, and where that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// Where it leads.
    pub target: Target,
    /// Where it is written.
    pub(crate) span: Span,
}

/// Where a step leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Another step of the dialogue.
    Step(StepId),
    /// The bot's usual happy ending.
    Resolved,
    /// A person, since the steps are used up.
    Person,
    /// The end, without more ado.
    End,
    /// The end of a dialogue that runs in the bot's place, without what it stands for.
    Stay,
}

impl Dialogue {
    /// Whether it asks nothing and does nothing but speak: a courtesy, which interrupts nothing.
    #[must_use]
    pub fn only_says(&self) -> bool {
        self.steps.values().all(|step| matches!(step.kind, StepKind::Say { .. }))
    }
}

impl Target {
    /// Reads a target; every word that is not reserved names a step.
    #[must_use]
    pub fn named(word: &str) -> Self {
        match word {
            "resolved" => Self::Resolved,
            "person" => Self::Person,
            "end" => Self::End,
            "stay" => Self::Stay,
            step => Self::Step(StepId::new(step)),
        }
    }
}

impl Step {
    /// Whether the turn ends here until something is heard, an answer comes, or time has passed.
    #[must_use]
    pub fn waits(&self) -> bool {
        matches!(self.kind, StepKind::Ask(_) | StepKind::Wait { .. } | StepKind::Action(_))
    }

    /// Whether only the customer's word leads on from here.
    #[must_use]
    pub fn asks(&self) -> bool {
        matches!(self.kind, StepKind::Ask(_))
    }

    /// Every text of the step, labels among them.
    #[must_use]
    pub fn texts(&self) -> Vec<&Text> {
        match &self.kind {
            StepKind::Say { text, .. } => vec![text],
            StepKind::Ask(ask) => {
                let mut texts = vec![&ask.text, &ask.again, &ask.label];
                match &ask.answers {
                    Answers::Choices(choices) => {
                        texts.extend(choices.iter().map(|choice| &choice.label));
                    }
                    Answers::Value(value) => {
                        texts.push(&value.refuse);
                        texts.extend(&value.confirm);
                    }
                    Answers::YesNo { .. } => {}
                }
                texts
            }
            StepKind::Wait { text, nudge, .. } => {
                let mut texts = vec![text];
                texts.extend(nudge);
                texts
            }
            StepKind::Action(action) => action.say.iter().collect(),
            StepKind::Resolve { text } | StepKind::Escalate { say: text, .. } => {
                text.iter().collect()
            }
            StepKind::Branch(_)
            | StepKind::Set { .. }
            | StepKind::Call { .. }
            | StepKind::Goto { .. } => Vec::new(),
        }
    }

    /// Every way out of the step.
    #[must_use]
    pub fn exits(&self) -> Vec<&Exit> {
        match &self.kind {
            StepKind::Say { next, .. }
            | StepKind::Set { next, .. }
            | StepKind::Call { next, .. }
            | StepKind::Wait { next, .. } => vec![next],
            StepKind::Ask(ask) => match &ask.answers {
                Answers::YesNo { yes, no, unsure, .. } => vec![yes, no, unsure],
                Answers::Choices(choices) => choices.iter().map(|choice| &choice.next).collect(),
                Answers::Value(value) => vec![&value.next, &value.unsure],
            },
            StepKind::Action(action) => vec![&action.next, &action.failed],
            StepKind::Branch(arms) => arms.iter().map(|arm| &arm.next).collect(),
            StepKind::Goto { .. } | StepKind::Resolve { .. } | StepKind::Escalate { .. } => {
                Vec::new()
            }
        }
    }
}
