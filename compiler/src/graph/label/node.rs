//! What nodes and edges are called in pictures.

use botflow_artifact::*;

use super::super::node::{Edge, Level, Node};
use super::{Words, duration};

impl Words<'_> {
    /// What a node is called in pictures.
    pub fn node(&self, node: &Node) -> String {
        match node {
            Node::Customer => "A customer writes".into(),
            Node::Trigger(trigger) => self.bot.triggers[trigger.index()].name.to_string(),
            Node::Operators => "A colleague starts it".into(),
            Node::Flow(flow) => self.flow(*flow).into(),
            Node::Step(step) => self.bot.steps[step.index()].name.to_string(),
            Node::Place(place) => self.place_label(*place),
            Node::Hearing(Level::Always) => "heard everywhere".into(),
            Node::Hearing(Level::Flow(flow)) => format!("heard in {}", self.flow(*flow)),
            Node::Hearing(Level::Step(step)) => format!("heard in {}", self.step(*step)),
            Node::Handler(handler) => self.handler(*handler),
            Node::Rule(rule) => match self.bot.always_rules.get(*rule as usize) {
                Some(rule) => format!("if {}", self.expr(FlowId::ALWAYS, rule.condition)),
                None => "if …".into(),
            },
            Node::People(escalation) => self.bot.escalations[escalation.index()].name.to_string(),
            Node::Code(_) => String::new(),
            Node::Finish { outcome, label, .. } => match label {
                Some(label) => format!("{} as {label}", outcome.name()),
                None => outcome.name().into(),
            },
            Node::Return(_) => "return".into(),
            Node::AskAgain => "the question again".into(),
            Node::AskEarlier => "the question before".into(),
            Node::Unknown => "?".into(),
        }
    }

    /// What a place is called in pictures: its question, or what it does.
    pub fn place_label(&self, id: PlaceId) -> String {
        let place = &self.bot.places[id.index()];
        match &place.kind {
            PlaceKind::Ask(ask) => self.message(ask.question),
            PlaceKind::Choose(choose) => self.message(choose.question),
            PlaceKind::Form(_) => format!("form {}", place.name),
            PlaceKind::Call(call) => match self.bot.calls.get(call.call.index()) {
                Some(call) => format!("call {}", call.name),
                None => "call …".into(),
            },
            PlaceKind::Wait { duration } => format!("wait {}", self.expr(place.flow, *duration)),
            PlaceKind::WaitFor(wait) => match self.bot.events.get(wait.event.index()) {
                Some(event) => format!("wait for {}", event.name),
                None => "wait for …".into(),
            },
            PlaceKind::Run(run) => format!("run {}", self.flow(run.flow)),
            PlaceKind::Escalate(escalation) => match self.bot.escalations.get(escalation.index()) {
                Some(escalation) => format!("escalate to {}", escalation.name),
                None => "escalate to …".into(),
            },
            PlaceKind::AskQueue(ask) => self.text(ask.question),
            PlaceKind::Verify(verify) => match self.bot.customer.get(verify.field.index()) {
                Some(field) => format!("verify customer.{}", field.name),
                None => "verify …".into(),
            },
        }
    }

    /// What an edge is called in pictures; empty where nothing has to be said. `from` is where it begins.
    pub fn edge(&self, edge: Edge, from: &Node) -> String {
        let place = match from {
            Node::Place(place) => self.bot.places.get(place.index()),
            _ => None,
        };
        let choose = place.and_then(|place| match &place.kind {
            PlaceKind::Choose(choose) => Some(choose),
            _ => None,
        });
        let flow = self.flow_of(from);
        match edge {
            Edge::Begins
            | Edge::Next
            | Edge::Reach
            | Edge::Go
            | Edge::Start
            | Edge::Run
            | Edge::Inside
            | Edge::HandOver
            | Edge::Hears
            | Edge::Heard
            | Edge::Ends => String::new(),
            Edge::If(condition) => format!("if {}", self.expr(flow, condition)),
            Edge::Else(_) | Edge::NoArm(_) => "else".into(),
            Edge::Round => "each".into(),
            Edge::Done => String::new(),
            Edge::Arm(experiment, arm) => {
                let arms = self
                    .bot
                    .experiments
                    .get(experiment.index())
                    .map(|it| it.arms.as_slice());
                arms.and_then(|arms| arms.get(arm as usize))
                    .map_or("…".into(), |(name, _)| name.to_string())
            }
            Edge::Reask | Edge::ComesBack => "again".into(),
            Edge::Returns => "comes back".into(),
            Edge::Answer => match place.map(|place| &place.kind) {
                Some(PlaceKind::Ask(ask)) => self.type_name(ask.ty),
                _ => "chosen".into(),
            },
            Edge::Skip => "skipped".into(),
            Edge::Option(number) => match choose.and_then(|choose| choose.options.get(number as usize)) {
                Some(option) => format!("“{}”", self.text(option.label)),
                None => "…".into(),
            },
            Edge::ListOption => match choose.and_then(|choose| choose.from.as_ref()) {
                Some(from) => format!("“{}”", self.text(from.label)),
                None => "…".into(),
            },
            Edge::NoOption => "none".into(),
            Edge::Otherwise => "otherwise".into(),
            Edge::Invalid => "invalid".into(),
            Edge::Check(_) => "check fails".into(),
            Edge::Tries(at) => format!("tries {at}"),
            Edge::Silence(after) => format!("silence {}", duration(after)),
            Edge::Result => "result".into(),
            Edge::Failure(None) => "failed".into(),
            Edge::Failure(Some(number)) => {
                let call = place.and_then(|place| match &place.kind {
                    PlaceKind::Call(call) => self.bot.calls.get(call.call.index()),
                    _ => None,
                });
                call.and_then(|call| call.fails.get(number as usize))
                    .map_or("failed".into(), ToString::to_string)
            }
            Edge::Waiting(after) => format!("waiting {}", duration(after)),
            Edge::Elapsed(time) => format!("after {}", self.expr(flow, time)),
            Edge::TooLate(time) => format!("not within {}", self.expr(flow, time)),
            Edge::Event(event) => self
                .bot
                .events
                .get(event.index())
                .map_or("…".into(), |it| it.name.to_string()),
            Edge::Verified => "verified".into(),
            Edge::Answered => "answered".into(),
            Edge::HandBack => "handed back".into(),
            Edge::Nobody(after) => format!("nobody {}", duration(after)),
            Edge::Closed => "closed".into(),
            Edge::CustomerSilent(after) => format!("customer silent {}", duration(after)),
            Edge::OperatorSilent(after) => format!("operator silent {}", duration(after)),
            Edge::Resolved => "resolved".into(),
        }
    }

    /// The flow a node belongs to.
    pub fn flow_of(&self, node: &Node) -> FlowId {
        match node {
            Node::Flow(flow) | Node::Return(flow) | Node::Finish { flow, .. } => *flow,
            Node::Step(step) | Node::Hearing(Level::Step(step)) => self
                .bot
                .steps
                .get(step.index())
                .map_or(FlowId::ALWAYS, |step| step.flow),
            Node::Place(place) => self
                .bot
                .places
                .get(place.index())
                .map_or(FlowId::ALWAYS, |place| place.flow),
            Node::Handler(handler) => self
                .bot
                .handlers
                .get(handler.index())
                .map_or(FlowId::ALWAYS, |handler| handler.flow),
            Node::Hearing(Level::Flow(flow)) => *flow,
            Node::Code(pc) => match self.entries.partition_point(|(entry, _)| entry <= pc) {
                0 => FlowId::ALWAYS,
                behind => self.entries[behind - 1].1,
            },
            _ => FlowId::ALWAYS,
        }
    }
}
