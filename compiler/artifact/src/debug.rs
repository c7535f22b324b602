//! Debug information: where places and operations stand in the sources.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Where things stand. Ranges are byte offsets into the named file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DebugInfo {
    /// Files, relative to the project.
    pub files: Vec<SmolStr>,
    /// Per place of `Bot::places`.
    pub places: Vec<SourceRange>,
    /// Per operation of `Bot::code`.
    pub code: Vec<SourceRange>,
    /// Per flow of `Bot::flows`.
    pub flows: Vec<SourceRange>,
    /// Per step of `Bot::steps`.
    pub steps: Vec<SourceRange>,
}

/// A range of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRange {
    /// Index into [`DebugInfo::files`].
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
}
