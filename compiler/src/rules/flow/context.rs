//! What the rules of this family share: the bot with its graph, what can be reached, and ways to tell it.

use std::cell::{Cell, OnceCell};
use std::collections::VecDeque;

use botflow_artifact::{
    AskTarget, Expr, FieldId, FlowId, Handler, HandlerId, Hears, IntentId, Occurrence, Op, Pc, Place,
    PlaceId, PlaceKind, SegmentId, StageId, TriggerId, TriggerSource,
};
use botflow_message::Profiles;
use indexmap::IndexMap;
use petgraph::graph::{EdgeIndex, NodeIndex};
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;

use crate::codegen::Lowered;
use crate::conversation::plan::{BEGINS, Plan, RUNS, arranged};
use crate::explore::{Exploration, Scope, Site, Wanted};
use crate::graph::conversation::Teller;
use crate::graph::cycles::{Passing, cycles};
use crate::graph::goals::Goals;
use crate::graph::label::Words;
use crate::graph::leads::Leads;
use crate::graph::{Driver, Edge, Graph, Node, Reach};
use crate::project::Span;

/// The longest path that is told.
const PATH: usize = 400;
/// So many conversations are told in one check; the findings beyond go without.
const MOST_TOLD: u32 = 400;
/// How many nodes are looked at for a detour. Beyond it the finding goes without.
const DETOUR: usize = 20_000;
/// So many ends are tried, soonest first, for a conversation that a customer begins.
const ENDS: usize = 30;

/// A bot under examination.
pub(crate) struct Context<'l> {
    pub lowered: &'l Lowered,
    pub bot: &'l botflow_artifact::Bot,
    pub graph: &'l Graph,
    /// What the bot's channels can show.
    pub profiles: Profiles,
    pub reach: Reach,
    /// Cycles that nothing has to drive.
    pub at_once: Passing,
    /// Cycles that time alone drives.
    pub by_time: Passing,
    /// The cycles that time drives; those that nothing has to drive are parts of them.
    pub cycles: Vec<Vec<NodeIndex>>,
    /// The edges of `by_time`.
    pub leads_by_time: Leads,
    /// How many paths may still be told.
    told: Cell<u32>,
    goals: OnceCell<Goals>,
    words: OnceCell<Words<'l>>,
    exploration: OnceCell<Exploration<'l>>,
}

