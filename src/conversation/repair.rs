//! Repair: what the bot does when a talk goes wrong, and the dialogues that do it instead.
//!
//! For each [`Occasion`] the content may have a dialogue of its own. It runs in place of the bot's
//! own words, on top of whatever runs; when it comes to its end, the bot does what it would have
//! done after its words, and at `stay` it lets that be. **Invariant:** no repair runs inside
//! another, and a turn in which something was said to the bot has a word of the bot.

use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::content::dialogue::StepKind;
use crate::content::dialogue::occasion::Occasion;
use crate::conversation::correct::Fix;
use crate::conversation::event::Choice;
use crate::conversation::event::Event;
use crate::conversation::event::Move;
use crate::conversation::event::Outcome;
use crate::conversation::event::Place;
use crate::conversation::event::Question;
use crate::conversation::event::Status;
use crate::conversation::slot;
use crate::conversation::state::Asked;
use crate::conversation::turn::Fault;
use crate::conversation::turn::Turn;
use crate::conversation::visitor::PERSON;
use crate::conversation::visitor::SOMETHING_ELSE;
use crate::ids::IntentId;

/// The topics that an offer shows at most.
const OFFERED: usize = 6;

/// What a dialogue of the content does in the bot's place, with what the bot needs to go on when
/// that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Repair {
    /// What was said to a question is no answer to it.
    NotAnAnswer,
    /// Nothing was understood, the first time.
    Rephrase,
    /// Nothing was understood, the second time.
    Offer,
    /// So little was understood that a person must come.
    CannotHelp,
    /// What was said is not the bot's business.
    OutOfScope,
    /// One of these topics may be meant.
    Clarify {
        /// The likeliest first.
        topics: Vec<IntentId>,
    },
    /// Something shall be said again.
    Repeat,
    /// Back to the question before.
    Back,
    /// From the beginning.
    StartOver,
    /// No more of this.
    Cancel,
    /// An earlier answer was another.
    Correction {
        /// To which question.
        at: Place,
        /// What it is.
        value: Value,
    },
    /// A topic is over, and another waits below it.
    Resume,
    /// The customer is upset, for the first time.
    Frustrated,
}

impl Repair {
    /// What it happens on.
    #[must_use]
    pub fn occasion(&self) -> Occasion {
        match self {
            Self::NotAnAnswer => Occasion::NotAnAnswer,
            Self::Rephrase => Occasion::Rephrase,
            Self::Offer => Occasion::Offer,
            Self::CannotHelp => Occasion::CannotHelp,
            Self::OutOfScope => Occasion::OutOfScope,
            Self::Clarify { .. } => Occasion::Clarify,
            Self::Repeat => Occasion::Repeat,
            Self::Back => Occasion::Back,
            Self::StartOver => Occasion::StartOver,
            Self::Cancel => Occasion::Cancel,
            Self::Correction { .. } => Occasion::Correction,
            Self::Resume => Occasion::Resume,
            Self::Frustrated => Occasion::Frustrated,
        }
    }
}

