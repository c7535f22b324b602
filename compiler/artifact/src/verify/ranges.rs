//! Looking an id up in its arena, for the verifier.

use super::Damage;
use crate::bot::Bot;
use crate::ids::*;

/// An id that belongs to an arena of the bot.
pub(super) trait InRange: Copy {
    /// The arena's name in messages, its length, and the index.
    fn look(self, bot: &Bot) -> (&'static str, usize, usize);
}

macro_rules! in_range {
    ($($id:ident $field:ident $name:literal;)*) => { $(
        impl InRange for $id {
            fn look(self, bot: &Bot) -> (&'static str, usize, usize) {
                ($name, bot.$field.len(), self.index())
            }
        }
    )* };
}

in_range! {
    FlowId flows "flow"; StepId steps "step"; PlaceId places "place"; Pc code "operation"; TypeId types "type";
    SetId sets "closed set"; ExprId exprs "expression"; TextId texts "text"; MessageId messages "message";
    HandlerId handlers "handler"; FieldId customer "customer field"; EventId events "event";
    IntentId intents "intent"; CallId calls "call"; ConfigId config "configuration value";
    SegmentId segments "segment"; QueueId queues "queue"; EscalationId escalations "escalation";
    ExperimentId experiments "experiment"; GoalId goals "goal"; TriggerId triggers "trigger";
    TemplateId templates "template"; StageId stages "stage"; ConsentId consents "consent";
    LanguageId languages "language";
}

/// Fails unless the id is in range.
pub(super) fn check(bot: &Bot, id: impl InRange) -> Result<(), Damage> {
    let (arena, length, index) = id.look(bot);
    if index < length {
        Ok(())
    } else {
        Err(Damage::OutOfRange {
            arena,
            id: index as u32,
        })
    }
}

/// Fails unless every id is in range.
pub(super) fn check_all<T: InRange>(bot: &Bot, ids: impl IntoIterator<Item = T>) -> Result<(), Damage> {
    ids.into_iter().try_for_each(|id| check(bot, id))
}
