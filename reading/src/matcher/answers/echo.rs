//! Answers that repeat the question's own words: the Finnish verb ("painoin", "en painanut"),
//! nothing but words of the question ("tryckte på Skicka"), or what was asked told as done ("jag
//! bytte lösenord igår").

use std::sync::LazyLock;

use rustc_hash::FxHashSet;
use unicode_normalization::UnicodeNormalization;

use crate::language::Language;
use crate::language::stem::Endings;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::AskedQuestion;
use crate::matcher::answers::cues;
use crate::matcher::answers::cues::Cue;
use crate::matcher::answers::text::Message;
use crate::matcher::answers::text::Token;

/// A longer message says more than the echo.
const MAX_WORDS: usize = 6;

/// A longer story is no plain answer.
const MAX_TOLD: usize = 10;

/// Verbs whose forms share too little with the infinitive; beginnings of their forms.
const IRREGULAR: &[(&str, &[&str])] = &[
    ("tehda", &["tein", "teit", "teki", "teim", "tehn", "tehty", "teen", "teh", "tee"]),
    ("nahda", &["nain", "nait", "naki", "nahn", "nahty", "naen", "nae", "nake"]),
    ("olla", &["on", "oli", "ole", "ollut", "ollu", "oo"]),
    ("hakea", &["hain", "hait", "hak", "hae"]),
    ("lukea", &["luin", "luit", "luk", "lue"]),
    ("nakya", &["naky", "nay"]),
    ("saada", &["sain", "sait", "sai", "saan", "saat", "saa"]),
    ("tulla", &["tul"]),
    ("menna", &["men"]),
    ("kayda", &["kavi", "kayn", "kay", "kaynyt"]),
    ("juosta", &["juoks", "juos"]),
    ("muistaa", &["muist"]),
    ("antaa", &["anta", "anno", "anna"]),
    ("kirjoittaa", &["kirjoit", "kirjot"]),
    ("lahtea", &["lahd", "laht", "laks"]),
    ("pitaa", &["pit", "pid"]),
    ("tietaa", &["tied", "tiet", "tiesi", "tiian"]),
    ("syottaa", &["syot"]),
    ("sulkea", &["sulk", "sulj"]),
    ("ottaa", &["otin", "otit", "otan", "otta", "otet"]),
];

/// The answer that an echo gives, if the message is one.
pub(super) fn read(
    message: &Message,
    language: Language,
    question: &AskedQuestion<'_>,
    asked: &Message,
) -> Option<AnswerClass> {
    let first = message.tokens.first()?;
    let asks = message.asks || asks_back(language, &first.word);
    let said = |words: [&str; 3]| {
        let words = words[language as usize];
        message.tokens.iter().any(|token| words.split(' ').any(|word| word == token.word))
    };
    if asks || said(DOUBTFUL) || message.tokens.len() > MAX_WORDS || question.check {
        return None;
    }
    let echoed = match question.verb {
        Some(verb) if language == Language::Fi => echoes_verb(message, verb),
        _ => false,
    };
    if !echoed && !echoes_question(message, language, asked) {
        return None;
    }
    let says = |cue| message.tokens.iter().any(|token| cues::is(language, &token.word, cue));
    let denied = says(Cue::Negation)
        || says(Cue::No)
        || message.tokens.iter().any(is_without)
        || said(BY_MISTAKE);
    let unsure = says(Cue::Unsure);
    match (denied, unsure) {
        (_, true) => None,
        (true, false) => Some(AnswerClass::No),
        (false, false) if is_to_come(message, language, asked) => Some(AnswerClass::No),
        (false, false) => Some(AnswerClass::Yes),
    }
}

/// Questions in spoken spelling, and what leaves an echo open.
const DOUBTFUL: [&str; 3] = [
    "va hu vart vilken hurdan kanske",
    "mite mist mihi kumpi saatoin saatto saatan tai vai",
    "might mightve maybe which",
];

/// What was done was another thing.
const BY_MISTAKE: [&str; 3] = ["misstag istallet", "vahingossa sijaan", "mistake accident instead"];

/// "painamatta": without pressing it.
fn is_without(token: &Token) -> bool {
    token.word.len() > 7 && token.word.ends_with("matta")
}

