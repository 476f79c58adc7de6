use crate::authoring::import::Import;
use crate::authoring::import::csv;
use crate::authoring::import::rasa;
use crate::content::Source;
use crate::content::build::draft;
use crate::content::diagnostic::Code;
use crate::language::Language;

fn left(import: &Import) -> Vec<usize> {
    import.left.iter().map(|left| left.line).collect()
}

/// What came of it has nothing wrong with it but the texts to fill in.
fn passes_but_for_texts(import: &Import) {
    let sources: Vec<Source> =
        import.files().into_iter().map(|(file, text)| Source { file, text }).collect();
    let faults = draft(&sources).1;
    let other: Vec<_> = faults.iter().filter(|fault| fault.code != Code::Unfilled).collect();
    assert!(other.is_empty(), "{other:#?}");
    assert!(!faults.is_empty());
}

#[test]
fn rasa_examples_lose_their_marks_and_what_is_left_is_told_by_line() {
    let text = "\
version: \"3.1\"
nlu:
- intent: card lost
  examples: |
    - I lost my [card](thing)
    - my [Visa]{\"entity\": \"card\", \"value\": \"visa\"} is gone
    - I lost my card!
- synonym: visa
  examples: |
    - the visa
- intent: greet
  examples: |
    - hello there
    - i LOST my card
stories:
- story: x
";
    let mut import = Import::default();
    rasa::read(&mut import, text, Language::En);
    assert_eq!(import.counts(), (2, 3));
    assert_eq!(left(&import), [5, 5, 6, 7, 8, 14, 15]);
    let files = import.files();
    assert!(files[0].1.contains("- \"my Visa is gone\""), "{}", files[0].1);
    passes_but_for_texts(&import);
}

#[test]
fn csv_is_read_with_any_separator_heading_and_quotation() {
    let text = "text;intent;lang\n\"jag; \"\"Anna\"\"\nhar tappat kortet\";card;sv\nkortti katosi;card;fi-FI\nich;card;de\n;card;sv\n";
    let mut import = Import::default();
    csv::read(&mut import, text, Language::En);
    assert_eq!(import.counts(), (1, 2));
    assert_eq!(left(&import), [5, 6]);
    let files = import.files();
    assert!(files[0].1.contains("jag; \\\"Anna\\\" har tappat kortet"), "{}", files[0].1);
    passes_but_for_texts(&import);
}

#[test]
fn csv_without_a_heading_is_intent_and_text() {
    let mut import = Import::default();
    csv::read(&mut import, "card,\"I lost it, I think\"\ncard,gone\n", Language::En);
    assert_eq!(import.counts(), (1, 2));
    assert!(import.left.is_empty());
}
