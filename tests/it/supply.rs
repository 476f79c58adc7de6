//! What comes in from outside: from one registry, under licences that ask for a notice only, and
//! in two versions only where `deny.toml` says so. `cargo deny check` holds more, where it is there.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn manifest(file: &str) -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

fn words(list: &toml::Value) -> BTreeSet<String> {
    let word = |item: &toml::Value| item.get("name").unwrap_or(item).as_str().map(str::to_owned);
    list.as_array().unwrap().iter().map(|item| word(item).unwrap()).collect()
}

#[test]
fn everything_comes_from_one_registry_and_twice_only_where_it_is_said() {
    let lock = manifest("Cargo.lock");
    let skipped = words(&manifest("deny.toml")["bans"]["skip"]);
    let mut sources = BTreeSet::new();
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for package in lock["package"].as_array().unwrap() {
        if let Some(source) = package.get("source") {
            sources.insert(source.as_str().unwrap());
            assert!(package.get("checksum").is_some(), "{package} has no checksum");
        }
        *versions.entry(package["name"].as_str().unwrap()).or_default() += 1;
    }
    assert_eq!(sources.len(), 1, "{sources:?}");
    assert!(sources.iter().all(|source| source.starts_with("registry+")), "{sources:?}");
    let twice: BTreeSet<&str> =
        versions.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect();
    let unsaid: Vec<&&str> = twice.iter().filter(|name| !skipped.contains(**name)).collect();
    assert!(unsaid.is_empty(), "in several versions, and not in deny.toml: {unsaid:?}");
}

/// Whether an expression such as `(MIT OR Apache-2.0) AND Unicode-3.0` holds with these licences.
fn holds(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let plain = expression.replace(['(', ')'], "").replace('/', " OR ");
    plain.split(" AND ").all(|part| part.split(" OR ").any(|one| allowed.contains(one.trim())))
}

#[test]
fn every_licence_asks_for_a_notice_only() {
    let allowed = words(&manifest("deny.toml")["licenses"]["allow"]);
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--locked", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    if !output.status.success() {
        // Crates of other systems may not have been fetched here.
        eprintln!("skipped: {}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    for package in metadata["packages"].as_array().unwrap() {
        let licence = package["license"].as_str().unwrap_or("none");
        assert!(holds(licence, &allowed), "{} is under {licence}", package["name"]);
    }
}

#[test]
fn a_licence_counts_by_what_it_lets_one_choose() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "Unicode-3.0".to_owned()]);
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("Apache-2.0/MIT", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("MIT AND GPL-3.0", false),
    ] {
        assert_eq!(holds(expression, &allowed), expected, "{expression}");
    }
}
