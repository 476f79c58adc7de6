use std::sync::Arc;

use tempfile::TempDir;

use crate::gateway::tokens::DAY_MS;
use crate::gateway::tokens::DAYS;
use crate::gateway::tokens::KEY_DAYS;
use crate::gateway::tokens::Pass;
use crate::gateway::tokens::TokenError;
use crate::gateway::tokens::VisitorTokens;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;

const NOW: Timestamp = Timestamp(1_795_383_296_789);

struct World {
    store: Arc<Sqlite>,
    tokens: VisitorTokens,
    _folder: TempDir,
}

async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    let store = Arc::new(Sqlite::open(&path, Durability::Normal).await.unwrap());
    let tokens = VisitorTokens::new(Arc::clone(&store) as _);
    World { store, tokens, _folder: folder }
}

fn anonymous() -> Pass {
    Pass::anonymous(VisitorId::new("v-1_A"), NOW)
}

impl World {
    async fn error(&self, token: &str, now: Timestamp) -> String {
        self.tokens.verify(token, now).await.unwrap_err().to_string()
    }
}

#[tokio::test]
async fn a_token_makes_the_visitor_for_whom_it_was_issued() {
    let world = world().await;
    let verified = Pass::verified(VisitorId::new("v2"), NOW, NOW.plus_ms(60_000));
    for pass in [anonymous(), verified] {
        let token = world.tokens.issue(&pass).await.unwrap();
        assert_eq!(world.tokens.verify(&token, NOW).await.unwrap(), pass);
    }
    let token = world.tokens.issue(&anonymous()).await.unwrap();
    let late = NOW.plus_ms(DAYS * DAY_MS - 1);
    assert_eq!(world.tokens.verify(&token, late).await.unwrap(), anonymous());
}

#[tokio::test]
async fn the_form_of_a_token_is_kept() {
    // Tokens live 30 days in browsers: a new form is a new version.
    let world = world().await;
    let token = world.tokens.issue(&anonymous()).await.unwrap();
    let (signed, mac) = token.rsplit_once('.').unwrap();
    assert_eq!(signed, "2.692.v-1_A.a.1795383296789.1797975296789");
    assert_eq!(mac.len(), 43);
}

#[tokio::test]
async fn a_token_ends() {
    let world = world().await;
    let token = world.tokens.issue(&anonymous()).await.unwrap();
    let end = NOW.plus_ms(DAYS * DAY_MS);
    assert!(matches!(world.tokens.verify(&token, end).await, Err(TokenError::Expired)));
    let short = Pass::verified(VisitorId::new("v2"), NOW, NOW.plus_ms(60_000));
    let token = world.tokens.issue(&short).await.unwrap();
    let end = NOW.plus_ms(60_000);
    assert!(matches!(world.tokens.verify(&token, end).await, Err(TokenError::Expired)));
    let endless = Pass::verified(VisitorId::new("v2"), NOW, Timestamp(i64::MAX));
    assert_eq!(endless.expires_at, NOW.plus_ms(DAYS * DAY_MS));
}

#[tokio::test]
async fn a_key_signs_for_thirty_days_and_checks_for_thirty_more() {
    let world = world().await;
    let key = |token: &str| token.split('.').nth(1).unwrap().to_owned();
    let first = world.tokens.issue(&anonymous()).await.unwrap();
    let later = Pass::anonymous(VisitorId::new("v-1_A"), NOW.plus_ms(KEY_DAYS * DAY_MS));
    let second = world.tokens.issue(&later).await.unwrap();
    assert_eq!((key(&first).as_str(), key(&second).as_str()), ("692", "693"));
    assert!(world.tokens.verify(&first, NOW.plus_ms(DAYS * DAY_MS - 1)).await.is_ok());
    // A key of long ago is not asked whether it signed anything.
    let mut old = first.clone();
    old.replace_range(0..5, "2.600");
    assert_eq!(world.error(&old, NOW).await, "the token has expired");
    old.replace_range(0..5, "2.999");
    assert_eq!(world.error(&old, NOW).await, "the token was not signed by this server");
}

#[tokio::test]
async fn a_token_that_was_changed_in_any_place_is_refused() {
    let world = world().await;
    let token = world.tokens.issue(&anonymous()).await.unwrap();
    for (at, old) in token.char_indices() {
        let new = if old == '0' { "1" } else { "0" };
        let mut forged = token.clone();
        forged.replace_range(at..at + old.len_utf8(), new);
        assert!(world.tokens.verify(&forged, NOW).await.is_err(), "{at}: {forged}");
    }
    // What is the same to a careless reader is not the same to us.
    for forged in [
        token.replace(".a.", ".v."),
        token.replace("2.692.", "2.+692."),
        token.replace("2.692.", "2.0692."),
        format!("{token}="),
        format!("{token}A"),
        token[..token.len() - 1].to_owned(),
        token.rsplit_once('.').unwrap().0.to_owned(),
        token.rsplit_once('.').unwrap().0.to_owned() + ".",
    ] {
        assert!(world.tokens.verify(&forged, NOW).await.is_err(), "{forged}");
    }
}

#[tokio::test]
async fn a_token_of_another_server_is_foreign() {
    let (here, there) = (world().await, world().await);
    let token = there.tokens.issue(&anonymous()).await.unwrap();
    assert_eq!(here.error(&token, NOW).await, "the token was not signed by this server");
    let restarted = VisitorTokens::new(Arc::clone(&there.store) as _);
    assert!(restarted.verify(&token, NOW).await.is_ok());
}

#[tokio::test]
async fn nonsense_is_no_token() {
    let world = world().await;
    for nonsense in
        ["", ".", "......", "2", "1.v1.1797975296.AAAA", "2.692.v.a.1.2.3.AAAA", "å.ä.ö"]
    {
        assert_eq!(world.error(nonsense, NOW).await, "the token is malformed", "{nonsense}");
    }
}
