//! `wrong-place`: a statement or an item stands in a place where it has no meaning.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF006",
    name: "wrong-place",
    level: Level::Error,
    summary: "A statement or an item stands in a place where it has no meaning.",
    page: include_str!("wrong_place.md"),
};

/// Something known that means nothing here: `what` is it (`` `silence` ``), `place` is where it stands (`a form`),
/// `instead` where it belongs.
pub fn finding(at: Span, what: &str, place: &str, instead: Option<&str>) -> Finding {
    let finding = Finding::new(&RULE, at, format!("{what} cannot stand in {place}."));
    match instead {
        Some(instead) => finding.help(format!("It belongs in {instead}.")),
        None => finding,
    }
}

/// As [`finding`], in words of one's own.
pub fn because(at: Span, message: impl Into<String>) -> Finding {
    Finding::new(&RULE, at, message)
}
