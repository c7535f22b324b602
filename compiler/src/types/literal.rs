//! Literals as they are written, and the values they stand for.

use botflow_values::{Currency, Date, Decimal, Time, Value};

/// `12`; an amount beyond the bounds stays at them.
pub fn integer(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(
        text.parse::<i64>()
            .unwrap_or(i64::MAX)
            .min(botflow_values::value::MAX_INTEGER),
    )
}

/// `2.5`.
pub fn decimal(text: &str) -> Option<Decimal> {
    Decimal::parse(text)
}

/// `20%`, `2.5%`.
pub fn percent(text: &str) -> Option<Decimal> {
    Decimal::parse(text.strip_suffix('%')?)
}

/// `30s 5m 2h 14d 1w` in milliseconds.
pub fn duration(text: &str) -> Option<i64> {
    let unit = match text.as_bytes().last()? {
        b's' => 1_000,
        b'm' => 60_000,
        b'h' => 3_600_000,
        b'd' => 86_400_000,
        b'w' => 604_800_000,
        _ => return None,
    };
    let count = integer(&text[..text.len() - 1])?;
    match Value::duration(count.saturating_mul(unit)) {
        Value::Duration(ms) => Some(ms),
        _ => None,
    }
}

/// `09:00`.
pub fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0)
}

/// `2026-12-25`.
pub fn date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    Date::new(year, month, day)
}

/// The amount `20` or `2.5` of a currency in minor units; none if it has more decimals than the currency.
pub fn money(amount: &str, currency: Currency) -> Option<i64> {
    currency.exact_minor(Decimal::parse(amount)?)
}

/// Whether the text is an e-mail address, as far as a compiler can tell.
pub fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !domain.contains('@')
    }) && !text.contains(char::is_whitespace)
}

/// Whether the text is a telephone number in international form.
pub fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (6..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Whether the text is an absolute address of the web.
pub fn is_url(text: &str) -> bool {
    ["https://", "http://"].into_iter().any(|scheme| {
        text.strip_prefix(scheme)
            .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
    }) && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_have_their_values() {
        assert_eq!(duration("2h"), Some(7_200_000));
        assert_eq!(duration("1w"), Some(604_800_000));
        assert_eq!(
            duration("99999999999999999999w"),
            Some(botflow_values::value::MAX_DURATION)
        );
        assert_eq!(
            integer("99999999999999999999"),
            Some(botflow_values::value::MAX_INTEGER)
        );
        assert_eq!(money("2.5", Currency::EUR), Some(250));
        assert_eq!(money("2.555", Currency::EUR), None);
        assert_eq!(time("25:00"), None);
        assert_eq!(date("2026-02-30"), None);
    }
}
