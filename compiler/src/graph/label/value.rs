//! Values and types as people read them, and examples of types.

use botflow_artifact::*;
use botflow_values::Currency;

use super::{DEPTH, Words, duration};

impl Words<'_> {
    /// What somebody might answer who is asked for a value of this type.
    pub fn example(&self, ty: TypeId) -> String {
        let mut ty = ty;
        for _ in 0..DEPTH {
            match self.bot.types.get(ty.index()) {
                Some(Type::Optional(inner) | Type::List(inner)) => ty = *inner,
                Some(Type::Narrowed {
                    base, rules, example, ..
                }) => {
                    if let Some(example) = example {
                        return example.to_string();
                    }
                    for rule in rules {
                        match rule {
                            Narrowing::Range(from, _) => return self.value(from),
                            Narrowing::Matching(_) => return "…".into(),
                            Narrowing::Length(..) => {}
                        }
                    }
                    ty = *base;
                }
                Some(Type::Set(set)) => {
                    let member = self.bot.sets.get(set.index()).and_then(|set| set.members.first());
                    return match member {
                        Some(member) => match member.label {
                            Some(label) => self.text(label),
                            None => member.name.replace('_', " "),
                        },
                        None => "…".into(),
                    };
                }
                Some(Type::Record(fields)) => match fields.first() {
                    Some((_, field)) => ty = *field,
                    None => return "…".into(),
                },
                Some(simple) => {
                    return match simple {
                        Type::Integer => "2".into(),
                        Type::Number => "2.5".into(),
                        Type::Percent => "20%".into(),
                        Type::YesNo => "yes".into(),
                        Type::Money => format!("20 {}", self.bot.currency),
                        Type::Date => "2026-12-25".into(),
                        Type::Time => "09:00".into(),
                        Type::Moment => "2026-12-25 09:00".into(),
                        Type::Duration => "2h".into(),
                        Type::Email => "ana@example.com".into(),
                        Type::Phone => "+40 721 234 567".into(),
                        Type::Url => "https://example.com".into(),
                        Type::Language => self
                            .bot
                            .languages
                            .first()
                            .map(ToString::to_string)
                            .unwrap_or_default(),
                        Type::Channel => self
                            .bot
                            .channels
                            .first()
                            .map(ToString::to_string)
                            .unwrap_or_default(),
                        Type::File => "(file \"paper.pdf\")".into(),
                        Type::Image => "(image \"photo.jpg\")".into(),
                        Type::Location => "(location \"44.4396, 26.0963\")".into(),
                        _ => "…".into(),
                    };
                }
                None => break,
            }
        }
        "…".into()
    }

    /// A value as people read it.
    pub fn value(&self, value: &Value) -> String {
        match value {
            Value::Unknown => "unknown".into(),
            Value::YesNo(yes) => if *yes { "yes" } else { "no" }.into(),
            Value::Integer(number) => number.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Percent(number) => format!("{number}%"),
            Value::Money(minor) => money(*minor, &self.bot.currency),
            Value::Date(date) => date.to_string(),
            Value::Time(time) => time.to_string(),
            Value::Duration(ms) => duration(*ms),
            Value::Text(text)
            | Value::Email(text)
            | Value::Phone(text)
            | Value::Url(text)
            | Value::Language(text)
            | Value::Channel(text) => text.to_string(),
            Value::Member(member) => {
                let set = self.bot.sets.get(member.set as usize);
                match set.and_then(|set| set.members.get(member.index as usize)) {
                    Some(member) => member.name.to_string(),
                    None => "…".into(),
                }
            }
            Value::List(items) => {
                let items: Vec<String> = items.iter().take(8).map(|item| self.value(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Moment(_) | Value::File(_) | Value::Image(_) | Value::Location(_) | Value::Record(_) => {
                "…".into()
            }
        }
    }

    /// A type as an author would name it.
    pub fn type_name(&self, ty: TypeId) -> String {
        match self.bot.types.get(ty.index()) {
            Some(Type::Narrowed { name, .. }) => name.to_string(),
            Some(Type::Set(set)) => self
                .bot
                .sets
                .get(set.index())
                .map_or("…".into(), |set| set.name.to_string()),
            Some(Type::Optional(inner)) => match self.bot.types.get(inner.index()) {
                // Types refer to lower ids only; one level is all that a question can have.
                Some(Type::Optional(_)) | None => "…".into(),
                Some(_) => self.type_name(*inner),
            },
            Some(Type::List(_)) => "list".into(),
            Some(Type::Record(_)) => "answer".into(),
            Some(Type::YesNo) => "yes or no".into(),
            Some(Type::Error) | None => "answer".into(),
            Some(simple) => format!("{simple:?}").to_lowercase(),
        }
    }
}

/// An amount as an author would write it: `20 EUR`, `2.50 EUR`, `250 JPY`. The yen has no smaller unit, the dinar has
/// thousandths.
fn money(minor: i64, currency: &str) -> String {
    let decimals = Currency::from_code(currency).map_or(2, Currency::decimals);
    let unit = 10_u64.pow(u32::from(decimals));
    let (whole, part) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
    let sign = if minor < 0 { "-" } else { "" };
    match part {
        0 => format!("{sign}{whole} {currency}"),
        _ => format!(
            "{sign}{whole}.{part:0width$} {currency}",
            width = usize::from(decimals)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::money;

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        for (minor, currency, shown) in [
            (2_000, "EUR", "20 EUR"),
            (250, "EUR", "2.50 EUR"),
            (-50, "EUR", "-0.50 EUR"),
            (250, "JPY", "250 JPY"),
            (2_005, "KWD", "2.005 KWD"),
            (i64::MIN, "JPY", "-9223372036854775808 JPY"),
        ] {
            assert_eq!(money(minor, currency), shown);
        }
    }
}
