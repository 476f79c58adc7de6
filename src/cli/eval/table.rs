//! The figures as a person reads them.

use std::fmt::Write as _;
use std::path::Path;

use crate::cli::eval::Measured;
use crate::cli::eval::Run;
use crate::matcher::evaluation::advice::Confusion;
use crate::matcher::evaluation::advice::confusions;

/// So many pairs of intents are shown.
const PAIRS: usize = 10;

/// The table of a file, and the pairs of intents that cost most.
pub(super) fn of_file(file: &Path, run: &Run) -> String {
    let mut out = String::new();
    let measured = &run.measured;
    let how = match measured.folds {
        Some(folds) => format!("{folds} parts, each held out in its turn"),
        None => "test split".to_owned(),
    };
    let _ = writeln!(out, "{} ({}; {how})", file.display(), measured.lang.code());
    out.push_str(&of_figures(measured));
    let pairs = confusions(&run.judged, measured.threshold);
    if !pairs.is_empty() {
        out.push_str("\nMixed up, what costs most first:\n");
        for pair in pairs.iter().take(PAIRS) {
            out.push_str(&of_pair(pair));
        }
    }
    out
}

/// The figures, one a line.
pub(super) fn of_figures(measured: &Measured) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(out, "  {name:<44}{value:>10}");
    };
    line("intents", measured.intents.to_string());
    line("messages learnt from", measured.train.to_string());
    line("messages measured, in scope", measured.test_in_scope.to_string());
    line("messages measured, out of scope", measured.test_oos.to_string());
    for (name, share) in [
        ("right, without threshold", measured.accuracy),
        ("mean F1 of the intents", measured.macro_f1),
        ("accepted and right", measured.accepted_correct),
        ("out of scope that is rejected", measured.oos_recall),
        ("rejected that is out of scope", measured.oos_precision),
        ("of all messages treated rightly", measured.accuracy_all),
    ] {
        if let Some(share) = share {
            line(name, format!("{:.1} %", share * 100.0));
        }
    }
    for (name, number) in [
        ("in scope told from out of scope (AUROC)", measured.auroc),
        ("confidence off by, on average (ECE)", measured.ece),
    ] {
        if let Some(number) = number {
            line(name, format!("{number:.3}"));
        }
    }
    line("accepted from a confidence of", format!("{:.2}", measured.threshold));
    line("training", format!("{:.3} s", measured.train_seconds));
    line("a message, half within", format!("{:.0} µs", measured.p50_us));
    line("a message, 99 % within", format!("{:.0} µs", measured.p99_us));
    out
}

/// A pair of intents with the words to blame.
fn of_pair(pair: &Confusion) -> String {
    let meant = pair.meant.as_ref().map_or("out of scope", |intent| intent.as_str());
    let mut out = format!("  {:>4} × {meant} taken for {}", pair.messages, pair.taken_for);
    if !pair.words.is_empty() {
        let _ = write!(out, "; because of {}", pair.words.join(", "));
    }
    out.push('\n');
    for example in &pair.examples {
        let _ = writeln!(out, "           “{example}”");
    }
    out
}
