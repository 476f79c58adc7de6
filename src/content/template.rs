//! Filling in texts and working out conditions with minijinja.

use std::borrow::Cow;
use std::collections::BTreeMap;

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
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_fuel(Some(FUEL));
    environment
}

fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}

/// Whether a text can be filled in: its syntax, and that it names nothing that does not exist.
pub(crate) fn check(text: &str) -> Result<(), TemplateError> {
    if !is_template(text) {
        return Ok(());
    }
    let environment = environment();
    let template = environment.template_from_str(text)?;
    let unknown = template
        .undeclared_variables(false)
        .into_iter()
        .find(|name| name != "slots" && name != "topic");
    match unknown {
        Some(name) => Err(TemplateError(format!("`{name}` is unknown"))),
        None => Ok(()),
    }
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
    let mut environment = environment();
    environment.set_undefined_behavior(UndefinedBehavior::Lenient);
    Ok(environment.compile_expression(expression)?.eval(Serde(scope))?.is_true())
}
