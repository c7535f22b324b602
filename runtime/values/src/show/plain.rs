//! The plain form of values: the same in every language, for addresses, calls and logs.

use std::fmt::Write as _;

use crate::currency::Currency;
use crate::value::Value;

/// Appends the plain form: numbers with a point and no grouping, money in major units without its
/// currency, dates and times as in ISO 8601, moments in universal time, durations in seconds, yes and
/// no in English, members as `set:place`, lists and records with commas between.
pub fn write_plain(value: &Value, currency: Currency, out: &mut String) {
    // Writing to a string does not fail.
    let _ = match value {
        Value::Unknown => Ok(()),
        Value::YesNo(yes) => out.write_str(if *yes { "yes" } else { "no" }),
        Value::Integer(n) => write!(out, "{n}"),
        Value::Number(n) | Value::Percent(n) => write!(out, "{n}"),
        Value::Money(minor) => write_money(*minor, currency, out),
        Value::Text(text)
        | Value::Email(text)
        | Value::Phone(text)
        | Value::Url(text)
        | Value::Language(text)
        | Value::Channel(text) => out.write_str(text),
        Value::Date(date) => write!(out, "{date}"),
        Value::Time(time) => write!(out, "{time}"),
        Value::Moment(moment) => {
            let (date, time) = crate::zone::Zone::utc().local(*moment);
            let (hour, minute, second) = time.parts();
            write!(out, "{date}T{hour:02}:{minute:02}:{second:02}Z")
        }
        Value::Duration(ms) => write!(out, "{}", crate::decimal::Decimal::new(*ms, 3)),
        Value::File(file) | Value::Image(file) => out.write_str(&file.url),
        Value::Location(place) => {
            let degrees = |millionths: i32| crate::decimal::Decimal::new(i64::from(millionths), 6);
            write!(out, "{},{}", degrees(place.latitude), degrees(place.longitude))
        }
        Value::Member(member) => write!(out, "{}:{}", member.set, member.index),
        Value::List(values) | Value::Record(values) => {
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_plain(value, currency, out);
            }
            Ok(())
        }
    };
}

fn write_money(minor: i64, currency: Currency, out: &mut String) -> std::fmt::Result {
    let unit = currency.minor_units().unsigned_abs();
    let sign = if minor < 0 { "-" } else { "" };
    let (major, rest) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
    match currency.decimals() {
        0 => write!(out, "{sign}{major}"),
        decimals => write!(out, "{sign}{major}.{rest:0width$}", width = usize::from(decimals)),
    }
}
