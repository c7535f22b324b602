//! The graph as people look at it: pieces of code are no nodes any more, but words on edges; handlers that come back
//! need no edge back; what the compiler made is gone. All exports show this.

use botflow_artifact::{Bot, FlowId, MessageId, Op, PlaceKind};
use indexmap::{IndexMap, IndexSet};
use petgraph::graph::NodeIndex;
use rustc_hash::FxBuildHasher;

use super::label::Words;
use super::{Edge, Graph, Node};

/// How many pieces of code are looked at behind one edge. A picture of more is none.
const PIECES: usize = 4_000;

/// A picture: groups, nodes in order of the text, edges by their beginnings.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// The bot's name.
    pub name: String,
    /// Groups of nodes.
    pub groups: Vec<Group>,
    /// Nodes.
    pub nodes: Vec<Shape>,
    /// Edges.
    pub edges: Vec<Line>,
}

/// A group of nodes: a flow, an escalation, what is heard everywhere, where conversations begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Stable name: `flow:checkout_help`, `always`, `begin`, `escalation:support`.
    pub id: String,
    /// What stands above it.
    pub title: String,
}

/// A node.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Stable name.
    pub id: String,
    /// `customer`, `trigger`, `operators`, `flow`, `step`, a kind of place (`ask`, `choose`, …), `handler`, `rule`,
    /// `people`, `finish`, `return`.
    pub kind: &'static str,
    /// The kind with its name, in the words of the language: `ask city`.
    pub caption: String,
    /// What it says or does.
    pub label: String,
    /// Its group, by number.
    pub group: usize,
    /// Full name of the flow, if it belongs to one.
    pub flow: Option<String>,
    /// Name of the step, if it stands in one.
    pub step: Option<String>,
    /// Hash of the place's identity, if it is a place.
    pub place: Option<u64>,
    /// What it leads to in another group, by that group's stable name: `run f`, `escalate to e`.
    pub opens: Option<String>,
}

/// An edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From this node, by number.
    pub from: usize,
    /// To this node, by number.
    pub to: usize,
    /// Its kind ([`Edge::kind`]).
    pub kind: &'static str,
    /// What has to happen; empty where nothing has to be said.
    pub label: String,
}

impl Picture {
    /// Takes the picture of a graph.
    pub fn of(bot: &Bot, graph: &Graph) -> Picture {
        let words = Words::of(bot);
        let mut painter = Painter {
            bot,
            graph,
            words: &words,
            picture: Picture {
                name: bot.name.to_string(),
                ..Picture::default()
            },
            groups: IndexMap::default(),
            numbers: IndexMap::default(),
            ids: IndexSet::default(),
            ways: IndexMap::default(),
        };
        painter.nodes();
        painter.edges();
        painter.picture.without_loose_ends()
    }

    /// The nodes of a group; nodes stand group by group.
    pub fn nodes_of(&self, group: usize) -> std::ops::Range<usize> {
        let first = self.nodes.partition_point(|node| node.group < group);
        first..self.nodes.partition_point(|node| node.group <= group)
    }

    /// Ends to which nothing leads are addresses that the compiler needed, not ways that a conversation takes.
    fn without_loose_ends(mut self) -> Picture {
        let mut led_to = vec![false; self.nodes.len()];
        self.edges.iter().for_each(|edge| led_to[edge.to] = true);
        let mut numbers = Vec::with_capacity(self.nodes.len());
        let mut kept = 0;
        for (node, led_to) in self.nodes.iter().zip(&led_to) {
            let keep = *led_to || !matches!(node.kind, "finish" | "return");
            numbers.push(keep.then_some(kept));
            kept += usize::from(keep);
        }
        let mut at = numbers.iter();
        self.nodes
            .retain(|_| at.next().is_some_and(|number| number.is_some()));
        for edge in &mut self.edges {
            // An end has no ways out, so that both sides of every edge are kept.
            edge.from = numbers[edge.from].unwrap_or(0);
            edge.to = numbers[edge.to].unwrap_or(0);
        }
        self
    }
}

struct Painter<'g> {
    bot: &'g Bot,
    graph: &'g Graph,
    words: &'g Words<'g>,
    picture: Picture,
    groups: IndexMap<String, usize, FxBuildHasher>,
    numbers: IndexMap<NodeIndex, usize, FxBuildHasher>,
    ids: IndexSet<String, FxBuildHasher>,
    /// Groups of nodes of `always` that are ways of escalations.
    ways: IndexMap<NodeIndex, usize, FxBuildHasher>,
}

