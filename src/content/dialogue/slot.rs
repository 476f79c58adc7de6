//! Questions that want a value: what kind, within which bounds, and what is said to any other.

use regex::Regex;

use crate::content::diagnostic::Code;
use crate::content::dialogue::Exit;
use crate::content::dialogue::read::exit;
use crate::content::fields::Fields;
use crate::content::suggest::did_you_mean;
use crate::content::text::Text;
use crate::matcher::answers::value::ValueKind;

/// The most characters that a text may have unless its question says otherwise.
const USUAL_MAX_CHARS: f64 = 500.0;
/// The most characters that a question may allow.
const MOST_CHARS: f64 = 2_000.0;

/// What a question about a value takes, and what comes of it.
#[derive(Debug, Clone)]
pub struct ValueAnswer {
    /// What kind of value.
    pub kind: ValueKind,
    /// What a reference looks like.
    pub pattern: Option<Regex>,
    /// The least: of a number itself; of a text, characters; of a day, days from today.
    pub min: Option<f64>,
    /// The most, in the same units.
    pub max: Option<f64>,
    /// What is said to a value that is none, or lies outside the bounds.
    pub refuse: Text,
    /// Asked before the value counts; may name the slot.
    pub confirm: Option<Text>,
    /// After a value.
    pub next: Exit,
    /// After "I don't know" or "I have none".
    pub unsure: Exit,
}

/// Reads the keys of a question about a value.
pub(super) fn read(fields: &mut Fields<'_>, what: &str, has_slot: bool) -> Option<ValueAnswer> {
    let Some(kind) = read_kind(fields) else {
        // What else belongs to the question depends on the kind.
        fields.rest();
        return None;
    };
    let pattern = read_pattern(fields, kind, what);
    let refuse = fields.need_text("refuse", what);
    let confirm = fields.text("confirm");
    let (min, max) = read_bounds(fields, kind);
    if !has_slot {
        let span = fields.span();
        fields
            .report(span, Code::MissingKey, &format!("{what} lacks `slot:`"))
            .help("name the slot that remembers the value");
    }
    let next = exit(fields, "next", what);
    let unsure = exit(fields, "unsure", what);
    Some(ValueAnswer { kind, pattern, min, max, refuse, confirm, next: next?, unsure: unsure? })
}

fn read_kind(fields: &mut Fields<'_>) -> Option<ValueKind> {
    let word = fields.word("kind")?;
    let kind = ValueKind::named(&word.text);
    if kind.is_none() {
        let names = ValueKind::ALL.map(ValueKind::as_str);
        let help = did_you_mean(&word.text, names);
        fields
            .report(word.span, Code::BadValue, &format!("`{}` is no kind of value", word.text))
            .help(&help);
    }
    kind
}

fn read_pattern(fields: &mut Fields<'_>, kind: ValueKind, what: &str) -> Option<Regex> {
    let word = fields.word("pattern");
    match (word, kind) {
        (Some(word), ValueKind::Reference) => match Regex::new(&word.text) {
            Ok(pattern) if pattern.is_match("") => {
                fields
                    .report(word.span, Code::BadValue, "the pattern also fits an empty text")
                    .help("ask for at least one letter or digit, for example [0-9]{6}");
                None
            }
            Ok(pattern) => Some(pattern),
            Err(error) => {
                // The last line says what is wrong; those before draw the pattern once more.
                let told = error.to_string();
                let why = told.lines().last().unwrap_or_default().trim_start_matches("error: ");
                fields
                    .report(
                        word.span,
                        Code::BadValue,
                        &format!("the pattern cannot be read: {why}"),
                    )
                    .help("a pattern is a regular expression such as [A-Z]{2}[0-9]{6}");
                None
            }
        },
        (Some(word), other) => {
            fields
                .report(word.span, Code::BadValue, &format!("kind `{other}` takes no `pattern:`"))
                .help("remove it, or write `kind: reference`");
            None
        }
        (None, ValueKind::Reference) => {
            let span = fields.span();
            fields
                .report(span, Code::MissingKey, &format!("{what} lacks `pattern:`"))
                .help("say what a reference looks like, for example \"[A-Z]{2}[0-9]{6}\"");
            None
        }
        (None, _) => None,
    }
}

fn read_bounds(fields: &mut Fields<'_>, kind: ValueKind) -> (Option<f64>, Option<f64>) {
    let (min, max) = (fields.number("min"), fields.number("max"));
    let bounded = matches!(kind, ValueKind::Number | ValueKind::Text | ValueKind::Date);
    for (span, _) in [min, max].into_iter().flatten().filter(|_| !bounded) {
        fields
            .report(span, Code::BadValue, &format!("kind `{kind}` takes no bounds"))
            .help("`min` and `max` are for number, text and date");
    }
    if let (Some((_, least)), Some((span, most))) = (min, max)
        && least > most
    {
        fields
            .report(span, Code::BadValue, "`max` is less than `min`")
            .help("nothing could ever be answered");
    }
    let (min, max) = (min.map(|(_, min)| min), max.map(|(_, max)| max));
    match kind {
        ValueKind::Text => (min, Some(max.unwrap_or(USUAL_MAX_CHARS).min(MOST_CHARS))),
        _ => (min, max),
    }
}
