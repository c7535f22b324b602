//! BF106 impossible-comparison: a comparison can never hold: the value is outside its closed set, or has another unit.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF106",
    name: "impossible-comparison",
    level: Level::Error,
    summary: "A comparison can never hold: the value is outside its closed set, or has another unit.",
    page: include_str!("impossible_comparison.md"),
};

/// A name or value that the closed set does not have; `near` are the nearest members.
pub fn no_member(set: &str, name: &str, span: Span, near: &[&str], members: &str) -> Finding {
    let mut finding = Finding::new(
        &RULE,
        span,
        format!("`{name}` is not one of the values of `{set}`."),
    )
    .help(format!("The values of `{set}` are {members}."));
    for name in near {
        finding = finding.fix(format!("Change to `{name}`"), span, *name);
    }
    finding
}

/// Two types that never hold the same value, or have no order.
pub fn types(left: &str, right: &str, ordered: bool, span: Span) -> Finding {
    let message = if ordered {
        format!("`{left}` and `{right}` are of different kinds: neither is more than the other.")
    } else {
        format!("A `{left}` is never the same as a `{right}`.")
    };
    let help = match (left.trim_end_matches('?'), right.trim_end_matches('?')) {
        ("moment", "date") | ("date", "moment") => "`date(…)` is the day of a moment: `date(now)`.",
        ("moment", "time") | ("time", "moment") => "`time(…)` is the time of day of a moment: `time(now)`.",
        ("money", "integer" | "number") | ("integer" | "number", "money") => {
            "An amount is written with its currency: `20 EUR`."
        }
        _ => "Compare two values of the same kind.",
    };
    Finding::new(&RULE, span, message).help(help)
}

/// A constant that the other side can never be.
pub fn never(reason: &str, span: Span) -> Finding {
    Finding::new(&RULE, span, format!("This can never be: {reason}."))
}

/// An amount in another unit than all others of the bot.
pub fn units(message: impl Into<String>, span: Span) -> Finding {
    Finding::new(&RULE, span, message)
}
