//! Asking another server for a text, once.
//!
//! **Invariant:** nothing is asked anywhere but at the address that is given: redirections are
//! not followed. An answer is never held beyond [`LARGEST`].

use anyhow::Context as _;
use axum::body::Bytes;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::Uri;
use http_body_util::BodyExt as _;
use http_body_util::Full;
use http_body_util::Limited;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// A set of keys is a few kilobytes, and so is all else that is asked for.
pub const LARGEST: usize = 256 * 1_024;

/// The status and the text of an answer. How long it may take is for the caller to say.
pub async fn ask(request: Request<Full<Bytes>>) -> anyhow::Result<(StatusCode, String)> {
    let connector = HttpsConnectorBuilder::new()
        .with_native_roots()
        .context("this machine has no list of certificate authorities")?
        .https_or_http()
        .enable_http1()
        .build();
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    let answer = client.request(request).await.context("the address does not answer")?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), LARGEST).collect().await;
    let body = body.map_err(|error| anyhow::anyhow!("the answer is cut short: {error}"))?;
    let text = String::from_utf8(body.to_bytes().to_vec()).ok();
    Ok((status, text.context("the answer is not text")?))
}

/// What stands at an address.
pub async fn read(url: &Uri) -> anyhow::Result<String> {
    let request = Request::get(url).body(Full::default()).context("the address is wrong")?;
    let (status, text) = ask(request).await?;
    anyhow::ensure!(status.is_success(), "the address answers {status}");
    Ok(text)
}
