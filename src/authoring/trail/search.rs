//! The way from an exit to a step, through steps that leave no trace in the log.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;

use crate::authoring::exits::FAILED;
use crate::authoring::exits::GOTO;
use crate::authoring::exits::exits;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::content::template;
use crate::content::template::Scope;
use crate::ids::DialogueId;
use crate::ids::StepId;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Goal {
    /// A step that is known to have been taken.
    Step(StepId),
    /// The happy end.
    Resolved,
    /// A person.
    Person,
    /// The end without more ado.
    End,
    /// Another dialogue that took the place of this one.
    Goto(DialogueId),
}

pub(super) struct Search<'c> {
    pub(super) dialogue: &'c Dialogue,
    pub(super) slots: &'c BTreeMap<String, serde_json::Value>,
}

/// Steps with the names of the exits taken; a step that ends the way has an empty one.
type Path = Vec<(StepId, String)>;

impl Search<'_> {
    /// The shortest way, by what is known; by any arm of a branch, if none is found so.
    pub(super) fn way(
        &self,
        from: Option<&StepId>,
        first: &[(String, Target)],
        goal: &Goal,
    ) -> Option<Path> {
        [true, false].into_iter().find_map(|strict| self.search(from, first, goal, strict))
    }

    fn search(
        &self,
        from: Option<&StepId>,
        first: &[(String, Target)],
        goal: &Goal,
        strict: bool,
    ) -> Option<Path> {
        let mut queue: VecDeque<(Target, Path)> = first
            .iter()
            .map(|(name, target)| {
                let path = from.map(|step| (step.clone(), name.clone()));
                (target.clone(), path.into_iter().collect())
            })
            .collect();
        let mut seen = BTreeSet::new();
        while let Some((target, mut path)) = queue.pop_front() {
            let id = match (&target, goal) {
                (Target::Step(id), Goal::Step(wanted)) if id == wanted => return Some(path),
                (Target::Resolved, Goal::Resolved)
                | (Target::Person, Goal::Person)
                | (Target::End, Goal::End) => return Some(path),
                (Target::Step(id), _) => id,
                _ => continue,
            };
            let Some(step) = self.dialogue.steps.get(id).filter(|_| seen.insert(id.clone())) else {
                continue;
            };
            match (&step.kind, goal) {
                (StepKind::Resolve { .. }, Goal::Resolved)
                | (StepKind::Escalate { .. }, Goal::Person) => {
                    path.push((id.clone(), String::new()));
                    return Some(path);
                }
                (StepKind::Goto { dialogue, .. }, Goal::Goto(wanted)) if dialogue == wanted => {
                    path.push((id.clone(), GOTO.to_owned()));
                    return Some(path);
                }
                _ => {}
            }
            for (name, next) in self.onward(id, strict) {
                let mut longer = path.clone();
                longer.push((id.clone(), name));
                queue.push_back((next, longer));
            }
        }
        None
    }

    /// The exits by which a step may have been passed without a trace.
    fn onward(&self, id: &StepId, strict: bool) -> Vec<(String, Target)> {
        let Some(step) = self.dialogue.steps.get(id) else { return Vec::new() };
        let all = exits(step).into_iter().map(|exit| (exit.name, exit.target.clone()));
        match &step.kind {
            StepKind::Branch(arms) if strict => {
                let scope = Scope { slots: Some(self.slots), topic: None };
                let holds = |condition: &Option<String>| match condition {
                    None => true,
                    Some(condition) => template::holds(condition, &scope).unwrap_or(false),
                };
                let taken = arms.iter().position(|arm| holds(&arm.condition));
                all.enumerate()
                    .filter_map(|(at, exit)| (Some(at) == taken).then_some(exit))
                    .collect()
            }
            StepKind::Branch(_) | StepKind::Set { .. } | StepKind::Say { .. } => all.collect(),
            // A question whose answer is known is passed over.
            StepKind::Ask(ask) => {
                let known = ask.slot.as_ref().and_then(|slot| self.slots.get(slot));
                match known.filter(|value| !value.is_null()) {
                    None => Vec::new(),
                    Some(value) => {
                        let word = value.as_str().unwrap_or_default();
                        let exact: Vec<_> = all.clone().filter(|(name, _)| name == word).collect();
                        if exact.is_empty() {
                            all.filter(|(name, _)| name == "next").collect()
                        } else {
                            exact
                        }
                    }
                }
            }
            // What could not be sent was never called.
            StepKind::Action(_) => all.filter(|(name, _)| name == FAILED).collect(),
            _ => Vec::new(),
        }
    }
}
