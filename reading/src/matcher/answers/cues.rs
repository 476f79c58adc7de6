//! Words that tell much about an answer, by language: what the model cannot learn from a word it
//! has never seen beside another.
//!
//! All words are folded (no å ä ö, no apostrophes), as [`super::text`] leaves them.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::language::Language;

/// What kind of hint a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Cue {
    /// Agrees by itself, wherever it stands first.
    Yes,
    /// Declines by itself.
    No,
    /// Turns what follows into its opposite.
    Negation,
    /// Leaves it open.
    Unsure,
    /// What was is as before.
    Still,
    /// A thing does what it should.
    Works,
    /// Begins a question.
    Question,
    /// Done before now.
    Done,
    /// Will be done later.
    Later,
    /// A step was carried out.
    Acted,
}

impl Cue {
    /// A letter for feature names.
    pub(super) fn letter(self) -> char {
        match self {
            Self::Yes => 'Y',
            Self::No => 'N',
            Self::Negation => 'n',
            Self::Unsure => 'U',
            Self::Still => 'S',
            Self::Works => 'W',
            Self::Question => 'Q',
            Self::Done => 'D',
            Self::Later => 'L',
            Self::Acted => 'A',
        }
    }
}

/// Words, with blanks between.
type Table = &'static [(Cue, &'static str)];

const SV: Table = &[
    (
        Cue::Yes,
        "ja jaa jo joo jao jadu japp jepp jupp jajamansan jodu absolut javisst visst sakert \
         sjalvklart sjalvfallet naturligtvis givetvis precis exakt stammer korrekt okej ok \
         okay yes yep japps saklart joda jajemen jajamen jovisst jamen definitivt klart yess \
         jess jarra jora aa mm mmm mhm",
    ),
    (
        Cue::No,
        "nej na naa nae nah nejda nehej neej nepp nope nix icke nejdu ne naha nada ingalunda nehe \
         aldrig",
    ),
    (Cue::Negation, "inte int ej icke aldrig inget ingen inga ingenting inge utan knappt varken"),
    (
        Cue::Unsure,
        "kanske mojligen mojligtvis osaker aning vet minns tveksamt eventuellt kommer tror \
         troligen antagligen oklart",
    ),
    (
        Cue::Acted,
        "gjort gjorde provat provade testat testade kollat kollade tryckt tryckte klickat \
         klickade uppdaterat uppdaterade startat startade bytt bytte skickat skickade \
         kontrollerat kontrollerade forsokt forsokte loggat loggade skrivit skrev vantat \
         vantade installerat installerade oppnat oppnade bestallt bestallde last laste sett \
         sag hittat hittade fatt fick laddat laddade valt valde godkant godkande ringt ringde \
         andrat andrade angett angav matat matade slagit slog stangt stangde fixat lagt lade \
         gatt verifierat registrerat registrerade identifierat identifierade aktiverat \
         aktiverade bekraftat bekraftade",
    ),
    (Cue::Still, "fortfarande fortsatt likadant samma likadan alltjamt oforandrat"),
    (
        Cue::Works,
        "funkar fungerar funka fungera funkade fungerade hjalpte loste lost hjalper fixade \
         ordnade lyckades kom dok gick",
    ),
    (
        Cue::Question,
        "vad hur var varfor nar vem vilken vilket vilka vart va kan ar finns maste far",
    ),
    (
        Cue::Done,
        "redan nyss nyligen precis igar forrgar imorse morse forut tidigare har gjort gjorde \
         senast sist",
    ),
    (
        Cue::Later,
        "ska skall strax sen senare tanker tankte snart an annu hunnit hinner ikvall imorgon \
         morgon",
    ),
];

