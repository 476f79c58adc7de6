//! Dialogues that run in the bot's place: one for each occasion, and nothing else leads to them.

use std::collections::BTreeMap;

use crate::content::check::Found;
use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::content::dialogue::occasion::Occasion;

pub(super) fn check(found: &Found<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut taken: BTreeMap<Occasion, &Dialogue> = BTreeMap::new();
    for dialogue in found.dialogues.values() {
        let staying = dialogue.instead_of.is_some_and(Occasion::may_stay);
        if !staying {
            stays_nowhere(dialogue, diagnostics);
        }
        let Some(occasion) = dialogue.instead_of else { continue };
        if let Some(other) = taken.insert(occasion, dialogue) {
            let message = format!("`{}` runs instead of `{}` already", other.id, occasion.as_str());
            let span = dialogue.occasion_span;
            Diagnostic::add(diagnostics, &dialogue.file, span, Code::DuplicateId, &message)
                .help("keep one of them");
        }
        led_to(dialogue, found, diagnostics);
    }
}

/// There is nothing to stay at but in a dialogue that came in between.
fn stays_nowhere(dialogue: &Dialogue, diagnostics: &mut Vec<Diagnostic>) {
    for exit in dialogue.steps.values().flat_map(|step| step.exits()) {
        if exit.target == Target::Stay {
            let message = "there is nothing to stay at";
            let help = if dialogue.instead_of.is_some() {
                "lead to `end`, and a person comes"
            } else {
                "`stay` belongs into a dialogue with `instead_of:`; elsewhere lead to `end`"
            };
            Diagnostic::add(diagnostics, &dialogue.file, exit.span, Code::UnknownTarget, message)
                .help(help);
        }
    }
}

fn led_to(dialogue: &Dialogue, found: &Found<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let message = format!("`{}` runs in the bot's place, and cannot be led to", dialogue.id);
    let help = "take what both need into a dialogue of its own, and `call` it";
    for intent in found.intents.values().filter(|intent| intent.dialogue == dialogue.id) {
        let span = intent.dialogue_span;
        Diagnostic::add(diagnostics, &intent.file, span, Code::BadValue, &message).help(help);
    }
    for other in found.dialogues.values() {
        for step in other.steps.values() {
            let (StepKind::Call { dialogue: id, span, .. } | StepKind::Goto { dialogue: id, span }) =
                &step.kind
            else {
                continue;
            };
            if *id == dialogue.id {
                Diagnostic::add(diagnostics, &other.file, *span, Code::BadValue, &message)
                    .help(help);
            }
        }
    }
}
