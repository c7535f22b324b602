//! A path through the graph as the conversation that takes it: lines of a `.chat` file.
//!
//! What the bot says stands in it as far as it is known without running it; a rehearsal fills in the rest.

use std::borrow::Cow;

use botflow_artifact::*;
use petgraph::graph::{EdgeIndex, NodeIndex};
use smol_str::SmolStr;

use super::label::{Words, duration, shortened};
use super::{Edge, Graph, Node};
use crate::conversation::begins::heard_as;
use crate::conversation::plan::{Plan, escaped};
use crate::conversation::wishes::Source;
use crate::flow_facts::path::Root;

/// The longest line of a customer.
const WIDTH: usize = 200;

/// Tells paths.
#[derive(Clone, Copy, Debug)]
pub struct Teller<'g> {
    /// The bot.
    pub bot: &'g Bot,
    /// Its graph.
    pub graph: &'g Graph,
    /// Words about it.
    pub words: &'g Words<'g>,
}

/// A path on its way to a plan.
#[derive(Clone)]
pub(crate) struct Telling<'t, 'g> {
    teller: &'t Teller<'g>,
    plan: Plan<'g>,
    /// Where the conversation rests.
    at: Option<PlaceId>,
    /// Something is heard that a first message is not heard as.
    too_early: bool,
}

impl<'g> Teller<'g> {
    /// The lines of a path: a plan as [`crate::conversation`] has it. What has to be arranged before (`stub …`) comes
    /// first.
    pub fn tell(&self, path: &[EdgeIndex]) -> Vec<String> {
        self.tell_and(path, |_| {})
    }

