//! Reads what a customer says to an open question: yes, no, not sure, solved, still failing, a
//! command, or no answer at all.
//!
//! The reader is a small linear model learnt from examples (`answers.yaml`) when content loads; it
//! looks at words, pairs, letters, cue words, families of words, the reach of negations and the
//! outline of the sentence. Examples that stand with their question teach it besides what these mean
//! to a question of that kind: "gone" is a no to "do you still have it?". Around it stand a few rules: a message is cut at the first place where
//! an answer ends and news begins; a Finnish verb echoed from the question is an answer
//! ("painoin"); so is a message made only of the question's words, and one that tells as done what
//! was asked. To "is anything blocked?" it is a no that all is well, and to ask how the step is
//! done is *unsure*.
//! While a yes/no question is open, it takes less for a message to be an answer.
//!
//! **Invariants:** the same examples give the same model and readings; reading takes time linear
//! in the text; what the model has no ground to call an answer is [`AnswerClass::None`].

use serde::Deserialize;
use serde::Serialize;

use crate::language::Language;
use crate::matcher::answers::asked_features::OpenQuestion;
use crate::matcher::answers::cues::Cue;
use crate::matcher::answers::features::Lexicon;
use crate::matcher::answers::features::Names;
use crate::matcher::answers::judgement::Judgement;
use crate::matcher::answers::judgement::decide;
use crate::matcher::answers::judgement::is_other_answer;
use crate::matcher::answers::judgement::may_be_cut;
use crate::matcher::answers::judgement::may_be_echo;
use crate::matcher::answers::linear::Linear;
use crate::matcher::answers::linear::Row;
use crate::matcher::answers::text::Message;

mod asked;
mod asked_features;
mod choice;
mod cues;
mod echo;
mod examples;
pub mod fact;
mod families;
mod features;
mod judgement;
mod kind;
pub mod lead;
mod linear;
pub mod remark;
mod shape;
mod text;
pub mod value;

pub use examples::AnswerExamples;
pub use examples::AnswerTable;
pub use examples::AskedExample;

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

    /// Its name in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unsure => "unsure",
            Self::Solved => "solved",
            Self::Failing => "failing",
            Self::Repeat => "repeat",
            Self::Back => "back",
            Self::StartOver => "start_over",
            Self::Cancel => "cancel",
            Self::Frustrated => "frustrated",
            Self::None => "none",
        }
    }

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

/// Whether a message only takes note of what was said: "ok".
#[must_use]
pub fn takes_note(text: &str) -> bool {
    Message::parse(text).tokens.iter().all(|token| echo::OKAY.contains(&token.word.as_str()))
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
    /// How the classes are weighed while a yes/no question is open.
    open: Open,
}

/// What is taken from the scores of some classes while a yes/no question is open.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Open {
    none: f32,
    none_asking: f32,
    /// By how much a message may be less of an answer than of anything else.
    nearly: f32,
}

/// Below this the reader does not call a message an answer; chosen on folds of the examples.
const LEAST_CONFIDENCE: f32 = 0.53;

/// While a yes/no question is open, what is no answer counts so much less: most messages are answers then. Chosen on answers of two authors, each read by what was
/// learnt from the other.
const OPEN: Open = Open { none: 0.35, none_asking: 0.2, nearly: 0.3 };

/// Examples with their questions teach by themselves how often an open question is answered, and
/// a little too much of it. Chosen on five authors, each read by what was learnt from the others.
const OPEN_LEARNT: Open = Open { none: -0.2, none_asking: -0.2, nearly: 0.0 };

/// What stands with its question is how people answer: it counts so much more than other examples.
/// Chosen on six authors, read by what was learnt from others.
const ASKED_COST: f32 = 4.0;

/// That the problem is gone ends the talk: it must be plainer than a yes.
const OPEN_SOLVED: f32 = 0.2;

/// A command in many words counts so much less while a question is open.
const OPEN_COMMAND: f32 = 0.35;

/// A command is short.
const MAX_COMMAND: usize = 3;

