//! What the open question makes of a message: "nothing's blocked" and "all looks normal" say no to
//! "is anything blocked?"; that everything else works does not solve the problem; "how do I order
//! one?" after "did you order a code?" asks for help with the step.

use crate::language::Language;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::AskedQuestion;
use crate::matcher::answers::cues;
use crate::matcher::answers::cues::Cue;
use crate::matcher::answers::text::Message;

/// A longer message tells more than how things are.
const MAX_WORDS: usize = 8;

/// Words by language, with blanks between.
type Words = [&'static str; 3];

/// Beginnings of words for what is wrong: a question with one of them is well answered by no.
const FAULTS: Words = [
    "sparr block hindr stopp felm felak trasig problem",
    "esta esto vika vialla ongelm rikki lukit lukos virhe",
    "block wrong problem error prevent fault broken stuck",
];

/// All is as it should be.
const FINE: Words = [
    "bra fint fin normalt normal vanligt lugnt ordning perfekt",
    "kunnossa hyvin hyva normaalisti normaali ongelmitta moitteetta",
    "fine normal normally good well perfect order",
];

/// Things that were not asked about.
const OTHERS: Words = [
    "annat andra annars ovrigt ovriga",
    "muut muu muuten muualla muutkin muille",
    "else other others otherwise",
];

/// What happened just now changes the matter itself.
const NOW: Words = ["nu numera plotsligt antligen", "nyt vihdoin yhtakkia", "now finally suddenly"];

/// Asks for the way or the place.
const HOW: Words =
    ["hur var vart", "miten mitenhan kuinka mista mistahan missa missahan", "how where"];

/// What may stand beside, if what is asked is how to do the step.
const BESIDE_HOW: Words = [
    "jag man det den dem dom de ska skall kan kunde skulle nu da sen en ett san sant sana sadant \
     nagonstans nanstans i pa gor gora ser se hittar hitta kollar kolla kontrollerar kontrollera \
     vet veta far tar reda tittar titta ens ju egentligen",
    "mina ma sen se sita niita sellaisen sellainen sellaista tuon tommosen semmosen voi voin voisi \
     vois voisin pitaa nakee naen nakisi nahda loydan loytyy loytaa loytaisi tarkistaa tarkistan \
     tarkistetaan katsotaan katson katsoa tehdaan teen tehda tietaa tiedan edes nyt",
    "do does would could can should i one we it that this them those find see check know tell out \
     even to",
];

fn of(words: &Words, language: Language) -> impl Iterator<Item = &'static str> {
    let words = match language {
        Language::Sv => words[0],
        Language::Fi => words[1],
        Language::En => words[2],
    };
    words.split_whitespace()
}

/// The class that the question gives to a message that the model read as `class`; `None` when the
/// question changes nothing.
pub(super) fn turned(
    message: &Message,
    language: Language,
    question: &AskedQuestion<'_>,
    class: AnswerClass,
) -> Option<AnswerClass> {
    if question.check || message.asks || message.tokens.len() > MAX_WORDS {
        return None;
    }
    let says = |words: &Words| {
        message.tokens.iter().any(|token| of(words, language).any(|word| word == token.read()))
    };
    let has = |from: usize, cue| {
        message.tokens[from..].iter().any(|token| cues::is(language, token.read(), cue))
    };
    let works = !has(0, Cue::Negation) && has(0, Cue::Works) && !says(&NOW);
    let declined = cues::is(language, message.tokens[0].read(), Cue::No);
    let fine = says(&FINE) && !says(&NOW) && !has(usize::from(declined), Cue::Negation);
    let agreed = cues::is(language, message.tokens[0].read(), Cue::Yes);
    if let Some(fault) = fault_asked(language, question.text) {
        let denied = has(0, Cue::Negation) && names(message, &fault);
        let well = (fine || works) && !agreed && !names(message, &fault);
        return (denied && class == AnswerClass::Failing || well && class != AnswerClass::Unsure)
            .then_some(AnswerClass::No);
    }
    let elsewhere = works && says(&OTHERS);
    (elsewhere && class == AnswerClass::Solved).then_some(AnswerClass::Yes)
}

/// The word by which a question asks if something is wrong. One that asks if something was done
/// about it asks another thing.
fn fault_asked(language: Language, question: &str) -> Option<String> {
    let asked = Message::parse(question);
    let done = |word: &str| cues::is(language, word, Cue::Acted);
    if asked.tokens.iter().any(|token| done(&token.word)) {
        return None;
    }
    let mut words = asked.tokens.into_iter().map(|token| token.word);
    words.find(|word| of(&FAULTS, language).any(|fault| word.starts_with(fault)))
}

fn names(message: &Message, word: &str) -> bool {
    message.tokens.iter().any(|token| shared(&token.word, word) >= 4)
}

/// Whether the message asks how or where to do what the question is about.
pub(super) fn asks_how(
    message: &Message,
    language: Language,
    question: &AskedQuestion<'_>,
) -> bool {
    let tokens = &message.tokens;
    if !(2..=MAX_WORDS).contains(&tokens.len())
        || !of(&HOW, language).any(|word| word == tokens[0].word)
    {
        return false;
    }
    let asked = Message::parse(question.text);
    tokens[1..].iter().all(|token| {
        of(&BESIDE_HOW, language).any(|word| word == token.word || word == token.read())
            || asked.tokens.iter().any(|other| shared(&token.word, &other.word) >= 4)
    })
}

/// So many letters two words begin with alike.
fn shared(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}
