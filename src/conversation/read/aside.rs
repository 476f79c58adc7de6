//! What a message says beside answers and topics: remarks, facts about what is asked or will be,
//! the way back to what was left, the wish for another language.

use crate::content::Content;
use crate::content::GOODBYE;
use crate::content::GREETING;
use crate::content::TALK_TO_HUMAN;
use crate::content::THANKS;
use crate::content::dialogue::Answers;
use crate::conversation::correct;
use crate::conversation::event::Question;
use crate::conversation::mention;
use crate::conversation::read::Reader;
use crate::conversation::read::Taken;
use crate::conversation::read::answer::begins_with_answer;
use crate::conversation::read::answer::begins_with_no;
use crate::conversation::read::answer::read_answer;
use crate::conversation::read::answer::read_buttons;
use crate::conversation::read::answer::whole_answer;
use crate::conversation::read::answer::words_asked;
use crate::conversation::read::matter_in;
use crate::conversation::read::matters;
use crate::conversation::read::urgent;
use crate::conversation::state::OpenQuestion;
use crate::conversation::state::State;
use crate::ids::IntentId;
use crate::language::Language;
use crate::language::fold::fold;
use crate::matcher::Candidate;
use crate::matcher::Context;
use crate::matcher::Decision;
use crate::matcher::Ranking;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::AnswerReading;
use crate::matcher::answers::AskedQuestion;
use crate::matcher::answers::asks_how;
use crate::matcher::answers::clauses;
use crate::matcher::answers::denies;
use crate::matcher::answers::fact::Statements;
use crate::matcher::answers::only_tells_act;
use crate::matcher::answers::remark::Remark;
use crate::matcher::answers::takes_note;

/// What a message says of the talk itself or of what else was asked or could be, where that goes
/// before its reading as yes or no.
pub(super) fn remarked(
    reader: &Reader<'_>,
    text: &str,
    sure: Option<&AnswerReading>,
    topic: Option<&IntentId>,
) -> Option<Taken> {
    let Reader { content, state, .. } = *reader;
    let class = sure.map(|answer| answer.class);
    let talks_on = state.open.is_some() || !state.stack.is_empty();
    let remark = content.remark_model(state.lang).read(text).filter(|_| talks_on);
    if remark == Some(Remark::TriedAll) && topic.is_none() && class != Some(AnswerClass::Solved) {
        return Some(Taken::Remark(Remark::TriedAll));
    }
    let told = stated(reader, text, sure, topic);
    let plain =
        matches!(class, None | Some(AnswerClass::Yes | AnswerClass::No | AnswerClass::Unsure));
    match remark {
        // "I'll try again": that it was in vain until now is only half of it.
        Some(Remark::Doing)
            if topic.is_none() && (plain || class == Some(AnswerClass::Failing)) =>
        {
            Some(Taken::Remark(Remark::Doing))
        }
        _ if told.is_some() => told,
        Some(Remark::NotYet) if topic.is_none() && class != Some(AnswerClass::Solved) => {
            let is_asked = |wanted: &Question| {
                state.open.as_ref().is_some_and(|open| open.question == *wanted)
            };
            // "No, I have not had the time to look": nothing is over yet.
            let goes_on = is_asked(&Question::AnythingElse).then_some(Remark::Doing);
            goes_on.or(is_check(reader).then_some(Remark::NotYet)).map(Taken::Remark)
        }
        _ => None,
    }
}

/// "Now the text message came! But the code is wrong": the running problem is solved, and another
/// is told of.
pub(super) fn solved_and_more(reader: &Reader<'_>, text: &str) -> Option<Taken> {
    let Reader { content, state, ask, .. } = *reader;
    let parts = clauses(text, state.lang);
    let (first, others) = parts.split_first().filter(|_| is_at_step(state))?;
    let heard = read_answer(content, state, ask, first)?;
    // "I have looked" says yes to another question.
    let is_act = only_tells_act(first, state.lang, &words_asked(state, ask));
    if is_act || !solves(reader, heard.class) || matter_in(content, state, first).is_some() {
        return None;
    }
    let next = others.iter().find_map(|part| matter_in(content, state, part))?;
    Some(Taken::Answer { class: AnswerClass::Solved, besides: Some(next), asks_beside: false })
}