const FI: Table = &[
    (
        Cue::Yes,
        "joo jo juu jooh jep jepa jeps juup joop kylla kyl kyla totta tottakai toki tietysti \
         tietenkin aivan juuri niin ok okei oke okay ilman ehdottomasti varmasti selva pitaa \
         oikein on yes nii nain jees jes",
    ),
    (Cue::No, "ei en eipa eip enpa eikai eii eihan enhan enka emme nope eiku ehei eiva eivat"),
    (
        Cue::Negation,
        "ei en emme eivat et ette eipa enpa eika enka ilman eikohan mikaan mitaan koskaan \
         alkaa eihan enhan ethan emma emmaa emmie enma enmaa empa etten ettei eip eioo eiva \
         emmaki",
    ),
    (
        Cue::Unsure,
        "ehka kai luulen varmaan hajua tieda muista aavistusta kait luultavasti mahdollisesti \
         todennakoisesti epavarma tia tiia emt haju kaiketi",
    ),
    (
        Cue::Acted,
        "tein tehnyt tehty kokeilin kokeillut kokeiltu testasin testannut testattu katsoin \
         katsonut katsottu tarkistin tarkistanut tarkistettu painoin painanut painettu \
         klikkasin klikannut paivitin paivittanyt paivitetty kaynnistin kaynnistanyt \
         kaynnistetty vaihdoin vaihtanut vaihdettu lahetin lahettanyt lahetetty yritin \
         yrittanyt yritetty kirjauduin kirjautunut kirjoitin kirjoittanut syotin syottanyt \
         odotin odottanut odotettu asensin asentanut asennettu avasin avannut avattu tilasin \
         tilannut tilattu luin lukenut nain nahnyt loysin loytanyt sain saanut latasin \
         ladannut ladattu valitsin valinnut hyvaksyin hyvaksynyt soitin soittanut muutin \
         muuttanut annoin antanut suljin sulkenut laitoin laittanut laitettu kavin kaynyt \
         vahvistin vahvistanut rekisteroidyin tunnistauduin tunnistautunut napautin \
         painettiin tehtiin kokeiltiin tarkistettiin kytkin kytkenyt huomasin huomannut \
         ehtinyt kerennyt",
    ),
    (
        Cue::Still,
        "edelleen edelleenkin yha vielakin vielakaan samalla sama samanlainen samat ennallaan",
    ),
    (
        Cue::Works,
        "toimii toimi toimivat auttoi onnistui ratkesi korjaantui selvisi lahti tuli aukesi \
         avautui hoitui jarjestyi pelaa pelittaa",
    ),
    (
        Cue::Question,
        "mita mika miten missa mista mihin miksi milloin kuka kuinka koska minne onko voiko \
         voinko saako mitka paljonko mitaas millainen",
    ),
    (
        Cue::Done,
        "jo juuri asken eilen aamulla tehty tein aiemmin tehnyt aikaisemmin viimeksi toissapaivana",
    ),
    (
        Cue::Later,
        "viela kohta pian myohemmin aion teen sitten ehtinyt kohtapuoliin huomenna illalla",
    ),
];

const EN: Table = &[
    (
        Cue::Yes,
        "yes yeah yep yup ya yea yah sure ok okay right correct absolutely definitely indeed \
         certainly affirmative course exactly aye yess totally obviously mhm true ye k yessir \
         uhhuh",
    ),
    (Cue::No, "no nope nah naw never negative nay noo na nop nopes non noes"),
    (
        Cue::Negation,
        "not no never nothing nothings none dont didnt havent hasnt isnt wasnt cant couldnt doesnt \
         arent aint wont without cannot wouldnt nobody werent hadnt",
    ),
    (
        Cue::Unsure,
        "maybe perhaps possibly idea unsure guess probably sure dunno clue know think idk \
         might remember unclear",
    ),
    (
        Cue::Acted,
        "did done tried tested checked pressed clicked tapped updated restarted rebooted \
         started changed sent verified logged typed entered wrote waited installed \
         reinstalled opened ordered requested read seen saw found received got gotten \
         downloaded chosen chose picked approved called closed turned switched put registered \
         identified activated confirmed looked refreshed reset noticed hit",
    ),
    (Cue::Still, "still same unchanged again continues persists remains"),
    (
        Cue::Works,
        "works work worked working fixed solved helped resolved sorted fine appeared arrived \
         came did help trick",
    ),
    (
        Cue::Question,
        "what how where why when who which whats wheres hows can could is are do does should",
    ),
    (Cue::Done, "already just done did yesterday earlier before have ive"),
    (Cue::Later, "yet later soon will gonna going ill about tomorrow"),
];

/// Affirmations and refusals that can be nothing else, so that what follows them without a comma
/// is already another thought. (`ja` is also "jag" in spoken Swedish, `ei` negates a verb in
/// Finnish, `no` stands before nouns in English: none of them may be here.)
const LEADS: [&[&str]; 3] = [
    &[
        "nej",
        "naa",
        "nae",
        "nepp",
        "nope",
        "jo",
        "japp",
        "jepp",
        "absolut",
        "javisst",
        "yes",
        "yep",
        "joda",
        "jovisst",
        "jajamansan",
        "na",
        "nah",
        "jaa",
        "joo",
        "jess",
        "jadu",
    ],
    &["joo", "juu", "jep", "kylla", "jeps", "juup", "jees", "kyl", "jooh"],
    &["yes", "yeah", "yep", "yup", "nope", "nah", "yea", "sure"],
];

fn table(language: Language) -> Table {
    match language {
        Language::Sv => SV,
        Language::Fi => FI,
        Language::En => EN,
    }
}

/// Every cue word of a language with its kind; one word may be of several kinds.
fn all(language: Language) -> impl Iterator<Item = (Cue, &'static str)> {
    table(language)
        .iter()
        .flat_map(|&(cue, words)| words.split_whitespace().map(move |word| (cue, word)))
}

/// The kinds of hint that each word is, by language.
static KINDS: LazyLock<[FxHashMap<&'static str, Vec<Cue>>; 3]> = LazyLock::new(|| {
    Language::ALL.map(|language| {
        let mut kinds: FxHashMap<&'static str, Vec<Cue>> = FxHashMap::default();
        for (cue, word) in all(language) {
            kinds.entry(word).or_default().push(cue);
        }
        kinds
    })
});

