//! Imports go one way only, and the rules are pure.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The modules in their order; those of one row may not import each other.
const LAYERS: [&[&str]; 15] = [
    &["ids"],
    &["clock"],
    &["privacy", "language"],
    &["matcher"],
    &["content"],
    &["conversation"],
    &["handover"],
    &["protocol"],
    &["authoring", "insight"],
    &["config", "telemetry"],
    &["store"],
    &["bus"],
    &["audit"],
    &["engine"],
    &["gateway"],
];

/// The modules that decide, and so may not reach out.
const PURE: [&str; 9] = [
    "privacy",
    "language",
    "matcher",
    "content",
    "conversation",
    "handover",
    "protocol",
    "authoring",
    "insight",
];

/// What reaching out looks like.
const IMPURE: [&str; 9] = [
    "async fn",
    ".await",
    "tokio::",
    "axum::",
    "sqlx::",
    "std::fs",
    "tracing::",
    "SystemTime",
    "Instant::now",
];

fn rank(module: &str) -> usize {
    LAYERS.iter().position(|row| row.contains(&module)).unwrap_or(LAYERS.len())
}

fn sources() -> Vec<(String, PathBuf, String)> {
    let roots =
        ["src", "reading/src"].map(|below| Path::new(env!("CARGO_MANIFEST_DIR")).join(below));
    let mut folders: Vec<(&PathBuf, PathBuf)> =
        roots.iter().map(|root| (root, root.clone())).collect();
    let mut found = Vec::new();
    while let Some((root, folder)) = folders.pop() {
        for entry in fs::read_dir(folder).expect("src can be read") {
            let path = entry.expect("src can be read").path();
            if path.is_dir() {
                folders.push((root, path));
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let below = path.strip_prefix(root).expect("it lies below src");
                let first = below.iter().next().expect("it has a name").to_string_lossy();
                let module = first.trim_end_matches(".rs").to_owned();
                let text = fs::read_to_string(&path).expect("src can be read");
                found.push((module, below.to_path_buf(), text));
            }
        }
    }
    assert!(found.len() > 50, "the sources were not found");
    found
}

fn is_test(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    path.iter().any(|part| part == "tests") || name == "tests.rs" || name == "contract.rs"
}

#[test]
fn a_module_imports_only_what_stands_before_it() {
    let mut wrong = Vec::new();
    for (module, path, text) in sources() {
        if is_test(&path) || ["lib", "main", "cli"].contains(&module.as_str()) {
            continue;
        }
        for (number, line) in (1..).zip(text.lines()) {
            let code = line.split("//").next().unwrap_or_default();
            for after in code.split("crate::").skip(1) {
                let other: String = after
                    .chars()
                    .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                    .collect();
                let inside = other == module;
                if !inside && rank(&other) >= rank(&module) {
                    wrong
                        .push(format!("{}:{number}: `{module}` imports `{other}`", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_rules_neither_wait_nor_reach_out() {
    let mut wrong = Vec::new();
    for (module, path, text) in sources() {
        let loader = path == Path::new("content/load.rs");
        if !PURE.contains(&module.as_str()) || loader || is_test(&path) {
            continue;
        }
        for (number, line) in (1..).zip(text.lines()) {
            let code = line.split("//").next().unwrap_or_default();
            for sign in IMPURE.iter().filter(|sign| code.contains(**sign)) {
                wrong.push(format!("{}:{number}: `{sign}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_source_file_outgrows_its_reader() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|(_, path, text)| text.lines().count() > if is_test(path) { 800 } else { 600 })
        .map(|(_, path, text)| format!("{}: {} lines", path.display(), text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}
