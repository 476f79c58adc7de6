//! What is kept of a reading for those who look at it later.

use crate::content::Content;
use crate::conversation::event::ReadAs;
use crate::conversation::event::Reading;
use crate::conversation::event::WordRead;
use crate::conversation::read::Taken;
use crate::matcher::Candidate;
use crate::matcher::Evidence;
use crate::matcher::Ranking;
use crate::matcher::answers::AnswerClass;

/// The confidence from which on an intent is kept beside an answer.
const LEAST_BESIDE_ANSWER: f32 = 0.1;

pub(super) fn freeze(content: &Content, taken: &Taken, ranking: &Ranking) -> Reading {
    let read_as = match taken {
        Taken::Choice(_)
        | Taken::Value(_)
        | Taken::SolvedLeft(_)
        | Taken::Refused
        | Taken::Correction(_)
        | Taken::Restated
        | Taken::Remark(_)
        | Taken::Facts(_) => ReadAs::Answer,
        Taken::Language(_) | Taken::Return(_) | Taken::Farewell => ReadAs::Command,
        Taken::Answer { class, .. } => match class {
            AnswerClass::Repeat
            | AnswerClass::Back
            | AnswerClass::StartOver
            | AnswerClass::Cancel
            | AnswerClass::Frustrated => ReadAs::Command,
            _ => ReadAs::Answer,
        },
        Taken::Topic(_) => ReadAs::Topic,
        Taken::Unclear(_) => ReadAs::Unclear,
        Taken::OutOfScope => ReadAs::OutOfScope,
        Taken::NotUnderstood => ReadAs::NotUnderstood,
    };
    // What an answer might hardly have meant besides is nothing to look at later.
    let least = if read_as == ReadAs::Answer { LEAST_BESIDE_ANSWER } else { 0.0 };
    let mut candidates = ranking.candidates.iter().filter(|it| it.confidence >= least);
    let (first, second) = (candidates.next(), candidates.next());
    Reading {
        read_as,
        intent: first.map(|candidate| candidate.intent.clone()),
        confidence: first.map_or(0, thousandths),
        runner_up: second.map(|candidate| candidate.intent.clone()),
        runner_up_confidence: second.map_or(0, thousandths),
        words: if matches!(taken, Taken::Topic(_) | Taken::Unclear(_)) {
            ranking.evidence.iter().map(word_read).collect()
        } else {
            Vec::new()
        },
        revision: content.revision.clone(),
    }
}

fn word_read(evidence: &Evidence) -> WordRead {
    let other = evidence.read_as != evidence.word;
    WordRead { word: evidence.word.clone(), read_as: other.then(|| evidence.read_as.clone()) }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a confidence lies between 0 and 1, and the cast saturates"
)]
fn thousandths(candidate: &Candidate) -> u16 {
    (candidate.confidence.clamp(0.0, 1.0) * 1_000.0).round() as u16
}
