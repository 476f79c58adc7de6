//! Covering secrets with all that the conversation knows: what was written before, what was asked,
//! and the authors' own patterns.
//!
//! The door covers what can be known from a message alone; this is the second look, and the one
//! that every way into a conversation passes.

use crate::content::Content;
use crate::content::dialogue::Answers;
use crate::content::dialogue::StepKind;
use crate::conversation::event::Question;
use crate::conversation::input::Act;
use crate::conversation::state::State;
use crate::language::Language;
use crate::privacy::context;
use crate::privacy::context::Awaited;
use crate::privacy::context::Context;

/// An act without its secrets.
pub(crate) struct Covered {
    pub(crate) act: Act,
    /// Digits of a card that the text ends with.
    pub(crate) card_begun: Option<u8>,
}

/// Takes the secrets out of an act.
pub(crate) fn covered(content: &Content, state: &State, act: &Act) -> Covered {
    let mut act = act.clone();
    let mut card_begun = None;
    match &mut act {
        Act::Said { text, masked } | Act::Sent { text, masked, .. } => {
            let other = asks_for_value(content, state);
            let known = Context {
                previous: &state.tail,
                begun: state.card_begun,
                code: if context::holds_digit(text) {
                    awaited(content, state, other)
                } else {
                    Awaited::No
                },
                other,
                patterns: Some(&content.secrets),
            };
            let found = context::mask_in(&known, text);
            card_begun = found.begun;
            if !found.kinds.is_empty() {
                *masked = true;
                *text = found.text.into_owned();
            }
        }
        Act::Chose { value: text, .. }
        | Act::AgentSaid { text, .. }
        | Act::AgentNoted { text, .. }
        | Act::Rated { comment: Some(text), .. }
        | Act::Transfer { note: Some(text), .. }
        | Act::Resolve { note: Some(text), .. } => by_itself(content, text),
        Act::Tag { tags, .. } => tags.iter_mut().for_each(|tag| by_itself(content, tag)),
        _ => {}
    }
    Covered { act, card_begun }
}

/// What agents write is covered too: they quote customers.
fn by_itself(content: &Content, text: &mut String) {
    let known = Context { patterns: Some(&content.secrets), ..Context::default() };
    let found = context::mask_in(&known, text);
    if !found.kinds.is_empty() {
        *text = found.text.into_owned();
    }
}

/// Whether the visitor's answer may be a code; `other` says that a value of another kind is asked for.
fn awaited(content: &Content, state: &State, other: bool) -> Awaited {
    // "Which code did you get?", but neither "Did the code come?" nor the advice never to write
    // one: after those only a message that is nothing but a number may be it.
    let said = state.last_said.as_ref().filter(|_| state.open.is_some());
    if said.is_some_and(|said| context::asks_for_code(&said.text)) {
        return Awaited::Asked;
    }
    if other {
        return Awaited::No;
    }
    let topic = state.topic.as_ref().is_some_and(|topic| {
        Language::ALL.iter().any(|lang| context::speaks_of_code(content.title(topic, *lang)))
    });
    let said = said.is_some_and(|said| context::speaks_of_code(&said.text));
    if topic || said || context::speaks_of_code(&state.tail) { Awaited::Maybe } else { Awaited::No }
}

/// Whether the open question wants a value of its own, such as the number of an order.
fn asks_for_value(content: &Content, state: &State) -> bool {
    let open = state.open.as_ref().is_some_and(|open| open.question == Question::Step);
    let frame = state.frame().filter(|_| open);
    frame.is_some_and(|frame| {
        let dialogue = content.dialogues.get(&frame.dialogue);
        let step = dialogue.zip(frame.step.as_ref()).and_then(|(it, step)| it.steps.get(step));
        matches!(step.map(|step| &step.kind), Some(StepKind::Ask(ask)) if matches!(ask.answers, Answers::Value(_)))
    })
}

#[cfg(test)]
mod tests;
