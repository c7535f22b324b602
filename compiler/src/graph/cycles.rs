//! Cycles that nobody has to drive: Tarjan's strongly connected components over the edges that count, without
//! recursion, because a chain of a hundred thousand questions is a graph, too.

use botflow_artifact::{Bot, FlowId, Hears, PlaceKind};
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::leads::Leads;
use super::{Driver, Edge, Graph, Node};

/// Which edges count, and which flows can be passed by such edges alone.
#[derive(Clone, Debug)]
pub struct Passing {
    /// Whether time counts.
    time: bool,
    /// Per flow: from its beginning to its return by edges that count.
    through: Vec<bool>,
}

impl Passing {
    /// Finds the flows that can be passed. `time`: what the passing of time brings about counts, too.
    pub fn of(graph: &Graph, bot: &Bot, time: bool) -> Passing {
        let mut passing = Passing {
            time,
            through: vec![false; bot.flows.len()],
        };
        let mut seen = vec![false; graph.nodes.node_count()];
        let mut runs: Vec<Vec<NodeIndex>> = vec![Vec::new(); bot.flows.len()];
        let mut todo: Vec<NodeIndex> = (0..bot.flows.len()).map(|flow| graph.flow(flow.into())).collect();
        // All flows at once: as edges into other flows are left out, what is found belongs to one flow each.
        while let Some(node) = todo.pop() {
            if std::mem::replace(&mut seen[node.index()], true) {
                continue;
            }
            if let Node::Return(flow) = graph.nodes[node] {
                passing.through[flow.index()] = true;
                todo.append(&mut runs[flow.index()]);
                continue;
            }
            let run = graph.run_at(bot, node);
            for edge in graph.nodes.edges(node) {
                match (*edge.weight(), run) {
                    (Edge::Run | Edge::Start | Edge::Begins | Edge::Hears, _) => {}
                    (Edge::Returns, Some(flow)) if !passing.through[flow.index()] => {
                        runs[flow.index()].push(edge.target());
                    }
                    (weight, _) if passing.counts(graph, bot, weight, edge.target()) => {
                        todo.push(edge.target());
                    }
                    _ => {}
                }
            }
        }
        passing
    }

    /// Whether an edge counts by itself.
    fn counts(&self, graph: &Graph, bot: &Bot, edge: Edge, to: NodeIndex) -> bool {
        match graph.driver(bot, edge, to) {
            Driver::Nothing => edge != Edge::HandOver,
            // That a call takes long is no way out of it.
            Driver::System => !matches!(edge, Edge::Waiting(_)),
            Driver::Time => self.time,
            _ => false,
        }
    }

    /// Whether a flow can be passed.
    pub fn through(&self, flow: FlowId) -> bool {
        self.through[flow.index()]
    }

