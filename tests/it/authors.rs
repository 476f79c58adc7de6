//! `skicka check`, `new`, `schema` and `import`, as an author and a script run them.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::server::run;
use crate::server::write_lamp;

fn lamp() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_lamp(folder.path());
    folder
}

/// What a command says, its exit code being this one.
fn told(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = run(folder, arguments, &[]);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", all_of(&output));
    all_of(&output)
}

fn all_of(output: &Output) -> String {
    let text =
        [&output.stdout, &output.stderr].map(|out| String::from_utf8_lossy(out).into_owned());
    text.concat().replace('\\', "/")
}

fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap()
}

#[test]
fn a_warning_fails_the_check_only_where_it_is_denied() {
    let folder = lamp();
    assert!(told(folder.path(), &["check"], 0).contains("is sound (0 warning(s))"));
    told(folder.path(), &["check", "--deny", "warnings"], 0);
    fs::write(folder.path().join("manners.yml"), "manners: {}\n").unwrap();
    assert!(told(folder.path(), &["check"], 0).contains("is sound (1 warning(s))"));
    let denied = told(folder.path(), &["check", "--deny", "warnings"], 1);
    assert!(denied.contains("this file's name ends in .yaml"), "{denied}");
    let shown = told(folder.path(), &["check", "--json", "--untrained"], 0);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown[0]["file"], "manners.yml");
    assert!(told(folder.path(), &["check", "--deny", "errors"], 2).contains("warnings"));
}

#[test]
fn new_content_begins_as_files_whose_every_gap_the_check_names() {
    let folder = lamp();
    let wrote = told(folder.path(), &["new", "intent", "heat"], 0);
    assert!(wrote.contains("intents/heat.yaml") && wrote.contains("dialogues/heat.yaml"));
    let gaps = ["intents/heat.yaml", "dialogues/heat.yaml"]
        .map(|file| read(folder.path(), file).matches("TODO").count());
    let faults = told(folder.path(), &["check"], 1);
    assert_eq!(faults.matches("error[unfilled]").count(), gaps.iter().sum::<usize>(), "{faults}");
    fs::write(folder.path().join("intents/heat.yaml"), "intent: heat\n# mine\n").unwrap();
    assert!(told(folder.path(), &["new", "intent", "heat"], 1).contains("never overwritten"));
    assert_eq!(read(folder.path(), "intents/heat.yaml"), "intent: heat\n# mine\n");
    assert!(told(folder.path(), &["new", "dialogue", "värme"], 2).contains("cannot be a name"));
    assert!(told(folder.path(), &["new", "language", "de"], 2).contains("speaks sv, fi and en"));
}

#[test]
fn a_language_is_added_where_it_lacks_and_nowhere_else() {
    let folder = lamp();
    let whole = told(folder.path(), &["new", "language", "fi"], 0);
    assert_eq!(whole, "0 file(s) lacked `fi`\n");
    let intent = read(folder.path(), "intents/lamp.yaml");
    let without = intent.replace(", fi: Lamppu", "");
    fs::write(folder.path().join("intents/lamp.yaml"), without).unwrap();
    told(folder.path(), &["check"], 1);
    let added = told(folder.path(), &["new", "language", "fi"], 0);
    assert!(added.ends_with("1 file(s) lacked `fi`\n"), "{added}");
    let faults = told(folder.path(), &["check"], 1);
    assert_eq!(faults.matches("error[").count(), 1, "what is to be written: {faults}");
    assert!(faults.contains("error[unfilled]"), "{faults}");
}

#[test]
fn every_kind_of_file_has_a_schema_for_editors() {
    let folder = lamp();
    let wrote = told(folder.path(), &["schema"], 0);
    assert_eq!(wrote.lines().count(), 8, "{wrote}");
    for line in wrote.lines() {
        let file = line.strip_prefix("wrote ").unwrap();
        let schema: Value = serde_json::from_str(&read(folder.path(), file)).unwrap();
        assert!(schema["$schema"].as_str().unwrap().contains("json-schema.org"), "{file}");
    }
    let printed = run(folder.path(), &["schema", "dialogue"], &[]).stdout;
    let printed = String::from_utf8(printed).unwrap();
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let written = |file: &str| parsed(&read(folder.path(), file));
    assert!(parsed(&printed) == written("schemas/dialogue.json"));
    told(folder.path(), &["schema", "--out", "elsewhere"], 0);
    assert!(written("elsewhere/dialogue.json") == written("schemas/dialogue.json"));
    assert!(told(folder.path(), &["schema", "dialog"], 2).contains("dialogue"));
}

const RASA: &str = "\
version: \"3.1\"
nlu:
- intent: cold
  examples: |
    - it is cold
    - the [house](place) is cold
- lookup: place
  examples: |
    - house
";

#[test]
fn other_programs_files_become_intents_and_what_is_lost_is_told() {
    let folder = lamp();
    fs::write(folder.path().join("nlu.yml"), RASA).unwrap();
    let told_of = told(folder.path(), &["import", "rasa", "nlu.yml", "--lang", "en"], 0);
    assert!(told_of.contains("1 intent(s) with 2 message(s)"), "{told_of}");
    assert!(told_of.contains("nlu.yml:7: lookup `place` is not carried over"), "{told_of}");
    let intent = read(folder.path(), "intents/cold.yaml");
    assert!(intent.contains("\"the house is cold\""), "{intent}");
    let table = "intent,text,language\ncold,det är kallt,sv\nsleet,,sv\nrain,it rains,en\n";
    fs::write(folder.path().join("table.csv"), table).unwrap();
    let told_of = told(folder.path(), &["import", "csv", "table.csv"], 0);
    assert!(told_of.contains("table.csv:3: the row lacks its intent or its text"), "{told_of}");
    assert!(told_of.contains("2 file(s) were there already"), "{told_of}");
    assert_eq!(read(folder.path(), "intents/cold.yaml"), intent, "what is there stays");
    assert!(read(folder.path(), "intents/rain.yaml").contains("\"it rains\""));
    assert!(told(folder.path(), &["import", "csv", "nowhere.csv"], 1).contains("cannot be read"));
    assert_eq!(told(folder.path(), &["import", "xml", "table.csv"], 2).matches("rasa").count(), 1);
}
