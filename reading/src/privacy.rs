//! Takes secrets out of what a customer types, before anything else sees it.
//!
//! Numbers are known by their checksums (cards, accounts, personal identity codes), passwords and
//! codes by the words that announce them, in Swedish, Finnish and English. Order numbers, phone
//! numbers, dates, amounts and complaints such as "my password is wrong" stay as they are.
//!
//! **Invariants:** the whole secret is replaced by [`COVER`], none of its characters is left;
//! masking what is masked changes nothing; the work is linear in the text; nothing panics.

use std::borrow::Cow;
use std::ops::Range;

use serde::Deserialize;
use serde::Serialize;

use crate::privacy::announced::Search;
use crate::privacy::flat::Flat;
use crate::privacy::learnt::Opinion;
use crate::privacy::patterns::Patterns;

mod accounts;
mod announced;
mod company;
pub mod context;
mod digits;
mod expected;
pub mod files;
mod flat;
mod halves;
mod harmless;
mod identity;
mod learnt;
mod nearby;
mod pairs;
pub mod patterns;
pub mod retention;
mod shapes;
mod spoken;
mod tokens;
mod words;

/// What stands in the place of a secret, in every language.
pub const COVER: &str = "••••";

/// What kind of secret was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    /// The number of a payment card.
    Card,
    /// An international bank account number.
    Iban,
    /// A Finnish personal identity code.
    FinnishIdentity,
    /// A Swedish personal identity or coordination number.
    SwedishIdentity,
    /// The name of a bank user, given together with a code.
    UserId,
    /// Codes from a key-code card or list.
    KeyCodes,
    /// A password.
    Password,
    /// A PIN or the security code of a card.
    Pin,
    /// A code that was sent for one use.
    OneTimeCode,
    /// What a pattern of the authors found.
    Custom,
}

/// A text without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked<'a> {
    /// The text; borrowed when there was nothing to take out.
    pub text: Cow<'a, str>,
    /// What was taken out, each kind once, in the order of [`SecretKind`].
    pub kinds: Vec<SecretKind>,
    /// When the text ends within the number of a card: how many of its digits went by.
    pub begun: Option<u8>,
}

/// A secret and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    at: Range<usize>,
    kind: SecretKind,
}

/// Takes the secrets out of `text`.
#[must_use]
pub fn mask(text: &str) -> Masked<'_> {
    settled(cover(text, find(text)))
}

/// So often a masked text is looked through again: what was covered may give away what stands
/// beside it.
const AGAIN: usize = 4;

/// The same with what its covers give away covered too.
fn settled(mut masked: Masked<'_>) -> Masked<'_> {
    let Cow::Owned(_) = masked.text else { return masked };
    for _ in 0..AGAIN {
        let more = cover(&masked.text, find(&masked.text));
        if more.kinds.is_empty() {
            break;
        }
        let text = Cow::Owned(more.text.into_owned());
        masked.kinds.extend(more.kinds);
        masked.text = text;
    }
    masked.kinds.sort_unstable();
    masked.kinds.dedup();
    masked
}

/// A page address without its query, its fragment and the name and password of a user.
#[must_use]
pub fn mask_url(url: &str) -> Cow<'_, str> {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let plain = &url[..end];
    let Some(after_scheme) = plain.find("://").map(|at| at + 3) else {
        return Cow::Borrowed(plain);
    };
    let host_end = plain[after_scheme..].find('/').map_or(plain.len(), |at| after_scheme + at);
    match plain[after_scheme..host_end].rfind('@') {
        Some(at) => {
            let host = &plain[after_scheme + at + 1..];
            Cow::Owned(format!("{}{host}", &plain[..after_scheme]))
        }
        None => Cow::Borrowed(plain),
    }
}

fn find(text: &str) -> Vec<Found> {
    let flat = Flat::of(text);
    let search = Search::new(&flat);
    let opinion = Opinion::of(&search, 0, false);
    let mut found = find_in(&search, true);
    found.retain(|found| !opinion.denies(found));
    found.extend(opinion.secrets);
    found
}

/// Finds the secrets of a text; with `lines`, a line may give what the one before it names.
fn find_in(search: &Search<'_>, lines: bool) -> Vec<Found> {
    let flat = search.flat;
    let mut found = Vec::new();
    if flat.holds_digit() {
        numbers(flat, &mut found);
    }
    announced::find(search, lines, &mut found);
    found.extend(halves::find("", flat));
    to_original(flat, &mut found);
    if let Some(flat) = flat.slipped() {
        let mut more = Vec::new();
        numbers(&flat, &mut more);
        to_original(&flat, &mut more);
        found.append(&mut more);
    }
    if let Some(flat) = flat.read_aloud() {
        let mut more = Vec::new();
        numbers(&flat, &mut more);
        announced::find(&Search::new(&flat), lines, &mut more);
        to_original(&flat, &mut more);
        found.append(&mut more);
    }
    found
}

/// Finds what its digits alone give away.
fn numbers(flat: &Flat, found: &mut Vec<Found>) {
    digits::find(flat, found);
    accounts::find(flat, found);
    identity::find(flat, found);
}

fn to_original(flat: &Flat, found: &mut [Found]) {
    for one in found {
        one.at = flat.original(&one.at);
    }
}

/// So many secrets of a message are looked for again in the rest of it.
const REPEATED: usize = 16;

/// Adds where else in the text the numbers stand that were found: "koodi 814937 … #814937".
fn repeated(text: &str, found: &mut Vec<Found>) {
    let mut more = Vec::new();
    for one in found.iter().take(REPEATED) {
        let secret = &text[one.at.clone()];
        if secret.len() < 4 || !secret.contains(|sign: char| sign.is_ascii_digit()) {
            continue;
        }
        for (start, _) in text.match_indices(secret) {
            let end = start + secret.len();
            let alone = !text[..start].ends_with(char::is_alphanumeric)
                && !text[end..].starts_with(char::is_alphanumeric);
            if start != one.at.start && alone {
                more.push(Found { at: start..end, kind: one.kind });
            }
        }
    }
    found.append(&mut more);
}

fn cover(text: &str, mut found: Vec<Found>) -> Masked<'_> {
    if found.is_empty() {
        return Masked { text: Cow::Borrowed(text), kinds: Vec::new(), begun: None };
    }
    repeated(text, &mut found);
    found.sort_by_key(|one| (one.at.start, one.at.end));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    let mut covered = 0;
    for one in &found {
        if one.at.end <= covered {
            continue;
        }
        // Two secrets with nothing between them get one cover.
        if one.at.start > covered || covered == 0 {
            out.push_str(&text[done..one.at.start]);
            out.push_str(COVER);
        }
        done = one.at.end;
        covered = one.at.end;
    }
    out.push_str(&text[done..]);
    let mut kinds: Vec<SecretKind> = found.into_iter().map(|one| one.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    Masked { text: Cow::Owned(out), kinds, begun: None }
}

#[cfg(test)]
mod tests;
