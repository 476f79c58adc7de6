use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
use ring::signature::EcdsaKeyPair;
use ring::signature::KeyPair as _;
use ring::signature::RSA_PKCS1_SHA256;
use ring::signature::RsaKeyPair;
use ring::signature::RsaPublicKeyComponents;
use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::clock::Clock;
use crate::config::identity::Identity;
use crate::gateway::identity::Customer;
use crate::gateway::identity::Identities;
use crate::gateway::identity::Unproven;
use crate::gateway::identity::keys::Keys;
use crate::ids::Timestamp;

pub(crate) const SECRET: &str = "a secret that the bank and the chat share";
const NOW_S: i64 = 1_795_383_296;
const NOW: Timestamp = Timestamp(NOW_S * 1_000);

/// A key of 2048 bits that signs nothing but these tests.
const RSA: &str = include_str!("tests/rsa.txt");

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token whose last part is made of the rest.
fn jwt(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
    let mac = b64(sign(signed.as_bytes()));
    format!("{signed}.{mac}")
}

fn hs256(secret: &[u8]) -> impl FnOnce(&[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    move |signed| hmac::sign(&key, signed).as_ref().to_vec()
}

fn rsa() -> RsaKeyPair {
    let der = STANDARD.decode(RSA.replace('\n', "")).unwrap();
    RsaKeyPair::from_der(&der).unwrap()
}

fn rs256(signed: &[u8]) -> Vec<u8> {
    let key = rsa();
    let mut mac = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed, &mut mac).unwrap();
    mac
}

fn ec() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref(), &random).unwrap()
}

fn es256(key: &EcdsaKeyPair) -> impl FnOnce(&[u8]) -> Vec<u8> {
    move |signed| key.sign(&SystemRandom::new(), signed).unwrap().as_ref().to_vec()
}

fn components() -> RsaPublicKeyComponents<Vec<u8>> {
    RsaPublicKeyComponents::from(rsa().public())
}

fn rsa_jwk(kid: &str) -> Value {
    let RsaPublicKeyComponents { n, e } = components();
    json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": b64(n), "e": b64(e) })
}

fn ec_jwk(key: &EcdsaKeyPair, kid: &str) -> Value {
    let point = &key.public_key().as_ref()[1..];
    let (x, y) = point.split_at(32);
    json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": b64(x), "y": b64(y) })
}

/// The word of a bank with [`SECRET`], from `at_s` on for five minutes.
pub(crate) fn word_for(subject: &str, at_s: i64) -> String {
    let claims =
        json!({ "sub": subject, "aud": "chat", "iss": "bank", "iat": at_s, "exp": at_s + 300 });
    jwt(&json!({ "alg": "HS256" }), &claims, hs256(SECRET.as_bytes()))
}

fn claims() -> Value {
    json!({ "sub": "anna", "aud": "chat", "iss": "bank", "iat": NOW_S, "exp": NOW_S + 300 })
}

/// Settings whose files lie in a folder.
fn settings(folder: &TempDir, secret: Option<&str>, keys: Option<Value>) -> Identity {
    let mut settings =
        Identity { audience: "chat".to_owned(), issuer: "bank".to_owned(), ..Identity::default() };
    if let Some(secret) = secret {
        settings.secret_file = folder.path().join("secret");
        std::fs::write(&settings.secret_file, secret).unwrap();
    }
    if let Some(keys) = keys {
        settings.jwks_file = folder.path().join("keys.json");
        std::fs::write(&settings.jwks_file, json!({ "keys": keys }).to_string()).unwrap();
    }
    settings
}

async fn open(settings: Identity) -> Identities {
    Identities::open(settings, [7; 32], Clock::by_hand(NOW)).await.unwrap()
}

async fn with_secret() -> Identities {
    let folder = tempfile::tempdir().unwrap();
    open(settings(&folder, Some(SECRET), None)).await
}

