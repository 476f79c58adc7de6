//! How many conversations went where: counts by dialogue, step and exit, over many logs.
//!
//! Counts are of conversations, not of passages: whoever went round twice counts once. Logs are
//! taken in one by one, in any order, and sums of parts are the sum of the whole, so a store can
//! be read in pieces and by several threads ([`Traffic::add`]).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::authoring::trail::Trail;
use crate::authoring::trail::trail;
use crate::content::Content;
use crate::conversation::event::Event;
use crate::ids::DialogueId;
use crate::ids::StepId;
use crate::language::Language;

/// How many conversations went where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Traffic {
    /// All that were looked at, whatever they were about.
    pub conversations: u64,
    /// By dialogue; one that no conversation entered is not there.
    pub dialogues: BTreeMap<DialogueId, DialogueTraffic>,
}

/// Of one dialogue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DialogueTraffic {
    /// How many conversations it ran in.
    pub entered: u64,
    /// By step; one that no conversation came to is not there.
    pub steps: BTreeMap<StepId, StepTraffic>,
}

/// Of one step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StepTraffic {
    /// How many conversations came to it.
    pub visited: u64,
    /// How many left the dialogue there without an answer: they wanted a person, fell silent, or
    /// dropped the matter. A conversation that still stands there has not left.
    pub left: u64,
    /// By the name of an exit ([`crate::authoring::exits`]): how many took it.
    pub exits: BTreeMap<String, u64>,
}

/// Counts one conversation. `lang` is the language of hello.
#[must_use]
pub fn of_conversation(content: &Content, lang: Language, log: &[Event]) -> Traffic {
    let mut traffic = Traffic::default();
    traffic.take(&trail(content, lang, log));
    traffic
}

impl Traffic {
    /// Takes in where one conversation was.
    pub fn take(&mut self, trail: &Trail) {
        self.conversations += 1;
        let mut entered: Vec<&DialogueId> = trail.entered.iter().map(|(id, _)| id).collect();
        entered.dedup();
        for dialogue in entered {
            self.dialogues.entry(dialogue.clone()).or_default().entered += 1;
        }
        for place in &trail.visited {
            self.step(&place.dialogue, &place.step).visited += 1;
        }
        for place in &trail.left {
            self.step(&place.dialogue, &place.step).left += 1;
        }
        for way in &trail.taken {
            let step = self.step(&way.at.dialogue, &way.at.step);
            *step.exits.entry(way.exit.clone()).or_default() += 1;
        }
    }

    /// Adds the counts of other conversations.
    pub fn add(&mut self, other: &Self) {
        self.conversations += other.conversations;
        for (id, theirs) in &other.dialogues {
            let ours = self.dialogues.entry(id.clone()).or_default();
            ours.entered += theirs.entered;
            for (id, theirs) in &theirs.steps {
                let ours = ours.steps.entry(id.clone()).or_default();
                ours.visited += theirs.visited;
                ours.left += theirs.left;
                for (name, count) in &theirs.exits {
                    *ours.exits.entry(name.clone()).or_default() += count;
                }
            }
        }
    }

    /// The counts of a step, if a conversation came to it.
    #[must_use]
    pub fn at(&self, dialogue: &DialogueId, step: &StepId) -> Option<&StepTraffic> {
        self.dialogues.get(dialogue)?.steps.get(step)
    }

    fn step(&mut self, dialogue: &DialogueId, step: &StepId) -> &mut StepTraffic {
        let dialogue = self.dialogues.entry(dialogue.clone()).or_default();
        dialogue.steps.entry(step.clone()).or_default()
    }
}
