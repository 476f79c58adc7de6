//! Occasions of the talk itself for which the content may have a dialogue of its own, in place of
//! what the bot does by itself.

/// An occasion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Occasion {
    /// What was said to a question is no answer to it.
    NotAnAnswer,
    /// Nothing was understood, the first time.
    Rephrase,
    /// Nothing was understood, the second time.
    Offer,
    /// So little was understood that a person must come.
    CannotHelp,
    /// What was said is not the bot's business.
    OutOfScope,
    /// Several topics may be meant.
    Clarify,
    /// Something shall be said again.
    Repeat,
    /// Back to the question before.
    Back,
    /// From the beginning.
    StartOver,
    /// No more of this.
    Cancel,
    /// An earlier answer was another.
    Correction,
    /// A topic is over, and another waits below it.
    Resume,
    /// The customer is upset, for the first time.
    Frustrated,
}

impl Occasion {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::NotAnAnswer,
        Self::Rephrase,
        Self::Offer,
        Self::CannotHelp,
        Self::OutOfScope,
        Self::Clarify,
        Self::Repeat,
        Self::Back,
        Self::StartOver,
        Self::Cancel,
        Self::Correction,
        Self::Resume,
        Self::Frustrated,
    ];

    /// Its name in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAnAnswer => "not_an_answer",
            Self::Rephrase => "rephrase",
            Self::Offer => "offer",
            Self::CannotHelp => "cannot_help",
            Self::OutOfScope => "out_of_scope",
            Self::Clarify => "clarify",
            Self::Repeat => "repeat",
            Self::Back => "back",
            Self::StartOver => "start_over",
            Self::Cancel => "cancel",
            Self::Correction => "correction",
            Self::Resume => "resume",
            Self::Frustrated => "frustrated",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|occasion| occasion.as_str() == name)
    }

    /// Whether a dialogue for it may lead to `stay`. Where a person must come there is nothing to
    /// stay at.
    #[must_use]
    pub fn may_stay(self) -> bool {
        self != Self::CannotHelp
    }
}
