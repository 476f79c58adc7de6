use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Map;
use serde_json::Number;
use serde_json::Value as Json;

use crate::authoring::schema;
use crate::content::build::draft;
use crate::content::fields::asked;
use crate::content::load;
use crate::content::tests::small;
use crate::content::yaml;
use crate::content::yaml::Node;
use crate::content::yaml::Value;

/// A file as an editor sees it, where a plain number is a number.
fn as_json(node: Node) -> Json {
    match node.value {
        Value::Scalar(text) => match text.parse::<i64>() {
            Ok(number) => Json::Number(Number::from(number)),
            Err(_) => Json::String(text),
        },
        Value::Empty => Json::Null,
        Value::List(items) => Json::Array(items.into_iter().map(as_json).collect()),
        Value::Map(entries) => {
            let entries = entries.into_iter().map(|(key, node)| (key.name, as_json(node)));
            Json::Object(entries.collect::<Map<String, Json>>())
        }
    }
}

/// The part of JSON Schema that our schemas use.
fn fits(value: &Json, rule: &Json, root: &Json) -> bool {
    let Some(rules) = rule.as_object() else { return true };
    rules.iter().all(|(word, rule)| match word.as_str() {
        "$ref" => {
            let pointer = rule.as_str().and_then(|it| it.strip_prefix('#')).unwrap_or_default();
            fits(value, root.pointer(pointer).expect("the definition is there"), root)
        }
        "allOf" => rule.as_array().unwrap().iter().all(|rule| fits(value, rule, root)),
        "anyOf" => rule.as_array().unwrap().iter().any(|rule| fits(value, rule, root)),
        "not" => !fits(value, rule, root),
        "enum" => rule.as_array().unwrap().contains(value),
        "type" => {
            let one = |kind: &Json| match kind.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "number" | "integer" => value.is_number(),
                "boolean" => value.is_boolean(),
                "null" => value.is_null(),
                other => panic!("{other}"),
            };
            rule.as_array().map_or_else(|| one(rule), |kinds| kinds.iter().any(one))
        }
        "pattern" => {
            let pattern = regex::Regex::new(rule.as_str().unwrap()).unwrap();
            value.as_str().is_none_or(|text| pattern.is_match(text))
        }
        "minimum" => value.as_f64().is_none_or(|it| it >= rule.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|it| it <= rule.as_f64().unwrap()),
        "maxItems" => value.as_array().is_none_or(|it| it.len() as u64 <= rule.as_u64().unwrap()),
        "minItems" => value.as_array().is_none_or(|it| it.len() as u64 >= rule.as_u64().unwrap()),
        "items" => value.as_array().is_none_or(|it| it.iter().all(|it| fits(it, rule, root))),
        "minProperties" => {
            value.as_object().is_none_or(|it| it.len() as u64 >= rule.as_u64().unwrap())
        }
        "maxProperties" => {
            value.as_object().is_none_or(|it| it.len() as u64 <= rule.as_u64().unwrap())
        }
        "required" => value.as_object().is_none_or(|it| {
            rule.as_array().unwrap().iter().all(|name| it.contains_key(name.as_str().unwrap()))
        }),
        "propertyNames" => value
            .as_object()
            .is_none_or(|it| it.keys().all(|name| fits(&Json::from(name.as_str()), rule, root))),
        "properties" => value.as_object().is_none_or(|it| {
            it.iter().all(|(name, value)| rule.get(name).is_none_or(|rule| fits(value, rule, root)))
        }),
        "additionalProperties" => value.as_object().is_none_or(|it| {
            let known = rules.get("properties").and_then(Json::as_object);
            it.iter()
                .filter(|(name, _)| known.is_none_or(|known| !known.contains_key(*name)))
                .all(|(_, value)| rule.as_bool().unwrap_or_else(|| fits(value, rule, root)))
        }),
        "$schema" | "title" | "description" | "definitions" => true,
        other => panic!("the test knows no `{other}`"),
    })
}

