//! What is done with remarks: the talk is held while the customer is at it, goes back to what was
//! left, or changes its language. Nobody is held for ever: in the end a person is offered.

use crate::content::dialogue::Answers;
use crate::content::dialogue::Ask;
use crate::content::dialogue::Exit;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::content::text::Text;
use crate::conversation::event::Move;
use crate::conversation::event::Outcome;
use crate::conversation::event::Question;
use crate::conversation::event::TopicState;
use crate::conversation::state::Frame;
use crate::conversation::turn::Fault;
use crate::conversation::turn::Turn;
use crate::conversation::visitor::GO_ON;
use crate::conversation::visitor::PERSON;
use crate::ids::IntentId;
use crate::language::Language;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::remark::Remark;

impl Turn<'_> {
    /// Acts on a remark.
    pub(crate) fn remarked(&mut self, remark: Remark, text: &str) -> Result<(), Fault> {
        let manners = &self.content.manners;
        match remark {
            Remark::Doing => self.hold(&manners.take_your_time),
            Remark::NotYet if self.is_last_check() => self.hold(&manners.not_yet),
            Remark::NotYet => self.answered(AnswerClass::No, text),
            Remark::TriedAll if self.state.upset > 0 => {
                self.escalate(None, "steps_exhausted", None)
            }
            Remark::TriedAll => {
                self.shift(Move::Upset);
                self.offer_person(&manners.tried_all)
            }
        }
    }

    /// Leaves what is open as it is, since the customer is at it.
    fn hold(&mut self, text: &Text) -> Result<(), Fault> {
        let content = self.content;
        let Some(open) = &self.state.open else { return self.say(&content.manners.take_your_time) };
        let question = open.question.clone();
        if question == Question::Person {
            // Whoever goes on trying wants no person yet.
            self.shift(Move::Closed);
            self.say(&content.manners.take_your_time)?;
            return self.ask_again(false);
        }
        if open.held >= self.policy.holds_per_question {
            return self.offer_person(&content.manners.held_long);
        }
        let mut buttons = open.choices.to_vec();
        buttons.retain(|button| button.value != PERSON);
        buttons.push(self.button(PERSON, &content.manners.person));
        self.shift(Move::Held);
        self.tell(text, &[], buttons)?;
        self.asks(question);
        Ok(())
    }

    /// Asks whether a person should come.
    pub(crate) fn offer_person(&mut self, text: &Text) -> Result<(), Fault> {
        let manners = &self.content.manners;
        let words = self.words(text, None)?;
        let buttons =
            vec![self.button(PERSON, &manners.person), self.button(GO_ON, &manners.go_on)];
        let topic = self.state.running_topic().cloned();
        self.put(words, Vec::new(), buttons, topic);
        self.asks(Question::Person);
        Ok(())
    }

    /// Whether after "no" to the open question only a person is left, and it was not held before.
    fn is_last_check(&self) -> bool {
        let Some(Ask { answers: Answers::YesNo { no, check: true, .. }, .. }) = self.open_ask()
        else {
            return false;
        };
        let held = self.state.open.as_ref().is_some_and(|open| open.held > 0);
        !held && self.leads_to_person(no)
    }

    fn leads_to_person(&self, exit: &Exit) -> bool {
        match &exit.target {
            Target::Person => true,
            Target::Step(step) => {
                self.step(step).is_ok_and(|step| matches!(step.kind, StepKind::Escalate { .. }))
            }
            Target::Resolved | Target::End | Target::Stay => false,
        }
    }

    /// Goes back to a matter that was left; what came in between is dropped.
    pub(crate) fn return_to(&mut self, wanted: &IntentId) -> Result<(), Fault> {
        self.shift(Move::Understood);
        let on_stack = |frame: &Frame| frame.topic.as_ref() == Some(wanted);
        if !self.state.stack.iter().any(on_stack) {
            return self.open_topic(wanted);
        }
        if self.state.open.is_some() {
            self.shift(Move::Closed);
        }
        let mut left = false;
        while self.state.running_topic().is_some_and(|running| running != wanted) {
            let topic = self.state.frame().and_then(|frame| frame.topic.clone());
            if let Some(topic) = &topic {
                self.close_topic(topic, Outcome::Unresolved);
            }
            self.shift(Move::Left);
            left = true;
        }
        if left {
            self.topic(wanted, TopicState::Resumed, None);
        }
        self.stand_again()
    }

    /// A matter that was left, or kept for later, is gone: the running one is still to be treated.
    pub(crate) fn left_is_solved(&mut self, solved: &IntentId) -> Result<(), Fault> {
        self.shift(Move::Understood);
        if !self.state.stack.iter().any(|frame| frame.topic.as_ref() == Some(solved)) {
            self.shift(Move::TookUp { topic: solved.clone() });
            self.close_topic(solved, Outcome::Resolved);
            self.say(&self.content.manners.resolved_more)?;
            return self.ask_again(false);
        }
        if self.state.open.is_some() {
            self.shift(Move::Closed);
        }
        while self.state.running_topic().is_some_and(|running| running != solved) {
            let topic = self.state.frame().and_then(|frame| frame.topic.clone());
            self.shift(Move::Left);
            if let Some(topic) = topic {
                self.topic(&topic, TopicState::Paused, None);
                self.shift(Move::Noted { topic });
            }
        }
        self.finish_resolved(None)
    }

    /// Goes on where the running dialogue stands: with its question, or past it when by now the
    /// answer is known.
    pub(crate) fn stand_again(&mut self) -> Result<(), Fault> {
        if self.is_waiting() {
            return self.go_on();
        }
        if self.is_at_call() {
            return self.go_on_after_call();
        }
        match self.state.frame().and_then(|frame| frame.step.clone()) {
            Some(step) => self.walk(step),
            None => Ok(()),
        }
    }

    /// The customer would rather talk in another language.
    pub(crate) fn switch_language(&mut self, lang: Language) -> Result<(), Fault> {
        self.shift(Move::Speaks { lang, chosen: true });
        self.say(&self.content.manners.language_switched)?;
        if self.open_ask().is_some() { self.ask_again(false) } else { Ok(()) }
    }

    /// The running problem was told once more: to "did it help?" that is a no, to any other
    /// question no answer yet.
    pub(crate) fn restated(&mut self, text: &str) -> Result<(), Fault> {
        let Some(ask) = self.open_ask() else { return self.not_understood(text) };
        if matches!(ask.answers, Answers::YesNo { check: true, .. }) {
            return self.answered(AnswerClass::Failing, text);
        }
        self.not_understood(text)
    }
}
