//! `[media]`: how large the files are that flows name, since the compiler fetches nothing.

use smol_str::SmolStr;
use toml::Spanned;
use toml::de::DeValue;

use super::{Key, name_of, span};
use crate::finding::Finding;
use crate::project::Span;
use crate::rules::writing::bad_literal;

/// `"https://cdn.example/film.mp4" = 12.5`.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaSize {
    /// The address.
    pub url: SmolStr,
    /// How large it is, in megabytes.
    pub megabytes: f64,
    /// Where that is said.
    pub span: Span,
}

/// Reads `"address" = megabytes`.
pub(super) fn read(
    key: &Spanned<Key<'_>>,
    value: &Spanned<DeValue<'_>>,
    findings: &mut Vec<Finding>,
) -> Option<MediaSize> {
    let megabytes = match value.get_ref() {
        DeValue::Integer(value) => i64::from_str_radix(value.as_str(), value.radix())
            .ok()
            .map(|value| value as f64),
        DeValue::Float(value) => value.as_str().parse().ok(),
        _ => None,
    };
    match megabytes.filter(|size: &f64| size.is_finite() && *size >= 0.0) {
        Some(megabytes) => Some(MediaSize {
            url: name_of(key),
            megabytes,
            span: span(value.span()),
        }),
        None => {
            findings.push(
                bad_literal::finding(span(value.span()), "This is no size of a file.")
                    .help("Write how large it is in megabytes: `\"https://cdn.example/film.mp4\" = 12.5`."),
            );
            None
        }
    }
}