/// "There was a block, I took it off. Now it came!": the last of a story says how it ended, whatever
/// its beginning sounds like.
pub(super) fn ends_well(reader: &Reader<'_>, text: &str) -> Option<Taken> {
    let Reader { content, state, ask, .. } = *reader;
    let parts = clauses(text, state.lang);
    let tells = |part: &&&str| part.split_whitespace().count() > 1;
    let last = parts.last().filter(|_| is_at_step(state) && parts.len() > 1).filter(tells)?;
    let heard = read_answer(content, state, ask, last)?;
    let is_now = || last.split_whitespace().any(|word| NOW.contains(&&*fold(word)));
    let is_told = heard.class == AnswerClass::Solved || solves(reader, heard.class) && is_now();
    let is_well = is_told && heard.confidence >= SURE_END;
    let ranking = content.matcher(state.lang).rank(last, &Context::default());
    let wants = surely(&ranking).is_some_and(|intent| {
        state.running_topic() != Some(&intent) && !content.is_courtesy(&intent)
    });
    // "No, the same error. Oh well": a no that is said as such is one.
    let denied = begins_with_no(content, state.lang, text)
        && read_answer(content, state, ask, text).is_some_and(|whole| !solves(reader, whole.class));
    (is_well && !wants && !denied).then_some(Taken::Answer {
        class: AnswerClass::Solved,
        besides: None,
        asks_beside: false,
    })
}

/// "Ok.. but does it cost anything?" takes note and asks: whether it helped is still open.
pub(super) fn only_asks(reader: &Reader<'_>, text: &str) -> bool {
    let Reader { content, state, ask, .. } = *reader;
    let parts = clauses(text, state.lang);
    let Some((last, before)) = parts.split_last() else { return false };
    let agrees = |part: &&str| {
        !takes_note(part)
            && read_answer(content, state, ask, part).is_some_and(|it| solves(reader, it.class))
    };
    is_check(reader) && last.contains('?') && !before.iter().any(agrees)
}

/// What says to "anything else?" that there is nothing: a goodbye, also one in which it may be
/// heard that all is well ("that was all"), and a no with thanks. Numbers and what was covered say
/// nothing, whatever may be heard in them.
pub(super) fn farewell(
    content: &Content,
    state: &State,
    ranking: &Ranking,
    text: &str,
) -> Option<Taken> {
    let asks = |open: &OpenQuestion| open.question == Question::AnythingElse;
    state.open.as_ref().filter(|open| asks(open))?;
    let has = |wanted: fn(char) -> bool| text.chars().any(wanted);
    if has(|letter| letter.is_ascii_digit() || letter == '•') && !has(char::is_alphabetic) {
        return Some(Taken::Answer {
            class: AnswerClass::Unsure,
            besides: None,
            asks_beside: false,
        });
    }
    let first = &ranking.candidates.first()?.intent;
    if ranking.decision != Decision::Answer || text.contains('?') {
        return None;
    }
    match first.as_str() {
        GOODBYE => Some(Taken::Topic(first.clone())),
        THANKS if begins_with_no(content, state.lang, text) => {
            Some(Taken::Answer { class: AnswerClass::No, besides: None, asks_beside: false })
        }
        _ => None,
    }
}

/// Whether "now it works" is said of another matter than the one that runs: one that was left, or
/// is kept for later, is solved then; of any other the running question is asked once more.
pub(super) fn other_solved(
    reader: &Reader<'_>,
    ranking: &Ranking,
    answer: Option<&AnswerReading>,
) -> Option<Taken> {
    let Reader { content, state, .. } = *reader;
    let solved = answer.is_some_and(|answer| answer.class == AnswerClass::Solved);
    let first = &ranking.candidates.first().filter(|_| solved && is_at_step(state))?.intent;
    if state.running_topic() == Some(first) || !content.is_problem(first) {
        return None;
    }
    let on_stack = state.stack.iter().any(|frame| frame.topic.as_ref() == Some(first));
    if on_stack || state.noted.contains(first) {
        return (ranking.decision != Decision::Reject).then(|| Taken::SolvedLeft(first.clone()));
    }
    let rare = state.open.as_ref().is_some_and(|open| open.held == 0);
    // "Now the code came" may well be said of the text message that it came in.
    let sure = ranking.candidates[0].confidence >= SURE_OTHER;
    (ranking.decision == Decision::Answer && sure && rare).then(|| Taken::Facts(Vec::new()))
}

