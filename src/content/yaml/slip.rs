//! What an author likely did where the parser only sees that this is not YAML.
//!
//! A parser stumbles where it can read on no longer, often lines below the slip. The lines above
//! that place are looked through, from the top, for what people who do not program get wrong:
//! quotation marks, brackets, colons, tabs and indentation.

use crate::content::diagnostic::Span;

/// A slip, where it is and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slip {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: String,
}

fn slip(line: usize, column: usize, message: &str, help: &str) -> Slip {
    Slip {
        span: Span::at(line + 1, column + 1),
        message: message.to_owned(),
        help: help.to_owned(),
    }
}

/// The likeliest slip in the lines up to where the parser stumbled, counted from 1.
pub(super) fn likely(text: &str, stumbled: usize) -> Option<Slip> {
    let lines: Vec<Vec<char>> =
        text.lines().take(stumbled.max(1)).map(|line| line.chars().collect()).collect();
    let next = text.lines().nth(lines.len()).map(|line| line.chars().collect::<Vec<char>>());
    let at_end = next.is_none();
    let mut scan = Scan::default();
    for (number, line) in lines.iter().enumerate() {
        let ended = at_end && number + 1 == lines.len();
        let following = lines.get(number + 1).or(next.as_ref());
        if let Some(found) = scan.line(number, line, following, ended) {
            return Some(found);
        }
    }
    let last = lines.len().checked_sub(1)?;
    let near = [last, last.saturating_sub(1)];
    near.into_iter()
        .find_map(|number| without_colon(number, &lines))
        .or_else(|| indentation(&lines))
}

/// Where the reading of lines stands.
#[derive(Default)]
struct Scan {
    /// The quotation mark that is open, with its line and column.
    quote: Option<(char, usize, usize)>,
    /// The brackets that are open, with line and column.
    open: Vec<(char, usize, usize)>,
    /// The indentation of the key whose text stands below it line by line.
    block: Option<usize>,
}

impl Scan {
    fn line(
        &mut self,
        number: usize,
        line: &[char],
        following: Option<&Vec<char>>,
        ended: bool,
    ) -> Option<Slip> {
        let indent = line.iter().take_while(|letter| letter.is_whitespace()).count();
        if indent == line.len() {
            return None;
        }
        if self.block.is_some_and(|block| indent > block) {
            return None;
        }
        self.block = None;
        if let Some(tab) = line[..indent].iter().position(|letter| *letter == '\t') {
            return Some(slip(
                number,
                tab,
                "there is a tab at the beginning of the line",
                "YAML is indented by spaces only: replace each tab by two spaces",
            ));
        }
        if line[indent] == '#' {
            return None;
        }
        if self.quote.is_none()
            && let Some(found) = self.unclosed_bracket(number, line, indent)
        {
            return Some(found);
        }
        if self.quote.is_none()
            && self.open.is_empty()
            && let Some(found) = plain_value(number, line, indent)
        {
            return Some(found);
        }
        if let Some(found) = self.letters(number, line, indent) {
            return Some(found);
        }
        let unclosed = self.quote.filter(|_| ended || following.is_some_and(|it| is_entry(it)));
        if let Some((_, line, column)) = unclosed {
            return Some(slip(
                line,
                column,
                "the quotation mark that opens here is not closed",
                "close it at the end of the text",
            ));
        }
        if self.quote.is_none()
            && ended
            && let Some((bracket, line, column)) = self.open.first()
        {
            return Some(never_closed(*bracket, *line, *column));
        }
        let tail: String = line.iter().collect();
        let tail = tail.trim_end();
        if self.quote.is_none()
            && [": |", ": >", ": |-", ": >-", ": |+", ": >+"].iter().any(|end| tail.ends_with(end))
        {
            self.block = Some(indent);
        }
        None
    }

    /// A new entry of a block begins while a bracket is open.
    fn unclosed_bracket(&self, number: usize, line: &[char], indent: usize) -> Option<Slip> {
        let (bracket, opened, column) = *self.open.first()?;
        let starts = opened < number && is_entry(line) && !line[indent..].contains(&bracket);
        let closes = line.iter().any(|letter| *letter == closing(bracket));
        // Inside a bracket that runs over lines, the lines stand further in and end in a comma.
        let deeper = indent > 0 && line.iter().rev().find(|it| !it.is_whitespace()) == Some(&',');
        (starts && !closes && !deeper).then(|| never_closed(bracket, opened, column))
    }

