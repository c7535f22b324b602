//! From a bot to its graph, in one pass over its code and one over its places.
//!
//! Code is cut into pieces that are entered at their first operation only. A piece becomes a node only if it is
//! entered from somewhere; what it says and changes is read from the bot when somebody asks.

use botflow_artifact::*;
use indexmap::IndexMap;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;

use super::Graph;
use super::node::{Edge, Level, Node};

/// Stands for no node.
fn none() -> NodeIndex {
    NodeIndex::end()
}

/// Builds the graph.
pub(super) fn build(bot: &Bot) -> Graph {
    let mut builder = Builder {
        bot,
        nodes: DiGraph::with_capacity(
            bot.code.len() / 2 + bot.places.len(),
            bot.code.len() + bot.places.len(),
        ),
        code: vec![false; bot.code.len()],
        at: Vec::new(),
        flows: Vec::new(),
        steps: Vec::new(),
        places: Vec::new(),
        handlers: Vec::new(),
        people: Vec::new(),
        returns: Vec::new(),
        finishes: IndexMap::default(),
        again: none(),
        earlier: none(),
        unknown: none(),
        hearing_always: None,
        hearing_flows: Vec::new(),
        hearing_steps: Vec::new(),
    };
    builder.nodes();
    builder.roots();
    builder.levels();
    builder.places();
    builder.code();
    builder.finish()
}

struct Builder<'b> {
    bot: &'b Bot,
    nodes: DiGraph<Node, Edge>,
    /// Whether a piece of code begins at the address.
    code: Vec<bool>,
    /// The piece that begins at an address.
    at: Vec<NodeIndex>,
    flows: Vec<NodeIndex>,
    steps: Vec<NodeIndex>,
    places: Vec<NodeIndex>,
    handlers: Vec<NodeIndex>,
    people: Vec<NodeIndex>,
    returns: Vec<NodeIndex>,
    finishes: IndexMap<(FlowId, Outcome, Option<SmolStr>), NodeIndex, FxBuildHasher>,
    again: NodeIndex,
    earlier: NodeIndex,
    unknown: NodeIndex,
    hearing_always: Option<NodeIndex>,
    /// Per flow its own level, else the next one outward.
    hearing_flows: Vec<Option<NodeIndex>>,
    /// The same per step.
    hearing_steps: Vec<Option<NodeIndex>>,
}

