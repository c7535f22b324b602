//! Conditions and values as an author would write them.

use botflow_artifact::*;

use super::{DEPTH, Words, duration};

impl Words<'_> {
    /// `order_placed.total`.
    fn event_field(&self, event: EventId, field: u32) -> String {
        let Some(event) = self.bot.events.get(event.index()) else {
            return "…".into();
        };
        let field = event.fields.get(field as usize);
        format!("{}.{}", event.name, field.map_or("…", |field| &field.name))
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
                out.push_str(operator(*op));
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
            Expr::Sum {
                event,
                field,
                window_ms,
            } => {
                out.push_str(&format!(
                    "sum({}, {})",
                    self.event_field(*event, *field),
                    duration(*window_ms)
                ));
            }
            Expr::Latest { event, field } => {
                out.push_str(&format!("last({})", self.event_field(*event, *field)));
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
            Expr::HasConsent(consent) | Expr::HasConsentOn(consent, _) => {
                out.push_str("consent ");
                out.push_str(self.bot.consents.get(consent.index()).map_or("…", |name| name));
                if let Expr::HasConsentOn(_, channel) = expr {
                    out.push_str(" on ");
                    out.push_str(channel);
                }
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
}

/// An operator between two values, with the spaces around it.
pub(crate) fn operator(op: BinaryOp) -> &'static str {
    match op {
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
    }
}

pub(crate) fn function_name(function: Function) -> &'static str {
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
