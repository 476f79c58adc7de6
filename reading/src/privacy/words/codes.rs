//! The words that announce a number: PINs, codes from lists and codes for one use, and the codes that
//! anybody may read. Folded like all words.

use std::sync::LazyLock;

use crate::privacy::harmless::names_harmless_number;
use crate::privacy::words::SWEDISH_ENDINGS;
use crate::privacy::words::Words;
use crate::privacy::words::last;
use crate::privacy::words::links;
use crate::privacy::words::set;
use crate::privacy::words::told::is_code_in_dialect;

pub(super) fn is_pin(word: &str) -> bool {
    // "kertakäyttötunnusluvut"
    last(word, "tunnusluku").or_else(|| last(word, "tunnusluvu")).is_some()
        || word.starts_with("tunnuslu")
        || word.starts_with("pintunnu")
        || word.starts_with("salanumero")
        || word.starts_with("salaluku")
        || word.starts_with("salaluvu")
        || word.starts_with("losenkod")
        || ["turvaluku", "turvaluvu"].iter().any(|stem| word.starts_with(stem))
        || word.starts_with("turvakood")
        || word.starts_with("turvanumero")
        || word.starts_with("pinbrev")
        || word.starts_with("pinkirj")
        || word.starts_with("sakerhetskod")
        || [
            "pin",
            "pinkod",
            "pinkoodi",
            "pincode",
            "pinluku",
            "cvv",
            "cvc",
            "cvv2",
            "cvc2",
            "cvckod",
            "cvvkod",
            "puk",
            "pukkod",
            "kortkod",
            "sifferkod",
        ]
        .iter()
        .any(|stem| word.strip_prefix(stem).is_some_and(is_ending))
        || ["mobilpin", "kortpin", "simpin", "kortinpin", "pinnen"]
            .iter()
            .any(|stem| word.starts_with(stem))
}

/// Whether what stands after a stem is only an inflection.
fn is_ending(rest: &str) -> bool {
    SWEDISH_ENDINGS.contains(&rest)
        || matches!(
            rest,
            "ni" | "nin"
                | "nini"
                | "ini"
                | "i"
                | "in"
                | "a"
                | "t"
                | "si"
                | "nsa"
                | "sta"
                | "ksi"
                | "lla"
                | "iksi"
                | "niksi"
                | "niks"
                | "iks"
                | "ks"
                | "codes"
        )
}

pub(super) fn is_key_code(word: &str) -> bool {
    let list = [
        "kodlist",
        "nyckellist",
        "avaintunnu",
        "avainlist",
        "tunnuslukutaul",
        "avainlukutaul",
        "koodilist",
        "nyckeltalslist",
        "avainlukulist",
        "nyckelkodlist",
        "kodkort",
        "kodlapp",
        "kodtabell",
        "koodilap",
        "koodilista",
        "koodikort",
        "tunnuslukulist",
        "avainlukukort",
        "avainkood",
        "nyckeltalskort",
        "nyckelkodskort",
        "sakerhetstal",
        "listalta",
        "listasta",
    ];
    if list.iter().any(|stem| word.starts_with(stem))
        || ["tunnuslist", "kodlist", "kodslist"].iter().any(|part| last(word, part).is_some())
    {
        return true;
    }
    if (8..=10).contains(&word.len()) && strsim::osa_distance(word, "nyckeltal") == 1 {
        return true;
    }
    ["nyckeltal", "nyckelkod", "avainluku", "avainluvu", "avainlukuni", "keycode"].iter().any(
        |stem| {
            word.strip_prefix(stem).is_some_and(|rest| {
                is_ending(rest) || matches!(rest, "t" | "n" | "ja" | "jen" | "ni")
            })
        },
    )
}

/// Codes that are no secret, as the first part of a compound or the word before.
static HARMLESS_CODES: Words = LazyLock::new(|| {
    set("\
    fel err post postal zip land lands country area rabatt kampanj kampanja discount promo voucher \
    gift presentkorts streck bar farg source kall status produkt product tuote swift bic sort \
    branch rikt virhe error errors posti maa alennus viiva etu lahja http dress valuta currency \
    yrkes diagnos fault erbjudande klad suunta vari tarjous virheen morse upp av in ale reader \
    lukija lasar kortlasar arkivering arkiverings arkisto archive response bransch \
    toimiala tarkistus kontroll check company dealer dorr ovi door varaus boknings booking \
    sparnings seuranta tracking kurs rum huone hotell rabatti  \
    aktie osake isin kupong kuponki lei  konterings tiliointi kirjaus gs1 hs tull tulli")
});

pub(super) fn is_code(word: &str) -> bool {
    let stem = ["kod", "koden", "koder", "koderna", "kodens", "code", "codes", "otp"]
        .iter()
        .find_map(|form| word.strip_suffix(form))
        .or_else(|| {
            let at = last(word, "koodi")?;
            (word.len() - at <= 11).then_some(&word[..at])
        })
        .or_else(|| {
            let at = last(word, "koode")?;
            (6..=12).contains(&(word.len() - at)).then_some(&word[..at])
        });
    stem.is_some_and(|stem| !HARMLESS_CODES.contains(stem))
        || is_other_code(word)
        || [
            "vahvistustunnu",
            "kertatunnu",
            "varmennustunnu",
            "varmistustunnu",
            "vahvistusluku",
            "vahvistusluvu",
            "aktivointitunnu",
        ]
        .iter()
        .any(|stem| word.starts_with(stem))
        || is_code_in_dialect(word)
}

/// Codes whose names do not end in "code", and codes as they are mistyped.
fn is_other_code(word: &str) -> bool {
    matches!(
        word,
        "sakerhetsnyckel"
            | "sakerhetsnyckeln"
            | "authenticator"
            | "turvaavain"
            | "tan"
            | "mtan"
            | "itan"
            | "chiptan"
            | "phototan"
            | "dosa"
            | "dosan"
            | "smstan"
            | "pintan"
            | "qr"
            | "kad"
            | "kaden"
            | "kadn"
            | "kodn"
            | "kode"
            | "kodi"
            | "kodin"
            | "koodii"
            | "koddi"
            | "coden"
            | "koddosa"
            | "koddosan"
            | "sakerhetsdosa"
            | "sakerhetsdosan"
            | "bankdosa"
            | "bankdosan"
            | "engangslosen"
            | "kertis"
            | "vahvistus"
            | "verifiering"
            | "verification"
            | "varmennus"
            | "2fa"
            | "mfa"
    )
}

/// Whether a code of which the word before is `word` is harmless ("error code").
pub(in crate::privacy) fn is_harmless_code(word: &str) -> bool {
    // "läste upp engångskoden": the word belongs to the verb.
    HARMLESS_CODES.contains(word) && !matches!(word, "upp" | "av" | "in")
}

/// Whether a word names a number or a code that may be read by anybody: "ordernummer", "rabattkod".
pub(in crate::privacy) fn names_harmless_thing(word: &str) -> bool {
    let code = ["koden", "kod", "koodi", "koodilla", "koodin", "code"]
        .iter()
        .any(|ending| word.strip_suffix(ending).is_some_and(|stem| HARMLESS_CODES.contains(stem)));
    names_harmless_number(word) && !links(word) || code || HARMLESS_CODES.contains(word)
}
