//! The expectations of a transcript written anew, from what the bot says.
//!
//! A turn whose expectations hold is left as it is, and so are comments and everything that is
//! done. Where they do not hold, all that came of the turn takes their place.

use crate::authoring::transcript::Expectation;
use crate::authoring::transcript::Happening;
use crate::authoring::transcript::LineKind;
use crate::authoring::transcript::Transcript;
use crate::authoring::transcript::rehearsal::BEGINNING;
use crate::authoring::transcript::rehearsal::Rehearsal;
use crate::authoring::transcript::stage::Failure;
use crate::content::Content;

/// Gives the text of a transcript with expectations that hold; fails where something cannot be
/// done any more, such as pressing a button that is not there.
pub fn bless(content: &Content, text: &str, transcript: &Transcript) -> Result<String, Failure> {
    let turns = turns_of(transcript);
    let mut lines: Vec<Vec<String>> = text.lines().map(|line| vec![line.to_owned()]).collect();
    let mut rehearsal = Rehearsal::new(content, transcript.lang, BEGINNING);
    for turn in turns {
        let said = match turn.cue {
            None => rehearsal.begin(),
            Some(at) => match &transcript.lines[at].kind {
                LineKind::Cue(cue) => rehearsal.perform(cue),
                LineKind::Expect(_) | LineKind::Silent => Ok(Vec::new()),
            },
        };
        let line = turn.cue.map_or(1, |at| transcript.lines[at].number);
        let said =
            said.map_err(|message| Failure { line, message, after: None, diff: Vec::new() })?;
        if turn.expects.is_empty() || holds(transcript, &turn.expects, &said) {
            continue;
        }
        let first = transcript.lines[turn.expects[0]].number;
        for at in &turn.expects {
            lines[transcript.lines[*at].number - 1].clear();
        }
        lines[first - 1] = written(&said);
    }
    let mut blessed = lines.concat().join("\n");
    blessed.push('\n');
    Ok(blessed)
}

/// A cue and the expectations beneath it, as places in the transcript.
struct Turn {
    cue: Option<usize>,
    expects: Vec<usize>,
}

fn turns_of(transcript: &Transcript) -> Vec<Turn> {
    let mut turns = vec![Turn { cue: None, expects: Vec::new() }];
    for (at, line) in transcript.lines.iter().enumerate() {
        match (&line.kind, turns.last_mut()) {
            (LineKind::Cue(_), _) => turns.push(Turn { cue: Some(at), expects: Vec::new() }),
            (_, Some(turn)) => turn.expects.push(at),
            (_, None) => {}
        }
    }
    turns
}

fn holds(transcript: &Transcript, expects: &[usize], said: &[Happening]) -> bool {
    let mut met = 0;
    expects.iter().all(|at| match &transcript.lines[*at].kind {
        LineKind::Expect(wanted) => match said[met..].iter().position(|it| wanted.is_met_by(it)) {
            Some(found) => {
                met += found + 1;
                true
            }
            None => false,
        },
        LineKind::Silent => said.len() <= met,
        LineKind::Cue(_) => true,
    })
}

fn written(said: &[Happening]) -> Vec<String> {
    if said.is_empty() {
        return vec!["silent:".to_owned()];
    }
    said.iter().map(|happening| line_of(happening).to_string()).collect()
}

/// A happening as an expectation. Text that itself stands in quotes needs another pair.
fn line_of(happening: &Happening) -> Expectation {
    let quoted = happening.text.starts_with('"') && happening.text.ends_with('"');
    Expectation { kind: happening.kind, text: happening.text.clone(), exact: quoted }
}
