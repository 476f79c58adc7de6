//! Tags: what agents call a conversation, to find its like again.

/// Tags of one conversation.
pub const MOST: usize = 10;
/// Characters of a tag.
pub const LONGEST: usize = 32;

/// The tags as they are kept: in small letters, without a space too many, each once and in order.
/// `None` when there are too many, or one is empty, too long, or has other signs than letters,
/// digits, spaces, `-` and `_`.
#[must_use]
pub fn tidy(tags: &[String]) -> Option<Vec<String>> {
    let mut tidy = tags.iter().map(|tag| one(tag)).collect::<Option<Vec<_>>>()?;
    tidy.sort();
    tidy.dedup();
    (tidy.len() <= MOST).then_some(tidy)
}

fn one(tag: &str) -> Option<String> {
    let words: Vec<String> = tag.split_whitespace().map(str::to_lowercase).collect();
    let tag = words.join(" ");
    let known = |sign: char| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_');
    let fits = !tag.is_empty() && tag.chars().count() <= LONGEST && tag.chars().all(known);
    fits.then_some(tag)
}

#[cfg(test)]
mod tests;
