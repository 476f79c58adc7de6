//! What the open question makes of a message: "nothing's blocked" and "all looks normal" say no to
//! "is anything blocked?"; that everything else works does not solve the problem; "only once" says
//! no to "did you try again?"; "how do I order one?" and "what code?" after "did you order a code?"
//! ask for help with the step.

use crate::language::Language;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::AskedQuestion;
use crate::matcher::answers::cues;
use crate::matcher::answers::cues::Cue;
use crate::matcher::answers::text::Message;
use crate::matcher::answers::text::Token;

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

/// What happened just now changes the matter itself.
const NOW: Words = ["nu numera plotsligt antligen", "nyt vihdoin yhtakkia", "now finally suddenly"];

/// Asks for the way or the place.
const HOW: Words =
    ["hur var vart", "miten mitenhan kuinka mista mistahan missa missahan", "how where"];

/// What may stand beside, if what is asked is how to do the step.
const BESIDE_HOW: Words = [
    "jag man det den dem dom de ska skall kan kunde skulle nu da sen en ett san sant sana sadant \
     nagonstans nanstans i pa gor gora ser se hittar hitta kollar kolla kontrollerar kontrollera \
     vet veta far tar reda tittar titta ens ju egentligen knapp \
     knappen byter byta bestaller bestalla uppdaterar uppdatera",
    "mina ma sen se sita niita sellaisen sellainen sellaista tuon tommosen semmosen voi voin voisi \
     vois voisin pitaa nakee naen nakisi nahda loydan loytyy loytaa loytaisi tarkistaa tarkistan \
     tarkistetaan katsotaan katson katsoa tehdaan teen tehda tietaa tiedan edes nyt \
     nappi nappula on vaihdan vaihdetaan vaihtaa tilaan tilataan tilata",
    "do does would could can should i one we it that this them those find see check know tell out \
     even to is are button change order update get",
];

/// Asks what a thing is that the question names.
const WHAT: Words =
    ["vad va vilken vilket vilka", "mika mitka mita mitas mikas kumpi", "what which whats"];

/// What may stand beside, if what is asked is what the question means.
const BESIDE_WHAT: Words = [
    "ar e de det den dom dem dar da nu for slags sorts nagot nan med om i pa ett en din ditt dina er \
     ert era menas menar du ni betyder innebar",
    "on ne se ne sita siina sellainen semmonen semmoinen tuo nuo nyt sitten tarkoittaa tarkoitat \
     tarkoitetaan kaikkea vaaditaan oikein",
    "is are do does you mean by this that it those these the a an your my kind sort of then",
];

/// Asks which of the things is meant, or how long or which way.
const WHICH: Words = [
    "vilken vilket vilka hurdan vilkendera va",
    "kumpi kumpaa kumpaan mihin mista missa milla millainen kuinka kauanko mite onko siis",
    "which whats whereabouts wheres",
];

/// What the steps of a support bot are about, by the beginnings of their words.
const THINGS: Words = [
    "knapp kod nummer meny installning versio sida avtal krav cache stund agreem",
    "nappi nappu nappula koodi numero valikko valikosta asetu versio sivu sopimu vaatimu hetki \
     valimuist",
    "button code number menu setting version page agreement requirement cache while screen",
];

/// Asks what is no part of a step: the price, the day, the reason, what the bank has.
const PRICE: Words = [
    "kostar pris priset nar varfor oppet stanger ni er ert era",
    "maksaa hinta hinnan milloin miksi auki teilla teidan",
    "cost costs price much why when open your rate",
];

/// No more than this.
const ONLY: Words = ["bara endast enbart blott", "vain vaan ainoastaan", "only just"];

/// A single time, a single one.
const ONE: Words = [
    "en gang gangen enda forsta ett",
    "kerran kerta kertaa yhden yhen yksi eka ekan ensimmainen ensimmaisen ainoan",
    "once one time first",
];

