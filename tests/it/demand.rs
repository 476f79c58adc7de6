//! What a test needs and a machine may lack.

/// Says that a test cannot be made here. Where everything is demanded, as in the gate, that is a
/// failure: what is skipped without a word is what nobody misses until it has broken.
pub(crate) fn skip(why: &str) {
    let is_set = |name: &str| {
        let value = std::env::var(name).unwrap_or_default();
        !matches!(value.as_str(), "" | "0" | "false")
    };
    assert!(!is_set("CI") && !is_set("SKICKA_TEST_DEMAND"), "this test cannot be made: {why}");
    eprintln!("skipped: {why}");
}
