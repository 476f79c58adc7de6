//! Agents sign in with the house's own provider: a small HTTP server here, which signs its tokens
//! with a key made for the test and misbehaves when told.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
use ring::signature::EcdsaKeyPair;
use ring::signature::KeyPair as _;
use serde_json::Value;
use serde_json::json;
use sha2::Digest as _;
use sha2::Sha256;
use skicka::clock::Clock;
use skicka::gateway::password;
use skicka::gateway::totp;
use skicka::ids::AgentId;
use skicka::store::AgentRow;
use skicka::store::Directory as _;
use skicka::store::EventStore as _;
use skicka::store::Role;
use skicka::store::sqlite::Durability;
use skicka::store::sqlite::Sqlite;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::net::TcpStream;

use crate::server::Server;
use crate::server::run;
use crate::server::write_lamp;

const CLIENT: &str = "chat";
const CLIENT_SECRET: &str = "the client's own: secret";
const CODE: &str = "a-code-for-one-use";
const RETURNS: &str = "http://127.0.0.1:9/v1/agent/oidc/callback";
const PASSWORD: &str = "en lampa till natten";

/// How the provider takes it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Well,
    /// It takes the connection and says nothing.
    Silent,
    /// It answers ten megabytes.
    Endless,
    /// It describes another than itself.
    Another,
}

struct Provider {
    at: SocketAddr,
    key: EcdsaKeyPair,
    mood: Arc<Mutex<Mood>>,
    token: Arc<Mutex<String>>,
    /// The heads and bodies of exchanges.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let random = SystemRandom::new();
        let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let der = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(kind, der.as_ref(), &random).unwrap();
        let (x, y) = key.public_key().as_ref()[1..].split_at(32);
        let jwk = json!({ "kty": "EC", "crv": "P-256", "kid": "k1", "x": b64(x), "y": b64(y) });
        let provider = Self {
            at,
            key,
            mood: Arc::new(Mutex::new(Mood::Well)),
            token: Arc::default(),
            asked: Arc::default(),
        };
        let (mood, token) = (Arc::clone(&provider.mood), Arc::clone(&provider.token));
        let asked = Arc::clone(&provider.asked);
        let keys = json!({ "keys": [jwk] }).to_string();
        tokio::spawn(async move {
            while let Ok((wire, _)) = listener.accept().await {
                let mood = *mood.lock().unwrap();
                let token = token.lock().unwrap().clone();
                tokio::spawn(serve(wire, at, mood, keys.clone(), token, Arc::clone(&asked)));
            }
        });
        provider
    }

    fn issuer(&self) -> String {
        format!("http://{}", self.at)
    }

    fn feels(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn gives(&self, token: String) {
        *self.token.lock().unwrap() = token;
    }

    fn sign(&self, claims: &Value) -> String {
        jwt(&json!({ "alg": "ES256", "kid": "k1" }), claims, |signed| {
            self.key.sign(&SystemRandom::new(), signed).unwrap().as_ref().to_vec()
        })
    }

    /// A good token's claims for somebody in this sign-in.
    fn claims(&self, email: &str, nonce: &str) -> Value {
        let now = now_s();
        json!({
            "iss": self.issuer(), "aud": CLIENT, "sub": "u-1", "nonce": nonce,
            "iat": now, "exp": now + 300, "email": email, "email_verified": true,
        })
    }

    async fn server(&self, more: &[(&str, &str)]) -> Server {
        let issuer = self.issuer();
        let mut all = vec![
            ("SKICKA_AGENTS__OIDC__ISSUER", issuer.as_str()),
            ("SKICKA_AGENTS__OIDC__CLIENT_ID", CLIENT),
            ("SKICKA_AGENTS__OIDC__NAME", "Lampan"),
            ("SKICKA_AGENTS__OIDC__REDIRECT_URL", RETURNS),
            ("SKICKA_SECRET_OIDC", CLIENT_SECRET),
        ];
        all.extend(more);
        Server::start(&all).await
    }
}

