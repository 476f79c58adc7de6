use crate::gateway::tokens::DAYS;
use crate::gateway::tokens::TokenError;
use crate::gateway::tokens::VisitorTokens;
use crate::ids::Timestamp;
use crate::ids::VisitorId;

const NOW: Timestamp = Timestamp(1_795_383_296_789);
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn tokens() -> VisitorTokens {
    VisitorTokens::new(&[7; 32])
}

#[test]
fn a_token_makes_the_visitor_for_whom_it_was_issued() {
    let visitor = VisitorId::new("v-1_A");
    let token = tokens().issue(&visitor, NOW);
    assert_eq!(tokens().verify(&token, NOW), Ok(visitor.clone()));
    assert_eq!(tokens().verify(&token, NOW.plus_ms(DAYS * DAY_MS - 2_000)), Ok(visitor));
}

#[test]
fn the_form_of_a_token_is_kept() {
    // Tokens live 30 days in browsers: a new form is a new version.
    let token = tokens().issue(&VisitorId::new("v1"), NOW);
    let (signed, mac) = token.rsplit_once('.').unwrap();
    assert_eq!(signed, "1.v1.1797975296");
    assert_eq!(mac, "D2Zd0QIlIW19sSQYOaqfPzVl0b-9vEOZWVeAaDIH5RM");
}

#[test]
fn a_token_ends() {
    let token = tokens().issue(&VisitorId::new("v1"), NOW);
    let later = NOW.plus_ms(DAYS * DAY_MS);
    assert_eq!(tokens().verify(&token, later), Err(TokenError::Expired));
}

#[test]
fn no_changed_token_makes_anybody() {
    let token = tokens().issue(&VisitorId::new("victim"), NOW);
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(tokens().verify(&changed, NOW).is_err(), "{changed}");
    }
    for cut in 0..token.len() {
        assert!(tokens().verify(&token[..cut], NOW).is_err(), "{cut}");
    }
}

#[test]
fn another_servers_token_is_a_forgery() {
    let token = VisitorTokens::new(&[8; 32]).issue(&VisitorId::new("v1"), NOW);
    assert_eq!(tokens().verify(&token, NOW), Err(TokenError::Forged));
}

#[test]
fn what_is_no_token_is_malformed() {
    for text in ["", ".", "1.v.2", "2.v1.1797975296.AAAA", "1.v1.x.y.z", "1.v1.1.å"] {
        assert_eq!(tokens().verify(text, NOW), Err(TokenError::Malformed), "{text}");
    }
}
