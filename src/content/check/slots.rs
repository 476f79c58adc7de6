//! Slots and conditions: what is remembered, what is asked of it, and whether it can be so.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::content::check::Found;
use crate::content::check::texts::expressions_of;
use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Span;
use crate::content::dialogue::Answers;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::Step;
use crate::content::dialogue::StepKind;
use crate::content::template;
use crate::content::template::Scope;
use crate::content::text::Text;
use crate::ids::DialogueId;

/// More combinations of values than this are not tried.
const MOST_TRIED: usize = 4_096;
/// The team for whatever names none.
const USUAL_TEAM: &str = "support";

/// What a slot may hold, as far as the content tells.
pub(crate) type Domains = BTreeMap<String, Option<BTreeSet<String>>>;

/// Checks the slots of all dialogues.
pub(super) fn check(found: &Found<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if !found.is_whole() {
        return;
    }
    let domains = domains(found.dialogues);
    for dialogue in found.dialogues.values() {
        for step in dialogue.steps.values() {
            conditions(dialogue, step, &domains, diagnostics);
        }
    }
    unused(found, diagnostics);
    similar(found.dialogues, diagnostics);
    teams(found.dialogues, diagnostics);
}

/// The slots that some step of some dialogue fills.
pub(super) fn set_by(dialogues: &BTreeMap<DialogueId, Dialogue>) -> BTreeSet<&str> {
    let steps = steps(dialogues).flat_map(|(_, step)| filled_by(step)).map(|(slot, _)| slot);
    let broken = dialogues.values().flat_map(|dialogue| &dialogue.broken_slots);
    steps.chain(broken.map(String::as_str)).collect()
}

fn steps(dialogues: &BTreeMap<DialogueId, Dialogue>) -> impl Iterator<Item = (&Dialogue, &Step)> {
    dialogues
        .values()
        .flat_map(|dialogue| dialogue.steps.values().map(move |step| (dialogue, step)))
}

/// The slots that a step fills, with the places where they are named.
fn filled_by(step: &Step) -> Vec<(&str, Span)> {
    match &step.kind {
        StepKind::Ask(ask) => {
            let span = step.places.slot.unwrap_or(step.span);
            ask.slot.iter().map(|slot| (slot.as_str(), span)).collect()
        }
        StepKind::Set { values, .. } => {
            let places = step.places.values.iter().copied();
            values.iter().map(|(slot, _)| slot.as_str()).zip(places).collect()
        }
        StepKind::Action(action) => {
            action.answer.iter().map(|field| (field.slot.as_str(), field.span)).collect()
        }
        _ => Vec::new(),
    }
}

/// The values of every slot; `None` where there are too many to list.
pub(crate) fn domains(dialogues: &BTreeMap<DialogueId, Dialogue>) -> Domains {
    let mut domains = Domains::new();
    for (_, step) in steps(dialogues) {
        match &step.kind {
            StepKind::Ask(ask) => {
                let Some(slot) = &ask.slot else { continue };
                let values = match &ask.answers {
                    Answers::YesNo { .. } => Some(vec!["yes", "no", "unsure"]),
                    Answers::Choices(choices) => {
                        Some(choices.iter().map(|choice| choice.value.as_str()).collect())
                    }
                    Answers::Value(_) => None,
                };
                widen(&mut domains, slot, values);
            }
            StepKind::Set { values, .. } => {
                for (slot, expression) in values {
                    // A word in quotation marks is a value; anything else may come to any.
                    let value = template::value(expression, &Scope::default()).ok();
                    let names = template::names_in(expression).unwrap_or_default();
                    let word = value.as_ref().and_then(Value::as_str).filter(|_| names.is_empty());
                    widen(&mut domains, slot, word.map(|word| vec![word]));
                }
            }
            StepKind::Action(action) => {
                for field in &action.answer {
                    widen(&mut domains, &field.slot, None);
                }
            }
            _ => {}
        }
    }
    domains
}

fn widen(domains: &mut Domains, slot: &str, values: Option<Vec<&str>>) {
    let known = domains.entry(slot.to_owned()).or_insert_with(|| Some(BTreeSet::new()));
    match (known.as_mut(), values) {
        (Some(known), Some(values)) => known.extend(values.into_iter().map(str::to_owned)),
        _ => *known = None,
    }
}

/// Conditions that hold always or never, whatever was answered.
fn conditions(
    dialogue: &Dialogue,
    step: &Step,
    domains: &Domains,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let StepKind::Branch(_) = &step.kind else { return };
    for (expression, span) in expressions_of(step) {
        let Some(outcomes) = outcomes(expression, domains) else { continue };
        let what = match (outcomes.contains(&true), outcomes.contains(&false)) {
            (false, true) => "never",
            (true, false) => "always",
            _ => continue,
        };
        let message = format!("`{expression}` {what} holds");
        let mut values = Vec::new();
        for name in template::names_in(expression).unwrap_or_default() {
            let slot = name.strip_prefix("slots.").unwrap_or(&name).to_owned();
            if let Some(Some(known)) = domains.get(&slot) {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                values.push(format!("{slot} is {}", known.join(", ")));
            }
        }
        let help = format!("compare with a value that there is: {}", values.join("; "));
        Diagnostic::add(diagnostics, &dialogue.file, span, Code::Condition, &message)
            .help(&help)
            .only_warn();
    }
}

