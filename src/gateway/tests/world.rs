//! A server for one test, and what clients say to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::routing::get;
use futures_util::StreamExt as _;
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Error as WireError;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Settings;
use crate::conversation::policy::Policy;
use crate::engine::Engine;
use crate::engine::Parts;
use crate::gateway::accept;
use crate::gateway::app::App;
use crate::gateway::http;
use crate::gateway::peer::Peer;
use crate::gateway::socket::Received;
use crate::gateway::socket::Socket;
use crate::gateway::upgrade::upgrade;
use crate::ids::Timestamp;
use crate::protocol::Side;
use crate::protocol::code::Close;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;
use crate::telemetry::metrics::Metrics;

/// Longer than any limit that a test waits for; reached only by a test that fails.
const AT_MOST: Duration = Duration::from_secs(20);

pub(crate) type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) struct World {
    pub(crate) app: Arc<App>,
    pub(crate) at: SocketAddr,
    pub(crate) stop: CancellationToken,
    pub(crate) serving: JoinHandle<()>,
    _folder: TempDir,
}

/// An app on a fresh database, with limits that tests can wait for.
pub(crate) async fn app(change: impl FnOnce(&mut Settings)) -> (Arc<App>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    let store = Arc::new(Sqlite::open(&path, Durability::Normal).await.unwrap());
    let mut settings = Settings::default();
    settings.limits.header_s = 1;
    change(&mut settings);
    let clock = Clock::by_hand(Timestamp(1_795_383_296_789));
    let metrics = Arc::new(Metrics::new());
    let directory = Arc::clone(&store) as _;
    let parts = Parts {
        store,
        content: crate::content::tests::trained(),
        policy: Policy::default(),
        clock: clock.clone(),
        metrics: Arc::clone(&metrics),
    };
    let engine = Engine::start(parts).await.unwrap();
    (App::new(settings, metrics, engine, directory, clock).await.unwrap(), folder)
}

impl World {
    /// The product's own addresses.
    pub(crate) async fn start(change: impl FnOnce(&mut Settings)) -> Self {
        let (app, folder) = app(change).await;
        let router = http::router(Arc::clone(&app));
        Self::serve(app, router, folder)
    }

    /// One address, `/socket`, whose sockets are served in the test's own way.
    pub(crate) async fn with_socket<Serving>(
        change: impl FnOnce(&mut Settings),
        serve: fn(Socket) -> Serving,
    ) -> Self
    where
        Serving: Future<Output = ()> + Send + 'static,
    {
        let (app, folder) = app(change).await;
        let for_sockets = Arc::clone(&app);
        let handle = async move |peer: Peer, request: Request| {
            upgrade(&for_sockets, Side::Visitor, &peer, request, serve)
        };
        let router = Router::new().route("/socket", get(handle)).with_state(Arc::clone(&app));
        Self::serve(app, router, folder)
    }

    fn serve(app: Arc<App>, router: Router, folder: TempDir) -> Self {
        let listener = accept::listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let at = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let serving = accept::serve_router(listener, Arc::clone(&app), router, stop.clone());
        Self { app, at, stop, serving: tokio::spawn(serving), _folder: folder }
    }

    pub(crate) async fn tcp(&self) -> TcpStream {
        TcpStream::connect(self.at).await.unwrap()
    }

    /// A WebSocket with these headers, or the status with which it was refused.
    pub(crate) async fn socket(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Client, (u16, Option<String>)> {
        let mut request = format!("ws://{}{path}", self.at).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((client, _)) => Ok(client),
            Err(WireError::Http(answer)) => {
                let wait = answer.headers().get("retry-after");
                let wait = wait.map(|value| value.to_str().unwrap().to_owned());
                Err((answer.status().as_u16(), wait))
            }
            Err(other) => panic!("{other}"),
        }
    }

    /// Returns once as many sockets are open as the test expects.
    pub(crate) async fn until_open(&self, sockets: usize) {
        within(async {
            while self.app.sockets.taken() != sockets {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    timeout(AT_MOST, work).await.expect("it should have happened by now")
}

/// Sends a request as it is written here and reads until the server closes.
pub(crate) async fn exchange(mut tcp: TcpStream, request: &str) -> String {
    tcp.write_all(request.as_bytes()).await.unwrap();
    rest(&mut tcp).await
}

/// What still comes until the server closes.
pub(crate) async fn rest(tcp: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset is an end as well.
    let _ = within(tcp.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// The close frame's code, once the server has ended the connection.
pub(crate) async fn close_code(client: &mut Client) -> Option<u16> {
    let mut code = None;
    within(async {
        while let Some(Ok(message)) = client.next().await {
            if let Message::Close(Some(frame)) = message {
                code = Some(frame.code.into());
            }
        }
    })
    .await;
    code
}

/// Sends back what it gets, as Autobahn's cases want it.
pub(crate) async fn echo(mut socket: Socket) {
    loop {
        let why = match socket.recv().await {
            Received::Text(text) => match socket.send(text).await {
                Ok(()) => continue,
                Err(_) => return,
            },
            Received::Binary(_) => Close::BadHello,
            Received::TooBig => Close::TooBig,
            Received::TimedOut => Close::TimedOut,
            Received::Draining => Close::GoingAway,
            Received::Gone => return,
        };
        return socket.close(why).await;
    }
}
