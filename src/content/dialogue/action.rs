//! Steps that call another system: what is sent, what its answer must look like, and where the
//! dialogue goes when it does not come.

use std::collections::BTreeMap;

use regex::Regex;

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Span;
use crate::content::dialogue::Exit;
use crate::content::dialogue::Places;
use crate::content::dialogue::Target;
use crate::content::dialogue::read::exit;
use crate::content::fields::Fields;
use crate::content::suggest::did_you_mean;
use crate::content::text::Text;
use crate::content::yaml::Key;
use crate::content::yaml::Node;
use crate::content::yaml::Value;
use crate::matcher::answers::value::ValueKind;

/// The longest that one try may take, in seconds: nobody waits for more in a chat.
const LONGEST_TRY_S: u32 = 60;
/// How long one try may take unless its step says otherwise, in seconds.
const USUAL_TRY_S: u32 = 10;
/// The most tries after the first.
const MOST_RETRIES: u32 = 5;
/// Tries after the first, unless a step says otherwise.
const USUAL_RETRIES: u32 = 2;
/// The name of the kind that is true or false.
const FLAG: &str = "flag";

/// A call to another system.
#[derive(Debug, Clone)]
pub struct Action {
    /// Which: a system that the settings name, and the path below its address.
    pub call: String,
    /// What is sent: names and expressions.
    pub send: Vec<(String, String)>,
    /// What the answer must hold.
    pub answer: Vec<AnswerField>,
    /// How long one try may take, in seconds.
    pub timeout_s: u32,
    /// Tries after the first.
    pub retries: u32,
    /// Whether it is made once more when what was sent is corrected afterwards.
    pub again: bool,
    /// What is said while it runs.
    pub say: Option<Text>,
    /// Where it goes on with the answer.
    pub next: Exit,
    /// Where it goes on when there is none.
    pub failed: Exit,
}

/// A value in the answer and the slot that remembers it.
#[derive(Debug, Clone)]
pub struct AnswerField {
    /// The slot.
    pub slot: String,
    /// Where it stands in the answer: names of objects' keys from the outside in.
    pub from: Vec<String>,
    /// What it must be.
    pub kind: AnswerKind,
    /// What a reference or a text must look like.
    pub pattern: Option<Regex>,
    /// Whether it may be missing; the slot is then empty.
    pub optional: bool,
    /// Where the slot is named.
    pub(crate) span: Span,
}

/// What a value in an answer must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    /// True or false.
    Flag,
    /// As in a question about a value.
    Value(ValueKind),
}

impl AnswerKind {
    fn named(name: &str) -> Option<Self> {
        if name == FLAG { Some(Self::Flag) } else { ValueKind::named(name).map(Self::Value) }
    }

    /// The names of all kinds.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> + Clone {
        ValueKind::ALL.into_iter().map(ValueKind::as_str).chain([FLAG])
    }
}

impl Action {
    /// The name of the system that is called.
    #[must_use]
    pub fn system(&self) -> &str {
        self.call.split('/').next().unwrap_or_default()
    }

    /// An answer from which these slots are learnt, for calls that are played again.
    #[must_use]
    pub fn answer_with(&self, slots: &BTreeMap<String, serde_json::Value>) -> serde_json::Value {
        let mut answer = serde_json::Value::Object(serde_json::Map::new());
        for field in &self.answer {
            let value = slots.get(&field.slot).filter(|value| !value.is_null());
            if let Some(value) = value {
                put_at(&mut answer, &field.from, value.clone());
            }
        }
        answer
    }
}

/// Puts a value where these names lead, through objects that are made on the way.
fn put_at(within: &mut serde_json::Value, names: &[String], value: serde_json::Value) {
    let Some((name, rest)) = names.split_first() else {
        *within = value;
        return;
    };
    if !within.is_object() {
        *within = serde_json::Value::Object(serde_json::Map::new());
    }
    if let Some(inner) = within.as_object_mut() {
        put_at(inner.entry(name.clone()).or_insert(serde_json::Value::Null), rest, value);
    }
}

/// Reads a step that calls another system.
pub(super) fn read(fields: &mut Fields<'_>, what: &str, places: &mut Places) -> Option<Action> {
    let say = fields.text("say");
    let (span, node) = fields.take("action")?;
    let file = fields.file();
    let mut inner = Fields::open(file, node, "`action`", fields.diagnostics());
    let call = read_call(&mut inner);
    let send = read_send(&mut inner, places);
    let answer = read_answer(&mut inner);
    let timeout_s = read_count(&mut inner, "timeout_s", 1, LONGEST_TRY_S, USUAL_TRY_S);
    let retries = read_count(&mut inner, "retries", 0, MOST_RETRIES, USUAL_RETRIES);
    let again = inner.flag("again");
    inner.finish("`action`");
    let next = exit(fields, "next", what);
    let failed = read_failed(fields, span, what);
    // What is wrong was told, and such content never serves: the step stays, so that nothing else
    // seems wrong that leads to it.
    let stand_in = Exit { target: Target::Person, span };
    let call = call.unwrap_or_default();
    let (next, failed) = (next.unwrap_or_else(|| stand_in.clone()), failed.unwrap_or(stand_in));
    Some(Action { call, send, answer, timeout_s, retries, again, say, next, failed })
}

