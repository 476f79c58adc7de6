//! What was not understood, over HTTP: who sees it, what an addition would change, and its patch.

use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

use crate::content::tests::small;
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

const MISSED: &str = "/v1/console/missed";
const PREVIEW: &str = "/v1/console/missed/preview";
const PATCH: &str = "/v1/console/missed/patch";
/// Nothing that a lamp's content knows a word of.
const STRANGE: &str = "qwzx blurp frotz";

/// An office whose content lies in a folder, with the cookie of somebody of this role.
async fn with_files(role: Role) -> (Office, String, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for source in small() {
        let path = folder.path().join(&source.file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, source.text).unwrap();
    }
    let content = folder.path().to_owned();
    let office = office(|settings| settings.content = content).await;
    let agent = office.hire("somebody", role).await;
    let entered = office.enter(&agent, PASSWORD, None).await;
    let cookie = pair(&entered.cookie.unwrap()).to_owned();
    (office, cookie, folder)
}

async fn ask(office: &Office, path: &str, cookie: &str) -> Answer {
    let request = Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap();
    office.call(request).await
}

async fn add(office: &Office, path: &str, cookie: &str, additions: Value) -> Answer {
    office.post(path, &[("cookie", cookie)], &json!({ "additions": additions })).await
}

fn example(text: &str) -> Value {
    json!({ "intent": "lamp", "lang": "sv", "text": text })
}

/// A customer says what nobody understands.
async fn talk(office: &Office) {
    let engine = &office.app.engine;
    let arrived = engine.arrive(Arrival::default()).await.unwrap();
    engine.greet(&arrived.conversation).await.unwrap();
    let submission = Submission {
        conversation: arrived.conversation.clone(),
        sender: Sender::Visitor(arrived.visitor.clone()),
        id: Some(FrameId::new("m1")),
        act: Act::Said { text: STRANGE.to_owned(), masked: false },
    };
    engine.submit(submission).await.unwrap();
}

#[tokio::test]
async fn what_was_not_understood_is_gathered_tried_and_handed_out_as_a_patch() {
    let (office, cookie, folder) = with_files(Role::Supervisor).await;
    talk(&office).await;
    let found = ask(&office, &format!("{MISSED}?lang=en"), &cookie).await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.text);
    assert_eq!((&found.body["messages"], &found.body["of"]), (&json!(1), &json!(1)));
    assert!(found.body["groups"].to_string().contains(STRANGE), "{}", found.text);
    assert_eq!(found.body["intents"], json!([{ "id": "lamp", "title": "The lamp" }]));
    let before =
        ask(&office, &format!("{MISSED}?since=2020-01-01&until=2020-01-02"), &cookie).await;
    assert_eq!(before.body["messages"], 0, "another time");

    let preview = add(&office, PREVIEW, &cookie, json!([example(STRANGE)])).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text);
    let read = &preview.body["additions"][0];
    assert_eq!((&read["text"], &read["before"]["decision"]), (&json!(STRANGE), &json!("reject")));
    assert_eq!(read["after"]["intent"], "lamp", "{read}");
    assert_eq!(preview.body["replay"]["conversations"], 1, "{}", preview.text);

    let patch = add(&office, PATCH, &cookie, json!([example(STRANGE)])).await;
    assert!(
        patch.text.starts_with("--- a/intents/lamp.yaml\n+++ b/intents/lamp.yaml\n"),
        "{}",
        patch.text
    );
    assert!(patch.text.lines().any(|line| line.starts_with('+') && line.contains(STRANGE)));
    let file = std::fs::read_to_string(folder.path().join("intents/lamp.yaml")).unwrap();
    assert!(!file.contains(STRANGE), "the files are their keepers' own");
}

#[tokio::test]
async fn an_addition_that_cannot_be_made_is_refused_in_words() {
    let (office, cookie, _folder) = with_files(Role::Admin).await;
    for path in [PREVIEW, PATCH] {
        for (additions, said) in [
            (json!([]), "1 to 100 examples"),
            (json!([{ "intent": "door", "lang": "sv", "text": "dörren" }]), "no intent `door`"),
            (json!([example("det är mörkt")]), "has this example already"),
            (json!([example("en rad\ntill")]), "one line of words"),
        ] {
            let refused = add(&office, path, &cookie, additions).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path}: {}", refused.text);
            assert!(refused.text.contains(said), "{path}: {}", refused.text);
        }
    }
}

#[tokio::test]
async fn an_agent_sees_none_of_it() {
    let (office, cookie, _folder) = with_files(Role::Agent).await;
    assert_eq!(ask(&office, MISSED, &cookie).await.status, StatusCode::FORBIDDEN);
    assert_eq!(ask(&office, MISSED, "").await.status, StatusCode::UNAUTHORIZED);
    for path in [PREVIEW, PATCH] {
        let refused = add(&office, path, &cookie, json!([example(STRANGE)])).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}: {}", refused.text);
    }
}
