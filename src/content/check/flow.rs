//! Steps that nothing leads to, that lead nowhere, and that run in a circle.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::Step;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::content::suggest::nearest;
use crate::ids::DialogueId;
use crate::ids::StepId;

/// Checks the ways of every dialogue.
pub(super) fn check(dialogues: &BTreeMap<DialogueId, Dialogue>, diagnostics: &mut Vec<Diagnostic>) {
    let before = diagnostics.len();
    endless_loops(dialogues, diagnostics);
    let circling: BTreeSet<String> =
        diagnostics[before..].iter().map(|told| told.file.clone()).collect();
    let leaving = leaving_steps(dialogues);
    for dialogue in dialogues.values() {
        // A step that could not be read may lead anywhere; what lies behind a circle cannot be
        // reached, and that has its reason already.
        if dialogue.broken.is_empty() && !circling.contains(&dialogue.file) {
            unreachable_steps(dialogue, diagnostics);
            no_way_out(dialogue, &leaving, diagnostics);
        }
    }
}

fn unreachable_steps(dialogue: &Dialogue, diagnostics: &mut Vec<Diagnostic>) {
    let mut reached = BTreeSet::new();
    let mut ahead = vec![&dialogue.start];
    while let Some(id) = ahead.pop() {
        // A misspelt target is one fault, not two: the step that was meant counts as reached.
        let meant = || nearest(id.as_str(), dialogue.steps.keys().map(StepId::as_str));
        let found = dialogue
            .steps
            .get_key_value(id)
            .or_else(|| dialogue.steps.get_key_value(&StepId::new(meant()?)));
        let Some((id, step)) = found else { continue };
        if reached.insert(id) {
            ahead.extend(step.exits().into_iter().filter_map(|exit| match &exit.target {
                Target::Step(id) => Some(id),
                _ => None,
            }));
        }
    }
    if !dialogue.steps.contains_key(&dialogue.start) {
        return;
    }
    for step in dialogue.steps.values().filter(|step| !reached.contains(&step.id)) {
        let message = format!("nothing leads to step `{}`", step.id);
        Diagnostic::add(diagnostics, &dialogue.file, step.span, Code::UnreachableStep, &message)
            .help("lead to it from another step, or remove it");
    }
}

/// Whether a dialogue can be left at all is asked of all dialogues together, since leaving by
/// `goto` only counts when the other can be left.
fn no_way_out(
    dialogue: &Dialogue,
    leaving: &BTreeSet<(&DialogueId, &StepId)>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for step in dialogue.steps.values() {
        // An unknown target is reported where it is written.
        let dangling = step.exits().iter().any(|exit| match &exit.target {
            Target::Step(id) => !dialogue.steps.contains_key(id),
            _ => false,
        });
        if !dangling && !leaving.contains(&(&dialogue.id, &step.id)) {
            let message = format!("from step `{}` no end can be reached", step.id);
            Diagnostic::add(diagnostics, &dialogue.file, step.span, Code::NoWayOut, &message).help(
                "let some answer lead to `resolved`, `person`, a `resolve:` or an `escalate:`",
            );
        }
    }
}

/// The steps from which an end can be reached, of all dialogues.
fn leaving_steps(dialogues: &BTreeMap<DialogueId, Dialogue>) -> BTreeSet<(&DialogueId, &StepId)> {
    let mut leaving = BTreeSet::new();
    loop {
        let before = leaving.len();
        for dialogue in dialogues.values() {
            for step in dialogue.steps.values() {
                let unknown = !dialogue.broken.is_empty();
                let ends = unknown
                    || match &step.kind {
                        StepKind::Resolve { .. } | StepKind::Escalate { .. } => true,
                        StepKind::Goto { dialogue: id, .. } => dialogues
                            .get(id)
                            .is_none_or(|other| leaving.contains(&(&other.id, &other.start))),
                        _ => step.exits().iter().any(|exit| match &exit.target {
                            Target::Step(id) => dialogue
                                .steps
                                .get(id)
                                .is_none_or(|next| leaving.contains(&(&dialogue.id, &next.id))),
                            Target::Resolved | Target::Person | Target::End | Target::Stay => true,
                        }),
                    };
                if ends {
                    leaving.insert((&dialogue.id, &step.id));
                }
            }
        }
        if leaving.len() == before {
            return leaving;
        }
    }
}

/// Finds circles of steps that never wait for the customer.
fn endless_loops(dialogues: &BTreeMap<DialogueId, Dialogue>, diagnostics: &mut Vec<Diagnostic>) {
    let mut done: BTreeSet<(&DialogueId, &StepId)> = BTreeSet::new();
    for dialogue in dialogues.values() {
        for step in dialogue.steps.values() {
            let mut path: Vec<(&Dialogue, &Step)> = Vec::new();
            follow_unasked(dialogues, dialogue, step, &mut path, &mut done, diagnostics);
        }
    }
}

fn follow_unasked<'a>(
    dialogues: &'a BTreeMap<DialogueId, Dialogue>,
    dialogue: &'a Dialogue,
    step: &'a Step,
    path: &mut Vec<(&'a Dialogue, &'a Step)>,
    done: &mut BTreeSet<(&'a DialogueId, &'a StepId)>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    // What only gives time, or calls another system, would go round for ever by itself.
    if step.asks() {
        return;
    }
    if let Some(at) =
        path.iter().position(|(other, there)| other.id == dialogue.id && there.id == step.id)
    {
        let names: Vec<String> = path[at..]
            .iter()
            .map(|(dialogue, step)| format!("{}/{}", dialogue.id, step.id))
            .collect();
        let (first, at_step) = path[at];
        let message = format!("these steps run in a circle and ask nothing: {}", names.join(" → "));
        Diagnostic::add(diagnostics, &first.file, at_step.span, Code::EndlessLoop, &message)
            .help("put a question into the circle, or lead out of it");
        return;
    }
    if !done.insert((&dialogue.id, &step.id)) {
        return;
    }
    path.push((dialogue, step));
    // Behind a call, the turn goes on only if the dialogue that was called asks nothing.
    let waits = matches!(&step.kind, StepKind::Call { dialogue, .. } if asks(dialogues, dialogue));
    for exit in step.exits().into_iter().filter(|_| !waits) {
        if let Target::Step(id) = &exit.target
            && let Some(next) = dialogue.steps.get(id)
        {
            follow_unasked(dialogues, dialogue, next, path, done, diagnostics);
        }
    }
    if let StepKind::Call { dialogue: id, .. } | StepKind::Goto { dialogue: id, .. } = &step.kind
        && let Some(other) = dialogues.get(id)
        && let Some(start) = other.steps.get(&other.start)
    {
        follow_unasked(dialogues, other, start, path, done, diagnostics);
    }
    path.pop();
}

fn asks(dialogues: &BTreeMap<DialogueId, Dialogue>, id: &DialogueId) -> bool {
    let steps = dialogues.get(id).into_iter().flat_map(|dialogue| dialogue.steps.values());
    steps.into_iter().any(Step::asks)
}
