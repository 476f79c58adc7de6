//! Pictures of a dialogue and of the whole bot: boxes and the ways between them.
//!
//! A [`Graph`] is the picture before it is drawn; [`dot`], [`mermaid`] and [`svg`] write it out.
//! With [`Traffic`] beside it, every way carries how many conversations took it, and every step
//! how many came and how many left there.

use std::collections::BTreeMap;

use crate::authoring::exits::GOTO;
use crate::authoring::exits::NEXT;
use crate::authoring::exits::exits;
use crate::authoring::traffic::Traffic;
use crate::content::Content;
use crate::content::dialogue::Answers;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::Step;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::content::text::Text;
use crate::ids::DialogueId;
use crate::language::Language;

pub mod dot;
pub mod mermaid;
pub mod svg;
pub mod whole;

/// A picture of boxes and ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    /// What it shows.
    pub title: String,
    /// The same in a sentence, for those who cannot see it.
    pub description: String,
    /// Whether it runs from left to right instead of from top to bottom.
    pub across: bool,
    /// The boxes.
    pub nodes: Vec<Node>,
    /// The ways; at most one from a box to another.
    pub edges: Vec<Edge>,
}

/// A box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name, unique in the picture.
    pub id: String,
    /// What it stands for.
    pub shape: Shape,
    /// What stands at its head.
    pub head: String,
    /// What is said there.
    pub text: String,
    /// How many came, and how many left.
    pub count: Option<Count>,
}

/// What a box stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Where it begins.
    Start,
    /// Tells something.
    Say,
    /// Asks something.
    Ask,
    /// Goes one way or another, or remembers something.
    Decide,
    /// Leads to another dialogue, or is one.
    Dialogue,
    /// The happy end.
    Resolved,
    /// A person.
    Person,
    /// The end without more ado.
    End,
}

/// How many conversations came to a box, and how many left there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Came.
    pub came: u64,
    /// Left there.
    pub left: u64,
}

/// A way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// From this box.
    pub from: String,
    /// To this one.
    pub to: String,
    /// What leads there: answers, conditions. Empty where there is only one way.
    pub labels: Vec<String>,
    /// How many conversations took it.
    pub count: Option<u64>,
}

impl Edge {
    /// What stands beside the way.
    #[must_use]
    pub fn label(&self) -> String {
        let mut label = self.labels.join(", ");
        if let Some(count) = self.count {
            if !label.is_empty() {
                label.push_str(": ");
            }
            label.push_str(&count.to_string());
        }
        label
    }
}

impl Node {
    /// How many came and left, in words.
    #[must_use]
    pub fn count_words(&self, language: Language) -> Option<String> {
        let Count { came, left } = self.count?;
        let word = match language {
            Language::Sv => "lämnade",
            Language::Fi => "lähti",
            Language::En => "left",
        };
        Some(if left == 0 { came.to_string() } else { format!("{came} · {left} {word}") })
    }
}

/// A picture in the making.
struct Draft<'c> {
    content: &'c Content,
    language: Language,
    traffic: Option<&'c Traffic>,
    nodes: Vec<Node>,
    /// By where from and where to, in the order in which they were found.
    edges: Vec<Edge>,
}

/// The picture of a dialogue; none if there is no such dialogue.
#[must_use]
pub fn of_dialogue(
    content: &Content,
    id: &DialogueId,
    language: Language,
    traffic: Option<&Traffic>,
) -> Option<Graph> {
    let dialogue = content.dialogues.get(id)?;
    let mut draft = Draft { content, language, traffic, nodes: Vec::new(), edges: Vec::new() };
    draft.start(dialogue);
    for step in in_order(dialogue) {
        draft.step(dialogue, step);
    }
    let steps = dialogue.steps.len();
    let title = titles_of(content, id, language);
    let title = if title.is_empty() { id.to_string() } else { format!("{id}: {title}") };
    let ways: Vec<String> = draft
        .edges
        .iter()
        .map(|edge| format!("{} → {} ({})", edge.from, edge.to, edge.label()))
        .collect();
    let description = format!("{title}. {steps} steps. {}", ways.join("; "));
    let (nodes, edges) = (draft.nodes, draft.edges);
    Some(Graph { title, description, across: false, nodes, edges })
}

/// The steps from the start on, as they are come to; then those that nothing leads to.
fn in_order(dialogue: &Dialogue) -> Vec<&Step> {
    let mut order: Vec<&Step> = dialogue.steps.get(&dialogue.start).into_iter().collect();
    let mut at = 0;
    while let Some(step) = order.get(at).copied() {
        for exit in exits(step) {
            if let Target::Step(id) = exit.target
                && let Some(next) = dialogue.steps.get(id)
                && !order.iter().any(|known| known.id == next.id)
            {
                order.push(next);
            }
        }
        at += 1;
    }
    let rest = dialogue.steps.values().filter(|step| !order.iter().any(|it| it.id == step.id));
    let rest: Vec<&Step> = rest.collect();
    order.extend(rest);
    order
}

/// The titles of the intents that a dialogue treats.
fn titles_of(content: &Content, id: &DialogueId, language: Language) -> String {
    let treated = content.intents.values().filter(|intent| intent.dialogue == *id);
    treated.map(|intent| intent.title.plain(language)).collect::<Vec<_>>().join(", ")
}