    fn letters(&mut self, number: usize, line: &[char], indent: usize) -> Option<Slip> {
        let mut at = indent;
        while at < line.len() {
            let letter = line[at];
            if let Some((quote, opened, start)) = self.quote {
                if quote == '"' && letter == '\\' {
                    at += 2;
                    continue;
                }
                if letter == quote {
                    if quote == '\'' && line.get(at + 1) == Some(&'\'') {
                        at += 2;
                        continue;
                    }
                    self.quote = None;
                    if let Some(found) = self.behind(number, line, at, (quote, opened, start)) {
                        return Some(found);
                    }
                }
                at += 1;
                continue;
            }
            let before = line[..at].iter().rev().find(|letter| !letter.is_whitespace());
            let spaced = at == indent || line[at - 1].is_whitespace();
            // A value begins behind a colon, a dash, a comma or a bracket.
            let begins = before.is_none_or(|letter| ":,[{-".contains(*letter))
                && (spaced || line[at - 1] != '-');
            match letter {
                '#' if spaced => break,
                '"' | '\'' if begins => self.quote = Some((letter, number, at)),
                '[' | '{' if begins => self.open.push((letter, number, at)),
                ']' | '}' if !self.open.is_empty() => {
                    let (bracket, opened, column) = self.open.pop()?;
                    if closing(bracket) != letter {
                        return Some(never_closed(bracket, opened, column));
                    }
                }
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// What follows a quotation mark that closes.
    fn behind(
        &self,
        number: usize,
        line: &[char],
        at: usize,
        (quote, opened, start): (char, usize, usize),
    ) -> Option<Slip> {
        let rest: String = line[at + 1..].iter().collect();
        let next = rest.trim_start().chars().next()?;
        let fits = if self.open.is_empty() { ":#" } else { ":#,]}" };
        if fits.contains(next) {
            return None;
        }
        // The mark that closes may be one that opens, if one above was forgotten.
        if opened < number {
            return Some(slip(
                opened,
                start,
                "the quotation mark that opens here is not closed",
                "close it at the end of the text",
            ));
        }
        let word: String =
            rest.trim_start().chars().take_while(|it| it.is_alphanumeric()).collect();
        let key = rest.trim_start()[word.len()..].starts_with(':');
        if !self.open.is_empty() && key && !word.is_empty() {
            return Some(slip(number, at, "a comma is missing behind this text", "put one there"));
        }
        if matches!(next, ']' | '}') {
            return Some(slip(
                number,
                at + 1,
                "a bracket closes here that never opened",
                "remove it, or open it in front",
            ));
        }
        if quote == '\'' {
            return Some(slip(
                number,
                at,
                "an apostrophe ends the text that single quotation marks enclose",
                "enclose the text in double quotation marks: \"…\"",
            ));
        }
        Some(slip(
            number,
            at,
            "a quotation mark inside the text ends it",
            "write \\\" inside the text, or typographic marks: ”…”",
        ))
    }
}

fn never_closed(bracket: char, line: usize, column: usize) -> Slip {
    let message = format!("the `{bracket}` that opens here is not closed");
    slip(line, column, &message, &format!("close it by `{}`", closing(bracket)))
}

fn closing(bracket: char) -> char {
    if bracket == '[' { ']' } else { '}' }
}

/// Where the value of a line begins: behind `key: ` or `- `.
fn value_of(line: &[char], indent: usize) -> Option<usize> {
    let mut at = indent;
    while line.get(at) == Some(&'-') && line.get(at + 1) == Some(&' ') {
        at += 2;
        while line.get(at) == Some(&' ') {
            at += 1;
        }
    }
    let key =
        line[at..].iter().take_while(|it| it.is_alphanumeric() || "_-".contains(**it)).count();
    let colon = at + key;
    if key > 0 && line.get(colon) == Some(&':') && line.get(colon + 1) == Some(&' ') {
        let gap = line[colon + 1..].iter().take_while(|it| it.is_whitespace()).count();
        return Some(colon + 1 + gap).filter(|at| *at < line.len());
    }
    (at > indent).then_some(at)
}

/// A value without quotation marks that needs them.
fn plain_value(number: usize, line: &[char], indent: usize) -> Option<Slip> {
    let start = value_of(line, indent)?;
    let first = line[start];
    let quoted = "put the whole text in quotation marks: \"…\"";
    if first == '{' && line.get(start + 1) == Some(&'{') {
        return Some(slip(
            number,
            start,
            "a text that begins with `{{` needs quotation marks",
            quoted,
        ));
    }
    if "@`%*&!".contains(first) {
        let message = format!("a text that begins with `{first}` needs quotation marks");
        return Some(slip(number, start, &message, quoted));
    }
    if "\"'[{|>#".contains(first) {
        return None;
    }
    let colon = (start..line.len())
        .find(|at| line[*at] == ':' && line.get(at + 1).is_none_or(|next| next.is_whitespace()))?;
    // `- key: value` and what a comment says are no text.
    let commented = (start..colon).any(|at| line[at] == '#' && line[at - 1].is_whitespace());
    let is_key = value_of(line, start).is_some() && line[..start].ends_with(&['-', ' ']);
    (!commented && !is_key)
        .then(|| slip(number, colon, "a colon in a text without quotation marks", quoted))
}

/// Whether a line begins an entry: `key:`, or `- `.
fn is_entry(line: &[char]) -> bool {
    let indent = line.iter().take_while(|letter| letter.is_whitespace()).count();
    let rest = &line[indent..];
    let word = rest.iter().take_while(|it| it.is_alphanumeric() || "_-".contains(**it)).count();
    (word > 0
        && rest.get(word) == Some(&':')
        && rest.get(word + 1).is_none_or(|next| next.is_whitespace()))
        || (rest.first() == Some(&'-') && rest.get(1) == Some(&' '))
}

fn without_colon(number: usize, lines: &[Vec<char>]) -> Option<Slip> {
    let line = &lines[number];
    let indent = line.iter().take_while(|letter| letter.is_whitespace()).count();
    let rest = &line[indent.min(line.len())..];
    let word = rest.iter().take_while(|it| it.is_alphanumeric() || "_-".contains(**it)).count();
    if word == 0 || rest.first() == Some(&'-') {
        return None;
    }
    match rest.get(word) {
        Some(':') if rest.get(word + 1).is_some_and(|next| !next.is_whitespace()) => Some(slip(
            number,
            indent + word,
            "a space is missing behind the colon",
            "write `key: value`",
        )),
        None | Some(' ') if !rest.windows(2).any(|pair| pair == [':', ' ']) => Some(slip(
            number,
            indent,
            "a colon is missing in this line",
            "write `key: value`; a text over several lines stands in quotation marks",
        )),
        _ => None,
    }
}

/// The last line that stands at no level of those above it.
fn indentation(lines: &[Vec<char>]) -> Option<Slip> {
    let mut levels: Vec<usize> = Vec::new();
    let mut found = None;
    let mut complete = false;
    for (number, line) in lines.iter().enumerate() {
        let indent = line.iter().take_while(|letter| letter.is_whitespace()).count();
        if !is_entry(line) {
            continue;
        }
        let deepest = levels.last().copied();
        if deepest.is_none_or(|deepest| indent > deepest) {
            if complete {
                found = Some((number, indent));
            }
            levels.push(indent);
        } else {
            while levels.last().is_some_and(|level| *level > indent) {
                levels.pop();
            }
            if levels.last() != Some(&indent) {
                found = Some((number, indent));
                levels.push(indent);
            }
        }
        complete = value_of(line, indent).is_some() && line[indent] != '-';
    }
    found.map(|(number, column)| {
        slip(
            number,
            column.saturating_sub(1),
            "this line is indented differently from its neighbours",
            "what belongs together begins in the same column",
        )
    })
}

#[cfg(test)]
mod tests;
