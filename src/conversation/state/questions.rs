//! What a conversation remembers of the question that is open.

use std::sync::Arc;

use crate::conversation::event::Choice;
use crate::conversation::event::Fact;
use crate::conversation::event::Message;
use crate::conversation::event::Place;
use crate::conversation::event::Question;
use crate::conversation::state::KEPT_TRAIL;
use crate::conversation::state::OpenQuestion;
use crate::conversation::state::State;
use crate::conversation::state::Suggested;
use crate::ids::Seq;

/// A question with the words that asked it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The words, with the question's buttons.
    pub message: Message,
    /// What it is about.
    pub question: Question,
}

impl State {
    /// A dialogue runs in the bot's place: what is open is asked again when that is over.
    pub(super) fn interrupt(&mut self) {
        if let Some(open) = self.open.take()
            && let Some(said) = self.last_said.as_deref().cloned()
        {
            let message = Message { choices: open.choices.to_vec(), ..said };
            self.interrupted = Some(Arc::new(Asked { message, question: open.question }));
        }
    }

    fn forget_interrupted(&mut self) {
        if self.stack.iter().all(|frame| frame.repair.is_none()) {
            self.interrupted = None;
        }
    }

    pub(super) fn ask(&mut self, question: &Question, seq: Seq, beside: &Fact) {
        let choices = choices_of(beside);
        self.suggested = None;
        // Asking the same question again keeps the count of answers that were not understood.
        let (misses, held) = match &self.open {
            Some(open) if open.question == *question => (open.misses, open.held),
            _ => (0, 0),
        };
        self.forget_interrupted();
        let question = question.clone();
        self.open = Some(OpenQuestion { question, offer: seq, choices, misses, held });
    }

    pub(super) fn suggest(&mut self, seq: Seq, beside: &Fact) {
        self.suggested = Some(Suggested { offer: seq, choices: choices_of(beside) });
    }

    pub(super) fn redo(&mut self) {
        self.open = None;
        if let Some(topic) = self.running_topic().cloned() {
            self.tried.retain(|tried| tried.topic.as_ref() != Some(&topic));
        }
        while let Some(frame) = self.stack.pop() {
            if frame.topic.is_some() {
                break;
            }
        }
    }

    /// Back to the question before: the answer to it is forgotten, and the calls that were made
    /// since are kept.
    pub(super) fn go_back(&mut self) {
        self.open = None;
        let Some(frame) = self.stack.last_mut() else { return };
        frame.call = None;
        frame.step = frame.trail.pop();
        let dialogue = &frame.dialogue;
        let at = frame.step.clone().map(|step| Place { dialogue: dialogue.clone(), step });
        // Answers of earlier versions do not say to what.
        let answer = self.tried.iter().rposition(|tried| tried.at == at);
        let Some(answer) = answer.or(self.tried.len().checked_sub(1)) else { return };
        self.tried.remove(answer);
        for made in self.made.values_mut().filter(|made| made.behind > answer) {
            made.kept = true;
        }
    }

    pub(super) fn close_question(&mut self) {
        self.forget_interrupted();
        if let Some(OpenQuestion { question: Question::Step | Question::Confirm { .. }, .. }) =
            self.open.take()
            && let Some(frame) = self.stack.last_mut()
            && let Some(step) = &frame.step
            && frame.trail.last() != Some(step)
        {
            if frame.trail.len() == KEPT_TRAIL {
                frame.trail.remove(0);
            }
            frame.trail.push(step.clone());
        }
    }
}

fn choices_of(fact: &Fact) -> Arc<[Choice]> {
    match fact {
        Fact::Message(message) => message.choices.as_slice().into(),
        _ => Arc::default(),
    }
}