/// Where nothing is asked, a question says only when read as surely as this that somebody cannot
/// tell: what should it be an answer to?
const QUESTION_BACK: f32 = 0.85;

/// A longer message is no answer that was merely put in odd words.
const MAX_NEAREST: usize = 8;

/// How sure a reading is that the question gave: a story that tells as done what was asked; enough
/// to go before a topic.
const TOLD: f32 = 0.7;

/// How sure both halves must be before a message is cut in two.
const CUT_CONFIDENCE: f32 = 0.55;

/// Places where a message may be cut; answers come first.
const MAX_CUTS: usize = 4;

impl AnswerModel {
    /// Learns from the examples; some thousands of them take some hundred milliseconds.
    #[must_use]
    pub fn train(examples: &AnswerExamples) -> Self {
        let language = examples.language;
        let mut labels = Vec::new();
        let mut messages = Vec::new();
        for (index, class) in AnswerClass::ALL.iter().enumerate() {
            for text in examples.classes.get(class).into_iter().flatten() {
                labels.push(index);
                messages.push(Message::parse(text));
            }
        }
        let mut questions: Vec<Option<OpenQuestion>> = vec![None; messages.len()];
        for example in &examples.asked {
            labels.push(example.class as usize);
            messages.push(Message::parse(&example.text));
            questions.push(Some(OpenQuestion::of(language, &example.question, false)));
        }
        let lexicon = Lexicon::new(language, &messages);
        let mut names = Names::default();
        let row = |(message, question): (&Message, &Option<OpenQuestion>)| {
            let message = features::corrected(message, &lexicon);
            names.learn(features::features(&message, &lexicon, question.as_ref()))
        };
        let rows: Vec<Row> = messages.iter().zip(&questions).map(row).collect();
        let cost = |question: &Option<OpenQuestion>| question.as_ref().map_or(1.0, |_| ASKED_COST);
        let costs: Vec<f32> = questions.iter().map(cost).collect();
        let linear = Linear::train(&rows, &labels, &costs, names.len());
        let open = if examples.asked.is_empty() { OPEN } else { OPEN_LEARNT };
        Self { language, lexicon, names, linear, open }
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
        let is_open = !question.text.is_empty();
        let open = is_open.then(|| OpenQuestion::of(self.language, question.text, question.check));
        let open = open.as_ref();
        // What it is by itself and to the question, reckoned once each.
        let alone = self.scores(&message, None);
        let scores = open.map_or(alone, |open| self.scores_to(alone, &message, open));
        let whole = decide(scores);
        if let Some(class) = asked::turned(&message, self.language, question, &asked, whole.0) {
            return AnswerReading { class, confidence: whole.1.max(TOLD), rest: None };
        }
        if let Some(class) = echo::read(&message, self.language, question, &asked)
            && may_be_echo(whole, class)
            && !(is_open && is_other_answer(whole, class))
        {
            return AnswerReading { class, confidence: 0.9, rest: None };
        }
        if let Some(reading) = self.read_cut(text, &message, whole, question, open) {
            return reading;
        }
        let (class, confidence) = match open {
            _ if !self.lexicon.knows_any(&message) => (AnswerClass::None, whole.1),
            Some(_) => self
                .read_command(&message, alone)
                .unwrap_or_else(|| self.judge_open(&message, scores)),
            None => whole,
        };
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
        if !self.lexicon.knows_any(&message) {
            return AnswerReading { class: AnswerClass::None, confidence, rest: None };
        }
        self.read_lead(text, &message)
            .or_else(|| self.read_shape(&message))
            .or_else(|| self.read_nearest(&message, open?))
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
    fn read_nearest(&self, message: &Message, question: &OpenQuestion) -> Option<AnswerReading> {
        if self.asks(message) || message.tokens.len() > MAX_NEAREST {
            return None;
        }
        let scores = AnswerClass::ALL.into_iter().zip(self.scores(message, Some(question)));
        let (answers, others): (Vec<_>, Vec<_>) = scores.partition(|(class, _)| class.is_answer());
        let (class, score) =
            answers.into_iter().max_by(|(_, one), (_, other)| one.total_cmp(other))?;
        let rival = others.into_iter().map(|(_, score)| score).fold(f32::MIN, f32::max);
        (score > rival - self.open.nearly).then_some(AnswerReading {
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
        let (class, confidence) = self.judge(&message.part(0, 1), None);
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
        open: Option<&OpenQuestion>,
    ) -> Option<AnswerReading> {
        let agrees = self.lexicon.cues(&message.tokens[0].word).contains(&Cue::Yes);
        for at in self.cuts(message) {
            let head = self.judge(&message.part(0, at), open);
            let turns = whole.0 == AnswerClass::None
                && cues::turns(self.language, &message.tokens[at].word);
            if (!head.0.is_answer() || head.1 < CUT_CONFIDENCE) && !turns {
                continue;
            }
            let behind = message.part(at, message.tokens.len());
            let tail = self.judge(&behind, open);
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
                ) if open.is_none() || question.check || whole.0 == tail.0 => {
                    (tail.0, tail.1, None)
                }
                // "wifi so-so, but mobile data works": what follows a "but" counts.
                _ if turns && !head.0.is_answer() && tail.0.is_answer() => {
                    (tail.0, LEAST_CONFIDENCE, None)
                }
                // "No. Where do I find the settings?"
                (AnswerClass::Yes | AnswerClass::No, AnswerClass::Unsure)
                    if message.asks && (open.is_none() || whole.0 != AnswerClass::Unsure) =>
                {
                    (head.0, head.1, Some(rest()))
                }
                (_, AnswerClass::None)
                    if message.tokens.len() - at >= 2
                        && (open.is_none() || may_be_cut(whole.0, head)) =>
                {
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

    fn scores(&self, message: &Message, open: Option<&OpenQuestion>) -> [f32; CLASSES] {
        let alone = features::of_message(message, &self.lexicon);
        let alone = self.linear.score(&self.names.row(alone));
        open.map_or(alone, |open| self.scores_to(alone, message, open))
    }

    /// The scores of a message as an answer, from those that it has by itself.
    fn scores_to(
        &self,
        alone: [f32; CLASSES],
        message: &Message,
        open: &OpenQuestion,
    ) -> [f32; CLASSES] {
        let more = features::of_question(message, &self.lexicon, open);
        self.linear.add(alone, &self.names.row(more))
    }

    fn judge(&self, message: &Message, open: Option<&OpenQuestion>) -> Judgement {
        decide(self.scores(message, open))
    }

    /// The same while a yes/no question is open, where most messages are answers.
    fn judge_open(&self, message: &Message, scores: [f32; CLASSES]) -> Judgement {
        decide(self.weighed(message, scores, self.open))
    }

    /// A command, or anger, that a message is whatever is asked: examples with their questions hold
    /// hardly any.
    fn read_command(&self, message: &Message, alone: [f32; CLASSES]) -> Option<Judgement> {
        let judged = decide(self.weighed(message, alone, OPEN));
        let is_command = judged.0 != AnswerClass::None && !judged.0.is_answer();
        is_command.then_some(judged)
    }

    fn weighed(&self, message: &Message, mut scores: [f32; CLASSES], open: Open) -> [f32; CLASSES] {
        let is_short = message.tokens.len() <= MAX_COMMAND;
        for (class, score) in AnswerClass::ALL.into_iter().zip(&mut scores) {
            *score -= match class {
                AnswerClass::None if self.asks(message) => open.none_asking,
                AnswerClass::None => open.none,
                AnswerClass::Solved => OPEN_SOLVED,
                AnswerClass::Yes | AnswerClass::No | AnswerClass::Unsure | AnswerClass::Failing => {
                    0.0
                }
                _ if is_short => 0.0,
                _ => OPEN_COMMAND,
            };
        }
        scores
    }

    fn asks(&self, message: &Message) -> bool {
        message.asks || cues::asks(self.language, message.tokens[0].read())
    }
}
