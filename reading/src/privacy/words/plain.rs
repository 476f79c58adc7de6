//! Which plain words are so unlike what is said about passwords that right beside the name of one
//! they can only be it: "lösenord blåbärspaj". Folded like all words.

use std::sync::LazyLock;

use crate::privacy::harmless::names_harmless_number;
use crate::privacy::words::Parts;
use crate::privacy::words::begins_clause;
use crate::privacy::words::concerns_passwords;
use crate::privacy::words::fails;
use crate::privacy::words::is_english_adverb;
use crate::privacy::words::is_said_about;
use crate::privacy::words::is_trouble;
use crate::privacy::words::links;
use crate::privacy::words::noun;
use crate::privacy::words::parts;
use crate::privacy::words::says_little;
use crate::privacy::words::speaks_of_password;
use crate::privacy::words::tells_when;

/// A shorter word is too often one that is said about passwords.
const SHORTEST: usize = 7;

/// A longer one is no word.
const LONGEST: usize = 28;

/// What is said about passwords, and about what is done with them, begins so.
static BEGINNINGS: Parts = LazyLock::new(|| {
    parts(
        "\
    support compan securit yesterday tomorrow between because without anymore whatever somehow \
    already although account customer message letter charact english swedish finnish browser \
    android windows chrome firefox facebook netflix google spotify amazon instagram outlook gmail \
    hemsid anvand egentlig innehall skick slutade nufor skiftl versal gemen tecken siffr bokstav \
    special krangl upphor forsvinn existe behov kraver kravs saknar stammer matcha accept kommer \
    langd gener delning saker dator telefon mobil familj arbet jobbet tillsvid dessutom dartill \
    overallt hemma nagon samtidig verkar skriv logga inlogg bank kund konto mejl epost epost \
    registr verif aktiver formul minst storsta kunde skulle maste tydligen eftersom medan trots \
    innan annars kanske hittade ersatt skapa repet dubbel gammal efterfr policy \
    nolla vaihto vaihdo vanhen lukit lukkiu muist unohd unohta sailyt yrity soitt tietokon sahkopo \
    puhel vaatim kirja merk numer pituu vahvuu uusi tarvit pitais pitaa kelpa kelva toimi hyvaks \
    kato kadon jatku luonn tieten kuiten ainak edell kokon uudel vaarin jonnek sivus palvel tunnus \
    koodi asiak pankk tili kortt verkko sovel uudest viime jossa jolla minulta minulle joudun \
    haluai haluan kaytt kaytos taytyy voisi kysyt kysyy turval ohje salaus selaim nayta nakyy \
    doesn didn wasn isnt cant cannot wont would could should please thank hello option setting \
    remember keeps asking prompt screen attempt another instead before after during while \
    whenever through again field strength length hint prote generat confirm correct incorrect \
    number writ eriko hidden uppring vardag mandag tisdag onsdag torsdag fredag lordag sondag maanan tiistai keskivi torstai perjant lauant sunnun weekda case abroad utland utoml ulkom hemif webbl selain",
    )
});

/// Forms of verbs, adjectives and adverbs, and cases that no password stands in.
static ENDINGS: Parts = LazyLock::new(|| {
    parts(
        "\
    ade ades ndes ats erar eras erat erats ning ningar ningen ningarna heten tion tionen skap ande \
    ende ligt ligen vis lost samt bart asst ast \
    ttu tty nut nyt neet tiin taan daan aan een oon iin uun ssa sta lla lta lle ksi isi vat mme tte \
    nsa minen miseen misen mista tus tys uus uutta oita eita ista kaan kin han pas pa ko \
    ing ed ment ments tion tions able ible ness ity ies nt",
    )
});

/// Whether nobody would say a plain word about a password, so that beside its name it is one.
pub(in crate::privacy) fn is_odd(word: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&word.chars().count())
        && word.chars().all(char::is_alphabetic)
        && !(is_said_about(word)
            || concerns_passwords(word)
            || is_trouble(word)
            || fails(word)
            || links(word)
            || says_little(word)
            || begins_clause(word)
            || tells_when(word)
            || noun(word).is_some()
            || speaks_of_password(word)
            || names_harmless_number(word)
            || BEGINNINGS.iter().any(|begin| word.starts_with(begin))
            || is_english_adverb(word)
            || ENDINGS.iter().any(|ending| word.ends_with(ending)))
}

/// Whether a word goes on after a password that stood beside its name: "… still doesn't work".
pub(in crate::privacy) fn goes_on_after(word: &str) -> bool {
    fails(word)
        || begins_clause(word)
        || tells_when(word)
        || ["slut", "funk", "fung", "stop", "lakka", "kelpa", "toimi", "kelva", "work"]
            .iter()
            .any(|stem| word.starts_with(stem))
        || matches!(
            word,
            "still"
                | "never"
                | "not"
                | "wont"
                | "cant"
                | "isnt"
                | "keeps"
                | "anymore"
                | "inte"
                | "int"
                | "ej"
                | "aldrig"
                | "langre"
                | "ei"
                | "en"
                | "enaa"
                | "eika"
                | "muka"
                | "nyt"
                | "nu"
                | "now"
                | "for"
                | "to"
                | "till"
                | "i"
                | "pa"
                | "on"
                | "at"
                | ","
                | ";"
                | "-"
                | "("
        )
}
