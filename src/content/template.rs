//! Filling in texts and working out conditions with minijinja.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use minijinja::Environment;
use minijinja::Error;
use minijinja::UndefinedBehavior;
use minijinja::escape_formatter;
use minijinja::value::Serde;
use minijinja::value::Value;
use minijinja::value::ValueKind;

use crate::language::Language;

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

/// What a text names.
pub(crate) fn names(text: &str) -> Result<BTreeSet<String>, TemplateError> {
    if !is_template(text) {
        return Ok(BTreeSet::new());
    }
    let environment = environment();
    let template = environment.template_from_str(text)?;
    Ok(template.undeclared_variables(true).into_iter().collect())
}

/// What an expression names.
pub(crate) fn names_in(expression: &str) -> Result<BTreeSet<String>, TemplateError> {
    let environment = environment();
    let expression = environment.compile_expression(expression)?;
    Ok(expression.undeclared_variables(true).into_iter().collect())
}

/// A name in braces or an expression that the engine has no filter, test or function for. Such
/// names are only looked up when the text is worked out, so that is done, with a word for each
/// value.
fn unknown_part(error: &minijinja::Error) -> bool {
    use minijinja::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction
    )
}

fn sample(names: &BTreeSet<String>) -> BTreeMap<String, serde_json::Value> {
    let slots = names.iter().filter_map(|name| name.strip_prefix("slots."));
    slots.map(|slot| (slot.to_owned(), serde_json::Value::from("1"))).collect()
}

/// Whether the engine knows everything that a text does with its values.
pub(crate) fn try_text(text: &str, names: &BTreeSet<String>) -> Result<(), TemplateError> {
    if !is_template(text) {
        return Ok(());
    }
    let slots = sample(names);
    let scope = Scope { slots: Some(&slots), topic: Some("1") };
    match environment().render_str(text, Serde(&scope)) {
        Err(error) if unknown_part(&error) => Err(error.into()),
        _ => Ok(()),
    }
}

/// The same for an expression.
pub(crate) fn try_expression(
    expression: &str,
    names: &BTreeSet<String>,
) -> Result<(), TemplateError> {
    let slots = sample(names);
    let scope = Scope { slots: Some(&slots), topic: None };
    match environment().compile_expression(expression)?.eval(Serde(&scope)) {
        Err(error) if unknown_part(&error) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Fills in a text of this language.
pub fn fill<'a>(
    text: &'a str,
    scope: &Scope<'_>,
    language: Language,
) -> Result<Cow<'a, str>, TemplateError> {
    if !is_template(text) {
        return Ok(Cow::Borrowed(text));
    }
    let mut environment = environment();
    environment.set_formatter(move |out, state, value| match value.kind() {
        ValueKind::Bool => out.write_str(truth(value.is_true(), language)).map_err(Error::from),
        _ => escape_formatter(out, state, value),
    });
    Ok(Cow::Owned(environment.render_str(text, Serde(scope))?))
}

/// What is so or not so, as people say it: the engine would write it for programmers.
fn truth(holds: bool, language: Language) -> &'static str {
    match (language, holds) {
        (Language::Sv, true) => "ja",
        (Language::Sv, false) => "nej",
        (Language::Fi, true) => "kyllä",
        (Language::Fi, false) => "ei",
        (Language::En, true) => "yes",
        (Language::En, false) => "no",
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_true_or_false_is_told_in_the_words_of_the_language() {
        let slots = BTreeMap::from([("frozen".to_owned(), serde_json::Value::Bool(true))]);
        let scope = Scope { slots: Some(&slots), topic: None };
        let told = |language| fill("{{ slots.frozen }}, {{ not slots.frozen }}", &scope, language);
        assert_eq!(told(Language::Sv).unwrap(), "ja, nej");
        assert_eq!(told(Language::Fi).unwrap(), "kyllä, ei");
        assert_eq!(told(Language::En).unwrap(), "yes, no");
        assert!(holds("slots.frozen == true", &scope).unwrap());
    }
}