/// Whether a message says no more than that something was done, where it is asked whether that
/// helped: "I pressed it". The first time the question is asked once more.
pub(super) fn tells_act(reader: &Reader<'_>, text: &str) -> bool {
    let held = reader.state.open.as_ref().is_some_and(|open| open.held > 0);
    is_check(reader) && !held && {
        let words = words_asked(reader.state, reader.ask);
        only_tells_act(text, reader.state.lang, &words)
    }
}

/// Whether a message asks how the running problem's step is done: "how do I change it?" after "have
/// you changed it?". Whoever is not sure is told.
pub(super) fn asks_for_the_way(reader: &Reader<'_>, ranking: &Ranking, text: &str) -> bool {
    let Reader { state, ask, .. } = *reader;
    let is_plain = is_at_step(state)
        && ask.is_some_and(|ask| matches!(ask.answers, Answers::YesNo { check: false, .. }));
    let first = ranking.candidates.first().map(|candidate| &candidate.intent);
    is_plain && first.is_some() && first == state.running_topic() && asks_how(text, state.lang)
}

/// Whether an answer says that the running problem is gone.
fn solves(reader: &Reader<'_>, class: AnswerClass) -> bool {
    class == AnswerClass::Solved || class == AnswerClass::Yes && is_check(reader)
}

fn is_check(reader: &Reader<'_>) -> bool {
    is_at_step(reader.state)
        && reader.ask.is_some_and(|ask| matches!(ask.answers, Answers::YesNo { check: true, .. }))
}

fn is_at_step(state: &State) -> bool {
    state.open.as_ref().is_some_and(|open| open.question == Question::Step)
}

/// What a message states of what is asked or will be: it goes before a mere yes or no that may be
/// heard in it, but not before "solved" and "still failing".
fn stated(
    reader: &Reader<'_>,
    text: &str,
    sure: Option<&AnswerReading>,
    topic: Option<&IntentId>,
) -> Option<Taken> {
    let Reader { content, state, ask, .. } = *reader;
    let statements = Statements::of(text, state.lang);
    let class = sure.map(|answer| answer.class);
    let plain =
        matches!(class, None | Some(AnswerClass::Yes | AnswerClass::No | AnswerClass::Unsure));
    let asked = ask.filter(|ask| ask.slot.is_some() && is_at_step(state));
    let own = asked.and_then(|ask| mention::answer_in(ask, text, &statements, state.lang));
    if let Some(value) = own {
        let told = match value.as_str() {
            "yes" => AnswerClass::Yes,
            "no" => AnswerClass::No,
            _ => return plain.then_some(Taken::Choice(value)),
        };
        let decides = match class {
            Some(AnswerClass::Solved) => statements.are_one(),
            Some(AnswerClass::Failing) => told == AnswerClass::No,
            _ => plain,
        };
        let besides = topic.filter(|topic| content.is_problem(topic)).cloned();
        return decides.then_some(Taken::Answer { class: told, besides, asks_beside: false });
    }
    // An answer and news, or another matter and facts about it.
    let more = sure.is_some_and(|answer| answer.rest.is_some());
    // "Yes, I took the block off, now it came" changes no earlier answer.
    let is_gone = is_check(reader) && class == Some(AnswerClass::Yes);
    if !plain || more || is_gone || topic.is_some() {
        return None;
    }
    if let Some(fix) = correct::contradicted(content, state, text) {
        return Some(Taken::Correction(fix));
    }
    let facts = mention::new_facts(content, state, None, text);
    // "No, and I have no card any more": an answer first, whatever is learnt besides; and where it
    // was asked if something helped, that is what counts.
    let is_told = matches!(class, Some(AnswerClass::Yes | AnswerClass::No))
        && (is_check(reader) || begins_with_answer(content, state.lang, text));
    if facts.is_empty() || state.stack.is_empty() || is_told {
        return None;
    }
    let left = mention::topic_left(content, state, &facts);
    Some(left.map_or(Taken::Facts(facts), Taken::Return))
}