/// What a condition comes to over all values of its slots, or `None` where they cannot be listed.
fn outcomes(expression: &str, domains: &Domains) -> Option<BTreeSet<bool>> {
    let names = template::names_in(expression).ok()?;
    let mut scopes: Vec<BTreeMap<String, Value>> = vec![BTreeMap::new()];
    for name in names {
        let slot = name.strip_prefix("slots.")?;
        let values = domains.get(slot)?.as_ref()?;
        if scopes.len() * (values.len() + 1) > MOST_TRIED {
            return None;
        }
        let mut more = scopes.clone();
        for scope in &scopes {
            more.extend(values.iter().map(|value| {
                let mut scope = scope.clone();
                scope.insert(slot.to_owned(), Value::from(value.as_str()));
                scope
            }));
        }
        scopes = more;
    }
    let mut outcomes = BTreeSet::new();
    for slots in &scopes {
        let scope = Scope { slots: Some(slots), topic: None };
        outcomes.insert(template::holds(expression, &scope).ok()?);
    }
    Some(outcomes)
}

/// Slots that are set and that nothing looks at. A question's slot is looked at by the question
/// itself, which is not asked again.
fn unused(found: &Found<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut read: BTreeSet<String> = BTreeSet::new();
    for (_, step) in steps(found.dialogues) {
        for (expression, _) in expressions_of(step) {
            read.extend(template::names_in(expression).unwrap_or_default());
        }
        for (_, text) in step.texts().into_iter().flat_map(Text::all) {
            read.extend(template::names(text).unwrap_or_default());
        }
        if let StepKind::Ask(ask) = &step.kind {
            read.extend(ask.slot.iter().map(|slot| format!("slots.{slot}")));
        }
    }
    for (_, text) in found.manners.iter().flat_map(|manners| manners.named()) {
        for (_, text) in text.all() {
            read.extend(template::names(text).unwrap_or_default());
        }
    }
    for (dialogue, step) in steps(found.dialogues) {
        let StepKind::Set { .. } = &step.kind else { continue };
        for (slot, span) in filled_by(step) {
            if !read.contains(&format!("slots.{slot}")) {
                let message = format!("`{slot}` is set and never read");
                Diagnostic::add(diagnostics, &dialogue.file, span, Code::UnusedSlot, &message)
                    .help("name it in a condition or a text, or remove it")
                    .only_warn();
            }
        }
    }
}

/// Names that are used once and are almost another one.
fn similar(dialogues: &BTreeMap<DialogueId, Dialogue>, diagnostics: &mut Vec<Diagnostic>) {
    let named = steps(dialogues).flat_map(|(dialogue, step)| {
        filled_by(step).into_iter().map(move |(slot, span)| (dialogue, slot.to_owned(), span))
    });
    misspelt("slot", &named.collect::<Vec<_>>(), None, diagnostics);
}

fn teams(dialogues: &BTreeMap<DialogueId, Dialogue>, diagnostics: &mut Vec<Diagnostic>) {
    let named = steps(dialogues).filter_map(|(dialogue, step)| match &step.kind {
        StepKind::Escalate { team: Some(team), .. } => {
            Some((dialogue, team.as_str().to_owned(), step.places.team.unwrap_or(step.span)))
        }
        _ => None,
    });
    misspelt("team", &named.collect::<Vec<_>>(), Some(USUAL_TEAM), diagnostics);
}

fn misspelt(
    what: &str,
    named: &[(&Dialogue, String, Span)],
    usual: Option<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, name, _) in named {
        *counts.entry(name).or_default() += 1;
    }
    if let Some(usual) = usual {
        *counts.entry(usual).or_default() += 2;
    }
    for (dialogue, name, span) in named {
        let count = counts.get(name.as_str()).copied().unwrap_or(0);
        let meant = counts.iter().find(|(other, more)| {
            **more >= count && count == 1 && **other != name && is_slip(name, other)
        });
        if let Some((meant, _)) = meant {
            let message = format!("{what} `{name}` is named here only, and is almost another one");
            Diagnostic::add(diagnostics, &dialogue.file, *span, Code::SimilarName, &message)
                .help(&format!("did you mean `{meant}`?"))
                .only_warn();
        }
    }
}

/// Whether two names differ as by a slip of the fingers; names that differ by a number do not.
fn is_slip(one: &str, other: &str) -> bool {
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    digits(one) == digits(other)
        && one.len().min(other.len()) >= 4
        && strsim::damerau_levenshtein(&one.to_lowercase(), &other.to_lowercase()) <= 2
}
