//! From a flow's statements to its graph.

use botflow_artifact::*;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::failures::Failures;
use super::graph::{Act, Graph, Known, NodeId, Reads, Shows};
use super::learn::learned;
use super::path::{Fact, Facts, Path, Root, is_optional};
use crate::hir::*;
use crate::project::Span;

/// A flow's graph and its facts.
pub(super) struct Built<'p> {
    pub flow: FlowId,
    pub graph: Graph<'p>,
    pub facts: Facts,
    /// Names that handlers of the flow give a value: what was known of them may not hold behind a rest.
    pub changed_by_handlers: Vec<SlotId>,
}

/// Builds the graph of one flow; `always` takes the ways of escalations with it.
pub(super) fn build<'p>(
    program: &'p Program,
    flow: &'p FlowBody,
    learns: &'p [Vec<FieldId>],
    failures: &Failures,
) -> Built<'p> {
    let slots = program
        .bot
        .flows
        .get(flow.id.index())
        .map_or(0, |flow| flow.slots.len());
    let mut builder = Builder {
        program,
        bot: &program.bot,
        run_learns: learns,
        graph: Graph::with_room(),
        facts: Facts::new(slots),
        steps: IndexMap::default(),
        hub: None,
        put: None,
        in_handler: false,
        changed_by_handlers: Vec::new(),
        failures_go_on: true,
    };
    builder.flow(flow, failures);
    Built {
        flow: flow.id,
        graph: builder.graph,
        facts: builder.facts,
        changed_by_handlers: builder.changed_by_handlers,
    }
}

pub(super) struct Builder<'p> {
    program: &'p Program,
    pub(super) bot: &'p Bot,
    /// Fields that flows surely know when they come back, by flow.
    run_learns: &'p [Vec<FieldId>],
    pub(super) graph: Graph<'p>,
    pub(super) facts: Facts,
    steps: IndexMap<StepId, NodeId, FxBuildHasher>,
    /// Where handlers hear what is said at a rest.
    hub: Option<NodeId>,
    /// The question around, for `again`.
    pub(super) put: Option<NodeId>,
    in_handler: bool,
    changed_by_handlers: Vec<SlotId>,
    /// Behind a failed call without `failed` the flow may go on.
    pub(super) failures_go_on: bool,
}

impl<'p> Builder<'p> {
    fn flow(&mut self, flow: &'p FlowBody, failures: &Failures) {
        self.failures_go_on = failures.go_on_behind(&[], &flow.handlers);
        let entry = self.node(Reads::Nothing, Act::Nothing, Shows::Nothing);
        for step in &flow.steps {
            let at = self.node(Reads::Nothing, Act::Nothing, Shows::Nothing);
            self.steps.insert(step.id, at);
            self.graph.steps.push(at);
        }
        let outer = self.handlers(&flow.handlers, None, (flow.id == FlowId::ALWAYS).then_some(entry));
        self.hub = outer;
        if flow.id == FlowId::ALWAYS {
            self.always(flow, entry);
        } else if let Some(end) = self.block(&flow.body, entry) {
            self.graph.ends.push(end);
        }
        for step in &flow.steps {
            let Some(at) = self.steps.get(&step.id).copied() else {
                continue;
            };
            self.failures_go_on = failures.go_on_behind(&step.handlers, &flow.handlers);
            self.hub = self.handlers(&step.handlers, outer, None);
            if let Some(end) = self.block(&step.body, at) {
                self.graph.ends.push(end);
            }
        }
    }

    /// Rules of `always`, and the ways of escalations: they begin anywhere, with nothing known.
    fn always(&mut self, flow: &'p FlowBody, entry: NodeId) {
        for rule in &flow.rules {
            let yes = self.decide(rule.condition, entry).0;
            self.block(&rule.block, yes);
        }
        let program = self.program;
        for escalation in &program.escalations {
            let timed = escalation
                .nobody
                .iter()
                .chain(&escalation.customer_silent)
                .chain(&escalation.operator_silent);
            let plain = escalation.closed.iter().chain(&escalation.resolved);
            for block in timed.map(|(_, block)| block).chain(plain) {
                let begin = self.then(entry, Reads::Nothing, Act::Nothing, Shows::Nothing);
                self.block(block, begin);
            }
        }
        // What escalations say themselves.
        for escalation in &program.bot.escalations {
            let begin = self.then(entry, Reads::Nothing, Act::Nothing, Shows::Nothing);
            for condition in escalation.to.iter().filter_map(|(_, condition)| *condition) {
                self.then(begin, Reads::Expr(condition), Act::Nothing, Shows::Nothing);
            }
            if let Some(say) = escalation.say {
                self.says(say, begin);
            }
            if let Some(brief) = escalation.brief {
                self.then(begin, Reads::Text(brief), Act::Nothing, Shows::Nothing);
            }
        }
    }

