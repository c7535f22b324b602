//! Where declarations and expressions stand, beside the artifact's own data.

use botflow_artifact::{ExprId, TypeId};

use crate::project::Span;

/// What is known of an expression besides what it computes.
#[derive(Clone, Copy, Debug)]
pub struct ExprInfo {
    /// Where it stands.
    pub span: Span,
    /// Its type; `Type::Error` after a finding.
    pub ty: TypeId,
}

/// Names' places, each vector parallel to its arena in the bot. An id that only the compiler or the language made
/// (built-in events) has `None`.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "named after the arenas")]
pub struct DeclarationSpans {
    pub bot: Option<Span>,
    pub start: Option<Span>,
    pub sets: Vec<Option<Span>>,
    pub customer: Vec<Option<Span>>,
    pub events: Vec<Option<Span>>,
    pub intents: Vec<Option<Span>>,
    pub calls: Vec<Option<Span>>,
    pub segments: Vec<Option<Span>>,
    pub queues: Vec<Option<Span>>,
    pub escalations: Vec<Option<Span>>,
    pub triggers: Vec<Option<Span>>,
    pub goals: Vec<Option<Span>>,
    pub experiments: Vec<Option<Span>>,
    pub templates: Vec<Option<Span>>,
    /// Where the names of slots were first given a value, per flow.
    pub slots: Vec<Vec<Option<Span>>>,
}

/// A condition with its place, as many statements have one.
pub type Condition = ExprId;
