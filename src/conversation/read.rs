//! How a visitor's message is read: as an answer, a wish, a topic, or not at all.
//!
//! Reading decides nothing yet; it asks the models of the content with the open question as
//! context and puts what they say into one value.
//!
//! **Invariant:** no more is read of a message than its [`beginning`], whatever its length: only a
//! text that was asked for is taken whole.

use jiff::civil::Date;
use serde_json::Value;

use crate::content::Content;
use crate::content::TALK_TO_HUMAN;
use crate::content::dialogue::Answers;
use crate::content::dialogue::Ask;
use crate::content::dialogue::slot::ValueAnswer;
use crate::conversation::correct;
use crate::conversation::correct::Fix;
use crate::conversation::event::Question;
use crate::conversation::event::Reading;
use crate::conversation::mention;
use crate::conversation::mention::Fact;
use crate::conversation::policy::Policy;
use crate::conversation::read::answer::SURE_BESIDES;
use crate::conversation::read::answer::begins_with_answer;
use crate::conversation::read::answer::read_answer;
use crate::conversation::read::answer::read_buttons;
use crate::conversation::read::answer::with_besides;
use crate::conversation::slot;
use crate::conversation::state::State;
use crate::conversation::visitor::PERSON;
use crate::ids::IntentId;
use crate::ids::Timestamp;
use crate::language::Language;
use crate::language::identify;
use crate::language::identify::choose;
use crate::language::text::beginning;
use crate::matcher::Candidate;
use crate::matcher::Context;
use crate::matcher::Decision;
use crate::matcher::Ranking;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::AnswerReading;
use crate::matcher::answers::AskedQuestion;
use crate::matcher::answers::clauses;
use crate::matcher::answers::denies;
use crate::matcher::answers::remark::Remark;
use crate::matcher::answers::value::ValueKind;

pub(crate) mod answer;
mod aside;
mod frozen;

/// An answer as sure as this is taken before a topic is thought of.
const SURE_ANSWER: f32 = 0.6;
/// That there is no value is believed when it is as sure as this.
const SURE_NONE: f32 = 0.8;
/// Out of scope as sure as this is said plainly.
const SURE_OUT_OF_SCOPE: f32 = 0.5;

/// A message of so many words beside a question is rather a poor answer than another matter.
const SHORT_ASIDE: usize = 3;

/// Letters of so many unknown words tell no language.
const FEW_WORDS: usize = 3;

/// So many words may stand in any of the languages by chance.
const SHORT_ANSWER: usize = 2;

/// What a message was taken for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Taken {
    /// A button, by value.
    Choice(String),
    /// Yes, no, or another class of answer; with what was said besides.
    Answer {
        /// Which.
        class: AnswerClass,
        /// A problem that was mentioned besides.
        besides: Option<IntentId>,
        /// Whether something was asked besides that is not the bot's business.
        asks_beside: bool,
    },
    /// A value for the open question.
    Value(Value),
    /// An answer to the open question that is no value of its kind.
    Refused,
    /// An earlier answer given anew.
    Correction(Fix),
    /// Nothing but facts that were not asked for.
    Facts(Vec<Fact>),
    /// What the customer is doing, rather than an answer.
    Remark(Remark),
    /// Back to a matter that was left.
    Return(IntentId),
    /// A matter that was left, or kept for later, is solved.
    SolvedLeft(IntentId),
    /// The wish for another language.
    Language(Language),
    /// A goodbye at the end of whatever else is said.
    Farewell,
    /// The running problem, told once more.
    Restated,
    /// A topic.
    Topic(IntentId),
    /// One of these topics.
    Unclear(Vec<IntentId>),
    /// Not the bot's own business.
    OutOfScope,
    /// Nothing.
    NotUnderstood,
}

impl Taken {
    /// Whether it is neither an answer nor a wish.
    pub(crate) fn is_no_answer(&self) -> bool {
        matches!(
            self,
            Self::Topic(_)
                | Self::Unclear(_)
                | Self::OutOfScope
                | Self::Restated
                | Self::NotUnderstood
        )
    }
}