/// Whether what was asked as done is told as being done now or soon: "painan nyt", "jag trycker på
/// den". In Finnish the past has an i before the ending; in Swedish the present ends in r.
fn is_to_come(message: &Message, language: Language, asked: &Message) -> bool {
    if message.tokens.iter().any(|token| lies_ahead(language, &token.word)) {
        return true;
    }
    let echoed = |word: &str| asked.tokens.iter().any(|other| alike(word, &other.word));
    let any = |test: &dyn Fn(&str) -> bool| asked.tokens.iter().any(|token| test(&token.word));
    match language {
        Language::Fi => {
            let past = any(&|word| word.ends_with("itko"))
                || any(&|word| word == "oletko") && any(&|word| is_participle(word));
            let begins = |word: &str| {
                // "painoinhan", "painoinpa"
                let clitic = |end: &&str| word.len() > end.len() + 4 && word.ends_with(*end);
                let ending = ["han", "pa", "kin"].into_iter().find(|end| clitic(end));
                let word = ending.map_or(word, |end| &word[..word.len() - end.len()]);
                let mut end = word.chars().rev();
                let ends =
                    end.next() == Some('n') && end.next().is_some_and(|it| "aeouy".contains(it));
                ends && word.chars().count() >= 4 && !word.starts_with("ole") && echoed(word)
            };
            past && message.tokens.iter().any(|token| begins(&token.word))
        }
        Language::Sv => {
            let past = any(&|word| cues::is(language, word, Cue::Acted));
            let skipped =
                usize::from(["jag", "vi", "ja"].contains(&message.tokens[0].word.as_str()));
            let verb = message.word(skipped).unwrap_or_default();
            past && verb.ends_with('r') && verb.chars().count() >= 5 && echoed(verb)
        }
        Language::En => false,
    }
}

/// Whether by this word alone something is yet to be done: "ska ringa", "pitää vielä tarkistaa".
fn lies_ahead(language: Language, word: &str) -> bool {
    let words: &[&str] = match language {
        Language::Sv => &["ska", "skall", "tanker", "strax", "snart", "imorgon", "borde", "maste"],
        Language::Fi => &["pitaa", "taytyy", "pitaisi", "aion", "kohta", "pian", "huomenna"],
        Language::En => &["will", "gonna", "going", "tomorrow", "soon", "should", "must", "later"],
    };
    words.contains(&word)
}

fn is_participle(word: &str) -> bool {
    word.chars().count() >= 5
        && ["nut", "nyt", "lut", "lyt", "sut", "syt", "rut", "ryt"]
            .iter()
            .any(|end| word.ends_with(end))
}

/// Whether a message that begins with `word` asks something itself, question mark or not.
pub(super) fn asks_back(language: Language, word: &str) -> bool {
    // In Swedish and English these also begin what is told: "är den", "var på", "is fine".
    const TELLS: [&str; 12] =
        ["ar", "var", "vart", "va", "kan", "finns", "maste", "far", "is", "are", "can", "do"];
    cues::is(language, word, Cue::Question) && !TELLS.contains(&word)
}

/// Whether the message tells as done what the question asks about: somebody did something with a
/// thing that the question names, and denies nothing.
pub(super) fn tells_done(
    message: &Message,
    language: Language,
    question: &AskedQuestion<'_>,
    asked: &Message,
) -> bool {
    if message.asks || message.tokens.len() > MAX_TOLD || question.check {
        return false;
    }
    let any =
        |of: &Message, cue| of.tokens.iter().any(|token| cues::is(language, &token.word, cue));
    let denied = [Cue::Negation, Cue::No, Cue::Unsure, Cue::Later];
    if cues::is(language, &message.tokens[0].word, Cue::Question)
        || denied.into_iter().any(|cue| any(message, cue))
        || !any(message, Cue::Acted)
        || !any(asked, Cue::Acted)
    {
        return false;
    }
    let endings = Endings::of(language);
    let told = message.tokens.iter().map(|token| token.word.as_str()).filter(|word| {
        word.chars().count() >= 4
            && !is_light(language, word)
            && !cues::is(language, word, Cue::Acted)
    });
    let mut told = told.map(|word| endings.stem(word));
    told.any(|stem| {
        asked.tokens.iter().any(|other| {
            let other_stem = endings.stem(&other.word);
            // "numret" after "ditt mobiltelefonnummer"
            stem.chars().count() >= 4 && other_stem.ends_with(&*stem)
        })
    })
}

/// What came of an act rather than an act.
const OUTCOMES: &str = "gjort gjorde fick fatt sett sag hittat hittade gatt sain saanut nain nahnyt loysin loytanyt \
    huomasin huomannut got gotten received saw seen found noticed read did done";

/// Words that only take note of what was said.
pub(super) const OKAY: [&str; 7] = ["ok", "okej", "okei", "okay", "selva", "jaha", "right"];

