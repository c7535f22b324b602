//! A way to a statement in a given state, with the fewest turns: what the conversation of a finding is told from.
//!
//! The search walks the graph with the flows that are run on the way, and with how long the customer has been silent. It stays
//! among the nodes from which the statement can be reached, and gives up when it has looked at too many states: then
//! the finding goes without a conversation.

use botflow_artifact::*;
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::scope::seconds;
use super::sites::Site;
use super::transfer::{UNBOUNDED, plus};
use super::{Exploration, transfer};
use crate::conversation::begins::begun_by_customer;
use crate::graph::{Driver, Edge, Node};

/// So many states are looked at.
const STATES: usize = 40_000;

/// What is wanted of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// It is on this channel.
    pub channel: Option<SmolStr>,
    /// It is in this language.
    pub language: Option<LanguageId>,
    /// More than so many milliseconds have passed since the customer last wrote, or they have not written at all.
    pub quiet_over: Option<i64>,
}

/// A way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// The edges, from where the conversation begins.
    pub path: Vec<EdgeIndex>,
    /// Before the edge of this number so many milliseconds pass in which nothing happens.
    pub pauses: Vec<(usize, i64)>,
    /// So many milliseconds pass at its end.
    pub after: i64,
}

#[derive(Clone, Copy)]
struct State {
    node: NodeIndex,
    /// The flows that are run, as a list of places: the last one, and its number in the list of lists.
    stack: u32,
    /// Seconds since the customer wrote.
    quiet: u32,
    /// From where.
    from: u32,
    edge: Option<EdgeIndex>,
    /// Seconds that pass before that.
    pause: u32,
    /// Where the conversation rests.
    rests: Option<PlaceId>,
    /// The question that waits, and is put again when a handler has ended, is the one that is wanted.
    of_goal: bool,
}

const NOWHERE: u32 = u32::MAX;

impl Exploration<'_> {
    /// A way to a site that is as wanted, with the fewest turns; nothing if there is none, or none was found soon enough.
    pub fn way_to(&self, site: Site, wanted: &Wanted) -> Option<Way> {
        let (bot, graph) = (self.walks.bot, self.walks.graph);
        let (goal, after) = match site {
            Site::Say(pc) => (NodeIndex::new(self.sites.piece(pc)? as usize), 0),
            Site::Question(place) | Site::HandOver(place) => (graph.place(place), 0),
            Site::Nudge(place, number) => (graph.place(place), self.nudge_after(place, number)),
            Site::HandlerNudge(handler) => (graph.handler(handler), 0),
        };
        let over = wanted.quiet_over.map(seconds);
        // A question is put again behind whatever was heard at it.
        let is_question = matches!(site, Site::Question(_));
        let towards = self.towards(goal, is_question);
        let mut search = Search {
            exploration: self,
            wanted,
            over,
            towards,
            goal: is_question.then_some(goal),
            class: wanted.channel.as_ref().and_then(|channel| self.class_of(channel)),
            states: Vec::new(),
            seen: FxHashSet::default(),
            stacks: vec![(NOWHERE, PlaceId(0))],
            stack_of: FxHashMap::default(),
            buckets: vec![Vec::new()],
        };
        search.begin();
        let mut turn = 0;
        while turn < search.buckets.len() {
            let mut at = 0;
            while at < search.buckets[turn].len() {
                let number = search.buckets[turn][at];
                at += 1;
                let state = search.states[number as usize];
                let quiet = plus(state.quiet, seconds(after));
                let again = state.of_goal && graph.nodes[state.node] == Node::AskAgain;
                if (state.node == goal || again) && over.is_none_or(|over| quiet > over) {
                    return Some(search.way(number, after));
                }
                if search.states.len() > STATES {
                    return None;
                }
                search.expand(bot, number, turn);
            }
            turn += 1;
        }
        None
    }

    fn class_of(&self, channel: &str) -> Option<u32> {
        let at = self
            .walks
            .bot
            .channels
            .iter()
            .position(|known| known == channel)?;
        self.walks.tells.class.get(at).copied()
    }

    fn nudge_after(&self, place: PlaceId, number: u32) -> i64 {
        let clocks = match self.walks.bot.places.get(place.index()).map(|place| &place.kind) {
            Some(PlaceKind::Ask(ask)) => &ask.silence,
            Some(PlaceKind::Choose(choose)) => &choose.silence,
            Some(PlaceKind::Verify(verify)) => &verify.silence,
            _ => return 0,
        };
        clocks.get(number as usize).map_or(0, |clock| clock.after_ms)
    }

    /// The nodes from which another one can be reached, or a handler's end.
    fn towards(&self, goal: NodeIndex, again: bool) -> Vec<bool> {
        let (bot, graph) = (self.walks.bot, self.walks.graph);
        let mut towards = vec![false; graph.nodes.node_count()];
        let mut todo = vec![goal];
        towards[goal.index()] = true;
        if again {
            let ends = (graph.nodes.node_indices()).filter(|node| graph.nodes[*node] == Node::AskAgain);
            for end in ends {
                towards[end.index()] = true;
                todo.push(end);
            }
        }
        while let Some(node) = todo.pop() {
            for (_, edge, from) in graph.into(node) {
                let mut come = |from: NodeIndex| {
                    if !std::mem::replace(&mut towards[from.index()], true) {
                        todo.push(from);
                    }
                };
                come(from);
                if let (Edge::Returns, Some(flow)) = (edge, graph.run_at(bot, from)) {
                    come(graph.returns(flow));
                }
            }
        }
        towards
    }
}