async fn serve(
    mut wire: TcpStream,
    at: SocketAddr,
    mood: Mood,
    keys: String,
    token: String,
    asked: Arc<Mutex<Vec<String>>>,
) {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    let request = loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                break text;
            }
        }
        match wire.read(&mut part).await {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend_from_slice(&part[..count]),
        }
    };
    let body = match (mood, request.split(' ').nth(1).unwrap()) {
        (Mood::Silent, _) => return std::future::pending().await,
        (Mood::Endless, _) => format!("\"{}\"", "x".repeat(10_000_000)),
        (_, "/.well-known/openid-configuration") => {
            let issuer = if mood == Mood::Another {
                "http://127.0.0.1:1".to_owned()
            } else {
                format!("http://{at}")
            };
            json!({
                "issuer": issuer,
                "authorization_endpoint": format!("http://{at}/authorize"),
                "token_endpoint": format!("http://{at}/token"),
                "jwks_uri": format!("http://{at}/keys"),
            })
            .to_string()
        }
        (_, "/keys") => keys,
        (_, "/token") => {
            asked.lock().unwrap().push(request);
            json!({ "token_type": "Bearer", "access_token": "at", "id_token": token }).to_string()
        }
        (_, other) => panic!("nobody asks for {other}"),
    };
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // Whoever has read enough goes away.
    let _gone = wire.write_all(format!("{head}{body}").as_bytes()).await;
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn jwt(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
    let mac = b64(sign(signed.as_bytes()));
    format!("{signed}.{mac}")
}

fn now_s() -> i64 {
    Clock::system().now().0 / 1_000
}

/// An account as another process would make it.
async fn account(server: &Server, name: &str, change: impl FnOnce(&mut AgentRow)) -> AgentId {
    let store = Sqlite::open(&server.data().join("skicka.db"), Durability::Normal).await.unwrap();
    let id = AgentId::new(&format!("agent-{name}"));
    let email = format!("{name}@bank.example");
    let hash = password::hash(PASSWORD);
    let mut row = AgentRow::new(id.clone(), email, name.to_owned(), Role::Agent, hash);
    change(&mut row);
    assert!(store.add_agent(row).await.unwrap());
    store.close().await;
    id
}

/// A browser's answer.
struct Answer {
    status: u16,
    location: String,
    cookies: Vec<String>,
}

impl Answer {
    /// What a browser would send back of a cookie that was set here.
    fn cookie(&self, name: &str) -> String {
        let start = format!("{name}=");
        let cookie = self.cookies.iter().find(|cookie| cookie.starts_with(&start)).unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

async fn open(server: &Server, path: &str, cookie: &str) -> Answer {
    let line = format!("Cookie: {cookie}\r\n");
    let (status, head, _) = server.raw("GET", path, &line, b"").await;
    let of = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let of_it = lines.filter(|(it, _)| it.eq_ignore_ascii_case(name));
        of_it.map(|(_, value)| value.to_owned()).collect::<Vec<_>>()
    };
    let location = of("location").pop().unwrap_or_default();
    Answer { status, location, cookies: of("set-cookie") }
}

/// Somebody at the provider.
struct Away {
    cookie: String,
    asked: BTreeMap<String, String>,
}

impl Away {
    async fn from(server: &Server) -> Self {
        let answer = open(server, "/v1/agent/oidc/start", "").await;
        assert_eq!(answer.status, 303);
        let (door, query) = answer.location.split_once('?').unwrap();
        assert!(door.ends_with("/authorize"), "{}", answer.location);
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        Self { cookie: answer.cookie("skicka_oidc"), asked: pairs.collect() }
    }

    async fn back(&self, server: &Server) -> Answer {
        self.back_with(server, &self.asked["state"]).await
    }

