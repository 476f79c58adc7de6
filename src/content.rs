//! All that a support team writes, read, checked and trained: intents, dialogues, manners.
//!
//! Pure but for [`load`]. Reading never stops at the first fault: every file gives what it can
//! and adds its faults to one list. **Invariant:** a [`Content`] is only ever made of files
//! without an error, so the interpreter need not expect a step that leads nowhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::content::dialogue::Dialogue;
use crate::content::dialogue::Step;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::occasion::Occasion;
use crate::content::editions::Dialogues;
use crate::content::intent::Intent;
use crate::content::manners::Manners;
use crate::content::remarks::Remarks;
use crate::content::text::Text;
use crate::ids::IntentId;
use crate::language::Language;
use crate::matcher::Matcher;
use crate::matcher::answers::AnswerModel;
use crate::matcher::answers::lead::Phrases;
use crate::matcher::answers::remark::RemarkModel;
use crate::privacy::patterns::Patterns;

pub mod amend;
mod answers;
pub mod build;
mod check;
pub mod diagnostic;
pub mod dialogue;
pub mod editions;
pub(crate) mod fields;
pub mod intent;
pub mod lint;
pub mod load;
pub mod manners;
pub mod models;
pub mod remarks;
mod secrets;
mod suggest;
pub mod template;
pub mod text;
pub(crate) mod yaml;

/// The intent of whoever wants a person; the button for it leads to its dialogue.
pub const TALK_TO_HUMAN: &str = "talk_to_human";

/// The intent of whoever says hello.
pub const GREETING: &str = "greeting";
/// The intent of whoever says thanks.
pub const THANKS: &str = "thanks";
/// The intent of whoever says goodbye.
pub const GOODBYE: &str = "goodbye";

/// Topics that a greeting suggests: more are a list, and a list is not read.
pub const MOST_SUGGESTED: usize = 5;

/// A content file as it was read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Source {
    /// Its path below the content folder.
    pub file: String,
    /// What it says.
    pub text: String,
}

/// Everything the bot knows, at one revision, with the dialogues of older ones that still run.
/// A clone shares all that is large.
#[derive(Debug, Clone)]
pub struct Content {
    /// A name for exactly these files.
    pub revision: String,
    /// By id.
    pub intents: BTreeMap<IntentId, Intent>,
    /// By id.
    pub dialogues: Arc<Dialogues>,
    /// The bot's own texts.
    pub manners: Manners,
    /// What people say before they correct themselves.
    pub corrections: BTreeMap<Language, Phrases>,
    /// What the authors know to be secret.
    pub secrets: Arc<Patterns>,
    /// What people say beside answers and topics.
    pub remarks: Remarks,
    matchers: Arc<[Matcher; 3]>,
    answers: Arc<[AnswerModel; 3]>,
    remark_models: Arc<[RemarkModel; 3]>,
    /// The files that the dialogues were read from.
    sources: Arc<[Source]>,
    /// By revision.
    older: BTreeMap<String, Arc<Dialogues>>,
}

impl Content {
    /// The matcher of a language.
    #[must_use]
    pub fn matcher(&self, language: Language) -> &Matcher {
        &self.matchers[place(language)]
    }

    /// The reader of answers of a language.
    #[must_use]
    pub fn answers(&self, language: Language) -> &AnswerModel {
        &self.answers[place(language)]
    }

    /// The reader of remarks of a language.
    #[must_use]
    pub fn remark_model(&self, language: Language) -> &RemarkModel {
        &self.remark_models[place(language)]
    }

    /// The dialogue that treats an intent.
    #[must_use]
    pub fn dialogue_of(&self, intent: &IntentId) -> Option<&Dialogue> {
        self.dialogues.get(&self.intents.get(intent)?.dialogue)
    }

    /// The dialogue that runs on an occasion, in place of what the bot does by itself.
    #[must_use]
    pub fn instead_of(&self, occasion: Occasion) -> Option<&Dialogue> {
        self.dialogues.values().find(|dialogue| dialogue.instead_of == Some(occasion))
    }

    /// Whether an intent is a problem that a dialogue treats, rather than a courtesy, an
    /// emergency or the wish for a person.
    #[must_use]
    pub fn is_problem(&self, intent: &IntentId) -> bool {
        let asks = |dialogue: &Dialogue| {
            dialogue.steps.values().any(|step| matches!(step.kind, StepKind::Ask(_)))
        };
        self.intents.get(intent).is_some_and(|intent| !intent.urgent)
            && self.dialogue_of(intent).is_some_and(asks)
    }

    /// Whether an intent's dialogue only says something: a greeting, thanks.
    #[must_use]
    pub fn is_courtesy(&self, intent: &IntentId) -> bool {
        self.dialogue_of(intent).is_some_and(Dialogue::only_says)
    }

    /// The topics that the greeting suggests, in order; no more than a customer takes in.
    #[must_use]
    pub fn suggested(&self) -> Vec<IntentId> {
        let mut places: Vec<(u8, &IntentId)> = self
            .intents
            .values()
            .filter_map(|intent| Some((intent.suggested?, &intent.id)))
            .collect();
        places.sort();
        places.into_iter().take(MOST_SUGGESTED).map(|(_, id)| id.clone()).collect()
    }

    /// Other words that the content has for what was said.
    #[must_use]
    pub fn other_words(&self, language: Language, said: &str) -> Vec<String> {
        let manners = self.manners.named().into_iter().map(|(_, text)| text);
        let steps = self.dialogues.values().flat_map(|dialogue| dialogue.steps.values());
        let mut texts = manners.chain(steps.flat_map(Step::texts));
        let words = |text: &Text| -> Vec<String> {
            text.all()
                .filter(|(of, _)| *of == language)
                .map(|(_, words)| words.to_owned())
                .collect()
        };
        let among = texts.find_map(|text| {
            let words = words(text);
            words.iter().any(|one| one == said).then_some(words)
        });
        among.into_iter().flatten().filter(|one| one != said).collect()
    }

    /// The name of an intent for people.
    #[must_use]
    pub fn title<'a>(&'a self, intent: &'a IntentId, language: Language) -> &'a str {
        self.intents.get(intent).map_or(intent.as_str(), |intent| intent.title.plain(language))
    }
}

fn place(language: Language) -> usize {
    match language {
        Language::Sv => 0,
        Language::Fi => 1,
        Language::En => 2,
    }
}

#[cfg(test)]
pub(crate) mod tests;
