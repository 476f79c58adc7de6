//! Every transcript below `tests/transcripts` is played against the bank's content.

use std::fs;
use std::path::Path;

use skicka::authoring::transcript::play;

use crate::bank;

#[test]
fn every_transcript_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut failures = Vec::new();
    let mut played = 0;
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the transcripts can be read")
        .map(|entry| entry.expect("the transcripts can be read").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .collect();
    paths.sort();
    for path in paths {
        let text = fs::read_to_string(&path).expect("a transcript is text");
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match play(bank::content(), &text) {
            Ok(record) if std::env::var_os("TRANSCRIPTS_SHOWN").is_some() => {
                println!("== {name}\n{record}");
            }
            Ok(_) => {}
            Err(failure) => failures.push(format!("{name}, {failure}")),
        }
        played += 1;
    }
    assert!(played > 0, "there is no transcript");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
