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

/// A value that may be unknown, where one is wanted that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionalUse {
    /// The expression; its type is `T?`.
    pub expr: ExprId,
    /// What is done with it.
    pub context: UseContext,
}

/// What is done with a value that may be unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UseContext {
    /// It is shown in a text.
    Shown,
    /// It is compared, or looked at by a condition or a `match`.
    Compared,
    /// It is reckoned with, or given to a function.
    Computed,
    /// It is passed as an argument, given back, remembered, or kept in a name of type `T`.
    Passed,
    /// One of its fields is read.
    Opened,
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
