//! How much of the content the transcripts go through.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::authoring::exits::exits;
use crate::authoring::trail::Trail;
use crate::content::Content;
use crate::content::dialogue::StepKind;
use crate::conversation::event::Place;
use crate::language::Language;

/// What was gone through, of what there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Steps of all dialogues.
    pub steps: Share,
    /// Answers to all questions.
    pub answers: Share,
    /// Dialogues in each of the languages.
    pub languages: Share,
}

/// A part of a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many were gone through.
    pub covered: usize,
    /// How many there are.
    pub all: usize,
    /// What was not gone through, in the order of the names.
    pub missing: Vec<String>,
}

impl Share {
    /// In whole percent, rounded down; everything, when there is nothing.
    #[must_use]
    pub fn percent(&self) -> usize {
        (self.covered * 100).checked_div(self.all).unwrap_or(100)
    }

    fn of(all: Vec<(String, bool)>) -> Self {
        let count = all.len();
        let missing: Vec<String> =
            all.into_iter().filter(|(_, covered)| !covered).map(|(name, _)| name).collect();
        Self { covered: count - missing.len(), all: count, missing }
    }
}

impl Coverage {
    /// What these talks went through.
    #[must_use]
    pub fn of(content: &Content, trails: &[Trail]) -> Self {
        let visited: BTreeSet<&Place> = trails.iter().flat_map(|trail| &trail.visited).collect();
        let taken: BTreeSet<(&Place, &str)> = trails
            .iter()
            .flat_map(|trail| &trail.taken)
            .map(|way| (&way.at, way.exit.as_str()))
            .collect();
        let entered: BTreeSet<_> =
            trails.iter().flat_map(|trail| &trail.entered).cloned().collect();
        let (mut steps, mut answers, mut languages) = (Vec::new(), Vec::new(), Vec::new());
        for (id, dialogue) in content.dialogues.iter() {
            for language in Language::ALL {
                let covered = entered.contains(&(id.clone(), language));
                languages.push((format!("{id} in {}", language.code()), covered));
            }
            for (step_id, step) in &dialogue.steps {
                let place = Place { dialogue: id.clone(), step: step_id.clone() };
                steps.push((format!("{id}/{step_id}"), visited.contains(&place)));
                if matches!(step.kind, StepKind::Ask(_)) {
                    answers.extend(exits(step).into_iter().map(|exit| {
                        let covered = taken.contains(&(&place, exit.name.as_str()));
                        (format!("{id}/{step_id}: {}", exit.name), covered)
                    }));
                }
            }
        }
        Self {
            steps: Share::of(steps),
            answers: Share::of(answers),
            languages: Share::of(languages),
        }
    }

    /// The least of the three, in whole percent.
    #[must_use]
    pub fn least(&self) -> usize {
        self.steps.percent().min(self.answers.percent()).min(self.languages.percent())
    }
}
