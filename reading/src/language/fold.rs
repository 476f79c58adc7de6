//! Words as typed without diacritics: å and ä become a, ö becomes o, doubled letters one.
//!
//! Many write without the dots (an old phone, a foreign keyboard) and many double the wrong
//! letter; after folding both meet the spelling of the content.

use unicode_normalization::char::decompose_canonical;
use unicode_normalization::char::is_combining_mark;

/// Appends the folded form of a word in lower case to `out`.
pub fn fold_into(word: &str, out: &mut String) {
    let mut last = None;
    for letter in word.chars() {
        let folded = fold_letter(letter);
        // Digits keep their number: it is all that is known of them.
        if last == Some(folded) && folded != '0' {
            continue;
        }
        out.push(folded);
        last = Some(folded);
    }
}

/// The folded form of a word in lower case.
#[must_use]
pub fn fold(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    fold_into(word, &mut out);
    out
}

fn fold_letter(letter: char) -> char {
    match letter {
        'a'..='z' | '0'..='9' => letter,
        'å' | 'ä' | 'æ' => 'a',
        'ö' | 'ø' | 'œ' => 'o',
        'é' | 'è' => 'e',
        'ü' => 'u',
        'ß' => 's',
        'ð' | 'đ' => 'd',
        'ł' => 'l',
        _ => base_letter(letter),
    }
}

fn base_letter(letter: char) -> char {
    let mut base = letter;
    let mut first = true;
    decompose_canonical(letter, |part| {
        if first && !is_combining_mark(part) {
            base = part;
        }
        first = false;
    });
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_accents_and_doubles_go() {
        assert_eq!(fold("lösenord"), "losenord");
        assert_eq!(fold("kännykkään"), "kanykan");
        assert_eq!(fold("idé"), "ide");
        assert_eq!(fold("čšžñç"), "csznc");
        assert_eq!(fold("0000"), "0000");
    }

    #[test]
    fn other_alphabets_stand() {
        assert_eq!(fold("помощь"), "помощь");
        assert_eq!(fold("한국"), fold("한국"));
    }
}
