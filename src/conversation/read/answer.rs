//! How a message is read as an answer to what is open: a button in words, yes or no, and what is
//! said besides.

use crate::content::Content;
use crate::content::dialogue::Answers;
use crate::content::dialogue::Ask;
use crate::conversation::event::Question;
use crate::conversation::read::Reader;
use crate::conversation::read::SHORT_ASIDE;
use crate::conversation::read::SURE_ANSWER;
use crate::conversation::read::SURE_OUT_OF_SCOPE;
use crate::conversation::read::Taken;
use crate::conversation::read::sure_matter_in;
use crate::conversation::state::State;
use crate::language::Language;
use crate::language::text::beginning;
use crate::matcher::Candidate;
use crate::matcher::Context;
use crate::matcher::Decision;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::AnswerReading;
use crate::matcher::answers::AskedQuestion;
use crate::matcher::answers::ChoiceOption;
use crate::matcher::answers::asks_how;
use crate::matcher::answers::clauses;
use crate::matcher::answers::read_choice;

/// An answer below this is none.
const POSSIBLE_ANSWER: f32 = 0.4;

/// Another problem is kept for later when an answer tells of it as surely as this: to speak of one
/// that was never told is worse than to hear of it again.
pub(super) const SURE_BESIDES: f32 = 0.75;

/// Whether the first word of a message is a no: "no thanks, all is well now" declines before it
/// tells of anything.
pub(crate) fn begins_with_no(content: &Content, lang: Language, text: &str) -> bool {
    first_word(content, lang, text) == AnswerClass::No
}

/// Whether the first word of a message is a yes or a no.
pub(super) fn begins_with_answer(content: &Content, lang: Language, text: &str) -> bool {
    matches!(first_word(content, lang, text), AnswerClass::Yes | AnswerClass::No)
}

/// Whether the last part of a message says that it was in vain.
pub(crate) fn ends_failing(content: &Content, lang: Language, text: &str) -> bool {
    clauses(beginning(text), lang).last().is_some_and(|part| {
        let reading = content.answers(lang).read(part, &AskedQuestion::default());
        reading.class == AnswerClass::Failing && reading.confidence >= SURE_ANSWER
    })
}

fn first_word(content: &Content, lang: Language, text: &str) -> AnswerClass {
    let first = text.split_whitespace().next().unwrap_or_default();
    content.answers(lang).read(first, &AskedQuestion::default()).class
}

/// A sure answer to the open yes/no question that says nothing besides.
pub(super) fn whole_answer(reader: &Reader<'_>, text: &str) -> Option<AnswerReading> {
    let Reader { content, state, ask, .. } = *reader;
    ask.filter(|ask| matches!(ask.answers, Answers::YesNo { .. }))?;
    read_answer(content, state, ask, text).filter(|answer| {
        answer.class.is_answer() && answer.confidence >= SURE_ANSWER && answer.rest.is_none()
    })
}

/// A button by its value, its label or a part of it.
pub(super) fn read_buttons(state: &State, ask: Option<&Ask>, text: &str) -> Option<String> {
    let open = state.open.as_ref()?;
    let no_words: Vec<Vec<String>> = vec![Vec::new(); open.choices.len()];
    let also: Vec<Vec<String>> = match ask.map(|ask| &ask.answers) {
        Some(Answers::Choices(choices)) if open.question == Question::Step => choices
            .iter()
            .map(|choice| choice.also.get(&state.lang).cloned().unwrap_or_default())
            .collect(),
        _ => no_words,
    };
    let is_yes_no = matches!(ask.map(|ask| &ask.answers), Some(Answers::YesNo { .. }))
        && open.question == Question::Step;
    let only_yes_no = matches!(
        open.question,
        Question::Resume | Question::Second { .. } | Question::Confirm { .. }
    );
    if is_yes_no || only_yes_no {
        // "no" and "nej" are for the reader of answers, which also hears what is said besides.
        let exact = open.choices.iter().find(|choice| {
            choice.label.trim().eq_ignore_ascii_case(text.trim()) || choice.value == text.trim()
        });
        return exact.map(|choice| choice.value.clone());
    }
    let options: Vec<ChoiceOption<'_>> = open
        .choices
        .iter()
        .enumerate()
        .map(|(at, choice)| ChoiceOption {
            value: &choice.value,
            label: &choice.label,
            also: also.get(at).map_or(&[][..], Vec::as_slice),
        })
        .collect();
    let at = read_choice(text, state.lang, &options)?;
    open.choices.get(at).map(|choice| choice.value.clone())
}

