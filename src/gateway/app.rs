//! What every connection of one server shares.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::audit::Audit;
use crate::clock;
use crate::clock::Clock;
use crate::config::Settings;
use crate::engine::Engine;
use crate::gateway::accounts::Accounts;
use crate::gateway::identity;
use crate::gateway::identity::Identities;
use crate::gateway::insights::Counted;
use crate::gateway::leases::Leases;
use crate::gateway::limits::CallPace;
use crate::gateway::limits::MessageRate;
use crate::gateway::limits::Newcomers;
use crate::gateway::limits::TypingRate;
use crate::gateway::oidc::Oidc;
use crate::gateway::places::Places;
use crate::gateway::teams;
use crate::gateway::tokens::VisitorTokens;
use crate::ids::Timestamp;
use crate::store::Directory;
use crate::store::EventStore;
use crate::store::attachments::Files;
use crate::telemetry::metrics::Metrics;

/// Files that may be on their way at once: each is held in memory until it is written.
const UPLOADS: u32 = 16;
/// … and from one address: who sends slowly holds up nobody else.
const UPLOADS_OF_ONE: u32 = 4;

/// One running server.
pub struct App {
    /// As they were at the start.
    pub settings: Settings,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What runs the conversations.
    pub engine: Engine,
    /// The log of all conversations.
    pub store: Arc<dyn EventStore>,
    /// Accounts, sessions and keys.
    pub directory: Arc<dyn Directory>,
    /// Where moments come from.
    pub clock: Clock,
    /// Cancelled when the server is told to stop: every loop ends what it is at and leaves.
    pub drain: CancellationToken,
    /// All connections and sockets; a stopping server waits for them.
    pub tasks: TaskTracker,
    /// What agents and administrators did.
    pub audit: Audit,
    /// Agents' accounts.
    pub accounts: Accounts,
    /// The house's own sign-in for them, where there is one.
    pub oidc: Option<Oidc>,
    /// Customers' identity.
    pub identities: Identities,
    /// Customers' sockets.
    pub leases: Arc<Leases>,
    /// Visitors' tokens.
    pub tokens: VisitorTokens,
    /// When this database began to serve, where it is a backup.
    pub served_from: Option<Timestamp>,
    /// How fast visitors may write.
    pub message_rate: MessageRate,
    /// What one visitor may send by calls.
    pub call_pace: CallPace,
    /// How fast strangers may begin conversations.
    pub newcomers: Newcomers,
    /// The bytes of the files that were sent.
    pub files: Files,
    /// How many files may be on their way at once.
    pub uploads: Arc<Places>,
    /// How often "is writing" counts.
    pub typing_rate: TypingRate,
    /// What was counted last.
    pub counted: Counted,
    /// How many sockets there may be.
    pub sockets: Arc<Places>,
}

impl App {
    /// A server on this store, not yet reachable by anybody.
    ///
    /// # Errors
    /// The store fails, or the keys for customers' identity cannot be read.
    pub async fn new(
        settings: Settings,
        metrics: Arc<Metrics>,
        engine: Engine,
        directory: Arc<dyn Directory>,
        clock: Clock,
    ) -> anyhow::Result<Arc<Self>> {
        let key = directory.key(identity::KEY_NAME, clock::random_bytes()).await?;
        engine.set_teams(teams::load(directory.as_ref()).await?).await;
        let identities = Identities::open(settings.identity.clone(), key, clock.clone()).await?;
        let audit = Audit::open(Arc::clone(&directory), clock.clone()).await?;
        let served_from = directory.begin_to_serve(clock.now()).await?;
        let limits = settings.limits;
        engine.bound_waiting(limits.inputs_waiting);
        let accounts = Accounts::open(
            Arc::clone(&directory),
            clock.clone(),
            Arc::clone(&metrics),
            settings.agents.clone(),
            &settings.server.admin_email,
            limits.logins_per_minute,
        )
        .await?;
        let oidc = settings.agents.oidc.clone();
        let oidc = oidc.is_on().then(|| Oidc::new(oidc, clock.clone()));
        Ok(Arc::new(Self {
            audit,
            accounts,
            oidc,
            identities,
            leases: Arc::default(),
            counted: Counted::default(),
            served_from,
            tokens: VisitorTokens::new(Arc::clone(&directory)),
            message_rate: MessageRate::per_minute(limits.messages_per_minute),
            call_pace: CallPace::of(&limits),
            newcomers: Newcomers::per_minute(
                limits.conversations_per_minute,
                limits.conversations_in_all,
            ),
            typing_rate: TypingRate::default(),
            sockets: Places::new(limits.connections, limits.connections_per_address),
            files: Files::below(&settings.data),
            uploads: Places::new(UPLOADS, UPLOADS_OF_ONE),
            drain: CancellationToken::new(),
            tasks: TaskTracker::new(),
            store: Arc::clone(engine.store()),
            settings,
            metrics,
            engine,
            directory,
            clock,
        }))
    }
}
