//! What came of the transcripts, for people and for machines.

use std::fmt::Write as _;

use serde::Serialize;

use crate::authoring::transcript::coverage::Coverage;
use crate::authoring::transcript::coverage::Share;
use crate::authoring::transcript::stage::Failure;
use crate::cli::test::mutation::Mutation;

/// What came of all transcripts.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    passed: usize,
    failed: usize,
    files: Vec<FileReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) coverage: Option<Coverage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min_coverage: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mutation: Option<Mutation>,
}

/// What came of one transcript.
#[derive(Debug, Serialize)]
pub(super) struct FileReport {
    pub(super) file: String,
    pub(super) failure: Option<Failure>,
    /// Whether its expectations were written anew.
    pub(super) blessed: bool,
    /// What could not be played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
    #[serde(skip)]
    pub(super) record: String,
}

impl Report {
    pub(super) fn of(files: Vec<FileReport>) -> Self {
        let failed = files.iter().filter(|file| file.failure.is_some()).count();
        Self {
            passed: files.len() - failed,
            failed,
            files,
            coverage: None,
            min_coverage: None,
            mutation: None,
        }
    }

    /// Whether every transcript holds and enough is gone through.
    pub(super) fn is_good(&self) -> bool {
        self.failed == 0 && !self.is_thin()
    }

    fn is_thin(&self) -> bool {
        match (&self.coverage, self.min_coverage) {
            (Some(coverage), Some(least)) => coverage.least() < usize::from(least),
            _ => false,
        }
    }

    pub(super) fn text(&self, shown: bool) -> String {
        let mut text = String::new();
        for file in &self.files {
            if shown {
                let _ = writeln!(text, "== {}\n{}", file.file, file.record);
            }
            if let Some(failure) = &file.failure {
                let _ = writeln!(text, "{}:{}\n", file.file, tail(failure));
            }
            if file.blessed {
                let _ = writeln!(text, "{}: written anew", file.file);
            }
            if let Some(note) = &file.note {
                let _ = writeln!(text, "{}: {note}", file.file);
            }
        }
        if let Some(mutation) = &self.mutation {
            text.push_str(&mutation.text());
        }
        if let Some(coverage) = &self.coverage {
            text.push_str(&covered(coverage));
        }
        let _ = writeln!(text, "{} transcript(s) hold, {} do not.", self.passed, self.failed);
        if let (true, Some(least)) = (self.is_thin(), self.min_coverage) {
            let _ = writeln!(text, "Less than {least} % is gone through.");
        }
        text
    }
}

/// A failure behind its file's name: `12: expected …`.
fn tail(failure: &Failure) -> String {
    let text = failure.to_string();
    text.strip_prefix("line ").unwrap_or(&text).to_owned()
}

fn covered(coverage: &Coverage) -> String {
    let mut text = String::new();
    let parts = [
        ("steps", &coverage.steps),
        ("answers", &coverage.answers),
        ("languages", &coverage.languages),
    ];
    for (name, share) in parts {
        let _ =
            writeln!(text, "{name}: {} of {} ({} %)", share.covered, share.all, share.percent());
        text.push_str(&missing(share));
    }
    text.push('\n');
    text
}

fn missing(share: &Share) -> String {
    let mut text = String::new();
    for name in &share.missing {
        let _ = writeln!(text, "  not gone through: {name}");
    }
    text
}
