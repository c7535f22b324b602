//! The fixed set of functions that expressions call.

use std::cmp::Ordering;

use botflow_artifact::Function;
use botflow_values::{Decimal, Value, Zone, compare, equals, negate};
use unicode_segmentation::UnicodeSegmentation;

/// Applies a function. Unknown arguments, and arguments it is not made for, give an unknown value.
pub(crate) fn apply(function: Function, args: &[Value], now: i64, zone: &Zone) -> Value {
    let arg = |at: usize| args.get(at).unwrap_or(&Value::Unknown);
    match function {
        Function::Length => match arg(0) {
            Value::List(items) => Value::integer(items.len() as i64),
            other => match other.as_text() {
                Some(text) => Value::integer(text.graphemes(true).count() as i64),
                None => Value::Unknown,
            },
        },
        Function::Contains => match (arg(0), arg(1)) {
            (_, Value::Unknown) => Value::Unknown,
            (Value::List(items), item) => Value::YesNo(items.iter().any(|one| equals(one, item))),
            (text, part) => texts(text, part, |text, part| text.to_lowercase().contains(&part.to_lowercase())),
        },
        Function::StartsWith => texts(arg(0), arg(1), |text, part| text.starts_with(part)),
        Function::EndsWith => texts(arg(0), arg(1), |text, part| text.ends_with(part)),
        Function::Round => rounded(arg(0), Way::Nearest),
        Function::Floor => rounded(arg(0), Way::Down),
        Function::Ceiling => rounded(arg(0), Way::Up),
        Function::Min => pick(arg(0), arg(1), Ordering::Greater),
        Function::Max => pick(arg(0), arg(1), Ordering::Less),
        Function::Abs => match arg(0) {
            value @ (Value::Integer(n) | Value::Money(n) | Value::Duration(n)) => {
                if *n < 0 { negate(value) } else { value.clone() }
            }
            value @ (Value::Number(n) | Value::Percent(n)) => {
                if n.mantissa() < 0 { negate(value) } else { value.clone() }
            }
            _ => Value::Unknown,
        },
        Function::First => arg(0).as_list().and_then(|all| all.first()).cloned().unwrap_or_default(),
        Function::Last => arg(0).as_list().and_then(|all| all.last()).cloned().unwrap_or_default(),
        Function::DateOf => match arg(0) {
            Value::Moment(at) => Value::Date(zone.local(*at).0),
            _ => Value::Unknown,
        },
        Function::TimeOf => match arg(0) {
            Value::Moment(at) => Value::Time(zone.local(*at).1),
            _ => Value::Unknown,
        },
        Function::Weekday => match arg(0) {
            Value::Date(date) => Value::Integer(date.weekday() as i64 + 1),
            _ => Value::Unknown,
        },
        Function::Today => Value::Date(zone.local(now).0),
    }
}

fn texts(a: &Value, b: &Value, holds: impl Fn(&str, &str) -> bool) -> Value {
    match (a.as_text(), b.as_text()) {
        (Some(a), Some(b)) => Value::YesNo(holds(a, b)),
        _ => Value::Unknown,
    }
}

/// The first, or the second where the first is on the wrong side of it.
fn pick(a: &Value, b: &Value, wrong: Ordering) -> Value {
    match compare(a, b) {
        None => Value::Unknown,
        Some(order) if order == wrong => b.clone(),
        Some(_) => a.clone(),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Nearest,
    Down,
    Up,
}

fn rounded(value: &Value, way: Way) -> Value {
    let decimal: &Decimal = match value {
        Value::Integer(_) => return value.clone(),
        Value::Number(number) => number,
        _ => return Value::Unknown,
    };
    let mantissa = i128::from(decimal.mantissa());
    let unit = 10i128.pow(u32::from(decimal.scale() as u8));
    let (floor, rest) = (mantissa.div_euclid(unit), mantissa.rem_euclid(unit));
    let up = match way {
        Way::Down => false,
        Way::Up => rest > 0,
        Way::Nearest => rest * 2 > unit || rest * 2 == unit && floor % 2 != 0,
    };
    let whole = floor + i128::from(up);
    Value::integer(i64::try_from(whole).unwrap_or(if whole < 0 { i64::MIN } else { i64::MAX }))
}
