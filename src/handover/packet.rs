//! What the bot asked and learnt, in the words of whoever takes over.
//!
//! The log keeps a question and its answer as the customer read them. Where the content still has
//! the question, its label and the label of the answer are said in the agent's language; what the
//! customer put in words of their own stays as it is.

use serde_json::Value;

use crate::content::Content;
use crate::content::dialogue::Answers;
use crate::content::dialogue::Ask;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::StepKind;
use crate::content::text::Text;
use crate::conversation::slot::as_words;
use crate::conversation::state::State;
use crate::conversation::state::Tried;
use crate::language::Language;

/// A question with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its label.
    pub question: String,
    /// In words.
    pub answer: String,
    /// Whether the answer is a bare yes, no or "not sure".
    pub plain: bool,
}

/// What the customer was asked and answered, in that order.
#[must_use]
pub fn steps(content: &Content, state: &State, lang: Language) -> Vec<Line> {
    state.tried.iter().map(|tried| step(content, tried, lang)).collect()
}

/// What is known and stands in no step: told unasked, or answered by another system.
#[must_use]
pub fn known(content: &Content, state: &State, lang: Language) -> Vec<Line> {
    let in_a_step = |slot: &str, value: &Value| {
        state.tried.iter().any(|tried| {
            let asked = asked(content, tried).and_then(|ask| ask.slot.as_deref());
            asked == Some(slot) && tried.value == *value
        })
    };
    let new = state.slots.iter().filter(|(_, value)| !value.is_null());
    new.filter(|(slot, value)| !in_a_step(slot, value))
        .map(|(slot, value)| fact(content, state, slot, value, lang))
        .collect()
}

fn step(content: &Content, tried: &Tried, lang: Language) -> Line {
    let Some(ask) = asked(content, tried) else {
        let (question, answer) = (tried.question.clone(), tried.answer.clone());
        return Line { question, answer, plain: false };
    };
    let unsure = &content.manners.unsure;
    let (answer, plain) = match &tried.value {
        Value::Null if has(unsure, &tried.answer) => (unsure.plain(lang).to_owned(), true),
        Value::Null => (tried.answer.clone(), false),
        value => match as_words(ask, value, &content.manners, lang) {
            gone if gone.is_empty() => (tried.answer.clone(), false),
            words => (words, matches!(ask.answers, Answers::YesNo { .. })),
        },
    };
    Line { question: ask.label.plain(lang).to_owned(), answer, plain }
}

/// The question that was answered, if the content has it as it was.
fn asked<'a>(content: &'a Content, tried: &Tried) -> Option<&'a Ask> {
    let at = tried.at.as_ref()?;
    let step = content.dialogue(None, &at.dialogue)?.steps.get(&at.step)?;
    match &step.kind {
        StepKind::Ask(ask) if has(&ask.label, &tried.question) => Some(ask),
        _ => None,
    }
}

fn has(text: &Text, words: &str) -> bool {
    text.all().any(|(_, variant)| variant == words)
}

fn fact(content: &Content, state: &State, slot: &str, value: &Value, lang: Language) -> Line {
    let manners = &content.manners;
    let of_topic = state.topic.as_ref().and_then(|topic| content.intents.get(topic));
    let of_topic = of_topic.and_then(|intent| content.dialogue(None, &intent.dialogue));
    let ask = of_topic
        .into_iter()
        .chain(content.dialogues.values())
        .find_map(|dialogue| asks_for(dialogue, slot));
    let question = match ask {
        Some(ask) => ask.label.plain(lang).to_owned(),
        None => slot.replace('_', " "),
    };
    let is_answer = |ask: &&Ask| match (&ask.answers, value.as_str()) {
        (Answers::YesNo { .. }, Some(word)) => ["yes", "no", "unsure"].contains(&word),
        (answers, _) => matches!(answers, Answers::Choices(_)),
    };
    let labelled = ask.filter(is_answer).map(|ask| as_words(ask, value, manners, lang));
    let answer = labelled.filter(|words| !words.is_empty()).unwrap_or_else(|| match value {
        Value::Bool(true) => manners.yes.plain(lang).to_owned(),
        Value::Bool(false) => manners.no.plain(lang).to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    Line { question, answer, plain: false }
}

fn asks_for<'a>(dialogue: &'a Dialogue, slot: &str) -> Option<&'a Ask> {
    dialogue.steps.values().find_map(|step| match &step.kind {
        StepKind::Ask(ask) if ask.slot.as_deref() == Some(slot) => Some(&**ask),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
