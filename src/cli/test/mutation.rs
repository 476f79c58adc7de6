//! Every talk told in other words, and which of them then go another way.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::authoring::trail::trail;
use crate::authoring::transcript::Happening;
use crate::authoring::transcript::Kind;
use crate::authoring::transcript::Transcript;
use crate::authoring::transcript::mutate::Manner;
use crate::authoring::transcript::mutate::Retold;
use crate::authoring::transcript::mutate::WordForms;
use crate::authoring::transcript::mutate::retell;
use crate::authoring::transcript::rehearsal::Played;
use crate::authoring::transcript::rehearsal::PlayedTurn;
use crate::authoring::transcript::rehearsal::play;
use crate::cli::parallel::each;
use crate::cli::progress::Progress;
use crate::content::Content;

/// What came of it.
#[derive(Debug, Serialize)]
pub(super) struct Mutation {
    seed: u64,
    manners: BTreeMap<Manner, Tally>,
    broken: Vec<Broken>,
}

#[derive(Debug, Default, Serialize)]
struct Tally {
    told: usize,
    broken: usize,
}

/// A talk that went another way.
#[derive(Debug, Serialize)]
struct Broken {
    file: String,
    line: usize,
    manner: Manner,
    /// The line as it was told.
    text: String,
    /// What came of it otherwise, and now.
    before: Vec<String>,
    after: Vec<String>,
}

/// Tells every talk anew, a line at a time.
pub(super) fn run(
    content: &Content,
    talks: &[(String, &Transcript, &Played)],
    seed: u64,
    progress: &Progress,
) -> Mutation {
    let forms = WordForms::of(content);
    let retold: Vec<(usize, Retold)> = talks
        .iter()
        .enumerate()
        .flat_map(|(at, (_, transcript, _))| {
            retell(transcript, &forms, seed).into_iter().map(move |retold| (at, retold))
        })
        .collect();
    let found = each(&retold, |(at, retold)| {
        let (file, _, original) = &talks[*at];
        let broken = break_of(content, file, original, retold);
        progress.step();
        broken
    });
    let mut manners: BTreeMap<Manner, Tally> = BTreeMap::new();
    for ((_, retold), broken) in retold.iter().zip(&found) {
        let tally = manners.entry(retold.manner).or_default();
        tally.told += 1;
        tally.broken += usize::from(broken.is_some());
    }
    Mutation { seed, manners, broken: found.into_iter().flatten().collect() }
}

/// How a talk goes another way, if it does.
fn break_of(content: &Content, file: &str, original: &Played, retold: &Retold) -> Option<Broken> {
    let played = play(content, &retold.transcript);
    let same_way =
        trail(content, original.lang, &original.log) == trail(content, played.lang, &played.log);
    let apart = original
        .turns
        .iter()
        .zip(&played.turns)
        .find(|(before, after)| course(before) != course(after))
        .or_else(|| original.turns.iter().zip(&played.turns).next_back());
    if played.failure.is_none() && same_way {
        return None;
    }
    let (before, after) = apart?;
    Some(Broken {
        file: file.to_owned(),
        line: retold.line,
        manner: retold.manner,
        text: retold.text.clone(),
        before: lines(before),
        after: lines(after),
    })
}

/// What happened but for the words: a slip may come back in what the bot says.
fn course(turn: &PlayedTurn) -> Vec<&Happening> {
    turn.said.iter().filter(|happening| happening.kind != Kind::Bot).collect()
}

fn lines(turn: &PlayedTurn) -> Vec<String> {
    turn.said.iter().map(ToString::to_string).collect()
}

impl Mutation {
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for broken in &self.broken {
            let Broken { file, line, manner, text: told, .. } = broken;
            let _ = writeln!(text, "{file}:{line}: goes another way with {}", manner.name());
            let _ = writeln!(text, "      visitor: {told}");
            for said in &broken.before {
                let _ = writeln!(text, "    - {said}");
            }
            for said in &broken.after {
                let _ = writeln!(text, "    + {said}");
            }
            text.push('\n');
        }
        for (manner, Tally { told, broken }) in &self.manners {
            let name = manner.name();
            let _ = writeln!(text, "{name}: {broken} of {told} lines lead another way");
        }
        let _ = writeln!(text, "(seed {})\n", self.seed);
        text
    }
}
