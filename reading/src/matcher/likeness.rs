//! How like two messages are, by the features that messages are matched on.
//!
//! Unlike in a ranking, what the content does not know counts too: of messages that were not
//! understood it is the most telling part.

use std::collections::BTreeMap;

use crate::matcher::Matcher;
use crate::matcher::features::BLANK;
use crate::matcher::features::Group;
use crate::matcher::scratch::Scratch;
use crate::matcher::scratch::with_scratch;

/// What each kind of feature counts: words before meanings before letters, which only bring
/// together what is misspelt or inflected. Pairs and runs of letters say the same twice.
const WEIGHTS: [(Group, f32); 3] = [(Group::Stem, 1.0), (Group::Concept, 0.5), (Group::Gram, 0.6)];

/// A message as it is compared. Its length is one, or nothing if it says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Likeness {
    features: Vec<(u64, f32)>,
}

impl Likeness {
    /// From 0, nothing in common, to 1.
    #[must_use]
    pub fn to(&self, other: &Self) -> f32 {
        let mut theirs = other.features.iter().peekable();
        let mut sum = 0.0;
        for (key, value) in &self.features {
            while theirs.next_if(|(other, _)| other < key).is_some() {}
            if let Some((_, other)) = theirs.next_if(|(other, _)| other == key) {
                sum += value * other;
            }
        }
        sum
    }
}

impl Matcher {
    /// A message as it is compared with others of its language.
    #[must_use]
    pub fn likeness(&self, text: &str) -> Likeness {
        let mut groups: [BTreeMap<u64, f32>; WEIGHTS.len()] = Default::default();
        with_scratch(|scratch| {
            let Scratch { words, lexicon, typed, corrected, .. } = scratch;
            words.read(text);
            self.model.lexicon.read(words, lexicon, typed, corrected);
            self.model.features(typed, |seen| {
                let at = WEIGHTS.iter().position(|(group, _)| *group == seen.group);
                if let Some(at) = at.filter(|_| seen.key != BLANK) {
                    let value = groups[at].entry(seen.key).or_default();
                    *value = value.max(seen.factor);
                }
            });
        });
        let mut features: Vec<(u64, f32)> = Vec::new();
        for (group, (_, weight)) in groups.iter().zip(WEIGHTS) {
            let length = group.values().map(|value| value * value).sum::<f32>().sqrt();
            if length > 0.0 {
                features.extend(group.iter().map(|(key, value)| (*key, value * weight / length)));
            }
        }
        let length = features.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
        for (_, value) in &mut features {
            *value /= length;
        }
        features.sort_unstable_by_key(|(key, _)| *key);
        Likeness { features }
    }
}

#[cfg(test)]
mod tests {
    use crate::ids::IntentId;
    use crate::language::Language;
    use crate::matcher::Matcher;
    use crate::matcher::evaluation::data::Sample;
    use crate::matcher::evaluation::data::training_set;

    #[test]
    fn inflected_and_misspelt_words_are_liker_than_others() {
        let lamp = ["lampan lyser inte", "det är mörkt"]
            .map(|text| Sample { intent: Some(IntentId::new("lamp")), text: text.to_owned() });
        let matcher = Matcher::train(&training_set(Language::Sv, lamp.iter()));
        let of = |text: &str| matcher.likeness(text);
        let fees = of("vad kostar kortet per år");
        let like = fees.to(&of("vad kostar korten per månad"));
        let other = fees.to(&of("öppnar kontoret på lördag"));
        assert!(like > 0.5 && other < 0.25, "{like} {other}");
        assert!((fees.to(&fees) - 1.0).abs() < 1e-5);
        assert!(of("").to(&fees).abs() < 1e-6);
        assert!((fees.to(&of("öppet")) - of("öppet").to(&fees)).abs() < 1e-6);
    }
}
