//! Where things stand: each group is laid out by itself (in layers, by the dagre crate), then the groups are put
//! beside and below each other like pictures on a wall. What leads into another group is a link of its node and no
//! line across the wall: with forty places, such lines are all that one would see.

use dagre::graph::{Graph as Layers, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, Ranker};

use super::style::{Look, look, stroke};
use crate::graph::label::shortened;
use crate::graph::picture::{Picture, Shape};

/// Widest line of a node's words, in characters.
const WORDS: usize = 30;
/// At most so many lines of words in a node.
const LINES: usize = 3;
/// Widest label of an edge, in characters.
const LABEL: usize = 34;
/// Groups of more nodes are layered by a faster rule.
const MANY: usize = 150;
/// Groups of more nodes are put into rows without layers: nobody reads a picture of that size, but it has to come.
const TOO_MANY: usize = 600;
/// Room around a group's content; above it stands its title.
pub(super) const PAD: f64 = 18.0;
pub(super) const TITLE: f64 = 34.0;
/// Room between groups.
const GAP: f64 = 28.0;

/// A group with its content, placed.
pub(super) struct Panel {
    pub id: String,
    pub title: String,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    pub boxes: Vec<Placed>,
    pub wires: Vec<Wire>,
}

/// A node, placed; its middle is relative to the panel's content.
pub(super) struct Placed {
    pub shape: Shape,
    pub lines: Vec<String>,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// Edges between two nodes, drawn as one.
pub(super) struct Wire {
    pub kind: &'static str,
    pub points: Vec<(f64, f64)>,
    pub lines: Vec<String>,
    /// Middle of the label.
    pub at: (f64, f64),
    /// What it says in full.
    pub title: String,
}

/// The whole picture: its panels, its width and height.
pub(super) fn lay_out(picture: &Picture) -> (Vec<Panel>, f64, f64) {
    let mut panels: Vec<Panel> = (0..picture.groups.len()).map(|group| panel(picture, group)).collect();
    let (width, height) = hang(&mut panels);
    (panels, width, height)
}

/// The approximate width of a text of this size: without the reader's fonts nobody knows it exactly.
pub(super) fn width_of(text: &str, size: f64) -> f64 {
    let units: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'l' | 'j' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.32,
            'm' | 'w' | 'M' | 'W' | '@' => 0.88,
            'A'..='Z' => 0.7,
            c if (c as u32) >= 0x1100 => 1.0,
            _ => 0.56,
        })
        .sum();
    units * size
}

