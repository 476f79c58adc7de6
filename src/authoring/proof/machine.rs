//! The walk through dialogues as the proof sees it: like `conversation::walk`, but for every
//! answer at once, and with what a slot holds only as far as the content tells.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::content::diagnostic::Span;
use crate::content::dialogue::Answers;
use crate::content::dialogue::Ask;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::Exit;
use crate::content::dialogue::Step;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::content::dialogue::pause::Pause;
use crate::content::editions::Dialogues;
use crate::content::manners::Manners;
use crate::content::template;
use crate::content::template::Scope;
use crate::content::text::Text;
use crate::ids::DialogueId;
use crate::ids::StepId;
use crate::language::Language;

/// Dialogues that may run inside each other, and steps of one turn, as in `conversation`.
const MAX_DEPTH: usize = 20;
const MAX_STEPS: usize = 200;
/// Ways that one turn may take where conditions cannot be told.
const MAX_WAYS: usize = 64;
/// The language in which a counter-example speaks.
const SPOKEN: Language = Language::Sv;

/// What a slot holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Held {
    /// This, as JSON.
    Known(String),
    /// A value that only a customer knows.
    Something,
}

impl Held {
    pub(super) fn word(word: &str) -> Self {
        Self::Known(Value::from(word).to_string())
    }
}

/// Where a conversation stands: the calls that run, the step, and what was learnt.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Spot {
    pub(super) calls: Vec<(DialogueId, StepId)>,
    pub(super) dialogue: DialogueId,
    pub(super) step: StepId,
    pub(super) slots: BTreeMap<String, Held>,
}

impl Spot {
    /// A conversation at the start of a dialogue.
    pub(super) fn start(dialogue: &Dialogue, slots: BTreeMap<String, Held>) -> Self {
        Self {
            calls: Vec::new(),
            dialogue: dialogue.id.clone(),
            step: dialogue.start.clone(),
            slots,
        }
    }
}

/// How a turn stops.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Stop {
    /// A question, or time given, at a step.
    Waits(Spot),
    Resolved,
    Person,
    /// The dialogue is over without more ado.
    Over,
    /// The bot cannot go on, at this step and for this reason.
    Broken(DialogueId, StepId, String),
}

/// One way that a turn may take.
#[derive(Debug, Clone)]
pub(super) struct Way {
    /// What the bot says.
    pub(super) said: Vec<String>,
    pub(super) stop: Stop,
    /// A question that was passed over, and come back to within the turn.
    pub(super) came_back: Option<(DialogueId, StepId)>,
}

/// Something a customer may answer.
pub(super) struct Reply<'a> {
    pub(super) said: String,
    pub(super) exit: &'a Exit,
    learns: Option<(&'a str, Held)>,
    /// Whether only who is helped can say so.
    pub(super) helped: bool,
}

/// All dialogues, and how exactly they are walked.
pub(super) struct Machine<'a> {
    pub(super) dialogues: &'a Dialogues,
    pub(super) manners: Option<&'a Manners>,
    /// Whether slots count; without them every condition may hold or not.
    pub(super) exact: bool,
}

struct Going {
    spot: Spot,
    said: Vec<String>,
    passed: BTreeSet<StepId>,
    left: usize,
}

