//! Labelled messages: `split<TAB>intent<TAB>text`, one a line.

use std::collections::BTreeMap;

use crate::ids::IntentId;
use crate::language::Language;
use crate::matcher::IntentExamples;
use crate::matcher::TrainingSet;

/// The intent name of messages that the bot cannot help with.
pub const OUT_OF_SCOPE: &str = "__oos__";

/// A message with what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The intent; `None` when the bot cannot help with it.
    pub intent: Option<IntentId>,
    /// The message.
    pub text: String,
}

/// The messages of a file by what they are for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Splits {
    /// To learn from.
    pub train: Vec<Sample>,
    /// To choose a threshold on.
    pub val: Vec<Sample>,
    /// To measure on.
    pub test: Vec<Sample>,
}

/// Why a line could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// Not three columns.
    #[error(
        "line {line}: not split, intent and text with a tab between: write `train<TAB>intent<TAB>text`"
    )]
    Columns {
        /// Counted from 1.
        line: usize,
    },
    /// Another word than train, val and test.
    #[error("line {line}: `{split}` is no split: write train, val or test")]
    Split {
        /// Counted from 1.
        line: usize,
        /// What stands there.
        split: String,
    },
    /// A column with nothing in it.
    #[error("line {line}: no {what}: {mend}")]
    Empty {
        /// Counted from 1.
        line: usize,
        /// What is missing.
        what: &'static str,
        /// What to do about it.
        mend: &'static str,
    },
    /// Nothing to learn from.
    #[error("no line of the split train: there is nothing to learn from")]
    NoTraining,
}

impl Splits {
    /// Reads a file's text.
    ///
    /// # Errors
    /// Names the first line that cannot be read.
    pub fn parse(text: &str) -> Result<Self, DataError> {
        let mut splits = Self::default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (at, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let mut columns = line.splitn(3, '\t');
            let (Some(split), Some(intent), Some(text)) =
                (columns.next(), columns.next(), columns.next())
            else {
                return Err(DataError::Columns { line: at + 1 });
            };
            let missing = |what, mend| Err(DataError::Empty { line: at + 1, what, mend });
            if intent.trim().is_empty() {
                return missing("intent", "name one, or write `__oos__` for out of scope");
            }
            if text.trim().is_empty() {
                return missing(
                    "text",
                    "write the message after the second tab, or take the line out",
                );
            }
            let intent = (intent != OUT_OF_SCOPE).then(|| IntentId::new(intent));
            let sample = Sample { intent, text: text.to_owned() };
            match split {
                "train" => splits.train.push(sample),
                "val" => splits.val.push(sample),
                "test" => splits.test.push(sample),
                _ => return Err(DataError::Split { line: at + 1, split: split.to_owned() }),
            }
        }
        if splits.train.is_empty() {
            return Err(DataError::NoTraining);
        }
        Ok(splits)
    }
}

/// A training set of labelled messages, with the intents' names as titles.
#[must_use]
pub fn training_set<'a>(
    language: Language,
    samples: impl Iterator<Item = &'a Sample>,
) -> TrainingSet {
    let mut by_intent: BTreeMap<&IntentId, Vec<String>> = BTreeMap::new();
    let mut out_of_scope = Vec::new();
    for sample in samples {
        match &sample.intent {
            Some(intent) => by_intent.entry(intent).or_default().push(sample.text.clone()),
            None => out_of_scope.push(sample.text.clone()),
        }
    }
    let intents = by_intent
        .into_iter()
        .map(|(id, examples)| IntentExamples {
            id: id.clone(),
            title: id.as_str().replace('_', " "),
            keywords: Vec::new(),
            examples,
        })
        .collect();
    TrainingSet { language, intents, out_of_scope }
}

/// Deals the samples of each intent out to `folds` heaps, the same for the same seed.
#[must_use]
pub fn folds(samples: &[Sample], folds: usize, seed: u64) -> Vec<usize> {
    let mut by_intent: BTreeMap<Option<&IntentId>, Vec<usize>> = BTreeMap::new();
    for (at, sample) in samples.iter().enumerate() {
        by_intent.entry(sample.intent.as_ref()).or_default().push(at);
    }
    let mut random = crate::matcher::evaluation::noise::Random::new(seed);
    let mut heap = vec![0; samples.len()];
    let mut next = 0;
    for members in by_intent.values_mut() {
        random.shuffle(members);
        for &at in members.iter() {
            heap[at] = next % folds.max(1);
            next += 1;
        }
    }
    heap
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_to_their_splits() {
        let splits =
            Splits::parse("train\ta_b\tone two\nval\t__oos__\tx\ty\n\ntest\ta_b\tthree\n").unwrap();
        assert_eq!(splits.train[0].intent, Some(IntentId::new("a_b")));
        assert_eq!(splits.val[0], Sample { intent: None, text: "x\ty".to_owned() });
        assert_eq!(splits.test.len(), 1);
        let set = training_set(Language::En, splits.train.iter().chain(&splits.val));
        assert_eq!(set.intents[0].title, "a b");
        assert_eq!(set.out_of_scope, ["x\ty"]);
    }

    #[test]
    fn a_bad_line_is_named() {
        assert_eq!(Splits::parse("train\ta"), Err(DataError::Columns { line: 1 }));
        assert_eq!(
            Splits::parse("train\ta\tb\n\ndev\ta\tb"),
            Err(DataError::Split { line: 3, split: "dev".to_owned() })
        );
        assert_eq!(Splits::parse("test\ta\tb\n"), Err(DataError::NoTraining));
        assert_eq!(Splits::parse(""), Err(DataError::NoTraining));
        for (rows, says) in [
            ("train\ta\tb\ntrain\t \tb", "line 2: no intent: name one"),
            ("train\t\tb", "line 1: no intent"),
            ("train\ta\t  ", "line 1: no text: write the message"),
        ] {
            let said = Splits::parse(rows).unwrap_err().to_string();
            assert!(said.starts_with(says), "{said}");
        }
    }

    #[test]
    fn folds_share_each_intent_evenly() {
        let samples: Vec<Sample> = (0..50)
            .map(|at| Sample {
                intent: (at % 5 > 0).then(|| IntentId::new(&format!("i{}", at % 5))),
                text: String::new(),
            })
            .collect();
        let heap = folds(&samples, 5, 7);
        for intent in 0..5 {
            for fold in 0..5 {
                let held = (0..50).filter(|at| at % 5 == intent && heap[*at] == fold).count();
                assert_eq!(held, 2);
            }
        }
        assert_eq!(heap, folds(&samples, 5, 7));
        assert_ne!(heap, folds(&samples, 5, 8));
    }
}