    /// Handlers of one level, and the hub at which they hear.
    fn handlers(
        &mut self,
        handlers: &'p [HandlerBody],
        outer: Option<NodeId>,
        entry: Option<NodeId>,
    ) -> Option<NodeId> {
        if handlers.is_empty() {
            return outer;
        }
        let hub = self.node(Reads::Nothing, Act::Nothing, Shows::Nothing);
        if let Some(entry) = entry {
            self.edge(entry, hub);
        }
        if let Some(outer) = outer {
            self.edge(hub, outer);
        }
        let before = (
            self.hub.replace(hub),
            self.put.take(),
            std::mem::replace(&mut self.in_handler, true),
        );
        for handler in handlers {
            self.handler(handler, hub);
        }
        (self.hub, self.put, self.in_handler) = before;
        Some(hub)
    }

    fn handler(&mut self, handler: &'p HandlerBody, hub: NodeId) {
        let mut at = match &handler.hears {
            HearsBody::Intent(intent, slots) => {
                let mut at = self.then(hub, Reads::Nothing, Act::Nothing, Shows::Means(*intent));
                let params = self
                    .bot
                    .intents
                    .get(intent.index())
                    .map_or(&[][..], |intent| &intent.params);
                for (param, slot) in params.iter().zip(slots) {
                    if let Some(slot) = *slot {
                        // Heard without it only if it may be unknown.
                        let optional = is_optional(self.bot, param.ty);
                        let known = if optional { Known::No } else { Known::Yes };
                        at = self.gives(slot, known, at, Shows::Nothing);
                    }
                }
                at
            }
            HearsBody::Event(event) => self.then(hub, Reads::Nothing, Act::Nothing, Shows::Event(*event)),
            HearsBody::Silence { after_ms, nudge } => {
                let at = self.then(hub, Reads::Nothing, Act::Nothing, Shows::Silence(*after_ms));
                match nudge {
                    Some(message) => self.says(*message, at),
                    None => at,
                }
            }
            HearsBody::Changed(slot) => {
                let at = self.then(hub, Reads::Nothing, Act::Nothing, Shows::Nothing);
                self.gives(*slot, Known::Yes, at, Shows::Nothing)
            }
            HearsBody::Unclear { tries } => {
                for item in tries {
                    let at = self.then(hub, Reads::Nothing, Act::Nothing, Shows::Fails(item.at));
                    self.block(&item.block, at);
                }
                self.then(hub, Reads::Nothing, Act::Nothing, Shows::Fails(1))
            }
            HearsBody::Failed | HearsBody::Stranded | HearsBody::Pattern(_) | HearsBody::Error => {
                self.then(hub, Reads::Nothing, Act::Nothing, Shows::Nothing)
            }
        };
        if let Some(condition) = handler.condition {
            at = self.decide(condition, at).0;
        }
        self.block(&handler.block, at);
    }

    /// Statements in order; where control goes on behind them, if it does.
    pub(super) fn block(&mut self, block: &'p Block, tail: NodeId) -> Option<NodeId> {
        let mut tail = tail;
        for stmt in &block.stmts {
            tail = self.stmt(stmt, tail)?;
        }
        Some(tail)
    }

