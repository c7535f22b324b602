//! Reckoning and comparing. Every operation is total: it saturates at the stated bounds, gives
//! [`Value::Unknown`] for a division by zero, for unknown operands and for operands that do not go
//! together (which the compiler rules out with [`Operator::result`]), and never panics.
//!
//! - integers and decimals mix; the result is a decimal unless both are integers; `/` gives a decimal
//! - money × or ÷ a number or percentage is money, rounded half to even to the minor unit, once per
//!   operation; money ÷ money is a decimal
//! - percent × number is a number (20% of 50 is 10), percent × percent a percentage
//! - moment ± duration, moment − moment; date ± duration counts whole days, the rest of the duration
//!   is dropped; date − date is a duration of whole days; time ± duration goes round the clock;
//!   time − time is a duration
//! - durations add up, and are multiplied and divided by numbers, rounded half to even to the
//!   millisecond; duration ÷ duration is a decimal
//! - texts have no `+`: they are joined by holes

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::calendar::{DAY_MS, Time, clamp_moment};
use crate::decimal::Decimal;
use crate::kind::Kind;
use crate::value::{MAX_DURATION, MAX_INTEGER, Value};

/// The four operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl Operator {
    /// The sign as it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
        }
    }

    /// Applies the operator.
    #[inline]
    pub fn apply(self, left: &Value, right: &Value) -> Value {
        match self {
            Operator::Add => add(left, right),
            Operator::Subtract => subtract(left, right),
            Operator::Multiply => multiply(left, right),
            Operator::Divide => divide(left, right),
        }
    }

    /// The kind of the result for known operands of these kinds, or none where the operator is not
    /// defined. A division may besides be unknown (by zero).
    pub fn result(self, left: Kind, right: Kind) -> Option<Kind> {
        use Kind::{Date, Duration, Integer, Moment, Money, Number, Percent, Time};
        let plain = |kind| matches!(kind, Integer | Number);
        let factor = |kind| matches!(kind, Integer | Number | Percent);
        Some(match (self, left, right) {
            (Operator::Add | Operator::Subtract | Operator::Multiply, Integer, Integer) => Integer,
            (Operator::Add | Operator::Subtract, a, b) if plain(a) && plain(b) => Number,
            (Operator::Add | Operator::Subtract, Percent, Percent) => Percent,
            (Operator::Add | Operator::Subtract, Money, Money) => Money,
            (Operator::Add | Operator::Subtract, Duration, Duration) => Duration,
            (Operator::Add | Operator::Subtract, Moment, Duration) => Moment,
            (Operator::Add | Operator::Subtract, Date, Duration) => Date,
            (Operator::Add | Operator::Subtract, Time, Duration) => Time,
            (Operator::Add, Duration, Moment) => Moment,
            (Operator::Add, Duration, Date) => Date,
            (Operator::Add, Duration, Time) => Time,
            (Operator::Subtract, Moment, Moment) => Duration,
            (Operator::Subtract, Date, Date) => Duration,
            (Operator::Subtract, Time, Time) => Duration,
            (Operator::Multiply, Percent, Percent) => Percent,
            (Operator::Multiply, a, b) if factor(a) && factor(b) => Number,
            (Operator::Multiply, Money, b) if factor(b) => Money,
            (Operator::Multiply, a, Money) if factor(a) => Money,
            (Operator::Multiply, Duration, b) if factor(b) => Duration,
            (Operator::Multiply, a, Duration) if factor(a) => Duration,
            (Operator::Divide, a, b) if plain(a) && factor(b) => Number,
            (Operator::Divide, Percent, b) if plain(b) => Percent,
            (Operator::Divide, Percent, Percent) => Number,
            (Operator::Divide, Money, b) if factor(b) => Money,
            (Operator::Divide, Duration, b) if factor(b) => Duration,
            (Operator::Divide, Money, Money) | (Operator::Divide, Duration, Duration) => Number,
            _ => return None,
        })
    }
}

/// `left + right`.
pub fn add(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::Integer(a), Value::Integer(b)) => Value::integer(a.saturating_add(*b)),
        (Value::Money(a), Value::Money(b)) => Value::money(a.saturating_add(*b)),
        (Value::Duration(a), Value::Duration(b)) => Value::duration(a.saturating_add(*b)),
        (Value::Percent(a), Value::Percent(b)) => Value::Percent(a.add(*b)),
        (Value::Moment(at), Value::Duration(by)) | (Value::Duration(by), Value::Moment(at)) => {
            Value::Moment(clamp_moment(at.saturating_add(*by)))
        }
        (Value::Date(at), Value::Duration(by)) | (Value::Duration(by), Value::Date(at)) => {
            Value::Date(at.plus_days(by / DAY_MS))
        }
        (Value::Time(at), Value::Duration(by)) | (Value::Duration(by), Value::Time(at)) => Value::Time(
            Time::from_seconds((i64::from(at.seconds())).saturating_add(by / 1000)),
        ),
        _ => match (decimal(left), decimal(right)) {
            (Some(a), Some(b)) => Value::Number(a.add(b)),
            _ => Value::Unknown,
        },
    }
}

