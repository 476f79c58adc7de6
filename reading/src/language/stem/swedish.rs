//! What Snowball leaves on Swedish words.

use std::borrow::Cow;

/// Shorter words keep their end: `paket` is no form of `pak`.
const LEFT: usize = 5;

/// The stem of what Snowball left.
pub(super) fn further(stem: Cow<'_, str>) -> String {
    let mut stem = stem.into_owned();
    for (ending, left) in [("ning", LEFT), ("ing", 4), ("et", LEFT), ("i", 4)] {
        if strip(&mut stem, ending, left) {
            break;
        }
    }
    // `telefonnumret` beside `telefonnummer`.
    if stem.ends_with("mr") {
        stem.replace_range(stem.len() - 1.., "m");
    }
    stem
}

fn strip(stem: &mut String, ending: &str, left: usize) -> bool {
    let fits = stem.strip_suffix(ending).is_some_and(|rest| rest.chars().count() >= left);
    if fits {
        stem.truncate(stem.len() - ending.len());
    }
    fits
}
