//! Who a hello makes its sender, and which conversation is theirs.
//!
//! **Invariants:** a token makes the visitor of whom it says so, as surely as it says; the bank's
//! word makes the customer of whom it says so. An anonymous visitor becomes a customer once and
//! never another one: whoever brings one customer's token and another's identity is the other, and
//! sees nothing of the first. An anonymous token of somebody who has become a customer is worth
//! nothing without the bank's word.

use std::net::IpAddr;
use std::sync::Arc;

use crate::clock;
use crate::config::seconds;
use crate::conversation::event::Status;
use crate::engine::SubmitError;
use crate::engine::arrival::Arrival;
use crate::engine::arrival::Arrived;
use crate::gateway::app::App;
use crate::gateway::identity::Customer;
use crate::gateway::identity::Unproven;
use crate::gateway::leases::Lease;
use crate::gateway::limits::TooFast;
use crate::gateway::over::Over;
use crate::gateway::tokens::Level;
use crate::gateway::tokens::Pass;
use crate::gateway::tokens::TokenError;
use crate::ids::ConversationId;
use crate::ids::Seq;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::privacy::context::Context;
use crate::privacy::context::mask_address;
use crate::privacy::context::mask_in;
use crate::protocol::Identity;
use crate::protocol::Secret;
use crate::protocol::code::Close;
use crate::protocol::visitor::Hello;
use crate::protocol::visitor::Page;
use crate::store::CustomerRow;
use crate::store::StoreError;
use crate::store::records::erased_name;
use crate::telemetry::metrics::Limited;

/// A visitor who has come.
pub(super) struct Met {
    /// Where they stand.
    pub(super) arrived: Arrived,
    /// Their next token.
    pub(super) token: String,
    /// Whom the bank knows them as.
    pub(super) customer: Option<Known>,
    lease: Option<Lease>,
}

impl Met {
    /// How surely it is known who they are.
    pub(super) fn identity(&self) -> Identity {
        if self.customer.is_some() { Identity::Verified } else { Identity::Anonymous }
    }

    /// Waits until the customer has signed out elsewhere; an anonymous visitor never does.
    pub(super) async fn signed_out(&self) {
        match &self.lease {
            Some(lease) => lease.over().await,
            None => std::future::pending().await,
        }
    }
}

/// A customer as far as a conversation is told.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// Their keyed pseudonym.
    pub(super) key: String,
    /// For agents to read.
    pub(super) name: Option<String>,
}

/// Why nobody was met.
pub(super) enum NotMet {
    /// The socket is to be closed.
    Over(Over),
    /// The hello is to be answered by an error, and may be repeated.
    Refused(SubmitError),
    /// The same: too many strangers come.
    TooFast(TooFast),
}

impl From<Close> for NotMet {
    fn from(close: Close) -> Self {
        Self::Over(close.into())
    }
}

impl From<SubmitError> for NotMet {
    fn from(error: SubmitError) -> Self {
        Self::Refused(error)
    }
}

