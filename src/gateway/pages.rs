//! The pages and scripts, which are part of the binary.
//!
//! `ASSETS` is the whole list: what does not stand in it is not served. Each is sent with an
//! `ETag` and `no-cache`, so that a browser asks every time and downloads only what has changed.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::Digest as _;
use sha2::Sha256;

use crate::config::origin::Origin;

/// Scripts, styles and connections of the server's own, and nothing made from text. (`'self'` in
/// `connect-src` covers the WebSocket of the same host.)
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// Whose pages may load a script of ours: the bank's own carry the chat window.
pub(super) const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A page that was opened by another, or opens one, shares nothing with it.
const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// One file under one address.
struct Asset {
    path: &'static str,
    mime: &'static str,
    body: &'static [u8],
}

macro_rules! asset {
    ($path:literal, $mime:ident, $file:literal) => {
        Asset {
            path: $path,
            mime: $mime,
            body: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/web/", $file)),
        }
    };
}

const ASSETS: &[Asset] = &[
    asset!("/", HTML, "index.html"),
    asset!("/page.css", CSS, "page.css"),
    asset!("/window", HTML, "window.html"),
    asset!("/chat.js", JAVASCRIPT, "chat.js"),
    asset!("/console", HTML, "console/index.html"),
    asset!("/console/", HTML, "console/index.html"),
    asset!("/console/console.css", CSS, "console/console.css"),
    asset!("/console/alerts.js", JAVASCRIPT, "console/alerts.js"),
    asset!("/console/api.js", JAVASCRIPT, "console/api.js"),
    asset!("/console/canned.js", JAVASCRIPT, "console/canned.js"),
    asset!("/console/charts.js", JAVASCRIPT, "console/charts.js"),
    asset!("/console/composer.js", JAVASCRIPT, "console/composer.js"),
    asset!("/console/content.js", JAVASCRIPT, "console/content.js"),
    asset!("/console/conversation.js", JAVASCRIPT, "console/conversation.js"),
    asset!("/console/desk.js", JAVASCRIPT, "console/desk.js"),
    asset!("/console/dialogs.js", JAVASCRIPT, "console/dialogs.js"),
    asset!("/console/dom.js", JAVASCRIPT, "console/dom.js"),
    asset!("/console/earlier.js", JAVASCRIPT, "console/earlier.js"),
    asset!("/console/find.js", JAVASCRIPT, "console/find.js"),
    asset!("/console/floor.js", JAVASCRIPT, "console/floor.js"),
    asset!("/console/form.js", JAVASCRIPT, "console/form.js"),
    asset!("/console/inbox.js", JAVASCRIPT, "console/inbox.js"),
    asset!("/console/insights.js", JAVASCRIPT, "console/insights.js"),
    asset!("/console/keys.js", JAVASCRIPT, "console/keys.js"),
    asset!("/console/link.js", JAVASCRIPT, "console/link.js"),
    asset!("/console/main.js", JAVASCRIPT, "console/main.js"),
    asset!("/console/missed.js", JAVASCRIPT, "console/missed.js"),
    asset!("/console/offers.js", JAVASCRIPT, "console/offers.js"),
    asset!("/console/outbox.js", JAVASCRIPT, "console/outbox.js"),
    asset!("/console/packet.js", JAVASCRIPT, "console/packet.js"),
    asset!("/console/rows.js", JAVASCRIPT, "console/rows.js"),
    asset!("/console/settings.js", JAVASCRIPT, "console/settings.js"),
    asset!("/console/shell.js", JAVASCRIPT, "console/shell.js"),
    asset!("/console/signin.js", JAVASCRIPT, "console/signin.js"),
    asset!("/console/staff.js", JAVASCRIPT, "console/staff.js"),
    asset!("/console/tags.js", JAVASCRIPT, "console/tags.js"),
    asset!("/console/talk.js", JAVASCRIPT, "console/talk.js"),
    asset!("/console/team.js", JAVASCRIPT, "console/team.js"),
    asset!("/console/time.js", JAVASCRIPT, "console/time.js"),
    asset!("/console/toast.js", JAVASCRIPT, "console/toast.js"),
    asset!("/console/transcript.js", JAVASCRIPT, "console/transcript.js"),
    asset!("/console/words-en.js", JAVASCRIPT, "console/words-en.js"),
    asset!("/console/words-fi.js", JAVASCRIPT, "console/words-fi.js"),
    asset!("/console/words-sv.js", JAVASCRIPT, "console/words-sv.js"),
    asset!("/console/words.js", JAVASCRIPT, "console/words.js"),
];