impl<'l> Context<'l> {
    pub fn new(lowered: &'l Lowered, graph: &'l Graph) -> Context<'l> {
        let bot = &lowered.bot;
        let by_time = Passing::of(graph, bot, true);
        let leads_by_time = by_time.leads(graph, bot);
        Context {
            cycles: cycles(&leads_by_time),
            leads_by_time,
            lowered,
            bot,
            graph,
            profiles: Profiles::new(
                bot.profiles
                    .iter()
                    .map(|(of, changes)| (of.as_str(), changes.as_str())),
            ),
            reach: Reach::of(graph, bot),
            at_once: Passing::of(graph, bot, false),
            by_time,
            told: Cell::new(MOST_TOLD),
            goals: OnceCell::new(),
            words: OnceCell::new(),
            exploration: OnceCell::new(),
        }
    }

    /// The same, telling as many conversations as somebody asks for.
    pub fn without_end(self) -> Context<'l> {
        self.told.set(u32::MAX);
        self
    }

    pub fn words(&self) -> &Words<'l> {
        self.words.get_or_init(|| Words::of(self.bot))
    }

    /// The shortest conversation to a statement in which things are as wanted; nothing if none was found.
    pub fn conversation_to(&self, site: Site, wanted: &Wanted) -> Vec<String> {
        if self.told.get() == 0 {
            return Vec::new();
        }
        let Some(way) = self.exploration().way_to(site, wanted) else {
            return Vec::new();
        };
        let Some(teller) = self.teller() else {
            return Vec::new();
        };
        let path = self.with_what_comes_before(self.heard_later(way.path.clone()));
        // What comes before moves the pauses back.
        let before = path.len() - way.path.len();
        let pauses: Vec<_> = (way.pauses.iter())
            .map(|(at, pause)| (at + before, *pause))
            .collect();
        teller.tell_paused(
            &path,
            &pauses,
            |plan| {
                if let Some(channel) = &wanted.channel {
                    plan.agrees_only_on(channel);
                }
                if let Some(language) = wanted.language {
                    plan.speaks(language);
                }
            },
            |plan| {
                if way.after > 0 {
                    plan.line(format!("+ {}", crate::graph::label::duration(way.after)));
                }
            },
        )
    }

    /// What is known of all conversations at once.
    pub fn exploration(&self) -> &Exploration<'l> {
        self.exploration
            .get_or_init(|| Exploration::of(self.bot, self.graph, Scope::Usual))
    }

    pub fn goals(&self) -> &Goals {
        self.goals
            .get_or_init(|| Goals::of(self.graph, self.bot, &self.reach))
    }

    /// The shortest conversation to a node; nothing if none comes there.
    pub fn conversation(&self, to: NodeIndex) -> Vec<String> {
        self.tell(&self.path(to))
    }

    /// The shortest conversation through the code at an address, and out of it where only one way leads on; nothing
    /// if none comes there.
    pub fn conversation_at(&self, pc: Pc) -> Vec<String> {
        let Some(node) = self.piece(pc).filter(|node| self.reach.reached(*node)) else {
            return Vec::new();
        };
        let mut path = self.path(node);
        self.lead_on(&mut path);
        self.tell(&path)
    }

    /// Lengthens a path by the way that leads on from its end, if only one does.
    pub fn lead_on(&self, path: &mut Vec<EdgeIndex>) {
        let end = path
            .last()
            .and_then(|edge| self.graph.nodes.edge_endpoints(*edge));
        if let Some((_, end)) = end
            && let [(edge, ..)] = self.graph.out(end)[..]
        {
            path.push(edge);
        }
    }

    /// The shortest conversation to a `run`, and on into the flow that is run up to where it waits for the first time.
    pub fn conversation_into(&self, place: PlaceId) -> Vec<String> {
        let node = self.graph.place(place);
        let mut path = self.path(node);
        let rests = |to: NodeIndex| match &self.graph.nodes[to] {
            Node::Place(place) => !matches!(self.bot.places[place.index()].kind, PlaceKind::Run(_)),
            _ => false,
        };
        let inside = self.detour(node, rests, |edge, _, _| {
            !matches!(edge, Edge::Hears | Edge::Returns)
        });
        path.extend(inside.into_iter().flatten());
        self.tell(&path)
    }

    /// The shortest path to a node; what has to happen before a trigger goes off is part of it.
    pub fn path(&self, to: NodeIndex) -> Vec<EdgeIndex> {
        let path = self.reach.path(self.graph, self.bot, to, PATH);
        self.with_what_comes_before(self.heard_later(path))
    }

    /// A first message begins a conversation: it is never unclear, nothing has failed yet, and nobody has been silent. A
    /// path on which `always` hears that at once is led through a place where it is heard.
    fn heard_later(&self, path: Vec<EdgeIndex>) -> Vec<EdgeIndex> {
        let nodes = &self.graph.nodes;
        let [first, second, ..] = path[..] else {
            return path;
        };
        let (Some((from, level)), Some((_, handler))) =
            (nodes.edge_endpoints(first), nodes.edge_endpoints(second))
        else {
            return path;
        };
        let (Node::Customer, Node::Handler(handler)) = (&nodes[from], &nodes[handler]) else {
            return path;
        };
        let wanted: fn(&PlaceKind) -> bool = match self.bot.handlers[handler.index()].hears {
            Hears::Unclear { .. } => |kind| match kind {
                PlaceKind::Ask(ask) => ask.tries.is_empty(),
                PlaceKind::Choose(choose) => choose.tries.is_empty() && choose.otherwise.is_none(),
                _ => false,
            },
            Hears::Silence(_) => |kind| match kind {
                PlaceKind::Ask(ask) => ask.silence.is_empty(),
                PlaceKind::Choose(choose) => choose.silence.is_empty(),
                _ => false,
            },
            Hears::Failed => |kind| matches!(kind, PlaceKind::Call(call) if call.failed.is_none()),
            _ => return path,
        };
        let places = self.bot.places.iter().enumerate();
        let places = places.filter(|(_, place)| wanted(&place.kind));
        let mut places: Vec<NodeIndex> = places
            .map(|(id, _)| self.graph.place(PlaceId::from(id)))
            .filter(|node| self.reach.reached(*node))
            .collect();
        places.sort_by_key(|node| (self.reach.turns(*node), *node));
        let later = places.into_iter().take(ENDS).find_map(|place| {
            let mut way = self.reach.path(self.graph, self.bot, place, PATH);
            let (_, begins) = nodes.edge_endpoints(*way.first()?)?;
            if !matches!(nodes[begins], Node::Flow(_)) {
                return None;
            }
            way.extend(self.detour(place, |node| node == level, |edge, _, _| edge == Edge::Hears)?);
            Some(way)
        });
        match later {
            Some(mut way) => {
                way.extend(&path[1..]);
                way
            }
            None => path,
        }
    }

    /// Paths to a node on which no condition contradicts another one, the shortest first.
    pub fn possible_paths(&self, to: NodeIndex, at_most: usize) -> Vec<Vec<EdgeIndex>> {
        let Some(teller) = self.teller() else {
            return Vec::new();
        };
        let ways = crate::graph::ways::possible(&teller, to, at_most).into_iter();
        ways.map(|path| self.with_what_comes_before(path)).collect()
    }

    /// Paths to a node beside the shortest one: each takes another edge into it or into what leads straight to it.
    pub fn other_paths(&self, to: NodeIndex, at_most: usize) -> Vec<Vec<EdgeIndex>> {
        let shortest = self.path(to);
        let mut ends: VecDeque<(NodeIndex, Vec<EdgeIndex>)> = VecDeque::from([(to, Vec::new())]);
        let mut found: Vec<Vec<EdgeIndex>> = Vec::new();
        let mut looked = 0;
        while let Some((node, behind)) = ends.pop_front() {
            looked += 1;
            if found.len() >= at_most || looked > at_most * 8 {
                break;
            }
            let mut into: Vec<_> = self.graph.into(node).collect();
            into.sort_unstable_by_key(|(id, ..)| *id);
            for (id, _, from) in into {
                if !self.reach.reached(from) || behind.contains(&id) {
                    continue;
                }
                let mut end = vec![id];
                end.extend(&behind);
                if behind.len() < 6 {
                    ends.push_back((from, end.clone()));
                }
                let mut path = self.path(from);
                path.extend(end);
                if path != shortest && !found.contains(&path) {
                    found.push(path);
                }
            }
        }
        found.sort_by_key(|path| {
            let turns = path.iter().filter(|edge| {
                let to = self.graph.nodes.edge_endpoints(**edge).map_or(to, |(_, to)| to);
                let weight = self
                    .graph
                    .nodes
                    .edge_weight(**edge)
                    .copied()
                    .unwrap_or(Edge::Next);
                self.graph.driver(self.bot, weight, to) != crate::graph::Driver::Nothing
            });
            turns.count()
        });
        found.truncate(at_most);
        found
    }

    /// Puts before a path that begins with a trigger how a conversation brings about what sets it off.
    pub fn with_what_comes_before(&self, path: Vec<EdgeIndex>) -> Vec<EdgeIndex> {
        let begins = path
            .first()
            .and_then(|edge| self.graph.nodes.edge_endpoints(*edge));
        let Some((from, _)) = begins else {
            return path;
        };
        let Node::Trigger(trigger) = self.graph.nodes[from] else {
            return path;
        };
        match self.before(trigger) {
            Some(mut before) => {
                before.extend(path);
                before
            }
            None => path,
        }
    }

    /// The conversation in which a customer brings about what sets a trigger off: a stage that is entered, something
    /// that is asked.
    fn before(&self, trigger: TriggerId) -> Option<Vec<EdgeIndex>> {
        let trigger = self.bot.triggers.get(trigger.index())?;
        let TriggerSource::On { what, .. } = trigger.sources.first()? else {
            return None;
        };
        match what {
            Occurrence::Entered(stage) => self.entered(*stage),
            Occurrence::Asked(intent) => self.asked(*intent),
            Occurrence::Joined(segment) => self.answered(*segment),
            _ => None,
        }
    }

    /// The way on which a customer comes to the first of these nodes.
    fn by_customer(&self, nodes: impl Iterator<Item = NodeIndex>) -> Option<Vec<EdgeIndex>> {
        let mut paths = nodes.map(|node| self.reach.path(self.graph, self.bot, node, PATH));
        paths.find(|path| {
            let begins = path
                .first()
                .and_then(|edge| self.graph.nodes.edge_endpoints(*edge));
            begins.is_some_and(|(from, _)| self.graph.nodes[from] == Node::Customer)
        })
    }

    /// How a customer enters a stage.
    fn entered(&self, stage: StageId) -> Option<Vec<EdgeIndex>> {
        let entered = |op: &Op| matches!(op, Op::Stage(entered) if *entered == stage);
        let all = self.bot.code.iter().enumerate();
        let all = all.filter(|(_, op)| entered(op));
        self.by_customer(all.filter_map(|(pc, _)| self.piece(Pc::from(pc))))
    }

    /// How a customer asks what an intent means.
    fn asked(&self, intent: IntentId) -> Option<Vec<EdgeIndex>> {
        let hears = |handler: &Handler| matches!(handler.hears, Hears::Intent { intent: heard, .. } if heard == intent);
        let all = self.bot.handlers.iter().enumerate();
        let all = all.filter(|(_, handler)| hears(handler));
        self.by_customer(all.map(|(id, _)| self.graph.handler(HandlerId::from(id))))
    }

    /// How a customer answers what a segment asks of them.
    fn answered(&self, segment: SegmentId) -> Option<Vec<EdgeIndex>> {
        let mut fields: Vec<FieldId> = Vec::new();
        let mut todo = vec![self.bot.segments.get(segment.index())?.condition];
        // Expressions refer to lower ids only; the bound is for hostile input.
        for _ in 0..1_000 {
            let Some(id) = todo.pop() else { break };
            match self.bot.exprs.get(id.index()) {
                Some(Expr::Customer(field)) => fields.push(*field),
                Some(expr) => expr.parts(&mut |part| todo.push(part)),
                None => {}
            }
        }
        let asks = |place: &Place| match &place.kind {
            PlaceKind::Ask(ask) => match ask.into {
                AskTarget::Customer(field) => fields.contains(&field),
                AskTarget::Slot(_) => false,
            },
            _ => false,
        };
        let all = self.bot.places.iter().enumerate();
        let all = all.filter(|(_, place)| asks(place));
        let mut all = all.map(|(id, _)| self.graph.place(PlaceId::from(id)));
        all.find_map(|question| {
            let mut path = self.by_customer(std::iter::once(question))?;
            let mut out = self.graph.out(question).into_iter();
            path.push(out.find(|(_, edge, _)| *edge == Edge::Answer)?.0);
            // What comes behind it happens in the same turn.
            let rests = |to: NodeIndex| matches!(self.graph.nodes[to], Node::Place(_));
            let behind = self.graph.nodes.edge_endpoints(*path.last()?)?.1;
            let at_once = |edge: Edge, _, to| {
                edge != Edge::Hears && self.graph.driver(self.bot, edge, to) == Driver::Nothing
            };
            if !rests(behind) {
                path.extend(self.detour(behind, rests, at_once).into_iter().flatten());
            }
            Some(path)
        })
    }

    /// The shortest conversation that a customer begins, up to its end; nothing if none ends.
    pub fn shortest_talk(&self) -> Vec<EdgeIndex> {
        let nodes = self.graph.nodes.node_indices();
        let ends = nodes.filter(|node| matches!(self.graph.nodes[*node], Node::Finish { .. }));
        let mut ends: Vec<NodeIndex> = ends.filter(|node| self.reach.reached(*node)).collect();
        ends.sort_by_key(|node| (self.reach.turns(*node), *node));
        // What `always` ends before anything has begun is the end of no conversation.
        let begins = |path: &[EdgeIndex]| {
            let ends = path
                .first()
                .and_then(|edge| self.graph.nodes.edge_endpoints(*edge));
            ends.is_some_and(|(from, to)| {
                self.graph.nodes[from] == Node::Customer && matches!(self.graph.nodes[to], Node::Flow(_))
            })
        };
        let ends = ends.into_iter().take(ENDS);
        let mut paths = ends.map(|node| self.reach.path(self.graph, self.bot, node, PATH));
        paths.find(|path| begins(path)).unwrap_or_default()
    }

    /// The way to the first question of what a customer begins.
    pub fn first_question(&self) -> Vec<EdgeIndex> {
        let Some(start) = self.bot.start.map(|start| self.graph.flow(start)) else {
            return Vec::new();
        };
        let question = |node: NodeIndex| match &self.graph.nodes[node] {
            Node::Place(place) => matches!(
                self.bot.places[place.index()].kind,
                PlaceKind::Ask(_) | PlaceKind::Choose(_)
            ),
            _ => false,
        };
        let mut path = self.path(start);
        let on = self.detour(start, question, |edge, _, _| !matches!(edge, Edge::Hears));
        path.extend(on.into_iter().flatten());
        path
    }

    /// A conversation that is told without a path.
    pub fn plan(&self, tell: impl FnOnce(&mut Plan<'_>)) -> Vec<String> {
        match self.teller() {
            Some(teller) => teller.tell_and(&[], tell),
            None => Vec::new(),
        }
    }

    /// Tells a path; nothing if it is so long that its beginning was left out.
    pub fn tell(&self, path: &[EdgeIndex]) -> Vec<String> {
        let begins = path
            .first()
            .and_then(|edge| self.graph.nodes.edge_endpoints(*edge));
        let whole = begins.is_none_or(|(from, _)| {
            matches!(
                self.graph.nodes[from],
                Node::Customer | Node::Trigger(_) | Node::Operators
            )
        });
        if !whole {
            return Vec::new();
        }
        self.told(path)
    }

    /// Tells a part of a path.
    pub fn told(&self, path: &[EdgeIndex]) -> Vec<String> {
        match self.teller() {
            Some(teller) => teller.tell(path),
            None => Vec::new(),
        }
    }

    /// Tells a path, and what happens at its end.
    pub fn tell_and(&self, path: &[EdgeIndex], end: impl FnOnce(&mut Plan<'_>)) -> Vec<String> {
        let begins = path
            .first()
            .and_then(|edge| self.graph.nodes.edge_endpoints(*edge));
        let whole = begins.is_some_and(|(from, _)| {
            matches!(
                self.graph.nodes[from],
                Node::Customer | Node::Trigger(_) | Node::Operators
            )
        });
        if !whole {
            return Vec::new();
        }
        match self.teller() {
            Some(teller) => teller.tell_and(path, end),
            None => Vec::new(),
        }
    }

    /// As [`Context::tell_and`], with the person on this channel.
    pub fn tell_on(
        &self,
        channel: &SmolStr,
        path: &[EdgeIndex],
        end: impl FnOnce(&mut Plan<'_>),
    ) -> Vec<String> {
        match self.teller() {
            Some(teller) => teller.tell_on(Some(channel), path, end),
            None => Vec::new(),
        }
    }

    /// Who tells; nobody when so much has been told that nobody would read more.
    fn teller(&self) -> Option<Teller<'_>> {
        let told = self.told.get();
        self.told.set(told.saturating_sub(1));
        (told > 0).then(|| Teller {
            bot: self.bot,
            graph: self.graph,
            words: self.words(),
        })
    }

    /// A shortest way from one node to one of those that are wanted, over the edges that are allowed. `from` itself
    /// is only found again by a cycle.
    pub fn detour(
        &self,
        from: NodeIndex,
        wanted: impl Fn(NodeIndex) -> bool,
        allowed: impl Fn(Edge, NodeIndex, NodeIndex) -> bool,
    ) -> Option<Vec<EdgeIndex>> {
        let mut by: IndexMap<NodeIndex, EdgeIndex, FxBuildHasher> = IndexMap::default();
        let mut todo = VecDeque::from([from]);
        while let Some(node) = todo.pop_front() {
            let run = self.graph.run_at(self.bot, node);
            for (id, edge, to) in self.graph.out(node) {
                let comes_back = match (edge, run) {
                    (Edge::Returns, Some(flow)) => self.reach.returns(flow),
                    _ => true,
                };
                if !comes_back || !allowed(edge, node, to) || by.contains_key(&to) {
                    continue;
                }
                by.insert(to, id);
                if wanted(to) {
                    let mut path = vec![id];
                    let mut at = node;
                    while at != from {
                        let edge = by[&at];
                        path.push(edge);
                        at = self
                            .graph
                            .nodes
                            .edge_endpoints(edge)
                            .map_or(from, |(before, _)| before);
                    }
                    path.reverse();
                    return Some(path);
                }
                if by.len() < DETOUR {
                    todo.push_back(to);
                }
            }
        }
        None
    }

    /// Puts in how the flows begin that conversations speak of, and what happens in those that are run.
    pub fn complete(&self, conversation: &mut Vec<String>) {
        if !conversation.iter().any(|line| line.starts_with('\u{1}')) {
            return;
        }
        let mut lines = Vec::with_capacity(conversation.len());
        for line in std::mem::take(conversation) {
            let flow = |mark: &str| {
                let number = line.strip_prefix(mark)?.parse().ok();
                number
                    .filter(|number: &u32| (*number as usize) < self.bot.flows.len())
                    .map(FlowId)
            };
            if let Some(flow) = flow(BEGINS) {
                let begin = self.graph.flow(flow);
                let way = self.conversation(begin);
                if way.is_empty() {
                    // Nobody comes there, or only on a long way.
                    return;
                }
                lines.extend(way);
            } else if let Some(flow) = flow(RUNS) {
                let Some(way) = self.reach.through(self.graph, self.bot, flow, PATH) else {
                    return;
                };
                lines.extend(self.told(&way));
            } else {
                lines.push(line);
            }
        }
        *conversation = arranged(lines);
    }

    /// The piece of code that an address belongs to.
    pub fn piece(&self, pc: Pc) -> Option<NodeIndex> {
        (0..=pc.index())
            .rev()
            .find_map(|begin| self.graph.code(Pc::from(begin)))
    }

    /// The address of the operation that ends a piece of code.
    pub fn end_of(&self, node: NodeIndex) -> Option<Pc> {
        let Node::Code(begin) = self.graph.nodes[node] else {
            return None;
        };
        let mut pc = begin.index();
        while let Some(op) = self.bot.code.get(pc) {
            use botflow_artifact::Op;
            if op.leaves()
                || matches!(
                    op,
                    Op::Branch { .. } | Op::Next { .. } | Op::Vary { .. } | Op::Enter(_)
                )
            {
                return Some(Pc::from(pc));
            }
            pc += 1;
        }
        None
    }

    /// Where a flow's name stands, if it has a body.
    pub fn flow_name(&self, flow: FlowId) -> Option<Span> {
        let body = self.lowered.flows.get(flow.index())?;
        Some(body.name_span)
    }

    /// Whether a flow came in by `use`.
    pub fn is_library(&self, flow: FlowId) -> bool {
        let body = self.lowered.flows.get(flow.index());
        body.is_some_and(|body| self.lowered.is_library(body.name_span))
    }

    /// Whether something in a flow could not be understood.
    pub fn is_broken(&self, flow: FlowId) -> bool {
        self.lowered.facts.broken.binary_search(&flow).is_ok()
    }
}
