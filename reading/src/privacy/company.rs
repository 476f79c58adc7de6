//! Words that tell by what they say of a secret where it stands: that it follows, goes on, was got,
//! typed in, changed, or is asked for. Folded like all words.

use std::sync::LazyLock;

use crate::privacy::tokens::Token;
use crate::privacy::words::Parts;
use crate::privacy::words::changes;
use crate::privacy::words::delivers;
use crate::privacy::words::is_copula;
use crate::privacy::words::last;
use crate::privacy::words::parts;

/// Says that somebody signs in: what follows "with" is what it is done with.
pub(super) fn signs_in(word: &str) -> bool {
    word.starts_with("logga") && word != "loggan"
        || word.starts_with("kirjaudu")
        || word.starts_with("kirjautu")
        || matches!(
            word,
            "login"
                | "log"
                | "logged"
                | "logging"
                | "logs"
                | "inloggad"
                | "signed"
                | "signing"
                | "sign"
        )
}

/// Leads from signing in to what it is done with.
pub(super) fn is_with(word: &str) -> bool {
    matches!(word, "med" | "me" | "with" | "using" | "as" | "som" | "kayttaen" | "tunnuksella")
}

/// Uses something.
pub(super) fn uses(word: &str) -> bool {
    matches!(word, "anvander" | "anvande" | "kaytan" | "kaytin" | "use" | "used" | "using")
}

/// Joins a user name and its code, or one secret and the next.
pub(super) fn joins(word: &str) -> bool {
    matches!(
        word,
        "/" | ","
            | ";"
            | "&"
            | "+"
            | "-"
            | "|"
            | "och"
            | "o"
            | "a"
            | "ja"
            | "and"
            | "samt"
            | "plus"
            | "resp"
            | "respektive"
            | "seka"
            | "then"
            | "sen"
            | "sedan"
            | "darefter"
            | "sa"
            | "sitten"
            | "key"
            | "avain"
            | "nyckel"
            | "luku"
            | "luvun"
            | "siffran"
            | "me"
            | "med"
            | "with"
            | ":"
            | "="
    )
}

/// May stand between one secret and the next of its kind: "and the new one is".
pub(super) fn leads_on(word: &str) -> bool {
    joins(word)
        || is_copula(word)
        || alternates(word)
        || changes(word)
        || matches!(
            word,
            "men"
                | "mutta"
                | "but"
                | "nu"
                | "nyt"
                | "now"
                | "den"
                | "det"
                | "nya"
                | "nytt"
                | "ny"
                | "uusi"
                | "uuden"
                | "new"
                | "the"
                | "one"
                | "forst"
                | "sedan"
                | "sitten"
                | "ensin"
                | "till"
                | "to"
                | "into"
                | "nykyinen"
                | "se"
                | "it"
                | "mitt"
                | "min"
                | "my"
                | "mun"
                | "tror"
                | "jag"
                | "kanske"
                | "ehka"
                | "maybe"
                | "nr"
                | "nro"
                | "no"
                | "number"
                | "andra"
                | "toinen"
                | "second"
                | "aiemmin"
                | "innan"
                | "before"
                | "tidigare"
                | "numera"
                | "nykyaan"
                | "nowadays"
                | "i"
                | "blev"
                | "blir"
                | "heter"
                | "vaihtui"
                | "not"
                | "inte"
                | "ei"
                | "fran"
                | "from"
        )
}

/// Says how sure somebody is of what follows or went before.
pub(super) fn hedges(word: &str) -> bool {
    matches!(
        word,
        "nog"
            | "tror"
            | "jag"
            | "kai"
            | "varmaan"
            | "ehka"
            | "luultavasti"
            | "maybe"
            | "probably"
            | "perhaps"
            | "i"
            | "think"
            | "believe"
            | "typ"
            | "val"
            | "kanske"
            | "antagligen"
            | "muistaakseni"
            | "olla"
            | "nyt"
            | "nu"
            | "nyss"
            | "now"
            | "forst"
            | "ensin"
            | "still"
            | "joko"
            | "antingen"
            | "either"
            | "fortfarande"
            | "edelleen"
            | "yha"
            | "just"
            | "alltsa"
            | "siis"
            | "eli"
            | "first"
            | "guess"
            | "ollut"
            | "been"
            | "varit"
            | "vissiin"
            | "sakert"
            | "nytt"
            | "enda"
            | "aina"
            | "alltid"
            | "ollu"
            | "vuosia"
            | "vuodet"
            | "faktiskt"
            | "oikeasti"
            | "actually"
            | "really"
            | "always"
    )
}

/// Stands between a password in the making and the word that becomes it.
pub(super) fn makes(word: &str) -> bool {
    changes(word)
        || matches!(
            word,
            "laitoin"
                | "valitsin"
                | "otin"
                | "tein"
                | "keksin"
                | "annoin"
                | "laitettiin"
                | "nyt"
                | "sitten"
                | "uuden"
                | "sanan"
                | "tuli"
                | "vaihtui"
                | ":"
        )
}

