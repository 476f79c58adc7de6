//! A visitor comes, or comes back.

use serde::Deserialize;
use serde::Serialize;

use crate::clock::new_id;
use crate::conversation::event::Status;
use crate::conversation::input::Act;
use crate::conversation::state::State;
use crate::engine::Engine;
use crate::engine::Sender;
use crate::engine::Submission;
use crate::engine::SubmitError;
use crate::ids::ConversationId;
use crate::ids::Seq;
use crate::ids::VisitorId;
use crate::language::Language;
use crate::protocol::visitor::Page;
use crate::store::ConversationRow;
use crate::store::NewConversation;

/// What hello says.
#[derive(Debug, Clone, Default)]
pub struct Arrival {
    /// Who a valid token says it is.
    pub visitor: Option<VisitorId>,
    /// What stands for that visitor where their data were erased.
    pub pseudonym: Option<VisitorId>,
    /// Which conversation is wanted.
    pub conversation: Option<ConversationId>,
    /// The last event that the client holds of it.
    pub after: Option<Seq>,
    /// Whether the client holds that from before this database, a backup, began to serve.
    pub stale: bool,
    /// The languages that the visitor prefers, best first.
    pub lang: Vec<String>,
    /// Where the chat window stands; without its query.
    pub page: Option<Page>,
}

impl Arrival {
    fn owns(&self, row: &ConversationRow) -> bool {
        let is = |name: &Option<VisitorId>| name.as_ref() == Some(&row.visitor);
        is(&self.visitor) || self.visitor.is_some() && row.erased && is(&self.pseudonym)
    }
}

/// What is kept of a hello.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Profile {
    /// The page's address, without its query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_url: Option<String>,
    /// The page's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_title: Option<String>,
}

/// Where a visitor stands after hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// Who it is.
    pub visitor: VisitorId,
    /// Which conversation is theirs now.
    pub conversation: ConversationId,
    /// Its newest event.
    pub seq: Seq,
    /// The first event that is still to be sent stands behind this one.
    pub from: Seq,
    /// Whether the client may keep what it holds.
    pub resumed: bool,
    /// The language spoken.
    pub lang: Language,
    /// Who answers.
    pub status: Status,
    /// The last event that the visitor has read.
    pub read_by_visitor: Seq,
    /// The last event that an agent has read.
    pub read_by_agent: Seq,
}

impl Engine {
    /// Finds or makes the conversation of a visitor. A new one is durable when this answers; its
    /// greeting comes with [`Engine::greet`].
    pub async fn arrive(&self, mut arrival: Arrival) -> Result<Arrived, SubmitError> {
        if let Some(wanted) = &arrival.conversation {
            let row = self.inner.store.conversation(wanted).await?;
            let row = row.filter(|row| arrival.owns(row));
            // Where their data were erased the row has the pseudonym; who is here is who they were.
            return row
                .zip(arrival.visitor.as_ref())
                .map(|(row, visitor)| arrived(visitor, &row, arrival.after, arrival.stale))
                .ok_or(SubmitError::NotFound);
        }
        if let Some(visitor) = &arrival.visitor
            && let Some(open) = self.inner.store.open_conversation_of(visitor).await?
            && let Some(row) = self.inner.store.conversation(&open).await?
        {
            return Ok(arrived(visitor, &row, None, false));
        }
        // Whose data were erased begins as somebody new: the id that their token names is as personal
        // as what went.
        if let Some(pseudonym) = &arrival.pseudonym
            && self.inner.store.newest_conversation_of(pseudonym).await?.is_some()
        {
            arrival.visitor = None;
        }
        self.begin(arrival).await
    }

