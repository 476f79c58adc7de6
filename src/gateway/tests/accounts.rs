//! Signing in and out over HTTP.

use std::sync::Arc;

use axum::body::Body;
use axum::body::to_bytes;
use axum::http::Request;
use axum::http::StatusCode;
use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::config::Settings;
use crate::gateway::app::App;
use crate::gateway::http::router;
use crate::gateway::tests::world::app;
use crate::language::Language;

pub(super) struct Office {
    pub(super) app: Arc<App>,
    pub(super) password: String,
    _folder: TempDir,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) cookie: Option<String>,
    retry_after: Option<String>,
    pub(super) body: Value,
    pub(super) text: String,
}

pub(super) const ADMIN: &str = "admin@skicka.local";

pub(super) async fn office(change: impl FnOnce(&mut Settings)) -> Office {
    let (app, folder) = app(change).await;
    let email = app.settings.server.admin_email.clone();
    let first = app.accounts.first_administrator(&email).await.unwrap().unwrap();
    assert_eq!(first.email, ADMIN);
    Office { app, password: first.password, _folder: folder }
}

impl Office {
    pub(super) async fn call(&self, request: Request<Body>) -> Answer {
        let answer = router(Arc::clone(&self.app)).oneshot(request).await.unwrap();
        let header =
            |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (cookie, retry_after) = (header("set-cookie"), header("retry-after"));
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status, cookie, retry_after, body, text }
    }

    pub(super) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let start = Request::post(path).header("content-type", "application/json");
        let request = headers.iter().fold(start, |request, pair| request.header(pair.0, pair.1));
        self.call(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(super) async fn log_in(&self, password: &str) -> Answer {
        self.post("/v1/agent/login", &[], &json!({ "email": ADMIN, "password": password })).await
    }

    async fn me(&self, header: &str, value: &str) -> Answer {
        let request = Request::get("/v1/console/me").header(header, value);
        self.call(request.body(Body::empty()).unwrap()).await
    }
}

/// What a browser would send back.
pub(super) fn pair(cookie: &str) -> &str {
    cookie.split(';').next().unwrap()
}

