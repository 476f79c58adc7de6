//! The numbers of the algorithm: what each part of a message weighs, and how training goes.
//!
//! All were chosen on folds of training data, never on a test split; `docs/matching.md` describes
//! the whole.

use serde::Deserialize;
use serde::Serialize;

/// Everything that can be set about reading and training.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// Weight of each group of features.
    pub groups: GroupWeights,
    /// What a word without meaning counts when the concepts are brought to length, beside an
    /// unknown feature: else one concept in a message of many other words would count like all.
    pub blank: f32,
    /// What is left of words that say little.
    pub weak: WeakWeights,
    /// Feature values grow with rarity; a word that no example has counts as this share of the
    /// rarest when the group is brought to length 1.
    pub unknown_share: f64,
    /// How much a training mistake costs against a long weight vector.
    pub cost: f32,
    /// Weight of an intent's title as an example.
    pub title_weight: f32,
    /// Weight of a keyword of weight 1 as an example.
    pub keyword_weight: f32,
    /// Weight of the mean of an intent's examples beside the trained weights.
    pub centroid: f64,
    /// Share of the mean of all examples that is taken off each intent's mean.
    pub centroid_common: f64,
    /// Training stops when no gradient is above this.
    pub tolerance: f32,
    /// … or after so many rounds.
    pub rounds: usize,
    /// Features of at most so many examples are kept with the examples instead of in rows of
    /// their own.
    pub rare: usize,
}

/// Weights of the groups; each group has this length in a message's vector.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupWeights {
    /// Stems.
    pub stem: f32,
    /// Stems side by side, with the message's ends.
    pub pair: f32,
    /// Stems in order, up to four apart.
    pub skip: f32,
    /// Groups of two to four letters within a word.
    pub gram: f32,
    /// Groups of four and five letters across spaces.
    pub run: f32,
    /// Concepts of the thesaurus.
    pub concept: f32,
    /// Concepts that meet within a few words.
    pub meeting: f32,
    /// Keywords joined with `+`.
    pub joined: f32,
}

/// What is left of the value of features made of words that say little alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeakWeights {
    /// Their stems.
    pub stem: f32,
    /// Pairs of two such, in order.
    pub pair: f32,
    /// Their letters.
    pub gram: f32,
    /// Their concepts.
    pub concept: f32,
    /// Pairs of two such, by concept.
    pub meeting: f32,
    /// Stems of the parts of compounds.
    pub part: f32,
    /// Concepts of the parts.
    pub part_concept: f32,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            groups: GroupWeights {
                stem: 0.75,
                pair: 0.4,
                skip: 0.5,
                gram: 1.0,
                run: 0.5,
                concept: 1.2,
                meeting: 0.7,
                joined: 0.5,
            },
            weak: WeakWeights {
                stem: 0.8,
                pair: 1.0,
                gram: 0.5,
                concept: 0.65,
                meeting: 0.75,
                part: 0.7,
                part_concept: 1.0,
            },
            blank: 2.0,
            unknown_share: 0.5,
            cost: 3.0,
            title_weight: 0.5,
            keyword_weight: 0.5,
            centroid: 1.0,
            centroid_common: 0.5,
            tolerance: 0.1,
            rounds: 40,
            rare: 2,
        }
    }
}
