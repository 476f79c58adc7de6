//! What a conversation is at a moment, folded from its events.
//!
//! **Invariant:** [`State::apply`] is the only code that changes a [`State`], so folding the
//! stored events always rebuilds the state that `decide` saw.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::content::TALK_TO_HUMAN;
use crate::conversation::event::AgentRef;
use crate::conversation::event::Author;
use crate::conversation::event::Choice;
use crate::conversation::event::EndedBy;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Message;
use crate::conversation::event::Move;
use crate::conversation::event::Outcome;
use crate::conversation::event::Place;
use crate::conversation::event::Question;
use crate::conversation::event::ReadAs;
use crate::conversation::event::Reading;
use crate::conversation::event::Status;
use crate::conversation::event::TopicChange;
use crate::conversation::event::TopicState;
use crate::conversation::repair::Repair;
use crate::ids::DialogueId;
use crate::ids::IntentId;
use crate::ids::Seq;
use crate::ids::StepId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::language::Language;

mod calls;
mod owner;
mod questions;

pub use calls::MadeCall;
pub use calls::OpenCall;
pub use questions::Asked;

/// Messages not understood that a packet shows; the newest are kept.
const KEPT_MISSES: usize = 20;
/// Characters of the visitor's words that are kept for reading what follows.
const KEPT_TAIL: usize = 80;

/// Answers that are remembered; the newest are kept.
const KEPT_ANSWERS: usize = 200;
/// Questions that one can go back to.
const KEPT_TRAIL: usize = 100;

/// A conversation at a moment. Every turn works on a copy: what is long, or seldom changes, is shared
/// with it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about the conversation"
)]
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The place of its newest event.
    pub seq: Seq,
    /// The moment of its newest event.
    pub at: Timestamp,
    /// Who the visitor is by the bank's word.
    pub customer: Option<Customer>,
    /// The language it is in.
    pub lang: Language,
    /// Whether the visitor chose that by name.
    pub lang_chosen: bool,
    /// Who answers.
    pub status: Status,
    /// The person, while the status is `agent`.
    pub agent: Option<AgentRef>,
    /// The queue it waits in or came from.
    pub team: Option<TeamId>,
    /// Why a person was wanted.
    pub reason: Option<String>,
    /// Since when a person is wanted.
    pub waiting_since: Option<Timestamp>,
    /// Whether nobody was on duty at some time since then.
    pub was_left: bool,
    /// When a person took it, to tell how long the visitor waited.
    pub answered_at: Option<Timestamp>,
    /// Whether it stands before all others of its queue.
    pub front: bool,
    /// Running dialogues, the innermost last.
    pub stack: Vec<Frame>,
    /// The question that is open.
    pub open: Option<OpenQuestion>,
    /// Topics that were suggested to begin with, until one is taken up or something is asked.
    pub suggested: Option<Suggested>,
    /// What was open when a dialogue began to run in the bot's place.
    pub interrupted: Option<Arc<Asked>>,
    /// What was learnt.
    pub slots: BTreeMap<String, serde_json::Value>,
    /// Messages in a row that were not understood.
    pub misses: u32,
    /// What was not understood, the newest last.
    pub not_understood: Vec<Arc<str>>,
    /// Messages that were not understood, all in all.
    pub missed: u32,
    /// How often the same was written in a row.
    pub repeats: u32,
    /// How often the visitor was upset.
    pub upset: u32,
    /// Questions asked and the answers to them.
    pub tried: Vec<Arc<Tried>>,
    /// Steps whose words the running topics have told.
    pub told: BTreeSet<Place>,
    /// Calls to other systems that have no result yet, by the events that wanted them: their names.
    pub calls: BTreeMap<Seq, String>,
    /// Calls that the running topics made, by the steps that made them.
    pub made: BTreeMap<Place, MadeCall>,
    /// Messages that say too little by themselves, until more is heard.
    pub waiting: Option<Waiting>,
    /// Matters heard of and kept for later.
    pub noted: Vec<IntentId>,
    /// The newest problem, also after it closed.
    pub topic: Option<IntentId>,
    /// How that problem was recognised.
    pub matched: Option<Reading>,
    /// How the newest closed topic ended.
    pub outcome: Option<Outcome>,
    /// The bot's newest message, for "say that again".
    pub last_said: Option<Arc<Message>>,
    /// How often the visitor has written.
    pub visitor_messages: u32,
    /// Messages of the visitor since an agent last wrote or took the conversation.
    pub unseen: u32,
    /// When the visitor last did something.
    pub visitor_at: Timestamp,
    /// When the bot last asked of its own accord, after the visitor's time was up.
    pub nudged_at: Option<Timestamp>,
    /// From when on silence counts, where the server was not there to hear what came before.
    pub silent_from: Option<Timestamp>,
    /// The newest message of visitor or agent, for lists.
    pub preview: String,
    /// Whether the visitor was told that something was masked.
    pub told_of_mask: bool,
    /// The end of what the visitor wrote, as it is stored: a secret may go on in what follows.
    pub tail: String,
    /// Digits of a card that the visitor's newest message ended with; covered, and only counted.
    pub card_begun: Option<u8>,
    /// What agents call it.
    pub tags: Vec<String>,
    /// Whether it was erased.
    pub erased: bool,
    /// Whether a rating is asked for and not yet given.
    pub rating_open: bool,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Who ended it, as long as it has ended.
    pub ended_by: Option<EndedBy>,
    /// The newest reading of a visitor's message, until its topic opens.
    last_reading: Option<Reading>,
    /// The newest message, with those before it that waited for it.
    recent: Vec<String>,
}

