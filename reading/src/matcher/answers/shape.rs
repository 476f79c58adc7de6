//! What a short statement says by its shape alone, when none of its other words is known: a negation
//! at its beginning, a word for yes or no at its end.

use crate::language::Language;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::cues;
use crate::matcher::answers::cues::Cue;
use crate::matcher::answers::text::Message;

/// A longer message that begins with a negation tells of something else.
const MAX_DENIAL: usize = 5;
/// A longer message that ends in a yes may have begun with anything.
const MAX_ENDING: usize = 9;

/// To deny these is not to know: "en osaa sanoa", "inte säker", "can't tell".
const KNOWING: [&str; 3] = [
    "vet saker minns fattar forstar begriper vetat kan koll aning",
    "tieda tiia tia muista osaa ymmarra tajua hajua varma kasita aavistusta",
    "know sure certain remember recall tell understand get idea clue",
];

/// Words that agree or decline also at the end of what they confirm; "ja" may be "jag" before it.
const ENDINGS: [(&str, &str); 3] = [
    ("ja jo joo japp jepp yes visst", "nej na nae nope"),
    ("joo juu jep kylla kyl tottakai", "ei en"),
    ("yes yeah yep yup", "no nope nah"),
];

pub(super) fn read(message: &Message, language: Language) -> Option<AnswerClass> {
    let tokens = &message.tokens;
    let place = match language {
        Language::Sv => 0,
        Language::Fi => 1,
        Language::En => 2,
    };
    if message.asks || tokens.len() < 2 {
        return None;
    }
    let first = tokens[0].read();
    let knows = |word: &str| KNOWING[place].split(' ').any(|known| known == word);
    let is_unsure = tokens.iter().any(|token| knows(token.read()));
    let begins = cues::is(language, first, Cue::Negation) || cues::is(language, first, Cue::No);
    if begins && tokens.len() <= MAX_DENIAL {
        return Some(if is_unsure { AnswerClass::Unsure } else { AnswerClass::No });
    }
    // "I don't remember whether I did or no"
    let ends = !is_unsure && tokens.len() <= MAX_ENDING;
    let last = tokens.last().filter(|_| ends)?.word.as_str();
    let (yes, no) = ENDINGS[place];
    if yes.split(' ').any(|word| word == last) {
        return Some(AnswerClass::Yes);
    }
    no.split(' ').any(|word| word == last).then_some(AnswerClass::No)
}
