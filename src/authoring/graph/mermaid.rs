//! A picture as a Mermaid flow chart, for wikis and READMEs.

use std::fmt::Write as _;

use crate::authoring::graph::Graph;
use crate::authoring::graph::Node;
use crate::authoring::graph::Shape;
use crate::authoring::graph::short_names;
use crate::authoring::graph::wrapped;
use crate::language::Language;

/// Writes a picture.
#[must_use]
pub fn mermaid(graph: &Graph, language: Language) -> String {
    let names = short_names(graph);
    let mut out = String::new();
    let way = if graph.across { "LR" } else { "TD" };
    let _ = writeln!(out, "---\ntitle: {}\n---\nflowchart {way}", quoted(&graph.title));
    let _ = writeln!(out, "  accTitle: {}", one_line(&graph.title));
    for node in &graph.nodes {
        let (open, close) = shape_of(node.shape);
        let label = quoted(&label_of(node, language));
        let _ = writeln!(out, "  {}{open}{label}{close}", names[node.id.as_str()]);
    }
    for edge in &graph.edges {
        let (Some(from), Some(to)) = (names.get(edge.from.as_str()), names.get(edge.to.as_str()))
        else {
            continue;
        };
        let label = edge.label();
        let label = if label.is_empty() { label } else { format!("|{}|", quoted(&label)) };
        let _ = writeln!(out, "  {from} -->{label} {to}");
    }
    out
}

fn label_of(node: &Node, language: Language) -> String {
    let mut rows = wrapped(&node.head, 34, 3);
    rows.extend(wrapped(&node.text, 34, 4));
    rows.extend(node.count_words(language));
    rows.join("\n")
}

fn shape_of(shape: Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::Start | Shape::End | Shape::Resolved | Shape::Person => ("([", "])"),
        Shape::Say => ("[", "]"),
        Shape::Ask => ("(", ")"),
        Shape::Decide => ("{{", "}}"),
        Shape::Dialogue => ("[[", "]]"),
    }
}

/// Text in quotes; what Mermaid would read as its own is written as entities.
fn quoted(text: &str) -> String {
    let escaped = text
        .replace('&', "#amp;")
        .replace('"', "#quot;")
        .replace('<', "#lt;")
        .replace('>', "#gt;")
        .replace('\n', "<br>");
    format!("\"{escaped}\"")
}

fn one_line(text: &str) -> String {
    text.replace(['\n', ';'], " ")
}
