//! Units: what is walked on its own, once, whoever leads there.
//!
//! A flow with its own handlers is one; so is each handler and each rule of `always`, and each escalation with its ways.
//! Inside a unit everything is relative to its beginning. What leads out of one unit into another is noted.

use botflow_artifact::*;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::effect::{Effect, Part, UnitId};
use super::rests::Rests;
use super::scope::{Scope, Tells, seconds};
use super::transfer::UNBOUNDED;
use crate::graph::{Edge, Graph, Level, Node};

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// A flow.
    Flow(FlowId),
    /// A handler of `always`, or of a button of what such a one says.
    Handler(HandlerId),
    /// An `if` of `always`.
    Rule(u32),
    /// An escalation and its ways.
    Escalation(EscalationId),
}

/// Which edges there are, and what they do.
pub(super) struct Walks<'b> {
    pub bot: &'b Bot,
    pub graph: &'b Graph,
    pub tells: Tells,
    pub rests: Rests,
    pub units: Vec<Unit>,
    /// Per node that is a level of handlers, where its further nodes begin.
    levels: Vec<u32>,
    /// The levels of handlers, in the order of their further nodes.
    hubs: Vec<NodeIndex>,
    /// How many nodes there are, with those that stand for levels.
    pub nodes: usize,
}

/// What of a level a further node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hub {
    Rests = 0,
    Silent = 1,
    Fails = 2,
}

const NO_LEVEL: u32 = u32::MAX;

/// Where an edge leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leads {
    /// To a node of this unit.
    To(u32),
    /// Into another unit, from which it may come back here.
    Into(UnitId),
    /// Into another flow, for good.
    Away(UnitId),
    /// To a part of what this unit tells those around it.
    Out(Part),
    /// To the question before: `again`, `back`.
    Again,
    /// To where a handler was heard.
    Back,
}

/// What is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub effect: Effect,
    pub leads: Leads,
    /// It is taken at once, and not from where the conversation rests.
    pub at_once: bool,
}