fn validates(file: &str, text: &str) -> bool {
    let json = as_json(yaml::parse(file, text, &mut Vec::new()).unwrap());
    let kind = json.as_object().unwrap().keys().next().unwrap().clone();
    let schema = schema::of(&kind).unwrap();
    fits(&json, &schema, &schema)
}

/// Every key that a schema describes, save languages and names that authors give.
fn described(rule: &Json, keys: &mut BTreeSet<String>) {
    match rule {
        Json::Object(rules) => {
            if let Some(Json::Object(properties)) = rules.get("properties") {
                keys.extend(properties.keys().cloned());
            }
            rules.values().for_each(|rule| described(rule, keys));
        }
        Json::Array(rules) => rules.iter().for_each(|rule| described(rule, keys)),
        _ => {}
    }
}

#[test]
fn the_banks_files_and_those_of_the_parcels_validate() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in [root.to_owned(), root.join("tests/parcels")] {
        for source in load::read_folder(&folder).0 {
            assert!(validates(&source.file, &source.text), "{}", source.file);
        }
    }
}

#[test]
fn a_misspelt_key_and_a_missing_one_do_not_validate() {
    for source in small() {
        assert!(validates(&source.file, &source.text));
        for (old, new) in [("title:", "titel:"), ("again:", "agian:"), ("    no: person\n", "")] {
            let changed = source.text.replacen(old, new, 1);
            assert!(changed == source.text || !validates(&source.file, &changed), "{new}");
        }
    }
}

#[test]
fn a_file_of_secrets_validates_as_its_reader_takes_it() {
    for (text, fits) in [
        ("secrets:\n  - { name: loan, pattern: 'LN-[0-9]{5}' }\n", true),
        ("secrets:\n  - { name: loan }\n", false),
        ("secrets:\n  - { name: loan, patern: 'LN-[0-9]{5}' }\n", false),
        ("secrets: { name: loan }\n", false),
    ] {
        assert_eq!(validates("secrets.yaml", text), fits, "{text}");
    }
}

#[test]
fn what_the_readers_take_is_described_and_nothing_else() {
    // One step of every kind, so that each reader asks for all that it knows.
    let steps = "dialogue: lamp\nstart: a\nsteps:\n  a: { ask: {}, answers: {}, known_by: {} }\n  b: { ask: {}, choices: { x: {}, y: {} }, links: [ {} ] }\n  c: { ask: {}, kind: number }\n  d: { check: {} }\n  e: { branch: [ { if: x }, { else: e } ] }\n  f: { set: {} }\n  g: { call: x, next: a }\n  h: { goto: x }\n  i: { resolve: {} }\n  j: { say: {}, escalate: {} }\n  k: { say: {}, wait: 1 }\n  l: { say: {} }\n  m: { say: {}, action: { answer: { x: {} } } }\n  n: { say: {}, callback: {} }\n";
    let mut sources = small();
    steps.clone_into(&mut sources[1].text);
    let mut secrets = sources[1].clone();
    (secrets.file, secrets.text) = ("secrets.yaml".into(), "secrets: [ {} ]\n".into());
    sources.push(secrets);
    asked::begin();
    let _ = draft(&sources);
    let taken = asked::end();
    let mut keys = BTreeSet::new();
    for kind in schema::KINDS {
        described(&schema::of(kind).unwrap(), &mut keys);
    }
    // What the author names by the kind of answer or language is read without being asked for.
    let by_name = |key: &String| {
        ["sv", "fi", "en", "out_of_scope"].contains(&key.as_str())
            || serde_json::from_value::<crate::matcher::answers::AnswerClass>(Json::from(
                key.as_str(),
            ))
            .is_ok()
    };
    let described: BTreeSet<&str> =
        keys.iter().filter(|key| !by_name(key)).map(String::as_str).collect();
    let read: BTreeSet<&str> =
        taken.iter().copied().filter(|key| !by_name(&(*key).to_owned())).collect();
    assert_eq!(read, described);
}
