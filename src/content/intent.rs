//! What messages may be about.

use std::collections::BTreeMap;

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Span;
use crate::content::fields::Fields;
use crate::content::fields::Word;
use crate::content::lint;
use crate::content::text::Text;
use crate::content::yaml::Node;
use crate::ids::DialogueId;
use crate::ids::IntentId;
use crate::ids::is_wire_id;
use crate::language::Language;
use crate::matcher::Keyword;

/// An intent as an author wrote it.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The name of its file.
    pub id: IntentId,
    /// Its name for people.
    pub title: Text,
    /// The dialogue that treats it.
    pub dialogue: DialogueId,
    /// Whether it interrupts everything at once.
    pub urgent: bool,
    /// Its place among the topics that the greeting suggests, from 1.
    pub suggested: Option<u8>,
    /// What weighs by itself.
    pub keywords: BTreeMap<Language, Vec<Keyword>>,
    /// What customers write.
    pub examples: BTreeMap<Language, Vec<String>>,
    /// The file, for later diagnostics.
    pub(crate) file: String,
    /// Where the dialogue is named.
    pub(crate) dialogue_span: Span,
    /// Where its place in the greeting stands.
    pub(crate) suggested_span: Span,
    /// Where each example stands.
    pub(crate) example_spans: BTreeMap<Language, Vec<Word>>,
    /// Where each keyword stands.
    pub(crate) keyword_words: Vec<(Language, Word)>,
}

/// Reads an intent file.
pub(crate) fn read(file: &str, node: Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Intent> {
    let mut fields = Fields::open(file, node, "an intent", diagnostics);
    let id = fields.need_word("intent", "an intent");
    let title = fields.need_text("title", "an intent");
    let dialogue = fields.word("dialogue");
    let urgent = fields.flag("urgent");
    let suggested = read_suggested(&mut fields);
    let keyword_words = fields.words("keywords");
    let keywords = read_keywords(&mut fields, &keyword_words);
    let (example_span, example_spans) = match fields.take("examples") {
        Some((span, node)) => (span, fields.as_words(node, "examples")),
        None => (fields.span(), BTreeMap::new()),
    };
    lint::messages(file, "examples", &example_spans, fields.diagnostics());
    let span = id.as_ref().map_or(fields.span(), |word| word.span);
    let has_any = example_spans.values().any(|words| !words.is_empty())
        || keywords.values().any(|list: &Vec<Keyword>| !list.is_empty());
    if has_any {
        for language in Language::ALL {
            let silent = example_spans.get(&language).is_none_or(Vec::is_empty)
                && keywords.get(&language).is_none_or(Vec::is_empty);
            if silent {
                let message = format!("the intent has no example in `{}`", language.code());
                fields
                    .report(example_span, Code::MissingLanguage, &message)
                    .help("whoever writes in that language is never understood: give examples");
            }
        }
    } else {
        fields
            .report(span, Code::NoExamples, "nothing can match this intent")
            .help("give it `examples:` of what customers write, in every language");
    }
    if let Some(word) = id.as_ref().filter(|word| !is_wire_id(&word.text)) {
        fields
            .report(word.span, Code::BadValue, &format!("`{}` cannot be a name", word.text))
            .help("a name has 1 to 64 of the letters a-z and A-Z, digits, _ and -");
    }
    fields.finish("an intent");
    let id = id?;
    let examples = example_spans
        .iter()
        .map(|(language, words)| (*language, words.iter().map(|word| word.text.clone()).collect()))
        .collect();
    Some(Intent {
        dialogue: DialogueId::new(dialogue.as_ref().map_or(&id.text, |word| &word.text)),
        dialogue_span: dialogue.map_or(id.span, |word| word.span),
        id: IntentId::new(&id.text),
        title,
        urgent,
        suggested: suggested.as_ref().map(|(_, place)| *place),
        suggested_span: suggested.map_or(id.span, |(span, _)| span),
        keywords,
        examples,
        file: file.to_owned(),
        example_spans,
        keyword_words: keyword_words
            .into_iter()
            .flat_map(|(language, words)| words.into_iter().map(move |word| (language, word)))
            .collect(),
    })
}

fn read_suggested(fields: &mut Fields<'_>) -> Option<(Span, u8)> {
    let word = fields.word("suggested")?;
    let place = word.text.parse().ok().filter(|place| (1..=99).contains(place));
    if place.is_none() {
        fields
            .report(word.span, Code::BadValue, "`suggested` must be a whole number from 1 to 99")
            .help("it is the place of the topic among the buttons of the greeting");
    }
    place.map(|place| (word.span, place))
}

fn read_keywords(
    fields: &mut Fields<'_>,
    words: &BTreeMap<Language, Vec<Word>>,
) -> BTreeMap<Language, Vec<Keyword>> {
    let mut keywords: BTreeMap<Language, Vec<Keyword>> = BTreeMap::new();
    for (language, words) in words {
        for word in words {
            match Keyword::parse(&word.text) {
                Ok(keyword) => keywords.entry(*language).or_default().push(keyword),
                Err(error) => {
                    fields.report(word.span, Code::Keyword, &error.to_string());
                }
            }
        }
    }
    keywords
}

/// Reads a file of messages that are not the bot's own business.
pub(crate) fn read_out_of_scope(
    file: &str,
    node: Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<Language, Vec<Word>> {
    let mut fields = Fields::open(file, node, "this file", diagnostics);
    let Some((span, node)) = fields.take("out_of_scope") else { return BTreeMap::new() };
    let words = fields.as_words_in_all(span, node, "out_of_scope");
    lint::messages(file, "out_of_scope", &words, fields.diagnostics());
    fields.finish("a file of out-of-scope messages");
    words
}