/// A visitor whom the bank knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Their keyed pseudonym.
    pub key: String,
    /// Their name, for agents to read.
    pub name: Option<String>,
}

/// A running dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Which.
    pub dialogue: DialogueId,
    /// What it is about; none when another dialogue called it.
    pub topic: Option<IntentId>,
    /// The revision of the content that it runs on; the newest if none is named.
    pub revision: Option<String>,
    /// Where it stands.
    pub step: Option<StepId>,
    /// The questions it has asked before, the newest last.
    pub trail: Vec<StepId>,
    /// Where its topic began, when not at the start of this dialogue.
    pub origin: Option<Place>,
    /// What it does in the bot's place, when it is none of the visitor's matters.
    pub repair: Option<Repair>,
    /// The call that the step where it stands has made.
    pub call: Option<OpenCall>,
}

/// Messages that wait to be read together with what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The masked texts, in order.
    pub texts: Vec<String>,
    /// Until when.
    pub until: Timestamp,
}

/// Topics to begin with.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggested {
    /// The event that suggested them.
    pub offer: Seq,
    /// Their buttons; the values are the topics.
    pub choices: Arc<[Choice]>,
}

/// A question that waits for an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenQuestion {
    /// What it is about.
    pub question: Question,
    /// The event that asked it.
    pub offer: Seq,
    /// The buttons that came with it.
    pub choices: Arc<[Choice]>,
    /// How often an answer to it was not understood.
    pub misses: u32,
    /// How often it was left open by what was said, though that was understood.
    pub held: u32,
}

/// A question asked and the answer to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// The question's short name.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// Which question it was; unknown in conversations of earlier versions.
    pub at: Option<Place>,
    /// The answer as a value.
    pub value: serde_json::Value,
    /// The topic in which it was asked, as long as that runs.
    pub topic: Option<IntentId>,
}

impl State {
    /// A conversation without events.
    #[must_use]
    pub fn new(lang: Language, at: Timestamp) -> Self {
        Self {
            seq: Seq::ZERO,
            at,
            customer: None,
            lang,
            lang_chosen: false,
            status: Status::Bot,
            agent: None,
            team: None,
            reason: None,
            waiting_since: None,
            was_left: false,
            answered_at: None,
            front: false,
            stack: Vec::new(),
            open: None,
            suggested: None,
            interrupted: None,
            slots: BTreeMap::new(),
            misses: 0,
            not_understood: Vec::new(),
            missed: 0,
            repeats: 0,
            upset: 0,
            tried: Vec::new(),
            told: BTreeSet::new(),
            calls: BTreeMap::new(),
            made: BTreeMap::new(),
            waiting: None,
            noted: Vec::new(),
            topic: None,
            matched: None,
            outcome: None,
            last_said: None,
            visitor_messages: 0,
            unseen: 0,
            visitor_at: at,
            nudged_at: None,
            silent_from: None,
            preview: String::new(),
            told_of_mask: false,
            tail: String::new(),
            card_begun: None,
            tags: Vec::new(),
            erased: false,
            rating_open: false,
            ended_at: None,
            ended_by: None,
            last_reading: None,
            recent: Vec::new(),
        }
    }