    /// Where a visitor stands who has said hello before: in the conversation that they name, else
    /// in their newest. The pseudonym stands for them where their data were erased.
    pub async fn rejoin(
        &self,
        visitor: &VisitorId,
        pseudonym: VisitorId,
        conversation: Option<ConversationId>,
        after: Option<Seq>,
        stale: bool,
    ) -> Result<Arrived, SubmitError> {
        let conversation = match conversation {
            Some(named) => Some(named),
            None => self.inner.store.newest_conversation_of(visitor).await?,
        };
        let conversation = Some(conversation.ok_or(SubmitError::NotFound)?);
        let (visitor, pseudonym) = (Some(visitor.clone()), Some(pseudonym));
        let arrival =
            Arrival { visitor, pseudonym, conversation, after, stale, ..Arrival::default() };
        self.arrive(arrival).await
    }

    async fn begin(&self, arrival: Arrival) -> Result<Arrived, SubmitError> {
        let unless_open = arrival.visitor.is_some();
        let visitor = arrival.visitor.unwrap_or_else(|| VisitorId::new(&new_id()));
        let id = ConversationId::new(&new_id());
        let lang = crate::protocol::first_spoken(&arrival.lang).unwrap_or(Language::Sv);
        let page = arrival.page.unwrap_or_default();
        let profile = Profile { page_url: page.url, page_title: page.title };
        let at = self.inner.clock.now();
        let state = State::new(lang, at);
        self.inner
            .store
            .create(NewConversation {
                id: id.clone(),
                visitor: visitor.clone(),
                at,
                profile: serde_json::to_string(&profile).expect("a profile is plain text"),
                head: self.inner.head_of(&state),
                unless_open,
            })
            .await?;
        // Another device of theirs may have come first.
        if unless_open
            && let Some(open) = self.inner.store.open_conversation_of(&visitor).await?
            && open != id
            && let Some(row) = self.inner.store.conversation(&open).await?
        {
            return Ok(arrived(&visitor, &row, None, false));
        }
        Ok(Arrived {
            visitor,
            conversation: id,
            seq: Seq::ZERO,
            from: Seq::ZERO,
            resumed: false,
            lang,
            status: Status::Bot,
            read_by_visitor: Seq::ZERO,
            read_by_agent: Seq::ZERO,
        })
    }

    /// Lets the bot greet, if it has not yet.
    pub async fn greet(&self, conversation: &ConversationId) -> Result<(), SubmitError> {
        self.submit(Submission {
            conversation: conversation.clone(),
            sender: Sender::Engine,
            id: None,
            act: Act::Begin,
        })
        .await
        .map(|_| ())
    }

    /// Tells a conversation whom the bank knows its visitor as; one that has not begun begins with
    /// that. Answers its newest event. Again, it changes nothing; another customer is refused.
    pub async fn identify(
        &self,
        conversation: &ConversationId,
        customer: &str,
        name: Option<String>,
    ) -> Result<Seq, SubmitError> {
        let act = Act::Identified { customer: customer.to_owned(), name };
        let conversation = conversation.clone();
        let submission = Submission { conversation, sender: Sender::Engine, id: None, act };
        Ok(self.submit(submission).await?.seq)
    }

    /// What is kept of the hello that began a conversation.
    pub async fn profile(&self, id: &ConversationId) -> Result<Profile, SubmitError> {
        let row = self.inner.store.conversation(id).await?.ok_or(SubmitError::NotFound)?;
        Ok(serde_json::from_str(&row.profile).unwrap_or_default())
    }
}

fn arrived(visitor: &VisitorId, row: &ConversationRow, after: Option<Seq>, stale: bool) -> Arrived {
    // A client that holds more than there is held it before a backup was restored, and where the
    // log has grown since, it may hold what was never said here.
    // What was erased must go from the client too, so it is sent anew as well.
    let beyond = row.erased || after.is_some_and(|after| stale || after > row.seq);
    Arrived {
        visitor: visitor.clone(),
        conversation: row.id.clone(),
        seq: row.seq,
        from: if beyond { Seq::ZERO } else { after.unwrap_or(Seq::ZERO) },
        resumed: !beyond,
        lang: row.head.lang,
        status: row.head.status,
        read_by_visitor: row.read_by_visitor,
        read_by_agent: row.read_by_agent,
    }
}
