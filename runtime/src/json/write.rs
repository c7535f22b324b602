//! JSON out.

use botflow_artifact::{Bot, Param, Type, TypeId};
use botflow_values::{Currency, Decimal, FileRef, Value};
use serde_json::{Map, Value as Json, json};

use super::{decimal, moment};

/// A value as [`super::read`] reads it. The type gives the fields of records their names; without it they are a list.
pub fn write(bot: &Bot, ty: Option<TypeId>, value: &Value) -> Json {
    match value {
        Value::Unknown => Json::Null,
        Value::YesNo(yes) => Json::Bool(*yes),
        Value::Integer(number) => Json::from(*number),
        Value::Number(number) | Value::Percent(number) => decimal::write(*number),
        Value::Money(minor) => {
            let decimals = Currency::from_code(&bot.currency).map_or(2, Currency::decimals);
            decimal::write(Decimal::new(*minor, decimals))
        }
        Value::Text(text)
        | Value::Email(text)
        | Value::Phone(text)
        | Value::Url(text)
        | Value::Language(text)
        | Value::Channel(text) => Json::String(text.to_string()),
        Value::Date(date) => Json::String(moment::write_date(*date)),
        Value::Time(time) => Json::String(moment::write_time(*time)),
        Value::Moment(at) => Json::String(moment::write_moment(*at)),
        Value::Duration(milliseconds) => decimal::write(Decimal::new(*milliseconds, 3)),
        Value::File(file) | Value::Image(file) => write_file(file),
        Value::Location(place) => {
            let degrees = |millionths: i32| decimal::write(Decimal::new(i64::from(millionths), 6));
            json!({"latitude": degrees(place.latitude), "longitude": degrees(place.longitude)})
        }
        Value::Member(member) => {
            let set = bot.sets.get(member.set as usize);
            let member = set.and_then(|set| set.members.get(member.index as usize));
            member.map_or(Json::Null, |member| Json::String(member.name.to_string()))
        }
        Value::List(items) => {
            let inner = match ty.and_then(|ty| plain(bot, ty)) {
                Some(Type::List(inner)) => Some(*inner),
                _ => None,
            };
            items.iter().map(|item| write(bot, inner, item)).collect()
        }
        Value::Record(values) => match ty.and_then(|ty| plain(bot, ty)) {
            Some(Type::Record(fields)) => {
                let fields = fields.iter().zip(values);
                let written =
                    fields.map(|((name, ty), value)| (name.to_string(), write(bot, Some(*ty), value)));
                Json::Object(written.collect())
            }
            _ => values.iter().map(|value| write(bot, None, value)).collect(),
        },
    }
}

/// Named values; unknown ones are null.
pub fn write_fields(bot: &Bot, declared: &[Param], values: &[Value]) -> Map<String, Json> {
    let fields = declared.iter().zip(values);
    fields
        .map(|(param, value)| (param.name.to_string(), write(bot, Some(param.ty), value)))
        .collect()
}

fn write_file(file: &FileRef) -> Json {
    match &file.name {
        Some(name) => json!({"url": file.url.as_str(), "name": name.as_str()}),
        None => json!({"url": file.url.as_str()}),
    }
}

/// The type without `?` and narrowing.
fn plain(bot: &Bot, mut ty: TypeId) -> Option<&Type> {
    // Types refer only to lower ids, so this ends; the bound is for bots that were not verified.
    for _ in 0..256 {
        match bot.types.get(ty.index())? {
            Type::Optional(inner) | Type::Narrowed { base: inner, .. } => ty = *inner,
            other => return Some(other),
        }
    }
    None
}
