//! A picture as SVG: laid out in layers, legible on light and dark ground, and readable by those
//! who cannot see it.
//!
//! Colours follow the reader's scheme by a media query, so the file looks right by itself and as
//! an image in a page.

use std::fmt::Write as _;

use dugong::EdgeLabel;
use dugong::GraphLabel;
use dugong::LabelPos;
use dugong::NodeLabel;
use dugong::Point;
use dugong::RankDir;
use dugong::graphlib::Graph as Layout;
use dugong::graphlib::GraphOptions;
use dugong::layout_dagreish;

use crate::authoring::graph::Edge;
use crate::authoring::graph::Graph;
use crate::authoring::graph::Node;
use crate::authoring::graph::Shape;
use crate::authoring::graph::wrapped;
use crate::language::Language;

/// Letters in a row of a box, and rows of its head and of its text.
const LETTERS: usize = 34;
const HEAD_ROWS: usize = 2;
const TEXT_ROWS: usize = 4;
/// The same for what stands beside a way.
const EDGE_LETTERS: usize = 26;
const EDGE_ROWS: usize = 2;
/// In pixels: a row, a letter of a box and of a way, the space around text, around everything.
const ROW: f64 = 17.0;
const LETTER: f64 = 7.4;
const EDGE_LETTER: f64 = 6.8;
const PADDING: f64 = 12.0;
const MARGIN: f64 = 20.0;
/// How far from a corner a line begins to turn.
const ROUNDING: f64 = 24.0;
/// Narrower than this no box looks like one.
const NARROWEST: f64 = 90.0;

