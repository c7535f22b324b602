//! Values as `.chat` files write them: reading one of an expected type, and writing one out again.

use botflow_artifact::{Bot, Type, TypeId};
use botflow_values::{Currency, Date, Decimal, FileRef, Time, Value, Zone};
use smol_str::SmolStr;

use crate::script::{Expression, Fields};

/// Reads a value of the type.
///
/// # Errors
/// One sentence about what does not fit.
pub fn read(bot: &Bot, ty: TypeId, written: &Expression) -> Result<Value, String> {
    if matches!(written, Expression::Path(path) if path == "unknown") {
        return Ok(Value::Unknown);
    }
    let zone = Zone::named(&bot.timezone).unwrap_or_else(Zone::utc);
    let misfit = || format!("{} is no {}", describe(written), type_name(bot, ty));
    let number = |digits: &SmolStr| Decimal::parse(digits).ok_or_else(misfit);
    Ok(match (plain(bot, ty), written) {
        (Type::Optional(inner) | Type::Narrowed { base: inner, .. }, _) => return read(bot, *inner, written),
        (Type::Text, Expression::Text(text)) => Value::text(text.as_str()),
        (Type::Email, Expression::Text(text)) => Value::Email(text.as_str().into()),
        (Type::Phone, Expression::Text(text)) => Value::Phone(text.as_str().into()),
        (Type::Url, Expression::Text(text)) => Value::Url(text.as_str().into()),
        (Type::Integer, Expression::Number(digits)) => {
            Value::integer(number(digits)?.to_integer().ok_or_else(misfit)?)
        }
        (Type::Number, Expression::Number(digits)) => Value::Number(number(digits)?),
        (Type::Percent, Expression::Percent(digits)) => Value::Percent(number(digits)?),
        (Type::Money, Expression::Money(digits, code)) => {
            if *code != bot.currency {
                return Err(format!("money is in {} in this bot, not in {code}", bot.currency));
            }
            let currency = Currency::from_code(code).ok_or_else(misfit)?;
            Value::money(currency.exact_minor(number(digits)?).ok_or_else(misfit)?)
        }
        (Type::YesNo, Expression::Path(word)) if word == "yes" => Value::YesNo(true),
        (Type::YesNo, Expression::Path(word)) if word == "no" => Value::YesNo(false),
        (Type::Date, Expression::Date(date)) => Value::Date(parse_date(date).ok_or_else(misfit)?),
        (Type::Time, Expression::Time(time)) => Value::Time(parse_time(time).ok_or_else(misfit)?),
        (Type::Moment, Expression::Moment(date, time)) => {
            let (date, time) = parse_date(date).zip(parse_time(time)).ok_or_else(misfit)?;
            Value::Moment(zone.moment(date, time))
        }
        (Type::Duration, Expression::Duration(span)) => Value::duration(*span),
        (Type::Language, Expression::Path(code)) => Value::Language(code.clone()),
        (Type::Channel, Expression::Path(name)) => Value::Channel(name.clone()),
        (Type::Language, Expression::Text(code)) => Value::Language(code.as_str().into()),
        (Type::Channel, Expression::Text(name)) => Value::Channel(name.as_str().into()),
        (Type::File, Expression::Text(url)) => Value::File(Box::new(FileRef {
            url: url.as_str().into(),
            name: None,
        })),
        (Type::Image, Expression::Text(url)) => Value::Image(Box::new(FileRef {
            url: url.as_str().into(),
            name: None,
        })),
        (Type::Location, Expression::Text(text)) => {
            let mut parts = text.split(',').map(|part| Decimal::parse(part.trim()));
            let (Some(Some(latitude)), Some(Some(longitude)), None) =
                (parts.next(), parts.next(), parts.next())
            else {
                return Err(misfit());
            };
            let millionths = |degrees: Decimal| {
                let scaled = degrees.mul(Decimal::from_integer(1_000_000)).round();
                i32::try_from(scaled).map_err(|_| misfit())
            };
            Value::Location(botflow_values::Location::new(
                millionths(latitude)?,
                millionths(longitude)?,
            ))
        }
        (Type::Set(set), Expression::Path(name)) => {
            let members = &bot.sets[set.index()].members;
            let index = members
                .iter()
                .position(|member| member.name == *name)
                .ok_or_else(misfit)?;
            Value::member(set.0, index as u32)
        }
        (Type::List(inner), Expression::List(items)) => Value::List(
            items
                .iter()
                .map(|item| read(bot, *inner, item))
                .collect::<Result<_, _>>()?,
        ),
        (Type::Record(types), Expression::Record(fields)) => {
            let typed: Vec<_> = types.iter().map(|(name, ty)| (name.clone(), *ty)).collect();
            Value::Record(read_fields(bot, &typed, fields)?)
        }
        _ => return Err(misfit()),
    })
}

