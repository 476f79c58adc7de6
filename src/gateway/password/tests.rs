use crate::gateway::password::DECOY;
use crate::gateway::password::MAX_BYTES;
use crate::gateway::password::Unfit;
use crate::gateway::password::check;
use crate::gateway::password::hash;
use crate::gateway::password::matches;
use crate::gateway::password::one_time;

#[test]
fn only_the_right_password_matches() {
    let kept = hash("rätt häst batteri");
    assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
    assert!(matches("rätt häst batteri", Some(&kept)));
    assert!(!matches("rätt häst batterI", Some(&kept)));
    assert!(!matches("", Some(&kept)));
    assert!(!matches("rätt häst batteri", Some("no hash")));
    assert_ne!(hash("rätt häst batteri"), kept, "each hash has its own salt");
}

#[test]
fn without_an_account_the_work_is_done_all_the_same() {
    assert!(!matches("rätt häst batteri", None));
    let decoy = argon2::password_hash::phc::PasswordHash::new(DECOY).unwrap();
    assert_eq!(decoy.hash.unwrap().len(), 32);
}

#[test]
fn a_password_is_counted_in_characters() {
    assert_eq!(check("åäöåäöåäö"), Err(Unfit::Short));
    assert_eq!(check("åäöåäöåäöå"), Ok(()));
    assert_eq!(check(&"a".repeat(MAX_BYTES + 1)), Err(Unfit::Long));
}

#[test]
fn one_time_passwords_differ_and_are_fit() {
    let first = one_time();
    assert_eq!(first.len(), 19);
    assert_eq!(check(&first), Ok(()));
    assert_ne!(first, one_time());
}
