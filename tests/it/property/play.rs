//! One random conversation, and what must hold after each of its turns.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use skicka::content::Content;
use skicka::content::dialogue::Answers;
use skicka::content::dialogue::StepKind;
use skicka::content::dialogue::pause::Pause;
use skicka::conversation::Decision;
use skicka::conversation::deadline;
use skicka::conversation::decide;
use skicka::conversation::effect::CallFailure;
use skicka::conversation::event::AgentRef;
use skicka::conversation::event::Author;
use skicka::conversation::event::EndedBy;
use skicka::conversation::event::Event;
use skicka::conversation::event::Fact;
use skicka::conversation::event::Move;
use skicka::conversation::event::Outcome;
use skicka::conversation::event::Question;
use skicka::conversation::event::Status;
use skicka::conversation::event::TransferTarget;
use skicka::conversation::input::Act;
use skicka::conversation::input::Duty;
use skicka::conversation::input::Input;
use skicka::conversation::policy::Policy;
use skicka::conversation::state::State;
use skicka::ids::AgentId;
use skicka::ids::DialogueId;
use skicka::ids::Seq;
use skicka::ids::StepId;
use skicka::ids::TeamId;
use skicka::ids::Timestamp;
use skicka::language::Language;
use tokio::time::Instant;

use super::chance::Chance;
use super::content::Drawn;

const START: Timestamp = Timestamp(1_795_383_296_789);
/// Turns of a conversation that somebody takes part in.
const TURNS: usize = 28;
/// Turns after which a conversation that everybody has left must be over, or a person's.
const LEFT_ALONE: usize = 60;
const HOUR_MS: i64 = 3_600_000;

const SAID: [&str; 41] = [
    "lampan lyser inte alls",
    "dörren går inte att öppna",
    "det är kallt i huset",
    "cykeln har fått punktering",
    "lamppu ei pala",
    "the door does not open",
    "ja",
    "nej",
    "vet inte",
    "kyllä",
    "no",
    "tack så mycket",
    "jag vill tala med en människa",
    "det brinner",
    "backa",
    "säg det igen",
    "börja om",
    "avbryt",
    "nu funkar det",
    "fortfarande samma sak",
    "det här är värdelöst!!!",
    "qwzx",
    "?",
    "😀",
    "{{ 7 * 7 }}",
    "1234",
    "040 123 45 67",
    "maja@bank.example",
    "i morgon",
    "12.3.2026",
    "sju",
    "den andra",
    "Röd",
    "blå",
    "nej, och så är det kallt i huset",
    "nej förresten, röd",
    "nej förresten, blå",
    "har fått punktering",
    "vad blir det för väder",
    "vem vann matchen",
    "cykeln",
];

/// A conversation with its whole log.
pub(crate) struct Play<'e> {
    editions: &'e [Drawn; 2],
    content: Content,
    newest: usize,
    policy: Policy,
    state: State,
    log: Vec<Event>,
    at: Timestamp,
    duty: Duty,
    /// Calls that were wanted, and whether they have a result.
    calls: BTreeMap<Seq, bool>,
    story: Vec<String>,
    pub(crate) turns: u64,
    pub(crate) longest: Duration,
    pub(crate) reached: BTreeMap<String, u64>,
}

fn agent(name: &str) -> AgentRef {
    AgentRef { id: AgentId::new(name), name: name.to_uppercase() }
}

impl<'e> Play<'e> {
    pub(crate) fn new(editions: &'e [Drawn; 2]) -> Self {
        Self {
            editions,
            content: editions[0].content.clone(),
            newest: 0,
            policy: Policy { burst_ms: 1_200, ..Policy::default() },
            state: State::new(Language::Sv, START),
            log: Vec::new(),
            at: START,
            duty: Duty::OnDuty,
            calls: BTreeMap::new(),
            story: Vec::new(),
            turns: 0,
            longest: Duration::ZERO,
            reached: BTreeMap::new(),
        }
    }

    /// What was done and what came of it.
    pub(crate) fn story(&self) -> String {
        self.story.join("\n")
    }

    fn reach(&mut self, what: impl Into<String>) {
        *self.reached.entry(what.into()).or_default() += 1;
    }

    pub(crate) fn run(&mut self, chance: &mut Chance) -> Result<(), String> {
        self.act(Act::Begin)?;
        for _ in 0..TURNS {
            self.happen(chance)?;
        }
        self.is_replayed()?;
        self.everybody_leaves(chance)?;
        self.is_replayed()
    }

