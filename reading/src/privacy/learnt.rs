//! A second opinion on every word, learnt from the lists of secrets that strangers planted.
//!
//! The rules beside this know what their authors thought of. Here each word of a message is weighed:
//! what it looks like and what stands around it are clues, each clue has a weight, and where the
//! weights add up to more than [`ENOUGH`] the word is taken for a secret (logistic regression). The
//! weights come from the lists in the tests, by `learnt::tests`; it says how well they do on lists
//! that they were not learnt from.
//!
//! Cards, accounts and identity codes are not weighed: their checksums know better.

use std::ops::Range;
use std::sync::LazyLock;

use crate::privacy::Found;
use crate::privacy::SecretKind;
use crate::privacy::announced::Search;
use crate::privacy::learnt::clues::Scene;
use crate::privacy::learnt::weights::Weights;
use crate::privacy::tokens::Token;
use crate::privacy::words;
use crate::privacy::words::Noun;

mod clues;
mod shape;
mod weights;

/// A word without a digit has more letters, or is no password; numbers that are surely harmless have
/// more digits.
const SHORT: usize = 3;

/// A message with so many words says something and does not only answer.
const SENTENCE: usize = 4;

/// In 32nds: a word whose clues weigh more is covered. Chosen on folds of the lists.
const ENOUGH: i32 = 20;

/// A number whose clues weigh less is harmless, whatever the rules say of it. So low that of 14 000
/// messages with secrets that it was not learnt from seven hold one that weighs less.
const SURELY_HARMLESS: i32 = -128;

static WEIGHTS: LazyLock<Weights<'static>> =
    LazyLock::new(|| Weights::read(include_bytes!("learnt/weights.bin")));

/// So much less weighs enough for a number that looks like one that was found: codes come in lists.
const BROTHER: i32 = 48;

/// A word of a message and what may tell that it is secret.
struct Reading {
    /// Where it stands in the original.
    at: Range<usize>,
    kind: SecretKind,
    /// For numbers, their shape.
    shape: Option<u64>,
    /// Whether it is a number of four digits or more and nothing else.
    plain: bool,
    clues: Vec<u32>,
}

/// What is thought of the words of a message.
#[derive(Default)]
pub(super) struct Opinion {
    /// What is taken for a secret.
    pub(super) secrets: Vec<Found>,
    /// Where numbers stand that are surely none.
    harmless: Vec<Range<usize>>,
}

impl Opinion {
    /// Weighs the words of a text, from the place `begin` of the original on. Where nothing names a
    /// secret, a word is taken for one only behind other messages or in a sentence, and not at all
    /// where a value was `asked` for: "ab 123 456" is one.
    pub(super) fn of(search: &Search<'_>, begin: usize, asked: bool) -> Self {
        let words = search.tokens.iter().filter(|it| it.word.chars().all(char::is_alphabetic));
        let said = begin > 0 || words.count() >= SENTENCE;
        let named = said && !asked || search.nouns.iter().any(Option::is_some);
        let words = read(search, begin);
        let weighed: Vec<_> = words.iter().map(|it| (WEIGHTS.sum(&it.clues), it.shape)).collect();
        let mut opinion = Self::default();
        for ((word, secret), (weight, _)) in
            words.into_iter().zip(enough(&weighed, ENOUGH)).zip(&weighed)
        {
            let at = word.at.start - begin..word.at.end - begin;
            if secret && named {
                opinion.secrets.push(Found { at, kind: word.kind });
            } else if word.plain && *weight < SURELY_HARMLESS {
                opinion.harmless.push(at);
            }
        }
        opinion
    }

    /// Whether what the rules found is one number that is surely harmless. What a checksum knows, or
    /// that goes with a code, is not asked about.
    pub(super) fn denies(&self, found: &Found) -> bool {
        let weak = matches!(
            found.kind,
            SecretKind::OneTimeCode | SecretKind::KeyCodes | SecretKind::Pin | SecretKind::Password
        );
        weak && self.harmless.contains(&found.at)
    }
}

/// Which words of a message weigh enough, with their shapes if they are numbers.
fn enough(words: &[(i32, Option<u64>)], enough: i32) -> Vec<bool> {
    let heavy = words.iter().filter(|it| it.0 > enough);
    let mut found: Vec<u64> = heavy.filter_map(|it| it.1).collect();
    found.sort_unstable();
    found.dedup();
    let brother =
        |shape: Option<u64>| shape.is_some_and(|shape| found.binary_search(&shape).is_ok());
    let weighs = |sum: i32, shape| sum > enough || sum > enough - BROTHER && brother(shape);
    words.iter().map(|(sum, shape)| weighs(*sum, *shape)).collect()
}

/// The words of a text that may be secret, from `begin` on: numbers, and other words where passwords
/// are spoken of.
fn read(search: &Search<'_>, begin: usize) -> Vec<Reading> {
    let plain = search.nouns.iter().flatten().any(|(noun, _)| *noun == Noun::Password);
    let may_be = |&place: &usize| {
        let Token { at, word, .. } = &search.tokens[place];
        let digit = word.bytes().any(|sign| sign.is_ascii_digit());
        let long = plain && word.chars().nth(SHORT).is_some();
        (digit || long && !words::links(word) && search.nouns[place].is_none())
            && search.flat.original(at).start >= begin
    };
    let mut places = (0..search.tokens.len()).filter(may_be).peekable();
    if places.peek().is_none() {
        return Vec::new();
    }
    let scene = Scene::of(search);
    let places = places.filter(|at| !scene.is_told(*at));
    places
        .map(|at| Reading {
            at: search.flat.original(&search.tokens[at].at),
            kind: scene.kind(at),
            shape: scene.shape_of_number(at),
            plain: is_plain(&search.tokens[at]),
            clues: scene.clues(at),
        })
        .collect()
}

fn is_plain(token: &Token) -> bool {
    token.is_number() && token.at.len() == token.word.len() && token.word.len() > SHORT
}

#[cfg(test)]
mod tests;