const STYLE: &str = "
svg { background: #ffffff; color: #1b1f24; font: 13px system-ui, 'Segoe UI', 'Liberation Sans', Arial, sans-serif }
.box { fill: #f6f8fa; stroke: #57606a; stroke-width: 1.2 }
.ask .box { fill: #eaf2ff; stroke: #0550ae }
.decide .box { fill: #f3effc; stroke: #6639ba; stroke-dasharray: 4 3 }
.dialogue .box { fill: #ffffff; stroke: #57606a; stroke-width: 2.4 }
.resolved .box { fill: #e6f6ea; stroke: #116329 }
.person .box { fill: #fff3e0; stroke: #953800 }
.start .box, .end .box { fill: #1b1f24; stroke: #1b1f24 }
text { fill: #1b1f24 }
.start text, .end text { fill: #ffffff }
.head { font-weight: 600 }
.count { font-variant-numeric: tabular-nums; fill: #57606a }
.start .count, .end .count { fill: #d0d7de }
.way { fill: none; stroke: #57606a; stroke-width: 1.4 }
.tip { fill: #57606a }
.ground { fill: #ffffff; opacity: .86 }
.label { font-size: 12px; fill: #1b1f24 }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117; color: #e6edf3 }
.box { fill: #161b22; stroke: #8b949e }
.ask .box { fill: #0c2240; stroke: #79c0ff }
.decide .box { fill: #21183a; stroke: #d2a8ff }
.dialogue .box { fill: #0d1117; stroke: #8b949e }
.resolved .box { fill: #0f2d18; stroke: #7ee787 }
.person .box { fill: #3a2208; stroke: #ffa657 }
.start .box, .end .box { fill: #e6edf3; stroke: #e6edf3 }
text { fill: #e6edf3 }
.start text, .end text { fill: #0d1117 }
.count { fill: #9ea7b3 }
.start .count, .end .count { fill: #3d444d }
.way { stroke: #8b949e }
.tip { fill: #8b949e }
.ground { fill: #0d1117 }
.label { fill: #e6edf3 }
}
";

/// Draws a picture.
#[must_use]
pub fn svg(graph: &Graph, language: Language) -> String {
    let boxes: Vec<Drawn<'_>> = graph.nodes.iter().map(|node| Drawn::of(node, language)).collect();
    let layout = lay_out(graph, &boxes);
    let (width, height) = (layout.graph().width.ceil(), layout.graph().height.ceil());
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"title desc\" \
         lang=\"{}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">",
        language.code()
    );
    let _ = writeln!(out, "<title id=\"title\">{}</title>", escaped(&graph.title));
    let _ = writeln!(out, "<desc id=\"desc\">{}</desc>", escaped(&graph.description));
    let _ = writeln!(out, "<style>{STYLE}</style>");
    out.push_str(
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" \
         markerHeight=\"8\" orient=\"auto-start-reverse\"><path class=\"tip\" d=\"M0 0 8 4 0 8z\"/>\
         </marker></defs>\n",
    );
    for edge in &graph.edges {
        if let Some(laid) = layout.edge(&edge.from, &edge.to, None) {
            out.push_str(&way(laid));
        }
    }
    for drawn in &boxes {
        if let Some(laid) = layout.node(&drawn.node.id) {
            drawn.draw(laid, &mut out);
        }
    }
    // What stands beside the ways lies above everything.
    for edge in &graph.edges {
        if let Some(laid) = layout.edge(&edge.from, &edge.to, None) {
            out.push_str(&beside(edge, laid));
        }
    }
    out.push_str("</svg>\n");
    out
}

fn lay_out(graph: &Graph, boxes: &[Drawn<'_>]) -> Layout<NodeLabel, EdgeLabel, GraphLabel> {
    let options = GraphOptions { multigraph: false, compound: false, ..GraphOptions::default() };
    let mut layout = Layout::new(options);
    layout.set_graph(GraphLabel {
        rankdir: if graph.across { RankDir::LR } else { RankDir::TB },
        nodesep: 36.0,
        ranksep: 42.0,
        marginx: MARGIN,
        marginy: MARGIN,
        ..GraphLabel::default()
    });
    for drawn in boxes {
        let (width, height) = (drawn.width, drawn.height);
        layout.set_node(&drawn.node.id, NodeLabel { width, height, ..NodeLabel::default() });
    }
    for edge in &graph.edges {
        let rows = edge_rows(edge);
        let label = EdgeLabel {
            width: if rows.is_empty() { 0.0 } else { longest(&rows) * EDGE_LETTER + 10.0 },
            height: as_number(rows.len()) * ROW,
            labelpos: LabelPos::C,
            minlen: 1,
            weight: 1.0,
            ..EdgeLabel::default()
        };
        layout.set_edge_named(&edge.from, &edge.to, None::<String>, Some(label));
    }
    layout_dagreish(&mut layout);
    layout
}

/// A box with the size of its text.
struct Drawn<'g> {
    node: &'g Node,
    head: Vec<String>,
    text: Vec<String>,
    count: Option<String>,
    width: f64,
    height: f64,
}

impl<'g> Drawn<'g> {
    fn of(node: &'g Node, language: Language) -> Self {
        let head = wrapped(&node.head, LETTERS, HEAD_ROWS);
        let text = wrapped(&node.text, LETTERS, TEXT_ROWS);
        let count = node.count_words(language);
        let rows = head.len() + text.len() + usize::from(count.is_some());
        let letters = longest(&head).max(longest(&text));
        let letters = letters.max(count.as_deref().map_or(0.0, letters_of));
        Self {
            node,
            width: (letters * LETTER + 2.0 * PADDING).max(NARROWEST),
            height: as_number(rows.max(1)) * ROW + 2.0 * PADDING - 4.0,
            head,
            text,
            count,
        }
    }

    fn draw(&self, laid: &NodeLabel, out: &mut String) {
        let (Some(x), Some(y)) = (laid.x, laid.y) else { return };
        let (left, top) = (x - self.width / 2.0, y - self.height / 2.0);
        let (class, radius) = match self.node.shape {
            Shape::Start => ("start", 18.0),
            Shape::Say => ("say", 3.0),
            Shape::Ask => ("ask", 12.0),
            Shape::Decide => ("decide", 3.0),
            Shape::Dialogue => ("dialogue", 3.0),
            Shape::Resolved => ("resolved", 18.0),
            Shape::Person => ("person", 18.0),
            Shape::End => ("end", 18.0),
        };
        let full = format!("{} {}", self.node.head, self.node.text);
        let _ = writeln!(out, "<g class=\"{class}\"><title>{}</title>", escaped(full.trim()));
        let _ = writeln!(
            out,
            "<rect class=\"box\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" \
             height=\"{:.1}\" rx=\"{radius}\"/>",
            self.width, self.height
        );
        let mut baseline = top + PADDING + 10.0;
        let heads = self.head.iter().map(|row| ("head", row.as_str()));
        let texts = self.text.iter().map(|row| ("text", row.as_str()));
        let counts = self.count.iter().map(|row| ("count", row.as_str()));
        for (class, row) in heads.chain(texts).chain(counts) {
            let row = escaped(row);
            let _ = writeln!(
                out,
                "<text class=\"{class}\" x=\"{x:.1}\" y=\"{baseline:.1}\" \
                 text-anchor=\"middle\">{row}</text>"
            );
            baseline += ROW;
        }
        out.push_str("</g>\n");
    }
}

/// A line through the points, its corners rounded.
fn way(laid: &EdgeLabel) -> String {
    let points = &laid.points;
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return String::new() };
    let mut path = format!("M{:.1} {:.1}", first.x, first.y);
    for three in points.windows(3) {
        let (before, corner, after) = (three[0], three[1], three[2]);
        let (from, to) = (towards(corner, before), towards(corner, after));
        let _ = write!(
            path,
            "L{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}",
            from.x, from.y, corner.x, corner.y, to.x, to.y
        );
    }
    let _ = write!(path, "L{:.1} {:.1}", last.x, last.y);
    format!("<path class=\"way\" marker-end=\"url(#tip)\" d=\"{path}\"/>\n")
}

/// The point at which the line leaves its way towards another to round a corner; never beyond the
/// middle, where the next corner may begin.
fn towards(corner: Point, other: Point) -> Point {
    let (dx, dy) = (other.x - corner.x, other.y - corner.y);
    let share = (ROUNDING / dx.hypot(dy).max(1.0)).min(0.5);
    Point { x: corner.x + dx * share, y: corner.y + dy * share }
}

fn beside(edge: &Edge, laid: &EdgeLabel) -> String {
    let rows = edge_rows(edge);
    let (Some(x), Some(y), false) = (laid.x, laid.y, rows.is_empty()) else {
        return String::new();
    };
    let (width, height) = (longest(&rows) * EDGE_LETTER + 6.0, as_number(rows.len()) * ROW);
    let mut out = format!(
        "<rect class=\"ground\" x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" \
         height=\"{height:.1}\"/>\n",
        x - width / 2.0,
        y - height / 2.0
    );
    let mut baseline = y - height / 2.0 + 12.5;
    for row in rows {
        let row = escaped(&row);
        let _ = writeln!(
            out,
            "<text class=\"label\" x=\"{x:.1}\" y=\"{baseline:.1}\" text-anchor=\"middle\">\
             {row}</text>"
        );
        baseline += ROW;
    }
    out
}

fn edge_rows(edge: &Edge) -> Vec<String> {
    wrapped(&edge.label(), EDGE_LETTERS, EDGE_ROWS)
}

fn longest(rows: &[String]) -> f64 {
    rows.iter().map(|row| letters_of(row)).fold(0.0, f64::max)
}

fn letters_of(text: &str) -> f64 {
    as_number(text.chars().count())
}

fn as_number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

fn escaped(text: &str) -> String {
    let plain = text.chars().filter(|letter| !letter.is_control());
    let mut escaped = String::with_capacity(text.len());
    for letter in plain {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
