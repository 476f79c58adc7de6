//! Phrases that say what a message is before or beside it says it: "oops, …", "jag menade …", "på
//! finska".

use crate::matcher::answers::text::Message;

/// Leads that may stand before each other: "nej förresten, jag menade".
const MAX_LEADS: usize = 3;

/// Phrases of the content, cut into words once and looked for in many messages.
#[derive(Debug, Clone, Default)]
pub struct Phrases {
    /// The words of each; none is empty.
    phrases: Vec<Vec<String>>,
}

impl FromIterator<String> for Phrases {
    fn from_iter<I: IntoIterator<Item = String>>(texts: I) -> Self {
        let phrases = texts.into_iter().map(|text| words(&text));
        Self { phrases: phrases.filter(|words| !words.is_empty()).collect() }
    }
}

impl Phrases {
    /// What a message says besides one of the phrases at its beginning or, failing that, at its
    /// end; `None` without any.
    #[must_use]
    pub fn after<'t>(&self, text: &'t str) -> Option<&'t str> {
        let message = Message::parse(text);
        let words: Vec<&str> = message.tokens.iter().map(|token| token.word.as_str()).collect();
        let longest = |matches: &dyn Fn(&[String]) -> bool| {
            self.phrases.iter().filter(|lead| matches(lead)).map(Vec::len).max()
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
        let ends = |lead: &[String]| {
            words.len() > lead.len() && words[words.len() - lead.len()..] == *lead
        };
        let length = longest(&ends)?;
        let end = message.tokens.get(words.len() - length)?.start;
        Some(text[..end].trim())
    }

    /// Whether one of the phrases stands in a message, word for word.
    #[must_use]
    pub fn stand_in(&self, text: &str) -> bool {
        let said = words(text);
        let stands = |phrase: &Vec<String>| said.windows(phrase.len()).any(|part| part == phrase);
        self.phrases.iter().any(stands)
    }
}

fn words(text: &str) -> Vec<String> {
    Message::parse(text).tokens.into_iter().map(|token| token.word).collect()
}

#[cfg(test)]
mod tests {
    use super::Phrases;

    fn phrases<const N: usize>(texts: [&str; N]) -> Phrases {
        texts.map(str::to_owned).into_iter().collect()
    }

    #[test]
    fn a_phrase_stands_anywhere_word_for_word() {
        let phrases = phrases(["på finska", "!"]);
        assert!(phrases.stand_in("Ursäkta, går det PÅ FINSKA?"));
        assert!(!phrases.stand_in("på finskan"));
        assert!(!phrases.stand_in(""));
    }

    #[test]
    fn what_stands_behind_or_before_a_lead() {
        let leads = phrases(["nej förresten", "jag menade", "menar jag"]);
        let after = |text| leads.after(text);
        assert_eq!(after("Nej förresten, jag är företagskund"), Some("jag är företagskund"));
        assert_eq!(after("nej förresten jag menade nej"), Some("nej"));
        assert_eq!(after("företagskund menar jag"), Some("företagskund"));
        assert_eq!(after("nej"), None);
        assert_eq!(after("jag menade"), Some(""));
        assert_eq!(after(""), None);
    }
}
