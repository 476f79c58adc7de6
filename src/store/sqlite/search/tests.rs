use super::pieces;
use super::question;

#[test]
fn words_are_asked_for_by_their_beginnings_and_quoted_ones_as_they_are() {
    let asked = |words: &str| question(words).unwrap_or_default();
    assert_eq!(asked("spärrat kort"), r#""spärrat"* "kort"*"#);
    assert_eq!(asked(r#""inte på" mobilen"#), r#""inte på" "mobilen"*"#);
    assert_eq!(asked(r#"kort" OR (text:NEAR* -^"#), r#""kort"* "OR text NEAR""#);
    assert_eq!(asked("a-b"), r#""a"* "b"*"#);
    assert_eq!(asked(" \"?!\" ☂ "), "");
}

#[test]
fn a_text_is_cut_at_what_was_looked_for() {
    let shown = |text: &str| {
        let pieces = pieces(text).into_iter();
        pieces
            .map(|(text, is_hit)| if is_hit { format!("[{text}]") } else { text })
            .collect::<Vec<_>>()
    };
    assert_eq!(shown("mitt \u{2}kort\u{3} är borta"), ["mitt ", "[kort]", " är borta"]);
    assert_eq!(shown("\u{2}kort\u{3}\u{2}et\u{3}"), ["[kort]", "[et]"]);
    assert_eq!(shown("utan \u{3}märken"), ["utan \u{3}märken"]);
}
