//! `skicka eval`: how well messages are understood, in figures; and what an author may mend.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use crate::cli::ContentArgs;
use crate::cli::Failed;
use crate::cli::matching::language;
use crate::cli::progress::Progress;
use crate::cli::put;
use crate::language::Language;
use crate::language::identify::identify;
use crate::matcher::Context;
use crate::matcher::Matcher;
use crate::matcher::evaluation::Figures;
use crate::matcher::evaluation::Outcome;
use crate::matcher::evaluation::SHIPPED_THRESHOLD;
use crate::matcher::evaluation::chosen_threshold;
use crate::matcher::evaluation::data::Sample;
use crate::matcher::evaluation::data::Splits;
use crate::matcher::evaluation::data::folds;
use crate::matcher::evaluation::data::training_set;
use crate::matcher::evaluation::noise::Random;
use crate::matcher::evaluation::noise::with_typos;
use crate::matcher::evaluation::runs::Judged;
use crate::matcher::evaluation::runs::judge;
use crate::matcher::evaluation::runs::part;

mod own;
mod table;

/// At most so many messages are timed, one after the other.
const TIMED: usize = 2_000;
/// So many texts tell the language of a file.
const ASKED_FOR_LANGUAGE: usize = 300;

/// Measure how well messages are understood.
#[derive(Debug, clap::Args)]
pub(super) struct EvalArgs {
    /// Files of labelled messages, `split<TAB>intent<TAB>text` a line; without one, the bot's own
    /// content is measured.
    #[arg(value_name = "FILE.tsv")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    content: ContentArgs,
    /// The language of the messages. Default for a file: what most of its training messages seem
    /// to be in; without a file: every language of the content.
    #[arg(long, value_parser = language)]
    lang: Option<Language>,
    /// Print JSON, an object a line.
    #[arg(long)]
    json: bool,
    /// In how many parts the messages are dealt, each held out in its turn, where there is no
    /// test split.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=100))]
    folds: u8,
    /// So many random slips of the finger in each measured message.
    #[arg(long, value_name = "K", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=20))]
    typos: u8,
    /// What chance begins with; equal seeds give equal runs.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

/// The figures of one run; shares lie between 0 and 1.
#[derive(Debug, Serialize)]
struct Measured {
    intents: usize,
    train: usize,
    test_in_scope: usize,
    test_oos: usize,
    accuracy: Option<f64>,
    macro_f1: Option<f64>,
    accepted_correct: Option<f64>,
    oos_recall: Option<f64>,
    oos_precision: Option<f64>,
    accuracy_all: Option<f64>,
    auroc: Option<f64>,
    ece: Option<f64>,
    train_seconds: f64,
    p50_us: f64,
    p99_us: f64,
    threshold: f32,
    lang: Language,
    /// How many parts were held out in turn; none when there was a test split.
    folds: Option<u8>,
}

/// What was measured, and message by message what became of it.
struct Run {
    measured: Measured,
    judged: Vec<Judged>,
}

/// Measures files, or the bot's own content.
pub(super) fn run(args: &EvalArgs) -> Result<(), Failed> {
    if args.files.is_empty() {
        return own::run(args);
    }
    for (at, file) in args.files.iter().enumerate() {
        let run = run_file(args, file)?;
        if args.json {
            put(&format!("{}\n", serde_json::to_string(&run.measured)?))?;
        } else {
            let gap = if at > 0 { "\n" } else { "" };
            put(&format!("{gap}{}", table::of_file(file, &run)))?;
        }
    }
    Ok(())
}

fn run_file(args: &EvalArgs, file: &Path) -> Result<Run, Failed> {
    let name = file.display();
    let text = read_text(file)?;
    let splits = Splits::parse(&text).map_err(|error| Failed::Use(format!("{name}, {error}")))?;
    if splits.train.iter().all(|sample| sample.intent.is_none()) {
        return Err(Failed::Use(format!("{name}: every training message is out of scope")));
    }
    let lang = args.lang.unwrap_or_else(|| language_of(&splits.train));
    let progress = Progress::begin(&format!("{name}: training and ranking"));
    let trials = if splits.test.is_empty() {
        let heap = folds(&splits.train, usize::from(args.folds), args.seed);
        let parts = (0..usize::from(args.folds)).map(|fold| part(&splits.train, &heap, fold));
        parts.filter(|(learnt, held)| !learnt.is_empty() && !held.is_empty()).collect()
    } else {
        vec![(splits.train.clone(), splits.test.clone())]
    };
    let crossed = splits.test.is_empty().then_some(args.folds);
    if trials.is_empty() {
        return Err(Failed::Use(format!("{name}: too few training messages to hold any out")));
    }
    let mut random = Random::new(args.seed);
    let mut bench = Bench::default();
    let mut judged = Vec::new();
    let mut last = None;
    for (learnt, mut held) in trials {
        for sample in &mut held {
            sample.text = with_typos(&sample.text, usize::from(args.typos), &mut random);
        }
        let matcher = bench.train(|| Matcher::train(&training_set(lang, learnt.iter())));
        bench.time(&matcher, &held);
        judged.extend(judge(&matcher, &held, &|| progress.step()));
        last = Some(matcher);
    }
    // What was learnt from all messages chooses the threshold, where there is a split for that.
    let threshold = match (&splits.val[..], last) {
        ([], _) | (_, None) => SHIPPED_THRESHOLD,
        (val, Some(matcher)) => {
            let outcomes = judge(&matcher, val, &|| progress.step());
            let outcomes: Vec<Outcome> = outcomes.into_iter().map(|one| one.outcome).collect();
            chosen_threshold(&outcomes)
        }
    };
    progress.end();
    let measured = measured(&judged, &bench, threshold, lang, &splits.train, crossed);
    Ok(Run { measured, judged })
}

fn read_text(file: &Path) -> Result<String, Failed> {
    let name = file.display();
    let bytes =
        fs::read(file).map_err(|error| Failed::Use(format!("{name} cannot be read: {error}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.split(|byte| *byte == b'\n').count();
        Failed::Use(format!("{name}, line {line}: not UTF-8: save the file as UTF-8"))
    })
}

fn measured(
    judged: &[Judged],
    bench: &Bench,
    threshold: f32,
    lang: Language,
    learnt: &[Sample],
    folds: Option<u8>,
) -> Measured {
    let outcomes: Vec<Outcome> = judged.iter().map(|one| one.outcome.clone()).collect();
    let figures = Figures::of(&outcomes, threshold);
    let mut intents: Vec<_> = learnt.iter().filter_map(|sample| sample.intent.as_ref()).collect();
    intents.sort_unstable();
    intents.dedup();
    Measured {
        intents: intents.len(),
        train: learnt.len(),
        test_in_scope: figures.in_scope,
        test_oos: figures.out_of_scope,
        accuracy: figures.accuracy,
        macro_f1: figures.macro_f1,
        accepted_correct: figures.accepted_correct,
        oos_recall: figures.oos_recall,
        oos_precision: figures.oos_precision,
        accuracy_all: figures.accuracy_all,
        auroc: figures.auroc,
        ece: figures.ece,
        train_seconds: bench.train_seconds(),
        p50_us: bench.micros(0.5),
        p99_us: bench.micros(0.99),
        threshold,
        lang,
        folds,
    }
}

/// The language that most of the messages seem to be in.
fn language_of(samples: &[Sample]) -> Language {
    let step = samples.len().div_ceil(ASKED_FOR_LANGUAGE).max(1);
    let mut votes = [0_usize; Language::ALL.len()];
    for sample in samples.iter().step_by(step) {
        if let Some(verdict) = identify(&sample.text) {
            let place = Language::ALL.iter().position(|language| *language == verdict.language);
            votes[place.unwrap_or(0)] += 1;
        }
    }
    let most = Language::ALL.into_iter().zip(votes).max_by_key(|(_, votes)| *votes);
    most.map_or(Language::En, |(language, _)| language)
}

/// How long training and ranking take.
#[derive(Default)]
struct Bench {
    trained: Vec<Duration>,
    ranked: Vec<Duration>,
}

impl Bench {
    fn train(&mut self, train: impl FnOnce() -> Matcher) -> Matcher {
        let began = Instant::now();
        let matcher = train();
        self.trained.push(began.elapsed());
        matcher
    }

    /// Times messages one after the other on this thread, after all were ranked once.
    fn time(&mut self, matcher: &Matcher, samples: &[Sample]) {
        let step = samples.len().div_ceil(TIMED).max(1);
        let timed = || samples.iter().step_by(step);
        for sample in timed() {
            std::hint::black_box(matcher.rank(&sample.text, &Context::default()));
        }
        for sample in timed() {
            let began = Instant::now();
            std::hint::black_box(matcher.rank(&sample.text, &Context::default()));
            self.ranked.push(began.elapsed());
        }
    }

    /// The mean of all trainings.
    fn train_seconds(&self) -> f64 {
        let trainings = u32::try_from(self.trained.len()).unwrap_or(u32::MAX).max(1);
        (self.trained.iter().sum::<Duration>() / trainings).as_secs_f64()
    }

    /// So much time the given share of the messages took at most, in microseconds.
    fn micros(&self, share: f64) -> f64 {
        let mut times = self.ranked.clone();
        times.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a list of some thousands"
        )]
        let place = (times.len() as f64 * share) as usize;
        let time = times.get(place.min(times.len().saturating_sub(1)));
        time.map_or(0.0, |time| time.as_secs_f64() * 1e6)
    }
}
