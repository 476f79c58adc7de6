//! What was said before a message, as far as it tells what in the message is secret.

use std::borrow::Cow;

use crate::privacy::Found;
use crate::privacy::Masked;
use crate::privacy::Patterns;
use crate::privacy::SecretKind;
use crate::privacy::announced;
use crate::privacy::announced::Search;
use crate::privacy::cover;
use crate::privacy::digits;
use crate::privacy::expected;
use crate::privacy::find;
use crate::privacy::find_in;
use crate::privacy::flat::Flat;
use crate::privacy::halves;
use crate::privacy::learnt::Opinion;
use crate::privacy::settled;

/// How far into a message, in bytes, what went before may tell where a secret begins: the words
/// that may stand between an announcement and what it announces are far fewer.
const REACH: usize = 1_000;

/// How strongly a code is awaited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Awaited {
    /// Nothing points to one.
    #[default]
    No,
    /// The talk is about one: a message that is nothing but a short number is it.
    Maybe,
    /// It was asked for: any short number is it.
    Asked,
}

/// What was said before.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// The end of what the same person wrote before, as it is stored.
    pub previous: &'a str,
    /// Digits of a card that ended the message before, and were covered there.
    pub begun: Option<u8>,
    /// Whether a code is awaited.
    pub code: Awaited,
    /// Whether something else is: the number of an order, say, after talk about a code.
    pub other: bool,
    /// What the authors know to be secret; none in most places.
    pub patterns: Option<&'a Patterns>,
}

/// Whether a text is about a code, a PIN or a password: after such a question the answer may be it.
#[must_use]
pub fn speaks_of_code(text: &str) -> bool {
    expected::speaks_of_code(text)
}

/// Whether a text asks for a code, a PIN or a password, so that the answer is one.
#[must_use]
pub fn asks_for_code(text: &str) -> bool {
    expected::asks_for_code(text)
}

/// Whether there is a digit in a text, in whatever script: no code, PIN or card is without.
#[must_use]
pub fn holds_digit(text: &str) -> bool {
    let has_one = |text: &str| text.bytes().any(|sign| sign.is_ascii_digit());
    // Letters with diacritics are no digits, and most messages with other signs have only them.
    let may_be = |sign: char| !sign.is_ascii() && !sign.is_alphabetic();
    has_one(text) || text.contains(may_be) && Flat::of(text).holds_digit()
}

/// Takes the secrets out of `text`, also those that began in, were announced or asked for by what
/// went before, and those that the authors' patterns find.
#[must_use]
pub fn mask_in<'a>(context: &Context<'_>, text: &'a str) -> Masked<'a> {
    let flat = Flat::of(text);
    let search = Search::new(&flat);
    let joined = Joined::of(context, text, &flat);
    let behind = joined.as_ref().map(|joined| Search::new(&joined.flat));
    let scene = Scene { text, search: &search, joined: joined.as_ref().zip(behind.as_ref()) };
    let opinion = scene.opinion(context);
    let (mut all, begun) = by_rules(context, &scene, &opinion);
    all.extend(opinion.secrets);
    Masked { begun, ..settled(cover(text, all)) }
}

/// A message with what went before it in front.
pub(super) struct Joined {
    text: String,
    pub(super) flat: Flat,
    /// Where the message begins.
    begin: usize,
    /// Whether the message goes on behind what is joined.
    is_cut: bool,
}

impl Joined {
    /// `None` where nothing went before that could tell anything.
    pub(super) fn of(context: &Context<'_>, text: &str, flat: &Flat) -> Option<Self> {
        let previous = context.previous;
        // Plain words are a secret only where something announced one, and most messages are that.
        if previous.is_empty() || is_plain(text, flat) && !announced::announces_any(previous) {
            return None;
        }
        // The rest of a long message is searched by itself only.
        let near = &text[..text.floor_char_boundary(2 * REACH)];
        let (joined, begin) = join(previous, near);
        let flat = Flat::of(&joined);
        Some(Self { text: joined, flat, begin, is_cut: near.len() < text.len() })
    }
}

/// A message, ready to be searched, alone and behind what went before.
pub(super) struct Scene<'a> {
    pub(super) text: &'a str,
    pub(super) search: &'a Search<'a>,
    pub(super) joined: Option<(&'a Joined, &'a Search<'a>)>,
}

impl Scene<'_> {
    fn opinion(&self, context: &Context<'_>) -> Opinion {
        let (search, begin) = self.weighed(context);
        Opinion::of(search, begin, context.other)
    }

    /// Where the words of the message are weighed, and where it begins there.
    pub(super) fn weighed(&self, context: &Context<'_>) -> (&Search<'_>, usize) {
        match self.joined {
            Some((joined, search)) if !context.other && !joined.is_cut => (search, joined.begin),
            _ => (self.search, 0),
        }
    }

    /// Secrets within the message, and those that reach into it from what went before.
    fn across(&self, context: &Context<'_>) -> Vec<Found> {
        let mut all = find_in(self.search, true);
        let Some((joined, search)) = self.joined else { return all };
        let near = joined.text.len() - joined.begin;
        let reaching = reaching(search, &joined.text, joined.begin, !context.other);
        if joined.is_cut && reaching.iter().any(|it| it.at.end == near) {
            let (text, begin) = join(context.previous, self.text);
            let flat = Flat::of(&text);
            all.extend(self::reaching(&Search::new(&flat), &text, begin, !context.other));
        } else {
            all.extend(reaching);
        }
        all
    }
}

