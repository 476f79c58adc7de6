//! Reading on: frames of a conversation from a place, for a socket that follows it.

use std::sync::Arc;

use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::bus::Doorbell;
use crate::bus::Following;
use crate::bus::Passing;
use crate::conversation::event::Fact;
use crate::conversation::event::Move;
use crate::engine::Engine;
use crate::engine::SubmitError;
use crate::engine::lanes::Kept;
use crate::engine::turn::event_of;
use crate::ids::ConversationId;
use crate::ids::Seq;
use crate::protocol::event::Audience;
use crate::store::Reader;

/// Frames that are read at once. A reader who is behind holds them until they are taken, and each
/// may be as long as a message.
pub(crate) const FRAMES: u32 = 50;

/// An event ready to be sent.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Its place.
    pub seq: Seq,
    /// The frame as text, shared by all who get it.
    pub text: Utf8Bytes,
    /// Whether it made the conversation a customer's.
    pub identifies: bool,
    /// Whether it passed the conversation on to others.
    pub passes_on: bool,
}

impl Engine {
    /// Rings `doorbell` whenever the conversation moves, until the answer is dropped.
    #[must_use]
    pub fn follow(&self, id: &ConversationId, doorbell: &Arc<Doorbell>) -> Following {
        self.inner.bus.follow(id, doorbell)
    }

    /// Whether a conversation that has just moved is a customer's. One that has not moved of late
    /// counts as none: whoever comes to it is told by its visitor's token.
    #[must_use]
    pub fn became_a_customers(&self, id: &ConversationId) -> bool {
        self.inner.lanes.state(id).is_some_and(|state| state.customer.is_some())
    }

    /// Tells everybody else who follows the conversation something in passing.
    pub fn tell(&self, passing: &Passing, by: &Arc<Doorbell>) {
        self.inner.bus.tell(passing, by);
    }

    /// Moves a read cursor forward, durably, and tells the others.
    pub async fn read_up_to(
        &self,
        id: &ConversationId,
        by: Reader,
        seq: Seq,
        teller: &Arc<Doorbell>,
    ) -> Result<(), SubmitError> {
        self.inner.store.mark_read(id, by, seq).await?;
        self.tell(&Passing::Read { conversation: id.clone(), by, seq }, teller);
        Ok(())
    }

    /// The events after `after`, rising without a gap; a page at most, so whoever gets some asks
    /// again.
    pub async fn frames_after(
        &self,
        id: &ConversationId,
        after: Seq,
        audience: Audience,
    ) -> Result<Vec<Frame>, SubmitError> {
        let kept = if let Some(kept) = self.inner.lanes.tail(id, after) {
            kept
        } else {
            let mut kept = Vec::new();
            for row in self.inner.store.events(id, after, FRAMES).await? {
                kept.push(Arc::new(Kept::new(event_of(&row)?)));
            }
            kept
        };
        Ok(kept
            .into_iter()
            .map(|kept| Frame {
                seq: kept.event.seq,
                text: kept.frame(audience, id),
                passes_on: matches!(kept.event.fact, Fact::Transferred { .. }),
                identifies: kept.event.moves.iter().any(Move::identifies),
            })
            .collect())
    }
}
