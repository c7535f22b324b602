//! Whether a conversation has the answers that what follows a place reads. The compiler proves it within one version;
//! between two of them a question may have been added before the place, or an answer may not fit its type any more.

use botflow_artifact::*;

use super::versions::Versions;
use crate::conversation::Frame;
use crate::program::Program;
use botflow_artifact::versions::{is_optional, reads};

impl Versions<'_> {
    /// Whether behind a place of the new version a variable is read that must be known and is not, though it was, or
    /// was not needed, in the old version.
    pub(super) fn lacks(&self, (was, before): (&Frame, &[Value]), at: PlaceId, slots: &[Value]) -> bool {
        let flow = |program: &Program, place: PlaceId| {
            let place = program.bot.places.get(place.index())?;
            Some(place.flow.index())
        };
        let (Some(old), Some(new)) = (flow(self.old, was.at), flow(self.new, at)) else {
            return true;
        };
        let sources = self.sources(FlowId::from(old), FlowId::from(new));
        let new = self.new.bot.flows.get(new).map_or(&[][..], |flow| &flow.slots);
        new.iter().enumerate().any(|(index, slot)| {
            let optional = is_optional(&self.new.bot, slot.ty);
            let known = slots.get(index).is_some_and(Value::is_known);
            if optional || known || slot.name.starts_with('.') {
                return false;
            }
            let lacked = || {
                sources.get(index).copied().flatten().is_some_and(|index| {
                    before.get(index).is_none_or(Value::is_unknown)
                        && reads(&self.old.bot, was.at, SlotId::from(index))
                })
            };
            reads(&self.new.bot, at, SlotId::from(index)) && !lacked()
        })
    }
}
