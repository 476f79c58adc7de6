//! The proof that no conversation gets stuck, whatever is answered.
//!
//! Every topic is walked through from its start, by every answer, with the dialogues that it
//! calls and with what its slots hold where that can be told: after a choice, a yes or a no, and a
//! value that is set. Where it cannot (a name, a number), a condition may hold or not. A topic
//! with more places than can be looked through is walked once more without slots.
//!
//! What is proven of content without a fault:
//! - from every place where the bot waits an end can be reached: solved, a person, or `end`;
//! - who says at every "did it help?" that it did not comes to an end as well. A circle that only
//!   success leaves is refused: the customer for whom nothing works goes round in it. One that is
//!   left by another answer is none: whoever has found the card says yes;
//! - who asks for a person, which is possible at every question, gets one within [`TURNS`] turns;
//! - no turn goes on for ever, no dialogue runs inside itself, and no question is passed over in a
//!   circle because its slot is filled.
//!
//! That every answer leads somewhere, the readers of files see to. A fault comes with the
//! conversation that shows it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::authoring::proof::graph::Graph;
use crate::authoring::proof::graph::shortened;
use crate::authoring::proof::machine::Held;
use crate::authoring::proof::machine::Machine;
use crate::authoring::proof::machine::Spot;
use crate::authoring::proof::machine::Stop;
use crate::content::TALK_TO_HUMAN;
use crate::content::build::Draft;
use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Span;
use crate::content::dialogue::Answers;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::content::editions::Dialogues;
use crate::content::intent::Intent;
use crate::ids::DialogueId;
use crate::ids::StepId;
use crate::language::Language;

mod graph;
mod machine;

/// Who asks for a person is with one, or in the queue, after so many answers of theirs.
pub const TURNS: usize = 4;

/// Proves a draft; each diagnostic is a counter-example. Parts of it that could not be read are
/// left out.
#[must_use]
pub fn prove(draft: &Draft) -> Vec<Diagnostic> {
    let mut proof = Proof { draft, diagnostics: Vec::new(), told: BTreeSet::new() };
    let recursive = proof.recursion();
    proof.calls_that_stay();
    for intent in draft.intents().values() {
        let Some(dialogue) = draft.dialogues().get(&intent.dialogue) else { continue };
        let reached = reachable(draft.dialogues(), dialogue);
        let sound = |id: &DialogueId| {
            !recursive.contains(id) && draft.dialogues().get(id).is_some_and(is_whole)
        };
        if reached.iter().all(sound) {
            let title = intent.title.plain(Language::Sv);
            let person = intent.id.as_str() == TALK_TO_HUMAN || intent.urgent;
            proof.walk(title, dialogue, person.then_some(intent));
        }
    }
    for dialogue in draft.dialogues().values() {
        let Some(occasion) = dialogue.instead_of else { continue };
        let sound = |id: &DialogueId| {
            !recursive.contains(id) && draft.dialogues().get(id).is_some_and(is_whole)
        };
        if reachable(draft.dialogues(), dialogue).iter().all(sound) {
            proof.walk(&format!("({})", occasion.as_str()), dialogue, None);
        }
    }
    proof.diagnostics
}

/// Whether all steps of a dialogue could be read and lead somewhere.
fn is_whole(dialogue: &Dialogue) -> bool {
    let there = |id: &StepId| dialogue.steps.contains_key(id);
    let leads = |target: &Target| match target {
        Target::Step(id) => there(id),
        _ => true,
    };
    let exits = dialogue.steps.values().flat_map(|step| step.exits());
    dialogue.broken.is_empty()
        && there(&dialogue.start)
        && exits.into_iter().all(|it| leads(&it.target))
}

/// The dialogues that one calls or leads to.
fn leads_to(dialogue: &Dialogue) -> impl Iterator<Item = (&DialogueId, Span, bool)> {
    dialogue.steps.values().filter_map(|step| match &step.kind {
        StepKind::Call { dialogue, span, .. } => Some((dialogue, *span, true)),
        StepKind::Goto { dialogue, span } => Some((dialogue, *span, false)),
        _ => None,
    })
}

/// All dialogues that may run once one does.
fn reachable(dialogues: &Dialogues, from: &Dialogue) -> BTreeSet<DialogueId> {
    let mut reached = BTreeSet::new();
    let mut ahead = vec![from.id.clone()];
    while let Some(id) = ahead.pop() {
        if reached.insert(id.clone())
            && let Some(dialogue) = dialogues.get(&id)
        {
            ahead.extend(leads_to(dialogue).map(|(id, _, _)| id.clone()));
        }
    }
    reached
}

struct Proof<'a> {
    draft: &'a Draft,
    diagnostics: Vec<Diagnostic>,
    /// Places that were told of, so that two topics do not tell the same.
    told: BTreeSet<(String, Span, Code)>,
}

