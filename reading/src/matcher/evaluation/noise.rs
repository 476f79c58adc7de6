//! Slips of the finger and missing dots, made on purpose to measure what they cost.

/// A sequence of numbers fixed by its seed (`SplitMix64`): evaluation must repeat.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The sequence of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn next_number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    /// A number below `bound`; 0 when there is none.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next_number() % bound).unwrap_or(0)
    }

    /// Brings `items` into a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// `text` with so many random edits in words of at least three letters: two letters swapped, one
/// left out, one doubled, or one hit beside its key.
#[must_use]
pub fn with_typos(text: &str, typos: usize, random: &mut Random) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..typos {
        let places = editable(&letters);
        if places.is_empty() {
            break;
        }
        let (at, is_last) = places[random.below(places.len())];
        match random.below(4) {
            0 if is_last => letters.swap(at - 1, at),
            0 => letters.swap(at, at + 1),
            1 => {
                letters.remove(at);
            }
            2 => letters.insert(at, letters[at]),
            _ => letters[at] = beside(letters[at], random),
        }
    }
    letters.into_iter().collect()
}

/// The places of letters in words of three or more, and whether each is its word's last.
fn editable(letters: &[char]) -> Vec<(usize, bool)> {
    let mut places = Vec::new();
    let mut start = 0;
    for end in 0..=letters.len() {
        if letters.get(end).is_some_and(|letter| letter.is_alphabetic()) {
            continue;
        }
        if end - start >= 3 {
            places.extend((start..end).map(|at| (at, at + 1 == end)));
        }
        start = end + 1;
    }
    places
}

const ROWS: [&str; 3] = ["qwertyuiopå", "asdfghjklöä", "zxcvbnm"];

fn beside(letter: char, random: &mut Random) -> char {
    let low = letter.to_lowercase().next().unwrap_or(letter);
    for row in ROWS {
        let keys: Vec<char> = row.chars().collect();
        if let Some(at) = keys.iter().position(|&key| key == low) {
            let left = at > 0 && (at + 1 == keys.len() || random.below(2) == 0);
            return if left { keys[at - 1] } else { keys[at + 1] };
        }
    }
    'e'
}

/// `text` as typed on a keyboard without å, ä, ö and accents.
#[must_use]
pub fn without_diacritics(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfd().filter(|&letter| !unicode_normalization::char::is_combining_mark(letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_change_longer_words_and_keep_the_number_of_words() {
        let mut random = Random::new(3);
        let mut changed = 0;
        for _ in 0..500 {
            let typo = with_typos("jag vill ha ny kod", 1, &mut random);
            assert_eq!(typo.split(' ').count(), 5, "{typo}");
            assert!(typo.contains(" ha ny "), "{typo}");
            changed += usize::from(typo != "jag vill ha ny kod");
        }
        assert!(changed > 450, "only {changed} of 500 were changed");
        assert_eq!(with_typos("å 1 ok", 2, &mut random), "å 1 ok");
        assert_eq!(with_typos("", 2, &mut random), "");
    }

    #[test]
    fn the_same_seed_makes_the_same_slips() {
        let of = |seed| with_typos("en ganska lång mening", 2, &mut Random::new(seed));
        assert_eq!(of(1), of(1));
        assert!((2..20).any(|seed| of(seed) != of(1)));
    }

    #[test]
    fn dots_go() {
        assert_eq!(without_diacritics("Får jag på öl, é"), "Far jag pa ol, e");
    }
}