    /// As [`Teller::tell`], with what happens at the end of the path.
    pub(crate) fn tell_and(&self, path: &[EdgeIndex], end: impl FnOnce(&mut Plan<'_>)) -> Vec<String> {
        self.tell_on(None, path, end)
    }

    /// As [`Teller::tell_and`], with the person on a channel; what they have agreed to holds there alone.
    pub(crate) fn tell_on(
        &self,
        channel: Option<&SmolStr>,
        path: &[EdgeIndex],
        end: impl FnOnce(&mut Plan<'_>),
    ) -> Vec<String> {
        self.tell_paused(
            path,
            &[],
            |plan| {
                if let Some(channel) = channel {
                    plan.agrees_only_on(channel);
                }
            },
            end,
        )
    }

    /// As [`Teller::tell_and`], where before some edges so many milliseconds pass; and with what is so from the beginning.
    pub(crate) fn tell_paused(
        &self,
        path: &[EdgeIndex],
        pauses: &[(usize, i64)],
        begin: impl FnOnce(&mut Plan<'_>),
        end: impl FnOnce(&mut Plan<'_>),
    ) -> Vec<String> {
        let mut telling = Telling::new(self);
        begin(&mut telling.plan);
        for (at, edge) in path.iter().enumerate() {
            let (Some((from, to)), Some(weight)) = (
                self.graph.nodes.edge_endpoints(*edge),
                self.graph.nodes.edge_weight(*edge),
            ) else {
                continue;
            };
            let (from, to) = (&self.graph.nodes[from], &self.graph.nodes[to]);
            if let Some((_, pause)) = pauses.iter().find(|(before, _)| *before == at) {
                telling.plan.line(format!("+ {}", duration(*pause)));
            }
            let next = path
                .get(at + 1)
                .and_then(|next| self.graph.nodes.edge_weight(*next));
            // What is heard so many times counts from the first.
            if !(*weight == Edge::Heard && matches!(next, Some(Edge::Tries(_)))) {
                telling.taken(*weight, from, to);
            }
            // A question without options is not put.
            if next != Some(&Edge::NoOption) {
                telling.arrived(*weight, to);
            }
        }
        end(&mut telling.plan);
        telling.plan.done()
    }
}

impl<'t, 'g> Telling<'t, 'g> {
    /// Of a conversation that has not begun.
    pub(crate) fn new(teller: &'t Teller<'g>) -> Telling<'t, 'g> {
        Telling {
            teller,
            plan: Plan::new(Cow::Borrowed(teller.words), teller.bot),
            at: None,
            too_early: false,
        }
    }

    /// An edge is taken; only what is wished for it matters.
    pub(crate) fn goes(&mut self, edge: Edge, from: NodeIndex, to: NodeIndex) {
        let nodes = &self.teller.graph.nodes;
        if let (None, Edge::Heard, Node::Handler(handler)) = (self.at, edge, &nodes[to]) {
            let hears = &self.teller.bot.handlers[handler.index()].hears;
            self.too_early |= !matches!(
                hears,
                Hears::Intent { .. } | Hears::Event(_) | Hears::Pressed { .. } | Hears::Pattern(_)
            );
        }
        self.taken(edge, &nodes[from], &nodes[to]);
        self.arrived(edge, &nodes[to]);
        self.plan.forget_lines();
    }

    /// Whether nobody can take this way, as far as that can be seen.
    pub(crate) fn is_impossible(&self) -> bool {
        self.too_early || self.plan.wishes.impossible()
    }

    /// Tells ways apart on which different things may still happen.
    pub(crate) fn signature(&self) -> u64 {
        self.plan.wishes.signature()
    }
}

impl Telling<'_, '_> {
    /// What makes an edge be taken.
    fn taken(&mut self, edge: Edge, from: &Node, to: &Node) {
        let bot = self.teller.bot;
        let words = self.teller.words;
        let flow = words.flow_of(from);
        let place = match from {
            Node::Place(place) => Some(&bot.places[place.index()].kind),
            _ => None,
        };
        match edge {
            Edge::Begins => match from {
                Node::Customer => self.plan.line("> Hi"),
                Node::Trigger(trigger) => self.goes_off(*trigger),
                Node::Operators => {
                    if let Node::Flow(flow) = to {
                        self.plan.begun(*flow);
                    }
                }
                _ => {}
            },
            Edge::If(condition) => self.plan.wishes.assume(flow, condition, true),
            Edge::Else(condition) => self.plan.wishes.assume(flow, condition, false),
            Edge::Heard => match to {
                Node::Handler(handler) => self.heard(*handler),
                _ => self.plan.line("> something"),
            },
            Edge::Answer => match place {
                Some(PlaceKind::Ask(ask)) => self.plan.answers(Some((flow, target(ask))), ask.ty),
                Some(PlaceKind::Choose(choose)) => match choose.options.first() {
                    Some(option) => self.presses(option.label),
                    None => self.plan.line("> 1"),
                },
                _ => self.plan.line("> something"),
            },
            Edge::Skip => {
                if let Some(PlaceKind::Ask(ask)) = place {
                    match (&ask.skip, ask.into) {
                        (_, AskTarget::Customer(field)) => self.plan.wishes.knows(field),
                        (Some(skip), _) => self.plan.wishes.assume(flow, skip.condition, true),
                        _ => {}
                    }
                }
            }
            Edge::Option(number) => {
                if let Some(PlaceKind::Choose(choose)) = place
                    && let Some(option) = choose.options.get(number as usize)
                {
                    if let Some(condition) = option.condition {
                        self.plan.wishes.assume(flow, condition, true);
                    }
                    self.presses(option.label);
                    let value = self.stands_for(option);
                    self.chosen(flow, choose, value);
                }
            }
            Edge::ListOption => {
                if let Some(PlaceKind::Choose(choose)) = place
                    && let Some(from) = &choose.from
                {
                    self.presses(from.label);
                    self.chosen(flow, choose, None);
                }
            }
            Edge::NoOption => {
                if let Some(PlaceKind::Choose(choose)) = place {
                    let conditions = choose.options.iter().filter_map(|option| option.condition);
                    for condition in conditions {
                        self.plan.wishes.assume(flow, condition, false);
                    }
                }
            }
            Edge::Check(number) => {
                if let Some(PlaceKind::Ask(ask)) = place {
                    self.plan.answers(Some((flow, target(ask))), ask.ty);
                    if let Some(check) = ask.checks.get(number as usize) {
                        self.plan.wishes.assume(flow, check.condition, false);
                    }
                }
            }
            Edge::Otherwise | Edge::Invalid => self.plan.line(self.unreadable()),
            Edge::Tries(at) => {
                for _ in 0..at.min(9) {
                    self.plan.line(self.unreadable());
                }
            }
            Edge::Silence(after)
            | Edge::CustomerSilent(after)
            | Edge::OperatorSilent(after)
            | Edge::Nobody(after) => self.plan.line(format!("+ {}", duration(after))),
            Edge::Elapsed(time) | Edge::TooLate(time) => {
                self.plan.line(format!("+ {}", words.expr(flow, time)));
            }
            Edge::Event(event) => self.event(event, flow),
            Edge::Run => {
                if let Some(PlaceKind::Run(run)) = place {
                    self.passes(flow, run.flow, &run.args);
                }
            }
            Edge::Start => {
                let started = self.started_by(from).map(|(flow, args)| (flow, args.to_vec()));
                if let Some((started, args)) = started {
                    self.passes(flow, started, &args);
                }
            }
            Edge::Result => {
                if let Some(PlaceKind::Call(call)) = place {
                    let stub = self.plan.calls(call.call);
                    if let Some(slot) = call.result {
                        self.plan.result(stub, flow, slot);
                    }
                }
            }
            Edge::Failure(failure) => {
                if let Some(PlaceKind::Call(call)) = place {
                    self.plan.fails(call.call, failure);
                }
            }
            Edge::Verified => self.plan.line("> 482915"),
            Edge::Answered => {
                if let Some(PlaceKind::AskQueue(ask)) = place {
                    self.plan.line(format!("~ maria: {}", words.answer(ask.ty)));
                }
            }
            Edge::HandBack => {
                if let Some(PlaceKind::Escalate(escalation)) = place {
                    self.called(*escalation);
                }
                self.plan.line("~ maria joins");
                self.plan.line("~ maria hands back");
            }
            Edge::HandOver => {
                if let Node::People(escalation) = to {
                    self.called(*escalation);
                }
            }
            Edge::Resolved => {
                self.plan.line("~ maria joins");
                self.plan.line("~ maria resolves");
            }
            _ => {}
        }
    }

    /// What is said when a node is reached.
    fn arrived(&mut self, edge: Edge, node: &Node) {
        if let Node::Place(place) = node {
            self.at = Some(*place);
        }
        match node {
            Node::Place(place) if edge != Edge::Skip => {
                self.question(*place, edge == Edge::Reask);
            }
            Node::Code(begin) => self.code(*begin, self.teller.words.flow_of(node)),
            Node::Finish { outcome, label, .. } => self.plan.line(match label {
                Some(label) => format!("= finished {} as {label}", outcome.name()),
                None => format!("= finished {}", outcome.name()),
            }),
            _ => {}
        }
    }

    /// What a piece of code says and changes.
    fn code(&mut self, begin: Pc, flow: FlowId) {
        let bot = self.teller.bot;
        let mut pc = begin;
        while let Some(op) = bot.code.get(pc.index()) {
            let change = match op {
                Op::Let { slot, .. } | Op::Next { item: slot, .. } => {
                    Some((Root::Slot(*slot), Source::Elsewhere))
                }
                Op::Clear(slot) => Some((Root::Slot(*slot), Source::Nothing)),
                Op::Remember { field, .. } => Some((Root::Customer(*field), Source::Elsewhere)),
                Op::Forget(field) => Some((Root::Customer(*field), Source::Nothing)),
                _ => None,
            };
            if let Some((root, source)) = change {
                self.plan.wishes.gives(flow, root, source, None);
            }
            match op {
                Op::Say(message) => self.says(*message),
                Op::SayOneOf { messages, .. } => {
                    if let Some(message) = messages.first() {
                        self.says(*message);
                    }
                }
                op if op.leaves() => break,
                Op::Branch { .. } | Op::Next { .. } | Op::Vary { .. } | Op::Enter(_) => break,
                _ => {}
            }
            pc = Pc(pc.0 + 1);
            if self.teller.graph.code(pc).is_some() {
                break;
            }
        }
    }

    /// The value for which an option stands, if it is always the same.
    fn stands_for(&self, option: &ChooseOption) -> Option<Value> {
        let bot = self.teller.bot;
        match option.value {
            Some(value) => match bot.exprs.get(value.index()) {
                Some(Expr::Const(value)) => Some(value.clone()),
                _ => None,
            },
            None => {
                let label = bot.texts.get(option.label.index())?.variants.first()?;
                match label.parts.as_slice() {
                    [Part::Literal(words)] => Some(Value::Text(words.as_str().into())),
                    _ => None,
                }
            }
        }
    }

    fn chosen(&mut self, flow: FlowId, choose: &Choose, value: Option<Value>) {
        let Some(slot) = choose.into else { return };
        let wishes = &mut self.plan.wishes;
        match value {
            Some(value) if !choose.several => wishes.is_now(flow, Root::Slot(slot), &value),
            _ => wishes.gives(flow, Root::Slot(slot), Source::Elsewhere, None),
        }
    }

    fn presses(&mut self, label: TextId) {
        let label = self.teller.words.pattern(label, &|_| false);
        self.plan.line(format!("> [{}]", escaped(&label)));
    }

    /// A question, with its hint and its buttons.
    fn question(&mut self, place: PlaceId, again: bool) {
        let bot = self.teller.bot;
        let words = self.teller.words;
        let pattern = |text: TextId| words.pattern(text, &|_| false);
        let (question, words_again, buttons) = match &bot.places[place.index()].kind {
            PlaceKind::Ask(ask) => {
                let buttons = ask.suggest.iter().filter_map(|it| match it {
                    Suggestion::Label(label) => Some(pattern(*label)),
                    Suggestion::List { .. } => None,
                });
                let buttons = buttons.collect();
                (Some(ask.question), ask.again, buttons)
            }
            PlaceKind::Choose(choose) => {
                let mut buttons = Vec::new();
                if let Some(from) = &choose.from {
                    buttons.push(pattern(from.label));
                }
                buttons.extend(choose.options.iter().map(|it| pattern(it.label)));
                (Some(choose.question), choose.again, buttons)
            }
            PlaceKind::Verify(verify) => (verify.question, None, Vec::new()),
            _ => (None, None, Vec::new()),
        };
        let Some(question) = question else {
            return;
        };
        let put = if again {
            words_again.unwrap_or(question)
        } else {
            question
        };
        self.says(put);
        let hint = bot.messages.get(put.index()).and_then(|message| message.hint);
        if let Some(hint) = hint {
            self.plan
                .line(format!("  | {}", shortened(&pattern(hint), WIDTH)));
        }
        if !buttons.is_empty() {
            let buttons: Vec<String> = buttons
                .iter()
                .map(|label| format!("[{}]", escaped(label)))
                .collect();
            self.plan.line(format!("  {}", buttons.join(" ")));
        }
    }

    fn says(&mut self, message: MessageId) {
        self.plan.says(message, &|_| false);
    }

    fn called(&mut self, escalation: EscalationId) {
        let escalation = self.teller.bot.escalations.get(escalation.index());
        if let Some(message) = escalation.and_then(|escalation| escalation.say) {
            self.says(message);
        }
    }

    fn heard(&mut self, handler: HandlerId) {
        let bot = self.teller.bot;
        let handler = &bot.handlers[handler.index()];
        if let Some(condition) = handler.condition {
            self.plan.wishes.assume(handler.flow, condition, true);
        }
        match &handler.hears {
            Hears::Intent { intent, .. } => {
                self.plan.line(format!("> {}", heard_as(bot, *intent)));
            }
            Hears::Event(event) => self.event(*event, handler.flow),
            Hears::Silence(silence) => {
                self.plan.line(format!("+ {}", duration(silence.after_ms)));
                if let Nudge::Say(message) = silence.act {
                    self.says(message);
                }
            }
            Hears::Failed => {
                let place = self.at.map(|place| &bot.places[place.index()].kind);
                if let Some(PlaceKind::Call(call)) = place {
                    self.plan.fails(call.call, None);
                }
            }
            Hears::Unclear { .. } => self.plan.line(self.unreadable()),
            Hears::Changed(_) => self.plan.line("> no, something"),
            Hears::Pressed { label, .. } => self.presses(*label),
            Hears::Stranded => self.plan.line("! new version"),
            Hears::Pattern(name) => self.plan.line(format!("> {}", name.replace('_', " "))),
        }
    }

    /// What is no answer to the question at which the conversation rests.
    fn unreadable(&self) -> &'static str {
        let bot = self.teller.bot;
        let place = self.at.and_then(|place| bot.places.get(place.index()));
        match place.map(|place| &place.kind) {
            Some(PlaceKind::Ask(ask)) if takes_any_words(bot, ask.ty) => "> (image \"hm.jpg\")",
            _ => "> hm",
        }
    }

    /// A flow begins with these arguments: what is not given is not known in it.
    fn passes(&mut self, caller: FlowId, flow: FlowId, args: &[ExprId]) {
        let bot = self.teller.bot;
        let params = bot.flows.get(flow.index()).map_or(0, |flow| flow.params);
        for number in 0..params {
            let arg = args.get(number as usize);
            let source = match arg.and_then(|arg| bot.exprs.get(arg.index())) {
                None => Source::Nothing,
                Some(Expr::Const(value)) if !value.is_known() => Source::Nothing,
                Some(Expr::Slot(slot)) => {
                    let subject = self.plan.wishes.subject_of(caller, Root::Slot(*slot));
                    match subject.map(|subject| (subject.source, subject.known)) {
                        Some((Source::Nothing, _)) | Some((_, Some(false))) => Source::Nothing,
                        _ => Source::Elsewhere,
                    }
                }
                Some(_) => Source::Elsewhere,
            };
            self.plan
                .wishes
                .gives(flow, Root::Slot(SlotId(number)), source, None);
        }
    }

    /// The arguments with which a piece of code starts a flow.
    fn started_by(&self, from: &Node) -> Option<(FlowId, &[ExprId])> {
        let Node::Code(begin) = from else { return None };
        let code = self.teller.bot.code.get(begin.index()..)?;
        let end = code.iter().find(|op| op.leaves())?;
        match end {
            Op::Start { flow, args } => Some((*flow, args)),
            _ => None,
        }
    }

    fn goes_off(&mut self, trigger: TriggerId) {
        if let Some(trigger) = self.teller.bot.triggers.get(trigger.index()) {
            self.plan.begins(trigger);
        }
    }

    fn event(&mut self, event: EventId, flow: FlowId) {
        match self.teller.bot.events.get(event.index()) {
            Some(event) => self.plan.happens(event, flow),
            None => self.plan.line("! …"),
        }
    }
}

/// Whether any words, or nearly any, are an answer of a type.
fn takes_any_words(bot: &Bot, ty: TypeId) -> bool {
    let mut ty = ty;
    for _ in 0..9 {
        match bot.types.get(ty.index()) {
            Some(Type::Text) => return true,
            Some(Type::Optional(inner) | Type::List(inner)) => ty = *inner,
            Some(Type::Narrowed { base, rules, .. }) => {
                if rules.iter().any(|rule| matches!(rule, Narrowing::Matching(_))) {
                    return false;
                }
                ty = *base;
            }
            _ => return false,
        }
    }
    false
}

/// Where the answer to a question goes.
fn target(ask: &Ask) -> Root {
    match ask.into {
        AskTarget::Slot(slot) => Root::Slot(slot),
        AskTarget::Customer(field) => Root::Customer(field),
    }
}
