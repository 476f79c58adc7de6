//! The bot's own content, held out example by example, and what its author may mend.

use serde::Serialize;

use crate::cli::Failed;
use crate::cli::content;
use crate::cli::eval::Bench;
use crate::cli::eval::EvalArgs;
use crate::cli::eval::Measured;
use crate::cli::eval::measured;
use crate::cli::eval::table;
use crate::cli::progress::Progress;
use crate::cli::put;
use crate::content::build::is_servable;
use crate::language::Language;
use crate::matcher::Matcher;
use crate::matcher::TrainingSet;
use crate::matcher::evaluation::SHIPPED_THRESHOLD;
use crate::matcher::evaluation::advice::Advice;
use crate::matcher::evaluation::advice::Stray;
use crate::matcher::evaluation::data::folds;
use crate::matcher::evaluation::noise::Random;
use crate::matcher::evaluation::noise::with_typos;
use crate::matcher::evaluation::runs::judge;
use crate::matcher::evaluation::runs::part;
use crate::matcher::evaluation::runs::samples_of;
use crate::matcher::evaluation::runs::with_examples;

/// One language's figures with what they advise.
#[derive(Debug, Serialize)]
struct OwnReport {
    #[serde(flatten)]
    measured: Measured,
    advice: Advice,
}

/// Measures every language of the content, or the one that was asked for.
pub(super) fn run(args: &EvalArgs) -> Result<(), Failed> {
    let folder = args.content.folder()?;
    let loaded = content::read(&folder);
    if !is_servable(&loaded.diagnostics) {
        // With faults in it nothing can be trained; showing them is the error.
        loaded.train(&folder)?;
        return Ok(());
    }
    let wanted = Language::ALL.into_iter().filter(|it| args.lang.is_none_or(|lang| lang == *it));
    for (at, language) in wanted.enumerate() {
        let set = loaded.draft.training_set(language);
        let Some(report) = report(args, &set) else {
            eprintln!(
                "skicka: the content has too few examples in {} to hold any out",
                language.code()
            );
            continue;
        };
        if args.json {
            put(&format!("{}\n", serde_json::to_string(&report)?))?;
        } else {
            put(&format!(
                "{}{} examples in {}\n{}{}",
                if at > 0 { "\n" } else { "" },
                report.measured.train,
                language.code(),
                table::of_figures(&report.measured),
                advice_text(&report.advice)
            ))?;
        }
    }
    Ok(())
}

fn report(args: &EvalArgs, set: &TrainingSet) -> Option<OwnReport> {
    let samples = samples_of(set);
    if samples.len() < 2 {
        return None;
    }
    let count = usize::from(args.folds);
    let heap = folds(&samples, count, args.seed);
    let progress = Progress::begin("the content: training and ranking");
    let mut random = Random::new(args.seed);
    let mut bench = Bench::default();
    let mut judged = Vec::new();
    for fold in 0..count {
        let (learnt, mut held) = part(&samples, &heap, fold);
        for sample in &mut held {
            sample.text = with_typos(&sample.text, usize::from(args.typos), &mut random);
        }
        if held.is_empty() {
            continue;
        }
        let matcher = bench.train(|| Matcher::train(&with_examples(set, &learnt)));
        bench.time(&matcher, &held);
        judged.extend(judge(&matcher, &held, &|| progress.step()));
    }
    progress.end();
    let measured =
        measured(&judged, &bench, SHIPPED_THRESHOLD, set.language, &samples, Some(args.folds));
    Some(OwnReport { measured, advice: Advice::of(set, &judged) })
}

fn advice_text(advice: &Advice) -> String {
    let mut out = String::new();
    let mut put = |line: &str| {
        out.push_str(line);
        out.push('\n');
    };
    if !advice.stray.is_empty() {
        put("\nStray examples: held out, they were surely taken for another intent. Move them, or");
        put("give their own intent more of the kind:");
        advice.stray.iter().for_each(|stray| put(&stray_text(stray)));
    }
    if !advice.overlaps.is_empty() {
        put("\nIntents that are taken for one another. Tell them apart by examples and keywords:");
        for overlap in &advice.overlaps {
            put(&format!(
                "  {:>3} × {} and {}; both say {}",
                overlap.messages,
                overlap.one,
                overlap.other,
                overlap.words.join(", ")
            ));
        }
    }
    if !advice.lonely.is_empty() {
        put("\nExamples like no other of their intent. Write more of the kind, if customers do:");
        advice.lonely.iter().for_each(|stray| put(&stray_text(stray)));
    }
    if !advice.thin.is_empty() {
        put("\nThin intents: too few examples, or too few that the others helped to recognise:");
        for thin in &advice.thin {
            put(&format!("  {}: {} of {} recognised", thin.intent, thin.recognised, thin.examples));
        }
    }
    out
}

fn stray_text(stray: &Stray) -> String {
    let own = stray.intent.as_ref().map_or("out of scope", |intent| intent.as_str());
    let because = if stray.words.is_empty() { "" } else { ", because of " };
    format!(
        "  {own}: “{}” → {} ({:.0} %){because}{}",
        stray.example,
        stray.taken_for,
        stray.confidence * 100.0,
        stray.words.join(", ")
    )
}
