//! What can be wrong between files and between steps.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::dialogue::Answers;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::Exit;
use crate::content::dialogue::Step;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::content::intent::Intent;
use crate::content::suggest::did_you_mean;
use crate::content::suggest::nearest;
use crate::content::template;
use crate::content::text::Text;
use crate::ids::DialogueId;
use crate::ids::IntentId;
use crate::ids::StepId;
use crate::language::Language;

/// The longest text that reads well in a bubble on a phone, in characters.
const LONG_TEXT: usize = 420;

/// Checks intents and dialogues against each other.
pub(crate) fn check(
    intents: &BTreeMap<IntentId, Intent>,
    dialogues: &BTreeMap<DialogueId, Dialogue>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for intent in intents.values() {
        check_intent(intent, dialogues, diagnostics);
    }
    shared_examples(intents, diagnostics);
    let slots = slots_of(dialogues);
    for dialogue in dialogues.values() {
        check_targets(dialogue, dialogues, diagnostics);
        check_texts(dialogue, &slots, diagnostics);
    }
    unused_dialogues(intents, dialogues, diagnostics);
    let leaving = leaving_steps(dialogues);
    for dialogue in dialogues.values() {
        unreachable_steps(dialogue, diagnostics);
        no_way_out(dialogue, &leaving, diagnostics);
    }
    endless_loops(dialogues, diagnostics);
}

fn known(dialogues: &BTreeMap<DialogueId, Dialogue>) -> impl Iterator<Item = &str> + Clone {
    dialogues.keys().map(DialogueId::as_str)
}

