//! Corrections of an earlier answer: the answer is given anew, and everything that depended on it
//! is done again.
//!
//! The running topic is gone through once more from where it began, inside one turn and in
//! silence: questions that were answered are answered as before, save the corrected one; what was
//! told is not told again. The first question that has no answer yet is asked. So steps that only
//! the old answer led to fall away, whatever lies between: branches, called dialogues, `goto`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::content::Content;
use crate::content::dialogue::Answers;
use crate::content::dialogue::Ask;
use crate::content::dialogue::Exit;
use crate::content::dialogue::Step;
use crate::content::dialogue::StepKind;
use crate::conversation::event::Move;
use crate::conversation::event::Place;
use crate::conversation::event::Question;
use crate::conversation::mention;
use crate::conversation::repair::Repair;
use crate::conversation::slot;
use crate::conversation::state::State;
use crate::conversation::state::Tried;
use crate::conversation::turn::Fault;
use crate::conversation::turn::Turn;
use crate::conversation::walk::exit_of;
use crate::ids::StepId;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::AskedQuestion;
use crate::matcher::answers::ChoiceOption;
use crate::matcher::answers::fact::Statements;
use crate::matcher::answers::read_choice;
use crate::matcher::answers::remark::Remark;

/// A yes or no in a correction is believed when it is as sure as this.
const SURE: f32 = 0.55;

/// So few words correct nothing when they tell what the customer is doing.
const DOING_WORDS: usize = 3;

/// A message with more words says more than the name of a choice.
const NAMED_WORDS: usize = 7;

/// An earlier answer and what it should have been.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fix {
    /// The question.
    pub(crate) at: Place,
    /// The answer to it.
    pub(crate) value: Value,
}

/// The question at a place of the running topic, on its revision of the content.
fn ask_at<'a>(content: &'a Content, state: &State, at: &Place) -> Option<&'a Ask> {
    let revision = state.frame()?.revision.as_deref();
    match &content.dialogue(revision, &at.dialogue)?.steps.get(&at.step)?.kind {
        StepKind::Ask(ask) => Some(ask),
        _ => None,
    }
}

/// The answers of the running topic, the newest first.
fn given<'a>(
    content: &'a Content,
    state: &'a State,
) -> impl Iterator<Item = (&'a Tried, &'a Place, &'a Ask)> {
    let topic = state.running_topic();
    state.tried.iter().rev().filter_map(move |tried| {
        let at = tried.at.as_ref().filter(|_| topic.is_some() && tried.topic.as_ref() == topic)?;
        Some((&**tried, at, ask_at(content, state, at)?))
    })
}

/// The correction in a message that says by itself that it is one ("oops, …", "I meant …").
pub(crate) fn announced(
    content: &Content,
    state: &State,
    text: &str,
    today: jiff::civil::Date,
) -> Option<Fix> {
    let rest = content.corrections.get(&state.lang)?.after(text)?;
    // "No, wait, looking" is what the customer does, whatever may be heard in it.
    let is_doing = || content.remark_model(state.lang).read(text) == Some(Remark::Doing);
    if rest.split_whitespace().count() <= DOING_WORDS && is_doing() {
        return None;
    }
    let fix = |at: &Place, value: Value| Some(Fix { at: at.clone(), value });
    if let Some(fix) = mentioned(content, state, rest) {
        return Some(fix);
    }
    if let Some(fix) = contradicted(content, state, rest) {
        return Some(fix);
    }
    for (tried, at, ask) in given(content, state) {
        let value = match &ask.answers {
            Answers::Choices(choices) => {
                let none: &[String] = &[];
                let options: Vec<ChoiceOption<'_>> = choices
                    .iter()
                    .map(|choice| ChoiceOption {
                        value: &choice.value,
                        label: choice.label.plain(state.lang),
                        also: choice.also.get(&state.lang).map_or(none, Vec::as_slice),
                    })
                    .collect();
                read_choice(rest, state.lang, &options)
                    .map(|index| Value::from(choices[index].value.as_str()))
            }
            Answers::Value(wanted) => slot::value_in(rest, state.lang, wanted, today)
                .filter(|value| slot::is_within(wanted, value, today)),
            Answers::YesNo { .. } => None,
        };
        if let Some(value) = value.filter(|value| *value != tried.value) {
            return fix(at, value);
        }
    }
    if is_doing() {
        return None;
    }
    // A bare yes or no is meant for the answer that was given last.
    let (tried, at, ask) = given(content, state).next()?;
    let Answers::YesNo { check, .. } = &ask.answers else { return None };
    let asked = AskedQuestion {
        text: ask.text.plain(state.lang),
        check: *check,
        verb: ask.verb.get(&state.lang).map(String::as_str),
    };
    let reading = content.answers(state.lang).read(rest, &asked);
    let value = match reading.class {
        _ if reading.confidence < SURE => None,
        AnswerClass::Yes => Some("yes"),
        AnswerClass::No => Some("no"),
        AnswerClass::Unsure => Some("unsure"),
        _ => None,
    }?;
    if tried.value == value { None } else { fix(at, Value::from(value)) }
}

