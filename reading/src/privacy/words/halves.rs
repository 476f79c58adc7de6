//! Words around the halves of a number: what begins, goes on, and is the rest. Folded like all words.

use crate::privacy::company::names_digits;
use crate::privacy::words::is_copula;
use crate::privacy::words::says_little;

/// Calls what follows the rest of a number.
pub(in crate::privacy) fn calls_rest(word: &str) -> bool {
    ["sluttamp", "loppu", "lopu", "slutsiffr", "slutdel", "fortsatt", "jatk", "viimeis"]
        .iter()
        .any(|stem| word.starts_with(stem))
        || matches!(
            word,
            "rest"
                | "resten"
                | "sista"
                | "sist"
                | "slutet"
                | "second"
                | "last"
                | "remaining"
                | "remainder"
                | "andra"
                | "slutar"
                | "paattyy"
                | "ends"
                | "other"
                | "ovriga"
                | "muut"
                | "aterstaende"
                | "end"
                | "toinen"
                | "toiset"
                | "toka"
                | "tokat"
                | "continues"
                | "lopuksi"
        )
}

/// May stand before the rest of a number beside what calls it so.
pub(in crate::privacy) fn leads_to_rest(word: &str) -> bool {
    says_little(word)
        || is_copula(word)
        || names_digits(word)
        || matches!(
            word,
            "och"
                | "pa"
                | "in"
                | "with"
                | "sen"
                | "sedan"
                | "sitten"
                | "then"
                | "ja"
                | "and"
                | "fyra"
                | "nelja"
                | "four"
                | "fem"
                | "viisi"
                | "five"
                | "half"
                | "halvan"
                | "halva"
                | "puoli"
                | "osa"
                | "part"
                | "delen"
                | "kommer"
                | "comes"
                | "tulee"
                | "of"
                | "siis"
                | "alltsa"
                | "so"
                | "tre"
                | "three"
                | "atta"
                | "eight"
                | "next"
                | "nasta"
                | "seuraavat"
                | "sorry"
                | "plus"
                | "skickade"
                | "tidigt"
                | "for"
                | "sent"
                | "too"
                | "early"
                | "soon"
                | "lahti"
                | "liian"
                | "aikaisin"
                | "kesken"
                | "hoppsan"
                | "ojsan"
                | "hups"
                | "oops"
                | "whoops"
                | "are"
                | "mean"
                | "menar"
                | "tarkoitan"
                | "viela"
                | "annu"
                | "more"
        )
}

/// Calls what it stands beside the beginning of a number.
pub(in crate::privacy) fn calls_beginning(word: &str) -> bool {
    ["borja", "alku", "alka", "begin", "start"].iter().any(|stem| word.starts_with(stem))
        || matches!(
            word,
            "first"
                | "forsta"
                | "ensimmainen"
                | "ensimmaiset"
                | "eka"
                | "ekat"
                | "halva"
                | "half"
                | "kort"
                | "kortet"
        )
        || word.starts_with("konto")
        || word.starts_with("tili")
        || word.starts_with("iban")
        || word.starts_with("account")
}

/// Is a call by telephone.
pub(in crate::privacy) fn is_call(word: &str) -> bool {
    ["samtal", "puhelu", "soitt", "ring", "call"].iter().any(|stem| word.starts_with(stem))
}
