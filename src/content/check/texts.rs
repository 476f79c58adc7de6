//! Texts and expressions: whether they can be filled in, and how long they are.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::content::check::Found;
use crate::content::check::slots;
use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Span;
use crate::content::dialogue::Answers;
use crate::content::dialogue::ChoiceStep;
use crate::content::dialogue::LinkText;
use crate::content::dialogue::Step;
use crate::content::dialogue::StepKind;
use crate::content::lint;
use crate::content::suggest::nearest;
use crate::content::template;
use crate::content::text::Text;
use crate::language::Language;

/// The longest text that reads well in a bubble on a phone, in characters.
const LONG_TEXT: usize = 420;
/// The longest words that a button holds on a phone, in characters.
const LONG_BUTTON: usize = 50;
/// The manners that are about a topic.
const ABOUT_TOPIC: [&str; 3] = ["switching", "resume_offer", "second_problem"];
/// The manners that name a value of their own, as a slot.
const OWN_VALUES: [(&str, &str); 2] = [("offline_opens", "opens"), ("contact_kept", "contact")];

/// Checks every text of dialogues and manners.
pub(super) fn check(found: &Found<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let slots = slots::set_by(found.dialogues);
    // A file that could not be read may set any slot.
    let any_slot = !found.unread.is_empty();
    for dialogue in found.dialogues.values() {
        let mut texts = Texts { file: &dialogue.file, slots: &slots, any_slot, diagnostics };
        for step in dialogue.steps.values() {
            texts.step(step);
        }
    }
    for (name, text) in found.manners.iter().flat_map(|manners| manners.named()) {
        let file = found.manners_file;
        let own = OWN_VALUES.iter().filter(|(about, _)| *about == name).map(|(_, slot)| *slot);
        let slots = slots.iter().copied().chain(own).collect();
        let mut texts = Texts { file, slots: &slots, any_slot, diagnostics };
        texts.text(text, ABOUT_TOPIC.contains(&name));
        if name == "hello" {
            texts.says_bot(text);
        }
        texts.long(text, LONG_TEXT, "nobody reads a wall of text on a phone");
    }
}