/// So much of a message tells of an emergency by itself.
const GRAVE_WORDS: usize = 4;

/// The emergency that one sentence of an answer tells of: "No, the same error. A man from the bank
/// rang and I told him the code". A message of one sentence has been ranked already.
pub(super) fn grave_sentence(reader: &Reader<'_>, text: &str) -> Option<IntentId> {
    let Reader { content, state, .. } = *reader;
    state.open.as_ref()?;
    let told = |sentence: &&str| !sentence.trim().is_empty();
    let sentences: Vec<&str> = text.split(['.', '!', '?']).filter(told).collect();
    let long = |sentence: &&str| sentence.split_whitespace().count() >= GRAVE_WORDS;
    sentences.iter().copied().filter(|_| sentences.len() > 1).filter(long).find_map(|sentence| {
        let ranking = content.matcher(state.lang).rank(sentence, &Context::default());
        let is_sure = ranking.candidates.first()?.confidence >= SURE_GRAVE;
        urgent(content, &ranking).filter(|_| is_sure)
    })
}

/// Whether the message takes a choice that is offered, or states what is asked, and nothing graver
/// besides: "private. I have lost my bank card" does more than choose.
pub(super) fn names_an_answer(reader: &Reader<'_>, text: &str) -> bool {
    let Reader { content, state, ask, .. } = *reader;
    let Some(ask) = ask.filter(|_| is_at_step(state)) else { return false };
    let statements = Statements::of(text, state.lang);
    match ask.answers {
        Answers::Choices(_) => {
            let takes = |part: &str| read_buttons(state, Some(ask), part).is_some();
            let matcher = content.matcher(state.lang);
            let is_grave = |part| urgent(content, &matcher.rank(part, &Context::default()));
            let mut parts = clauses(text, state.lang).into_iter();
            takes(text) && !parts.any(|part| !takes(part) && is_grave(part).is_some())
        }
        Answers::YesNo { .. } => {
            ask.slot.is_some() && mention::answer_in(ask, text, &statements, state.lang).is_some()
        }
        Answers::Value(_) => false,
    }
}

/// A wish for another language is short.
const WISH_WORDS: usize = 12;

/// In so many words a language is named for no other reason.
const BARE_WISH_WORDS: usize = 3;

/// Beginnings of folded words by which something is wished for; the shortest are whole words.
/// Without one, "a text came, but all in Finnish" only tells what came.
const WISHES: [&str; 36] = [
    "kan", "gar", "vill", "ta", "tas", "prat", "snack", "tala", "skriv", "byt", "tack", "hellre",
    "helst", "fort", "can", "could", "want", "like", "speak", "talk", "write", "switch", "prefer",
    "please", "voi", "voin", "vois", "voit", "void", "voik", "halu", "puhu", "jatk", "kiit",
    "miel", "sais",
];

/// A wish of so many letters is a word of its own.
const SHORT_WISH: usize = 3;

fn wishes(text: &str) -> bool {
    text.split(|letter: char| !letter.is_alphabetic()).map(fold).any(|word| {
        WISHES.iter().any(|wish| word == *wish || wish.len() > SHORT_WISH && word.starts_with(wish))
    })
}

/// The other language that a message asks to go on in.
pub(super) fn wish_for_language(
    content: &Content,
    spoken: Language,
    text: &str,
) -> Option<Language> {
    let words = text.split_whitespace().count();
    if words > WISH_WORDS || words > BARE_WISH_WORDS && !wishes(text) {
        return None;
    }
    let is_wanted = |wanted: &Language| {
        let wishes = content.remarks.wishes.get(wanted);
        wishes.into_iter().flatten().any(|(_, phrases)| phrases.stand_in(text))
    };
    let mut others = Language::ALL.into_iter().filter(|wanted| *wanted != spoken);
    // "Can I write in Swedish?", asked in Swedish, has been granted: it is said so.
    others.find(is_wanted).or(Some(spoken).filter(is_wanted))
}

