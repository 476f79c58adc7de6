//! The facts of a conversation: what is stored, ordered and replayed.
//!
//! One [`Event`] stands under one `seq`. Its [`Fact`] is what readers may see of it; its
//! [`Move`]s are what it changed inside the bot (frames, slots, the open question), which no
//! reader sees. Keeping both in one record is why a turn costs few records and no reader meets a
//! gap.
//!
//! **Invariant:** stored JSON is add-only. A fact of a kind that this version does not know is
//! kept as [`Fact::Unknown`] and skipped.

use serde::Deserialize;
use serde::Serialize;

use crate::conversation::repair::Repair;
use crate::ids::AgentId;
use crate::ids::DialogueId;
use crate::ids::FrameId;
use crate::ids::IntentId;
use crate::ids::Seq;
use crate::ids::StepId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::language::Language;

mod reading;

pub use reading::ReadAs;
pub use reading::Reading;
pub use reading::WordRead;

/// One fact at its place in a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its place, from 1 without gaps.
    pub seq: Seq,
    /// When it was decided.
    pub at: Timestamp,
    /// What happened, as readers see it.
    #[serde(flatten)]
    pub fact: Fact,
    /// What it changed inside the bot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Move>,
}

impl Event {
    /// Whether the bot says something in it.
    #[must_use]
    pub fn is_by_bot(&self) -> bool {
        matches!(&self.fact, Fact::Message(message) if message.from == Author::Bot)
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// Somebody said something.
    Message(Message),
    /// Who answers changed, or is repeated: a fact to stand beside for what no reader is told.
    Status(StatusChange),
    /// The bot opened, left or closed a topic.
    Topic(TopicChange),
    /// The visitor is asked to rate.
    RatingRequest {
        /// The question.
        text: String,
        /// The highest score.
        scale: u8,
    },
    /// The visitor rated.
    Rated {
        /// 1 to 5.
        score: u8,
        /// Shown to agents only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// The conversation is over.
    Ended {
        /// Who ended it.
        by: EndedBy,
        /// How it ended.
        outcome: Outcome,
        /// The agent's closing note, private to agents.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// An agent's note, private to agents.
    Note {
        /// Who wrote it.
        from: AgentRef,
        /// The note.
        text: String,
    },
    /// An agent passed the conversation on, private to agents.
    Transferred {
        /// Who passed it on.
        from: AgentRef,
        /// To whom.
        to: TransferTarget,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// An agent said what the conversation is to be found by, private to agents.
    Tagged {
        /// Who.
        from: AgentRef,
        /// All its tags from now on.
        tags: Vec<String>,
    },
    /// The bot called another system, or a call ended.
    Action(ActionChange),
    /// Stands where a person's data stood.
    Erased,
    /// A kind that this version does not know.
    #[serde(untagged)]
    Unknown(serde_json::Map<String, serde_json::Value>),
}

/// A message by anybody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Who wrote it.
    pub from: Author,
    /// The id that the visitor's or agent's client gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<FrameId>,
    /// The complete text, masked.
    pub text: String,
    /// The language it is in.
    pub lang: Language,
    /// Buttons that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// Links that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Files that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What the bot is working on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<IntentId>,
    /// Of a visitor's message: the button that it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chose: Option<Chosen>,
    /// Of a visitor's message: how the bot read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Reading>,
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "lowercase")]
pub enum Author {
    /// The customer.
    Visitor,
    /// The bot.
    Bot,
    /// A person.
    Agent(AgentRef),
}

/// An agent as a conversation remembers them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentRef {
    /// Their account.
    pub id: AgentId,
    /// Their name as shown.
    pub name: String,
}

/// A quick reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What comes back when it is pressed.
    pub value: String,
    /// What stands on it.
    pub label: String,
}

/// A link beside a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What stands on it.
    pub label: String,
    /// Where it leads; `https`, `mailto` or `tel`.
    pub url: String,
}

/// A file that came with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The name of its bytes.
    pub id: String,
    /// Its name as shown.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    pub media_type: String,
    /// How large it is.
    pub bytes: u64,
}

/// Which button a message was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// The event that offered it.
    pub offer: Seq,
    /// Its value.
    pub value: String,
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The bot.
    Bot,
    /// Nobody yet: it waits for a person.
    Queued,
    /// A person.
    Agent,
    /// Nobody: a person was wanted and none is on duty.
    Offline,
    /// It is over.
    Ended,
}

/// A change of who answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatusChange {
    /// From now on.
    pub status: Status,
    /// The person, while the status is `agent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentRef>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The queue, while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// Whether it stands before all others of its queue: its agent was lost.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub front: bool,
}

/// A change of topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicChange {
    /// The intent.
    pub topic: IntentId,
    /// What became of it.
    pub state: TopicState,
    /// How it closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// A call to another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionChange {
    /// The system's name and the path below its address.
    pub call: String,
    /// How it stands with it.
    pub state: ActionState,
    /// Why it failed, as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How it stands with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionState {
    /// It is wanted, and will be made.
    Started,
    /// It gave the answer that its step declares.
    Answered,
    /// It did not.
    Failed,
}

/// What became of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TopicState {
    /// The bot began to treat it.
    Opened,
    /// Another came in between.
    Paused,
    /// The bot came back to it.
    Resumed,
    /// It is over.
    Closed,
}

/// How a topic or a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The problem is gone.
    Resolved,
    /// A person took over.
    Escalated,
    /// Neither.
    Unresolved,
    /// A person was wanted and none was on duty.
    Offline,
}

