//! Canned replies over HTTP: who reads them, who keeps them, what is refused.

use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use serde_json::Value;
use serde_json::json;

use crate::gateway::password;
use crate::gateway::tests::accounts::Answer;
use crate::gateway::tests::accounts::Office;
use crate::gateway::tests::accounts::office;
use crate::gateway::tests::accounts::pair;
use crate::gateway::tests::factors::PASSWORD;
use crate::ids::TeamId;
use crate::store::AgentRow;
use crate::store::Role;
use crate::store::contract::account;

/// Signs somebody in; answers the cookie.
async fn cookie(office: &Office, agent: &AgentRow) -> String {
    let entered = office.enter(agent, PASSWORD, None).await;
    assert_eq!(entered.status, StatusCode::OK, "{}", entered.text);
    pair(&entered.cookie.unwrap()).to_owned()
}

async fn call(
    office: &Office,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Answer {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("content-type", "application/json");
    let request = headers.iter().fold(request, |request, pair| request.header(pair.0, pair.1));
    office.call(request.body(Body::from(body.to_string())).unwrap()).await
}

async fn names(office: &Office, cookie: &str) -> Vec<String> {
    let headers = [("cookie", cookie)];
    let answer = call(office, "GET", "/v1/console/canned", &headers, &Value::Null).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let replies = answer.body["canned"].as_array().unwrap();
    replies.iter().map(|reply| reply["name"].as_str().unwrap().to_owned()).collect()
}

fn reply(name: &str, text: &str, team: Option<&str>) -> Value {
    json!({ "name": name, "texts": { "sv": text }, "team": team })
}

#[tokio::test]
async fn each_agent_reads_what_is_for_everybody_and_for_their_teams() {
    let office = office(|_| {}).await;
    let admin = cookie(&office, &office.hire("admin", Role::Admin).await).await;
    let cards = AgentRow {
        password: password::hash(PASSWORD),
        must_change_password: false,
        teams: vec![TeamId::new("cards")],
        ..account("cards")
    };
    assert!(office.app.directory.add_agent(cards.clone()).await.unwrap());
    let cards = cookie(&office, &cards).await;

    for (id, name, team) in
        [("1", "zon", Some("cards")), ("2", "Lån", Some("loans")), ("3", "hej", None)]
    {
        let path = format!("/v1/console/canned/{id}");
        let body = reply(name, "Hej {{visitor}}", team);
        let saved = call(&office, "PUT", &path, &[("cookie", &admin)], &body).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
        assert_eq!(saved.body["canned"]["id"], id);
    }
    assert_eq!(names(&office, &admin).await, ["hej", "Lån", "zon"]);
    assert_eq!(names(&office, &cards).await, ["hej", "zon"]);

    let remove = async || {
        let headers = [("cookie", admin.as_str())];
        call(&office, "DELETE", "/v1/console/canned/1", &headers, &Value::Null).await.status
    };
    assert_eq!(remove().await, StatusCode::OK);
    assert_eq!(names(&office, &cards).await, ["hej"]);
    assert_eq!(remove().await, StatusCode::NOT_FOUND);

    let audit = office.app.directory.audit(0, 100).await.unwrap();
    let changes = audit.iter().filter(|row| row.body.contains("\"canned\"")).count();
    assert_eq!(changes, 4, "three were set up, one was removed");
}

#[tokio::test]
async fn what_would_fail_before_a_customer_is_refused_field_by_field() {
    let office = office(|_| {}).await;
    let admin = cookie(&office, &office.hire("admin", Role::Admin).await).await;
    let headers = [("cookie", admin.as_str())];
    let broken = json!({ "name": "", "texts": { "sv": "Hej {{namn}}", "fi": " " } });
    let refused = call(&office, "PUT", "/v1/console/canned/a", &headers, &broken).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let faults = refused.body["faults"].as_array().unwrap();
    let of = |fault: &Value| (fault["field"].clone(), fault["code"].clone());
    let told: Vec<_> = faults.iter().map(of).collect();
    let expected = [("name", "name"), ("texts.sv", "unknown_variable"), ("texts.fi", "empty")];
    assert_eq!(told, expected.map(|(field, code)| (json!(field), json!(code))));
    assert_eq!(faults[1]["about"], "{{namn}}");
    assert_eq!(names(&office, &admin).await, [""; 0], "nothing was kept");

    let whole = reply("hej", &"å".repeat(4_000), None);
    let saved = call(&office, "PUT", "/v1/console/canned/a", &headers, &whole).await;
    assert_eq!(saved.status, StatusCode::OK, "as long as a message may be: {}", saved.text);
    let twin = reply("Hej ", "x", None);
    let twin = call(&office, "PUT", "/v1/console/canned/b", &headers, &twin).await;
    assert_eq!(twin.body["faults"][0]["code"], "name_taken");
    let other_team = reply("hej", "x", Some("cards"));
    let other_team = call(&office, "PUT", "/v1/console/canned/b", &headers, &other_team).await;
    assert_eq!(other_team.status, StatusCode::OK, "{}", other_team.text);
    let odd = json!({ "name": "x", "texts": { "de": "Hallo" } });
    let odd = call(&office, "PUT", "/v1/console/canned/c", &headers, &odd).await;
    assert_eq!(odd.body["faults"][0]["code"], "form", "{}", odd.text);
}

#[tokio::test]
async fn only_administrators_keep_replies_and_no_foreign_page_does() {
    let office = office(|_| {}).await;
    let admin = cookie(&office, &office.hire("admin", Role::Admin).await).await;
    let foreign = [("origin", "https://evil.example"), ("host", "chat.bank.example")];
    let foreign = [("cookie", admin.as_str()), foreign[0], foreign[1]];
    for role in [Role::Agent, Role::Supervisor] {
        let agent = office.hire(&format!("{role:?}"), role).await;
        let agent = cookie(&office, &agent).await;
        for (headers, status) in [
            (&[("cookie", agent.as_str())][..], StatusCode::FORBIDDEN),
            (&foreign[..], StatusCode::FORBIDDEN),
            (&[], StatusCode::UNAUTHORIZED),
        ] {
            for method in ["PUT", "DELETE"] {
                let body = reply("hej", "x", None);
                let answer = call(&office, method, "/v1/console/canned/a", headers, &body).await;
                assert_eq!(answer.status, status, "{role:?} {method} {headers:?}");
            }
        }
    }
}
