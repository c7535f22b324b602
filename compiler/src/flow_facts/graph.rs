//! One flow as a graph of small steps: what is read, what becomes known, where the customer has a say. Both the
//! facts and the conversations that show a finding are found on it.

use botflow_artifact::*;

use super::path::Fact;

/// A node of the graph.
pub(super) type NodeId = u32;

/// One small step. What it reads is read before what it does is done.
#[derive(Clone, Debug)]
pub(super) struct Node<'p> {
    pub reads: Reads<'p>,
    pub act: Act,
    pub shows: Shows,
}

/// What is read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reads<'p> {
    Nothing,
    Expr(ExprId),
    Exprs(&'p [ExprId]),
    Values(&'p [(smol_str::SmolStr, ExprId)]),
    Text(TextId),
    Suggestions(&'p [Suggestion]),
    Message(MessageId),
    Messages(&'p [MessageId]),
    /// The cards of a message, whose item has its value.
    Cards(MessageId),
}

/// What changes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    Nothing,
    /// A condition has been looked at: these facts hold behind it (a range of [`Graph::learned`]).
    Learn(u32, u32),
    /// A name gets a value.
    Give(SlotId, Known),
    /// A name becomes unknown: a failure, a question that was passed over.
    Take(SlotId),
    /// A field of the card gets a value.
    Remember(FieldId, Known),
    /// A field of the card becomes unknown.
    Forget(FieldId),
    /// A flow was run: what it surely learns about the customer holds behind it.
    Ran(FlowId),
    /// The conversation rests here: whatever may be heard meanwhile may have been done.
    Rest,
    /// A button is pressed: whatever may have happened since its message was said may have been done.
    Press,
}

/// Whether a new value is known.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known {
    Yes,
    No,
    As(ExprId),
}

/// What a person sees of a step.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shows {
    Nothing,
    /// A condition turns out as yes or no.
    When(ExprId, bool),
    /// A value is this one.
    Equals(ExprId, ExprId),
    /// A field of the card is known already.
    Knows(FieldId),
    /// The bot says something.
    Says(MessageId),
    /// The customer answers with a value of the type.
    Answers(TypeId),
    /// The customer presses a button.
    Presses(TextId),
    /// The customer writes something that is no answer, so many times.
    Fails(u32),
    /// Nobody writes for so many milliseconds.
    Silence(i64),
    /// A call fails.
    CallFails(CallId, Option<u32>),
    /// A call succeeds.
    Calls(CallId),
    /// An event comes.
    Event(EventId),
    /// The customer says what an intent means.
    Means(IntentId),
    /// Another flow is run.
    Runs(FlowId),
    /// People are called, and hand back.
    HandsBack,
    /// A colleague answers a question.
    Colleague,
}

/// The graph of one flow.
#[derive(Debug, Default)]
pub(super) struct Graph<'p> {
    pub nodes: Vec<Node<'p>>,
    pub edges: Vec<(NodeId, NodeId)>,
    /// Facts that conditions teach, by ranges.
    pub learned: Vec<Fact>,
    /// Node 0 of each step's body.
    pub steps: Vec<NodeId>,
    /// Nodes at which the run of the flow ends.
    pub ends: Vec<NodeId>,
    /// Conditions to look at: which, and the node before which they are decided.
    pub conditions: Vec<(ExprId, NodeId)>,
    /// Presses of buttons: the node of each, and the node behind which its message has been said.
    pub presses: Vec<(NodeId, NodeId)>,
    /// Questions for fields of the card: which, the question's place, and the node before them.
    pub asked: Vec<(FieldId, crate::project::Span, NodeId)>,
}

impl Graph<'_> {
    /// Empty, with room for an ordinary flow: there are many, each for a moment.
    pub fn with_room() -> Self {
        Graph {
            nodes: Vec::with_capacity(32),
            edges: Vec::with_capacity(48),
            ..Graph::default()
        }
    }

    /// Successors of all nodes: those of node n are `targets[starts[n]..starts[n + 1]]`, in order of making.
    pub fn successors(&self) -> (Vec<u32>, Vec<NodeId>) {
        let mut starts = vec![0u32; self.nodes.len() + 1];
        for (from, _) in &self.edges {
            starts[*from as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut targets = vec![0; self.edges.len()];
        for (from, to) in &self.edges {
            let at = &mut next[*from as usize];
            targets[*at as usize] = *to;
            *at += 1;
        }
        (starts, targets)
    }
}