    /// Edges out of a node that count; a `run` only if its flow can be passed.
    pub fn edges<'g>(
        &'g self,
        graph: &'g Graph,
        bot: &'g Bot,
        node: NodeIndex,
    ) -> impl Iterator<Item = (Edge, NodeIndex)> + 'g {
        let run = graph.run_at(bot, node);
        let own = graph.nodes.edges(node).filter_map(move |edge| {
            let counts = match (*edge.weight(), run) {
                (Edge::Returns, Some(flow)) => self.through[flow.index()],
                (Edge::Hears | Edge::Heard, _) => false,
                (Edge::Next, _) => !is_next_round(graph, node, edge.target()),
                (weight, _) => self.counts(graph, bot, weight, edge.target()),
            };
            counts.then_some((*edge.weight(), edge.target()))
        });
        own.chain(
            self.nets(graph, bot, node)
                .into_iter()
                .map(|handler| (Edge::Heard, handler)),
        )
    }

    /// The handlers that catch what the place itself does not: the nearest one for a failure, those of the nearest
    /// level for silence.
    pub(crate) fn nets(&self, graph: &Graph, bot: &Bot, node: NodeIndex) -> Vec<NodeIndex> {
        let Node::Place(id) = graph.nodes[node] else {
            return Vec::new();
        };
        let place = &bot.places[id.index()];
        let silence = match &place.kind {
            PlaceKind::Ask(ask) => ask.silence.is_empty(),
            PlaceKind::Choose(choose) => choose.silence.is_empty(),
            PlaceKind::Verify(verify) => verify.silence.is_empty(),
            PlaceKind::Call(call) if call.failed.is_none() => {
                let mut levels = place.handlers.iter().chain(&bot.always);
                let nearest = levels.find(|id| matches!(bot.handlers[id.index()].hears, Hears::Failed));
                return nearest.map(|id| graph.handler(*id)).into_iter().collect();
            }
            _ => false,
        };
        if !silence || !self.time {
            return Vec::new();
        }
        let mut found: Vec<NodeIndex> = Vec::new();
        let mut level = None;
        for id in place.handlers.iter().chain(&bot.always) {
            let handler = &bot.handlers[id.index()];
            if let Hears::Silence(_) = handler.hears {
                let here = (handler.flow, handler.step);
                if *level.get_or_insert(here) != here {
                    break;
                }
                found.push(graph.handler(*id));
            }
        }
        found
    }

    /// Sets of nodes that lead to each other by edges that count, each with its nodes in order of their index;
    /// single nodes only if they lead to themselves. In order of their first node.
    pub fn cycles(&self, graph: &Graph, bot: &Bot) -> Vec<Vec<NodeIndex>> {
        cycles(&self.leads(graph, bot))
    }

    /// The edges that count, of all nodes at once.
    pub fn leads(&self, graph: &Graph, bot: &Bot) -> Leads {
        let edges = graph.nodes.edge_count();
        let mut leads = Leads::with_capacity(graph.nodes.node_count(), edges);
        for node in graph.nodes.node_indices() {
            leads.add(self.edges(graph, bot, node).map(|(_, to)| to.index() as u32));
        }
        leads
    }
}

/// Whether an edge goes back to the head of a `for each`: the only code that jumps backwards, and never for ever.
fn is_next_round(graph: &Graph, from: NodeIndex, to: NodeIndex) -> bool {
    match (&graph.nodes[from], &graph.nodes[to]) {
        (Node::Code(from), Node::Code(to)) => to <= from,
        _ => false,
    }
}

/// The cycles of edges that have been collected before: as [`Passing::cycles`].
pub fn cycles(leads: &Leads) -> Vec<Vec<NodeIndex>> {
    let mut found: Vec<Vec<NodeIndex>> = Vec::new();
    components(leads, |set| {
        let is_cycle = match set {
            [single] => leads.of(*single).contains(single),
            _ => true,
        };
        if is_cycle {
            let mut set: Vec<NodeIndex> = set.iter().map(|node| NodeIndex::new(*node as usize)).collect();
            set.sort_unstable();
            found.push(set);
        }
    });
    found.sort_unstable();
    found
}

/// Strongly connected components of a graph, one after the other; those of one node without an edge, too.
pub fn components(leads: &Leads, mut found: impl FnMut(&[u32])) {
    const UNSEEN: u32 = u32::MAX;
    let (first, targets) = (&leads.first, &leads.targets);
    let count = leads.len();
    let mut order = vec![UNSEEN; count];
    let mut low = vec![0; count];
    let mut open = vec![false; count];
    let mut stack: Vec<u32> = Vec::new();
    // Nodes under work, each with the next of its edges.
    let mut work: Vec<(u32, u32)> = Vec::new();
    let mut next = 0;
    for root in 0..count as u32 {
        if order[root as usize] != UNSEEN {
            continue;
        }
        work.push((root, first[root as usize]));
        while let Some((node, edge)) = work.last_mut() {
            let n = *node as usize;
            if order[n] == UNSEEN {
                order[n] = next;
                low[n] = next;
                next += 1;
                open[n] = true;
                stack.push(*node);
            }
            if *edge < first[n + 1] {
                let to = targets[*edge as usize];
                *edge += 1;
                if order[to as usize] == UNSEEN {
                    work.push((to, first[to as usize]));
                } else if open[to as usize] {
                    low[n] = low[n].min(order[to as usize]);
                }
                continue;
            }
            work.pop();
            if let Some((parent, _)) = work.last() {
                low[*parent as usize] = low[*parent as usize].min(low[n]);
            }
            if low[n] == order[n] {
                let begin = stack
                    .iter()
                    .rposition(|member| *member as usize == n)
                    .unwrap_or(0);
                for member in &stack[begin..] {
                    open[*member as usize] = false;
                }
                found(&stack[begin..]);
                stack.truncate(begin);
            }
        }
    }
}