impl<'b> Walks<'b> {
    pub fn of(bot: &'b Bot, graph: &'b Graph, scope: Scope) -> Walks<'b> {
        let mut units: Vec<Unit> = (0..bot.flows.len()).map(|flow| Unit::Flow(flow.into())).collect();
        units.extend((0..bot.escalations.len()).map(|at| Unit::Escalation(at.into())));
        units.extend((0..bot.always_rules.len()).map(|at| Unit::Rule(at as u32)));
        let handlers = bot.handlers.iter().enumerate();
        let always = handlers.filter(|(_, handler)| handler.flow == FlowId::ALWAYS);
        units.extend(always.map(|(id, _)| Unit::Handler(id.into())));
        let count = graph.nodes.node_count();
        let mut levels = vec![NO_LEVEL; count];
        let mut nodes = count as u32;
        let mut hubs = Vec::new();
        for (at, node) in graph.nodes.node_weights().enumerate() {
            if matches!(node, Node::Hearing(_)) {
                levels[at] = nodes;
                nodes += 3;
                hubs.push(NodeIndex::new(at));
            }
        }
        Walks {
            tells: Tells::of(bot, scope),
            rests: Rests::of(bot, scope),
            bot,
            graph,
            units,
            levels,
            hubs,
            nodes: nodes as usize,
        }
    }

    /// The unit of an escalation.
    pub fn escalation(&self, escalation: EscalationId) -> UnitId {
        (self.bot.flows.len() + escalation.index()) as UnitId
    }

    /// The unit of a flow.
    pub fn flow(&self, flow: FlowId) -> UnitId {
        flow.0
    }

    /// The units of `always`: the rules, then the handlers.
    pub fn always(&self) -> std::ops::Range<UnitId> {
        (self.bot.flows.len() + self.bot.escalations.len()) as UnitId..self.units.len() as UnitId
    }

    /// Where a unit begins.
    pub fn entry(&self, unit: UnitId) -> NodeIndex {
        match self.units[unit as usize] {
            Unit::Flow(flow) => self.graph.flow(flow),
            Unit::Escalation(escalation) => self.graph.people()[escalation.index()],
            Unit::Handler(handler) => self.graph.handler(handler),
            Unit::Rule(number) => self
                .graph
                .code(self.bot.always_rules[number as usize].code)
                .unwrap_or(self.graph.flow(FlowId::ALWAYS)),
        }
    }

    /// The condition under which a unit of `always` begins.
    pub fn condition(&self, unit: UnitId) -> Option<ExprId> {
        match self.units[unit as usize] {
            Unit::Handler(handler) => self.bot.handlers[handler.index()].condition,
            Unit::Rule(number) => Some(self.bot.always_rules[number as usize].condition),
            _ => None,
        }
    }

    /// The node that stands for the silence, the failures or the resting of a level.
    fn hub(&self, level: NodeIndex, hub: Hub) -> u32 {
        self.levels[level.index()] + hub as u32
    }

    /// The node at which it is known what handlers of silence of a level meet.
    pub fn silent_hub(&self, level: NodeIndex) -> u32 {
        self.hub(level, Hub::Silent)
    }

    /// Calls with everything that leads on from a node.
    pub fn leads(&self, node: u32, out: &mut Vec<Step>) {
        let index = NodeIndex::new(node as usize);
        if node as usize >= self.graph.nodes.node_count() {
            return self.leads_of_hub(node, out);
        }
        match &self.graph.nodes[index] {
            Node::Place(place) => self.leads_of_place(index, *place, out),
            Node::Hearing(level) => self.leads_of_level(index, *level, out),
            Node::People(_) => self.leads_of_people(index, out),
            _ => {
                for edge in self.graph.nodes.edges(index) {
                    if let Some(step) = self.plain(index, *edge.weight(), edge.target()) {
                        out.push(step);
                    }
                }
            }
        }
    }

    /// An edge of code, of a handler, of the beginning of a flow or step.
    fn plain(&self, from: NodeIndex, edge: Edge, to: NodeIndex) -> Option<Step> {
        let mut effect = Effect::NEXT;
        let leads = match edge {
            Edge::If(condition) | Edge::Else(condition) => {
                let yes = matches!(edge, Edge::If(_));
                effect = Effect::Next(self.tells.narrowed(self.bot, condition, yes));
                Leads::To(to.index() as u32)
            }
            Edge::Start => match self.graph.nodes[to] {
                Node::Flow(flow) => Leads::Away(self.flow(flow)),
                // `start over` without a flow to start is `again`.
                _ => Leads::Again,
            },
            Edge::Ends => match self.graph.nodes[to] {
                Node::Return(_) => Leads::Out(Part::Through),
                _ => return None,
            },
            Edge::ComesBack => match self.last_of(from) {
                Some(Op::Again | Op::Back | Op::StartOver) => Leads::Again,
                _ => Leads::Back,
            },
            Edge::Heard => {
                // A button that has just been said by a handler of `always`: its press is heard as everything is there.
                return None;
            }
            _ => Leads::To(to.index() as u32),
        };
        Some(Step {
            effect,
            leads,
            at_once: true,
        })
    }

    /// The operation that ends a piece of code.
    fn last_of(&self, node: NodeIndex) -> Option<&'b Op> {
        let Node::Code(begin) = self.graph.nodes[node] else {
            return None;
        };
        self.bot.code[begin.index()..].iter().find(|op| op.leaves())
    }

    fn leads_of_place(&self, node: NodeIndex, id: PlaceId, out: &mut Vec<Step>) {
        let place = &self.bot.places[id.index()];
        let rest = self.rests.at(self.bot, id);
        let people = match self.tells.scope {
            Scope::Usual => 0,
            Scope::Everything => UNBOUNDED,
        };
        let mut level = None;
        for edge in self.graph.nodes.edges(node) {
            let (to, mut at_once) = (edge.target(), false);
            let to_node = Leads::To(to.index() as u32);
            let (effect, leads) = match (*edge.weight(), &place.kind) {
                (Edge::Hears, _) => {
                    level = Some(to);
                    continue;
                }
                (Edge::Skip, PlaceKind::Ask(ask)) => {
                    at_once = true;
                    let only = ask
                        .skip
                        .as_ref()
                        .filter(|_| !matches!(ask.into, AskTarget::Customer(_)));
                    let effect = match only {
                        Some(skip) => Effect::Next(self.tells.narrowed(self.bot, skip.condition, true)),
                        None => Effect::NEXT,
                    };
                    (effect, to_node)
                }
                (Edge::NoOption | Edge::Inside | Edge::Skip, _) => {
                    at_once = true;
                    (Effect::NEXT, to_node)
                }
                (Edge::Run, PlaceKind::Run(run)) if run.flow.index() < self.bot.flows.len() => {
                    at_once = true;
                    (Effect::NEXT, Leads::Into(self.flow(run.flow)))
                }
                (Edge::Returns, PlaceKind::Run(run)) if run.flow.index() < self.bot.flows.len() => {
                    at_once = true;
                    (Effect::Walked(self.flow(run.flow), Part::Through), to_node)
                }
                (Edge::HandOver, PlaceKind::Escalate(escalation))
                    if escalation.index() < self.bot.escalations.len() =>
                {
                    at_once = true;
                    (Effect::NEXT, Leads::Into(self.escalation(*escalation)))
                }
                (Edge::HandBack, PlaceKind::Escalate(escalation))
                    if escalation.index() < self.bot.escalations.len() =>
                {
                    let unit = self.escalation(*escalation);
                    out.push(Step {
                        effect: Effect::Walked(unit, Part::Through),
                        leads: to_node,
                        at_once: true,
                    });
                    (Effect::Passes(people), to_node)
                }
                (Edge::Option(number), PlaceKind::Choose(choose)) => {
                    let condition = choose
                        .options
                        .get(number as usize)
                        .and_then(|option| option.condition);
                    let effect = match condition {
                        Some(condition) => Effect::Writes(self.tells.narrowed(self.bot, condition, true)),
                        None => Effect::WRITES,
                    };
                    // A condition is looked at when the question is put, which may have been elsewhere.
                    let effect = match self.tells.scope {
                        Scope::Usual => effect,
                        Scope::Everything => Effect::WRITES,
                    };
                    (effect, to_node)
                }
                (
                    Edge::Answer
                    | Edge::ListOption
                    | Edge::Otherwise
                    | Edge::Invalid
                    | Edge::Check(_)
                    | Edge::Tries(_)
                    | Edge::Verified,
                    _,
                ) => (Effect::WRITES, to_node),
                (Edge::Silence(after) | Edge::Nobody(after) | Edge::Waiting(after), _) => {
                    (Effect::Passes(seconds(after)), to_node)
                }
                (Edge::Elapsed(time) | Edge::TooLate(time), _) => {
                    (Effect::Wakes(self.rests.duration(self.bot, time)), to_node)
                }
                (Edge::Event(_), _) => (Effect::Wakes(rest), to_node),
                // Of a verification that cannot be sent it is known at once, or when a new code is to be sent.
                _ => (Effect::Passes(rest), to_node),
            };
            out.push(Step {
                effect,
                leads,
                at_once,
            });
        }
        self.hears(place, rest, level, out);
    }

    /// What handlers hear at a place.
    fn hears(&self, place: &Place, rest: u32, level: Option<NodeIndex>, out: &mut Vec<Step>) {
        let own = level.filter(|level| self.graph.nodes[*level] != Node::Hearing(Level::Always));
        let mut hear = |effect: Effect, hub: Option<Hub>, part: Part| {
            let leads = match (own, hub) {
                (Some(level), None) => Leads::To(level.index() as u32),
                (Some(level), Some(hub)) => Leads::To(self.hub(level, hub)),
                (None, _) => Leads::Out(part),
            };
            out.push(Step {
                effect,
                leads,
                at_once: matches!(effect, Effect::Walked(..)),
            });
        };
        match &place.kind {
            PlaceKind::Run(run) if run.flow.index() < self.bot.flows.len() => {
                let unit = self.flow(run.flow);
                hear(Effect::Walked(unit, Part::Heard), None, Part::Heard);
                hear(Effect::Walked(unit, Part::Rests), Some(Hub::Rests), Part::Rests);
                hear(
                    Effect::Walked(unit, Part::Silent),
                    Some(Hub::Silent),
                    Part::Silent,
                );
                hear(Effect::Walked(unit, Part::Fails), Some(Hub::Fails), Part::Fails);
            }
            // What the ways of an escalation do is heard as what is done here.
            PlaceKind::Escalate(escalation) if escalation.index() < self.bot.escalations.len() => {
                let unit = self.escalation(*escalation);
                hear(Effect::Walked(unit, Part::Heard), None, Part::Heard);
                hear(Effect::Walked(unit, Part::Rests), Some(Hub::Rests), Part::Rests);
                hear(
                    Effect::Walked(unit, Part::Silent),
                    Some(Hub::Silent),
                    Part::Silent,
                );
                hear(Effect::Walked(unit, Part::Fails), Some(Hub::Fails), Part::Fails);
            }
            PlaceKind::Run(_) | PlaceKind::Escalate(_) | PlaceKind::Form(_) => {}
            kind => {
                hear(Effect::WRITES, None, Part::Heard);
                hear(Effect::Passes(rest), Some(Hub::Rests), Part::Rests);
                let clocks = match kind {
                    PlaceKind::Ask(ask) => Some(&ask.silence),
                    PlaceKind::Choose(choose) => Some(&choose.silence),
                    PlaceKind::Verify(verify) => Some(&verify.silence),
                    _ => None,
                };
                let silent = clocks
                    .is_some_and(|clocks| !clocks.iter().any(|clock| matches!(clock.act, Nudge::Way(_))));
                hear(
                    if silent {
                        Effect::Passes(0)
                    } else {
                        Effect::Digresses
                    },
                    Some(Hub::Silent),
                    Part::Silent,
                );
                let fails = matches!(kind, PlaceKind::Call(call) if call.failed.is_none());
                hear(
                    if fails {
                        Effect::Passes(rest)
                    } else {
                        Effect::Digresses
                    },
                    Some(Hub::Fails),
                    Part::Fails,
                );
            }
        }
    }

    /// What handlers around hear where a step leads: nothing, if it does not lead to them.
    pub fn heard_around(&self, leads: Leads) -> Option<Part> {
        match leads {
            Leads::Out(part @ (Part::Rests | Part::Silent | Part::Fails)) => Some(part),
            Leads::To(to) => {
                let behind = (to as usize).checked_sub(self.graph.nodes.node_count())?;
                Some([Part::Rests, Part::Silent, Part::Fails][behind % 3])
            }
            _ => None,
        }
    }

    /// What the handlers of a level hear of the customer.
    fn leads_of_level(&self, node: NodeIndex, level: Level, out: &mut Vec<Step>) {
        if level == Level::Always {
            return;
        }
        let mut outward = None;
        for edge in self.graph.nodes.edges(node) {
            match self.graph.nodes[edge.target()] {
                Node::Handler(id) => {
                    let handler = &self.bot.handlers[id.index()];
                    if is_customers(&handler.hears) {
                        out.push(self.heard(handler, id));
                    }
                }
                Node::Hearing(outer) if outer != Level::Always => outward = Some(edge.target()),
                _ => {}
            }
        }
        out.push(at_once(match outward {
            Some(outer) => Leads::To(outer.index() as u32),
            None => Leads::Out(Part::Heard),
        }));
    }

    fn heard(&self, handler: &Handler, id: HandlerId) -> Step {
        let effect = match handler.condition {
            Some(condition) => Effect::Next(self.tells.narrowed(self.bot, condition, true)),
            None => Effect::NEXT,
        };
        Step {
            effect,
            leads: Leads::To(self.graph.handler(id).index() as u32),
            at_once: true,
        }
    }

    /// What the handlers of a level hear besides the customer.
    fn leads_of_hub(&self, node: u32, out: &mut Vec<Step>) {
        // Further nodes stand in the order of their levels.
        let behind = node as usize - self.graph.nodes.node_count();
        let (level, number) = (self.hubs[behind / 3], behind % 3);
        let mut outward = None;
        let mut stays = false;
        for edge in self.graph.nodes.edges(level) {
            match self.graph.nodes[edge.target()] {
                Node::Handler(id) => {
                    let handler = &self.bot.handlers[id.index()];
                    let mut step = self.heard(handler, id);
                    match (&handler.hears, number) {
                        (Hears::Event(_), 0) => out.push(step),
                        (Hears::Silence(clock), 1) => {
                            stays |= handler.condition.is_none();
                            step.effect = Effect::Passes(seconds(clock.after_ms));
                            out.push(step);
                        }
                        (Hears::Failed, 2) => {
                            stays |= handler.condition.is_none();
                            out.push(step);
                        }
                        _ => {}
                    }
                }
                Node::Hearing(outer) if outer != Level::Always => outward = Some(edge.target()),
                _ => {}
            }
        }
        if stays {
            return;
        }
        out.push(at_once(match (outward, number) {
            (Some(outer), _) => Leads::To(self.levels[outer.index()] + number as u32),
            (None, 0) => Leads::Out(Part::Rests),
            (None, 1) => Leads::Out(Part::Silent),
            (None, _) => Leads::Out(Part::Fails),
        }));
    }

    /// The ways of an escalation.
    fn leads_of_people(&self, node: NodeIndex, out: &mut Vec<Step>) {
        // The hours of a queue may end while nobody has come, until somebody has the conversation or the first way is taken.
        let nobody = self
            .graph
            .nodes
            .edges(node)
            .filter_map(|edge| match edge.weight() {
                Edge::Nobody(after) => Some(seconds(*after)),
                _ => None,
            });
        let nobody = nobody.min().unwrap_or(0);
        for edge in self.graph.nodes.edges(node) {
            let effect = match (*edge.weight(), self.tells.scope) {
                (Edge::Closed, Scope::Usual) => Effect::Passes(nobody),
                (_, Scope::Everything) => Effect::Passes(UNBOUNDED),
                (Edge::Nobody(after) | Edge::CustomerSilent(after), _) => Effect::Passes(seconds(after)),
                // The customer waits for words: they have just written.
                (Edge::OperatorSilent(after), _) => Effect::Passes(seconds(after)),
                _ => Effect::NEXT,
            };
            out.push(Step {
                effect,
                leads: Leads::To(edge.target().index() as u32),
                at_once: false,
            });
        }
    }
}

fn at_once(leads: Leads) -> Step {
    Step {
        effect: Effect::NEXT,
        leads,
        at_once: true,
    }
}

/// Whether a handler hears what the customer says or does.
pub(super) fn is_customers(hears: &Hears) -> bool {
    match hears {
        Hears::Intent { .. }
        | Hears::Unclear { .. }
        | Hears::Pressed { .. }
        | Hears::Changed(_)
        | Hears::Pattern(_) => true,
        Hears::Event(_) | Hears::Silence(_) | Hears::Failed | Hears::Stranded => false,
    }
}
