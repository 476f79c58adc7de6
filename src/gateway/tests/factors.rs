//! Second factors, lock-outs, and what must be done before anything else.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use serde_json::Value;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::gateway::accounts::vouched::Vouched;
use crate::gateway::oidc::person::Person;
use crate::gateway::password;
use crate::gateway::tests::accounts::ADMIN;
use crate::gateway::tests::accounts::Answer;
use crate::gateway::tests::accounts::Office;
use crate::gateway::tests::accounts::office;
use crate::gateway::tests::accounts::pair;
use crate::gateway::tests::world::World;
use crate::gateway::tests::world::close_code;
use crate::gateway::tests::world::within;
use crate::gateway::totp;
use crate::store::AgentRow;
use crate::store::Role;
use crate::store::contract::account;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub(super) const PASSWORD: &str = "rätt häst batteri";

impl Office {
    /// Another account, ready to work.
    pub(super) async fn hire(&self, name: &str, role: Role) -> AgentRow {
        let password = password::hash(PASSWORD);
        let agent = AgentRow { role, password, must_change_password: false, ..account(name) };
        assert!(self.app.directory.add_agent(agent.clone()).await.unwrap());
        agent
    }

    pub(super) async fn enter(
        &self,
        agent: &AgentRow,
        password: &str,
        code: Option<&str>,
    ) -> Answer {
        let mut body = json!({ "email": agent.email, "password": password });
        if let Some(code) = code {
            body["code"] = json!(code);
        }
        self.post("/v1/agent/login", &[], &body).await
    }

    async fn ask(&self, path: &str, cookie: &str) -> StatusCode {
        let request = Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap();
        self.call(request).await.status
    }

    /// What the agent's phone shows now.
    async fn phone(&self, agent: &AgentRow) -> String {
        let factor = self.app.directory.factor(&agent.id).await.unwrap().unwrap();
        totp::code_at(&factor.secret, self.app.clock.now().0 / 30_000)
    }

    /// Adds a second factor; answers the recovery codes.
    async fn add_factor(&self, agent: &AgentRow, cookie: &str) -> Value {
        let headers = [("cookie", cookie)];
        let proof = json!({ "password": PASSWORD });
        let offer = self.post("/v1/agent/second-factor", &headers, &proof).await;
        assert_eq!(offer.status, StatusCode::OK, "{}", offer.text);
        assert!(offer.body["uri"].as_str().unwrap().starts_with("otpauth://totp/Skicka:"));
        let code = json!({ "code": self.phone(agent).await });
        let added = self.post("/v1/agent/second-factor/confirm", &headers, &code).await;
        assert_eq!(added.status, StatusCode::OK, "{}", added.text);
        self.app.clock.advance(30_000);
        added.body["recovery"].clone()
    }
}

