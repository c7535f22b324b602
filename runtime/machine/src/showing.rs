//! Showing values by the person's language: the machine's use of `botflow_values`.

use botflow_values::Value;

use crate::scope::Scope;

/// Adds a scalar as people read it.
pub(crate) fn scalar(scope: &Scope<'_>, out: &mut String, value: &Value) {
    use std::fmt::Write;
    let _ = scope;
    let _ = match value {
        Value::YesNo(yes) => write!(out, "{}", if *yes { "yes" } else { "no" }),
        Value::Integer(n) => write!(out, "{n}"),
        Value::Money(n) => write!(out, "{n}"),
        Value::Date(date) => write!(out, "{date}"),
        Value::Time(time) => write!(out, "{time}"),
        Value::Location(at) => write!(out, "{},{}", at.latitude, at.longitude),
        Value::File(file) | Value::Image(file) => write!(out, "{}", file.url),
        Value::Moment(at) | Value::Duration(at) => write!(out, "{at}"),
        Value::Number(n) | Value::Percent(n) => write!(out, "{n:?}"),
        other => write!(out, "{}", other.as_text().map_or("", |text| text.as_str())),
    };
}

/// Adds a day.
pub(crate) fn date(scope: &Scope<'_>, out: &mut String, value: &Value, _short: bool) {
    match value {
        Value::Moment(at) => scalar(scope, out, &Value::Date(scope.zone().local(*at).0)),
        other => scalar(scope, out, other),
    }
}

/// Adds a time of day.
pub(crate) fn time(scope: &Scope<'_>, out: &mut String, value: &Value) {
    match value {
        Value::Moment(at) => scalar(scope, out, &Value::Time(scope.zone().local(*at).1)),
        other => scalar(scope, out, other),
    }
}

/// The plural category of a number.
pub(crate) fn plural(_scope: &Scope<'_>, value: &Value) -> &'static str {
    if *value == Value::Integer(1) { "one" } else { "other" }
}

/// Adds items as one enumeration.
pub(crate) fn list(_scope: &Scope<'_>, out: &mut String, items: &[String], _and: bool) {
    out.push_str(&items.join(", "));
}

/// All but the last characters as dots.
pub(crate) fn mask(text: &str) -> String {
    let count = text.chars().count();
    let shown = if count > 4 { 4 } else { 0 };
    text.chars().enumerate().map(|(at, c)| if at + shown < count { '•' } else { c }).collect()
}
