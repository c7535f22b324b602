//! Family BF0: how a text is written.

pub mod bad_literal;
pub mod deprecated;
pub mod file_too_large;
pub mod name_style;
pub mod nested_too_deep;
pub mod repeated_setting;
pub mod reserved_name;
pub mod text_looks_like_code;
pub mod unclosed_block;
pub mod unclosed_text;
pub mod unexpected_word;
pub mod unknown_statement;
pub mod wrong_place;

use crate::finding::Rule;

/// The rules of this family, in order of code.
pub const RULES: &[&Rule] = &[
    &unclosed_block::RULE,
    &unclosed_text::RULE,
    &unexpected_word::RULE,
    &unknown_statement::RULE,
    &text_looks_like_code::RULE,
    &wrong_place::RULE,
    &bad_literal::RULE,
    &repeated_setting::RULE,
    &reserved_name::RULE,
    &name_style::RULE,
    &deprecated::RULE,
    &nested_too_deep::RULE,
    &file_too_large::RULE,
];
