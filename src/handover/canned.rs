//! Canned replies: texts that agents need often, by language, with variables.
//!
//! An administrator keeps them in the console; the store holds each as JSON. The console fills
//! the variables in when an agent picks one, so that the agent sees what the customer will read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::handover::fault::Fault;
use crate::ids::TeamId;
use crate::ids::is_wire_id;
use crate::language::Language;

/// What a text may have filled in: the customer's name, the agent's, and the matter.
pub const VARIABLES: [&str; 3] = ["visitor", "agent", "topic"];
/// The longest short name, in characters.
const NAME_CHARS: usize = 40;

/// A reply as an administrator writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canned {
    /// Its name on the wire; it stays when the short name changes.
    pub id: String,
    /// What agents type to find it.
    pub name: String,
    /// What is written to the customer, by language.
    pub texts: BTreeMap<Language, String>,
    /// Whose it is; `None` = every team's.
    #[serde(default)]
    pub team: Option<TeamId>,
}

impl Canned {
    /// Everything that is wrong about it; `text_chars` is the most that an agent may send.
    #[must_use]
    pub fn faults(&self, text_chars: usize) -> Vec<Fault> {
        let mut faults = Vec::new();
        if !is_wire_id(&self.id) {
            faults.push(Fault::new("id", "id", "an id has 1 to 64 letters, digits, _ or -"));
        }
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARS {
            faults.push(Fault::new("name", "name", "the short name has 1 to 40 characters"));
        }
        if self.texts.is_empty() {
            faults.push(Fault::new("texts", "no_text", "write the reply in one language at least"));
        }
        for (lang, text) in &self.texts {
            text_faults(field(*lang), text, text_chars, &mut faults);
        }
        faults
    }
}

fn text_faults(field: &'static str, text: &str, text_chars: usize, faults: &mut Vec<Fault>) {
    if text.trim().is_empty() {
        let message = "there is nothing in it; leave a language out that has no text";
        faults.push(Fault::new(field, "empty", message));
    }
    if text.chars().count() > text_chars {
        let message = format!("the text is longer than a message may be ({text_chars} characters)");
        faults.push(Fault::new(field, "too_long", message).about(text_chars.to_string()));
    }
    for variable in variables(text) {
        match variable {
            Ok(name) if VARIABLES.contains(&name) => {}
            Ok(name) => {
                let message = format!(
                    "there is no variable {{{{{name}}}}}; there are {{{{visitor}}}}, {{{{agent}}}} and {{{{topic}}}}"
                );
                let about = format!("{{{{{name}}}}}");
                faults.push(Fault::new(field, "unknown_variable", message).about(about));
            }
            Err(rest) => {
                let start: String = rest.chars().take(20).collect();
                let message =
                    format!("a variable begins at \"{start}\" and does not end: add }}}}");
                faults.push(Fault::new(field, "open_variable", message).about(start));
            }
        }
    }
}

/// The names between `{{` and `}}`, or the rest of a text in which one is not closed. A brace or
/// a line's end within ends it as well: what follows is not a name any more.
fn variables(text: &str) -> impl Iterator<Item = Result<&str, &str>> {
    let mut parts = text.match_indices("{{").map(|(at, _)| &text[at..]);
    std::iter::from_fn(move || {
        let part = parts.next()?;
        let inside = &part[2..];
        let end = inside.find(['{', '}', '\n']).unwrap_or(inside.len());
        Some(if inside[end..].starts_with("}}") { Ok(inside[..end].trim()) } else { Err(part) })
    })
}

fn field(lang: Language) -> &'static str {
    match lang {
        Language::Sv => "texts.sv",
        Language::Fi => "texts.fi",
        Language::En => "texts.en",
    }
}

#[cfg(test)]
mod tests;
