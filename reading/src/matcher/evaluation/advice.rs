//! What a run tells the author: which intents are mixed up, which examples are stray, and where
//! there are too few.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ids::IntentId;
use crate::matcher::TrainingSet;
use crate::matcher::evaluation::runs::Judged;

/// With fewer examples than this an intent is learnt by luck.
const FEW: usize = 8;
/// An intent of which fewer held-out examples than this are recognised needs more of them.
const WEAK: f64 = 0.6;
/// As confident as this in another intent, an example looks as if it stood in the wrong file.
const SURE: f32 = 0.5;
/// Less confident than this, an example is like no other of its intent.
const LONELY: f32 = 0.15;
/// So many words are named for a pair of intents.
const WORDS: usize = 4;
/// So many messages are shown for a pair of intents.
const SHOWN: usize = 3;

/// Two intents that were mixed up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Confusion {
    /// What was meant; `None` when it was out of scope.
    pub meant: Option<IntentId>,
    /// What was understood.
    pub taken_for: IntentId,
    /// How many messages.
    pub messages: usize,
    /// The words that spoke for the wrong one, worst first.
    pub words: Vec<String>,
    /// Some of the messages.
    pub examples: Vec<String>,
}

/// The pairs of intents that were mixed up from `threshold` on, those that cost most first. An
/// out-of-scope message counts when it was accepted, any other when the first intent was wrong.
#[must_use]
pub fn confusions(judged: &[Judged], threshold: f32) -> Vec<Confusion> {
    let mut pairs: BTreeMap<(Option<&IntentId>, &IntentId), Vec<&Judged>> = BTreeMap::new();
    for one in judged {
        let outcome = &one.outcome;
        let accepted = outcome.confidence() >= threshold;
        let counts = if outcome.truth.is_some() { !outcome.is_right() } else { accepted };
        if let Some(best) = outcome.best().filter(|_| counts) {
            pairs.entry((outcome.truth.as_ref(), best)).or_default().push(one);
        }
    }
    let mut found: Vec<Confusion> = pairs
        .into_iter()
        .map(|((meant, taken_for), messages)| Confusion {
            meant: meant.cloned(),
            taken_for: taken_for.clone(),
            messages: messages.len(),
            words: blamed(&messages),
            examples: messages.iter().take(SHOWN).map(|one| one.text.clone()).collect(),
        })
        .collect();
    found.sort_by_key(|pair| std::cmp::Reverse(pair.messages));
    found
}

fn blamed(messages: &[&Judged]) -> Vec<String> {
    let mut weights: BTreeMap<String, f32> = BTreeMap::new();
    for blame in messages.iter().flat_map(|one| &one.blame) {
        let word = if blame.read_as == blame.word {
            blame.word.clone()
        } else {
            format!("{} (read as {})", blame.word, blame.read_as)
        };
        *weights.entry(word).or_default() += blame.weight;
    }
    let mut words: Vec<(String, f32)> = weights.into_iter().collect();
    words.sort_by(|left, right| right.1.total_cmp(&left.1));
    words.into_iter().take(WORDS).map(|(word, _)| word).collect()
}

/// What the author of content may mend.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Advice {
    /// Examples that, held out, were surely taken for another intent.
    pub stray: Vec<Stray>,
    /// Examples that are like no other of their intent.
    pub lonely: Vec<Stray>,
    /// Intents that are taken for one another.
    pub overlaps: Vec<Overlap>,
    /// Intents with few examples, or whose examples are seldom recognised.
    pub thin: Vec<Thin>,
}

/// An example to look at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stray {
    /// Where it stands; `None` among what is out of scope.
    pub intent: Option<IntentId>,
    /// The example.
    pub example: String,
    /// What it was taken for without being learnt from.
    pub taken_for: IntentId,
    /// How surely, 0 to 1.
    pub confidence: f32,
    /// The words that spoke for that.
    pub words: Vec<String>,
}

/// Two intents that are mixed up in both directions together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overlap {
    /// One.
    pub one: IntentId,
    /// The other.
    pub other: IntentId,
    /// How many examples of either were taken for the other.
    pub messages: usize,
    /// The words that they share.
    pub words: Vec<String>,
}

/// An intent that needs examples.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Thin {
    /// Which.
    pub intent: IntentId,
    /// How many it has.
    pub examples: usize,
    /// How many of them were recognised when held out.
    pub recognised: usize,
}

