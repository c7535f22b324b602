//! The state-machine graph of a whole bot: where a conversation can be, and what leads from there to where.
//!
//! It is built from the artifact alone, so that a picture of a built bot needs no sources. Reading order: [`node`]
//! (nodes and typed edges), [`build`], [`reach`] (what can be reached, how soon, and which flows return), [`cycles`],
//! [`goals`] (what a place can lead to), [`label`] (words for people), [`conversation`] (a path as `.chat` lines), `ways` (paths that do not
//! contradict themselves),
//! [`picture`] (the graph as people look at it), [`export`].
//!
//! `run` is an edge into the flow and an edge to behind it; the second one is only taken if the flow can return. So
//! no analysis comes out of a flow at another place than the one it went in at, and all of them stay linear.

mod build;
pub mod conversation;
pub mod cycles;
pub mod export;
pub mod goals;
pub mod label;
pub mod leads;
pub mod node;
pub mod picture;
pub mod reach;
pub(crate) mod ways;

pub use node::{Driver, Edge, Level, Node};
pub use reach::Reach;

use botflow_artifact::{Bot, FlowId, HandlerId, Hears, Pc, PlaceId, PlaceKind, StepId};
use petgraph::Direction;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

/// The graph of a bot. Indices are only meaningful with the bot it was built from.
#[derive(Clone, Debug)]
pub struct Graph {
    /// The graph itself.
    pub nodes: DiGraph<Node, Edge>,
    flows: Vec<NodeIndex>,
    steps: Vec<NodeIndex>,
    places: Vec<NodeIndex>,
    handlers: Vec<NodeIndex>,
    people: Vec<NodeIndex>,
    returns: Vec<NodeIndex>,
    code: Vec<NodeIndex>,
    /// The flow that pictures show alone.
    shown: Option<FlowId>,
}

impl Graph {
    /// Builds the graph of a bot. The bot's ids have to be in range, as they are after code generation and after
    /// loading; an address that is not leads to [`Node::Unknown`].
    pub fn build(bot: &Bot) -> Graph {
        build::build(bot)
    }

    /// The same graph, of which pictures show one flow alone.
    pub fn only(mut self, flow: FlowId) -> Graph {
        self.shown = Some(flow);
        self
    }

    /// Where a flow begins.
    pub fn flow(&self, flow: FlowId) -> NodeIndex {
        self.flows[flow.index()]
    }

    /// Where a step begins.
    pub fn step(&self, step: StepId) -> NodeIndex {
        self.steps[step.index()]
    }

    /// A place.
    pub fn place(&self, place: PlaceId) -> NodeIndex {
        self.places[place.index()]
    }

    /// A handler.
    pub fn handler(&self, handler: HandlerId) -> NodeIndex {
        self.handlers[handler.index()]
    }

    /// Where runs of a flow end.
    pub fn returns(&self, flow: FlowId) -> NodeIndex {
        self.returns[flow.index()]
    }

    /// The piece of code that begins at this address, if one does.
    pub fn code(&self, pc: Pc) -> Option<NodeIndex> {
        let node = self.code.get(pc.index()).copied();
        node.filter(|node| node.index() < self.nodes.node_count())
    }

    /// Nodes of hand-overs, by escalation.
    pub fn people(&self) -> &[NodeIndex] {
        &self.people
    }

    /// Edges out of a node, in the order in which they were made: that of the text.
    pub fn out(&self, node: NodeIndex) -> Vec<(EdgeIndex, Edge, NodeIndex)> {
        let mut edges: Vec<_> = self
            .nodes
            .edges(node)
            .map(|edge| (edge.id(), *edge.weight(), edge.target()))
            .collect();
        edges.reverse();
        edges
    }

    /// Edges into a node.
    pub fn into(&self, node: NodeIndex) -> impl Iterator<Item = (EdgeIndex, Edge, NodeIndex)> + '_ {
        self.nodes
            .edges_directed(node, Direction::Incoming)
            .map(|edge| (edge.id(), *edge.weight(), edge.source()))
    }

    /// What has to happen for an edge to be taken. Unlike [`Edge::driver`] it knows what a handler hears.
    pub fn driver(&self, bot: &Bot, edge: Edge, to: NodeIndex) -> Driver {
        match (edge, &self.nodes[to]) {
            (Edge::Heard, Node::Handler(handler)) => match bot.handlers[handler.index()].hears {
                Hears::Silence(_) => Driver::Time,
                Hears::Failed => Driver::System,
                Hears::Event(_) | Hears::Stranded => Driver::World,
                _ => Driver::Customer,
            },
            _ => edge.driver(),
        }
    }

    /// The flow that is run at a place, if one is.
    pub fn run_at(&self, bot: &Bot, node: NodeIndex) -> Option<FlowId> {
        match &self.nodes[node] {
            Node::Place(place) => match &bot.places[place.index()].kind {
                PlaceKind::Run(run) if run.flow.index() < bot.flows.len() => Some(run.flow),
                _ => None,
            },
            _ => None,
        }
    }
}
