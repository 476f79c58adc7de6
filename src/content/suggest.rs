//! "Did you mean …?"

/// The likeliest of `known` for a misspelt `word`, if one is near enough.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, candidate)| candidate)
}

/// Help for a misspelt word: the likeliest one, else all there are.
pub(crate) fn did_you_mean<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    if let Some(candidate) = nearest(word, known.clone()) {
        format!("did you mean `{candidate}`?")
    } else {
        let all: Vec<&str> = known.into_iter().collect();
        if all.is_empty() {
            "there is nothing of the kind yet".to_owned()
        } else {
            format!("known here: {}", all.join(", "))
        }
    }
}
