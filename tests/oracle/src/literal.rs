//! The values of literals.

use botflow_syntax::ast::{self, LiteralValue};
use botflow_values::{Currency, Date, Decimal, Time, Value};

/// The value of a literal; unknown where it is none.
pub(crate) fn value<'a>(literal: &ast::Literal<'a>, currency: Currency) -> Value {
    let Some(value) = literal.value() else {
        return Value::Unknown;
    };
    let found = match value {
        LiteralValue::Integer(number) => Some(Value::integer(number)),
        LiteralValue::Decimal(digits) => Decimal::parse(&digits).map(Value::Number),
        LiteralValue::Percent(digits) => Decimal::parse(&digits).map(Value::Percent),
        LiteralValue::Money(digits, _) => Decimal::parse(&digits)
            .and_then(|amount| currency.exact_minor(amount))
            .map(Value::money),
        LiteralValue::Duration(seconds) => Some(Value::duration(seconds as i64 * 1000)),
        LiteralValue::Date(year, month, day) => Date::new(year.into(), month, day).map(Value::Date),
        LiteralValue::Time(hour, minute) => Time::new(hour, minute, 0).map(Value::Time),
        LiteralValue::YesNo(yes) => Some(Value::YesNo(yes)),
        LiteralValue::Unknown => Some(Value::Unknown),
    };
    found.unwrap_or(Value::Unknown)
}

/// The milliseconds of a token such as `10m`.
pub(crate) fn duration<'a>(token: Option<botflow_syntax::TokenRef<'a>>) -> i64 {
    let seconds = token.and_then(|token| ast::duration_seconds(token.text()));
    seconds.unwrap_or(0) as i64 * 1000
}

/// The number of a token such as `3`.
pub(crate) fn count<'a>(token: Option<botflow_syntax::TokenRef<'a>>) -> u32 {
    token
        .and_then(|token| token.text().parse().ok())
        .unwrap_or(u32::MAX)
}
