//! Counters for `/metrics`, in one struct that every part of the shell is handed.
//!
//! What has labels is looked up once, at start: counting is one atomic addition.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::histogram::exponential_buckets;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::conversation::effect::CallFailure;
use crate::conversation::event::Status;
use crate::protocol::Side;
use crate::protocol::code::Close;
use crate::protocol::code::Code;

/// The type of what [`Metrics::encode`] writes.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All metrics of one server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Sockets open now.
    pub sockets: BySide<Gauge>,
    /// Sockets opened since the start.
    pub sockets_opened: BySide<Counter>,
    /// Event streams open now, of visitors without a socket.
    pub streams: Gauge,
    /// Frames from clients.
    pub frames_in: BySide<Counter>,
    /// Frames to clients.
    pub frames_out: BySide<Counter>,
    /// Connections open now, sockets included.
    pub connections: Gauge,
    /// Connections that were turned away, and why.
    pub turned_away: TurnedAway,
    /// Memory that the process holds, where the system says so.
    pub resident_bytes: Gauge,
    /// Turns decided.
    pub turns: Counter,
    /// From a visitor's frame to its durable answer, in seconds.
    pub turn_seconds: Histogram,
    /// One transaction of the writer, in seconds.
    pub append_batch_seconds: Histogram,
    /// Appends in one transaction.
    pub append_batch_size: Histogram,
    /// Appends and changes that wait for the writer.
    pub append_waiting: Gauge,
    /// 1 while the database cannot be written to.
    pub store_failing: Gauge,
    /// Inputs that wait for their conversation's turn, in all conversations together.
    pub inputs_waiting: Gauge,
    /// Conversations whose deadline had passed when that was last looked at.
    pub deadlines_due: Gauge,
    /// Frames whose id was known already.
    pub duplicates: Counter,
    /// Sign-ins of agents that failed.
    pub failed_logins: Counter,
    /// Accounts of agents that were locked after failures.
    pub lockouts: Counter,
    /// Revisions of the content in memory: the newest, and older ones that still run.
    pub content_revisions: Gauge,
    /// How long calls to other systems took, all tries together, in seconds.
    pub call_seconds: Histogram,
    calls: [Counter; CallFailure::ALL.len() + 1],
    pushes: [Counter; Delivery::ALL.len()],
    mails: [Counter; Delivery::ALL.len()],
    limited: [Counter; Limited::ALL.len()],
    reloads: [Counter; Reload::ALL.len()],
    refusals: [Counter; Code::ALL.len()],
    closes: [Counter; Close::ALL.len()],
    conversations: [Gauge; STATUSES.len()],
}

/// One metric for each side of a conversation.
#[derive(Debug)]
pub struct BySide<M> {
    /// Customers.
    pub visitor: M,
    /// Those who answer.
    pub agent: M,
}

impl<M> BySide<M> {
    /// The one of this side.
    #[must_use]
    pub fn of(&self, side: Side) -> &M {
        match side {
            Side::Visitor => &self.visitor,
            Side::Agent => &self.agent,
        }
    }
}

/// Connections that were turned away before the upgrade.
#[derive(Debug)]
pub struct TurnedAway {
    /// 403: an origin that is not on the list.
    pub origin: Counter,
    /// 429: too many from one address.
    pub address: Counter,
    /// 503: too many altogether.
    pub overload: Counter,
    /// No TLS, or not in time.
    pub handshake: Counter,
}

/// What was more than a limit allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited {
    /// Frames of one connection.
    Frames,
    /// Bytes of one connection.
    Bytes,
    /// Messages of one visitor.
    Messages,
    /// New conversations.
    Conversations,
    /// Attempts to sign in.
    SignIns,
}

impl Limited {
    const ALL: [Self; 5] =
        [Self::Frames, Self::Bytes, Self::Messages, Self::Conversations, Self::SignIns];

    fn as_str(self) -> &'static str {
        match self {
            Self::Frames => "frames",
            Self::Bytes => "bytes",
            Self::Messages => "messages",
            Self::Conversations => "conversations",
            Self::SignIns => "sign_ins",
        }
    }
}

/// What a reading of the content files came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// New content serves.
    Adopted,
    /// The files are those that serve.
    Unchanged,
    /// The files have errors; what was there serves on.
    Refused,
    /// The server could not read or keep them; what was there serves on.
    Failed,
}

