//! `unverified-identity`: a person is taken for somebody by an address that nothing has proven.
//!
//! Followed is, per field, whether it was verified on every way and not written since. What a flow that is run does to
//! it is summed up; what handlers may write while a conversation rests counts at every rest.

use std::collections::VecDeque;

use botflow_artifact::{AskTarget, FieldId, FlowId, HandlerId, Op, Pc, PlaceKind};
use petgraph::graph::{EdgeIndex, NodeIndex};

use crate::finding::{Finding, Level, Rule};
use crate::graph::{Edge, Node};
use crate::project::{Source, Span};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF514",
    name: "unverified-identity",
    level: Level::Error,
    summary: "A person is taken for somebody by an address that nothing has proven.",
    page: include_str!("unverified_identity.md"),
};

/// Flows that run each other are summed up in so many rounds at most; deeper ones count as proving nothing.
const ROUNDS: usize = 16;

/// Looks at every `identify by`.
pub(super) fn check(context: &Context<'_>, sources: &[Source], findings: &mut Vec<Finding>) {
    let bot = context.bot;
    let mut identifies: Vec<(FieldId, Pc)> = Vec::new();
    for (pc, op) in bot.code.iter().enumerate() {
        if let Op::Identify(field) = op {
            identifies.push((*field, Pc::from(pc)));
        }
    }
    identifies.sort_unstable();
    for of_field in identifies.chunk_by(|(one, _), (other, _)| one == other) {
        let field = of_field[0].0;
        let follow = Follow::new(context, field);
        // What only the host writes, the host vouches for.
        if !follow.is_written() {
            continue;
        }
        let proven = follow.solve();
        for (_, pc) in of_field {
            let at = context.lowered.code[pc.index()];
            let Some(node) = context.piece(*pc) else { continue };
            if context.lowered.is_library(at) || !context.reach.reached(node) {
                continue;
            }
            let Some(before) = proven[node.index()] else {
                continue;
            };
            if follow.within(node, *pc, before) {
                continue;
            }
            let name = bot.customer.get(field.index()).map_or("", |field| &field.name);
            let mut finding = Finding::new(
                &RULE,
                at,
                format!(
                    "Anybody can write somebody else's `customer.{name}`, and would see what is theirs: nothing has proven \
                     it here."
                ),
            )
            .help(format!(
                "Let them prove it first: `verify customer.{name} {{ … }}` sends a code there and waits for it."
            ))
            .conversation(follow.unproven(node));
            let flow = context.words().flow_of(&context.graph.nodes[node]);
            if let Some(indent) = indent(sources, at).filter(|_| !follow.is_verified_in(flow)) {
                finding = finding.fix(
                    format!("Add `verify customer.{name}`"),
                    Span { end: at.start, ..at },
                    format!("verify customer.{name}\n{indent}"),
                );
            }
            findings.push(finding);
        }
    }
}

/// One field, followed through the bot.
struct Follow<'c, 'l> {
    context: &'c Context<'l>,
    field: FieldId,
    /// Flows that may write it, themselves or what they run.
    writes: Vec<bool>,
    /// Handlers may write it while a conversation rests.
    at_rest: bool,
}

impl<'c, 'l> Follow<'c, 'l> {
    fn new(context: &'c Context<'l>, field: FieldId) -> Follow<'c, 'l> {
        let mut follow = Follow {
            context,
            field,
            writes: vec![false; context.bot.flows.len()],
            at_rest: false,
        };
        follow.flows_that_write();
        follow.at_rest = follow.handlers_write();
        follow
    }

    /// Whether the bot ever writes the field.
    fn is_written(&self) -> bool {
        self.writes.contains(&true)
    }

    /// Whether a node writes the field, on some of its ways.
    fn node_writes(&self, node: NodeIndex) -> bool {
        let bot = self.context.bot;
        match &self.context.graph.nodes[node] {
            Node::Place(place) => matches!(
                &bot.places[place.index()].kind,
                PlaceKind::Ask(ask) if ask.into == AskTarget::Customer(self.field)
            ),
            Node::Code(_) => self.ops(node).any(|(_, op)| self.op_writes(op)),
            _ => false,
        }
    }

