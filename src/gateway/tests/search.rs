//! Finding conversations over HTTP: who finds what, and what is refused.

use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;

use crate::conversation::event::AgentRef;
use crate::conversation::event::TransferTarget;
use crate::conversation::input::Act;
use crate::engine::Sender;
use crate::engine::Submission;
use crate::gateway::password;
use crate::gateway::tests::accounts::Answer;
use crate::gateway::tests::accounts::Office;
use crate::gateway::tests::accounts::office;
use crate::gateway::tests::accounts::pair;
use crate::gateway::tests::factors::PASSWORD;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::TeamId;
use crate::store::AgentRow;
use crate::store::Role;
use crate::store::contract::account;
use crate::store::contract::new_conversation;

async fn get(office: &Office, cookie: &str, path: &str) -> Answer {
    let request = Request::get(path).header("cookie", cookie);
    office.call(request.body(Body::empty()).unwrap()).await
}

async fn enter(office: &Office, agent: &AgentRow) -> String {
    let entered = office.enter(agent, PASSWORD, None).await;
    assert_eq!(entered.status, StatusCode::OK, "{}", entered.text);
    pair(&entered.cookie.unwrap()).to_owned()
}

/// A visitor says something in a conversation of their own.
async fn said(office: &Office, name: &str, text: &str) {
    office.app.store.create(new_conversation(name, &format!("v-{name}"))).await.unwrap();
    let conversation = ConversationId::new(name);
    for act in [Act::Begin, Act::Said { text: text.to_owned(), masked: false }] {
        let submission = Submission {
            conversation: conversation.clone(),
            sender: Sender::Engine,
            id: None,
            act,
        };
        office.app.engine.submit(submission).await.unwrap();
    }
}

fn found(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let found = answer.body["found"].as_array().unwrap().iter();
    found.map(|found| found["conversation"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_was_written_is_found_by_whoever_may_see_it() {
    let office = office(|_| {}).await;
    let admin = enter(&office, &office.hire("admin", Role::Admin).await).await;
    let cards = AgentRow {
        password: password::hash(PASSWORD),
        must_change_password: false,
        teams: vec![TeamId::new("cards")],
        ..account("cards")
    };
    assert!(office.app.directory.add_agent(cards.clone()).await.unwrap());
    let in_cards = enter(&office, &cards).await;
    said(&office, "c1", "Mitt kort är spärrat").await;
    said(&office, "c2", "jag har tappat mitt kort").await;
    let supervisor = AgentRef { id: AgentId::new("aino"), name: "Aino".to_owned() };
    for act in [
        Act::Claim { agent: supervisor.clone() },
        Act::Transfer {
            agent: supervisor,
            to: TransferTarget::Team(TeamId::new("loans")),
            note: None,
        },
    ] {
        let conversation = ConversationId::new("c2");
        let sender = Sender::Engine;
        office.app.engine.submit(Submission { conversation, sender, id: None, act }).await.unwrap();
    }

    let all = get(&office, &admin, "/v1/console/search?q=kort").await;
    assert_eq!(found(&all), ["c2", "c1"]);
    let hit = &all.body["found"][1]["hits"][0];
    assert_eq!(hit["by"], "visitor");
    assert_eq!(hit["pieces"][1], serde_json::json!(["kort", true]));
    assert_eq!(found(&get(&office, &in_cards, "/v1/console/search?q=kort").await), ["c1"]);
    assert_eq!(found(&get(&office, &in_cards, "/v1/console/search").await), ["c1"]);
    assert_eq!(found(&get(&office, &admin, "/v1/console/search?team=loans").await), ["c2"]);
    assert_eq!(found(&get(&office, &admin, "/v1/console/search?of=c1").await), ["c1"]);
    let others = get(&office, &in_cards, "/v1/console/search?of=c2").await;
    assert_eq!(others.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_search_that_says_nothing_readable_is_refused() {
    let office = office(|_| {}).await;
    let admin = enter(&office, &office.hire("admin", Role::Admin).await).await;
    for asked in ["status=lost", "lang=xx", "from=yesterday", "after=1"] {
        let answer = get(&office, &admin, &format!("/v1/console/search?{asked}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{asked}");
        assert_eq!(answer.body["code"], "bad_field", "{asked}");
    }
    let moment = "from=2026-11-20T00:00:00%2B02:00&before=2026-11-21T00:00:00Z";
    let answer = get(&office, &admin, &format!("/v1/console/search?{moment}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let nobody = get(&office, "skicka_agent=none", "/v1/console/search").await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    let people = get(&office, &admin, "/v1/console/colleagues").await;
    let names = people.body["agents"].as_array().unwrap().iter();
    assert!(names.map(|agent| &agent["name"]).any(|name| name == "admin"), "{}", people.text);
}
