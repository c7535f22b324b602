//! The functions of the language. Like arithmetic they are total: an operand that does not fit, or is
//! unknown, gives an unknown value.

use unicode_segmentation::UnicodeSegmentation;

use crate::arithmetic::{compare, equals};
use crate::decimal::Decimal;
use crate::value::{MAX_INTEGER, Value};
use crate::zone::Zone;

/// How many characters a text has, as people count them, or how many values a list.
pub fn length(value: &Value) -> Value {
    match value {
        Value::List(values) => Value::integer(values.len() as i64),
        _ => match value.as_text() {
            Some(text) => Value::integer(characters(text) as i64),
            None => Value::Unknown,
        },
    }
}

/// How many characters a text has, as people count them: grapheme clusters.
pub fn characters(text: &str) -> usize {
    if text.is_ascii() {
        // Only the pair of carriage return and line feed is one character of two bytes.
        return text.len() - text.matches("\r\n").count();
    }
    text.graphemes(true).count()
}

/// Whether a list has a value, or a text has another in it, capitals and small letters alike.
pub fn contains(whole: &Value, part: &Value) -> Value {
    match whole {
        Value::List(values) if part.is_known() => {
            Value::YesNo(values.iter().any(|value| equals(value, part)))
        }
        _ => texts(whole, part, |whole, part| whole.contains(part)),
    }
}

/// Whether a text begins with another, capitals and small letters alike.
pub fn starts_with(whole: &Value, part: &Value) -> Value {
    texts(whole, part, |whole, part| whole.starts_with(part))
}

/// Whether a text ends with another, capitals and small letters alike.
pub fn ends_with(whole: &Value, part: &Value) -> Value {
    texts(whole, part, |whole, part| whole.ends_with(part))
}

fn texts(whole: &Value, part: &Value, check: impl Fn(&str, &str) -> bool) -> Value {
    match (whole.as_text(), part.as_text()) {
        (Some(whole), Some(part)) => Value::YesNo(check(&whole.to_lowercase(), &part.to_lowercase())),
        _ => Value::Unknown,
    }
}

/// The nearest integer, halves to even.
pub fn round(value: &Value) -> Value {
    to_integer(value, Decimal::round)
}

/// The largest integer not above the number.
pub fn floor(value: &Value) -> Value {
    to_integer(value, rounded_down)
}

/// The smallest integer not below the number.
pub fn ceiling(value: &Value) -> Value {
    to_integer(value, |number| -rounded_down(number.neg()))
}

fn rounded_down(number: Decimal) -> i64 {
    number.mantissa().div_euclid(10i64.pow(u32::from(number.scale())))
}

fn to_integer(value: &Value, change: impl Fn(Decimal) -> i64) -> Value {
    match value {
        Value::Integer(n) => Value::Integer(*n),
        Value::Number(number) => Value::Integer(change(*number).clamp(-MAX_INTEGER, MAX_INTEGER)),
        _ => Value::Unknown,
    }
}

/// The smaller of two values of one ordered kind; the first if they are equal.
pub fn min(left: &Value, right: &Value) -> Value {
    match compare(left, right) {
        Some(order) => if order.is_gt() { right } else { left }.clone(),
        None => Value::Unknown,
    }
}

/// The larger of two values of one ordered kind; the first if they are equal.
pub fn max(left: &Value, right: &Value) -> Value {
    match compare(left, right) {
        Some(order) => if order.is_lt() { right } else { left }.clone(),
        None => Value::Unknown,
    }
}

/// The value without its sign.
pub fn abs(value: &Value) -> Value {
    match value {
        Value::Integer(n) => Value::integer(n.saturating_abs()),
        Value::Money(n) => Value::money(n.saturating_abs()),
        Value::Duration(n) => Value::duration(n.saturating_abs()),
        Value::Number(n) => Value::Number(if *n < Decimal::ZERO { n.neg() } else { *n }),
        Value::Percent(n) => Value::Percent(if *n < Decimal::ZERO { n.neg() } else { *n }),
        _ => Value::Unknown,
    }
}

/// The first value of a list; unknown if there is none.
pub fn first(list: &Value) -> Value {
    list.as_list()
        .and_then(<[Value]>::first)
        .cloned()
        .unwrap_or_default()
}

/// The last value of a list; unknown if there is none.
pub fn last(list: &Value) -> Value {
    list.as_list()
        .and_then(<[Value]>::last)
        .cloned()
        .unwrap_or_default()
}

/// The day of a moment in a zone; a date stays.
pub fn date(value: &Value, zone: &Zone) -> Value {
    match value {
        Value::Moment(moment) => Value::Date(zone.local(*moment).0),
        Value::Date(date) => Value::Date(*date),
        _ => Value::Unknown,
    }
}

/// The time of day of a moment in a zone; a time stays.
pub fn time(value: &Value, zone: &Zone) -> Value {
    match value {
        Value::Moment(moment) => Value::Time(zone.local(*moment).1),
        Value::Time(time) => Value::Time(*time),
        _ => Value::Unknown,
    }
}

/// The day of the week of a date, 1 for Monday.
pub fn weekday(value: &Value) -> Value {
    match value {
        Value::Date(date) => Value::Integer(date.weekday() as i64 + 1),
        _ => Value::Unknown,
    }
}

/// The day it is in a zone.
pub fn today(now: i64, zone: &Zone) -> Value {
    Value::Date(zone.local(now).0)
}

/// Whether a value is in a list; unknown is in none.
pub fn is_in(value: &Value, list: &Value) -> Value {
    contains(list, value)
}