/// A message with what it was taken for.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) taken: Taken,
    pub(crate) reading: Reading,
}

/// The language of a message, with all that is known as evidence.
pub(crate) fn language_of(content: &Content, state: &State, text: &str) -> Language {
    if state.lang_chosen {
        return state.lang;
    }
    let text = beginning(text);
    let spoken = state.visitor_messages > 0;
    // "Jo" is a Swedish yes and a Finnish "already": a short answer to what was just asked is in
    // the language of the question.
    let asked = state.open.is_some() && text.split_whitespace().count() <= SHORT_ANSWER;
    if spoken && asked && is_sure_answer(content, state.lang, text) {
        return state.lang;
    }
    let choose_by = |vocabulary| {
        choose(&identify::Evidence {
            text,
            chosen: None,
            vocabulary,
            conversation: spoken.then_some(state.lang),
            hello: (!spoken).then_some(state.lang),
        })
    };
    let share = |language| content.matcher(language).vocabulary_share(text);
    // Where the language that is spoken knows every word, no other's content knows more; what
    // its own might add could only confirm it. Words of other languages are the dearest to look up.
    let own = share(state.lang);
    if own >= 1.0 && choose_by([0.0; 3]) == state.lang {
        return state.lang;
    }
    let shares =
        Language::ALL.map(|language| if language == state.lang { own } else { share(language) });
    // Words that no language's content knows are no reason to leave the one that is spoken, nor,
    // where they are few, the one that the page is in.
    let few = text.split_whitespace().count() <= FEW_WORDS;
    if (spoken || few) && shares.iter().all(|share| *share == 0.0) {
        return state.lang;
    }
    choose_by([0, 1, 2].map(|at| alone(shares, at)))
}

fn is_sure_answer(content: &Content, lang: Language, text: &str) -> bool {
    let reading = content.answers(lang).read(text, &AskedQuestion::default());
    reading.class.is_answer() && reading.confidence >= SURE_ANSWER
}

/// By how much one language's content knows more of a message than any other's.
fn alone(shares: [f32; 3], at: usize) -> f32 {
    let others = shares.iter().enumerate().filter(|(other, _)| *other != at);
    let most = others.map(|(_, share)| *share).fold(0.0, f32::max);
    (shares[at] - most).max(0.0)
}

/// Reads a text in a language against a state.
pub(crate) fn read(
    content: &Content,
    policy: &Policy,
    state: &State,
    ask: Option<&Ask>,
    whole: &str,
    at: Timestamp,
) -> Heard {
    let text = beginning(whole);
    let lang = state.lang;
    let raised: Vec<IntentId> = state.running_topic().cloned().into_iter().collect();
    let ranking = content.matcher(lang).rank(text, &Context { raised: &raised });
    let today = slot::day_of(at, &policy.zone);
    let taken = take(&Reader { content, state, ask, today, whole }, text, &ranking);
    let reading = frozen::freeze(content, &taken, &ranking);
    Heard { taken, reading }
}

/// What a message is read against.
#[derive(Clone, Copy)]
struct Reader<'r> {
    content: &'r Content,
    state: &'r State,
    ask: Option<&'r Ask>,
    today: Date,
    /// The message with what is not read of it.
    whole: &'r str,
}

fn is_open(state: &State, question: &Question) -> bool {
    state.open.as_ref().is_some_and(|open| open.question == *question)
}

