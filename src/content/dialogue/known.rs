//! Statements that answer a yes/no question before it is asked: "numret har vi kollat".

use std::collections::BTreeMap;

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Span;
use crate::content::dialogue::Answers;
use crate::content::fields::Fields;
use crate::language::Language;
use crate::matcher::answers::fact;
use crate::matcher::answers::fact::Example;

/// The answers that statements may give.
const ANSWERS: [&str; 2] = ["yes", "no"];

/// By answer and language: statements that give the answer.
pub type KnownBy = BTreeMap<String, BTreeMap<Language, Vec<Example>>>;

/// Reads `known_by`. Without a slot nothing could remember what was said.
pub(super) fn read(fields: &mut Fields<'_>, has_slot: bool) -> Option<(Span, KnownBy)> {
    let (span, node) = fields.take("known_by")?;
    if !has_slot {
        fields
            .report(span, Code::MissingKey, "`known_by` needs a `slot:` beside it")
            .help("name the slot that remembers the answer");
    }
    let file = fields.file();
    let mut inner = Fields::open(file, node, "`known_by`", fields.diagnostics());
    let mut known = KnownBy::new();
    for answer in ANSWERS {
        let by_language = inner.words(answer);
        for word in by_language.values().flatten().filter(|word| !fact::is_telling(&word.text)) {
            inner
                .report(word.span, Code::BadValue, "this statement has too few words to be known")
                .help("write what it is about and what is so: \"numret är kollat\"");
        }
        let examples: BTreeMap<Language, Vec<Example>> = by_language
            .into_iter()
            .map(|(language, words)| {
                (language, words.iter().map(|it| Example::of(&it.text, language)).collect())
            })
            .collect();
        if !examples.is_empty() {
            known.insert(answer.to_owned(), examples);
        }
    }
    inner.finish("`known_by`");
    Some((span, known))
}

/// What was read, if the question asks yes or no; choices have their own words.
pub(super) fn fitting(
    fields: &mut Fields<'_>,
    known: Option<(Span, KnownBy)>,
    answers: &Answers,
) -> KnownBy {
    match (known, answers) {
        (None, _) => KnownBy::new(),
        (Some((_, known)), Answers::YesNo { check: false, .. }) => known,
        (Some((span, _)), _) => {
            fields
                .report(span, Code::BadValue, "`known_by` is for questions with yes and no")
                .help("give a choice its words by `also:`");
            KnownBy::new()
        }
    }
}
