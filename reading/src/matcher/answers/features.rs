//! What is looked at in a message: words, pairs, letters, cue words, families of words, the reach of
//! a negation, the outline of the sentence.
//!
//! **Invariant:** the same message and lexicon give the same features in the same order.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde::Serialize;

use crate::language::Language;
use crate::matcher::answers::asked_features::OpenQuestion;
use crate::matcher::answers::cues;
use crate::matcher::answers::cues::Cue;
use crate::matcher::answers::families;
use crate::matcher::answers::linear::Row;
use crate::matcher::answers::text::Message;
use crate::matcher::answers::text::Token;
use crate::matcher::answers::text::squeezed;
use crate::matcher::reading::Table;

/// A word seen at least so often in the examples stands for itself in the outline of a sentence.
const OUTLINE_COUNT: usize = 5;

/// How many words a negation reaches.
const NEGATION_REACH: usize = 3;

/// At most so many unknown words of a message are corrected.
const MAX_CORRECTIONS: usize = 8;

/// The words of the examples, with counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Lexicon {
    language: Language,
    counts: FxHashMap<String, usize>,
    /// Words worth correcting to, by length in letters, each with which letters it holds.
    by_length: BTreeMap<usize, Vec<(u32, String)>>,
}

impl Lexicon {
    /// The lexicon of a set of messages.
    pub(super) fn new(language: Language, messages: &[Message]) -> Self {
        let mut counts: FxHashMap<String, usize> = FxHashMap::default();
        for token in messages.iter().flat_map(|message| &message.tokens) {
            let word = cues::written(language, &token.word).unwrap_or_else(|| token.word.clone());
            *counts.entry(word).or_default() += 1;
        }
        let cue_words = cues::words(language);
        for word in cue_words.keys() {
            counts.entry((*word).to_owned()).or_insert(1);
        }
        let mut by_length: BTreeMap<usize, Vec<(u32, String)>> = BTreeMap::new();
        for (word, &count) in &counts {
            let length = word.chars().count();
            let plain = word.chars().all(char::is_alphabetic);
            if plain && length >= 4 && (count >= 2 || cue_words.contains_key(word.as_str())) {
                by_length.entry(length).or_default().push((letters_in(word), word.clone()));
            }
        }
        for words in by_length.values_mut() {
            words.sort_unstable();
        }
        Self { language, counts, by_length }
    }

    /// What `word` is read as, if not as itself: its written form, or the nearest known word when
    /// it is unknown.
    pub(super) fn read(&self, word: &str) -> Option<String> {
        if let Some(written) = cues::written(self.language, word) {
            return Some(written);
        }
        if self.counts.contains_key(word) || !word.chars().all(char::is_alphabetic) {
            return None;
        }
        let short = squeezed(word);
        if short != word && self.counts.contains_key(short.as_str()) {
            return Some(short);
        }
        self.nearest(word)
    }

    fn nearest(&self, word: &str) -> Option<String> {
        let length = word.chars().count();
        // A slip in a word of three letters makes another word.
        let allowed = match length {
            4..=7 => 1,
            8..=24 => 2,
            _ => return None,
        };
        let own = letters_in(word);
        let mut best: Option<(usize, std::cmp::Reverse<usize>, &str)> = None;
        for (_, words) in self.by_length.range(length - allowed..=length + allowed) {
            for (letters, known) in words {
                // One slip changes at most two letters of the set: most words need no comparison.
                if (own ^ letters).count_ones() as usize > 2 * allowed {
                    continue;
                }
                let distance = strsim::osa_distance(word, known);
                if distance > allowed {
                    continue;
                }
                let rank =
                    (distance, std::cmp::Reverse(self.counts[known.as_str()]), known.as_str());
                if best.is_none_or(|found| rank < found) {
                    best = Some(rank);
                }
            }
        }
        best.map(|(_, _, known)| known.to_owned())
    }

    /// The kinds of hint that `word` is.
    pub(super) fn cues(&self, word: &str) -> &[Cue] {
        cues::words(self.language).get(word).map_or(&[], Vec::as_slice)
    }

    /// The language.
    pub(super) fn language(&self) -> Language {
        self.language
    }

    /// Whether any word of a message is known: of one that says nothing known, nothing is learnt.
    pub(super) fn knows_any(&self, message: &Message) -> bool {
        message.tokens.iter().any(|token| {
            let word = token.read();
            // A smile alone says nothing.
            word != "<smile>" && self.counts.contains_key(word)
                || families::of(self.language, None, word) != 0
        })
    }

    fn is_new(&self, word: &str) -> bool {
        self.counts.get(word).is_none_or(|&count| count < 2) && self.cues(word).is_empty()
    }

