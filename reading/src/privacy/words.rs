//! The words that announce a secret, link it to its announcement, or speak about it without
//! giving it away; Swedish, Finnish and English together, since messages mix them.
//!
//! All are folded: small letters without diacritics, hyphens and apostrophes.

mod codes;
mod halves;
mod plain;
mod told;

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

pub(super) use crate::privacy::company::asks;
pub(super) use crate::privacy::company::asks_to_write;
pub(super) use crate::privacy::company::asks_whether;
pub(super) use crate::privacy::company::asks_which;
pub(super) use crate::privacy::company::carries;
pub(super) use crate::privacy::company::concerns_passwords;
pub(super) use crate::privacy::company::confirms;
pub(super) use crate::privacy::company::denies;
pub(super) use crate::privacy::company::fails;
pub(super) use crate::privacy::company::gets;
pub(super) use crate::privacy::company::hedges;
pub(super) use crate::privacy::company::is_back;
pub(super) use crate::privacy::company::is_offer;
pub(super) use crate::privacy::company::is_trouble;
pub(super) use crate::privacy::company::is_with;
pub(super) use crate::privacy::company::joins;
pub(super) use crate::privacy::company::leads_on;
pub(super) use crate::privacy::company::makes;
pub(super) use crate::privacy::company::may_announce_user;
pub(super) use crate::privacy::company::names_birth;
pub(super) use crate::privacy::company::names_customer;
pub(super) use crate::privacy::company::names_digits;
pub(super) use crate::privacy::company::names_fault;
pub(super) use crate::privacy::company::names_user;
pub(super) use crate::privacy::company::relates;
pub(super) use crate::privacy::company::says_right;
pub(super) use crate::privacy::company::signs_in;
pub(super) use crate::privacy::company::tell_of_fault;
pub(super) use crate::privacy::company::tries;
pub(super) use crate::privacy::company::uses;
pub(super) use crate::privacy::harmless::is_place_preposition;
pub(super) use crate::privacy::harmless::is_product;
pub(super) use crate::privacy::harmless::is_unit;
pub(super) use crate::privacy::harmless::names_harmless_number;
use crate::privacy::words::codes::is_code;
pub(super) use crate::privacy::words::codes::is_harmless_code;
use crate::privacy::words::codes::is_key_code;
use crate::privacy::words::codes::is_pin;
pub(super) use crate::privacy::words::codes::names_harmless_thing;
pub(super) use crate::privacy::words::halves::calls_beginning;
pub(super) use crate::privacy::words::halves::calls_rest;
pub(super) use crate::privacy::words::halves::is_call;
pub(super) use crate::privacy::words::halves::leads_to_rest;
pub(super) use crate::privacy::words::plain::goes_on_after;
pub(super) use crate::privacy::words::plain::is_odd;
pub(super) use crate::privacy::words::told::gives;
pub(super) use crate::privacy::words::told::is_given_to;
pub(super) use crate::privacy::words::told::mistyped;
pub(super) use crate::privacy::words::told::names_a_row;
pub(super) use crate::privacy::words::told::names_anything;
pub(super) use crate::privacy::words::told::names_bank_user;
pub(super) use crate::privacy::words::told::names_user_in_compound;
pub(super) use crate::privacy::words::told::owns;

/// What a noun announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noun {
    /// A password.
    Password,
    /// A PIN or a card's security code.
    Pin,
    /// A code: for one use, or of unknown kind.
    Code,
    /// Codes from a list.
    KeyCode,
    /// The name of a bank user.
    User,
    /// User name and code together.
    Both,
}

/// Endings of Swedish and Finnish nouns that may follow a stem.
const SWEDISH_ENDINGS: &[&str] = &["", "e", "et", "en", "ets", "ens", "er", "erna", "s", "n", "na"];

/// A set of words, made when first needed.
pub(super) type Words = LazyLock<FxHashSet<&'static str>>;

