//! Figures over HTTP: who sees them, and what a held conversation comes to.

use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;

use crate::conversation::input::Act;
use crate::engine::Sender;
use crate::engine::Submission;
use crate::engine::arrival::Arrival;
use crate::gateway::tests::accounts::Answer;
use crate::gateway::tests::accounts::Office;
use crate::gateway::tests::accounts::office;
use crate::gateway::tests::accounts::pair;
use crate::gateway::tests::factors::PASSWORD;
use crate::ids::FrameId;
use crate::store::Role;

async fn cookie(office: &Office, role: Role) -> String {
    let agent = office.hire("somebody", role).await;
    let entered = office.enter(&agent, PASSWORD, None).await;
    pair(&entered.cookie.unwrap()).to_owned()
}

async fn ask(office: &Office, path: &str, cookie: &str) -> Answer {
    let request = Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap();
    office.call(request).await
}

/// A customer says something and presses the first button, and then asks for a person.
async fn talk(office: &Office) {
    let engine = &office.app.engine;
    let arrived = engine.arrive(Arrival::default()).await.unwrap();
    engine.greet(&arrived.conversation).await.unwrap();
    let acts = ["lampan lyser inte", "nej"]
        .map(|text| Act::Said { text: text.to_owned(), masked: false })
        .into_iter()
        .chain([Act::WantsPerson]);
    for (at, act) in acts.enumerate() {
        let submission = Submission {
            conversation: arrived.conversation.clone(),
            sender: Sender::Visitor(arrived.visitor.clone()),
            id: Some(FrameId::new(&format!("m{at}"))),
            act,
        };
        engine.submit(submission).await.unwrap();
    }
}

#[tokio::test]
async fn a_supervisor_sees_what_conversations_came_to_and_an_agent_does_not() {
    let office = office(|_| {}).await;
    talk(&office).await;
    let supervisor = cookie(&office, Role::Supervisor).await;
    let answer = ask(&office, "/v1/console/insights", &supervisor).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let figures = &answer.body;
    assert_eq!(figures["conversations"], 1);
    assert_eq!(figures["escalated"], 1);
    assert_eq!(figures["containment"], 0);
    assert_eq!(figures["reasons"][0]["topic"], "lamp");
    assert_eq!(figures["days"].as_array().unwrap().len(), 30);

    let csv = ask(&office, "/v1/console/insights/tables/topics.csv", &supervisor).await;
    assert_eq!(csv.text, "topic,conversations,resolved_by_bot,escalated\r\nlamp,1,0,1\r\n");
    let none = ask(&office, "/v1/console/insights/tables/nothing.csv", &supervisor).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);

    let dialogues = ask(&office, "/v1/console/insights/dialogues?lang=en", &supervisor).await;
    let all = dialogues.body["dialogues"].as_array().unwrap();
    assert!(all.iter().any(|it| it["id"] == "lamp" && it["title"] == "The lamp"), "{all:?}");
    let traffic = ask(&office, "/v1/console/insights/dialogues/lamp?lang=en", &supervisor).await;
    let ways = traffic.body["ways"].as_array().unwrap();
    let no = ways.iter().find(|way| way["from"] == "plugged" && way["to"] == "plug").unwrap();
    assert_eq!(no["took"], 1, "{ways:?}");
    let picture =
        ask(&office, "/v1/console/insights/dialogues/lamp.svg?lang=en", &supervisor).await;
    assert!(picture.text.starts_with("<svg"), "{}", picture.text);

    let office = self::office(|_| {}).await;
    let agent = cookie(&office, Role::Agent).await;
    for path in ["insights", "insights/tables/days.csv", "insights/dialogues/lamp.svg"] {
        let refused = ask(&office, &format!("/v1/console/{path}"), &agent).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_period_that_is_none_is_refused() {
    let office = office(|_| {}).await;
    let admin = cookie(&office, Role::Admin).await;
    for period in ["since=2026-11-02&until=2026-11-01", "since=2020-01-01&until=2026-11-01"] {
        let refused = ask(&office, &format!("/v1/console/insights?{period}"), &admin).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{period}: {}", refused.text);
    }
    let day = ask(&office, "/v1/console/insights?since=2020-01-01&until=2020-01-01", &admin).await;
    assert_eq!(day.body["conversations"], 0);
}