impl<'a> Machine<'a> {
    pub(super) fn dialogue(&self, id: &DialogueId) -> Option<&'a Dialogue> {
        self.dialogues.get(id)
    }

    pub(super) fn step(&self, spot: &Spot) -> Option<&'a Step> {
        self.dialogue(&spot.dialogue)?.steps.get(&spot.step)
    }

    /// Where a step is written.
    pub(super) fn place(&self, dialogue: &DialogueId, step: &StepId) -> Option<(&'a str, Span)> {
        let dialogue = self.dialogue(dialogue)?;
        Some((&dialogue.file, dialogue.steps.get(step)?.span))
    }

    /// What can be answered where a turn waits.
    pub(super) fn replies(&self, spot: &Spot) -> Vec<Reply<'a>> {
        match self.step(spot).map(|step| &step.kind) {
            Some(StepKind::Ask(ask)) => self.answers(ask),
            Some(StepKind::Action(action)) => {
                let told = |what: &str, exit| {
                    let said = format!("({} {what})", action.call);
                    Reply { said, exit, learns: None, helped: false }
                };
                vec![told("answered", &action.next), told("failed", &action.failed)]
            }
            Some(StepKind::Wait { next, pause, .. }) => vec![Reply {
                said: match pause {
                    Pause::For(ms) => format!("({} min)", ms / 60_000),
                    Pause::At { days, time } => format!("({days} d, {time})"),
                },
                exit: next,
                learns: None,
                helped: false,
            }],
            _ => Vec::new(),
        }
    }

    fn answers(&self, ask: &'a Ask) -> Vec<Reply<'a>> {
        let slot = ask.slot.as_deref();
        let word = |value: &str| slot.map(|slot| (slot, Held::word(value)));
        let button = |pick: fn(&Manners) -> &Text, usual: &str| {
            self.manners.map_or(usual, |manners| pick(manners).plain(SPOKEN)).to_owned()
        };
        let unsure = button(|manners| &manners.unsure, "unsure");
        match &ask.answers {
            Answers::YesNo { yes, no, unsure: unknown, check } => {
                let mut replies = vec![
                    Reply {
                        said: button(|manners| &manners.no, "no"),
                        exit: no,
                        learns: word("no"),
                        helped: false,
                    },
                    Reply {
                        said: button(|manners| &manners.yes, "yes"),
                        exit: yes,
                        learns: word("yes"),
                        helped: *check || yes.target == Target::Resolved,
                    },
                ];
                if !check {
                    let learns = word("unsure");
                    replies.push(Reply { said: unsure, exit: unknown, learns, helped: false });
                }
                replies
            }
            Answers::Choices(choices) => choices
                .iter()
                .map(|choice| Reply {
                    said: choice.label.plain(SPOKEN).to_owned(),
                    exit: &choice.next,
                    learns: word(&choice.value),
                    helped: false,
                })
                .collect(),
            Answers::Value(value) => vec![
                Reply {
                    said: format!("({})", value.kind),
                    exit: &value.next,
                    learns: slot.map(|slot| (slot, Held::Something)),
                    helped: false,
                },
                Reply { said: unsure, exit: &value.unsure, learns: None, helped: false },
            ],
        }
    }

    /// All ways that a turn may take from an answer.
    pub(super) fn after(&self, spot: &Spot, reply: &Reply<'a>) -> Vec<Way> {
        let mut spot = spot.clone();
        if let Some((slot, held)) = &reply.learns {
            spot.slots.insert((*slot).to_owned(), held.clone());
        }
        if let Some(StepKind::Action(action)) = self.step(&spot).map(|step| &step.kind)
            && std::ptr::eq(reply.exit, std::ptr::from_ref(&action.next))
        {
            let slots = action.answer.iter().map(|field| field.slot.clone());
            spot.slots.extend(slots.map(|slot| (slot, Held::Something)));
        }
        match self.follow(&mut spot, &reply.exit.target) {
            Some(stop) => vec![Way { said: Vec::new(), stop, came_back: None }],
            None => self.run(spot),
        }
    }

    /// All ways that a turn may take from a step.
    pub(super) fn run(&self, spot: Spot) -> Vec<Way> {
        let begin = Going { spot, said: Vec::new(), passed: BTreeSet::new(), left: MAX_STEPS };
        let mut ahead = vec![begin];
        let mut ways = Vec::new();
        while let Some(going) = ahead.pop() {
            if ways.len() + ahead.len() > MAX_WAYS {
                break;
            }
            self.take(going, &mut ahead, &mut ways);
        }
        ways
    }

    fn take(&self, mut going: Going, ahead: &mut Vec<Going>, ways: &mut Vec<Way>) {
        let spot = &going.spot;
        let broken =
            |why: &str| Stop::Broken(spot.dialogue.clone(), spot.step.clone(), why.to_owned());
        let Some(here) = self.step(spot) else { return };
        if going.left == 0 || spot.calls.len() > MAX_DEPTH {
            let stop = broken("the turn does not end");
            ways.push(Way { said: going.said, stop, came_back: None });
            return;
        }
        going.left -= 1;
        let targets = match self.targets(here, &mut going) {
            Ok(targets) => targets,
            Err((stop, came_back)) => {
                ways.push(Way { said: going.said, stop, came_back });
                return;
            }
        };
        for target in targets {
            let mut next = Going {
                spot: going.spot.clone(),
                said: going.said.clone(),
                passed: going.passed.clone(),
                left: going.left,
            };
            match self.follow(&mut next.spot, &target) {
                Some(stop) => ways.push(Way { said: next.said, stop, came_back: None }),
                None => ahead.push(next),
            }
        }
    }

    /// Where a step leads, or how it ends the turn.
    #[expect(clippy::type_complexity, reason = "used by one caller, next to it")]
    fn targets(
        &self,
        step: &'a Step,
        going: &mut Going,
    ) -> Result<Vec<Target>, (Stop, Option<(DialogueId, StepId)>)> {
        let spot = &mut going.spot;
        let said = &mut going.said;
        let mut say = |text: &Text| said.push(text.plain(SPOKEN).to_owned());
        match &step.kind {
            StepKind::Say { text, next, .. } => {
                say(text);
                Ok(vec![next.target.clone()])
            }
            StepKind::Ask(ask) => {
                let mut came_back = None;
                if let Some(targets) = self.known(ask, spot) {
                    if going.passed.insert(step.id.clone()) {
                        return Ok(targets);
                    }
                    came_back = Some((spot.dialogue.clone(), step.id.clone()));
                }
                say(&ask.text);
                Err((Stop::Waits(spot.clone()), came_back))
            }
            StepKind::Wait { text, .. } => {
                say(text);
                Err((Stop::Waits(spot.clone()), None))
            }
            StepKind::Action(action) => {
                action.say.iter().for_each(say);
                Err((Stop::Waits(spot.clone()), None))
            }
            StepKind::Branch(arms) => {
                let mut targets = Vec::new();
                for arm in arms {
                    match arm.condition.as_deref().map(|it| self.holds(it, &spot.slots)) {
                        Some(Some(false)) => {}
                        Some(None) => targets.push(arm.next.target.clone()),
                        Some(Some(true)) | None => {
                            targets.push(arm.next.target.clone());
                            break;
                        }
                    }
                }
                Ok(targets)
            }
            StepKind::Set { values, next } => {
                for (slot, expression) in values {
                    let held = self.value(expression, &spot.slots);
                    spot.slots.insert(slot.clone(), held);
                }
                Ok(vec![next.target.clone()])
            }
            StepKind::Call { dialogue, .. } => {
                spot.calls.push((spot.dialogue.clone(), step.id.clone()));
                Ok(self.enter(spot, dialogue))
            }
            StepKind::Goto { dialogue, .. } => Ok(self.enter(spot, dialogue)),
            StepKind::Resolve { text } => {
                text.iter().for_each(say);
                Err((Stop::Resolved, None))
            }
            StepKind::Escalate { say: text, .. } => {
                text.iter().for_each(say);
                Err((Stop::Person, None))
            }
        }
    }

    fn enter(&self, spot: &mut Spot, id: &DialogueId) -> Vec<Target> {
        spot.dialogue = id.clone();
        let start = self.dialogue(id).map(|dialogue| Target::Step(dialogue.start.clone()));
        start.into_iter().collect()
    }

    /// Goes to a target; a stop where the turn ends by it.
    fn follow(&self, spot: &mut Spot, target: &Target) -> Option<Stop> {
        let mut target = target.clone();
        loop {
            match target {
                Target::Step(id) => {
                    spot.step = id;
                    return None;
                }
                Target::Resolved => return Some(Stop::Resolved),
                Target::Person => return Some(Stop::Person),
                Target::Stay => return Some(Stop::Over),
                Target::End => {
                    let Some((dialogue, step)) = spot.calls.pop() else { return Some(Stop::Over) };
                    (spot.dialogue, spot.step) = (dialogue, step);
                    match self.step(spot).map(|step| &step.kind) {
                        Some(StepKind::Call { next, .. }) => target = next.target.clone(),
                        _ => return Some(Stop::Over),
                    }
                }
            }
        }
    }

    /// Where a question leads whose slot is filled.
    fn known(&self, ask: &Ask, spot: &Spot) -> Option<Vec<Target>> {
        if !self.exact {
            return None;
        }
        let held = spot.slots.get(ask.slot.as_ref()?)?;
        let word = match held {
            Held::Known(json) => serde_json::from_str::<Value>(json).ok()?,
            Held::Something => Value::Null,
        };
        let word = word.as_str();
        match &ask.answers {
            Answers::YesNo { yes, no, unsure, .. } => match word? {
                "yes" => Some(vec![yes.target.clone()]),
                "no" => Some(vec![no.target.clone()]),
                "unsure" => Some(vec![unsure.target.clone()]),
                _ => None,
            },
            Answers::Choices(choices) => choices
                .iter()
                .find(|choice| Some(choice.value.as_str()) == word)
                .map(|choice| vec![choice.next.target.clone()]),
            Answers::Value(value) => Some(vec![value.next.target.clone()]),
        }
    }

    /// The values of the slots that an expression names, or `None` where one cannot be told.
    fn scope(
        &self,
        expression: &str,
        slots: &BTreeMap<String, Held>,
    ) -> Option<BTreeMap<String, Value>> {
        if !self.exact {
            return None;
        }
        let mut scope = BTreeMap::new();
        for name in template::names_in(expression).ok()? {
            let slot = name.strip_prefix("slots.")?;
            match slots.get(slot) {
                None => {}
                Some(Held::Something) => return None,
                Some(Held::Known(json)) => {
                    scope.insert(slot.to_owned(), serde_json::from_str(json).ok()?);
                }
            }
        }
        Some(scope)
    }

    fn holds(&self, expression: &str, slots: &BTreeMap<String, Held>) -> Option<bool> {
        let slots = self.scope(expression, slots)?;
        template::holds(expression, &Scope { slots: Some(&slots), topic: None }).ok()
    }

    fn value(&self, expression: &str, slots: &BTreeMap<String, Held>) -> Held {
        let value = self.scope(expression, slots).and_then(|slots| {
            template::value(expression, &Scope { slots: Some(&slots), topic: None }).ok()
        });
        match value {
            // A number may count up without end; that it is one is enough.
            Some(value) if !value.is_number() => Held::Known(value.to_string()),
            _ => Held::Something,
        }
    }
}
