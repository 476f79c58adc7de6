//! The calls that need no account.

use std::sync::Arc;

use axum::body::Body;
use axum::body::to_bytes;
use axum::http::Request;
use axum::http::Response;
use axum::http::StatusCode;
use serde_json::Value;
use serde_json::json;
use tower::ServiceExt as _;

use crate::config::Settings;
use crate::gateway::http::router;
use crate::gateway::tests::world::app;
use crate::ids::AgentId;
use crate::protocol::agent::Presence;
use crate::store::AgentRow;
use crate::store::Role;

async fn get(change: impl FnOnce(&mut Settings), request: Request<Body>) -> Response<Body> {
    let (app, _folder) = app(change).await;
    router(app).oneshot(request).await.unwrap()
}

fn request(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let start = Request::get(path).header("host", "chat.bank.example");
    headers
        .iter()
        .fold(start, |request, pair| request.header(pair.0, pair.1))
        .body(Body::empty())
        .unwrap()
}

async fn text(response: Response<Body>) -> String {
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn the_pages_come_with_a_policy_that_allows_no_script_from_text() {
    for path in ["/", "/page.css", "/chat.js", "/console", "/console/main.js"] {
        let answer = get(|_| {}, request(path, &[])).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let headers = answer.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ] {
            assert!(policy.split("; ").any(|found| found == part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["cache-control"], "no-cache");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
        // The bank's page, which is another origin, loads the one script.
        let shared = if path == "/chat.js" { "cross-origin" } else { "same-origin" };
        assert_eq!(headers["cross-origin-resource-policy"], shared, "{path}");
        assert!(!headers.contains_key("strict-transport-security"), "{path}");
    }
}

#[tokio::test]
async fn what_is_no_page_shows_and_runs_nothing() {
    let answer = get(|settings| settings.server.https = true, request("/livez", &[])).await;
    let headers = answer.headers();
    assert_eq!(headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
    assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
    assert_eq!(headers["strict-transport-security"], "max-age=31536000");
}

#[tokio::test]
async fn the_pages_on_the_list_may_frame_the_chat_and_nobody_the_console() {
    let listed = |settings: &mut Settings| {
        settings.server.frame_ancestors = ["https://www.bank.example", "https://m.bank.example"]
            .map(|it| it.parse().unwrap())
            .into();
    };
    for (path, ancestors) in [
        ("/window", "frame-ancestors https://www.bank.example https://m.bank.example"),
        ("/console", "frame-ancestors 'none'"),
    ] {
        let answer = get(listed, request(path, &[])).await;
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.split("; ").any(|found| found == ancestors), "{path}: {policy}");
    }
}

#[tokio::test]
async fn an_address_that_is_not_there_says_so() {
    let answer = get(|_| {}, request("/../etc/passwd", &[])).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    let body = text(answer).await;
    assert_eq!(body, r#"{"code":"not_found","message":"no such address"}"#);
    let post = Request::post("/livez").body(Body::empty()).unwrap();
    assert_eq!(get(|_| {}, post).await.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn the_window_learns_what_it_needs_before_it_connects() {
    let answer = get(|_| {}, request("/v1/chat/config", &[])).await;
    let config: Value = serde_json::from_str(&text(answer).await).unwrap();
    let expected = json!({
        "languages": ["sv", "fi", "en"], "language": "sv", "consent": null,
        "privacy_notice": null, "open": false, "theme": "auto", "attachments": null,
        "limits": { "text_chars": 4000, "frame_bytes": 65536, "messages_per_minute": 40 }
    });
    assert_eq!(config, expected);
}

#[tokio::test]
async fn the_window_is_told_of_consent_and_of_people_on_duty() {
    let (app, _folder) = app(|settings| settings.chat.consent.sv = "Okej?".into()).await;
    let (email, name) = ("aino@bank.example".to_owned(), "Aino".to_owned());
    let agent = AgentRow::new(AgentId::new("aino"), email, name, Role::Agent, String::new());
    app.engine.agent_came(&agent, &Arc::default());
    app.engine.set_presence(&agent.id, Presence::Online, None).await;
    let answer = router(app).oneshot(request("/v1/chat/config", &[])).await.unwrap();
    let config: Value = serde_json::from_str(&text(answer).await).unwrap();
    assert_eq!(config["consent"], json!({ "sv": "Okej?", "fi": "", "en": "" }));
    assert_eq!(config["open"], true);
}

#[tokio::test]
async fn only_a_page_on_the_list_may_read_the_windows_settings() {
    let allow = |settings: &mut Settings| {
        settings.server.allowed_origins = vec!["https://www.bank.example".parse().unwrap()];
    };
    for (origin, allowed) in [("https://www.bank.example", true), ("https://evil.example", false)] {
        let answer = get(allow, request("/v1/chat/config", &[("origin", origin)])).await;
        let header = answer.headers().get("access-control-allow-origin");
        assert_eq!(header.is_some_and(|value| value == origin), allowed, "{origin}");
        assert_eq!(answer.headers()["vary"], "Origin");
    }
}

#[tokio::test]
async fn a_server_is_ready_until_it_stops_or_its_store_is_gone() {
    let (app, _folder) = app(|_| {}).await;
    let ready = async || {
        let answer = router(app.clone()).oneshot(request("/readyz", &[])).await.unwrap();
        answer.status()
    };
    assert_eq!(ready().await, StatusCode::OK);
    app.store.close().await;
    assert_eq!(ready().await, StatusCode::SERVICE_UNAVAILABLE);
    let live = router(app.clone()).oneshot(request("/livez", &[])).await.unwrap();
    assert_eq!(live.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_stopping_server_is_not_ready_and_takes_no_sockets() {
    let (app, _folder) = app(|_| {}).await;
    app.drain.cancel();
    let answer = router(app.clone()).oneshot(request("/readyz", &[])).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let upgrade = request(
        "/v1/chat",
        &[
            ("connection", "upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ],
    );
    let answer = router(app).oneshot(upgrade).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["retry-after"], "5");
}

#[tokio::test]
async fn the_metrics_are_text() {
    let answer = get(|_| {}, request("/metrics", &[])).await;
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    assert!(text(answer).await.ends_with("# EOF\n"));
}
