//! What may be asked of the writer, and a batch of it in one transaction's view.

use tokio::sync::oneshot;

use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::Seq;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::store::AgentRow;
use crate::store::Append;
use crate::store::Appended;
use crate::store::DocumentKind;
use crate::store::EffectRow;
use crate::store::NewConversation;
use crate::store::Reader;
use crate::store::SessionRow;
use crate::store::StoreError;
use crate::store::sqlite::errands::Errand;
use crate::store::sqlite::errands::Outcome;

/// Where an answer goes.
pub(super) type Reply<Answer> = oneshot::Sender<Result<Answer, StoreError>>;

/// One wish of a caller, with the place where its answer goes.
#[derive(Debug)]
pub(super) enum Request {
    /// Make a conversation.
    Create(NewConversation, Reply<()>),
    /// Put events behind a head.
    Append(Append, Reply<Appended>),
    /// Move a read cursor; nobody waits for it.
    MarkRead(Mark),
    /// Change something beside the log.
    Change(Change, Reply<bool>),
    /// Prove that the database can be written to.
    Beat(Reply<()>),
    /// Do something alone, between batches.
    Errand(Errand, Reply<Outcome>),
    /// Write what waits and stop.
    Close(oneshot::Sender<()>),
}

/// A read cursor's new place.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) conversation: ConversationId,
    pub(super) by: Reader,
    pub(super) seq: Seq,
}

/// A change beside the log: of accounts, sessions, keys, the audit log, effects, revisions or
/// documents.
#[derive(Debug)]
pub(super) enum Change {
    AddAgent(AgentRow),
    UpdateAgent(AgentRow),
    AddSession { session: SessionRow, now: Timestamp },
    EndSession { token_hash: String },
    EndSessionsOf { agent: AgentId },
    BeginToServe { now: Timestamp },
    AddKey { name: String, bytes: [u8; 32] },
    OfferFactor { agent: AgentId, secret: Vec<u8> },
    ConfirmFactor { agent: AgentId, step: i64, recovery: Vec<String> },
    TakeStep { agent: AgentId, step: i64 },
    TakeRecovery { agent: AgentId, before: Vec<String>, after: Vec<String> },
    RemoveFactor { agent: AgentId },
    NoteFailure(Failure),
    ForgetFailures { account: String },
    BindCustomer { visitor: VisitorId, customer: String },
    JoinVisitors { from: VisitorId, to: VisitorId },
    SignCustomerOut { customer: String, at: Timestamp },
    RevokeTokens { customer: String, at: Timestamp },
    AddAudit { at: Timestamp, body: String },
    MoveEffect { effect: EffectRow, due: Timestamp, tries: u32 },
    CloseEffect { effect: EffectRow },
    KeepRevision { name: String, body: String },
    ForgetRevision { name: String },
    PutDocument { kind: DocumentKind, id: String, body: String },
    RemoveDocument { kind: DocumentKind, id: String },
}

/// A sign-in that failed, with the rules by which it counts.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) account: String,
    pub(super) now: Timestamp,
    pub(super) forget: Timestamp,
    pub(super) most: u32,
    pub(super) until: Timestamp,
}

/// Requests by kind, each kind in the order in which it came. Kinds may pass one another: whoever
/// asked for two things at once did not ask for an order.
#[derive(Debug, Default)]
pub(super) struct Batch<'requests> {
    pub(super) creates: Vec<&'requests NewConversation>,
    pub(super) appends: Vec<&'requests Append>,
    pub(super) marks: Vec<&'requests Mark>,
    pub(super) changes: Vec<&'requests Change>,
    pub(super) beats: usize,
}

impl<'requests> Batch<'requests> {
    pub(super) fn of(requests: &'requests [Request]) -> Self {
        let mut batch = Self::default();
        for request in requests {
            match request {
                Request::Create(new, _) => batch.creates.push(new),
                Request::Append(append, _) => batch.appends.push(append),
                Request::MarkRead(mark) => batch.marks.push(mark),
                Request::Change(change, _) => batch.changes.push(change),
                Request::Beat(_) => batch.beats += 1,
                Request::Errand(..) | Request::Close(_) => {}
            }
        }
        batch
    }

    /// The conversations that exist already, as far as the callers know.
    pub(super) fn conversations(&self) -> impl Iterator<Item = &'requests ConversationId> {
        let appended = self.appends.iter().map(|append| &append.conversation);
        appended.chain(self.marks.iter().map(|mark| &mark.conversation))
    }
}

/// The answers to a [`Batch`], kind by kind in its order.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) creates: Vec<Result<(), Refused>>,
    pub(super) appends: Vec<Result<Appended, Refused>>,
    pub(super) changes: Vec<Result<bool, Refused>>,
}

impl Answers {
    /// Gives each request its answer.
    pub(super) fn hand_out(self, requests: Vec<Request>) {
        let mut creates = self.creates.into_iter();
        let mut appends = self.appends.into_iter();
        let mut changes = self.changes.into_iter();
        for request in requests {
            match request {
                Request::Create(_, reply) => answer(reply, creates.next()),
                Request::Append(_, reply) => answer(reply, appends.next()),
                Request::Change(_, reply) => answer(reply, changes.next()),
                Request::Beat(reply) => answer(reply, Some(Ok(()))),
                Request::MarkRead(_) | Request::Errand(..) | Request::Close(_) => {}
            }
        }
    }
}

/// Why one request of a batch could not be done, while the others could.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(pub(super) String);

impl From<Refused> for StoreError {
    fn from(refused: Refused) -> Self {
        Self::Unavailable(anyhow::Error::new(refused))
    }
}

/// Whoever asked may have gone; what was done stays done.
fn answer<Answer>(reply: Reply<Answer>, given: Option<Result<Answer, Refused>>) {
    let given = given.unwrap_or_else(|| Err(Refused("the writer lost an answer".to_owned())));
    let _gone = reply.send(given.map_err(StoreError::from));
}

/// Tells every request of a batch that could not be written why.
pub(super) fn refuse_all(requests: Vec<Request>, refused: &Refused) {
    for request in requests {
        match request {
            Request::Create(_, reply) | Request::Beat(reply) => {
                answer(reply, Some(Err(refused.clone())));
            }
            Request::Append(_, reply) => answer(reply, Some(Err(refused.clone()))),
            Request::Change(_, reply) => answer(reply, Some(Err(refused.clone()))),
            Request::MarkRead(_) | Request::Errand(..) | Request::Close(_) => {}
        }
    }
}
