//! What a visitor's message does once it has been read.

use serde_json::Value;

use crate::content::GOODBYE;
use crate::content::THANKS;
use crate::content::dialogue::Answers;
use crate::content::dialogue::Ask;
use crate::content::dialogue::ChoiceStep;
use crate::conversation::action::is_calling;
use crate::conversation::event::EndedBy;
use crate::conversation::event::Fact;
use crate::conversation::event::Move;
use crate::conversation::event::Outcome;
use crate::conversation::event::Place;
use crate::conversation::event::Question;
use crate::conversation::event::TopicState;
use crate::conversation::mention;
use crate::conversation::read::Taken;
use crate::conversation::read::answer::begins_with_no;
use crate::conversation::read::answer::ends_failing;
use crate::conversation::read::matter_told;
use crate::conversation::read::second_matter;
use crate::conversation::turn::Fault;
use crate::conversation::turn::Turn;
use crate::ids::IntentId;
use crate::matcher::Context;
use crate::matcher::Decision;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::asks;
use crate::matcher::answers::denies;
use crate::matcher::answers::remark::Remark;

/// The value of the button that brings a person, wherever it stands.
pub(crate) const PERSON: &str = "person";
/// The value of the button for none of the topics shown.
pub(crate) const SOMETHING_ELSE: &str = "something_else";
/// The value of the button that goes on with the bot.
pub(crate) const GO_ON: &str = "go_on";
/// The value of a choice for whoever cannot say.
pub(crate) const UNSURE: &str = "unsure";
/// A no in so many words tells of nothing else.
const BARE_NO: usize = 4;
/// A yes in more words than this tells what it is for.
const LONG_YES: usize = 5;
/// The same written so often in a row is a sign that the bot is of no use.
const SAME_AGAIN: u32 = 3;

