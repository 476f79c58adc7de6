//! What added examples would change, before anybody adds them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use crate::authoring::replay::Difference;
use crate::authoring::replay::Verdict;
use crate::authoring::replay::replay;
use crate::content::Content;
use crate::content::Source;
use crate::content::amend::Addition;
use crate::content::build;
use crate::content::build::Draft;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Severity;
use crate::conversation::policy::Policy;
use crate::engine::history;
use crate::engine::models::ModelFolder;
use crate::ids::ConversationId;
use crate::ids::IntentId;
use crate::insight::Period;
use crate::language::Language;
use crate::matcher::Context;
use crate::matcher::Decision;
use crate::matcher::Matcher;
use crate::matcher::evaluation::Figures;
use crate::matcher::evaluation::Outcome;
use crate::matcher::evaluation::SHIPPED_THRESHOLD;
use crate::matcher::evaluation::data::folds;
use crate::matcher::evaluation::runs::judge;
use crate::matcher::evaluation::runs::part;
use crate::matcher::evaluation::runs::samples_of;
use crate::matcher::evaluation::runs::with_examples;
use crate::store::EventStore;
use crate::store::StoreError;

/// Heaps that the examples are dealt to; each is held out once, so this many trainings a language.
const FOLDS: usize = 3;
/// The same deal before and after.
const SEED: u64 = 1;
/// Ways of changing that are told, and conversations of each.
const MOST_WAYS: usize = 20;
const MOST_OF_A_WAY: usize = 5;

/// What would change.
#[derive(Debug, Serialize)]
pub(super) struct Preview {
    additions: Vec<Read>,
    languages: Vec<Measured>,
    replay: Replayed,
}

/// How an added example is read.
#[derive(Debug, Serialize)]
struct Read {
    #[serde(flatten)]
    addition: Addition,
    before: Taken,
    after: Taken,
}

/// What a message is taken for.
#[derive(Debug, Serialize)]
struct Taken {
    intent: Option<IntentId>,
    /// `answer`, `clarify` or `reject`.
    decision: &'static str,
}

/// How well the examples of a language are recognised when they are held out.
#[derive(Debug, Serialize)]
struct Measured {
    lang: Language,
    before: Recognised,
    after: Recognised,
    /// Messages of before whose intent was recognised and would no longer be.
    lost: Vec<Lost>,
}