/// Asks which one it is.
pub(super) fn asks_which(word: &str) -> bool {
    matches!(
        word,
        "vilken" | "vilka" | "vad" | "mika" | "mitka" | "minka" | "which" | "what" | "whats"
    )
}

/// Asks anything.
pub(super) fn asks(word: &str) -> bool {
    asks_which(word)
        || matches!(word, "hur" | "how" | "kuinka" | "miten" | "must" | "varfor" | "why" | "miksi")
}

/// Asks to write something.
pub(super) fn asks_to_write(word: &str) -> bool {
    matches!(
        word,
        "skriv"
            | "ange"
            | "mata"
            | "ge"
            | "anna"
            | "kirjoita"
            | "syota"
            | "enter"
            | "type"
            | "give"
            | "write"
    )
}

/// Denies.
pub(super) fn denies(word: &str) -> bool {
    matches!(
        word,
        "aldrig"
            | "inte"
            | "inga"
            | "ingen"
            | "ala"
            | "alkaa"
            | "ei"
            | "koskaan"
            | "never"
            | "not"
            | "no"
            | "dont"
            | "any"
    )
}

/// Says that something does not work.
pub(super) fn fails(word: &str) -> bool {
    matches!(
        word,
        "funkar"
            | "fungerar"
            | "funkade"
            | "gar"
            | "gick"
            | "duger"
            | "godkanns"
            | "toimi"
            | "kelpaa"
            | "kay"
            | "doesnt"
            | "does"
            | "didnt"
            | "fails"
            | "failed"
            | "is"
            | "works"
            | "worked"
            | "but"
            | "men"
            | "mutta"
            | "ei"
            | "e"
            | "som"
            | "ni"
            | "rejected"
            | "expired"
            | "varje"
    )
}

/// Says that what follows is somebody's day of birth or identity code.
pub(super) fn names_birth(word: &str) -> bool {
    ["fodd", "fodel", "syntyn", "syntym", "hetu", "henkilotun", "sotu", "personnum", "personnr"]
        .iter()
        .chain(&["personbet", "signum", "beteckn", "pnr", "samordn", "identity"])
        .any(|stem| word.starts_with(stem))
        || matches!(word, "born" | "dob" | "ssn" | "birth")
}

/// Begins a clause that says which one is meant: "koden som …".
pub(super) fn relates(word: &str) -> bool {
    matches!(word, "som" | "jonka" | "joka" | "that" | "which" | "jotka" | "mika")
}

/// Gets a code: "fick 597205".
pub(super) fn gets(word: &str) -> bool {
    matches!(word, "fick" | "fatt" | "sain" | "saatu" | "got" | "received" | "mottog" | "tuli")
}

/// Says what a code is for that anybody may have.
pub(super) fn is_offer(word: &str) -> bool {
    ["alennu", "rabatt", "discount", "kampanj", "tarjou", "erbjudande"]
        .iter()
        .any(|stem| word.starts_with(stem))
}

/// Names a fault, or asks what it means: the code beside it is shown to everybody.
pub(super) fn names_fault(word: &str) -> bool {
    ["felet", "felmed", "felkod", "betyd", "error", "virhe", "merkits", "tarkoittaa"]
        .iter()
        .any(|stem| word.starts_with(stem))
        || matches!(word, "mean" | "means")
}

/// Whether words name a fault, or tell of one: "something went wrong".
pub(super) fn tell_of_fault(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| names_fault(&token.word))
        || tokens.windows(2).any(|two| {
            matches!(
                (two[0].word.as_str(), two[1].word.as_str()),
                ("went" | "goes", "wrong")
                    | ("gick" | "gar", "fel" | "snett")
                    | ("meni", "pieleen" | "vikaan")
            )
        })
}

/// Confirms something.
pub(super) fn confirms(word: &str) -> bool {
    ["bekraft", "vahvist", "confirm", "verif", "godkan", "hyvaksy"]
        .iter()
        .any(|it| word.starts_with(it))
}

/// Names the back of a card, where its security code stands.
pub(super) fn is_back(word: &str) -> bool {
    ["baksid", "takana", "takapuol", "kaantopuol", "takasivu"].iter().any(|it| word.starts_with(it))
        || matches!(word, "back" | "behind" | "reverse" | "bak" | "bakpa")
}

/// Names the number of a customer.
pub(super) fn names_customer(word: &str) -> bool {
    ["kundnum", "kundnr", "asiakasn", "customer"].iter().any(|stem| word.starts_with(stem))
}

/// Says that something is tried.
pub(super) fn tries(word: &str) -> bool {
    ["forsok", "prova", "yrita", "yriti", "kokeil", "tried", "trying"]
        .iter()
        .any(|stem| word.starts_with(stem))
}

