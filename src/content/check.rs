//! What can be wrong between files and between steps.
//!
//! A fault is told once, where it stands: what follows from a file or step that could not be read
//! is left out.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::Exit;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::content::fields::Word;
use crate::content::intent::Intent;
use crate::content::manners::Manners;
use crate::content::suggest::did_you_mean;
use crate::content::suggest::nearest;
use crate::ids::DialogueId;
use crate::ids::IntentId;
use crate::ids::StepId;
use crate::language::Language;

mod flow;
mod intents;
mod occasions;
mod slots;
mod texts;

/// All that was read.
pub(crate) struct Found<'a> {
    pub(crate) intents: &'a BTreeMap<IntentId, Intent>,
    pub(crate) dialogues: &'a BTreeMap<DialogueId, Dialogue>,
    pub(crate) manners: Option<&'a Manners>,
    /// The file of the manners.
    pub(crate) manners_file: &'a str,
    /// Messages that are not the bot's business, with their files.
    pub(crate) out_of_scope: &'a [(String, Language, Word)],
    /// The names of files that could not be read.
    pub(crate) unread: &'a BTreeSet<String>,
}

impl Found<'_> {
    /// Whether every file and step could be read, so that what is not there is missing.
    fn is_whole(&self) -> bool {
        self.unread.is_empty() && self.dialogues.values().all(|it| it.broken.is_empty())
    }

    fn knows(&self, dialogue: &DialogueId) -> bool {
        self.dialogues.contains_key(dialogue) || self.unread.contains(dialogue.as_str())
    }
}

/// Checks intents and dialogues against each other.
pub(crate) fn check(found: &Found<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for intent in found.intents.values() {
        check_intent(intent, found, diagnostics);
    }
    intents::check(found.intents, found.out_of_scope, diagnostics);
    slots::check(found, diagnostics);
    texts::check(found, diagnostics);
    for dialogue in found.dialogues.values() {
        check_targets(dialogue, found, diagnostics);
    }
    if found.is_whole() {
        unused_dialogues(found.intents, found.dialogues, diagnostics);
    }
    flow::check(found.dialogues, diagnostics);
    occasions::check(found, diagnostics);
}

fn known(dialogues: &BTreeMap<DialogueId, Dialogue>) -> impl Iterator<Item = &str> + Clone {
    dialogues.keys().map(DialogueId::as_str)
}

fn check_intent(intent: &Intent, found: &Found<'_>, diagnostics: &mut Vec<Diagnostic>) {
    // Of an intent that is not named as its file, that is told already.
    let stem = intent.file.rsplit('/').next().and_then(|name| name.split('.').next());
    let renamed = intent.dialogue.as_str() == intent.id.as_str()
        && stem != Some(intent.id.as_str())
        && stem.is_some_and(|stem| found.knows(&DialogueId::new(stem)));
    if !found.knows(&intent.dialogue) && !renamed {
        let message = format!("there is no dialogue `{}`", intent.dialogue);
        let help = did_you_mean(intent.dialogue.as_str(), known(found.dialogues));
        Diagnostic::add(
            diagnostics,
            &intent.file,
            intent.dialogue_span,
            Code::UnknownDialogue,
            &message,
        )
        .help(&help);
    }
}

fn check_targets(dialogue: &Dialogue, found: &Found<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let missing = |id: &StepId| !dialogue.steps.contains_key(id) && !dialogue.broken.contains(id);
    let steps = || dialogue.steps.keys().map(StepId::as_str);
    if missing(&dialogue.start) && !dialogue.steps.is_empty() {
        let message = format!("the dialogue starts at `{}`, which it lacks", dialogue.start);
        let help = did_you_mean(dialogue.start.as_str(), steps());
        Diagnostic::add(
            diagnostics,
            &dialogue.file,
            dialogue.start_span,
            Code::UnknownTarget,
            &message,
        )
        .help(&help);
    }
    for step in dialogue.steps.values() {
        let mut told = BTreeSet::new();
        for Exit { target, span } in step.exits() {
            if let Target::Step(id) = target
                && missing(id)
                && told.insert(*span)
            {
                let message = format!("there is no step `{id}` in this dialogue");
                let mut help =
                    did_you_mean(id.as_str(), steps().chain(["resolved", "person", "end"]));
                if found.knows(&DialogueId::new(id.as_str())) {
                    help = format!("to the dialogue of this name leads a step with `goto: {id}`");
                }
                Diagnostic::add(diagnostics, &dialogue.file, *span, Code::UnknownTarget, &message)
                    .help(&help);
            }
        }
        if let StepKind::Call { dialogue: id, span, .. } | StepKind::Goto { dialogue: id, span } =
            &step.kind
            && !found.knows(id)
        {
            let message = format!("there is no dialogue `{id}`");
            let help = did_you_mean(id.as_str(), known(found.dialogues));
            Diagnostic::add(diagnostics, &dialogue.file, *span, Code::UnknownDialogue, &message)
                .help(&help);
        }
    }
}

fn unused_dialogues(
    intents: &BTreeMap<IntentId, Intent>,
    dialogues: &BTreeMap<DialogueId, Dialogue>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut used: BTreeSet<&DialogueId> = intents.values().map(|intent| &intent.dialogue).collect();
    // Also one whose occasion is misspelt, which is told where it stands.
    let in_place = dialogues.values().filter(|dialogue| dialogue.occasion_span != dialogue.span);
    used.extend(in_place.map(|dialogue| &dialogue.id));
    for step in dialogues.values().flat_map(|dialogue| dialogue.steps.values()) {
        if let StepKind::Call { dialogue, .. } | StepKind::Goto { dialogue, .. } = &step.kind {
            used.insert(dialogue);
        }
    }
    let misspelt: Vec<&str> = used
        .iter()
        .filter(|id| !dialogues.contains_key(**id))
        .filter_map(|id| nearest(id.as_str(), known(dialogues)))
        .collect();
    used.extend(dialogues.keys().filter(|id| misspelt.contains(&id.as_str())));
    for dialogue in dialogues.values().filter(|dialogue| !used.contains(&dialogue.id)) {
        let own = intents.values().find(|intent| intent.id.as_str() == dialogue.id.as_str());
        if let Some(intent) = own {
            let message = format!(
                "the intent leads to `{}`, and nothing to the dialogue of its own name",
                intent.dialogue
            );
            let span = intent.dialogue_span;
            Diagnostic::add(diagnostics, &intent.file, span, Code::UnusedDialogue, &message)
                .help(&format!("write `dialogue: {}`, or remove {}", dialogue.id, dialogue.file))
                .only_warn();
            continue;
        }
        let message = format!("nothing leads to dialogue `{}`", dialogue.id);
        Diagnostic::add(diagnostics, &dialogue.file, dialogue.span, Code::UnusedDialogue, &message)
            .help("name it as `dialogue:` in an intent, or remove the file")
            .only_warn();
    }
}
