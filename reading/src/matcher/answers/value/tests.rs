//! Values as people write them; days and numbers have tests of their own.

use super::*;

fn read(kind: ValueKind, text: &str) -> Option<Value> {
    let pattern = Regex::new("^[A-Z]{2}[0-9]{6}$|[A-Z]{2}[0-9]{6}").expect("it is constant");
    let today = Date::constant(2026, 3, 18);
    let wanted = Wanted { kind, pattern: Some(&pattern), today };
    read_value(text, Language::Sv, &wanted).map(|found| found.value)
}

#[test]
fn phone_numbers_come_out_in_one_form() {
    for text in [
        "040 123 4567",
        "+358 40 123 4567",
        "+358 (0)40 1234567",
        "0401234567",
        "00358401234567",
        "numret är 040-1234567.",
        "358401234567",
    ] {
        assert_eq!(read(ValueKind::Phone, text), Some(Value::from("+358401234567")), "{text}");
    }
    assert_eq!(read(ValueKind::Phone, "+46 70 123 45 67"), Some(Value::from("+46701234567")));
    for text in ["vet inte", "112", "040 1234567 eller 050 7654321", "1234567"] {
        assert_eq!(read(ValueKind::Phone, text), None, "{text}");
    }
}

#[test]
fn e_mail_addresses_are_found_in_a_sentence() {
    for (text, address) in [
        ("maja.strom@Example.FI", Some("maja.strom@example.fi")),
        ("den är maja@example.fi.", Some("maja@example.fi")),
        ("maja (at) example.fi", Some("maja@example.fi")),
        ("maja snabel-a example.fi", Some("maja@example.fi")),
        ("maja@example", None),
        ("a@example.fi eller b@example.fi", None),
        ("jag har ingen", None),
    ] {
        assert_eq!(read(ValueKind::Email, text), address.map(Value::from), "{text}");
    }
}

#[test]
fn references_are_forgiven_small_letters_and_blanks() {
    for text in ["AB123456", "ab123456", "ab 123 456", "AB-123456", "mitt nummer är AB123456"] {
        assert_eq!(read(ValueKind::Reference, text), Some(Value::from("AB123456")), "{text}");
    }
    assert_eq!(read(ValueKind::Reference, "A123"), None);
}

#[test]
fn what_was_covered_is_no_value() {
    for kind in ValueKind::ALL {
        assert_eq!(read(kind, "det är •••• 040 1234567"), None, "{kind}");
    }
}

#[test]
fn a_very_long_text_is_looked_at_in_part_only() {
    let text = format!("{} 040 1234567", "x".repeat(10_000));
    assert_eq!(read(ValueKind::Phone, &text), None);
    let all = read(ValueKind::Text, &text).expect("words are a text");
    assert_eq!(all.as_str().map(str::len), Some(text.len()), "its length is for the question");
}

#[test]
fn whole_numbers_stay_whole() {
    assert_eq!(read(ValueKind::Number, "20"), Some(Value::from(20)));
    assert_eq!(read(ValueKind::Number, "3,5"), Some(Value::from(3.5)));
}