impl Reload {
    const ALL: [Self; 4] = [Self::Adopted, Self::Unchanged, Self::Refused, Self::Failed];

    fn as_str(self) -> &'static str {
        match self {
            Self::Adopted => "adopted",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// What a try to tell somebody outside came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It was taken.
    Sent,
    /// It was not, and is tried again.
    Retried,
    /// It was refused for good.
    Refused,
    /// It was not taken in all tries.
    GivenUp,
}

impl Delivery {
    const ALL: [Self; 4] = [Self::Sent, Self::Retried, Self::Refused, Self::GivenUp];

    fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Retried => "retried",
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
        }
    }
}

const STATUSES: [(Status, &str); 5] = [
    (Status::Bot, "bot"),
    (Status::Queued, "queued"),
    (Status::Agent, "agent"),
    (Status::Offline, "offline"),
    (Status::Ended, "ended"),
];

/// How a call to another system may end.
const CALL_RESULTS: [(Option<CallFailure>, &str); CallFailure::ALL.len() + 1] = {
    let mut results = [(None, "answered"); CallFailure::ALL.len() + 1];
    let mut at = 0;
    while at < CallFailure::ALL.len() {
        let failure = CallFailure::ALL[at];
        results[at + 1] = (Some(failure), failure.as_str());
        at += 1;
    }
    results
};

