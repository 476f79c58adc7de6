//! What somebody asks of a conversation, and why it may be refused.

use crate::conversation::effect::CallFailure;
use crate::conversation::event::AgentRef;
use crate::conversation::event::Attachment;
use crate::conversation::event::Outcome;
use crate::conversation::event::TransferTarget;
use crate::ids::AgentId;
use crate::ids::DialogueId;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::ids::StepId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::language::Language;

/// An act at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// When.
    pub at: Timestamp,
    /// The id that the sender's client gave it.
    pub id: Option<FrameId>,
    /// What.
    pub act: Act,
    /// What the rules must know of the world around the conversation.
    pub duty: Duty,
}

/// Whether a person could take a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Somebody is on duty, be they busy or not.
    OnDuty,
    /// Nobody is.
    Nobody,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// The conversation begins: greet.
    Begin,
    /// The bank says who the visitor is. A conversation that has not begun begins with it.
    Identified {
        /// The customer's keyed pseudonym.
        customer: String,
        /// Their name, for agents to read.
        name: Option<String>,
    },
    /// The visitor says something.
    Said {
        /// The masked text.
        text: String,
        /// Whether something in it was masked.
        masked: bool,
    },
    /// The visitor says something and sends files with it.
    Sent {
        /// The masked text.
        text: String,
        /// Whether something in it was masked.
        masked: bool,
        /// The files.
        attachments: Vec<Attachment>,
    },
    /// The visitor presses a button.
    Chose {
        /// The event that offered it.
        offer: Seq,
        /// Its value.
        value: String,
    },
    /// The visitor asks for a person by the button for it.
    WantsPerson,
    /// The visitor chooses a language.
    ChoseLanguage(Language),
    /// The visitor rates.
    Rated {
        /// 1 to 5.
        score: u8,
        /// In their words, masked.
        comment: Option<String>,
    },
    /// The visitor ends it.
    Leave,
    /// A moment that [`crate::conversation::deadline`] named has come.
    Tick,
    /// A call to another system ended.
    CallEnded {
        /// The event that wanted it.
        call: Seq,
        /// Its answer, or why there is none.
        result: Result<serde_json::Value, CallFailure>,
    },
    /// An agent takes it.
    Claim {
        /// Who.
        agent: AgentRef,
    },
    /// Somebody who supervises takes it, whoever holds it.
    TakeOver {
        /// Who.
        agent: AgentRef,
    },
    /// An agent writes to the visitor.
    AgentSaid {
        /// Who.
        agent: AgentRef,
        /// What.
        text: String,
    },
    /// An agent writes a note.
    AgentNoted {
        /// Who.
        agent: AgentRef,
        /// What.
        text: String,
    },
    /// An agent says what it is to be found by.
    Tag {
        /// Who.
        agent: AgentRef,
        /// All its tags from now on, as [`crate::conversation::tags::tidy`] leaves them.
        tags: Vec<String>,
    },
    /// An agent passes it on.
    Transfer {
        /// Who.
        agent: AgentRef,
        /// To whom.
        to: TransferTarget,
        /// Why.
        note: Option<String>,
    },
    /// An agent gives it back to the bot.
    HandBack {
        /// Who.
        agent: AgentRef,
        /// Where the bot goes on.
        dialogue: Option<DialogueId>,
        /// At which step.
        step: Option<StepId>,
    },
    /// An agent ends it.
    Resolve {
        /// Who.
        agent: AgentRef,
        /// How it ended.
        outcome: Outcome,
        /// For colleagues.
        note: Option<String>,
    },
    /// An agent takes back that they ended it.
    Reopen {
        /// Who.
        agent: AgentRef,
    },
    /// The agent who held it has been gone too long.
    AgentLost {
        /// Who; another may hold it by now.
        agent: AgentId,
    },
    /// Somebody came on duty: what waits offline may queue.
    DutyBegan {
        /// Whose queue it goes to.
        team: Option<TeamId>,
    },
    /// The last person went off duty while it waited.
    DutyEnded,
    /// It has waited for longer than anybody should.
    Delayed,
}

/// Why an input was refused. Nothing changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The conversation is over.
    #[error("the conversation has ended")]
    Ended,
    /// Not while the conversation stands as it does.
    #[error("not possible now: {0}")]
    WrongStatus(&'static str),
    /// The button is no longer on offer.
    #[error("that choice is no longer on offer")]
    ExpiredChoice,
    /// Somebody else holds it.
    #[error("{0} has taken it")]
    Taken(String),
    /// The sender may not.
    #[error("not allowed: {0}")]
    Forbidden(&'static str),
    /// What the input names does not exist.
    #[error("there is no such {0}")]
    NotFound(&'static str),
}
