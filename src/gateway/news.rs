//! What a visitor's connection is to be told next: events from where it stands, the place in the
//! queue, and what passes.
//!
//! **Invariant:** events come by rising seq without gaps, whatever carries them, but once anew from
//! the first when the conversation is erased; nothing is kept
//! here but the place up to which they were told.

use std::sync::Arc;

use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::bus::Doorbell;
use crate::bus::Following;
use crate::bus::Passing;
use crate::bus::Writer;
use crate::conversation::input::Refusal;
use crate::engine::SubmitError;
use crate::engine::floor::Place;
use crate::engine::follow::FRAMES;
use crate::gateway::app::App;
use crate::gateway::hello::Met;
use crate::ids::ConversationId;
use crate::ids::Seq;
use crate::protocol::ReadUpTo;
use crate::protocol::Sender as From;
use crate::protocol::SenderRole;
use crate::protocol::Typing;
use crate::protocol::event::Audience;
use crate::protocol::visitor::Queue;
use crate::protocol::visitor::ServerFrame;

/// For how long "is writing" holds.
const TYPING_TTL_S: u32 = 5;

/// One connection's view of a conversation.
pub(super) struct News {
    conversation: ConversationId,
    doorbell: Arc<Doorbell>,
    _following: Following,
    /// The newest event that was told.
    told: Seq,
    /// Whether the log may hold more than was told.
    behind: bool,
    /// What the visitor was last told of the queue.
    place: Option<Place>,
    /// Whether the visitor was told that the conversation was erased.
    erased: bool,
    /// Whether the bank knows the visitor.
    verified: bool,
}

/// A frame that is to be sent, with its place when it is an event.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) seq: Option<Seq>,
    pub(super) text: Utf8Bytes,
}

impl Item {
    /// A frame that is no event.
    pub(super) fn plain(frame: &ServerFrame) -> Self {
        Self { seq: None, text: frame.to_json().into() }
    }
}

impl News {
    /// Follows a visitor's conversation from what they hold on.
    pub(super) fn new(app: &App, met: &Met, doorbell: &Arc<Doorbell>) -> Self {
        let conversation = met.arrived.conversation.clone();
        Self {
            verified: met.customer.is_some(),
            _following: app.engine.follow(&conversation, doorbell),
            doorbell: Arc::clone(doorbell),
            erased: false,
            conversation,
            told: met.arrived.from,
            behind: true,
            place: None,
        }
    }

    /// The newest event that was told.
    pub(super) fn told(&self) -> Seq {
        self.told
    }

    /// Waits until there may be something to tell.
    pub(super) async fn heard(&self) {
        self.doorbell.heard().await;
    }

    /// What happened since the last time; empty when nothing did. A page at most, so whoever gets
    /// some asks again.
    pub(super) async fn next(&mut self, app: &App) -> Result<Vec<Item>, SubmitError> {
        // Whatever moves from here on rings again.
        self.behind |= !self.doorbell.take_moved().is_empty();
        let engine = &app.engine;
        if !self.erased && engine.is_erased(&self.conversation) {
            // What the client holds must go: all of it comes anew, as erased.
            self.erased = true;
            self.told = Seq::ZERO;
            self.behind = true;
        }
        let events = if self.behind {
            engine.frames_after(&self.conversation, self.told, Audience::Visitor).await?
        } else {
            Vec::new()
        };
        self.behind = events.len() >= FRAMES as usize;
        // Whoever holds a copy of an anonymous token sees nothing of the customer's.
        let became = || {
            events.iter().any(|frame| frame.identifies)
                || engine.became_a_customers(&self.conversation)
        };
        if !events.is_empty() && !self.verified && became() {
            return Err(Refusal::Forbidden("the conversation is a customer's").into());
        }
        if let Some(last) = events.last() {
            self.told = last.seq;
            return Ok(events
                .into_iter()
                .map(|frame| Item { seq: Some(frame.seq), text: frame.text })
                .collect());
        }
        let mut items = Vec::new();
        let place = engine.place(&self.conversation);
        if place != self.place {
            self.place = place;
            if let Some(place) = place {
                let queue = Queue {
                    position: place.position,
                    wait_s: place.wait.map(|wait| wait.likely_s),
                    wait_low_s: place.wait.map(|wait| wait.low_s),
                    wait_high_s: place.wait.map(|wait| wait.high_s),
                    open: place.open,
                };
                items.push(Item::plain(&ServerFrame::Queue(queue)));
            }
        }
        let passing = self.doorbell.take_passing().into_iter().filter_map(passing_frame);
        items.extend(passing.map(|frame| Item::plain(&frame)));
        Ok(items)
    }
}

fn passing_frame(passing: Passing) -> Option<ServerFrame> {
    match passing {
        Passing::Typing { from: Writer::Agent(name), .. } => Some(ServerFrame::Typing(Typing {
            conversation: None,
            from: From { role: SenderRole::Agent, name: Some(name) },
            ttl_s: TYPING_TTL_S,
        })),
        Passing::Typing { from: Writer::Visitor, .. } | Passing::Noting { .. } => None,
        Passing::Read { by, seq, .. } => {
            Some(ServerFrame::Read(ReadUpTo { conversation: None, by: by.into(), seq }))
        }
    }
}
