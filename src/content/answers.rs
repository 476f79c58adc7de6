//! Reading the file of answers: how people say yes, no and the rest.

use std::collections::BTreeMap;

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::fields::Fields;
use crate::content::yaml::Node;
use crate::language::Language;
use crate::matcher::answers::AnswerClass;

/// Reads the file.
pub(crate) fn read(
    file: &str,
    node: Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<AnswerClass, BTreeMap<Language, Vec<String>>> {
    let mut outer = Fields::open(file, node, "this file", diagnostics);
    let mut classes = BTreeMap::new();
    if let Some((_, inner)) = outer.need("answers", "this file") {
        let mut fields = Fields::open(file, inner, "`answers`", outer.diagnostics());
        for (key, node) in fields.rest() {
            let class: Result<AnswerClass, _> =
                serde_json::from_value(serde_json::Value::String(key.name.clone()));
            let Ok(class) = class else {
                let message = format!("`{}` is no class of answer", key.name);
                fields
                    .report(key.span, Code::UnknownKey, &message)
                    .help("known: yes, no, unsure, solved, failing, repeat, back, start_over, cancel, frustrated, none");
                continue;
            };
            let words = fields
                .as_words(node, &key.name)
                .into_iter()
                .map(|(language, words)| {
                    (language, words.into_iter().map(|word| word.text).collect())
                })
                .collect();
            classes.insert(class, words);
        }
    }
    outer.finish("this file");
    classes
}

/// Reads the file of what people say before they correct themselves.
pub(crate) fn read_corrections(
    file: &str,
    node: Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<Language, Vec<String>> {
    let mut fields = Fields::open(file, node, "this file", diagnostics);
    let words = fields.words("corrections");
    fields.finish("a file of corrections");
    words
        .into_iter()
        .map(|(language, words)| (language, words.into_iter().map(|word| word.text).collect()))
        .collect()
}