/// Reads named values in the order of their declaration; what is not written is unknown.
///
/// # Errors
/// One sentence about what does not fit.
pub fn read_fields(
    bot: &Bot,
    declared: &[(SmolStr, TypeId)],
    written: &Fields,
) -> Result<Vec<Value>, String> {
    let mut values = vec![Value::Unknown; declared.len()];
    for (position, (name, value)) in written.iter().enumerate() {
        let index = match name {
            Some(name) => declared
                .iter()
                .position(|(field, _)| field == name)
                .ok_or_else(|| {
                    let known: Vec<_> = declared.iter().map(|(field, _)| format!("`{field}`")).collect();
                    format!(
                        "there is no `{name}` here; there is {}",
                        if known.is_empty() {
                            "nothing".into()
                        } else {
                            known.join(", ")
                        }
                    )
                })?,
            None if position < declared.len() => position,
            None => return Err(format!("{} values are too many here", written.len())),
        };
        let (field, ty) = &declared[index];
        values[index] = read(bot, *ty, value).map_err(|problem| format!("`{field}`: {problem}"))?;
    }
    Ok(values)
}

/// Reads named values of which all must be there that may not be unknown.
///
/// # Errors
/// One sentence about what does not fit, or is missing.
pub fn read_whole(bot: &Bot, declared: &[(SmolStr, TypeId)], written: &Fields) -> Result<Vec<Value>, String> {
    let values = read_fields(bot, declared, written)?;
    for ((name, ty), value) in declared.iter().zip(&values) {
        whole(bot, *ty, value, name)?;
    }
    Ok(values)
}

/// What a value lacks of its type: where a part that may not be unknown is unknown. A payload that lacks something
/// cannot come from outside, since a host refuses it, so no conversation in a test has one either.
///
/// # Errors
/// One sentence about what is missing; `name` says of what.
pub fn whole(bot: &Bot, ty: TypeId, value: &Value, name: &str) -> Result<(), String> {
    if let Type::Optional(inner) = &bot.types[ty.index()] {
        return match value {
            Value::Unknown => Ok(()),
            value => whole(bot, *inner, value, name),
        };
    }
    match (plain(bot, ty), value) {
        (_, Value::Unknown) => Err(format!(
            "`{name}` is missing: a value is needed ({})",
            type_name(bot, ty)
        )),
        (Type::List(inner), Value::List(items)) => {
            items.iter().try_for_each(|item| whole(bot, *inner, item, name))
        }
        (Type::Record(fields), Value::Record(values)) => fields
            .iter()
            .zip(values)
            .try_for_each(|((field, ty), value)| whole(bot, *ty, value, field)),
        _ => Ok(()),
    }
}

