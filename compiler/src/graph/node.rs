//! What the graph is made of: nodes and typed edges.

use botflow_artifact::*;
use smol_str::SmolStr;

/// A node of the state-machine graph.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// A customer writes first.
    Customer,
    /// A trigger goes off.
    Trigger(TriggerId),
    /// An operator starts a flow.
    Operators,
    /// A flow begins.
    Flow(FlowId),
    /// A step begins.
    Step(StepId),
    /// A conversation can rest here.
    Place(PlaceId),
    /// What is heard besides the answer: the handlers of one level. Outer levels follow by an edge.
    Hearing(Level),
    /// A handler.
    Handler(HandlerId),
    /// An `if` of `always`, by its number.
    Rule(u32),
    /// People have the conversation.
    People(EscalationId),
    /// A piece of code that is entered at its first operation only: says, decides, changes values.
    Code(Pc),
    /// The conversation ends.
    Finish {
        /// The flow that ends it.
        flow: FlowId,
        /// How it ends.
        outcome: Outcome,
        /// `as …`.
        label: Option<SmolStr>,
    },
    /// This run of the flow ends.
    Return(FlowId),
    /// The question that waits is put again.
    AskAgain,
    /// The question before is put again.
    AskEarlier,
    /// Something was wrong here; where it leads nobody knows.
    Unknown,
}

/// A level of handlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// A step's.
    Step(StepId),
    /// A flow's.
    Flow(FlowId),
    /// Of `always`.
    Always,
}

/// A typed edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edge {
    /// A conversation begins here.
    Begins,
    /// Nothing decides: the next thing happens.
    Next,
    /// `if`: the condition is yes.
    If(ExprId),
    /// `if`: it is not.
    Else(ExprId),
    /// `for each`: one more round.
    Round,
    /// `for each`: no more.
    Done,
    /// `vary`: the arm of the person.
    Arm(ExperimentId, u32),
    /// `vary`: a person without an arm.
    NoArm(ExperimentId),
    /// The place is reached.
    Reach,
    /// Its question is put again.
    Reask,
    /// `-> step`.
    Go,
    /// `start f`.
    Start,
    /// `run f`.
    Run,
    /// `run f` has come back; only if the flow can return.
    Returns,
    /// Into a form.
    Inside,
    /// A readable answer.
    Answer,
    /// The question is skipped.
    Skip,
    /// The option of this number, in order of the text.
    Option(u32),
    /// An option made from the list.
    ListOption,
    /// There is nothing to choose from.
    NoOption,
    /// No option was picked.
    Otherwise,
    /// The answer could not be read.
    Invalid,
    /// The check of this number said no.
    Check(u32),
    /// The n-th failed try.
    Tries(u32),
    /// Silence for so many milliseconds.
    Silence(i64),
    /// The call gave its result.
    Result,
    /// The call failed: in general, or in the way of this number.
    Failure(Option<u32>),
    /// The call takes longer than so many milliseconds.
    Waiting(i64),
    /// The time of a `wait` is over.
    Elapsed(ExprId),
    /// The event did not come in time.
    TooLate(ExprId),
    /// The event came.
    Event(EventId),
    /// The address is proven.
    Verified,
    /// An operator answered.
    Answered,
    /// People take over.
    HandOver,
    /// People hand back.
    HandBack,
    /// Nobody came for so many milliseconds.
    Nobody(i64),
    /// The queue is closed.
    Closed,
    /// The customer said nothing for so long while people have the conversation.
    CustomerSilent(i64),
    /// The operator said nothing for so long.
    OperatorSilent(i64),
    /// The operator resolved it.
    Resolved,
    /// From a place or level to the level of handlers that hear there, too.
    Hears,
    /// Something was heard.
    Heard,
    /// Ends here.
    Ends,
    /// `back`, or a handler that comes back.
    ComesBack,
}

