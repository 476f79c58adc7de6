//! How long reading a message takes, and training.
//!
//! `cargo bench --bench matching` times it. For instruction counts, which a busy machine does not
//! move: `valgrind --tool=callgrind --toggle-collect='*count_me*' target/release/deps/matching-…
//! count NAME`, which reads a hundred messages once.

use std::fmt::Write as _;
use std::hint::black_box;

use divan::Bencher;
use skicka::ids::IntentId;
use skicka::language::Language;
use skicka::language::identify::identify;
use skicka::matcher::Context;
use skicka::matcher::IntentExamples;
use skicka::matcher::Matcher;
use skicka::matcher::TrainingSet;
use skicka::matcher::evaluation::noise::Random;

const SIZES: [(usize, usize); 2] = [(60, 10), (150, 50)];
/// Messages that an instruction count covers.
const COUNTED: usize = 100;

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("count") {
        count(arguments.next().as_deref().unwrap_or("clean"));
        return;
    }
    divan::main();
}

/// A word of three to nine letters; equal numbers give equal words.
fn word(number: usize) -> String {
    const SYLLABLES: [&str; 20] = [
        "ka", "ri", "lo", "men", "tu", "sta", "vik", "ne", "or", "pel", "da", "hus", "mi", "ko",
        "ra", "ler", "bo", "ten", "si", "gul",
    ];
    let mut word = String::new();
    let mut rest = number + 20;
    while rest > 0 {
        word.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
    }
    word
}

/// A bot of so many intents with so many examples each: a few words of the intent's own in every
/// example, among words that all use, the frequent ones more often.
fn bot(intents: usize, examples: usize) -> TrainingSet {
    let mut random = Random::new(7);
    let common = |random: &mut Random| word(random.below(20) * random.below(20));
    let intents = (0..intents)
        .map(|intent| IntentExamples {
            id: IntentId::new(&format!("intent_{intent}")),
            title: format!("{} {}", word(1_000 + intent * 12), word(1_001 + intent * 12)),
            keywords: Vec::new(),
            examples: (0..examples).map(|_| example(intent, &mut random, common)).collect(),
        })
        .collect();
    TrainingSet { language: Language::Sv, intents, out_of_scope: Vec::new() }
}

fn example(intent: usize, random: &mut Random, common: impl Fn(&mut Random) -> String) -> String {
    let mut text = String::new();
    for place in 0..5 + random.below(6) {
        let word = if place % 3 == 1 {
            word(1_000 + intent * 12 + random.below(12))
        } else {
            common(random)
        };
        write!(text, "{word} ").expect("a string takes all");
    }
    text
}

/// Messages for a bot; with two unknown words in each, typing errors of known ones.
fn messages(set: &TrainingSet, unknown: bool) -> Vec<String> {
    let mut random = Random::new(11);
    let of = |random: &mut Random| {
        let intent = &set.intents[random.below(set.intents.len())];
        let example = &intent.examples[random.below(intent.examples.len())];
        let mut words: Vec<String> = example.split_whitespace().rev().map(str::to_owned).collect();
        if unknown {
            for _ in 0..2 {
                let at = random.below(words.len());
                words[at].insert(1, 'x');
                words[at].push('q');
            }
        }
        words.join(" ")
    };
    (0..COUNTED).map(|_| of(&mut random)).collect()
}

fn read_all(bencher: Bencher<'_, '_>, size: (usize, usize), unknown: bool) {
    let set = bot(size.0, size.1);
    let matcher = Matcher::train(&set);
    let messages = messages(&set, unknown);
    let mut next = messages.iter().cycle();
    bencher
        .bench_local(|| matcher.rank(next.next().map_or("", String::as_str), &Context::default()));
}

#[divan::bench(args = SIZES)]
fn known_words(bencher: Bencher<'_, '_>, size: (usize, usize)) {
    read_all(bencher, size, false);
}

#[divan::bench(args = SIZES)]
fn two_unknown_words(bencher: Bencher<'_, '_>, size: (usize, usize)) {
    read_all(bencher, size, true);
}

#[divan::bench]
fn language(bencher: Bencher<'_, '_>) {
    let texts = [
        "jag får inget sms när jag registrerar mig",
        "en saanut tekstiviestiä kun rekisteröidyin",
        "the confirmation code is rejected",
        "ok",
    ];
    let mut next = texts.iter().cycle();
    bencher.bench_local(|| identify(next.next().copied().unwrap_or_default()));
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn training(bencher: Bencher<'_, '_>, size: (usize, usize)) {
    let set = bot(size.0, size.1);
    bencher.bench_local(|| Matcher::train(black_box(&set)));
}

/// What an instruction count looks at, by name.
fn count(name: &str) {
    let (size, unknown) = match name {
        "unknown" => (SIZES[0], true),
        "large" => (SIZES[1], false),
        _ => (SIZES[0], false),
    };
    let set = bot(size.0, size.1);
    let matcher = Matcher::train(&set);
    let messages = messages(&set, unknown);
    // The first message fills the buffers of the thread.
    black_box(matcher.rank(&messages[0], &Context::default()));
    count_me(&matcher, &messages);
    println!("{COUNTED} messages of {name}; model: {} bytes", matcher.bytes());
}

#[inline(never)]
fn count_me(matcher: &Matcher, messages: &[String]) {
    for message in messages {
        black_box(matcher.rank(message, &Context::default()));
    }
}
