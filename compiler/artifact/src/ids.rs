//! Typed indices into the arenas of a [`crate::Bot`]. An id is only meaningful with the bot it came from.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);
        impl $name {
            /// The index into its arena.
            #[inline]
            pub fn index(self) -> usize { self.0 as usize }
        }
        impl From<usize> for $name {
            /// Arenas are bounded far below `u32::MAX` by the limits on source size.
            #[inline]
            fn from(index: usize) -> Self { $name(index as u32) }
        }
    )* };
}

ids! {
    /// A flow; `Bot::flows`. Flow 0 is always the pseudo-flow of the `always` block.
    FlowId;
    /// A step; `Bot::steps` (all flows together).
    StepId;
    /// A place where a conversation can rest; `Bot::places`.
    PlaceId;
    /// An address of an operation; `Bot::code`.
    Pc;
    /// A variable of a flow's run; index into `Flow::slots`.
    SlotId;
    /// A type; `Bot::types`.
    TypeId;
    /// A closed set; `Bot::sets`.
    SetId;
    /// An expression; `Bot::exprs`.
    ExprId;
    /// A text with holes; `Bot::texts`.
    TextId;
    /// A message to build; `Bot::messages`.
    MessageId;
    /// A handler (`on …`); `Bot::handlers`.
    HandlerId;
    /// A field of the customer card; `Bot::customer`.
    FieldId;
    /// A declared or built-in event; `Bot::events`.
    EventId;
    /// An intent; `Bot::intents`.
    IntentId;
    /// A lookup or action; `Bot::calls`.
    CallId;
    /// A `[config]` value; `Bot::config`.
    ConfigId;
    /// A segment; `Bot::segments`.
    SegmentId;
    /// A queue; `Bot::queues`.
    QueueId;
    /// An escalation; `Bot::escalations`.
    EscalationId;
    /// An experiment; `Bot::experiments`.
    ExperimentId;
    /// A goal; `Bot::goals`.
    GoalId;
    /// A trigger; `Bot::triggers`.
    TriggerId;
    /// A message template for outside the session window; `Bot::templates`.
    TemplateId;
    /// A journey stage; `Bot::stages`.
    StageId;
    /// A kind of consent; `Bot::consents`.
    ConsentId;
    /// A language of the bot; `Bot::languages`.
    LanguageId;
}

impl FlowId {
    /// The pseudo-flow that holds the handlers and rules of `always`; it is never started or run.
    pub const ALWAYS: FlowId = FlowId(0);
}