/// The words of a language that are hints, with the kinds of each.
pub(super) fn words(language: Language) -> &'static FxHashMap<&'static str, Vec<Cue>> {
    &KINDS[language as usize]
}

/// Whether `word` is a hint of this kind.
pub(super) fn is(language: Language, word: &str, cue: Cue) -> bool {
    words(language).get(word).is_some_and(|kinds| kinds.contains(&cue))
}

/// `word` as it is written in a book, when it is a common spoken spelling.
pub(super) fn written(language: Language, word: &str) -> Option<String> {
    let spoken: &[(&str, &str)] = match language {
        Language::Sv => &[
            ("int", "inte"),
            ("itne", "inte"),
            ("ite", "inte"),
            ("de", "det"),
            ("e", "ar"),
            ("nat", "nagot"),
            ("nan", "nagon"),
            ("nanting", "nagonting"),
            ("sant", "sadant"),
            ("mej", "mig"),
            ("gjord", "gjorde"),
            ("hjalpt", "hjalpte"),
            ("ente", "inte"),
            ("nt", "inte"),
            ("ngt", "nagot"),
            ("he", "det"),
            ("dej", "dig"),
            ("fortf", "fortfarande"),
            ("o", "och"),
            ("me", "med"),
            ("ti", "till"),
            ("funka", "funkar"),
            ("fungera", "fungerar"),
            ("vart", "var"),
        ],
        Language::Fi => &[
            ("oo", "ole"),
            ("oon", "olen"),
            ("o", "ole"),
            ("ma", "mina"),
            ("sa", "sina"),
            ("mulla", "minulla"),
            ("mul", "minulla"),
            ("viel", "viela"),
            ("ol", "ole"),
            ("oonhan", "olen"),
            ("oonpas", "olen"),
            ("ossoo", "osaa"),
            ("ossaa", "osaa"),
            ("sannoo", "sanoa"),
            ("mitta", "mitaan"),
            ("onks", "onko"),
            ("onx", "onko"),
            ("ootko", "oletko"),
            ("ootteko", "oletteko"),
            ("uus", "uusi"),
            ("tuu", "tule"),
            ("tullu", "tullut"),
            ("tiia", "tieda"),
            ("tia", "tieda"),
            ("tie", "tieda"),
            ("katoin", "katsoin"),
            ("kattonut", "katsonut"),
            ("sanoo", "sanoa"),
            ("ees", "edes"),
            ("mut", "mutta"),
            ("semmosta", "sellaista"),
            ("semmoista", "sellaista"),
            ("sellasta", "sellaista"),
            ("mitaa", "mitaan"),
            ("kyl", "kylla"),
            ("kattonu", "katsonut"),
            ("vielakaa", "vielakaan"),
            ("edelleenkaa", "edelleenkaan"),
        ],
        Language::En => &[
            ("u", "you"),
            ("r", "are"),
            ("pls", "please"),
            ("plz", "please"),
            ("thats", "that"),
            ("okay", "ok"),
            ("havnt", "havent"),
            ("havn", "havent"),
            ("doesn", "doesnt"),
            ("didn", "didnt"),
        ],
    };
    if let Some((_, written)) = spoken.iter().find(|(said, _)| *said == word) {
        return Some((*written).to_owned());
    }
    // "tehny", "kokeillu": the participle without its last letter.
    let participle = language == Language::Fi
        && word.len() >= 5
        && ["nu", "ny", "llu", "lly", "ssu", "ssy", "rru"].iter().any(|end| word.ends_with(end));
    participle.then(|| format!("{word}t"))
}

/// Whether `word` answers by itself, whatever follows.
pub(super) fn leads(language: Language, word: &str) -> bool {
    if word == "<yes>" || word == "<no>" {
        return true;
    }
    let index = match language {
        Language::Sv => 0,
        Language::Fi => 1,
        Language::En => 2,
    };
    LEADS[index].contains(&word)
}

/// Whether what follows `word` counts for more than what stands before it.
pub(super) fn turns(language: Language, word: &str) -> bool {
    let words: &[&str] = match language {
        Language::Sv => &["men", "fast"],
        Language::Fi => &["mutta", "mut"],
        Language::En => &["but"],
    };
    words.contains(&word)
}

/// Whether a new clause may begin with `word` without a comma.
pub(super) fn joins(language: Language, word: &str) -> bool {
    let words: &[&str] = match language {
        Language::Sv => &["men", "och", "fast", "dock", "sen", "sedan"],
        Language::Fi => &["mutta", "ja", "mut", "sitten", "vaan"],
        Language::En => &["but", "and", "though", "however", "then"],
    };
    words.contains(&word)
}

/// Whether a message that begins with `word` asks: by a question word, in Finnish also by its
/// ending.
pub(super) fn asks(language: Language, word: &str) -> bool {
    is(language, word, Cue::Question)
        || language == Language::Fi
            && word.len() >= 5
            && ["ko", "kos", "ks", "kohan"].iter().any(|end| word.ends_with(end))
}