impl Builder<'_> {
    fn edge(&mut self, from: NodeIndex, to: NodeIndex, edge: Edge) {
        if from != none() && to != none() {
            self.nodes.add_edge(from, to, edge);
        }
    }

    /// An edge to the piece of code at an address.
    fn way(&mut self, from: NodeIndex, to: Pc, edge: Edge) {
        let to = self.at.get(to.index()).copied().unwrap_or(self.unknown);
        self.edge(from, to, edge);
    }

    /// Makes the nodes of everything that has a name, and of every piece of code.
    fn nodes(&mut self) {
        let bot = self.bot;
        self.again = self.nodes.add_node(Node::AskAgain);
        self.earlier = self.nodes.add_node(Node::AskEarlier);
        self.unknown = self.nodes.add_node(Node::Unknown);
        for id in 0..bot.flows.len() {
            self.flows.push(self.nodes.add_node(Node::Flow(FlowId::from(id))));
            self.returns
                .push(self.nodes.add_node(Node::Return(FlowId::from(id))));
        }
        for id in 0..bot.steps.len() {
            self.steps.push(self.nodes.add_node(Node::Step(StepId::from(id))));
        }
        for id in 0..bot.places.len() {
            self.places
                .push(self.nodes.add_node(Node::Place(PlaceId::from(id))));
        }
        for id in 0..bot.handlers.len() {
            self.handlers
                .push(self.nodes.add_node(Node::Handler(HandlerId::from(id))));
        }
        for id in 0..bot.escalations.len() {
            self.people
                .push(self.nodes.add_node(Node::People(EscalationId::from(id))));
        }
        let mut begins = std::mem::take(&mut self.code);
        leaders(bot, &mut |pc| {
            if let Some(begin) = begins.get_mut(pc.index()) {
                *begin = true;
            }
        });
        self.at = begins
            .iter()
            .enumerate()
            .map(|(pc, begins)| match begins {
                true => self.nodes.add_node(Node::Code(Pc::from(pc))),
                false => none(),
            })
            .collect();
    }

    /// Where conversations begin.
    fn roots(&mut self) {
        let bot = self.bot;
        for (id, flow) in bot.flows.iter().enumerate().skip(1) {
            self.way(self.flows[id], flow.entry, Edge::Next);
        }
        for (id, step) in bot.steps.iter().enumerate() {
            self.way(self.steps[id], step.entry, Edge::Next);
        }
        let customer = self.nodes.add_node(Node::Customer);
        if let Some(start) = bot.start.and_then(|flow| self.flows.get(flow.index()).copied()) {
            self.edge(customer, start, Edge::Begins);
        }
        for (id, trigger) in bot.triggers.iter().enumerate() {
            let node = self.nodes.add_node(Node::Trigger(TriggerId::from(id)));
            if let Some(flow) = self.flows.get(trigger.start.index()).copied() {
                self.edge(node, flow, Edge::Begins);
            }
        }
        if bot.flows.iter().any(|flow| flow.open_to_operators) {
            let operators = self.nodes.add_node(Node::Operators);
            for (id, flow) in bot.flows.iter().enumerate() {
                if flow.open_to_operators {
                    self.edge(operators, self.flows[id], Edge::Begins);
                }
            }
        }
        if !bot.always.is_empty() || !bot.always_rules.is_empty() {
            let level = self.nodes.add_node(Node::Hearing(Level::Always));
            self.hearing_always = Some(level);
            self.edge(customer, level, Edge::Hears);
        }
    }

    /// Levels of handlers, each with an edge to the next one outward.
    fn levels(&mut self) {
        let bot = self.bot;
        if let Some(level) = self.hearing_always {
            for handler in &bot.always {
                self.hear(level, *handler);
            }
            for (id, rule) in bot.always_rules.iter().enumerate() {
                let node = self.nodes.add_node(Node::Rule(id as u32));
                self.edge(level, node, Edge::Heard);
                self.way(node, rule.code, Edge::Next);
            }
        }
        let buttons = self.buttons();
        for (id, flow) in bot.flows.iter().enumerate() {
            let level = if flow.handlers.is_empty() && buttons[id].is_empty() || id == 0 {
                self.hearing_always
            } else {
                let level = self.nodes.add_node(Node::Hearing(Level::Flow(FlowId::from(id))));
                for handler in flow.handlers.iter().chain(&buttons[id]) {
                    self.hear(level, *handler);
                }
                if let Some(always) = self.hearing_always {
                    self.edge(level, always, Edge::Hears);
                }
                Some(level)
            };
            self.hearing_flows.push(level);
        }
        // What a handler of `always` offers is heard once it has been said.
        for id in buttons.first().into_iter().flatten() {
            let code = bot.handlers[id.index()].code;
            self.way(self.handlers[id.index()], code, Edge::Next);
        }
        for (id, step) in bot.steps.iter().enumerate() {
            let outward = self.hearing_flows.get(step.flow.index()).copied().flatten();
            let level = if step.handlers.is_empty() {
                outward
            } else {
                let level = self.nodes.add_node(Node::Hearing(Level::Step(StepId::from(id))));
                for handler in &step.handlers {
                    self.hear(level, *handler);
                }
                if let Some(outward) = outward {
                    self.edge(level, outward, Edge::Hears);
                }
                Some(level)
            };
            self.hearing_steps.push(level);
        }
    }

    /// Buttons of messages, by the flow in which they are said.
    fn buttons(&self) -> Vec<Vec<HandlerId>> {
        let mut buttons = vec![Vec::new(); self.bot.flows.len()];
        for (id, handler) in self.bot.handlers.iter().enumerate() {
            if matches!(handler.hears, Hears::Pressed { .. })
                && let Some(of) = buttons.get_mut(handler.flow.index())
            {
                of.push(HandlerId::from(id));
            }
        }
        buttons
    }

    fn hear(&mut self, level: NodeIndex, id: HandlerId) {
        let Some(handler) = self.bot.handlers.get(id.index()) else {
            return;
        };
        let node = self.handlers[id.index()];
        self.edge(level, node, Edge::Heard);
        match &handler.hears {
            Hears::Silence(Silence {
                act: Nudge::Say(_), ..
            }) => {}
            Hears::Unclear { tries } => {
                self.way(node, handler.code, Edge::Next);
                for item in tries {
                    self.way(node, item.way, Edge::Tries(item.at));
                }
            }
            _ => self.way(node, handler.code, Edge::Next),
        }
    }

    /// Ways out of places.
    fn places(&mut self) {
        let bot = self.bot;
        for (id, place) in bot.places.iter().enumerate() {
            let node = self.places[id];
            let hearing = match place.step {
                Some(step) => self.hearing_steps.get(step.index()).copied().flatten(),
                None => self.hearing_flows.get(place.flow.index()).copied().flatten(),
            };
            match &place.kind {
                PlaceKind::Ask(ask) => {
                    self.way(node, place.then, Edge::Answer);
                    if ask.skip.is_some() || matches!(ask.into, AskTarget::Customer(_)) {
                        self.way(node, place.then, Edge::Skip);
                    }
                    for (number, check) in ask.checks.iter().enumerate() {
                        self.way(node, check.otherwise, Edge::Check(number as u32));
                    }
                    self.failed_tries(node, ask.invalid, &ask.tries);
                    self.silence(node, &ask.silence);
                }
                PlaceKind::Choose(choose) => self.choose(node, place.then, choose),
                PlaceKind::Form(form) => self.way(node, form.begin, Edge::Inside),
                PlaceKind::Call(call) => {
                    self.way(node, place.then, Edge::Result);
                    if let Some(way) = call.failed {
                        self.way(node, way, Edge::Failure(None));
                    }
                    for (number, way) in &call.fails {
                        self.way(node, *way, Edge::Failure(Some(*number)));
                    }
                    if let Some((after, way)) = call.waiting {
                        self.way(node, way, Edge::Waiting(after));
                    }
                }
                PlaceKind::Wait { duration } => self.way(node, place.then, Edge::Elapsed(*duration)),
                PlaceKind::WaitFor(wait) => {
                    self.way(node, place.then, Edge::Event(wait.event));
                    if let Some(within) = wait.within {
                        self.way(node, wait.otherwise.unwrap_or(place.then), Edge::TooLate(within));
                    }
                }
                PlaceKind::Run(run) => {
                    let flow = self.flows.get(run.flow.index()).copied().unwrap_or(self.unknown);
                    self.edge(node, flow, Edge::Run);
                    self.way(node, place.then, Edge::Returns);
                }
                PlaceKind::Escalate(escalation) => {
                    let people = self
                        .people
                        .get(escalation.index())
                        .copied()
                        .unwrap_or(self.unknown);
                    self.edge(node, people, Edge::HandOver);
                    self.way(node, place.then, Edge::HandBack);
                }
                PlaceKind::AskQueue(ask) => {
                    self.way(node, place.then, Edge::Answered);
                    if let Some(way) = ask.closed {
                        self.way(node, way, Edge::Closed);
                    }
                    for (after, way) in &ask.nobody {
                        self.way(node, *way, Edge::Nobody(*after));
                    }
                }
                PlaceKind::Verify(verify) => {
                    self.way(node, place.then, Edge::Verified);
                    self.failed_tries(node, verify.invalid, &verify.tries);
                    self.silence(node, &verify.silence);
                    if let Some(way) = verify.failed {
                        self.way(node, way, Edge::Failure(None));
                    }
                }
            }
            if let Some(level) = hearing {
                self.edge(node, level, Edge::Hears);
            }
        }
        for (id, escalation) in bot.escalations.iter().enumerate() {
            let node = self.people[id];
            let mut out = |way: &EscalationWay, edge| {
                if let EscalationWay::Way(pc) = way {
                    self.way(node, *pc, edge);
                }
            };
            escalation
                .nobody
                .iter()
                .for_each(|(after, way)| out(way, Edge::Nobody(*after)));
            escalation.closed.iter().for_each(|way| out(way, Edge::Closed));
            escalation
                .customer_silent
                .iter()
                .for_each(|(after, way)| out(way, Edge::CustomerSilent(*after)));
            escalation
                .operator_silent
                .iter()
                .for_each(|(after, way)| out(way, Edge::OperatorSilent(*after)));
            escalation
                .resolved
                .iter()
                .for_each(|way| out(way, Edge::Resolved));
        }
    }

    fn choose(&mut self, node: NodeIndex, then: Pc, choose: &Choose) {
        let mut option = |act: &OptionAct, edge| match act {
            OptionAct::Way(way) => self.way(node, *way, edge),
            OptionAct::GoOn => self.way(node, then, edge),
            OptionAct::Opens(_) | OptionAct::Calls(_) => {}
        };
        if let Some(from) = &choose.from {
            option(&from.act, Edge::ListOption);
        }
        for (number, it) in choose.options.iter().enumerate() {
            option(&it.act, Edge::Option(number as u32));
        }
        let certain = choose.options.iter().any(|option| option.condition.is_none());
        match &choose.from {
            Some(from) if from.none.is_some() => {
                self.way(node, from.none.unwrap_or(then), Edge::NoOption);
            }
            _ if !certain => self.way(node, then, Edge::NoOption),
            _ => {}
        }
        if choose.several {
            self.way(node, then, Edge::Answer);
        }
        if let Some(way) = choose.otherwise {
            self.way(node, way, Edge::Otherwise);
        }
        self.failed_tries(node, None, &choose.tries);
        self.silence(node, &choose.silence);
    }

    fn failed_tries(&mut self, node: NodeIndex, invalid: Option<Pc>, tries: &[TriesWay]) {
        if let Some(way) = invalid {
            self.way(node, way, Edge::Invalid);
        }
        for item in tries {
            self.way(node, item.way, Edge::Tries(item.at));
        }
    }

    fn silence(&mut self, node: NodeIndex, clocks: &[Silence]) {
        for clock in clocks {
            if let Nudge::Way(way) = clock.act {
                self.way(node, way, Edge::Silence(clock.after_ms));
            }
        }
    }

    /// What pieces of code lead to.
    fn code(&mut self) {
        let bot = self.bot;
        // Code of flows stands together, so that the flow of an address is that of the nearest entry before it.
        let mut owner = owners(bot);
        let mut entries = vec![false; bot.code.len() + 1];
        for flow in &bot.flows {
            if let Some(entry) = entries.get_mut(flow.entry.index()) {
                *entry = true;
            }
        }
        for begin in 0..bot.code.len() {
            let node = self.at[begin];
            if node == none() {
                continue;
            }
            let mut pc = begin;
            loop {
                let Some(op) = bot.code.get(pc) else {
                    self.edge(node, self.unknown, Edge::Next);
                    break;
                };
                match op {
                    Op::Jump(to) => self.way(node, *to, Edge::Next),
                    Op::GoTo(step) => {
                        let to = self.steps.get(step.index()).copied().unwrap_or(self.unknown);
                        self.edge(node, to, Edge::Go);
                    }
                    Op::Branch { condition, otherwise } => {
                        self.way(node, Pc::from(pc + 1), Edge::If(*condition));
                        self.way(node, *otherwise, Edge::Else(*condition));
                    }
                    Op::Next { end, .. } => {
                        self.way(node, Pc::from(pc + 1), Edge::Round);
                        self.way(node, *end, Edge::Done);
                    }
                    Op::Vary { experiment, arms } => {
                        for (arm, to) in arms.iter().enumerate() {
                            self.way(node, *to, Edge::Arm(*experiment, arm as u32));
                        }
                        self.way(node, Pc::from(pc + 1), Edge::NoArm(*experiment));
                    }
                    Op::Enter(place) => {
                        let to = self.places.get(place.index()).copied().unwrap_or(self.unknown);
                        self.edge(node, to, Edge::Reach);
                    }
                    Op::Reask(place) => {
                        let to = self.places.get(place.index()).copied().unwrap_or(self.unknown);
                        self.edge(node, to, Edge::Reask);
                    }
                    Op::ComeBack | Op::Again => self.edge(node, self.again, Edge::ComesBack),
                    Op::Back => self.edge(node, self.earlier, Edge::ComesBack),
                    Op::Start { flow, .. } => {
                        let to = self.flows.get(flow.index()).copied().unwrap_or(self.unknown);
                        self.edge(node, to, Edge::Start);
                    }
                    Op::StartOver => {
                        let start = bot.start.and_then(|flow| self.flows.get(flow.index()).copied());
                        self.edge(node, start.unwrap_or(self.again), Edge::Start);
                    }
                    Op::Return(_) => {
                        let flow = owner(begin);
                        self.edge(node, self.returns[flow.index()], Edge::Ends);
                    }
                    Op::Finish { outcome, label } => {
                        let key = (owner(begin), *outcome, label.clone());
                        let (flow, outcome, label) = key.clone();
                        let nodes = &mut self.nodes;
                        let to = *self
                            .finishes
                            .entry(key)
                            .or_insert_with(|| nodes.add_node(Node::Finish { flow, outcome, label }));
                        self.edge(node, to, Edge::Ends);
                    }
                    Op::Error => {
                        self.edge(node, self.unknown, Edge::Next);
                        // What stands behind a mistake counts as reached, so that nothing more is said about it;
                        // but not the flow that happens to stand behind the end of this one.
                        if !entries[pc + 1] {
                            self.way(node, Pc::from(pc + 1), Edge::Next);
                        }
                    }
                    _ => {
                        self.offered_by_always(node, op);
                        pc += 1;
                        if self.at.get(pc).is_some_and(|next| *next != none()) {
                            self.way(node, Pc::from(pc), Edge::Next);
                            break;
                        }
                        continue;
                    }
                }
                break;
            }
        }
    }

    /// Buttons of messages that handlers of `always` say.
    fn offered_by_always(&mut self, node: NodeIndex, op: &Op) {
        let bot = self.bot;
        let messages = match op {
            Op::Say(message) => std::slice::from_ref(message),
            Op::SayOneOf { messages, .. } => messages.get(..1).unwrap_or_default(),
            _ => return,
        };
        for message in messages.iter().filter_map(|id| bot.messages.get(id.index())) {
            let (of_cards, own) = message.pressable();
            for button in of_cards.into_iter().chain(own) {
                if let ButtonAct::Leads(id) = button.act
                    && bot
                        .handlers
                        .get(id.index())
                        .is_some_and(|one| one.flow == FlowId::ALWAYS)
                {
                    self.edge(node, self.handlers[id.index()], Edge::Heard);
                }
            }
        }
    }

    fn finish(self) -> Graph {
        Graph {
            nodes: self.nodes,
            flows: self.flows,
            steps: self.steps,
            places: self.places,
            handlers: self.handlers,
            people: self.people,
            returns: self.returns,
            code: self.at,
            shown: None,
        }
    }
}

