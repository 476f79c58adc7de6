use super::*;
use crate::matcher::Candidate;

fn outcome(truth: Option<&str>, best: &str, confidence: f32) -> Outcome {
    let candidate = Candidate { intent: IntentId::new(best), score: 0.0, confidence };
    Outcome {
        truth: truth.map(IntentId::new),
        ranking: Ranking {
            decision: Decision::Answer,
            candidates: vec![candidate],
            evidence: Vec::new(),
            out_of_scope: 1.0 - confidence,
            known_words: 1,
        },
    }
}

fn near(given: Option<f64>, wanted: f64) {
    assert!((given.unwrap() - wanted).abs() < 1e-6, "{given:?} is not {wanted}");
}

#[test]
fn figures_of_a_small_set_by_hand() {
    let outcomes = [
        outcome(Some("a"), "a", 0.9),
        outcome(Some("a"), "b", 0.6),
        outcome(Some("b"), "b", 0.4),
        outcome(Some("b"), "b", 0.8),
        outcome(None, "a", 0.3),
        outcome(None, "b", 0.7),
    ];
    let figures = Figures::of(&outcomes, 0.5);
    assert_eq!((figures.in_scope, figures.out_of_scope), (4, 2));
    near(figures.accuracy, 0.75);
    near(figures.accepted_correct, 0.5);
    near(figures.oos_recall, 0.5);
    near(figures.oos_precision, 0.5);
    near(figures.accuracy_all, 0.5);
    // Above .3 all four; above .7 two of four.
    near(figures.auroc, 0.75);
    // a: 1 hit, 2 wanted, 1 given; b: 2 hits, 2 wanted, 3 given.
    near(figures.macro_f1, f64::midpoint(2.0 / 3.0, 4.0 / 5.0));
    near(figures.ece, (0.1 + 0.6 + 0.6 + 0.2 + 0.3 + 0.7) / 6.0);
}

#[test]
fn nothing_to_measure_is_no_figure() {
    let figures = Figures::of(&[], 0.5);
    assert_eq!(figures.accuracy, None);
    assert_eq!(figures.auroc, None);
    assert_eq!(figures.macro_f1, None);
    assert_eq!(figures.ece, None);
}

#[test]
fn the_threshold_parts_what_it_can() {
    let outcomes = [
        outcome(Some("a"), "a", 0.9),
        outcome(Some("a"), "a", 0.4),
        outcome(None, "a", 0.3),
        outcome(None, "a", 0.2),
    ];
    let threshold = best_threshold(&outcomes);
    assert!((0.3..0.4).contains(&threshold), "{threshold}");
    assert!(best_threshold(&outcomes[..2]).abs() < f32::EPSILON);
    assert!(best_threshold(&[]).abs() < f32::EPSILON);
}
