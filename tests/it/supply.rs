//! What comes in from outside: from one registry, under licences that ask for a notice only, and
//! in one version beside those that `deny.toml` names. `cargo deny check` holds more, where it is
//! there.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::demand::skip;

/// Versions that `Cargo.lock` names and `cargo deny` does not see: they are parts that are not
/// built (of postcard), or come in for tests only.
const NOT_SERVED: [(&str, &str); 4] =
    [("embedded-io", "0.4"), ("rand", "0.10"), ("rand_core", "0.6"), ("sha1", "0.10")];

fn manifest(file: &str) -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

fn words(list: &toml::Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

/// Whether a version is one of these: `0.10.7` of `0.10`.
fn is_of(version: &str, generation: &str) -> bool {
    version.strip_prefix(generation).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[test]
fn everything_comes_from_one_registry_and_in_one_version_beside_those_that_are_named() {
    let lock = manifest("Cargo.lock");
    let deny = manifest("deny.toml");
    let text = |table: &toml::Value, key: &str| table[key].as_str().unwrap().to_owned();
    let skips = deny["bans"]["skip"].as_array().unwrap();
    let mut besides: BTreeSet<(String, String)> =
        skips.iter().map(|skip| (text(skip, "name"), text(skip, "version"))).collect();
    besides.extend(NOT_SERVED.map(|(name, version)| (name.to_owned(), version.to_owned())));
    let mut sources = BTreeSet::new();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in lock["package"].as_array().unwrap() {
        if let Some(source) = package.get("source") {
            sources.insert(source.as_str().unwrap());
            assert!(package.get("checksum").is_some(), "{package} has no checksum");
        }
        let version = package["version"].as_str().unwrap();
        versions.entry(package["name"].as_str().unwrap()).or_default().push(version);
    }
    assert_eq!(sources.len(), 1, "{sources:?}");
    assert!(sources.iter().all(|source| source.starts_with("registry+")), "{sources:?}");
    for (name, there) in &mut versions {
        let all = there.clone();
        for (_, generation) in besides.iter().filter(|(skipped, _)| skipped == name) {
            let at = there.iter().position(|version| is_of(version, generation));
            there.swap_remove(at.unwrap_or_else(|| panic!("{name} {generation} is not there")));
        }
        assert_eq!(there.len(), 1, "{name} comes in as {all:?}, and deny.toml does not say so");
    }
    besides.retain(|(name, _)| !versions.contains_key(name.as_str()));
    assert!(besides.is_empty(), "named, and not there: {besides:?}");
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
        return skip(&String::from_utf8_lossy(&output.stderr));
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