/// A file as it is sent, and what it is known by to a browser's cache.
struct Sent {
    body: Bytes,
    tag: HeaderValue,
}

static SENT: LazyLock<HashMap<&'static str, Sent>> = LazyLock::new(|| {
    let sent = |asset: &Asset| {
        let body = match std::str::from_utf8(asset.body) {
            // It travels to every customer's phone.
            Ok(script) if asset.path == "/chat.js" => Bytes::from(lean(script)),
            _ => Bytes::from_static(asset.body),
        };
        let digest = URL_SAFE_NO_PAD.encode(&Sha256::digest(&body)[..12]);
        let tag = HeaderValue::from_str(&format!("\"{digest}\"")).expect("base64 is plain ASCII");
        Sent { body, tag }
    };
    ASSETS.iter().map(|asset| (asset.path, sent(asset))).collect()
});

/// A script without what is there for its readers: comments that have lines of their own,
/// indentation, empty lines.
fn lean(script: &str) -> String {
    let mut lean = String::with_capacity(script.len());
    let mut is_comment = false;
    for line in script.lines().map(str::trim_start) {
        is_comment |= line.starts_with("/*");
        if !(is_comment || line.is_empty() || line.starts_with("//")) {
            lean.push_str(line);
            lean.push('\n');
        }
        is_comment &= !line.ends_with("*/");
    }
    lean
}

/// The routes of what customers load; the pages on the list may show it in a frame.
pub fn for_visitors<S: Clone + Send + Sync + 'static>(framed_by: &[Origin]) -> Router<S> {
    routes(|asset| !is_console(asset), &policy(framed_by))
}

/// The routes of the console.
pub fn for_agents<S: Clone + Send + Sync + 'static>() -> Router<S> {
    routes(is_console, &policy(&[]))
}

fn is_console(asset: &Asset) -> bool {
    asset.path.starts_with("/console")
}

fn routes<S: Clone + Send + Sync + 'static>(
    which: fn(&Asset) -> bool,
    policy: &HeaderValue,
) -> Router<S> {
    ASSETS.iter().filter(|asset| which(asset)).fold(Router::new(), |router, asset| {
        let policy = policy.clone();
        let respond = async move |headers: HeaderMap| answer(asset, policy, &headers);
        router.route(asset.path, get(respond))
    })
}

/// The policy of pages that these others may show in a frame.
fn policy(framed_by: &[Origin]) -> HeaderValue {
    let framed_by: Vec<String> = framed_by.iter().map(Origin::to_string).collect();
    let ancestors = if framed_by.is_empty() { "'none'".to_owned() } else { framed_by.join(" ") };
    let policy = format!("{POLICY}; frame-ancestors {ancestors}");
    HeaderValue::from_str(&policy).expect("origins are plain ASCII")
}

fn answer(asset: &Asset, policy: HeaderValue, request: &HeaderMap) -> Response {
    let Sent { body, tag } = &SENT[asset.path];
    let held = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_fresh = held.is_some_and(|held| {
        held.split(',').any(|one| one.trim().trim_start_matches("W/").as_bytes() == tag.as_bytes())
    });
    let body = if is_fresh { Body::empty() } else { Body::from(body.clone()) };
    let mut response = Response::new(body);
    if is_fresh {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    put(header::CONTENT_TYPE, asset.mime);
    put(header::CACHE_CONTROL, "no-cache");
    put(COOP, "same-origin");
    if asset.path == "/chat.js" {
        put(CORP, "cross-origin");
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::ETAG, tag.clone());
    response
}

#[cfg(test)]
mod tests;