#[tokio::test]
async fn who_has_a_second_factor_needs_its_code_and_each_code_once() {
    let office = office(|settings| settings.limits.logins_per_minute = 1_000).await;
    let anna = office.hire("anna", Role::Agent).await;
    let cookie = office.enter(&anna, PASSWORD, None).await.cookie.unwrap();
    let recovery = office.add_factor(&anna, pair(&cookie)).await;

    let asked = office.enter(&anna, PASSWORD, None).await;
    assert_eq!(
        (asked.status, &asked.body["second_factor"]),
        (StatusCode::UNAUTHORIZED, &json!(true))
    );
    let wrong = office.enter(&anna, "fel häst batteri", Some(&office.phone(&anna).await)).await;
    assert_eq!(wrong.body["second_factor"], Value::Null, "a code says nothing of the password");

    let code = office.phone(&anna).await;
    let entered = office.enter(&anna, PASSWORD, Some(&code)).await;
    assert_eq!(entered.status, StatusCode::OK, "{}", entered.text);
    assert_eq!(entered.body["agent"]["second_factor"], true);
    let replayed = office.enter(&anna, PASSWORD, Some(&code)).await;
    assert_eq!(replayed.status, StatusCode::UNAUTHORIZED, "replayed within its time");
    office.app.clock.advance(30_000);
    let next = office.phone(&anna).await;
    assert_eq!(office.enter(&anna, PASSWORD, Some(&next)).await.status, StatusCode::OK);

    let lost = recovery[4].as_str().unwrap();
    assert_eq!(office.enter(&anna, PASSWORD, Some(lost)).await.status, StatusCode::OK);
    assert_eq!(office.enter(&anna, PASSWORD, Some(lost)).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_second_factor_is_added_and_removed_by_who_knows_the_password() {
    let office = office(|settings| settings.limits.logins_per_minute = 1_000).await;
    let anna = office.hire("anna", Role::Agent).await;
    let cookie = office.enter(&anna, PASSWORD, None).await.cookie.unwrap();
    let headers = [("cookie", pair(&cookie))];
    let wrong = json!({ "password": "fel häst batteri" });
    let refused = office.post("/v1/agent/second-factor", &headers, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    office.add_factor(&anna, pair(&cookie)).await;
    let again = json!({ "password": PASSWORD });
    let again = office.post("/v1/agent/second-factor", &headers, &again).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "one that is there is not replaced");
    let path = "/v1/agent/second-factor/remove";
    let guess = json!({ "password": PASSWORD, "code": "000000" });
    assert_eq!(office.post(path, &headers, &guess).await.status, StatusCode::UNAUTHORIZED);
    let right = json!({ "password": PASSWORD, "code": office.phone(&anna).await });
    assert_eq!(office.post(path, &headers, &right).await.status, StatusCode::OK);
    assert_eq!(office.enter(&anna, PASSWORD, None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_role_that_must_have_a_second_factor_does_nothing_without() {
    let office = office(|settings| settings.agents.second_factor = vec!["agent".to_owned()]).await;
    let anna = office.hire("anna", Role::Agent).await;
    let entered = office.enter(&anna, PASSWORD, None).await;
    assert_eq!(entered.body["agent"]["must_add_factor"], true);
    let cookie = entered.cookie.unwrap();
    let topics = "/v1/console/topics";
    assert_eq!(office.ask(topics, pair(&cookie)).await, StatusCode::FORBIDDEN);
    office.add_factor(&anna, pair(&cookie)).await;
    assert_eq!(office.ask(topics, pair(&cookie)).await, StatusCode::OK);
    let removal = json!({ "password": PASSWORD, "code": office.phone(&anna).await });
    let headers = [("cookie", pair(&cookie))];
    let refused = office.post("/v1/agent/second-factor/remove", &headers, &removal).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_providers_word_stands_for_a_password_for_ten_minutes_where_a_factor_is_added() {
    let office = office(|settings| settings.agents.second_factor = vec!["agent".to_owned()]).await;
    let anna = office.hire("anna", Role::Agent).await;
    let person = Person { email: anna.email.clone(), role: None };
    let enter = async || match office.app.accounts.sign_in_vouched(&person, HERE).await {
        Ok(Vouched::In(signed_in)) => format!("Bearer {}", signed_in.token.expose()),
        other => panic!("{other:?}"),
    };
    let offer = async |bearer: &str| {
        let headers = [("authorization", bearer)];
        let body = json!({ "password": "" });
        office.post("/v1/agent/second-factor", &headers, &body).await.status
    };
    let stale = enter().await;
    let request = Request::get("/v1/console/topics").header("authorization", &stale);
    let refused = office.call(request.body(Body::empty()).unwrap()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "the role must have one here too");
    office.app.clock.advance(10 * 60_000);
    assert_eq!(offer(&stale).await, StatusCode::UNAUTHORIZED);
    assert_eq!(offer(&enter().await).await, StatusCode::OK);
}

#[tokio::test]
async fn many_failures_lock_one_account_and_no_neighbour() {
    let change = |settings: &mut crate::config::Settings| {
        settings.limits.logins_per_minute = 1_000;
        settings.agents.lockout_failures = 3;
    };
    let office = office(change).await;
    let (anna, bo) = (office.hire("anna", Role::Agent).await, office.hire("bo", Role::Agent).await);
    for _ in 0..3 {
        assert_eq!(office.enter(&anna, "fel", None).await.status, StatusCode::UNAUTHORIZED);
    }
    let locked = office.enter(&anna, PASSWORD, None).await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS, "{}", locked.text);
    assert_eq!(office.app.metrics.lockouts.get(), 1);
    assert_eq!(office.enter(&bo, PASSWORD, None).await.status, StatusCode::OK, "same address");
    // An address without an account looks the same.
    let nobody = account("nobody");
    for _ in 0..3 {
        office.enter(&nobody, "fel", None).await;
    }
    let same = office.enter(&nobody, "fel", None).await;
    assert_eq!((same.status, same.text), (locked.status, locked.text));

    office.app.clock.advance(15 * 60_000);
    assert_eq!(office.enter(&anna, PASSWORD, None).await.status, StatusCode::OK);
    for _ in 0..3 {
        office.enter(&anna, "fel", None).await;
    }
    let unlock = json!({ "email": anna.email });
    let cookie = office.enter(&bo, PASSWORD, None).await.cookie.unwrap();
    let refused = office.post("/v1/console/unlock", &[("cookie", pair(&cookie))], &unlock).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "only administrators unlock");
    let admin = office.hire("cia", Role::Admin).await;
    let cookie = office.enter(&admin, PASSWORD, None).await.cookie.unwrap();
    let done = office.post("/v1/console/unlock", &[("cookie", pair(&cookie))], &unlock).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert_eq!(office.enter(&anna, PASSWORD, None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_one_time_password_opens_no_door_but_its_own() {
    let office = office(|_| {}).await;
    let entered = office.log_in(&office.password).await;
    assert_eq!(entered.body["agent"]["email"], ADMIN);
    let cookie = entered.cookie.unwrap();
    for path in ["/v1/console/topics", "/v1/console/content"] {
        assert_eq!(office.ask(path, pair(&cookie)).await, StatusCode::FORBIDDEN, "{path}");
    }
    let unlock = json!({ "email": ADMIN });
    let refused = office.post("/v1/console/unlock", &[("cookie", pair(&cookie))], &unlock).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(office.ask("/v1/console/me", pair(&cookie)).await, StatusCode::OK);
}

async fn says_hello(world: &World, token: &str) -> crate::gateway::tests::world::Client {
    let mut client = world.socket("/v1/agent", &[]).await.unwrap();
    let hello = json!({ "type": "hello", "token": token });
    client.send(Message::text(hello.to_string())).await.unwrap();
    client
}

#[tokio::test]
async fn an_agents_socket_asks_what_the_other_doors_ask() {
    let world = World::start(|_| {}).await;
    let app = Arc::clone(&world.app);
    let here = "127.0.0.1".parse().unwrap();
    let secret = |text: &str| crate::protocol::Secret::new(text.to_owned());
    let password = password::hash(PASSWORD);
    let fresh = AgentRow { password: password.clone(), ..account("fresh") };
    let anna = AgentRow { password, must_change_password: false, ..account("anna") };
    for agent in [&fresh, &anna] {
        assert!(app.directory.add_agent(agent.clone()).await.unwrap());
    }
    let enter = async |agent: &AgentRow| {
        let entered = app.accounts.sign_in(&agent.email, &secret(PASSWORD), None, here).await;
        entered.unwrap().token.expose().to_owned()
    };
    let mut client = says_hello(&world, &enter(&fresh).await).await;
    assert_eq!(close_code(&mut client).await, Some(4403), "the password must be changed first");

    let mut client = says_hello(&world, &enter(&anna).await).await;
    let first = within(client.next()).await.unwrap().unwrap().into_text().unwrap();
    assert!(first.contains(r#""type":"welcome""#), "{first}");
    // As `skicka agent disable` does, from another process.
    let disabled = AgentRow { disabled: true, ..anna.clone() };
    app.directory.update_agent(disabled).await.unwrap();
    assert_eq!(close_code(&mut client).await, Some(4401), "the open socket ends");

    app.directory.update_agent(anna.clone()).await.unwrap();
    let (here_token, elsewhere) = (enter(&anna).await, enter(&anna).await);
    let mut other = says_hello(&world, &elsewhere).await;
    let new = secret("ett nytt lösenord");
    let changed =
        app.accounts.change_password(&secret(&here_token), &secret(PASSWORD), &new, here).await;
    assert!(changed.is_ok());
    assert_eq!(close_code(&mut other).await, Some(4401), "other sessions end with the password");
}
