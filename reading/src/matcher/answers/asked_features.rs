//! What an open question makes of the features of a message: the kind of the question crossed with
//! the words, cues and families of the answer, and what both have in common.
//!
//! **Invariant:** the same question, message and lexicon give the same features in the same order.

use crate::language::Language;
use crate::matcher::answers::cues;
use crate::matcher::answers::cues::Cue;
use crate::matcher::answers::families;
use crate::matcher::answers::features::Gathering;
use crate::matcher::answers::features::Lexicon;
use crate::matcher::answers::features::length_name;
use crate::matcher::answers::kind;
use crate::matcher::answers::kind::Kind;
use crate::matcher::answers::text::Message;

/// Shorter words are alike by chance.
const SHORTEST_ALIKE: usize = 4;

/// Endings in which two words may differ and still be the same.
const LONGEST_ENDING: usize = 3;

/// So many cues of a message make its shape.
const SHAPE: usize = 4;

/// What is looked at in an open question.
#[derive(Debug, Clone)]
pub(super) struct OpenQuestion {
    /// Its kind, the sort of that, and a mark that all questions have: what is learnt of one
    /// question serves others as far as they are alike.
    tags: [String; 3],
    message: Message,
}

/// What the question and the answer have in common.
struct Common {
    /// How many words: none, one, or more.
    shared: &'static str,
    /// Whether one of them tells of an act.
    act: bool,
    /// Whether the answer denies anything.
    denied: &'static str,
}

impl OpenQuestion {
    /// Reads a question; `check` is one that asks if the problem is gone, whatever its words are.
    pub(super) fn of(language: Language, text: &str, check: bool) -> Self {
        let (kind, turned) = match kind::of(language, text) {
            (Kind::Other, turned) if check => (Kind::Helped, turned),
            told => told,
        };
        let sign = if turned { "!" } else { "" };
        let tags =
            [format!("{}{sign}", kind.letter()), format!("{}{sign}", kind.sort()), "*".to_owned()];
        Self { tags, message: Message::parse(text) }
    }

    /// Adds the features of `message` as an answer to this question. `found` are the families of
    /// its words, `denied` those that a negation reaches.
    pub(super) fn add(
        &self,
        out: &mut Gathering,
        message: &Message,
        words: &[&str],
        (found, denied): (u32, u32),
        lexicon: &Lexicon,
    ) {
        let common = self.common(words, lexicon.language());
        let whole = words.join(" ");
        let cues: Vec<char> =
            words.iter().flat_map(|word| lexicon.cues(word)).map(|cue| cue.letter()).collect();
        let shape: String = cues.iter().take(SHAPE).collect();
        let mut letter = [0; 4];
        for tag in self.tags.iter().map(String::as_str) {
            out.add(1.0, &["Q", tag]);
            out.add(0.5, &["Q length", tag, length_name(words.len())]);
            out.add(0.8, &["Q shared", tag, common.shared, common.denied]);
            if message.asks {
                out.add(0.8, &["Q asks", tag]);
                out.add(0.8, &["Q asks shared", tag, common.shared]);
            }
            if common.act {
                out.add(0.8, &["Q act", tag, common.denied]);
            }
            if words.len() <= 3 {
                out.add(1.0, &["Q all", tag, &whole]);
            }
            out.add(0.7, &["Q first", tag, words.first().copied().unwrap_or_default()]);
            for (index, word) in words.iter().enumerate() {
                out.add(0.7, &["Q w", tag, word]);
                if index > 0 {
                    out.add(0.4, &["Q 2", tag, words[index - 1], word]);
                }
            }
            for (index, cue) in cues.iter().enumerate() {
                let place = if index == 0 { "^" } else { "" };
                out.add(0.7, &["Q cue", tag, place, cue.encode_utf8(&mut letter)]);
            }
            out.add(0.5, &["Q shape", tag, &shape]);
            for family in families::letters(found) {
                out.add(0.9, &["Q family", tag, family.encode_utf8(&mut letter)]);
            }
            for family in families::letters(denied) {
                out.add(0.9, &["Q not family", tag, family.encode_utf8(&mut letter)]);
            }
        }
    }

    fn common(&self, words: &[&str], language: Language) -> Common {
        let mut shared = 0;
        let mut act = false;
        for word in words {
            if self.message.tokens.iter().any(|token| alike(word, &token.word)) {
                shared += 1;
                act |= cues::is(language, word, Cue::Acted);
            }
        }
        let denies = |word: &&str| {
            [Cue::Negation, Cue::No].into_iter().any(|cue| cues::is(language, word, cue))
        };
        Common {
            shared: match shared {
                0 => "0",
                1 => "1",
                _ => "2",
            },
            act,
            denied: if words.iter().any(denies) { "n" } else { "y" },
        }
    }
}

/// Whether two words are one but for their endings.
fn alike(word: &str, other: &str) -> bool {
    let shared = word.chars().zip(other.chars()).take_while(|(one, two)| one == two).count();
    shared >= SHORTEST_ALIKE && {
        let shorter = word.chars().count().min(other.chars().count());
        shared + LONGEST_ENDING >= shorter
    }
}
