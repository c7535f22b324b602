//! Expressions and values as `.chat` files write them, without types: what they mean depends on the bot.

use smol_str::SmolStr;

use super::Fields;

/// An expression or a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// `"…"`, escapes resolved.
    Text(String),
    /// `2026-03-02 10:00`.
    Moment(SmolStr, SmolStr),
    /// `2026-03-02`.
    Date(SmolStr),
    /// `10:00`.
    Time(SmolStr),
    /// `5 EUR`: the digits and the currency.
    Money(SmolStr, SmolStr),
    /// `20%`: the digits.
    Percent(SmolStr),
    /// Milliseconds.
    Duration(i64),
    /// Digits, perhaps with a point and a sign.
    Number(SmolStr),
    /// `[a, b]`.
    List(Vec<Expression>),
    /// `(a: x)`.
    Record(Fields),
    /// `f(x)`.
    Function(SmolStr, Fields),
    /// `customer.name`, `any`, a member, an answer.
    Path(SmolStr),
    /// `-x`.
    Minus(Box<Expression>),
    /// `x * y`, `x / y`, `x + y`, `x - y`.
    Arithmetic(Box<Expression>, char, Box<Expression>),
    /// `x else y`.
    Else(Box<Expression>, Box<Expression>),
    /// A comparison.
    Compare(Box<Expression>, Compare, Box<Expression>),
    /// `x is known`, or `x is unknown` when the flag is false.
    Known(Box<Expression>, bool),
    /// `not x`.
    Not(Box<Expression>),
    /// `x and y`.
    And(Box<Expression>, Box<Expression>),
    /// `x or y`.
    Or(Box<Expression>, Box<Expression>),
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Compare {
    Is,
    IsNot,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
}
