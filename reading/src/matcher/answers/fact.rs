//! Statements known from examples: whether a message says what an example says.
//!
//! A message is cut into clauses. A clause says what an example says when it has the example's
//! words of meaning in any form and order, and both or neither deny something. **Invariants:** a
//! question states nothing; the work is bounded by the `MAX_CLAUSES` first clauses.

use std::collections::BTreeSet;

use crate::language::Language;
use crate::language::fold::fold;
use crate::language::stem::Endings;
use crate::matcher::answers::cues;
use crate::matcher::answers::cues::Cue;
use crate::matcher::answers::text::Message;

/// Clauses of a message that are looked at.
const MAX_CLAUSES: usize = 12;
/// With fewer words of meaning an example would be met by chance.
const LEAST_WORDS: usize = 2;

/// A word that is denied says enough by itself when it is as long as this.
const LONG_WORD: usize = 4;
/// Marks the stem of a word for something done.
const DONE: char = '!';
/// The Swedish word for the net, folded.
const NET: &str = "nat";

/// Words that carry no meaning of their own, folded; the three languages together.
const LIGHT: &[&str] = &[
    "jag", "vi", "du", "ni", "det", "den", "de", "har", "hade", "ar", "var", "ju", "nog", "redan",
    "att", "som", "min", "mitt", "mina", "vart", "vara", "en", "ett", "pa", "i", "till", "av",
    "for", "om", "och", "men", "ocksa", "da", "nu", "mig", "oss", "ha", "dar", "med", "mun", "mul",
    "mulla", "minun", "me", "meilla", "meidan", "se", "sen", "sita", "on", "oli", "olen", "olemme",
    "ollaan", "ole", "oo", "jo", "ja", "kylla", "etta", "myos", "nyt", "siis", "tama", "the", "a",
    "an", "we", "you", "it", "is", "was", "are", "have", "has", "had", "been", "be", "already",
    "my", "our", "your", "that", "this", "of", "to", "in", "and", "so", "do", "did", "ive", "weve",
    "its", "tack", "tackar", "kiitos", "kiitti", "thanks", "cheers",
];

/// Whether an example says enough to be told from any other statement.
#[must_use]
pub fn is_telling(example: &str) -> bool {
    let words = Message::parse(example).tokens;
    words.iter().filter(|token| !LIGHT.contains(&token.word.as_str())).count() >= LEAST_WORDS
}

/// What a clause says: its words of meaning, and whether it denies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Clause {
    words: BTreeSet<String>,
    denies: bool,
}

/// An example of a statement, taken apart once, when content is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    wanted: Clause,
    /// Whether enough is in it to be told from any other statement.
    tells: bool,
}

impl Example {
    /// Takes an example apart.
    #[must_use]
    pub fn of(text: &str, language: Language) -> Self {
        let wanted = whole(text, language);
        let long = |word: &String| word.chars().count() >= LONG_WORD;
        // "Nothing is blocked": that it is denied says something too.
        let denied = usize::from(wanted.denies && wanted.words.iter().all(long));
        let tells = wanted.words.len() + denied >= LEAST_WORDS;
        Self { wanted, tells }
    }
}

/// A message cut into what it states.
#[derive(Debug)]
pub struct Statements {
    clauses: Vec<Clause>,
}

impl Statements {
    /// Cuts a message.
    #[must_use]
    pub fn of(text: &str, language: Language) -> Self {
        let message = Message::parse(text);
        let mut clauses = Vec::new();
        let mut clause = Clause::default();
        // A question states nothing; where it begins in a longer message cannot be told for sure.
        let tokens = if message.asks { &[][..] } else { &message.tokens };
        for token in tokens {
            let written = written(&text[token.start..]);
            // "å" is how "och" is said.
            let joins = cues::joins(language, &token.word) || written == "å";
            if token.breaks || joins {
                clauses.push(std::mem::take(&mut clause));
            }
            if clauses.len() == MAX_CLAUSES {
                break;
            }
            take(&mut clause, &text[token.start..], &token.word, language);
        }
        clauses.push(clause);
        clauses.retain(|clause| !clause.words.is_empty());
        Self { clauses }
    }

    /// Whether the message is all of a piece.
    #[must_use]
    pub fn are_one(&self) -> bool {
        self.clauses.len() == 1
    }