/// Another matter as sure as this is the one that "now it works" is said of.
const SURE_OTHER: f32 = 0.85;

/// A courtesy or a wish as sure as this counts when only one part of a message says it.
const SURE_PART: f32 = 0.7;

/// A part of a message with the intent that it surely has.
pub(super) type Part<'t> = (&'t str, Option<IntentId>);

/// The parts of a message to something open. One that is all of a piece has been ranked already.
pub(super) fn parts<'t>(reader: &Reader<'_>, ranking: &Ranking, text: &'t str) -> Vec<Part<'t>> {
    let Reader { content, state, .. } = *reader;
    if state.open.is_none() {
        return Vec::new();
    }
    let parts = clauses(text, state.lang);
    if parts.is_empty() {
        return vec![(text, surely(ranking))];
    }
    let matcher = content.matcher(state.lang);
    let heard = |part| (part, surely(&matcher.rank(part, &Context::default())));
    parts.into_iter().map(heard).collect()
}

fn surely(ranking: &Ranking) -> Option<IntentId> {
    let first = ranking.candidates.first()?;
    let sure = ranking.decision == Decision::Answer && first.confidence >= SURE_PART;
    sure.then(|| first.intent.clone())
}

fn is(intent: Option<&IntentId>, name: &str) -> bool {
    intent.is_some_and(|intent| intent.as_str() == name)
}

/// A sentence beside an answer must tell of an emergency as surely as this.
const SURE_GRAVE: f32 = 0.75;

/// An emergency as sure as this is one even if the message could be an answer.
const DIRE: f32 = 0.75;

/// By which a mere yes at the end of a story says that it is well now.
const NOW: [&str; 6] = ["nu", "antligen", "nyt", "vihdoin", "now", "finally"];

/// The last part of a story must say as surely as this that all is well.
const SURE_END: f32 = 0.75;

/// Whoever says as surely as this that all is well has no emergency,
const SURELY_SOLVED: f32 = 0.85;

/// unless that one is surer still: a person who comes for nothing costs less than one who does not.
const CERTAIN: f32 = 0.9;

/// Whether what sounds like an emergency is an answer to the open yes/no question.
pub(super) fn is_no_emergency(reader: &Reader<'_>, first: &Candidate, text: &str) -> bool {
    whole_answer(reader, text).is_some_and(|answer| {
        let is_well = answer.class == AnswerClass::Solved && answer.confidence >= SURELY_SOLVED;
        // "Yes, I have the card here": the card may be spoken of without being lost.
        let is_yes = answer.class == AnswerClass::Yes
            && begins_with_answer(reader.content, reader.state.lang, text);
        first.confidence < if is_well || is_yes { CERTAIN } else { DIRE }
    })
}

/// A wish for a person as sure as this is one, whatever it answers besides.
const PLAIN_WISH: f32 = 0.8;

