//! Answers that repeat the question's own words: the Finnish verb ("painoin", "en painanut"),
//! nothing but words of the question ("tryckte på Skicka"), or what was asked told as done ("jag
//! bytte lösenord igår").

use unicode_normalization::UnicodeNormalization;

use crate::language::Language;
use crate::language::stem::Endings;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::AskedQuestion;
use crate::matcher::answers::cues;
use crate::matcher::answers::cues::Cue;
use crate::matcher::answers::text::Message;

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
) -> Option<AnswerClass> {
    let first = message.tokens.first()?;
    let asks = message.asks || asks_back(language, &first.word);
    if asks || message.tokens.len() > MAX_WORDS || question.check {
        return None;
    }
    let echoed = match question.verb {
        Some(verb) if language == Language::Fi => echoes_verb(message, verb),
        _ => false,
    };
    if !echoed && !echoes_question(message, language, question.text) {
        return None;
    }
    let says = |cue| message.tokens.iter().any(|token| cues::is(language, &token.word, cue));
    let denied = says(Cue::Negation) || says(Cue::No);
    let unsure = says(Cue::Unsure);
    match (denied, unsure) {
        (_, true) => None,
        (true, false) => Some(AnswerClass::No),
        (false, false) => Some(AnswerClass::Yes),
    }
}

/// Whether a message that begins with `word` asks something itself, question mark or not.
fn asks_back(language: Language, word: &str) -> bool {
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
) -> bool {
    if message.asks || message.tokens.len() > MAX_TOLD || question.check {
        return false;
    }
    let asked = Message::parse(question.text);
    let any =
        |of: &Message, cue| of.tokens.iter().any(|token| cues::is(language, &token.word, cue));
    let denied = [Cue::Negation, Cue::No, Cue::Unsure, Cue::Later];
    if cues::is(language, &message.tokens[0].word, Cue::Question)
        || denied.into_iter().any(|cue| any(message, cue))
        || !any(message, Cue::Acted)
        || !any(&asked, Cue::Acted)
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

fn echoes_verb(message: &Message, infinitive: &str) -> bool {
    let infinitive = folded(infinitive);
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
fn echoes_question(message: &Message, language: Language, question: &str) -> bool {
    let asked = Message::parse(question);
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

/// Short words that only hold a sentence together.
fn is_light(language: Language, word: &str) -> bool {
    let words: &[&str] = match language {
        Language::Sv => {
            &["redan", "precis", "inte", "igar", "forut", "bara", "denna", "ocksa", "detta"]
        }
        Language::Fi => &["olen", "juuri", "sita", "sen", "mina", "siita", "siella", "asken"],
        Language::En => {
            &["have", "already", "just", "that", "this", "there", "didnt", "havent", "dont"]
        }
    };
    words.contains(&word) || cues::is(language, word, Cue::Negation)
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
