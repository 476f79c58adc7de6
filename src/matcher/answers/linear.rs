//! A linear classifier: one-vs-rest support vectors with squared hinge loss, by dual coordinate
//! descent.
//!
//! Only additions, multiplications and divisions in a fixed order: the same rows give the same
//! weights on every machine.

/// How hard the examples are held against the wish for small weights; chosen on folds.
const COST: f32 = 4.0;

/// Passes over the rows; the weights hardly move after half as many.
const PASSES: usize = 24;

/// A row: features by number, each with its strength.
pub(super) type Row = Vec<(u32, f32)>;

/// Weights by feature and class.
#[derive(Debug, Clone)]
pub(super) struct Linear<const CLASSES: usize> {
    weights: Vec<[f32; CLASSES]>,
}

impl<const CLASSES: usize> Linear<CLASSES> {
    /// Learns to tell the classes (`labels`, below `CLASSES`) apart; `features` is the number of
    /// different features in `rows`.
    pub(super) fn train(rows: &[Row], labels: &[usize], features: usize) -> Self {
        let mut weights = vec![[0.0; CLASSES]; features];
        for class in 0..CLASSES {
            if labels.contains(&class) {
                for (all, one) in weights.iter_mut().zip(separate(rows, labels, features, class)) {
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
        let mut scores = [0.0; CLASSES];
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

fn separate(rows: &[Row], labels: &[usize], features: usize, class: usize) -> Vec<f32> {
    let mut weights = vec![0.0_f32; features];
    let mut alphas = vec![0.0_f32; rows.len()];
    let ridge = 0.5 / COST;
    let squares: Vec<f32> =
        rows.iter().map(|row| row.iter().map(|(_, x)| x * x).sum::<f32>() + ridge).collect();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut state = 0x9E37_79B9_u32;
    for _ in 0..PASSES {
        shuffle(&mut order, &mut state);
        for &at in &order {
            let sign = if labels[at] == class { 1.0 } else { -1.0 };
            let product: f32 = rows[at].iter().map(|&(f, x)| weights[f as usize] * x).sum();
            let slope = sign * product - 1.0 + ridge * alphas[at];
            let moved = (alphas[at] - slope / squares[at]).max(0.0);
            let step = (moved - alphas[at]) * sign;
            if step.abs() > 1e-9 {
                alphas[at] = moved;
                for &(f, x) in &rows[at] {
                    weights[f as usize] += step * x;
                }
            }
        }
    }
    weights
}

/// Fisher-Yates with a fixed small generator: the order must vary, but never between two runs.
fn shuffle(order: &mut [usize], state: &mut u32) {
    for at in (1..order.len()).rev() {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let other = (*state >> 8) as usize % (at + 1);
        order.swap(at, other);
    }
}
