//! What can be reached from where conversations begin, in how few turns, and which flows can return.
//!
//! One search with buckets, in order of the number of turns (an edge that somebody has to drive costs one). Behind a
//! `run` it goes on when the end of the flow that is run has been found; what that costs is what the flow cost from
//! its beginning to its end.

use botflow_artifact::{Bot, FlowId};
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use super::{Driver, Edge, Graph, Node};

/// What was found.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Per node: turns from the beginning; `u32::MAX` where it is never reached.
    turns: Vec<u32>,
    /// Per node: the edge by which it is reached soonest.
    by: Vec<Option<EdgeIndex>>,
    /// Per flow: it can return.
    returns: Vec<bool>,
}

/// Never reached.
const NEVER: u32 = u32::MAX;

impl Reach {
    /// Searches from everything that begins conversations.
    pub fn of(graph: &Graph, bot: &Bot) -> Reach {
        let roots = graph.nodes.node_indices().filter(|node| {
            matches!(
                graph.nodes[*node],
                Node::Customer | Node::Trigger(_) | Node::Operators
            )
        });
        Reach::from(graph, bot, roots)
    }

    /// Searches from these nodes.
    pub fn from(graph: &Graph, bot: &Bot, roots: impl Iterator<Item = NodeIndex>) -> Reach {
        Reach::over(graph, bot, roots, &|_, _| true)
    }

    /// Searches from these nodes over the edges that are allowed; which node they lead to is told with them.
    pub(crate) fn over(
        graph: &Graph,
        bot: &Bot,
        roots: impl Iterator<Item = NodeIndex>,
        allowed: &dyn Fn(Edge, NodeIndex) -> bool,
    ) -> Reach {
        let count = graph.nodes.node_count();
        let mut reach = Reach {
            turns: vec![NEVER; count],
            by: vec![None; count],
            returns: vec![false; bot.flows.len()],
        };
        let mut done = vec![false; count];
        // Places that wait for the end of the flow they run.
        let mut runs: Vec<Vec<(NodeIndex, EdgeIndex, NodeIndex)>> = vec![Vec::new(); bot.flows.len()];
        let mut buckets: Vec<Vec<NodeIndex>> = vec![Vec::new()];
        for root in roots {
            if reach.turns[root.index()] == NEVER {
                reach.turns[root.index()] = 0;
                buckets[0].push(root);
            }
        }
        // What comes first in the text comes first in a bucket: ties are broken by order, never by chance.
        let mut turn = 0;
        while turn < buckets.len() {
            let mut at = 0;
            while at < buckets[turn].len() {
                let node = buckets[turn][at];
                at += 1;
                if std::mem::replace(&mut done[node.index()], true) {
                    continue;
                }
                if let Node::Return(flow) = graph.nodes[node] {
                    reach.returns[flow.index()] = true;
                    for (place, edge, behind) in std::mem::take(&mut runs[flow.index()]) {
                        reach.behind(graph, flow, place, edge, behind, &mut buckets);
                    }
                    continue;
                }
                let run = graph.run_at(bot, node);
                for edge in graph.nodes.edges(node) {
                    let (id, to) = (edge.id(), edge.target());
                    if !allowed(*edge.weight(), to) {
                        continue;
                    }
                    if let (Edge::Returns, Some(flow)) = (edge.weight(), run) {
                        if reach.returns[flow.index()] {
                            reach.behind(graph, flow, node, id, to, &mut buckets);
                        } else {
                            runs[flow.index()].push((node, id, to));
                        }
                        continue;
                    }
                    let cost = match graph.driver(bot, *edge.weight(), to) {
                        Driver::Nothing | Driver::System => 0,
                        _ => 1,
                    };
                    reach.relax(to, turn as u32 + cost, id, &mut buckets);
                }
            }
            turn += 1;
        }
        reach
    }

    /// Goes on behind a `run` whose flow is known to return.
    fn behind(
        &mut self,
        graph: &Graph,
        flow: FlowId,
        place: NodeIndex,
        edge: EdgeIndex,
        behind: NodeIndex,
        buckets: &mut Vec<Vec<NodeIndex>>,
    ) {
        let inside = self.turns[graph.returns(flow).index()].saturating_sub(
            self.turns[graph.flow(flow).index()].min(self.turns[graph.returns(flow).index()]),
        );
        let turns = self.turns[place.index()].saturating_add(inside);
        self.relax(behind, turns, edge, buckets);
    }

    fn relax(&mut self, to: NodeIndex, turns: u32, by: EdgeIndex, buckets: &mut Vec<Vec<NodeIndex>>) {
        let known = &mut self.turns[to.index()];
        // An edge costs at most one turn, a run at most all that were needed so far: buckets stay few.
        if turns >= *known {
            return;
        }
        *known = turns;
        self.by[to.index()] = Some(by);
        let bucket = turns as usize;
        if buckets.len() <= bucket {
            buckets.resize_with(bucket + 1, Vec::new);
        }
        buckets[bucket].push(to);
    }

    /// In how many turns a node is reached; `u32::MAX` where it never is.
    pub fn turns(&self, node: NodeIndex) -> u32 {
        self.turns[node.index()]
    }

    /// Whether a conversation can come here.
    pub fn reached(&self, node: NodeIndex) -> bool {
        self.turns[node.index()] != NEVER
    }

    /// Whether a flow, once begun, can return.
    pub fn returns(&self, flow: FlowId) -> bool {
        self.returns[flow.index()]
    }

    /// The path by which a node is reached soonest, from the beginning. What happens inside a flow that is run on the
    /// way is part of it. At most so many edges, the last ones.
    pub fn path(&self, graph: &Graph, bot: &Bot, to: NodeIndex, at_most: usize) -> Vec<EdgeIndex> {
        let mut path = Vec::new();
        self.walk(graph, bot, to, None, at_most, 0, &mut path);
        path.reverse();
        path
    }

    /// The soonest way through a flow, from its beginning to its return; nothing if it does not return.
    pub fn through(&self, graph: &Graph, bot: &Bot, flow: FlowId, at_most: usize) -> Option<Vec<EdgeIndex>> {
        if !self.returns(flow) {
            return None;
        }
        let mut path = Vec::new();
        let begin = Some(graph.flow(flow));
        self.walk(graph, bot, graph.returns(flow), begin, at_most, 0, &mut path);
        path.reverse();
        let begins = path.first().and_then(|edge| graph.nodes.edge_endpoints(*edge));
        (begins.map(|(from, _)| from) == begin).then_some(path)
    }

    /// Walks back from a node to a beginning (`None`) or to the beginning of a flow.
    #[expect(clippy::too_many_arguments, reason = "a recursion with its own state")]
    fn walk(
        &self,
        graph: &Graph,
        bot: &Bot,
        mut node: NodeIndex,
        until: Option<NodeIndex>,
        at_most: usize,
        depth: usize,
        path: &mut Vec<EdgeIndex>,
    ) {
        while Some(node) != until
            && path.len() < at_most
            && let Some(edge) = self.by[node.index()]
        {
            let Some((from, _)) = graph.nodes.edge_endpoints(edge) else {
                return;
            };
            path.push(edge);
            if graph.nodes[edge] == Edge::Returns
                && depth < 16
                && let Some(flow) = graph.run_at(bot, from)
            {
                let inside = Some(graph.flow(flow));
                self.walk(graph, bot, graph.returns(flow), inside, at_most, depth + 1, path);
            }
            node = from;
        }
    }
}