/// Whether a message in which the wish for a person may be heard only answers the open yes/no
/// question: by not knowing, or by a yes to "shall I call a person?".
pub(super) fn only_answers(
    reader: &Reader<'_>,
    parts: &[Part<'_>],
    text: &str,
    ranking: &Ranking,
) -> bool {
    let Reader { content, state, ask, .. } = *reader;
    let Some(answer) = whole_answer(reader, text).filter(|_| parts.len() == 1) else {
        return false;
    };
    let asks_for_person = || {
        let asked = words_asked(state, ask);
        let ranking = content.matcher(state.lang).rank(&asked, &Context::default());
        ranking.candidates.first().is_some_and(|first| first.intent.as_str() == TALK_TO_HUMAN)
    };
    // "Joo on oikein": the words of a wish for somebody real are in it by chance.
    let is_vague = ranking.candidates.first().is_some_and(|first| first.confidence < PLAIN_WISH);
    match answer.class {
        AnswerClass::Unsure => true,
        // "A real person please" to "Did that help? Answer no for a person" is no yes.
        AnswerClass::Yes => is_vague || !is_check(reader) && asks_for_person(),
        _ => false,
    }
}

/// Whether the last part of a message says goodbye. Who asks or brings a matter with it wants to
/// hear of that first.
pub(super) fn leaves(reader: &Reader<'_>, parts: &[Part<'_>], text: &str) -> bool {
    let Reader { content, state, ask, .. } = *reader;
    let stays = |question: &Question| matches!(question, Question::Contact { .. });
    let stays = state.open.as_ref().is_none_or(|open| stays(&open.question)) || text.contains('?');
    let Some((_, last)) = parts.last().filter(|_| !stays) else { return false };
    // "Moikka" greets too, but nobody greets at the end.
    let leaves = is(last.as_ref(), GOODBYE) || parts.len() > 1 && is(last.as_ref(), GREETING);
    // "Now it came, thanks, bye": that is how it ends.
    let is_solved = || {
        parts.iter().any(|(part, _)| {
            let plain = content.answers(state.lang).read(part, &AskedQuestion::default());
            plain.class == AnswerClass::Solved
                || read_answer(content, state, ask, part).is_some_and(|it| solves(reader, it.class))
        })
    };
    // "I have it" is no "bye", be it nearly spelt so.
    let answers = || parts.len() == 1 && whole_answer(reader, text).is_some();
    leaves && matters(content, state, text).next().is_none() && !is_solved() && !answers()
}

/// Whether a denial behind this word is a way to ask: "can't somebody look at this?".
fn asks_politely(first: &str) -> bool {
    ["kan", "kunde", "sku", "skulle", "can", "could", "voi", "voisi", "vois"]
        .contains(&&*fold(first))
}

/// The wish for a person in one part of a message, whatever the other parts are: "no, give me a
/// human". A part that denies something ("no, I do not need a person") is none, and no more is "no
/// need for a person", though it ends as a wish does.
pub(super) fn wish_for_person(reader: &Reader<'_>, parts: &[Part<'_>]) -> Option<IntentId> {
    let Reader { content, state, .. } = *reader;
    let wishes = |(part, intent): &Part<'_>| {
        let (first, rest) = part.trim().split_once([' ', ',']).unwrap_or((part, ""));
        if !is(intent.as_ref(), TALK_TO_HUMAN) {
            return false;
        }
        if !denies(first, state.lang) {
            return !denies(part, state.lang) || asks_politely(first);
        }
        let near = || surely(&content.matcher(state.lang).rank(rest, &Context::default()));
        !rest.is_empty() && !denies(rest, state.lang) && is(near().as_ref(), TALK_TO_HUMAN)
    };
    parts.iter().any(wishes).then(|| IntentId::new(TALK_TO_HUMAN))
}

/// The other problem that a message puts in the place of the one that runs: "no wait, it is not
/// the text message, I get no request".
pub(super) fn meant_instead(content: &Content, state: &State, text: &str) -> Option<IntentId> {
    let rest = content.corrections.get(&state.lang)?.after(text)?;
    state.running_topic()?;
    matters(content, state, rest).last().or_else(|| matter_in(content, state, rest))
}

/// The matter on the stack, or kept for later, that a message leads back to.
pub(super) fn matter_left(
    content: &Content,
    state: &State,
    ranking: &Ranking,
    text: &str,
) -> Option<IntentId> {
    let returns = content.remarks.returning.get(&state.lang)?;
    let running = state.running_topic();
    let asks_back = state.open.as_ref().is_some_and(|open| open.question == Question::Resume);
    let on_stack = state.stack.iter().rev().filter_map(|frame| frame.topic.as_ref());
    let left: Vec<&IntentId> =
        on_stack.chain(&state.noted).filter(|topic| Some(*topic) != running || asks_back).collect();
    if left.is_empty() || !returns.stand_in(text) {
        return None;
    }
    let named = ranking.candidates.iter().map(|candidate| &candidate.intent);
    let named = named.take(1).find(|intent| left.contains(intent));
    named.or(left.first().copied().filter(|_| !names_running(ranking, running))).cloned()
}

pub(super) fn names_running(ranking: &Ranking, running: Option<&IntentId>) -> bool {
    ranking.decision == Decision::Answer
        && ranking.candidates.first().map(|candidate| &candidate.intent) == running
}
