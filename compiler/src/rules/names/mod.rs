//! Family BF1: names, types and values.

pub mod constant_condition;
pub mod contradictory_condition;
pub mod hard_coded_value;
pub mod not_answered_yet;
pub mod sensitive_leak;
pub mod unbounded_value;
pub mod unknown_may_be_missing;

use crate::finding::Rule;

/// The rules of this family, in order of code.
pub const RULES: &[&Rule] = &[
    &unknown_may_be_missing::RULE,
    &constant_condition::RULE,
    &contradictory_condition::RULE,
    &not_answered_yet::RULE,
    &unbounded_value::RULE,
    &sensitive_leak::RULE,
    &hard_coded_value::RULE,
];