impl Turn<'_> {
    /// Acts on what a message was taken for. `text` is the message.
    pub(crate) fn respond(&mut self, taken: Taken, text: &str) -> Result<(), Fault> {
        if self.state.repeats >= SAME_AGAIN && taken.is_no_answer() {
            return self.frustrated();
        }
        if self.state.open.is_none() && is_calling(&self.state) {
            return self.said_while_calling(taken, text);
        }
        match taken {
            Taken::Value(value) => self.value_given(value),
            Taken::Refused => self.refused(text),
            Taken::Correction(fix) => self.correct(&fix),
            Taken::Facts(facts) => self.facts_told(facts),
            Taken::Choice(value) => {
                self.learn_besides(text);
                self.chosen(&value)
            }
            Taken::Answer { class, besides, asks_beside } => {
                // "No, but the app does not open": what was offered is declined, and this wanted.
                let told = || matter_told(self.content, &self.state, text);
                if self.declines_for(class, text)
                    && let Some(topic) = besides.clone().or_else(told)
                {
                    self.shift(Move::Closed);
                    return self.topic_heard(&topic, text);
                }
                if let Some(topic) = besides {
                    self.shift(Move::Noted { topic });
                }
                if asks_beside && self.state.stack.last().is_some() {
                    self.say(&self.content.manners.out_of_scope_aside)?;
                }
                self.learn_besides(text);
                self.answered(class, text)
            }
            Taken::Remark(remark) => {
                if remark == Remark::TriedAll {
                    let facts = mention::new_facts(self.content, &self.state, None, text);
                    self.learn(facts);
                }
                self.remarked(remark, text)
            }
            Taken::Return(topic) => {
                let facts = mention::new_facts(self.content, &self.state, Some(&topic), text);
                self.learn(facts);
                self.return_to(&topic)
            }
            Taken::SolvedLeft(topic) => self.left_is_solved(&topic),
            Taken::Farewell => self.take_leave(),
            Taken::Language(lang) => self.switch_language(lang),
            Taken::Restated => self.restated(text),
            Taken::Topic(intent) => self.topic_heard(&intent, text),
            Taken::Unclear(topics) => self.clarify(topics),
            Taken::OutOfScope => self.out_of_scope(text),
            Taken::NotUnderstood => self.not_understood(text),
        }
    }

    /// Learns what an answer tells besides of what will be asked.
    fn learn_besides(&mut self, text: &str) {
        let facts = mention::new_facts(self.content, &self.state, None, text);
        let own = self.open_ask().and_then(|ask| ask.slot.as_ref());
        let others = facts.into_iter().filter(|(slot, _)| Some(slot) != own).collect();
        self.learn(others);
    }

    /// Whether a no to something that is offered while nothing runs leaves room for what else was
    /// told.
    fn declines_for(&self, class: AnswerClass, text: &str) -> bool {
        let offers = |question: &Question| {
            matches!(question, Question::Person | Question::AnythingElse | Question::Second { .. })
        };
        class == AnswerClass::No
            && text.split_whitespace().count() > BARE_NO
            && self.state.stack.is_empty()
            && self.state.open.as_ref().is_some_and(|open| offers(&open.question))
    }

    pub(crate) fn topic_heard(&mut self, intent: &IntentId, text: &str) -> Result<(), Fault> {
        let facts = mention::new_facts(self.content, &self.state, Some(intent), text);
        self.learn(facts);
        if let Some(second) = second_matter(self.content, &self.state, intent, text) {
            self.shift(Move::Noted { topic: second });
        }
        let open = self.state.open.as_ref().map(|open| &open.question);
        let interrupts = open == Some(&Question::Step);
        if open == Some(&Question::AnythingElse) && self.is_farewell(intent) {
            return self.take_leave();
        }
        if self.state.stack.iter().any(|frame| frame.topic.as_ref() == Some(intent)) {
            return self.return_to(intent);
        }
        if interrupts && self.content.is_problem(intent) {
            self.say_about(&self.content.manners.switching, intent)?;
        }
        self.open_topic(intent)
    }

    /// A button was pressed, or named in words.
    pub(crate) fn chosen(&mut self, value: &str) -> Result<(), Fault> {
        if value == PERSON {
            return self.wants_person();
        }
        let Some(open) = self.state.open.clone() else { return Ok(()) };
        match open.question {
            Question::Step => self.step_chosen(value),
            Question::Wait { .. } => self.go_on(),
            Question::Clarify { .. } | Question::Offer { .. } => {
                self.shift(Move::Closed);
                if value == SOMETHING_ELSE {
                    self.shift(Move::Understood);
                    self.invite()
                } else {
                    self.open_topic(&IntentId::new(value))
                }
            }
            Question::Person if value == GO_ON || value == SOMETHING_ELSE => {
                self.answered(AnswerClass::No, "")
            }
            _ => match value {
                "yes" => self.answered(AnswerClass::Yes, ""),
                _ => self.answered(AnswerClass::No, ""),
            },
        }
    }

    fn step_chosen(&mut self, value: &str) -> Result<(), Fault> {
        let Some(ask) = self.open_ask() else { return Err(Fault) };
        match &ask.answers {
            Answers::YesNo { .. } => match value {
                "yes" => self.answered(AnswerClass::Yes, ""),
                "no" => self.answered(AnswerClass::No, ""),
                _ => self.answered(AnswerClass::Unsure, ""),
            },
            Answers::Choices(choices) => {
                let choice = choices.iter().find(|choice| choice.value == value).ok_or(Fault)?;
                let answer = choice.label.plain(self.lang()).to_owned();
                self.note_answer(ask, answer, Value::from(value));
                self.walk_to(&choice.next.target)
            }
            Answers::Value(_) => self.answered(AnswerClass::Unsure, ""),
        }
    }

    /// Closes a step's question with an answer, in words for the packet and as a value; a value
    /// of null stands for none.
    pub(crate) fn note_answer(&mut self, ask: &Ask, answer: String, value: Value) {
        let question = ask.label.plain(self.lang()).to_owned();
        let at = self.state.frame().and_then(|frame| {
            let step = frame.step.clone()?;
            Some(Place { dialogue: frame.dialogue.clone(), step })
        });
        self.shift(Move::Closed);
        self.shift(Move::Understood);
        self.shift(Move::Answered { question, answer, at, value: value.clone() });
        if let Some(slot) = &ask.slot
            && !value.is_null()
        {
            self.shift(Move::Learnt { slot: slot.clone(), value });
        }
    }

    /// Yes, no and the rest, to whatever is open.
    pub(crate) fn answered(&mut self, class: AnswerClass, text: &str) -> Result<(), Fault> {
        match class {
            AnswerClass::Repeat => self.repeat(),
            AnswerClass::Back => self.back(),
            AnswerClass::StartOver => self.start_over(),
            AnswerClass::Cancel => self.cancel(),
            AnswerClass::Frustrated => {
                // Anger with its reason: whoever goes on with the bot goes on with that.
                let matter = matter_told(self.content, &self.state, text);
                if let Some(topic) = matter.filter(|_| self.state.stack.is_empty()) {
                    self.shift(Move::Noted { topic });
                }
                self.frustrated()
            }
            AnswerClass::None => self.not_understood(text),
            _ => match self.state.open.as_ref().map(|open| open.question.clone()) {
                Some(Question::Step) => self.step_answered(class, text),
                Some(question) => self.aside_answered(&question, class, text),
                None if self.is_waiting() => self.said_while_waiting(class),
                None if class == AnswerClass::Solved => self.solved_aside(),
                None => self.not_understood(text),
            },
        }
    }

    fn step_answered(&mut self, class: AnswerClass, text: &str) -> Result<(), Fault> {
        let Some(ask) = self.open_ask() else { return Err(Fault) };
        let lang = self.lang();
        let may_ask = !matches!(class, AnswerClass::Yes | AnswerClass::Solved);
        let asks_back = may_ask && asks(text, lang) && !denies(text, lang);
        let (yes, no, unsure, check) = match &ask.answers {
            // "What are the requirements?" says nothing yet about whether it helped.
            Answers::YesNo { check: true, .. } if asks_back => return self.out_of_scope(text),
            Answers::YesNo { yes, no, unsure, check } => (yes, no, unsure, check),
            _ if class == AnswerClass::Solved => return self.solved(ask, text),
            Answers::Choices(choices)
                if matches!(
                    class,
                    AnswerClass::Unsure | AnswerClass::No | AnswerClass::Failing
                ) =>
            {
                return self.no_choice(ask, choices, class, text);
            }
            // Whoever does not know the value, or says that there is none.
            Answers::Value(wanted) if matches!(class, AnswerClass::Unsure | AnswerClass::No) => {
                let answer = self.content.manners.unsure.plain(self.lang()).to_owned();
                self.note_answer(ask, answer, Value::Null);
                return self.walk_to(&wanted.unsure.target);
            }
            Answers::Value(_) => return self.refused(text),
            Answers::Choices(_) => return self.not_understood(text),
        };
        let manners = &self.content.manners;
        // "Yes, I waited, it is of no use": to ask if it helped would be deaf.
        self.failing |=
            class == AnswerClass::Yes && !check && ends_failing(self.content, lang, text);
        let (target, label, value) = match class {
            AnswerClass::Solved if !check => return self.solved(ask, text),
            AnswerClass::Yes | AnswerClass::Solved => (&yes.target, &manners.yes, "yes"),
            AnswerClass::Failing if !check => {
                // "Still the same" says that what was asked about did not help: on to what comes
                // for those who have done it, with their own words in the packet.
                self.note_answer(ask, text.to_owned(), Value::Null);
                self.failing = true;
                return self.walk_to(&yes.target);
            }
            AnswerClass::No | AnswerClass::Failing => (&no.target, &manners.no, "no"),
            _ => (&unsure.target, &manners.unsure, "unsure"),
        };
        let answer = label.plain(self.lang()).to_owned();
        self.note_answer(ask, answer, Value::from(value));
        self.walk_to(target)
    }

    /// A choice was asked for and none was taken: there may be a way for whoever cannot say. To
    /// say that nothing helps, or no, is to be asked once more first.
    fn no_choice(
        &mut self,
        ask: &Ask,
        choices: &[ChoiceStep],
        class: AnswerClass,
        text: &str,
    ) -> Result<(), Fault> {
        let missed = self.state.open.as_ref().is_some_and(|open| open.misses > 0);
        match choices.iter().find(|choice| choice.value == UNSURE) {
            Some(choice) if class == AnswerClass::Unsure || missed => {
                let answer = choice.label.plain(self.lang()).to_owned();
                self.note_answer(ask, answer, Value::from(UNSURE));
                self.walk_to(&choice.next.target)
            }
            _ => self.not_understood(text),
        }
    }

    /// The problem is gone, be it asked about or not.
    fn solved_aside(&mut self) -> Result<(), Fault> {
        if !self.state.stack.is_empty() {
            if self.state.open.is_some() {
                self.shift(Move::Closed);
            }
            self.shift(Move::Understood);
            return self.finish_resolved(None);
        }
        self.shift(Move::Understood);
        self.say(&self.content.manners.resolved)?;
        self.asks(Question::AnythingElse);
        Ok(())
    }

    /// The problem went away before the question was answered.
    fn solved(&mut self, ask: &Ask, text: &str) -> Result<(), Fault> {
        self.note_answer(ask, text.to_owned(), Value::Null);
        self.finish_resolved(None)
    }

    fn aside_answered(
        &mut self,
        question: &Question,
        class: AnswerClass,
        text: &str,
    ) -> Result<(), Fault> {
        let yes = matches!(class, AnswerClass::Yes);
        match question {
            Question::Confirm { value } => match class {
                AnswerClass::Yes => self.confirmed(value.clone(), true),
                AnswerClass::No | AnswerClass::Unsure => self.confirmed(value.clone(), false),
                _ => self.not_understood(text),
            },
            Question::Wait { .. } => self.said_while_waiting(class),
            Question::Resume if class == AnswerClass::Solved => self.solved_aside(),
            Question::Resume => {
                self.shift(Move::Closed);
                if yes || class == AnswerClass::Failing { self.resume() } else { self.drop_below() }
            }
            Question::Second { topic } => {
                self.shift(Move::Closed);
                self.shift(Move::TookUp { topic: topic.clone() });
                if yes || class == AnswerClass::Failing {
                    self.open_topic(topic)
                } else {
                    self.after_topic_or_ask()
                }
            }
            Question::AnythingElse
                if class == AnswerClass::Solved
                    && !begins_with_no(self.content, self.lang(), text) =>
            {
                self.solved_aside()
            }
            Question::AnythingElse => {
                self.shift(Move::Closed);
                match class {
                    // "Yes, the other thing, the app looks odd": that was told, be it not known.
                    AnswerClass::Yes if text.split_whitespace().count() > LONG_YES => {
                        self.not_understood(text)
                    }
                    AnswerClass::Yes | AnswerClass::Unsure => self.invite(),
                    AnswerClass::Failing => self.escalate(None, "steps_exhausted", None),
                    // "No, but the app does not open either."
                    _ if !self.state.noted.is_empty() => self.after_topic(),
                    _ => self.say_goodbye(),
                }
            }
            Question::Person | Question::Clarify { .. } | Question::Offer { .. }
                if class == AnswerClass::Solved =>
            {
                self.solved_aside()
            }
            Question::Person => {
                let failing = class == AnswerClass::Failing;
                self.shift(Move::Closed);
                if yes || failing {
                    self.wants_person()
                } else if self.open_ask().is_some() {
                    self.ask_again(false)
                } else if self.is_at_call() {
                    self.go_on_after_call()
                } else if let Some(topic) = self.matter_kept() {
                    self.shift(Move::TookUp { topic: topic.clone() });
                    self.open_topic(&topic)
                } else if self.takes_leave(text) {
                    self.say_goodbye()
                } else {
                    self.invite()
                }
            }
            Question::Step
            | Question::Clarify { .. }
            | Question::Offer { .. }
            | Question::Contact { .. } => self.not_understood(text),
        }
    }

    /// Whether a no ends with a goodbye: "no need, thanks, bye".
    fn takes_leave(&self, text: &str) -> bool {
        let ranking = self.content.matcher(self.lang()).rank(text, &Context::default());
        let first = ranking.candidates.first().map(|first| first.intent.as_str());
        ranking.decision == Decision::Answer && first == Some(GOODBYE)
    }

    /// The first matter kept for later, if nothing runs.
    fn matter_kept(&self) -> Option<IntentId> {
        self.state.noted.first().filter(|_| self.state.stack.is_empty()).cloned()
    }

    /// Ends the conversation after the last problem is gone.
    pub(crate) fn say_goodbye(&mut self) -> Result<(), Fault> {
        let manners = &self.content.manners;
        self.say(&manners.anything_else_no)?;
        let text = self.words(&manners.rating, None)?;
        let outcome = self.state.outcome.unwrap_or(Outcome::Unresolved);
        self.emit(Fact::RatingRequest { text, scale: 5 });
        self.emit(Fact::Ended { by: EndedBy::Bot, outcome, note: None });
        Ok(())
    }

    pub(crate) fn resume(&mut self) -> Result<(), Fault> {
        if let Some(topic) = self.state.running_topic().cloned() {
            self.topic(&topic, TopicState::Resumed, None);
        }
        self.stand_again()
    }

    /// The topic below is not wanted any more.
    pub(crate) fn drop_below(&mut self) -> Result<(), Fault> {
        while let Some(frame) = self.state.frame() {
            let topic = frame.topic.clone();
            if let Some(topic) = &topic {
                self.close_topic(topic, Outcome::Unresolved);
            }
            self.shift(Move::Left);
            if topic.is_some() {
                break;
            }
        }
        self.after_topic_or_ask()
    }

    fn after_topic_or_ask(&mut self) -> Result<(), Fault> {
        if self.state.stack.is_empty() && self.state.noted.is_empty() {
            self.say(&self.content.manners.cancelled)?;
            self.asks(Question::AnythingElse);
            Ok(())
        } else {
            self.after_topic()
        }
    }

    /// Asks for whatever else there is; to have nothing, or to leave, ends the conversation.
    fn invite(&mut self) -> Result<(), Fault> {
        self.say(&self.content.manners.what_else)?;
        self.asks(Question::AnythingElse);
        Ok(())
    }

    /// The visitor leaves, whatever is open: what is not solved stays so.
    fn take_leave(&mut self) -> Result<(), Fault> {
        self.drop_all();
        self.say_goodbye()
    }

    /// The visitor wants a person.
    pub(crate) fn wants_person(&mut self) -> Result<(), Fault> {
        if self.state.open.is_some() {
            self.shift(Move::Closed);
        }
        let intent = IntentId::new(crate::content::TALK_TO_HUMAN);
        if self.content.intents.contains_key(&intent) {
            self.open_topic(&intent)
        } else {
            self.escalate(None, "requested", None)
        }
    }

    /// Whether an intent, said to "anything else?", means that there is nothing: a goodbye, or
    /// thanks for the second time. After the first there may be one more thing.
    fn is_farewell(&self, intent: &IntentId) -> bool {
        let last = self.state.last_said.as_ref().and_then(|message| message.topic.as_ref());
        intent.as_str() == GOODBYE || intent.as_str() == THANKS && last == Some(intent)
    }
}