    fn stmt(&mut self, stmt: &'p Stmt, tail: NodeId) -> Option<NodeId> {
        match &stmt.kind {
            StmtKind::Say(message) => Some(self.says(*message, tail)),
            StmtKind::SayOneOf(messages) => {
                let at = self.then(tail, Reads::Messages(messages), Act::Nothing, Shows::Nothing);
                Some(match messages.first() {
                    Some(first) => self.then(at, Reads::Nothing, Act::Nothing, Shows::Says(*first)),
                    None => at,
                })
            }
            StmtKind::Offer(offer) => Some(self.offer(offer, tail)),
            StmtKind::Ask(ask) => self.ask(ask, tail),
            StmtKind::Choose(choose) => self.choose(choose, tail),
            StmtKind::Form { block, .. } => self.block(block, tail),
            StmtKind::Let { slot, value, .. } => {
                let at = self.reads(Reads::Expr(*value), tail);
                Some(self.gives(*slot, Known::As(*value), at, Shows::Nothing))
            }
            StmtKind::Remember { field, value } => {
                let at = self.reads(Reads::Expr(*value), tail);
                Some(self.remembers(*field, Known::As(*value), at, Shows::Nothing))
            }
            StmtKind::Forget(field) => {
                Some(self.then(tail, Reads::Nothing, Act::Forget(*field), Shows::Nothing))
            }
            StmtKind::Call(call) => self.call(call, tail),
            StmtKind::If { arms, otherwise } => {
                let mut ends = Vec::new();
                let mut tail = tail;
                for (condition, block) in arms {
                    let (yes, no) = self.decide(*condition, tail);
                    ends.extend(self.block(block, yes));
                    tail = no;
                }
                ends.extend(match otherwise {
                    Some(block) => self.block(block, tail),
                    None => Some(tail),
                });
                self.join(ends)
            }
            StmtKind::Match {
                value,
                arms,
                otherwise,
                covered,
            } => self.match_(*value, arms, otherwise.as_ref(), *covered, tail),
            StmtKind::ForEach {
                item, list, block, ..
            } => {
                let head = self.reads(Reads::Expr(*list), tail);
                let begin = self.gives(*item, Known::Yes, head, Shows::Nothing);
                let behind = self.then(head, Reads::Nothing, Act::Nothing, Shows::Nothing);
                if let Some(end) = self.block(block, begin) {
                    self.edge(end, head);
                    self.edge(end, behind);
                }
                Some(behind)
            }
            StmtKind::Wait { duration } => {
                let at = self.reads(Reads::Expr(*duration), tail);
                let ms = match self.bot.exprs.get(duration.index()) {
                    Some(Expr::Const(Value::Duration(ms))) => *ms,
                    _ => 0,
                };
                let rest = self.rest(at);
                Some(self.then(rest, Reads::Nothing, Act::Nothing, Shows::Silence(ms)))
            }
            StmtKind::WaitFor(wait) => self.wait_for(wait, tail),
            StmtKind::Go(step) => {
                if let Some(target) = self.steps.get(step).copied() {
                    self.edge(tail, target);
                }
                None
            }
            StmtKind::Run(run) => {
                let at = self.reads(Reads::Exprs(&run.args), tail);
                let rest = self.rest(at);
                for field in self.run_learns.get(run.flow.index()).into_iter().flatten() {
                    self.known_field(*field);
                }
                let at = self.then(rest, Reads::Nothing, Act::Ran(run.flow), Shows::Runs(run.flow));
                Some(match run.result {
                    Some(slot) => {
                        let gives = self.bot.flows.get(run.flow.index()).and_then(|flow| flow.gives);
                        let surely = gives.is_some_and(|ty| !is_optional(self.bot, ty));
                        self.gives(
                            slot,
                            if surely { Known::Yes } else { Known::No },
                            at,
                            Shows::Nothing,
                        )
                    }
                    None => at,
                })
            }
            StmtKind::Start { args, .. } => {
                self.reads(Reads::Exprs(args), tail);
                None
            }
            StmtKind::Return(value) => {
                let at = match value {
                    Some(value) => self.reads(Reads::Expr(*value), tail),
                    None => tail,
                };
                // A handler's `return` ends the flow's run, too.
                self.graph.ends.push(at);
                None
            }
            StmtKind::Escalate(_) => {
                let rest = self.rest(tail);
                Some(self.then(rest, Reads::Nothing, Act::Nothing, Shows::HandsBack))
            }
            StmtKind::Again => {
                if let Some(put) = self.put {
                    self.edge(tail, put);
                }
                None
            }
            StmtKind::Vary { arms, .. } => {
                let mut ends = vec![tail];
                for (_, block) in arms {
                    let begin = self.then(tail, Reads::Nothing, Act::Nothing, Shows::Nothing);
                    ends.extend(self.block(block, begin));
                }
                self.join(ends)
            }
            StmtKind::Track { values, .. } => Some(self.reads(Reads::Values(values), tail)),
            StmtKind::Note(text) | StmtKind::Tell { text, .. } => Some(self.reads(Reads::Text(*text), tail)),
            StmtKind::AskQueue(ask) => self.ask_queue(ask, tail),
            StmtKind::Verify(verify) => self.verify(verify, tail),
            StmtKind::Stage(_)
            | StmtKind::Tag(_)
            | StmtKind::Consent { .. }
            | StmtKind::Identify(_)
            | StmtKind::Repeat => Some(tail),
            StmtKind::Back
            | StmtKind::StartOver
            | StmtKind::Finish { .. }
            | StmtKind::ToQueue(_)
            | StmtKind::Error => None,
        }
    }