fn take(reader: &Reader<'_>, text: &str, ranking: &Ranking) -> Taken {
    let Reader { content, state, ask, today, .. } = *reader;
    if let Some(intent) = urgent(content, ranking)
        && !aside::names_an_answer(reader, text)
        && !aside::is_no_emergency(reader, &ranking.candidates[0], text)
    {
        return Taken::Topic(intent);
    }
    if let Some(intent) = aside::grave_sentence(reader, text) {
        return Taken::Topic(intent);
    }
    if let Some(language) = aside::wish_for_language(content, state.lang, text) {
        return Taken::Language(language);
    }
    if let Some(topic) = aside::meant_instead(content, state, text) {
        return Taken::Topic(topic);
    }
    if let Some(fix) = correct::announced(content, state, text, today) {
        return Taken::Correction(fix);
    }
    if let Some(value) = read_buttons(state, ask, text) {
        let declined = value != PERSON && is_open(state, &Question::Person);
        // "No, I need nobody. The app does not open": that is what to hear of.
        let told = matters(content, state, text).next().filter(|_| declined);
        return told.map_or(Taken::Choice(value), Taken::Topic);
    }
    if let Some(fix) = correct::named(content, state, text) {
        return Taken::Correction(fix);
    }
    if let Some(topic) = aside::matter_left(content, state, ranking, text) {
        return Taken::Return(topic);
    }
    let parts = aside::parts(reader, ranking, text);
    if let Some(wish) = aside::wish_for_person(reader, &parts)
        && !aside::only_answers(reader, &parts, text, ranking)
    {
        return Taken::Topic(wish);
    }
    if aside::leaves(reader, &parts, text) {
        return Taken::Farewell;
    }
    let answer = read_answer(content, state, ask, text)
        .filter(|answer| answer.class != AnswerClass::Yes || !aside::only_asks(reader, text));
    if let Some(taken) = aside::solved_and_more(reader, text) {
        return taken;
    }
    if let Some(taken) = aside::ends_well(reader, text) {
        return taken;
    }
    if let Some(taken) = aside::farewell(content, state, ranking, text) {
        return taken;
    }
    if let Some(taken) = aside::other_solved(reader, ranking, answer.as_ref()) {
        return taken;
    }
    let topic = new_topic(content, state, ranking);
    if topic.is_none() && aside::tells_act(reader, text) {
        return Taken::Facts(Vec::new());
    }
    if let Some(wanted) = wanted_value(state, ask) {
        return take_value(reader, wanted, text, answer, topic);
    }
    // What became of the problem counts before what else is told, be it less sure.
    let heard = answer.as_ref().filter(|answer| {
        answer.confidence >= SURE_ANSWER
            || matches!(answer.class, AnswerClass::Solved | AnswerClass::Failing)
    });
    if let Some(taken) = aside::remarked(reader, text, heard, topic.as_ref()) {
        return taken;
    }
    if topic.is_none() && aside::asks_for_the_way(reader, ranking, text) {
        return Taken::Answer { class: AnswerClass::Unsure, besides: None, asks_beside: false };
    }
    match (&answer, topic) {
        (Some(answer), Some(topic)) if is_told_outright(reader, ranking, answer, text) => {
            Taken::Topic(topic)
        }
        (Some(answer), _) if answer.confidence >= SURE_ANSWER => {
            with_besides(content, state, answer)
        }
        // "Hi, I get no text message" is no mere greeting.
        (_, Some(topic)) if content.is_courtesy(&topic) => {
            Taken::Topic(matters(content, state, text).next().unwrap_or(topic))
        }
        (_, Some(topic)) => Taken::Topic(topic),
        (Some(answer), None) => with_besides(content, state, answer),
        (None, None) => facts_or(reader, text, || unsure_of(content, state, text, ranking)),
    }
}

/// Another problem as sure as this is told of, whatever answer may be heard in it,
const OUTRIGHT: f32 = 0.96;

/// in so many words at least: fewer are rather an answer in words that the problem has too.
const OUTRIGHT_WORDS: usize = 3;

/// Whether a message that could be an answer to the running problem's step tells of another problem
/// outright: "no request appears in the app" says little of whether the app opens. Yes and no that
/// are said as such, and that all is well, are answers.
fn is_told_outright(
    reader: &Reader<'_>,
    ranking: &Ranking,
    answer: &AnswerReading,
    text: &str,
) -> bool {
    let Reader { content, state, .. } = *reader;
    let Some(first) = ranking.candidates.first() else { return false };
    let is_step = state.open.as_ref().is_some_and(|open| open.question == Question::Step);
    let is_answer = answer.class == AnswerClass::Solved || answer.rest.is_some();
    is_step
        && !is_answer
        && first.confidence >= OUTRIGHT
        && content.is_problem(&first.intent)
        && text.split_whitespace().count() >= OUTRIGHT_WORDS
        && !begins_with_answer(content, state.lang, text)
}

