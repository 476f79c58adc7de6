//! Clues: what a word looks like and what stands around it, each as a number.
//!
//! A clue is a question with its answer ("the word two places to the left" - "lösenord"), made a
//! number of [`BITS`] bits. Two clues may become the same number; there are so few that count and so
//! many numbers that it does not matter.

use std::ops::Range;

use crate::privacy::SecretKind;
use crate::privacy::announced::Search;
use crate::privacy::announced::kind;
use crate::privacy::learnt::shape::Shape;
use crate::privacy::nearby::is_thing;
use crate::privacy::tokens::After;
use crate::privacy::tokens::Token;
use crate::privacy::words;
use crate::privacy::words::Noun;

/// How many bits a clue has.
pub(super) const BITS: u32 = 22;

/// So many words of a sentence are seen to either side.
const SIGHT: usize = 40;

/// So many are clues wherever they stand.
const NEAR: usize = 10;

/// So many of the sentence before are.
const BEFORE: usize = 12;

/// So many numbers may stand in a row.
const ROW: usize = 12;

/// So many digits has a code, and so many a security code of a card.
const LONGEST_CODE: usize = 8;
const SHORTEST_CODE: usize = 3;

/// The answer where no word stands, and where no sentence does.
const NOTHING: u64 = 1;

/// The answer where a secret was taken out.
const COVERED: u64 = 2;

/// The answer for letters and digits together.
const MIXED: u64 = 3;

/// Added to how many digits a number has.
const NUMBER: u64 = 10;

/// More than any answer above.
const WORDS: u64 = 100;

/// The questions. What a number stands for is learnt with it: a change here wants the weights to be
/// learnt again.
#[derive(Clone, Copy)]
enum Ask {
    Shape,
    ExactShape,
    Word,
    Ending,
    Beginning,
    SaidAbout,
    OwnName,
    Row,
    RowSize,
    RowAfter,
    RowDigitsAfter,
    RowDigitsAfterSecond,
    Beside,
    ShapeBeside,
    TwoBefore,
    ShapeTwoBefore,
    ShapeBetween,
    TwoBehind,
    ExactShapeAfter,
    ThreeBefore,
    Parted,
    SignBehind,
    NameBefore,
    ExactShapeNameBefore,
    NameBeforeAfter,
    NameBeforeTwo,
    NameBeforeBehind,
    NameBehind,
    ExactShapeNameBehind,
    NameBehindAfter,
    SentenceBefore,
    SentenceBeforeSize,
    ExactShapeSentenceBefore,
    SentenceBehind,
    TwoSentencesBefore,
    Size,
    Alike,
    AlikeNamed,
    Harmless,
    SomewhereBefore,
    StemBefore,
    NumberStemBefore,
    SomewhereBehind,
    StemBehind,
    NumberStemBehind,
    InSentenceBefore,
    AfterSentence,
}

/// What is asked about one word.
struct Label {
    /// The word, or how many digits a number has.
    whole: u64,
    /// How the word begins, for words with endings and slips.
    stem: u64,
    /// What it announces.
    name: u64,
    shape: Shape,
}

/// A text, seen word by word.
pub(super) struct Scene<'a> {
    search: &'a Search<'a>,
    labels: Vec<Label>,
    sentences: Vec<Range<usize>>,
}

/// One word with its surroundings.
struct View<'a> {
    scene: &'a Scene<'a>,
    at: usize,
    /// The place of its sentence, and what is seen of it.
    place: usize,
    sentence: Range<usize>,
    /// The numbers that it stands among.
    row: Range<usize>,
    shape: u64,
    exact: u64,
    clues: Vec<u32>,
}

impl<'a> Scene<'a> {
    pub(super) fn of(search: &'a Search<'a>) -> Self {
        let labels = (0..search.tokens.len()).map(|at| Label::of(search, at)).collect();
        let mut sentences = Vec::new();
        let mut start = 0;
        for (at, token) in search.tokens.iter().enumerate() {
            if token.after >= After::Line || at + 1 == search.tokens.len() {
                sentences.push(start..at + 1);
                start = at + 1;
            }
        }
        Self { search, labels, sentences }
    }

