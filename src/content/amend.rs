//! Examples added to intent files, with everything else in them as it was: comments, order, the
//! author's own style.
//!
//! **Invariant:** an amended file reads as the old one with exactly the added examples, or it is
//! refused: the file is read again before it is handed out.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::content::Source;
use crate::content::build;
use crate::content::intent::Intent;
use crate::ids::IntentId;
use crate::language::Language;

/// An example to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addition {
    /// To this intent.
    pub intent: IntentId,
    /// In this language.
    pub lang: Language,
    /// What customers write.
    pub text: String,
}

/// Why an example cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmendError {
    /// There is no such intent.
    #[error("there is no intent `{0}`")]
    NoIntent(IntentId),
    /// It stands there already.
    #[error("`{0}` has this example already")]
    Known(IntentId),
    /// It says nothing, or more than one line.
    #[error("an example is one line of words")]
    NoText,
    /// The file has no list of examples in that language to add to.
    #[error("`{intent}` has no list of examples in `{lang}` to add to: write the first by hand")]
    NoList {
        /// The intent.
        intent: IntentId,
        /// The language's code.
        lang: &'static str,
    },
}

/// The files that change, as they would be.
pub fn amended(
    sources: &[Source],
    additions: &[Addition],
) -> Result<BTreeMap<String, String>, AmendError> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for addition in additions {
        let text = addition.text.trim();
        if text.is_empty() || text.contains(['\n', '\r']) {
            return Err(AmendError::NoText);
        }
        let now: Vec<Source> = sources
            .iter()
            .map(|source| {
                let text = files.get(&source.file).unwrap_or(&source.text).clone();
                Source { file: source.file.clone(), text }
            })
            .filter(|source| source.file.starts_with("intents/"))
            .collect();
        let draft = build::draft(&now).0;
        let intent = draft
            .intents()
            .get(&addition.intent)
            .ok_or_else(|| AmendError::NoIntent(addition.intent.clone()))?;
        let known = intent.examples.get(&addition.lang);
        if known.is_some_and(|known| known.iter().any(|it| it == text)) {
            return Err(AmendError::Known(addition.intent.clone()));
        }
        let no_list =
            || AmendError::NoList { intent: addition.intent.clone(), lang: addition.lang.code() };
        let source = now.iter().find(|it| it.file == intent.file).ok_or_else(no_list)?;
        let new = with_example(&source.text, intent, addition.lang, text).ok_or_else(no_list)?;
        let read = build::draft(&[Source { file: intent.file.clone(), text: new.clone() }]);
        let mut expected = known.cloned().unwrap_or_default();
        expected.push(text.to_owned());
        let is_read = read.0.intents().get(&addition.intent).is_some_and(|it| {
            it.examples.get(&addition.lang) == Some(&expected) && it.keywords == intent.keywords
        });
        if !is_read {
            return Err(no_list());
        }
        files.insert(intent.file.clone(), new);
    }
    Ok(files)
}

/// The file with an example behind the last one of its language.
fn with_example(file: &str, intent: &Intent, lang: Language, text: &str) -> Option<String> {
    let last = intent.example_spans.get(&lang)?.last()?.span;
    let mut lines: Vec<String> = file.split_inclusive('\n').map(str::to_owned).collect();
    let line = lines.get_mut(last.line.checked_sub(1)?)?;
    let margin: String = line.chars().take_while(|letter| *letter == ' ').collect();
    if line[margin.len()..].starts_with("- ") {
        if !line.ends_with('\n') {
            line.push('\n');
        }
        lines.insert(last.line, format!("{margin}- {}\n", scalar(text)));
        return Some(lines.concat());
    }
    // A list on one line: before the bracket that follows its last word.
    let from: usize = line.chars().take(last.column - 1 + last.length).map(char::len_utf8).sum();
    let bracket = from + line[from..].find(']')?;
    line.insert_str(bracket, &format!(", {}", quoted(text)));
    Some(lines.concat())
}

/// A text as it may stand in a list, without quotes where that is safe.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(char::is_alphabetic)
        && text.chars().all(|letter| letter.is_alphanumeric() || " ,.!?'-åäöÅÄÖé".contains(letter));
    let word = text.to_lowercase();
    let means = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    if plain && !means.contains(&word.as_str()) { text.to_owned() } else { quoted(text) }
}

/// In double quotes; what is escaped in JSON is escaped alike here.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(intent: &str, lang: Language, text: &str) -> Addition {
        Addition { intent: IntentId::new(intent), lang, text: text.to_owned() }
    }

    const LISTED: &str = "\
# What customers say of doors.
intent: door
title: { sv: Dörren, fi: Ovi, en: The door }
dialogue: lamp
examples:
  sv:
    - dörren har låst sig   # ofta
  fi:
    - ovi on lukossa
  en:
    - the door is stuck
";

    fn files() -> Vec<Source> {
        let mut files = crate::content::tests::small();
        files.push(Source { file: "intents/door.yaml".to_owned(), text: LISTED.to_owned() });
        files
    }

    #[test]
    fn an_example_stands_behind_the_others_and_the_rest_is_as_it_was() {
        let additions = [
            add("door", Language::Sv, "dörren går inte upp"),
            add("door", Language::Sv, "nyckel: borta #1"),
            add("door", Language::Fi, "no"),
        ];
        let new = amended(&files(), &additions).unwrap();
        let expected = LISTED
            .replace("# ofta\n", "# ofta\n    - dörren går inte upp\n    - \"nyckel: borta #1\"\n")
            .replace("lukossa\n", "lukossa\n    - \"no\"\n");
        assert_eq!(new["intents/door.yaml"], expected);
        assert_eq!(new.len(), 1);
    }

    #[test]
    fn a_list_on_one_line_grows_on_its_line() {
        let new = amended(&files(), &[add("lamp", Language::Sv, "ljuset är \"borta\"")]).unwrap();
        let text = &new["intents/lamp.yaml"];
        assert!(
            text.contains("  sv: [lampan lyser inte, det är mörkt, \"ljuset är \\\"borta\\\"\"]\n"),
            "{text}"
        );
    }

    #[test]
    fn what_cannot_be_added_is_told() {
        let refused = |addition| amended(&files(), &[addition]).unwrap_err();
        let none = IntentId::new("none");
        assert_eq!(refused(add("none", Language::Sv, "x")), AmendError::NoIntent(none));
        let lamp = IntentId::new("lamp");
        let twice = refused(add("lamp", Language::Sv, "det är mörkt "));
        assert_eq!(twice, AmendError::Known(lamp));
        assert_eq!(refused(add("lamp", Language::Sv, " ")), AmendError::NoText);
        assert_eq!(refused(add("lamp", Language::Sv, "a\nb: c")), AmendError::NoText);
    }
}
