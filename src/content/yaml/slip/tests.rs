use crate::content::diagnostic::Code;
use crate::content::yaml::parse;

/// The line that a text's only fault is found in, and what is said of it.
fn found(text: &str) -> (usize, String) {
    let mut faults = Vec::new();
    parse("a.yaml", text, &mut faults);
    assert_eq!(faults.len(), 1, "{text}\n{faults:#?}");
    assert_eq!(faults[0].code, Code::Yaml);
    (faults[0].span.line, faults[0].message.clone())
}

#[test]
fn each_slip_is_found_in_its_own_line() {
    let head = "dialogue: lamp\nstart: a\nsteps:\n  a:\n";
    let tail = "\n    next: b\n  b:\n    say: { sv: \"x\", fi: \"y\", en: \"z\" }\n    next: end\n";
    let cases = [
        ("    say: { sv: \"x, fi: \"y\", en: \"z\" }", "quotation mark"),
        ("    say: { sv: \"x\", fi: \"y\", en: \"z }", "not closed"),
        ("    say: { sv: \"x\", fi: \"y\", en: \"z\"", "`{` that opens here"),
        ("    say: { sv: \"x\" fi: \"y\", en: \"z\" }", "a comma is missing"),
        ("    say: { sv: \"tryck \"Ok\" nu\", fi: \"y\", en: \"z\" }", "inside the text"),
        ("    say: { sv: 'x', fi: 'y', en: 'don't' }", "apostrophe"),
        ("    say: obs: läs", "a colon in a text"),
        ("    say: {{ slots.x }} hej", "begins with `{{`"),
        ("    say: @bank", "begins with `@`"),
        ("\tsay: x", "tab"),
        ("    say \"x\"", "colon is missing"),
        ("    say:x", "space is missing"),
        ("      say: x", "indented"),
    ];
    let mut wrong = Vec::new();
    for (line, told) in cases {
        let (at, message) = found(&format!("{head}{line}{tail}"));
        let wanted = if told == "indented" { 6 } else { 5 };
        if !message.contains(told) || at != wanted {
            wrong.push(format!("{line}: line {at}: {message}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
