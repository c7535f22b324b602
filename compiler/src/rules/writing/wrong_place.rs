//! `wrong-place`: a statement or an item stands in a place where it has no meaning.

use crate::finding::{Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF006",
    name: "wrong-place",
    level: Level::Error,
    summary: "A statement or an item stands in a place where it has no meaning.",
    page: include_str!("wrong_place.md"),
};
