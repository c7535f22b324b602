//! How kinds of nodes and edges look, in all exports alike.

/// The look of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    /// Where something begins: a customer, a trigger, a flow, a step.
    Begin,
    /// The customer is asked.
    Question,
    /// Another system, another flow or time is waited for.
    Work,
    /// People.
    People,
    /// Something is heard.
    Heard,
    /// The conversation ends.
    End,
    /// A flow returns.
    Return,
}

/// The look of a kind of node.
pub(super) fn look(kind: &str) -> Look {
    match kind {
        "ask" | "choose" | "verify" | "form" => Look::Question,
        "call" | "wait" | "wait_for" | "run" => Look::Work,
        "escalate" | "people" | "ask_queue" | "operators" => Look::People,
        "handler" | "rule" => Look::Heard,
        "finish" => Look::End,
        "return" => Look::Return,
        _ => Look::Begin,
    }
}

impl Look {
    /// All of them, in the order of the legend.
    pub(super) const ALL: [Look; 7] = [
        Look::Begin,
        Look::Question,
        Look::Work,
        Look::People,
        Look::Heard,
        Look::End,
        Look::Return,
    ];

    /// Name of its class.
    pub(super) fn class(self) -> &'static str {
        match self {
            Look::Begin => "begin",
            Look::Question => "question",
            Look::Work => "work",
            Look::People => "people",
            Look::Heard => "heard",
            Look::End => "end",
            Look::Return => "return",
        }
    }

    /// What the legend says.
    pub(super) fn title(self) -> &'static str {
        match self {
            Look::Begin => "flow or step begins",
            Look::Question => "asks the customer",
            Look::Work => "calls, runs or waits",
            Look::People => "people",
            Look::Heard => "heard at any time",
            Look::End => "the conversation ends",
            Look::Return => "back to where it was run",
        }
    }
}

/// The look of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Stroke {
    /// It simply goes on.
    Plain,
    /// The customer answers or chooses.
    Answer,
    /// Time passes.
    Time,
    /// Something went wrong, or was not understood.
    Trouble,
    /// People act.
    People,
}

/// The look of a kind of edge.
pub(super) fn stroke(kind: &str) -> Stroke {
    match kind {
        "answer" | "option" | "event" => Stroke::Answer,
        "silence" | "time" => Stroke::Time,
        "failure" | "misunderstood" => Stroke::Trouble,
        "hand_over" => Stroke::People,
        _ => Stroke::Plain,
    }
}

impl Stroke {
    /// All of them, in the order of the legend.
    pub(super) const ALL: [Stroke; 5] = [
        Stroke::Plain,
        Stroke::Answer,
        Stroke::Time,
        Stroke::Trouble,
        Stroke::People,
    ];

    /// Name of its class.
    pub(super) fn class(self) -> &'static str {
        match self {
            Stroke::Plain => "plain",
            Stroke::Answer => "answer",
            Stroke::Time => "time",
            Stroke::Trouble => "trouble",
            Stroke::People => "handover",
        }
    }

    /// What the legend says.
    pub(super) fn title(self) -> &'static str {
        match self {
            Stroke::Plain => "goes on",
            Stroke::Answer => "answer, option, event",
            Stroke::Time => "silence, time",
            Stroke::Trouble => "failure, not understood",
            Stroke::People => "hand-over",
        }
    }
}
