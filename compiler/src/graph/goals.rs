//! What places can lead to. A *goal* is what gets a conversation somewhere: its end, the end of a run, people, an
//! earlier question, or a question. Two different goals are enough to know that a place leads on.

use botflow_artifact::{Bot, PlaceKind};
use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::{Driver, Edge, Graph, Node, Reach};

/// Per node, up to two different goals that can be reached first, nothing but code, calls and waits between.
#[derive(Clone, Debug)]
pub struct Goals {
    found: Vec<[Option<NodeIndex>; 2]>,
}

impl Goals {
    /// Propagates goals backwards; each node takes up at most two, so that this is linear.
    pub fn of(graph: &Graph, bot: &Bot, reach: &Reach) -> Goals {
        let mut goals = Goals {
            found: vec![[None; 2]; graph.nodes.node_count()],
        };
        let mut todo: Vec<(NodeIndex, NodeIndex)> = Vec::new();
        for node in graph.nodes.node_indices() {
            if is_goal(graph, bot, node) {
                goals.spread(graph, bot, reach, node, node, &mut todo);
            }
        }
        while let Some((node, goal)) = todo.pop() {
            let slots = &mut goals.found[node.index()];
            let Some(free) = slots
                .iter()
                .position(|slot| slot.is_none() || *slot == Some(goal))
            else {
                continue;
            };
            if slots[free] == Some(goal) {
                continue;
            }
            slots[free] = Some(goal);
            // Before a goal other things count: what leads to a question leads to that question.
            if !is_goal(graph, bot, node) {
                goals.spread(graph, bot, reach, node, goal, &mut todo);
            }
        }
        goals
    }

    fn spread(
        &self,
        graph: &Graph,
        bot: &Bot,
        reach: &Reach,
        node: NodeIndex,
        goal: NodeIndex,
        todo: &mut Vec<(NodeIndex, NodeIndex)>,
    ) {
        for edge in graph.nodes.edges_directed(node, Direction::Incoming) {
            if *edge.weight() == Edge::Returns
                && graph
                    .run_at(bot, edge.source())
                    .is_some_and(|flow| !reach.returns(flow))
            {
                continue;
            }
            // Failures are heard at calls, which have ways of their own.
            if *edge.weight() == Edge::Heard && graph.driver(bot, Edge::Heard, node) == Driver::System {
                continue;
            }
            todo.push((edge.source(), goal));
        }
    }

    /// Whether a node leads to a goal other than itself.
    pub fn leads_on(&self, node: NodeIndex) -> bool {
        self.found[node.index()]
            .iter()
            .flatten()
            .any(|goal| *goal != node)
    }
}

/// Whether a node is a goal by itself.
fn is_goal(graph: &Graph, bot: &Bot, node: NodeIndex) -> bool {
    match &graph.nodes[node] {
        Node::Finish { .. } | Node::Return(_) | Node::People(_) | Node::AskEarlier | Node::Unknown => true,
        Node::Place(place) => matches!(
            bot.places[place.index()].kind,
            PlaceKind::Ask(_) | PlaceKind::Choose(_) | PlaceKind::Verify(_) | PlaceKind::AskQueue(_)
        ),
        _ => false,
    }
}