/// Once more, another one.
const AGAIN: Words = [
    "nytt ny nya igen ater",
    "uudelleen uudestaan uuden uusi uudella uutta taas",
    "again new another over",
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
    asked: &Message,
    class: AnswerClass,
) -> Option<AnswerClass> {
    if question.check || message.asks || message.tokens.len() > MAX_WORDS {
        return None;
    }
    let says = |words: &Words| any_of(message, words, language);
    // "Have you tried again?" - "only once"
    if any_of(asked, &AGAIN, language) && says(&ONLY) && says(&ONE) && !says(&AGAIN) {
        return Some(AnswerClass::No);
    }
    let has = |from: usize, cue| {
        message.tokens[from..].iter().any(|token| cues::is(language, token.read(), cue))
    };
    let works = !has(0, Cue::Negation) && has(0, Cue::Works) && !says(&NOW);
    let declined = cues::is(language, message.tokens[0].read(), Cue::No);
    let fine = says(&FINE) && !says(&NOW) && !has(usize::from(declined), Cue::Negation);
    let agreed = cues::is(language, message.tokens[0].read(), Cue::Yes);
    if let Some(fault) = fault_asked(language, asked) {
        let denied = has(0, Cue::Negation) && names(message, fault);
        let well = (fine || works) && !agreed && !names(message, fault);
        return (denied && class == AnswerClass::Failing || well && class != AnswerClass::Unsure)
            .then_some(AnswerClass::No);
    }
    None
}

fn any_of(message: &Message, words: &Words, language: Language) -> bool {
    message.tokens.iter().any(|token| of(words, language).any(|word| word == token.read()))
}

/// The word by which a question asks if something is wrong. One that asks if something was done
/// about it asks another thing.
fn fault_asked(language: Language, asked: &Message) -> Option<&str> {
    let done = |word: &str| cues::is(language, word, Cue::Acted);
    if asked.tokens.iter().any(|token| done(&token.word)) {
        return None;
    }
    let mut words = asked.tokens.iter().map(|token| token.word.as_str());
    words.find(|word| of(&FAULTS, language).any(|fault| word.starts_with(fault)))
}

fn names(message: &Message, word: &str) -> bool {
    message.tokens.iter().any(|token| shared(&token.word, word) >= 4)
}

/// Whether the message asks how or where to do what the question is about, or what the question
/// means by a word. What stands behind the first sentence only explains: "which card? I have many".
pub(super) fn asks_for_help(message: &Message, language: Language, asked: &Message) -> bool {
    let ends = message.tokens.iter().skip(1).position(|token| token.breaks);
    let tokens = &message.tokens[..ends.map_or(message.tokens.len(), |at| at + 1)];
    if !(2..=MAX_WORDS).contains(&tokens.len()) {
        return false;
    }
    let named = |token: &Token| asked.tokens.iter().any(|other| is_part(&token.word, &other.word));
    let among = |words: &Words, token: &Token| {
        of(words, language).any(|word| word == token.word || word == token.read())
    };
    let (first, rest) = (&tokens[0], &tokens[1..]);
    let how = of(&HOW, language).any(|word| word == first.word);
    let what = of(&WHAT, language).any(|word| word == first.word);
    let asks = how || what || of(&WHICH, language).any(|word| word == first.word);
    let thing = |token: &Token| {
        let long = token.word.chars().count() >= 5 && !among(&BESIDE_WHAT, token);
        long && named(token) || of(&THINGS, language).any(|thing| token.word.starts_with(thing))
    };
    if asks
        && !asked.tokens.is_empty()
        && rest.iter().any(thing)
        && !rest.iter().any(|token| among(&PRICE, token))
    {
        return true;
    }
    how && rest.iter().all(|token| among(&BESIDE_HOW, token) || named(token))
        || what
            && rest.iter().all(|token| among(&BESIDE_WHAT, token) || named(token))
            && rest.iter().any(named)
}

/// Whether a word of the message is one of the question in another form, or a part of it: "krav"
/// after "lösenordskraven".
fn is_part(word: &str, asked: &str) -> bool {
    let long = word.chars().count() >= 4;
    shared(word, asked) >= 4 || long && asked.contains(word)
}

/// So many letters two words begin with alike.
fn shared(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}

/// Words that make a question for the way one for a measure: "how long", "hur mycket".
const MEASURES: Words = [
    "mycket manga lange ofta snart gammal",
    "paljon monta kauan usein pian",
    "much many long often soon old",
];

/// Whether a message asks for the way or the place.
pub(super) fn asks_how(message: &Message, language: Language) -> bool {
    let mut tokens = message.tokens.iter();
    let asks = tokens.next().is_some_and(|first| of(&HOW, language).any(|it| it == first.word));
    let measures = |token: &Token| of(&MEASURES, language).any(|it| it == token.word);
    asks && !tokens.next().is_some_and(measures)
}
