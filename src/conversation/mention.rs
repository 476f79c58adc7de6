//! Answers that stand in a message before their question was asked: "jag är företagskund".

use crate::content::dialogue::Answers;
use crate::content::dialogue::ChoiceStep;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::StepKind;
use crate::language::Language;

/// The slots of a dialogue's choices that a text fills, where it names exactly one choice.
pub(crate) fn mentioned(
    dialogue: &Dialogue,
    text: &str,
    language: Language,
) -> Vec<(String, String)> {
    let words = words(text);
    let mut found = Vec::new();
    for step in dialogue.steps.values() {
        let StepKind::Ask(ask) = &step.kind else { continue };
        let (Some(slot), Answers::Choices(choices)) = (&ask.slot, &ask.answers) else { continue };
        let mut named = choices.iter().filter(|choice| names(choice, &words, language));
        if let (Some(choice), None) = (named.next(), named.next()) {
            found.push((slot.clone(), choice.value.clone()));
        }
    }
    found
}

fn names(choice: &ChoiceStep, words: &[String], language: Language) -> bool {
    let also = choice.also.get(&language).map_or(&[][..], Vec::as_slice);
    std::iter::once(choice.label.plain(language))
        .chain(also.iter().map(String::as_str))
        .map(self::words)
        .filter(|phrase| !phrase.is_empty())
        .any(|phrase| words.windows(phrase.len()).any(|window| window == phrase.as_slice()))
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
