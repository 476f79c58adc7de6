//! YAML as a small tree in which every node knows where it stands.
//!
//! The tree is built from parser events rather than by serde, because serde stops at the first
//! thing it does not like and an author is told everything at once. Every scalar stays text
//! (`no` is the word no). Anchors, aliases and tags are refused: content has no use for them, and
//! without them no small file can unfold into a large one.

use saphyr_parser::Event;
use saphyr_parser::Parser;
use saphyr_parser::ScalarStyle;
use saphyr_parser::Span as ParserSpan;

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Span;

mod slip;

/// Deeper nesting than any content needs; a bound for the recursion over the tree.
const MAX_DEPTH: usize = 24;

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// Where it stands.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) value: Value,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// A word, a number, a text: always as written.
    Scalar(String),
    /// Nothing was written.
    Empty,
    /// A list.
    List(Vec<Node>),
    /// Keys with values, in the order written.
    Map(Vec<(Key, Node)>),
}

/// A key with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    /// Where it stands.
    pub(crate) span: Span,
    /// The key.
    pub(crate) name: String,
}

/// An opened list or mapping that is still being read.
struct Open {
    span: Span,
    key: Option<Key>,
    value: Value,
}

/// Reads one document. Syntax errors and repeated keys are added to `diagnostics`; a file that
/// cannot be read at all gives `None`.
pub(crate) fn parse(file: &str, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
    // Some editors begin a file with a mark that says nothing.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().collect();
    let mut tree = Tree { file, lines, open: Vec::new(), root: None, diagnostics };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => {
                if tree.take(event, place(span)).is_err() {
                    return None;
                }
            }
            Err(error) => {
                let marker = error.marker();
                let told = |found: &Diagnostic| found.code == Code::Yaml && found.file == file;
                if tree.diagnostics.iter().any(told) {
                    return None;
                }
                if let Some(slip) = slip::likely(text, marker.line()) {
                    tree.report(slip.span, Code::Yaml, &slip.message).help(&slip.help);
                    return None;
                }
                let span = Span::at(marker.line(), marker.col() + 1);
                tree.report(span, Code::Yaml, &format!("this is not YAML: {}", error.info()))
                    .help("look for a missing quote, a missing colon or a line that is indented differently from its neighbours");
                return None;
            }
        }
    }
    tree.root
}

fn place(span: ParserSpan) -> Span {
    Span {
        line: span.start.line(),
        column: span.start.col() + 1,
        length: if span.start.line() == span.end.line() { span.len().max(1) } else { 1 },
    }
}

struct Tree<'a> {
    file: &'a str,
    lines: Vec<&'a str>,
    open: Vec<Open>,
    root: Option<Node>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// The file cannot be read on.
struct Unreadable;

impl Tree<'_> {
    fn report(&mut self, span: Span, code: Code, message: &str) -> &mut Diagnostic {
        Diagnostic::add(self.diagnostics, self.file, span, code, message)
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Unreadable> {
        match event {
            Event::Scalar(text, style, _, tag) => {
                if tag.is_some() {
                    self.refuse(span, "a tag (`!something`)");
                }
                if style == ScalarStyle::Plain && text.contains(' ') {
                    self.look_behind(span);
                }
                let empty = style == ScalarStyle::Plain && (text.is_empty() || text == "~");
                let value = if empty { Value::Empty } else { Value::Scalar(text.into_owned()) };
                self.close(Node { span, value });
            }
            Event::SequenceStart(..) => self.begin(span, Value::List(Vec::new()))?,
            Event::MappingStart(..) => self.begin(span, Value::Map(Vec::new()))?,
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(done) = self.open.pop() {
                    self.close(Node { span: done.span, value: done.value });
                }
            }
            Event::Alias(_) => {
                self.refuse(span, "an alias (`*name`)");
                self.close(Node { span, value: Value::Empty });
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                self.report(span, Code::Yaml, "a file holds one document, and this is a second")
                    .help("put it into a file of its own");
                return Err(Unreadable);
            }
            _ => {}
        }
        Ok(())
    }

    /// A comment straight behind a text of several words may be a part of it.
    fn look_behind(&mut self, span: Span) {
        let line = self.lines.get(span.line - 1).copied().unwrap_or_default();
        let behind: String = line.chars().skip(span.column - 1 + span.length).collect();
        if behind.trim_start().starts_with('#') {
            self.report(span, Code::CutOff, "this text ends where a `#` begins a comment")
                .help("put the text in quotation marks if the `#` belongs to it")
                .only_warn();
        }
    }

    /// `{{ slots.name }}` without quotation marks is a mapping as a key to YAML.
    fn refuse_key(&mut self, span: Span) {
        let line = self.lines.get(span.line - 1).copied().unwrap_or_default();
        let around: String = line.chars().skip(span.column.saturating_sub(2)).take(2).collect();
        if around == "{{" {
            self.report(span, Code::Yaml, "a text that begins with `{{` needs quotation marks")
                .help("put the whole text in quotation marks: \"…\"");
        } else {
            self.report(span, Code::Yaml, "a key must be a plain word")
                .help("a text that begins with a bracket stands in quotation marks");
        }
    }

    fn refuse(&mut self, span: Span, what: &str) {
        self.report(span, Code::Yaml, &format!("{what} has no meaning in content files"))
            .help("write the value out, or put it in quotes");
    }

    fn begin(&mut self, span: Span, value: Value) -> Result<(), Unreadable> {
        if self.open.len() >= MAX_DEPTH {
            self.report(span, Code::Yaml, "nested too deeply");
            return Err(Unreadable);
        }
        self.open.push(Open { span, key: None, value });
        Ok(())
    }

    fn close(&mut self, node: Node) {
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        match &mut parent.value {
            Value::List(items) => items.push(node),
            Value::Map(entries) => {
                if let Some(key) = parent.key.take() {
                    entries.push((key, node));
                } else {
                    let (name, span) = (scalar_text(&node), node.span);
                    let repeated = entries.iter().any(|(key, _)| key.name == name);
                    let is_scalar = matches!(node.value, Value::Scalar(_));
                    parent.key = Some(Key { span, name: name.clone() });
                    if !is_scalar {
                        self.refuse_key(span);
                    } else if repeated {
                        self.report(
                            span,
                            Code::DuplicateKey,
                            &format!("`{name}` stands here a second time"),
                        )
                        .help("keep one of the two");
                    }
                }
            }
            Value::Scalar(_) | Value::Empty => {}
        }
    }
}

fn scalar_text(node: &Node) -> String {
    match &node.value {
        Value::Scalar(text) => text.clone(),
        _ => String::new(),
    }
}