    /// Something happens.
    fn happen(&mut self, chance: &mut Chance) -> Result<(), String> {
        self.at = self.at.plus_ms(300 + i64::try_from(chance.below(20_000)).unwrap_or(0));
        match chance.below(100) {
            0..=41 => {
                let text = match chance.below(60) {
                    0 => "lampan ".repeat(1_429),
                    1 => "7".repeat(10_000),
                    _ => (*chance.one(&SAID)).to_owned(),
                };
                self.act(Act::Said { text, masked: chance.percent(3) })
            }
            42..=63 => self.press(chance),
            64..=73 => self.end_call(chance),
            74..=81 => {
                // Silence ends a conversation; most shall go on.
                let due = deadline(&self.state, &self.policy);
                let far = due.is_some_and(|due| due.ms_since(self.at) > HOUR_MS / 2);
                if let Some(due) = due.filter(|_| !far || chance.percent(15)) {
                    self.at = self.at.max(due);
                }
                self.act(Act::Tick)
            }
            82 if chance.percent(30) => {
                self.at = self.at.plus_ms(HOUR_MS);
                self.act(Act::Tick)
            }
            83 => {
                self.reach("clock back");
                self.at = self.at.plus_ms(-HOUR_MS);
                self.act(Act::Tick)
            }
            84..=86 => {
                self.reload();
                Ok(())
            }
            87..=88 => self.restart(),
            89 => {
                self.duty = if chance.percent(50) { Duty::OnDuty } else { Duty::Nobody };
                Ok(())
            }
            90 => self.visitor_does(chance),
            _ => self.person_does(chance),
        }
    }

    fn press(&mut self, chance: &mut Chance) -> Result<(), String> {
        let Some((offer, choices)) = self.state.buttons() else { return Ok(()) };
        let value = chance.one(choices).value.clone();
        let offer = if chance.percent(5) { Seq(1) } else { offer };
        self.act(Act::Chose { offer, value })
    }

    /// A result of a call comes: of one that is open, or once more.
    fn end_call(&mut self, chance: &mut Chance) -> Result<(), String> {
        let calls: Vec<Seq> = self.calls.keys().copied().collect();
        if calls.is_empty() {
            return Ok(());
        }
        let open = self.calls.iter().find(|(_, ended)| !**ended).map(|(seq, _)| *seq);
        let call = open.filter(|_| chance.percent(85)).unwrap_or_else(|| *chance.one(&calls));
        let fields = ["colour", "count", "day", "owner", "flag"];
        let answer: serde_json::Map<String, serde_json::Value> =
            fields.iter().map(|name| ((*name).to_owned(), json!(7))).collect();
        let results = [
            Ok(serde_json::Value::Object(answer)),
            Ok(json!([])),
            Ok(json!({ "colour": "x".repeat(10_000) })),
            Err(CallFailure::TimedOut),
            Err(CallFailure::TooLarge),
        ];
        let result =
            if chance.percent(50) { results[0].clone() } else { chance.one(&results).clone() };
        self.act(Act::CallEnded { call, result })
    }

    fn visitor_does(&mut self, chance: &mut Chance) -> Result<(), String> {
        match chance.below(6) {
            0 => self.act(Act::WantsPerson),
            1 => self.act(Act::Rated { score: 3, comment: None }),
            2 => self.act(Act::Leave),
            _ => self.act(Act::ChoseLanguage(*chance.one(&Language::ALL))),
        }
    }

    fn person_does(&mut self, chance: &mut Chance) -> Result<(), String> {
        let agent = agent(if chance.percent(80) { "maja" } else { "otto" });
        let act = match chance.below(20) {
            0 => Act::Claim { agent },
            1..=3 if self.state.status != Status::Bot => Act::Claim { agent },
            4..=6 => Act::AgentSaid { agent, text: "hej".to_owned() },
            7 => Act::AgentNoted { agent, text: "jaha".to_owned() },
            8 => {
                Act::Transfer { agent, to: TransferTarget::Team(TeamId::new("loans")), note: None }
            }
            9..=14 => {
                let place = (DialogueId::new("lamp"), StepId::new("s1"));
                let named = chance.percent(60).then_some(place);
                let (dialogue, step) = named.unzip();
                Act::HandBack { agent, dialogue, step }
            }
            15 => Act::Resolve { agent, outcome: Outcome::Resolved, note: None },
            16 => Act::Reopen { agent },
            17 => Act::AgentLost { agent: agent.id },
            18 => Act::DutyBegan { team: None },
            _ => Act::DutyEnded,
        };
        self.act(act)
    }