#[tokio::test]
async fn a_customer_is_who_the_bank_says() {
    let bank = with_secret().await;
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    let mut said = claims();
    said["name"] = json!("Anna\u{7} Berg ");
    let customer = bank.verify(&jwt(&header, &said, hs256(SECRET.as_bytes()))).await.unwrap();
    let expected = Customer {
        key: bank.name_of("bank", "anna"),
        name: Some("Anna Berg".to_owned()),
        issued_at: Some(NOW),
    };
    assert_eq!(customer, expected);
    assert_ne!(bank.name_of("bank", "anna"), bank.name_of("ban", "kanna"));
    let elsewhere = Identities::open(Identity::default(), [8; 32], Clock::by_hand(NOW)).await;
    assert_ne!(elsewhere.unwrap().name_of("bank", "anna"), customer.key);
}

#[tokio::test]
async fn public_keys_of_both_kinds_are_found_by_their_id() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (ec(), ec());
    let keys = json!([ec_jwk(&one, "e1"), ec_jwk(&two, "e2"), rsa_jwk("r1")]);
    let bank = open(settings(&folder, None, Some(keys))).await;
    let said = claims();
    for good in [
        jwt(&json!({ "alg": "ES256", "kid": "e1" }), &said, es256(&one)),
        jwt(&json!({ "alg": "ES256", "kid": "e2" }), &said, es256(&two)),
        jwt(&json!({ "alg": "ES256" }), &said, es256(&two)),
        jwt(&json!({ "alg": "RS256", "kid": "r1" }), &said, rs256),
        jwt(&json!({ "alg": "RS256" }), &said, rs256),
    ] {
        assert_eq!(bank.verify(&good).await.unwrap().key, bank.name_of("bank", "anna"));
    }
    for (wrong, why) in [
        (jwt(&json!({ "alg": "ES256", "kid": "e1" }), &said, es256(&two)), Unproven::Refused),
        (jwt(&json!({ "alg": "ES256", "kid": "e3" }), &said, es256(&one)), Unproven::NoKey),
        (jwt(&json!({ "alg": "RS256", "kid": "e1" }), &said, rs256), Unproven::NoKey),
        (jwt(&json!({ "alg": "ES256" }), &said, es256(&ec())), Unproven::Refused),
    ] {
        assert_eq!(bank.verify(&wrong).await, Err(why), "{wrong}");
    }
}

/// What a public key checks must not be signed with that public key as if it were a secret.
#[tokio::test]
async fn the_algorithm_is_the_keys_and_not_the_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let key = ec();
    let keys = json!([ec_jwk(&key, "e1"), rsa_jwk("r1")]);
    let text = json!({ "keys": keys.clone() }).to_string();
    let bank = open(settings(&folder, None, Some(keys))).await;
    let modulus = components().n;
    let point = key.public_key().as_ref().to_vec();
    let said = claims();
    let hs = json!({ "alg": "HS256" });
    for secret in [modulus.clone(), point, text.into_bytes(), STANDARD.encode(&modulus).into()] {
        assert_eq!(bank.verify(&jwt(&hs, &said, hs256(&secret))).await, Err(Unproven::NoKey));
    }
    let both = tempfile::tempdir().unwrap();
    let both = open(settings(&both, Some(SECRET), Some(json!([rsa_jwk("r1")])))).await;
    let forged = jwt(&json!({ "alg": "HS256", "kid": "r1" }), &said, hs256(&modulus));
    assert_eq!(both.verify(&forged).await, Err(Unproven::Refused));
}

#[tokio::test]
async fn there_is_no_way_to_none() {
    let bank = with_secret().await;
    for alg in ["none", "None", "NONE", "nOnE", "", "HS1", "hs256"] {
        let header = json!({ "alg": alg, "typ": "JWT" });
        for token in [
            jwt(&header, &claims(), |_| Vec::new()),
            jwt(&header, &claims(), hs256(SECRET.as_bytes())),
        ] {
            assert_eq!(bank.verify(&token).await, Err(Unproven::Malformed), "{alg}");
        }
    }
    for alg in ["HS384", "HS512", "RS512", "PS256", "ES384", "EdDSA"] {
        let token = jwt(&json!({ "alg": alg }), &claims(), hs256(SECRET.as_bytes()));
        assert_eq!(bank.verify(&token).await, Err(Unproven::NoKey), "{alg}");
    }
    let unsigned = jwt(&json!({ "alg": "HS256" }), &claims(), |_| Vec::new());
    assert_eq!(bank.verify(&unsigned).await, Err(Unproven::Refused));
    let must = json!({ "alg": "HS256", "crit": ["exp"] });
    let token = jwt(&must, &claims(), hs256(SECRET.as_bytes()));
    assert_eq!(bank.verify(&token).await, Err(Unproven::Malformed));
}

