//! Reads what a customer says to an open question: yes, no, not sure, solved, still failing, a
//! command, or no answer at all.
//!
//! The reader is a small linear model learnt from examples (`answers.yaml`) when content loads; it
//! looks at words, pairs, letters, cue words, families of words, the reach of negations and the
//! outline of the sentence. Around it stand a few rules: a message is cut at the first place where
//! an answer ends and news begins; a Finnish verb echoed from the question is an answer
//! ("painoin"); so is a message made only of the question's words, and one that tells as done what
//! was asked. To "is anything blocked?" it is a no that all is well, and to ask how the step is
//! done is *unsure*.
//! While a yes/no question is open, it takes less for a message to be an answer.
//!
//! **Invariants:** the same examples give the same model and readings; reading takes time linear
//! in the text; what the model has no ground to call an answer is [`AnswerClass::None`].

use std::collections::BTreeMap;
use std::collections::HashSet;

use serde::Deserialize;
use serde::Serialize;

use crate::language::Language;
use crate::matcher::answers::cues::Cue;
use crate::matcher::answers::features::Lexicon;
use crate::matcher::answers::features::Names;
use crate::matcher::answers::linear::Linear;
use crate::matcher::answers::linear::Row;
use crate::matcher::answers::text::Message;

mod asked;
mod choice;
mod cues;
mod echo;
pub mod fact;
mod families;
mod features;
pub mod lead;
mod linear;
pub mod remark;
mod shape;
mod text;
pub mod value;

/// What a message is to the question that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerClass {
    /// It is so; it is done.
    Yes,
    /// It is not so; not done, or not yet.
    No,
    /// The customer cannot say, or asks how to find out.
    Unsure,
    /// The problem is gone, whatever was asked. Counts as yes to "did it help?".
    Solved,
    /// The problem is still there, whatever was asked. Counts as no to "did it help?".
    Failing,
    /// The question, once more.
    Repeat,
    /// To the step before.
    Back,
    /// From the beginning.
    StartOver,
    /// No more of this.
    Cancel,
    /// Anger at the bot or the service.
    Frustrated,
    /// No answer: another matter, a question back, small talk.
    None,
}

const CLASSES: usize = 11;

impl AnswerClass {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; CLASSES] = [
        Self::Yes,
        Self::No,
        Self::Unsure,
        Self::Solved,
        Self::Failing,
        Self::Repeat,
        Self::Back,
        Self::StartOver,
        Self::Cancel,
        Self::Frustrated,
        Self::None,
    ];

    /// Solved leans to yes and failing to no: between the two of a side there is no contradiction.
    fn side(self) -> Self {
        match self {
            Self::Solved => Self::Yes,
            Self::Failing => Self::No,
            other => other,
        }
    }

    /// Whether it says yes, no or perhaps, in so many words or by what happened.
    #[must_use]
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Yes | Self::No | Self::Unsure | Self::Solved | Self::Failing)
    }
}

/// A file of examples: class, then language, then messages.
pub type AnswerTable = BTreeMap<AnswerClass, BTreeMap<Language, Vec<String>>>;

/// What a model of one language is learnt from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerExamples {
    /// The language of the messages.
    pub language: Language,
    /// The messages of each class.
    pub classes: BTreeMap<AnswerClass, Vec<String>>,
}

impl AnswerExamples {
    /// The examples of one language out of a whole table.
    #[must_use]
    pub fn of(table: &AnswerTable, language: Language) -> Self {
        let classes = table
            .iter()
            .filter_map(|(&class, texts)| Some((class, texts.get(&language)?.clone())))
            .collect();
        Self { language, classes }
    }

    /// Adds messages about other matters (the content's own intents, what is out of scope) to
    /// those that are no answers. What is an example of an answer already stays one.
    pub fn add_other_matters<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) {
        let known: HashSet<Vec<String>> =
            self.classes.values().flatten().map(|text| words(text)).collect();
        let new = texts.into_iter().filter(|text| !known.contains(&words(text)));
        let new: Vec<String> = new.map(str::to_owned).collect();
        self.classes.entry(AnswerClass::None).or_default().extend(new);
    }
}