    /// Whether what stands at `at` tells by itself that it is no secret: too short, too long for a code
    /// and in no list of them, an amount, a number with a unit.
    pub(super) fn is_told(&self, at: usize) -> bool {
        let tokens = &self.search.tokens;
        let token = &tokens[at];
        if !token.is_number() {
            let written = &self.search.flat.text[token.at.clone()];
            // "var 90:e dag"
            let ordinal = written.ends_with(":e") || written.ends_with(":a");
            let thing = ordinal || is_version(written) || is_thing(written);
            return has_digit(token) && thing || is_code(written);
        }
        let row = self.row(at);
        let digits: usize = tokens[row.clone()].iter().map(|token| token.word.len()).sum();
        let last = &tokens[row.end - 1];
        let name = self.nearest_name(at);
        let short = digits < SHORTEST_CODE && name != Some(Noun::Password);
        let long = digits > LONGEST_CODE && !self.is_in_list(at);
        // "mitt personnr är 640502": its other half is known by it.
        let birth = matches!(digits, 6 | 8) && self.is_of_birth(at);
        let amount = row.len() > 1 && last.word.ends_with("00");
        let unit = last.after == After::Nothing
            && tokens.get(row.end).is_some_and(|next| {
                // "är" and "e" for it are no unit.
                words::is_unit(&next.word) && !matches!(next.word.as_str(), "ar" | "e")
            });
        short || long || birth || amount || unit
    }

    /// How the word at `at` looks if there are digits in it.
    pub(super) fn shape_of_number(&self, at: usize) -> Option<u64> {
        let label = &self.labels[at];
        let look = if label.is_number() { label.shape.rough } else { label.shape.exact };
        has_digit(&self.search.tokens[at]).then_some(look)
    }

    /// What kind of secret the word at `at` is, if it is one.
    pub(super) fn kind(&self, at: usize) -> SecretKind {
        let number = has_digit(&self.search.tokens[at]);
        match self.nearest_name(at) {
            Some(name) if number || name == Noun::Pin => kind(name),
            None if number => SecretKind::OneTimeCode,
            _ => SecretKind::Password,
        }
    }

    /// Whether somebody's birth or personal number is named in the sentence before the word at `at`.
    fn is_of_birth(&self, at: usize) -> bool {
        let sentence = &self.sentences[self.sentences.partition_point(|it| it.end <= at)];
        let near = sentence.start.max(at.saturating_sub(NEAR))..at;
        self.search.tokens[near].iter().any(|token| words::names_birth(&token.word))
    }

    /// Whether lists of codes are named in the sentence of the word at `at`, or in the one before.
    fn is_in_list(&self, at: usize) -> bool {
        let place = self.sentences.partition_point(|it| it.end <= at);
        let start = self.sentences[place.saturating_sub(1)].start.max(at.saturating_sub(SIGHT));
        let end = self.sentences[place].end.min(at + SIGHT);
        let names = self.search.nouns[start..end].iter().flatten();
        names.into_iter().any(|(name, _)| *name == Noun::KeyCode)
    }

    /// What is named in the sentence of the word at `at`, before it if it can be.
    fn nearest_name(&self, at: usize) -> Option<Noun> {
        let sentence = &self.sentences[self.sentences.partition_point(|it| it.end <= at)];
        let near = sentence.start.max(at.saturating_sub(SIGHT))..sentence.end.min(at + SIGHT);
        let named = |at: usize| self.search.nouns[at].map(|(noun, _)| noun);
        (near.start..at).rev().find_map(named).or_else(|| (at..near.end).find_map(named))
    }

    /// The clues of the word at `at`.
    pub(super) fn clues(&self, at: usize) -> Vec<u32> {
        let place = self.sentences.partition_point(|it| it.end <= at);
        let sentence = &self.sentences[place];
        let sentence =
            sentence.start.max(at.saturating_sub(SIGHT))..sentence.end.min(at + 1 + SIGHT);
        let Shape { rough, exact } = self.labels[at].shape;
        let row = self.row(at);
        let clues = Vec::with_capacity(160);
        let mut view = View { scene: self, at, place, sentence, row, shape: rough, exact, clues };
        view.itself();
        view.in_row();
        view.neighbours();
        view.names();
        view.sentences();
        view.somewhere();
        view.clues
    }