/// `left - right`.
pub fn subtract(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::Integer(a), Value::Integer(b)) => Value::integer(a.saturating_sub(*b)),
        (Value::Money(a), Value::Money(b)) => Value::money(a.saturating_sub(*b)),
        (Value::Duration(a), Value::Duration(b)) => Value::duration(a.saturating_sub(*b)),
        (Value::Percent(a), Value::Percent(b)) => Value::Percent(a.sub(*b)),
        (Value::Moment(a), Value::Moment(b)) => Value::duration(a.saturating_sub(*b)),
        (Value::Date(a), Value::Date(b)) => {
            Value::duration((i64::from(a.days()) - i64::from(b.days())) * DAY_MS)
        }
        (Value::Time(a), Value::Time(b)) => {
            Value::duration((i64::from(a.seconds()) - i64::from(b.seconds())) * 1000)
        }
        (Value::Moment(_) | Value::Date(_) | Value::Time(_), Value::Duration(by)) => {
            add(left, &Value::Duration(by.saturating_neg()))
        }
        _ => match (decimal(left), decimal(right)) {
            (Some(a), Some(b)) => Value::Number(a.sub(b)),
            _ => Value::Unknown,
        },
    }
}

/// `left * right`.
pub fn multiply(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::Integer(a), Value::Integer(b)) => Value::integer(a.saturating_mul(*b)),
        (Value::Money(amount), by) | (by, Value::Money(amount)) => match factor(by) {
            Some(by) => Value::Money(by.of(*amount, MAX_INTEGER)),
            None => Value::Unknown,
        },
        (Value::Duration(span), by) | (by, Value::Duration(span)) => match factor(by) {
            Some(by) => Value::Duration(by.of(*span, MAX_DURATION)),
            None => Value::Unknown,
        },
        // 50% × 50% is 25%: the percentages multiply as numbers, and one "per cent" goes.
        (Value::Percent(a), Value::Percent(b)) => Value::Percent(a.mul(hundredth(*b))),
        _ => match (factor(left), factor(right)) {
            (Some(a), Some(b)) => Value::Number(a.mul(b)),
            _ => Value::Unknown,
        },
    }
}

/// `left / right`; unknown by zero.
pub fn divide(left: &Value, right: &Value) -> Value {
    let result = match (left, right) {
        (Value::Money(a), Value::Money(b)) | (Value::Duration(a), Value::Duration(b)) => {
            quotient(*a, *b).map(Value::Number)
        }
        (Value::Money(amount), by) => factor(by)
            .and_then(|by| by.divides(*amount, MAX_INTEGER))
            .map(Value::Money),
        (Value::Duration(span), by) => factor(by)
            .and_then(|by| by.divides(*span, MAX_DURATION))
            .map(Value::Duration),
        (Value::Percent(a), Value::Percent(b)) => a.div(*b).map(Value::Number),
        (Value::Percent(a), by) => decimal(by).and_then(|by| a.div(by)).map(Value::Percent),
        _ => match (decimal(left), factor(right)) {
            (Some(a), Some(b)) => a.div(b).map(Value::Number),
            _ => None,
        },
    };
    result.unwrap_or(Value::Unknown)
}

/// `-value`.
pub fn negate(value: &Value) -> Value {
    match value {
        Value::Integer(n) => Value::integer(n.saturating_neg()),
        Value::Money(n) => Value::money(n.saturating_neg()),
        Value::Duration(n) => Value::duration(n.saturating_neg()),
        Value::Number(n) => Value::Number(n.neg()),
        Value::Percent(n) => Value::Percent(n.neg()),
        _ => Value::Unknown,
    }
}

/// Whether the values are the same. An integer equals the decimal of the same amount; two unknown
/// values are the same; values of different kinds are not. Texts are compared letter by letter.
#[inline]
pub fn equals(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Integer(a), Value::Number(b)) | (Value::Number(b), Value::Integer(a)) => {
            b.to_integer() == Some(*a)
        }
        (Value::List(a), Value::List(b)) | (Value::Record(a), Value::Record(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equals(a, b))
        }
        _ => left == right,
    }
}

/// The order of two values of an ordered kind; none where there is no order between them. Members of
/// one set follow the order of its declaration.
pub fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Integer(a), Value::Integer(b))
        | (Value::Money(a), Value::Money(b))
        | (Value::Moment(a), Value::Moment(b))
        | (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        (Value::Percent(a), Value::Percent(b)) => Some(a.cmp(b)),
        (Value::Member(a), Value::Member(b)) if a.set == b.set => Some(a.index.cmp(&b.index)),
        _ => Some(decimal(left)?.cmp(&decimal(right)?)),
    }
}

/// Integers and decimals as decimals.
fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Integer(n) => Some(Decimal::from_integer(*n)),
        Value::Number(n) => Some(*n),
        _ => None,
    }
}

/// What one multiplies by: numbers as they are, percentages by their hundredth.
fn factor(value: &Value) -> Option<Decimal> {
    match value {
        Value::Percent(p) => Some(hundredth(*p)),
        _ => decimal(value),
    }
}

fn hundredth(percent: Decimal) -> Decimal {
    Decimal::from_scaled(i128::from(percent.mantissa()), percent.scale() + 2)
}

/// `a / b` as a decimal; none by zero.
fn quotient(a: i64, b: i64) -> Option<Decimal> {
    if b == 0 {
        return None;
    }
    let numerator = i128::from(a) * 1_000_000_000;
    Some(Decimal::from_scaled(
        crate::decimal::divide_half_even(numerator, i128::from(b)),
        9,
    ))
}
