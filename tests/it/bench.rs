//! `skicka bench`: the load tool against the product and against the floor.

use serde_json::Value;

use crate::server::run;
use crate::server::write_lamp;

#[test]
fn a_short_run_measures_and_finds_nothing_wrong() {
    let folder = tempfile::tempdir().unwrap();
    write_lamp(folder.path());
    let arguments =
        ["bench", "--visitors", "5", "--rate", "50", "--seconds", "1", "--floor", "--json"];
    let output = run(folder.path(), &arguments, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    for part in ["server", "floor"] {
        let figures = &found[part];
        assert!(figures["turns"].as_u64().unwrap() > 0, "{found}");
        assert!(figures["p99_ms"].as_f64().unwrap() > 0.0, "{found}");
        for wrong in ["unanswered", "out_of_order", "wrong_acks", "refused", "lost_sockets"] {
            assert_eq!(figures[wrong], 0, "{found}");
        }
    }
    assert!(found["ratio"].as_f64().unwrap() > 0.0);
    let left = std::fs::read_dir(folder.path().join("data")).unwrap().count();
    assert_eq!(left, 0, "the run leaves its folder behind");
}

#[test]
fn a_short_run_with_agents_has_one_owner_for_each_and_true_places() {
    let folder = tempfile::tempdir().unwrap();
    write_lamp(folder.path());
    let arguments = [
        "bench",
        "--visitors",
        "8",
        "--agents",
        "2",
        "--handling",
        "0.05",
        "--seconds",
        "3",
        "--json",
    ];
    let output = run(folder.path(), &arguments, &[]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_str(&said).unwrap();
    let people = &found["server"]["people"];
    assert!(people["handovers"].as_u64().unwrap() > 8, "{found}");
    for wrong in ["two_owners", "without_owner", "wrong_places"] {
        assert_eq!(people[wrong], 0, "{found}");
    }
    assert!(found["server"]["turns"].as_u64().unwrap() > 8, "{found}");
}

#[test]
fn a_restart_is_survived_by_everybody() {
    let folder = tempfile::tempdir().unwrap();
    write_lamp(folder.path());
    let arguments = [
        "bench",
        "--visitors",
        "20",
        "--seconds",
        "1",
        "--idle",
        "1",
        "--stored",
        "500",
        "--restart",
        "--json",
    ];
    let output = run(folder.path(), &arguments, &[]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_str(&said).unwrap();
    assert!(found["server"]["back_after_s"].as_f64().unwrap() > 0.0, "{found}");
    assert!(found["server"]["ready_ms"].as_f64().unwrap() > 0.0, "{found}");
}

#[test]
fn what_cannot_be_measured_is_said_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, says) in [
        (&["bench", "--visitors", "0"][..], "at least one visitor"),
        (&["bench", "--rate", "0"], "leave --rate out"),
        (&["bench", "--handling", "9999"], "takes 0 to 3600 seconds"),
        (&["bench", "--script", "missing.txt"], "missing.txt cannot be read"),
    ] {
        let output = run(folder.path(), arguments, &[]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(says) && said.lines().count() == 1, "{said}");
    }
}