struct Search<'s, 'b> {
    exploration: &'s Exploration<'b>,
    wanted: &'s Wanted,
    over: Option<u32>,
    towards: Vec<bool>,
    /// The question that is wanted.
    goal: Option<NodeIndex>,
    class: Option<u32>,
    states: Vec<State>,
    seen: FxHashSet<(NodeIndex, u32, u32, bool)>,
    /// Per list of places that run flows: the list without its last one, and that one.
    stacks: Vec<(u32, PlaceId)>,
    stack_of: FxHashMap<(u32, PlaceId), u32>,
    buckets: Vec<Vec<u32>>,
}

impl Search<'_, '_> {
    fn begin(&mut self) {
        let (bot, graph) = (self.exploration.walks.bot, self.exploration.walks.graph);
        for node in graph.nodes.node_indices() {
            let quiet = match &graph.nodes[node] {
                Node::Customer | Node::Operators => 0,
                Node::Trigger(id) => {
                    let trigger = &bot.triggers[id.index()];
                    let there = |channel: &SmolStr| trigger.via.is_empty() || trigger.via.contains(channel);
                    if !self.wanted.channel.as_ref().is_none_or(there) {
                        continue;
                    }
                    match trigger.sources.first() {
                        Some(source) if begun_by_customer(bot, source) => seconds(trigger.after_ms),
                        _ => UNBOUNDED,
                    }
                }
                _ => continue,
            };
            self.reach(
                State {
                    node,
                    stack: 0,
                    quiet,
                    from: NOWHERE,
                    edge: None,
                    pause: 0,
                    rests: None,
                    of_goal: false,
                },
                0,
            );
        }
    }

    fn reach(&mut self, mut state: State, turn: usize) {
        if !self.towards[state.node.index()] {
            return;
        }
        state.quiet = match self.over {
            // Beyond what is wanted, more makes no difference.
            Some(over) => state.quiet.min(over.saturating_add(1)),
            None => 0,
        };
        if !self
            .seen
            .insert((state.node, state.stack, state.quiet, state.of_goal))
        {
            return;
        }
        if self.buckets.len() <= turn {
            self.buckets.resize_with(turn + 1, Vec::new);
        }
        self.buckets[turn].push(self.states.len() as u32);
        self.states.push(state);
    }

