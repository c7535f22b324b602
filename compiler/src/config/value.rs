//! One `[config]` value: what it is, read from what is written.

use botflow_values::value::MAX_INTEGER;
use botflow_values::{Currency, Date, Decimal, Kind, Time, Value};
use smol_str::SmolStr;
use toml::Spanned;
use toml::de::DeValue;

use super::{Key, name_of, span};
use crate::finding::Finding;
use crate::project::Span;
use crate::rules::writing::bad_literal;

/// One `[config]` value.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigEntry {
    /// What flows call it: `config.NAME`.
    pub name: SmolStr,
    /// Where the name stands.
    pub name_span: Span,
    /// Where the value stands.
    pub span: Span,
    /// Its type, from the way it is written: a text that is a web address is a `url`, and so on.
    pub kind: Kind,
    /// The value.
    pub value: Value,
}

impl ConfigEntry {
    /// The value as another type, for a `config { name: type }` that says what it is meant to be. `None` where it
    /// cannot be read as that.
    pub fn read_as(&self, kind: Kind, currency: Option<Currency>) -> Option<Value> {
        if kind == self.kind {
            return Some(self.value.clone());
        }
        let number = match &self.value {
            Value::Integer(value) => Some(Decimal::from_integer(*value)),
            Value::Number(value) => Some(*value),
            _ => None,
        };
        let text = self.value.as_text();
        match kind {
            Kind::Text => text.map(|text| Value::text(text.clone())),
            Kind::Number => number.map(Value::Number),
            Kind::Percent => Some(Value::Percent(Decimal::parse(text?.strip_suffix('%')?)?)),
            Kind::Money => {
                let (amount, code) = text?.split_once(' ')?;
                let currency = currency.filter(|currency| currency.code() == code)?;
                Some(Value::money(currency.exact_minor(Decimal::parse(amount)?)?))
            }
            Kind::Duration => duration(text?),
            Kind::Language => language(text?).then(|| Value::Language(text.cloned().unwrap_or_default())),
            Kind::Channel => text.map(|text| Value::Channel(text.clone())),
            _ => None,
        }
    }
}

/// Reads `name = value`.
pub(super) fn read(
    key: &Spanned<Key<'_>>,
    value: &Spanned<DeValue<'_>>,
    findings: &mut Vec<Finding>,
) -> Option<ConfigEntry> {
    let name = name_of(key);
    match typed(value.get_ref()) {
        Ok((kind, read)) => Some(ConfigEntry {
            name,
            name_span: span(key.span()),
            span: span(value.span()),
            kind,
            value: read,
        }),
        Err(why) => {
            findings.push(
                bad_literal::finding(span(value.span()), format!("`config.{name}` {why}.")).help(
                    "A value is a text, a whole number, a decimal number, true or false, a date or a time.",
                ),
            );
            None
        }
    }
}

fn typed(value: &DeValue<'_>) -> Result<(Kind, Value), &'static str> {
    Ok(match value {
        DeValue::String(text) => text_value(text),
        DeValue::Boolean(value) => (Kind::YesNo, Value::YesNo(*value)),
        DeValue::Integer(value) => {
            let read = i64::from_str_radix(value.as_str(), value.radix())
                .ok()
                .filter(|value| value.abs() <= MAX_INTEGER)
                .ok_or("is a larger number than a bot can count to")?;
            (Kind::Integer, Value::Integer(read))
        }
        DeValue::Float(value) => {
            let read = Decimal::parse(value.as_str()).ok_or("is no plain decimal number such as 2.5")?;
            (Kind::Number, Value::Number(read))
        }
        DeValue::Datetime(value) => moment(value).ok_or("is no date or time that a bot can use")?,
        DeValue::Array(_) => return Err("is a list, and values of a bot are single ones"),
        DeValue::Table(_) => return Err("is a table, and values of a bot are single ones"),
    })
}

/// A text, or what it plainly is: a web address, a mail address, a telephone number in international form.
fn text_value(text: &str) -> (Kind, Value) {
    let kept = SmolStr::new(text);
    let plain = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    if plain && rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '[')) {
        return (Kind::Url, Value::Url(kept));
    }
    if plain && mail_address(text) {
        return (Kind::Email, Value::Email(kept));
    }
    let digits = text.strip_prefix('+').unwrap_or("");
    if (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return (Kind::Phone, Value::Phone(kept));
    }
    (Kind::Text, Value::Text(kept))
}

fn mail_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
        !local.is_empty()
            && local.chars().all(word)
            && domain.contains('.')
            && domain.split('.').all(|label| !label.is_empty())
            && domain
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-'))
    })
}

fn moment(value: &toml::value::Datetime) -> Option<(Kind, Value)> {
    let date = match value.date {
        Some(date) => Some(Date::new(i32::from(date.year), date.month, date.day)?),
        None => None,
    };
    let time = match value.time {
        // A leap second is the last second of its minute.
        Some(time) => Some(Time::new(
            time.hour,
            time.minute,
            time.second.unwrap_or(0).min(59),
        )?),
        None => None,
    };
    match (date, time, value.offset) {
        (Some(date), None, None) => Some((Kind::Date, Value::Date(date))),
        (None, Some(time), None) => Some((Kind::Time, Value::Time(time))),
        (Some(date), Some(time), Some(offset)) => {
            let minutes = match offset {
                toml::value::Offset::Z => 0,
                toml::value::Offset::Custom { minutes } => i64::from(minutes),
            };
            let seconds = i64::from(date.days()) * 86_400 + i64::from(time.seconds()) - minutes * 60;
            Some((Kind::Moment, Value::Moment(seconds * 1000)))
        }
        // A local date and time is no point in time as long as nobody says where.
        _ => None,
    }
}

/// `30s 5m 2h 14d 1w`, as in flows.
fn duration(text: &str) -> Option<Value> {
    let unit = text.chars().next_back()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let count = &text[..text.len() - unit.len_utf8()];
    if count.is_empty() || !count.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: i64 = count.parse().ok()?;
    Some(Value::duration(count.checked_mul(seconds * 1000)?))
}

fn language(text: &str) -> bool {
    (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase())
}
