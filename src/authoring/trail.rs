//! The way that a conversation took through the dialogues, read from its log.
//!
//! The log names the steps that spoke; those between them (branches, known answers, ends) are
//! found again by looking for the way from one to the next, with what was known at that moment.
//! A step that the content no longer has is passed over in silence.

use std::collections::BTreeSet;

use crate::authoring::exits::FAILED;
use crate::authoring::exits::NEXT;
use crate::authoring::exits::exits;
use crate::authoring::trail::search::Goal;
use crate::authoring::trail::search::Search;
use crate::content::Content;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::conversation::event::Author;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Move;
use crate::conversation::event::Outcome;
use crate::conversation::event::Place;
use crate::conversation::event::TopicState;
use crate::conversation::state::Frame;
use crate::conversation::state::State;
use crate::ids::DialogueId;
use crate::ids::IntentId;
use crate::ids::Seq;
use crate::ids::StepId;
use crate::language::Language;

mod search;

/// A step, and the name of the way that was taken out of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// The step.
    pub at: Place,
    /// The name of its exit, as [`exits`] gives it.
    pub exit: String,
}

/// Where one conversation was. Each place counts once, however often it came there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trail {
    /// The dialogues that ran, in the languages that were spoken when they began.
    pub entered: BTreeSet<(DialogueId, Language)>,
    /// The steps that were taken.
    pub visited: BTreeSet<Place>,
    /// The exits that were taken.
    pub taken: BTreeSet<Way>,
    /// The steps at which it left a dialogue without taking an exit: by a wish for a person, by
    /// silence, or since the matter was dropped.
    pub left: BTreeSet<Place>,
}

/// Follows a conversation. `lang` is the language of hello.
#[must_use]
pub fn trail(content: &Content, lang: Language, log: &[Event]) -> Trail {
    let begun = log.first().map_or_else(Default::default, |event| event.at);
    let mut tracker = Tracker {
        content,
        state: State::new(lang, begun),
        stack: Vec::new(),
        gone: None,
        trail: Trail::default(),
    };
    for event in log {
        tracker.fact(&event.fact);
        for change in &event.moves {
            tracker.change(change);
        }
        tracker.state.apply(event);
    }
    tracker.trail
}

/// Where a running dialogue stands.
#[derive(Debug, Clone)]
enum Stand {
    /// It began, or jumped to somewhere: how it comes to the next step is not known beforehand.
    Start,
    /// It took one of these exits of a step and walks on.
    Moving(StepId, Vec<(String, Target)>),
    /// It waits at a step.
    At(StepId),
}

#[derive(Debug, Clone)]
struct Cursor {
    dialogue: DialogueId,
    topic: Option<IntentId>,
    /// Whether it runs in the bot's place: what is below it did not lead to it.
    repairs: bool,
    stand: Stand,
    /// The dialogue that it called and that left, until it is known how that ended.
    inner: Option<Box<Cursor>>,
}

struct Tracker<'c> {
    content: &'c Content,
    /// What was known before the event at hand.
    state: State,
    stack: Vec<Cursor>,
    /// The dialogue that left just now: another may take its place.
    gone: Option<Cursor>,
    trail: Trail,
}