/// Who ended a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EndedBy {
    /// The customer.
    Visitor,
    /// The bot.
    Bot,
    /// A person.
    Agent,
    /// Silence.
    Timeout,
}

/// To whom an agent passes a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransferTarget {
    /// A team's queue.
    Team(TeamId),
    /// One person.
    Agent(AgentRef),
}

/// A change inside the bot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "move", rename_all = "snake_case")]
pub enum Move {
    /// A dialogue was put on the stack and runs.
    Entered {
        /// Which.
        dialogue: DialogueId,
        /// What it is about, when an intent began it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic: Option<IntentId>,
        /// The revision of the content that it runs on to its end. Events from before there were
        /// revisions have none: those dialogues run on whatever is newest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<String>,
        /// Where its topic began, when not at the start of this dialogue.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<Place>,
        /// What it does in the bot's place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        repair: Option<Repair>,
    },
    /// The running dialogue left the stack.
    Left,
    /// The whole stack was dropped.
    Cleared,
    /// The running dialogue stands at this step.
    At {
        /// Which.
        step: StepId,
    },
    /// A question is open: the event that carries this move asked it.
    Asked {
        /// What it is about.
        question: Question,
    },
    /// The buttons of this message are topics to begin with; it asks nothing.
    Suggested,
    /// The open question is closed.
    Closed,
    /// A step's question was answered.
    Answered {
        /// The label of the question in the languages of the content, for the packet.
        question: String,
        /// The answer as words, for the packet.
        answer: String,
        /// Which question it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Place>,
        /// The answer as a value, so that it can be given again.
        #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
        value: serde_json::Value,
    },
    /// A step told the visitor something.
    Told {
        /// Which.
        at: Place,
    },
    /// The running dialogue waits for another system: the event that carries this move, a fact of
    /// the call, wants it.
    Called {
        /// When it counts as lost.
        until: Timestamp,
        /// What is sent, as a digest: whether it would be the same once more.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        sent: String,
    },
    /// The dialogue stands at a call made before it was gone through again: its result counts.
    Awaited {
        /// The event that wanted it.
        call: Seq,
    },
    /// A call ended.
    CallEnded {
        /// The event that wanted it.
        call: Seq,
        /// Whether it gave the answer that its step declares.
        answered: bool,
    },
    /// The running topic is gone through again from where it began, since an answer was corrected:
    /// its dialogues leave the stack and the answers to them are given anew.
    Redone,
    /// The message says too little by itself: more may follow.
    Waits {
        /// Until when.
        until: Timestamp,
    },
    /// What waited was read.
    Read {
        /// As what.
        reading: Reading,
    },
    /// The visitor was upset.
    Upset,
    /// A value was learnt.
    Learnt {
        /// The name of the slot.
        slot: String,
        /// Its value.
        value: serde_json::Value,
    },
    /// A message was not understood.
    Missed {
        /// The masked text.
        text: String,
    },
    /// The count of messages not understood in a row starts anew.
    Understood,
    /// The open question stays open, though the message was understood: the visitor is at it, or
    /// told something else.
    Held,
    /// The conversation is in this language from now on.
    Speaks {
        /// Which.
        lang: Language,
        /// Whether the visitor chose it by name.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        chosen: bool,
    },
    /// A second matter was heard and is kept for later.
    Noted {
        /// Which.
        topic: IntentId,
    },
    /// A matter that was kept for later is being treated.
    TookUp {
        /// Which.
        topic: IntentId,
    },
    /// The running dialogue went back to the question before.
    WentBack,
    /// Silence counts from a later moment than the last word: the server was not there to hear.
    Silent {
        /// From when on.
        from: Timestamp,
    },
    /// The visitor was told once that something was masked.
    ToldOfMask,
    /// The message ended within the number of a card, which was covered: its rest may follow.
    CardBegun {
        /// How many of its digits went by; which they were is not kept.
        digits: u8,
    },
    /// The bank said who the visitor is.
    Identified {
        /// The customer's keyed pseudonym.
        customer: String,
        /// Their name, for agents to read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// A change that this version does not know.
    #[serde(untagged)]
    Unknown(serde_json::Map<String, serde_json::Value>),
}

impl Move {
    /// Whether it makes the conversation a customer's.
    #[must_use]
    pub fn identifies(&self) -> bool {
        matches!(self, Self::Identified { .. })
    }
}

/// A step of a dialogue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The dialogue.
    pub dialogue: DialogueId,
    /// The step.
    pub step: StepId,
}

/// What an open question is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Question {
    /// The step at which the running dialogue stands.
    Step,
    /// Whether this value, given at the step, is right.
    Confirm {
        /// The value.
        value: serde_json::Value,
    },
    /// Nothing yet: the visitor has time for what the step told them.
    Wait {
        /// Until when.
        until: Timestamp,
    },
    /// Which of these topics is meant.
    Clarify {
        /// In the order shown.
        topics: Vec<IntentId>,
    },
    /// Whether to go back to the topic below on the stack.
    Resume,
    /// Whether to take up a matter that was kept for later.
    Second {
        /// Which.
        topic: IntentId,
    },
    /// Whether there is anything else.
    AnythingElse,
    /// Whether to go on or have a person (after an upset or an out-of-scope message).
    Person,
    /// What the bot can help with.
    Offer {
        /// In the order shown.
        topics: Vec<IntentId>,
    },
    /// Where the visitor can be reached, as nobody is on duty.
    Contact {
        /// Whether it was asked before.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        again: bool,
    },
}
