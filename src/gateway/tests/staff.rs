//! Accounts over HTTP: who keeps them, what is refused, what a change does at once.

use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use serde_json::Value;
use serde_json::json;

use crate::gateway::tests::accounts::Answer;
use crate::gateway::tests::accounts::Office;
use crate::gateway::tests::accounts::office;
use crate::gateway::tests::accounts::pair;
use crate::gateway::tests::factors::PASSWORD;
use crate::ids::AgentId;
use crate::ids::IntentId;
use crate::store::AgentRow;
use crate::store::Role;

const AGENTS: &str = "/v1/console/agents";

async fn call(office: &Office, method: &str, path: &str, cookie: &str, body: &Value) -> Answer {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("content-type", "application/json").header("cookie", cookie);
    office.call(request.body(Body::from(body.to_string())).unwrap()).await
}

async fn enter(office: &Office, agent: &AgentRow) -> String {
    let entered = office.enter(agent, PASSWORD, None).await;
    assert_eq!(entered.status, StatusCode::OK, "{}", entered.text);
    pair(&entered.cookie.unwrap()).to_owned()
}

fn form(name: &str, more: &Value) -> Value {
    let email = format!("{name}@bank.example");
    let mut form = json!({ "name": name, "email": email, "role": "agent" });
    for (field, value) in more.as_object().unwrap() {
        form[field] = value.clone();
    }
    form
}

fn told(answer: &Answer) -> Vec<(&str, &str)> {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
    let faults = answer.body["faults"].as_array().unwrap().iter();
    faults
        .map(|fault| (fault["field"].as_str().unwrap(), fault["code"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn an_account_is_made_changed_disabled_and_let_in_again() {
    let office = office(|_| {}).await;
    let admin = enter(&office, &office.hire("admin", Role::Admin).await).await;
    let anna = form(
        "anna",
        &json!({ "teams": ["cards"], "languages": ["fi"], "skills": ["lamp"], "capacity": 3 }),
    );
    let made = call(&office, "POST", AGENTS, &admin, &anna).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    let given = made.body["password"].as_str().unwrap().to_owned();
    let id = made.body["agent"]["id"].as_str().unwrap().to_owned();
    let row = office.app.directory.agent(&AgentId::new(&id)).await.unwrap().unwrap();
    assert_eq!((row.capacity, row.must_change_password), (Some(3), true));
    assert_eq!(row.skills, [IntentId::new("lamp")]);
    assert_eq!(made.body["agent"]["skills"], json!(["lamp"]));
    let entered = office.enter(&row, &given, None).await;
    assert_eq!(entered.status, StatusCode::OK);
    let cookie = pair(&entered.cookie.unwrap()).to_owned();

    let path = format!("{AGENTS}/{id}");
    let gone = form("anna", &json!({ "role": "supervisor", "disabled": true }));
    let gone = call(&office, "PUT", &path, &admin, &gone).await;
    assert_eq!(gone.body["agent"]["role"], "supervisor", "{}", gone.text);
    let me = call(&office, "GET", "/v1/console/me", &cookie, &Value::Null).await;
    assert_eq!(me.status, StatusCode::UNAUTHORIZED, "the session ended with the account");
    assert_eq!(office.enter(&row, &given, None).await.status, StatusCode::UNAUTHORIZED);

    let back = call(&office, "PUT", &path, &admin, &form("anna", &json!({}))).await;
    assert_eq!(back.body["agent"]["disabled"], false, "{}", back.text);
    let again = call(&office, "POST", &format!("{path}/password"), &admin, &json!({})).await;
    let newer = again.body["password"].as_str().unwrap();
    assert_ne!(newer, given);
    assert_eq!(office.enter(&row, &given, None).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(office.enter(&row, newer, None).await.status, StatusCode::OK);
    let reset = format!("{path}/second-factor/remove");
    assert_eq!(call(&office, "POST", &reset, &admin, &json!({})).await.status, StatusCode::OK);

    let audit = office.app.directory.audit(0, 100).await.unwrap();
    for action in [
        "account_added",
        "account_disabled",
        "account_enabled",
        "password_given",
        "second_factor_removed",
    ] {
        assert!(audit.iter().any(|row| row.body.contains(action)), "{action}");
    }
    assert!(!audit.iter().any(|row| row.body.contains(newer)), "no password is in the audit log");
    let list = call(&office, "GET", AGENTS, &admin, &Value::Null).await;
    let names = list.body["agents"].as_array().unwrap().iter().map(|agent| &agent["name"]);
    assert!(names.into_iter().any(|name| name == "anna"), "{}", list.text);
    assert!(!list.text.contains("argon2"), "no hash leaves the server");
}

#[tokio::test]
async fn what_is_wrong_about_an_account_is_told_field_by_field() {
    let office = office(|_| {}).await;
    let boss = office.hire("boss", Role::Admin).await;
    let admin = enter(&office, &boss).await;
    let broken = json!({ "name": " ", "email": "anna", "role": "agent", "teams": ["a b"], "skills": ["ä"], "capacity": 0 });
    let broken = call(&office, "POST", AGENTS, &admin, &broken).await;
    let expected = ["email", "name", "teams", "skills", "capacity"].map(|field| (field, field));
    assert_eq!(told(&broken), expected);
    let taken = form("x", &json!({ "email": boss.email.to_uppercase() }));
    let taken = call(&office, "POST", AGENTS, &admin, &taken).await;
    assert_eq!(told(&taken), [("email", "email_taken")]);
    let odd = call(&office, "POST", AGENTS, &admin, &form("x", &json!({ "role": "king" }))).await;
    assert_eq!(told(&odd), [("", "form")]);

    let own = format!("{AGENTS}/{}", boss.id);
    for change in [json!({ "role": "agent" }), json!({ "role": "admin", "disabled": true })] {
        let mine = call(&office, "PUT", &own, &admin, &form("boss", &change)).await;
        assert_eq!(told(&mine), [("role", "own_account")]);
    }
    let nobody =
        call(&office, "PUT", "/v1/console/agents/none", &admin, &form("x", &json!({}))).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn only_administrators_keep_accounts_and_no_foreign_page_does() {
    let office = office(|_| {}).await;
    let admin = enter(&office, &office.hire("admin", Role::Admin).await).await;
    let mut calls = vec![("POST", AGENTS.to_owned()), ("PUT", format!("{AGENTS}/a"))];
    calls.extend(
        ["password", "second-factor/remove"].map(|it| ("POST", format!("{AGENTS}/a/{it}"))),
    );
    for role in [Role::Agent, Role::Supervisor] {
        let agent = office.hire(&format!("{role:?}"), role).await;
        let agent = enter(&office, &agent).await;
        for (method, path) in calls.iter().chain([&("GET", AGENTS.to_owned())]) {
            let answer = call(&office, method, path, &agent, &form("x", &json!({}))).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {method} {path}");
        }
    }
    for (method, path) in calls {
        let request = Request::builder().method(method).uri(&path).header("cookie", &admin);
        let request = request.header("content-type", "application/json");
        let request =
            request.header("origin", "https://evil.example").header("host", "chat.bank.example");
        let answer = office.call(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
    }
}