/// The words of `list`, which stand with blanks between.
pub(super) fn set(list: &'static str) -> FxHashSet<&'static str> {
    list.split_whitespace().collect()
}

/// Parts of words, made when first needed.
pub(super) type Parts = LazyLock<Vec<&'static str>>;

/// The parts of `list`, which stand with blanks between.
pub(super) fn parts(list: &'static str) -> Vec<&'static str> {
    list.split_whitespace().collect()
}

/// Where `part` stands last in `word`: words are so short that to look at every place is far cheaper
/// than to prepare a search.
pub(super) fn last(word: &str, part: &str) -> Option<usize> {
    let (bytes, wanted) = (word.as_bytes(), part.as_bytes());
    let places = bytes.len().checked_sub(wanted.len())?;
    (0..=places).rev().find(|&at| bytes[at] == wanted[0] && bytes[at..].starts_with(wanted))
}

/// What `word` announces, if anything.
pub(super) fn noun(word: &str) -> Option<Noun> {
    if word.len() < 2 || word.len() > 40 {
        return None;
    }
    if is_password(word) {
        // "engångslösenordet": a password for one use is a code.
        let once = ["engang", "kertak", "tillfall"].iter().any(|stem| word.starts_with(stem));
        return Some(if once { Noun::Code } else { Noun::Password });
    }
    if is_pin(word) {
        return Some(Noun::Pin);
    }
    if is_key_code(word) {
        return Some(Noun::KeyCode);
    }
    if matches!(
        word,
        "bankkoder" | "bankkoderna" | "inloggningsuppgifter" | "inloggningsuppgifterna"
    ) || ["pankkitunnu", "verkkopankkitunnu", "kirjautumistie", "bankuppgift", "pankkikoodi"]
        .iter()
        .any(|stem| word.starts_with(stem))
    {
        return Some(Noun::Both);
    }
    if [
        "anvandarnamn",
        "anvandarid",
        "anvandarkod",
        "anvandarnum",
        "anvandarnr",
        "anvid",
        "anvnr",
        "anvnum",
        "inloggningsid",
        "inloggningsnamn",
        "kayttajaid",
        "kayttajanro",
        "kayttajanumero",
    ]
    .iter()
    .any(|stem| word.starts_with(stem))
        || matches!(word, "username" | "userid" | "login" | "kayttis" | "anvnamn" | "anvnamnet")
        || names_user_in_compound(word)
    {
        return Some(Noun::User);
    }
    is_code(word).then_some(Noun::Code)
}

/// What two words announce together.
pub(super) fn noun_of_two(first: &str, second: &str) -> Option<Noun> {
    match (first, second) {
        (
            "user" | "anv" | "usr" | "inloggnings",
            "name" | "namn" | "id" | "nr" | "no" | "number",
        )
        | ("kayttaja" | "anvandar", "id" | "nro" | "numero" | "nr" | "nummer") => Some(Noun::User),
        // "the six digits": of a code for one use.
        ("onetime" | "engangs", "password" | "passwords" | "code" | "codes" | "koden" | "kod")
        | ("sex" | "six" | "kuusi", "siffror" | "siffrorna" | "digits" | "numeroa" | "numbers") => {
            Some(Noun::Code)
        }
        ("bank" | "banking" | "login", "codes" | "details" | "credentials") => Some(Noun::Both),
        ("security", "code" | "number")
        | (
            "hemliga" | "hemligt" | "secret" | "salainen",
            "numret" | "nummer" | "siffran" | "siffrorna" | "number" | "numero" | "luku" | "kod"
            | "koden" | "on" | "ar" | "e" | "is",
        )
        | (
            "pin" | "cvv" | "cvc",
            "kod" | "koden" | "code" | "codes" | "koodi" | "koodini" | "number",
        ) => Some(Noun::Pin),
        ("pass", "word" | "code" | "phrase")
        | ("losen" | "sala", "ordet" | "ord" | "ordets" | "sana" | "sanani" | "sanan")
        | ("hemligt" | "hemliga", "ord" | "ordet" | "ordets")
        | ("secret", "word")
        | ("salainen", "sana")
        // "ss: Ruusu8Puska"
        | ("ss", ":") => Some(Noun::Password),
        (
            "key" | "nyckel" | "avain",
            "code" | "codes" | "number" | "numbers" | "tal" | "luku" | "luvut",
        )
        | ("next" | "nasta" | "seuraava", "key")
        | ("onetime" | "engangs", "pad" | "list" | "lista" | "sheet")
        | ("code" | "kod" | "koodi", "card" | "kort" | "kortet" | "kortti" | "list" | "lista") => {
            Some(Noun::KeyCode)
        }
        // "avain=307158"
        ("key" | "nyckel" | "avain", ":" | "=") => Some(Noun::KeyCode),
        // "key 12: 7719"
        ("key" | "keys" | "nycklar" | "nycklarna" | "nyckeln" | "avaimet", place)
            if is_place(place) =>
        {
            Some(Noun::KeyCode)
        }
        _ => None,
    }
}

/// Whether a word is the place of a code in a list: "12", "A3".
pub(super) fn is_place(word: &str) -> bool {
    let number = word.trim_start_matches(|sign: char| sign.is_ascii_lowercase());
    word.len() - number.len() <= 1
        && (1..=3).contains(&number.len())
        && number.bytes().all(|sign| sign.is_ascii_digit())
}

fn is_password(word: &str) -> bool {
    // Most words have no s: looking for a letter is far cheaper than looking for a word.
    let hisses = word.contains('s');
    let swedish = |stem: &str| {
        last(word, stem).is_some_and(|at| SWEDISH_ENDINGS.contains(&&word[at + stem.len()..]))
    };
    let named = ["losenord", "losen", "passord", "losenfras", "losord", "gningsord", "ordsfras"];
    if hisses && named.into_iter().any(swedish) || swedish("kodord") {
        return true;
    }
    if hisses && let Some(at) = last(word, "salasano") {
        return word.len() - at <= 16;
    }
    if hisses && let Some(at) = last(word, "salasana") {
        let ending = &word[at + 8..];
        return ending.len() <= 7
            && !["vaa", "nva", "vai", "unoh", "koh"].iter().any(|no| ending.starts_with(no));
    }
    if matches!(
        word,
        "password"
            | "passwords"
            | "passwd"
            | "pwd"
            | "psw"
            | "pw"
            | "passcode"
            | "passcodes"
            | "passphrase"
            | "passwort"
            | "pword"
            | "pswd"
            | "passwrd"
            | "losis"
            | "lois"
            | "ssana"
            | "ssanani"
            | "lossen"
            | "losn"
            | "losenet"
            | "salis"
            | "salasanana"
            | "salalause"
            | "passu"
            | "passuni"
            | "salasanni"
    ) {
        return true;
    }
    if ["tunnussana", "tunnuslause", "salalause", "password"]
        .iter()
        .any(|stem| word.starts_with(stem))
    {
        return true;
    }
    if (4..=11).contains(&word.len()) && hisses && is_skeleton(word) {
        return true;
    }
    // A mistyped announcement announces all the same.
    (7..=11).contains(&word.len())
        && ["losenord", "losenordet", "password", "salasana", "salasanani"].iter().any(|known| {
            word.as_bytes()[0] == known.as_bytes()[0]
                && word.len().abs_diff(known.len()) <= 1
                && strsim::osa_distance(word, known) == 1
        })
}

/// Whether a word has the consonants of a password in their order: "lsnord", "salsna", "paswoord".
fn is_skeleton(word: &str) -> bool {
    if !["ls", "los", "sal", "sla", "pas", "psw"].iter().any(|begin| word.starts_with(begin)) {
        return false;
    }
    let mut consonants = String::with_capacity(word.len());
    for letter in word.chars().filter(|letter| !"aeiouy".contains(*letter)) {
        if !consonants.ends_with(letter) {
            consonants.push(letter);
        }
    }
    matches!(consonants.as_str(), "lsnrd" | "lsnrdt" | "slsn" | "pswrd" | "pswd" | "psw")
}

/// Whether a word holds the name of passwords, whatever else: "lösenordsproblem".
pub(super) fn speaks_of_password(word: &str) -> bool {
    (7..=40).contains(&word.len())
        && word.contains('s')
        && ["losenord", "salasan", "password"].iter().any(|stem| last(word, stem).is_some())
}

/// Says that what follows is the thing itself.
pub(super) fn is_copula(word: &str) -> bool {
    COPULAS.contains(word)
}

static COPULAS: Words = LazyLock::new(|| {
    set("\
    : = -> => → ⇒ er varit reads bli tulla saattoi voisi mahtaa mahtoi lar taitaa tais taisi saattaa va o lienee olisi stavas skrivs kirjoitetaan spelled borde should ar e var blir blev heter lyder vara on oli ovat olivat is was are were be eli \
    alltsa namely namligen kuuluu ist ol")
});

/// May stand between the announcement and the secret.
pub(super) fn links(word: &str) -> bool {
    is_copula(word)
        || LINKS.contains(word)
        || changes(word)
        || names_a_service(word)
        // An arrow, an emoji.
        || word.chars().all(|sign| !sign.is_alphanumeric() && !sign.is_ascii() && sign != '•')
        // "tydligen", "ilmeisesti", "apparently"
        || word.len() >= 6 && ["ligen", "sti"].iter().any(|ending| word.ends_with(ending))
        || is_english_adverb(word)
}

static LINKS: Words = LazyLock::new(|| {
    set("\
    , ; as fran from sms smset viestista viestilla tekstiviestilla ollut olla pitaisi pitaa tulisi \
    varit been edelleen yha aina ehka luultavasti varmaankin todennakoisesti muistaakseni fortfarande annu \
    alltid kanske antagligen troligen tror eventuellt still always perhaps likely think nimittain \
    nro no laitoin valitsin asetin otin valde tog satte chose nog typ val varmaan kai maybe probably \
    came tuli kom luki stod says said - – / ( min mitt mina din ditt dina var vart my your our the a an mun minun sun sinun \
    minulla mulla nyt nu just nyss bara only ju se tuo tama det den that this it har till for to \
    of pa i in at hos med with natbanken natbank natbankens mobilbanken banken bankens bank app \
    appen apps appin sovellukseen sovelluksen verkkopankkiin verkkopankin pankkiin pankin konto \
    kontot tili tilin tilille account kort kortet kortets kortin card aktia aktias aktian id \
    puhelimen telefonen phone nya nytt ny nye uusi uuden new gamla gammalt vanha old nuvarande \
    nykyinen current som jag anvander kaytan kaytin anvande used with use using kaytossa nummer nr numero numeron number \
    siffra siffror och ja and samt fick sain got me ge here tassa tai eller or plus sekaa kod \
    koden code koodi dom de ni they you sent skickade skickat skickar lahetitte lahetti lahetit \
    jonka joka sain saamani saatu received mottagit fatt digit digits siffriga numeroinen visar \
    visas nayttaa shows appen olla koddosa koddosan dosa dosan sakerhetsdosa sakerhetsdosan \
    bankdosan laite laitteen laitteesta reader token generator list lista listan sms text message \
    viesti viestin meddelandet guess believe forst ensin first nro numero mun guessed mailed \
    name namn nimi joko antingen either ruta rutan rad raden rivi rivin ruutu row field kohta kohdan kohdassa kohdasta \
    raderna rivilla rivissa rivilta \
    sager device laitteesta enhet enheten kirjeessa kirje brevet brev letter mail post postitse these \
    sitten forresten muuten btw nama dessa foljande seuraavat following tva tre kaksi kolme two three texted lahetettiin annoitte gav gave o e")
});

/// Sets a new secret: what follows `till` or `to` is it.
pub(super) fn changes(word: &str) -> bool {
    CHANGES.contains(word)
}

static CHANGES: Words = LazyLock::new(|| {
    set("\
    bytte bytt byter andrade andrat andra byta satte valde changed change set reset updated \
    vaihdoin muutin vaihdettu asetin vaihdan vaihoin vaihon vaihtaa vaihtakaa vaihda muuttaa")
});

/// Says nothing beside a code: "okej, den är", "joo tässä", "here it is".
pub(super) fn says_little(word: &str) -> bool {
    LITTLE.contains(word)
}

static LITTLE: Words = LazyLock::new(|| {
    set("\
    fine ja jaa joo juu jo kylla okej ok okei okay jaha har har hej moi hei hi hello yes yeah sure well \
    den det ar e se on it is its this here tassa siina nain det. star stod lukee says said nu nyt \
    now tack kiitos thanks please , - : = . ju no aha no. sa such blev kom tuli came fick sain got \
    jag mina min mun minun my i the a en ett vai oliko eller or tai siis alltsa ai eiku nej nope \
    nejmen oj oho okey")
});

/// A plain word that is said *about* a password ("wrong", "vanhentunut") or that only holds the
/// sentence together: never the password itself.
pub(super) fn is_said_about(word: &str) -> bool {
    static ENDINGS: Parts = LazyLock::new(|| {
        parts(
            "\
        igt iskt rat lat dat kat nat gat mat tat nget nnet vet ant omt ast ytt nut nyt ttu tty inen \
        isesti sti kosta ton maton ttava ttavaa ssani eista iset ed ing ible able ful less",
        )
    });
    describes_password(word)
        || is_english_adverb(word)
        || word.len() >= 5 && ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// Whether a word is one that is said about passwords, and not only formed like such words.
pub(super) fn describes_password(word: &str) -> bool {
    SAID_ABOUT.contains(word) || names_a_service(word)
}

/// "apparently", and neither "paraply" nor "tuulimylly".
pub(super) fn is_english_adverb(word: &str) -> bool {
    word.len() > 5
        && word.strip_suffix("ly").is_some_and(|stem| {
            !["yl", "ol", "ap", "ul"].iter().any(|end| stem.ends_with(end)) || stem.ends_with("ful")
        })
}

/// Whether a word says what a password is for: "change the password to the netbank".
pub(super) fn names_a_service(word: &str) -> bool {
    static ENDINGS: Parts = LazyLock::new(|| {
        parts(
            "\
        banken banks bankens appen applikationen kontot tjansten sidan sajten telefonen mobilen \
        datorn mejlen mailen e-posten natverket",
        )
    });
    static WHOLE: Parts = LazyLock::new(|| {
        parts(
            "\
        aktia bank netbank app account website site phone computer laptop email e-mail service \
        internet network router",
        )
    });
    static STEMS: Parts = LazyLock::new(|| {
        parts("verkkopank mobiilipank sovelluks puhelime tietokonee sahkoposti palvelu")
    });
    ENDINGS.iter().any(|ending| word.ends_with(ending))
        || WHOLE.contains(&word)
        || STEMS.iter().any(|stem| word.starts_with(stem))
}

static SAID_ABOUT: Words = LazyLock::new(|| {
    set("\
    abroad utomlands ulkomailta hemifran gratt rott gront blatt suddigt osynligt alls fel ratt inte int ej icke for kort kortare langt langre gammalt nytt samma bortglomt glomt \
    last sparrat ogiltigt giltigt ok okej okay bra dalig daligt svagt svag starkt stark sakert \
    pa i hos ett en det den detta nagot nagon annat annan annorlunda tomt borta utganget bytt \
    andrat klart svart svara latt viktigt hemligt hemlig enkelt kant okant fortfarande nu ju val \
    nog kanske alltid aldrig redan bara mycket lite lagom helt alltfor sakerligen antagligen \
    troligen precis exakt likadant kvar dolt synligt omojligt jag du han hon vi ni de man min \
    mitt mina som att om men och eller sa da har inget ingen vad hur nar var varfor vem vilken \
    vilket ska skall kan maste borde fick far gar gor kommer finns skrivet skrivit sparat slut \
    ute inne dar hit dit sedan sen skapat stulet kapat lackt hackat hittat forlorat tappat \
    konstigt knasigt trasigt rubbat dumt crap skit tyvarr hjalp tack lika bankens er ert ditt \
    din dina egen eget senast senaste gamla nya tio atta sex fyra fem sju nio tolv minst hogst \
    mer mindre vaarin vaara vaarat oikein oikea oikeat ei et emme ette eivat se tama tuo sama \
    samat eri uusi vanha vanhat lyhyt pitka heikko vahva hyva huono tyhja poissa hukassa \
    kadoksissa lukossa lukittu voimassa kunnossa kaytossa mielessa muistissa tallessa tallella \
    tiedossa hallussa vaihdossa jumissa pielessa liian ihan aivan viela vielakin edelleen jo nyt \
    aina varmaan ehka kai kyllae kylla varmasti todella hyvin vain minulla mulla minun mun sinun \
    joka mika mita miten missa milloin miksi kuka kun jos etta ja tai mutta vaan eika niin nain \
    tassa siina taalla apua kiitos salainen mahdoton vaikea helppo turvallinen outo vaihtunut \
    unohdus eritelty jotain jokin joku kielletty oma omani pankin sopiva kelvoton kelpaa toimii \
    toimi sulla teilla poistettu nollattu vaarennetty wrong right forgotten incorrect correct invalid \
    valid expired locked lost missing too not no very still same new old weak strong short long \
    fine good bad safe secure empty gone hidden blank unknown known there here different case \
    sensitive what how when where why who which that this these those it its my your our their \
    his her the a an in on at to of from with without by and or but so if then than as you he \
    she we they one something nothing anything now always never already just only maybe probably \
    detsamma entisellaan ennallaan entinen ollu ollut olla siis alltsa eli namely joko antingen either also broken stuck stolen hacked reset needed required out off up down back unclear wrongly \
    yes nope nah yeah hard easy difficult impossible important secret private mine yours weird \
    strange odd funny all any some none case-sensitive both least please help thanks sorry being \
    been was were are is am be has have had does did do can could would should will must may \
    might open closed ongoing pending oppen oppet auki kesken kiinni")
});

/// Measures time: "var tredje månad".
pub(super) fn measures_time(word: &str) -> bool {
    [
        "manad", "veck", "kvartal", "kuukau", "vuosi", "vuode", "viik", "month", "year", "week",
        "gang",
    ]
    .iter()
    .any(|stem| word.starts_with(stem))
        || matches!(word, "ar" | "dag" | "day" | "days" | "paiva" | "kerta" | "kerran" | "time")
}

/// Says when something was done: after it nothing more belongs to a password.
pub(super) fn tells_when(word: &str) -> bool {
    matches!(
        word,
        "igar"
            | "idag"
            | "nyss"
            | "nyligen"
            | "forra"
            | "haromdan"
            | "imorse"
            | "igen"
            | "eilen"
            | "tanaan"
            | "asken"
            | "juuri"
            | "viime"
            | "taas"
            | "yesterday"
            | "today"
            | "last"
            | "recently"
            | "again"
            | "earlier"
    )
}

/// After these a new thought begins, so that the word before was the last of its clause.
pub(super) fn begins_clause(word: &str) -> bool {
    CLAUSES.contains(word)
}

static CLAUSES: Words = LazyLock::new(|| {
    set("\
    men mut mutku muttei och eller sa for fast varfor hur kan mutta ja tai vaan niin miksi miten eika but and or \
    so why how can because eftersom koska med with samt anvandarnamn username kayttajatunnus pin \
    kod koodi jag i mina ma it det den se som om if jos enka")
});

/// In such company a number of four to eight digits was typed in as a code.
pub(super) fn types_in(word: &str) -> bool {
    TYPES_IN.contains(word)
}

static TYPES_IN: Words = LazyLock::new(|| {
    set("\
    mata knappa sla skriva matade matat matar knappade knappar knappat skrev skrivit skriver angav anger angett slog \
    syotin syotan syottanyt nappailin nappailen kirjoitin kirjoitan napyttelin napyttelen punchade slagit keyed punched naputtelin entered typed \
    enter typing entering inputted laitoin type types enters kirjoitan naputan")
});

/// In such company a number of six digits came as a code.
pub(super) fn delivers(word: &str) -> bool {
    word.starts_with("sms")
        || word.starts_with("textmeddeland")
        || word.starts_with("tekstivies")
        || word.starts_with("tekstari")
        || matches!(word, "text" | "texted" | "meddelandet" | "viestissa" | "notisen")
}
