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
    // An end that is only reached from other groups is drawn there.
    let mut led_to = vec![false; picture.nodes.len()];
    let mut edges: Vec<Vec<usize>> = vec![Vec::new(); picture.groups.len()];
    for (number, edge) in picture.edges.iter().enumerate() {
        let group = picture.nodes[edge.from].group;
        led_to[edge.to] |= picture.nodes[edge.to].group == group;
        edges[group].push(number);
    }
    let shown: Vec<bool> = picture
        .nodes
        .iter()
        .zip(led_to)
        .map(|(node, led_to)| led_to || look(node.kind) != Look::End)
        .collect();
    let mut panels: Vec<Panel> = edges
        .iter()
        .enumerate()
        .map(|(group, edges)| panel(picture, group, &shown, edges))
        .collect();
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

/// One group; `shown` says which of its nodes it shows, `edges` are those that begin in it.
fn panel(picture: &Picture, group: usize, shown: &[bool], edges: &[usize]) -> Panel {
    let title = picture.groups[group].title.clone();
    let mut numbers: indexmap::IndexMap<usize, usize> = indexmap::IndexMap::new();
    let mut boxes: Vec<Placed> = Vec::new();
    for number in picture.nodes_of(group) {
        if shown[number] {
            numbers.insert(number, boxes.len());
            boxes.push(placed(picture.nodes[number].clone()));
        }
    }
    let mut inner: Vec<Inner> = Vec::new();
    let mut known: indexmap::IndexMap<(usize, usize, super::style::Stroke), usize> =
        indexmap::IndexMap::new();
    for edge in edges.iter().map(|number| &picture.edges[*number]) {
        let Some(from) = numbers.get(&edge.from).copied() else {
            continue;
        };
        let to = match numbers.get(&edge.to) {
            Some(number) => *number,
            // Into another group: the node of a `run` or `escalate` is a link by itself, everything else gets a sign,
            // and an end is drawn again.
            None => {
                let is_end = look(picture.nodes[edge.to].kind) == Look::End;
                if boxes[from].shape.opens.is_some() && !is_end {
                    continue;
                }
                sign(picture, edge.to, &mut boxes)
            }
        };
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
    let width = width.max(width_of(&title, 17.5));
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
    if matches!(look(target.kind), Look::End) {
        // An end is an end wherever it is drawn.
        let known = boxes
            .iter()
            .position(|it| it.shape.kind == target.kind && it.shape.label == target.label);
        return known.unwrap_or_else(|| {
            boxes.push(placed(target.clone()));
            boxes.len() - 1
        });
    }
    let opens = picture.groups[target.group].id.clone();
    let label = format!("→ {}", target.flow.as_deref().unwrap_or(&target.label));
    if let Some(known) = boxes
        .iter()
        .position(|it| it.shape.kind == "sign" && it.shape.label == label)
    {
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
            width: lines
                .iter()
                .map(|line| width_of(line, 11.0) + 8.0)
                .fold(0.0, f64::max),
            height: 14.0 * lines.len() as f64,
            labelpos: dagre::layout::types::LabelPos::Center,
            ..EdgeLabel::default()
        };
        let name = number.to_string();
        graph.set_edge(
            edge.from.to_string(),
            edge.to.to_string(),
            Some(label),
            Some(&name),
        );
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
                points = vec![
                    (boxes[edge.from].x, boxes[edge.from].y),
                    (boxes[edge.to].x, boxes[edge.to].y),
                ];
            }
            let middle = points[points.len() / 2];
            let at = label
                .and_then(|label| Some((label.x?, label.y?)))
                .unwrap_or(middle);
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
    let mut lines: Vec<String> = labels
        .iter()
        .take(3)
        .map(|label| shortened(label, LABEL))
        .collect();
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
        let width = wire
            .lines
            .iter()
            .map(|line| width_of(line, 11.0))
            .fold(0.0, f64::max);
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

/// Hangs the panels where there is room nearest the top, in their order. What is taken is a skyline: stretches of the
/// width, each with its depth.
fn hang(panels: &mut [Panel]) -> (f64, f64) {
    let area: f64 = panels
        .iter()
        .map(|panel| (panel.width + GAP) * (panel.height + GAP))
        .sum();
    let widest = panels.iter().map(|panel| panel.width + GAP).fold(0.0, f64::max);
    // About as wide as a screen is, compared with its height.
    let width = (area * 1.7).sqrt().max(widest);
    let mut skyline: Vec<(f64, f64, f64)> = vec![(0.0, width, 0.0)];
    let mut bottom = 0.0_f64;
    for panel in panels.iter_mut() {
        let (wide, high) = (panel.width + GAP, panel.height + GAP);
        let mut best: Option<(f64, f64)> = None;
        for (at, (x, ..)) in skyline.iter().enumerate() {
            if x + wide > width + 0.5 {
                break;
            }
            let below = skyline[at..]
                .iter()
                .take_while(|(left, ..)| *left < x + wide - 0.5);
            let depth = below.map(|(_, _, depth)| *depth).fold(0.0, f64::max);
            if best.is_none_or(|(_, known)| depth < known - 0.5) {
                best = Some((*x, depth));
            }
        }
        let (x, y) = best.unwrap_or((0.0, bottom));
        (panel.x, panel.y) = (x + GAP, y + GAP);
        bottom = bottom.max(y + high);
        skyline = taken(&skyline, x, x + wide, y + high);
    }
    let right = panels
        .iter()
        .map(|panel| panel.x + panel.width + GAP)
        .fold(2.0 * GAP, f64::max);
    (right, bottom + GAP)
}

/// The skyline after a stretch of it has a new depth.
fn taken(skyline: &[(f64, f64, f64)], left: f64, right: f64, depth: f64) -> Vec<(f64, f64, f64)> {
    let mut out: Vec<(f64, f64, f64)> = Vec::with_capacity(skyline.len() + 2);
    let mut set = false;
    for (x, end, known) in skyline.iter().copied() {
        if x < left {
            out.push((x, end.min(left), known));
        }
        if !set && end > left {
            out.push((left, right, depth));
            set = true;
        }
        if end > right {
            out.push((x.max(right), end, known));
        }
    }
    out.retain(|(x, end, _)| end - x > 0.01);
    // Stretches of one depth become one, so that there are never more than there are steps in the line.
    out.dedup_by(|next, before| {
        let same = (next.2 - before.2).abs() < 0.01;
        if same {
            before.1 = next.1;
        }
        same
    });
    out
}

#[cfg(test)]
mod tests {
    use super::{Panel, lay_out};
    use crate::graph::picture::{Group, Line, Picture, Shape};

    /// A picture of so many groups, whose edges follow from the seed.
    fn picture(groups: usize, nodes: usize, edges: usize, seed: u64) -> Picture {
        let mut state = seed | 1;
        let mut below = move |bound: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % bound as u64) as usize
        };
        let kinds = ["flow", "ask", "choose", "call", "handler", "finish", "return"];
        let mut picture = Picture {
            name: "random".into(),
            groups: (0..groups)
                .map(|group| Group {
                    id: format!("flow:{group}"),
                    title: format!("group {group}"),
                })
                .collect(),
            nodes: (0..nodes)
                .map(|node| Shape {
                    id: format!("node:{node}"),
                    kind: kinds[below(kinds.len())],
                    caption: "ask something".into(),
                    label: "What would you like to know? ".repeat(below(4)),
                    group: below(groups),
                    flow: None,
                    step: None,
                    place: None,
                    opens: None,
                })
                .collect(),
            edges: (0..edges)
                .map(|_| Line {
                    from: below(nodes),
                    to: below(nodes),
                    kind: ["option", "silence", "failure", "next"][below(4)],
                    label: "“Somewhere”".repeat(below(3)),
                })
                .collect(),
        };
        picture.nodes.sort_by_key(|node| node.group);
        picture
    }

    fn apart(a: (f64, f64, f64, f64), b: (f64, f64, f64, f64)) -> bool {
        a.0 + a.2 <= b.0 + 0.1 || b.0 + b.2 <= a.0 + 0.1 || a.1 + a.3 <= b.1 + 0.1 || b.1 + b.3 <= a.1 + 0.1
    }

    fn check(panels: &[Panel], width: f64, height: f64) {
        for (at, panel) in panels.iter().enumerate() {
            assert!(panel.x >= 0.0 && panel.x + panel.width <= width + 0.1);
            assert!(panel.y >= 0.0 && panel.y + panel.height <= height + 0.1);
            for other in &panels[at + 1..] {
                let (a, b) = (
                    (panel.x, panel.y, panel.width, panel.height),
                    (other.x, other.y, other.width, other.height),
                );
                assert!(apart(a, b), "{a:?} covers {b:?}");
            }
            let corner =
                |it: &super::Placed| (it.x - it.width / 2.0, it.y - it.height / 2.0, it.width, it.height);
            for (at, one) in panel.boxes.iter().enumerate() {
                let (x, y, wide, high) = corner(one);
                assert!(x >= -0.1 && y >= -0.1, "{} stands outside", one.shape.id);
                assert!(
                    x + wide <= panel.width && y + high <= panel.height,
                    "{} stands outside",
                    one.shape.id
                );
                for other in &panel.boxes[at + 1..] {
                    assert!(
                        apart(corner(one), corner(other)),
                        "{} covers {}",
                        one.shape.id,
                        other.shape.id
                    );
                }
            }
            for wire in &panel.wires {
                assert!(wire.points.len() >= 2);
                assert!(wire.points.iter().all(|(x, y)| x.is_finite() && y.is_finite()));
            }
        }
    }

    #[test]
    fn nothing_covers_anything() {
        for seed in 1..12 {
            let (panels, width, height) = lay_out(&picture(5, 40, 60, seed * 7919));
            check(&panels, width, height);
        }
    }

    #[test]
    fn one_crowded_group_and_none() {
        let (panels, width, height) = lay_out(&picture(1, 90, 200, 4711));
        check(&panels, width, height);
        let (panels, ..) = lay_out(&Picture::default());
        assert!(panels.is_empty());
    }

    #[test]
    fn what_nobody_can_read_is_still_drawn() {
        let (panels, width, height) = lay_out(&picture(1, 700, 900, 17));
        check(&panels, width, height);
    }
}
