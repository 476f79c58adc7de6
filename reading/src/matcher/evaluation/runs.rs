//! Runs over labelled messages: a test split, or each fold in its turn.

use std::num::NonZero;
use std::thread;

use crate::ids::IntentId;
use crate::matcher::Context;
use crate::matcher::Matcher;
use crate::matcher::TrainingSet;
use crate::matcher::evaluation::Outcome;
use crate::matcher::evaluation::data::Sample;

/// A word that spoke for the wrong intent, and by how much more than for the right one.
#[derive(Debug, Clone, PartialEq)]
pub struct Blame {
    /// As it was typed.
    pub word: String,
    /// What it was read as.
    pub read_as: String,
    /// Its part of the wrong intent's lead.
    pub weight: f32,
}

/// A message, what became of it, and which words led it astray if they did.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The message.
    pub text: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The words that spoke for the wrong intent, worst first; none when the first intent is
    /// right.
    pub blame: Vec<Blame>,
}

/// So many words of a message are blamed.
const BLAMED: usize = 3;

/// Ranks all samples on all cores, in their order. `told` hears of each one that is done.
///
/// # Panics
/// Only when `told` does: ranking never panics.
#[must_use]
pub fn judge(matcher: &Matcher, samples: &[Sample], told: &(dyn Fn() + Sync)) -> Vec<Judged> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = samples.len().div_ceil(cores).max(1);
    thread::scope(|scope| {
        let parts: Vec<_> = samples
            .chunks(share)
            .map(|part| {
                scope.spawn(move || {
                    let judged = part.iter().map(|sample| {
                        told();
                        judge_one(matcher, sample)
                    });
                    judged.collect::<Vec<_>>()
                })
            })
            .collect();
        let parts = parts.into_iter();
        parts.flat_map(|part| part.join().expect("ranking does not panic")).collect()
    })
}

fn judge_one(matcher: &Matcher, sample: &Sample) -> Judged {
    let outcome = Outcome::of(matcher, sample);
    let astray = outcome.best().is_some() && !outcome.is_right();
    let blame = if astray { blame(matcher, sample) } else { Vec::new() };
    Judged { text: sample.text.clone(), outcome, blame }
}

/// What each word adds to the first intent above what it adds to the right one; where there is
/// none, above the second.
fn blame(matcher: &Matcher, sample: &Sample) -> Vec<Blame> {
    let explanation = matcher.explain(&sample.text, &Context::default(), sample.intent.as_ref());
    let Some(wrong) = explanation.candidates.first() else { return Vec::new() };
    let right = explanation
        .candidates
        .iter()
        .find(|account| Some(&account.intent) == sample.intent.as_ref())
        .or(explanation.candidates.get(1));
    let mut words: Vec<Blame> = wrong
        .words
        .iter()
        .enumerate()
        .map(|(at, word)| {
            let other = right.and_then(|right| right.words.get(at)).map_or(0.0, |it| it.weight);
            Blame {
                word: word.word.clone(),
                read_as: word.read_as.clone(),
                weight: word.weight - other,
            }
        })
        .filter(|blame| blame.weight > 0.0)
        .collect();
    words.sort_by(|left, right| right.weight.total_cmp(&left.weight));
    words.truncate(BLAMED);
    words
}

/// The samples that are learnt from and those that are measured, when `fold` is held out.
#[must_use]
pub fn part(samples: &[Sample], heap: &[usize], fold: usize) -> (Vec<Sample>, Vec<Sample>) {
    let (mut learnt, mut held) = (Vec::new(), Vec::new());
    for (sample, &of) in samples.iter().zip(heap) {
        if of == fold { held.push(sample.clone()) } else { learnt.push(sample.clone()) }
    }
    (learnt, held)
}

/// The labelled messages of a training set, those out of scope last.
#[must_use]
pub fn samples_of(set: &TrainingSet) -> Vec<Sample> {
    let examples = set.intents.iter().flat_map(|intent| {
        let of = |text: &String| Sample { intent: Some(intent.id.clone()), text: text.clone() };
        intent.examples.iter().map(of)
    });
    let strange = set.out_of_scope.iter().map(|text| Sample { intent: None, text: text.clone() });
    examples.chain(strange).collect()
}

/// `set` with no other examples than `samples`; titles and keywords stay.
#[must_use]
pub fn with_examples(set: &TrainingSet, samples: &[Sample]) -> TrainingSet {
    let of = |id: Option<&IntentId>| {
        let own = samples.iter().filter(|sample| sample.intent.as_ref() == id);
        own.map(|sample| sample.text.clone()).collect::<Vec<_>>()
    };
    let mut set = set.clone();
    for intent in &mut set.intents {
        intent.examples = of(Some(&intent.id));
    }
    set.out_of_scope = of(None);
    set
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::matcher::evaluation::data::folds;
    use crate::matcher::evaluation::data::training_set;

    fn samples() -> Vec<Sample> {
        let of = |intent: Option<&str>, text: &str| Sample {
            intent: intent.map(IntentId::new),
            text: text.to_owned(),
        };
        vec![
            of(Some("lamp"), "the lamp is dark"),
            of(Some("lamp"), "no light from the lamp"),
            of(Some("lamp"), "my lamp does not shine"),
            of(Some("door"), "the door is stuck"),
            of(Some("door"), "my door does not open"),
            of(Some("door"), "cannot open the door"),
            of(None, "what is the weather"),
        ]
    }

    #[test]
    fn a_training_set_gives_its_samples_and_takes_others() {
        let set = training_set(Language::En, samples().iter());
        let back = samples_of(&set);
        assert_eq!(back.len(), samples().len());
        let fewer = with_examples(&set, &back[..2]);
        assert_eq!(fewer.intents.len(), 2, "an intent without examples keeps its title");
        assert_eq!(fewer.intents.iter().map(|intent| intent.examples.len()).sum::<usize>(), 2);
        assert!(fewer.out_of_scope.is_empty());
    }

    #[test]
    fn every_sample_is_held_out_once() {
        let samples = samples();
        let heap = folds(&samples, 3, 1);
        let mut held: Vec<Sample> = Vec::new();
        for fold in 0..3 {
            let (learnt, out) = part(&samples, &heap, fold);
            assert_eq!(learnt.len() + out.len(), samples.len());
            held.extend(out);
        }
        held.sort_by(|left, right| left.text.cmp(&right.text));
        let mut all = samples.clone();
        all.sort_by(|left, right| left.text.cmp(&right.text));
        assert_eq!(held, all);
    }

    #[test]
    fn a_word_of_another_intent_is_blamed() {
        let matcher = Matcher::train(&training_set(Language::En, samples()[..6].iter()));
        let odd =
            Sample { intent: Some(IntentId::new("lamp")), text: "the door is stuck".to_owned() };
        let right = Sample { text: "the lamp is dark".to_owned(), ..odd.clone() };
        let judged = judge(&matcher, &[odd, right], &|| {});
        assert!(judged[0].blame.iter().any(|blame| blame.word == "door"), "{judged:?}");
        assert!(judged[1].blame.is_empty());
    }
}