impl Advice {
    /// What held-out examples of `set` say.
    #[must_use]
    pub fn of(set: &TrainingSet, judged: &[Judged]) -> Self {
        let mut advice = Self::default();
        for one in judged {
            let outcome = &one.outcome;
            let Some(best) = outcome.best() else { continue };
            let elsewhere = !outcome.is_right() && outcome.confidence() >= SURE;
            let lonely = outcome.truth.is_some() && outcome.confidence() < LONELY;
            if elsewhere || lonely {
                let stray = Stray {
                    intent: outcome.truth.clone(),
                    example: one.text.clone(),
                    taken_for: best.clone(),
                    confidence: outcome.confidence(),
                    words: one.blame.iter().map(|blame| blame.word.clone()).collect(),
                };
                if elsewhere { &mut advice.stray } else { &mut advice.lonely }.push(stray);
            }
        }
        advice.stray.sort_by(|left, right| right.confidence.total_cmp(&left.confidence));
        advice.overlaps = overlaps(judged);
        advice.thin = thin(set, judged);
        advice
    }
}

fn overlaps(judged: &[Judged]) -> Vec<Overlap> {
    let mut pairs: BTreeMap<(&IntentId, &IntentId), Vec<&Judged>> = BTreeMap::new();
    for one in judged {
        if let (Some(truth), Some(best)) = (&one.outcome.truth, one.outcome.best())
            && truth != best
        {
            let pair = if truth < best { (truth, best) } else { (best, truth) };
            pairs.entry(pair).or_default().push(one);
        }
    }
    let mut found: Vec<Overlap> = pairs
        .into_iter()
        .filter(|(_, messages)| messages.len() >= 2)
        .map(|((one, other), messages)| Overlap {
            one: one.clone(),
            other: other.clone(),
            messages: messages.len(),
            words: blamed(&messages),
        })
        .collect();
    found.sort_by_key(|pair| std::cmp::Reverse(pair.messages));
    found
}

fn thin(set: &TrainingSet, judged: &[Judged]) -> Vec<Thin> {
    let recognised = |intent: &IntentId| {
        let own = judged.iter().filter(|one| one.outcome.truth.as_ref() == Some(intent));
        own.filter(|one| one.outcome.is_right()).count()
    };
    let intents = set.intents.iter().map(|intent| Thin {
        intent: intent.id.clone(),
        examples: intent.examples.len(),
        recognised: recognised(&intent.id),
    });
    intents.filter(|thin| thin.examples < FEW || thin.share() < WEAK).collect()
}

impl Thin {
    /// The share of the examples that were recognised when held out; 0 when there are none.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.examples == 0 {
            return 0.0;
        }
        crate::matcher::arithmetic::count(self.recognised)
            / crate::matcher::arithmetic::count(self.examples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::matcher::Matcher;
    use crate::matcher::evaluation::data::Sample;
    use crate::matcher::evaluation::data::training_set;
    use crate::matcher::evaluation::runs::judge;

    fn sample(intent: Option<&str>, text: &str) -> Sample {
        Sample { intent: intent.map(IntentId::new), text: text.to_owned() }
    }

    fn judged() -> (TrainingSet, Vec<Judged>) {
        let learnt = [
            sample(Some("door"), "the door is stuck"),
            sample(Some("door"), "cannot open the door"),
            sample(Some("door"), "my door does not open"),
            sample(Some("lamp"), "the lamp is dark"),
            sample(Some("lamp"), "no light from the lamp"),
            sample(Some("lamp"), "my lamp does not shine"),
        ];
        let set = training_set(Language::En, learnt.iter());
        let matcher = Matcher::train(&set);
        let held = [
            sample(Some("lamp"), "cannot open the door"),
            sample(Some("lamp"), "the door is stuck"),
            sample(Some("lamp"), "the lamp is dark"),
            sample(None, "my door does not open"),
        ];
        (set, judge(&matcher, &held, &|| {}))
    }

    #[test]
    fn the_costliest_pair_comes_first_with_its_words() {
        let (_, judged) = judged();
        let found = confusions(&judged, 0.5);
        assert_eq!(found[0].meant, Some(IntentId::new("lamp")));
        assert_eq!((found[0].taken_for.as_str(), found[0].messages), ("door", 2));
        assert!(found[0].words.iter().any(|word| word.starts_with("door")), "{found:?}");
        assert_eq!(found[1].meant, None, "{found:?}");
        assert!(confusions(&judged, 1.1).iter().all(|pair| pair.meant.is_some()));
    }

    #[test]
    fn an_author_hears_of_stray_examples_overlaps_and_thin_intents() {
        let (set, judged) = judged();
        let advice = Advice::of(&set, &judged);
        let stray: Vec<&str> = advice.stray.iter().map(|stray| stray.example.as_str()).collect();
        assert!(stray.contains(&"the door is stuck"), "{advice:?}");
        assert!(!stray.contains(&"the lamp is dark"), "{advice:?}");
        assert_eq!(advice.overlaps[0].messages, 2);
        assert_eq!(advice.thin.len(), 2, "both have three examples");
    }
}
