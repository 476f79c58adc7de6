//! Rasa's training data (version 3): the intents of `nlu:` with their examples. What marks
//! entities is taken off the texts; synonyms, look-up tables, patterns, stories and rules are not
//! carried over, and neither are the responses of a domain, whose texts are told.

use crate::authoring::import::Import;
use crate::content::diagnostic::Diagnostic;
use crate::content::yaml;
use crate::content::yaml::Node;
use crate::content::yaml::Value;
use crate::language::Language;

/// Reads a file of messages in one language.
pub fn read(import: &mut Import, text: &str, language: Language) {
    let mut faults: Vec<Diagnostic> = Vec::new();
    let node = yaml::parse("", text, &mut faults);
    for fault in faults {
        import.leave(fault.span.line, fault.message);
    }
    let Some(Node { value: Value::Map(entries), .. }) = node else {
        import.leave(1, "this is not a file of Rasa: it has no `nlu:`");
        return;
    };
    for (key, node) in entries {
        match (key.name.as_str(), node.value) {
            ("version", _) => {}
            ("nlu", Value::List(items)) => {
                for item in items {
                    take(import, text, item, language);
                }
            }
            ("intents", Value::List(_)) => {
                import
                    .leave(key.span.line, "a list of intents says nothing of how people put them");
            }
            ("responses", Value::Map(responses)) => {
                for (name, _) in responses {
                    let why =
                        format!("response `{}`: write its text into a `say:` step", name.name);
                    import.leave(name.span.line, why);
                }
            }
            (name, _) => {
                import.leave(
                    key.span.line,
                    format!("`{name}` is not carried over: write a dialogue"),
                );
            }
        }
    }
}

fn take(import: &mut Import, text: &str, item: Node, language: Language) {
    let line = item.span.line;
    let Value::Map(entries) = item.value else {
        import.leave(line, "this entry has no name");
        return;
    };
    let word = |name: &str| {
        entries.iter().find_map(|(key, node)| match &node.value {
            Value::Scalar(text) if key.name == name => Some(text.trim().to_owned()),
            _ => None,
        })
    };
    for (kind, why) in [
        (
            "synonym",
            "the matcher knows endings, compounds and slips; put other words among `also:` or the keywords",
        ),
        ("lookup", "put the words among `also:` of a choice, or among the keywords"),
        ("regex", "ask for the value with `kind: reference` and `pattern:`"),
    ] {
        if let Some(name) = word(kind) {
            import.leave(line, format!("{kind} `{name}` is not carried over: {why}"));
            return;
        }
    }
    let Some(intent) = word("intent") else {
        import.leave(line, "this entry is no intent");
        return;
    };
    if intent.contains('/') {
        import.leave(
            line,
            format!(
                "`{intent}` is an answer of a retrieval intent: its response is not carried over"
            ),
        );
    }
    for (key, node) in entries {
        match (key.name.as_str(), node.value) {
            ("intent", _) => {}
            ("examples", Value::Scalar(block)) => {
                let first = first_line(text, key.span.line, &block);
                for (number, example) in block.lines().enumerate() {
                    example_line(import, first + number, &intent, language, example);
                }
            }
            ("examples", Value::List(items)) => {
                for item in items {
                    let line = item.span.line;
                    match item.value {
                        Value::Scalar(example) => {
                            message(import, line, &intent, language, &example);
                        }
                        Value::Map(entries) => {
                            let found = entries.iter().find_map(|(key, node)| match &node.value {
                                Value::Scalar(text) if key.name == "text" => Some(text.clone()),
                                _ => None,
                            });
                            match found {
                                Some(text) => {
                                    for part in text.lines() {
                                        example_line(import, line, &intent, language, part);
                                    }
                                }
                                None => import.leave(line, "this example has no text"),
                            }
                        }
                        _ => import.leave(line, "this example has no text"),
                    }
                }
            }
            (name, _) => {
                import.leave(
                    key.span.line,
                    format!("`{name}` of intent `{intent}` is not carried over"),
                );
            }
        }
    }
}

/// The line on which a block of text begins: behind its key, or further down.
fn first_line(text: &str, key: usize, block: &str) -> usize {
    let first = block.lines().next().unwrap_or_default().trim();
    let below = text.lines().enumerate().skip(key.saturating_sub(1));
    let found =
        below.into_iter().find(|(_, line)| line.trim().ends_with(first) && !first.is_empty());
    found.map_or(key, |(at, _)| at + 1)
}

fn example_line(import: &mut Import, line: usize, intent: &str, language: Language, example: &str) {
    let trimmed = example.trim();
    if trimmed.is_empty() || trimmed.starts_with('#') {
        return;
    }
    match trimmed.strip_prefix('-') {
        Some(example) => message(import, line, intent, language, example),
        None => message(import, line, intent, language, trimmed),
    }
}

fn message(import: &mut Import, line: usize, intent: &str, language: Language, example: &str) {
    let (plain, entities) = without_entities(example.trim());
    if entities > 0 {
        import.leave(line, format!("{entities} mark(s) of entities are taken off; the words stay"));
    }
    import.take(line, intent, language, &plain);
}

/// Takes off `[text](entity)` and `[text]{"entity": …}`, and counts them.
fn without_entities(text: &str) -> (String, usize) {
    let mut plain = String::new();
    let mut entities = 0;
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        plain.push_str(&rest[..open]);
        let inside = &rest[open + 1..];
        let marked = inside.find(']').and_then(|close| {
            let behind = &inside[close + 1..];
            let end = match behind.chars().next()? {
                '(' => behind.find(')')?,
                '{' => behind.find('}')?,
                _ => return None,
            };
            Some((&inside[..close], &behind[end + 1..]))
        });
        if let Some((words, after)) = marked {
            plain.push_str(words);
            entities += 1;
            rest = after;
        } else {
            plain.push('[');
            rest = inside;
        }
    }
    plain.push_str(rest);
    (plain, entities)
}
