//! What is wrong about something that was filled in: beside which field, and in which words.

use serde::Serialize;

/// One fault of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The field, or a part of it such as `texts.sv`; empty for the whole.
    pub field: &'static str,
    /// The kind of fault, for the words in the administrator's language.
    pub code: &'static str,
    /// What of the field is meant: the variable, or the number of characters allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What is wrong, and how to mend it.
    pub message: String,
}

impl Fault {
    /// A fault that is about the whole of a field.
    #[must_use]
    pub fn new(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self { field, code, about: None, message: message.into() }
    }

    /// The same, about a part of the field.
    #[must_use]
    pub fn about(mut self, what: impl Into<String>) -> Self {
        self.about = Some(what.into());
        self
    }
}
