//! The languages the bot speaks, and how their words are read.

use serde::Deserialize;
use serde::Serialize;

pub mod fold;
pub mod forms;
pub mod identify;
pub mod stem;
pub mod text;
pub mod thesaurus;

/// A language that customers may write in and that every text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Swedish.
    Sv,
    /// Finnish.
    Fi,
    /// English.
    En,
}

impl Language {
    /// All of them, the bot's first language first.
    pub const ALL: [Self; 3] = [Self::Sv, Self::Fi, Self::En];

    /// The ISO 639-1 code, as on the wire and in files.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Sv => "sv",
            Self::Fi => "fi",
            Self::En => "en",
        }
    }

    /// The language of a BCP 47 tag such as `sv-FI`; `None` when the bot does not speak it.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.code()))
    }
}