fn words(text: &str) -> Vec<String> {
    Message::parse(text).tokens.into_iter().map(|token| token.word).collect()
}

/// The question that is open, as far as it helps to read the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AskedQuestion<'a> {
    /// The question as the customer saw it; may be empty.
    pub text: &'a str,
    /// Whether it asks if the problem is gone.
    pub check: bool,
    /// The Finnish verb (infinitive) that an answer may echo.
    pub verb: Option<&'a str>,
}

/// What a message was read as.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerReading {
    /// The class.
    pub class: AnswerClass,
    /// How sure the reader is, 0 to 1.
    pub confidence: f32,
    /// What the message says beside the answer, to be read as a message of its own.
    pub rest: Option<String>,
}

/// One of the choices that a question offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChoiceOption<'a> {
    /// Its value in files and on the wire.
    pub value: &'a str,
    /// What stands on its button.
    pub label: &'a str,
    /// Other words for it.
    pub also: &'a [String],
}

/// Which of `options` the message takes: by value, label, part of the label, number, ordinal or
/// another word for it; `None` when it is none of them or could be several.
#[must_use]
pub fn read_choice(text: &str, language: Language, options: &[ChoiceOption<'_>]) -> Option<usize> {
    choice::read(text, language, options)
}

/// Whether a message asks something itself, by its question mark or its first word.
#[must_use]
pub fn asks(text: &str, language: Language) -> bool {
    let message = Message::parse(text);
    message.asks
        || message.tokens.first().is_some_and(|first| echo::asks_back(language, &first.word))
}

/// Whether a message asks how or where something is done, rather than how much or how long.
#[must_use]
pub fn asks_how(text: &str, language: Language) -> bool {
    asked::asks_how(&Message::parse(text), language)
}

/// Whether a message denies something in so many words: "I have none", "ei ole".
#[must_use]
pub fn denies(text: &str, language: Language) -> bool {
    let denies = |word: &str| {
        [Cue::No, Cue::Negation].into_iter().any(|cue| cues::is(language, word, cue))
            || word == "<no>"
    };
    Message::parse(text).tokens.iter().any(|token| {
        let written = cues::written(language, &token.word);
        denies(written.as_deref().unwrap_or(&token.word))
    })
}

/// Whether a message says that something was done and nothing of what came of it: "pressed it
/// now". `question` is what was asked; an echo of it is an answer.
#[must_use]
pub fn only_tells_act(text: &str, language: Language, question: &str) -> bool {
    echo::only_tells_act(&Message::parse(text), language, question)
}

/// The parts of a message in which other matters may stand, none when it is but one part.
#[must_use]
pub fn clauses(text: &str, language: Language) -> Vec<&str> {
    let message = Message::parse(text);
    let tokens = &message.tokens;
    let starts: Vec<usize> = (1..tokens.len())
        .filter(|&at| tokens[at].breaks || cues::joins(language, &tokens[at].word))
        .take(MAX_CUTS)
        .map(|at| tokens[at].start)
        .collect();
    if starts.is_empty() {
        return Vec::new();
    }
    let ends = starts.iter().copied().chain([text.len()]);
    std::iter::once(0)
        .chain(starts.iter().copied())
        .zip(ends)
        .map(|(from, to)| &text[from..to])
        .collect()
}

/// A reader of answers in one language.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnswerModel {
    language: Language,
    lexicon: Lexicon,
    names: Names,
    linear: Linear<CLASSES>,
}

/// Below this the reader does not call a message an answer; chosen on folds of the examples.
const LEAST_CONFIDENCE: f32 = 0.53;

/// While a yes/no question is open, what is no answer, and a command in many words, count so much
/// less: most messages are answers then. Chosen, as the two below, on answers of two authors, each
/// read by what was learnt from the other.
const OPEN: f32 = 0.35;

/// The same where the message asks something itself.
const OPEN_ASKS: f32 = 0.2;

/// That the problem is gone ends the talk: it must be plainer than a yes.
const OPEN_SOLVED: f32 = 0.2;