impl<'a> Proof<'a> {
    fn report(
        &mut self,
        (file, span): (&str, Span),
        code: Code,
        message: &str,
        help: &str,
        talk: Vec<String>,
    ) -> Option<&mut Diagnostic> {
        if !self.told.insert((file.to_owned(), span, code)) {
            return None;
        }
        let told = Diagnostic::add(&mut self.diagnostics, file, span, code, message);
        Some(told.help(help).example(shortened(talk)))
    }

    /// Dialogues that come to run inside themselves; answers all that take part.
    fn recursion(&mut self) -> BTreeSet<DialogueId> {
        let dialogues = self.draft.dialogues();
        let mut recursive = BTreeSet::new();
        for dialogue in dialogues.values() {
            for (called, span, calls) in leads_to(dialogue) {
                let Some(other) = dialogues.get(called).filter(|_| calls) else { continue };
                if !reachable(dialogues, other).contains(&dialogue.id) {
                    continue;
                }
                recursive.insert(dialogue.id.clone());
                recursive.insert(other.id.clone());
                let chain = chain(dialogues, other, &dialogue.id);
                let message = format!(
                    "`{}` runs inside itself: {} → {}",
                    dialogue.id,
                    dialogue.id,
                    chain.join(" → ")
                );
                self.report(
                    (&dialogue.file, span),
                    Code::Recursion,
                    &message,
                    "each round keeps the one before it; lead back by `goto:` or by a step instead",
                    Vec::new(),
                );
            }
        }
        recursive
    }

    /// Calls behind which nothing ever comes, since what is called does not return.
    fn calls_that_stay(&mut self) {
        let dialogues = self.draft.dialogues();
        let returns = |id: &DialogueId| {
            let Some(dialogue) = dialogues.get(id) else { return true };
            reachable(dialogues, dialogue).iter().filter_map(|id| dialogues.get(id)).any(|it| {
                let mut exits = it.steps.values().flat_map(|step| step.exits());
                !it.broken.is_empty() || exits.any(|exit| exit.target == Target::End)
            })
        };
        for dialogue in dialogues.values() {
            for step in dialogue.steps.values() {
                if let StepKind::Call { dialogue: called, next, .. } = &step.kind
                    && !returns(called)
                {
                    let message =
                        format!("`{called}` never comes back, so `next:` is never reached");
                    let told = self.report(
                        (&dialogue.file, next.span),
                        Code::UnreachableStep,
                        &message,
                        "let a way of it lead to `end`, or go there by `goto:`",
                        Vec::new(),
                    );
                    told.map(Diagnostic::only_warn);
                }
            }
        }
    }

    /// Walks through a dialogue as a customer who begins with these words; `wish` is the intent
    /// that must bring a person.
    fn walk(&mut self, words: &str, dialogue: &'a Dialogue, wish: Option<&'a Intent>) {
        let draft = self.draft;
        let mut machine =
            Machine { dialogues: draft.dialogues(), manners: draft.manners(), exact: true };
        // What was said before may have filled a slot already.
        let mut starts = vec![Spot::start(dialogue, BTreeMap::new())];
        for (slot, value) in self.volunteered(dialogue) {
            starts.push(Spot::start(dialogue, BTreeMap::from([(slot, value)])));
        }
        let graph = Graph::of(&machine, starts).or_else(|| {
            machine.exact = false;
            Graph::of(&machine, vec![Spot::start(dialogue, BTreeMap::new())])
        });
        let Some(graph) = graph else { return };
        let title = format!("customer: {words}");
        let talk = |lines: Vec<String>| {
            let mut talk = vec![title.clone()];
            talk.extend(lines);
            talk
        };
        self.broken(&machine, &graph, &talk);
        self.stuck(&machine, &graph, &talk);
        for (dialogue, step, lines) in &graph.came_back {
            let Some(place) = machine.place(dialogue, step) else { continue };
            let message = format!(
                "the way comes back to question `{step}`, which is passed over since its slot is filled"
            );
            let help =
                "what lies between is told twice: lead back to another step, or leave out `slot:`";
            let told =
                self.report(place, Code::SkippedQuestion, &message, help, talk(lines.clone()));
            told.map(Diagnostic::only_warn);
        }
        if let Some(intent) = wish {
            self.person(intent, dialogue, &graph, &talk);
        }
    }

    /// The values that a customer may have told before the topic began, one at a time.
    fn volunteered(&self, dialogue: &Dialogue) -> BTreeSet<(String, Held)> {
        let dialogues = self.draft.dialogues();
        let reached = reachable(dialogues, dialogue);
        let steps =
            reached.iter().filter_map(|id| dialogues.get(id)).flat_map(|it| it.steps.values());
        let mut told = BTreeSet::new();
        for step in steps {
            let StepKind::Ask(ask) = &step.kind else { continue };
            let Some(slot) = &ask.slot else { continue };
            match &ask.answers {
                Answers::YesNo { .. } => {
                    told.extend(["yes", "no"].map(|it| (slot.clone(), Held::word(it))));
                }
                Answers::Choices(choices) => {
                    told.extend(choices.iter().map(|it| (slot.clone(), Held::word(&it.value))));
                }
                Answers::Value(_) => {
                    told.insert((slot.clone(), Held::Something));
                }
            }
        }
        told
    }