impl Tracker<'_> {
    fn fact(&mut self, fact: &Fact) {
        self.settle();
        match fact {
            Fact::Message(message) if message.from == Author::Bot => {
                if let Some(topic) = &message.topic {
                    self.courtesy(topic);
                }
            }
            Fact::Topic(change) if change.state == TopicState::Closed => match change.outcome {
                Some(Outcome::Resolved) => self.finish(&Goal::Resolved),
                Some(Outcome::Unresolved) => self.finish(&Goal::End),
                // What follows a handover clears the stack.
                _ => {}
            },
            Fact::Ended { .. } => self.clear(),
            _ => {}
        }
    }

    fn change(&mut self, change: &Move) {
        if let Move::Entered { dialogue, topic, repair, .. } = change {
            return self.enter(dialogue, topic.clone(), repair.is_some());
        }
        self.settle();
        match change {
            Move::Left => self.gone = self.stack.pop().filter(|cursor| !cursor.repairs),
            Move::Cleared => self.clear(),
            Move::At { step } => {
                self.reach(step);
                self.stand(Stand::At(step.clone()));
            }
            Move::Told { at } => {
                self.reach(&at.step);
                let exits = self.exits_of(&at.step);
                self.stand(Stand::Moving(at.step.clone(), exits));
            }
            Move::Answered { at: Some(at), value, .. } => self.answered(at, value),
            Move::CallEnded { call, answered } => self.call_ended(*call, *answered),
            Move::Awaited { call } => self.comes_by(*call),
            Move::WentBack => self.stand(Stand::Start),
            Move::Redone => {
                while let Some(cursor) = self.stack.pop() {
                    if cursor.topic.is_some() {
                        break;
                    }
                }
            }
            Move::Learnt { slot, value } => {
                self.state.slots.insert(slot.clone(), value.clone());
            }
            Move::Speaks { lang, .. } => self.state.lang = *lang,
            _ => {}
        }
    }

    fn enter(&mut self, dialogue: &DialogueId, topic: Option<IntentId>, repairs: bool) {
        if let Some(gone) = self.gone.take() {
            self.follow(&gone, &Goal::Goto(dialogue.clone()));
        }
        self.trail.entered.insert((dialogue.clone(), self.state.lang));
        self.stack.push(Cursor {
            dialogue: dialogue.clone(),
            topic,
            repairs,
            stand: Stand::Start,
            inner: None,
        });
    }

    /// A dialogue left and no other took its place.
    fn settle(&mut self) {
        let Some(gone) = self.gone.take() else { return };
        if gone.topic.is_none()
            && let Some(caller) = self.stack.last_mut()
        {
            caller.inner = Some(Box::new(gone));
        }
    }

    /// The topmost topic is over.
    fn finish(&mut self, goal: &Goal) {
        let Some(mut cursor) = self.stack.last().cloned() else { return };
        let reached = match cursor.inner.take() {
            Some(inner) => self.follow_or_leave(&inner, goal),
            None => self.follow_or_leave(&cursor, goal),
        };
        if reached && let Some(cursor) = self.stack.last_mut() {
            cursor.stand = Stand::Start;
            cursor.inner = None;
        }
    }

    /// Everything that ran is over: the topmost dialogue led to a person, or was left where it
    /// stood, and so were those below.
    fn clear(&mut self) {
        while let Some(cursor) = self.stack.pop() {
            self.follow_or_leave(&cursor, &Goal::Person);
        }
    }

    fn reach(&mut self, step: &StepId) {
        let Some(mut cursor) = self.stack.last().cloned() else { return };
        if let Some(inner) = cursor.inner.take() {
            self.follow(&inner, &Goal::End);
            if let Stand::At(call) = &cursor.stand {
                cursor.stand = Stand::Moving(call.clone(), self.exits_of(call));
            }
            if let Some(top) = self.stack.last_mut() {
                top.inner = None;
            }
        }
        self.follow(&cursor, &Goal::Step(step.clone()));
        self.visit(&cursor.dialogue, step);
    }

    fn answered(&mut self, at: &Place, value: &serde_json::Value) {
        let Some(cursor) = self.stack.last() else { return };
        if cursor.dialogue != at.dialogue {
            return;
        }
        if !matches!(&cursor.stand, Stand::At(step) if *step == at.step) {
            self.reach(&at.step);
        }
        let all = self.exits_of(&at.step);
        let named = |wanted: &str| -> Vec<(String, Target)> {
            all.iter().filter(|(name, _)| name == wanted).cloned().collect()
        };
        let exits = match value.as_str().map(named) {
            Some(exits) if !exits.is_empty() => exits,
            // A value of a kind leads on; none, or one in the visitor's own words, anywhere.
            _ if !value.is_null() => named(NEXT),
            _ => all,
        };
        self.stand(Stand::Moving(at.step.clone(), exits));
    }

    /// A call ended; its dialogue may be another than the topmost, and goes on later then.
    fn call_ended(&mut self, call: Seq, answered: bool) {
        let is_its = |frame: &&Frame| frame.call.as_ref().is_some_and(|open| open.seq == call);
        let Some(frame) = self.state.stack.iter().find(is_its) else { return };
        let Some(id) = &frame.step else { return };
        let dialogue = self.content.dialogues.get(&frame.dialogue);
        let Some(step) = dialogue.and_then(|dialogue| dialogue.steps.get(id)) else { return };
        let wanted = if answered { NEXT } else { FAILED };
        let ways = exits(step).into_iter().filter(|exit| exit.name == wanted);
        let ways = ways.map(|exit| (exit.name, exit.target.clone())).collect();
        let stands = |cursor: &&mut Cursor| {
            cursor.dialogue == frame.dialogue && matches!(&cursor.stand, Stand::At(at) if at == id)
        };
        if let Some(cursor) = self.stack.iter_mut().rev().find(stands) {
            cursor.stand = Stand::Moving(id.clone(), ways);
        }
    }

    /// It stands at a call that was made before; with its result it walks on at once.
    fn comes_by(&mut self, call: Seq) {
        let made = self.state.made.values().find(|made| made.call.seq == call);
        let Some(answered) = made.and_then(|made| made.call.answered) else { return };
        let stand = self.stack.last().map(|cursor| &cursor.stand);
        let Some(Stand::At(step)) = stand.cloned() else { return };
        let wanted = if answered { NEXT } else { FAILED };
        let exits = self.exits_of(&step).into_iter().filter(|(name, _)| name == wanted).collect();
        self.stand(Stand::Moving(step, exits));
    }

    /// A dialogue of mere courtesy never runs: it speaks, and that is all.
    fn courtesy(&mut self, topic: &IntentId) {
        let Some(dialogue) = self.content.dialogue_of(topic).filter(|it| it.only_says()) else {
            return;
        };
        self.trail.entered.insert((dialogue.id.clone(), self.state.lang));
        for (id, step) in &dialogue.steps {
            self.visit(&dialogue.id, id);
            for exit in exits(step) {
                self.take(&dialogue.id, id, &exit.name);
            }
        }
    }

    fn stand(&mut self, stand: Stand) {
        if let Some(cursor) = self.stack.last_mut() {
            cursor.stand = stand;
        }
    }

    fn dialogue(&self, id: &DialogueId) -> Option<&Dialogue> {
        self.content.dialogues.get(id)
    }

    fn exits_of(&self, step: &StepId) -> Vec<(String, Target)> {
        let running = self.stack.last().and_then(|cursor| self.dialogue(&cursor.dialogue));
        let step = running.and_then(|dialogue| dialogue.steps.get(step));
        let exits = step.map(exits).unwrap_or_default();
        exits.into_iter().map(|exit| (exit.name, exit.target.clone())).collect()
    }

    fn visit(&mut self, dialogue: &DialogueId, step: &StepId) {
        let known = self.dialogue(dialogue).is_some_and(|found| found.steps.contains_key(step));
        if known {
            let place = Place { dialogue: dialogue.clone(), step: step.clone() };
            self.trail.visited.insert(place);
        }
    }

    fn take(&mut self, dialogue: &DialogueId, step: &StepId, exit: &str) {
        let at = Place { dialogue: dialogue.clone(), step: step.clone() };
        self.trail.taken.insert(Way { at, exit: exit.to_owned() });
    }

    fn follow_or_leave(&mut self, cursor: &Cursor, goal: &Goal) -> bool {
        // Who stands at a question has not answered it.
        let reached = !matches!(cursor.stand, Stand::At(_)) && self.follow(cursor, goal);
        if !reached && let Stand::At(step) | Stand::Moving(step, _) = &cursor.stand {
            let place = Place { dialogue: cursor.dialogue.clone(), step: step.clone() };
            self.trail.left.insert(place);
        }
        reached
    }

    /// Finds the way from where a dialogue stands to a goal, and notes what lies on it.
    fn follow(&mut self, cursor: &Cursor, goal: &Goal) -> bool {
        let Some(dialogue) = self.content.dialogues.get(&cursor.dialogue) else { return false };
        let start = [(String::new(), Target::Step(dialogue.start.clone()))];
        let waited: Vec<(String, Target)>;
        let (from, first): (Option<&StepId>, &[(String, Target)]) = match &cursor.stand {
            Stand::Start => (None, &start),
            Stand::Moving(step, exits) => (Some(step), exits),
            Stand::At(step) if Goal::Step(step.clone()) == *goal => return true,
            Stand::At(step) => {
                let step = dialogue.steps.get_key_value(step);
                let all = step.map(|(_, step)| exits(step)).unwrap_or_default();
                waited = all.into_iter().map(|exit| (exit.name, exit.target.clone())).collect();
                (step.map(|(id, _)| id), &waited)
            }
        };
        // A step that waits tells first and then stands: telling did not lead on.
        if let (Some(from), Goal::Step(wanted)) = (from, goal)
            && from == wanted
            && matches!(
                dialogue.steps.get(from).map(|step| &step.kind),
                Some(StepKind::Wait { .. })
            )
        {
            return true;
        }
        let search = Search { dialogue, slots: &self.state.slots };
        let Some(way) = search.way(from, first, goal) else { return false };
        for (step, exit) in way {
            self.visit(&cursor.dialogue, &step);
            if !exit.is_empty() {
                self.take(&cursor.dialogue, &step, &exit);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests;
