//! `[baseline]`: where `botflow check` keeps what was found on the day the project began to check.

use smol_str::SmolStr;
use toml::Spanned;
use toml::de::DeValue;

use super::{Key, span};
use crate::finding::Finding;
use crate::rules::writing::{bad_literal, unexpected_word};

/// Reads `file = "botflow-baseline.json"`: a path from the folder of botflow.toml.
pub(super) fn read(
    key: &Spanned<Key<'_>>,
    value: &Spanned<DeValue<'_>>,
    findings: &mut Vec<Finding>,
) -> Option<SmolStr> {
    let name = key.get_ref().as_ref();
    if name != "file" {
        let at = span(key.span());
        findings.push(
            unexpected_word::finding(at, format!("`[baseline]` has no setting `{name}`."))
                .help("It has one: `file = \"botflow-baseline.json\"`.")
                .fix("Change to `file`", at, "file"),
        );
        return None;
    }
    match value.get_ref() {
        DeValue::String(file) if !file.trim().is_empty() => Some(SmolStr::new(file.as_ref())),
        _ => {
            findings.push(
                bad_literal::finding(span(value.span()), "This is no path of a file.")
                    .help("Write where the baseline is, from here: `file = \"botflow-baseline.json\"`."),
            );
            None
        }
    }
}
