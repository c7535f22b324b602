//! Operations: what a flow does between two places where it rests.
//!
//! Control is structured at compile time and flat here: blocks become jumps. The machine executes operations of
//! one frame until it reaches an operation that rests at a place or leaves.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ids::*;

/// One operation. Unless said otherwise the next one follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Op {
    /// Sends a message.
    Say(MessageId),
    /// Sends one of several, never the same twice running; `memory` numbers the `say one of` for remembering.
    SayOneOf {
        /// The variants, at least one.
        messages: Vec<MessageId>,
        /// Which `say one of` of the bot this is.
        memory: u32,
    },
    /// Gives a slot a value.
    Let {
        /// Which.
        slot: SlotId,
        /// The value.
        value: ExprId,
    },
    /// Makes a slot unknown again.
    Clear(SlotId),
    /// Writes the customer card.
    Remember {
        /// Which field.
        field: FieldId,
        /// The value.
        value: ExprId,
    },
    /// Makes a field of the customer card unknown again.
    Forget(FieldId),
    /// Goes on elsewhere in this flow.
    Jump(Pc),
    /// Leaves the present step for another one of the same flow: `-> step`. The machine drops inner runs and a
    /// digression if this operation runs as part of a handler.
    GoTo(StepId),
    /// Goes on at `otherwise` unless the condition is yes.
    Branch {
        /// The condition.
        condition: ExprId,
        /// Where to go on when it is not yes.
        otherwise: Pc,
    },
    /// Starts a loop: evaluates the list into the hidden slot `items`, sets `cursor` to 0.
    ForEach {
        /// The list.
        list: ExprId,
        /// Hidden slot that keeps the list.
        items: SlotId,
        /// Hidden slot that counts.
        cursor: SlotId,
        /// At most so many rounds.
        at_most: u32,
    },
    /// Takes the next item into `item`, or goes on at `end` when there is none.
    Next {
        /// Hidden slot that keeps the list.
        items: SlotId,
        /// Hidden slot that counts.
        cursor: SlotId,
        /// The loop's variable.
        item: SlotId,
        /// Behind the loop.
        end: Pc,
        /// At most so many rounds.
        at_most: u32,
    },
    /// Puts the question of a place (`ask`, `choose`, `form`), does a call, waits, runs a flow, hands over:
    /// whatever the place's kind says. The conversation may rest here.
    Enter(PlaceId),
    /// Puts the question of a place once more (its `again` words) with its tries anew: what ends `tries`,
    /// `silence` and `invalid` ways that come back.
    Reask(PlaceId),
    /// Ends a handler that comes back: the question at which it was heard is put again.
    ComeBack,
    /// Leaves for another flow, for good: whatever is running is dropped.
    Start {
        /// Which flow.
        flow: FlowId,
        /// Its arguments.
        args: Vec<ExprId>,
    },
    /// Ends this run of the flow, giving its result.
    Return(Option<ExprId>),
    /// Ends the conversation, whatever is running.
    Finish {
        /// How it ended.
        outcome: Outcome,
        /// `as demo_booked`.
        label: Option<SmolStr>,
    },
    /// `-> again`: puts the current question once more.
    Again,
    /// `-> back`: to the last answered question of this run of the flow.
    Back,
    /// Says the last messages once more (the library's `repeat`).
    Repeat,
    /// Begins the start flow anew, forgetting this conversation's answers.
    StartOver,
    /// The person's journey stage.
    Stage(StageId),
    /// A label on the person; what the text comes to.
    Tag(TextId),
    /// An analytics event with named values.
    Track {
        /// Its name.
        name: SmolStr,
        /// Its values.
        values: Vec<(SmolStr, ExprId)>,
    },
    /// A note for operators.
    Note(TextId),
    /// A flag to people without handing over.
    Tell {
        /// Which queue.
        queue: QueueId,
        /// The words.
        text: TextId,
    },
    /// Records or withdraws consent.
    Consent {
        /// Which kind.
        consent: ConsentId,
        /// Granted, or withdrawn.
        granted: bool,
        /// For which channels; none = the conversation's.
        channels: Vec<SmolStr>,
    },
    /// This person is the one known by the value.
    Identify(FieldId),
    /// Goes on at the arm of the person; at the next operation when no arm fits.
    Vary {
        /// Which experiment.
        experiment: ExperimentId,
        /// Per arm of the experiment (by index) where it begins.
        arms: Vec<Pc>,
    },
    /// Stands where the source was wrong; never in a built artifact.
    Error,
}

impl Op {
    /// Whether the operation after this one is never reached through it.
    pub fn leaves(&self) -> bool {
        matches!(
            self,
            Op::Jump(_)
                | Op::GoTo(_)
                | Op::Reask(_)
                | Op::ComeBack
                | Op::Start { .. }
                | Op::Return(_)
                | Op::Finish { .. }
                | Op::Again
                | Op::Back
                | Op::StartOver
                | Op::Error
        )
    }
}

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// The person has what they came for.
    Resolved,
    /// The person has not.
    Unresolved,
    /// The person left.
    Abandoned,
}

impl Outcome {
    /// The word of the language.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Resolved => "resolved",
            Outcome::Unresolved => "unresolved",
            Outcome::Abandoned => "abandoned",
        }
    }
}