/// The flow of an address, for addresses asked in ascending order.
fn owners(bot: &Bot) -> impl FnMut(usize) -> FlowId + use<> {
    let mut entries: Vec<(usize, FlowId)> = Vec::with_capacity(bot.flows.len());
    for (id, flow) in bot.flows.iter().enumerate().skip(1) {
        // Address 0 is the one of flows without code.
        if flow.entry.index() > 0 {
            entries.push((flow.entry.index(), FlowId::from(id)));
        }
    }
    entries.sort_unstable();
    let mut next = 0;
    let mut current = FlowId::ALWAYS;
    move |pc| {
        while entries.get(next).is_some_and(|(entry, _)| *entry <= pc) {
            current = entries[next].1;
            next += 1;
        }
        current
    }
}

/// Calls with every address at which a piece of code begins.
fn leaders(bot: &Bot, begin: &mut impl FnMut(Pc)) {
    bot.flows.iter().for_each(|flow| begin(flow.entry));
    bot.steps.iter().for_each(|step| begin(step.entry));
    bot.always_rules.iter().for_each(|rule| begin(rule.code));
    for handler in &bot.handlers {
        begin(handler.code);
        if let Hears::Unclear { tries } = &handler.hears {
            tries.iter().for_each(|item| begin(item.way));
        }
    }
    for escalation in &bot.escalations {
        let timed = [
            &escalation.nobody,
            &escalation.customer_silent,
            &escalation.operator_silent,
        ];
        let ways = timed.into_iter().flatten().map(|(_, way)| way);
        for way in ways.chain(&escalation.closed).chain(&escalation.resolved) {
            if let EscalationWay::Way(pc) = way {
                begin(*pc);
            }
        }
    }
    for (pc, op) in bot.code.iter().enumerate() {
        match op {
            Op::Jump(to) => begin(*to),
            Op::Branch { otherwise: to, .. } | Op::Next { end: to, .. } => {
                begin(*to);
                begin(Pc::from(pc + 1));
            }
            Op::Vary { arms, .. } => {
                arms.iter().for_each(|to| begin(*to));
                begin(Pc::from(pc + 1));
            }
            Op::Error => begin(Pc::from(pc + 1)),
            _ => {}
        }
    }
    for place in &bot.places {
        begin(place.then);
        ways(&place.kind, begin);
    }
}

