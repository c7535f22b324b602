//! Handlers: what is heard besides the answer to the question.

use serde::{Deserialize, Serialize};

use crate::ids::*;
use crate::place::{Silence, TriesWay};

/// One `on …` of a step, a flow or `always`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handler {
    /// The flow it stands in; its code uses that flow's slots. [`FlowId::ALWAYS`] for `always`.
    pub flow: FlowId,
    /// The step, if it stands in one.
    pub step: Option<StepId>,
    /// What it hears.
    pub hears: Hears,
    /// Only if.
    pub condition: Option<ExprId>,
    /// What it does: code that ends in `ComeBack` or leaves.
    pub code: Pc,
}

/// What a handler hears.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Hears {
    /// An intent; the slots take its parameters in order (`None` = not wanted).
    Intent {
        /// Which.
        intent: IntentId,
        /// Where its parameters go.
        params: Vec<Option<SlotId>>,
    },
    /// An event; its fields are `Expr::EventField` while the handler's first turn lasts.
    Event(EventId),
    /// Silence at a question that has no clocks of its own.
    Silence(Silence),
    /// A call failed that has no `failed` of its own.
    Failed,
    /// A message that nobody took; the n-th such message in a row at a question may take a way instead.
    Unclear {
        /// Ways at the n-th try, ascending.
        tries: Vec<TriesWay>,
    },
    /// A button of a message was pressed, or its label written. No place lists such a handler: it hears as long as
    /// the message is remembered.
    Pressed {
        /// What stands on the button.
        label: TextId,
        /// The slot that gets the item of the card it stood on.
        item: Option<SlotId>,
        /// Slots that get the values they had when the message was said: variables of loops around it.
        keeps: Vec<SlotId>,
    },
    /// The answer in this slot was corrected.
    Changed(SlotId),
    /// The conversation meets a later version of its bot that does not have the place at which it rests. Only in
    /// `always`; no message is heard so.
    Stranded,
    /// A built-in pattern that the bot overrides (`on start_over`, `on back` …), by its standard name.
    Pattern(smol_str::SmolStr),
}

/// `if condition way` in `always`: after each message of the customer, on becoming true, once a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlwaysRule {
    /// When this becomes yes.
    pub condition: ExprId,
    /// What it does: code of the pseudo-flow `always` that ends in `ComeBack` or leaves.
    pub code: Pc,
}
