//! A turn in the making: events are put down one by one and taken into the state at once.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::content::Content;
use crate::content::dialogue::LinkText;
use crate::content::template;
use crate::content::template::Scope;
use crate::content::text::Text;
use crate::conversation::effect::Effect;
use crate::conversation::event::Author;
use crate::conversation::event::Choice;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Link;
use crate::conversation::event::Message;
use crate::conversation::event::Move;
use crate::conversation::event::Place;
use crate::conversation::event::Question;
use crate::conversation::event::StatusChange;
use crate::conversation::event::TopicChange;
use crate::conversation::event::TopicState;
use crate::conversation::input::Duty;
use crate::conversation::input::Input;
use crate::conversation::policy::Policy;
use crate::conversation::state::State;
use crate::ids::IntentId;
use crate::ids::StepId;
use crate::ids::Timestamp;
use crate::language::Language;

/// Steps that one turn may take before the dialogue counts as broken; the check lets no circle
/// pass that asks nothing, so only a very long dialogue comes here.
pub(crate) const MAX_STEPS: usize = 200;

/// A text of the content that cannot be filled in while a customer waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault;

/// A turn in the making.
pub(crate) struct Turn<'a> {
    pub(crate) content: &'a Content,
    pub(crate) policy: &'a Policy,
    pub(crate) state: State,
    /// The moment of its events, never before those that stand.
    pub(crate) at: Timestamp,
    /// The moment by the clock, which timers go by: after a jump back of the clock they must not
    /// wait until it has made up for it.
    pub(crate) now: Timestamp,
    pub(crate) duty: Duty,
    pub(crate) events: Vec<Event>,
    /// Work that the events want.
    pub(crate) effects: Vec<Effect>,
    /// Questions passed over in this turn, since their answer was known.
    pub(crate) passed: BTreeSet<StepId>,
    /// While a topic is gone through again: the answers that are given anew.
    pub(crate) redo: Option<BTreeMap<Place, serde_json::Value>>,
    /// Digits of a card that the visitor's message ends with.
    pub(crate) card_begun: Option<u8>,
    /// Whether the customer said that what was tried did not help: "did it help?" need not be
    /// asked before something new is told.
    pub(crate) failing: bool,
    /// Whether time that was given has run out, rather than that anybody was heard.
    pub(crate) unheard: bool,
    /// Steps that this turn may still take; a dialogue that needs more is broken.
    pub(crate) steps_left: usize,
}

impl<'a> Turn<'a> {
    pub(crate) fn new(
        content: &'a Content,
        policy: &'a Policy,
        state: &State,
        input: &Input,
    ) -> Self {
        Self {
            content,
            policy,
            state: state.clone(),
            // A clock that jumped back must not put events before those that stand.
            at: input.at.max(state.at),
            now: input.at,
            duty: input.duty,
            events: Vec::new(),
            effects: Vec::new(),
            passed: BTreeSet::new(),
            redo: None,
            card_begun: None,
            failing: false,
            unheard: false,
            steps_left: MAX_STEPS,
        }
    }

    /// Puts a fact down.
    pub(crate) fn emit(&mut self, fact: Fact) {
        self.emit_with(fact, Vec::new());
    }

    /// Puts the status down once more: a fact for what no reader is told otherwise.
    pub(crate) fn repeat_status(&mut self) {
        self.emit(Fact::Status(StatusChange {
            status: self.state.status,
            agent: self.state.agent.clone(),
            reason: None,
            team: None,
            front: self.state.front,
        }));
    }

    fn emit_with(&mut self, fact: Fact, moves: Vec<Move>) {
        let event = Event { seq: self.state.seq.next(), at: self.at, fact, moves };
        self.state.apply(&event);
        self.events.push(event);
    }

    /// Puts a change down, beside the newest fact of the turn. Every turn begins with a fact.
    pub(crate) fn shift(&mut self, change: Move) {
        let Some(event) = self.events.last_mut() else {
            debug_assert!(false, "a turn begins with a fact");
            return;
        };
        self.state.apply_move(&change, event.seq, &event.fact);
        event.moves.push(change);
    }

    pub(crate) fn lang(&self) -> Language {
        self.state.lang
    }

    /// The words of a text, filled in.
    pub(crate) fn words(&self, text: &Text, topic: Option<&str>) -> Result<String, Fault> {
        // The moment stands for the conversation: two customers do not get the same words in a row.
        let moment = u64::from_ne_bytes(self.at.0.to_ne_bytes());
        let pick = (self.state.seq.0 ^ moment).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let scope = Scope { slots: Some(&self.state.slots), topic };
        template::fill(text.pick(self.lang(), pick), &scope, self.lang())
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| Fault)
    }

    /// The words of a text as they would be if a slot held this value.
    pub(crate) fn words_with(
        &self,
        text: &Text,
        slot: &str,
        value: &serde_json::Value,
    ) -> Result<String, Fault> {
        let mut slots = self.state.slots.clone();
        slots.insert(slot.to_owned(), value.clone());
        let scope = Scope { slots: Some(&slots), topic: None };
        template::fill(text.plain(self.lang()), &scope, self.lang())
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| Fault)
    }

    /// The bot says a text.
    pub(crate) fn say(&mut self, text: &Text) -> Result<(), Fault> {
        self.tell(text, &[], Vec::new())
    }

    /// The bot says a text about a topic that is not running.
    pub(crate) fn say_about(&mut self, text: &Text, topic: &IntentId) -> Result<(), Fault> {
        let title = self.content.title(topic, self.lang()).to_owned();
        let text = self.words(text, Some(&title))?;
        let topic = self.state.running_topic().cloned();
        self.put(text, Vec::new(), Vec::new(), topic);
        Ok(())
    }

    /// The bot says a text with links and buttons.
    pub(crate) fn tell(
        &mut self,
        text: &Text,
        links: &[LinkText],
        choices: Vec<Choice>,
    ) -> Result<(), Fault> {
        let text = self.words(text, None)?;
        let links = links
            .iter()
            .map(|link| Link {
                label: link.label.plain(self.lang()).to_owned(),
                url: link.url.clone(),
            })
            .collect();
        let topic = self.state.running_topic().cloned();
        self.put(text, links, choices, topic);
        Ok(())
    }

    /// The bot says words with buttons, outside any topic.
    pub(crate) fn put_plain(&mut self, text: String, choices: Vec<Choice>) {
        self.put(text, Vec::new(), choices, None);
    }

    pub(crate) fn put(
        &mut self,
        text: String,
        links: Vec<Link>,
        choices: Vec<Choice>,
        topic: Option<IntentId>,
    ) {
        let lang = self.lang();
        self.emit(Fact::Message(Message {
            from: Author::Bot,
            id: None,
            text,
            lang,
            choices,
            links,
            attachments: Vec::new(),
            topic,
            chose: None,
            read: None,
        }));
    }

    /// Opens a question: the newest message asks it.
    pub(crate) fn asks(&mut self, question: Question) {
        self.shift(Move::Asked { question });
    }

    pub(crate) fn topic(
        &mut self,
        topic: &IntentId,
        state: TopicState,
        outcome: Option<crate::conversation::event::Outcome>,
    ) {
        self.emit(Fact::Topic(TopicChange { topic: topic.clone(), state, outcome }));
    }

    /// A button of the bot's own.
    pub(crate) fn button(&self, value: &str, label: &Text) -> Choice {
        Choice { value: value.to_owned(), label: label.plain(self.lang()).to_owned() }
    }
}
