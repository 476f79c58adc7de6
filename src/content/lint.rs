//! What looks wrong in a text by itself: left to fill in, invisible, garbled, not translated.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Span;
use crate::content::fields::Word;
use crate::language::Language;
use crate::language::fold::fold;
use crate::language::identify::identify;
use crate::language::text::Words;

/// What a text to fill in begins with; `skicka new` writes it.
pub const TO_FILL_IN: &str = "TODO";

/// Words that stand for a text somebody still has to write.
const UNFINISHED: [&str; 4] = [TO_FILL_IN, "FIXME", "TBD", "Lorem ipsum"];

/// A text must be this long before its language is judged, in words.
const TELLING_WORDS: usize = 5;
/// How sure a verdict must be to contradict the author.
const SURE: f32 = 0.97;

type Lists = BTreeMap<Language, Vec<Word>>;

/// Looks at a text that customers see.
pub(crate) fn text(
    file: &str,
    key: Span,
    what: &str,
    words: &Lists,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut lint = Lint { file, what, diagnostics };
    for (language, word) in placed(words) {
        lint.characters(word);
        lint.filler(word);
        lint.markup(word);
        if !is_unfinished(&word.text) {
            lint.language(language, word);
        }
    }
    lint.equal(words);
    lint.variants(key, words);
}

/// Looks at a list of what customers write.
pub(crate) fn list(file: &str, what: &str, words: &Lists, diagnostics: &mut Vec<Diagnostic>) {
    let mut lint = Lint { file, what, diagnostics };
    for (_, word) in placed(words) {
        lint.characters(word);
    }
    for list in words.values() {
        lint.repeated(list);
    }
}

/// Looks at the languages of whole messages.
pub(crate) fn messages(file: &str, what: &str, words: &Lists, diagnostics: &mut Vec<Diagnostic>) {
    let mut lint = Lint { file, what, diagnostics };
    for (language, word) in placed(words).filter(|(_, word)| !is_unfinished(&word.text)) {
        lint.language(language, word);
    }
}

fn placed(words: &Lists) -> impl Iterator<Item = (Language, &Word)> {
    words.iter().flat_map(|(language, list)| list.iter().map(|word| (*language, word)))
}

/// Names a character that cannot be seen, or is not what it looks like.
pub(crate) fn hidden(text: &str) -> Option<String> {
    text.chars().find_map(|letter| match letter {
        '\u{a0}' | '\u{202f}' | '\u{2007}' => Some("a non-breaking space".to_owned()),
        _ => invisible(letter),
    })
}

fn invisible(letter: char) -> Option<String> {
    let told = matches!(letter,
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
        || (letter.is_control() && !matches!(letter, '\n' | '\t' | '\r'));
    told.then(|| format!("an invisible character (U+{:04X})", u32::from(letter)))
}

/// A letter of another script inside a word of ours.
fn look_alike(text: &str) -> Option<String> {
    text.split(|letter: char| !letter.is_alphabetic()).find_map(|word| {
        let latin = word.chars().any(|letter| letter.is_ascii_alphabetic());
        let other = word.chars().find(|letter| ('\u{370}'..='\u{52f}').contains(letter))?;
        latin.then(|| format!("`{other}`, a letter of another script (U+{:04X})", u32::from(other)))
    })
}

/// Letters that were saved in one encoding and read in another.
fn is_garbled(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    text.contains('\u{fffd}')
        || text.contains("â€")
        || letters.windows(2).any(|pair| {
            matches!(pair[0], 'Ã' | 'Â')
                && (('\u{80}'..='\u{bf}').contains(&pair[1])
                    || matches!(pair[1], '…' | '„' | '‰' | '–' | '¶'))
        })
}

pub(crate) fn is_unfinished(text: &str) -> bool {
    UNFINISHED.iter().any(|mark| {
        text.match_indices(mark).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + mark.len()..].chars().next();
            ![before, after].into_iter().flatten().any(char::is_alphanumeric)
        })
    })
}

/// Dots and the like, where a text belongs.
fn is_filler(text: &str) -> bool {
    let text = text.trim();
    let all = |letters: &str| text.chars().all(|letter| letters.contains(letter));
    !text.is_empty() && (all(".…-–?_") || (text.len() > 2 && all("xX")))
}

/// Typographic marks enclose nothing in YAML, and are a part of the text.
fn is_enclosed(text: &str) -> bool {
    let mut letters = text.chars();
    let ends = [letters.next(), letters.next_back()];
    ends.into_iter().all(|end| end.is_some_and(|it| "“”„‘’".contains(it)))
}

