//! A plain text cut into words and signs, for the search after announced secrets.

use std::ops::Range;

use crate::privacy::COVER;
use crate::privacy::words;
use crate::privacy::words::Noun;

/// What stands between a token and the next, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum After {
    /// A blank at most.
    Nothing,
    /// A comma, a bracket or the like.
    Pause,
    /// The end of a line.
    Line,
    /// The end of a sentence.
    Sentence,
}

/// A word or a sign.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Where it stands, without the punctuation around it.
    pub(super) at: Range<usize>,
    /// Its letters and digits, without hyphens and apostrophes; a sign as it is.
    pub(super) word: String,
    /// What follows it.
    pub(super) after: After,
    /// Whether it begins with a quotation mark.
    pub(super) quoted: bool,
}

impl Token {
    fn plain(at: Range<usize>, word: String) -> Self {
        Self { at, word, after: After::Nothing, quoted: false }
    }

    /// Whether a sentence ends after it.
    pub(super) fn ends(&self) -> bool {
        self.after == After::Sentence
    }

    /// Whether a secret has been taken out here already.
    pub(super) fn is_covered(&self) -> bool {
        self.word == COVER
    }

    /// Whether it is made of digits alone.
    pub(super) fn is_number(&self) -> bool {
        self.word.bytes().all(|sign| sign.is_ascii_digit())
    }
}

