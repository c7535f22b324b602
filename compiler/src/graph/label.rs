//! Words for people: texts, values, conditions, nodes and edges as they stand in pictures and conversations.
//!
//! All of it is short and never fails: a hole that cannot be known is shown as an example of its type.

use botflow_artifact::*;

use super::node::{Edge, Level, Node};

/// How deep expressions are shown.
const DEPTH: u32 = 6;

/// Speaks about one bot.
#[derive(Clone, Debug)]
pub struct Words<'b> {
    bot: &'b Bot,
    /// Where the code of flows begins, ascending.
    entries: Vec<(Pc, FlowId)>,
}

impl<'b> Words<'b> {
    /// Words about this bot.
    pub fn of(bot: &'b Bot) -> Words<'b> {
        let flows = bot.flows.iter().enumerate().skip(1);
        let mut entries: Vec<(Pc, FlowId)> = flows
            .map(|(id, flow)| (flow.entry, FlowId::from(id)))
            // Address 0 is the one of flows without code.
            .filter(|(entry, _)| *entry > Pc(0))
            .collect();
        entries.sort_unstable();
        Words { bot, entries }
    }

    /// Words about a bot that has no code yet.
    pub(crate) fn before_code(bot: &'b Bot) -> Words<'b> {
        Words {
            bot,
            entries: Vec::new(),
        }
    }

    /// A text in the bot's first language, its holes filled with examples.
    pub fn text(&self, text: TextId) -> String {
        let mut out = String::new();
        self.write_text(text, DEPTH, &mut out);
        out
    }

    /// A text in the bot's first language as far as it is the same in every conversation: `…` stands for what
    /// depends on values, and nothing for a value that is `missed`.
    pub(crate) fn pattern(&self, text: TextId, missed: &dyn Fn(ExprId) -> bool) -> String {
        let variant = self
            .bot
            .texts
            .get(text.index())
            .and_then(|text| text.variants.first());
        let parts = variant.map(|variant| variant.parts.as_slice());
        let mut out = String::new();
        for part in parts.unwrap_or_default() {
            match part {
                Part::Literal(words) => out.push_str(words),
                Part::Hole { value, filters, .. } if missed(*value) && filters.is_empty() => {}
                Part::Hole { value, filters, .. } => match self.bot.exprs.get(value.index()) {
                    Some(Expr::Const(Value::Text(text))) if filters.is_empty() => out.push_str(text),
                    _ => out.push('…'),
                },
            }
        }
        out
    }

    /// What a customer writes who answers with a value of this type.
    pub(crate) fn answer(&self, ty: TypeId) -> String {
        match self.example(ty) {
            open if open == "…" => "something".into(),
            answer => answer,
        }
    }

    fn write_text(&self, text: TextId, depth: u32, out: &mut String) {
        let variant = self
            .bot
            .texts
            .get(text.index())
            .and_then(|text| text.variants.first());
        for part in variant
            .map(|variant| variant.parts.as_slice())
            .unwrap_or_default()
        {
            match part {
                Part::Literal(words) => out.push_str(words),
                Part::Hole {
                    value, ty, filters, ..
                } => {
                    let arms = filters.iter().find_map(|filter| match filter {
                        Filter::Plural(arms) | Filter::Select(arms) => Some(arms),
                        _ => None,
                    });
                    let arm = arms.and_then(|arms| arms.other.or(arms.arms.last().map(|(_, text)| *text)));
                    match arm {
                        Some(arm) if depth > 0 => self.write_text(arm, depth - 1, out),
                        _ => out.push_str(&self.hole(*value, *ty)),
                    }
                }
            }
        }
    }

    /// What a hole shows: a constant, else an example of its type.
    fn hole(&self, value: ExprId, ty: TypeId) -> String {
        match self.bot.exprs.get(value.index()) {
            Some(Expr::Const(value)) => self.value(value),
            Some(Expr::Else(_, otherwise)) => match self.bot.exprs.get(otherwise.index()) {
                Some(Expr::Const(value)) => self.value(value),
                Some(Expr::Text(text)) => self.text(*text),
                _ => self.example(ty),
            },
            Some(Expr::Config(id)) => match self.bot.config.get(id.index()) {
                Some(config) => self.value(&config.value),
                None => self.example(ty),
            },
            _ => self.example(ty),
        }
    }

    /// The words of a message; those of its media or cards where it has none.
    pub fn message(&self, message: MessageId) -> String {
        let Some(message) = self.bot.messages.get(message.index()) else {
            return String::new();
        };
        match (message.text, message.media.first(), &message.cards) {
            (Some(text), ..) => self.text(text),
            (None, Some(media), _) => {
                let kind = match media.kind {
                    MediaKind::Image => "image",
                    MediaKind::Video => "video",
                    MediaKind::File => "file",
                    MediaKind::Audio => "audio",
                    MediaKind::Location => "location",
                };
                format!("({kind})")
            }
            (None, None, Some(cards)) => format!("({})", self.text(cards.title)),
            (None, None, None) => String::new(),
        }
    }

    /// What somebody might answer who is asked for a value of this type.
    pub fn example(&self, ty: TypeId) -> String {
        let mut ty = ty;
        for _ in 0..DEPTH {
            match self.bot.types.get(ty.index()) {
                Some(Type::Optional(inner) | Type::List(inner)) => ty = *inner,
                Some(Type::Narrowed {
                    base, rules, example, ..
                }) => {
                    if let Some(example) = example {
                        return example.to_string();
                    }
                    for rule in rules {
                        match rule {
                            Narrowing::Range(from, _) => return self.value(from),
                            Narrowing::Matching(_) => return "…".into(),
                            Narrowing::Length(..) => {}
                        }
                    }
                    ty = *base;
                }
                Some(Type::Set(set)) => {
                    let member = self.bot.sets.get(set.index()).and_then(|set| set.members.first());
                    return match member {
                        Some(member) => match member.label {
                            Some(label) => self.text(label),
                            None => member.name.replace('_', " "),
                        },
                        None => "…".into(),
                    };
                }
                Some(Type::Record(fields)) => match fields.first() {
                    Some((_, field)) => ty = *field,
                    None => return "…".into(),
                },
                Some(simple) => {
                    return match simple {
                        Type::Integer => "2".into(),
                        Type::Number => "2.5".into(),
                        Type::Percent => "20%".into(),
                        Type::YesNo => "yes".into(),
                        Type::Money => format!("20 {}", self.bot.currency),
                        Type::Date => "2026-12-25".into(),
                        Type::Time => "09:00".into(),
                        Type::Moment => "2026-12-25 09:00".into(),
                        Type::Duration => "2h".into(),
                        Type::Email => "ana@example.com".into(),
                        Type::Phone => "+40 721 234 567".into(),
                        Type::Url => "https://example.com".into(),
                        Type::Language => self
                            .bot
                            .languages
                            .first()
                            .map(ToString::to_string)
                            .unwrap_or_default(),
                        Type::Channel => self
                            .bot
                            .channels
                            .first()
                            .map(ToString::to_string)
                            .unwrap_or_default(),
                        Type::File => "(file \"paper.pdf\")".into(),
                        Type::Image => "(image \"photo.jpg\")".into(),
                        Type::Location => "(location \"44.4396, 26.0963\")".into(),
                        _ => "…".into(),
                    };
                }
                None => break,
            }
        }
        "…".into()
    }

    /// A value as people read it.
    pub fn value(&self, value: &Value) -> String {
        match value {
            Value::Unknown => "unknown".into(),
            Value::YesNo(yes) => if *yes { "yes" } else { "no" }.into(),
            Value::Integer(number) => number.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Percent(number) => format!("{number}%"),
            Value::Money(minor) => {
                let (whole, part) = (minor / 100, minor % 100);
                match part {
                    0 => format!("{whole} {}", self.bot.currency),
                    _ => format!("{whole}.{:02} {}", part.abs(), self.bot.currency),
                }
            }
            Value::Date(date) => date.to_string(),
            Value::Time(time) => time.to_string(),
            Value::Duration(ms) => duration(*ms),
            Value::Text(text)
            | Value::Email(text)
            | Value::Phone(text)
            | Value::Url(text)
            | Value::Language(text)
            | Value::Channel(text) => text.to_string(),
            Value::Member(member) => {
                let set = self.bot.sets.get(member.set as usize);
                match set.and_then(|set| set.members.get(member.index as usize)) {
                    Some(member) => member.name.to_string(),
                    None => "…".into(),
                }
            }
            Value::List(items) => {
                let items: Vec<String> = items.iter().take(8).map(|item| self.value(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Moment(_) | Value::File(_) | Value::Image(_) | Value::Location(_) | Value::Record(_) => {
                "…".into()
            }
        }
    }

    /// A condition or value as an author would write it.
    pub fn expr(&self, flow: FlowId, expr: ExprId) -> String {
        let mut out = String::new();
        self.write_expr(flow, expr, DEPTH, &mut out);
        out
    }

    fn write_expr(&self, flow: FlowId, id: ExprId, depth: u32, out: &mut String) {
        let Some(expr) = self.bot.exprs.get(id.index()).filter(|_| depth > 0) else {
            out.push('…');
            return;
        };
        let sub = |id: &ExprId, out: &mut String| self.write_expr(flow, *id, depth - 1, out);
        match expr {
            Expr::Const(Value::Text(text)) => out.push_str(&format!("\"{text}\"")),
            Expr::Const(value) => out.push_str(&self.value(value)),
            Expr::Text(text) => out.push_str(&format!("\"{}\"", self.text(*text))),
            Expr::Slot(slot) => {
                let slots = self.bot.flows.get(flow.index()).map(|flow| flow.slots.as_slice());
                match slots.and_then(|slots| slots.get(slot.index())) {
                    Some(slot) => out.push_str(slot.name.trim_start_matches('.')),
                    None => out.push('…'),
                }
            }
            Expr::Customer(field) => {
                out.push_str("customer.");
                out.push_str(
                    self.bot
                        .customer
                        .get(field.index())
                        .map_or("…", |field| &field.name),
                );
            }
            Expr::Conversation(field) => out.push_str(match field {
                ConversationField::Language => "conversation.language",
                ConversationField::Channel => "conversation.channel",
                ConversationField::Misunderstood => "conversation.misunderstood",
                ConversationField::Summary => "conversation.summary",
                ConversationField::Referral => "conversation.referral",
            }),
            Expr::Config(id) => {
                out.push_str("config.");
                out.push_str(self.bot.config.get(id.index()).map_or("…", |value| &value.name));
            }
            Expr::EventField(_) => out.push_str("event.…"),
            Expr::Now => out.push_str("now"),
            Expr::Component(of, number) => {
                sub(of, out);
                out.push('.');
                out.push_str(&self.component(flow, *of, *number));
            }
            Expr::Not(inner) => match self.bot.exprs.get(inner.index()) {
                Some(Expr::IsKnown(value)) => {
                    sub(value, out);
                    out.push_str(" is unknown");
                }
                _ => {
                    out.push_str("not ");
                    sub(inner, out);
                }
            },
            Expr::Negate(inner) => {
                out.push('-');
                sub(inner, out);
            }
            Expr::And(a, b) => {
                sub(a, out);
                out.push_str(" and ");
                sub(b, out);
            }
            Expr::Or(a, b) => {
                sub(a, out);
                out.push_str(" or ");
                sub(b, out);
            }
            Expr::Else(a, b) => {
                sub(a, out);
                out.push_str(" else ");
                sub(b, out);
            }
            Expr::IsKnown(value) => {
                sub(value, out);
                out.push_str(" is known");
            }
            Expr::Binary(op, a, b) => {
                sub(a, out);
                out.push_str(match op {
                    BinaryOp::Is => " is ",
                    BinaryOp::IsNot => " is not ",
                    BinaryOp::Less => " < ",
                    BinaryOp::LessOrEqual => " <= ",
                    BinaryOp::Greater => " > ",
                    BinaryOp::GreaterOrEqual => " >= ",
                    BinaryOp::Add => " + ",
                    BinaryOp::Subtract => " - ",
                    BinaryOp::Multiply => " * ",
                    BinaryOp::Divide => " / ",
                });
                sub(b, out);
            }
            Expr::In(a, b) => {
                sub(a, out);
                out.push_str(" in ");
                sub(b, out);
            }
            Expr::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push_str(", ");
                    }
                    sub(item, out);
                }
                out.push(']');
            }
            Expr::Record(_) => out.push_str("(…)"),
            Expr::Call(function, args) => {
                out.push_str(function_name(*function));
                out.push('(');
                for (at, arg) in args.iter().enumerate() {
                    if at > 0 {
                        out.push_str(", ");
                    }
                    sub(arg, out);
                }
                out.push(')');
            }
            Expr::Count { event, window_ms } => {
                let event = self
                    .bot
                    .events
                    .get(event.index())
                    .map_or("…", |event| &event.name);
                out.push_str(&format!("count({event}, {})", duration(*window_ms)));
            }
            Expr::QueueOpen(queue) => {
                let queue = self
                    .bot
                    .queues
                    .get(queue.index())
                    .map_or("…", |queue| &queue.name);
                out.push_str(&format!("open({queue})"));
            }
            Expr::InSegment(segment) => {
                let segment = self.bot.segments.get(segment.index());
                out.push_str(segment.map_or("…", |segment| &segment.name));
            }
            Expr::HasConsent(consent) => {
                out.push_str("consent ");
                out.push_str(self.bot.consents.get(consent.index()).map_or("…", |name| name));
            }
            Expr::InStage(stage) => {
                out.push_str("stage ");
                out.push_str(self.bot.stages.get(stage.index()).map_or("…", |name| name));
            }
            Expr::Error => out.push('?'),
        }
    }

    /// The name of a record's component, if the type of the record is at hand.
    fn component(&self, flow: FlowId, of: ExprId, number: u32) -> String {
        let slot = match self.bot.exprs.get(of.index()) {
            Some(Expr::Slot(slot)) => *slot,
            _ => return "…".into(),
        };
        let slots = self.bot.flows.get(flow.index()).map(|flow| flow.slots.as_slice());
        let mut ty = slots
            .and_then(|slots| slots.get(slot.index()))
            .map(|slot| slot.ty);
        for _ in 0..DEPTH {
            match ty.and_then(|ty| self.bot.types.get(ty.index())) {
                Some(Type::Optional(inner)) => ty = Some(*inner),
                Some(Type::Record(fields)) => {
                    return fields
                        .get(number as usize)
                        .map_or("…".into(), |(name, _)| name.to_string());
                }
                _ => break,
            }
        }
        "…".into()
    }

    /// The name of a flow.
    pub fn flow(&self, flow: FlowId) -> &'b str {
        match self.bot.flows.get(flow.index()) {
            Some(_) if flow == FlowId::ALWAYS => "always",
            Some(flow) => &flow.name,
            None => "…",
        }
    }

    /// The full name of a step: `flow.step`.
    pub fn step(&self, step: StepId) -> String {
        match self.bot.steps.get(step.index()) {
            Some(step) => format!("{}.{}", self.flow(step.flow), step.name),
            None => "…".into(),
        }
    }

    /// The full name of a place: `flow.step.name`.
    pub fn place(&self, place: PlaceId) -> String {
        let place = &self.bot.places[place.index()];
        match place.step {
            Some(step) => format!("{}.{}", self.step(step), place.name),
            None => format!("{}.{}", self.flow(place.flow), place.name),
        }
    }

    /// What a handler hears: `on price`.
    pub fn handler(&self, handler: HandlerId) -> String {
        let handler = &self.bot.handlers[handler.index()];
        match &handler.hears {
            Hears::Intent { intent, .. } => {
                format!(
                    "on {}",
                    self.bot.intents.get(intent.index()).map_or("…", |it| &it.name)
                )
            }
            Hears::Event(event) => {
                format!(
                    "on {}",
                    self.bot.events.get(event.index()).map_or("…", |it| &it.name)
                )
            }
            Hears::Silence(silence) => format!("on silence {}", duration(silence.after_ms)),
            Hears::Failed => "on failed".into(),
            Hears::Unclear { .. } => "on unclear".into(),
            Hears::Changed(slot) => {
                let slots = self
                    .bot
                    .flows
                    .get(handler.flow.index())
                    .map(|flow| flow.slots.as_slice());
                let slot = slots.and_then(|slots| slots.get(slot.index()));
                format!("on changed {}", slot.map_or("answer", |slot| &slot.name))
            }
            Hears::Pattern(name) => format!("on {name}"),
            Hears::Pressed { label, .. } => format!("[{}]", self.text(*label)),
        }
    }

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

    /// A type as an author would name it.
    pub fn type_name(&self, ty: TypeId) -> String {
        match self.bot.types.get(ty.index()) {
            Some(Type::Narrowed { name, .. }) => name.to_string(),
            Some(Type::Set(set)) => self
                .bot
                .sets
                .get(set.index())
                .map_or("…".into(), |set| set.name.to_string()),
            Some(Type::Optional(inner)) => match self.bot.types.get(inner.index()) {
                // Types refer to lower ids only; one level is all that a question can have.
                Some(Type::Optional(_)) | None => "…".into(),
                Some(_) => self.type_name(*inner),
            },
            Some(Type::List(_)) => "list".into(),
            Some(Type::Record(_)) => "answer".into(),
            Some(Type::YesNo) => "yes or no".into(),
            Some(Type::Error) | None => "answer".into(),
            Some(simple) => format!("{simple:?}").to_lowercase(),
        }
    }
}

/// Milliseconds as the language writes durations: in the largest units that are whole, at most two of them.
pub fn duration(ms: i64) -> String {
    const UNITS: [(&str, i64); 4] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
    let mut rest = ms.max(0);
    let mut out = String::new();
    let mut parts = 0;
    for (unit, size) in UNITS {
        let count = rest / size;
        if count > 0 && parts < 2 {
            if parts > 0 {
                out.push(' ');
            }
            out.push_str(&format!("{count}{unit}"));
            rest %= size;
            parts += 1;
        }
    }
    if out.is_empty() { "0s".into() } else { out }
}

/// A text on one line, cut at a word so that it has at most so many characters.
pub fn shortened(text: &str, at_most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= at_most {
        return line;
    }
    let cut: String = line.chars().take(at_most.saturating_sub(1)).collect();
    let kept = match cut.rfind(' ') {
        Some(space) if space > cut.len() / 2 => &cut[..space],
        _ => cut.as_str(),
    };
    format!("{}…", kept.trim_end_matches([',', '.', ':', ';', ' ']))
}

fn function_name(function: Function) -> &'static str {
    match function {
        Function::Length => "length",
        Function::Contains => "contains",
        Function::StartsWith => "starts_with",
        Function::EndsWith => "ends_with",
        Function::Round => "round",
        Function::Floor => "floor",
        Function::Ceiling => "ceiling",
        Function::Min => "min",
        Function::Max => "max",
        Function::Abs => "abs",
        Function::First => "first",
        Function::Last => "last",
        Function::DateOf => "date",
        Function::TimeOf => "time",
        Function::Weekday => "weekday",
        Function::Today => "today",
    }
}
