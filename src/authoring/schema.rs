//! JSON Schemas of content files, for editors: they complete keys and mark slips while one writes.
//!
//! One description per kind, in the words of the author's manual. A test holds them to the readers
//! of `content`: each key that a reader takes is described, and no other.

use serde_json::Value;
use serde_json::json;

use crate::content::build;
use crate::content::dialogue::action::AnswerKind;
use crate::content::dialogue::occasion::Occasion;
use crate::content::manners;
use crate::language::Language;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::remark::Remark;
use crate::matcher::answers::value::ValueKind;

/// The kinds of content files, which are the names of their schemas.
pub const KINDS: [&str; 8] = build::KINDS;

/// What names look like.
const NAME: &str = "^[A-Za-z0-9_-]{1,64}$";

/// The schema of a kind of file; `None` when there is no such kind.
#[must_use]
pub fn of(kind: &str) -> Option<Value> {
    let (title, body) = match kind {
        "intent" => ("What messages may be about", intent()),
        "dialogue" => ("Steps that ask, tell and lead to an end", dialogue()),
        "out_of_scope" => ("Messages that are not the bot's business", lists("out_of_scope")),
        "manners" => ("What the bot says of itself", all_manners()),
        "answers" => ("How people answer", answers()),
        "corrections" => ("What people say before they correct themselves", lists("corrections")),
        "remarks" => ("What people say beside answers and topics", remarks()),
        "secrets" => ("What else is covered in what customers write", secrets()),
        _ => return None,
    };
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
    });
    if let (Some(schema), Value::Object(body)) = (schema.as_object_mut(), body) {
        schema.extend(body);
        schema.insert("definitions".to_owned(), definitions());
    }
    Some(schema)
}

fn definitions() -> Value {
    let by_language = |one: &Value, required: bool| {
        let languages: Vec<&str> = Language::ALL.iter().map(|language| language.code()).collect();
        let each: serde_json::Map<String, Value> =
            languages.iter().map(|code| ((*code).to_owned(), one.clone())).collect();
        let required = if required { languages } else { Vec::new() };
        json!({
            "type": "object",
            "properties": each,
            "required": required,
            "additionalProperties": false,
        })
    };
    let line = json!({ "type": ["string", "number", "boolean"] });
    let lines = json!({ "anyOf": [line, { "type": "array", "items": line }] });
    let text = json!({ "anyOf": [
        { "type": ["string", "number"] },
        { "type": "array", "items": { "type": "string" }, "minItems": 1 },
    ] });
    json!({
        "name": { "type": ["string", "number"], "pattern": NAME },
        "target": {
            "description": "The name of a step, or `resolved` (the problem is gone), `person` (hands over) or `end`.",
            "type": ["string", "number"],
            "pattern": NAME,
        },
        "text": by_language(&text, true),
        "words": by_language(&lines, false),
        "lists": by_language(&lines, true),
        "lines": lines,
        "links": { "type": "array", "items": object(
            &[("label", text_of("What stands on the link.")),
              ("url", json!({ "type": "string", "pattern": "^(https://|mailto:|tel:)" }))],
            &["label", "url"],
        ) },
    })
}

