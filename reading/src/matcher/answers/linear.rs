//! A linear classifier: one-vs-rest support vectors with squared hinge loss, by dual coordinate
//! descent.
//!
//! Only additions, multiplications and divisions in a fixed order: the same rows give the same
//! weights on every machine.

use serde::Deserialize;
use serde::Serialize;

/// How hard the examples are held against the wish for small weights; chosen on folds.
const COST: f32 = 2.0;

/// Passes over the rows at most.
const PASSES: usize = 24;

/// Passes that look at every row.
const FULL_PASSES: usize = 2;

/// A row that is this far on its right side after the full passes is looked at no more.
const SETTLED: f32 = 0.1;

/// When no row is further from where it should be, the weights are found: on folds of the examples,
/// closer ones read no better and take twice as long.
const TOLERANCE: f32 = 0.3;

/// A row: features by number, each with its strength.
pub(super) type Row = Vec<(u32, f32)>;

/// Weights by feature and class.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Vec<f32>", into = "Vec<f32>")]
pub(super) struct Linear<const CLASSES: usize> {
    weights: Vec<[f32; CLASSES]>,
}

impl<const CLASSES: usize> From<Vec<f32>> for Linear<CLASSES> {
    fn from(flat: Vec<f32>) -> Self {
        Self { weights: flat.as_chunks().0.to_vec() }
    }
}

impl<const CLASSES: usize> From<Linear<CLASSES>> for Vec<f32> {
    fn from(linear: Linear<CLASSES>) -> Self {
        linear.weights.into_flattened()
    }
}

impl<const CLASSES: usize> Linear<CLASSES> {
    /// Learns to tell the classes (`labels`, below `CLASSES`) apart; `costs` say how much more than
    /// usual a mistake in each row counts, and `features` is the number of
    /// different features in `rows`.
    pub(super) fn train(rows: &[Row], labels: &[usize], costs: &[f32], features: usize) -> Self {
        let mut weights = vec![[0.0; CLASSES]; features];
        let examples = Examples::new(rows, labels, costs);
        for class in 0..CLASSES {
            if labels.contains(&class) {
                for (all, one) in weights.iter_mut().zip(examples.separate(features, class)) {
                    all[class] = one;
                }
            } else {
                // A class without an example must never win.
                for all in &mut weights {
                    all[class] = -1.0;
                }
            }
        }
        Self { weights }
    }

    /// The score of every class; about 1 for the right one and -1 for the others.
    pub(super) fn score(&self, row: &Row) -> [f32; CLASSES] {
        self.add([0.0; CLASSES], row)
    }

    /// The score with more features: the same as of all in one row, in their order.
    pub(super) fn add(&self, mut scores: [f32; CLASSES], row: &Row) -> [f32; CLASSES] {
        for &(feature, strength) in row {
            if let Some(weights) = self.weights.get(feature as usize) {
                for (score, weight) in scores.iter_mut().zip(weights) {
                    *score += weight * strength;
                }
            }
        }
        scores
    }
}

/// The rows one after the other in one piece of memory, which is gone through many times.
struct Examples<'a> {
    values: Vec<(u32, f32)>,
    /// Where each row begins in `values`; one more at the end.
    starts: Vec<usize>,
    /// Squared length of each row, with the ridge.
    curvature: Vec<f32>,
    /// What is added to it, by row: half the inverse cost of a mistake.
    ridges: Vec<f32>,
    labels: &'a [usize],
}

/// Half the inverse cost of a mistake in a usual row.
const RIDGE: f32 = 0.5 / COST;

impl<'a> Examples<'a> {
    fn new(rows: &[Row], labels: &'a [usize], costs: &[f32]) -> Self {
        let mut starts = Vec::with_capacity(rows.len() + 1);
        let mut values = Vec::with_capacity(rows.iter().map(Vec::len).sum());
        starts.push(0);
        for row in rows {
            values.extend_from_slice(row);
            starts.push(values.len());
        }
        let ridges: Vec<f32> = costs.iter().map(|cost| RIDGE / cost).collect();
        let squares = rows
            .iter()
            .zip(&ridges)
            .map(|(row, ridge)| row.iter().map(|(_, x)| x * x).sum::<f32>() + ridge);
        Self { curvature: squares.collect(), values, starts, ridges, labels }
    }

    /// The weights that tell one class from all others.
    fn separate(&self, features: usize, class: usize) -> Vec<f32> {
        let mut weights = vec![0.0_f32; features];
        let mut alphas = vec![0.0_f32; self.labels.len()];
        let mut active: Vec<usize> = (0..self.labels.len()).collect();
        let mut state = 0x9E37_79B9_u32;
        for pass in 0..PASSES {
            shuffle(&mut active, &mut state);
            let mut worst = 0.0_f32;
            active.retain(|&at| {
                let row = &self.values[self.starts[at]..self.starts[at + 1]];
                let sign = if self.labels[at] == class { 1.0 } else { -1.0 };
                let product: f32 = row.iter().map(|&(f, x)| weights[f as usize] * x).sum();
                let alpha = alphas[at];
                let slope = sign * product - 1.0 + self.ridges[at] * alpha;
                if alpha <= 0.0 && slope >= 0.0 {
                    return pass < FULL_PASSES || slope <= SETTLED;
                }
                worst = worst.max(slope.abs());
                let moved = (alpha - slope / self.curvature[at]).max(0.0);
                let step = (moved - alpha) * sign;
                alphas[at] = moved;
                for &(f, x) in row {
                    weights[f as usize] += step * x;
                }
                true
            });
            if worst < TOLERANCE {
                break;
            }
        }
        weights
    }
}

/// Fisher-Yates with a fixed small generator: the order must vary, but never between two runs.
fn shuffle(order: &mut [usize], state: &mut u32) {
    for at in (1..order.len()).rev() {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let other = (*state >> 8) as usize % (at + 1);
        order.swap(at, other);
    }
}