impl Painter<'_> {
    fn group(&mut self, id: String, title: String) -> usize {
        if let Some(known) = self.groups.get(&id) {
            return *known;
        }
        let number = self.picture.groups.len();
        self.picture.groups.push(Group {
            id: id.clone(),
            title,
        });
        self.groups.insert(id, number);
        number
    }

    /// The group of a node; none if it is not shown.
    fn group_of(&mut self, node: NodeIndex) -> Option<usize> {
        if let (Node::Place(_), Some(group)) = (&self.graph.nodes[node], self.ways.get(&node)) {
            return Some(*group);
        }
        let flow = match &self.graph.nodes[node] {
            Node::Customer | Node::Trigger(_) | Node::Operators => {
                return Some(self.group("begin".into(), "Where conversations begin".into()));
            }
            Node::People(escalation) => {
                let name = &self.bot.escalations[escalation.index()].name;
                return Some(self.group(format!("escalation:{name}"), format!("escalation {name}")));
            }
            Node::Rule(_) => FlowId::ALWAYS,
            Node::Code(_) | Node::Hearing(_) | Node::AskAgain | Node::AskEarlier | Node::Unknown => {
                return None;
            }
            other => self.words.flow_of(other),
        };
        if flow == FlowId::ALWAYS {
            return Some(self.group("always".into(), "Heard everywhere".into()));
        }
        let name = self.words.flow(flow).to_owned();
        Some(self.group(format!("flow:{name}"), name))
    }

    /// Makes the groups in the order in which people look for them: where it begins, what is heard everywhere, the flow
    /// of the beginning, the other flows, people.
    fn order(&mut self) {
        let nodes: Vec<NodeIndex> = self
            .graph
            .nodes
            .node_indices()
            .filter(|node| self.is_shown(*node))
            .collect();
        let rank = |node: &Node| match node {
            Node::Customer | Node::Trigger(_) | Node::Operators => Some(0),
            Node::Rule(_) => Some(1),
            Node::Handler(id) if self.bot.handlers[id.index()].flow == FlowId::ALWAYS => Some(1),
            Node::Flow(flow) if Some(*flow) == self.bot.start => Some(2),
            Node::Flow(flow) if *flow != FlowId::ALWAYS => Some(3),
            Node::People(_) => Some(4),
            _ => None,
        };
        let mut firsts: Vec<(i32, NodeIndex)> = nodes
            .into_iter()
            .filter_map(|node| Some((rank(&self.graph.nodes[node])?, node)))
            .collect();
        firsts.sort_unstable();
        for (_, node) in firsts {
            self.group_of(node);
        }
        // Ways of an escalation are code of `always`, but belong to it.
        for people in self.graph.people().to_vec() {
            let Some(group) = self.is_shown(people).then(|| self.group_of(people)).flatten() else {
                continue;
            };
            let mut todo = vec![people];
            while let Some(node) = todo.pop() {
                for (_, edge, to) in self.graph.out(node) {
                    let own = match &self.graph.nodes[to] {
                        Node::Code(_) => true,
                        Node::Place(place) => self.bot.places[place.index()].flow == FlowId::ALWAYS,
                        _ => false,
                    };
                    if own && edge != Edge::Hears && !self.ways.contains_key(&to) {
                        self.ways.insert(to, group);
                        todo.push(to);
                    }
                }
            }
        }
    }

    /// Whether a node is part of what is to be shown.
    fn is_shown(&self, node: NodeIndex) -> bool {
        self.graph.shown.is_none_or(|flow| self.belongs(node, flow))
    }

    fn nodes(&mut self) {
        // Nodes of the graph come by kind; in a picture they come group by group, in order of the text.
        let mut shown: Vec<(usize, u32, NodeIndex)> = Vec::new();
        self.order();
        for node in self.graph.nodes.node_indices() {
            if !self.is_shown(node) {
                continue;
            }
            let weight = &self.graph.nodes[node];
            let empty = match weight {
                // The pseudo-flow is no flow that begins or returns.
                Node::Flow(flow) => *flow == FlowId::ALWAYS,
                Node::Return(_) | Node::Finish { .. } => self.graph.into(node).next().is_none(),
                Node::Customer => self.bot.start.is_none(),
                Node::People(_) => false,
                _ => false,
            };
            if empty || matches!(weight, Node::Return(FlowId::ALWAYS)) {
                continue;
            }
            if let Some(group) = self.group_of(node) {
                let rank = match weight {
                    Node::Flow(_) | Node::Customer | Node::People(_) => 0,
                    Node::Handler(_) | Node::Rule(_) | Node::Trigger(_) => 1,
                    _ => 2,
                };
                shown.push((group, rank, node));
            }
        }
        shown.sort_unstable();
        for (group, _, node) in shown {
            let shape = self.shape(node, group);
            self.numbers.insert(node, self.picture.nodes.len());
            self.picture.nodes.push(shape);
        }
    }

    fn belongs(&self, node: NodeIndex, flow: FlowId) -> bool {
        let weight = &self.graph.nodes[node];
        match weight {
            Node::Customer | Node::Operators | Node::Trigger(_) => self
                .graph
                .nodes
                .neighbors(node)
                .any(|to| matches!(self.graph.nodes[to], Node::Flow(begun) if begun == flow)),
            Node::People(_) | Node::Rule(_) => false,
            other => self.words.flow_of(other) == flow,
        }
    }

    fn shape(&mut self, node: NodeIndex, group: usize) -> Shape {
        let weight = &self.graph.nodes[node];
        let label = self.words.node(weight);
        let flow = match weight {
            Node::Flow(_)
            | Node::Step(_)
            | Node::Place(_)
            | Node::Handler(_)
            | Node::Finish { .. }
            | Node::Return(_) => Some(self.words.flow_of(weight)).filter(|flow| *flow != FlowId::ALWAYS),
            _ => None,
        };
        let flow = flow.map(|flow| self.words.flow(flow).to_owned());
        let mut shape = Shape {
            id: String::new(),
            kind: "",
            caption: String::new(),
            label,
            group,
            flow,
            step: None,
            place: None,
            opens: None,
        };
        let owner = shape.flow.clone().unwrap_or_else(|| "always".into());
        match weight {
            Node::Customer => (shape.id, shape.kind) = ("customer".into(), "customer"),
            Node::Trigger(trigger) => {
                shape.kind = "trigger";
                shape.id = format!("trigger:{}", self.bot.triggers[trigger.index()].name);
                shape.caption = "trigger".into();
            }
            Node::Operators => (shape.id, shape.kind) = ("operators".into(), "operators"),
            Node::Flow(flow) => {
                (shape.id, shape.kind, shape.caption) = (format!("flow:{owner}"), "flow", "flow".into());
                shape.label = match self.first_words(node) {
                    Some(words) => self.words.message(words),
                    None => self.words.flow(*flow).into(),
                };
                shape.caption = format!("flow {owner}");
            }
            Node::Step(step) => {
                let name = &self.bot.steps[step.index()].name;
                (shape.id, shape.kind) = (format!("step:{owner}.{name}"), "step");
                shape.caption = format!("step {name}");
                shape.step = Some(name.to_string());
                shape.label = match self.first_words(node) {
                    Some(words) => self.words.message(words),
                    None => String::new(),
                };
            }
            Node::Place(id) => {
                let place = &self.bot.places[id.index()];
                shape.kind = place.kind.word();
                shape.step = place
                    .step
                    .map(|step| self.bot.steps[step.index()].name.to_string());
                shape.place = Some(place.hash.0);
                let step = shape.step.as_deref().unwrap_or("");
                shape.id = format!("place:{owner}.{step}.{}.{}", shape.kind, place.name);
                match &place.kind {
                    PlaceKind::Ask(_)
                    | PlaceKind::Choose(_)
                    | PlaceKind::AskQueue(_)
                    | PlaceKind::Verify(_) => {
                        shape.caption = format!("{} {}", shape.kind.replace('_', " "), place.name);
                        // The name that stands for none.
                        if shape.caption == "choose choice" {
                            shape.caption = "choose".into();
                        }
                    }
                    PlaceKind::Run(run) => shape.opens = Some(format!("flow:{}", self.words.flow(run.flow))),
                    PlaceKind::Escalate(escalation) => {
                        let name = self
                            .bot
                            .escalations
                            .get(escalation.index())
                            .map(|it| it.name.clone());
                        shape.opens = Some(format!("escalation:{}", name.unwrap_or_default()));
                    }
                    _ => {}
                }
            }
            Node::Handler(id) => {
                shape.kind = "handler";
                let step = self.bot.handlers[id.index()].step;
                shape.step = step.map(|step| self.bot.steps[step.index()].name.to_string());
                let step = shape.step.as_deref().unwrap_or("");
                shape.id = format!("handler:{owner}.{step}.{}", shape.label);
            }
            Node::Rule(number) => {
                (shape.id, shape.kind) = (format!("rule:{}", number + 1), "rule");
            }
            Node::People(_) => {
                (shape.id, shape.kind) = (format!("escalation:{}", shape.label), "people");
                shape.caption = "people have the conversation".into();
            }
            Node::Finish { .. } => {
                (shape.id, shape.kind) = (format!("finish:{owner}.{}", shape.label), "finish")
            }
            Node::Return(_) => (shape.id, shape.kind) = (format!("return:{owner}"), "return"),
            _ => {}
        }
        let plain = shape.id.clone();
        let mut number = 1;
        while !self.ids.insert(shape.id.clone()) {
            number += 1;
            shape.id = format!("{plain} {number}");
        }
        shape
    }

    /// The first message that is said where a flow or step begins, before anything else is decided.
    fn first_words(&self, node: NodeIndex) -> Option<MessageId> {
        let (_, _, begin) = self.graph.out(node).into_iter().next()?;
        let Node::Code(pc) = self.graph.nodes[begin] else {
            return None;
        };
        for op in self.bot.code.iter().skip(pc.index()) {
            match op {
                Op::Say(message) => return Some(*message),
                Op::SayOneOf { messages, .. } => return messages.first().copied(),
                Op::Let { .. }
                | Op::Remember { .. }
                | Op::Forget(_)
                | Op::Stage(_)
                | Op::Tag(_)
                | Op::Track { .. }
                | Op::Note(_)
                | Op::Tell { .. }
                | Op::Consent { .. } => {}
                _ => return None,
            }
        }
        None
    }

    fn edges(&mut self) {
        let shown: Vec<(NodeIndex, usize)> = self
            .numbers
            .iter()
            .map(|(node, number)| (*node, *number))
            .collect();
        for (node, from) in shown {
            let weight = &self.graph.nodes[node];
            let mut lines: IndexSet<(usize, &'static str, String), FxBuildHasher> = IndexSet::default();
            for (_, edge, to) in self.graph.out(node) {
                if matches!(edge, Edge::Hears | Edge::Heard) {
                    continue;
                }
                let label = self.words.edge(edge, weight);
                self.follow(node, edge.kind(), label, to, &mut lines);
            }
            for (to, kind, label) in lines {
                self.picture.edges.push(Line {
                    from,
                    to,
                    kind,
                    label,
                });
            }
        }
    }

    /// Follows an edge through pieces of code to what is shown.
    fn follow(
        &self,
        from: NodeIndex,
        kind: &'static str,
        label: String,
        to: NodeIndex,
        lines: &mut IndexSet<(usize, &'static str, String), FxBuildHasher>,
    ) {
        let mut seen: IndexSet<NodeIndex, FxBuildHasher> = IndexSet::default();
        let mut todo = vec![(to, kind, label)];
        while let Some((node, kind, label)) = todo.pop() {
            if let Some(number) = self.numbers.get(&node) {
                // Back to the question it came from: only what a person would call a way.
                if node != from || kind != "ask_again" {
                    lines.insert((*number, kind, label));
                }
                continue;
            }
            if !matches!(self.graph.nodes[node], Node::Code(_)) || !seen.insert(node) || seen.len() > PIECES {
                continue;
            }
            for (_, edge, next) in self.graph.out(node).into_iter().rev() {
                // The first thing that has to happen names the edge; what is decided on the way is added.
                let words = self.words.edge(edge, &self.graph.nodes[node]);
                let words = match edge {
                    Edge::Reask => String::new(),
                    _ => words,
                };
                let both = match (label.is_empty(), words.is_empty()) {
                    (_, true) => label.clone(),
                    (true, false) => words,
                    (false, false) if label.contains(" · ") => label.clone(),
                    (false, false) => format!("{label} · {words}"),
                };
                let kind = if kind == "next" { edge.kind() } else { kind };
                todo.push((next, kind, both));
            }
        }
    }
}