/// Calls with the address of every way of a place.
fn ways(kind: &PlaceKind, begin: &mut impl FnMut(Pc)) {
    fn silence(clocks: &[Silence], begin: &mut impl FnMut(Pc)) {
        for clock in clocks {
            if let Nudge::Way(way) = clock.act {
                begin(way);
            }
        }
    }
    match kind {
        PlaceKind::Ask(ask) => {
            ask.checks.iter().for_each(|check| begin(check.otherwise));
            ask.invalid.iter().for_each(|way| begin(*way));
            ask.tries.iter().for_each(|item| begin(item.way));
            silence(&ask.silence, begin);
        }
        PlaceKind::Choose(choose) => {
            let listed = choose.from.iter().map(|from| &from.act);
            for act in choose.options.iter().map(|option| &option.act).chain(listed) {
                if let OptionAct::Way(way) = act {
                    begin(*way);
                }
            }
            choose
                .from
                .iter()
                .filter_map(|from| from.none)
                .for_each(&mut *begin);
            choose.otherwise.iter().for_each(|way| begin(*way));
            choose.tries.iter().for_each(|item| begin(item.way));
            silence(&choose.silence, begin);
        }
        PlaceKind::Form(form) => begin(form.begin),
        PlaceKind::Call(call) => {
            call.failed.iter().for_each(|way| begin(*way));
            call.fails.iter().for_each(|(_, way)| begin(*way));
            call.waiting.iter().for_each(|(_, way)| begin(*way));
        }
        PlaceKind::WaitFor(wait) => wait.otherwise.iter().for_each(|way| begin(*way)),
        PlaceKind::AskQueue(ask) => {
            ask.closed.iter().for_each(|way| begin(*way));
            ask.nobody.iter().for_each(|(_, way)| begin(*way));
        }
        PlaceKind::Verify(verify) => {
            verify.invalid.iter().for_each(|way| begin(*way));
            verify.tries.iter().for_each(|item| begin(item.way));
            silence(&verify.silence, begin);
            verify.failed.iter().for_each(|way| begin(*way));
        }
        PlaceKind::Wait { .. } | PlaceKind::Run(_) | PlaceKind::Escalate(_) => {}
    }
}
