//! The ways out of a step, by name.
//!
//! The same names stand on the edges of a graph, in coverage and in counts of traffic, so that
//! they can be laid over each other.

use crate::content::dialogue::Answers;
use crate::content::dialogue::Step;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;

/// A way out of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedExit<'c> {
    /// `yes`, `no`, `unsure`, a choice's value, a condition, `else`, `failed`, or `next`.
    pub name: String,
    /// Where it leads.
    pub target: &'c Target,
}

/// The name of the only way out of a step that has no answers.
pub const NEXT: &str = "next";
/// The name of the way to another dialogue.
pub const GOTO: &str = "goto";

/// The name of the way out of a call that gave no answer.
pub const FAILED: &str = "failed";

/// Every way out of a step, in the order of its file. A step that leaves for another dialogue or
/// ends the matter has none.
#[must_use]
pub fn exits(step: &Step) -> Vec<NamedExit<'_>> {
    let named = |name: &str, target| NamedExit { name: name.to_owned(), target };
    match &step.kind {
        StepKind::Ask(ask) => match &ask.answers {
            Answers::YesNo { yes, no, unsure, .. } => vec![
                named("yes", &yes.target),
                named("no", &no.target),
                named("unsure", &unsure.target),
            ],
            Answers::Choices(choices) => {
                choices.iter().map(|choice| named(&choice.value, &choice.next.target)).collect()
            }
            Answers::Value(value) => {
                vec![named(NEXT, &value.next.target), named("unsure", &value.unsure.target)]
            }
        },
        StepKind::Branch(arms) => arms
            .iter()
            .map(|arm| named(arm.condition.as_deref().unwrap_or("else"), &arm.next.target))
            .collect(),
        StepKind::Action(action) => {
            vec![named(NEXT, &action.next.target), named(FAILED, &action.failed.target)]
        }
        _ => step.exits().into_iter().map(|exit| named(NEXT, &exit.target)).collect(),
    }
}