/// Cuts the text at blanks, and after a colon or the like that follows an announcement.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut start = None;
    for (at, sign) in text.char_indices().chain(std::iter::once((text.len(), '\n'))) {
        if sign.is_whitespace() {
            if let Some(start) = start.take() {
                push(text, start..at, &mut tokens);
            }
            if sign == '\n'
                && let Some(last) = tokens.last_mut()
            {
                last.after = last.after.max(After::Line);
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    tokens
}

/// Endings of names of files, with their dots.
const FILES: [&str; 9] =
    [".pdf", ".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".txt", ".docx"];

/// So many words behind the name of a password a piece may be that password.
const PASSWORD_NEAR: usize = 3;

/// A longer piece without blanks is no name of a file, and not looked into.
const LONGEST: usize = 200;

fn push(text: &str, mut at: Range<usize>, tokens: &mut Vec<Token>) {
    // Most pieces are a word and nothing else.
    if text[at.clone()].bytes().all(|sign| sign.is_ascii_alphabetic()) {
        let word = text[at.clone()].to_owned();
        tokens.push(Token::plain(at, word));
        return;
    }
    if push_file(text, &at, tokens) || push_arrow(text, &at, tokens) {
        return;
    }
    // "lösenord_Mustikka659": in names of files words stand with other signs between.
    let piece = &text[at.clone()];
    // {"user":"70881234","code":"5567"}
    if piece.len() <= LONGEST
        && piece.starts_with(['"', '{', '['])
        && let Some(end) = piece.find(",\"")
    {
        push(text, at.start..at.start + end, tokens);
        push(text, at.start + end + 1..at.end, tokens);
        return;
    }
    if piece.len() <= LONGEST
        && let Some(end) = seam(piece)
    {
        push(text, at.start..at.start + end, tokens);
        push(text, at.start + end..at.end, tokens);
        return;
    }
    let awaited = tokens.last().is_some_and(|last| words::is_copula(&last.word));
    let signs = ['_', '+'];
    if !awaited
        && piece.len() <= LONGEST
        && let Some(end) = piece.find(signs)
        && piece.split(signs).any(|part| words::noun(part).is_some())
    {
        push(text, at.start..at.start + end, tokens);
        push(text, at.start + end + 1..at.end, tokens);
        return;
    }
    // "användar-id:t 94970902", "PIN:ni on": the ending of a short word.
    if let Some((name, ending)) = text[at.clone()].split_once(':')
        && matches!(ending, "t" | "n" | "s" | "et" | "en" | "ni" | "in" | "ssa" | "nsa" | "na")
        && (words::noun(name).is_some() || name.ends_with("id"))
    {
        push_one(text, at.start..at.start + name.len(), tokens);
        return;
    }
    // "lösenord:Xyz123", "pw=abc", "pinkod,4408", "password(is)"; not "12:30" and not "https://".
    while let Some(end) = announcement(&text[at.clone()]) {
        let sign = at.start + end..at.start + end + 1;
        push_one(text, at.start..sign.start, tokens);
        tokens.push(Token::plain(sign.clone(), text[sign.clone()].to_owned()));
        at.start = sign.end;
    }
    let piece = &text[at.clone()];
    if piece.is_empty() {
        return;
    }
    let password = |token: &Token| matches!(words::noun(&token.word), Some(Noun::Password));
    if let Some(end) = glued_sentence(piece)
        && !tokens.iter().rev().take(PASSWORD_NEAR).any(password)
    {
        push_one(text, at.start..at.start + end, tokens);
        push_one(text, at.start + end..at.end, tokens);
        return;
    }
    // "353600752)koodi(2496)"
    if piece.len() <= LONGEST
        && let Some((first, rest)) = piece.split_once(')')
        && rest.starts_with(char::is_alphabetic)
        && first.bytes().all(|sign| sign.is_ascii_digit())
    {
        push_one(text, at.start..at.end - rest.len(), tokens);
        push(text, at.end - rest.len()..at.end, tokens);
        return;
    }
    // "12345678/4321", "20033833;PIN=8053"
    if piece.len() <= LONGEST
        && let Some(end) = joint(piece)
    {
        push_one(text, at.start..at.start + end, tokens);
        tokens.push(Token::plain(at.start + end..at.start + end + 1, piece[end..=end].to_owned()));
        push(text, at.start + end + 1..at.end, tokens);
        return;
    }
    // "6973,2695,8856,1320"
    if piece.len() <= LONGEST
        && let Some(end) = comma_in_list(piece)
    {
        push_one(text, at.start..at.start + end, tokens);
        push(text, at.start + end..at.end, tokens);
        return;
    }
    if let Some(end) = place_of_code(piece) {
        push_one(text, at.start..at.start + end, tokens);
        push(text, at.start + end..at.end, tokens);
        return;
    }
    // "salasana-Hilleri5"
    if let Some((name, rest)) = piece.split_once('-')
        && words::noun(name).is_some()
        && (rest.contains(|sign: char| sign.is_ascii_digit())
            && rest.starts_with(char::is_alphabetic)
            || rest.starts_with(COVER))
    {
        push_one(text, at.start..at.start + name.len(), tokens);
        push_one(text, at.end - rest.len()..at.end, tokens);
        return;
    }
    push_glued(text, at, tokens);
}

/// Cuts the ending off the name of a file: "koodi on 171643.pdf".
fn push_file(text: &str, at: &Range<usize>, tokens: &mut Vec<Token>) -> bool {
    let ending = FILES.iter().find(|ending| text[at.clone()].ends_with(**ending));
    let Some(ending) = ending.filter(|it| (it.len() + 1..=LONGEST).contains(&at.len())) else {
        return false;
    };
    push(text, at.start..at.end - ending.len(), tokens);
    push_one(text, at.end - ending.len()..at.end, tokens);
    true
}

/// Where a piece of a table or of data goes on: behind `|`, `;` or `&` that a name follows, behind a
/// colon that a quotation mark follows, behind such a mark and a comma, and before `#` among digits:
/// "4106|pin:5518", `05:"91`, `60",06:"38`, "748250#2".
fn seam(piece: &str) -> Option<usize> {
    let named = piece.find(['|', ';', '&']).map(|at| at + 1).filter(|&at| {
        let letters = piece[at..].bytes().take_while(u8::is_ascii_alphabetic).count();
        words::noun(&piece[at..at + letters]).is_some()
    });
    let quoted = || {
        let inner = piece.find(":\"").map(|at| at + 1);
        inner
            .or_else(|| piece.find("\",").map(|at| at + 2))
            .filter(|&at| piece[..at].contains(|sign: char| sign.is_ascii_digit()))
    };
    let codes = piece.bytes().all(|sign| sign.is_ascii_digit() || sign == b'#');
    let numbered = || piece.find('#').filter(|at| codes && *at > 0);
    named.or_else(quoted).or_else(numbered).filter(|&at| at < piece.len())
}

/// Where a sentence begins without a blank behind a code: "205968.Meneekö".
fn glued_sentence(piece: &str) -> Option<usize> {
    let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
    let rest = piece[digits..].strip_prefix(['.', '?', '!'])?;
    let plain = rest.trim_end_matches(|sign: char| !sign.is_alphabetic());
    let word = plain.chars().all(char::is_alphabetic) && plain.chars().count() > 2;
    ((4..=8).contains(&digits) && word).then_some(digits + 1)
}

/// Cuts a piece at an arrow, if there is one: "A1->4417".
fn push_arrow(text: &str, at: &Range<usize>, tokens: &mut Vec<Token>) -> bool {
    let piece = &text[at.clone()];
    if piece.len() > LONGEST {
        return false;
    }
    let arrow = ["->", "=>"].iter().find_map(|sign| Some((piece.find(sign)?, *sign)));
    let Some((end, sign)) = arrow else { return false };
    // "Hund->Katt9" is a password.
    let place = &piece[..end];
    let digits = place.bytes().all(|sign| sign.is_ascii_digit());
    if !(digits || words::is_place(place) || words::noun(place).is_some()) {
        return false;
    }
    let (arrow, rest) = (at.start + end, at.start + end + sign.len());
    if end > 0 {
        push_one(text, at.start..arrow, tokens);
    }
    tokens.push(Token::plain(arrow..rest, sign.to_owned()));
    if rest < at.end {
        push(text, rest..at.end, tokens);
    }
    true
}

/// Cuts the name of a code off the code that is glued to it.
fn push_glued(text: &str, at: Range<usize>, tokens: &mut Vec<Token>) {
    let piece = &text[at.clone()];
    // "pin1234", "pin-1234", "kod482913"
    let digits = piece.find(|sign: char| sign.is_ascii_digit()).unwrap_or(0);
    let of_key = matches!(&piece[..digits], "luku" | "tal" | "talet")
        && tokens.last().is_some_and(|last| matches!(last.word.as_str(), "avain" | "nyckel"));
    let glued = digits > 0
        && piece[digits..].bytes().all(|sign| sign.is_ascii_digit())
        && (of_key
            || matches!(
                words::noun(piece[..digits].trim_end_matches(['-', '.', '#', '~', '_', '>'])),
                Some(Noun::Pin | Noun::Code)
            ));
    if glued {
        push_one(text, at.start..at.start + digits, tokens);
        push_one(text, at.start + digits..at.end, tokens);
    } else if piece.len() <= LONGEST
        && let Some(end) = glued_between(piece, digits)
    {
        push_one(text, at.start..at.start + digits, tokens);
        push_one(text, at.start + digits..at.start + end, tokens);
        push(text, at.start + end..at.end, tokens);
    } else {
        push_one(text, at, tokens);
    }
}

/// Where a code ends that begins at `start`, behind its name and before another word: "koden905-338går",
/// "tunnus77190342pin2958".
fn glued_between(piece: &str, start: usize) -> Option<usize> {
    let named = matches!(
        words::noun(&piece[..start]),
        Some(Noun::Pin | Noun::Code | Noun::KeyCode | Noun::User | Noun::Both)
    ) || words::may_announce_user(&piece[..start]);
    let code = piece[start..].bytes().take_while(|sign| sign.is_ascii_digit() || *sign == b'-');
    let end = start + code.count();
    let digits = piece[start..end].bytes().filter(u8::is_ascii_digit).count();
    let word = piece[end..].starts_with(char::is_alphabetic)
        && piece[start..end].ends_with(char::is_numeric);
    // "kundnummer61207748kod337219"
    let rest = &piece[end..];
    let name = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let named = named || words::noun(&rest[..name]).is_some();
    (start > 1 && named && word && (4..=9).contains(&digits)).then_some(end)
}

/// Where in `piece` a colon or another sign follows an announcement.
fn announcement(piece: &str) -> Option<usize> {
    piece.find([':', '=', '(', ',', ';', '/']).filter(|&end| {
        let name: String = piece[..end].chars().filter(|sign| sign.is_alphanumeric()).collect();
        let key = matches!(name.as_str(), "avain" | "nyckel" | "key");
        let announces = matches!(name.as_str(), "pass" | "ss")
            || key && piece[end..].starts_with([':', '='])
            || words::noun(&name).or_else(|| words::mistyped(&name)).is_some()
            || piece[end..].starts_with([':', '=', '(']) && words::may_announce_user(&name);
        announces && !piece[..end].contains('•')
    })
}

/// Where in `piece` the code begins that stands behind its place in a list: "14=737227;key", and
/// "12:7719", which is no time.
fn place_of_code(piece: &str) -> Option<usize> {
    let (place, code) = piece.split_once(['=', ':'])?;
    let digits = code.bytes().take_while(u8::is_ascii_digit).count();
    let whole = code.trim_end_matches(',').len() == digits;
    let end = place.len() + 1;
    let fits = words::is_place(place) && ((4..=6).contains(&digits) || code.starts_with('•'));
    (fits && (whole || piece[..end].ends_with('='))).then_some(end)
}

/// Where the second of several codes begins that are as long as each other: "6973,2695,8856".
fn comma_in_list(piece: &str) -> Option<usize> {
    let list = piece.trim_end_matches([',', ';', '.', ')']);
    let size = list.find([',', ';'])?;
    let code = |code: &str| code.len() == size && code.bytes().all(|sign| sign.is_ascii_digit());
    ((4..=6).contains(&size) && list.split([',', ';']).all(code)).then_some(size + 1)
}

/// Where in `piece` the name of a user, of six to nine digits, is joined to its code, or any short
/// number to what is named after it.
fn joint(piece: &str) -> Option<usize> {
    let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
    let after = piece[digits..].strip_prefix(['/', ';', ',', '&', '|', '+'])?;
    let code = after.bytes().take_while(u8::is_ascii_digit).count();
    let named = (2..=9).contains(&digits)
        && after.starts_with(|sign: char| sign.is_ascii_lowercase())
        && (after.contains(['=', ':']) || words::noun(after).is_some());
    // "60716,ei mene läpi"
    let spoken = digits >= 4
        && piece[digits..].starts_with([',', ';'])
        && after.bytes().all(|sign| sign.is_ascii_lowercase())
        && !after.is_empty();
    let whole = after.trim_end_matches([',', '.', '?', '!', ')']).len() == code;
    let coded = (6..=9).contains(&digits) && (4..=6).contains(&code) && whole;
    (named || coded || spoken).then_some(digits)
}

fn push_one(text: &str, at: Range<usize>, tokens: &mut Vec<Token>) {
    let piece = &text[at.clone()];
    let open = piece.trim_start_matches(['(', '[', '{', '<', '"', '\'', '*', '`']);
    let start = at.start + piece.len() - open.len();
    let core = open.trim_end_matches([',', ';', ':', ')', ']', '}', '"', '\'', '.', '*', '`']);
    // An exclamation or question mark may be part of a password, but not of a plain word.
    let word_only = core.trim_end_matches(['!', '?', '.']);
    let plain = word_only.chars().all(|sign| sign.is_alphabetic() || sign == '-' || sign == '\'');
    let core = if plain && !word_only.is_empty() { word_only } else { core };
    let rest = &open[core.len()..];
    let mut word: String = core.chars().filter(|sign| sign.is_alphanumeric()).collect();
    if piece.contains('•') {
        COVER.clone_into(&mut word);
    } else if word.is_empty() && piece.bytes().all(|sign| sign == b':') {
        ":".clone_into(&mut word);
    } else if word.is_empty() {
        piece.clone_into(&mut word);
    }
    let short = rest == "." && matches!(word.as_str(), "no" | "nr" | "nro" | "num" | "tel" | "puh");
    let after = if rest.contains(['.', '!', '?']) && !short {
        After::Sentence
    } else if rest.contains([',', ';', ')']) {
        After::Pause
    } else {
        After::Nothing
    };
    let quoted = piece[..piece.len() - open.len()].contains(['"', '\'']);
    let at = if core.is_empty() { at } else { start..start + core.len() };
    tokens.push(Token { after, quoted, ..Token::plain(at, word) });
}