    /// Folds events into a state.
    #[must_use]
    pub fn fold<'a>(
        lang: Language,
        at: Timestamp,
        events: impl IntoIterator<Item = &'a Event>,
    ) -> Self {
        let mut state = Self::new(lang, at);
        for event in events {
            state.apply(event);
        }
        state
    }

    /// The dialogue that runs.
    #[must_use]
    pub fn frame(&self) -> Option<&Frame> {
        self.stack.last()
    }

    /// The revisions of the content that running dialogues need, each once, sorted.
    #[must_use]
    pub fn revisions(&self) -> BTreeSet<&str> {
        self.stack.iter().filter_map(|frame| frame.revision.as_deref()).collect()
    }

    /// The buttons that may be pressed, and the event that offered them.
    #[must_use]
    pub fn buttons(&self) -> Option<(Seq, &[Choice])> {
        let (offer, choices) = match (&self.open, &self.suggested) {
            (Some(open), _) => (open.offer, &open.choices),
            (None, Some(suggested)) => (suggested.offer, &suggested.choices),
            (None, None) => return None,
        };
        (!choices.is_empty()).then_some((offer, &**choices))
    }

    /// What the bot is working on.
    #[must_use]
    pub fn running_topic(&self) -> Option<&IntentId> {
        self.stack.iter().rev().find_map(|frame| frame.topic.as_ref())
    }

    /// The newest message, if it left open what it was about.
    #[must_use]
    pub fn undecided(&self) -> Option<&str> {
        let read_as = self.last_reading.as_ref()?.read_as;
        matches!(read_as, ReadAs::NotUnderstood | ReadAs::Unclear | ReadAs::OutOfScope)
            .then_some(self.preview.as_str())
    }

    /// Takes one event in.
    pub fn apply(&mut self, event: &Event) {
        self.seq = event.seq;
        self.at = event.at;
        if let Some(Question::Wait { until }) = self.open.as_ref().map(|open| &open.question)
            && *until <= event.at
        {
            self.nudged_at = Some(event.at);
        }
        self.apply_fact(event);
        self.apply_moves_of(event);
    }

    fn apply_moves_of(&mut self, event: &Event) {
        for change in &event.moves {
            self.apply_move(change, event.seq, &event.fact);
        }
    }

    fn apply_fact(&mut self, event: &Event) {
        match &event.fact {
            Fact::Message(message) => self.apply_message(message, event),
            Fact::Status(change) => self.apply_status(change, event.at),
            Fact::Topic(change) => self.apply_topic(change),
            Fact::RatingRequest { .. } => self.rating_open = true,
            Fact::Rated { .. } => self.rating_open = false,
            Fact::Ended { by, outcome, .. } => {
                self.status = Status::Ended;
                self.ended_at = Some(event.at);
                self.ended_by = Some(*by);
                self.outcome = Some(*outcome);
                self.open = None;
                self.interrupted = None;
                self.waiting = None;
                self.stack.clear();
            }
            Fact::Erased => self.apply_erased(event.at),
            Fact::Tagged { tags, .. } => self.tags.clone_from(tags),
            Fact::Note { .. } | Fact::Transferred { .. } | Fact::Action(_) | Fact::Unknown(_) => {}
        }
    }

    /// A conversation is erased whole: with what it was about goes that it could go on.
    fn apply_erased(&mut self, at: Timestamp) {
        let lang = self.lang;
        *self = Self { seq: self.seq, at: self.at, erased: true, ..Self::new(lang, at) };
        self.status = Status::Ended;
        self.ended_at = Some(at);
    }

    /// The same, but in another language.
    pub(crate) fn speaking(&self, lang: Language) -> Self {
        Self { lang, ..self.clone() }
    }

    /// Keeps the end of what the visitor wrote.
    fn note_tail(&mut self, text: &str) {
        self.card_begun = None;
        self.tail.push('\n');
        self.tail.push_str(text);
        if let Some((cut, _)) = self.tail.char_indices().rev().nth(KEPT_TAIL) {
            self.tail.drain(..cut);
        }
    }

    fn apply_message(&mut self, message: &Message, event: &Event) {
        match &message.from {
            Author::Visitor => {
                self.visitor_messages += 1;
                self.unseen += 1;
                self.visitor_at = event.at;
                let same = message.text.trim().eq_ignore_ascii_case(self.preview.trim());
                self.repeats = if same { self.repeats + 1 } else { 1 };
                if self.waiting.take().is_none() {
                    self.recent.clear();
                }
                self.recent.push(message.text.clone());
                self.note_tail(&message.text);
                self.preview.clone_from(&message.text);
                if let Some(reading) = &message.read {
                    self.last_reading = Some(reading.clone());
                }
            }
            Author::Bot => self.last_said = Some(Arc::new(message.clone())),
            Author::Agent(_) => {
                self.preview.clone_from(&message.text);
                self.unseen = 0;
            }
        }
    }

    /// Where the visitor can be reached is asked only while nobody is there.
    fn forget_contact_question(&mut self) {
        let asks = |open: &OpenQuestion| matches!(open.question, Question::Contact { .. });
        if self.open.as_ref().is_some_and(asks) {
            self.open = None;
        }
    }

    fn apply_topic(&mut self, change: &TopicChange) {
        match change.state {
            // The wish for a person is not what the conversation is about.
            TopicState::Opened if is_wish_for_person(change) && self.topic.is_some() => {}
            TopicState::Opened => {
                self.suggested = None;
                self.topic = Some(change.topic.clone());
                self.matched.clone_from(&self.last_reading);
                self.outcome = None;
            }
            TopicState::Resumed => self.topic = Some(change.topic.clone()),
            TopicState::Paused => {}
            TopicState::Closed => {
                self.outcome = change.outcome;
                self.told.clear();
                self.made.retain(|_, made| made.topic.as_ref() != Some(&change.topic));
                let closed = |tried: &&mut Arc<Tried>| tried.topic.as_ref() == Some(&change.topic);
                let of_topic = self.tried.iter_mut().filter(closed);
                of_topic.for_each(|tried| Arc::make_mut(tried).topic = None);
            }
        }
    }

    /// Takes in a change beside a fact that was taken in before.
    pub(crate) fn apply_move(&mut self, change: &Move, seq: Seq, beside: &Fact) {
        match change {
            Move::Entered { dialogue, topic, origin, revision, repair } => {
                if repair.is_some() {
                    self.interrupt();
                }
                self.stack.push(Frame {
                    dialogue: dialogue.clone(),
                    topic: topic.clone(),
                    revision: revision.clone(),
                    step: None,
                    trail: Vec::new(),
                    origin: origin.clone(),
                    repair: repair.clone(),
                    call: None,
                });
            }
            Move::Left => {
                self.stack.pop();
            }
            Move::Cleared => {
                self.stack.clear();
                self.interrupted = None;
            }
            Move::At { step } => {
                if let Some(frame) = self.stack.last_mut() {
                    frame.step = Some(step.clone());
                    frame.call = None;
                }
            }
            Move::Asked { question } => self.ask(question, seq, beside),
            Move::Suggested => self.suggest(seq, beside),
            Move::Closed => self.close_question(),
            Move::Answered { question, answer, at, value } => {
                let topic = self.running_topic().cloned();
                if self.tried.len() == KEPT_ANSWERS {
                    self.tried.remove(0);
                }
                self.tried.push(Arc::new(Tried {
                    question: question.clone(),
                    answer: answer.clone(),
                    at: at.clone(),
                    value: value.clone(),
                    topic,
                }));
            }
            Move::Told { at } => {
                self.told.insert(at.clone());
            }
            Move::Called { until, sent } => self.call(seq, *until, sent, beside),
            Move::Awaited { call } => self.expect_call(*call),
            Move::CallEnded { call, answered } => self.end_call(*call, *answered),
            Move::Redone => self.redo(),
            Move::Waits { until } => {
                self.waiting = Some(Waiting { texts: self.recent.clone(), until: *until });
            }
            Move::Read { reading } => {
                self.last_reading = Some(reading.clone());
                self.waiting = None;
            }
            Move::Upset => self.upset += 1,
            Move::Learnt { slot, value } => {
                self.slots.insert(slot.clone(), value.clone());
            }
            Move::Missed { text } => {
                self.misses += 1;
                self.missed += 1;
                if let Some(open) = &mut self.open {
                    open.misses += 1;
                }
                if self.not_understood.len() == KEPT_MISSES {
                    self.not_understood.remove(0);
                }
                self.not_understood.push(Arc::from(text.as_str()));
            }
            Move::Understood => self.misses = 0,
            Move::Held => {
                self.misses = 0;
                if let Some(open) = &mut self.open {
                    open.held += 1;
                }
            }
            Move::Speaks { lang, chosen } => {
                self.lang = *lang;
                self.lang_chosen |= *chosen;
            }
            Move::Noted { topic } => self.noted.push(topic.clone()),
            Move::TookUp { topic } => self.noted.retain(|noted| noted != topic),
            Move::WentBack => self.go_back(),
            Move::Silent { from } => self.silent_from = Some(*from),
            Move::Identified { customer, name } => {
                self.customer = Some(Customer { key: customer.clone(), name: name.clone() });
            }
            Move::ToldOfMask => self.told_of_mask = true,
            Move::CardBegun { digits } => self.card_begun = Some(*digits),
            Move::Unknown(_) => {}
        }
    }
}

fn is_wish_for_person(change: &TopicChange) -> bool {
    change.topic.as_str() == TALK_TO_HUMAN
}
