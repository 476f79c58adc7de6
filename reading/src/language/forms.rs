//! What is known of single words: chat spelling, and forms that no rule leads back to their word.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::language::Language;

/// Everything that is known of the words of `language`; `thesaurus/en.txt` explains the signs.
pub(super) fn source(language: Language) -> &'static str {
    match language {
        Language::Sv => include_str!("thesaurus/sv.txt"),
        Language::Fi => include_str!("thesaurus/fi.txt"),
        Language::En => include_str!("thesaurus/en.txt"),
    }
}

/// The lines of the source as names with their words.
pub(super) fn lines(
    language: Language,
) -> impl Iterator<Item = (&'static str, std::str::SplitWhitespace<'static>)> {
    source(language).lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (name, words) = line.split_once(':')?;
        Some((name, words.split_whitespace()))
    })
}

#[derive(Debug, Default)]
struct Forms {
    short: FxHashMap<&'static str, &'static str>,
    irregular: FxHashMap<&'static str, &'static str>,
}

impl Forms {
    fn of(language: Language) -> &'static Self {
        static EACH: [OnceLock<Forms>; 3] = [OnceLock::new(), OnceLock::new(), OnceLock::new()];
        let at = match language {
            Language::Sv => 0,
            Language::Fi => 1,
            Language::En => 2,
        };
        EACH[at].get_or_init(|| {
            let mut forms = Self::default();
            for (name, words) in lines(language) {
                if let Some(full) = name.strip_prefix("~ ") {
                    forms.short.extend(words.map(|short| (short, full)));
                } else if let Some(base) = name.strip_prefix("= ") {
                    forms.irregular.extend(words.map(|form| (form, base)));
                }
            }
            forms
        })
    }
}

/// The words that chat spelling such as `dont` stands for; the word itself when it is none.
pub fn written_out(language: Language, word: &str) -> impl Iterator<Item = &str> {
    Forms::of(language).short.get(word).copied().unwrap_or(word).split('_')
}

/// The word that an irregular form belongs to.
pub(super) fn base(language: Language, form: &str) -> Option<&'static str> {
    Forms::of(language).irregular.get(form).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chat_spelling_is_written_out() {
        let of = |language, word| written_out(language, word).collect::<Vec<_>>().join(" ");
        assert_eq!(of(Language::En, "dont"), "do not");
        assert_eq!(of(Language::Sv, "int"), "inte");
        assert_eq!(of(Language::Fi, "oon"), "olen");
        assert_eq!(of(Language::Fi, "mun"), "minun");
        assert_eq!(of(Language::En, "card"), "card");
    }

    #[test]
    fn no_form_is_led_to_another_form() {
        for language in Language::ALL {
            let forms = Forms::of(language);
            assert!(forms.short.len() > 20, "{language:?}");
            for (short, full) in &forms.short {
                let again = full.split('_').find(|word| forms.short.contains_key(word));
                assert_eq!(again, None, "{short} is written out to another short form");
            }
            for (form, base) in &forms.irregular {
                let further = forms.irregular.get(base).filter(|further| *further != base);
                assert_eq!(further, None, "{form} leads to {base}, which leads further");
            }
        }
    }

    #[test]
    fn every_line_is_understood_and_says_something_once() {
        for language in Language::ALL {
            let mut seen = std::collections::BTreeSet::new();
            for line in source(language).lines() {
                if line.is_empty() || line.starts_with('#') {
                    continue;
                }
                let (name, words) = line.split_once(':').unwrap_or_else(|| panic!("{line}"));
                assert!(words.split_whitespace().next().is_some(), "{line}");
                assert!(
                    matches!(name, "weak" | "plain") || seen.insert(name),
                    "{language:?}: {name} stands twice"
                );
            }
        }
    }
}
