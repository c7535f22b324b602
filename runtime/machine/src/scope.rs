//! Evaluation: expressions, conditions and texts as they stand at one moment of a conversation.

use std::cell::{Cell, OnceCell};

use botflow_artifact::*;
use botflow_values::{self as values, Operator, Zone, functions};
use smol_str::SmolStr;

use crate::conversation::Conversation;
use crate::hours;
use crate::person::Person;
use crate::program::Program;

/// Everything an expression can see.
pub(crate) struct Scope<'a> {
    pub p: &'a Program,
    pub c: &'a Conversation,
    pub person: &'a Person,
    /// The variables, up to the last one that was ever set.
    pub slots: &'a [Value],
    /// The flow whose variables they are.
    pub flow: FlowId,
    /// Fields of the event at hand.
    pub fields: &'a [Value],
    pub now: i64,
    pub language: LanguageId,
    /// How many expressions may still be evaluated in this turn.
    pub budget: &'a Cell<u32>,
    pub zone: &'a OnceCell<Zone>,
    /// How many segments are being looked at, one for the sake of another.
    pub segments: u32,
}

impl<'a> Scope<'a> {
    /// The same with other variables.
    pub fn with<'b>(&'b self, slots: &'b [Value]) -> Scope<'b> {
        Scope { slots, ..*self }
    }

    /// The variables, to try values of one of them: it is the last, or stands before others.
    pub fn variables_with(&self, slot: SlotId) -> Vec<Value> {
        let mut slots = self.slots.to_vec();
        let declared = self.p.bot.flows.get(self.flow.index());
        if declared.is_some_and(|flow| slot.index() < flow.slots.len()) && slots.len() <= slot.index() {
            slots.resize(slot.index() + 1, Value::Unknown);
        }
        slots
    }

