//! `skicka explain`: which words of a message counted, for which intent, and against which.

use std::fmt::Write as _;

use serde::Serialize;

use crate::cli::ContentArgs;
use crate::cli::Failed;
use crate::cli::content;
use crate::cli::matching::language;
use crate::cli::put;
use crate::content::Content;
use crate::conversation::language_of;
use crate::conversation::state::State;
use crate::ids::IntentId;
use crate::ids::Timestamp;
use crate::language::Language;
use crate::matcher::Context;
use crate::matcher::Decision;
use crate::matcher::Evidence;
use crate::matcher::How;
use crate::matcher::explain::Account;
use crate::matcher::explain::Explanation;

/// A part of a score that is smaller than this is not worth a line.
const WORTH_A_LINE: f32 = 0.000_5;

/// Say why a message is taken for what it is.
#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// The message.
    #[arg(value_name = "MESSAGE")]
    message: String,
    #[command(flatten)]
    content: ContentArgs,
    /// The language of the message, instead of finding out.
    #[arg(long, value_parser = language)]
    lang: Option<Language>,
    /// The intent to hold the first one against, instead of the runner-up.
    #[arg(long, value_name = "INTENT")]
    against: Option<String>,
    /// Intents that the open dialogue or question raises; may be repeated.
    #[arg(long = "raised", value_name = "INTENT")]
    raised: Vec<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Explained<'a> {
    text: &'a str,
    lang: Language,
    #[serde(flatten)]
    explanation: &'a Explanation,
}

/// Explains one message.
pub(super) fn run(args: &ExplainArgs) -> Result<(), Failed> {
    let folder = args.content.folder()?;
    let content = content::read(&folder).train(&folder)?;
    let fresh = State::new(Language::Sv, Timestamp(0));
    let lang = args.lang.unwrap_or_else(|| language_of(&content, &fresh, &args.message));
    let mut named = args.raised.iter().chain(&args.against);
    if let Some(unknown) = named.find(|name| !content.intents.contains_key(&IntentId::new(name))) {
        return Err(Failed::Use(format!("there is no intent `{unknown}` in the content")));
    }
    let raised: Vec<IntentId> = args.raised.iter().map(|name| IntentId::new(name)).collect();
    let against = args.against.as_deref().map(IntentId::new);
    let matcher = content.matcher(lang);
    let explanation =
        matcher.explain(&args.message, &Context { raised: &raised }, against.as_ref());
    if args.json {
        let explained = Explained { text: &args.message, lang, explanation: &explanation };
        return put(&format!("{}\n", serde_json::to_string(&explained)?));
    }
    put(&in_words(&content, lang, &explanation, against.as_ref()))
}

fn in_words(
    content: &Content,
    lang: Language,
    explanation: &Explanation,
    against: Option<&IntentId>,
) -> String {
    let mut out = String::new();
    let ranking = &explanation.ranking;
    let (Some(best), Some(first)) = (ranking.candidates.first(), explanation.candidates.first())
    else {
        return format!(
            "Read in {}. No word or letter group of it is known: it is not understood.\n",
            lang.code()
        );
    };
    let decision = match ranking.decision {
        Decision::Answer => "taken for",
        Decision::Clarify => "asked about, beginning with",
        Decision::Reject => "not understood; nearest is",
    };
    let _ = writeln!(
        out,
        "Read in {}; {decision} {} ({}), {:.0} % sure. Out of scope: {:.0} %.",
        lang.code(),
        first.intent,
        content.title(&first.intent, lang),
        best.confidence * 100.0,
        ranking.out_of_scope * 100.0
    );
    let other = explanation
        .candidates
        .iter()
        .find(|account| against == Some(&account.intent) && account.intent != first.intent)
        .or(explanation.candidates.get(1));
    out.push('\n');
    out.push_str(&table(first, other));
    out
}

fn table(first: &Account, other: Option<&Account>) -> String {
    let mut out = String::new();
    let name = |account: Option<&Account>| {
        account.map_or(String::new(), |account| account.intent.to_string())
    };
    let mut line = |what: &str, one: &str, two: &str, lead: &str| {
        let _ = writeln!(out, "  {what:<44} {one:>26} {two:>26} {lead:>9}");
    };
    line("", &name(Some(first)), &name(other), "lead");
    let mut row = |what: &str, one: f32, two: Option<f32>| {
        let lead = two.map_or(String::new(), |two| format!("{:+.3}", one - two));
        let two = two.map_or(String::new(), |two| format!("{two:+.3}"));
        line(what, &format!("{one:+.3}"), &two, &lead);
    };
    for (at, word) in first.words.iter().enumerate() {
        let two = other.and_then(|other| other.words.get(at)).map(|word| word.weight);
        row(&told(word), word.weight, two);
    }
    for (what, one, two) in [
        ("before any word", first.base, other.map(|other| other.base)),
        ("is one of the examples", first.exact, other.map(|other| other.exact)),
        ("the open dialogue or question", first.raised, other.map(|other| other.raised)),
        ("words that speak against it", first.forbidden, other.map(|other| other.forbidden)),
    ] {
        if one.abs() >= WORTH_A_LINE || two.is_some_and(|two| two.abs() >= WORTH_A_LINE) {
            row(what, one, two);
        }
    }
    row("together", first.score, other.map(|other| other.score));
    out
}

/// A word as it was typed and as it was read.
fn told(word: &Evidence) -> String {
    let how = match word.how {
        How::Exact => return word.word.clone(),
        How::Stem => "another form of a known word",
        How::Typo => "corrected",
        How::Compound => "by its parts",
        How::Phrase => "as a phrase",
        How::Meaning => "by its meaning",
        How::Unknown => "unknown, only its letters",
    };
    if word.read_as == word.word {
        format!("{} ({how})", word.word)
    } else {
        format!("{} → {} ({how})", word.word, word.read_as)
    }
}
