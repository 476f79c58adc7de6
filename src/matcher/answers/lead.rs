//! Words that say what a message is before it says it: "oops, …", "jag menade …".

use crate::matcher::answers::text::Message;

/// Leads that may stand before each other: "nej förresten, jag menade".
const MAX_LEADS: usize = 3;

/// What a message says besides one of `leads` at its beginning or, failing that, at its end;
/// `None` without any.
#[must_use]
pub fn after<'t>(text: &'t str, leads: &[String]) -> Option<&'t str> {
    let leads: Vec<Vec<String>> = leads
        .iter()
        .map(|lead| Message::parse(lead).tokens.into_iter().map(|token| token.word).collect())
        .filter(|words: &Vec<String>| !words.is_empty())
        .collect();
    let message = Message::parse(text);
    let words: Vec<&str> = message.tokens.iter().map(|token| token.word.as_str()).collect();
    let longest = |matches: &dyn Fn(&[String]) -> bool| {
        leads.iter().filter(|lead| matches(lead)).map(Vec::len).max()
    };
    let mut from = 0;
    for _ in 0..MAX_LEADS {
        let here = &words[from..];
        let begins = |lead: &[String]| here.len() >= lead.len() && here[..lead.len()] == *lead;
        match longest(&begins) {
            Some(length) => from += length,
            None => break,
        }
    }
    if from > 0 {
        let rest = message.tokens.get(from).map_or("", |token| &text[token.start..]);
        return Some(rest.trim());
    }
    let ends =
        |lead: &[String]| words.len() > lead.len() && words[words.len() - lead.len()..] == *lead;
    let length = longest(&ends)?;
    let end = message.tokens.get(words.len() - length)?.start;
    Some(text[..end].trim())
}

/// Whether one of `phrases` stands in a message, word for word.
#[must_use]
pub fn contains(text: &str, phrases: &[String]) -> bool {
    let words = |text: &str| -> Vec<String> {
        Message::parse(text).tokens.into_iter().map(|token| token.word).collect()
    };
    let said = words(text);
    phrases.iter().map(|phrase| words(phrase)).any(|phrase| {
        !phrase.is_empty() && said.windows(phrase.len()).any(|window| window == phrase.as_slice())
    })
}

#[cfg(test)]
mod tests {
    use super::after;
    use super::contains;

    #[test]
    fn a_phrase_stands_anywhere_word_for_word() {
        let phrases = ["på finska".to_owned()];
        assert!(contains("Ursäkta, går det PÅ FINSKA?", &phrases));
        assert!(!contains("på finskan", &phrases));
        assert!(!contains("", &phrases));
    }

    #[test]
    fn what_stands_behind_or_before_a_lead() {
        let leads: Vec<String> =
            ["nej förresten", "jag menade", "menar jag"].map(str::to_owned).into();
        let after = |text| after(text, &leads);
        assert_eq!(after("Nej förresten, jag är företagskund"), Some("jag är företagskund"));
        assert_eq!(after("nej förresten jag menade nej"), Some("nej"));
        assert_eq!(after("företagskund menar jag"), Some("företagskund"));
        assert_eq!(after("nej"), None);
        assert_eq!(after("jag menade"), Some(""));
        assert_eq!(after(""), None);
    }
}