pub(super) fn only_tells_act(message: &Message, language: Language, question: &str) -> bool {
    if message.asks || message.tokens.is_empty() || message.tokens.len() > MAX_WORDS {
        return false;
    }
    let asked = Message::parse(question);
    let says = |cue| message.tokens.iter().any(|token| cues::is(language, &token.word, cue));
    let acted = message.tokens.iter().any(|token| {
        let word = token.word.as_str();
        cues::is(language, word, Cue::Acted)
            && !OUTCOMES.split(' ').any(|outcome| outcome == word)
            && !asked.tokens.iter().any(|other| alike(word, &other.word))
    });
    // "Ok, now I changed it" agrees to nothing, and "ja" inside a sentence is "jag".
    let first = message.tokens[0].word.as_str();
    let agrees = cues::is(language, first, Cue::Yes) && !OKAY.contains(&first);
    let decided = [Cue::No, Cue::Negation, Cue::Works, Cue::Still, Cue::Unsure];
    acted && !agrees && !decided.into_iter().any(says)
}

fn echoes_verb(message: &Message, infinitive: &str) -> bool {
    let infinitive = folded(infinitive);
    // "The field is empty" repeats no more than its verb: only "on se" and "joo, on" answer by it.
    if infinitive == "olla" && message.tokens.len() > 2 {
        return false;
    }
    if let Some((_, forms)) = IRREGULAR.iter().find(|(verb, _)| *verb == infinitive) {
        return message.tokens.iter().any(|token| {
            forms.iter().any(|form| match form.len() {
                // The shortest beginnings begin too many other words.
                0..=2 => token.word == *form,
                3 => token.word.starts_with(form) && token.word.len() <= 8,
                _ => token.word.starts_with(form),
            })
        });
    }
    let root = graded(root(&infinitive));
    root.chars().count() >= 3
        && message.tokens.iter().any(|token| graded(&token.word).starts_with(&root))
}

/// The beginning that all forms of a Finnish verb share, but for consonant gradation.
fn root(infinitive: &str) -> &str {
    let Some(stem) = infinitive.strip_suffix('a') else { return infinitive };
    // voida, kokeilla, panna, purra, nousta, avata
    if let Some(root) = stem.strip_suffix(['d', 'l', 'n', 'r', 't']) {
        return root;
    }
    // painaa, kytkeä, tarkistaa, tunnistautua
    let root = stem.strip_suffix(['a', 'e', 'i', 'o', 'u', 'y']).unwrap_or(stem);
    // siirtää: siirsin, siirrän
    match root.strip_suffix('t') {
        Some(short) if short.ends_with(['l', 'n', 'r']) => short,
        _ => root,
    }
}

/// `word` with its grades made one: double letters single, and d, g, b, v as t, k, p, p.
fn graded(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for letter in word.chars() {
        let letter = match letter {
            'd' => 't',
            'g' => 'k',
            'b' | 'v' => 'p',
            other => other,
        };
        if !out.ends_with(letter) {
            out.push(letter);
        }
    }
    out
}

/// Whether every word that carries meaning stands in the question too, and at least one does.
fn echoes_question(message: &Message, language: Language, asked: &Message) -> bool {
    let mut echoed = 0;
    for token in &message.tokens {
        let word = token.word.as_str();
        if word.chars().count() < 4 || is_light(language, word) {
            continue;
        }
        if asked.tokens.iter().any(|other| alike(word, &other.word)) {
            echoed += 1;
        } else {
            return false;
        }
    }
    echoed > 0
}

/// Words that only hold a sentence together, or tell when and how often: beside an echo they add
/// nothing.
const LIGHT: [&str; 3] = [
    "redan precis inte igar forut bara denna ocksa detta sedan nyss alldeles gang ganger flera manga \
     morse kvall natt idag iforrgar forrgar veckan manaden forra timme timmar minut minuter stund \
     mandags tisdags onsdags torsdags fredags lordags sondags mandag tisdag onsdag torsdag fredag \
     lordag sondag faktiskt genast direkt dartill sjalv sjalva visst absolut sjalvklart",
    "olen juuri sita mina siita siella asken eilen tanaan aamulla illalla yolla viime viikolla kuussa \
     kerran kahdesti kolmesti kertaa pari monta useita hetki hetken sitten tunti tuntia minuuttia \
     maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina heti itse \
     kylla varmasti sinne teille",
    "have already just that this there didnt havent dont yesterday today last week month night \
     morning evening earlier once twice times couple minute minutes hour hours monday tuesday \
     wednesday thursday friday saturday sunday straight right away myself some",
];

fn is_light(language: Language, word: &str) -> bool {
    static WORDS: LazyLock<[FxHashSet<&str>; 3]> =
        LazyLock::new(|| LIGHT.map(|words| words.split(' ').collect()));
    WORDS[language as usize].contains(word) || cues::is(language, word, Cue::Negation)
}

/// Whether two words share their beginning: five letters, or all but the last two.
fn alike(word: &str, other: &str) -> bool {
    let shared = word.chars().zip(other.chars()).take_while(|(one, two)| one == two).count();
    let shorter = word.chars().count().min(other.chars().count());
    shared >= 4 && shared + 2 >= shorter.min(7)
}

fn folded(word: &str) -> String {
    word.nfkd().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
