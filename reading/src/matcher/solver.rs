//! One intent against all others: a linear classifier with squared hinge loss, found by dual
//! coordinate descent (Hsieh et al., 2008).
//!
//! **Invariant:** the result depends on the problem and the class alone, never on other threads.

use crate::matcher::recipe::Recipe;

/// All examples as sparse vectors.
#[derive(Debug, Default)]
pub(super) struct Problem {
    /// Where each example begins in `index` and `value`; one more at the end.
    pub(super) starts: Vec<u32>,
    /// Features that at least two examples have, numbered from 0.
    pub(super) index: Vec<u32>,
    /// Their values.
    pub(super) value: Vec<f32>,
    /// Squared length of what only this example has: no other example sees those weights, so
    /// they need no place in the weight vector.
    pub(super) own: Vec<f32>,
    /// How much each example counts.
    pub(super) weight: Vec<f32>,
    /// Which class each belongs to.
    pub(super) class: Vec<u32>,
    /// How many numbers `index` goes over.
    pub(super) width: usize,
}

/// The classifier of one class.
#[derive(Debug)]
pub(super) struct Solution {
    /// How much each example pulls the weights, negative for those of other classes.
    pub(super) pull: Vec<f32>,
    /// The constant part of the score.
    pub(super) bias: f32,
}

/// Multiply-adds that all classes together may cost: beyond it, fewer rounds are made. A bot of
/// ordinary size stays a hundred times below.
const BUDGET: usize = 40_000_000_000;
/// With fewer passes nothing is learnt.
const LEAST_ROUNDS: usize = 3;
/// An example this far on its right side after the first round is looked at no more.
const SETTLED: f32 = 0.3;

impl Problem {
    /// How many examples there are.
    pub(super) fn len(&self) -> usize {
        self.weight.len()
    }

    /// Features and values of one example.
    pub(super) fn example(&self, at: usize) -> (&[u32], &[f32]) {
        let range = self.starts[at] as usize..self.starts[at + 1] as usize;
        (&self.index[range.clone()], &self.value[range])
    }

    /// Finds the classifier of `class` among `classes`.
    pub(super) fn solve(&self, class: u32, classes: usize, recipe: &Recipe) -> Solution {
        let mut descent = Descent::new(self, class, recipe);
        let rounds = rounds(self.index.len(), classes, recipe);
        let mut random = Random(u64::from(class).wrapping_add(1));
        let mut active: Vec<u32> = (0..).take(self.len()).collect();
        for round in 0..rounds {
            random.shuffle(&mut active);
            let worst = descent.round(&mut active, round > 0);
            if worst < recipe.tolerance {
                break;
            }
        }
        descent.solution()
    }
}

/// How many passes over so many values each of the classes may take.
fn rounds(values: usize, classes: usize, recipe: &Recipe) -> usize {
    (BUDGET / values.saturating_mul(classes).max(1)).clamp(LEAST_ROUNDS, recipe.rounds)
}

struct Descent<'a> {
    problem: &'a Problem,
    class: u32,
    weights: Vec<f32>,
    bias: f32,
    alpha: Vec<f32>,
    /// Half the inverse cost of a mistake, for examples of the class and of others.
    slack: [f32; 2],
    curvature: Vec<f32>,
}

impl<'a> Descent<'a> {
    fn new(problem: &'a Problem, class: u32, recipe: &Recipe) -> Self {
        let side = |wanted: bool| -> f32 {
            let of_side = problem.class.iter().zip(&problem.weight);
            of_side.filter(|&(&other, _)| (other == class) == wanted).map(|(_, w)| w).sum()
        };
        let (inside, outside) = (side(true), side(false));
        let all = inside + outside;
        // Both sides together cost the same, whatever their numbers.
        let cost = |of_side: f32| recipe.cost * all / (2.0 * of_side.max(1e-6));
        let curvature = (0..problem.len())
            .map(|at| {
                let (_, values) = problem.example(at);
                values.iter().map(|value| value * value).sum::<f32>() + problem.own[at] + 1.0
            })
            .collect();
        Self {
            problem,
            class,
            weights: vec![0.0; problem.width],
            bias: 0.0,
            alpha: vec![0.0; problem.len()],
            slack: [0.5 / cost(inside), 0.5 / cost(outside)],
            curvature,
        }
    }