/// A command is short.
const MAX_COMMAND: usize = 3;

/// By how much a message may be less of an answer than of anything else, where a question is open.
const NEARLY: f32 = 0.3;

/// Where nothing is asked, a question says only when read as surely as this that somebody cannot
/// tell: what should it be an answer to?
const QUESTION_BACK: f32 = 0.85;

/// A statement of what came of it that is read as surely as this is no mere echo.
const SURELY: f32 = 0.75;

/// A longer message is no answer that was merely put in odd words.
const MAX_NEAREST: usize = 8;

/// How sure a reading is that the question gave: a story that tells as done what was asked; enough
/// to go before a topic.
const TOLD: f32 = 0.7;

/// How sure both halves must be before a message is cut in two.
const CUT_CONFIDENCE: f32 = 0.55;

/// Places where a message may be cut; answers come first.
const MAX_CUTS: usize = 4;

type Judgement = (AnswerClass, f32);

impl AnswerModel {
    /// Learns from the examples; takes tens of milliseconds.
    #[must_use]
    pub fn train(examples: &AnswerExamples) -> Self {
        let mut labels = Vec::new();
        let mut messages = Vec::new();
        for (index, class) in AnswerClass::ALL.iter().enumerate() {
            for text in examples.classes.get(class).into_iter().flatten() {
                labels.push(index);
                messages.push(Message::parse(text));
            }
        }
        let lexicon = Lexicon::new(examples.language, &messages);
        let mut names = Names::default();
        let corrected = messages.iter().map(|message| features::corrected(message, &lexicon));
        let rows: Vec<Row> =
            corrected.map(|message| names.learn(features::features(&message, &lexicon))).collect();
        let linear = Linear::train(&rows, &labels, names.len());
        Self { language: examples.language, lexicon, names, linear }
    }

    /// Reads `text` as an answer to `question`.
    #[must_use]
    pub fn read(&self, text: &str, question: &AskedQuestion<'_>) -> AnswerReading {
        let message = Message::parse(text);
        if message.tokens.is_empty() {
            return AnswerReading { class: AnswerClass::None, confidence: 1.0, rest: None };
        }
        // Read once: all parts of the message share it.
        let message = features::corrected(&message, &self.lexicon);
        let asked = Message::parse(question.text);
        let whole = self.judge(&message);
        if let Some(class) = asked::turned(&message, self.language, question, &asked, whole.0) {
            return AnswerReading { class, confidence: whole.1.max(TOLD), rest: None };
        }
        if let Some(class) = echo::read(&message, self.language, question, &asked)
            && may_be_echo(whole, class)
        {
            return AnswerReading { class, confidence: 0.9, rest: None };
        }
        if let Some(reading) = self.read_cut(text, &message, whole, question) {
            return reading;
        }
        let is_open = !question.text.is_empty();
        let (class, confidence) = if is_open { self.judge_open(&message) } else { whole };
        let least = match class {
            _ if is_open => 0.5,
            AnswerClass::Unsure if self.asks(&message) => QUESTION_BACK,
            _ => LEAST_CONFIDENCE,
        };
        let doubtful = class == AnswerClass::None || confidence < least;
        if !doubtful {
            return AnswerReading { class, confidence, rest: None };
        }
        if asked::asks_for_help(&message, self.language, &asked) {
            return AnswerReading { class: AnswerClass::Unsure, confidence: TOLD, rest: None };
        }
        if echo::tells_done(&message, self.language, question, &asked) {
            return AnswerReading { class: AnswerClass::Yes, confidence: TOLD, rest: None };
        }
        self.read_lead(text, &message)
            .or_else(|| self.read_shape(&message))
            .or_else(|| self.read_nearest(&message, question))
            .unwrap_or(AnswerReading { class: AnswerClass::None, confidence, rest: None })
    }

    /// A short statement says no by the negation that it begins with ("en raaskinut"), and yes or
    /// no by the word that it ends with ("wifi is on, yeah"), whatever its other words are. A topic
    /// goes before that.
    fn read_shape(&self, message: &Message) -> Option<AnswerReading> {
        let class = shape::read(message, self.language)?;
        Some(AnswerReading { class, confidence: LEAST_CONFIDENCE, rest: None })
    }

