//! Carrying a conversation over to a later version of its bot (semantics 19).
//!
//! Places are found by their hash, or where a `moved` of the new version sends them; everything else by its name:
//! flows, variables, fields of the card, members of closed sets, queues; what was said by where its `say` stands, and
//! rules of `always` that had their turn by what they ask. Values are kept if they still fit their type. A frame whose
//! place is gone is *stranded*: it rests nowhere, and what is done about it is decided when the conversation is next
//! moved by something (see `stranded`). Nothing is said by the upgrade itself.

mod frames;
mod identities;
mod needs;
mod person;
mod question;
mod versions;

use botflow_artifact::{Value, *};
use smol_str::SmolStr;

use crate::conversation::{Conversation, Owner};
use crate::effect::Effect;
use crate::program::Program;
use crate::record::Record;
use crate::turn::Turn;
pub use botflow_artifact::versions::Gone;
pub(crate) use botflow_artifact::versions::place_name as name_of;
pub(crate) use versions::Versions;

/// What an upgrade changed, for the record.
#[derive(Clone, Debug, PartialEq)]
pub enum UpgradeNote {
    /// The new version does not have a place at which the conversation rests, innermost last.
    Stranded {
        /// Its full name in the old version: flow, step, name.
        place: String,
        /// Why not.
        why: Gone,
    },
    /// A clock of a trigger has ended: the new version does not have the trigger, or it is set off by other events.
    Stopped {
        /// Its name.
        trigger: SmolStr,
        /// Why.
        why: Gone,
    },
    /// The new version does not have the queue of a hand-over under way, and perhaps not the escalation either.
    HandOver {
        /// The escalation's name.
        escalation: SmolStr,
        /// The queue's name.
        queue: SmolStr,
        /// The hand-over has ended, since the escalation is gone; otherwise it goes on in another queue.
        ended: bool,
    },
    /// A value was not taken over. It is here, so that nothing is lost.
    Dropped {
        /// `flow.variable`, or `customer.field`.
        name: String,
        /// What it was.
        value: Value,
        /// Why.
        why: Unfit,
    },
}

/// Why a value was not taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// The new version has no such name.
    Removed,
    /// It has another type there, which the value does not fit.
    Changed,
}

/// Carries a conversation over from one version to another. Effects are those of clocks: set them as after a turn.
///
/// `old` must be the version under which the conversation last ran. Between equal versions nothing changes.
pub fn upgrade(
    conversation: &mut Conversation,
    old: &Program,
    new: &Program,
    effects: &mut Vec<Effect>,
) -> Vec<UpgradeNote> {
    let mut notes = Vec::new();
    conversation.bot = new.hash;
    if old.hash != 0 && old.hash == new.hash || old.bot == new.bot {
        return notes;
    }
    let before = conversation.clone();
    let versions = Versions::new(old, new);
    versions.person(&mut conversation.person, &mut notes);
    versions.leave(conversation);
    versions.frames(conversation, &mut notes);
    versions.escalation(conversation, effects, &mut notes);
    versions.memories(conversation);
    versions.question(&before, conversation, &mut notes);
    outdated(old, &before, conversation, effects);
    // Buttons of its messages count as their labels from now on.
    if let Some(offers) = &mut conversation.offers {
        offers.messages.clear();
    }
    if conversation.owner != Owner::Nobody && conversation.frames.is_empty() {
        conversation.owner = Owner::Nobody;
    }
    Turn::new(new, conversation, 0, effects).set_timer();
    notes
}

/// Questions that waited and wait no more: what was asked ends in one way (16.4), also here.
fn outdated(old: &Program, before: &Conversation, now: &Conversation, effects: &mut Vec<Effect>) {
    for (index, frame) in before.frames.iter().enumerate().filter(|(_, frame)| frame.open) {
        if !now.frames.get(index).is_some_and(|frame| frame.open) {
            effects.push(Effect::Record(Record::Outdated {
                place: name_of(&old.bot, frame.asked).into(),
                tries: frame.tries,
            }));
        }
    }
}

impl Unfit {
    /// As it is written in tests and records.
    pub fn words(self) -> &'static str {
        match self {
            Unfit::Removed => "removed",
            Unfit::Changed => "changed",
        }
    }
}

/// What a call of the old version gave, for a conversation that has gone over to the new one meanwhile; `None` where
/// it does not fit any more: the call has failed then.
pub fn carried_result(old: &Program, new: &Program, call: CallId, value: &Value) -> Option<Value> {
    let versions = Versions::new(old, new);
    let was = old.bot.calls.get(call.index())?.gives;
    let is = new.bot.calls.get(versions.call(call)?.index())?.gives;
    match (was, is) {
        (_, None) => Some(Value::Unknown),
        (Some(was), Some(is)) => {
            let value = versions.carried(value, was, is)?;
            crate::reading::fits(new, is, &value, 0).then_some(value)
        }
        (None, Some(is)) => crate::reading::fits(new, is, &Value::Unknown, 0).then_some(Value::Unknown),
    }
}

impl Versions<'_> {
    /// What was said and which rules had their turn, found again where it stands in the new version.
    fn memories(&self, conversation: &mut Conversation) {
        let (old, new) = (&self.old.bot, &self.new.bot);
        if !conversation.fired.is_empty() {
            let (before, now) = (identities::rules(old), identities::rules(new));
            let fired = std::mem::take(&mut conversation.fired);
            for (index, rule) in before.iter().enumerate() {
                let had = fired
                    .get(index / 64)
                    .is_some_and(|word| word >> (index % 64) & 1 == 1);
                if let (true, Some(place)) = (had, now.iter().position(|one| one == rule)) {
                    if conversation.fired.len() <= place / 64 {
                        conversation.fired.resize(place / 64 + 1, 0);
                    }
                    conversation.fired[place / 64] |= 1 << (place % 64);
                }
            }
        }
        if conversation.varied.is_empty() && conversation.said.is_empty() {
            return;
        }
        let now = identities::Said::of(new);
        let before = identities::Said::of(old).moved(self, &now);
        let varied = std::mem::take(&mut conversation.varied);
        let varied = varied.into_iter().filter_map(|(memory, last)| {
            let (memory, count) = before.memory(memory, &now)?;
            ((last as usize) < count).then_some((memory, last))
        });
        conversation.varied = varied.collect();
        let said = std::mem::take(&mut conversation.said);
        let said = said.into_iter().filter_map(|(message, flow)| {
            let message = before.message(MessageId(message), &now)?;
            Some((message.0, self.flow(flow)?))
        });
        conversation.said = said.collect();
    }
}

/// The name of a variable with its flow's.
fn slot_name(flow: &str, slot: &SmolStr) -> String {
    match flow {
        "" => slot.to_string(),
        flow => format!("{flow}.{slot}"),
    }
}
