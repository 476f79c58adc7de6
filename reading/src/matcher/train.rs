//! From examples to numbers.
//!
//! Examples are read and classes are solved on all cores; each result goes to its own place, so
//! the number of cores changes nothing but the time.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use crate::ids::IntentId;
use crate::language::text::Words;
use crate::matcher::Keyword;
use crate::matcher::TrainingSet;
use crate::matcher::arithmetic::Hash;
use crate::matcher::arithmetic::count;
use crate::matcher::arithmetic::ln;
use crate::matcher::arithmetic::single;
use crate::matcher::features::BLANK;
use crate::matcher::features::Group;
use crate::matcher::lexicon::Lexicon;
use crate::matcher::lexicon::LexiconScratch;
use crate::matcher::model::Forbidden;
use crate::matcher::model::Joined;
use crate::matcher::model::Model;
use crate::matcher::reading::Reading;
use crate::matcher::reading::Table;
use crate::matcher::recipe::Recipe;
use crate::matcher::scratch::Seen;
use crate::matcher::solver::Problem;
use crate::matcher::solver::Solution;

const JOINED: u64 = 31;
const EXACT: u64 = 32;
/// The rows of a matrix begin at multiples of this, so that rows are added eight numbers at a time.
const LANES: usize = 8;

/// One text that is learnt from.
struct Document<'a> {
    text: std::borrow::Cow<'a, str>,
    column: u32,
    weight: f32,
    whole: bool,
}

/// The features of one text, by group.
#[derive(Default)]
struct Raw {
    keys: Vec<(u64, f32)>,
    /// Words without meaning.
    blanks: f32,
    ends: [usize; Group::ALL.len()],
}

/// Trains the model of one language on so many threads.
pub(super) fn train(set: &TrainingSet, recipe: &Recipe, workers: NonZero<usize>) -> Model {
    let (intents, documents) = documents(set, recipe);
    let lexicon = Lexicon::of(set.language, documents.iter().map(|document| &*document.text));
    let group_weights = [
        recipe.groups.stem,
        recipe.groups.pair,
        recipe.groups.skip,
        recipe.groups.gram,
        recipe.groups.run,
        recipe.groups.concept,
        recipe.groups.meeting,
        recipe.groups.joined,
    ];
    let has_out_of_scope =
        documents.iter().any(|document| document.column as usize == intents.len());
    let columns = intents.len() + usize::from(has_out_of_scope);
    let (joined, forbidden) = operators(set, &intents, &lexicon);
    let mut model = Model {
        exact: exact(&documents),
        stride: columns.max(1).next_multiple_of(LANES),
        intents,
        has_out_of_scope,
        lexicon,
        ids: Table::default(),
        values: Vec::new(),
        starts: Vec::new(),
        places: Vec::new(),
        rows: Vec::new(),
        means: Vec::new(),
        bias: Vec::new(),
        blank: 0.0,
        unknown: 0.0,
        weak: recipe.weak.clone(),
        group_weights,
        joined,
        forbidden,
    };
    let raw = in_parallel(workers, documents.len(), |at| read(&model, &documents[at].text));
    let counts = number(&mut model, &raw, documents.len(), recipe);
    let matrix = matrix(&model, &raw, &counts, &documents);
    drop(raw);
    let solutions = in_parallel(workers, columns, |column| {
        matrix.problem.solve(u32::try_from(column).unwrap_or(u32::MAX), columns, recipe)
    });
    lay_rows(&mut model, &matrix, solutions, &counts, recipe, workers);
    model
}

/// The texts of a training set with their columns, and the intents that have any.
fn documents<'a>(set: &'a TrainingSet, recipe: &Recipe) -> (Vec<IntentId>, Vec<Document<'a>>) {
    let mut intents = Vec::new();
    let mut documents = Vec::new();
    let mut by_id: BTreeMap<&IntentId, Vec<usize>> = BTreeMap::new();
    for (at, intent) in set.intents.iter().enumerate() {
        by_id.entry(&intent.id).or_default().push(at);
    }
    // In the order of ids, not of files: the order of a directory must not change a model.
    for (id, places) in by_id {
        let column = u32::try_from(intents.len()).unwrap_or(u32::MAX);
        let before = documents.len();
        for intent in places.into_iter().map(|at| &set.intents[at]) {
            let mut add = |text: std::borrow::Cow<'a, str>, weight: f32, whole: bool| {
                if !Words::of(&text).is_empty() {
                    documents.push(Document { text, column, weight, whole });
                }
            };
            for example in &intent.examples {
                add(example.into(), 1.0, true);
            }
            add((&*intent.title).into(), recipe.title_weight, true);
            for keyword in intent.keywords.iter().filter(|keyword| !keyword.forbids) {
                let weight = recipe.keyword_weight * f32::from(keyword.weight);
                add(keyword.text().into(), weight, false);
            }
        }
        if documents.len() > before {
            intents.push(id.clone());
        }
    }
    let column = u32::try_from(intents.len()).unwrap_or(u32::MAX);
    for text in set.out_of_scope.iter().filter(|text| !Words::of(text).is_empty()) {
        documents.push(Document { text: text.into(), column, weight: 1.0, whole: true });
    }
    (intents, documents)
}

