//! Words of kinds found later: compounds that name users and codes, rows of lists, and giving.
//! Folded like all words.

use crate::privacy::company::uses;
use crate::privacy::words::Noun;
use crate::privacy::words::is_harmless_code;

/// Names a user within a compound: "käyttistunnus", "nätbanksanvändarnamn".
pub(in crate::privacy) fn names_user_in_compound(word: &str) -> bool {
    ["kayttis", "kayttaja"]
        .iter()
        .filter_map(|stem| word.strip_prefix(stem))
        .any(|rest| ["tunnu", "tunnar", "nim"].iter().any(|name| rest.starts_with(name)))
        || ["anvandarnamn", "anvandarnamnet", "anvandarid", "username", "userid"]
            .iter()
            .any(|name| word.len() > name.len() && word.ends_with(name))
}

/// Names a user of the bank even where nothing else does: "nätbanksid", "user".
pub(in crate::privacy) fn names_bank_user(word: &str) -> bool {
    matches!(word, "user" | "usr" | "anv" | "anvandare" | "kayttis" | "bankid")
        || ["banksid", "banksuser", "bankstunnus", "pankkitunnus", "pankintunnus"]
            .iter()
            .any(|ending| word.ends_with(ending))
}

/// May name a user of the bank, or a parcel, or anything else.
pub(in crate::privacy) fn names_anything(word: &str) -> bool {
    matches!(word, "tunnus" | "tunnukseni")
}

/// Whether a word is a code whose ending is mistyped or of a dialect: "verifieringskodin". The -s-
/// before tells it from the Finnish homes ("vanhainkodin").
pub(in crate::privacy) fn is_code_in_dialect(word: &str) -> bool {
    ["kodin", "kodi", "kode", "kodn", "koddi", "koddin", "kad", "kaden", "kadin"]
        .iter()
        .filter_map(|form| word.strip_suffix(form))
        .any(|stem| {
            stem.len() >= 3
                && (stem.ends_with('s') || stem == "bekraftelse")
                && !is_harmless_code(stem)
        })
}

/// Names the row of a list in which a code stands.
pub(in crate::privacy) fn names_a_row(word: &str) -> bool {
    ["rad", "rivi", "row", "kohta", "kohda", "ruta", "rutan", "ruutu", "ruudu", "field", "plats"]
        .iter()
        .any(|stem| word.strip_prefix(stem).is_some_and(|rest| rest.len() <= 3))
}

/// Hands something to somebody: "jag gav honom …", "luin hänelle …".
pub(in crate::privacy) fn gives(word: &str) -> bool {
    matches!(
        word,
        "gav"
            | "gett"
            | "givit"
            | "laste"
            | "last"
            | "sade"
            | "sa"
            | "sagt"
            | "berattade"
            | "uppgav"
            | "annoin"
            | "antanut"
            | "luin"
            | "lukenut"
            | "kerroin"
            | "kertonut"
            | "sanoin"
            | "gave"
            | "given"
            | "read"
            | "told"
            | "said"
            | "shared"
    )
}

/// May stand between giving and what is given.
pub(in crate::privacy) fn is_given_to(word: &str) -> bool {
    matches!(
        word,
        "honom"
            | "henne"
            | "dem"
            | "dom"
            | "den"
            | "det"
            | "at"
            | "till"
            | "upp"
            | "ut"
            | "ju"
            | "hanelle"
            | "hanelta"
            | "heille"
            | "sille"
            | "niille"
            | "sen"
            | "etta"
            | "att"
            | "se"
            | "on"
            | "him"
            | "her"
            | "them"
            | "out"
            | "it"
            | "is"
            | "was"
            | "var"
            | "ar"
            | "numret"
            | "siffrorna"
            | "numeron"
            | "numerot"
            | "luvun"
            | "digits"
            | "the"
            | ":"
    )
}

/// Says of a password that it is one's own, or in use.
pub(in crate::privacy) fn owns(word: &str) -> bool {
    uses(word)
        || matches!(
            word,
            "samma"
                | "sama"
                | "samaa"
                | "same"
                | "mitt"
                | "min"
                | "mun"
                | "minun"
                | "my"
                | "mulla"
                | "minulla"
        )
}

/// What a word announces that is nearly one of the long names of codes and users: "tunusluku",
/// "käytäjätunnus", "verifiringskod".
pub(in crate::privacy) fn mistyped(word: &str) -> Option<Noun> {
    const NAMES: [(&str, Noun); 14] = [
        ("tunnusluku", Noun::Pin),
        ("sakerhetskod", Noun::Pin),
        ("turvakoodi", Noun::Pin),
        ("kayttajatunnus", Noun::User),
        ("anvandarnamn", Noun::User),
        ("anvandarnummer", Noun::User),
        ("engangskod", Noun::Code),
        ("vahvistuskoodi", Noun::Code),
        ("verifieringskod", Noun::Code),
        ("bekraftelsekod", Noun::Code),
        ("aktiveringskod", Noun::Code),
        ("aktivointikoodi", Noun::Code),
        ("kertakayttokoodi", Noun::Code),
        ("avainlukulista", Noun::KeyCode),
    ];
    const ENDING: usize = 6;
    let near = |name: &str| {
        let slips = if name.len() > 12 { 2 } else { 1 };
        word.as_bytes()[0] == name.as_bytes()[0]
            && (name.len() - 1..=name.len() + ENDING).contains(&word.len())
            && (name.len() - 1..=name.len() + 1).any(|end| {
                word.get(..end).is_some_and(|begin| strsim::osa_distance(begin, name) <= slips)
            })
    };
    let long = (9..=24).contains(&word.len()) && word.is_ascii();
    NAMES.iter().find(|(name, _)| long && near(name)).map(|(_, noun)| *noun)
}