impl From<StoreError> for NotMet {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

/// Who a hello makes its sender.
enum Who {
    New,
    Anonymous(VisitorId),
    Customer { visitor: VisitorId, known: Known, until: Timestamp, open: Option<ConversationId> },
}

/// Finds out who says hello, and finds or makes their conversation.
pub(super) async fn meet(app: &App, from: IpAddr, hello: Hello) -> Result<Met, NotMet> {
    // Before anything is looked up: who signs out meanwhile signs this visit out too.
    let now = app.clock.now();
    let pass = match &hello.token {
        Some(token) => Some(pass_of(app, token).await?),
        None => None,
    };
    let stale = pass.as_ref().is_some_and(|pass| is_stale(app, pass));
    let who = match (&hello.identity, pass) {
        (None, None) => Who::New,
        (None, Some(pass)) => recognise(app, pass).await?,
        (Some(identity), pass) => prove(app, identity, pass).await?,
    };
    if matches!(who, Who::New)
        && let Err(too_fast) = app.newcomers.take(from)
    {
        app.metrics.limited(Limited::Conversations).inc();
        return Err(NotMet::TooFast(too_fast));
    }
    let secrets = Arc::clone(&app.engine.content().secrets);
    let page = hello.page.map(|page| Page {
        url: page.url.map(|url| mask_address(&url, &secrets)),
        title: page.title.map(|title| {
            let context = Context { patterns: Some(&secrets), ..Context::default() };
            mask_in(&context, &title).text.into_owned()
        }),
    });
    let (visitor, open) = match &who {
        Who::New => (None, None),
        Who::Anonymous(visitor) => (Some(visitor.clone()), None),
        Who::Customer { visitor, open, .. } => (Some(visitor.clone()), open.clone()),
    };
    let arrival = Arrival {
        pseudonym: visitor.as_ref().map(|visitor| erased_name(&app.audit.pseudonym(visitor))),
        visitor,
        conversation: hello.conversation.or(open),
        after: hello.after,
        stale,
        lang: hello.lang,
        page,
    };
    let arrived = app.engine.arrive(arrival).await?;
    receive(app, who, arrived, now).await
}

/// Finds out who comes back with a token alone, to a conversation that they have.
pub(super) async fn meet_again(
    app: &App,
    token: &Secret,
    conversation: Option<ConversationId>,
    after: Option<Seq>,
) -> Result<Met, NotMet> {
    let now = app.clock.now();
    let pass = pass_of(app, token).await?;
    let (visitor, stale) = (pass.visitor.clone(), is_stale(app, &pass));
    let who = recognise(app, pass).await?;
    let pseudonym = erased_name(&app.audit.pseudonym(&visitor));
    let arrived = app.engine.rejoin(&visitor, pseudonym, conversation, after, stale).await?;
    receive(app, who, arrived, now).await
}

/// Finds out who comes back to a customer's conversation that they ended: the end took from their
/// token what it was worth for anything else, but the conversation may still be rated, and what was
/// sent before is still acked.
pub(super) async fn meet_parting(
    app: &App,
    token: &Secret,
    conversation: Option<ConversationId>,
) -> Result<Met, NotMet> {
    let pass = pass_of(app, token).await?;
    let row = app.directory.customer_of(&pass.visitor).await?;
    let known = row
        .filter(|row| pass.level == Level::Verified && pass.issued_at > row.signed_out_at)
        .map(|row| Known { key: row.customer, name: None })
        .ok_or(Close::Unauthorized)?;
    let pseudonym = erased_name(&app.audit.pseudonym(&pass.visitor));
    let arrived = app.engine.rejoin(&pass.visitor, pseudonym, conversation, None, false).await?;
    if arrived.status != Status::Ended {
        return Err(Close::Unauthorized.into());
    }
    Ok(Met { arrived, token: String::new(), customer: Some(known), lease: None })
}

/// The visitor whom a token names, for calls beside the socket; `None` when it makes nobody.
pub(super) async fn visitor_of(app: &App, token: &Secret) -> Option<VisitorId> {
    let pass = pass_of(app, token).await.ok()?;
    match recognise(app, pass).await.ok()? {
        Who::New => None,
        Who::Anonymous(visitor) | Who::Customer { visitor, .. } => Some(visitor),
    }
}

/// Gives whoever has come their token, and tells the conversation who they are.
async fn receive(app: &App, who: Who, mut arrived: Arrived, now: Timestamp) -> Result<Met, NotMet> {
    let Who::Customer { visitor, known, until, .. } = who else {
        let token = app.tokens.issue(&Pass::anonymous(arrived.visitor.clone(), now)).await?;
        return Ok(Met { arrived, token, customer: None, lease: None });
    };
    let lease = app.leases.hold(&visitor);
    let row = app.directory.customer_of(&visitor).await?;
    if row.is_none_or(|row| row.signed_out_at >= now) {
        return Err(Close::Unauthorized.into());
    }
    arrived.seq = identify(app, &arrived, &known).await?;
    let token = app.tokens.issue(&Pass::verified(visitor, now, until)).await?;
    Ok(Met { arrived, token, customer: Some(known), lease: Some(lease) })
}

/// Whether a token is from before this database, a backup, began to serve. The next one is not.
fn is_stale(app: &App, pass: &Pass) -> bool {
    app.served_from.is_some_and(|since| pass.issued_at < since)
}

async fn pass_of(app: &App, token: &Secret) -> Result<Pass, NotMet> {
    let pass = app.tokens.verify(token.expose(), app.clock.now()).await;
    pass.map_err(|error| match error {
        TokenError::Store(error) => error.into(),
        _ => Close::Unauthorized.into(),
    })
}

/// By a token alone.
async fn recognise(app: &App, pass: Pass) -> Result<Who, NotMet> {
    match (app.directory.customer_of(&pass.visitor).await?, pass.level) {
        (None, Level::Anonymous) => Ok(Who::Anonymous(pass.visitor)),
        (Some(row), Level::Verified) if is_good(&pass, &row) => {
            let known = Known { key: row.customer, name: None };
            let (visitor, until) = (pass.visitor, pass.expires_at);
            Ok(Who::Customer { visitor, known, until, open: None })
        }
        _ => Err(Close::Unauthorized.into()),
    }
}

/// Whether a token still makes somebody the customer whom its visitor became.
pub(super) fn is_good(pass: &Pass, row: &CustomerRow) -> bool {
    pass.level == Level::Verified && pass.issued_at > row.signed_out_at.max(row.revoked_at)
}

/// By the bank's word, with or without a token.
async fn prove(app: &App, identity: &Secret, pass: Option<Pass>) -> Result<Who, NotMet> {
    let customer = customer_of(app, identity).await?;
    let directory = &app.directory;
    let row = directory.customer(&customer.key).await?;
    if let Some(row) = &row {
        // A word from before the customer signed out is over. It tells its second only.
        let signed_out_at = Timestamp(row.signed_out_at.0 / 1_000 * 1_000);
        if customer.issued_at.is_some_and(|at| at < signed_out_at) {
            return Err(Close::Unauthorized.into());
        }
    }
    let candidate = pass.map(|pass| pass.visitor);
    let main = match (&candidate, row) {
        (None, Some(row)) => row.main,
        (None, None) => {
            directory.bind_customer(&VisitorId::new(&clock::new_id()), &customer.key).await?
        }
        (Some(own), _) => directory.bind_customer(own, &customer.key).await?,
    };
    let known = Known { key: customer.key, name: customer.name };
    let mut open = None;
    if let Some(own) = candidate.filter(|own| *own != main) {
        let bound = directory.customer_of(&own).await?;
        if bound.is_some_and(|row| row.customer == known.key) {
            open = join(app, &own, &main, &known).await?;
        }
    }
    let session_ms = seconds(app.settings.identity.session_min * 60).as_millis();
    let until = app.clock.now().plus_ms(i64::try_from(session_ms).unwrap_or(i64::MAX));
    Ok(Who::Customer { visitor: main, known, until, open })
}

pub(super) async fn customer_of(app: &App, identity: &Secret) -> Result<Customer, Close> {
    app.identities.verify(identity.expose()).await.map_err(|unproven| {
        tracing::debug!(reason = %unproven, "an identity was not taken");
        match unproven {
            Unproven::NoKeysYet => Close::StoreUnavailable,
            _ => Close::Unauthorized,
        }
    })
}

/// Puts what an anonymous visitor has said under the customer who they turn out to be. Answers
/// the conversation in which they were. May be done again after it was cut short.
async fn join(
    app: &App,
    own: &VisitorId,
    main: &VisitorId,
    known: &Known,
) -> Result<Option<ConversationId>, NotMet> {
    let open = app.store.open_conversation_of(own).await?;
    if let Some(open) = &open {
        // From here on the conversation takes nothing from an anonymous socket, so no frame is
        // applied under the old name behind the new one's back.
        app.engine.identify(open, &known.key, known.name.clone()).await?;
    }
    app.directory.join_visitors(own, main).await?;
    Ok(open)
}

/// Tells a conversation that has begun who its visitor is; one that begins is told with the
/// greeting.
async fn identify(app: &App, arrived: &Arrived, known: &Known) -> Result<Seq, NotMet> {
    if arrived.seq == Seq::ZERO || arrived.status == Status::Ended {
        return Ok(arrived.seq);
    }
    let told = app.engine.identify(&arrived.conversation, &known.key, known.name.clone()).await?;
    Ok(told.max(arrived.seq))
}
