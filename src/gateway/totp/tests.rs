use crate::gateway::totp;
use crate::ids::Timestamp;

/// The key of RFC 6238, appendix B.
const RFC: &[u8] = b"12345678901234567890";

fn at(seconds: i64) -> Timestamp {
    Timestamp(seconds * 1_000)
}

#[test]
fn codes_are_those_of_the_rfc() {
    for (seconds, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        assert_eq!(totp::step_of(RFC, code, at(seconds), 0), Some(seconds / 30), "{seconds}");
    }
}

#[test]
fn a_code_is_good_for_its_step_and_one_either_way() {
    let step = 1_111_111_109 / 30;
    for (seconds, good) in [(-31, false), (-30, true), (0, true), (30, true), (60, false)] {
        let now = at(step * 30 + seconds);
        assert_eq!(totp::step_of(RFC, "081804", now, 0).is_some(), good, "{seconds}");
    }
}

#[test]
fn a_code_is_good_once() {
    let (now, step) = (at(1_111_111_109), 1_111_111_109 / 30);
    assert_eq!(totp::step_of(RFC, "081804", now, step - 1), Some(step));
    assert_eq!(totp::step_of(RFC, "081804", now, step), None);
    assert_eq!(totp::step_of(RFC, "081804", now, step + 1), None);
}

#[test]
fn what_is_no_code_is_refused() {
    for wrong in ["", "81804", "0818040", "081805", "+81804", "08180４"] {
        assert_eq!(totp::step_of(RFC, wrong, at(1_111_111_109), 0), None, "{wrong}");
    }
    assert!(totp::step_of(RFC, "081 804 ", at(1_111_111_109), 0).is_some());
}

#[test]
fn a_secret_is_written_as_apps_read_it() {
    for (bytes, text) in [("", ""), ("f", "MY"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")] {
        assert_eq!(totp::base32(bytes.as_bytes()), text);
    }
    assert_eq!(
        totp::uri(RFC, "Ålands Bank", "anna+x@bank.example"),
        "otpauth://totp/%C3%85lands%20Bank:anna%2Bx%40bank.example\
         ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%C3%85lands%20Bank\
         &algorithm=SHA1&digits=6&period=30"
    );
}

#[test]
fn a_recovery_code_is_good_once() {
    let (codes, kept) = totp::recovery_codes();
    assert_eq!((codes.len(), kept.len()), (10, 10));
    let left = totp::without(&kept, &codes[3].to_uppercase().replace('-', " ")).unwrap();
    assert_eq!(left.len(), 9);
    assert_eq!(totp::without(&left, &codes[3]), None);
    assert_eq!(totp::without(&left, ""), None);
    assert!(codes.iter().all(|code| !kept.contains(code)), "the codes themselves are not kept");
}