struct Lint<'a> {
    file: &'a str,
    what: &'a str,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Lint<'_> {
    fn report(&mut self, span: Span, code: Code, message: &str) -> &mut Diagnostic {
        Diagnostic::add(self.diagnostics, self.file, span, code, message)
    }

    fn characters(&mut self, word: &Word) {
        let text = &word.text;
        if is_unfinished(text) {
            let message = format!("`{}` is still to be written", self.what);
            self.report(word.span, Code::Unfilled, &message).help("write what belongs here");
        }
        if let Some(what) = text.chars().find_map(invisible).or_else(|| look_alike(text)) {
            self.report(word.span, Code::Characters, &format!("there is {what} in this text"))
                .help("it came with copying: type the text anew")
                .only_warn();
        } else if text.matches('"').count() == 1 && (text.starts_with('"') || text.ends_with('"')) {
            self.report(word.span, Code::Characters, "a quotation mark is left over in this text")
                .help("put one on either side, or none")
                .only_warn();
        } else if is_enclosed(text) {
            self.report(
                word.span,
                Code::Characters,
                "these quotation marks are shown as a part of the text",
            )
            .help("texts are enclosed by straight marks: \"…\"")
            .only_warn();
        } else if is_garbled(text) {
            self.report(word.span, Code::Characters, "letters in this text are garbled")
                .help(
                    "the file was saved in another encoding: save it as UTF-8 and mend the letters",
                )
                .only_warn();
        }
    }

    /// Customers may write dots and question marks; the bot has something to say.
    fn filler(&mut self, word: &Word) {
        if is_filler(&word.text) {
            let message = format!("`{}` is still to be written", self.what);
            self.report(word.span, Code::Unfilled, &message).help("write what belongs here");
        }
    }

    fn markup(&mut self, word: &Word) {
        let text = &word.text;
        let tag = ["<b>", "<i>", "<p>", "<a ", "</", "<br", "<strong", "<em>", "&nbsp;", "&amp;"];
        let mark = ["**", "__", "](http"];
        if let Some(found) = tag.iter().chain(&mark).find(|mark| text.contains(**mark)) {
            let message = format!("`{found}` is shown as it stands: a text has no formatting");
            self.report(word.span, Code::Markup, &message)
                .help("write plain words; a link goes under `links:`")
                .only_warn();
        }
        if single_brace(text) {
            self.report(word.span, Code::Template, "a single brace puts nothing in")
                .help("write {{ slots.NAME }} with two braces on either side")
                .only_warn();
        }
    }

    fn language(&mut self, language: Language, word: &Word) {
        let own = without_quotations(&word.text);
        if Words::of(&own).len() < TELLING_WORDS {
            return;
        }
        if let Some(verdict) = identify(&own)
            && verdict.language != language
            && verdict.confidence >= SURE
        {
            let message = format!(
                "this looks like `{}`, and stands under `{}`",
                verdict.language.code(),
                language.code()
            );
            self.report(word.span, Code::WrongLanguage, &message)
                .help("translate it, or move it to its language")
                .only_warn();
        }
    }

    /// A text that stands in two languages alike was probably copied and then forgotten.
    fn equal(&mut self, words: &Lists) {
        let mut seen: BTreeMap<String, Language> = BTreeMap::new();
        for (language, word) in placed(words) {
            let plain = word.text.trim().to_lowercase();
            match seen.get(&plain) {
                Some(other) if *other != language && says_something(&word.text) => {
                    let message = format!(
                        "`{}` says the same in `{}` as in `{}`",
                        self.what,
                        language.code(),
                        other.code()
                    );
                    self.report(word.span, Code::SameText, &message)
                        .help("translate it")
                        .only_warn();
                }
                _ => {
                    seen.insert(plain, language);
                }
            }
        }
    }

    fn variants(&mut self, key: Span, words: &Lists) {
        let counts = words.values().map(Vec::len).filter(|count| *count > 0);
        let most = counts.max().unwrap_or(0);
        for (language, list) in words {
            if (1..most).contains(&list.len()) && words.len() == Language::ALL.len() {
                let message = format!(
                    "`{}` has {} variant(s) in `{}` and {most} in another language",
                    self.what,
                    list.len(),
                    language.code()
                );
                let span = list.first().map_or(key, |word| word.span);
                self.report(span, Code::Variants, &message)
                    .help("write as many variants in every language")
                    .only_warn();
            }
        }
    }

    fn repeated(&mut self, list: &[Word]) {
        let mut seen = BTreeSet::new();
        for word in list {
            if !seen.insert(key_of(&word.text)) {
                let message = format!("this stands in `{}` twice", self.what);
                self.report(word.span, Code::Repeated, &message)
                    .help("keep one: the second teaches nothing")
                    .only_warn();
            }
        }
    }
}

/// A message as the matcher tells it from others, but for endings: words in lower case. Marks
/// that mean something in a keyword stay.
fn key_of(text: &str) -> String {
    let mut plain = String::new();
    for part in text.split_whitespace() {
        plain.push_str(&part.to_lowercase());
        plain.push(' ');
    }
    plain
}

/// The words of a message, folded, as one string.
pub(crate) fn folded(text: &str) -> String {
    let words = Words::of(text);
    words.iter().map(fold).collect::<Vec<_>>().join(" ")
}

/// Whether a text has two words of its own: names, numbers and single words may be alike
/// everywhere.
fn says_something(text: &str) -> bool {
    let own = |word: &&str| {
        word.chars().count() >= 3
            && word.chars().all(char::is_alphabetic)
            && word.chars().next().is_some_and(char::is_lowercase)
    };
    let text = without_placeholders(text);
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    words.filter(own).count() >= 2
}

fn without_placeholders(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        plain.push_str(before);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}

/// What a text says in its own words: names of buttons stand in quotation marks or brackets, and
/// may be in another language.
fn without_quotations(text: &str) -> String {
    let mut plain = String::new();
    let mut quoted = false;
    for letter in without_placeholders(text).chars() {
        match letter {
            '“' if !quoted => quoted = true,
            '”' | '“' | '"' | '«' | '»' => quoted = !quoted,
            '(' => quoted = true,
            ')' => quoted = false,
            letter if !quoted => plain.push(letter),
            _ => {}
        }
    }
    plain
}

/// `{name}`: what other programs fill in, and this one shows.
fn single_brace(text: &str) -> bool {
    text.match_indices('{').any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let rest = &text[at + 1..];
        let Some((inside, after)) = rest.split_once('}') else { return false };
        let name = inside.trim();
        before != Some('{')
            && !after.starts_with('}')
            && !name.is_empty()
            && name.chars().all(|letter| letter.is_alphanumeric() || "._".contains(letter))
    })
}
