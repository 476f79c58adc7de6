use super::*;

#[test]
fn a_transcript_fails_with_its_line_and_what_happened() {
    let (draft, _) = crate::content::build::draft(&crate::content::tests::small());
    let content = draft.train();
    let failure = play(&content, "visitor: lampan lyser inte\nbot: bananas\n")
        .expect_err("the bot says nothing of bananas");
    assert_eq!(failure.line, 2);
    assert!(failure.happened.contains("topic: lamp opened"), "{failure}");
}