    async fn back_with(&self, server: &Server, state: &str) -> Answer {
        let path = format!("/v1/agent/oidc/callback?code={CODE}&state={state}");
        open(server, &path, &self.cookie).await
    }
}

/// A whole sign-in in which the provider says this.
async fn sign_in(server: &Server, provider: &Provider, email: &str) -> Answer {
    let away = Away::from(server).await;
    provider.gives(provider.sign(&provider.claims(email, &away.asked["nonce"])));
    away.back(server).await
}

async fn me(server: &Server, cookie: &str) -> Value {
    let (status, text) = server.get("/v1/console/me", &format!("Cookie: {cookie}\r\n")).await;
    assert_eq!(status, 200, "{text}");
    serde_json::from_str::<Value>(&text).unwrap()["agent"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_the_provider_vouches_for_comes_in_and_nothing_secret_is_logged() {
    let provider = Provider::start().await;
    let server = provider.server(&[("SKICKA_LOG", "trace")]).await;
    account(&server, "anna", |_| {}).await;
    let (status, told) = server.get("/v1/agent/oidc", "").await;
    assert_eq!((status, told.as_str()), (200, r#"{"name":"Lampan","only":false}"#));

    let away = Away::from(&server).await;
    let asked = &away.asked;
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["client_id"], CLIENT);
    assert_eq!(asked["redirect_uri"], RETURNS);
    assert_eq!(asked["scope"], "openid email");
    assert_eq!(asked["code_challenge_method"], "S256");
    let token = provider.sign(&provider.claims("Anna@Bank.example", &asked["nonce"]));
    provider.gives(token.clone());
    let back = away.back(&server).await;
    assert_eq!((back.status, back.location.as_str()), (303, "/console"));
    let session = back.cookies.iter().find(|cookie| cookie.starts_with("skicka_agent=")).unwrap();
    assert!(session.contains("; HttpOnly; SameSite=Strict; "), "{session}");
    let agent = me(&server, &back.cookie("skicka_agent")).await;
    assert_eq!(agent["email"], "anna@bank.example");
    assert_eq!(agent["must_change_password"], false, "a password has no part in it");
    assert_eq!(agent["by_provider"], true);
    assert_eq!(back.cookie("skicka_oidc"), "skicka_oidc=", "the ticket is taken away");

    let exchange = provider.asked.lock().unwrap().pop().unwrap();
    let (head, body) = exchange.split_once("\r\n\r\n").unwrap();
    let pair = STANDARD.encode(format!("{CLIENT}:the+client%27s+own%3A+secret"));
    assert!(head.contains(&format!("Basic {pair}")), "{head}");
    let form: BTreeMap<String, String> =
        form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    assert_eq!(form["code"], CODE);
    assert_eq!(form["redirect_uri"], RETURNS);
    assert_eq!(b64(Sha256::digest(&form["code_verifier"])), asked["code_challenge"]);

    let listed = server.beside(&["audit", "list", "--json"]);
    let audit = String::from_utf8(listed.stdout).unwrap();
    assert!(audit.contains("signed_in") && audit.contains(r#""way":"provider""#), "{audit}");
    let log = server.log();
    let ticket = away.cookie.split_once('=').unwrap().1;
    let verifier = form["code_verifier"].as_str();
    for secret in [CODE, &token, CLIENT_SECRET, &pair, verifier, ticket, &asked["state"]] {
        assert!(!log.contains(secret) && !audit.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_taken_once_and_from_the_browser_that_was_sent_away() {
    let provider = Provider::start().await;
    let server = provider.server(&[]).await;
    account(&server, "anna", |_| {}).await;
    let expired = "/console?signin=expired";

    let away = Away::from(&server).await;
    provider.gives(provider.sign(&provider.claims("anna@bank.example", &away.asked["nonce"])));
    let nobody = format!("/v1/agent/oidc/callback?code={CODE}&state={}", away.asked["state"]);
    assert_eq!(open(&server, &nobody, "").await.location, expired, "without the ticket");
    assert_eq!(open(&server, &nobody, "skicka_oidc=guessed").await.location, expired);
    assert_eq!(away.back(&server).await.location, "/console");
    assert_eq!(away.back(&server).await.location, expired, "replayed");

    let away = Away::from(&server).await;
    assert_eq!(away.back_with(&server, "another").await.location, expired);
    assert_eq!(away.back(&server).await.location, expired, "a wrong state ends the sign-in");
    let away = Away::from(&server).await;
    let no = format!("/v1/agent/oidc/callback?error=access_denied&state={}", away.asked["state"]);
    assert_eq!(open(&server, &no, &away.cookie).await.location, "/console?signin=refused");
    assert!(!server.log().contains("access_denied"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_not_good_here_lets_nobody_in() {
    let provider = Provider::start().await;
    let server = provider.server(&[]).await;
    account(&server, "anna", |_| {}).await;
    account(&server, "bo", |row| row.disabled = true).await;
    let now = now_s();
    for (name, value, code) in [
        ("nonce", json!("another"), "bad_token"),
        ("nonce", json!(null), "bad_token"),
        ("aud", json!("shop"), "bad_token"),
        ("aud", json!([CLIENT, "shop"]), "bad_token"),
        ("azp", json!("shop"), "bad_token"),
        ("iss", json!("http://127.0.0.1:1"), "bad_token"),
        ("exp", json!(now - 61), "bad_token"),
        ("iat", json!(now + 120), "bad_token"),
        ("email_verified", json!(false), "unverified"),
        ("email_verified", json!("true"), "unverified"),
        ("email_verified", json!(null), "unverified"),
        ("email", json!(null), "unverified"),
        ("email", json!("nobody@bank.example"), "no_account"),
        ("email", json!("bo@bank.example"), "no_account"),
    ] {
        let away = Away::from(&server).await;
        let mut claims = provider.claims("anna@bank.example", &away.asked["nonce"]);
        claims[name] = value.clone();
        provider.gives(provider.sign(&claims));
        let back = away.back(&server).await;
        assert_eq!(back.location, format!("/console?signin={code}"), "{name}: {value}");
        assert!(!back.cookies.iter().any(|cookie| cookie.starts_with("skicka_agent=")));
    }

    let public = provider.key.public_key().as_ref().to_vec();
    let stranger = Provider::start().await;
    for forge in [
        (|_: &Provider, _: &[u8], claims: &Value| {
            jwt(&json!({ "alg": "none" }), claims, |_| Vec::new())
        }) as fn(&Provider, &[u8], &Value) -> String,
        |_, public, claims| {
            jwt(&json!({ "alg": "HS256", "kid": "k1" }), claims, |signed| {
                let key = hmac::Key::new(hmac::HMAC_SHA256, public);
                hmac::sign(&key, signed).as_ref().to_vec()
            })
        },
        |stranger, _, claims| stranger.sign(claims),
        |_, _, _| "no token at all".to_owned(),
    ] {
        let away = Away::from(&server).await;
        let claims = provider.claims("anna@bank.example", &away.asked["nonce"]);
        provider.gives(forge(&stranger, &public, &claims));
        assert_eq!(away.back(&server).await.location, "/console?signin=bad_token");
    }
    assert_eq!(sign_in(&server, &provider, "anna@bank.example").await.location, "/console");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_fails_is_told_and_holds_up_no_password() {
    let provider = Provider::start().await;
    let server = provider.server(&[]).await;
    account(&server, "anna", |row| row.must_change_password = false).await;
    let body = json!({ "email": "anna@bank.example", "password": PASSWORD });
    for mood in [Mood::Silent, Mood::Endless, Mood::Another] {
        provider.feels(mood);
        let starting = open(&server, "/v1/agent/oidc/start", "");
        let (started, (status, _)) = tokio::join!(starting, server.post("/v1/agent/login", &body));
        assert_eq!(started.location, "/console?signin=down");
        assert_eq!(status, 200);
    }
    provider.feels(Mood::Well);
    for mood in [Mood::Silent, Mood::Endless] {
        let away = Away::from(&server).await;
        provider.feels(mood);
        assert_eq!(away.back(&server).await.location, "/console?signin=down");
        provider.feels(Mood::Well);
    }
    assert_eq!(sign_in(&server, &provider, "anna@bank.example").await.location, "/console");

    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let server = provider.server(&[("SKICKA_AGENTS__OIDC__ISSUER", &nobody)]).await;
    let started = open(&server, "/v1/agent/oidc/start", "").await;
    assert_eq!((started.status, started.location.as_str()), (303, "/console?signin=down"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_factor_is_asked_for_where_there_is_one() {
    let provider = Provider::start().await;
    let server = provider.server(&[("SKICKA_AGENTS__LOCKOUT_FAILURES", "0")]).await;
    let anna = account(&server, "anna", |_| {}).await;
    let secret = totp::secret();
    let store = Sqlite::open(&server.data().join("skicka.db"), Durability::Normal).await.unwrap();
    assert!(store.offer_factor(&anna, &secret).await.unwrap());
    let (codes, kept) = totp::recovery_codes();
    assert!(store.confirm_factor(&anna, 0, &kept).await.unwrap());
    store.close().await;

    let back = sign_in(&server, &provider, "anna@bank.example").await;
    assert_eq!(back.location, "/console?signin=code");
    assert!(!back.cookies.iter().any(|cookie| cookie.starts_with("skicka_agent=")));
    let typed = async |ticket: &str, code: &str| {
        let body = json!({ "code": code }).to_string();
        let lines = format!("Cookie: {ticket}\r\nContent-Type: application/json\r\n");
        server.raw("POST", "/v1/agent/oidc/code", &lines, body.as_bytes()).await
    };
    let ticket = back.cookie("skicka_oidc");
    let (status, head, body) = typed(&ticket, "000000x").await;
    assert_eq!(status, 401);
    assert!(String::from_utf8_lossy(&body).contains(r#""second_factor":true"#));
    let next = head.split("skicka_oidc=").nth(1).unwrap().split(';').next().unwrap();
    assert_eq!(typed(&ticket, &codes[0]).await.0, 401, "a ticket is good once");
    let (status, head, _) = typed(&format!("skicka_oidc={next}"), &codes[0]).await;
    assert_eq!(status, 200);
    assert!(head.contains("skicka_agent="), "{head}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_it_is_the_only_way_a_password_is_good_for_the_built_in_administrator_alone() {
    let provider = Provider::start().await;
    let settings = [
        ("SKICKA_AGENTS__OIDC__ONLY", "true"),
        ("SKICKA_AGENTS__OIDC__ROLES_CLAIM", "groups"),
        ("SKICKA_AGENTS__OIDC__ROLES", "chat-leads=supervisor, chat=agent"),
        ("SKICKA_AGENTS__SECOND_FACTOR", "supervisor"),
        ("SKICKA_AGENTS__OIDC__TRUSTS_SECOND_FACTOR", "true"),
    ];
    let server = provider.server(&settings).await;
    account(&server, "anna", |_| {}).await;
    let log_in = async |email: &str, password: &str| {
        server.post("/v1/agent/login", &json!({ "email": email, "password": password })).await
    };
    let good = log_in("anna@bank.example", PASSWORD).await;
    assert_eq!(good.0, 403, "{good:?}");
    assert_eq!(log_in("anna@bank.example", "en annan fras").await, good);
    assert_eq!(log_in("nobody@bank.example", PASSWORD).await, good);
    assert_eq!(log_in("admin@skicka.local", PASSWORD).await, good);
    let password = server.password.clone().unwrap();
    assert_eq!(log_in("admin@skicka.local", &password).await.0, 200);

    let with_groups = async |groups: Value| {
        let away = Away::from(&server).await;
        let mut claims = provider.claims("anna@bank.example", &away.asked["nonce"]);
        claims["groups"] = groups;
        provider.gives(provider.sign(&claims));
        away.back(&server).await
    };
    let back = with_groups(json!(["chat", "chat-leads", "canteen"])).await;
    let agent = me(&server, &back.cookie("skicka_agent")).await;
    assert_eq!((&agent["role"], &agent["must_add_factor"]), (&json!("supervisor"), &json!(false)));
    let back = with_groups(json!("chat")).await;
    assert_eq!(me(&server, &back.cookie("skicka_agent")).await["role"], "agent");
    for none in [json!(["canteen"]), json!(null), json!(7), json!([])] {
        assert_eq!(with_groups(none).await.location, "/console?signin=no_role");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_settings_there_is_no_such_sign_in() {
    let server = Server::start(&[]).await;
    assert_eq!(server.get("/v1/agent/oidc", "").await, (200, "{}".to_owned()));
    assert_eq!(server.get("/v1/agent/oidc/start", "").await.0, 404);
    assert_eq!(server.get("/v1/agent/oidc/callback?code=x&state=y", "").await.0, 404);
}

#[test]
fn settings_that_cannot_work_stop_the_start() {
    let folder = tempfile::tempdir().unwrap();
    write_lamp(folder.path());
    let good = [
        ("SKICKA_AGENTS__OIDC__ISSUER", "https://login.bank.example"),
        ("SKICKA_AGENTS__OIDC__CLIENT_ID", CLIENT),
        ("SKICKA_AGENTS__OIDC__REDIRECT_URL", "https://chat.bank.example/v1/agent/oidc/callback"),
        ("SKICKA_SECRET_OIDC", CLIENT_SECRET),
    ];
    for (name, value, said) in [
        ("SKICKA_AGENTS__OIDC__ISSUER", "http://login.bank.example", "must begin with https://"),
        ("SKICKA_AGENTS__OIDC__ISSUER", "", "has settings but no `issuer`"),
        ("SKICKA_AGENTS__OIDC__CLIENT_ID", "", "`agents.oidc.client_id` must be set"),
        (
            "SKICKA_AGENTS__OIDC__REDIRECT_URL",
            "https://chat.bank.example/",
            "`agents.oidc.redirect_url` must be",
        ),
        ("SKICKA_AGENTS__OIDC__SCOPES", "email", "must hold `openid`"),
        ("SKICKA_AGENTS__OIDC__ROLES_CLAIM", "groups", "must be set together"),
        ("SKICKA_SECRET_OIDC", "", "must stand in the variable SKICKA_SECRET_OIDC"),
    ] {
        let mut variables = good.to_vec();
        variables.retain(|(known, _)| *known != name);
        variables.push((name, value));
        let output = run(folder.path(), &["serve"], &variables);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(words.contains(said) && !words.contains(CLIENT_SECRET), "{words}");
    }
}
