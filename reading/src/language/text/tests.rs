use super::*;

fn words(text: &str) -> Vec<String> {
    Words::of(text).iter().map(str::to_owned).collect()
}

#[test]
fn words_are_runs_of_letters_or_digits_in_lower_case() {
    assert_eq!(words("Jag får INTE sms:et!"), ["jag", "får", "inte", "sms", "et"]);
    assert_eq!(words("30days 12345 1"), ["00", "days", "0000", "0"]);
    assert_eq!(words("don't can’t it´s"), ["dont", "cant", "its"]);
}

#[test]
fn spellings_of_one_character_are_one() {
    assert_eq!(words("a\u{308}r"), ["är"]);
    assert_eq!(words("ﬁnd ｃａｒｄ"), ["find", "card"]);
    assert_eq!(words("ko\u{200b}d ko\u{ad}d k\u{feff}od"), ["kod", "kod", "kod"]);
    assert_eq!(words("x\u{301}\u{302}\u{303}y"), ["xy"]);
}

#[test]
fn signs_and_emoji_are_no_words() {
    assert!(words("👍🏽 !!! … ¿? \u{200b}\u{301}").is_empty());
    assert!(words("").is_empty());
    assert_eq!(words("помощь 助けて"), ["помощь", "助けて"]);
}

#[test]
fn a_text_without_end_is_cut() {
    assert_eq!(words(&"ab ".repeat(10_000)).len(), MAX_WORDS);
    let long = words(&"a".repeat(10_000));
    assert_eq!(long.len(), 1);
    assert_eq!(long[0].chars().count(), MAX_WORD_CHARS);
}