    fn op_writes(&self, op: &Op) -> bool {
        matches!(op, Op::Remember { field, .. } | Op::Forget(field) if *field == self.field)
    }

    /// The operations of a piece of code.
    fn ops(&self, node: NodeIndex) -> impl Iterator<Item = (Pc, &'c Op)> + use<'c, 'l> {
        let context = self.context;
        let begin = match context.graph.nodes[node] {
            Node::Code(begin) => begin.index(),
            _ => usize::MAX,
        };
        let code = context.bot.code.get(begin..).unwrap_or_default();
        let inside = code.iter().zip(begin..);
        inside
            .take_while(move |(_, pc)| *pc == begin || context.graph.code(Pc::from(*pc)).is_none())
            .map(|(op, pc)| (Pc::from(pc), op))
    }

    fn flows_that_write(&mut self) {
        let context = self.context;
        let mut runs: Vec<Vec<FlowId>> = vec![Vec::new(); context.bot.flows.len()];
        let mut todo = Vec::new();
        for node in context.graph.nodes.node_indices() {
            if !matches!(context.graph.nodes[node], Node::Place(_) | Node::Code(_)) {
                continue;
            }
            let flow = context.words().flow_of(&context.graph.nodes[node]);
            if self.node_writes(node) {
                todo.push(flow);
            }
            if let Some(run) = context.graph.run_at(context.bot, node)
                && let Some(callers) = runs.get_mut(run.index())
            {
                callers.push(flow);
            }
        }
        while let Some(flow) = todo.pop() {
            if let Some(writes) = self.writes.get_mut(flow.index())
                && !std::mem::replace(writes, true)
            {
                todo.extend(&runs[flow.index()]);
            }
        }
    }

    /// Whether handlers that come back may write the field.
    fn handlers_write(&self) -> bool {
        let context = self.context;
        let mut seen = vec![false; context.graph.nodes.node_count()];
        let handlers = (0..context.bot.handlers.len()).map(|id| context.graph.handler(HandlerId::from(id)));
        let mut todo: Vec<NodeIndex> = handlers.filter(|node| context.reach.reached(*node)).collect();
        while let Some(node) = todo.pop() {
            if std::mem::replace(&mut seen[node.index()], true) {
                continue;
            }
            if self.node_writes(node) {
                return true;
            }
            for (_, edge, to) in context.graph.out(node) {
                if !matches!(edge, Edge::Start | Edge::Go | Edge::Hears | Edge::Heard) {
                    todo.push(to);
                }
            }
        }
        false
    }

    /// Per node whether the field is surely proven before it; nothing where no conversation comes.
    fn solve(&self) -> Vec<Option<bool>> {
        let context = self.context;
        let flows = context.bot.flows.len();
        let mut proves = vec![false; flows];
        for _ in 0..ROUNDS {
            let begins = (1..flows).map(|flow| context.graph.flow(FlowId::from(flow)));
            let alone = self.spread(begins.collect(), &proves, false);
            let now: Vec<bool> = (0..flows)
                .map(|flow| alone[context.graph.returns(FlowId::from(flow)).index()] == Some(true))
                .collect();
            if now == proves {
                break;
            }
            proves = now;
        }
        let roots = context.graph.nodes.node_indices().filter(|node| {
            matches!(
                context.graph.nodes[*node],
                Node::Customer | Node::Trigger(_) | Node::Operators
            )
        });
        self.spread(roots.collect(), &proves, true)
    }

