//! Transcripts told in other words: the same talk with typos, lost dots and other word forms.
//!
//! What breaks shows where the content leans on one spelling. Everything is drawn from a seed, so
//! a finding can be found again.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Serialize;

use crate::authoring::transcript::Cue;
use crate::authoring::transcript::LineKind;
use crate::authoring::transcript::Transcript;
use crate::content::Content;
use crate::language::Language;
use crate::language::stem::Endings;
use crate::matcher::evaluation::noise::Random;
use crate::matcher::evaluation::noise::with_typos;
use crate::matcher::evaluation::noise::without_diacritics;

/// How often a slip is drawn anew that changes nothing.
const SLIP_TRIES: usize = 4;

/// How a line is told in another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// One slip of the finger for every four words, at least one.
    Typos,
    /// Without å, ä, ö and accents.
    NoDiacritics,
    /// Words in another of their forms, as the content itself uses them.
    OtherForms,
}

impl Manner {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Typos, Self::NoDiacritics, Self::OtherForms];

    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Typos => "typos",
            Self::NoDiacritics => "lost diacritics",
            Self::OtherForms => "other word forms",
        }
    }
}

/// A transcript with one line told in another way.
#[derive(Debug, Clone, PartialEq)]
pub struct Retold {
    /// How.
    pub manner: Manner,
    /// The line, from 1.
    pub line: usize,
    /// What it says now.
    pub text: String,
    /// The whole talk.
    pub transcript: Transcript,
}

/// Words that share a stem, by language and stem.
#[derive(Debug, Clone, Default)]
pub struct WordForms(BTreeMap<(&'static str, String), BTreeSet<String>>);

impl WordForms {
    /// The forms that the content's own examples and titles show.
    #[must_use]
    pub fn of(content: &Content) -> Self {
        let mut forms = Self::default();
        for intent in content.intents.values() {
            for (language, examples) in &intent.examples {
                for example in examples {
                    forms.learn(*language, example);
                }
            }
            for (language, title) in intent.title.all() {
                forms.learn(language, title);
            }
        }
        forms
    }

    fn learn(&mut self, language: Language, text: &str) {
        for word in text.to_lowercase().split(|sign: char| !sign.is_alphanumeric()) {
            let word = word.to_owned();
            let stem = Endings::of(language).stem(&word).into_owned();
            self.0.entry((language.code(), stem)).or_default().insert(word);
        }
    }

    /// Another form of a word in lower case, if one is known.
    fn other(&self, language: Language, word: &str, random: &mut Random) -> Option<String> {
        let stem = Endings::of(language).stem(word).into_owned();
        let known = self.0.get(&(language.code(), stem))?;
        let others: Vec<&String> = known.iter().filter(|form| *form != word).collect();
        (!others.is_empty()).then(|| others[random.below(others.len())].clone())
    }
}

/// Every line of the visitor told in every manner that changes it, one at a time: so a break has
/// one cause.
#[must_use]
pub fn retell(transcript: &Transcript, forms: &WordForms, seed: u64) -> Vec<Retold> {
    let mut all = Vec::new();
    let mut lang = transcript.lang;
    for (at, line) in transcript.lines.iter().enumerate() {
        match &line.kind {
            LineKind::Cue(Cue::Language(chosen)) => lang = *chosen,
            LineKind::Cue(Cue::Say(text)) => {
                // The line's own numbers: a change above it leaves what is drawn here alone.
                let mut random = Random::new(seed ^ stamp(text));
                for manner in Manner::ALL {
                    let told = told(text, manner, lang, forms, &mut random);
                    if told == *text {
                        continue;
                    }
                    let mut transcript = transcript.clone();
                    transcript.lines[at].kind = LineKind::Cue(Cue::Say(told.clone()));
                    all.push(Retold { manner, line: line.number, text: told, transcript });
                }
            }
            _ => {}
        }
    }
    all
}

fn told(
    text: &str,
    manner: Manner,
    lang: Language,
    forms: &WordForms,
    random: &mut Random,
) -> String {
    match manner {
        Manner::Typos => {
            let slips = text.split_whitespace().count().div_ceil(4);
            // Two equal letters swapped are no slip.
            let mut told = (0..SLIP_TRIES).map(|_| with_typos(text, slips, random));
            told.find(|told| told != text).unwrap_or_else(|| text.to_owned())
        }
        Manner::NoDiacritics => without_diacritics(text),
        Manner::OtherForms => text
            .split_inclusive(char::is_whitespace)
            .map(|part| {
                let word = part.trim_matches(|sign: char| !sign.is_alphanumeric());
                let other = forms.other(lang, &word.to_lowercase(), random);
                other.map_or_else(|| part.to_owned(), |other| part.replacen(word, &other, 1))
            })
            .collect(),
    }
}

/// A number for a text (FNV-1a).
fn stamp(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