    /// To a question that is open most messages are answers: one that is hardly more of another
    /// matter than of an answer is taken for the answer, unless it asks something itself. A topic
    /// goes before that.
    fn read_nearest(
        &self,
        message: &Message,
        question: &AskedQuestion<'_>,
    ) -> Option<AnswerReading> {
        if question.text.is_empty() || self.asks(message) || message.tokens.len() > MAX_NEAREST {
            return None;
        }
        let scores = AnswerClass::ALL.into_iter().zip(self.scores(message));
        let (answers, others): (Vec<_>, Vec<_>) = scores.partition(|(class, _)| class.is_answer());
        let (class, score) =
            answers.into_iter().max_by(|(_, one), (_, other)| one.total_cmp(other))?;
        let rival = others.into_iter().map(|(_, score)| score).fold(f32::MIN, f32::max);
        (score > rival - NEARLY).then_some(AnswerReading {
            class,
            confidence: LEAST_CONFIDENCE,
            rest: None,
        })
    }

    /// A statement that begins with yes or no answers by that word, though hardly more than that:
    /// a topic that is heard in the rest goes before it.
    fn read_lead(&self, text: &str, message: &Message) -> Option<AnswerReading> {
        let asks_back = text.contains('?');
        let leads = cues::leads(self.language, &message.tokens[0].word);
        if asks_back || !leads || message.tokens.len() < 3 {
            return None;
        }
        let (class, confidence) = self.judge(&message.part(0, 1));
        let rest = text[message.tokens[1].start..].trim().to_owned();
        (matches!(class, AnswerClass::Yes | AnswerClass::No) && confidence >= CUT_CONFIDENCE)
            .then_some(AnswerReading { class, confidence: LEAST_CONFIDENCE, rest: Some(rest) })
    }

    /// Reads a message as an answer and what follows it, if there is a place to cut.
    fn read_cut(
        &self,
        text: &str,
        message: &Message,
        whole: Judgement,
        question: &AskedQuestion<'_>,
    ) -> Option<AnswerReading> {
        let agrees = self.lexicon.cues(&message.tokens[0].word).contains(&Cue::Yes);
        for at in self.cuts(message) {
            let head = self.judge(&message.part(0, at));
            let turns = whole.0 == AnswerClass::None
                && cues::turns(self.language, &message.tokens[at].word);
            if (!head.0.is_answer() || head.1 < CUT_CONFIDENCE) && !turns {
                continue;
            }
            let behind = message.part(at, message.tokens.len());
            let tail = self.judge(&behind);
            let rest = || text[message.tokens[at].start..].trim().to_owned();
            let (class, confidence, rest) = match (head.0, tail.0) {
                (AnswerClass::Yes, AnswerClass::Failing) if !question.check && agrees => {
                    (AnswerClass::Yes, head.1, Some(rest()))
                }
                // "Yep, it opens" to "does it open now?", whatever is told of things that open.
                (AnswerClass::Yes, AnswerClass::Failing) if agrees && !self.takes_back(&behind) => {
                    return Some(AnswerReading {
                        class: AnswerClass::Yes,
                        confidence: head.1,
                        rest: None,
                    });
                }
                (
                    AnswerClass::Yes | AnswerClass::No | AnswerClass::Unsure,
                    AnswerClass::Solved | AnswerClass::Failing,
                ) => (tail.0, tail.1, None),
                // "wifi so-so, but mobile data works": what follows a "but" counts.
                _ if turns && !head.0.is_answer() && tail.0.is_answer() => {
                    (tail.0, LEAST_CONFIDENCE, None)
                }
                // "No. Where do I find the settings?"
                (AnswerClass::Yes | AnswerClass::No, AnswerClass::Unsure) if message.asks => {
                    (head.0, head.1, Some(rest()))
                }
                (_, AnswerClass::None) if message.tokens.len() - at >= 2 => {
                    (head.0, head.1, Some(rest()))
                }
                _ => continue,
            };
            // "Yes, but it crashes" agrees, however surely the rest is read.
            let fails = tail.0 == AnswerClass::Failing || whole.0 == AnswerClass::Failing;
            let yes_but = fails && agrees && !question.check && rest.is_some();
            let before = text[..message.tokens[at].start].trim_end();
            let asks_back = message.asks && before.ends_with(['.', '!', ',']) && rest.is_some();
            if tail.1 < CUT_CONFIDENCE && !yes_but && !asks_back
                || (whole.0 == class && whole.1 > 0.8 && rest.is_none())
            {
                continue;
            }
            return Some(AnswerReading { class, confidence, rest });
        }
        None
    }