    /// Other files serve from now on.
    fn reload(&mut self) {
        self.newest = 1 - self.newest;
        let before = self.content.clone();
        self.content = self.editions[self.newest].content.clone().after(&before);
        if !self.state.stack.is_empty() {
            self.reach("reload in the middle of a dialogue");
        }
        self.story.push(format!("-- reload: {}", self.content.revision));
    }

    /// All that is left is what the store holds: the log, and the revisions that are needed.
    fn restart(&mut self) -> Result<(), String> {
        let mut content = self.editions[self.newest].content.clone();
        for edition in self.editions {
            let revision = edition.content.revision.as_str();
            if self.state.revisions().contains(revision) {
                let dialogues = std::sync::Arc::clone(&edition.content.dialogues);
                content = content.with_older(revision, dialogues);
            }
        }
        self.content = content;
        self.policy.listening_since = Some(self.at);
        if !self.state.stack.is_empty() {
            self.reach("restart in the middle of a dialogue");
        }
        self.story.push("-- restart".to_owned());
        self.is_replayed()
    }

    /// The log as the store gives it back, folded.
    fn is_replayed(&mut self) -> Result<(), String> {
        let stored = serde_json::to_string(&self.log).map_err(|error| error.to_string())?;
        let log: Vec<Event> = serde_json::from_str(&stored).map_err(|error| error.to_string())?;
        let folded = State::fold(Language::Sv, START, &log);
        if folded == self.state {
            Ok(())
        } else {
            Err(format!("replay gives\n{folded:#?}\nand not\n{:#?}", self.state))
        }
    }

    /// Does something, as the engine would; whatever is refused changes nothing.
    fn act(&mut self, act: Act) -> Result<(), String> {
        let mut told = format!("{act:?}");
        if let Some((end, _)) = told.char_indices().nth(160) {
            told.truncate(end);
        }
        self.story.push(format!("{told} at {}", self.at.0));
        let input = Input { at: self.at, id: None, act, duty: self.duty };
        let began = Instant::now();
        let decided = decide(&self.content, &self.policy, &self.state, &input);
        self.longest = self.longest.max(began.elapsed());
        self.turns += 1;
        match decided {
            Ok(decision) => self.take(&input.act, decision),
            Err(refusal) => {
                self.story.push(format!("   refused: {refusal}"));
                Ok(())
            }
        }
    }

    fn take(&mut self, act: &Act, decision: Decision) -> Result<(), String> {
        for event in &decision.events {
            self.story.push(format!("   {}", shown(event)));
        }
        let before = std::mem::replace(&mut self.state, decision.state.clone());
        in_order(&before, &decision)?;
        silent_while_owned(&before, act, &decision)?;
        self.answered(&before, act, &decision)?;
        self.one_result_each(&decision)?;
        self.note(&before, act, &decision);
        self.log.extend(decision.events);
        if self.state.status == Status::Bot {
            let due = deadline(&self.state, &self.policy);
            due.ok_or("nothing will ever happen again")?;
        }
        Ok(())
    }

    /// Whoever writes to the bot hears something, or their message waits for more.
    fn answered(&self, before: &State, act: &Act, decision: &Decision) -> Result<(), String> {
        let speaks = matches!(act, Act::Said { .. } | Act::Chose { .. } | Act::WantsPerson);
        // A step that calls without a word says something as soon as it knows.
        let calls = !decision.effects.is_empty();
        let is_heard =
            decision.events.iter().any(is_by_bot) || self.state.waiting.is_some() || calls;
        if speaks && before.status == Status::Bot && !is_heard {
            return Err("nothing was said to the visitor".to_owned());
        }
        Ok(())
    }

    fn one_result_each(&mut self, decision: &Decision) -> Result<(), String> {
        for effect in &decision.effects {
            if self.calls.insert(effect.seq, false).is_some() {
                return Err("one event wants two calls".to_owned());
            }
        }
        for change in decision.events.iter().flat_map(|event| &event.moves) {
            if let Move::CallEnded { call, .. } = change {
                if self.calls.insert(*call, true) != Some(false) {
                    return Err(format!("call {call:?} has a second result"));
                }
                if decision.closes() != Some(*call) {
                    return Err("the effect stays though it has its result".to_owned());
                }
            }
        }
        let open: BTreeSet<Seq> =
            self.calls.iter().filter(|(_, ended)| !**ended).map(|(seq, _)| *seq).collect();
        let known: BTreeSet<Seq> = self.state.calls.keys().copied().collect();
        if open == known { Ok(()) } else { Err(format!("open: {open:?}, known: {known:?}")) }
    }

