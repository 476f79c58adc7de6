//! The bank's own problems in messages that no example holds: how many are understood.
//!
//! `cargo test --test it matching -- --nocapture` prints the figures of `docs/matching.md`.

use std::fs;
use std::path::Path;

use skicka::language::Language;
use skicka::matcher::Context;
use skicka::matcher::Decision;

use crate::bank;

/// What became of the messages of one language.
#[derive(Debug, Default)]
struct Tally {
    in_scope: u32,
    /// Right, or among the topics offered.
    understood: u32,
    /// Answered with another topic.
    wrong: u32,
    out_of_scope: u32,
    /// Out of scope, and answered as if it were not.
    taken: u32,
}

fn share(part: u32, whole: u32) -> f64 {
    100.0 * f64::from(part) / f64::from(whole)
}

fn tally(language: Language) -> Tally {
    let name = format!("tests/matching/bank-{}.tsv", language.code());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let rows = fs::read_to_string(path).expect("the messages can be read");
    let matcher = bank::content().matcher(language);
    let mut tally = Tally::default();
    for row in rows.lines() {
        let mut fields = row.splitn(3, '\t').skip(1);
        let intent = fields.next().expect("a row names its intent");
        let text = fields.next().expect("a row has a text");
        let ranking = matcher.rank(text, &Context::default());
        let first = ranking.candidates.first().map(|candidate| candidate.intent.as_str());
        if intent == "__oos__" {
            tally.out_of_scope += 1;
            tally.taken += u32::from(ranking.decision == Decision::Answer);
            continue;
        }
        let offered = || {
            let shown = ranking.candidates.iter().take(3);
            shown.into_iter().any(|candidate| candidate.intent.as_str() == intent)
        };
        tally.in_scope += 1;
        match ranking.decision {
            Decision::Answer if first == Some(intent) => tally.understood += 1,
            Decision::Answer => tally.wrong += 1,
            Decision::Clarify if offered() => tally.understood += 1,
            Decision::Clarify | Decision::Reject => {}
        }
    }
    tally
}

#[test]
fn the_banks_customers_are_understood() {
    for (language, least) in [(Language::Sv, 90.0), (Language::Fi, 85.0), (Language::En, 85.0)] {
        let tally = tally(language);
        let understood = share(tally.understood, tally.in_scope);
        let wrong = share(tally.wrong, tally.in_scope);
        let taken = share(tally.taken, tally.out_of_scope);
        println!(
            "{}: {} in scope: understood {understood:.1} %, wrong topic {wrong:.1} %; \
             {} out of scope: answered all the same {taken:.1} %",
            language.code(),
            tally.in_scope,
            tally.out_of_scope
        );
        assert!(understood >= least, "{language:?}: {understood:.1} % understood");
        assert!(wrong <= 5.0, "{language:?}: {wrong:.1} % answered with the wrong topic");
        assert!(taken <= 12.0, "{language:?}: {taken:.1} % of out-of-scope messages answered");
    }
}
