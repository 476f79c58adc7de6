//! Reading mappings: every key is asked for by name, and what is left over is unknown.

use std::collections::BTreeMap;

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Span;
use crate::content::suggest::did_you_mean;
use crate::content::text::Text;
use crate::content::yaml::Key;
use crate::content::yaml::Node;
use crate::content::yaml::Value;
use crate::language::Language;

/// A mapping that is being read. Each key is taken once; [`Fields::finish`] reports what is left.
pub(crate) struct Fields<'a> {
    file: &'a str,
    span: Span,
    entries: Vec<(Key, Node)>,
    asked: Vec<&'static str>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// A word with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// Where it stands.
    pub(crate) span: Span,
    /// The word.
    pub(crate) text: String,
}

impl<'a> Fields<'a> {
    /// Opens a mapping; anything else is reported and read as an empty one.
    pub(crate) fn open(
        file: &'a str,
        node: Node,
        what: &str,
        diagnostics: &'a mut Vec<Diagnostic>,
    ) -> Self {
        let span = node.span;
        let entries = if let Value::Map(entries) = node.value {
            entries
        } else {
            Diagnostic::add(
                diagnostics,
                file,
                span,
                Code::WrongKind,
                &format!("{what} must be a mapping (`key: value` lines)"),
            );
            Vec::new()
        };
        Self { file, span, entries, asked: Vec::new(), diagnostics }
    }