/// Columns by whole text; a text that stands in two intents decides nothing.
fn exact(documents: &[Document<'_>]) -> Table<u32> {
    let mut found: Table<Option<u32>> = Table::default();
    let mut words = Words::default();
    for document in documents.iter().filter(|document| document.whole) {
        words.read(&document.text);
        let column = found.entry(text_hash(&words)).or_insert(Some(document.column));
        if *column != Some(document.column) {
            *column = None;
        }
    }
    found.into_iter().filter_map(|(hash, column)| Some((hash, column?))).collect()
}

/// The hash of a whole text, word by word.
pub(super) fn text_hash(words: &Words) -> u64 {
    words.iter().fold(Hash::new(EXACT), |hash, word| hash.with_text(word).with(0)).finish()
}

fn operators(
    set: &TrainingSet,
    intents: &[IntentId],
    lexicon: &Lexicon,
) -> (Table<Vec<Joined>>, Vec<Forbidden>) {
    let mut joined: Table<Vec<Joined>> = Table::default();
    let mut forbidden = Vec::new();
    for intent in &set.intents {
        let Ok(column) = intents.binary_search(&intent.id) else { continue };
        for keyword in &intent.keywords {
            let mut stems = stems(keyword, lexicon);
            if keyword.forbids {
                forbidden.push(Forbidden { stems, column });
            } else if keyword.is_joined() {
                stems.sort_unstable();
                stems.dedup();
                let key = stems.iter().fold(Hash::new(JOINED), |hash, &stem| hash.with(stem));
                let entry = Joined { key: key.finish(), stems };
                let of_first = joined.entry(entry.stems[0]).or_default();
                if !of_first.contains(&entry) {
                    of_first.push(entry);
                }
            }
        }
    }
    forbidden.sort_by(|left, right| (left.column, &left.stems).cmp(&(right.column, &right.stems)));
    forbidden.dedup();
    for entries in joined.values_mut() {
        entries.sort_by_key(|entry| entry.key);
    }
    (joined, forbidden)
}

fn stems(keyword: &Keyword, lexicon: &Lexicon) -> Vec<u64> {
    let text = keyword.text();
    Words::of(&text).iter().map(|word| lexicon.stem_of(word)).collect()
}

fn read(model: &Model, text: &str) -> Raw {
    let words = Words::of(text);
    let mut reading = Reading::default();
    let mut corrected = Reading::default();
    model.lexicon.read(&words, &mut LexiconScratch::default(), &mut reading, &mut corrected);
    let mut seen = Seen::default();
    seen.clear();
    let mut raw = Raw::default();
    model.features(&reading, |seen_now| {
        if seen_now.key == BLANK {
            raw.blanks += 1.0;
        } else if seen.is_new(seen_now.key) {
            raw.keys.push((seen_now.key, seen_now.factor));
        }
        raw.ends[seen_now.group as usize] = raw.keys.len();
    });
    for group in 1..raw.ends.len() {
        raw.ends[group] = raw.ends[group].max(raw.ends[group - 1]);
    }
    raw
}

/// Numbers the features, those of most examples first so that the hot ones lie together, and
/// fills in their values. Returns in how many examples each occurs.
fn number(model: &mut Model, raw: &[Raw], documents: usize, recipe: &Recipe) -> Vec<u32> {
    let mut keys: Vec<u64> = Vec::with_capacity(raw.iter().map(|raw| raw.keys.len()).sum());
    for raw in raw {
        keys.extend(raw.keys.iter().map(|&(key, _)| key));
    }
    keys.sort_unstable();
    let mut found: Vec<(u32, u64)> = keys
        .chunk_by(|left, right| left == right)
        .map(|same| (u32::try_from(same.len()).unwrap_or(u32::MAX), same[0]))
        .collect();
    drop(keys);
    found.sort_unstable_by_key(|&(count, key)| (std::cmp::Reverse(count), key));
    model.ids.reserve(found.len());
    for (id, &(_, key)) in (0_u32..).zip(&found) {
        model.ids.insert(key, id);
    }
    let all = count(documents);
    let rarity = |holders: u32| (ln((1.0 + all) / (1.0 + f64::from(holders))) + 1.0).sqrt();
    model.values = found.iter().map(|&(holders, _)| single(rarity(holders))).collect();
    let unknown = single(recipe.unknown_share * rarity(0));
    model.unknown = unknown * unknown;
    model.blank = model.unknown * recipe.blank * recipe.blank;
    found.into_iter().map(|(holders, _)| holders).collect()
}

/// All examples as vectors.
struct Matrix {
    /// The part that the solver sees: features of at least two examples.
    problem: Problem,
    /// Where the features of each example begin in `entries`; one more at the end.
    starts: Vec<usize>,
    /// Features with values, in order of number.
    entries: Vec<(u32, f32)>,
}

fn matrix(model: &Model, raw: &[Raw], counts: &[u32], documents: &[Document<'_>]) -> Matrix {
    let width = counts.partition_point(|&holders| holders >= 2);
    let mut problem = Problem { starts: vec![0], width, ..Problem::default() };
    let mut starts = vec![0];
    let mut entries = Vec::with_capacity(raw.iter().map(|raw| raw.keys.len()).sum());
    for (raw, document) in raw.iter().zip(documents) {
        let begin = entries.len();
        let mut start = 0;
        for group in Group::ALL {
            let end = raw.ends[group as usize];
            let seen_now = raw.keys[start..end].iter();
            let ids = seen_now.filter_map(|(key, factor)| Some((model.ids.get(key)?, factor)));
            let first = entries.len();
            let mut square =
                if group == Group::Concept { raw.blanks * model.blank } else { 0.0_f32 };
            for (&id, factor) in ids {
                let value = model.values[id as usize] * factor;
                square += value * value;
                entries.push((id, value));
            }
            let factor = model.group_weights[group as usize] / square.sqrt().max(f32::MIN_POSITIVE);
            for (_, value) in &mut entries[first..] {
                *value *= factor;
            }
            start = end;
        }
        entries[begin..].sort_unstable_by_key(|&(id, _)| id);
        let mut own = 0.0;
        for &(id, value) in &entries[begin..] {
            if (id as usize) < width {
                problem.index.push(id);
                problem.value.push(value);
            } else {
                own += value * value;
            }
        }
        starts.push(entries.len());
        problem.starts.push(u32::try_from(problem.index.len()).unwrap_or(u32::MAX));
        problem.own.push(own);
        problem.weight.push(document.weight);
        problem.class.push(document.column);
    }
    Matrix { problem, starts, entries }
}

/// Fills in the rows: what the solver found and the centroids, summed over the examples.
fn lay_rows(
    model: &mut Model,
    matrix: &Matrix,
    solutions: Vec<Solution>,
    counts: &[u32],
    recipe: &Recipe,
    workers: NonZero<usize>,
) {
    let examples = matrix.problem.len();
    let stride = model.stride;
    model.bias = vec![0.0; stride];
    let mut pulls = vec![0.0_f32; examples * stride];
    let centroids = centroids(matrix, solutions.len(), counts.len(), recipe);
    for (column, solution) in solutions.into_iter().enumerate() {
        model.bias[column] = solution.bias;
        for (at, &pull) in solution.pull.iter().enumerate() {
            pulls[at * stride + column] = pull + centroids.pull(&matrix.problem, at, column);
        }
    }
    let common = counts.partition_point(|&holders| holders as usize > recipe.rare);
    let chunk = common.div_ceil(workers.get()).max(1);
    let mut rows = vec![0.0_f32; common * stride];
    std::thread::scope(|scope| {
        for (part, rows) in rows.chunks_mut(chunk * stride).enumerate() {
            let pulls = &pulls;
            let range = part * chunk..part * chunk + rows.len() / stride;
            scope.spawn(move || sum_rows(matrix, pulls, stride, range, rows));
        }
    });
    // Rows of examples after the rows of features.
    rows.extend_from_slice(&pulls);
    model.rows = rows;
    lay_places(model, matrix, common, counts.len());
    let intents = model.intents.len();
    let mean = |row: &[f32]| row[..intents].iter().sum::<f32>() / single(count(intents.max(1)));
    model.means = model.rows.chunks(stride).map(mean).collect();
}

fn sum_rows(
    matrix: &Matrix,
    pulls: &[f32],
    stride: usize,
    range: std::ops::Range<usize>,
    rows: &mut [f32],
) {
    for (at, bounds) in matrix.starts.windows(2).enumerate() {
        let entries = &matrix.entries[bounds[0]..bounds[1]];
        let from = entries.partition_point(|&(id, _)| (id as usize) < range.start);
        let pull = &pulls[at * stride..(at + 1) * stride];
        for &(id, value) in &entries[from..] {
            if id as usize >= range.end {
                break;
            }
            let row = &mut rows[(id as usize - range.start) * stride..][..stride];
            for (weight, pull) in row.iter_mut().zip(pull) {
                *weight += value * pull;
            }
        }
    }
}

/// Says for each feature which rows it adds.
fn lay_places(model: &mut Model, matrix: &Matrix, common: usize, features: usize) {
    let mut places: Vec<(u32, u32, f32)> = Vec::new();
    for (at, bounds) in matrix.starts.windows(2).enumerate() {
        for &(id, value) in &matrix.entries[bounds[0]..bounds[1]] {
            if id as usize >= common {
                places.push((id, u32::try_from(common + at).unwrap_or(u32::MAX), value));
            }
        }
    }
    places.sort_by_key(|&(id, row, _)| (id, row));
    model.starts = (0..).take(common).collect();
    model.places = (0..).take(common).map(|row| (row, 1.0)).collect();
    let mut rest = places.into_iter().peekable();
    for id in common..features {
        model.starts.push(u32::try_from(model.places.len()).unwrap_or(u32::MAX));
        while let Some((_, row, value)) = rest.next_if(|&(other, _, _)| other as usize == id) {
            model.places.push((row, value));
        }
    }
    model.starts.push(u32::try_from(model.places.len()).unwrap_or(u32::MAX));
}

/// The middle of each class's examples, as pulls of the examples.
struct Centroids {
    /// What an example of the class adds for each unit of its weight.
    inside: Vec<f32>,
    /// What every example takes off.
    everyone: Vec<f32>,
}

impl Centroids {
    fn pull(&self, problem: &Problem, at: usize, column: usize) -> f32 {
        let inside = if problem.class[at] as usize == column { self.inside[column] } else { 0.0 };
        problem.weight[at] * (inside - self.everyone[column])
    }
}

fn centroids(matrix: &Matrix, columns: usize, features: usize, recipe: &Recipe) -> Centroids {
    let problem = &matrix.problem;
    let mut totals = vec![0.0_f64; columns];
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); columns];
    let mut everyone = vec![0.0_f64; features];
    let entries = |at: usize| &matrix.entries[matrix.starts[at]..matrix.starts[at + 1]];
    for at in 0..problem.len() {
        totals[problem.class[at] as usize] += f64::from(problem.weight[at]);
        members[problem.class[at] as usize].push(at);
        for &(id, value) in entries(at) {
            everyone[id as usize] += f64::from(problem.weight[at] * value);
        }
    }
    let all: f64 = totals.iter().sum::<f64>().max(1e-9);
    let share = recipe.centroid_common;
    let everyone_square: f64 = everyone.iter().map(|sum| (sum / all) * (sum / all)).sum();
    // The length of a whole message's vector: the root of the summed squared group weights.
    let groups = &recipe.groups;
    let whole = [
        groups.stem,
        groups.pair,
        groups.skip,
        groups.gram,
        groups.run,
        groups.concept,
        groups.meeting,
    ];
    let length: f64 = whole.iter().map(|&weight| f64::from(weight * weight)).sum::<f64>().sqrt();
    let mut result = Centroids { inside: Vec::new(), everyone: Vec::new() };
    let mut sums = vec![0.0_f64; features];
    for (column, members) in members.iter().enumerate() {
        let total = totals[column].max(1e-9);
        for &at in members {
            for &(id, value) in entries(at) {
                sums[id as usize] += f64::from(problem.weight[at] * value);
            }
        }
        let (mut square, mut cross) = (0.0, 0.0);
        for &at in members {
            for &(id, _) in entries(at) {
                let mean = std::mem::take(&mut sums[id as usize]) / total;
                square += mean * mean;
                cross += mean * everyone[id as usize] / all;
            }
        }
        let norm = (square - 2.0 * share * cross + share * share * everyone_square).max(0.0).sqrt();
        let factor = if norm > 1e-6 { recipe.centroid / (norm * length) } else { 0.0 };
        result.inside.push(single(factor / total));
        result.everyone.push(single(factor * share / all));
    }
    result
}

/// As many threads as there are cores.
pub(super) fn workers() -> NonZero<usize> {
    std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

/// The results of `work` on `0..tasks`, in that order, made on so many threads.
fn in_parallel<T: Send>(
    workers: NonZero<usize>,
    tasks: usize,
    work: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let workers = workers.get().min(tasks.max(1));
    let mut done: Vec<(usize, T)> = Vec::with_capacity(tasks);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| {
                    let mut done = Vec::new();
                    loop {
                        let task = next.fetch_add(1, Ordering::Relaxed);
                        if task >= tasks {
                            return done;
                        }
                        done.push((task, work(task)));
                    }
                })
            })
            .collect();
        for thread in threads {
            done.extend(thread.join().expect("the work of training does not panic"));
        }
    });
    done.sort_by_key(|&(task, _)| task);
    done.into_iter().map(|(_, result)| result).collect()
}