/// The words of a step's yes/no question, also when something else was said since; both ways to
/// ask it count for what an answer may repeat. Other questions help to read no yes or no: they
/// have none here.
pub(super) fn words_asked(state: &State, ask: Option<&Ask>) -> String {
    let at_step = state.open.as_ref().is_some_and(|open| open.question == Question::Step);
    match ask.filter(|ask| at_step && matches!(ask.answers, Answers::YesNo { .. })) {
        Some(ask) => format!("{} {}", ask.text.plain(state.lang), ask.again.plain(state.lang)),
        None => String::new(),
    }
}

fn asked<'q>(words: &'q str, ask: Option<&'q Ask>) -> AskedQuestion<'q> {
    match ask.map(|ask| (&ask.answers, ask)) {
        Some((Answers::YesNo { check, .. }, ask)) => AskedQuestion {
            text: words,
            check: *check,
            verb: ask.verb.get(&Language::Fi).map(String::as_str),
        },
        _ => AskedQuestion { text: words, check: false, verb: None },
    }
}

pub(super) fn read_answer(
    content: &Content,
    state: &State,
    ask: Option<&Ask>,
    text: &str,
) -> Option<AnswerReading> {
    let open = state.open.as_ref();
    let words = words_asked(state, ask);
    let reading = content.answers(state.lang).read(text, &asked(&words, ask));
    if reading.confidence < POSSIBLE_ANSWER {
        return None;
    }
    let is_person = open.is_some_and(|open| open.question == Question::Person);
    // "Ok, but can I have it at 15?" is no wish for a person.
    if is_person && reading.rest.as_ref().is_some_and(|rest| rest.contains('?')) {
        return None;
    }
    // A no to "anything else?" ends the conversation: that must be clear.
    let ends = open.is_some_and(|open| open.question == Question::AnythingElse)
        && reading.class == AnswerClass::No;
    if ends && (reading.confidence < SURE_ANSWER || text.contains('?')) {
        return None;
    }
    let expects_yes_no = open.is_some_and(|open| match open.question {
        Question::Step => match ask.map(|ask| &ask.answers) {
            Some(Answers::YesNo { .. } | Answers::Value(_)) => true,
            // "No idea": there is often a way for whoever cannot say.
            Some(Answers::Choices(_)) => reading.class == AnswerClass::Unsure,
            None => false,
        },
        // "I have none" and "I don't know" are answers to a question about a value.
        Question::Wait { .. }
        | Question::Confirm { .. }
        | Question::Resume
        | Question::Second { .. }
        | Question::AnythingElse
        | Question::Person => true,
        Question::Clarify { .. } | Question::Offer { .. } | Question::Contact { .. } => false,
    });
    match reading.class {
        AnswerClass::None => None,
        AnswerClass::Yes | AnswerClass::No | AnswerClass::Unsure => {
            expects_yes_no.then_some(reading)
        }
        // Once it is solved, it may be so again, or not be so after all.
        AnswerClass::Solved | AnswerClass::Failing => {
            (!state.stack.is_empty() || state.outcome.is_some()).then_some(reading)
        }
        AnswerClass::Repeat
        | AnswerClass::Back
        | AnswerClass::StartOver
        | AnswerClass::Cancel
        | AnswerClass::Frustrated => (reading.confidence >= SURE_ANSWER).then_some(reading),
    }
}

pub(super) fn with_besides(content: &Content, state: &State, answer: &AnswerReading) -> Taken {
    let plain = Taken::Answer { class: answer.class, besides: None, asks_beside: false };
    let Some(rest) = &answer.rest else { return plain };
    let ranking = content.matcher(state.lang).rank(rest, &Context::default());
    let Some(Candidate { intent, .. }) = ranking.candidates.first() else { return plain };
    let other = state.running_topic() != Some(intent) && !state.noted.contains(intent);
    let heard = other
        && sure_matter_in(content, state, rest)
            .is_some_and(|(found, sure)| found == *intent && sure >= SURE_BESIDES);
    // "No, how do I do that?": the way that follows tells.
    let asks_beside = rest.contains('?')
        && !asks_how(rest, state.lang)
        && ranking.decision == Decision::Reject
        && ranking.out_of_scope >= SURE_OUT_OF_SCOPE
        && ranking.known_words > 0
        && rest.split_whitespace().count() > SHORT_ASIDE;
    Taken::Answer { class: answer.class, besides: heard.then(|| intent.clone()), asks_beside }
}