#[tokio::test]
async fn the_first_administrator_signs_in_changes_the_password_and_leaves() {
    let office = office(|_| {}).await;
    let answer = office.log_in(&office.password).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.body["agent"]["email"], ADMIN);
    assert_eq!(answer.body["agent"]["role"], "admin");
    assert_eq!(answer.body["agent"]["must_change_password"], true);
    let cookie = answer.cookie.unwrap();
    let token = answer.body["token"].as_str().unwrap();
    let expected =
        format!("skicka_agent={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200");
    assert_eq!(cookie, expected);

    let bearer = format!("Bearer {token}");
    for (header, value) in [("cookie", pair(&cookie)), ("authorization", bearer.as_str())] {
        let me = office.me(header, value).await;
        assert_eq!(me.status, StatusCode::OK, "{header}");
        assert_eq!(me.body["agent"], answer.body["agent"]);
    }

    let change = json!({ "old": office.password, "new": "ett nytt lösenord" });
    let changed = office.post("/v1/agent/password", &[("cookie", pair(&cookie))], &change).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    assert_eq!(changed.body["agent"]["must_change_password"], false);
    assert_eq!(office.log_in(&office.password).await.status, StatusCode::UNAUTHORIZED);

    let left = office.post("/v1/agent/logout", &[("cookie", pair(&cookie))], &json!({})).await;
    assert_eq!(left.status, StatusCode::OK);
    assert!(left.cookie.unwrap().starts_with("skicka_agent=; Path=/; HttpOnly"));
    assert_eq!(office.me("cookie", pair(&cookie)).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn behind_https_the_cookie_is_secure() {
    let office = office(|settings| settings.server.https = true).await;
    let cookie = office.log_in(&office.password).await.cookie.unwrap();
    assert!(cookie.starts_with("__Host-skicka_agent="), "{cookie}");
    assert!(cookie.ends_with("; Secure"), "{cookie}");
    assert_eq!(office.me("cookie", pair(&cookie)).await.status, StatusCode::OK);
    let plain = pair(&cookie).replace("__Host-", "");
    assert_eq!(office.me("cookie", &plain).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn who_is_not_signed_in_is_told_so() {
    let office = office(|_| {}).await;
    let request = || Request::get("/v1/console/me").body(Body::empty()).unwrap();
    assert_eq!(office.call(request()).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(office.me("cookie", "skicka_agent=x").await.status, StatusCode::UNAUTHORIZED);
    let change = json!({ "old": "x", "new": "y" });
    let answer = office.post("/v1/agent/password", &[], &change).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let answer = office.post("/v1/agent/logout", &[], &json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "to leave twice is no mistake");
}

#[tokio::test]
async fn wrong_and_too_many_attempts_are_refused() {
    let office = office(|settings| settings.limits.logins_per_minute = 2).await;
    for _ in 0..2 {
        let wrong = office.log_in("wrong").await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        let words =
            r#"{"code":"unauthorized","message":"the e-mail address or the password is wrong"}"#;
        assert_eq!(wrong.text, words);
        assert_eq!(wrong.cookie, None);
    }
    let refused = office.log_in(&office.password).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.body["code"], "rate_limited");
    let wait = refused.retry_after.unwrap();
    assert_eq!(refused.body["retry_after_s"].to_string(), wait);
    assert_eq!(office.app.metrics.failed_logins.get(), 3);
}

#[tokio::test]
async fn a_foreign_page_may_not_sign_anybody_in_or_out() {
    let office = office(|_| {}).await;
    let foreign = [("origin", "https://evil.example"), ("host", "chat.bank.example")];
    let credentials = json!({ "email": ADMIN, "password": office.password });
    for (path, body) in [
        ("/v1/agent/login", credentials),
        ("/v1/agent/logout", json!({})),
        ("/v1/agent/password", json!({ "old": "x", "new": "y" })),
    ] {
        assert_eq!(
            office.post(path, &foreign, &body).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_not_understood_is_refused_without_repeating_it() {
    let office = office(|_| {}).await;
    let call = async |kind: &str, body: String| {
        let request = Request::post("/v1/agent/login").header("content-type", kind);
        office.call(request.body(Body::from(body)).unwrap()).await
    };
    let json_type = "application/json";
    for (kind, body, status) in [
        (json_type, r#"{"email":"a@x","password":hemligt}"#.to_owned(), 400),
        (json_type, r#"{"email":"a@x","password":["hemligt"]}"#.to_owned(), 422),
        (json_type, r#"{"email":"a@x"}"#.to_owned(), 422),
        ("text/plain", r#"{"email":"a@x","password":"hemligt"}"#.to_owned(), 415),
        (json_type, format!(r#"{{"email":"a@x","password":"{}"}}"#, "x".repeat(20_000)), 413),
    ] {
        let answer = call(kind, body).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(!answer.text.contains("hemligt"), "{}", answer.text);
        assert!(answer.body["code"].as_str().unwrap().starts_with("bad_"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_password_that_is_not_fit_is_refused_in_words() {
    let office = office(|_| {}).await;
    let cookie = office.log_in(&office.password).await.cookie.unwrap();
    let change = json!({ "old": office.password, "new": "kort" });
    let answer = office.post("/v1/agent/password", &[("cookie", pair(&cookie))], &change).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.body["message"], "a password has at least 10 characters");
}

#[tokio::test]
async fn the_titles_of_the_topics_are_for_who_is_signed_in() {
    let office = office(|_| {}).await;
    let ask = async |cookie: &str| {
        let request = Request::get("/v1/console/topics?lang=fi-FI").header("cookie", cookie);
        office.call(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(ask("skicka_agent=x").await.status, StatusCode::UNAUTHORIZED);
    let cookie = office.log_in(&office.password).await.cookie.unwrap();
    let change = json!({ "old": office.password, "new": "ett nytt lösenord" });
    office.post("/v1/agent/password", &[("cookie", pair(&cookie))], &change).await;
    let answer = ask(pair(&cookie)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let content = office.app.engine.content();
    let titles = answer.body.as_object().unwrap();
    assert_eq!(titles.len(), content.intents.len());
    for id in content.intents.keys() {
        assert_eq!(titles[id.as_str()], content.title(id, Language::Fi), "{id}");
    }
}