    fn broken(
        &mut self,
        machine: &Machine<'a>,
        graph: &Graph,
        talk: &dyn Fn(Vec<String>) -> Vec<String>,
    ) {
        for (at, node) in graph.nodes.iter().enumerate() {
            let Stop::Broken(dialogue, step, why) = &node.stop else { continue };
            let Some(place) = machine.place(dialogue, step) else { continue };
            let message = format!("at step `{step}` the bot cannot go on: {why}");
            let help = "put a question into the circle, or lead out of it";
            self.report(place, Code::EndlessLoop, &message, help, talk(graph.talk_to(at)));
        }
    }

    /// Places from which nothing leads out, at all or for whom nothing helps.
    fn stuck(
        &mut self,
        machine: &Machine<'a>,
        graph: &Graph,
        talk: &dyn Fn(Vec<String>) -> Vec<String>,
    ) {
        let is_end = |stop: &Stop| !matches!(stop, Stop::Waits(_));
        let ending = graph.reaching(is_end, false);
        let unhelped = graph.reaching(is_end, true);
        let stuck: Vec<bool> = unhelped.iter().map(|reaches| !reaches).collect();
        for (at, node) in graph.nodes.iter().enumerate() {
            let Stop::Waits(spot) = &node.stop else { continue };
            let Some(dialogue) = machine.dialogue(&spot.dialogue) else { continue };
            if !ending[at] {
                let Some(place) = machine.place(&spot.dialogue, &spot.step) else { continue };
                let message = format!("from question `{}` no end can be reached", spot.step);
                let help =
                    "let some answer lead to `resolved`, `person`, a `resolve:` or an `escalate:`";
                self.report(place, Code::NoWayOut, &message, help, talk(graph.round(at, &stuck)));
                return;
            }
            // The circle is told once, where its way turns back.
            let back = node.edges.iter().find(|edge| !edge.helped && edge.to <= at);
            if let Some(edge) = back.filter(|_| stuck[at]) {
                let message = "for whom nothing helps, this way leads round for ever";
                let help =
                    "after the last advice, lead to `person`: asking the same again helps nobody";
                let place = (dialogue.file.as_str(), edge.span);
                let lines = talk(graph.round(edge.to, &stuck));
                self.report(place, Code::UnsolvedLoop, message, help, lines);
                return;
            }
        }
    }

    /// Who asks for a person, or is in an emergency, must get one.
    fn person(
        &mut self,
        intent: &Intent,
        dialogue: &Dialogue,
        graph: &Graph,
        talk: &dyn Fn(Vec<String>) -> Vec<String>,
    ) {
        let person = graph.reaching(|stop| *stop == Stop::Person, false);
        let far = turns_to_person(graph);
        let lacking = graph.nodes.iter().enumerate().position(|(at, node)| match node.stop {
            Stop::Waits(_) => !person[at] || far[at] > TURNS,
            _ => node.is_first() && !person[at],
        });
        let Some(at) = lacking else { return };
        let message = format!(
            "whoever {} gets no person here within {TURNS} turns",
            if intent.urgent { "is in an emergency" } else { "asks for a person" }
        );
        let help =
            "let the dialogue of this intent end in `escalate:`, without questions that can wait";
        let told = self.report(
            (&dialogue.file, dialogue.start_span),
            Code::NoPerson,
            &message,
            help,
            talk(graph.talk_to(at)),
        );
        if intent.urgent {
            told.map(Diagnostic::only_warn);
        }
    }
}

/// By node: how many answers it is from a person at best.
fn turns_to_person(graph: &Graph) -> Vec<usize> {
    let far = usize::MAX;
    let mut turns: Vec<usize> =
        graph.nodes.iter().map(|node| if node.stop == Stop::Person { 0 } else { far }).collect();
    for _ in 0..=TURNS {
        for (at, node) in graph.nodes.iter().enumerate() {
            let best = node.edges.iter().map(|edge| turns[edge.to].saturating_add(1)).min();
            turns[at] = turns[at].min(best.unwrap_or(far));
        }
    }
    turns
}

/// The shortest chain of dialogues from one to another.
fn chain(dialogues: &Dialogues, from: &Dialogue, to: &DialogueId) -> Vec<String> {
    let mut paths = vec![vec![from.id.clone()]];
    let mut seen = BTreeSet::from([from.id.clone()]);
    while let Some(path) = (!paths.is_empty()).then(|| paths.remove(0)) {
        let Some(last) = path.last() else { continue };
        if last == to {
            return path.iter().map(ToString::to_string).collect();
        }
        for (next, _, _) in dialogues.get(last).into_iter().flat_map(leads_to) {
            if seen.insert(next.clone()) {
                let mut longer = path.clone();
                longer.push(next.clone());
                paths.push(longer);
            }
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests;