#[tokio::test]
async fn a_forged_token_proves_nothing() {
    let bank = with_secret().await;
    let header = json!({ "alg": "HS256" });
    let good = jwt(&header, &claims(), hs256(SECRET.as_bytes()));
    let mut other = claims();
    other["sub"] = json!("bo");
    let (_, mac) = good.rsplit_once('.').unwrap();
    let forged = format!("{}.{}.{mac}", b64(header.to_string()), b64(other.to_string()));
    assert_eq!(bank.verify(&forged).await, Err(Unproven::Refused));
    let foreign = jwt(&header, &claims(), hs256(b"the secret of quite another bank than ours"));
    assert_eq!(bank.verify(&foreign).await, Err(Unproven::Refused));
    for nonsense in ["", ".", "..", "a.b.c", "å.ä.ö", &format!("{good}.x"), &good[..20]] {
        assert!(bank.verify(nonsense).await.is_err(), "{nonsense}");
    }
}

#[tokio::test]
async fn a_token_is_good_in_its_time_and_with_some_patience() {
    let bank = with_secret().await;
    let check = async |change: &[(&str, Value)]| {
        let mut said = claims();
        for (name, value) in change {
            said[*name] = value.clone();
        }
        let token = jwt(&json!({ "alg": "HS256" }), &said, hs256(SECRET.as_bytes()));
        bank.verify(&token).await.map(drop)
    };
    assert_eq!(check(&[("exp", json!(NOW_S - 59))]).await, Ok(()));
    assert_eq!(check(&[("exp", json!(NOW_S - 60))]).await, Err(Unproven::OutOfTime));
    assert_eq!(check(&[("exp", json!(0))]).await, Err(Unproven::OutOfTime));
    assert_eq!(check(&[("nbf", json!(NOW_S + 60))]).await, Ok(()));
    assert_eq!(check(&[("nbf", json!(NOW_S + 61))]).await, Err(Unproven::OutOfTime));
    assert_eq!(check(&[("iat", json!(NOW_S + 61))]).await, Err(Unproven::OutOfTime));
    let not_whole = json!(f64::from(i32::MAX) + 0.5);
    assert_eq!(check(&[("exp", not_whole)]).await, Ok(()), "RFC 7519 allows it");
    for odd in [json!(null), json!("soon"), json!([]), json!({ "at": 1 }), json!(true)] {
        assert_eq!(check(&[("exp", odd.clone())]).await, Err(Unproven::Refused), "{odd}");
        if !odd.is_null() {
            assert_eq!(check(&[("nbf", odd.clone())]).await, Err(Unproven::Refused), "{odd}");
        }
    }
}

#[tokio::test]
async fn a_token_is_for_this_server_from_its_bank_about_somebody() {
    let bank = with_secret().await;
    for (name, values) in [
        ("aud", vec![json!("shop"), json!(["shop", "mail"]), json!(""), json!(null), json!(1)]),
        ("iss", vec![json!("another"), json!(["bank"]), json!(null), json!("BANK")]),
        ("sub", vec![json!(""), json!(null), json!(7), json!("x".repeat(256))]),
    ] {
        for value in values {
            let mut said = claims();
            said[name] = value.clone();
            let token = jwt(&json!({ "alg": "HS256" }), &said, hs256(SECRET.as_bytes()));
            assert!(bank.verify(&token).await.is_err(), "{name}: {value}");
            said.as_object_mut().unwrap().remove(name);
            let token = jwt(&json!({ "alg": "HS256" }), &said, hs256(SECRET.as_bytes()));
            assert!(bank.verify(&token).await.is_err(), "without {name}");
        }
    }
    let mut said = claims();
    said["aud"] = json!(["shop", "chat"]);
    let token = jwt(&json!({ "alg": "HS256" }), &said, hs256(SECRET.as_bytes()));
    assert!(bank.verify(&token).await.is_ok());
}

