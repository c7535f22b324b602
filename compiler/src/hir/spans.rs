//! Where declarations and expressions stand, beside the artifact's own data.

use botflow_artifact::{ExprId, TypeId};
use smol_str::SmolStr;

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
    pub languages: Vec<Span>,
    pub sets: Vec<Option<Span>>,
    pub customer: Vec<Option<Span>>,
    pub events: Vec<Option<Span>>,
    pub intents: Vec<Option<Span>>,
    /// What each intent is heard by, in order of the text.
    pub phrases: Vec<Vec<Phrase>>,
    pub calls: Vec<Option<Span>>,
    pub segments: Vec<Option<Span>>,
    pub queues: Vec<Option<Span>>,
    pub escalations: Vec<Option<Span>>,
    pub triggers: Vec<Option<Span>>,
    pub goals: Vec<Option<Span>>,
    pub experiments: Vec<Option<Span>>,
    pub templates: Vec<Option<Span>>,
    /// Texts with their quotes; those that the project does not hold have none.
    pub texts: Vec<Option<Span>>,
    /// The settings of triggers, in order of the text.
    pub trigger_parts: Vec<Vec<(TriggerPart, Span)>>,
    /// The settings of goals.
    pub goal_parts: Vec<GoalSpans>,
    /// The settings of experiments.
    pub experiment_parts: Vec<ExperimentSpans>,
    /// Where the names of slots were first given a value, per flow.
    pub slots: Vec<Vec<Option<Span>>>,
}

/// A text by which an intent is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// As it is written, holes with their braces.
    pub text: SmolStr,
    /// Of which language it is.
    pub language: SmolStr,
    /// It is an example (`like`); else one of the `words`.
    pub example: bool,
    /// Where it stands, with its quotes.
    pub span: Span,
}

/// A setting of a trigger, in the order in which triggers are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "named after the words that begin them")]
pub enum TriggerPart {
    On,
    Every,
    After,
    If,
    Needs,
    Between,
    AtMost,
    Via,
    Unread,
    WhenBusy,
    Priority,
    Expires,
    Start,
}

/// Where the settings of a goal stand.
#[derive(Clone, Debug, Default)]
pub struct GoalSpans {
    /// `on …`, those that were not understood with them.
    pub on: Vec<Span>,
    /// `credit D`.
    pub credit: Option<Span>,
}

/// Where the settings of an experiment stand.
#[derive(Clone, Debug, Default)]
pub struct ExperimentSpans {
    /// Its arms, in order of the text.
    pub arms: Vec<Span>,
    /// `goal x`, also where there is no such goal.
    pub goal: Option<Span>,
}

/// A condition with its place, as many statements have one.
pub type Condition = ExprId;