fn check_intent(
    intent: &Intent,
    dialogues: &BTreeMap<DialogueId, Dialogue>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if !dialogues.contains_key(&intent.dialogue) {
        let message = format!("there is no dialogue `{}`", intent.dialogue);
        let help = did_you_mean(intent.dialogue.as_str(), known(dialogues));
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

fn shared_examples(intents: &BTreeMap<IntentId, Intent>, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<(Language, String), &Intent> = HashMap::new();
    for intent in intents.values() {
        for (language, words) in &intent.example_spans {
            for word in words {
                let plain = word.text.trim().to_lowercase();
                if let Some(other) = seen.insert((*language, plain), intent)
                    && other.id != intent.id
                {
                    let message = format!("this example also stands in intent `{}`", other.id);
                    Diagnostic::add(
                        diagnostics,
                        &intent.file,
                        word.span,
                        Code::SharedExample,
                        &message,
                    )
                    .help("keep it where a person would put it; in both it teaches nothing");
                }
            }
        }
    }
}

fn check_targets(
    dialogue: &Dialogue,
    dialogues: &BTreeMap<DialogueId, Dialogue>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let steps = || dialogue.steps.keys().map(StepId::as_str);
    if !dialogue.steps.contains_key(&dialogue.start) {
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
                && !dialogue.steps.contains_key(id)
                && told.insert(*span)
            {
                let message = format!("there is no step `{id}` in this dialogue");
                let help = did_you_mean(id.as_str(), steps().chain(["resolved", "person", "end"]));
                Diagnostic::add(diagnostics, &dialogue.file, *span, Code::UnknownTarget, &message)
                    .help(&help);
            }
        }
        if let StepKind::Call { dialogue: id, span, .. } | StepKind::Goto { dialogue: id, span } =
            &step.kind
            && !dialogues.contains_key(id)
        {
            let message = format!("there is no dialogue `{id}`");
            let help = did_you_mean(id.as_str(), known(dialogues));
            Diagnostic::add(diagnostics, &dialogue.file, *span, Code::UnknownDialogue, &message)
                .help(&help);
        }
    }
}

fn check_texts(dialogue: &Dialogue, slots: &BTreeSet<&str>, diagnostics: &mut Vec<Diagnostic>) {
    let known = || slots.iter().copied().collect::<Vec<_>>().join(", ");
    for step in dialogue.steps.values() {
        for expression in expressions_of(step) {
            if let Err(error) = template::check_expression(expression, slots) {
                let message = format!("`{expression}` cannot be worked out: {error}");
                Diagnostic::add(diagnostics, &dialogue.file, step.span, Code::Template, &message)
                    .help(&format!("write for example slots.NAME == 'value'; slots: {}", known()));
            }
        }
        for (language, text) in texts_of(step).into_iter().flat_map(Text::all) {
            let code = language.code();
            if let Err(error) = template::check(text, slots) {
                let message = format!("the `{code}` text cannot be filled in: {error}");
                Diagnostic::add(diagnostics, &dialogue.file, step.span, Code::Template, &message)
                    .help(&format!("a text may name slots.NAME; slots: {}", known()));
            }
            if text.chars().count() > LONG_TEXT {
                let id = &step.id;
                let message =
                    format!("the `{code}` text of step `{id}` has over {LONG_TEXT} characters");
                Diagnostic::add(diagnostics, &dialogue.file, step.span, Code::LongText, &message)
                    .help("split it into two steps: nobody reads a wall of text on a phone")
                    .only_warn();
            }
        }
    }
}

/// The slots that some step of some dialogue fills.
fn slots_of(dialogues: &BTreeMap<DialogueId, Dialogue>) -> BTreeSet<&str> {
    let steps = dialogues.values().flat_map(|dialogue| dialogue.steps.values());
    steps
        .flat_map(|step| match &step.kind {
            StepKind::Ask(ask) => ask.slot.iter().map(String::as_str).collect(),
            StepKind::Set { values, .. } => values.iter().map(|(slot, _)| slot.as_str()).collect(),
            StepKind::Action(action) => {
                action.answer.iter().map(|field| field.slot.as_str()).collect()
            }
            _ => Vec::new(),
        })
        .collect()
}

fn expressions_of(step: &Step) -> Vec<&str> {
    match &step.kind {
        StepKind::Branch(arms) => arms.iter().filter_map(|arm| arm.condition.as_deref()).collect(),
        StepKind::Set { values, .. } => values.iter().map(|(_, value)| value.as_str()).collect(),
        StepKind::Action(action) => action.send.iter().map(|(_, value)| value.as_str()).collect(),
        _ => Vec::new(),
    }
}

fn texts_of(step: &Step) -> Vec<&Text> {
    match &step.kind {
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
        StepKind::Resolve { text } | StepKind::Escalate { say: text, .. } => text.iter().collect(),
        StepKind::Branch(_)
        | StepKind::Set { .. }
        | StepKind::Call { .. }
        | StepKind::Goto { .. } => Vec::new(),
    }
}

fn unused_dialogues(
    intents: &BTreeMap<IntentId, Intent>,
    dialogues: &BTreeMap<DialogueId, Dialogue>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut used: BTreeSet<&DialogueId> = intents.values().map(|intent| &intent.dialogue).collect();
    for step in dialogues.values().flat_map(|dialogue| dialogue.steps.values()) {
        if let StepKind::Call { dialogue, .. } | StepKind::Goto { dialogue, .. } = &step.kind {
            used.insert(dialogue);
        }
    }
    for dialogue in dialogues.values().filter(|dialogue| !used.contains(&dialogue.id)) {
        let message = format!("nothing leads to dialogue `{}`", dialogue.id);
        Diagnostic::add(diagnostics, &dialogue.file, dialogue.span, Code::UnusedDialogue, &message)
            .help("name it as `dialogue:` in an intent, or remove the file")
            .only_warn();
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
                let ends = match &step.kind {
                    StepKind::Resolve { .. } | StepKind::Escalate { .. } => true,
                    StepKind::Goto { dialogue: id, .. } => dialogues
                        .get(id)
                        .is_none_or(|other| leaving.contains(&(&other.id, &other.start))),
                    _ => step.exits().iter().any(|exit| match &exit.target {
                        Target::Step(id) => dialogue
                            .steps
                            .get(id)
                            .is_none_or(|next| leaving.contains(&(&dialogue.id, &next.id))),
                        Target::Resolved | Target::Person | Target::End => true,
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

/// Finds circles of steps that never wait for the customer's word: those that only give time, or
/// call other systems, would go round for ever by themselves.
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