#[tokio::test]
async fn a_key_that_is_new_at_the_banks_address_is_found() {
    let (one, two) = (ec(), ec());
    let set = Arc::new(std::sync::Mutex::new(json!({ "keys": [ec_jwk(&one, "1")] }).to_string()));
    let serve = Arc::clone(&set);
    let router = Router::new().route("/keys", get(async move || serve.lock().unwrap().clone()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let clock = Clock::by_hand(NOW);
    let settings = Identity { jwks_url: url, audience: "chat".to_owned(), ..Identity::default() };
    let bank = Identities::open(settings, [7; 32], clock.clone()).await.unwrap();
    let said = |key: &EcdsaKeyPair, kid: &str| {
        jwt(&json!({ "alg": "ES256", "kid": kid }), &claims(), es256(key))
    };
    assert!(bank.verify(&said(&one, "1")).await.is_ok());
    *set.lock().unwrap() = json!({ "keys": [ec_jwk(&one, "1"), ec_jwk(&two, "2")] }).to_string();
    assert!(bank.verify(&said(&two, "2")).await.is_ok(), "an unknown key is looked for at once");
    assert_eq!(bank.verify(&said(&two, "3")).await, Err(Unproven::NoKey), "but not for ever");
    serving.abort();
    clock.advance(60_000);
    assert_eq!(bank.verify(&said(&two, "3")).await, Err(Unproven::NoKey));
    assert!(bank.verify(&said(&one, "1")).await.is_ok(), "known keys stay when the bank is away");
}

#[tokio::test]
async fn an_address_without_keys_leaves_the_customer_waiting() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    drop(listener);
    let settings = Identity { jwks_url: url, audience: "chat".to_owned(), ..Identity::default() };
    let token = jwt(&json!({ "alg": "ES256", "kid": "1" }), &claims(), es256(&ec()));
    assert_eq!(open(settings).await.verify(&token).await, Err(Unproven::NoKeysYet));
    assert_eq!(open(Identity::default()).await.verify(&token).await, Err(Unproven::Off));
}

#[tokio::test]
async fn keys_that_cannot_be_used_stop_the_start() {
    let refused = async |settings: Identity| {
        let opened = Identities::open(settings, [7; 32], Clock::by_hand(NOW)).await;
        format!("{:#}", opened.err().unwrap())
    };
    let folder = tempfile::tempdir().unwrap();
    let short = refused(settings(&folder, Some("short"), None)).await;
    assert!(short.contains("too short: it must have at least 32 bytes"), "{short}");
    let missing = Identity { secret_file: folder.path().join("no"), ..Identity::default() };
    assert!(refused(missing).await.contains("no cannot be read"));
    let empty = refused(settings(&folder, None, Some(json!([])))).await;
    assert!(empty.contains("it has no key for RS256 or ES256"), "{empty}");
}

#[test]
fn a_set_of_public_keys_holds_no_secret_and_no_key_for_other_ends() {
    let key = ec();
    let mut for_encryption = ec_jwk(&key, "1");
    for_encryption["use"] = json!("enc");
    let mut for_another = rsa_jwk("2");
    for_another["alg"] = json!("RS512");
    let secret = json!({ "kty": "oct", "kid": "3", "k": b64(SECRET) });
    let set = json!({ "keys": [for_encryption, for_another, secret] }).to_string();
    assert!(Keys::of_set(&set).is_err());
    assert!(Keys::of_set("[]").is_err());
    assert!(Keys::of_set(&json!({ "keys": [ec_jwk(&key, "1")] }).to_string()).is_ok());
}