    fn outline<'a>(&self, word: &'a str) -> std::borrow::Cow<'a, str> {
        if self.counts.get(word).is_some_and(|&count| count >= OUTLINE_COUNT) {
            return word.into();
        }
        let tail: String = word.chars().rev().take(2).collect();
        format!("~{tail}").into()
    }
}

/// Which letters a word holds, a bit each; letters that share a bit only cost a comparison.
fn letters_in(word: &str) -> u32 {
    word.chars().fold(0, |set, letter| set | 1 << (u32::from(letter) % 32))
}

/// `message` as the model reads it: spoken spellings written out, unknown words corrected.
pub(super) fn corrected(message: &Message, lexicon: &Lexicon) -> Message {
    let mut read = message.clone();
    let mut left = MAX_CORRECTIONS;
    for token in &mut read.tokens {
        if left > 0
            && let Some(known) = lexicon.read(&token.word)
        {
            left -= 1;
            token.read = Some(known);
        }
    }
    read
}

/// The features of `message`, as an answer to `question` if one is open: a hash of the name and the
/// strength. What the question adds stands behind, and is as long as what the message is by itself.
pub(super) fn features(
    message: &Message,
    lexicon: &Lexicon,
    question: Option<&OpenQuestion>,
) -> Vec<(u64, f32)> {
    let mut features = of_message(message, lexicon);
    if let Some(question) = question {
        features.append(&mut of_question(message, lexicon, question));
    }
    features
}

/// Those that it has by itself.
pub(super) fn of_message(message: &Message, lexicon: &Lexicon) -> Vec<(u64, f32)> {
    let words: Vec<&str> = message.tokens.iter().map(Token::read).collect();
    let mut out = Gathering { features: Vec::with_capacity(words.len() * 24 + 8) };
    out.add(0.3, &["bias"]);
    out.add(0.5, &["length", length_name(words.len())]);
    if message.asks {
        out.add(1.0, &["asks"]);
    }
    if message.exclaims {
        out.add(0.2, &["exclaims"]);
    }
    novelty_features(&mut out, &words, lexicon);
    word_features(&mut out, message, &words);
    cue_features(&mut out, message, &words, lexicon);
    family_features(&mut out, message, families_in(message, &words, lexicon.language));
    outline_features(&mut out, &words, lexicon);
    for token in &message.tokens {
        letter_features(&mut out, &token.word);
    }
    out.normalised()
}

/// Those that a question adds.
pub(super) fn of_question(
    message: &Message,
    lexicon: &Lexicon,
    question: &OpenQuestion,
) -> Vec<(u64, f32)> {
    let words: Vec<&str> = message.tokens.iter().map(Token::read).collect();
    let families = families_in(message, &words, lexicon.language);
    let mut out = Gathering { features: Vec::with_capacity(words.len() * 18 + 48) };
    question.add(&mut out, message, &words, families, lexicon);
    out.normalised()
}

/// How much of the message no answer has said before. A word that only one example holds counts as
/// new, so that the examples look to the model as unseen messages will.
fn novelty_features(out: &mut Gathering, words: &[&str], lexicon: &Lexicon) {
    let new = words.iter().filter(|word| lexicon.is_new(word)).count();
    let count = match new {
        0 => "0",
        1 => "1",
        2 => "2",
        3 | 4 => "4",
        _ => "many",
    };
    out.add(0.8, &["new", count]);
    out.add(0.8, &["new of", count, length_name(words.len())]);
    if new * 3 > words.len() * 2 {
        out.add(0.8, &["mostly new"]);
    } else if new * 3 > words.len() {
        out.add(0.8, &["partly new"]);
    }
}

fn word_features(out: &mut Gathering, message: &Message, words: &[&str]) {
    let mut before = "^";
    for (index, word) in words.iter().enumerate() {
        out.add(1.0, &["w", word]);
        out.add(0.7, &["2", before, word]);
        if index + 2 < words.len() {
            out.add(0.4, &["3", word, words[index + 1], words[index + 2]]);
        }
        before = word;
    }
    out.add(0.7, &["2", before, "$"]);
    if let Some(first) = words.first() {
        out.add(0.6, &["first", first]);
        if message.asks {
            out.add(0.6, &["asks first", first]);
        }
    }
    if words.len() <= 3 {
        out.add(0.8, &["all", &words.join(" ")]);
    }
}

fn cue_features(out: &mut Gathering, message: &Message, words: &[&str], lexicon: &Lexicon) {
    let mut negated = 0;
    let mut shape = String::new();
    for (index, word) in words.iter().enumerate() {
        if message.tokens[index].breaks {
            negated = 0;
        }
        let cues = lexicon.cues(word);
        if negated > 0 {
            out.add(0.6, &["not", word]);
            negated -= 1;
        }
        for cue in cues {
            let mut buffer = [0; 4];
            let letter: &str = cue.letter().encode_utf8(&mut buffer);
            let place = if index == 0 { "lead" } else { "cue" };
            out.add(0.7, &[place, letter]);
            if index > 0 && index + 1 == words.len() {
                out.add(0.5, &["last", letter]);
            }
            if negated > 0 {
                out.add(0.5, &["not cue", letter]);
            }
            shape.push_str(letter);
        }
        if cues.contains(&Cue::Negation) {
            negated = NEGATION_REACH;
        }
    }
    let shape: String = shape.chars().take(5).collect();
    out.add(0.4, &["shape", &shape]);
}

