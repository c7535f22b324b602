//! What does not fit, and where.

use std::fmt;

use serde_json::Value as Json;
use smol_str::SmolStr;

/// JSON that is no value of the type that is asked for. Says where and what was expected, never what stands there: it may
/// be somebody's secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where: `items[2].price`; empty for the whole.
    pub path: String,
    /// What should stand there, in words.
    pub expected: String,
    /// What stands there instead, in words.
    pub found: String,
}

impl Misfit {
    /// Something else was expected.
    pub(super) fn new(expected: impl Into<String>, found: impl Into<String>) -> Misfit {
        Misfit {
            path: String::new(),
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// The same, seen from the record that it stands in.
    pub(super) fn in_field(mut self, name: &SmolStr) -> Misfit {
        let joint = match self.path.starts_with('[') || self.path.is_empty() {
            true => "",
            false => ".",
        };
        self.path = format!("{name}{joint}{}", self.path);
        self
    }

    /// The same, seen from the list that it stands in.
    pub(super) fn in_item(mut self, place: usize) -> Misfit {
        let joint = match self.path.starts_with('[') || self.path.is_empty() {
            true => "",
            false => ".",
        };
        self.path = format!("[{place}]{joint}{}", self.path);
        self
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for Misfit {}

/// What stands there, in words.
pub(super) fn kind_of(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(text) if text.is_empty() => "an empty text",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}