impl Draft<'_> {
    fn words(&self, text: &Text) -> String {
        text.plain(self.language).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn start(&mut self, dialogue: &Dialogue) {
        let entered = self
            .traffic
            .map(|traffic| traffic.dialogues.get(&dialogue.id).map_or(0, |counts| counts.entered));
        self.nodes.push(Node {
            id: "[start]".to_owned(),
            shape: Shape::Start,
            head: titles_of(self.content, &dialogue.id, self.language),
            text: String::new(),
            count: entered.map(|came| Count { came, left: 0 }),
        });
        let (from, to) = ("[start]".to_owned(), dialogue.start.to_string());
        self.edges.push(Edge { from, to, labels: Vec::new(), count: None });
    }

    fn step(&mut self, dialogue: &Dialogue, step: &Step) {
        let (shape, text) = self.content_of(&step.kind);
        let counted =
            |traffic: &Traffic| traffic.at(&dialogue.id, &step.id).cloned().unwrap_or_default();
        let counts = self.traffic.map(counted);
        self.nodes.push(Node {
            id: step.id.to_string(),
            shape,
            head: step.id.to_string(),
            text,
            count: counts.as_ref().map(|counts| Count { came: counts.visited, left: counts.left }),
        });
        let taken =
            |name: &str| counts.as_ref().map(|counts| counts.exits.get(name).copied().unwrap_or(0));
        for exit in exits(step) {
            let to = self.end_of(exit.target);
            let label = self.exit_label(step, &exit.name);
            self.way(step.id.to_string(), to, label, taken(&exit.name));
        }
        if let StepKind::Goto { dialogue, .. } | StepKind::Call { dialogue, .. } = &step.kind {
            let to = self.other_dialogue(dialogue);
            let count = match &step.kind {
                StepKind::Goto { .. } => taken(GOTO),
                _ => counts.as_ref().map(|counts| counts.visited),
            };
            self.way(step.id.to_string(), to, None, count);
        }
    }

    fn content_of(&self, kind: &StepKind) -> (Shape, String) {
        match kind {
            StepKind::Say { text, .. } | StepKind::Wait { text, .. } => {
                (Shape::Say, self.words(text))
            }
            StepKind::Ask(ask) => (Shape::Ask, self.words(&ask.text)),
            StepKind::Set { values, .. } => {
                let set = values.iter().map(|(slot, value)| format!("{slot} = {value}"));
                (Shape::Decide, set.collect::<Vec<_>>().join(", "))
            }
            StepKind::Call { dialogue, .. } | StepKind::Goto { dialogue, .. } => {
                (Shape::Dialogue, dialogue.to_string())
            }
            StepKind::Resolve { text } => (
                Shape::Resolved,
                self.words(text.as_ref().unwrap_or(&self.content.manners.resolved)),
            ),
            StepKind::Escalate { team, say, reason } => {
                let team = team.as_ref().map_or(String::new(), |team| format!("{team}: "));
                let say = say.as_ref().map(|say| self.words(say));
                (Shape::Person, format!("{team}{}", say.unwrap_or_else(|| reason.clone())))
            }
            StepKind::Action(action) => (Shape::Dialogue, action.call.clone()),
            StepKind::Branch(_) => (Shape::Decide, String::new()),
        }
    }

    /// What leads out there, in the words of whoever answers.
    fn exit_label(&self, step: &Step, name: &str) -> Option<String> {
        let manners = &self.content.manners;
        if name == NEXT {
            return None;
        }
        if let StepKind::Ask(ask) = &step.kind {
            if let Answers::Choices(choices) = &ask.answers {
                let choice = choices.iter().find(|choice| choice.value == name);
                return choice.map(|choice| self.words(&choice.label));
            }
            return Some(match name {
                "yes" => self.words(&manners.yes),
                "no" => self.words(&manners.no),
                _ => self.words(&manners.unsure),
            });
        }
        Some(name.to_owned())
    }

    /// The box that a target stands for; ends get theirs when something leads there.
    fn end_of(&mut self, target: &Target) -> String {
        let manners = &self.content.manners;
        let (id, shape, head) = match target {
            Target::Step(id) => return id.to_string(),
            Target::Resolved => ("[resolved]", Shape::Resolved, self.words(&manners.resolved)),
            Target::Person => ("[person]", Shape::Person, self.words(&manners.person)),
            Target::End => ("[end]", Shape::End, "end".to_owned()),
            Target::Stay => ("[stay]", Shape::End, "stay".to_owned()),
        };
        self.node_once(id, shape, head)
    }

    fn other_dialogue(&mut self, dialogue: &DialogueId) -> String {
        let title = titles_of(self.content, dialogue, self.language);
        let head = if title.is_empty() { dialogue.to_string() } else { title };
        self.node_once(&format!("[{dialogue}]"), Shape::Dialogue, head)
    }

    fn node_once(&mut self, id: &str, shape: Shape, head: String) -> String {
        if !self.nodes.iter().any(|node| node.id == id) {
            let (id, text) = (id.to_owned(), String::new());
            self.nodes.push(Node { id, shape, head, text, count: None });
        }
        id.to_owned()
    }

    fn way(&mut self, from: String, to: String, label: Option<String>, count: Option<u64>) {
        let known = self.edges.iter_mut().find(|edge| edge.from == from && edge.to == to);
        match known {
            Some(edge) => {
                edge.labels.extend(label);
                edge.count = match (edge.count, count) {
                    (Some(one), Some(other)) => Some(one + other),
                    (one, other) => one.or(other),
                };
            }
            None => {
                self.edges.push(Edge { from, to, labels: label.into_iter().collect(), count });
            }
        }
    }
}

/// Short names for boxes, for notations that take few letters.
fn short_names(graph: &Graph) -> BTreeMap<&str, String> {
    graph.nodes.iter().zip(1..).map(|(node, at)| (node.id.as_str(), format!("n{at}"))).collect()
}

/// A text in rows of so many letters, at most so many rows.
fn wrapped(text: &str, letters: usize, rows: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > rows {
        lines.truncate(rows);
        if let Some(last) = lines.last_mut() {
            last.push_str(" …");
        }
    }
    lines
}

#[cfg(test)]
mod tests;
