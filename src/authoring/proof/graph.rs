//! All that a topic may come to: the places where it waits, joined by what is answered there.

use std::collections::HashMap;
use std::collections::VecDeque;

use crate::authoring::proof::machine::Machine;
use crate::authoring::proof::machine::Spot;
use crate::authoring::proof::machine::Stop;
use crate::authoring::proof::machine::Way;
use crate::content::diagnostic::Span;
use crate::ids::DialogueId;
use crate::ids::StepId;

/// More places than this are not looked through with their slots.
const MOST_NODES: usize = 4_000;
/// Lines of a conversation that are shown at its beginning and at its end.
const SHOWN: usize = 12;

/// A place where the conversation waits, or its end.
pub(super) struct Node {
    pub(super) stop: Stop,
    /// From where it was found first: the node, what was said there, and what the bot said.
    from: Option<(usize, String)>,
    said: Vec<String>,
    pub(super) edges: Vec<Edge>,
}

impl Node {
    /// Whether the topic begins with it.
    pub(super) fn is_first(&self) -> bool {
        self.from.is_none()
    }
}

/// What an answer leads to.
pub(super) struct Edge {
    pub(super) to: usize,
    pub(super) answer: String,
    said: Vec<String>,
    /// Whether only who is helped answers so.
    pub(super) helped: bool,
    /// Where the way is written.
    pub(super) span: Span,
}

/// A topic, from its start.
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    /// Questions passed over and come back to, with the conversation that does so.
    pub(super) came_back: Vec<(DialogueId, StepId, Vec<String>)>,
}

impl Graph {
    /// Explores a topic; `None` when it has too many places.
    pub(super) fn of(machine: &Machine<'_>, starts: Vec<Spot>) -> Option<Self> {
        let mut graph = Self { nodes: Vec::new(), came_back: Vec::new() };
        let mut seen: HashMap<Stop, usize> = HashMap::new();
        let mut ahead = VecDeque::new();
        for start in starts {
            for way in machine.run(start) {
                graph.reach(way, None, &mut seen, &mut ahead);
            }
        }
        while let Some(at) = ahead.pop_front() {
            let Stop::Waits(spot) = graph.nodes[at].stop.clone() else { continue };
            for reply in machine.replies(&spot) {
                for way in machine.after(&spot, &reply) {
                    let said = way.said.clone();
                    let from = Some((at, reply.said.clone()));
                    let to = graph.reach(way, from, &mut seen, &mut ahead);
                    graph.nodes[at].edges.push(Edge {
                        to,
                        answer: reply.said.clone(),
                        said,
                        helped: reply.helped,
                        span: reply.exit.span,
                    });
                }
            }
            if graph.nodes.len() > MOST_NODES {
                return None;
            }
        }
        Some(graph)
    }

    fn reach(
        &mut self,
        way: Way,
        from: Option<(usize, String)>,
        seen: &mut HashMap<Stop, usize>,
        ahead: &mut VecDeque<usize>,
    ) -> usize {
        // What was told before the topic began is not told twice.
        if let (Some((dialogue, step)), Some((at, answer))) = (way.came_back, &from) {
            let mut lines = self.talk_to(*at);
            lines.push(customer(answer));
            lines.extend(way.said.iter().map(|text| bot(text)));
            self.came_back.push((dialogue, step, lines));
        }
        if let Some(known) = seen.get(&way.stop) {
            return *known;
        }
        let at = self.nodes.len();
        seen.insert(way.stop.clone(), at);
        self.nodes.push(Node { stop: way.stop, from, said: way.said, edges: Vec::new() });
        ahead.push_back(at);
        at
    }

    /// By node: whether one of these ends can be reached. A customer whom nothing helps takes no
    /// way that only who is helped takes.
    pub(super) fn reaching(&self, is_end: impl Fn(&Stop) -> bool, unhelped: bool) -> Vec<bool> {
        let mut reaching: Vec<bool> = self.nodes.iter().map(|node| is_end(&node.stop)).collect();
        loop {
            let mut changed = false;
            for (at, node) in self.nodes.iter().enumerate() {
                let mut edges = node.edges.iter().filter(|edge| !(unhelped && edge.helped));
                if !reaching[at] && edges.any(|edge| reaching[edge.to]) {
                    reaching[at] = true;
                    changed = true;
                }
            }
            if !changed {
                return reaching;
            }
        }
    }

    /// The conversation that comes to a node.
    pub(super) fn talk_to(&self, node: usize) -> Vec<String> {
        let mut parts: Vec<Vec<String>> = Vec::new();
        let mut at = Some(node);
        while let Some(here) = at {
            let node = &self.nodes[here];
            let mut lines: Vec<String> =
                node.from.iter().map(|(_, answer)| customer(answer)).collect();
            lines.extend(node.said.iter().map(|text| bot(text)));
            parts.push(lines);
            at = node.from.as_ref().map(|(from, _)| *from);
        }
        parts.into_iter().rev().flatten().collect()
    }

    /// The conversation that goes round from a node, along ways that are no help, until it comes
    /// to a place for the second time.
    pub(super) fn round(&self, from: usize, allowed: &[bool]) -> Vec<String> {
        let mut lines = self.talk_to(from);
        let mut been = vec![from];
        let mut at = from;
        loop {
            let edge = self.nodes[at].edges.iter().find(|edge| !edge.helped && allowed[edge.to]);
            let Some(edge) = edge else { break };
            lines.push(customer(&edge.answer));
            lines.extend(edge.said.iter().map(|text| bot(text)));
            at = edge.to;
            if been.contains(&at) {
                lines.push("… and so on, round and round".to_owned());
                break;
            }
            been.push(at);
        }
        lines
    }
}

fn customer(text: &str) -> String {
    format!("customer: {text}")
}

fn bot(text: &str) -> String {
    format!("bot: {text}")
}

/// A conversation that is not longer than can be read.
pub(super) fn shortened(lines: Vec<String>) -> Vec<String> {
    if lines.len() <= 2 * SHOWN {
        return lines;
    }
    let tail = lines.len() - SHOWN;
    let mut shown = lines[..SHOWN].to_vec();
    shown.push("…".to_owned());
    shown.extend_from_slice(&lines[tail..]);
    shown
}