    /// Spreads from nodes at which nothing is proven, into flows that are run or not.
    fn spread(&self, begins: Vec<NodeIndex>, proves: &[bool], into_runs: bool) -> Vec<Option<bool>> {
        let context = self.context;
        let mut state: Vec<Option<bool>> = vec![None; context.graph.nodes.node_count()];
        let mut todo: VecDeque<NodeIndex> = VecDeque::new();
        for node in begins {
            state[node.index()] = Some(false);
            todo.push_back(node);
        }
        while let Some(node) = todo.pop_front() {
            let Some(before) = state[node.index()] else {
                continue;
            };
            let run = context.graph.run_at(context.bot, node);
            for (_, edge, to) in context.graph.out(node) {
                if !into_runs && matches!(edge, Edge::Run | Edge::Start) {
                    continue;
                }
                if let (Edge::Returns, Some(flow)) = (edge, run)
                    && !context.reach.returns(flow)
                {
                    continue;
                }
                let behind = self.behind(node, edge, before, run, proves);
                let known = &mut state[to.index()];
                // Proven on one way and not on another is not proven.
                if known.is_none_or(|known| known && !behind) {
                    *known = Some(behind);
                    todo.push_back(to);
                }
            }
        }
        state
    }

    /// Whether it is proven behind an edge.
    fn behind(
        &self,
        node: NodeIndex,
        edge: Edge,
        before: bool,
        run: Option<FlowId>,
        proves: &[bool],
    ) -> bool {
        let bot = self.context.bot;
        match &self.context.graph.nodes[node] {
            Node::Place(place) => match &bot.places[place.index()].kind {
                PlaceKind::Verify(verify) if edge == Edge::Verified => {
                    verify.field == self.field || before && !self.at_rest
                }
                PlaceKind::Run(_) => match (edge, run) {
                    (Edge::Returns, Some(flow)) => {
                        let writes = self.writes.get(flow.index()) == Some(&true);
                        proves.get(flow.index()) == Some(&true) || before && !writes
                    }
                    _ => before,
                },
                PlaceKind::Form(_) => before,
                PlaceKind::Ask(ask) if ask.into == AskTarget::Customer(self.field) => {
                    edge == Edge::Skip && before
                }
                _ if edge == Edge::Skip => before,
                _ => before && !self.at_rest,
            },
            Node::Code(_) => self
                .ops(node)
                .fold(before, |proven, (_, op)| proven && !self.op_writes(op)),
            _ => before,
        }
    }

    /// Whether it is proven at an operation within a piece of code.
    fn within(&self, node: NodeIndex, at: Pc, before: bool) -> bool {
        let until = self.ops(node).take_while(|(pc, _)| *pc < at);
        until.fold(before, |proven, (_, op)| proven && !self.op_writes(op))
    }

    /// The conversation in which it is not proven.
    fn unproven(&self, node: NodeIndex) -> Vec<String> {
        let context = self.context;
        let shortest = context.path(node);
        let begins = (shortest.first()).and_then(|edge| context.graph.nodes.edge_endpoints(*edge));
        let Some((begins, _)) = begins else {
            return Vec::new();
        };
        // Somebody who writes an address shows more than somebody whose address is known.
        let asks = |from: NodeIndex| self.node_writes(from);
        let answered = |edge: Edge, from: NodeIndex, _| !(edge == Edge::Skip && asks(from));
        let path = context
            .detour(begins, |to| to == node, answered)
            .unwrap_or(shortest);
        let proves = |edge: &EdgeIndex| context.graph.nodes.edge_weight(*edge) == Some(&Edge::Verified);
        if path.iter().any(proves) {
            return Vec::new();
        }
        let name = (context.bot.customer.get(self.field.index())).map_or("", |field| &field.name);
        context.tell_and(&path, |plan| {
            plan.wishes.knows(self.field);
            plan.line(format!("* unproven customer.{name}"));
        })
    }

    /// Whether a flow verifies the field somewhere; once is what a place has room for.
    fn is_verified_in(&self, flow: FlowId) -> bool {
        self.context.bot.places.iter().any(|place| {
            place.flow == flow
                && matches!(&place.kind, PlaceKind::Verify(verify) if verify.field == self.field)
        })
    }
}

/// What stands on the line before a place, if that is nothing but space.
fn indent(sources: &[Source], at: Span) -> Option<&str> {
    let text = &sources.get(at.file.0 as usize)?.text;
    let line = text.get(..at.start as usize)?.rsplit('\n').next()?;
    line.trim().is_empty().then_some(line)
}
