//! Family BF0: how a text is written.

pub mod allow_without_reason;
pub mod bad_literal;
pub mod deprecated;
pub mod file_too_large;
mod meant;
pub mod name_style;
pub mod nested_too_deep;
pub mod repeated_setting;
pub mod reserved_name;
mod slips;
pub mod syntax;
pub mod text_looks_like_code;
pub mod tree;
pub mod unclosed_block;
pub mod unclosed_text;
pub mod unexpected_word;
pub mod unknown_statement;
pub mod unneeded_allow;
pub mod wrong_place;

use botflow_syntax::Parse;

use crate::finding::{Finding, Rule};
use crate::project::FileId;
use crate::rules::names::hard_coded_value::HardCoded;

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
    &allow_without_reason::RULE,
    &unneeded_allow::RULE,
];

/// All findings about the writing of one file, in order of their places.
pub fn check(file: FileId, source: &str, parse: &Parse, hard_coded: &HardCoded) -> Vec<Finding> {
    let mut findings = syntax::findings(file, source, parse);
    let mut others = Vec::new();
    tree::check(file, &parse.green, hard_coded, &mut others);
    // Where the parser stumbled, the tree shows nothing that its finding did not say.
    others.retain(|other| {
        !findings
            .iter()
            .any(|finding| other.span.start < finding.span.end && finding.span.start < other.span.end)
    });
    findings.extend(others);
    findings.sort_by_key(|finding| finding.span);
    findings
}