/// What a message without answer or topic states, if it states anything that is new.
fn facts_or(reader: &Reader<'_>, text: &str, otherwise: impl FnOnce() -> Taken) -> Taken {
    let Reader { content, state, .. } = *reader;
    if let Some(fix) = correct::mentioned(content, state, text) {
        return Taken::Correction(fix);
    }
    let facts = mention::new_facts(content, state, None, text);
    if facts.is_empty() {
        return otherwise();
    }
    // Where nothing runs, facts are told about a problem: that is what to hear of.
    if state.stack.is_empty() {
        let other = otherwise();
        if matches!(other, Taken::Topic(_)) {
            return other;
        }
    }
    Taken::Facts(facts)
}

/// The value that the open question wants.
fn wanted_value<'r>(state: &State, ask: Option<&'r Ask>) -> Option<&'r ValueAnswer> {
    let open = state.open.as_ref()?;
    match (&open.question, &ask?.answers) {
        (Question::Step | Question::Confirm { .. }, Answers::Value(wanted)) => Some(wanted),
        _ => None,
    }
}

/// Reads a message as a value, with all that it may be instead.
fn take_value(
    reader: &Reader<'_>,
    wanted: &ValueAnswer,
    text: &str,
    answer: Option<AnswerReading>,
    topic: Option<IntentId>,
) -> Taken {
    let Reader { content, state, today, whole, .. } = *reader;
    let found = slot::found_in(whole, state.lang, wanted, today);
    // "I have none" leaves the question for good: a poor value ("maja at home") must not be read
    // so.
    let sure = answer.filter(|answer| match answer.class {
        AnswerClass::No => answer.confidence >= SURE_NONE && denies(text, state.lang),
        // "Maja" is a name: nobody says yes to a question about a value.
        AnswerClass::Yes => false,
        // In a text that was asked for, anger may stand as well as anything.
        AnswerClass::Frustrated if wanted.kind == ValueKind::Text => false,
        _ => answer.confidence >= SURE_ANSWER,
    });
    if wanted.kind == ValueKind::Text {
        // One's own words may look like a problem: what else should they tell of?
        let wish = topic.filter(|topic| topic.as_str() == TALK_TO_HUMAN);
        return match (sure, wish, found) {
            (Some(answer), _, _) => with_besides(content, state, &answer),
            (None, Some(wish), _) => Taken::Topic(wish),
            (None, None, Some(found)) => Taken::Value(found.value),
            (None, None, None) => Taken::Refused,
        };
    }
    match (found, topic, sure) {
        (Some(found), None, _) => Taken::Value(found.value),
        (Some(found), Some(_), _) if found.alone => Taken::Value(found.value),
        (None, _, Some(answer)) => with_besides(content, state, &answer),
        (_, Some(topic), _) => Taken::Topic(topic),
        (None, None, None) => facts_or(reader, text, || Taken::Refused),
    }
}

/// A second problem told of in the same message as the first.
pub(crate) fn second_matter(
    content: &Content,
    state: &State,
    first: &IntentId,
    text: &str,
) -> Option<IntentId> {
    let parts = clauses(beginning(text), state.lang).into_iter();
    let mut told = parts.filter_map(|part| sure_matter_in(content, state, part));
    let is_second = |found: &IntentId| found != first && !state.noted.contains(found);
    told.find(|(found, sure)| *sure >= SURE_BESIDES && is_second(found)).map(|(found, _)| found)
}

/// The problem that a message tells of, unless it is kept for later already.
pub(crate) fn matter_told(content: &Content, state: &State, text: &str) -> Option<IntentId> {
    let told = matters(content, state, beginning(text)).next();
    told.or_else(|| matter_in(content, state, beginning(text)))
        .filter(|found| !state.noted.contains(found))
}