    /// The name of the person's time zone.
    pub fn timezone(&self) -> &'a str {
        let own = &self.person.timezone;
        if own.is_empty() { &self.p.bot.timezone } else { own }
    }

    /// The person's time zone.
    pub fn zone(&self) -> &'a Zone {
        let name = &self.person.timezone;
        if name.is_empty() || *name == self.p.bot.timezone {
            return &self.p.zone;
        }
        self.zone
            .get_or_init(|| Zone::named(name).unwrap_or_else(|| self.p.zone.clone()))
    }

    /// Whether a condition holds; unknown is no.
    #[inline]
    pub fn yes(&self, id: ExprId) -> bool {
        self.eval(id).is_yes()
    }

    /// Whether a condition that need not be there holds.
    #[inline]
    pub fn allows(&self, condition: Option<ExprId>) -> bool {
        condition.is_none_or(|id| self.yes(id))
    }

    /// The value of an expression. Expressions refer to lower ids of a verified bot, at most 256 deep.
    pub fn eval(&self, id: ExprId) -> Value {
        let left = self.budget.get();
        if left == 0 {
            return Value::Unknown;
        }
        self.budget.set(left - 1);
        let Some(expr) = self.p.bot.exprs.get(id.index()) else {
            return Value::Unknown;
        };
        match expr {
            Expr::Const(value) => value.clone(),
            Expr::Text(text) => Value::Text(self.text(*text)),
            Expr::Slot(slot) => self.slots.get(slot.index()).cloned().unwrap_or_default(),
            Expr::Customer(field) => self.customer(*field),
            Expr::Conversation(field) => self.conversation(*field),
            Expr::Config(config) => self
                .p
                .bot
                .config
                .get(config.index())
                .map(|one| one.value.clone())
                .unwrap_or_default(),
            Expr::EventField(field) => self.fields.get(*field as usize).cloned().unwrap_or_default(),
            Expr::Now => Value::Moment(self.now),
            Expr::Component(record, place) => match self.eval(*record) {
                Value::Record(mut fields) if (*place as usize) < fields.len() => {
                    fields.swap_remove(*place as usize)
                }
                _ => Value::Unknown,
            },
            Expr::Not(of) => match self.eval(*of) {
                Value::YesNo(yes) => Value::YesNo(!yes),
                _ => Value::Unknown,
            },
            Expr::Negate(of) => values::negate(&self.eval(*of)),
            Expr::And(a, b) => Value::YesNo(self.yes(*a) && self.yes(*b)),
            Expr::Or(a, b) => Value::YesNo(self.yes(*a) || self.yes(*b)),
            Expr::Else(a, b) => match self.eval(*a) {
                Value::Unknown => self.eval(*b),
                value => value,
            },
            Expr::IsKnown(of) => Value::YesNo(self.eval(*of).is_known()),
            Expr::Binary(operator, a, b) => binary(*operator, &self.eval(*a), &self.eval(*b)),
            Expr::In(item, list) => functions::is_in(&self.eval(*item), &self.eval(*list)),
            Expr::List(items) => Value::List(items.iter().map(|id| self.eval(*id)).collect()),
            Expr::Record(fields) => Value::Record(fields.iter().map(|id| self.eval(*id)).collect()),
            Expr::Call(function, args) => {
                let args: Vec<Value> = args.iter().map(|id| self.eval(*id)).collect();
                self.apply(*function, &args)
            }
            Expr::Count { event, window_ms } => {
                let since = self.now.saturating_sub(*window_ms);
                let seen = self.person.occurrences.iter().find(|(one, _)| one == event);
                let count = seen.map_or(0, |(_, at)| at.iter().filter(|at| **at > since).count());
                Value::Integer(count as i64)
            }
            Expr::Sum {
                event,
                field,
                window_ms,
            } => self.sum(*event, *field, *window_ms),
            Expr::Latest { event, field } => {
                let brought = self.person.brought(*event, *field);
                brought.last().map(|(_, value)| value.clone()).unwrap_or_default()
            }
            Expr::QueueOpen(queue) => Value::YesNo(self.open(*queue)),
            Expr::InSegment(segment) => {
                let Some(segment) = self.p.bot.segments.get(segment.index()) else {
                    return Value::Unknown;
                };
                // A segment may mention another one; a circle of them counts as no.
                if self.segments == MAX_SEGMENTS {
                    return Value::YesNo(false);
                }
                let scope = Scope {
                    slots: &[],
                    fields: &[],
                    segments: self.segments + 1,
                    ..*self
                };
                Value::YesNo(scope.yes(segment.condition))
            }
            Expr::HasConsent(consent) => {
                let channel = self.channel();
                Value::YesNo(self.person.has_consent(*consent, channel))
            }
            Expr::HasConsentOn(consent, channel) => Value::YesNo(self.person.has_consent(*consent, channel)),
            Expr::InStage(stage) => Value::YesNo(self.person.stage == Some(*stage)),
            Expr::Error => Value::Unknown,
        }
    }

    /// What a field of an event brought in the last so many milliseconds, added up; nothing is zero.
    fn sum(&self, event: EventId, field: u32, window_ms: i64) -> Value {
        let declared = self.p.bot.events.get(event.index());
        let ty = declared
            .and_then(|event| event.fields.get(field as usize))
            .map(|field| field.ty);
        let kind = ty.and_then(|ty| self.type_info(ty)).and_then(|info| info.kind);
        let none = match kind {
            Some(values::Kind::Money) => Value::Money(0),
            Some(values::Kind::Number) => Value::Number(values::Decimal::from_integer(0)),
            Some(values::Kind::Duration) => Value::Duration(0),
            _ => Value::Integer(0),
        };
        let since = self.now.saturating_sub(window_ms);
        let brought = self.person.brought(event, field).iter();
        let brought = brought.filter(|(at, _)| *at > since);
        brought.fold(none, |sum, (_, value)| values::add(&sum, value))
    }

    fn apply(&self, function: Function, args: &[Value]) -> Value {
        let arg = |at: usize| args.get(at).unwrap_or(&Value::Unknown);
        match function {
            Function::Length => functions::length(arg(0)),
            Function::Contains => functions::contains(arg(0), arg(1)),
            Function::StartsWith => functions::starts_with(arg(0), arg(1)),
            Function::EndsWith => functions::ends_with(arg(0), arg(1)),
            Function::Round => functions::round(arg(0)),
            Function::Floor => functions::floor(arg(0)),
            Function::Ceiling => functions::ceiling(arg(0)),
            Function::Min => functions::min(arg(0), arg(1)),
            Function::Max => functions::max(arg(0), arg(1)),
            Function::Abs => functions::abs(arg(0)),
            Function::First => functions::first(arg(0)),
            Function::Last => functions::last(arg(0)),
            Function::DateOf => functions::date(arg(0), self.zone()),
            Function::TimeOf => functions::time(arg(0), self.zone()),
            Function::Weekday => functions::weekday(arg(0)),
            Function::Today => functions::today(self.now, self.zone()),
        }
    }

    /// A field of the card; what the card does not have yet has its declared value.
    pub fn customer(&self, field: FieldId) -> Value {
        match self.person.fields.get(field.index()) {
            Some(value) => value.clone(),
            None => self
                .p
                .bot
                .customer
                .get(field.index())
                .map(|one| one.default.clone())
                .unwrap_or_default(),
        }
    }

    /// The channel the person is on.
    pub fn channel(&self) -> &'a SmolStr {
        const NONE: &SmolStr = &SmolStr::new_static("");
        let channel = &self.person.channel;
        if channel.is_empty() {
            self.p.bot.channels.first().unwrap_or(NONE)
        } else {
            channel
        }
    }

    /// The code of the language the person is spoken to in.
    pub fn language_code(&self) -> &'a SmolStr {
        &self.p.bot.languages[self.language.index()]
    }

    fn conversation(&self, field: ConversationField) -> Value {
        match field {
            // What colleagues read is written in the first language, and tells them the customer's.
            ConversationField::Language => {
                let language = self.p.language(&self.person.language);
                Value::Language(self.p.bot.languages[language.index()].clone())
            }
            ConversationField::Channel => Value::Channel(self.channel().clone()),
            ConversationField::Misunderstood => Value::Integer(i64::from(self.c.misunderstood)),
            ConversationField::Summary => Value::Text(self.summary()),
            ConversationField::Referral => match &self.person.referral {
                Some(from) => Value::Text(from.clone()),
                None => Value::Unknown,
            },
        }
    }

    /// What is known in the topmost flow: `city: Cluj, quantity: 2`.
    fn summary(&self) -> SmolStr {
        let Some(frame) = self
            .c
            .frames
            .iter()
            .rev()
            .find(|frame| frame.flow != FlowId::ALWAYS)
        else {
            return SmolStr::default();
        };
        let slots = match frame.kind {
            crate::FrameKind::Handler { of: Some(of) } => self
                .c
                .frames
                .get(of as usize)
                .map(|frame| frame.slots.as_slice())
                .unwrap_or_default(),
            _ => &frame.slots,
        };
        let flow = &self.p.bot.flows[frame.flow.index()];
        let mut summary = String::new();
        for (slot, value) in flow.slots.iter().zip(slots) {
            if slot.sensitive || slot.name.starts_with('.') || value.is_unknown() {
                continue;
            }
            let before = summary.len();
            if !summary.is_empty() {
                summary.push_str(", ");
            }
            summary.push_str(&slot.name);
            summary.push_str(": ");
            self.show(&mut summary, value);
            if summary.chars().count() > 1000 {
                summary.truncate(before);
                break;
            }
        }
        summary.into()
    }

    /// Whether the queue has people at this moment.
    pub fn open(&self, queue: QueueId) -> bool {
        let Some(queue) = self.p.bot.queues.get(queue.index()) else {
            return false;
        };
        let own = queue.timezone.as_ref().and_then(|name| Zone::named(name));
        hours::is_open(queue, own.as_ref().unwrap_or(&self.p.zone), self.now)
    }

    /// When a queue that is open closes.
    pub fn closes(&self, queue: QueueId) -> Option<i64> {
        let queue = self.p.bot.queues.get(queue.index())?;
        let own = queue.timezone.as_ref().and_then(|name| Zone::named(name));
        hours::closes(queue, own.as_ref().unwrap_or(&self.p.zone), self.now)
    }
}

/// So many segments may be looked at for the sake of one.
const MAX_SEGMENTS: u32 = 8;

fn binary(operator: BinaryOp, a: &Value, b: &Value) -> Value {
    let arithmetic = match operator {
        BinaryOp::Is => return Value::YesNo(values::equals(a, b)),
        BinaryOp::IsNot => return Value::YesNo(!values::equals(a, b)),
        BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual => {
            return match values::compare(a, b) {
                None => Value::Unknown,
                Some(order) => Value::YesNo(match operator {
                    BinaryOp::Less => order.is_lt(),
                    BinaryOp::LessOrEqual => order.is_le(),
                    BinaryOp::Greater => order.is_gt(),
                    _ => order.is_ge(),
                }),
            };
        }
        BinaryOp::Add => Operator::Add,
        BinaryOp::Subtract => Operator::Subtract,
        BinaryOp::Multiply => Operator::Multiply,
        BinaryOp::Divide => Operator::Divide,
    };
    arithmetic.apply(a, b)
}