    /// The numbers that stand together with the one at `at`.
    fn row(&self, at: usize) -> Range<usize> {
        let number = |at: usize| self.labels[at].is_number();
        let joined = |at: usize| {
            number(at) && number(at + 1) && self.search.tokens[at].after == After::Nothing
        };
        let (mut start, mut end) = (at, at + 1);
        while start > 0 && at - start < ROW && joined(start - 1) {
            start -= 1;
        }
        while end < self.labels.len() && end - at < ROW && joined(end - 1) {
            end += 1;
        }
        start..end
    }
}

impl Label {
    fn of(search: &Search<'_>, at: usize) -> Self {
        let token = &search.tokens[at];
        let whole = if token.is_covered() {
            COVERED
        } else if token.is_number() {
            NUMBER + few(token.word.len())
        } else if has_digit(token) {
            MIXED
        } else {
            hash(&token.word)
        };
        let stem = if whole < WORDS { whole } else { hash(first(&token.word, 4)) };
        let name = search.nouns[at].map_or(0, |(noun, _)| noun as u64 + 1);
        Self { whole, stem, name, shape: Shape::of(search, at) }
    }

    fn is_number(&self) -> bool {
        (NUMBER..WORDS).contains(&self.whole)
    }
}

impl View<'_> {
    fn note(&mut self, ask: Ask, answers: &[u64]) {
        let hash = answers.iter().fold(mix(0, ask as u64), |hash, answer| mix(hash, *answer));
        let high = hash.wrapping_mul(0xff51_afd7_ed55_8ccd) >> (u64::BITS - BITS);
        self.clues.push(u32::try_from(high).unwrap_or(u32::MAX));
    }

    fn token(&self) -> &Token {
        &self.scene.search.tokens[self.at]
    }

    fn whole(&self, at: Option<usize>) -> u64 {
        at.and_then(|at| self.scene.labels.get(at)).map_or(NOTHING, |it| it.whole)
    }

    /// The word so far to the left of the row.
    fn left(&self, far: usize) -> u64 {
        self.whole(self.row.start.checked_sub(far))
    }

    /// The word so far to the right of it.
    fn right(&self, far: usize) -> u64 {
        self.whole(Some(self.row.end + far - 1))
    }

    fn itself(&mut self) {
        let (shape, exact) = (self.shape, self.exact);
        self.note(Ask::Shape, &[shape]);
        self.note(Ask::ExactShape, &[exact]);
        if has_digit(self.token()) {
            return;
        }
        let scene = self.scene;
        let word = &scene.search.tokens[self.at].word;
        let Label { whole, name, .. } = scene.labels[self.at];
        self.note(Ask::Word, &[whole]);
        for letters in 2..=4 {
            self.note(Ask::Ending, &[hash(last(word, letters)), few(letters)]);
            self.note(Ask::Beginning, &[hash(first(word, letters)), few(letters)]);
        }
        let odd = u64::from(words::is_odd(word));
        self.note(Ask::SaidAbout, &[shape, odd, u64::from(words::is_said_about(word))]);
        self.note(Ask::OwnName, &[name]);
    }

    fn in_row(&mut self) {
        if self.row.len() < 2 {
            return;
        }
        let sizes = self.scene.search.tokens[self.row.clone()].iter().map(|it| it.word.len());
        let pattern = sizes.clone().fold(0, |pattern, size| mix(pattern, few(size)));
        let digits = about(sizes.sum());
        let (shape, before) = (self.shape, self.left(1));
        self.note(Ask::Row, &[pattern]);
        self.note(Ask::RowSize, &[shape, digits, about(self.row.len())]);
        self.note(Ask::RowAfter, &[shape, before, pattern]);
        self.note(Ask::RowDigitsAfter, &[digits, before]);
        self.note(Ask::RowDigitsAfterSecond, &[digits, self.left(2)]);
    }

    fn neighbours(&mut self) {
        let (shape, exact) = (self.shape, self.exact);
        let left = [1, 2, 3, 4].map(|far| self.left(far));
        let right = [1, 2, 3, 4].map(|far| self.right(far));
        for (side, words) in [left, right].into_iter().enumerate() {
            for (far, word) in words.into_iter().enumerate() {
                self.note(Ask::Beside, &[few(side), few(far), word]);
                if far < 3 {
                    self.note(Ask::ShapeBeside, &[few(side), few(far), word, shape]);
                }
            }
        }
        self.note(Ask::TwoBefore, &[left[1], left[0]]);
        self.note(Ask::ShapeTwoBefore, &[shape, left[1], left[0]]);
        self.note(Ask::ShapeBetween, &[shape, left[0], right[0]]);
        self.note(Ask::TwoBehind, &[right[0], right[1]]);
        self.note(Ask::ExactShapeAfter, &[exact, left[0]]);
        self.note(Ask::ThreeBefore, &[shape, left[2], left[1], left[0]]);
        let search = self.scene.search;
        let before = self.at.checked_sub(1);
        let parted = before.map_or(NOTHING, |at| NUMBER + search.tokens[at].after as u64);
        let colon = before.is_some_and(|_| search.colon_before(self.at));
        let after = self.token().after as u64;
        self.note(Ask::Parted, &[shape, after, parted, u64::from(colon)]);
        let sign = search.flat.text[self.token().at.end..].chars().next();
        self.note(Ask::SignBehind, &[shape, sign.map_or(0, u64::from)]);
    }

    /// The nearest names of secrets in the sentence.
    fn names(&mut self) {
        let (shape, exact) = (self.shape, self.exact);
        let (left, right) = (self.left(1), self.right(1));
        match self.named_before() {
            Some((name, far)) => {
                self.note(Ask::NameBefore, &[shape, name, about(far)]);
                self.note(Ask::ExactShapeNameBefore, &[exact, name]);
                self.note(Ask::NameBeforeAfter, &[shape, name, left]);
                self.note(Ask::NameBeforeTwo, &[shape, name, left, self.left(2)]);
                self.note(Ask::NameBeforeBehind, &[shape, name, right]);
            }
            None => self.note(Ask::NameBefore, &[shape]),
        }
        match self.named_behind() {
            Some((name, far)) => {
                self.note(Ask::NameBehind, &[shape, name, about(far)]);
                self.note(Ask::ExactShapeNameBehind, &[exact, name]);
                self.note(Ask::NameBehindAfter, &[shape, name, left]);
            }
            None => self.note(Ask::NameBehind, &[shape]),
        }
    }

    fn name(&self, at: usize) -> Option<u64> {
        Some(self.scene.labels[at].name).filter(|name| *name > 0)
    }

    fn named_before(&self) -> Option<(u64, usize)> {
        let mut near = (self.sentence.start..self.row.start).rev();
        near.find_map(|at| Some((self.name(at)?, self.row.start - at)))
    }

    fn named_behind(&self) -> Option<(u64, usize)> {
        let mut near = self.row.end..self.sentence.end;
        near.find_map(|at| Some((self.name(at)?, at + 1 - self.row.end)))
    }

    /// What the sentence is like, and what those beside it name.
    fn sentences(&mut self) {
        let (shape, exact, place) = (self.shape, self.exact, self.place);
        let (before, behind) = (self.named_before(), self.named_behind());
        let inside = u64::from(before.is_some()) + 2 * u64::from(behind.is_some());
        let scene = self.scene;
        let other = |place: Option<usize>| {
            let sentence = place.and_then(|place| scene.sentences.get(place));
            let name = |sentence: &Range<usize>| {
                let seen = sentence.start.max(sentence.end.saturating_sub(SIGHT))..sentence.end;
                scene.labels[seen].iter().map(|it| it.name).max().unwrap_or(0)
            };
            sentence.map_or(WORDS, name)
        };
        let size = about(self.sentence.len());
        let previous = other(place.checked_sub(1));
        self.note(Ask::SentenceBefore, &[shape, previous, inside]);
        self.note(Ask::SentenceBeforeSize, &[shape, previous, size]);
        self.note(Ask::ExactShapeSentenceBefore, &[exact, previous, u64::from(inside > 0)]);
        self.note(Ask::SentenceBehind, &[shape, other(Some(place + 1)), inside]);
        self.note(Ask::TwoSentencesBefore, &[shape, other(place.checked_sub(2)), previous, inside]);
        self.note(Ask::Size, &[shape, size, inside]);
        let labels = &scene.labels[self.sentence.clone()];
        let alike = about(labels.iter().filter(|it| it.shape.rough == shape).count());
        self.note(Ask::Alike, &[shape, alike, inside]);
        self.note(Ask::AlikeNamed, &[shape, alike, before.map_or(0, |(name, _)| name)]);
    }

    /// Words that are clues wherever they stand in the sentence, or in the one before.
    fn somewhere(&mut self) {
        let scene = self.scene;
        let Self { shape, at, .. } = *self;
        let tokens = &scene.search.tokens;
        let Range { start, end } = self.row;
        let lead = self.sentence.start.max(start.saturating_sub(4))..start;
        let harmless = tokens[lead].iter().any(|it| words::names_harmless_number(&it.word));
        let unit = tokens.get(end).is_some_and(|next| words::is_unit(&next.word));
        self.note(Ask::Harmless, &[shape, u64::from(harmless), u64::from(unit)]);
        let number = u64::from(scene.labels[at].is_number());
        for label in &scene.labels[self.sentence.start.max(start.saturating_sub(NEAR))..start] {
            self.note(Ask::SomewhereBefore, &[shape, label.whole]);
            self.note(Ask::StemBefore, &[shape, label.stem]);
            self.note(Ask::NumberStemBefore, &[number, label.stem]);
        }
        for label in &scene.labels[end..self.sentence.end.clamp(end, end + NEAR)] {
            self.note(Ask::SomewhereBehind, &[shape, label.whole]);
            self.note(Ask::StemBehind, &[shape, label.stem]);
            self.note(Ask::NumberStemBehind, &[number, label.stem]);
        }
        if let Some(before) = self.place.checked_sub(1).map(|place| &scene.sentences[place]) {
            let called = tokens[before.clone()].iter().rev().take(4);
            let called = called.filter(|it| words::names_harmless_number(&it.word)).count();
            let size = about(self.sentence.len());
            self.note(Ask::AfterSentence, &[shape, size, u64::from(called > 0)]);
            for label in scene.labels[before.clone()].iter().rev().take(BEFORE) {
                self.note(Ask::InSentenceBefore, &[shape, label.whole]);
            }
        }
    }
}

