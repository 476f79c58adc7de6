//! Intents out of the files of other programs, with a list of what could not be carried over.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::authoring::scaffold;
use crate::ids::is_wire_id;
use crate::language::Language;
use crate::language::fold::fold;
use crate::language::text::Words;

pub mod csv;
pub mod rasa;

/// The longest name.
const LONGEST_NAME: usize = 64;

/// Something of a file that is not in what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The line, from 1.
    pub line: usize,
    /// What, and what to do about it.
    pub why: String,
}

/// What came of foreign files.
#[derive(Debug, Default)]
pub struct Import {
    /// Messages by intent and language, in the order of the files.
    intents: BTreeMap<String, BTreeMap<Language, Vec<String>>>,
    /// Whose message it is, folded, so that none stands in two intents.
    owners: BTreeMap<(Language, String), String>,
    renamed: BTreeSet<String>,
    /// What was left behind in the file that is read.
    pub left: Vec<Left>,
}

impl Import {
    /// How many intents, and how many messages.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let messages = self.intents.values().flat_map(BTreeMap::values).map(Vec::len).sum();
        (self.intents.len(), messages)
    }

    /// The files: an intent each, and the dialogue that it needs.
    #[must_use]
    pub fn files(&self) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for (name, examples) in &self.intents {
            let examples: Vec<(Language, Vec<String>)> =
                examples.iter().map(|(language, list)| (*language, list.clone())).collect();
            files.push((format!("intents/{name}.yaml"), scaffold::intent(name, &examples)));
            files.push((format!("dialogues/{name}.yaml"), scaffold::dialogue(name)));
        }
        files
    }

    fn leave(&mut self, line: usize, why: impl Into<String>) {
        self.left.push(Left { line, why: why.into() });
    }

    /// Takes a message of an intent.
    fn take(&mut self, line: usize, intent: &str, language: Language, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let Some(name) = self.name(line, intent) else { return };
        let words = Words::of(&text);
        if words.is_empty() {
            self.leave(line, "there is no word in this message");
            return;
        }
        let plain = words.iter().map(fold).collect::<Vec<_>>().join(" ");
        match self.owners.get(&(language, plain.clone())) {
            Some(owner) if *owner == name => {
                self.leave(line, format!("“{text}” stands in `{name}` already"));
            }
            Some(owner) => {
                let why = format!(
                    "“{text}” of `{name}` stands in `{owner}` too, and can only be in one: put it where a person would"
                );
                self.leave(line, why);
            }
            None => {
                self.owners.insert((language, plain), name.clone());
                self.intents.entry(name).or_default().entry(language).or_default().push(text);
            }
        }
    }

    /// The name of an intent as ours may be.
    fn name(&mut self, line: usize, intent: &str) -> Option<String> {
        let trimmed = intent.trim();
        let name: String = trimmed
            .chars()
            .map(|letter| match letter {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => letter,
                'å' | 'ä' | 'Å' | 'Ä' => 'a',
                'ö' | 'Ö' => 'o',
                _ => '_',
            })
            .take(LONGEST_NAME)
            .collect();
        if !is_wire_id(&name) || name == "out_of_scope" {
            self.leave(line, format!("`{trimmed}` cannot be the name of an intent"));
            return None;
        }
        if name != trimmed && self.renamed.insert(trimmed.to_owned()) {
            self.leave(line, format!("intent `{trimmed}` is called `{name}` from now on"));
        }
        Some(name)
    }
}

#[cfg(test)]
mod tests;