    /// One pass over the active examples; returns the greatest projected gradient.
    fn round(&mut self, active: &mut Vec<u32>, may_settle: bool) -> f32 {
        let mut worst = 0.0_f32;
        let mut kept = 0;
        for place in 0..active.len() {
            let at = active[place] as usize;
            let (index, values) = self.problem.example(at);
            let inside = self.problem.class[at] == self.class;
            let sign = if inside { 1.0 } else { -1.0 };
            let slack = self.slack[usize::from(!inside)] / self.problem.weight[at];
            let alpha = self.alpha[at];
            let mut score = self.bias;
            for (&feature, &value) in index.iter().zip(values) {
                score += self.weights[feature as usize] * value;
            }
            let gradient = sign * score + alpha * self.problem.own[at] - 1.0 + slack * alpha;
            if alpha <= 0.0 && gradient >= 0.0 {
                if !(may_settle && gradient > SETTLED) {
                    active[kept] = active[place];
                    kept += 1;
                }
                continue;
            }
            active[kept] = active[place];
            kept += 1;
            worst = worst.max(gradient.abs());
            let moved = (alpha - gradient / (self.curvature[at] + slack)).max(0.0);
            let step = (moved - alpha) * sign;
            self.alpha[at] = moved;
            self.bias += step;
            for (&feature, &value) in index.iter().zip(values) {
                self.weights[feature as usize] += step * value;
            }
        }
        active.truncate(kept);
        worst
    }

    fn solution(self) -> Solution {
        let classes = self.problem.class.iter();
        let pull = classes
            .zip(&self.alpha)
            .map(|(&other, &alpha)| if other == self.class { alpha } else { -alpha })
            .collect();
        Solution { pull, bias: self.bias }
    }
}

/// A sequence fixed by its seed (`SplitMix64`): training must not draw chance.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    fn shuffle(&mut self, items: &mut [u32]) {
        for last in (1..items.len()).rev() {
            let among = u64::try_from(last).unwrap_or(u64::MAX) + 1;
            let other = usize::try_from(self.next() % among).unwrap_or(0);
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three classes told apart by one feature each; feature 3 is everyone's.
    fn problem() -> Problem {
        let mut problem = Problem { starts: vec![0], width: 4, ..Problem::default() };
        for at in 0..12_u32 {
            problem.index.extend([at % 3, 3]);
            problem.value.extend([0.9, 0.4]);
            problem.starts.push(problem.index.len().try_into().unwrap());
            problem.own.push(0.1);
            problem.weight.push(1.0);
            problem.class.push(at % 3);
        }
        problem
    }

    #[test]
    fn examples_of_the_class_pull_up_and_others_down() {
        let solution = problem().solve(1, 3, &Recipe::default());
        for (at, pull) in solution.pull.iter().enumerate() {
            assert_eq!(*pull > 0.0, at % 3 == 1, "{at}: {pull}");
        }
    }

    #[test]
    fn the_same_problem_has_the_same_solution() {
        let bits = |solution: Solution| -> Vec<u32> {
            solution.pull.iter().map(|pull| pull.to_bits()).collect()
        };
        let recipe = Recipe::default();
        assert_eq!(bits(problem().solve(0, 3, &recipe)), bits(problem().solve(0, 3, &recipe)));
    }

    /// 100 000 examples of 300 features in 150 intents: what training takes is counted before.
    #[test]
    fn a_huge_problem_gets_fewer_rounds_and_an_ordinary_one_all() {
        let recipe = Recipe::default();
        assert_eq!(rounds(150 * 50 * 300, 150, &recipe), recipe.rounds);
        for examples in [10_000, 100_000, 1_000_000] {
            let values = examples * 300;
            let rounds = rounds(values, 150, &recipe);
            assert!(rounds == LEAST_ROUNDS || rounds * values * 150 <= BUDGET, "{examples}");
        }
        assert_eq!(rounds(0, 0, &recipe), recipe.rounds);
        assert_eq!(rounds(usize::MAX, 2, &recipe), LEAST_ROUNDS);
    }

    #[test]
    fn a_class_of_all_examples_or_of_none_is_finite() {
        let mut one = problem();
        one.class.fill(0);
        for class in [0, 1] {
            let solution = one.solve(class, 2, &Recipe::default());
            assert!(solution.bias.is_finite());
            assert!(solution.pull.iter().all(|pull| pull.is_finite()));
        }
    }
}
