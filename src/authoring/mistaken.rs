//! Examples that the trained matcher itself takes for another intent: where even the message that
//! was learnt is misread, the intents overlap.

use crate::content::Content;
use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::matcher::Context;
use crate::matcher::Decision;

/// More examples than this are not looked through; a check must not take minutes.
const MOST_EXAMPLES: usize = 20_000;

/// Looks through the examples of all intents.
#[must_use]
pub fn examples(content: &Content) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let all = content.intents.values().flat_map(|intent| {
        let spans = intent.example_spans.iter();
        spans.flat_map(move |(language, words)| words.iter().map(move |it| (intent, *language, it)))
    });
    for (intent, language, word) in all.take(MOST_EXAMPLES) {
        let ranking = content.matcher(language).rank(&word.text, &Context::default());
        let Some(best) = ranking.candidates.first() else { continue };
        if ranking.decision == Decision::Answer && best.intent != intent.id {
            let message = format!("the matcher takes this example for `{}`", best.intent);
            let span = word.span;
            Diagnostic::add(&mut diagnostics, &intent.file, span, Code::MistakenExample, &message)
                .help("move it there, or give both intents more examples that tell them apart")
                .only_warn();
        }
    }
    diagnostics
}