/// The secrets that the rules find, and of how many digits a card is that begins.
pub(super) fn by_rules(
    context: &Context<'_>,
    scene: &Scene<'_>,
    opinion: &Opinion,
) -> (Vec<Found>, Option<u8>) {
    let Scene { text, search, .. } = *scene;
    let flat = search.flat;
    let mut all = scene.across(context);
    all.retain(|found| !opinion.denies(found));
    let mut more = Vec::new();
    if context.code > Awaited::No {
        expected::find_expected(search, context.code == Awaited::Maybe, &mut more);
    }
    let rest = context.begun.and_then(|known| digits::rest_of_card(flat, known));
    if let Some((at, _)) = &rest {
        more.push(Found { at: at.clone(), kind: SecretKind::Card });
    }
    more.extend(halves::find(context.previous, flat));
    all.extend(more.into_iter().map(|found| Found { at: flat.original(&found.at), ..found }));
    all.extend(context.patterns.map(|patterns| patterns.find(text, flat)).unwrap_or_default());
    let begun =
        if flat.holds_digit() { unfinished(context.previous, text, &mut all) } else { None };
    let goes_on = rest.map(|(_, known)| known).filter(|known| *known < digits::NEARLY_WHOLE);
    (all, begun.or(goes_on))
}

/// Whether a text is nothing but words, none of which is a number.
fn is_plain(text: &str, flat: &Flat) -> bool {
    let is_said = |sign: char| {
        sign.is_alphabetic()
            || sign.is_whitespace()
            || matches!(sign, '.' | ',' | '!' | '?' | '-' | '\'' | ':' | ';' | '(' | ')')
    };
    text.chars().all(is_said) && flat.spoken().is_empty()
}

/// Secrets that show by what went before, in the message that begins at `begin`; with `lines`, also
/// where that only names them.
fn reaching(search: &Search<'_>, joined: &str, begin: usize, lines: bool) -> Vec<Found> {
    let is_its = |found: &Found| {
        found.at.end > begin && found.at.start < begin + REACH && is_one(found, joined, begin)
    };
    let found = find_in(search, lines).into_iter().filter(is_its);
    found.map(|found| within(&found, begin)).collect()
}

/// Whether what reaches over the end of a message is one number, and not the end of one and the
/// beginning of another.
fn is_one(found: &Found, joined: &str, begin: usize) -> bool {
    let numeric = matches!(found.kind, SecretKind::Card | SecretKind::SwedishIdentity);
    if !numeric || found.at.start >= begin {
        return true;
    }
    let line = &joined[..found.at.start];
    let line = &line[line.rfind('\n').map_or(0, |end| end + 1)..];
    // The first piece begins where the digits of its message begin, the second where the message
    // does, and neither is an amount or a telephone's number.
    let apart = line.trim_end_matches(|sign: char| sign.is_ascii_punctuation() || sign == ' ');
    let second = joined[begin..found.at.end].trim_start();
    let amount = second.contains(',') && second.contains('.');
    let goes_on = apart.len() < line.len() && apart.ends_with(|sign: char| sign.is_ascii_digit());
    let phone = line.ends_with('+') || second.starts_with('+');
    !goes_on && !phone && !amount
}

/// Covers a card that is begun at the end of `text`; answers how many of its digits are known.
fn unfinished(previous: &str, text: &str, all: &mut Vec<Found>) -> Option<u8> {
    let (joined, begin) = join(previous, text);
    let flat = Flat::of(&joined);
    let (at, count) = digits::unfinished_card(&flat)?;
    let at = flat.original(&at);
    if at.end <= begin {
        return None;
    }
    // What is taken for a card with a slip may be one that is not finished.
    if all.iter().all(|found| found.at.end + begin < at.end) {
        all.push(within(&Found { at, kind: SecretKind::Card }, begin));
    }
    Some(count)
}

fn join(previous: &str, text: &str) -> (String, usize) {
    let mut joined = String::with_capacity(previous.len() + 1 + text.len());
    joined.push_str(previous);
    joined.push('\n');
    let begin = joined.len();
    joined.push_str(text);
    (joined, begin)
}

/// A place in the joined text as a place in its second part.
fn within(found: &Found, begin: usize) -> Found {
    let at = found.at.start.saturating_sub(begin)..found.at.end - begin;
    Found { at, kind: found.kind }
}

/// An address of a page without its query, its fragment, the name and password of a user, and
/// whatever in its path is secret.
#[must_use]
pub fn mask_address(url: &str, patterns: &Patterns) -> String {
    let plain = crate::privacy::mask_url(url);
    let readable = percent_decoded(&plain);
    // What announces a secret may stand in a part of the path of its own, or begin one: seen with
    // blanks for what stands between words there, and as long as before.
    let spaced = readable.replace(['/', '_', '+'], " ");
    let mut all = find(&readable);
    all.extend(find(&spaced));
    all.extend(patterns.find(&readable, &Flat::of(&readable)));
    unfinished("", &readable, &mut all);
    if all.is_empty() { plain.into_owned() } else { cover(&readable, all).text.into_owned() }
}

/// A text with what stands in it as `%41` made plain.
#[must_use]
pub fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = |at: usize| after.get(at).and_then(|sign| char::from(*sign).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (first, hex(0), hex(1)) {
            bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests;