    fn match_(
        &mut self,
        value: ExprId,
        arms: &'p [(Vec<ExprId>, Block)],
        otherwise: Option<&'p Block>,
        covered: bool,
        tail: NodeId,
    ) -> Option<NodeId> {
        let at = self.reads(Reads::Expr(value), tail);
        let known = super::path::path_of(self.bot, value).map(|path| self.facts.learn(path));
        let unknown = |expr: &ExprId| {
            matches!(
                self.bot.exprs.get(expr.index()),
                Some(Expr::Const(Value::Unknown))
            )
        };
        let names_unknown = arms.iter().any(|(values, _)| values.iter().any(unknown));
        let mut ends = Vec::new();
        for (values, block) in arms {
            let begin = match known {
                Some(fact) if !values.iter().any(unknown) => self.learns(&[fact], at),
                _ => self.then(at, Reads::Nothing, Act::Nothing, Shows::Nothing),
            };
            if let Some(case) = values.first() {
                self.shows(begin, Shows::Equals(value, *case));
            }
            ends.extend(self.block(block, begin));
        }
        let rest = match known {
            Some(fact) if names_unknown => self.learns(&[fact], at),
            _ => self.then(at, Reads::Nothing, Act::Nothing, Shows::Nothing),
        };
        match otherwise {
            Some(block) => ends.extend(self.block(block, rest)),
            None if !covered => ends.push(rest),
            None => {}
        }
        self.join(ends)
    }

    pub(super) fn node(&mut self, reads: Reads<'p>, act: Act, shows: Shows) -> NodeId {
        let id = self.graph.nodes.len() as NodeId;
        self.graph.nodes.push(super::graph::Node { reads, act, shows });
        id
    }

    pub(super) fn edge(&mut self, from: NodeId, to: NodeId) {
        self.graph.edges.push((from, to));
    }

    pub(super) fn then(&mut self, tail: NodeId, reads: Reads<'p>, act: Act, shows: Shows) -> NodeId {
        let node = self.node(reads, act, shows);
        self.edge(tail, node);
        node
    }

    pub(super) fn reads(&mut self, reads: Reads<'p>, tail: NodeId) -> NodeId {
        self.then(tail, reads, Act::Nothing, Shows::Nothing)
    }

    /// Where several ways come together, if any does.
    pub(super) fn join(&mut self, ends: Vec<NodeId>) -> Option<NodeId> {
        match ends[..] {
            [] => None,
            [only] => Some(only),
            _ => {
                let at = self.node(Reads::Nothing, Act::Nothing, Shows::Nothing);
                for end in ends {
                    self.edge(end, at);
                }
                Some(at)
            }
        }
    }

    /// Looks at a condition: where it goes on with yes, and where with no.
    pub(super) fn decide(&mut self, condition: ExprId, tail: NodeId) -> (NodeId, NodeId) {
        let at = self.reads(Reads::Expr(condition), tail);
        self.graph.conditions.push((condition, at));
        let yes = self.learned(condition, true);
        let no = self.learned(condition, false);
        (
            self.turns_out(condition, true, &yes, at),
            self.turns_out(condition, false, &no, at),
        )
    }

    fn turns_out(&mut self, condition: ExprId, yes: bool, facts: &[Fact], tail: NodeId) -> NodeId {
        let at = self.learns(facts, tail);
        self.shows(at, Shows::When(condition, yes));
        at
    }

