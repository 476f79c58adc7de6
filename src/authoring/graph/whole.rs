//! The picture of the whole bot: its dialogues, and how they lead to each other and to their ends.

use crate::authoring::exits::GOTO;
use crate::authoring::exits::exits;
use crate::authoring::graph::Count;
use crate::authoring::graph::Draft;
use crate::authoring::graph::Graph;
use crate::authoring::graph::Node;
use crate::authoring::graph::Shape;
use crate::authoring::graph::titles_of;
use crate::authoring::traffic::Traffic;
use crate::content::Content;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::ids::DialogueId;
use crate::language::Language;

/// The picture of the whole bot.
#[must_use]
pub fn of_bot(content: &Content, language: Language, traffic: Option<&Traffic>) -> Graph {
    let mut draft = Draft { content, language, traffic, nodes: Vec::new(), edges: Vec::new() };
    draft.nodes.push(Node {
        id: "[start]".to_owned(),
        shape: Shape::Start,
        head: draft.words(&content.manners.hello),
        text: String::new(),
        count: traffic.map(|traffic| Count { came: traffic.conversations, left: 0 }),
    });
    for dialogue in content.dialogues.values() {
        draft.dialogue(dialogue);
    }
    for dialogue in content.dialogues.values() {
        draft.ways_of(dialogue);
    }
    let names: Vec<&str> = content.dialogues.keys().map(DialogueId::as_str).collect();
    let description = format!("{} dialogues: {}", names.len(), names.join(", "));
    let title = match language {
        Language::Sv => "Alla dialoger",
        Language::Fi => "Kaikki dialogit",
        Language::En => "All dialogues",
    };
    let (nodes, edges) = (draft.nodes, draft.edges);
    // Many dialogues stand beside each other, and few follow each other.
    Graph { title: title.to_owned(), description, across: true, nodes, edges }
}

impl Draft<'_> {
    fn dialogue(&mut self, dialogue: &Dialogue) {
        let counts = self
            .traffic
            .map(|traffic| traffic.dialogues.get(&dialogue.id).cloned().unwrap_or_default());
        let count = counts.map(|counts| Count {
            came: counts.entered,
            left: counts.steps.values().map(|step| step.left).sum(),
        });
        let treated = self.content.intents.values().any(|it| it.dialogue == dialogue.id);
        let id = format!("[{}]", dialogue.id);
        if treated {
            let came = count.map(|count| count.came);
            self.way("[start]".to_owned(), id.clone(), None, came);
        }
        self.nodes.push(Node {
            id,
            shape: Shape::Dialogue,
            head: dialogue.id.to_string(),
            text: titles_of(self.content, &dialogue.id, self.language),
            count,
        });
    }

    fn ways_of(&mut self, dialogue: &Dialogue) {
        let from = format!("[{}]", dialogue.id);
        for (id, step) in &dialogue.steps {
            let counts = self
                .traffic
                .map(|traffic| traffic.at(&dialogue.id, id).cloned().unwrap_or_default());
            let taken = |name: &str| {
                counts.as_ref().map(|counts| counts.exits.get(name).copied().unwrap_or(0))
            };
            let visited = counts.as_ref().map(|counts| counts.visited);
            for exit in exits(step) {
                // That a dialogue just ends is no way to anywhere.
                if matches!(exit.target, Target::Resolved | Target::Person) {
                    let to = self.end_of(exit.target);
                    self.way(from.clone(), to, None, taken(&exit.name));
                }
            }
            match &step.kind {
                StepKind::Resolve { .. } => {
                    let to = self.end_of(&Target::Resolved);
                    self.way(from.clone(), to, None, visited);
                }
                StepKind::Escalate { .. } => {
                    let to = self.end_of(&Target::Person);
                    self.way(from.clone(), to, None, visited);
                }
                StepKind::Goto { dialogue, .. } => {
                    self.way(from.clone(), format!("[{dialogue}]"), None, taken(GOTO));
                }
                StepKind::Call { dialogue, .. } => {
                    self.way(from.clone(), format!("[{dialogue}]"), None, visited);
                }
                _ => {}
            }
        }
    }
}