struct Texts<'a> {
    file: &'a str,
    slots: &'a BTreeSet<&'a str>,
    any_slot: bool,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Texts<'_> {
    fn report(&mut self, span: Span, code: Code, message: &str) -> &mut Diagnostic {
        Diagnostic::add(self.diagnostics, self.file, span, code, message)
    }

    fn step(&mut self, step: &Step) {
        for (expression, span) in expressions_of(step) {
            self.expression(expression, span);
        }
        for text in step.texts() {
            self.text(text, false);
            self.long(
                text,
                LONG_TEXT,
                "split it into two steps: nobody reads a wall of text on a phone",
            );
        }
        if let StepKind::Ask(ask) = &step.kind {
            self.same_again(&ask.text, &ask.again);
        }
        if let StepKind::Ask(ask) = &step.kind
            && let Answers::Choices(choices) = &ask.answers
        {
            for choice in choices {
                self.long(&choice.label, LONG_BUTTON, "a button holds a few words only");
            }
            self.same_labels(choices);
            self.same_words(choices, step);
        }
        for link in links_of(step) {
            self.text(&link.label, false);
            self.long(&link.label, LONG_BUTTON, "a link holds a few words only");
        }
    }

    fn text(&mut self, text: &Text, about_topic: bool) {
        let mut placed: Vec<(Language, Span, BTreeSet<String>)> = Vec::new();
        let mut sound = true;
        for (language, span, text) in text.placed() {
            let code = language.code();
            match template::names(text) {
                Err(error) => {
                    sound = false;
                    let message = format!("the `{code}` text cannot be filled in: {error}");
                    let help = "a value is put in by {{ slots.NAME }}, a part is left out by {% if slots.NAME %} … {% endif %}";
                    self.report(span, Code::Template, &message).help(help);
                }
                Ok(names) => {
                    let unknown = names.iter().find(|name| self.is_unknown(name, about_topic));
                    let tried = template::try_text(text, &names);
                    placed.push((language, span, names.clone()));
                    if let Err(error) = &tried {
                        sound = false;
                        let message = format!("the `{code}` text cannot be filled in: {error}");
                        self.report(span, Code::Template, &message).help(
                            "of the template language there are variables, if, for and operators",
                        );
                    } else if let Some(name) = unknown {
                        sound = false;
                        let message =
                            format!("the `{code}` text cannot be filled in: nothing sets `{name}`");
                        let help = self.slot_meant(name);
                        self.report(span, Code::Template, &message).help(&help);
                    }
                }
            }
        }
        if sound {
            self.placeholders(&placed);
        }
    }

    /// A value that some languages or variants put in and others do not: the few are pointed at.
    fn placeholders(&mut self, placed: &[(Language, Span, BTreeSet<String>)]) {
        let all: BTreeSet<&String> = placed.iter().flat_map(|(_, _, names)| names).collect();
        for name in all {
            let (with, without): (Vec<_>, Vec<_>) =
                placed.iter().partition(|(_, _, names)| names.contains(name));
            let (odd, how) = if with.len() < without.len() {
                (with, "is put in here, and not into the same text in another language")
            } else {
                (without, "is not put in here, and is put into the same text in another language")
            };
            for (_, span, _) in odd {
                self.report(*span, Code::Placeholders, &format!("`{name}` {how}"))
                    .help("put the same values into every language and variant")
                    .only_warn();
            }
        }
    }

    fn expression(&mut self, expression: &str, span: Span) {
        match template::names_in(expression) {
            Err(error) => {
                let message = format!("`{expression}` cannot be worked out: {error}");
                self.report(span, Code::Template, &message)
                    .help("write for example slots.NAME == 'value', with two equals signs");
            }
            Ok(names) => {
                if let Err(error) = template::try_expression(expression, &names) {
                    let message = format!("`{expression}` cannot be worked out: {error}");
                    self.report(span, Code::Template, &message).help(
                        "filters and tests are not there; is it learnt is slots.NAME by itself",
                    );
                } else if let Some(name) = names.iter().find(|name| self.is_unknown(name, false)) {
                    let message =
                        format!("`{expression}` cannot be worked out: nothing sets `{name}`");
                    let help = self.slot_meant(name);
                    self.report(span, Code::Template, &message).help(&help);
                }
            }
        }
    }

    fn is_unknown(&self, name: &str, about_topic: bool) -> bool {
        match name.strip_prefix("slots.") {
            Some(slot) => !self.any_slot && !self.slots.contains(slot),
            None => !(about_topic && name == "topic"),
        }
    }

    fn slot_meant(&self, name: &str) -> String {
        let slot = name.strip_prefix("slots.").unwrap_or(name);
        if let Some(meant) = nearest(slot, self.slots.iter().copied()) {
            return format!("did you mean `slots.{meant}`?");
        }
        let known: Vec<&str> = self.slots.iter().copied().collect();
        format!("a word of its own stands in quotation marks; slots: {}", known.join(", "))
    }

    fn long(&mut self, text: &Text, most: usize, help: &str) {
        for (language, span, text) in text.placed() {
            if text.chars().count() > most {
                let code = language.code();
                let message = format!("the `{code}` text has over {most} characters");
                self.report(span, Code::LongText, &message).help(help).only_warn();
            }
        }
    }

    /// A question that was not understood is of no use in the same words.
    fn same_again(&mut self, text: &Text, again: &Text) {
        for (language, span, words) in again.placed() {
            if text.all().any(|(other, text)| other == language && text.trim() == words.trim()) {
                self.report(span, Code::Repeated, "`again` has the words of the question itself")
                    .help("put it in other words: the first ones were not understood")
                    .only_warn();
            }
        }
    }

    /// Whoever writes to a bot must be told so, by law.
    fn says_bot(&mut self, text: &Text) {
        let marks = ["bot", "automat", "automaat", "virtu", "assistent", "avustaja", "assistant"];
        for (language, span, words) in text.placed() {
            let words = words.to_lowercase();
            let ai = ["ai", "ki"].iter().any(|it| words.split(' ').any(|word| word == *it));
            if !ai && !marks.iter().any(|mark| words.contains(mark)) {
                let code = language.code();
                let message = format!("the `{code}` greeting does not say that a bot writes");
                self.report(span, Code::BadValue, &message)
                    .help("say so in the first message: the law wants it")
                    .only_warn();
            }
        }
    }

    /// Buttons that read alike.
    fn same_labels(&mut self, choices: &[ChoiceStep]) {
        let mut seen: BTreeMap<(Language, String), &str> = BTreeMap::new();
        for choice in choices {
            for (language, span, label) in choice.label.placed() {
                let other = seen.insert((language, lint::folded(label)), &choice.value);
                if let Some(other) = other.filter(|other| *other != choice.value) {
                    let message = format!("choice `{other}` has the same label");
                    self.report(span, Code::SameLabel, &message)
                        .help("nobody can tell the two buttons apart")
                        .only_warn();
                }
            }
        }
    }

    /// Words that name two choices.
    fn same_words(&mut self, choices: &[ChoiceStep], step: &Step) {
        let mut seen: BTreeMap<(Language, String), &str> = BTreeMap::new();
        for (choice, place) in choices.iter().zip(&step.places.choices) {
            let labels = choice.label.all().map(|(language, label)| (language, label.to_owned()));
            let also = choice.also.iter();
            let words =
                also.flat_map(|(language, words)| words.iter().map(|it| (*language, it.clone())));
            let own: BTreeSet<(Language, String)> = labels
                .chain(words)
                .map(|(language, word)| (language, lint::folded(&word)))
                .collect();
            for word in own {
                let other = seen.get(&word).copied();
                let label = choice.label.all().any(|(it, label)| (it, lint::folded(label)) == word);
                match other {
                    Some(other) if !label => {
                        let message =
                            format!("`{}` stands for choice `{other}` and for this one", word.1);
                        self.report(*place, Code::SameLabel, &message)
                            .help("keep it where it belongs, under `also:` of one of them")
                            .only_warn();
                    }
                    _ => {
                        seen.insert(word, &choice.value);
                    }
                }
            }
        }
    }
}

/// The expressions of a step with their places.
pub(super) fn expressions_of(step: &Step) -> Vec<(&str, Span)> {
    match &step.kind {
        StepKind::Branch(arms) => arms
            .iter()
            .filter_map(|arm| arm.condition.as_deref())
            .zip(step.places.conditions.iter().copied())
            .collect(),
        StepKind::Set { values, .. } => values
            .iter()
            .map(|(_, value)| value.as_str())
            .zip(step.places.values.iter().copied())
            .collect(),
        StepKind::Action(action) => action
            .send
            .iter()
            .map(|(_, value)| value.as_str())
            .zip(step.places.values.iter().copied())
            .collect(),
        _ => Vec::new(),
    }
}

fn links_of(step: &Step) -> &[LinkText] {
    match &step.kind {
        StepKind::Say { links, .. } => links,
        StepKind::Ask(ask) => &ask.links,
        _ => &[],
    }
}
