//! Expressions: a flat arena in which every entry refers only to lower ids.
//!
//! All expressions are total: a missing value is `Value::Unknown` and goes through every operation.

use botflow_values::Value;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ids::*;

/// One expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Expr {
    /// A literal.
    Const(Value),
    /// A text with holes, as a value.
    Text(TextId),
    /// A variable of the running flow.
    Slot(SlotId),
    /// A field of the customer card.
    Customer(FieldId),
    /// Something the conversation knows about itself.
    Conversation(ConversationField),
    /// A configuration value.
    Config(ConfigId),
    /// Field `n` of the event at hand (triggers, goals and `on event`).
    EventField(u32),
    /// The moment of this turn.
    Now,
    /// Component `n` of a record value.
    Component(ExprId, u32),
    /// Logical negation.
    Not(ExprId),
    /// Arithmetic negation.
    Negate(ExprId),
    /// `and`; the right side is not looked at when the left is no.
    And(ExprId, ExprId),
    /// `or`; the right side is not looked at when the left is yes.
    Or(ExprId, ExprId),
    /// `a else b`: b where a is unknown.
    Else(ExprId, ExprId),
    /// `is known`.
    IsKnown(ExprId),
    /// Arithmetic and comparison.
    Binary(BinaryOp, ExprId, ExprId),
    /// `x in list`.
    In(ExprId, ExprId),
    /// `[a, b]`.
    List(Vec<ExprId>),
    /// `(a: x, b: y)` in the order of the record type.
    Record(Vec<ExprId>),
    /// A function of the small fixed set.
    Call(Function, Vec<ExprId>),
    /// `count(event, window)`: how many such events in the last `window_ms`.
    Count {
        /// Which event.
        event: EventId,
        /// Rolling window in milliseconds.
        window_ms: i64,
    },
    /// `sum(event.field, window)`: the values of a field of such events in the last `window_ms`, added up.
    Sum {
        /// Which event.
        event: EventId,
        /// Which of its fields.
        field: u32,
        /// Rolling window in milliseconds.
        window_ms: i64,
    },
    /// `last(event.field)`: the field's value in the last such event that had one.
    Latest {
        /// Which event.
        event: EventId,
        /// Which of its fields.
        field: u32,
    },
    /// `open(queue)`: whether the queue has people at this moment.
    QueueOpen(QueueId),
    /// The person belongs to the segment now.
    InSegment(SegmentId),
    /// The person has given this consent on the channel of the conversation.
    HasConsent(ConsentId),
    /// The person has given this consent on this channel.
    HasConsentOn(ConsentId, SmolStr),
    /// The person is in this stage.
    InStage(StageId),
    /// Stands where the source was wrong; never in a built artifact.
    Error,
}

impl Expr {
    /// Whether it reads the person, the conversation or the clock: its value may be another one each time, with the same
    /// parts. What its parts read is theirs to say.
    pub fn looks_around(&self) -> bool {
        matches!(
            self,
            Expr::Customer(_)
                | Expr::Conversation(_)
                | Expr::Now
                | Expr::Count { .. }
                | Expr::Sum { .. }
                | Expr::Latest { .. }
                | Expr::QueueOpen(_)
                | Expr::InSegment(_)
                | Expr::HasConsent(_)
                | Expr::HasConsentOn(..)
                | Expr::InStage(_)
        )
    }

    /// Calls `visit` for every expression directly inside, in order; texts inside are not looked into.
    pub fn parts(&self, visit: &mut dyn FnMut(ExprId)) {
        match self {
            Expr::Component(inner, _) | Expr::Not(inner) | Expr::Negate(inner) | Expr::IsKnown(inner) => {
                visit(*inner)
            }
            Expr::And(left, right)
            | Expr::Or(left, right)
            | Expr::Else(left, right)
            | Expr::Binary(_, left, right)
            | Expr::In(left, right) => {
                visit(*left);
                visit(*right);
            }
            Expr::List(items) | Expr::Record(items) | Expr::Call(_, items) => {
                items.iter().for_each(|item| visit(*item))
            }
            Expr::Const(_)
            | Expr::Text(_)
            | Expr::Slot(_)
            | Expr::Customer(_)
            | Expr::Conversation(_)
            | Expr::Config(_)
            | Expr::EventField(_)
            | Expr::Now
            | Expr::Count { .. }
            | Expr::Sum { .. }
            | Expr::Latest { .. }
            | Expr::QueueOpen(_)
            | Expr::InSegment(_)
            | Expr::HasConsent(_)
            | Expr::HasConsentOn(..)
            | Expr::InStage(_)
            | Expr::Error => {}
        }
    }
}

/// What `conversation.…` offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConversationField {
    /// The language of the customer, as `language`.
    Language,
    /// The channel of the last message, as `channel`.
    Channel,
    /// Messages in a row that were not understood, as `integer`.
    Misunderstood,
    /// A short account of the conversation, as `text`.
    Summary,
    /// Where the person came from (advertisement, QR code, link), as `text?`.
    Referral,
}

/// Operators with two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BinaryOp {
    /// `is`.
    Is,
    /// `is not`.
    IsNot,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`; unknown when the divisor is zero.
    Divide,
}

impl BinaryOp {
    /// The comparison that holds where this one does not; other operators are their own.
    pub const fn opposite(self) -> BinaryOp {
        match self {
            BinaryOp::Is => BinaryOp::IsNot,
            BinaryOp::IsNot => BinaryOp::Is,
            BinaryOp::Less => BinaryOp::GreaterOrEqual,
            BinaryOp::LessOrEqual => BinaryOp::Greater,
            BinaryOp::Greater => BinaryOp::LessOrEqual,
            BinaryOp::GreaterOrEqual => BinaryOp::Less,
            other => other,
        }
    }

    /// The comparison that says the same with its sides changed over.
    pub const fn mirrored(self) -> BinaryOp {
        match self {
            BinaryOp::Less => BinaryOp::Greater,
            BinaryOp::LessOrEqual => BinaryOp::GreaterOrEqual,
            BinaryOp::Greater => BinaryOp::Less,
            BinaryOp::GreaterOrEqual => BinaryOp::LessOrEqual,
            other => other,
        }
    }
}

/// The fixed set of functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Function {
    /// `length(text or list)`: integer.
    Length,
    /// `contains(text, text)` or `contains(list, item)`: yes_no.
    Contains,
    /// `starts_with(text, text)`: yes_no.
    StartsWith,
    /// `ends_with(text, text)`: yes_no.
    EndsWith,
    /// `round(number)`: integer, half to even.
    Round,
    /// `floor(number)`: integer.
    Floor,
    /// `ceiling(number)`: integer.
    Ceiling,
    /// `min(a, b)`.
    Min,
    /// `max(a, b)`.
    Max,
    /// `abs(x)`.
    Abs,
    /// `first(list)`: `T?`.
    First,
    /// `last(list)`: `T?`.
    Last,
    /// `date(moment)`: date in the customer's time zone.
    DateOf,
    /// `time(moment)`: time of day in the customer's time zone.
    TimeOf,
    /// `weekday(date)`: integer, Monday is 1.
    Weekday,
    /// `today()`: date in the customer's time zone.
    Today,
}