/// A metric's one label, by its name.
type Label = [(&'static str, String); 1];

impl Metrics {
    /// All at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("skicka");
        register_build(&mut registry);
        let it = &mut registry;
        Self {
            sockets: by_side(it, "sockets", "Sockets open now"),
            sockets_opened: by_side(it, "sockets_opened", "Sockets opened"),
            streams: plain(it, "streams", "Event streams open now"),
            frames_in: by_side(it, "frames_in", "Frames from clients"),
            frames_out: by_side(it, "frames_out", "Frames to clients"),
            connections: plain(it, "connections", "Connections open now, sockets included"),
            turned_away: turned_away(it),
            resident_bytes: plain(it, "resident_bytes", "Memory that the process holds"),
            turns: plain(it, "turns", "Turns decided"),
            turn_seconds: seconds(it, "turn_seconds", "From a frame to its durable answer"),
            append_batch_seconds: seconds(it, "append_batch_seconds", "One write transaction"),
            append_batch_size: sizes(it, "append_batch_size", "Appends in one transaction"),
            append_waiting: plain(it, "append_waiting", "Appends that wait for the writer"),
            store_failing: plain(it, "store_failing", "1 while the database takes no writes"),
            inputs_waiting: plain(it, "inputs_waiting", "Inputs that wait for their turn"),
            deadlines_due: plain(it, "deadlines_due", "Deadlines found passed at the last look"),
            duplicates: plain(it, "duplicates", "Frames whose id was known already"),
            failed_logins: plain(it, "failed_logins", "Sign-ins of agents that failed"),
            lockouts: plain(it, "lockouts", "Accounts of agents locked after failures"),
            content_revisions: plain(it, "content_revisions", "Revisions of the content in memory"),
            call_seconds: seconds(it, "call_seconds", "One call to another system, all tries"),
            calls: labelled(
                it,
                "calls",
                "Calls to other systems that ended",
                "result",
                CALL_RESULTS,
                |(_, name)| name.to_owned(),
            ),
            pushes: deliveries(it, "pushes", "Unread messages told to the push gateway"),
            mails: deliveries(it, "mails", "Mails handed to the mail server"),
            limited: labelled(it, "limited", "What came too fast", "what", Limited::ALL, |it| {
                it.as_str().to_owned()
            }),
            reloads: labelled(
                it,
                "reloads",
                "Readings of the content",
                "result",
                Reload::ALL,
                |it| it.as_str().to_owned(),
            ),
            refusals: labelled(it, "refusals", "Frames refused", "code", Code::ALL, |code| {
                code.as_str().to_owned()
            }),
            closes: labelled(it, "closes", "Sockets closed", "code", Close::ALL, |close| {
                close.code().to_string()
            }),
            conversations: labelled(
                it,
                "conversations",
                "Conversations in memory",
                "status",
                STATUSES,
                |(_, name)| name.to_owned(),
            ),
            registry,
        }
    }

    /// What was more than a limit allows.
    #[must_use]
    pub fn limited(&self, what: Limited) -> &Counter {
        &self.limited[what as usize]
    }

    /// Tries to tell the push gateway that came to this.
    #[must_use]
    pub fn pushes(&self, delivery: Delivery) -> &Counter {
        &self.pushes[delivery as usize]
    }

    /// Tries to send a mail that came to this.
    #[must_use]
    pub fn mails(&self, delivery: Delivery) -> &Counter {
        &self.mails[delivery as usize]
    }

    /// Readings of the content files that came to this.
    #[must_use]
    pub fn reloads(&self, reload: Reload) -> &Counter {
        &self.reloads[reload as usize]
    }

    /// Frames refused with this code.
    #[must_use]
    pub fn refusals(&self, code: Code) -> &Counter {
        &self.refusals[code as usize]
    }

    /// Sockets closed by the server for this reason.
    #[must_use]
    pub fn closes(&self, close: Close) -> &Counter {
        &self.closes[close as usize]
    }

    /// Calls to other systems that ended so; none stands for an answer.
    #[must_use]
    pub fn calls(&self, failure: Option<CallFailure>) -> &Counter {
        let at = CALL_RESULTS.iter().position(|(result, _)| *result == failure);
        &self.calls[at.unwrap_or(0)]
    }

    /// Conversations in memory with this status.
    #[must_use]
    pub fn conversations(&self, status: Status) -> &Gauge {
        &self.conversations[status as usize]
    }

    /// All of them as text.
    ///
    /// # Panics
    /// Never: a string takes all that is written.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a string takes all that is written");
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

fn register_build(registry: &mut Registry) {
    #[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
    struct Build {
        version: &'static str,
    }
    let build = Info::new(Build { version: env!("CARGO_PKG_VERSION") });
    registry.register("build", "The version that runs", build);
}

fn plain<M>(registry: &mut Registry, name: &str, help: &str) -> M
where
    M: prometheus_client::registry::Metric + Clone + Default,
{
    let metric = M::default();
    registry.register(name, help, metric.clone());
    metric
}

fn labelled<M, K: Copy, const N: usize>(
    registry: &mut Registry,
    name: &str,
    help: &str,
    label: &'static str,
    keys: [K; N],
    value: impl Fn(K) -> String,
) -> [M; N]
where
    M: prometheus_client::registry::Metric
        + prometheus_client::encoding::EncodeMetric
        + prometheus_client::metrics::TypedMetric
        + Clone
        + Default,
{
    let family = Family::<Label, M>::default();
    registry.register(name, help, family.clone());
    keys.map(|key| family.get_or_create_owned(&[(label, value(key))]))
}

fn deliveries(it: &mut Registry, name: &str, help: &str) -> [Counter; Delivery::ALL.len()] {
    labelled(it, name, help, "result", Delivery::ALL, |delivery| delivery.as_str().to_owned())
}

fn by_side<M>(registry: &mut Registry, name: &str, help: &str) -> BySide<M>
where
    M: prometheus_client::registry::Metric
        + prometheus_client::encoding::EncodeMetric
        + prometheus_client::metrics::TypedMetric
        + Clone
        + Default,
{
    let [visitor, agent] =
        labelled(registry, name, help, "side", ["visitor", "agent"], str::to_owned);
    BySide { visitor, agent }
}

fn turned_away(registry: &mut Registry) -> TurnedAway {
    let reasons = ["origin", "address", "overload", "handshake"];
    let help = "Connections turned away before the upgrade";
    let [origin, address, overload, handshake] =
        labelled(registry, "turned_away", help, "reason", reasons, str::to_owned);
    TurnedAway { origin, address, overload, handshake }
}

/// From 0.1 ms, half of an fsync on a good disk, to 3 s.
fn seconds(registry: &mut Registry, name: &str, help: &str) -> Histogram {
    histogram(registry, name, help, exponential_buckets(0.000_1, 2.0, 16))
}

fn sizes(registry: &mut Registry, name: &str, help: &str) -> Histogram {
    histogram(registry, name, help, exponential_buckets(1.0, 2.0, 10))
}

fn histogram(
    registry: &mut Registry,
    name: &str,
    help: &str,
    buckets: impl Iterator<Item = f64>,
) -> Histogram {
    let histogram = Histogram::new(buckets);
    registry.register(name, help, histogram.clone());
    histogram
}
