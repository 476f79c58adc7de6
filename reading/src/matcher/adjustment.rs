//! The fixed changes of scores that a message or the conversation calls for.

use crate::matcher::Context;
use crate::matcher::model::FORBIDDEN;
use crate::matcher::model::Model;
use crate::matcher::model::holds_all;
use crate::matcher::scratch::Scratch;
use crate::matcher::train::text_hash;

/// What an intent of the open dialogue or question gains.
pub(super) const RAISED: f32 = 0.2;
/// What the intent gains whose example the message is: enough to stand first.
pub(super) const EXACT: f32 = 4.0;

/// Why a score was changed by a fixed amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Adjustment {
    /// The message is an example of the intent.
    Exact,
    /// The intent is that of the open dialogue or question.
    Raised,
    /// The message has a word that the intent forbids.
    Forbidden,
}

/// The fixed changes of scores that the message and the conversation call for.
pub(super) fn adjustments(
    model: &Model,
    scratch: &Scratch,
    context: &Context<'_>,
) -> Vec<(usize, (Adjustment, f32))> {
    let mut found = Vec::new();
    if let Some(&column) = model.exact.get(&text_hash(&scratch.words)) {
        found.push((column as usize, (Adjustment::Exact, EXACT)));
    }
    for intent in context.raised {
        if let Ok(column) = model.intents.binary_search(intent) {
            let raised = (column, (Adjustment::Raised, RAISED));
            if !found.contains(&raised) {
                found.push(raised);
            }
        }
    }
    for forbidden in &model.forbidden {
        if holds_all(&scratch.corrected, &forbidden.stems).is_some() {
            found.push((forbidden.column, (Adjustment::Forbidden, FORBIDDEN)));
        }
    }
    found
}
