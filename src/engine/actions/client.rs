//! One try of a call: a signed POST of JSON, and reading what comes back.
//!
//! **Invariant:** nothing is sent anywhere but to the address that the settings name: redirects
//! are not followed, and no proxy is asked. An answer is never held beyond the size allowed.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::Request;
use axum::http::Response;
use axum::http::StatusCode;
use axum::http::header;
use http_body_util::BodyExt as _;
use http_body_util::Full;
use http_body_util::LengthLimitError;
use http_body_util::Limited;
use hyper::body::Body as _;
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::time::timeout;

use crate::conversation::effect::CallFailure;
use crate::engine::actions::sign::Signer;
use crate::ids::Timestamp;

/// For setting up a connection, the handshake of TLS excepted.
const CONNECT: Duration = Duration::from_secs(5);

/// What is sent.
pub(super) struct Post<'p> {
    /// The whole address.
    pub(super) address: &'p str,
    /// The id of the call, the same in every try.
    pub(super) id: &'p str,
    /// The JSON.
    pub(super) body: &'p Bytes,
    /// When it is sent.
    pub(super) at: Timestamp,
    /// With which secret.
    pub(super) signer: &'p Signer,
    /// How long it may take to the last byte of the answer.
    pub(super) timeout: Duration,
}

/// A try that gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Missed {
    pub(super) failure: CallFailure,
    /// Whether another try may do better: the other side did not answer, or said that it could
    /// not at the moment.
    pub(super) is_passing: bool,
}

fn passing(failure: CallFailure) -> Missed {
    Missed { failure, is_passing: true }
}

fn lasting(failure: CallFailure) -> Missed {
    Missed { failure, is_passing: false }
}

/// Sends.
pub(super) struct Client {
    http: legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    answer_bytes: usize,
}

impl Client {
    /// A client that trusts the certificates of this machine, if any.
    pub(super) fn new(answer_bytes: usize) -> Result<Self, std::io::Error> {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT));
        connector.enforce_http(false);
        let https = HttpsConnectorBuilder::new()
            .with_native_roots()?
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        let http = legacy::Client::builder(TokioExecutor::new()).build(https);
        Ok(Self { http, answer_bytes })
    }

    /// One try.
    pub(super) async fn post(&self, post: &Post<'_>) -> Result<Value, Missed> {
        let trying = self.exchange(post);
        timeout(post.timeout, trying).await.unwrap_or(Err(passing(CallFailure::TimedOut)))
    }

    async fn exchange(&self, post: &Post<'_>) -> Result<Value, Missed> {
        let second = post.at.0.div_euclid(1_000);
        let request = Request::post(post.address)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, concat!("skicka/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", post.id)
            .header("webhook-timestamp", second)
            .header("webhook-signature", post.signer.sign(post.id, second, post.body))
            .body(Full::new(post.body.clone()))
            .map_err(|_| lasting(CallFailure::NotConfigured))?;
        let answer = self.http.request(request).await;
        let answer = answer.map_err(|_| passing(CallFailure::Unreachable))?;
        let status = answer.status();
        if status.is_success() {
            return self.read(answer).await;
        }
        let later =
            [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS];
        Err(match status {
            _ if status.is_redirection() => lasting(CallFailure::Redirected),
            _ if status.is_server_error() || later.contains(&status) => {
                passing(CallFailure::Refused)
            }
            _ => lasting(CallFailure::Refused),
        })
    }

    async fn read(&self, answer: Response<Incoming>) -> Result<Value, Missed> {
        let limit = u64::try_from(self.answer_bytes).unwrap_or(u64::MAX);
        if answer.body().size_hint().lower() > limit {
            return Err(lasting(CallFailure::TooLarge));
        }
        let body = Limited::new(answer.into_body(), self.answer_bytes).collect().await;
        let bytes = body.map_err(|error| {
            if error.is::<LengthLimitError>() {
                lasting(CallFailure::TooLarge)
            } else {
                passing(CallFailure::Unreachable)
            }
        })?;
        let bytes = bytes.to_bytes();
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).map_err(|_| lasting(CallFailure::NotJson))
    }
}
