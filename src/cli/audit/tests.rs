use crate::cli::audit::json_line;
use crate::cli::audit::line;
use crate::cli::audit::moment;
use crate::cli::audit::noted;
use crate::ids::Timestamp;
use crate::store::AuditRow;

fn row(body: &str) -> AuditRow {
    let at = Timestamp(1_795_383_296_789);
    AuditRow { number: 7, at, body: body.to_owned(), hash: [0; 32] }
}

#[test]
fn an_entry_is_one_line() {
    let claimed = row(r#"{"by":{"agent":"a1"},"action":"claimed","conversation":"c1"}"#);
    assert_eq!(line(&claimed), "7\t2026-11-22T21:34:56.789Z\ta1\tclaimed\tconversation: c1");
    let json = r#"{"number":7,"at":"2026-11-22T21:34:56.789Z","by":{"agent":"a1"},"action":"claimed","conversation":"c1"}"#;
    assert_eq!(json_line(&claimed), json);
    let newer = row(r#"{"by":"operator","action":"flew"}"#);
    assert!(line(&newer).ends_with("{\"by\":\"operator\",\"action\":\"flew\"}"));
}

#[test]
fn a_moment_is_a_day_or_a_time() {
    assert_eq!(moment("1970-01-02"), Ok(Timestamp(86_400_000)));
    assert_eq!(moment("1970-01-01T00:00:01Z"), Ok(Timestamp(1_000)));
    assert_eq!(moment("1970-01-01T02:00:01+02:00"), Ok(Timestamp(1_000)));
    assert_eq!(moment("1970-01-01T00:00:01"), Ok(Timestamp(1_000)));
    assert!(moment("yesterday").is_err());
}

#[test]
fn a_noted_head_has_a_number_and_a_hash() {
    let hash = "AB".repeat(32);
    assert_eq!(noted(&format!("3:{hash}")).unwrap().hash, hash.to_lowercase());
    for wrong in ["3", "x:ab", "3:ab", &format!("0:{hash}"), &format!("3:{}", "zz".repeat(32))] {
        assert!(noted(wrong).is_err(), "{wrong}");
    }
}
