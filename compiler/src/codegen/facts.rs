//! What code generation notices on its way: mistakes that are visible in the order of statements alone. The rules
//! of [`crate::rules::flow`] make findings of these.

use botflow_artifact::{EscalationId, FlowId, Pc, PlaceId, StepId};

use crate::project::Span;

/// All that was noticed, in order of the text.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Statements behind one that leaves.
    pub dead: Vec<DeadStatement>,
    /// Ends at which a flow does not say where it goes.
    pub falls_off: Vec<FallsOff>,
    /// Two places of one identity: the earlier and the later one.
    pub duplicates: Vec<(PlaceId, PlaceId)>,
    /// Statements that wait or call inside `for each`.
    pub waits_in_loops: Vec<WaitInLoop>,
    /// Flows that contain a statement that could not be understood.
    pub broken: Vec<FlowId>,
    /// What only statements mention that never run: it is unreachable because of them, not by itself.
    pub dead_mentions: DeadMentions,
}

/// What statements mention that never run.
#[derive(Clone, Debug, Default)]
pub struct DeadMentions {
    /// Steps that are gone to.
    pub steps: Vec<StepId>,
    /// Flows that are run or started.
    pub flows: Vec<FlowId>,
    /// Escalations.
    pub escalations: Vec<EscalationId>,
}

/// Statements that are never reached, because the one before them leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadStatement {
    /// The flow they stand in.
    pub flow: FlowId,
    /// The statement that leaves.
    pub after: Span,
    /// The last operation before them.
    pub before: Pc,
    /// From the first to the last of them.
    pub span: Span,
    /// How many they are.
    pub count: usize,
}

/// An end at which it is not said where the flow goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FallsOff {
    /// The flow.
    pub flow: FlowId,
    /// The step; `None` is the flow's own body.
    pub step: Option<StepId>,
    /// The flow's or step's name.
    pub name: Span,
    /// Its last statement.
    pub last: Option<Span>,
    /// The operation that stands at the end.
    pub pc: Pc,
    /// The flow has no steps, but owes a result.
    pub owes_result: bool,
}

/// A statement that waits or calls inside a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitInLoop {
    /// The statement.
    pub span: Span,
    /// The loop.
    pub around: Span,
    /// Where its code begins.
    pub pc: Pc,
    /// Its word (`ask`, `call` …).
    pub word: &'static str,
}
