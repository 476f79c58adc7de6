//! Reading mappings: every key is asked for by name, and what is left over is unknown.

use std::collections::BTreeMap;

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Span;
use crate::content::lint;
use crate::content::suggest::did_you_mean;
use crate::content::suggest::nearest;
use crate::content::text::Text;
use crate::content::yaml::Key;
use crate::content::yaml::Node;
use crate::content::yaml::Value;
use crate::language::Language;

/// Keys that stand beside a text, and that an author may have indented too far.
const OUTER_KEYS: [&str; 13] = [
    "next", "again", "label", "links", "slot", "answers", "choices", "no", "escalate", "verb",
    "examples", "keywords", "dialogue",
];

/// A mapping that is being read. Each key is taken once; [`Fields::finish`] reports what is left.
pub(crate) struct Fields<'a> {
    file: &'a str,
    span: Span,
    entries: Vec<(Key, Node)>,
    asked: Vec<&'static str>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// What stands under one language.
struct List {
    key: Span,
    words: Vec<Word>,
    /// Whether something in it was reported already.
    faulty: bool,
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

    /// Points at `span` where something is missing: at the name of what is read.
    pub(crate) fn named_at(mut self, span: Span) -> Self {
        self.span = span;
        self
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
        #[cfg(test)]
        asked::note(name);
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
            Value::Scalar(_) | Value::Empty => {
                self.report(node.span, Code::WrongKind, &format!("`{what}` has no value"))
                    .help("write one behind the colon");
                None
            }
            Value::List(_) | Value::Map(_) => {
                self.report(node.span, Code::WrongKind, &format!("`{what}` must be one word"))
                    .help("write a single value, without brackets or braces");
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
        let (lists, unknown) = self.lists(node, what);
        let missing = Language::ALL.into_iter().filter(|language| !lists.contains_key(language));
        // A misspelt language is one fault, not two.
        for language in missing.skip(unknown) {
            let code = language.code();
            self.report(key, Code::MissingLanguage, &format!("`{what}` lacks `{code}:`"))
                .help("every text that a customer may see is written in every language");
        }
        let mut words = BTreeMap::new();
        for (language, list) in lists {
            if list.words.is_empty() && !list.faulty {
                let code = language.code();
                let message = format!("`{what}` has nothing in `{code}`");
                self.report(list.key, Code::MissingLanguage, &message)
                    .help("write the text, in quotes");
            }
            words.insert(language, list.words);
        }
        lint::text(self.file, key, what, &words, self.diagnostics);
        Text::new(words)
    }

    /// Takes lists of words by language; a missing key or language is an empty list.
    pub(crate) fn words(&mut self, name: &'static str) -> BTreeMap<Language, Vec<Word>> {
        let Some((_, node)) = self.take(name) else { return BTreeMap::new() };
        self.as_words(node, name)
    }

    /// Reads a node as lists of words by language.
    pub(crate) fn as_words(&mut self, node: Node, what: &str) -> BTreeMap<Language, Vec<Word>> {
        let words: BTreeMap<Language, Vec<Word>> = self
            .lists(node, what)
            .0
            .into_iter()
            .map(|(language, list)| (language, list.words))
            .collect();
        lint::list(self.file, what, &words, self.diagnostics);
        words
    }

    /// The same for lists that must say something in every language.
    pub(crate) fn as_words_in_all(
        &mut self,
        key: Span,
        node: Node,
        what: &str,
    ) -> BTreeMap<Language, Vec<Word>> {
        let (lists, unknown) = self.lists(node, what);
        let silent = |language: &Language| {
            lists.get(language).is_none_or(|list| list.words.is_empty() && !list.faulty)
        };
        for language in Language::ALL.into_iter().filter(silent).skip(unknown) {
            let span = lists.get(&language).map_or(key, |list| list.key);
            let message = format!("`{what}` has nothing in `{}`", language.code());
            self.report(span, Code::MissingLanguage, &message)
                .help("the bot reads every language by examples in it: give some");
        }
        let words: BTreeMap<Language, Vec<Word>> =
            lists.into_iter().map(|(language, list)| (language, list.words)).collect();
        lint::list(self.file, what, &words, self.diagnostics);
        words
    }

    /// Reads lists by language, and counts the keys that are no language.
    fn lists(&mut self, node: Node, what: &str) -> (BTreeMap<Language, List>, usize) {
        let mut lists = BTreeMap::new();
        let mut unknown = 0;
        let Value::Map(entries) = node.value else {
            self.report(
                node.span,
                Code::WrongKind,
                &format!("`{what}` must be written by language"),
            )
            .help("write { sv: …, fi: …, en: … }");
            return (lists, Language::ALL.len());
        };
        for (key, node) in entries {
            let Some(language) = self.language(&key) else {
                unknown += 1;
                continue;
            };
            let mut list = List { key: key.span, words: Vec::new(), faulty: false };
            match node.value {
                Value::List(items) => {
                    let count = items.len();
                    list.words =
                        items.into_iter().filter_map(|item| self.as_item(item, what)).collect();
                    list.faulty = list.words.len() < count;
                }
                Value::Scalar(text) if text.trim().is_empty() => {}
                Value::Scalar(text) => list.words.push(Word { span: node.span, text }),
                Value::Empty => {}
                Value::Map(_) => {
                    list.faulty = true;
                    let message =
                        format!("`{what}` in `{}` must be a text or a list of texts", key.name);
                    self.report(node.span, Code::WrongKind, &message)
                        .help("if the text has a colon in it, put it in quotes");
                }
            }
            lists.insert(language, list);
        }
        (lists, unknown)
    }

    /// Takes a line or a list of lines; a missing key is an empty list.
    pub(crate) fn lines(&mut self, name: &'static str) -> Vec<Word> {
        match self.take(name) {
            None => Vec::new(),
            Some((_, Node { value: Value::List(items), .. })) => {
                items.into_iter().filter_map(|item| self.as_item(item, name)).collect()
            }
            Some((_, node)) => self.as_word(node, name).into_iter().collect(),
        }
    }

    fn as_item(&mut self, node: Node, what: &str) -> Option<Word> {
        match node.value {
            Value::Scalar(text) if !text.trim().is_empty() => Some(Word { span: node.span, text }),
            Value::Scalar(_) | Value::Empty => {
                self.report(node.span, Code::WrongKind, &format!("an empty line in `{what}`"))
                    .help("write something, or remove it");
                None
            }
            Value::Map(_) | Value::List(_) => {
                let message = format!("a line of `{what}` must be one text");
                self.report(node.span, Code::WrongKind, &message)
                    .help("a text with a colon in it stands in quotes");
                None
            }
        }
    }

    fn language(&mut self, key: &Key) -> Option<Language> {
        let language = Language::ALL.into_iter().find(|language| language.code() == key.name);
        if language.is_none() {
            let message = format!("`{}` is no language of this bot", key.name);
            let alias = ["se", "sw", "fin", "eng", "gb", "uk", "us"];
            let codes = ["sv", "sv", "fi", "en", "en", "en", "en"];
            let lower = key.name.to_lowercase();
            let place = alias.iter().position(|alias| lower.starts_with(alias));
            let tag = Language::from_tag(&lower).map(Language::code);
            let help = match tag.or(place.map(|at| codes[at])) {
                Some(code) => format!("did you mean `{code}`?"),
                None if OUTER_KEYS.contains(&lower.as_str()) => {
                    "it stands too far in: begin it in the column of the key above".to_owned()
                }
                None => "its languages: sv, fi, en".to_owned(),
            };
            self.report(key.span, Code::UnknownKey, &message).help(&help);
        }
        language
    }

    /// Takes the entries that are left, for mappings whose keys the author names.
    pub(crate) fn rest(&mut self) -> Vec<(Key, Node)> {
        std::mem::take(&mut self.entries)
    }

    /// Takes back that a key is missing: it is there, misspelt.
    pub(crate) fn excuse(&mut self, name: &str) {
        let lacks = format!("lacks `{name}:`");
        let (file, span) = (self.file, self.span);
        self.diagnostics.retain(|told| {
            !(told.code == Code::MissingKey
                && told.file == file
                && told.span == span
                && told.message.ends_with(&lacks))
        });
    }

    /// Reports the keys that nothing asked for.
    pub(crate) fn finish(mut self, what: &str) {
        for (key, _) in std::mem::take(&mut self.entries) {
            if let Some(meant) = nearest(&key.name, self.asked.iter().copied()) {
                self.excuse(meant);
            }
            let help = did_you_mean(&key.name, self.asked.iter().copied());
            let message = format!("{what} has no `{}:`", key.name);
            let help = lint::hidden(&key.name)
                .map_or(help, |what| format!("there is {what} in this key: type it anew"));
            self.report(key.span, Code::UnknownKey, &message).help(&help);
        }
    }
}

/// Every key that the readers ask for, so that a test can hold the schemas to them.
#[cfg(test)]
pub(crate) mod asked {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    thread_local! {
        static ASKED: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
    }

    pub(super) fn note(name: &'static str) {
        ASKED.with_borrow_mut(|asked| asked.insert(name));
    }

    pub(crate) fn begin() {
        ASKED.with_borrow_mut(BTreeSet::clear);
    }

    pub(crate) fn end() -> BTreeSet<&'static str> {
        ASKED.with_borrow_mut(std::mem::take)
    }
}
