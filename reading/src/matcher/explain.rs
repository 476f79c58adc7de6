//! Why a message was ranked as it was, word by word.

use serde::Deserialize;
use serde::Serialize;

use crate::ids::IntentId;
use crate::matcher::Context;
use crate::matcher::Evidence;
use crate::matcher::How;
use crate::matcher::Matcher;
use crate::matcher::Ranking;
use crate::matcher::adjustment::Adjustment;
use crate::matcher::adjustment::adjustments;
use crate::matcher::model::Model;
use crate::matcher::reading::Known;
use crate::matcher::scratch::Feature;
use crate::matcher::scratch::Scratch;
use crate::matcher::scratch::with_scratch;

/// So many words are given as evidence.
const EVIDENCE: usize = 3;

/// The score of each candidate, taken apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// What [`Matcher::rank`] says of the same message.
    pub ranking: Ranking,
    /// One for each candidate, in the same order; then the intent that was asked about, if it is
    /// none of them.
    pub candidates: Vec<Account>,
}

/// Where one candidate's score comes from: the parts add up to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// The intent.
    pub intent: IntentId,
    /// Its score.
    pub score: f32,
    /// What each word of the message adds, in the order of the message; the same words for all
    /// candidates.
    pub words: Vec<Evidence>,
    /// What the intent has before any word is read.
    pub base: f32,
    /// What the intent gains because the message is one of its examples.
    pub exact: f32,
    /// What the intent gains from the open dialogue or question.
    pub raised: f32,
    /// What the intent loses by words that speak against it.
    pub forbidden: f32,
}

impl Account {
    /// The sum of the parts.
    #[must_use]
    pub fn sum(&self) -> f32 {
        let words: f32 = self.words.iter().map(|word| word.weight).sum();
        words + self.base + self.exact + self.raised + self.forbidden
    }
}

impl Matcher {
    /// Ranks `text` and takes the scores apart, also that of `against`.
    #[must_use]
    pub fn explain(
        &self,
        text: &str,
        context: &Context<'_>,
        against: Option<&IntentId>,
    ) -> Explanation {
        let ranking = self.rank(text, context);
        with_scratch(|scratch| {
            self.score(text, context, scratch);
            let first = ranking.candidates.iter().map(|candidate| &candidate.intent);
            let asked = against.filter(|asked| !first.clone().any(|intent| intent == *asked));
            let accounts = first.chain(asked).filter_map(|intent| {
                let column = self.model.intents.binary_search(intent).ok()?;
                let score = scratch.scores[column];
                Some(account(&self.model, scratch, context, column, score))
            });
            let candidates = accounts.collect();
            Explanation { ranking, candidates }
        })
    }
}

fn account(
    model: &Model,
    scratch: &Scratch,
    context: &Context<'_>,
    column: usize,
    score: f32,
) -> Account {
    let weights = by_word(scratch, |feature| model.part(feature, column));
    let mut account = Account {
        intent: model.intents[column].clone(),
        score,
        words: weights
            .iter()
            .enumerate()
            .map(|(at, &weight)| word_evidence(model, scratch, at, weight))
            .collect(),
        base: model.bias[column],
        exact: 0.0,
        raised: 0.0,
        forbidden: 0.0,
    };
    for (of, (adjustment, weight)) in adjustments(model, scratch, context) {
        if of == column {
            match adjustment {
                Adjustment::Exact => account.exact += weight,
                Adjustment::Raised => account.raised += weight,
                Adjustment::Forbidden => account.forbidden += weight,
            }
        }
    }
    account
}

/// The words that raise `column` most above the mean of all intents.
pub(super) fn evidence(model: &Model, scratch: &Scratch, column: usize) -> Vec<Evidence> {
    let weights =
        by_word(scratch, |feature| model.part(feature, column) - model.mean_part(feature));
    let mut order: Vec<usize> = (0..weights.len()).filter(|&at| weights[at] > 0.0).collect();
    order.sort_by(|&left, &right| weights[right].total_cmp(&weights[left]).then(left.cmp(&right)));
    order.truncate(EVIDENCE);
    order.into_iter().map(|at| word_evidence(model, scratch, at, weights[at])).collect()
}

/// Shares what each feature adds among the typed words it stands on.
fn by_word(scratch: &Scratch, part: impl Fn(&Feature) -> f32) -> Vec<f32> {
    let mut weights = vec![0.0; scratch.words.len()];
    for feature in &scratch.features {
        let part = part(feature);
        let (first, last) = (usize::from(feature.first), usize::from(feature.last));
        if first == last {
            weights[first] += part;
        } else {
            weights[first] += part / 2.0;
            weights[last] += part / 2.0;
        }
    }
    weights
}

fn word_evidence(model: &Model, scratch: &Scratch, at: usize, weight: f32) -> Evidence {
    let word = scratch.words.get(at).unwrap_or_default().to_owned();
    let mut read_as: Vec<String> = Vec::new();
    let mut how = How::Unknown;
    for read in scratch.corrected.words.iter().filter(|read| usize::from(read.source) == at) {
        how = match read.known {
            Known::Word => How::Exact,
            Known::Stem => How::Stem,
            Known::Corrected => How::Typo,
            Known::Split | Known::Parts => How::Compound,
            Known::Meaning => How::Meaning,
            Known::No | Known::Everyday => How::Unknown,
        };
        let spelling = model.lexicon.spelling(scratch.corrected.word_hash_of(read));
        read_as.extend(match read.known {
            Known::Corrected | Known::Split => spelling.map(str::to_owned),
            Known::Parts => {
                model.lexicon.halves(&word).map(|(left, right)| format!("{left}+{right}"))
            }
            _ => None,
        });
    }
    let read_as = if read_as.is_empty() { word.clone() } else { read_as.join("+") };
    Evidence { word, read_as, how, weight }
}
