//! Intents that customers' words, or customers, cannot tell apart.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::content::MOST_SUGGESTED;
use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Span;
use crate::content::fields::Word;
use crate::content::intent::Intent;
use crate::content::lint;
use crate::ids::IntentId;
use crate::language::Language;
use crate::language::fold::fold;
use crate::language::stem::Endings;
use crate::language::text::Words;
use crate::matcher::Keyword;

/// The longest title that fits a button, in characters.
const LONG_TITLE: usize = 50;

/// Where a message of the content stands.
struct Place<'a> {
    owner: &'a str,
    file: &'a str,
    language: Language,
    word: &'a Word,
}

/// Checks all intents against each other, and against what is out of scope.
pub(super) fn check(
    intents: &BTreeMap<IntentId, Intent>,
    out_of_scope: &[(String, Language, Word)],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut places: Vec<Place<'_>> = Vec::new();
    for intent in intents.values() {
        for (language, words) in &intent.example_spans {
            places.extend(words.iter().map(|word| Place {
                owner: intent.id.as_str(),
                file: &intent.file,
                language: *language,
                word,
            }));
        }
    }
    places.extend(out_of_scope.iter().map(|(file, language, word)| Place {
        owner: "out_of_scope",
        file,
        language: *language,
        word,
    }));
    shared_examples(&places, diagnostics);
    shared_keywords(intents, diagnostics);
    titles(intents, diagnostics);
    suggestions(intents, diagnostics);
}

/// What the greeting suggests must have an order, and an end.
fn suggestions(intents: &BTreeMap<IntentId, Intent>, diagnostics: &mut Vec<Diagnostic>) {
    let mut all: Vec<(u8, &Intent)> =
        intents.values().filter_map(|intent| Some((intent.suggested?, intent))).collect();
    all.sort_by_key(|(place, intent)| (*place, &intent.id));
    for (number, (place, intent)) in all.iter().enumerate() {
        let mut warn = |message: &str, help: &str| {
            let (file, span) = (&intent.file, intent.suggested_span);
            Diagnostic::add(diagnostics, file, span, Code::BadValue, message)
                .help(help)
                .only_warn();
        };
        let shared = all.iter().find(|(other, it)| other == place && it.id != intent.id);
        if let Some((_, other)) = shared {
            let message = format!("intent `{}` is suggested in the same place", other.id);
            warn(&message, "give each a place of its own, or the names decide");
        }
        if number >= MOST_SUGGESTED {
            let message =
                format!("the greeting suggests {MOST_SUGGESTED} topics, and this is one more");
            warn(&message, "it is not shown: take `suggested:` from one of them");
        }
    }
}

fn shared_examples(places: &[Place<'_>], diagnostics: &mut Vec<Diagnostic>) {
    let mut same: BTreeMap<(Language, String), &Place<'_>> = BTreeMap::new();
    let mut similar: BTreeMap<(Language, String), &Place<'_>> = BTreeMap::new();
    for place in &places.iter().collect::<Vec<_>>() {
        let text = &place.word.text;
        let exact = same.insert((place.language, lint::folded(text)), place);
        let near = similar.insert((place.language, stemmed(text, place.language)), place);
        // Either place may be the wrong one, so both are pointed at.
        if let Some(other) = exact.filter(|other| other.owner != place.owner) {
            for (here, there) in [(*place, other), (other, *place)] {
                let line = there.word.span.line;
                let message = format!("this example also stands in `{}`, line {line}", there.owner);
                Diagnostic::add(
                    diagnostics,
                    here.file,
                    here.word.span,
                    Code::SharedExample,
                    &message,
                )
                .help("keep it where a person would put it; in both it teaches nothing");
            }
        } else if let Some(other) = near.filter(|other| other.owner != place.owner) {
            for (here, there) in [(*place, other), (other, *place)] {
                let message = format!(
                    "almost the same example stands in `{}`, line {}: {}",
                    there.owner, there.word.span.line, there.word.text
                );
                Diagnostic::add(
                    diagnostics,
                    here.file,
                    here.word.span,
                    Code::SimilarExample,
                    &message,
                )
                .help("keep the one that stands where a person would put it")
                .only_warn();
            }
        }
    }
}

/// A message as the matcher sees it: stems, folded.
fn stemmed(text: &str, language: Language) -> String {
    let endings = Endings::of(language);
    let words = Words::of(text);
    words.iter().map(|word| fold(&endings.stem(word))).collect::<Vec<_>>().join(" ")
}

/// Which words a keyword wants, whatever their order and endings.
fn wanted(keyword: &Keyword, language: Language) -> BTreeSet<String> {
    keyword.parts.iter().map(|part| stemmed(part, language)).collect()
}

fn shared_keywords(intents: &BTreeMap<IntentId, Intent>, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<(Language, BTreeSet<String>), (&Intent, Span)> = BTreeMap::new();
    for intent in intents.values() {
        let mut own: BTreeMap<(Language, BTreeSet<String>), bool> = BTreeMap::new();
        for (language, word) in &intent.keyword_words {
            let Ok(keyword) = Keyword::parse(&word.text) else { continue };
            let key = (*language, wanted(&keyword, *language));
            if let Some(forbids) = own.insert(key.clone(), keyword.forbids)
                && forbids != keyword.forbids
            {
                let message = "this keyword speaks for the intent and against it";
                Diagnostic::add(diagnostics, &intent.file, word.span, Code::SharedKeyword, message)
                    .help("keep one of the two")
                    .only_warn();
            }
            if keyword.forbids {
                continue;
            }
            let other = seen.insert(key, (intent, word.span));
            if let Some((other, span)) = other.filter(|(other, _)| other.id != intent.id) {
                for (here, span, there) in [(intent, word.span, other), (other, span, intent)] {
                    let message = format!("intent `{}` has this keyword too", there.id);
                    Diagnostic::add(diagnostics, &here.file, span, Code::SharedKeyword, &message)
                        .help("a keyword of two intents tells them apart no more: join it with another word by `+`")
                        .only_warn();
                }
            }
        }
    }
}

fn titles(intents: &BTreeMap<IntentId, Intent>, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<(Language, String), (&Intent, Span)> = BTreeMap::new();
    for intent in intents.values() {
        for (language, span, title) in intent.title.placed() {
            if title.chars().count() > LONG_TITLE {
                let message =
                    format!("the `{}` title has over {LONG_TITLE} characters", language.code());
                Diagnostic::add(diagnostics, &intent.file, span, Code::LongText, &message)
                    .help("it stands on a button: name the topic in a few words")
                    .only_warn();
            }
            if lint::is_unfinished(title) {
                continue;
            }
            let other = seen.insert((language, lint::folded(title)), (intent, span));
            if let Some((other, place)) = other.filter(|(other, _)| other.id != intent.id) {
                for (here, span, there) in [(intent, span, other), (other, place, intent)] {
                    let message = format!("intent `{}` has the same title", there.id);
                    Diagnostic::add(diagnostics, &here.file, span, Code::SameLabel, &message)
                        .help("a customer who is asked which is meant cannot tell them apart")
                        .only_warn();
                }
            }
        }
    }
}