    fn expand(&mut self, bot: &Bot, number: u32, turn: usize) {
        let (walks, graph) = (&self.exploration.walks, self.exploration.walks.graph);
        let state = self.states[number as usize];
        if let Node::Return(_) = graph.nodes[state.node] {
            let (rest, place) = self.stacks[state.stack as usize];
            if rest == NOWHERE {
                return;
            }
            let behind = graph.out(graph.place(place));
            for (id, edge, to) in behind {
                if edge == Edge::Returns {
                    let next = State {
                        node: to,
                        stack: rest,
                        from: number,
                        edge: Some(id),
                        pause: 0,
                        ..state
                    };
                    self.reach(next, turn);
                }
            }
            return;
        }
        let place = match graph.nodes[state.node] {
            Node::Place(place) => Some(place),
            _ => None,
        };
        let run = graph.run_at(bot, state.node);
        let mut edges: Vec<_> = graph.nodes.edges(state.node).collect();
        edges.reverse();
        for edge in edges {
            let (weight, to) = (*edge.weight(), edge.target());
            if matches!(weight, Edge::Returns) && run.is_some() {
                continue;
            }
            if let Edge::If(condition) | Edge::Else(condition) = weight {
                let only = walks
                    .tells
                    .narrowed(bot, condition, matches!(weight, Edge::If(_)));
                let elsewhere = self.class.is_some_and(|class| only.classes >> class & 1 == 0);
                let language = self.wanted.language;
                if elsewhere || language.is_some_and(|language| only.languages >> language.0.min(63) & 1 == 0)
                {
                    continue;
                }
            }
            let rests = place.or(state.rests);
            let mut pause = 0;
            let quiet = match graph.driver(bot, weight, to) {
                Driver::Nothing => state.quiet,
                Driver::Customer if weight != Edge::Begins => 0,
                Driver::Customer | Driver::System => state.quiet,
                Driver::Time => plus(state.quiet, self.passes(bot, weight, to)),
                Driver::World => {
                    pause = self.waits_for(bot, rests, state.quiet);
                    plus(state.quiet, pause)
                }
                Driver::People => match weight {
                    Edge::Nobody(after) => plus(state.quiet, seconds(after)),
                    _ => state.quiet,
                },
            };
            let turns = match graph.driver(bot, weight, to) {
                Driver::Nothing | Driver::System => 0,
                _ => 1,
            };
            let stack = match (weight, place) {
                (Edge::Run, Some(place)) => match self.push(state.stack, place) {
                    Some(stack) => stack,
                    None => continue,
                },
                // What runs is dropped.
                (Edge::Start, _) => 0,
                _ => state.stack,
            };
            let of_goal = match weight {
                Edge::Hears if place.is_some() => self.goal == Some(state.node),
                _ => state.of_goal,
            };
            let next = State {
                node: to,
                stack,
                quiet,
                from: number,
                edge: Some(edge.id()),
                pause,
                rests,
                of_goal,
            };
            self.reach(next, turn + turns);
        }
    }

    /// A flow is run at a place; nothing if it is under way there already: no flow runs itself, and of what handlers run one
    /// takes the place of the other.
    fn push(&mut self, stack: u32, place: PlaceId) -> Option<u32> {
        let mut at = stack;
        while at != 0 {
            let (rest, known) = self.stacks[at as usize];
            if known == place {
                return None;
            }
            at = rest;
        }
        let pushed = self.stack_of.entry((stack, place)).or_insert_with(|| {
            self.stacks.push((stack, place));
            self.stacks.len() as u32 - 1
        });
        Some(*pushed)
    }

    /// How long the time takes that an edge hangs on.
    fn passes(&self, bot: &Bot, edge: Edge, to: NodeIndex) -> u32 {
        match edge {
            Edge::Silence(after) | Edge::CustomerSilent(after) => seconds(after),
            Edge::Elapsed(time) | Edge::TooLate(time) => self.exploration.walks.rests.duration(bot, time),
            Edge::Heard => match self.exploration.walks.graph.nodes[to] {
                Node::Handler(handler) => match &bot.handlers[handler.index()].hears {
                    Hears::Silence(clock) => seconds(clock.after_ms),
                    _ => 0,
                },
                _ => 0,
            },
            _ => 0,
        }
    }

    /// How long an event can be waited for, as far as that is wanted: a minute more than needed.
    fn waits_for(&self, bot: &Bot, rests: Option<PlaceId>, quiet: u32) -> u32 {
        let Some(over) = self.over.filter(|over| quiet <= *over) else {
            return 0;
        };
        let rest = rests.map_or(0, |place| self.exploration.walks.rests.at(bot, place));
        let needed = (over - quiet).saturating_add(60);
        match rest > needed || rest == transfer::UNBOUNDED {
            true => needed,
            false => 0,
        }
    }

    fn way(&self, mut number: u32, after: i64) -> Way {
        let mut edges: Vec<(EdgeIndex, u32)> = Vec::new();
        while number != NOWHERE {
            let state = self.states[number as usize];
            edges.extend(state.edge.map(|edge| (edge, state.pause)));
            number = state.from;
        }
        edges.reverse();
        let pauses = edges.iter().enumerate();
        Way {
            pauses: pauses
                .filter(|(_, (_, pause))| *pause > 0)
                .map(|(at, (_, pause))| (at, i64::from(*pause) * 1000))
                .collect(),
            path: edges.into_iter().map(|(edge, _)| edge).collect(),
            after,
        }
    }
}
