//! Filling in texts and working out conditions with minijinja.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use minijinja::Environment;
use minijinja::UndefinedBehavior;
use minijinja::value::Serde;
use minijinja::value::Value;

/// Steps of the template engine that one text may use; a text that loops beyond is refused.
const FUEL: u64 = 2_000;

/// Why a text or a condition could not be worked out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TemplateError(String);

impl From<minijinja::Error> for TemplateError {
    fn from(error: minijinja::Error) -> Self {
        Self(error.detail().unwrap_or("it cannot be read").to_owned())
    }
}

/// What a text may name.
#[derive(Debug, Default, serde::Serialize)]
pub struct Scope<'a> {
    /// What was learnt.
    pub slots: Option<&'a BTreeMap<String, serde_json::Value>>,
    /// The title of a topic, where the text is about one.
    pub topic: Option<&'a str>,
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    // What was not learnt is empty in a text, and neither equal to anything nor true.
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(FUEL));
    environment
}

fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}

/// Whether a text can be filled in: its syntax, and that it names nothing but these slots.
pub(crate) fn check(text: &str, slots: &BTreeSet<&str>) -> Result<(), TemplateError> {
    if !is_template(text) {
        return Ok(());
    }
    let environment = environment();
    let template = environment.template_from_str(text)?;
    known_names(template.undeclared_variables(true), slots)
}

/// The same for an expression.
pub(crate) fn check_expression(
    expression: &str,
    slots: &BTreeSet<&str>,
) -> Result<(), TemplateError> {
    let environment = environment();
    let expression = environment.compile_expression(expression)?;
    known_names(expression.undeclared_variables(true), slots)
}

fn known_names(
    names: impl IntoIterator<Item = String>,
    slots: &BTreeSet<&str>,
) -> Result<(), TemplateError> {
    for name in names {
        let slot = name.strip_prefix("slots.");
        if slot.is_none_or(|slot| !slots.contains(slot)) {
            return Err(TemplateError(format!("nothing sets `{name}`")));
        }
    }
    Ok(())
}

/// Fills in a text.
pub fn fill<'a>(text: &'a str, scope: &Scope<'_>) -> Result<Cow<'a, str>, TemplateError> {
    if !is_template(text) {
        return Ok(Cow::Borrowed(text));
    }
    Ok(Cow::Owned(environment().render_str(text, Serde(scope))?))
}

/// Works out a value.
pub fn value(expression: &str, scope: &Scope<'_>) -> Result<serde_json::Value, TemplateError> {
    let value: Value = environment().compile_expression(expression)?.eval(Serde(scope))?;
    serde_json::to_value(value).map_err(|error| TemplateError(error.to_string()))
}

/// Whether a condition holds. A slot that was not learnt is neither equal to anything nor true.
pub fn holds(expression: &str, scope: &Scope<'_>) -> Result<bool, TemplateError> {
    Ok(environment().compile_expression(expression)?.eval(Serde(scope))?.is_true())
}