fn object(properties: &[(&str, Value)], required: &[&str]) -> Value {
    let properties: serde_json::Map<String, Value> =
        properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn referring(definition: &str, description: &str) -> Value {
    // Beside a bare `$ref`, draft 7 ignores everything else.
    json!({
        "description": description,
        "allOf": [{ "$ref": format!("#/definitions/{definition}") }],
    })
}

fn text_of(description: &str) -> Value {
    referring("text", description)
}

fn target(description: &str) -> Value {
    referring("target", description)
}

fn lists(kind: &str) -> Value {
    object(&[(kind, referring("lists", "Messages, by language."))], &[kind])
}

fn intent() -> Value {
    object(
        &[
            ("intent", referring("name", "Its name: the file's name without the ending.")),
            ("title", text_of("Its name for people, on buttons and in the console.")),
            ("dialogue", referring("name", "The dialogue that treats it, if of another name.")),
            (
                "urgent",
                json!({
                    "description": "Comes before everything else, whatever is open.",
                    "enum": [true, false, "true", "false", "yes", "no"],
                }),
            ),
            (
                "suggested",
                json!({
                    "description": "Its place among the topics that the greeting suggests, from 1.",
                    "anyOf": [
                        { "type": "integer", "minimum": 1, "maximum": 99 },
                        { "type": "string", "pattern": "^[1-9][0-9]?$" },
                    ],
                }),
            ),
            (
                "keywords",
                referring(
                    "words",
                    "Words that speak for it: `sms`, `sms^2`, `inte + sms`, `!posti`.",
                ),
            ),
            ("examples", referring("words", "Whole messages as customers write them.")),
        ],
        &["intent", "title"],
    )
}

fn all_manners() -> Value {
    let texts: Vec<(&str, Value)> = manners::NAMES
        .iter()
        .map(|name| (*name, referring("text", "See the author's manual.")))
        .collect();
    let mut inner = object(&texts, manners::NAMES);
    // What this version does not say is no harm.
    inner["additionalProperties"] = json!({ "$ref": "#/definitions/text" });
    object(&[("manners", inner)], &["manners"])
}

fn answers() -> Value {
    let names = AnswerClass::ALL.map(AnswerClass::as_str);
    let classes: Vec<(&str, Value)> = names
        .iter()
        .map(|name| (*name, referring("lists", "What people write who mean this.")))
        .collect();
    let says = names.map(|name| (name, referring("lines", "What people answer who mean this.")));
    let to = json!({ "description": "The question, as it is asked.", "type": "string" });
    let question: Vec<(&str, Value)> = std::iter::once(("to", to)).chain(says).collect();
    let questions = json!({ "type": "array", "items": object(&question, &["to"]) });
    let languages = Language::ALL.map(|language| (language.code(), questions.clone()));
    let mut asked = object(&languages, &[]);
    asked["description"] = json!("Questions with what people answer to them, by language.");
    object(&[("answers", object(&classes, &names)), ("asked", asked)], &["answers"])
}

fn remarks() -> Value {
    let learnt = Remark::ALL.map(Remark::as_str);
    let phrases = ["returning", "in_swedish", "in_finnish", "in_english"];
    let lists: Vec<(&str, Value)> = learnt
        .into_iter()
        .chain(phrases)
        .map(|name| (name, referring("words", "What people write who mean this.")))
        .collect();
    object(&[("remarks", object(&lists, &[]))], &["remarks"])
}

fn secrets() -> Value {
    let secret = object(
        &[
            ("name", json!({ "description": "What it is, for people.", "type": "string" })),
            (
                "pattern",
                json!({
                    "description": "A regular expression of at least four characters and at most 200.",
                    "type": "string",
                }),
            ),
        ],
        &["name", "pattern"],
    );
    let list = json!({
        "description": "Patterns, tried on every message.",
        "type": "array",
        "maxItems": 50,
        "items": secret,
    });
    object(&[("secrets", list)], &["secrets"])
}

fn dialogue() -> Value {
    let steps = json!({
        "description": "The steps by name.",
        "type": "object",
        "propertyNames": { "pattern": NAME, "not": { "enum": ["resolved", "person", "end", "stay"] } },
        "additionalProperties": { "anyOf": steps() },
    });
    object(
        &[
            ("dialogue", referring("name", "Its name: the file's name without the ending.")),
            ("start", referring("name", "The step that it begins with.")),
            (
                "instead_of",
                json!({
                    "description": "What the bot does by itself and this dialogue does instead.",
                    "enum": Occasion::ALL.map(Occasion::as_str),
                }),
            ),
            ("steps", steps),
        ],
        &["dialogue", "start", "steps"],
    )
}

fn question(kind: &str) -> Vec<(&str, Value)> {
    vec![
        (kind, text_of("The question.")),
        ("again", text_of("The same in other words, when the answer was not understood.")),
        ("label", text_of("Its short name, for the person who takes over.")),
        ("links", json!({ "$ref": "#/definitions/links" })),
        (
            "slot",
            json!({ "description": "Remembers the answer under this name.", "type": "string" }),
        ),
        ("verb", referring("words", "The Finnish verb that a reply may echo: { fi: painaa }.")),
    ]
}

fn ask(more: &[(&'static str, Value)], required: &[&str]) -> Value {
    let mut properties = question("ask");
    properties.extend(more.iter().cloned());
    object(&properties, &[&["ask", "again", "label"], required].concat())
}

/// Every kind of step.
fn steps() -> Vec<Value> {
    let next = ("next", target("Where it goes on."));
    let links = ("links", json!({ "$ref": "#/definitions/links" }));
    let mut steps = asking();
    steps.extend([
        object(&[("say", text_of("What is told.")), links, next.clone()], &["say", "next"]),
        object(
            &[
                ("say", text_of("What is said at first.")),
                ("wait", json!({
                    "description": "For how many minutes the customer has time.",
                    "type": "integer", "minimum": 1, "maximum": 1440,
                })),
                ("nudge", text_of("What is said when the time is up.")),
                next.clone(),
            ],
            &["say", "wait", "next"],
        ),
        object(
            &[
                ("say", text_of("What the bot promises.")),
                ("callback", callback()),
                ("nudge", text_of("What it comes back with.")),
                next.clone(),
            ],
            &["say", "callback", "nudge", "next"],
        ),
        object(
            &[
                ("say", text_of("What is said while it runs.")),
                ("action", action()),
                next.clone(),
                ("failed", target("Where it goes when there is no answer, or not the declared one.")),
            ],
            &["action", "next", "failed"],
        ),
        object(&[("branch", branch())], &["branch"]),
        object(
            &[
                ("set", json!({
                    "description": "Slots and the expressions that give their values.",
                    "type": "object",
                    "additionalProperties": { "type": ["string", "number", "boolean"] },
                })),
                next.clone(),
            ],
            &["set", "next"],
        ),
        object(&[("call", referring("name", "Runs this dialogue and comes back.")), next], &["call", "next"]),
        object(&[("goto", referring("name", "Leaves for this dialogue."))], &["goto"]),
        object(
            &[("resolve", json!({
                "description": "Ends well, by this text or, with {}, by the bot's usual one.",
                "anyOf": [
                    { "$ref": "#/definitions/text" },
                    { "type": "null" },
                    { "type": "object", "maxProperties": 0 },
                ],
            }))],
            &["resolve"],
        ),
        object(
            &[
                ("say", text_of("What is said first.")),
                ("escalate", object(
                    &[
                        ("team", json!({ "description": "Whose queue.", "type": "string" })),
                        ("reason", json!({ "description": "A word for whoever takes over.", "type": "string" })),
                    ],
                    &[],
                )),
            ],
            &["escalate"],
        ),
    ]);
    steps
}

fn callback() -> Value {
    object(
        &[
            (
                "days",
                json!({
                    "description": "Days from today.",
                    "type": "integer", "minimum": 0, "maximum": 30,
                }),
            ),
            (
                "at",
                json!({
                    "description": "The time of day in the bank's time zone.",
                    "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$",
                }),
            ),
        ],
        &["at"],
    )
}

fn action() -> Value {
    let kinds: Vec<&str> = AnswerKind::names().collect();
    let field = object(
        &[
            ("kind", json!({ "enum": kinds })),
            (
                "from",
                json!({ "description": "Where it stands: `account.balance`.", "type": "string" }),
            ),
            (
                "pattern",
                json!({ "description": "What the whole value must fit.", "type": "string" }),
            ),
            ("optional", json!({ "enum": [true, false, "true", "false", "yes", "no"] })),
        ],
        &["kind"],
    );
    object(
        &[
            (
                "call",
                json!({
                    "description": "A system that the settings name, and what it is asked: `bank/card_status`.",
                    "type": "string", "pattern": "^[A-Za-z0-9_-]+(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$",
                }),
            ),
            (
                "send",
                json!({
                    "description": "What is sent: names and expressions.",
                    "type": "object",
                    "additionalProperties": { "type": ["string", "number", "boolean"] },
                }),
            ),
            (
                "answer",
                json!({
                    "description": "What must come back, by the slot that remembers it.",
                    "type": "object",
                    "additionalProperties": { "anyOf": [{ "enum": kinds }, field] },
                }),
            ),
            ("timeout_s", json!({ "type": "integer", "minimum": 1, "maximum": 60 })),
            ("retries", json!({ "type": "integer", "minimum": 0, "maximum": 5 })),
        ],
        &["call"],
    )
}

fn asking() -> Vec<Value> {
    let no = ("no", target("When it did not help."));
    let mut check = question("check");
    check.push(no);
    let statements = referring("words", "Statements that give this answer.");
    let yes_no = object(
        &[
            ("yes", target("After yes.")),
            ("no", target("After no.")),
            ("unsure", target("After \"I don't know\".")),
        ],
        &["yes", "no", "unsure"],
    );
    let known_by = object(&[("yes", statements.clone()), ("no", statements)], &[]);
    let choice = object(
        &[
            ("label", text_of("What stands on the button.")),
            ("also", referring("words", "Other words for it.")),
            ("next", target("Where it leads.")),
        ],
        &["label", "next"],
    );
    let choices = json!({
        "description": "The choices by value.",
        "type": "object",
        "minProperties": 2,
        "propertyNames": {
            "pattern": NAME,
            "not": { "enum": ["person", "something_else", "go_on", "solved"] },
        },
        "additionalProperties": choice,
    });
    let kinds: Vec<&str> = ValueKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let bound = |what: &str| json!({ "description": what, "type": "number" });
    vec![
        object(&check, &["check", "again", "label", "no"]),
        ask(&[("answers", yes_no), ("known_by", known_by)], &["answers"]),
        ask(&[("choices", choices)], &["choices"]),
        ask(
            &[
                ("kind", json!({ "description": "What kind of value.", "enum": kinds })),
                (
                    "pattern",
                    json!({ "description": "What a reference looks like.", "type": "string" }),
                ),
                ("min", bound("The least: a number, characters of a text, days from today.")),
                ("max", bound("The most, in the same units.")),
                ("refuse", text_of("Said to what is no such value.")),
                ("confirm", text_of("Asked before the value counts.")),
                ("next", target("After a value.")),
                ("unsure", target("After \"I don't know\".")),
            ],
            &["kind", "slot", "refuse", "next", "unsure"],
        ),
    ]
}

fn branch() -> Value {
    let arm = object(
        &[
            (
                "if",
                json!({ "description": "An expression, such as slots.kind == 'company'.", "type": ["string", "boolean"] }),
            ),
            ("next", target("Where it leads.")),
        ],
        &["if", "next"],
    );
    let otherwise = object(&[("else", target("Where it leads if no condition holds."))], &["else"]);
    json!({
        "description": "Ways with conditions, tried from the top; the last is `else`.",
        "type": "array",
        "minItems": 1,
        "items": { "anyOf": [arm, otherwise] },
    })
}

#[cfg(test)]
mod tests;
