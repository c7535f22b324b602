//! The values of literals, read from their tokens. A token that is out of bounds has no value.

use crate::ast::Literal;
use crate::kind::SyntaxKind;
use crate::node::TokenRef;

/// What a literal is worth. Numbers stay as written, so that the reader decides about precision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiteralValue {
    /// `12`
    Integer(i64),
    /// `2.5`, as written
    Decimal(String),
    /// `20%`: the number before the sign, as written
    Percent(String),
    /// `20 EUR`: the number as written, and the currency
    Money(String, String),
    /// `2h`, in seconds
    Duration(u64),
    /// `2026-12-25`
    Date(i16, u8, u8),
    /// `09:00`
    Time(u8, u8),
    /// `yes`, `no`
    YesNo(bool),
    /// `unknown`
    Unknown,
}

impl<'t> Literal<'t> {
    /// The token that carries the value.
    pub fn token(&self) -> Option<TokenRef<'t>> {
        self.syntax_tokens().next()
    }

    /// The literal's value; nothing if it is out of bounds or is no such thing (`2026-02-30`).
    pub fn value(&self) -> Option<LiteralValue> {
        let token = self.token()?;
        let currency = self
            .syntax_tokens()
            .find(|token| token.kind() == SyntaxKind::Currency);
        if let Some(currency) = currency {
            return Some(LiteralValue::Money(
                token.text().to_owned(),
                currency.text().to_owned(),
            ));
        }
        Some(match token.kind() {
            SyntaxKind::Integer => LiteralValue::Integer(token.text().parse().ok()?),
            SyntaxKind::Decimal => LiteralValue::Decimal(token.text().to_owned()),
            SyntaxKind::Percent => LiteralValue::Percent(token.text().trim_end_matches('%').to_owned()),
            SyntaxKind::Duration => LiteralValue::Duration(duration_seconds(token.text())?),
            SyntaxKind::Date => {
                date(token.text()).map(|(year, month, day)| LiteralValue::Date(year, month, day))?
            }
            SyntaxKind::Time => time(token.text()).map(|(hour, minute)| LiteralValue::Time(hour, minute))?,
            SyntaxKind::KwYes => LiteralValue::YesNo(true),
            SyntaxKind::KwNo => LiteralValue::YesNo(false),
            SyntaxKind::KwUnknown => LiteralValue::Unknown,
            _ => return None,
        })
    }

    fn syntax_tokens(&self) -> impl Iterator<Item = TokenRef<'t>> + use<'t> {
        use crate::ast::AstNode;
        self.syntax()
            .children_with_tokens()
            .filter_map(|element| element.into_token())
            .filter(|token| !token.kind().is_trivia() && token.kind() != SyntaxKind::Newline)
    }
}

/// The longest duration a flow may speak of: ten years.
pub const LONGEST_DURATION_SECONDS: u64 = 10 * 366 * 24 * 60 * 60;

/// The seconds of a duration such as `30s`, `5m`, `2h`, `14d`, `1w`; nothing above ten years.
pub fn duration_seconds(text: &str) -> Option<u64> {
    let unit = text.bytes().last()?;
    let number: u64 = text.get(..text.len() - 1)?.parse().ok()?;
    let factor = match unit {
        b's' => 1,
        b'm' => 60,
        b'h' => 60 * 60,
        b'd' => 24 * 60 * 60,
        b'w' => 7 * 24 * 60 * 60,
        _ => return None,
    };
    number
        .checked_mul(factor)
        .filter(|seconds| *seconds <= LONGEST_DURATION_SECONDS)
}

/// Year, month and day of a date such as `2026-12-25`, if there is such a day.
pub fn date(text: &str) -> Option<(i16, u8, u8)> {
    let mut parts = text.split('-');
    let year: i16 = parts.next()?.parse().ok()?;
    let month: u8 = parts.next()?.parse().ok()?;
    let day: u8 = parts.next()?.parse().ok()?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (1..=days).contains(&day).then_some((year, month, day))
}

/// Hour and minute of a time such as `09:00`, if there is such a time.
pub fn time(text: &str) -> Option<(u8, u8)> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some((hour, minute))
}
