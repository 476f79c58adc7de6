//! A talk held against a transcript, line by line.
//!
//! Whoever leads the talk asks for the next cue, performs it, and says what came of it. So the
//! same transcript is played with content in this process and with a server over its socket.

use std::fmt;

use crate::authoring::transcript::Cue;
use crate::authoring::transcript::Expectation;
use crate::authoring::transcript::Happening;
use crate::authoring::transcript::LineKind;
use crate::authoring::transcript::Transcript;

/// Why a transcript does not hold.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Failure {
    /// The line that is not met, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// What was done before, as a line of a transcript; nothing before the greeting.
    pub after: Option<String>,
    /// What was expected against what was said, in the order of the talk.
    pub diff: Vec<DiffLine>,
}

/// A line of the difference.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum DiffLine {
    /// Expected, and it happened.
    Met {
        /// What happened.
        said: String,
    },
    /// Expected, and it did not happen.
    Missing {
        /// Where it is expected, from 1.
        line: usize,
        /// What is expected.
        expected: String,
    },
    /// It happened, and no line that failed speaks of it.
    Said {
        /// What happened.
        said: String,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.message)?;
        if let Some(after) = &self.after {
            write!(out, "\n      {after}")?;
        }
        for line in &self.diff {
            write!(out, "\n    {line}")?;
        }
        Ok(())
    }
}

impl fmt::Display for DiffLine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Met { said } => write!(out, "  {said}"),
            Self::Missing { line, expected } => write!(out, "- {expected}   (line {line})"),
            Self::Said { said } => write!(out, "+ {said}"),
        }
    }
}

/// A transcript that is being played.
#[derive(Debug)]
pub struct Stage<'t> {
    transcript: &'t Transcript,
    /// The line that comes next.
    next: usize,
    /// What was done last.
    cue: Option<String>,
    /// What came of it.
    said: Vec<Happening>,
}

impl<'t> Stage<'t> {
    /// Before the greeting.
    #[must_use]
    pub fn new(transcript: &'t Transcript) -> Self {
        Self { transcript, next: 0, cue: None, said: Vec::new() }
    }

    /// The line of the newest cue, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        let line = self.transcript.lines.get(self.next.saturating_sub(1));
        line.map_or(1, |line| line.number)
    }

    /// Says what came of the newest cue, or of the beginning.
    pub fn happened(&mut self, said: Vec<Happening>) {
        self.said = said;
    }

    /// Whether what is said so far is all that is expected of the newest cue.
    #[must_use]
    pub fn is_held(&self) -> bool {
        let until = self.upcoming();
        self.hold(self.next, until).is_ok()
    }

    /// Whether nothing but silence is expected of the newest cue, or nothing at all.
    #[must_use]
    pub fn expects_nothing(&self) -> bool {
        let lines = &self.transcript.lines[self.next..self.upcoming()];
        !lines.iter().any(|line| matches!(line.kind, LineKind::Expect(_)))
    }

    /// Where the next cue stands.
    fn upcoming(&self) -> usize {
        let rest = &self.transcript.lines[self.next..];
        let until = rest.iter().position(|line| matches!(line.kind, LineKind::Cue(_)));
        self.next + until.unwrap_or(rest.len())
    }

    /// The newest cue could not be performed.
    #[must_use]
    pub fn failed(&self, message: String) -> Failure {
        Failure {
            line: self.line(),
            message,
            after: self.cue.clone(),
            diff: self.said.iter().map(|said| DiffLine::Said { said: said.to_string() }).collect(),
        }
    }

    /// Holds what came of the last cue against its expectations, and gives the next.
    pub fn next_cue(&mut self) -> Result<Option<&'t Cue>, Failure> {
        let from = self.next;
        self.next = self.upcoming();
        self.hold(from, self.next)?;
        let Some(LineKind::Cue(cue)) = self.transcript.lines.get(self.next).map(|line| &line.kind)
        else {
            return Ok(None);
        };
        self.next += 1;
        self.cue = Some(cue.to_string());
        self.said = Vec::new();
        Ok(Some(cue))
    }

    fn hold(&self, from: usize, until: usize) -> Result<(), Failure> {
        let mut met = 0;
        for line in &self.transcript.lines[from..until] {
            match &line.kind {
                LineKind::Silent if self.said.len() > met => {
                    return Err(self.unmet(from, until, line.number, "nothing more was expected"));
                }
                LineKind::Silent | LineKind::Cue(_) => {}
                LineKind::Expect(expected) => {
                    let found = self.said[met..].iter().position(|said| expected.is_met_by(said));
                    let Some(at) = found else {
                        let what = format!("expected `{expected}`");
                        return Err(self.unmet(from, until, line.number, &what));
                    };
                    met += at + 1;
                }
            }
        }
        Ok(())
    }

    fn unmet(&self, from: usize, until: usize, line: usize, message: &str) -> Failure {
        let lines = &self.transcript.lines[from..until];
        let expected: Vec<(usize, &Expectation)> = lines
            .iter()
            .filter_map(|line| match &line.kind {
                LineKind::Expect(expectation) => Some((line.number, expectation)),
                _ => None,
            })
            .collect();
        Failure {
            line,
            message: message.to_owned(),
            after: self.cue.clone(),
            diff: diff(&expected, &self.said),
        }
    }
}

/// The longest common course of what was expected and what was said, with the rest beside it.
fn diff(expected: &[(usize, &Expectation)], said: &[Happening]) -> Vec<DiffLine> {
    let (rows, columns) = (expected.len(), said.len());
    // `longest[e][s]`: how many expectations from `e` on are met by what was said from `s` on.
    let mut longest = vec![vec![0_usize; columns + 1]; rows + 1];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            longest[row][column] = if expected[row].1.is_met_by(&said[column]) {
                longest[row + 1][column + 1] + 1
            } else {
                longest[row + 1][column].max(longest[row][column + 1])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut lines = Vec::new();
    while row < rows || column < columns {
        let said_here = said.get(column).map(ToString::to_string);
        match (expected.get(row), said_here) {
            (Some((_, wanted)), Some(said_here)) if wanted.is_met_by(&said[column]) => {
                lines.push(DiffLine::Met { said: said_here });
                (row, column) = (row + 1, column + 1);
            }
            (Some((line, wanted)), said_here)
                if said_here.is_none() || longest[row + 1][column] >= longest[row][column + 1] =>
            {
                lines.push(DiffLine::Missing { line: *line, expected: wanted.to_string() });
                row += 1;
            }
            (_, said_here) => {
                lines.extend(said_here.map(|said| DiffLine::Said { said }));
                column += 1;
            }
        }
    }
    lines
}