#[derive(Debug, Serialize)]
struct Recognised {
    messages: usize,
    /// The share whose intent stands first.
    accuracy: Option<f64>,
    /// The share that is answered, and rightly.
    answered_rightly: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Lost {
    text: String,
    intent: IntentId,
    taken_for: Option<IntentId>,
}

/// Stored conversations played against what would be.
#[derive(Debug, Default, Serialize)]
struct Replayed {
    conversations: u64,
    changed: u64,
    no_longer_resolved: u64,
    ways: Vec<Way>,
}

/// Conversations that would go another way in the same manner.
#[derive(Debug, Serialize)]
struct Way {
    difference: Difference,
    count: u64,
    no_longer_resolved: u64,
    conversations: Vec<ConversationId>,
}

/// Content with the additions, measured, and not yet played.
pub(super) struct Trained {
    before: Content,
    after: Content,
    additions: Vec<Read>,
    languages: Vec<Measured>,
}

fn draft(sources: &[Source]) -> Result<Draft, Vec<Diagnostic>> {
    let (draft, found) = build::draft(sources);
    if build::is_servable(&found) {
        return Ok(draft);
    }
    Err(found.into_iter().filter(|it| it.severity == Severity::Error).collect())
}

/// Trains and measures, which takes a while.
///
/// # Errors
/// The files have errors.
pub(super) fn train(
    before: &[Source],
    after: &[Source],
    additions: Vec<Addition>,
    models: &ModelFolder,
) -> Result<Trained, Vec<Diagnostic>> {
    let (before, after) = (draft(before)?, draft(after)?);
    let spoken: BTreeSet<Language> = additions.iter().map(|addition| addition.lang).collect();
    let languages = spoken.into_iter().map(|lang| measure(&before, &after, lang)).collect();
    let (before, after) = (models.train(before), models.train(after));
    let additions = additions
        .into_iter()
        .map(|addition| Read {
            before: taken(before.matcher(addition.lang), &addition.text),
            after: taken(after.matcher(addition.lang), &addition.text),
            addition,
        })
        .collect();
    Ok(Trained { before, after, additions, languages })
}

fn taken(matcher: &Matcher, text: &str) -> Taken {
    let ranking = matcher.rank(text, &Context::default());
    Taken {
        intent: ranking.candidates.into_iter().next().map(|first| first.intent),
        decision: match ranking.decision {
            Decision::Answer => "answer",
            Decision::Clarify => "clarify",
            Decision::Reject => "reject",
        },
    }
}

/// Each example of before held out once: with the rest of before, and with the additions too.
fn measure(before: &Draft, after: &Draft, lang: Language) -> Measured {
    let (old, new) = (before.training_set(lang), after.training_set(lang));
    let samples = samples_of(&old);
    let added: Vec<_> =
        samples_of(&new).into_iter().filter(|sample| !samples.contains(sample)).collect();
    let heap = folds(&samples, FOLDS, SEED);
    let (mut were, mut are) = (Vec::new(), Vec::new());
    for fold in 0..FOLDS {
        let (mut learnt, held) = part(&samples, &heap, fold);
        if held.is_empty() {
            continue;
        }
        were.extend(judge(&Matcher::train(&with_examples(&old, &learnt)), &held, &|| {}));
        learnt.extend(added.iter().cloned());
        are.extend(judge(&Matcher::train(&with_examples(&new, &learnt)), &held, &|| {}));
    }
    let lost = were
        .iter()
        .zip(&are)
        .filter(|(was, is)| was.outcome.is_right() && !is.outcome.is_right())
        .filter_map(|(_, is)| {
            let taken_for = is.outcome.best().cloned();
            Some(Lost { text: is.text.clone(), intent: is.outcome.truth.clone()?, taken_for })
        });
    let lost = lost.collect();
    let recognised = |judged: Vec<crate::matcher::evaluation::runs::Judged>| {
        let outcomes: Vec<Outcome> = judged.into_iter().map(|it| it.outcome).collect();
        let figures = Figures::of(&outcomes, SHIPPED_THRESHOLD);
        Recognised {
            messages: figures.in_scope,
            accuracy: figures.accuracy,
            answered_rightly: figures.accepted_correct,
        }
    };
    Measured { lang, before: recognised(were), after: recognised(are), lost }
}

impl Trained {
    /// Plays the conversations of a period. What an earlier edit has changed since they were held
    /// is no change of these additions: only what goes otherwise than with the content of before
    /// counts.
    pub(super) async fn replay(
        self,
        store: &dyn EventStore,
        policy: &Policy,
        period: Period,
    ) -> Result<Preview, StoreError> {
        let (before, after) = (Arc::new(self.before), Arc::new(self.after));
        let policy = policy.clone();
        let begin = (Replayed::default(), BTreeMap::<Difference, Way>::new());
        let (mut replayed, ways) =
            history::fold(store, period.since, begin, move |(all, ways), past| {
                if !period.holds(past.created_at) {
                    return;
                }
                all.conversations += 1;
                let now = replay(&after, &policy, past.created_at, &past.events);
                let Verdict::Changed(change) = now else { return };
                let was = replay(&before, &policy, past.created_at, &past.events);
                if was == Verdict::Changed(change.clone()) {
                    return;
                }
                all.changed += 1;
                let lost = u64::from(change.lost);
                all.no_longer_resolved += lost;
                let difference = change.difference;
                let way = ways.entry(difference.clone()).or_insert_with(|| Way {
                    difference,
                    count: 0,
                    no_longer_resolved: 0,
                    conversations: Vec::new(),
                });
                way.count += 1;
                way.no_longer_resolved += lost;
                if way.conversations.len() < MOST_OF_A_WAY {
                    way.conversations.push(past.id.clone());
                }
            })
            .await?;
        replayed.ways = ways.into_values().collect();
        replayed.ways.sort_by_key(|way| std::cmp::Reverse((way.no_longer_resolved, way.count)));
        replayed.ways.truncate(MOST_WAYS);
        Ok(Preview { additions: self.additions, languages: self.languages, replay: replayed })
    }
}