/// Words on lines of bounded width; what goes beyond the last line is cut.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in shortened(text, WORDS * LINES).split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WORDS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(shortened(word, WORDS)),
        }
    }
    if lines.len() > LINES {
        lines.truncate(LINES);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// What a group shows of an edge: from, to, kind, words.
struct Inner {
    from: usize,
    to: usize,
    kind: &'static str,
    labels: Vec<String>,
}

fn panel(picture: &Picture, group: usize) -> Panel {
    let title = picture.groups[group].title.clone();
    let mut numbers = vec![usize::MAX; picture.nodes.len()];
    let mut boxes: Vec<Placed> = Vec::new();
    for (number, node) in picture.nodes.iter().enumerate() {
        if node.group == group {
            numbers[number] = boxes.len();
            boxes.push(placed(node.clone()));
        }
    }
    let mut inner: Vec<Inner> = Vec::new();
    let mut known: indexmap::IndexMap<(usize, usize, super::style::Stroke), usize> = indexmap::IndexMap::new();
    for edge in &picture.edges {
        let from = numbers[edge.from];
        if from == usize::MAX {
            continue;
        }
        let mut to = numbers[edge.to];
        if to == usize::MAX {
            // Into another group: the node of a `run` or `escalate` is a link by itself, everything else gets a sign.
            if boxes[from].shape.opens.is_some() {
                continue;
            }
            to = sign(picture, edge.to, &mut boxes);
        }
        let key = (from, to, stroke(edge.kind));
        let at = *known.entry(key).or_insert_with(|| {
            inner.push(Inner {
                from,
                to,
                kind: edge.kind,
                labels: Vec::new(),
            });
            inner.len() - 1
        });
        if !edge.label.is_empty() && !inner[at].labels.contains(&edge.label) {
            inner[at].labels.push(edge.label.clone());
        }
    }
    let (wires, width, height) = match boxes.len() {
        count if count <= TOO_MANY => layers(&mut boxes, &inner),
        _ => rows(&mut boxes),
    };
    let width = width.max(width_of(&title, 15.0));
    Panel {
        id: picture.groups[group].id.clone(),
        title,
        x: 0.0,
        y: 0.0,
        width: width + 2.0 * PAD,
        height: height + 2.0 * PAD + TITLE,
        boxes,
        wires,
    }
}

/// The sign in a group for something outside it; one per target.
fn sign(picture: &Picture, to: usize, boxes: &mut Vec<Placed>) -> usize {
    let target = &picture.nodes[to];
    let opens = picture.groups[target.group].id.clone();
    let label = format!("→ {}", target.flow.as_deref().unwrap_or(&target.label));
    if let Some(known) = boxes.iter().position(|it| it.shape.kind == "sign" && it.shape.label == label) {
        return known;
    }
    boxes.push(placed(Shape {
        id: String::new(),
        kind: "sign",
        caption: String::new(),
        label,
        group: target.group,
        flow: None,
        step: None,
        place: None,
        opens: Some(opens),
    }));
    boxes.len() - 1
}

/// A node with its words and its size.
fn placed(shape: Shape) -> Placed {
    let lines = match shape.label.is_empty() {
        true => Vec::new(),
        false => wrapped(&shape.label),
    };
    let words = lines.iter().map(|line| width_of(line, 12.5)).fold(0.0, f64::max);
    let caption = match shape.caption.is_empty() {
        true => 0.0,
        false => width_of(&shortened(&shape.caption, WORDS + 8), 11.0),
    };
    let round = matches!(look(shape.kind), Look::End | Look::Return | Look::Heard);
    let captions = if shape.caption.is_empty() { 0.0 } else { 15.0 };
    Placed {
        width: (words.max(caption) + if round { 34.0 } else { 24.0 }).max(64.0),
        height: captions + 16.0 * lines.len() as f64 + 14.0,
        lines,
        shape,
        x: 0.0,
        y: 0.0,
    }
}

/// Layers: dagre decides.
fn layers(boxes: &mut [Placed], inner: &[Inner]) -> (Vec<Wire>, f64, f64) {
    let mut graph: Layers<NodeLabel, EdgeLabel> = Layers::with_options(GraphOptions {
        directed: true,
        multigraph: true,
        compound: false,
    });
    for (number, it) in boxes.iter().enumerate() {
        let label = NodeLabel {
            width: it.width,
            height: it.height,
            ..NodeLabel::default()
        };
        graph.set_node(number.to_string(), Some(label));
    }
    let labels: Vec<Vec<String>> = inner.iter().map(|edge| label_lines(&edge.labels)).collect();
    for (number, (edge, lines)) in inner.iter().zip(&labels).enumerate() {
        let label = EdgeLabel {
            width: lines.iter().map(|line| width_of(line, 11.0) + 8.0).fold(0.0, f64::max),
            height: 14.0 * lines.len() as f64,
            labelpos: dagre::layout::types::LabelPos::Center,
            ..EdgeLabel::default()
        };
        let name = number.to_string();
        graph.set_edge(edge.from.to_string(), edge.to.to_string(), Some(label), Some(&name));
    }
    let options = LayoutOptions {
        nodesep: 26.0,
        edgesep: 14.0,
        ranksep: 34.0,
        ranker: match boxes.len() {
            count if count <= MANY => Ranker::NetworkSimplex,
            _ => Ranker::LongestPath,
        },
        ..LayoutOptions::default()
    };
    dagre::layout(&mut graph, Some(options));
    // Where the engine left a node out, rows are better than a heap of nodes in one corner.
    let positions: Option<Vec<(f64, f64)>> = (0..boxes.len())
        .map(|number| {
            let node = graph.node(&number.to_string())?;
            Some((node.x?, node.y?)).filter(|(x, y)| x.is_finite() && y.is_finite())
        })
        .collect();
    let Some(positions) = positions else {
        return rows(boxes);
    };
    for (it, (x, y)) in boxes.iter_mut().zip(positions) {
        (it.x, it.y) = (x, y);
    }
    let mut wires: Vec<Wire> = inner
        .iter()
        .zip(labels)
        .enumerate()
        .map(|(number, (edge, lines))| {
            let name = number.to_string();
            let label = graph.edge(&edge.from.to_string(), &edge.to.to_string(), Some(&name));
            let mut points: Vec<(f64, f64)> = label
                .map(|label| label.points.iter().map(|point| (point.x, point.y)).collect())
                .unwrap_or_default();
            points.retain(|(x, y)| x.is_finite() && y.is_finite());
            if points.len() < 2 {
                points = vec![(boxes[edge.from].x, boxes[edge.from].y), (boxes[edge.to].x, boxes[edge.to].y)];
            }
            let middle = points[points.len() / 2];
            let at = label.and_then(|label| Some((label.x?, label.y?))).unwrap_or(middle);
            Wire {
                kind: edge.kind,
                points,
                lines,
                at,
                title: edge.labels.join(", "),
            }
        })
        .collect();
    shrink_to_fit(boxes, &mut wires)
}

/// Labels of edges that are drawn as one: each on its line, the fourth and later ones counted.
fn label_lines(labels: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = labels.iter().take(3).map(|label| shortened(label, LABEL)).collect();
    if labels.len() > 3 {
        lines.push(format!("and {} more", labels.len() - 3));
    }
    lines
}

/// Moves everything so that it begins at zero, and tells how large it is.
fn shrink_to_fit(boxes: &mut [Placed], wires: &mut Vec<Wire>) -> (Vec<Wire>, f64, f64) {
    let (mut left, mut top, mut right, mut bottom) = (f64::MAX, f64::MAX, f64::MIN, f64::MIN);
    let mut hold = |x: f64, y: f64, width: f64, height: f64| {
        left = left.min(x - width / 2.0);
        right = right.max(x + width / 2.0);
        top = top.min(y - height / 2.0);
        bottom = bottom.max(y + height / 2.0);
    };
    for it in boxes.iter() {
        hold(it.x, it.y, it.width, it.height);
    }
    for wire in wires.iter() {
        wire.points.iter().for_each(|(x, y)| hold(*x, *y, 2.0, 2.0));
        let width = wire.lines.iter().map(|line| width_of(line, 11.0)).fold(0.0, f64::max);
        if !wire.lines.is_empty() {
            hold(wire.at.0, wire.at.1, width, 14.0 * wire.lines.len() as f64);
        }
    }
    if left > right {
        return (Vec::new(), 0.0, 0.0);
    }
    for it in boxes.iter_mut() {
        it.x -= left;
        it.y -= top;
    }
    for wire in wires.iter_mut() {
        for (x, y) in &mut wire.points {
            *x -= left;
            *y -= top;
        }
        wire.at.0 -= left;
        wire.at.1 -= top;
    }
    (std::mem::take(wires), right - left, bottom - top)
}

/// Rows, without edges.
fn rows(boxes: &mut [Placed]) -> (Vec<Wire>, f64, f64) {
    const WIDTH: f64 = 2_400.0;
    let (mut x, mut y, mut row, mut right) = (0.0_f64, 0.0, 0.0_f64, 0.0_f64);
    for it in boxes.iter_mut() {
        if x > 0.0 && x + it.width > WIDTH {
            (x, y, row) = (0.0, y + row + 16.0, 0.0);
        }
        it.x = x + it.width / 2.0;
        it.y = y + it.height / 2.0;
        x += it.width + 16.0;
        right = right.max(x - 16.0);
        row = row.max(it.height);
    }
    (Vec::new(), right, y + row)
}

/// Hangs the panels in columns, in their order, each under the column that is shortest so far; small ones fill up.
fn hang(panels: &mut [Panel]) -> (f64, f64) {
    let area: f64 = panels.iter().map(|panel| (panel.width + GAP) * (panel.height + GAP)).sum();
    let widest = panels.iter().map(|panel| panel.width).fold(0.0, f64::max);
    // About as wide as a screen is, compared with its height.
    let target = (area * 1.5).sqrt().max(widest);
    let (mut x, mut y, mut row, mut right) = (GAP, GAP, 0.0_f64, 0.0_f64);
    for panel in panels.iter_mut() {
        if x > GAP && x + panel.width > target + GAP {
            (x, y, row) = (GAP, y + row + GAP, 0.0);
        }
        (panel.x, panel.y) = (x, y);
        x += panel.width + GAP;
        right = right.max(x);
        row = row.max(panel.height);
    }
    (right.max(2.0 * GAP), y + row + GAP)
}
