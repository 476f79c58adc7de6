//! A transcript played with content, in this process.
//!
//! **Invariant:** every play also proves that folding the events gives the state that the rules
//! saw, and that the bot is silent while a person owns the conversation.

use std::fmt::Write as _;

use serde_json::Value;

use crate::authoring::transcript::Cue;
use crate::authoring::transcript::Happening;
use crate::authoring::transcript::Kind;
use crate::authoring::transcript::Transcript;
use crate::authoring::transcript::stage::Failure;
use crate::authoring::transcript::stage::Stage;
use crate::content::Content;
use crate::conversation::deadline;
use crate::conversation::decide;
use crate::conversation::effect::CallFailure;
use crate::conversation::event::Author;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Outcome;
use crate::conversation::event::Status;
use crate::conversation::input::Act;
use crate::conversation::input::Duty;
use crate::conversation::input::Input;
use crate::conversation::policy::Policy;
use crate::conversation::state::State;
use crate::ids::Timestamp;
use crate::language::Language;
use crate::privacy;

/// When a talk begins: a Monday morning, so that dates in transcripts mean the same for ever.
pub const BEGINNING: Timestamp = Timestamp(1_795_392_000_000);
/// Deadlines that one stretch of time may bring; more would be a circle.
const MOST_DEADLINES: usize = 1_000;

/// What came of a play.
#[derive(Debug, Clone)]
pub struct Played {
    /// The language of hello.
    pub lang: Language,
    /// Every event of the talk, as far as it was played.
    pub log: Vec<Event>,
    /// What was done and what came of it.
    pub turns: Vec<PlayedTurn>,
    /// Where the transcript does not hold; the play ends there.
    pub failure: Option<Failure>,
}

/// What was done, and what came of it.
#[derive(Debug, Clone)]
pub struct PlayedTurn {
    /// What was done; nothing before the greeting.
    pub cue: Option<Cue>,
    /// What came of it.
    pub said: Vec<Happening>,
}

impl Played {
    /// All that was said and done, as a transcript.
    #[must_use]
    pub fn record(&self) -> String {
        record(&self.turns)
    }
}

/// Turns as lines of a transcript.
#[must_use]
pub fn record(turns: &[PlayedTurn]) -> String {
    let mut record = String::new();
    for turn in turns {
        if let Some(cue) = &turn.cue {
            let _ = writeln!(record, "{cue}");
        }
        for said in &turn.said {
            let _ = writeln!(record, "{said}");
        }
    }
    record
}

/// Plays a transcript.
#[must_use]
pub fn play(content: &Content, transcript: &Transcript) -> Played {
    let mut rehearsal = Rehearsal::new(content, transcript.lang, BEGINNING);
    let mut stage = Stage::new(transcript);
    let mut turns = Vec::new();
    let failure = perform_all(&mut rehearsal, &mut stage, &mut turns).err();
    Played { lang: transcript.lang, log: rehearsal.log, turns, failure }
}

fn perform_all(
    rehearsal: &mut Rehearsal<'_>,
    stage: &mut Stage<'_>,
    turns: &mut Vec<PlayedTurn>,
) -> Result<(), Failure> {
    let said = rehearsal.begin().map_err(|message| stage.failed(message))?;
    turns.push(PlayedTurn { cue: None, said: said.clone() });
    stage.happened(said);
    while let Some(cue) = stage.next_cue()? {
        let said = rehearsal.perform(cue).map_err(|message| stage.failed(message))?;
        turns.push(PlayedTurn { cue: Some(cue.clone()), said: said.clone() });
        stage.happened(said);
    }
    Ok(())
}

/// A conversation with content that is being played. A clone is the talk as it stands, to come
/// back to.
#[derive(Debug, Clone)]
pub struct Rehearsal<'a> {
    content: &'a Content,
    policy: Policy,
    state: State,
    log: Vec<Event>,
    lang: Language,
    duty: Duty,
    begun: Timestamp,
    at: Timestamp,
}

impl<'a> Rehearsal<'a> {
    /// Before the greeting; `begun` is when the talk begins.
    #[must_use]
    pub fn new(content: &'a Content, lang: Language, begun: Timestamp) -> Self {
        Self {
            content,
            policy: Policy::default(),
            state: State::new(lang, begun),
            log: Vec::new(),
            lang,
            duty: Duty::OnDuty,
            begun,
            at: begun,
        }
    }

    /// Lets the bot greet.
    pub fn begin(&mut self) -> Result<Vec<Happening>, String> {
        self.act(Act::Begin)
    }

    /// The conversation as it stands.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Every event so far.
    #[must_use]
    pub fn log(&self) -> &[Event] {
        &self.log
    }

    /// Performs a cue; answers what came of it, or why it cannot be performed.
    pub fn perform(&mut self, cue: &Cue) -> Result<Vec<Happening>, String> {
        match cue {
            Cue::Say(text) => {
                let masked = privacy::mask(text);
                let hidden = !masked.kinds.is_empty();
                self.act(Act::Said { text: masked.text.into_owned(), masked: hidden })
            }
            Cue::Press(button) => self.press(button),
            Cue::Person => self.act(Act::WantsPerson),
            Cue::Language(lang) => self.act(Act::ChoseLanguage(*lang)),
            Cue::Leave => self.act(Act::Leave),
            Cue::Later(ms) => self.pass(*ms),
            Cue::Burst(ms) => {
                self.policy.burst_ms = *ms;
                Ok(Vec::new())
            }
            Cue::Duty(duty) => self.change_duty(*duty),
            Cue::Answer(answer) => self.end_call(Ok(answer.clone())),
            Cue::Fails(failure) => self.end_call(Err(*failure)),
        }
    }

