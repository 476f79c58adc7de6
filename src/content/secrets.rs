//! Reading the file of secrets: what else is covered in what customers write.

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::fields::Fields;
use crate::content::yaml::Node;
use crate::content::yaml::Value;
use crate::privacy::patterns::PatternError;
use crate::privacy::patterns::Patterns;

/// Patterns are tried on every message one after the other.
const MOST: usize = 50;

/// Reads the file.
pub(crate) fn read(file: &str, node: Node, diagnostics: &mut Vec<Diagnostic>) -> Patterns {
    let mut patterns = Patterns::default();
    let mut fields = Fields::open(file, node, "this file", diagnostics);
    let listed = fields.need("secrets", "this file");
    if let Some((span, node)) = listed {
        let items = if let Value::List(items) = node.value {
            items
        } else {
            fields
                .report(span, Code::WrongKind, "`secrets` must be a list of patterns")
                .help("write `- { name: customer_number, pattern: \"KN-[0-9]{6}\" }`");
            Vec::new()
        };
        if items.len() > MOST {
            let message = format!("there are {} patterns; {MOST} are the most", items.len());
            fields.report(span, Code::BadValue, &message).help("join some of them with `|`");
        }
        for item in items.into_iter().take(MOST) {
            read_one(file, item, &mut patterns, fields.diagnostics());
        }
    }
    fields.finish("a file of secrets");
    patterns
}

fn read_one(file: &str, node: Node, patterns: &mut Patterns, diagnostics: &mut Vec<Diagnostic>) {
    let mut fields = Fields::open(file, node, "a secret", diagnostics);
    fields.need_word("name", "a secret");
    if let Some(pattern) = fields.need_word("pattern", "a secret")
        && let Err(error) = patterns.add(&pattern.text)
    {
        let help = match &error {
            PatternError::Unreadable(_) => {
                "it is a regular expression; in YAML single quotes keep a backslash as it is"
            }
            PatternError::Unbounded => "write `{1,20}` for `+` and `{0,20}` for `*`",
            PatternError::TooShort => "let it name more of what the secret looks like",
        };
        fields
            .report(pattern.span, Code::BadValue, &format!("this pattern cannot be used: {error}"))
            .help(help);
    }
    fields.finish("a secret");
}
