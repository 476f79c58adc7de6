//! Facts volunteered: answers that stand in a message though nobody asked ("jag är företagskund",
//! "numret har vi kollat").

use serde_json::Value;

use crate::content::Content;
use crate::content::dialogue::Answers;
use crate::content::dialogue::Ask;
use crate::content::dialogue::ChoiceStep;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::StepKind;
use crate::conversation::event::Move;
use crate::conversation::event::Question;
use crate::conversation::slot;
use crate::conversation::state::Frame;
use crate::conversation::state::State;
use crate::conversation::turn::Fault;
use crate::conversation::turn::Turn;
use crate::conversation::visitor::UNSURE;
use crate::conversation::walk::exit_of;
use crate::ids::IntentId;
use crate::language::Language;
use crate::language::text::beginning;
use crate::matcher::answers::fact::Statements;

/// A slot and what a message says of it.
pub(crate) type Fact = (String, String);

/// What a message says of the slots of these dialogues, where it is clear.
fn facts_in<'c>(
    dialogues: impl IntoIterator<Item = &'c Dialogue>,
    text: &str,
    language: Language,
) -> Vec<Fact> {
    let statements = Statements::of(text, language);
    let mut found: Vec<Fact> = Vec::new();
    for step in dialogues.into_iter().flat_map(|dialogue| dialogue.steps.values()) {
        let StepKind::Ask(ask) = &step.kind else { continue };
        let Some(slot) = &ask.slot else { continue };
        if let Some(value) = answer_in(ask, text, &statements, language)
            && found.iter().all(|(known, _)| known != slot)
        {
            found.push((slot.clone(), value));
        }
    }
    found
}

/// The answer to a question that a message gives beside whatever else it says.
pub(crate) fn answer_in(
    ask: &Ask,
    text: &str,
    statements: &Statements,
    language: Language,
) -> Option<String> {
    match &ask.answers {
        Answers::Choices(choices) => {
            let words = words(text);
            // Who cannot say this of one thing may well know another.
            let known = choices.iter().filter(|choice| choice.value != UNSURE);
            let mut named = known.filter(|choice| names(choice, &words, language));
            match (named.next(), named.next()) {
                (Some(choice), None) => Some(choice.value.clone()),
                _ => None,
            }
        }
        Answers::YesNo { .. } => {
            let mut said = ask.known_by.iter().filter(|(_, examples)| {
                examples.get(&language).is_some_and(|examples| statements.say(examples))
            });
            match (said.next(), said.next()) {
                (Some((answer, _)), None) => Some(answer.clone()),
                _ => None,
            }
        }
        Answers::Value(_) => None,
    }
}

fn names(choice: &ChoiceStep, words: &[String], language: Language) -> bool {
    let also = choice.also.get(&language).map_or(&[][..], Vec::as_slice);
    std::iter::once(choice.label.plain(language))
        .chain(also.iter().map(String::as_str))
        .map(self::words)
        .filter(|phrase| !phrase.is_empty())
        .any(|phrase| words.windows(phrase.len()).any(|window| window == phrase.as_slice()))
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The facts of a message that are new: of the dialogues that run and the one that a topic would
/// begin; before any runs, of all.
pub(crate) fn new_facts(
    content: &Content,
    state: &State,
    topic: Option<&IntentId>,
    text: &str,
) -> Vec<Fact> {
    let text = beginning(text);
    let begun = topic.and_then(|topic| content.dialogue_of(topic));
    let running = || state.stack.iter().filter_map(|frame| content.dialogues.get(&frame.dialogue));
    let mut found = match (state.stack.is_empty(), begun) {
        (true, None) => facts_in(content.dialogues.values(), text, state.lang),
        (_, begun) => facts_in(running().chain(begun), text, state.lang),
    };
    // What was not so may be done by now.
    found.retain(|(slot, value)| match state.slots.get(slot).and_then(Value::as_str) {
        None => state.slots.get(slot).is_none_or(Value::is_null),
        Some(known) => known == "no" && value == "yes",
    });
    found
}

/// The paused topic that all of these facts belong to, when none is about the running one.
pub(crate) fn topic_left(content: &Content, state: &State, facts: &[Fact]) -> Option<IntentId> {
    let knows = |frame: &Frame| {
        content.dialogue(frame.revision.as_deref(), &frame.dialogue).is_some_and(|dialogue| {
            let asks = dialogue.steps.values().filter_map(|step| match &step.kind {
                StepKind::Ask(ask) => ask.slot.as_ref(),
                _ => None,
            });
            asks.into_iter().any(|slot| facts.iter().any(|(fact, _)| fact == slot))
        })
    };
    let running = state.running_topic()?;
    let mut left = None;
    for frame in state.stack.iter().rev().filter(|frame| knows(frame)) {
        match &frame.topic {
            Some(topic) if topic == running => return None,
            // A called dialogue belongs to the topic below it.
            None => return None,
            Some(topic) => left = left.or(Some(topic.clone())),
        }
    }
    left
}

impl Turn<'_> {
    /// Remembers facts.
    pub(crate) fn learn(&mut self, facts: Vec<Fact>) {
        for (slot, value) in facts {
            self.shift(Move::Learnt { slot, value: Value::String(value) });
        }
    }

    /// A message that says nothing but facts: they are remembered, and the talk goes on.
    pub(crate) fn facts_told(&mut self, facts: Vec<Fact>) -> Result<(), Fault> {
        let content = self.content;
        let at_step = self.state.open.as_ref().is_some_and(|open| open.question == Question::Step);
        let ask = self.open_ask().filter(|_| at_step);
        let answer = ask.and_then(|ask| {
            let slot = ask.slot.as_ref()?;
            facts.iter().find(|(name, _)| name == slot).map(|(_, value)| (ask, value.clone()))
        });
        self.learn(facts);
        self.shift(Move::Understood);
        if let Some((ask, value)) = answer {
            let value = Value::String(value);
            let exit = exit_of(ask, &value).ok_or(Fault)?;
            let words = slot::as_words(ask, &value, &content.manners, self.lang());
            self.note_answer(ask, words, value);
            return self.walk_to(&exit.target);
        }
        if self.state.open.as_ref().is_some_and(|open| open.question == Question::Resume) {
            self.shift(Move::Closed);
            return self.resume();
        }
        self.say(&content.manners.noted)?;
        if at_step {
            self.shift(Move::Held);
            self.ask_again(false)
        } else if self.state.open.is_none() {
            self.say(&content.manners.what_else)
        } else {
            Ok(())
        }
    }
}
