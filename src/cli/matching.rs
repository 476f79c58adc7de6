//! `skicka match`: messages in, a JSON line each out.

use std::io::BufRead as _;
use std::io::Write as _;

use serde::Serialize;

use crate::cli::ContentArgs;
use crate::cli::Failed;
use crate::cli::content;
use crate::content::Content;
use crate::conversation::language_of;
use crate::conversation::state::State;
use crate::ids::IntentId;
use crate::ids::Timestamp;
use crate::language::Language;
use crate::matcher::Context;
use crate::matcher::Decision;
use crate::matcher::Evidence;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::AskedQuestion;

/// Match messages from standard input.
#[derive(Debug, clap::Args)]
pub(super) struct MatchArgs {
    #[command(flatten)]
    content: ContentArgs,
    /// Take every message to be in this language instead of finding out.
    #[arg(long, value_parser = language)]
    lang: Option<Language>,
    /// Read the messages as answers to a question of this kind.
    #[arg(long, value_name = "KIND")]
    question: Option<Asked>,
    /// Print JSON lines; there is no other form.
    #[arg(long)]
    json: bool,
}

/// Kinds of question.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Asked {
    /// A question to be answered by yes or no.
    #[value(name = "yes_no")]
    YesNo,
}

/// A language by its code, for flags.
pub(super) fn language(code: &str) -> Result<Language, String> {
    Language::from_tag(code).ok_or_else(|| "the bot speaks sv, fi and en".to_owned())
}

#[derive(Serialize)]
struct Matched<'a> {
    text: &'a str,
    lang: Language,
    decision: Decision,
    intent: Option<&'a IntentId>,
    confidence: f32,
    candidates: Vec<Candidate<'a>>,
    evidence: &'a [Evidence],
}

#[derive(Serialize)]
struct Candidate<'a> {
    intent: &'a IntentId,
    confidence: f32,
}

#[derive(Serialize)]
struct Answered<'a> {
    text: &'a str,
    answer: &'static str,
}

/// Reads lines to the end of standard input.
pub(super) fn run(args: &MatchArgs) -> Result<(), Failed> {
    let folder = args.content.folder()?;
    let content = content::read(&folder).train(&folder)?;
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let text = line?;
        let fresh = State::new(Language::Sv, Timestamp(0));
        let lang = args.lang.unwrap_or_else(|| language_of(&content, &fresh, &text));
        let json = match args.question {
            Some(Asked::YesNo) => answered(&content, lang, &text)?,
            None => matched(&content, lang, &text)?,
        };
        writeln!(out, "{json}")?;
    }
    Ok(())
}

fn matched(content: &Content, lang: Language, text: &str) -> serde_json::Result<String> {
    let ranking = content.matcher(lang).rank(text, &Context::default());
    let candidates: Vec<Candidate<'_>> = ranking
        .candidates
        .iter()
        .map(|candidate| Candidate { intent: &candidate.intent, confidence: candidate.confidence })
        .collect();
    let first = ranking.candidates.first();
    serde_json::to_string(&Matched {
        text,
        lang,
        decision: ranking.decision,
        intent: first.map(|candidate| &candidate.intent),
        confidence: first.map_or(0.0, |candidate| candidate.confidence),
        candidates,
        evidence: &ranking.evidence,
    })
}

fn answered(content: &Content, lang: Language, text: &str) -> serde_json::Result<String> {
    let question = AskedQuestion { text: "", check: false, verb: None };
    let reading = content.answers(lang).read(text, &question);
    let answer = match reading.class {
        AnswerClass::Yes | AnswerClass::Solved => "yes",
        AnswerClass::No | AnswerClass::Failing => "no",
        AnswerClass::Unsure => "unsure",
        _ => "none",
    };
    serde_json::to_string(&Answered { text, answer })
}