    /// Whether what follows a yes takes it back: by a "but", a negation, or as being still the same.
    fn takes_back(&self, tail: &Message) -> bool {
        let says = |word: &str| {
            [Cue::Negation, Cue::No, Cue::Still]
                .into_iter()
                .any(|cue| cues::is(self.language, word, cue))
        };
        cues::turns(self.language, &tail.tokens[0].word)
            || tail.tokens.iter().any(|token| says(token.read()))
    }

    /// Where another thought may begin: after punctuation, before a conjunction, after a word that
    /// answers by itself.
    fn cuts(&self, message: &Message) -> Vec<usize> {
        (1..message.tokens.len())
            .filter(|&at| {
                let token = &message.tokens[at];
                token.breaks
                    || cues::joins(self.language, &token.word)
                    || at == 1 && cues::leads(self.language, &message.tokens[0].word)
            })
            .take(MAX_CUTS)
            .collect()
    }

    fn scores(&self, message: &Message) -> [f32; CLASSES] {
        self.linear.score(&self.names.row(features::features(message, &self.lexicon)))
    }

    fn judge(&self, message: &Message) -> Judgement {
        decide(self.scores(message))
    }

    /// The same while a yes/no question is open, where most messages are answers.
    fn judge_open(&self, message: &Message) -> Judgement {
        let mut scores = self.scores(message);
        let is_short = message.tokens.len() <= MAX_COMMAND;
        for (class, score) in AnswerClass::ALL.into_iter().zip(&mut scores) {
            *score -= match class {
                AnswerClass::None if self.asks(message) => OPEN_ASKS,
                AnswerClass::None => OPEN,
                AnswerClass::Solved => OPEN_SOLVED,
                AnswerClass::Yes | AnswerClass::No | AnswerClass::Unsure | AnswerClass::Failing => {
                    0.0
                }
                _ if is_short => 0.0,
                _ => OPEN,
            };
        }
        decide(scores)
    }

    fn asks(&self, message: &Message) -> bool {
        message.asks || cues::is(self.language, message.tokens[0].read(), Cue::Question)
    }
}

/// The best class, and how far it leads those of another side.
fn decide(scores: [f32; CLASSES]) -> Judgement {
    let mut best = (AnswerClass::None, f32::MIN);
    for (class, score) in AnswerClass::ALL.into_iter().zip(scores) {
        if score > best.1 {
            best = (class, score);
        }
    }
    let others = AnswerClass::ALL.into_iter().zip(scores);
    let rival = others
        .filter(|(class, _)| class.side() != best.0.side())
        .map(|(_, score)| score)
        .fold(f32::MIN, f32::max);
    (best.0, confidence(best.1 - rival))
}

/// Whether an echo of the question may be read as `echoed` though the words alone say `class`.
fn may_be_echo((class, confidence): Judgement, echoed: AnswerClass) -> bool {
    match class {
        AnswerClass::None | AnswerClass::Yes | AnswerClass::No | AnswerClass::Unsure => true,
        // "ei estä mitään", "painan nyt"
        AnswerClass::Failing | AnswerClass::Solved => {
            echoed == AnswerClass::No && confidence < SURELY
        }
        _ => false,
    }
}

/// A lead of nothing is 0.5, of one 0.83, of two 0.91.
fn confidence(lead: f32) -> f32 {
    0.5 + 0.5 * lead / (lead + 0.5)
}