/// Names what is the matter, or points at it: "the trouble is my password".
pub(super) fn is_trouble(word: &str) -> bool {
    ["problem", "ongelm", "felet", "fragan", "arende", "orsak", "syy", "asia", "issue", "trouble"]
        .iter()
        .chain(&["matter", "question", "reason", "kysymy", "saken", "grejen", "hinder", "vika"])
        .any(|stem| word.starts_with(stem))
        || ["denna", "detta", "tamahan", "varken", "kenties", "nimittain", "anledningen"]
            .contains(&word)
}

/// Says what is the matter with a password, or what is to be done with it.
pub(super) fn concerns_passwords(word: &str) -> bool {
    [
        "glom", "bort", "aterst", "byt", "byte", "andr", "sparr", "last", "utg", "krav", "regl",
        "falt", "hjal", "problem", "fung", "saknas", "hante", "unoh", "vaih", "ongel", "luk",
        "vanhe", "kentt", "vaat", "apua", "neuvo", "ohje", "palau", "reset", "forg", "chan",
        "recov", "help", "lock", "expir", "polic", "manag", "field", "page", "requi", "rule",
        "updat", "issue", "question", "fraga", "kysy",
    ]
    .iter()
    .any(|stem| word.starts_with(stem))
}

/// Names digits.
pub(super) fn names_digits(word: &str) -> bool {
    ["siffr", "numero", "digit", "numret"].iter().any(|it| word.starts_with(it))
        || matches!(word, "luku" | "luvut" | "nummer" | "numren" | "number" | "numbers")
}

/// Whether a name in letters may follow the word, and not only a number.
pub(super) fn names_user(word: &str) -> bool {
    ["tunnu", "kayttaj", "anvand", "user", "login", "inloggningsnamn"]
        .iter()
        .any(|stem| word.starts_with(stem))
}

/// Carries a code to somebody.
pub(super) fn carries(word: &str) -> bool {
    delivers(word)
        || [
            "telefon",
            "mobil",
            "puhelim",
            "phone",
            "kannyk",
            "lur",
            "app",
            "sahkopost",
            "mail",
            "mejl",
            "epost",
        ]
        .iter()
        .any(|stem| word.starts_with(stem))
}

/// Asks whether what follows is the thing: "is 4711 the right PIN?"
pub(super) fn asks_whether(word: &str) -> bool {
    matches!(word, "ar" | "is" | "onko" | "var" | "was" | "oliko")
}

/// May stand between a secret and its name in such a question, beside what links.
pub(super) fn says_right(word: &str) -> bool {
    matches!(
        word,
        "ratt"
            | "fel"
            | "oikea"
            | "vaara"
            | "right"
            | "correct"
            | "wrong"
            | "ett"
            | "en"
            | "a"
            | "bra"
            | "hyva"
            | "good"
            | "bad"
            | "dalig"
            | "okej"
            | "stark"
            | "strong"
            | "vahva"
            | "nu"
            | "nytt"
            | "new"
    )
}

/// Names another that it may be: "1234 or 4321".
pub(super) fn alternates(word: &str) -> bool {
    matches!(word, "eller" | "or" | "tai" | "vai")
}

/// Announces a user name where a password or a code stands beside it; alone it may be anything.
pub(super) fn may_announce_user(word: &str) -> bool {
    static STEMS: Parts = LazyLock::new(|| {
        parts(
            "\
        tunnus tunnuks idnum idnr kirjautum kirjaudu kirjautu tunnar kayttaj inlogg credential logg anvandar \
        userid bankid kundid asiakasid signin usr asiakastunn",
        )
    });
    STEMS.iter().any(|stem| word.starts_with(stem))
        || word.ends_with("id") && last(word, "bank").is_some()
        // "nätbanksuser", "nätbanksanvändare"
        || ["user", "anvandare", "anvandarnamn", "bankstunnus", "pankkitunnus"]
            .iter()
            .any(|ending| word.ends_with(ending))
        || matches!(
            word,
            "tunnus"
                | "anv"
                | "details"
                | "uppgifter"
                | "tiedot"
                | "sign"
                | "signed"
                | "signing"
                | "id"
                | "user"
                | "login"
                | "logon"
                | "logged"
                | "logging"
                | "kayttis"
        )
        || is_mistyped_user(word)
}

/// Whether a word is nearly what a user is called: "anvendarid", "käytäjätunnus".
fn is_mistyped_user(word: &str) -> bool {
    (8..=20).contains(&word.len())
        && word.is_ascii()
        && [("anvandar", b'a'), ("kayttaja", b'k')].iter().any(|(known, first)| {
            word.as_bytes()[0] == *first && strsim::osa_distance(&word[..8], known) <= 1
        })
}
