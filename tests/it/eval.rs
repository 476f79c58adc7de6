//! `skicka eval` and `skicka explain`, as an author and a script use them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::server::run;
use crate::server::write_lamp;

const BANK: &str = env!("CARGO_MANIFEST_DIR");

/// Two intents that words tell apart, and something else, in three splits.
fn write_labelled(folder: &Path, splits: &[&str]) {
    let mut rows = String::new();
    for split in splits {
        for (number, place) in ["hall", "kitchen", "attic", "cellar", "garage"].iter().enumerate() {
            for (intent, text) in [
                ("dark_lamp", format!("the lamp in the {place} is dark")),
                ("stuck_door", format!("cannot open the door of the {place}")),
                ("__oos__", format!("what is the weather like on day {number}")),
            ] {
                writeln!(rows, "{split}\t{intent}\t{text}").unwrap();
            }
        }
    }
    fs::write(folder.join("rows.tsv"), rows).unwrap();
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, arguments, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "no bar where there is no terminal");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_file_with_a_test_split_is_measured_on_it() {
    let folder = tempfile::tempdir().unwrap();
    write_labelled(folder.path(), &["train", "val", "test"]);
    let found = json(folder.path(), &["eval", "rows.tsv", "--json"]);
    let keys: Vec<&str> = found.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys[..15],
        [
            "intents",
            "train",
            "test_in_scope",
            "test_oos",
            "accuracy",
            "macro_f1",
            "accepted_correct",
            "oos_recall",
            "oos_precision",
            "accuracy_all",
            "auroc",
            "ece",
            "train_seconds",
            "p50_us",
            "p99_us"
        ]
    );
    assert_eq!((&found["intents"], &found["train"]), (&2.into(), &15.into()));
    assert_eq!((&found["test_in_scope"], &found["test_oos"]), (&10.into(), &5.into()));
    assert_eq!((&found["accuracy"], &found["auroc"]), (&1.0.into(), &1.0.into()));
    assert_eq!(found["lang"], "en", "the language is found out");
}

#[test]
fn a_file_without_a_test_split_is_held_out_part_by_part() {
    let folder = tempfile::tempdir().unwrap();
    write_labelled(folder.path(), &["train"]);
    let found = json(folder.path(), &["eval", "rows.tsv", "--json", "--folds", "3"]);
    assert_eq!((&found["test_in_scope"], &found["test_oos"]), (&10.into(), &5.into()));
    assert_eq!(found["folds"], 3);
    let typed = |seed: &str| {
        let found =
            json(folder.path(), &["eval", "rows.tsv", "--json", "--typos", "3", "--seed", seed]);
        (found["accuracy"].clone(), found["ece"].clone(), found["auroc"].clone())
    };
    assert_eq!(typed("7"), typed("7"), "equal seeds, equal slips");
    assert!(["8", "9", "10"].iter().any(|seed| typed(seed) != typed("7")));
}

#[test]
fn the_table_names_what_is_mixed_up_and_the_words_to_blame() {
    let folder = tempfile::tempdir().unwrap();
    write_labelled(folder.path(), &["train"]);
    let mut rows = fs::read_to_string(folder.path().join("rows.tsv")).unwrap();
    rows.push_str("test\tdark_lamp\tthe door of the attic cannot open\n");
    fs::write(folder.path().join("rows.tsv"), rows).unwrap();
    let output = run(folder.path(), &["eval", "rows.tsv"], &[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("1 × dark_lamp taken for stuck_door; because of"), "{said}");
    assert!(said.contains("right, without threshold"), "{said}");
}

#[test]
fn bad_files_are_named_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text, says) in [
        ("columns.tsv", "train\tlamp\n", "line 1: not split, intent and text"),
        ("split.tsv", "train\ta\tb\ndev\ta\tb\n", "line 2: `dev` is no split"),
        ("intent.tsv", "train\ta\tb\ntrain\t\tb\n", "line 2: no intent"),
        ("text.tsv", "train\ta\t \n", "line 1: no text"),
        ("tabs.tsv", "train\ta\tb\n\ntrain a b\n", "line 3: not split, intent and text"),
        ("empty.tsv", "", "nothing to learn from"),
        ("oos.tsv", "train\t__oos__\tb\n", "every training message is out of scope"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
        let output = run(folder.path(), &["eval", name], &[]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(said.contains(name) && said.contains(says), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    fs::write(folder.path().join("latin1.tsv"), b"train\ta\tb\ntrain\ta\tf\xe5r\n").unwrap();
    fs::create_dir(folder.path().join("folder.tsv")).unwrap();
    for (name, says) in [
        ("missing.tsv", "missing.tsv cannot be read"),
        ("folder.tsv", "folder.tsv cannot be read"),
        ("latin1.tsv", "latin1.tsv, line 2: not UTF-8"),
    ] {
        let output = run(folder.path(), &["eval", name], &[]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(said.contains(says), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn one_intent_one_message_and_equal_messages_are_measured() {
    let folder = tempfile::tempdir().unwrap();
    let row = "train\tonly\tthe lamp is dark\n";
    for rows in [row.to_owned(), row.repeat(3), format!("{row}train\tother\tthe lamp is dark\n")] {
        let name = "rows.tsv";
        let rows = format!("{rows}test\tonly\tthe lamp\ntest\t__oos__\t\u{200b}👍\n");
        fs::write(folder.path().join(name), rows).unwrap();
        let found = json(folder.path(), &["eval", name, "--json"]);
        assert!(found["accuracy"].as_f64().unwrap().is_finite(), "{found}");
    }
}

#[test]
fn the_content_itself_is_measured_and_advice_given() {
    let folder = tempfile::tempdir().unwrap();
    write_lamp(folder.path());
    let output = run(folder.path(), &["eval", "--lang", "sv"], &[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("examples in sv") && said.contains("Thin intents"), "{said}");
    let found = json(folder.path(), &["eval", "--lang", "sv", "--json"]);
    assert!(found["advice"]["thin"].as_array().is_some_and(|thin| !thin.is_empty()), "{found}");
}

#[test]
fn an_explanation_adds_up_and_holds_one_intent_against_another() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "explain",
        "får inget textmeddelnde vid registreringen",
        "--content",
        BANK,
        "--against",
        "urgent",
    ];
    let output = run(folder.path(), &arguments, &[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("Read in sv; taken for no_sms"), "{said}");
    assert!(
        said.contains("urgent") && said.contains("textmeddelnde → textmeddelande (corrected)"),
        "{said}"
    );
    let found = json(folder.path(), &[&arguments[..], &["--json"]].concat());
    let accounts = found["candidates"].as_array().unwrap();
    assert!(accounts.iter().any(|account| account["intent"] == "urgent"));
    for account in accounts {
        let number = |name: &str| account[name].as_f64().unwrap();
        let words = account["words"].as_array().unwrap().iter();
        let words: f64 = words.map(|word| word["weight"].as_f64().unwrap()).sum();
        let parts = ["base", "exact", "raised", "forbidden"].map(number).iter().sum::<f64>();
        assert!((words + parts - number("score")).abs() < 1e-4, "{account}");
    }
    let unknown = run(folder.path(), &["explain", "hej", "--content", BANK, "--against", "x"], &[]);
    assert_eq!(unknown.status.code(), Some(2));
}
