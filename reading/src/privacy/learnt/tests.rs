//! Learns the weights from the lists of secrets, and says how well they do on lists that they were
//! not learnt from.
//!
//! A word is a secret where its list says so or where the rules cover it: of several secrets in a
//! message a list marks one at times. Each message is read twice, alone and in talk about secrets.
//! Learnt by stochastic gradient descent with a rate of its own for each weight (Duchi, Hazan, Singer:
//! Adaptive subgradient methods, JMLR 12, 2011), in an order that is always the same.

use super::*;
use crate::privacy::context::Context;
use crate::privacy::context::Joined;
use crate::privacy::context::Scene;
use crate::privacy::context::by_rules;
use crate::privacy::flat::Flat;
use crate::privacy::learnt::clues::BITS;
use crate::privacy::numbers;
use crate::privacy::tests::HARMLESS;
use crate::privacy::tests::HARMLESS_NUMBERS;
use crate::privacy::tests::SECRETS;
use crate::privacy::tests::lists::NUMBERS;
use crate::privacy::tests::lists::PLANTED;
use crate::privacy::tests::lists::SPLIT;
use crate::privacy::tests::typed;
use crate::privacy::to_original;

/// The lists, and whether they are of secrets.
const LISTS: [(bool, &str); 6] = [
    (true, PLANTED),
    (true, SPLIT),
    (false, NUMBERS),
    (true, SECRETS),
    (false, HARMLESS),
    (false, HARMLESS_NUMBERS),
];

/// What stands before a message, when it does not stand alone.
const TALK: [&str; 12] = [
    "jag har glömt mitt lösenord",
    "koden kommer inte",
    "mitt lösenord är ••••",
    "koodi on ••••",
    "my password is wrong",
    "the code never arrives",
    "salasana ei kelpaa",
    "mitt kort är ••••",
    "konto ••••",
    "hetu on ••••",
    "jag fick koden ••••",
    "tunnusluku ••••",
];

/// The server keeps so many letters of what was said before.
const TAIL: usize = 80;

/// A clue counts when so many words have it.
const COMMON: u16 = 12;

const EPOCHS: usize = 5;
const RATE: f32 = 0.1;

/// A line of a list, with the words of its messages weighed.
struct Line {
    text: String,
    /// Which part of the lists it is in: neighbours are by one author.
    fold: usize,
    /// Whether it is of a list of secrets.
    secret: bool,
    words: Vec<Word>,
    /// Where its secrets begin among the words, and where they end.
    secrets: Vec<Range<usize>>,
}

struct Word {
    /// Whether it may be taken for harmless against the rules.
    plain: bool,
    shape: Option<u64>,
    clues: Vec<u32>,
    secret: bool,
}

