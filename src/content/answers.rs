//! Reading the file of answers: how people say yes, no and the rest.

use std::collections::BTreeMap;

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Span;
use crate::content::fields::Fields;
use crate::content::fields::Word;
use crate::content::suggest::did_you_mean;
use crate::content::yaml::Node;
use crate::language::Language;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::lead::Phrases;

/// Reads the file.
pub(crate) fn read(
    file: &str,
    node: Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<AnswerClass, BTreeMap<Language, Vec<String>>> {
    let mut outer = Fields::open(file, node, "this file", diagnostics);
    let mut classes = BTreeMap::new();
    let mut unknown = false;
    let names = AnswerClass::ALL.map(name_of);
    if let Some((_, inner)) = outer.need("answers", "this file") {
        let mut fields = Fields::open(file, inner, "`answers`", outer.diagnostics());
        let mut seen: BTreeMap<(Language, String), (AnswerClass, Span)> = BTreeMap::new();
        for (key, node) in fields.rest() {
            let class: Result<AnswerClass, _> =
                serde_json::from_value(serde_json::Value::String(key.name.clone()));
            let Ok(class) = class else {
                let message = format!("`{}` is no class of answer", key.name);
                let help = did_you_mean(&key.name, names.iter().map(String::as_str));
                fields.report(key.span, Code::UnknownKey, &message).help(&help);
                unknown = true;
                continue;
            };
            let words = fields.as_words_in_all(key.span, node, &key.name);
            in_two_classes(&mut fields, class, &words, &mut seen);
            let plain = words.into_iter().map(|(language, words)| {
                (language, words.into_iter().map(|word| word.text).collect())
            });
            classes.insert(class, plain.collect());
        }
        for (class, name) in AnswerClass::ALL.iter().zip(&names) {
            if !unknown && !classes.contains_key(class) {
                let span = fields.span();
                fields
                    .report(span, Code::MissingKey, &format!("`answers` lacks `{name}:`"))
                    .help("without examples this answer is never understood");
            }
        }
    }
    outer.finish("this file");
    classes
}

/// Reports what stands in two classes: it can only mean one.
fn in_two_classes(
    fields: &mut Fields<'_>,
    class: AnswerClass,
    words: &BTreeMap<Language, Vec<Word>>,
    seen: &mut BTreeMap<(Language, String), (AnswerClass, Span)>,
) {
    for (language, word) in
        words.iter().flat_map(|(it, list)| list.iter().map(move |word| (*it, word)))
    {
        let plain = word.text.trim().to_lowercase();
        let other = seen.insert((language, plain), (class, word.span));
        if let Some((other, span)) = other.filter(|(other, _)| *other != class) {
            for (span, other) in [(word.span, other), (span, class)] {
                let message = format!("this stands under `{}` too", name_of(other));
                fields
                    .report(span, Code::SharedExample, &message)
                    .help("keep it where it belongs")
                    .only_warn();
            }
        }
    }
}

fn name_of(class: AnswerClass) -> String {
    match serde_json::to_value(class) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Reads the file of what people say before they correct themselves.
pub(crate) fn read_corrections(
    file: &str,
    node: Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<Language, Phrases> {
    let mut fields = Fields::open(file, node, "this file", diagnostics);
    let Some((span, node)) = fields.take("corrections") else { return BTreeMap::new() };
    let words = fields.as_words_in_all(span, node, "corrections");
    fields.finish("a file of corrections");
    words
        .into_iter()
        .map(|(language, words)| (language, words.into_iter().map(|word| word.text).collect()))
        .collect()
}
