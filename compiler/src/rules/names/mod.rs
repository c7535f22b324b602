//! Family BF1: names, types and values.

pub mod constant_condition;
pub mod contradictory_condition;
pub mod duplicate_name;
pub mod hard_coded_value;
pub mod host_action_missing;
pub mod impossible_comparison;
pub mod let_changes_type;
pub mod missing_case;
pub mod missing_setting;
pub mod not_answered_yet;
pub mod repeated_case;
pub mod sensitive_leak;
pub mod type_mismatch;
pub mod unbounded_value;
pub mod unknown_may_be_missing;
pub mod unknown_name;
pub mod unused_name;
pub mod wrong_arguments;

use crate::finding::Rule;

/// The rules of this family, in order of code.
pub const RULES: &[&Rule] = &[
    &unknown_name::RULE,
    &duplicate_name::RULE,
    &type_mismatch::RULE,
    &unknown_may_be_missing::RULE,
    &wrong_arguments::RULE,
    &impossible_comparison::RULE,
    &missing_case::RULE,
    &repeated_case::RULE,
    &constant_condition::RULE,
    &contradictory_condition::RULE,
    &unused_name::RULE,
    &not_answered_yet::RULE,
    &unbounded_value::RULE,
    &let_changes_type::RULE,
    &sensitive_leak::RULE,
    &hard_coded_value::RULE,
    &missing_setting::RULE,
    &host_action_missing::RULE,
];