/// The problems that the parts of a message tell of, each by itself; none if it is all of a piece.
fn matters<'r>(
    content: &'r Content,
    state: &'r State,
    text: &'r str,
) -> impl Iterator<Item = IntentId> + 'r {
    clauses(text, state.lang).into_iter().filter_map(|clause| matter_in(content, state, clause))
}

/// The problem, other than the one that runs, that a text tells of.
fn matter_in(content: &Content, state: &State, text: &str) -> Option<IntentId> {
    sure_matter_in(content, state, text).map(|(topic, _)| topic)
}

/// The same with how sure it is.
fn sure_matter_in(content: &Content, state: &State, text: &str) -> Option<(IntentId, f32)> {
    let ranking = content.matcher(state.lang).rank(text, &Context::default());
    let Candidate { intent: found, confidence, .. } = ranking.candidates.first()?;
    let is_new = state.running_topic() != Some(found);
    let is_one = ranking.decision == Decision::Answer && is_new && content.is_problem(found);
    // "Now the code came" names the code and is no problem.
    let all_well = || {
        let reading = content.answers(state.lang).read(text, &AskedQuestion::default());
        reading.class == AnswerClass::Solved
    };
    (is_one && !all_well()).then(|| (found.clone(), *confidence))
}

/// An emergency counts whatever is open.
fn urgent(content: &Content, ranking: &Ranking) -> Option<IntentId> {
    let first = ranking.candidates.first()?;
    let urgent = content.intents.get(&first.intent)?.urgent;
    (urgent && ranking.decision == Decision::Answer).then(|| first.intent.clone())
}

/// A topic other than the one that runs.
fn new_topic(content: &Content, state: &State, ranking: &Ranking) -> Option<IntentId> {
    let first = ranking.candidates.first()?;
    let known = content.intents.contains_key(&first.intent);
    let running = state.open.as_ref().is_some_and(|open| open.question == Question::Step)
        && state.running_topic() == Some(&first.intent);
    (ranking.decision == Decision::Answer && known && !running).then(|| first.intent.clone())
}

fn unsure_of(content: &Content, state: &State, text: &str, ranking: &Ranking) -> Taken {
    let running = state.open.as_ref().is_some_and(|open| open.question == Question::Step);
    // "I was setting it up, but no text message comes": the surer part is the problem.
    let parts = clauses(text, state.lang).into_iter();
    let told = parts.filter_map(|part| sure_matter_in(content, state, part));
    if let Some((topic, _)) = told.reduce(|one, other| if other.1 > one.1 { other } else { one }) {
        return Taken::Topic(topic);
    }
    if ranking.decision == Decision::Clarify && !running {
        let close = || ranking.candidates.iter().take(3).map(|candidate| &candidate.intent);
        // Which courtesy was meant is not worth a question.
        if let Some(first) = close().next().filter(|first| content.is_courtesy(first)) {
            return Taken::Topic(first.clone());
        }
        let topics = close().filter(|intent| !content.is_courtesy(intent)).cloned().collect();
        return Taken::Unclear(topics);
    }
    // Of a message without one known word nothing can be said, not even whose business it is. A
    // short one beside a question is an answer that was not understood.
    let says_enough = !running || text.split_whitespace().count() > SHORT_ASIDE;
    // "It does not work" is somebody's business, be it not clear whose.
    let complains = || {
        let reading = content.answers(state.lang).read(text, &AskedQuestion::default());
        reading.class == AnswerClass::Failing && !running
    };
    if ranking.out_of_scope >= SURE_OUT_OF_SCOPE
        && ranking.known_words > 0
        && says_enough
        && !complains()
    {
        return Taken::OutOfScope;
    }
    if running && aside::names_running(ranking, state.running_topic()) {
        return Taken::Restated;
    }
    Taken::NotUnderstood
}

#[cfg(test)]
mod tests;