/// What has to happen for an edge to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Driver {
    /// Nothing: it happens in the same turn.
    Nothing,
    /// Another system answers, or fails to.
    System,
    /// Time passes.
    Time,
    /// The customer says or does something.
    Customer,
    /// Something happens in the world.
    World,
    /// An operator does something.
    People,
}

impl Edge {
    /// Whether it hangs on a decision of the flow, or on something that begins or is handed over, so that a way over it
    /// is not the only one.
    pub(crate) fn may_not_be_taken(self) -> bool {
        matches!(
            self,
            Edge::If(_)
                | Edge::Else(_)
                | Edge::Round
                | Edge::Arm(..)
                | Edge::NoArm(_)
                | Edge::Skip
                | Edge::NoOption
                | Edge::Hears
                | Edge::Heard
                | Edge::Begins
                | Edge::HandOver
                | Edge::Waiting(_)
        )
    }

    /// What has to happen. What drives a handler depends on what it hears, and is told by
    /// [`super::Graph::driver`]; here it counts as the customer's.
    pub fn driver(self) -> Driver {
        match self {
            Edge::Begins
            | Edge::Next
            | Edge::If(_)
            | Edge::Else(_)
            | Edge::Round
            | Edge::Done
            | Edge::Arm(..)
            | Edge::NoArm(_)
            | Edge::Reach
            | Edge::Reask
            | Edge::Go
            | Edge::Start
            | Edge::Run
            | Edge::Returns
            | Edge::Inside
            | Edge::Skip
            | Edge::NoOption
            | Edge::HandOver
            | Edge::Hears
            | Edge::Ends
            | Edge::ComesBack => Driver::Nothing,
            Edge::Result | Edge::Failure(_) | Edge::Waiting(_) => Driver::System,
            Edge::Silence(_) | Edge::Elapsed(_) | Edge::TooLate(_) | Edge::CustomerSilent(_) => Driver::Time,
            Edge::Answer
            | Edge::Option(_)
            | Edge::ListOption
            | Edge::Otherwise
            | Edge::Invalid
            | Edge::Check(_)
            | Edge::Tries(_)
            | Edge::Verified
            | Edge::Heard => Driver::Customer,
            Edge::Event(_) => Driver::World,
            Edge::HandBack
            | Edge::Nobody(_)
            | Edge::Closed
            | Edge::OperatorSilent(_)
            | Edge::Resolved
            | Edge::Answered => Driver::People,
        }
    }

    /// The name of its kind, as exports have it.
    pub fn kind(self) -> &'static str {
        match self {
            Edge::Begins => "begins",
            Edge::Next | Edge::Round | Edge::Done | Edge::Reach | Edge::Inside => "next",
            Edge::If(_) | Edge::Else(_) => "if",
            Edge::Arm(..) | Edge::NoArm(_) => "arm",
            Edge::Reask | Edge::ComesBack => "ask_again",
            Edge::Go => "jump",
            Edge::Start => "start",
            Edge::Run => "call",
            Edge::Returns => "return",
            Edge::Answer | Edge::Verified | Edge::Answered => "answer",
            Edge::Skip | Edge::NoOption => "skip",
            Edge::Option(_) | Edge::ListOption => "option",
            Edge::Otherwise | Edge::Invalid | Edge::Check(_) | Edge::Tries(_) => "misunderstood",
            Edge::Silence(_) | Edge::CustomerSilent(_) => "silence",
            Edge::Result => "result",
            Edge::Failure(_) => "failure",
            Edge::Waiting(_) | Edge::Elapsed(_) | Edge::TooLate(_) => "time",
            Edge::Event(_) => "event",
            Edge::HandOver
            | Edge::HandBack
            | Edge::Nobody(_)
            | Edge::Closed
            | Edge::OperatorSilent(_)
            | Edge::Resolved => "hand_over",
            Edge::Hears | Edge::Heard => "handler",
            Edge::Ends => "end",
        }
    }
}
