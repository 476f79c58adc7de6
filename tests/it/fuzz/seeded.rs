//! The fuzz targets with inputs from a seed: pieces of their corpora, cut, joined and flipped.

use std::fs;
use std::path::Path;

use skicka::matcher::evaluation::noise::Random;

use crate::fuzz::targets;

/// Bytes that mean something to one reader or another.
const SIGNS: &[u8] = b"\0\"{}[]:,\\-0123456789eE.\xff";

/// The corpus of a target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// One input: a seed with up to eight changes.
fn changed(random: &mut Random, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut input = corpus[random.below(corpus.len())].clone();
    for _ in 0..random.below(9) {
        let at = random.below(input.len() + 1);
        match random.below(5) {
            0 if at < input.len() => input[at] ^= 1 << random.below(8),
            1 => input.insert(at, SIGNS[random.below(SIGNS.len())]),
            2 => input.truncate(at),
            3 => {
                let other = &corpus[random.below(corpus.len())];
                let from = random.below(other.len() + 1);
                let piece = other[from..other.len().min(from + 40)].to_vec();
                input.splice(at..at, piece);
            }
            _ => {
                let piece = input[at..input.len().min(at + 20)].to_vec();
                input.splice(at..at, piece);
            }
        }
    }
    input
}

fn run(target: &str, count: usize, check: fn(&[u8])) {
    let corpus = corpus(target);
    for seed in &corpus {
        check(seed);
    }
    let mut random = Random::new(0x5eed);
    for _ in 0..super::count() * count {
        check(&changed(&mut random, &corpus));
    }
}

#[test]
fn r25_frames() {
    run("frames", 4, targets::frames);
}

#[test]
fn r25_masking() {
    run("masking", 2, targets::masking);
}

#[test]
fn r25_tokens() {
    run("tokens", 2, targets::tokens);
}

/// A file takes a thousand times as long to read as a frame.
#[test]
fn r25_yaml() {
    let corpus = corpus("yaml");
    let mut random = Random::new(0x5eed);
    for _ in 0..super::count() / 40 {
        targets::yaml(&changed(&mut random, &corpus));
    }
}
