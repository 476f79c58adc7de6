//! Walking through a dialogue: from step to step until it asks, ends or leaves.

use crate::content::dialogue::Answers;
use crate::content::dialogue::Ask;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::Exit;
use crate::content::dialogue::Step;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::content::template;
use crate::content::template::Scope;
use crate::conversation::event::Choice;
use crate::conversation::event::Event;
use crate::conversation::event::Move;
use crate::conversation::event::Outcome;
use crate::conversation::event::Place;
use crate::conversation::event::Question;
use crate::conversation::event::TopicState;
use crate::conversation::repair::Repair;
use crate::conversation::turn::Fault;
use crate::conversation::turn::MAX_STEPS;
use crate::conversation::turn::Turn;
use crate::ids::DialogueId;
use crate::ids::IntentId;
use crate::ids::StepId;

/// Dialogues that may run inside each other; one that calls itself comes here.
const MAX_DEPTH: usize = 20;

impl<'a> Turn<'a> {
    /// Begins to treat an intent.
    pub(crate) fn open_topic(&mut self, intent: &IntentId) -> Result<(), Fault> {
        let content = self.content;
        if self.state.stack.iter().any(|frame| frame.topic.as_ref() == Some(intent)) {
            return self.return_to(intent);
        }
        let intent = content.intents.get(intent).ok_or(Fault)?;
        let dialogue = content.dialogues.get(&intent.dialogue).ok_or(Fault)?;
        self.shift(Move::Understood);
        if dialogue.only_says() {
            return self.small_talk(&intent.id, dialogue);
        }
        if self.state.open.is_some() {
            self.shift(Move::Closed);
        }
        if let Some(running) = self.state.running_topic().cloned() {
            self.topic(&running, TopicState::Paused, None);
        }
        self.topic(&intent.id, TopicState::Opened, None);
        if self.state.noted.contains(&intent.id) {
            self.shift(Move::TookUp { topic: intent.id.clone() });
        }
        let revision = Some(content.revision.clone());
        self.enter(&dialogue.id, Some(intent.id.clone()), None, revision);
        self.walk(dialogue.start.clone())
    }

    /// Puts a dialogue on the stack, on the revision that it will run on to its end.
    pub(crate) fn enter(
        &mut self,
        dialogue: &DialogueId,
        topic: Option<IntentId>,
        origin: Option<Place>,
        revision: Option<String>,
    ) {
        let repair = None;
        self.shift(Move::Entered { dialogue: dialogue.clone(), topic, revision, origin, repair });
    }

    /// Says what a dialogue of mere courtesy says, then asks the open question again.
    fn small_talk(&mut self, intent: &IntentId, dialogue: &'a Dialogue) -> Result<(), Fault> {
        let mut at = Some(&dialogue.start);
        let mut left = MAX_STEPS;
        while let Some(StepKind::Say { text, next, .. }) =
            at.and_then(|id| dialogue.steps.get(id)).map(|step| &step.kind)
        {
            let words = self.words(text, None)?;
            self.put(words, Vec::new(), Vec::new(), Some(intent.clone()));
            left -= 1;
            at = match &next.target {
                Target::Step(id) if left > 0 => Some(id),
                _ => None,
            };
        }
        let at_step = self.state.open.as_ref().is_some_and(|open| open.question == Question::Step);
        if at_step { self.ask_again(false) } else { Ok(()) }
    }

    /// Walks on from a step of the running dialogue.
    pub(crate) fn walk(&mut self, from: StepId) -> Result<(), Fault> {
        let mut next = Some(Target::Step(from));
        loop {
            if self.steps_left == 0 || self.state.stack.len() > MAX_DEPTH {
                return Err(Fault);
            }
            self.steps_left -= 1;
            next = match next {
                None => return Ok(()),
                Some(Target::Step(id)) => {
                    let step = self.step(&id)?;
                    self.take_step(step)?
                }
                Some(Target::Resolved) => {
                    self.finish_resolved(None)?;
                    None
                }
                Some(Target::Person) => {
                    self.escalate(None, "steps_exhausted", None)?;
                    None
                }
                Some(Target::End) => self.leave_dialogue()?,
                Some(Target::Stay) => {
                    self.leave_repair()?;
                    None
                }
            };
        }
    }

