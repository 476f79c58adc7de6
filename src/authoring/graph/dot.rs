//! A picture in the language of Graphviz.

use std::fmt::Write as _;

use crate::authoring::graph::Graph;
use crate::authoring::graph::Node;
use crate::authoring::graph::Shape;
use crate::authoring::graph::short_names;
use crate::authoring::graph::wrapped;
use crate::language::Language;

/// Writes a picture.
#[must_use]
pub fn dot(graph: &Graph, language: Language) -> String {
    let names = short_names(graph);
    let mut out = String::new();
    let _ = writeln!(out, "digraph {{");
    let _ = writeln!(out, "  label={};", quoted(&graph.title));
    if graph.across {
        out.push_str("  rankdir=LR;\n");
    }
    let _ = writeln!(out, "  node [fontname=\"sans-serif\", fontsize=11];");
    let _ = writeln!(out, "  edge [fontname=\"sans-serif\", fontsize=10];");
    for node in &graph.nodes {
        let name = &names[node.id.as_str()];
        let (label, shape) = (quoted(&label_of(node, language)), shape_of(node.shape));
        let _ = writeln!(out, "  {name} [label={label}, {shape}];");
    }
    for edge in &graph.edges {
        let (Some(from), Some(to)) = (names.get(edge.from.as_str()), names.get(edge.to.as_str()))
        else {
            continue;
        };
        let _ = writeln!(out, "  {from} -> {to} [label={}];", quoted(&edge.label()));
    }
    out.push_str("}\n");
    out
}

fn label_of(node: &Node, language: Language) -> String {
    let mut rows = wrapped(&node.head, 34, 3);
    rows.extend(wrapped(&node.text, 34, 4));
    rows.extend(node.count_words(language));
    rows.join("\n")
}

fn shape_of(shape: Shape) -> &'static str {
    match shape {
        Shape::Start | Shape::End => "shape=oval",
        Shape::Say => "shape=box",
        Shape::Ask => "shape=box, style=rounded",
        Shape::Decide => "shape=diamond",
        Shape::Dialogue => "shape=box, peripheries=2",
        Shape::Resolved => "shape=oval, color=darkgreen",
        Shape::Person => "shape=oval, color=darkorange3",
    }
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}
