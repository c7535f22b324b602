//! What pages report: names that a page may use, and fields as the bot declares them.

use std::collections::{BTreeMap, BTreeSet};

use botflow_artifact::{Bot, Type, TypeId};
use botflow_values::{Currency, Kind, ReadContext, Value, Zone, read_whole};
use serde_json::Value as Json;
use smol_str::SmolStr;

/// What a browser sees happen. Whatever else happens, only the site's own server knows.
const OF_PAGES: [&str; 7] = [
    "visit_started",
    "page_viewed",
    "clicked",
    "field_filled",
    "exit_intent",
    "idle",
    "referral_opened",
];

/// Whether a page may report an event.
pub(super) fn may_report(name: &str, more: &BTreeSet<SmolStr>) -> bool {
    OF_PAGES.contains(&name) || more.contains(name)
}

/// The fields of an event in order of its declaration. `None`: the bot does not know the event, or something does not
/// fit. What is not given is unknown; what the bot does not know is left out.
pub(super) fn fields(bot: &Bot, name: &str, given: &BTreeMap<SmolStr, Json>) -> Option<Vec<Value>> {
    let event = bot.events.iter().find(|event| event.name == name)?;
    let fields = event.fields.iter();
    let fields = fields.map(|field| match given.get(&field.name) {
        None | Some(Json::Null) => Some(Value::Unknown),
        Some(json) => value(bot, field.ty, json),
    });
    fields.collect()
}

/// A value of the customer card, for what a site vouches for.
pub(super) fn card_value(bot: &Bot, field: &str, text: &str) -> Option<Value> {
    let field = bot.customer.iter().find(|one| one.name == field)?;
    value(bot, field.ty, &Json::String(text.to_owned()))
}

fn value(bot: &Bot, ty: TypeId, json: &Json) -> Option<Value> {
    let mut ty = bot.types.get(ty.index())?;
    // Types are built from the inside out, so this ends.
    while let Type::Optional(inner) | Type::Narrowed { base: inner, .. } = ty {
        ty = bot.types.get(inner.index())?;
    }
    match (ty.kind()?, json) {
        (Kind::Text, Json::String(text)) => Some(Value::text(text.as_str())),
        (Kind::YesNo, Json::Bool(yes)) => Some(Value::YesNo(*yes)),
        (Kind::Integer, Json::Number(number)) => number.as_i64().map(Value::integer),
        (Kind::Url, Json::String(text)) => url(text),
        (Kind::Member(set), Json::String(name)) => {
            let members = &bot.sets.get(set as usize)?.members;
            let place = members.iter().position(|member| member.name == *name)?;
            Some(Value::member(set, u32::try_from(place).ok()?))
        }
        (kind @ (Kind::Number | Kind::Percent), Json::Number(number)) => read(kind, &number.to_string()),
        (kind @ (Kind::Email | Kind::Phone | Kind::Language), Json::String(text)) => read(kind, text),
        _ => None,
    }
}

/// The address of a page: also of one that has no public name.
fn url(text: &str) -> Option<Value> {
    if let Some(url) = read(Kind::Url, text) {
        return Some(url);
    }
    let is_web = text.starts_with("http://") || text.starts_with("https://");
    let is_plain = text.len() <= 2_048 && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    (is_web && is_plain).then(|| Value::Url(text.into()))
}

/// Values of these kinds are written the same way everywhere.
fn read(kind: Kind, text: &str) -> Option<Value> {
    let zone = Zone::utc();
    let context = ReadContext {
        language: "en",
        now: 0,
        zone: &zone,
        currency: Currency::EUR,
        region: None,
        sets: &[],
    };
    read_whole(kind, text, &context)
}
