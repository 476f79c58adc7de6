//! Reading the file of answers: how people say yes, no and the rest.

use std::collections::BTreeMap;

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Span;
use crate::content::fields::Fields;
use crate::content::fields::Word;
use crate::content::suggest::did_you_mean;
use crate::content::yaml::Node;
use crate::content::yaml::Value;
use crate::language::Language;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::AnswerTable;
use crate::matcher::answers::AskedExample;
use crate::matcher::answers::lead::Phrases;

/// Reads the file.
pub(crate) fn read(file: &str, node: Node, diagnostics: &mut Vec<Diagnostic>) -> AnswerTable {
    let mut outer = Fields::open(file, node, "this file", diagnostics);
    let mut classes = BTreeMap::new();
    let mut unknown = false;
    let names = AnswerClass::ALL.map(AnswerClass::as_str);
    if let Some((_, inner)) = outer.need("answers", "this file") {
        let mut fields = Fields::open(file, inner, "`answers`", outer.diagnostics());
        let mut seen: BTreeMap<(Language, String), (AnswerClass, Span)> = BTreeMap::new();
        for (key, node) in fields.rest() {
            let found = AnswerClass::ALL.into_iter().find(|class| class.as_str() == key.name);
            let Some(class) = found else {
                let message = format!("`{}` is no class of answer", key.name);
                let help = did_you_mean(&key.name, names);
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
        for (class, name) in AnswerClass::ALL.iter().zip(names) {
            if !unknown && !classes.contains_key(class) {
                let span = fields.span();
                fields
                    .report(span, Code::MissingKey, &format!("`answers` lacks `{name}:`"))
                    .help("without examples this answer is never understood");
            }
        }
    }
    let asked = match outer.take("asked") {
        Some((_, node)) => read_asked(file, node, outer.diagnostics()),
        None => BTreeMap::new(),
    };
    outer.finish("this file");
    AnswerTable { classes, asked }
}

/// Reads the questions, by language, each with what people answer to it.
fn read_asked(
    file: &str,
    node: Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<Language, Vec<AskedExample>> {
    let mut fields = Fields::open(file, node, "`asked`", diagnostics);
    let mut asked = BTreeMap::new();
    for language in Language::ALL {
        let Some((span, node)) = fields.take(language.code()) else { continue };
        let Value::List(questions) = node.value else {
            let message = format!("`asked` in `{}` must be a list of questions", language.code());
            fields
                .report(span, Code::WrongKind, &message)
                .help("write `- { to: \"Do you have it?\", yes: [\"it is here\"], no: [gone] }`");
            continue;
        };
        let read = questions.into_iter().flat_map(|node| read_question(&mut fields, node));
        asked.insert(language, read.collect());
    }
    fields.finish("`asked`");
    asked
}

/// Reads one question and its answers. What stands under two classes is reported: to one question
/// it can only mean one.
fn read_question(outer: &mut Fields<'_>, node: Node) -> Vec<AskedExample> {
    let file = outer.file();
    let what = "a question of `asked`";
    let mut fields = Fields::open(file, node, what, outer.diagnostics());
    let question = fields.need_word("to", what);
    let mut seen: BTreeMap<String, AnswerClass> = BTreeMap::new();
    let mut read = Vec::new();
    for class in AnswerClass::ALL {
        for word in fields.lines(class.as_str()) {
            let other = seen.insert(word.text.trim().to_lowercase(), class);
            if let Some(other) = other.filter(|other| *other != class) {
                let message = format!("this stands under `{}` too", other.as_str());
                fields
                    .report(word.span, Code::SharedExample, &message)
                    .help("keep it where it belongs")
                    .only_warn();
            }
            if let Some(question) = &question {
                let question = question.text.clone();
                read.push(AskedExample { question, text: word.text, class });
            }
        }
    }
    if read.is_empty() && question.is_some() {
        let span = fields.span();
        fields
            .report(span, Code::MissingKey, "no answer to this question is given")
            .help("write what people answer, by class: `yes: [\"it is here\"], no: [gone]`");
    }
    fields.finish(what);
    read
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
                let message = format!("this stands under `{}` too", other.as_str());
                fields
                    .report(span, Code::SharedExample, &message)
                    .help("keep it where it belongs")
                    .only_warn();
            }
        }
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
