//! What the reader of answers learns from.

use std::collections::BTreeMap;
use std::collections::HashSet;

use serde::Serialize;

use crate::language::Language;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::text::Message;

/// A file of examples.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnswerTable {
    /// Class, then language, then messages.
    pub classes: BTreeMap<AnswerClass, BTreeMap<Language, Vec<String>>>,
    /// Messages with the question that they answer, by language.
    pub asked: BTreeMap<Language, Vec<AskedExample>>,
}

/// What somebody answered to a question, and what that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AskedExample {
    /// The question.
    pub question: String,
    /// The answer.
    pub text: String,
    /// Its class.
    pub class: AnswerClass,
}

/// What a model of one language is learnt from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswerExamples {
    /// The language of the messages.
    pub language: Language,
    /// The messages of each class, whatever is asked.
    pub classes: BTreeMap<AnswerClass, Vec<String>>,
    /// Messages with the question that they answer.
    pub asked: Vec<AskedExample>,
}

impl AnswerExamples {
    /// The examples of one language out of a whole table.
    #[must_use]
    pub fn of(table: &AnswerTable, language: Language) -> Self {
        let classes = table
            .classes
            .iter()
            .filter_map(|(&class, texts)| Some((class, texts.get(&language)?.clone())))
            .collect();
        let asked = table.asked.get(&language).cloned().unwrap_or_default();
        Self { language, classes, asked }
    }

    /// Adds messages about other matters (the content's own intents, what is out of scope) to
    /// those that are no answers. What is an example of an answer already stays one.
    pub fn add_other_matters<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) {
        let asked = self.asked.iter().map(|example| &example.text);
        let known: HashSet<Vec<String>> =
            self.classes.values().flatten().chain(asked).map(|text| words(text)).collect();
        let new = texts.into_iter().filter(|text| !known.contains(&words(text)));
        let new: Vec<String> = new.map(str::to_owned).collect();
        self.classes.entry(AnswerClass::None).or_default().extend(new);
    }
}

fn words(text: &str) -> Vec<String> {
    Message::parse(text).tokens.into_iter().map(|token| token.word).collect()
}