/// Writes a value as `.chat` files do. With the type, members and records get their names.
pub fn write(bot: &Bot, ty: Option<TypeId>, value: &Value) -> String {
    let shape = ty.map(|ty| plain(bot, ty));
    match value {
        Value::Unknown => "unknown".into(),
        Value::YesNo(yes) => if *yes { "yes" } else { "no" }.into(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Percent(number) => format!("{number}%"),
        Value::Money(minor) => {
            let currency = Currency::from_code(&bot.currency);
            let decimals = currency.map_or(2, Currency::decimals);
            format!("{} {}", Decimal::new(*minor, decimals), bot.currency)
        }
        Value::Text(text) | Value::Email(text) | Value::Phone(text) | Value::Url(text) => quoted(text),
        Value::Language(code) | Value::Channel(code) => code.to_string(),
        Value::Date(date) => write_date(*date),
        Value::Time(time) => write_time(*time),
        Value::Moment(moment) => {
            let zone = Zone::named(&bot.timezone).unwrap_or_else(Zone::utc);
            let (date, time) = zone.local(*moment);
            format!("{} {}", write_date(date), write_time(time))
        }
        Value::Duration(span) => write_duration(*span),
        Value::File(file) | Value::Image(file) => quoted(&file.url),
        Value::Location(place) => {
            let degrees = |millionths: i32| Decimal::new(i64::from(millionths), 6).to_string();
            quoted(&format!(
                "{}, {}",
                degrees(place.latitude),
                degrees(place.longitude)
            ))
        }
        Value::Member(member) => bot
            .sets
            .get(member.set as usize)
            .and_then(|set| set.members.get(member.index as usize))
            .map_or_else(|| "unknown".into(), |member| member.name.to_string()),
        Value::List(items) => {
            let inner = match shape {
                Some(Type::List(inner)) => Some(*inner),
                _ => None,
            };
            let items: Vec<_> = items.iter().map(|item| write(bot, inner, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Record(values) => {
            let fields: Vec<_> = values
                .iter()
                .enumerate()
                .map(|(index, value)| match shape {
                    Some(Type::Record(fields)) if index < fields.len() => {
                        format!(
                            "{}: {}",
                            fields[index].0,
                            write(bot, Some(fields[index].1), value)
                        )
                    }
                    _ => write(bot, None, value),
                })
                .collect();
            format!("({})", fields.join(", "))
        }
    }
}

/// Writes named values, leaving out unknown ones.
pub fn write_fields<'a>(
    bot: &Bot,
    declared: impl Iterator<Item = (&'a SmolStr, TypeId)>,
    values: &[Value],
) -> String {
    let fields: Vec<_> = declared
        .zip(values)
        .filter(|(_, value)| value.is_known())
        .map(|((name, ty), value)| format!("{name}: {}", write(bot, Some(ty), value)))
        .collect();
    format!("({})", fields.join(", "))
}

/// The type without `?` and narrowing.
pub fn plain(bot: &Bot, mut ty: TypeId) -> &Type {
    loop {
        match &bot.types[ty.index()] {
            Type::Optional(inner) | Type::Narrowed { base: inner, .. } => ty = *inner,
            other => return other,
        }
    }
}

/// A text in quotes, with escapes.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// `2026-03-02`.
pub fn parse_date(written: &str) -> Option<Date> {
    let mut parts = written.split('-');
    let date = Date::new(
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    );
    date.filter(|_| parts.next().is_none())
}

/// `10:00`.
pub fn parse_time(written: &str) -> Option<Time> {
    let (hour, minute) = written.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0)
}

fn write_date(date: Date) -> String {
    let (year, month, day) = date.parts();
    format!("{year:04}-{month:02}-{day:02}")
}

fn write_time(time: Time) -> String {
    let (hour, minute, _) = time.parts();
    format!("{hour:02}:{minute:02}")
}

/// `1h 30m`: the largest units first, nothing that is zero.
pub fn write_duration(milliseconds: i64) -> String {
    let mut left = milliseconds.unsigned_abs();
    let mut parts = Vec::new();
    for (unit, size) in [
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1_000),
        ("ms", 1),
    ] {
        if left >= size {
            parts.push(format!("{}{unit}", left / size));
            left %= size;
        }
    }
    match (parts.is_empty(), milliseconds < 0) {
        (true, _) => "0s".into(),
        (false, true) => format!("-{}", parts.join(" ")),
        (false, false) => parts.join(" "),
    }
}

fn describe(written: &Expression) -> String {
    match written {
        Expression::Text(text) => quoted(text),
        Expression::Number(digits) => digits.to_string(),
        Expression::Path(path) => format!("`{path}`"),
        Expression::Money(digits, code) => format!("`{digits} {code}`"),
        Expression::Percent(digits) => format!("`{digits}%`"),
        Expression::Date(date) => date.to_string(),
        Expression::Time(time) => time.to_string(),
        Expression::Moment(date, time) => format!("{date} {time}"),
        Expression::Duration(span) => write_duration(*span),
        Expression::List(_) => "a list".into(),
        Expression::Record(_) => "a record".into(),
        _ => "this expression".into(),
    }
}

/// A type in words, as messages say it.
pub fn type_name(bot: &Bot, ty: TypeId) -> String {
    match &bot.types[ty.index()] {
        Type::Optional(inner) => type_name(bot, *inner),
        Type::Narrowed { name, .. } => format!("`{name}`"),
        Type::Set(set) => format!("`{}`", bot.sets[set.index()].name),
        Type::List(inner) => format!("list of {}", type_name(bot, *inner)),
        Type::Record(_) => "record of this shape".into(),
        Type::YesNo => "`yes` or `no`".into(),
        other => format!("{other:?}").to_lowercase(),
    }
}