    fn press(&mut self, button: &str) -> Result<Vec<Happening>, String> {
        let (offer, choices) = self.state.buttons().ok_or("there is no button")?;
        let choice = choices
            .iter()
            .find(|choice| choice.value == button || choice.label == button)
            .ok_or_else(|| {
                let labels: Vec<&str> =
                    choices.iter().map(|choice| choice.label.as_str()).collect();
                format!("there is no such button; there are: {}", labels.join(" | "))
            })?;
        self.act(Act::Chose { offer, value: choice.value.clone() })
    }

    /// Lets time pass, and everything that is due in it come to pass at its moment.
    fn pass(&mut self, ms: i64) -> Result<Vec<Happening>, String> {
        let until = self.at.plus_ms(ms);
        let mut said = Vec::new();
        for _ in 0..MOST_DEADLINES {
            let Some(due) = deadline(&self.state, &self.policy).filter(|due| *due <= until) else {
                break;
            };
            self.at = self.at.max(due);
            let before = self.state.seq;
            said.extend(self.decide(Act::Tick)?);
            if self.state.seq == before {
                break;
            }
        }
        self.at = until;
        Ok(said)
    }

    /// People come or go, as on a server: what waits queues, or is told.
    fn change_duty(&mut self, duty: Duty) -> Result<Vec<Happening>, String> {
        self.duty = duty;
        match (duty, self.state.status) {
            (Duty::OnDuty, Status::Offline) => {
                self.act(Act::DutyBegan { team: self.state.team.clone() })
            }
            (Duty::Nobody, Status::Queued) => self.act(Act::DutyEnded),
            _ => Ok(Vec::new()),
        }
    }

    fn end_call(&mut self, result: Result<Value, CallFailure>) -> Result<Vec<Happening>, String> {
        let call = self.state.calls.keys().next_back().copied().ok_or("nothing is called")?;
        self.act(Act::CallEnded { call, result })
    }

    fn act(&mut self, act: Act) -> Result<Vec<Happening>, String> {
        // Somebody who writes bursts types fast.
        self.at = self.at.plus_ms(if self.policy.burst_ms > 0 { 400 } else { 1_000 });
        self.decide(act)
    }

    fn decide(&mut self, act: Act) -> Result<Vec<Happening>, String> {
        let input = Input { at: self.at, id: None, act, duty: self.duty };
        let owned = matches!(self.state.status, Status::Queued | Status::Agent | Status::Ended);
        let by_duty = matches!(input.act, Act::DutyEnded);
        let decision = decide(self.content, &self.policy, &self.state, &input)
            .map_err(|refusal| format!("refused: {refusal}"))?;
        let mut said = Vec::new();
        for event in &decision.events {
            if owned && !by_duty && is_by_bot(event) {
                return Err("the bot spoke while a person owned the conversation".to_owned());
            }
            let new = said.len();
            write_event(event, &mut said);
            if let (Fact::Message(message), Some(said)) = (&event.fact, said.get_mut(new)) {
                said.variants = self.content.other_words(message.lang, &message.text);
            }
        }
        self.log.extend(decision.events);
        if State::fold(self.lang, self.begun, &self.log) != decision.state {
            return Err("folding the events gives another state than the rules saw".to_owned());
        }
        self.state = decision.state;
        Ok(said)
    }
}

fn is_by_bot(event: &Event) -> bool {
    matches!(&event.fact, Fact::Message(message) if message.from == Author::Bot)
}

/// Writes an event down as lines of a transcript; what no transcript speaks of gives none.
pub fn write_event(event: &Event, said: &mut Vec<Happening>) {
    let mut put = |kind, text: String| said.push(Happening { kind, text, variants: Vec::new() });
    match &event.fact {
        Fact::Message(message) if message.from == Author::Bot => {
            put(Kind::Bot, message.text.split_whitespace().collect::<Vec<_>>().join(" "));
            if !message.choices.is_empty() {
                let labels: Vec<&str> =
                    message.choices.iter().map(|choice| choice.label.as_str()).collect();
                put(Kind::Choices, labels.join(" | "));
            }
        }
        Fact::Topic(change) => {
            let state = format!("{:?}", change.state).to_lowercase();
            let outcome = change.outcome.map_or("", outcome_word);
            put(Kind::Topic, format!("{} {state} {outcome}", change.topic).trim_end().to_owned());
        }
        Fact::Status(change) => {
            let status = format!("{:?}", change.status).to_lowercase();
            let reason = change.reason.as_deref().unwrap_or("");
            put(Kind::Status, format!("{status} {reason}").trim_end().to_owned());
            if let (Status::Queued, Some(team)) = (change.status, &change.team) {
                put(Kind::Queue, team.to_string());
            }
        }
        Fact::Action(change) => {
            let state = format!("{:?}", change.state).to_lowercase();
            let reason = change.reason.as_deref().unwrap_or("");
            put(Kind::Action, format!("{} {state} {reason}", change.call).trim_end().to_owned());
        }
        Fact::Ended { outcome, .. } => put(Kind::Ended, outcome_word(*outcome).to_owned()),
        _ => {}
    }
}

/// The word for an outcome.
#[must_use]
pub fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Resolved => "resolved",
        Outcome::Escalated => "escalated",
        Outcome::Unresolved => "unresolved",
        Outcome::Offline => "offline",
    }
}
