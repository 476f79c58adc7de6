//! The accept loop: from the port to requests, and to the end of the server.
//!
//! hyper is driven here rather than by `axum::serve`, which never cuts off a client that says
//! nothing. Every connection that is not a socket yet is bounded in time and in number.
//!
//! **Invariant:** nothing that a connection does ends the loop; only [`serve`]'s `stop` does.

use std::io;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use futures_util::future::join_all;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use prometheus_client::metrics::gauge::Gauge;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::net::TcpListener;
use tokio::net::TcpSocket;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio::time::sleep;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::config::seconds;
use crate::gateway::app::App;
use crate::gateway::lasting::Lasting;
use crate::gateway::peer::Remote;
use crate::gateway::peer::is_proxy;
use crate::gateway::places::Place;
use crate::gateway::places::Places;
use crate::gateway::tls::Certificates;

/// Clients that come back all at once after a restart wait here rather than fail.
const BACKLOG: u32 = 4_096;

/// A browser opens half a dozen connections for one page, whatever the limit for sockets is.
const LEAST_FROM_ONE_ADDRESS: u32 = 64;

/// A connection that has not become a socket by then is asked to end, and then ended: a reader
/// that takes a page byte by byte would hold it for ever.
const CONNECTION_WITHIN: Duration = Duration::from_mins(1);
const LAST_ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// When no file descriptor is left: others end, and a moment later there are some.
const PAUSE: Duration = Duration::from_millis(50);

/// What lasts is not worth a line of the log for every attempt.
const COMPLAIN_EVERY: Duration = Duration::from_secs(10);

/// A request's head has at most so many bytes.
const HEAD_BYTES: usize = 16 * 1_024;

/// Why the server cannot listen, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another program listens there.
    #[error("{0} is taken by another program; choose another address with --listen")]
    Taken(SocketAddr),
    /// Anything else.
    #[error("cannot listen on {0}: {1}")]
    Other(SocketAddr, io::Error),
}

/// Opens the port. The listener's own address tells the port when `at` has 0.
pub fn listen(at: SocketAddr) -> Result<TcpListener, ListenError> {
    let open = || {
        let socket = if at.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // A server that is started again need not wait for the last one's connections to fade.
        socket.set_reuseaddr(true)?;
        socket.bind(at)?;
        socket.listen(BACKLOG)
    };
    open().map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => ListenError::Taken(at),
        _ => ListenError::Other(at, error),
    })
}

/// One port, and what is behind it.
pub struct Entrance {
    /// Where connections come in.
    pub listener: TcpListener,
    /// What they may ask for.
    pub router: Router,
    /// With what the server proves who it is; `None` where plain HTTP is spoken.
    pub certificates: Option<Arc<Certificates>>,
}

/// Serves at every entrance until `stop`, then drains: nobody new is let in, every socket is told
/// to leave, and what is still there after the setting's time is left to itself.
pub async fn serve(entrances: Vec<Entrance>, app: Arc<App>, stop: CancellationToken) {
    join_all(entrances.iter().map(|entrance| accept_until(entrance, &app, &stop))).await;
    drop(entrances);
    tracing::info!(sockets = app.sockets.taken(), "stopping");
    app.drain.cancel();
    app.tasks.close();
    if timeout(seconds(app.settings.limits.drain_s), app.tasks.wait()).await.is_err() {
        tracing::warn!(connections = app.tasks.len(), "stopped before all had left");
    }
}

async fn accept_until(entrance: &Entrance, app: &Arc<App>, stop: &CancellationToken) {
    let Entrance { listener, router, certificates } = entrance;
    let limits = app.settings.limits;
    let from_one = match limits.connections_per_address {
        0 => 0,
        limit => limit.max(LEAST_FROM_ONE_ADDRESS),
    };
    let pending = Places::new(limits.connections, from_one);
    let mut complained = None;
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let (stream, remote) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                survive(&error, &mut complained).await;
                continue;
            }
        };
        // Whoever holds too many half-open connections is not even answered.
        match pending.take(client(app, remote.ip())) {
            Ok(place) => {
                let visit = Visit {
                    app: Arc::clone(app),
                    router: router.clone(),
                    remote,
                    _counted: Counted::new(&app.metrics.connections),
                    _place: place,
                };
                // Frames are small and answers wait for them: nothing is gained by waiting for
                // more bytes.
                let _ = stream.set_nodelay(true);
                match certificates {
                    None => app.tasks.spawn(visit.serve(stream)),
                    Some(certificates) => {
                        app.tasks.spawn(visit.serve_securely(certificates.acceptor(), stream))
                    }
                };
            }
            Err(_) => {
                app.metrics.turned_away.address.inc();
            }
        }
    }
}

/// Whose share a connection counts in: a proxy's connections are many clients'.
fn client(app: &App, remote: IpAddr) -> Option<IpAddr> {
    let proxies = &app.settings.server.trusted_proxies;
    (!is_proxy(remote, proxies)).then_some(remote)
}

/// An error of `accept` is either one client's, which is gone, or the machine's, which passes.
async fn survive(error: &io::Error, complained: &mut Option<Instant>) {
    let of_one_client = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    );
    if of_one_client {
        return;
    }
    if complained.is_none_or(|at| at.elapsed() >= COMPLAIN_EVERY) {
        tracing::error!(%error, "cannot accept connections");
        *complained = Some(Instant::now());
    }
    sleep(PAUSE).await;
}

/// One connection until it ends or becomes a socket.
struct Visit {
    app: Arc<App>,
    router: Router,
    remote: SocketAddr,
    _counted: Counted,
    _place: Place,
}

impl Visit {
    /// Begins with the handshake, which has as long as the head of a request.
    async fn serve_securely(self, acceptor: TlsAcceptor, stream: TcpStream) {
        let within = seconds(self.app.settings.limits.header_s);
        let handshake = Box::pin(timeout(within, acceptor.accept(stream)));
        match handshake.await {
            Ok(Ok(stream)) => Box::pin(self.serve(stream)).await,
            // Whoever does not speak TLS is told nothing that it could read.
            Ok(Err(_)) | Err(_) => {
                self.app.metrics.turned_away.handshake.inc();
            }
        }
    }

    async fn serve<Stream>(self, stream: Stream)
    where
        Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { app, router, remote, .. } = &self;
        let (router, remote) = (router.clone(), *remote);
        let lasting = Lasting::default();
        let answers = lasting.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Remote(remote));
            request.extensions_mut().insert(answers.clone());
            router.clone().oneshot(request.map(Body::new))
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(seconds(app.settings.limits.header_s))
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        tokio::select! {
            // A client that breaks off or talks nonsense is no event of the server's.
            _ = connection.as_mut() => return,
            // Whoever does not read is not waited for.
            () = lasting.cut() => return,
            () = app.drain.cancelled() => {}
            () = overdue(&lasting) => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = timeout(LAST_ANSWER_WITHIN, connection).await;
    }
}

/// Returns once a connection has had its time, unless an answer is meant to last.
async fn overdue(lasting: &Lasting) {
    loop {
        sleep(CONNECTION_WITHIN).await;
        if !lasting.is_under_way() {
            return;
        }
    }
}

/// Counts a connection for as long as it is there.
struct Counted(Gauge);

impl Counted {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}
