//! From the bot to a person, and what a person does.

use crate::content::dialogue::Target;
use crate::content::text::Text;
use crate::conversation::event::AgentRef;
use crate::conversation::event::Author;
use crate::conversation::event::EndedBy;
use crate::conversation::event::Fact;
use crate::conversation::event::Message;
use crate::conversation::event::Move;
use crate::conversation::event::Outcome;
use crate::conversation::event::Place;
use crate::conversation::event::Status;
use crate::conversation::event::StatusChange;
use crate::conversation::event::TopicState;
use crate::conversation::event::TransferTarget;
use crate::conversation::input::Act;
use crate::conversation::input::Duty;
use crate::conversation::input::Refusal;
use crate::conversation::turn::Fault;
use crate::conversation::turn::Turn;
use crate::ids::AgentId;
use crate::ids::DialogueId;
use crate::ids::FrameId;
use crate::ids::StepId;
use crate::ids::TeamId;

impl Turn<'_> {
    /// Hands over: says so, closes what runs, and puts the conversation into a queue, or keeps it
    /// for the next person when nobody is on duty.
    pub(crate) fn escalate(
        &mut self,
        team: Option<&TeamId>,
        reason: &str,
        say: Option<&Text>,
    ) -> Result<(), Fault> {
        let manners = &self.content.manners;
        if let Some(text) = say {
            self.say(text)?;
        }
        let topic = self.state.running_topic().or(self.state.topic.as_ref()).cloned();
        let skilled = || self.policy.team_for(topic.as_ref(), self.lang());
        let team = team.unwrap_or_else(skilled).clone();
        let post = self.policy.post(&team, self.duty);
        let (status, outcome) = match post.duty {
            Duty::OnDuty => {
                let urgent = reason == "urgent";
                self.say(if urgent { &manners.handover_urgent } else { &manners.handover })?;
                (Status::Queued, Outcome::Escalated)
            }
            Duty::Nobody => {
                self.say_nobody_there(post.opens);
                (Status::Offline, Outcome::Offline)
            }
        };
        self.close_all(outcome);
        self.enter_queue(status, Some(&team), reason, false);
        self.ask_contact();
        Ok(())
    }

    /// Hands over without a word of content: for faults, when no text can be relied on.
    pub(crate) fn escalate_after_fault(&mut self) {
        let post = self.policy.post(&self.policy.default_team, self.duty);
        let (status, outcome) = match post.duty {
            Duty::OnDuty => {
                let text = self.content.manners.handover.plain(self.lang()).to_owned();
                self.put_plain(text, Vec::new());
                (Status::Queued, Outcome::Escalated)
            }
            Duty::Nobody => {
                self.say_nobody_there(post.opens);
                (Status::Offline, Outcome::Offline)
            }
        };
        self.close_all(outcome);
        self.enter_queue(status, None, "bot_fault", false);
    }

    fn close_all(&mut self, outcome: Outcome) {
        let topics: Vec<_> =
            self.state.stack.iter().rev().filter_map(|frame| frame.topic.clone()).collect();
        for topic in topics {
            self.topic(&topic, TopicState::Closed, Some(outcome));
        }
        if self.state.open.is_some() {
            self.shift(Move::Closed);
        }
        if !self.state.stack.is_empty() {
            self.shift(Move::Cleared);
        }
    }

    fn enter_queue(&mut self, status: Status, team: Option<&TeamId>, reason: &str, front: bool) {
        let team = team.unwrap_or(&self.policy.default_team).clone();
        self.emit(Fact::Status(StatusChange {
            status,
            agent: None,
            reason: Some(reason.to_owned()),
            team: Some(team),
            front,
        }));
    }

    /// What an agent, or the want of one, does to the conversation.
    pub(crate) fn agent_act(&mut self, act: &Act, id: Option<&FrameId>) -> Result<(), Refusal> {
        match act {
            Act::Claim { agent } => self.claim(agent),
            Act::TakeOver { agent } => self.take_over(agent),
            Act::AgentSaid { agent, text } => {
                self.held_by(agent)?;
                let lang = self.lang();
                self.emit(Fact::Message(Message {
                    from: Author::Agent(agent.clone()),
                    id: id.cloned(),
                    text: text.clone(),
                    lang,
                    choices: Vec::new(),
                    links: Vec::new(),
                    attachments: Vec::new(),
                    topic: None,
                    chose: None,
                    read: None,
                }));
                Ok(())
            }
            Act::AgentNoted { agent, text } => {
                self.emit(Fact::Note { from: agent.clone(), text: text.clone() });
                Ok(())
            }
            Act::Tag { agent, tags } => {
                self.emit(Fact::Tagged { from: agent.clone(), tags: tags.clone() });
                Ok(())
            }
            Act::Transfer { agent, to, note } => self.transfer(agent, to, note.clone()),
            Act::HandBack { agent, dialogue, step } => {
                self.hand_back(agent, dialogue.as_ref(), step.as_ref())
            }
            Act::Resolve { agent, outcome, note } => self.resolve(agent, *outcome, note.clone()),
            Act::Reopen { agent } => self.reopen(agent),
            Act::AgentLost { agent } => self.agent_lost(agent),
            _ => Ok(()),
        }
    }

    fn held_by(&self, agent: &AgentRef) -> Result<(), Refusal> {
        match (self.state.status, &self.state.agent) {
            (Status::Agent, Some(holder)) if holder.id == agent.id => Ok(()),
            (Status::Agent, Some(holder)) => Err(Refusal::Taken(holder.name.clone())),
            (Status::Ended, _) => Err(Refusal::Ended),
            _ => Err(Refusal::WrongStatus("claim the conversation first")),
        }
    }

    fn claim(&mut self, agent: &AgentRef) -> Result<(), Refusal> {
        match (self.state.status, &self.state.agent) {
            (Status::Ended, _) => return Err(Refusal::Ended),
            (Status::Agent, Some(holder)) if holder.id == agent.id => {
                return Err(Refusal::WrongStatus("the conversation is yours already"));
            }
            (Status::Agent, Some(holder)) => return Err(Refusal::Taken(holder.name.clone())),
            _ => {}
        }
        let from_bot = self.state.status == Status::Bot;
        self.emit(Fact::Status(StatusChange {
            status: Status::Agent,
            agent: Some(agent.clone()),
            reason: from_bot.then(|| "taken_over".to_owned()),
            team: None,
            front: false,
        }));
        if from_bot {
            self.close_all(Outcome::Escalated);
        }
        Ok(())
    }

    /// Whoever holds it loses it; of all others it is claimed.
    fn take_over(&mut self, agent: &AgentRef) -> Result<(), Refusal> {
        match (self.state.status, &self.state.agent) {
            (Status::Agent, Some(holder)) if holder.id != agent.id => {
                self.emit(Fact::Status(StatusChange {
                    status: Status::Agent,
                    agent: Some(agent.clone()),
                    reason: Some("supervisor".to_owned()),
                    team: None,
                    front: false,
                }));
                Ok(())
            }
            _ => self.claim(agent),
        }
    }

    fn transfer(
        &mut self,
        agent: &AgentRef,
        to: &TransferTarget,
        note: Option<String>,
    ) -> Result<(), Refusal> {
        self.held_by(agent)?;
        self.emit(Fact::Transferred { from: agent.clone(), to: to.clone(), note });
        match to {
            TransferTarget::Team(team) => {
                let status = match self.duty {
                    Duty::OnDuty => Status::Queued,
                    Duty::Nobody => Status::Offline,
                };
                self.enter_queue(status, Some(team), "transferred", false);
            }
            TransferTarget::Agent(other) => self.emit(Fact::Status(StatusChange {
                status: Status::Agent,
                agent: Some(other.clone()),
                reason: Some("transferred".to_owned()),
                team: None,
                front: false,
            })),
        }
        Ok(())
    }

    fn hand_back(
        &mut self,
        agent: &AgentRef,
        dialogue: Option<&DialogueId>,
        step: Option<&StepId>,
    ) -> Result<(), Refusal> {
        self.held_by(agent)?;
        let content = self.content;
        let named = match dialogue {
            None => None,
            Some(id) => {
                let dialogue = content.dialogues.get(id).ok_or(Refusal::NotFound("dialogue"))?;
                let step = step.unwrap_or(&dialogue.start);
                if !dialogue.steps.contains_key(step) {
                    return Err(Refusal::NotFound("step"));
                }
                Some((dialogue, step))
            }
        };
        self.emit(Fact::Status(StatusChange {
            status: Status::Bot,
            agent: None,
            reason: Some("handed_back".to_owned()),
            team: None,
            front: false,
        }));
        let walked = match named {
            None => self.say(&content.manners.handed_back),
            Some((dialogue, step)) => {
                let topic = content
                    .intents
                    .values()
                    .find(|intent| intent.dialogue == dialogue.id)
                    .map(|intent| intent.id.clone());
                if let Some(topic) = &topic {
                    self.topic(topic, TopicState::Opened, None);
                }
                let origin = Place { dialogue: dialogue.id.clone(), step: step.clone() };
                let revision = Some(content.revision.clone());
                self.enter(&dialogue.id, topic, Some(origin), revision);
                self.walk_to(&Target::Step(step.clone()))
            }
        };
        if walked.is_err() {
            self.escalate_after_fault();
        }
        Ok(())
    }

    fn resolve(
        &mut self,
        agent: &AgentRef,
        outcome: Outcome,
        note: Option<String>,
    ) -> Result<(), Refusal> {
        self.held_by(agent)?;
        let text = self.content.manners.rating.plain(self.lang()).to_owned();
        self.emit(Fact::Ended { by: EndedBy::Agent, outcome, note });
        self.emit(Fact::RatingRequest { text, scale: 5 });
        Ok(())
    }

    fn reopen(&mut self, agent: &AgentRef) -> Result<(), Refusal> {
        let in_time =
            self.state.ended_at.is_some_and(|at| self.at.ms_since(at) <= self.policy.reopen_ms);
        let by_agent = self.state.ended_by == Some(EndedBy::Agent);
        match &self.state.agent {
            Some(holder) if holder.id == agent.id && by_agent && in_time => {}
            _ => {
                return Err(Refusal::WrongStatus(
                    "only whoever resolved it just now may reopen it",
                ));
            }
        }
        self.emit(Fact::Status(StatusChange {
            status: Status::Agent,
            agent: Some(agent.clone()),
            reason: Some("reopened".to_owned()),
            team: None,
            front: false,
        }));
        Ok(())
    }

    fn agent_lost(&mut self, agent: &AgentId) -> Result<(), Refusal> {
        let holder = self.state.agent.as_ref().filter(|_| self.state.status == Status::Agent);
        if holder.is_none_or(|holder| holder.id != *agent) {
            return Err(Refusal::WrongStatus("that agent does not hold it"));
        }
        let team = self.state.team.clone().unwrap_or_else(|| self.policy.default_team.clone());
        let post = self.policy.post(&team, self.duty);
        // First the status: the bot says nothing while it is a person's.
        match post.duty {
            Duty::OnDuty => {
                self.enter_queue(Status::Queued, Some(&team), "agent_lost", true);
                let text = self.content.manners.agent_lost.plain(self.lang()).to_owned();
                self.put_plain(text, Vec::new());
            }
            Duty::Nobody => {
                self.enter_queue(Status::Offline, Some(&team), "agent_lost", true);
                self.say_nobody_there(post.opens);
            }
        }
        self.ask_contact();
        Ok(())
    }
}
