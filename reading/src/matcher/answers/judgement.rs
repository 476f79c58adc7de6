//! From the scores of the classes to a class, and which of two readings of a message goes first.

use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::CLASSES;

/// A class and how sure it is.
pub(super) type Judgement = (AnswerClass, f32);

/// A statement of what came of it that is read as surely as this is no mere echo.
const SURELY: f32 = 0.75;

/// How sure the part before a cut must be where the whole message is no answer to its question.
const SURE_HEAD: f32 = 0.7;

/// How sure another reading of the whole message must be to go before an echo.
const SURE_OF_OTHER: f32 = 0.65;

/// The best class, and how far it leads those of another side.
pub(super) fn decide(scores: [f32; CLASSES]) -> Judgement {
    let mut best = (AnswerClass::None, f32::MIN);
    for (class, score) in AnswerClass::ALL.into_iter().zip(scores) {
        if score > best.1 {
            best = (class, score);
        }
    }
    let others = AnswerClass::ALL.into_iter().zip(scores);
    let rival = others
        .filter(|(class, _)| class.side() != best.0.side())
        .map(|(_, score)| score)
        .fold(f32::MIN, f32::max);
    (best.0, confidence(best.1 - rival))
}

/// Whether an echo of the question may be read as `echoed` though the words alone say `class`.
pub(super) fn may_be_echo((class, confidence): Judgement, echoed: AnswerClass) -> bool {
    match class {
        AnswerClass::None | AnswerClass::Yes | AnswerClass::No | AnswerClass::Unsure => true,
        // "ei estä mitään", "painan nyt"
        AnswerClass::Failing | AnswerClass::Solved => {
            echoed == AnswerClass::No && confidence < SURELY
        }
        _ => false,
    }
}

/// Whether the whole message, read with its question, says surely another thing than `echoed`.
pub(super) fn is_other_answer((class, confidence): Judgement, echoed: AnswerClass) -> bool {
    class.is_answer() && class != echoed && confidence >= SURE_OF_OTHER
}

/// Whether what stands before a cut may be the answer, where the whole message was read with its
/// question as `whole`.
pub(super) fn may_be_cut(whole: AnswerClass, head: Judgement) -> bool {
    whole.side() == head.0.side() || !whole.is_answer() && head.1 >= SURE_HEAD
}

/// A lead of nothing is 0.5, of one 0.83, of two 0.91.
fn confidence(lead: f32) -> f32 {
    0.5 + 0.5 * lead / (lead + 0.5)
}