    /// Time passes and calls end: it must come to an end, or to a person.
    fn everybody_leaves(&mut self, chance: &mut Chance) -> Result<(), String> {
        for _ in 0..LEFT_ALONE {
            if self.state.status != Status::Bot {
                break;
            }
            let call = self.state.calls.keys().next().copied();
            if let Some(call) = call.filter(|_| chance.percent(50)) {
                let result = Err(CallFailure::Unreachable);
                self.act(Act::CallEnded { call, result })?;
            } else {
                let due = deadline(&self.state, &self.policy).ok_or("no deadline")?;
                self.at = self.at.max(due);
                self.act(Act::Tick)?;
            }
        }
        if self.state.status == Status::Bot {
            return Err("it goes on for ever though nobody is there".to_owned());
        }
        // What was wanted gets its result though the conversation is over.
        while let Some(call) = self.state.calls.keys().next().copied() {
            self.act(Act::CallEnded { call, result: Ok(json!({})) })?;
        }
        Ok(())
    }

    /// What the turn has reached.
    fn note(&mut self, before: &State, act: &Act, decision: &Decision) {
        let depth = self.state.stack.len();
        if depth > 0 {
            self.reach(format!("depth {depth}"));
        }
        let repairs = |state: &State| state.stack.iter().any(|frame| frame.repair.is_some());
        if repairs(before) && !repairs(&self.state) && self.state.status == Status::Bot {
            self.reach("repair over");
        }
        let above = self.state.stack.iter().skip_while(|frame| frame.repair.is_none());
        if above.skip(1).any(|frame| frame.topic.is_some()) {
            self.reach("another matter within a repair");
        }
        let calling = before.frame().is_some_and(|frame| frame.call.is_some());
        let learnt =
            |event: &Event| event.moves.iter().any(|change| matches!(change, Move::Learnt { .. }));
        match act {
            Act::CallEnded { .. } if decision.events.is_empty() => self.reach("result twice"),
            Act::CallEnded { call, .. } => {
                let is_its = |frame: &skicka::conversation::state::Frame| {
                    frame.call.as_ref().is_some_and(|it| it.seq == *call)
                };
                if !before.stack.iter().any(is_its) {
                    self.reach("result after its dialogue left");
                }
            }
            Act::Said { .. } if calling && before.status == Status::Bot => {
                self.reach("said while calling");
            }
            Act::Tick if before.waiting.is_some() && self.state.waiting.is_none() => {
                self.reach("burst read");
            }
            Act::Tick if self.state.silent_from != before.silent_from => {
                self.reach("silence counted anew");
            }
            Act::Tick if self.state.ended_by == Some(EndedBy::Timeout) => self.reach("idle close"),
            Act::Tick if before.open.is_some() && !decision.events.is_empty() => self.timer(before),
            Act::Claim { .. } => self.reach("taken by a person"),
            Act::HandBack { .. } => self.reach("handed back"),
            _ => {}
        }
        for event in &decision.events {
            match &event.fact {
                Fact::Action(change) if change.reason.as_deref() == Some("lost") => {
                    self.reach("call lost");
                }
                Fact::Action(change) => {
                    let state = format!("{:?}", change.state).to_lowercase();
                    self.reach(format!("call {state}"));
                }
                Fact::Topic(change) if change.outcome == Some(Outcome::Resolved) => {
                    self.reach("resolved");
                }
                Fact::Status(change) if change.reason.as_deref() == Some("drawn") => {
                    self.reach("step escalate");
                }
                Fact::Status(change) if change.reason.as_deref() == Some("bot_fault") => {
                    self.reach("fault brings a person");
                }
                Fact::Message(message) if message.text.starts_with("Då var det löst") => {
                    self.reach("step resolve");
                }
                _ => {}
            }
            // Beside what the bot says, a value is learnt by a step that sets it.
            if is_by_bot(event) && learnt(event) {
                self.reach("step set");
            }
        }
        self.steps(before, decision);
    }

    fn timer(&mut self, before: &State) {
        let frame = before.frame();
        let step = frame.and_then(|frame| {
            let dialogue = self.content.dialogue(frame.revision.as_deref(), &frame.dialogue)?;
            dialogue.steps.get(frame.step.as_ref()?)
        });
        match step.map(|step| &step.kind) {
            Some(StepKind::Wait { pause: Pause::For(_), .. }) => self.reach("nudge"),
            Some(StepKind::Wait { pause: Pause::At { .. }, .. }) => self.reach("callback"),
            _ => {}
        }
    }