    /// Whether some clause says what one of the examples says.
    #[must_use]
    pub fn say(&self, examples: &[Example]) -> bool {
        let said = |wanted| self.clauses.iter().any(|clause| meets(clause, wanted));
        examples.iter().any(|example| example.tells && said(&example.wanted))
    }
}

fn whole(text: &str, language: Language) -> Clause {
    let mut clause = Clause::default();
    for token in Message::parse(text).tokens {
        take(&mut clause, &text[token.start..], &token.word, language);
    }
    clause
}

fn take(clause: &mut Clause, from_here: &str, folded: &str, language: Language) {
    if cues::is(language, folded, Cue::Negation) {
        clause.denies = true;
        return;
    }
    if LIGHT.contains(&folded) {
        return;
    }
    // The stemmers want the word with its diacritics.
    let written = written(from_here);
    // "Nåt" is "något", and only without its ring the net.
    if folded == NET && written != "nät" {
        return;
    }
    let mut stem = fold(&Endings::of(language).stem(&written));
    // What was done is told from what will be or should be.
    if cues::is(language, folded, Cue::Acted) || ends_as_done(language, folded) {
        stem.push(DONE);
    }
    clause.words.insert(stem);
}

/// Whether a word has the form of something done: "kollad", "tarkistettu", "checked".
fn ends_as_done(language: Language, folded: &str) -> bool {
    let endings: &[&str] = match language {
        Language::Sv => &["ad", "at", "ade", "ats"],
        Language::Fi => &["ttu", "tty", "nut", "nyt"],
        Language::En => &["ed"],
    };
    folded.len() > 5 && endings.iter().any(|ending| folded.ends_with(ending))
}

fn written(from_here: &str) -> String {
    let word = from_here.chars().take_while(|letter| letter.is_alphanumeric());
    word.flat_map(char::to_lowercase).collect()
}

fn meets(clause: &Clause, wanted: &Clause) -> bool {
    clause.denies == wanted.denies
        && wanted.words.iter().all(|word| {
            clause.words.contains(word) || clause.words.iter().any(|other| alike(word, other))
        })
}

/// The same word mistyped.
fn alike(word: &str, other: &str) -> bool {
    word.ends_with(DONE) == other.ends_with(DONE)
        && word.chars().count() >= 5
        && word.chars().count().abs_diff(other.chars().count()) <= 1
        && strsim::osa_distance(word, other) <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(language: Language, text: &str, example: &str) -> bool {
        Statements::of(text, language).say(&[Example::of(example, language)])
    }

    #[test]
    fn other_forms_and_orders_say_the_same() {
        let sv = |text| says(Language::Sv, text, "numret har vi kollat");
        assert!(sv("vi är en förening, numret har vi kollat"));
        assert!(sv("har redan kollat numret"));
        assert!(sv("jag får inget sms och numret är kollat"));
        assert!(!sv("numret har vi inte kollat"));
        assert!(!sv("har ni kollat numret?"));
        assert!(!sv("vi har kollat allt"));
        let fi = |text| says(Language::Fi, text, "numero on tarkistettu");
        assert!(fi("numero on jo tarkistettu, mutta viestiä ei tule"));
        assert!(!fi("numeroa ei ole tarkistettu"));
        let en = |text| says(Language::En, text, "I checked the number");
        assert!(en("no text message, and I have already checked the number"));
        assert!(!en("I haven't checked the number"));
    }

    #[test]
    fn what_was_done_is_not_what_will_be() {
        let sv = |text| says(Language::Sv, text, "har ändrat lösenordet");
        assert!(sv("lösenordet ändrade jag igår"));
        assert!(!sv("jag behöver ändra lösenordet"));
        assert!(says(Language::Sv, "spårningen har vi kollat", "spårningen är kollad"));
        assert!(!says(Language::Sv, "ok, väntar en stund", "har väntat en stund"));
    }

    #[test]
    fn what_is_denied_says_something() {
        let blocked = |text| says(Language::Sv, text, "inget är blockerat");
        assert!(blocked("nej inget är blockerat hos mig"));
        assert!(blocked("numret är rätt å inget är blockerat"));
        assert!(!blocked("sms är blockerat"));
        assert!(!says(Language::Sv, "det dyker inte upp nåt", "inget nät"));
        assert!(!says(Language::Sv, "det är nåt som inte funkar", "nätet funkar inte"));
    }

    #[test]
    fn one_word_of_meaning_is_too_little() {
        assert!(!is_telling("det är det"));
        assert!(is_telling("numret är kollat"));
    }
}