impl Turn<'_> {
    /// Runs the dialogue that the content has for an occasion; answers whether it has one. Within
    /// a repair the bot does by itself what there is to do.
    pub(crate) fn repaired(&mut self, repair: Repair) -> Result<bool, Fault> {
        let content = self.content;
        let repairs = self.state.stack.iter().any(|frame| frame.repair.is_some());
        let found = content.instead_of(repair.occasion()).filter(|_| !repairs);
        let Some(dialogue) = found else { return Ok(false) };
        self.shift(Move::Entered {
            dialogue: dialogue.id.clone(),
            topic: None,
            revision: Some(content.revision.clone()),
            origin: None,
            repair: Some(repair),
        });
        self.walk(dialogue.start.clone())?;
        Ok(true)
    }

    /// A repair came to its end: the bot does what it would have done after its own words.
    pub(crate) fn after_repair(&mut self, repair: Repair) -> Result<(), Fault> {
        match repair {
            Repair::NotAnAnswer if self.open_ask().is_some() => self.ask_reworded(),
            Repair::CannotHelp => self.escalate(None, "not_understood", None),
            Repair::Clarify { topics } => self.ask_which(topics),
            Repair::Back => self.go_back(),
            Repair::StartOver => self.begin_anew(),
            Repair::Cancel => {
                self.drop_all();
                Ok(())
            }
            Repair::Correction { at, value } => self.redo_with(&Fix { at, value }),
            Repair::Resume => self.resume(),
            Repair::NotAnAnswer
            | Repair::Rephrase
            | Repair::Offer
            | Repair::OutOfScope
            | Repair::Repeat
            | Repair::Frustrated => self.ask_as_before(),
        }?;
        self.say_something()
    }

    /// A repair came to `stay`: all is as it was, but that what would have been taken up again is
    /// not.
    pub(crate) fn stay(&mut self, repair: &Repair) -> Result<(), Fault> {
        if *repair == Repair::Resume { self.drop_below() } else { self.ask_as_before() }?;
        self.say_something()
    }

    /// What was open when the repair began is asked again: a question of the bot's own and a wait
    /// as they were, a step's by the step, which may know the answer by now.
    fn ask_as_before(&mut self) -> Result<(), Fault> {
        let Some(asked) = self.state.interrupted.clone() else { return self.stand_again() };
        let Asked { message, question } = Arc::unwrap_or_clone(asked);
        if question == Question::Step {
            return self.stand_again();
        }
        self.put(message.text, message.links, message.choices, message.topic);
        self.asks(question);
        Ok(())
    }

    /// A repair may end without a word of its own; whoever is waited for must hear one.
    fn say_something(&mut self) -> Result<(), Fault> {
        if self.state.status == Status::Bot && !self.events.iter().any(Event::is_by_bot) {
            return self.say(&self.content.manners.what_else);
        }
        Ok(())
    }

    pub(crate) fn repeat(&mut self) -> Result<(), Fault> {
        if self.repaired(Repair::Repeat)? {
            return Ok(());
        }
        let Some(last) = self.state.last_said.clone() else {
            return self.say(&self.content.manners.nothing_to_repeat);
        };
        let last = Arc::unwrap_or_clone(last);
        let question = self.state.open.as_ref().map(|open| open.question.clone());
        if question == Some(Question::Step) {
            return self.ask_again(false);
        }
        self.put(last.text, last.links, last.choices, last.topic);
        if let Some(question) = question {
            self.asks(question);
        }
        Ok(())
    }

    pub(crate) fn back(&mut self) -> Result<(), Fault> {
        if self.repaired(Repair::Back)? { Ok(()) } else { self.go_back() }
    }

    fn go_back(&mut self) -> Result<(), Fault> {
        let previous = self.state.frame().and_then(|frame| frame.trail.last().cloned());
        let Some(previous) = previous else {
            self.say(&self.content.manners.nothing_to_repeat)?;
            return self.ask_again(false);
        };
        if let Ok(step) = self.step(&previous)
            && let StepKind::Ask(ask) = &step.kind
            && let Some(slot) = &ask.slot
        {
            self.shift(Move::Learnt { slot: slot.clone(), value: Value::Null });
        }
        self.shift(Move::WentBack);
        self.walk(previous)
    }

    pub(crate) fn start_over(&mut self) -> Result<(), Fault> {
        if self.repaired(Repair::StartOver)? {
            return Ok(());
        }
        self.say(&self.content.manners.started_over)?;
        self.begin_anew()
    }

    fn begin_anew(&mut self) -> Result<(), Fault> {
        let bottom = self.state.stack.first().and_then(|frame| frame.topic.clone());
        for slot in self.state.slots.keys().cloned().collect::<Vec<_>>() {
            self.shift(Move::Learnt { slot, value: Value::Null });
        }
        self.drop_all();
        match bottom {
            Some(topic) => self.open_topic(&topic),
            None => self.offer_topics(),
        }
    }

    pub(crate) fn cancel(&mut self) -> Result<(), Fault> {
        // With nothing left to drop, the customer drops the talk itself.
        if self.state.open.as_ref().is_some_and(|open| open.question == Question::AnythingElse) {
            self.shift(Move::Closed);
            return self.say_goodbye();
        }
        if self.repaired(Repair::Cancel)? {
            return Ok(());
        }
        self.drop_all();
        self.say(&self.content.manners.cancelled)?;
        self.asks(Question::AnythingElse);
        Ok(())
    }

    /// Lets go of everything that runs.
    pub(crate) fn drop_all(&mut self) {
        if self.state.open.is_some() {
            self.shift(Move::Closed);
        }
        let topics: Vec<IntentId> =
            self.state.stack.iter().rev().filter_map(|frame| frame.topic.clone()).collect();
        for topic in topics {
            self.close_topic(&topic, Outcome::Unresolved);
        }
        self.shift(Move::Cleared);
    }

    /// The first time a person is offered, the second time one is brought.
    pub(crate) fn frustrated(&mut self) -> Result<(), Fault> {
        let before = self.state.upset > 0;
        self.shift(Move::Upset);
        if before {
            return self.escalate(None, "frustrated", None);
        }
        if self.repaired(Repair::Frustrated)? {
            return Ok(());
        }
        self.offer_person(&self.content.manners.frustrated)
    }

    pub(crate) fn clarify(&mut self, topics: Vec<IntentId>) -> Result<(), Fault> {
        if self.repaired(Repair::Clarify { topics: topics.clone() })? {
            return Ok(());
        }
        self.ask_which(topics)
    }

    fn ask_which(&mut self, topics: Vec<IntentId>) -> Result<(), Fault> {
        let manners = &self.content.manners;
        let words = self.words(&manners.clarify, None)?;
        let mut buttons = self.topic_buttons(&topics);
        buttons.push(self.button(SOMETHING_ELSE, &manners.something_else));
        self.put_plain(words, buttons);
        self.asks(Question::Clarify { topics });
        Ok(())
    }

    pub(crate) fn topic_buttons(&self, topics: &[IntentId]) -> Vec<Choice> {
        let lang = self.lang();
        topics
            .iter()
            .map(|topic| Choice {
                value: topic.as_str().to_owned(),
                label: self.content.title(topic, lang).to_owned(),
            })
            .collect()
    }

    pub(crate) fn out_of_scope(&mut self, text: &str) -> Result<(), Fault> {
        let manners = &self.content.manners;
        let at_step = self.state.open.as_ref().is_some_and(|open| open.question == Question::Step);
        if at_step {
            self.shift(Move::Missed { text: slot::shortened(text) });
            if self.is_out_of_patience() {
                return self.cannot_help();
            }
        }
        if self.repaired(Repair::OutOfScope)? {
            return Ok(());
        }
        if at_step {
            self.say(&manners.out_of_scope_aside)?;
            return self.ask_again(false);
        }
        let words = self.words(&manners.out_of_scope, None)?;
        let buttons = vec![
            self.button(PERSON, &manners.person),
            self.button(SOMETHING_ELSE, &manners.something_else),
        ];
        self.put_plain(words, buttons);
        self.asks(Question::Person);
        Ok(())
    }

    /// What the bot can help with, as buttons.
    fn offer_topics(&mut self) -> Result<(), Fault> {
        let content = self.content;
        let topics: Vec<IntentId> = content
            .intents
            .keys()
            .filter(|id| content.is_problem(id))
            .take(OFFERED)
            .cloned()
            .collect();
        let words = self.words(&content.manners.offer, None)?;
        let mut buttons = self.topic_buttons(&topics);
        buttons.push(self.button(PERSON, &content.manners.person));
        self.put_plain(words, buttons);
        self.asks(Question::Offer { topics });
        Ok(())
    }

    /// Asks in other words, then offers what there is, then brings a person.
    pub(crate) fn not_understood(&mut self, text: &str) -> Result<(), Fault> {
        self.shift(Move::Missed { text: slot::shortened(text) });
        let manners = &self.content.manners;
        let at_step = self.state.open.as_ref().is_some_and(|open| open.question == Question::Step);
        if self.is_out_of_patience() {
            return self.cannot_help();
        }
        let first = self.state.misses == 1;
        let asks = at_step && self.open_ask().is_some();
        let repair = match (asks, first) {
            (true, _) => Repair::NotAnAnswer,
            (false, true) => Repair::Rephrase,
            (false, false) => Repair::Offer,
        };
        if self.repaired(repair)? {
            return Ok(());
        }
        if asks {
            self.say(&manners.not_an_answer)?;
            return self.ask_reworded();
        }
        if first { self.say(&manners.rephrase) } else { self.offer_topics() }
    }

    /// So little was understood that a person must come.
    pub(crate) fn cannot_help(&mut self) -> Result<(), Fault> {
        if self.repaired(Repair::CannotHelp)? {
            return Ok(());
        }
        self.escalate(None, "not_understood", Some(&self.content.manners.cannot_help))
    }

    /// Whether so much was not understood that a person must come.
    pub(crate) fn is_out_of_patience(&self) -> bool {
        let at_question = self.state.open.as_ref().map_or(0, |open| open.misses);
        self.state.misses >= self.policy.misses_before_person
            || at_question >= self.policy.misses_per_question
            || self.state.missed >= self.policy.misses_in_all
    }

    fn ask_reworded(&mut self) -> Result<(), Fault> {
        let Some(ask) = self.open_ask() else { return Err(Fault) };
        let mut buttons = self.buttons(ask);
        buttons.push(self.button(PERSON, &self.content.manners.person));
        self.tell(&ask.again, &ask.links, buttons)?;
        self.asks(Question::Step);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