    /// Some ways show by the step that they lead over.
    fn told(&mut self, step: &str) {
        match step.split('_').next() {
            Some("arm") => {
                self.reach("step arm");
                self.reach("step branch");
            }
            Some("stay") => self.reach("repair stays"),
            _ => self.reach("step say"),
        }
    }

    /// The steps at which the dialogues of the turn stood.
    fn steps(&mut self, before: &State, decision: &Decision) {
        let mut state = before.clone();
        for event in &decision.events {
            for (at, change) in event.moves.iter().enumerate() {
                let left = at.checked_sub(1).map(|at| &event.moves[at]) == Some(&Move::Left);
                let entered =
                    matches!(change, Move::Entered { origin: Some(_), topic: Some(_), .. });
                if left && entered {
                    self.reach("step goto");
                }
                if let Move::Entered { repair: Some(repair), .. } = change {
                    self.reach(format!("repair {}", repair.occasion().as_str()));
                }
                if let Move::Told { at } = change {
                    self.told(at.step.as_str());
                }
            }
            state.apply(event);
            let found = state.frame().and_then(|frame| {
                let dialogue = self.content.dialogue(frame.revision.as_deref(), &frame.dialogue)?;
                kind_of(&dialogue.steps.get(frame.step.as_ref()?)?.kind)
            });
            let below = state.stack.len().checked_sub(2).map(|at| &state.stack[at]);
            if below.is_some_and(|frame| frame.step.is_some())
                && state.frame().is_some_and(|frame| frame.topic.is_none())
            {
                self.reach("step call");
            }
            if let Some(kind) = found {
                self.reach(format!("step {kind}"));
            }
        }
    }
}

fn kind_of(kind: &StepKind) -> Option<String> {
    Some(match kind {
        StepKind::Ask(ask) => match &ask.answers {
            Answers::YesNo { check: true, .. } => "check".to_owned(),
            Answers::YesNo { .. } => "yes_no".to_owned(),
            Answers::Choices(_) => "choices".to_owned(),
            Answers::Value(value) => value.kind.to_string(),
        },
        StepKind::Action(_) => "action".to_owned(),
        StepKind::Wait { pause: Pause::For(_), .. } => "wait".to_owned(),
        StepKind::Wait { .. } => "callback".to_owned(),
        _ => return None,
    })
}

fn is_by_bot(event: &Event) -> bool {
    matches!(&event.fact, Fact::Message(message) if message.from == Author::Bot)
}

fn shown(event: &Event) -> String {
    let text = match &event.fact {
        Fact::Message(message) => format!("{:?}: {}", message.from, message.text),
        other => format!("{other:?}"),
    };
    let text: String = text.chars().take(200).collect();
    format!("{} {text} {:?}", event.seq.0, event.moves)
}

/// Events follow one another without a gap, and time does not go back.
fn in_order(before: &State, decision: &Decision) -> Result<(), String> {
    let (mut seq, mut at) = (before.seq, before.at);
    for event in &decision.events {
        if event.seq != seq.next() || event.at < at {
            return Err(format!("{:?} at {:?} follows {seq:?} at {at:?}", event.seq, event.at));
        }
        (seq, at) = (event.seq, event.at);
    }
    Ok(())
}

/// The bot says nothing while another owns, save what concerns the queue, and, where nobody is
/// there, its question where the visitor can be reached and what comes of it.
fn silent_while_owned(before: &State, act: &Act, decision: &Decision) -> Result<(), String> {
    let concerns_queue = matches!(
        act,
        Act::HandBack { .. } | Act::AgentLost { .. } | Act::DutyBegan { .. } | Act::DutyEnded
    );
    let open = before.open.as_ref().map(|open| &open.question);
    let is_contact = matches!(open, Some(Question::Contact { .. }));
    let mut status = before.status;
    for event in &decision.events {
        let asks_contact =
            |change: &Move| matches!(change, Move::Asked { question: Question::Contact { .. } });
        let may_speak = match status {
            Status::Bot => true,
            Status::Offline => is_contact || event.moves.iter().any(asks_contact),
            _ => false,
        };
        if is_by_bot(event) && !may_speak && !concerns_queue {
            return Err("the bot spoke while another owned the conversation".to_owned());
        }
        if let Fact::Status(change) = &event.fact {
            status = change.status;
        }
    }
    Ok(())
}