    pub(super) fn shows(&mut self, node: NodeId, shows: Shows) {
        self.graph.nodes[node as usize].shows = shows;
    }

    fn learned(&mut self, condition: ExprId, yes: bool) -> Vec<Fact> {
        let mut found = Vec::new();
        for path in learned(self.bot, condition, yes) {
            // A name that is known has its answer.
            if let (Root::Slot(slot), true) = (path.root, path.parts.is_empty()) {
                found.push(self.facts.answered(slot));
            }
            found.push(self.facts.learn(path));
        }
        found
    }

    pub(super) fn learns(&mut self, facts: &[Fact], tail: NodeId) -> NodeId {
        let from = self.graph.learned.len() as u32;
        self.graph.learned.extend_from_slice(facts);
        let to = self.graph.learned.len() as u32;
        let act = if from == to {
            Act::Nothing
        } else {
            Act::Learn(from, to)
        };
        self.then(tail, Reads::Nothing, act, Shows::Nothing)
    }

    pub(super) fn gives(&mut self, slot: SlotId, known: Known, tail: NodeId, shows: Shows) -> NodeId {
        if self.in_handler {
            self.changed_by_handlers.push(slot);
        }
        self.then(tail, Reads::Nothing, Act::Give(slot, known), shows)
    }

    pub(super) fn takes(&mut self, slot: Option<SlotId>, tail: NodeId) -> NodeId {
        match slot {
            Some(slot) => self.then(tail, Reads::Nothing, Act::Take(slot), Shows::Nothing),
            None => tail,
        }
    }

    pub(super) fn remembers(&mut self, field: FieldId, known: Known, tail: NodeId, shows: Shows) -> NodeId {
        self.facts.learn(Path {
            root: Root::Customer(field),
            parts: Vec::new(),
        });
        self.then(tail, Reads::Nothing, Act::Remember(field, known), shows)
    }

    /// A message with its cards.
    pub(super) fn says(&mut self, message: MessageId, tail: NodeId) -> NodeId {
        let at = self.then(tail, Reads::Message(message), Act::Nothing, Shows::Says(message));
        if let Some(cards) = self
            .bot
            .messages
            .get(message.index())
            .and_then(|message| message.cards.as_deref())
        {
            let list = self.reads(Reads::Expr(cards.list), at);
            let item = self.then(
                list,
                Reads::Nothing,
                Act::Give(cards.item, Known::Yes),
                Shows::Nothing,
            );
            let begin = match cards.condition {
                Some(condition) => self.decide(condition, item).0,
                None => item,
            };
            self.reads(Reads::Cards(message), begin);
        }
        at
    }

    /// A message whose buttons lead on: later, at any rest of the flow.
    fn offer(&mut self, offer: &'p OfferBody, tail: NodeId) -> NodeId {
        let mut at = tail;
        for message in &offer.messages {
            at = self.says(*message, at);
        }
        let before = (self.put.take(), std::mem::replace(&mut self.in_handler, true));
        for way in &offer.ways {
            let pressed = self.then(at, Reads::Nothing, Act::Press, Shows::Presses(way.label));
            self.graph.presses.push((pressed, at));
            let begin = match way.item {
                Some(item) => self.gives(item, Known::Yes, pressed, Shows::Nothing),
                None => pressed,
            };
            self.block(&way.block, begin);
        }
        (self.put, self.in_handler) = before;
        at
    }

    /// The conversation rests; handlers hear.
    pub(super) fn rest(&mut self, tail: NodeId) -> NodeId {
        let rest = self.then(tail, Reads::Nothing, Act::Rest, Shows::Nothing);
        if let Some(hub) = self.hub {
            self.edge(rest, hub);
        }
        rest
    }

    /// Notes a question for a field of the card.
    pub(super) fn notes_question(&mut self, field: FieldId, span: Span, at: NodeId) {
        self.facts.learn(Path {
            root: Root::Customer(field),
            parts: Vec::new(),
        });
        self.graph.asked.push((field, span, at));
    }

    pub(super) fn known_field(&mut self, field: FieldId) -> Fact {
        self.facts.learn(Path {
            root: Root::Customer(field),
            parts: Vec::new(),
        })
    }
}