/// An earlier answer that a message contradicts outright: it says hardly more than the name of
/// another choice ("I am a company customer").
pub(crate) fn named(content: &Content, state: &State, text: &str) -> Option<Fix> {
    let words = text.split_whitespace().count();
    if words > NAMED_WORDS || text.contains('?') {
        return None;
    }
    given(content, state).find_map(|(tried, at, ask)| {
        let Answers::Choices(choices) = &ask.answers else { return None };
        let choice = choices.iter().find(|choice| {
            let label = choice.label.plain(state.lang).to_lowercase();
            text.to_lowercase().contains(&label)
        })?;
        (tried.value != choice.value)
            .then(|| Fix { at: at.clone(), value: Value::from(choice.value.as_str()) })
    })
}

/// An earlier answer that a message contradicts by what it states ("jag är företagskund").
pub(crate) fn mentioned(content: &Content, state: &State, text: &str) -> Option<Fix> {
    let statements = Statements::of(text, state.lang);
    given(content, state).find_map(|(tried, at, ask)| {
        let value = mention::answer_in(ask, text, &statements, state.lang)?;
        (tried.value != value).then(|| Fix { at: at.clone(), value: Value::from(value) })
    })
}

/// A fact told before and never asked for that a message contradicts. What was not done and is
/// done by now is no contradiction.
pub(crate) fn contradicted(content: &Content, state: &State, text: &str) -> Option<Fix> {
    let statements = Statements::of(text, state.lang);
    let frame = state.stack.iter().rev().find(|frame| frame.topic.is_some())?;
    let dialogue = content.dialogue(frame.revision.as_deref(), &frame.dialogue)?;
    dialogue.steps.values().find_map(|step| {
        let StepKind::Ask(ask) = &step.kind else { return None };
        let known = state.slots.get(ask.slot.as_ref()?)?.as_str()?;
        let value = mention::answer_in(ask, text, &statements, state.lang)?;
        let is_other = known != value && known != "no";
        let at = Place { dialogue: dialogue.id.clone(), step: step.id.clone() };
        is_other.then(|| Fix { at, value: Value::from(value) })
    })
}

impl<'a> Turn<'a> {
    /// Gives an earlier answer anew and does again what depended on it.
    pub(crate) fn correct(&mut self, fix: &Fix) -> Result<(), Fault> {
        let (at, value) = (fix.at.clone(), fix.value.clone());
        if self.repaired(Repair::Correction { at, value })? {
            return Ok(());
        }
        self.say(&self.content.manners.corrected)?;
        self.redo_with(fix)
    }

    /// Goes through the running topic once more, with one answer given anew.
    pub(crate) fn redo_with(&mut self, fix: &Fix) -> Result<(), Fault> {
        let content = self.content;
        let ask = ask_at(content, &self.state, &fix.at).ok_or(Fault)?;
        self.shift(Move::Understood);
        if let Some(slot) = &ask.slot {
            self.shift(Move::Learnt { slot: slot.clone(), value: fix.value.clone() });
        }
        let mut answers: BTreeMap<Place, Value> = BTreeMap::new();
        for (tried, at, _) in given(content, &self.state) {
            answers.entry(at.clone()).or_insert_with(|| tried.value.clone());
        }
        answers.insert(fix.at.clone(), fix.value.clone());
        let frame = self.state.stack.iter().rev().find(|frame| frame.topic.is_some());
        let frame = frame.ok_or(Fault)?;
        let (topic, origin) = (frame.topic.clone(), frame.origin.clone());
        let revision = frame.revision.clone();
        let begun = if let Some(origin) = &origin {
            origin.clone()
        } else {
            let dialogue = content.dialogue(revision.as_deref(), &frame.dialogue).ok_or(Fault)?;
            Place { dialogue: dialogue.id.clone(), step: dialogue.start.clone() }
        };
        self.shift(Move::Redone);
        self.enter(&begun.dialogue, topic, origin, revision);
        self.redo = Some(answers);
        let walked = self.walk(begun.step);
        self.redo = None;
        walked
    }

    /// While a topic is gone through again: where the answer that was given before leads. Each
    /// counts once, so that a circle ends with its question.
    pub(crate) fn given_again(
        &mut self,
        step: &'a Step,
        ask: &'a Ask,
    ) -> Result<Option<&'a Exit>, Fault> {
        let at = self.place_of(step)?;
        let Some(value) = self.redo.as_mut().and_then(|answers| answers.remove(&at)) else {
            return Ok(None);
        };
        // A slot that the correction filled goes before what its other questions were told.
        let known = ask.slot.as_ref().and_then(|slot| self.state.slots.get(slot));
        let value = known.filter(|known| !known.is_null()).cloned().unwrap_or(value);
        let Some(exit) = exit_of(ask, &value) else { return Ok(None) };
        let answer = slot::as_words(ask, &value, &self.content.manners, self.lang());
        self.stand_at(&step.id);
        self.note_answer(ask, answer, value);
        Ok(Some(exit))
    }

    /// Stands at a question, so that it counts as asked.
    fn stand_at(&mut self, step: &StepId) {
        self.shift(Move::At { step: step.clone() });
        self.asks(Question::Step);
    }
}