fn has_digit(token: &Token) -> bool {
    token.word.bytes().any(|sign| sign.is_ascii_digit())
}

/// Whether a word is out of a program or a page: `data-hurt>x.y=1</script>`.
fn is_code(written: &str) -> bool {
    written.contains(['<', '>', '{', '}'])
        || written.contains("()")
        || written.contains('.') && written.contains('=')
}

/// Whether a word is the version of a program: "v6.0.11".
fn is_version(written: &str) -> bool {
    let part =
        |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|it| it.is_ascii_digit());
    written
        .strip_prefix('v')
        .is_some_and(|number| number.matches('.').count() > 1 && number.split('.').all(part))
}

/// Goes on with a number that stands for what was seen so far. The factor is that of Fibonacci
/// hashing, 2^64 by the golden ratio.
pub(super) fn mix(hash: u64, part: u64) -> u64 {
    let hash = (hash ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ (hash >> 29)
}

/// A number that stands for a word, far above those of the other answers.
fn hash(word: &str) -> u64 {
    let hash = word.bytes().fold(WORDS, |hash, byte| mix(hash, u64::from(byte)));
    hash | 1 << 63
}

fn first(word: &str, letters: usize) -> &str {
    word.char_indices().nth(letters).map_or(word, |(at, _)| &word[..at])
}

fn last(word: &str, letters: usize) -> &str {
    word.char_indices().rev().nth(letters - 1).map_or(word, |(at, _)| &word[at..])
}

/// A small count, at most 12.
pub(super) fn few(count: usize) -> u64 {
    count.min(12) as u64
}

/// One number for counts that tell the same.
pub(super) fn about(count: usize) -> u64 {
    match count {
        0..=4 => count as u64,
        5 => 4,
        6..=8 => 6,
        9..=14 => 9,
        _ => 15,
    }
}