/// Other systems fail: where the dialogue goes then is for its author to say.
fn read_failed(fields: &mut Fields<'_>, span: Span, what: &str) -> Option<Exit> {
    if let Some(word) = fields.word("failed") {
        return Some(Exit { target: Target::named(&word.text), span: word.span });
    }
    fields
        .report(span, Code::MissingKey, &format!("{what} lacks `failed:`"))
        .help("say where it goes when the call fails, for example `failed: person`");
    None
}

fn read_call(inner: &mut Fields<'_>) -> Option<String> {
    let word = inner.need_word("call", "`action`")?;
    let parts: Vec<&str> = word.text.split('/').collect();
    let is_part = |part: &&str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.".contains(letter))
    };
    if parts.iter().all(is_part) && !parts[0].contains('.') {
        return Some(word.text);
    }
    let help = if word.text.contains("://") {
        "an address stands in the settings, not here: name its system there, and write for example `call: bank/check_number`"
    } else {
        "write a system that the settings name and a path below its address, for example `call: bank/check_number`"
    };
    inner
        .report(word.span, Code::BadValue, &format!("`{}` cannot be called", word.text))
        .help(help);
    None
}

fn read_send(inner: &mut Fields<'_>, places: &mut Places) -> Vec<(String, String)> {
    let Some((_, node)) = inner.take("send") else { return Vec::new() };
    let file = inner.file();
    let mut fields = Fields::open(file, node, "`send`", inner.diagnostics());
    let mut values = Vec::new();
    for (key, node) in fields.rest() {
        if let Some(word) = fields.as_word(node, "send") {
            places.values.push(key.span);
            values.push((key.name, word.text));
        }
    }
    values
}

fn read_answer(inner: &mut Fields<'_>) -> Vec<AnswerField> {
    let Some((_, node)) = inner.take("answer") else { return Vec::new() };
    let file = inner.file();
    let mut fields = Fields::open(file, node, "`answer`", inner.diagnostics());
    let entries = fields.rest();
    entries.into_iter().filter_map(|(key, node)| read_field(&mut fields, key, node)).collect()
}

/// One value of the answer: its kind alone, or a mapping with more.
fn read_field(fields: &mut Fields<'_>, key: Key, node: Node) -> Option<AnswerField> {
    if !is_name(&key.name) {
        fields
            .report(key.span, Code::BadValue, &format!("`{}` cannot be a slot", key.name))
            .help("a slot's name has letters a-z, digits and _, and begins with a letter");
    }
    if let Value::Scalar(name) = &node.value {
        let kind = kind_of(fields, name, node.span)?;
        let from = vec![key.name.clone()];
        let span = key.span;
        let slot = key.name;
        return Some(AnswerField { slot, from, kind, pattern: None, optional: false, span });
    }
    let what = format!("`answer` of `{}`", key.name);
    let file = fields.file();
    let mut inner = Fields::open(file, node, &what, fields.diagnostics());
    let kind = inner.need_word("kind", &what);
    let kind = kind.and_then(|word| kind_of(&mut inner, &word.text, word.span));
    let from = inner.word("from").map_or_else(|| key.name.clone(), |word| word.text);
    let pattern = read_pattern(&mut inner, kind);
    let optional = inner.flag("optional");
    inner.finish(&what);
    let from = from.split('.').map(str::to_owned).collect();
    Some(AnswerField { slot: key.name, from, kind: kind?, pattern, optional, span: key.span })
}

fn is_name(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn kind_of(fields: &mut Fields<'_>, name: &str, span: Span) -> Option<AnswerKind> {
    let kind = AnswerKind::named(name);
    if kind.is_none() {
        let help = did_you_mean(name, AnswerKind::names());
        fields.report(span, Code::BadValue, &format!("`{name}` is no kind of value")).help(&help);
    }
    kind
}

fn read_pattern(fields: &mut Fields<'_>, kind: Option<AnswerKind>) -> Option<Regex> {
    let word = fields.word("pattern")?;
    if !matches!(kind, None | Some(AnswerKind::Value(ValueKind::Text | ValueKind::Reference))) {
        fields
            .report(word.span, Code::BadValue, "only texts and references take a `pattern:`")
            .help("remove it");
        return None;
    }
    // The whole value must fit, or anything at all could stand around what does.
    let pattern = Regex::new(&format!("^(?:{})$", word.text)).ok();
    if pattern.is_none() {
        fields
            .report(word.span, Code::BadValue, "the pattern cannot be read")
            .help("a pattern is a regular expression such as [A-Z]{2}[0-9]{6}");
    }
    pattern
}

fn read_count(
    fields: &mut Fields<'_>,
    name: &'static str,
    least: u32,
    most: u32,
    usual: u32,
) -> u32 {
    let Some(word) = fields.word(name) else { return usual };
    match word.text.parse::<u32>() {
        Ok(number) if (least..=most).contains(&number) => number,
        _ => {
            fields.report(
                word.span,
                Code::BadValue,
                &format!("`{name}` is a whole number from {least} to {most}"),
            );
            usual
        }
    }
}