    /// Goes on at an exit of the running dialogue.
    pub(crate) fn walk_to(&mut self, target: &Target) -> Result<(), Fault> {
        match target {
            Target::Step(id) => self.walk(id.clone()),
            Target::Resolved => self.finish_resolved(None),
            Target::Person => self.escalate(None, "steps_exhausted", None),
            Target::End => match self.leave_dialogue()? {
                Some(target) => self.walk_to(&target),
                None => Ok(()),
            },
            Target::Stay => self.leave_repair(),
        }
    }

    fn running(&self) -> Result<&'a Dialogue, Fault> {
        let frame = self.state.frame().ok_or(Fault)?;
        self.content.dialogue(frame.revision.as_deref(), &frame.dialogue).ok_or(Fault)
    }

    pub(crate) fn step(&self, id: &StepId) -> Result<&'a Step, Fault> {
        self.running()?.steps.get(id).ok_or(Fault)
    }

    /// The question at which the running dialogue stands.
    pub(crate) fn open_ask(&self) -> Option<&'a Ask> {
        let step = self.state.frame()?.step.as_ref()?;
        match &self.step(step).ok()?.kind {
            StepKind::Ask(ask) => Some(ask),
            _ => None,
        }
    }

    fn take_step(&mut self, step: &'a Step) -> Result<Option<Target>, Fault> {
        match &step.kind {
            StepKind::Say { text, links, next } => {
                let at = self.place_of(step)?;
                // What was told before a correction is not told once more.
                if self.redo.is_none() || !self.state.told.contains(&at) {
                    self.tell(text, links, Vec::new())?;
                    self.shift(Move::Told { at });
                    self.failing = false;
                }
                Ok(Some(next.target.clone()))
            }
            StepKind::Wait { text, pause, next, .. } => self.take_wait(step, text, *pause, next),
            StepKind::Action(action) => self.take_action(step, action),
            StepKind::Ask(ask) => self.take_ask(step, ask),
            StepKind::Branch(arms) => {
                let scope = Scope { slots: Some(&self.state.slots), topic: None };
                for arm in arms {
                    let taken = match &arm.condition {
                        None => true,
                        Some(condition) => template::holds(condition, &scope).map_err(|_| Fault)?,
                    };
                    if taken {
                        return Ok(Some(arm.next.target.clone()));
                    }
                }
                Err(Fault)
            }
            StepKind::Set { values, next } => {
                for (slot, expression) in values {
                    let scope = Scope { slots: Some(&self.state.slots), topic: None };
                    let value = template::value(expression, &scope).map_err(|_| Fault)?;
                    self.shift(Move::Learnt { slot: slot.clone(), value });
                }
                Ok(Some(next.target.clone()))
            }
            StepKind::Call { dialogue, .. } => {
                self.shift(Move::At { step: step.id.clone() });
                self.enter(dialogue, None, None, self.revision());
                self.start()
            }
            StepKind::Goto { dialogue, .. } => {
                let frame = self.state.frame().ok_or(Fault)?;
                let topic = frame.topic.clone();
                let origin = match (&topic, &frame.origin) {
                    (None, _) => None,
                    (Some(_), Some(origin)) => Some(origin.clone()),
                    (Some(_), None) => {
                        let step = self.running()?.start.clone();
                        Some(Place { dialogue: frame.dialogue.clone(), step })
                    }
                };
                let (revision, repair) = (self.revision(), frame.repair.clone());
                let dialogue = dialogue.clone();
                self.shift(Move::Left);
                self.shift(Move::Entered { dialogue, topic, revision, origin, repair });
                self.start()
            }
            StepKind::Resolve { text } => {
                self.finish_resolved(text.as_ref())?;
                Ok(None)
            }
            StepKind::Escalate { team, reason, say } => {
                self.escalate(team.as_ref(), reason, say.as_ref())?;
                Ok(None)
            }
        }
    }

    /// The revision of the running dialogue: those that it calls or leads to were checked with it.
    pub(crate) fn revision(&self) -> Option<String> {
        self.state.frame().and_then(|frame| frame.revision.clone())
    }

    fn start(&self) -> Result<Option<Target>, Fault> {
        Ok(Some(Target::Step(self.running()?.start.clone())))
    }

    /// The place of a step of the running dialogue.
    pub(crate) fn place_of(&self, step: &Step) -> Result<Place, Fault> {
        let frame = self.state.frame().ok_or(Fault)?;
        Ok(Place { dialogue: frame.dialogue.clone(), step: step.id.clone() })
    }

    fn take_ask(&mut self, step: &'a Step, ask: &'a Ask) -> Result<Option<Target>, Fault> {
        if let Some(exit) = self.given_again(step, ask)? {
            return Ok(Some(exit.target.clone()));
        }
        if let Answers::YesNo { no, check: true, .. } = &ask.answers
            && self.failing
        {
            return Ok(Some(no.target.clone()));
        }
        self.redo = None;
        // A question that comes round again in the same turn is asked after all: whatever was
        // known leads in a circle.
        if let Some(exit) = self.known_answer(ask)
            && self.passed.insert(step.id.clone())
        {
            return Ok(Some(exit.target.clone()));
        }
        let choices = self.buttons(ask);
        self.tell(&ask.text, &ask.links, choices)?;
        self.shift(Move::At { step: step.id.clone() });
        self.asks(Question::Step);
        Ok(None)
    }

    /// Where a question leads whose slot is filled already.
    fn known_answer(&self, ask: &'a Ask) -> Option<&'a Exit> {
        let value = self.state.slots.get(ask.slot.as_ref()?)?;
        exit_of(ask, value)
    }

    pub(crate) fn buttons(&self, ask: &Ask) -> Vec<Choice> {
        let manners = &self.content.manners;
        match &ask.answers {
            Answers::Choices(choices) => {
                choices.iter().map(|choice| self.button(&choice.value, &choice.label)).collect()
            }
            Answers::Value(_) => vec![self.button("unsure", &manners.unsure)],
            Answers::YesNo { check, .. } => {
                let mut buttons =
                    vec![self.button("yes", &manners.yes), self.button("no", &manners.no)];
                if !check {
                    buttons.push(self.button("unsure", &manners.unsure));
                }
                buttons
            }
        }
    }

    /// The running dialogue ends without an outcome; its caller goes on, if it has one.
    fn leave_dialogue(&mut self) -> Result<Option<Target>, Fault> {
        let repair = self.state.frame().and_then(|frame| frame.repair.clone());
        let called = self.state.frame().is_some_and(|frame| frame.topic.is_none());
        if let Some(topic) = self.state.frame().and_then(|frame| frame.topic.clone()) {
            self.close_topic(&topic, Outcome::Unresolved);
        }
        self.shift(Move::Left);
        if let Some(repair) = repair {
            self.after_repair(repair)?;
            return Ok(None);
        }
        if !called {
            self.after_topic()?;
            return Ok(None);
        }
        let Some(step) = self.state.frame().and_then(|frame| frame.step.clone()) else {
            return Ok(None);
        };
        match &self.step(&step)?.kind {
            StepKind::Call { next, .. } => Ok(Some(next.target.clone())),
            _ => Err(Fault),
        }
    }

    /// A repair is over, with all that it called, and what it stood for is not done.
    fn leave_repair(&mut self) -> Result<(), Fault> {
        while let Some(frame) = self.state.frame() {
            let (repair, topic) = (frame.repair.clone(), frame.topic.clone());
            if topic.is_some() {
                return Err(Fault);
            }
            self.shift(Move::Left);
            if let Some(repair) = repair {
                return self.stay(&repair);
            }
        }
        Err(Fault)
    }

    /// The problem is gone.
    pub(crate) fn finish_resolved(
        &mut self,
        text: Option<&'a crate::content::text::Text>,
    ) -> Result<(), Fault> {
        let manners = &self.content.manners;
        let topics = self.state.stack.iter().filter(|frame| frame.topic.is_some()).count();
        let more = topics > 1 || !self.state.noted.is_empty();
        let usual = if more { &manners.resolved_more } else { &manners.resolved };
        self.tell(text.unwrap_or(usual), &[], Vec::new())?;
        while let Some(frame) = self.state.frame() {
            let topic = frame.topic.clone();
            if let Some(topic) = &topic {
                self.close_topic(topic, Outcome::Resolved);
            }
            self.shift(Move::Left);
            if topic.is_some() {
                break;
            }
        }
        self.after_topic()
    }

    /// Closes a topic that no person takes over. What its questions learnt by yes and no held for
    /// this time: should it come back, they are asked again.
    pub(crate) fn close_topic(&mut self, topic: &IntentId, outcome: Outcome) {
        self.topic(topic, TopicState::Closed, Some(outcome));
        let content = self.content;
        let Some(dialogue) = content.dialogue_of(topic) else { return };
        for step in dialogue.steps.values() {
            let StepKind::Ask(ask) = &step.kind else { continue };
            let (Some(slot), Answers::YesNo { .. }) = (&ask.slot, &ask.answers) else { continue };
            if self.state.slots.get(slot).is_some_and(|value| !value.is_null()) {
                self.shift(Move::Learnt { slot: slot.clone(), value: serde_json::Value::Null });
            }
        }
    }

    /// What comes when a topic is over: the one below, one kept for later, or "anything else?".
    pub(crate) fn after_topic(&mut self) -> Result<(), Fault> {
        let content = self.content;
        let manners = &content.manners;
        if let Some(below) = self.state.running_topic().cloned() {
            if self.repaired(Repair::Resume)? {
                return Ok(());
            }
            self.offer_about(&manners.resume_offer, &below, Question::Resume)
        } else if let Some(topic) = self.state.noted.first().cloned() {
            let question = Question::Second { topic: topic.clone() };
            self.offer_about(&manners.second_problem, &topic, question)
        } else {
            // A dialogue may end without a word of its own; whoever answered it must hear one.
            if !self.events.iter().any(Event::is_by_bot) {
                self.say(&manners.what_else)?;
            }
            self.asks(Question::AnythingElse);
            Ok(())
        }
    }

    fn offer_about(
        &mut self,
        text: &crate::content::text::Text,
        topic: &IntentId,
        question: Question,
    ) -> Result<(), Fault> {
        let title = self.content.title(topic, self.lang()).to_owned();
        let words = self.words(text, Some(&title))?;
        let manners = &self.content.manners;
        let buttons = vec![self.button("yes", &manners.yes), self.button("no", &manners.no)];
        self.put_plain(words, buttons);
        self.asks(question);
        Ok(())
    }

    /// Asks the open question of the running dialogue once more, in other words if `reworded`.
    pub(crate) fn ask_again(&mut self, reworded: bool) -> Result<(), Fault> {
        match self.open_ask() {
            Some(ask) => {
                let choices = self.buttons(ask);
                let text = if reworded { &ask.again } else { &ask.text };
                self.tell(text, &ask.links, choices)?;
                self.asks(Question::Step);
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// Where a question leads after an answer of this value.
pub(crate) fn exit_of<'a>(ask: &'a Ask, value: &serde_json::Value) -> Option<&'a Exit> {
    let word = value.as_str();
    match &ask.answers {
        Answers::Choices(choices) => {
            let word = word?;
            choices.iter().find(|choice| choice.value == word).map(|choice| &choice.next)
        }
        Answers::YesNo { yes, no, unsure, .. } => match word? {
            "yes" => Some(yes),
            "no" => Some(no),
            "unsure" => Some(unsure),
            _ => None,
        },
        Answers::Value(_) if value.is_null() => None,
        Answers::Value(answer) => Some(&answer.next),
    }
}
