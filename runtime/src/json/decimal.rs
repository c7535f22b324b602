//! Decimal numbers: as numbers of JSON where those keep every digit, else as texts.

use botflow_values::Decimal;
use botflow_values::value::MAX_INTEGER;
use serde_json::{Number, Value as Json};

/// A number, or a text that is one. `None` for anything else, and beyond what the language counts.
pub(super) fn read(json: &Json) -> Option<Decimal> {
    let written = match json {
        Json::Number(number) => match number.as_i64() {
            Some(whole) => whole.to_string(),
            // Never with an exponent.
            None => format!("{}", number.as_f64()?),
        },
        Json::String(text) if text.len() <= 40 => text.clone(),
        _ => return None,
    };
    let whole = written.split('.').next().unwrap_or_default();
    let digits = whole.trim_start_matches(['-', '+']).trim_start_matches('0');
    if digits.len() > 16 {
        return None;
    }
    let read = Decimal::parse(&written)?;
    (read.round().saturating_abs() <= MAX_INTEGER).then_some(read)
}

/// A number where every reader of JSON keeps all of its digits, else a text.
pub(super) fn write(value: Decimal) -> Json {
    if let Some(whole) = value.to_integer() {
        return match whole.saturating_abs() <= MAX_INTEGER {
            true => Json::from(whole),
            false => Json::String(whole.to_string()),
        };
    }
    let written = value.to_string();
    let number = written.parse::<f64>().ok();
    let number = number.filter(|number| format!("{number}") == written);
    match number.and_then(Number::from_f64) {
        Some(number) => Json::Number(number),
        None => Json::String(written),
    }
}
