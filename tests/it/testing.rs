//! `skicka test`, `chat`, `graph` and `replay`, as an author and a script use them.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Output;
use std::process::Stdio;

use serde_json::Value;

use crate::server::Server;
use crate::server::program;
use crate::server::run;
use crate::server::write_lamp;

const TALK: &str = "\
lang: en
visitor: the lamp is dark
topic: lamp opened
bot: plugged in
choices: Yes | No
press: No
bot: \"Plug it in.\"
bot: did it
press: Yes
topic: lamp closed resolved
";

fn lamp_with(transcripts: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_lamp(folder.path());
    fs::create_dir(folder.path().join("transcripts")).unwrap();
    for (name, text) in transcripts {
        fs::write(folder.path().join("transcripts").join(name), text).unwrap();
    }
    folder
}

fn told(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn json(folder: &Path, arguments: &[&str], code: i32) -> Value {
    let output = run(folder, arguments, &[]);
    assert_eq!(output.status.code(), Some(code), "{}", told(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn transcripts_beside_the_content_are_played_and_measured() {
    let folder = lamp_with(&[("en_lamp.txt", TALK)]);
    let output = run(folder.path(), &["test"], &[]);
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(told(&output), "1 transcript(s) hold, 0 do not.\n");
    let found = json(folder.path(), &["test", "--coverage", "--json"], 0);
    assert_eq!(found["coverage"]["languages"]["covered"], 1);
    assert!(found["coverage"]["answers"]["covered"].as_u64() >= Some(2), "{found}");
    let output = run(folder.path(), &["test", "--min-coverage", "90"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("Less than 90 % is gone through."), "{}", told(&output));
    let found = json(folder.path(), &["test", "--mutate", "--seed", "3", "--json"], 0);
    let told = found["mutation"]["manners"]["typos"]["told"].as_u64().unwrap();
    assert!(told >= 1, "{found}");
}

#[test]
fn what_does_not_hold_is_shown_with_its_place_and_mended_by_blessing() {
    let wrong = TALK.replace("bot: did it", "bot: bananas");
    let folder = lamp_with(&[("en_lamp.txt", TALK), ("en_wrong.txt", &wrong)]);
    let output = run(folder.path(), &["test"], &[]);
    assert_eq!(output.status.code(), Some(1));
    let text = told(&output).replace('\\', "/");
    assert!(text.contains("transcripts/en_wrong.txt:8: expected `bot: bananas`"), "{text}");
    assert!(text.contains("    - bot: bananas   (line 8)\n"), "{text}");
    assert!(text.contains("    + bot: Did it help?\n"), "{text}");
    assert!(text.ends_with("1 transcript(s) hold, 1 do not.\n"), "{text}");
    let output = run(folder.path(), &["test", "--bless"], &[]);
    assert!(output.status.success(), "{}", told(&output));
    let output = run(folder.path(), &["test"], &[]);
    assert!(output.status.success(), "{}", told(&output));
    let mended = fs::read_to_string(folder.path().join("transcripts/en_wrong.txt")).unwrap();
    assert!(mended.starts_with("lang: en\nvisitor: the lamp is dark\ntopic: lamp opened\n"));
    let output = run(folder.path(), &["test", "nowhere.txt"], &[]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn transcripts_are_played_with_a_server_over_its_socket() {
    // A customer's client moves no clock and speaks for no other system.
    let cues = ["later: 5 min", "answer: {\"limit\":20}", "fails: timed_out", "duty: nobody"];
    let talks = cues.map(|cue| format!("{TALK}{cue}\nsilent:\n"));
    let wrong = TALK.replace("bot: did it", "bot: bananas");
    let names = ["en_1.txt", "en_2.txt", "en_3.txt", "en_4.txt"];
    let files: Vec<(&str, &str)> =
        names.into_iter().zip(talks.iter().map(String::as_str)).collect();
    let folder = lamp_with(&files);
    let server = Server::start(&[]).await;
    let url = format!("http://{}", server.at);
    let found = json(folder.path(), &["test", "--server", &url, "--json"], 0);
    assert_eq!((found["passed"].as_u64(), found["failed"].as_u64()), (Some(4), Some(0)));
    for (at, cue) in cues.into_iter().enumerate() {
        let note = found["files"][at]["note"].as_str().unwrap();
        let says = format!("played up to line 11: `{cue}` is not playable on a server");
        assert_eq!(note, says);
    }
    fs::write(folder.path().join("transcripts/en_wrong.txt"), wrong).unwrap();
    let found = json(folder.path(), &["test", "--server", &url, "--json"], 1);
    assert_eq!(found["files"][4]["failure"]["line"], 8, "{found}");
    // What was just talked there is replayed and drawn while the server runs.
    let data = server.data();
    let data = data.to_str().unwrap();
    let output = run(folder.path(), &["replay", "--data", data], &[]);
    assert!(output.status.success(), "{}", told(&output));
    let text = told(&output);
    assert!(text.starts_with("0 of 9 conversation(s) would go another way"), "{text}");
    // Compared with what other content would have done: here with the same.
    let output = run(folder.path(), &["replay", "--data", data, "--base", "."], &[]);
    assert!(told(&output).starts_with("0 of 9 conversation(s)"), "{}", told(&output));
    let output = run(folder.path(), &["replay", "--data", data, "--base", "nowhere"], &[]);
    assert!(!output.status.success(), "{}", told(&output));
    let arguments = ["graph", "lamp", "--since", "1d", "--lang", "en", "--data", data];
    let output = run(folder.path(), &arguments, &[]);
    assert!(output.status.success(), "{}", told(&output));
    assert!(told(&output).contains(">9</text>"), "{}", told(&output));
}

#[test]
fn a_talk_in_the_terminal_is_taken_back_and_written_down() {
    let folder = lamp_with(&[]);
    let typed = "the lamp is dark\n1\n:back\n2\n:why\n:state\n:save transcripts/talk.txt\n:quit\n";
    let mut chat = program(folder.path(), &["chat", "--lang", "en"], &[])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    chat.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = chat.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    let text = told(&output);
    assert!(text.contains("(after visitor: the lamp is dark)"), "{text}");
    assert!(text.contains("runs           lamp/helped"), "{text}");
    let saved = fs::read_to_string(folder.path().join("transcripts/talk.txt")).unwrap();
    assert!(saved.contains("press: No\n") && !saved.contains("press: Yes\n"), "{saved}");
    let output = run(folder.path(), &["test"], &[]);
    assert!(output.status.success(), "what was saved holds: {}", told(&output));
}

#[test]
fn pictures_are_drawn_in_three_notations() {
    let folder = lamp_with(&[]);
    for (format, begins) in [("svg", "<svg "), ("mermaid", "---\ntitle: "), ("dot", "digraph {")] {
        for dialogue in [&["lamp"][..], &[]] {
            let arguments = [&["graph", "--format", format], dialogue].concat();
            let output = run(folder.path(), &arguments, &[]);
            assert!(told(&output).starts_with(begins), "{}", told(&output));
        }
    }
    let output = run(folder.path(), &["graph", "lmp"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("there is no dialogue `lmp`; there are lamp"));
}
