//! What Snowball leaves on Finnish words: gradation, participles, nouns in -us and -minen.

use std::borrow::Cow;

const VOWELS: [char; 8] = ['a', 'e', 'i', 'o', 'u', 'y', 'ä', 'ö'];

/// The word as Snowball may have it: it would take `sana` for an essive and `viesti` for an
/// adverb.
pub(super) fn guarded(word: &str) -> Cow<'_, str> {
    if word.ends_with("sana") || word.ends_with("viesti") || word.ends_with("posti") {
        Cow::Owned(format!("{word}n"))
    } else {
        Cow::Borrowed(word)
    }
}

/// The stem of what Snowball left.
pub(super) fn further(stem: &str) -> String {
    let mut letters: Vec<char> = stem.chars().collect();
    plural(&mut letters);
    nominal(&mut letters);
    participle(&mut letters);
    final_vowel(&mut letters);
    gradation(&mut letters);
    letters.into_iter().collect()
}

fn ends(letters: &[char], ending: &str) -> bool {
    let count = ending.chars().count();
    letters.len() > count && letters[letters.len() - count..].iter().copied().eq(ending.chars())
}

fn strip(letters: &mut Vec<char>, ending: &str, left: usize) -> bool {
    let count = ending.chars().count();
    let fits = ends(letters, ending) && letters.len() - count >= left;
    if fits {
        letters.truncate(letters.len() - count);
    }
    fits
}

/// `tilej`, `pyyntöj`.
fn plural(letters: &mut Vec<char>) {
    strip(letters, "j", 4);
}

/// `tunnuks`, `tunnus`; `kirjautumis`, `kirjautumin`, `puhelim`, `puhelin`.
fn nominal(letters: &mut Vec<char>) {
    if !strip(letters, "ks", 3) {
        strip(letters, "s", 4);
    }
    for ending in ["umin", "ymin", "amin", "ämin", "omin", "ömin", "imin", "emin"] {
        if ends(letters, ending) && letters.len() >= 7 {
            letters.truncate(letters.len() - 3);
            return;
        }
    }
    for ending in ["umi", "ymi", "ami", "ämi", "omi", "ömi", "imi", "emi"] {
        if ends(letters, ending) && letters.len() >= 7 {
            letters.truncate(letters.len() - 2);
            return;
        }
    }
    for ending in ["um", "ym", "am", "äm", "om", "öm"] {
        if ends(letters, ending) && letters.len() >= 6 {
            letters.pop();
            return;
        }
    }
    if !strip(letters, "im", 4) {
        strip(letters, "in", 4);
    }
}

/// `unohtanu`, `lähetety`, `toimiv`.
fn participle(letters: &mut Vec<char>) {
    for (ending, left) in [("nu", 3), ("ny", 3), ("etu", 4), ("ety", 4)] {
        if strip(letters, ending, left) {
            return;
        }
    }
    let before = letters.len().checked_sub(2).map(|at| letters[at]);
    if ends(letters, "v") && letters.len() >= 5 && before.is_some_and(|it| VOWELS.contains(&it)) {
        letters.pop();
    }
}

fn final_vowel(letters: &mut Vec<char>) {
    if letters.len() >= 4 && letters.last().is_some_and(|last| VOWELS.contains(last)) {
        letters.pop();
        if letters.len() >= 4 && letters.last() == Some(&'e') {
            letters.pop();
        }
    }
}

/// `pyynt` and `pyynn`, `kirjaut` and `kirjaud`, `luk` and `luv`.
fn gradation(letters: &mut Vec<char>) {
    if let [.., before, last] = letters[..]
        && before == last
        && !VOWELS.contains(&last)
    {
        letters.pop();
    }
    let [.., before, last] = letters[..] else { return };
    let weak = match (before, last) {
        ('n', 'k' | 'g' | 't' | 'n' | 'd')
        | ('m', 'p' | 'm')
        | ('l', 't' | 'l' | 'd' | 'k')
        | ('r', 't' | 'r' | 'd' | 'k' | 'j')
        | ('h', 't' | 'd' | 'k') => None,
        ('u' | 'y', 'v') => Some('k'),
        (_, 'v') => Some('p'),
        (_, 'd') => Some('t'),
        _ => return,
    };
    letters.pop();
    letters.extend(weak);
}
