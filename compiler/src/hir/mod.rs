//! The program with all names resolved and all expressions typed: what stands between the trees and the graph.
//!
//! Declarations, types, expressions, texts and message templates are already in the artifact's own form, in
//! [`Program::bot`]; only what flows *do* is still a tree here ([`body`]). Where the source was wrong and a finding
//! has been made, an `Error` stands (in expressions, types, statements), and nobody reports anything about it again.

pub mod body;
pub mod spans;

pub use body::*;
pub use spans::{DeclarationSpans, ExprInfo};

use botflow_artifact::Bot;

use crate::project::FileId;

/// A whole project, resolved.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Everything but flows' code: `code`, `places`, `handlers`, `always`, `always_rules`, entries of flows and
    /// steps (`Pc(0)`), ways of escalations and `debug` are filled by [`crate::graph`]. Flow 0 is `always`.
    pub bot: Bot,
    /// Bodies by `FlowId`; index 0 is the body of `always`.
    pub flows: Vec<FlowBody>,
    /// Ways of escalations, by `EscalationId`.
    pub escalations: Vec<EscalationBody>,
    /// Per expression of `bot.exprs`: where it stands and its type.
    pub exprs: Vec<ExprInfo>,
    /// Where declarations stand.
    pub spans: DeclarationSpans,
    /// Paths by file, library files included; the first ones are the project's in order.
    pub files: Vec<smol_str::SmolStr>,
    /// Files that came in by `use`.
    pub library_files: Vec<FileId>,
}
