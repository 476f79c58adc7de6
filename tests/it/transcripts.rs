//! Every transcript is played: those of the bank's content, and those of the parcel desk, which
//! has a question of every kind.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use skicka::authoring::transcript::Transcript;
use skicka::authoring::transcript::rehearsal::play;
use skicka::content::Content;
use skicka::content::build;
use skicka::content::load;
use skicka::language::Language;

use crate::bank;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn play_all(content: &Content, folder: &str) {
    let mut failures = Vec::new();
    let mut played = 0;
    let mut paths: Vec<_> = fs::read_dir(here(folder))
        .expect("the transcripts can be read")
        .map(|entry| entry.expect("the transcripts can be read").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .collect();
    paths.sort();
    for path in paths {
        let text = fs::read_to_string(&path).expect("a transcript is text");
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let transcript = Transcript::read(&text, Language::Sv).expect("it can be read");
        if let Some(failure) = play(content, &transcript).failure {
            failures.push(format!("{name}, {failure}"));
        }
        played += 1;
    }
    assert!(played > 0, "there is no transcript");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn every_transcript_holds() {
    play_all(bank::content(), "transcripts");
}

#[test]
fn every_transcript_of_the_parcel_desk_holds() {
    let (sources, unread) = load::read_folder(&here("tests/parcels"));
    let (draft, faults) = build::draft(&sources);
    assert!(unread.is_empty() && faults.is_empty(), "{unread:#?} {faults:#?}");
    play_all(&draft.train(), "tests/parcels/transcripts");
}
