//! Ways to a node on which all conditions can turn out as they must, as far as that can be seen.
//!
//! The shortest path to a place takes every condition as it comes: it skips a question whose answer it needs further on.
//! Here what is wished of values is carried along, and a way that contradicts itself is left. The search is led by how many turns
//! are left at least, and gives up when it has looked at too many states.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use botflow_artifact::PlaceId;
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;
use rustc_hash::{FxHashMap, FxHashSet};

use super::conversation::{Teller, Telling};
use super::{Driver, Edge, Node};

/// So many states are looked at.
const STATES: usize = 4_000;
/// Farther than anything.
const NEVER: u32 = u32::MAX;
const NOWHERE: usize = usize::MAX;

struct State<'t, 'g> {
    node: NodeIndex,
    /// The places that run flows: the last one, by its number.
    stack: usize,
    turns: u32,
    from: usize,
    edge: Option<EdgeIndex>,
    telling: Telling<'t, 'g>,
}

/// Up to so many ways to a node, the shortest first.
pub(crate) fn possible(teller: &Teller<'_>, goal: NodeIndex, at_most: usize) -> Vec<Vec<EdgeIndex>> {
    let mut search = Search {
        teller,
        left: turns_left(teller, goal),
        states: Vec::new(),
        stacks: vec![(NOWHERE, PlaceId(0))],
        stack_of: FxHashMap::default(),
        heap: BinaryHeap::new(),
    };
    for node in teller.graph.nodes.node_indices() {
        if matches!(
            teller.graph.nodes[node],
            Node::Customer | Node::Operators | Node::Trigger(_)
        ) {
            search.reach(State {
                node,
                stack: 0,
                turns: 0,
                from: NOWHERE,
                edge: None,
                telling: Telling::new(teller),
            });
        }
    }
    let mut found = Vec::new();
    let mut seen: FxHashSet<(NodeIndex, usize, u64)> = FxHashSet::default();
    while let Some((_, _, Reverse(number))) = search.heap.pop() {
        let state = &search.states[number];
        if !seen.insert((state.node, state.stack, state.telling.signature())) {
            continue;
        }
        if state.node == goal {
            found.push(search.way(number));
            if found.len() >= at_most {
                break;
            }
            continue;
        }
        if search.states.len() > STATES {
            break;
        }
        search.expand(number);
    }
    found
}

/// How many turns it takes at least from each node to the goal.
fn turns_left(teller: &Teller<'_>, goal: NodeIndex) -> Vec<u32> {
    let (bot, graph) = (teller.bot, teller.graph);
    let mut left = vec![NEVER; graph.nodes.node_count()];
    left[goal.index()] = 0;
    let mut todo = VecDeque::from([(0, goal)]);
    while let Some((turns, node)) = todo.pop_front() {
        if left[node.index()] < turns {
            continue;
        }
        for (_, edge, from) in graph.into(node) {
            let price = price(teller, edge, node);
            let mut come = |from: NodeIndex| {
                if turns + price < left[from.index()] {
                    left[from.index()] = turns + price;
                    match price {
                        0 => todo.push_front((turns, from)),
                        _ => todo.push_back((turns + price, from)),
                    }
                }
            };
            come(from);
            if let (Edge::Returns, Some(flow)) = (edge, graph.run_at(bot, from)) {
                come(graph.returns(flow));
            }
        }
    }
    left
}

fn price(teller: &Teller<'_>, edge: Edge, to: NodeIndex) -> u32 {
    match teller.graph.driver(teller.bot, edge, to) {
        Driver::Nothing | Driver::System => 0,
        _ => 1,
    }
}

struct Search<'t, 'g> {
    teller: &'t Teller<'g>,
    left: Vec<u32>,
    states: Vec<State<'t, 'g>>,
    /// Per list of places that run flows: the list without its last one, and that one.
    stacks: Vec<(usize, PlaceId)>,
    stack_of: FxHashMap<(usize, PlaceId), usize>,
    /// States by how many turns the way through them takes at least; those that are farther first; then the earlier ones.
    heap: BinaryHeap<(Reverse<u32>, u32, Reverse<usize>)>,
}

impl Search<'_, '_> {
    fn way(&self, mut number: usize) -> Vec<EdgeIndex> {
        let mut path = Vec::new();
        while let Some(state) = self.states.get(number) {
            path.extend(state.edge);
            number = state.from;
        }
        path.reverse();
        path
    }
}

impl<'t, 'g> Search<'t, 'g> {
    fn reach(&mut self, state: State<'t, 'g>) {
        let left = self.left[state.node.index()];
        if left == NEVER {
            return;
        }
        let number = self.states.len();
        self.heap.push((
            Reverse(state.turns.saturating_add(left)),
            state.turns,
            Reverse(number),
        ));
        self.states.push(state);
    }

    fn expand(&mut self, number: usize) {
        let teller = self.teller;
        let graph = teller.graph;
        let (node, stack) = (self.states[number].node, self.states[number].stack);
        if let Node::Return(_) = graph.nodes[node] {
            let (rest, place) = self.stacks[stack];
            if rest == NOWHERE {
                return;
            }
            for (id, edge, to) in graph.out(graph.place(place)) {
                if edge == Edge::Returns {
                    self.go(number, id, edge, node, to, rest);
                }
            }
            return;
        }
        let place = match graph.nodes[node] {
            Node::Place(place) => Some(place),
            _ => None,
        };
        let runs = graph.run_at(teller.bot, node).is_some();
        let mut edges: Vec<_> = graph.nodes.edges(node).collect();
        edges.reverse();
        for edge in edges {
            let stack = match (*edge.weight(), place) {
                (Edge::Returns, _) if runs => continue,
                (Edge::Run, Some(place)) => match self.push(stack, place) {
                    Some(stack) => stack,
                    None => continue,
                },
                // What runs is dropped.
                (Edge::Start, _) => 0,
                _ => stack,
            };
            self.go(number, edge.id(), *edge.weight(), node, edge.target(), stack);
        }
    }

    fn go(&mut self, number: usize, id: EdgeIndex, edge: Edge, from: NodeIndex, to: NodeIndex, stack: usize) {
        if self.left[to.index()] == NEVER || self.states.len() > STATES {
            return;
        }
        let state = &self.states[number];
        let mut telling = state.telling.clone();
        telling.goes(edge, from, to);
        if telling.is_impossible() {
            return;
        }
        self.reach(State {
            node: to,
            stack,
            turns: state.turns + price(self.teller, edge, to),
            from: number,
            edge: Some(id),
            telling,
        });
    }

    /// A flow is run at a place; nothing if it is under way there already: no flow runs itself, and of what handlers run one
    /// takes the place of the other.
    fn push(&mut self, stack: usize, place: PlaceId) -> Option<usize> {
        let mut at = stack;
        while at != 0 {
            let (rest, known) = self.stacks[at];
            if known == place {
                return None;
            }
            at = rest;
        }
        let pushed = self.stack_of.entry((stack, place)).or_insert_with(|| {
            self.stacks.push((stack, place));
            self.stacks.len() - 1
        });
        Some(*pushed)
    }
}