    /// The file that is being read.
    pub(crate) fn file(&self) -> &'a str {
        self.file
    }

    /// Where the mapping stands.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// Reports something that is wrong.
    pub(crate) fn report(&mut self, span: Span, code: Code, message: &str) -> &mut Diagnostic {
        Diagnostic::add(self.diagnostics, self.file, span, code, message)
    }

    /// The list that reports go to, for a reader of an inner mapping.
    pub(crate) fn diagnostics(&mut self) -> &mut Vec<Diagnostic> {
        self.diagnostics
    }

    /// Whether the key stands here.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(key, _)| key.name == name)
    }

    /// Takes the value of a key.
    pub(crate) fn take(&mut self, name: &'static str) -> Option<(Span, Node)> {
        self.asked.push(name);
        let at = self.entries.iter().position(|(key, _)| key.name == name)?;
        let (key, node) = self.entries.remove(at);
        Some((key.span, node))
    }

    /// Takes a key that must be there.
    pub(crate) fn need(&mut self, name: &'static str, what: &str) -> Option<(Span, Node)> {
        let found = self.take(name);
        if found.is_none() {
            let span = self.span;
            self.report(span, Code::MissingKey, &format!("{what} lacks `{name}:`"));
        }
        found
    }

    /// Takes a word.
    pub(crate) fn word(&mut self, name: &'static str) -> Option<Word> {
        let (_, node) = self.take(name)?;
        self.as_word(node, name)
    }

    /// Takes a word that must be there.
    pub(crate) fn need_word(&mut self, name: &'static str, what: &str) -> Option<Word> {
        let (_, node) = self.need(name, what)?;
        self.as_word(node, name)
    }

    /// Reads a node as a word.
    pub(crate) fn as_word(&mut self, node: Node, what: &str) -> Option<Word> {
        match node.value {
            Value::Scalar(text) if !text.trim().is_empty() => Some(Word { span: node.span, text }),
            _ => {
                self.report(node.span, Code::WrongKind, &format!("`{what}` must be one word"));
                None
            }
        }
    }

    /// Takes a number; anything else is reported.
    pub(crate) fn number(&mut self, name: &'static str) -> Option<(Span, f64)> {
        let word = self.word(name)?;
        let number = word.text.parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            self.report(word.span, Code::BadValue, &format!("`{name}` must be a number"));
        }
        number.map(|number| (word.span, number))
    }

    /// Takes yes or no (`true`, `false`).
    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        match self.word(name) {
            None => false,
            Some(word) => match word.text.as_str() {
                "true" | "yes" => true,
                "false" | "no" => false,
                _ => {
                    self.report(word.span, Code::BadValue, &format!("`{name}` is true or false"));
                    false
                }
            },
        }
    }

    /// Takes a text that must be there in every language.
    pub(crate) fn need_text(&mut self, name: &'static str, what: &str) -> Text {
        match self.need(name, what) {
            Some((span, node)) => self.as_text(span, node, name),
            None => Text::default(),
        }
    }

    /// Takes a text, which must then be there in every language.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<Text> {
        let (span, node) = self.take(name)?;
        Some(self.as_text(span, node, name))
    }

    /// Reads a node as a text in every language.
    pub(crate) fn as_text(&mut self, key: Span, node: Node, what: &str) -> Text {
        if let Value::Scalar(_) = node.value {
            self.report(key, Code::MissingLanguage, &format!("`{what}` is in one language only"))
                .help("write one text per language: { sv: \"…\", fi: \"…\", en: \"…\" }");
            return Text::default();
        }
        let variants = self.by_language(node, what);
        for language in Language::ALL {
            let texts = variants.get(&language);
            if texts.is_none_or(|texts| texts.iter().all(|text| text.trim().is_empty())) {
                let code = language.code();
                self.report(key, Code::MissingLanguage, &format!("`{what}` lacks `{code}:`"))
                    .help("every text that a customer may see is written in every language");
            }
        }
        Text::new(variants)
    }

    /// Takes lists of words by language; a missing key or language is an empty list.
    pub(crate) fn words(&mut self, name: &'static str) -> BTreeMap<Language, Vec<Word>> {
        let Some((_, node)) = self.take(name) else { return BTreeMap::new() };
        self.as_words(node, name)
    }

    /// Reads a node as lists of words by language.
    pub(crate) fn as_words(&mut self, node: Node, what: &str) -> BTreeMap<Language, Vec<Word>> {
        let Value::Map(entries) = node.value else {
            self.report(node.span, Code::WrongKind, &format!("`{what}` must be lists by language"))
                .help("write { sv: [ … ], fi: [ … ], en: [ … ] }");
            return BTreeMap::new();
        };
        let mut by_language = BTreeMap::new();
        for (key, node) in entries {
            let Some(language) = self.language(&key) else { continue };
            let words = match node.value {
                Value::List(items) => {
                    items.into_iter().filter_map(|item| self.as_word(item, what)).collect()
                }
                Value::Scalar(text) => vec![Word { span: node.span, text }],
                Value::Empty => Vec::new(),
                Value::Map(_) => {
                    self.report(node.span, Code::WrongKind, &format!("`{what}` must be a list"));
                    Vec::new()
                }
            };
            by_language.insert(language, words);
        }
        by_language
    }

    fn by_language(&mut self, node: Node, what: &str) -> BTreeMap<Language, Vec<String>> {
        self.as_words(node, what)
            .into_iter()
            .map(|(language, words)| (language, words.into_iter().map(|word| word.text).collect()))
            .collect()
    }

    fn language(&mut self, key: &Key) -> Option<Language> {
        let language = Language::ALL.into_iter().find(|language| language.code() == key.name);
        if language.is_none() {
            let message = format!("`{}` is no language of this bot", key.name);
            self.report(key.span, Code::UnknownKey, &message).help("its languages: sv, fi, en");
        }
        language
    }

    /// Takes the entries that are left, for mappings whose keys the author names.
    pub(crate) fn rest(&mut self) -> Vec<(Key, Node)> {
        std::mem::take(&mut self.entries)
    }

    /// Reports the keys that nothing asked for.
    pub(crate) fn finish(mut self, what: &str) {
        for (key, _) in std::mem::take(&mut self.entries) {
            let help = did_you_mean(&key.name, self.asked.iter().copied());
            let message = format!("{what} has no `{}:`", key.name);
            self.report(key.span, Code::UnknownKey, &message).help(&help);
        }
    }
}