/// A message without the marks, and where the secrets in it stand.
fn unmarked(message: &str) -> (String, Vec<Range<usize>>) {
    let mut text = String::with_capacity(message.len());
    let mut secrets = Vec::new();
    let mut start = 0;
    for sign in message.chars() {
        match sign {
            '⟦' => start = text.len(),
            '⟧' => secrets.push(start..text.len()),
            _ => text.push(sign),
        }
    }
    (text, secrets)
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

fn tail(said: &str) -> &str {
    let start = said.char_indices().rev().nth(TAIL - 1).map_or(0, |(at, _)| at);
    &said[start..]
}

/// The lists in `folds` parts; what each author wrote stays together.
fn lines(folds: usize) -> Vec<Line> {
    let numbers: Vec<&str> = NUMBERS.lines().collect();
    let talk = |at: usize| {
        let number = numbers[at * 31 % numbers.len()];
        let (first, second) = (TALK[at % TALK.len()], TALK[(at * 5 + 2) % TALK.len()]);
        format!("{first}\n{number}\n{second}")
    };
    let mut lines = Vec::new();
    for (secret, list) in LISTS {
        let count = list.lines().count();
        for (at, text) in list.lines().enumerate() {
            for before in [String::new(), talk(at)] {
                let fold = at * folds / count;
                lines.push(line(&typed(text), before, fold, secret));
            }
        }
    }
    lines
}

fn line(text: &str, mut said: String, fold: usize, secret: bool) -> Line {
    let mut line =
        Line { text: text.to_owned(), fold, secret, words: Vec::new(), secrets: Vec::new() };
    for message in text.split(" ⏎ ") {
        let (text, marked) = unmarked(message);
        let previous = tail(&said).to_owned();
        let context = Context { previous: &previous, ..Context::default() };
        let flat = Flat::of(&text);
        let search = Search::new(&flat);
        let joined = Joined::of(&context, &text, &flat);
        let behind = joined.as_ref().map(|joined| Search::new(&joined.flat));
        let joined = joined.as_ref().zip(behind.as_ref());
        let scene = Scene { text: &text, search: &search, joined };
        let (ruled, _) = by_rules(&context, &scene, &Opinion::default());
        let (weighed, start) = scene.weighed(&context);
        let mut readings = read(weighed, start);
        for reading in &mut readings {
            reading.at = reading.at.start - start..reading.at.end - start;
        }
        // What its checksum gives away is not weighed.
        let mut known = Vec::new();
        numbers(&flat, &mut known);
        to_original(&flat, &mut known);
        readings.retain(|it| !known.iter().any(|known| overlap(&known.at, &it.at)));
        let again =
            |at: &Range<usize>| marked.iter().any(|it| text[it.clone()] == text[at.clone()]);
        let is_secret = |at: &Range<usize>| {
            secret
                && (again(at)
                    || marked.iter().any(|it| overlap(it, at))
                    || ruled.iter().any(|it| overlap(&it.at, at)))
        };
        let begin = line.words.len();
        for mark in &marked {
            let first = readings.iter().position(|it| overlap(&it.at, mark));
            let count = readings.iter().filter(|it| overlap(&it.at, mark)).count();
            line.secrets.extend(first.map(|first| begin + first..begin + first + count));
        }
        for Reading { at, clues, shape, plain, .. } in readings {
            line.words.push(Word { plain, shape, clues, secret: is_secret(&at) });
        }
        let mut kept = text;
        for at in marked.into_iter().rev() {
            kept.replace_range(at, crate::privacy::COVER);
        }
        said = format!("{said}\n{kept}");
    }
    line
}

/// The weights that `lines` teach, one for every clue there may be.
fn learnt<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<f32> {
    let words: Vec<&Word> = lines.flat_map(|line| &line.words).collect();
    let mut counts = vec![0_u16; 1 << BITS];
    for clue in words.iter().flat_map(|word| &word.clues) {
        let count = &mut counts[*clue as usize];
        *count = count.saturating_add(1);
    }
    let common = |word: &&Word| -> Vec<usize> {
        let clues = word.clues.iter().map(|clue| *clue as usize);
        clues.filter(|clue| counts[*clue] >= COMMON).collect()
    };
    let clues: Vec<Vec<usize>> = words.iter().map(common).collect();
    let mut weights = vec![0_f32; 1 << BITS];
    let mut steps = vec![0.1_f32; 1 << BITS];
    let mut order: Vec<usize> = (0..words.len()).collect();
    let mut seed = 1_u64;
    for _ in 0..EPOCHS {
        for at in (1..order.len()).rev() {
            // The generator of Knuth's MMIX.
            seed = seed.wrapping_mul(6_364_136_223_846_793_005);
            seed = seed.wrapping_add(1_442_695_040_888_963_407);
            order.swap(at, (seed >> 33) as usize % (at + 1));
        }
        for &at in &order {
            let sum: f32 = clues[at].iter().map(|clue| weights[*clue]).sum();
            let error = 1.0 / (1.0 + (-sum).exp()) - f32::from(u8::from(words[at].secret));
            for &clue in &clues[at] {
                steps[clue] += error * error;
                weights[clue] -= RATE * error / steps[clue].sqrt();
            }
        }
    }
    weights
}

/// How lines fare with weights that were not learnt from them.
#[derive(Default)]
struct Tally {
    secrets: usize,
    leaked: Vec<String>,
    /// In which a secret is taken for surely harmless.
    denied: Vec<String>,
    harmless: usize,
    covered: Vec<String>,
}

impl Tally {
    fn count(&mut self, weights: &Weights<'_>, line: &Line, bound: i32) {
        let secret = line.decided(weights, bound);
        if line.secret {
            self.secrets += 1;
            let whole = |at: &Range<usize>| !secret[at.clone()].contains(&true);
            if line.secrets.iter().any(whole) {
                self.leaked.push(line.text.clone());
            }
            let denied = |word: &Word| word.plain && weights.sum(&word.clues) < SURELY_HARMLESS;
            if line.secrets.iter().any(|at| line.words[at.clone()].iter().any(denied)) {
                self.denied.push(line.text.clone());
            }
        } else {
            self.harmless += 1;
            if secret.contains(&true) {
                self.covered.push(line.text.clone());
            }
        }
    }

    /// So many of a thousand secrets leaked, and of a thousand harmless lines were covered.
    fn rates(&self) -> (usize, usize) {
        let rate = |part: &[String], whole: usize| part.len() * 1000 / whole.max(1);
        (rate(&self.leaked, self.secrets), rate(&self.covered, self.harmless))
    }
}

impl Line {
    /// Which of its words weigh enough.
    fn decided(&self, weights: &Weights<'_>, bound: i32) -> Vec<bool> {
        let sum = |word: &Word| (weights.sum(&word.clues), word.shape);
        enough(&self.words.iter().map(sum).collect::<Vec<_>>(), bound)
    }
}

const FOLDS: usize = 8;

/// Each part of the lists with what the other parts teach, by how much is enough.
fn folds<const N: usize>(bounds: [i32; N]) -> [Tally; N] {
    let lines = lines(FOLDS);
    let mut tallies = bounds.map(|_| Tally::default());
    for fold in 0..FOLDS {
        let written = Weights::written(&learnt(lines.iter().filter(|line| line.fold != fold)));
        let weights = Weights::read(&written);
        for line in lines.iter().filter(|line| line.fold == fold) {
            for (tally, bound) in tallies.iter_mut().zip(bounds) {
                tally.count(&weights, line, bound);
            }
        }
    }
    tallies
}

/// What is learnt finds nearly all secrets of authors that it knows nothing of, without the rules.
#[test]
fn what_is_learnt_holds_for_lists_that_it_was_not_learnt_from() {
    let [tally] = folds([ENOUGH]);
    let (leaked, covered) = tally.rates();
    assert!(leaked <= 30 && covered <= 8, "{leaked} leaked, {covered} covered of 1000");
    let (denied, secrets) = (tally.denied.len(), tally.secrets);
    assert!(denied * 2_000 <= secrets, "{denied} of {secrets} taken for surely harmless");
}

#[test]
fn the_weights_are_those_that_the_lists_teach() {
    let lines = lines(1);
    let written = Weights::written(&learnt(lines.iter()));
    let anew = Weights::read(&written);
    // Another machine's exponential may differ in its last bit.
    let differs = |line: &&Line| line.decided(&anew, ENOUGH) != line.decided(&WEIGHTS, ENOUGH);
    let differing = lines.iter().filter(differs).count();
    assert!(
        differing * 1000 <= lines.len(),
        "{differing} of {} lines: a list, a clue or a word that the rules know has changed; learn the \
         weights again with `cargo test -p skicka-reading learn_anew -- --ignored`",
        lines.len()
    );
}

#[test]
#[ignore = "learns the weights anew and writes them"]
fn learn_anew() {
    let written = Weights::written(&learnt(lines(1).iter()));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/privacy/learnt/weights.bin");
    std::fs::write(path, written).expect("the weights can be written");
}

#[test]
#[ignore = "prints what each bound does, and what leaks and is covered with the one in use"]
fn bounds() {
    let bounds = [ENOUGH, -32, 0, 10, 16, 24, 32, 48, 64];
    let tallies = folds(bounds);
    for (tally, bound) in tallies.iter().zip(bounds) {
        let (leaked, covered) = tally.rates();
        println!("{bound}: {leaked} leaked, {covered} covered of 1000");
    }
    println!("denied:\n{}", tallies[0].denied.join("\n"));
    println!("leaked:\n{}", tallies[0].leaked.join("\n"));
    println!("covered:\n{}", tallies[0].covered.join("\n"));
}