/// The families of the words of a message, and those of them that a negation reaches.
fn families_in(message: &Message, words: &[&str], language: Language) -> (u32, u32) {
    let mut all = 0;
    let mut denied = 0;
    let mut reach = 0;
    for (index, word) in words.iter().enumerate() {
        if message.tokens[index].breaks {
            reach = 0;
        }
        let before = index.checked_sub(1).map(|at| words[at]);
        let found = families::of(language, before, word);
        all |= found;
        if reach > 0 {
            denied |= found;
            reach -= 1;
        }
        if cues::is(language, word, Cue::Negation) {
            reach = NEGATION_REACH;
        }
    }
    (all, denied)
}

/// Which families the message holds, which of them together, and which are denied.
fn family_features(out: &mut Gathering, message: &Message, (all, denied): (u32, u32)) {
    let (mut one, mut two) = ([0; 4], [0; 4]);
    for (at, family) in families::letters(all).enumerate() {
        let family: &str = family.encode_utf8(&mut one);
        out.add(0.8, &["family", family]);
        if message.asks {
            out.add(0.5, &["asks family", family]);
        }
        for other in families::letters(all).skip(at + 1) {
            out.add(0.4, &["families", family, other.encode_utf8(&mut two)]);
        }
    }
    for family in families::letters(denied) {
        out.add(0.8, &["not family", family.encode_utf8(&mut one)]);
    }
    if all == 0 {
        out.add(0.8, &["no family"]);
    }
}

fn outline_features(out: &mut Gathering, words: &[&str], lexicon: &Lexicon) {
    let outline: Vec<_> = std::iter::once("^".into())
        .chain(words.iter().map(|word| lexicon.outline(word)))
        .chain(std::iter::once("$".into()))
        .collect();
    for pair in outline.windows(2) {
        out.add(0.5, &["o2", &pair[0], &pair[1]]);
    }
    for three in outline.windows(3) {
        out.add(0.5, &["o3", &three[0], &three[1], &three[2]]);
    }
}

fn letter_features(out: &mut Gathering, word: &str) {
    let framed = format!("<{word}>");
    let ends = || framed.char_indices().map(|(at, _)| at).chain([framed.len()]);
    for size in 3..=4 {
        for (from, to) in ends().zip(ends().skip(size)) {
            out.add(0.25, &["c", &framed[from..to]]);
        }
    }
}

pub(super) fn length_name(words: usize) -> &'static str {
    match words {
        0 | 1 => "1",
        2 => "2",
        3 => "3",
        4 | 5 => "5",
        6..=8 => "8",
        9..=12 => "12",
        _ => "long",
    }
}

/// Features that are being gathered.
pub(super) struct Gathering {
    features: Vec<(u64, f32)>,
}

impl Gathering {
    pub(super) fn add(&mut self, strength: f32, parts: &[&str]) {
        self.features.push((hash(parts), strength));
    }

    /// Each feature once, the whole of length 1, so that long messages do not shout.
    fn normalised(mut self) -> Vec<(u64, f32)> {
        self.features.sort_by_key(|&(name, _)| name);
        self.features.dedup_by_key(|&mut (name, _)| name);
        let square: f32 = self.features.iter().map(|(_, x)| x * x).sum();
        let length = square.sqrt().max(1e-6);
        self.features.iter_mut().for_each(|(_, x)| *x /= length);
        self.features
    }
}

/// The features that the examples have, numbered in the order in which they come.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Names {
    numbers: Table<u32>,
}

impl Names {
    /// A row of features, those that are new with numbers of their own.
    pub(super) fn learn(&mut self, found: Vec<(u64, f32)>) -> Row {
        let number = |(name, strength)| {
            let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
            (*self.numbers.entry(name).or_insert(next), strength)
        };
        found.into_iter().map(number).collect()
    }

    /// A row of those features that the examples have.
    pub(super) fn row(&self, found: Vec<(u64, f32)>) -> Row {
        let number = |(name, strength)| Some((*self.numbers.get(&name)?, strength));
        found.into_iter().filter_map(number).collect()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }
}

/// FNV-1a over the parts with a separator that no part holds.
fn hash(parts: &[&str]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain(std::iter::once(0)) {
            state ^= u64::from(byte);
            state = state.wrapping_mul(0x0100_0000_01b3);
        }
    }
    state
}
