//! What is wrong with content: data with a place, not an error that stops the reading.

use std::fmt;

use annotate_snippets::AnnotationKind;
use annotate_snippets::Level;
use annotate_snippets::Renderer;
use annotate_snippets::Snippet;
use serde::Serialize;

/// A place in a file; lines and columns count characters from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// How many characters, at least 1.
    pub length: usize,
}

impl Span {
    /// One character at this place.
    #[must_use]
    pub fn at(line: usize, column: usize) -> Self {
        Self { line: line.max(1), column: column.max(1), length: 1 }
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The content cannot be served.
    Error,
    /// It can, but an author should look.
    Warning,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The kind of a diagnostic; its text is stable and never reused for another meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// The text by which tools know it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// Not YAML, or YAML that content has no use for.
    Yaml = "yaml",
    /// A file or folder cannot be read.
    Unreadable = "unreadable",
    /// A folder without what it is for.
    NothingThere = "nothing-there",
    /// A key twice in one mapping.
    DuplicateKey = "duplicate-key",
    /// Two files with one name.
    DuplicateId = "duplicate-id",
    /// A key that means nothing here.
    UnknownKey = "unknown-key",
    /// A key that must be there.
    MissingKey = "missing-key",
    /// A list where a word belongs, or the like.
    WrongKind = "wrong-kind",
    /// A value outside what is allowed.
    BadValue = "bad-value",
    /// A text that lacks a language.
    MissingLanguage = "missing-language",
    /// A step that leads nowhere.
    UnknownTarget = "unknown-target",
    /// A dialogue that does not exist.
    UnknownDialogue = "unknown-dialogue",
    /// A step that nothing leads to.
    UnreachableStep = "unreachable-step",
    /// A step from which no end can be reached.
    NoWayOut = "no-way-out",
    /// Steps that run in a circle without asking anything.
    EndlessLoop = "endless-loop",
    /// A text or expression that the template engine refuses.
    Template = "template",
    /// A keyword that cannot be read.
    Keyword = "keyword",
    /// An intent that nothing can match.
    NoExamples = "no-examples",
    /// A dialogue that no intent and no dialogue leads to.
    UnusedDialogue = "unused-dialogue",
    /// The same example in two intents.
    SharedExample = "shared-example",
    /// A text too long for a bubble, a title or label too long for a button.
    LongText = "long-text",
    /// A text that somebody still has to write.
    Unfilled = "unfilled",
    /// Invisible, look-alike or garbled characters.
    Characters = "characters",
    /// A text that a comment cuts off.
    CutOff = "cut-off",
    /// Formatting in a plain text.
    Markup = "markup",
    /// A text in another language than it stands under.
    WrongLanguage = "wrong-language",
    /// The same words in two languages.
    SameText = "same-text",
    /// Languages of a text that put in different values.
    Placeholders = "placeholders",
    /// Languages of a text with different numbers of variants.
    Variants = "variants",
    /// The same line twice in one list.
    Repeated = "repeated",
    /// Nearly the same example in two intents.
    SimilarExample = "similar-example",
    /// An example that the trained matcher gives to another intent.
    MistakenExample = "mistaken-example",
    /// The same keyword in two intents, or for and against one.
    SharedKeyword = "shared-keyword",
    /// Two buttons, choices or topics that a customer cannot tell apart.
    SameLabel = "same-label",
    /// A slot that is set and never read.
    UnusedSlot = "unused-slot",
    /// A name that is almost another one.
    SimilarName = "similar-name",
    /// A condition that always or never holds.
    Condition = "condition",
    /// A file where none is read.
    NotRead = "not-read",
    /// A dialogue that runs inside itself.
    Recursion = "recursion",
    /// A question that is passed over though a way comes back to it.
    SkippedQuestion = "skipped-question",
    /// A circle that whoever has no success never leaves.
    UnsolvedLoop = "unsolved-loop",
    /// A place from which no person can be reached.
    NoPerson = "no-person",
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// One thing that is wrong, where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The file, relative to the content folder.
    pub file: String,
    /// The place in it.
    #[serde(flatten)]
    pub span: Span,
    /// How bad it is.
    pub severity: Severity,
    /// What kind of thing.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// A conversation that comes to it, a line each; empty where none is needed.
    pub example: Vec<String>,
}

impl Diagnostic {
    /// Adds an error to a list and answers it, so that help can be put behind it.
    pub(crate) fn add<'a>(
        list: &'a mut Vec<Self>,
        file: &str,
        span: Span,
        code: Code,
        message: &str,
    ) -> &'a mut Self {
        list.push(Self {
            file: file.to_owned(),
            span,
            severity: Severity::Error,
            code,
            message: message.to_owned(),
            help: None,
            example: Vec::new(),
        });
        list.last_mut().expect("one was pushed just now")
    }

    /// Says how to mend it.
    pub(crate) fn help(&mut self, help: &str) -> &mut Self {
        self.help = Some(help.to_owned());
        self
    }

    /// Says that content can be served all the same.
    pub(crate) fn only_warn(&mut self) -> &mut Self {
        self.severity = Severity::Warning;
        self
    }

    /// Shows a conversation that comes to it.
    pub(crate) fn example(&mut self, lines: Vec<String>) -> &mut Self {
        self.example = lines;
        self
    }

    /// The diagnostic as an author reads it: message, place, the line with a caret, help.
    /// `source` is the text of the file, empty where there is none.
    #[must_use]
    pub fn render(&self, source: &str, coloured: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(&self.message).id(self.code.as_str());
        let snippet = Snippet::source(source)
            .path(&self.file)
            .annotation(AnnotationKind::Primary.span(self.bytes_in(source)));
        let mut group = title.element(snippet);
        let talk = self.example.join("\n");
        if !self.example.is_empty() {
            group = group.element(Level::NOTE.message(&talk));
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help));
        }
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }

    fn bytes_in(&self, source: &str) -> std::ops::Range<usize> {
        let line_start: usize =
            source.split_inclusive('\n').take(self.span.line - 1).map(str::len).sum();
        let line = source[line_start..].lines().next().unwrap_or_default();
        let mut columns = line.char_indices().map(|(at, _)| at).skip(self.span.column - 1);
        let start = line_start + columns.next().unwrap_or(line.len());
        let end = match self.span.length {
            0 | 1 => start + source[start..].chars().next().map_or(0, char::len_utf8),
            more => line_start + columns.nth(more - 1).unwrap_or(line.len()),
        };
        start..end.max(start)
    }
}
