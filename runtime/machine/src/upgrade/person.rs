//! What is known of the person, and a hand-over under way, in a later version of the bot.

use botflow_artifact::*;
use smol_str::SmolStr;

use super::versions::{Versions, by_name};
use super::{Unfit, UpgradeNote, slot_name};
use crate::conversation::{Conversation, Owner};
use crate::effect::{Effect, Withdrawn};
use crate::person::{Brought, Person};
use crate::program::Program;

impl Versions<'_> {
    /// The card, the stage, consents and counted events.
    pub fn person(&self, person: &mut Person, notes: &mut Vec<UpgradeNote>) {
        let (old, new) = (&self.old.bot, &self.new.bot);
        let before = std::mem::take(&mut person.fields);
        // Fields whose value is another one now.
        let mut unfit = Vec::new();
        for field in &new.customer {
            let at = old.customer.iter().position(|one| one.name == field.name);
            let known = at.map(|at| (&old.customer[at], before.get(at)));
            person.fields.push(match known {
                // A field that the card did not have yet has its declared value.
                None | Some((_, None)) => field.default.clone(),
                Some((declared, Some(value))) => match self.carried(value, declared.ty, field.ty) {
                    // What may not be unknown any more has its declared value.
                    Some(Value::Unknown) if self.became_required(declared.ty, field.ty) => {
                        field.default.clone()
                    }
                    Some(value) => value,
                    None => {
                        dropped(notes, &field.name, value, Unfit::Changed);
                        unfit.extend(at);
                        field.default.clone()
                    }
                },
            });
        }
        for (declared, value) in old.customer.iter().zip(&before) {
            let known = new.customer.iter().any(|one| one.name == declared.name);
            if !known && value.is_known() && *value != declared.default {
                dropped(notes, &declared.name, value, Unfit::Removed);
            }
        }
        let position = |old: &[SmolStr], new: &[SmolStr], index: usize| {
            let name = old.get(index)?;
            new.iter().position(|one| one == name)
        };
        let mut gone = |name: String, value: Value| {
            notes.push(UpgradeNote::Dropped {
                name,
                value,
                why: Unfit::Removed,
            });
        };
        person.stage = person.stage.and_then(|stage| {
            let now = position(&old.stages, &new.stages, stage.index());
            if let (None, Some(name)) = (now, old.stages.get(stage.index())) {
                gone("stage".to_owned(), Value::Text(name.clone()));
            }
            now.map(StageId::from)
        });
        if let Some(more) = &mut person.particulars {
            more.written.retain_mut(|one| {
                let before = old.customer.get(one.field.index()).map(|field| &field.name);
                let now = new.customer.iter().position(|field| Some(&field.name) == before);
                // What proved a value proves no other one.
                let kept = now.filter(|_| !unfit.contains(&one.field.index()));
                kept.map(|now| one.field = FieldId::from(now)).is_some()
            });
            more.consents.retain_mut(|record| {
                let consent = position(&old.consents, &new.consents, record.consent.index());
                if let (None, Some(name)) = (consent, old.consents.get(record.consent.index())) {
                    gone(
                        format!("consent {name} on {}", record.channel),
                        Value::YesNo(record.granted),
                    );
                }
                consent.map(|now| record.consent = ConsentId::from(now)).is_some()
            });
        }
        if let Some(more) = &mut person.particulars {
            more.brought.retain_mut(|one| self.brought(one).is_some());
        }
        let occurrences = std::mem::take(&mut person.occurrences);
        person.occurrences = (occurrences.into_iter())
            .filter_map(|(event, moments)| {
                let now = self.event(event);
                if let (None, Some(declared)) = (now, old.events.get(event.index())) {
                    let times = i64::try_from(moments.len()).unwrap_or(i64::MAX);
                    gone(format!("count of {}", declared.name), Value::Integer(times));
                }
                Some((now?, moments))
            })
            .collect();
    }

    /// A consent that the new version does not know any more can be given by nobody: what needs it stays unsaid.
    pub fn leave(&self, conversation: &mut Conversation) {
        let Some(leave) = &mut conversation.leave else {
            return;
        };
        for consent in &mut leave.needs {
            let before = self.old.bot.consents.get(consent.index());
            let now = self.new.bot.consents.iter().position(|name| Some(name) == before);
            *consent = now.map_or(ConsentId(u32::MAX), ConsentId::from);
        }
    }

    /// What a field of an event brought: values that do not fit are forgotten.
    fn brought(&self, one: &mut Brought) -> Option<()> {
        let event = self.event(one.event)?;
        let was = self
            .old
            .bot
            .events
            .get(one.event.index())?
            .fields
            .get(one.field as usize)?;
        let fields = &self.new.bot.events.get(event.index())?.fields;
        let field = fields.iter().position(|field| field.name == was.name)?;
        let carried = one
            .values
            .iter()
            .filter_map(|(at, value)| Some((*at, self.carried(value, was.ty, fields[field].ty)?)));
        one.values = carried.collect();
        (one.event, one.field) = (event, field as u32);
        Some(())
    }

    fn became_required(&self, old: TypeId, new: TypeId) -> bool {
        let optional =
            |program: &Program, ty: TypeId| program.types.get(ty.index()).is_some_and(|info| info.optional);
        optional(self.old, old) && !optional(self.new, new)
    }

    /// A hand-over under way. If the new version does not have the escalation, the bot has the conversation again, and
    /// says at once how it goes on (its clock goes off with the upgrade); a queue that is gone gives way to the one that the escalation names last.
    pub fn escalation(
        &self,
        conversation: &mut Conversation,
        effects: &mut Vec<Effect>,
        notes: &mut Vec<UpgradeNote>,
    ) {
        let Some(under_way) = &mut conversation.escalation else {
            return;
        };
        let escalations = (&self.old.bot.escalations, &self.new.bot.escalations);
        let found = by_name(
            escalations.0,
            escalations.1,
            under_way.escalation.index(),
            |one| &one.name,
        );
        let queues = (&self.old.bot.queues, &self.new.bot.queues);
        let queue = by_name(queues.0, queues.1, under_way.queue.index(), |one| &one.name);
        let other = found
            .and_then(|at| escalations.1[at].to.last())
            .map(|(queue, _)| *queue);
        let name = |name: Option<&SmolStr>| name.cloned().unwrap_or_default();
        let note = UpgradeNote::HandOver {
            escalation: name(
                escalations
                    .0
                    .get(under_way.escalation.index())
                    .map(|one| &one.name),
            ),
            queue: name(queues.0.get(under_way.queue.index()).map(|one| &one.name)),
            ended: found.is_none() || other.is_none(),
        };
        match (found, queue.map(QueueId::from), other) {
            (Some(at), Some(queue), _) => {
                under_way.escalation = EscalationId::from(at);
                under_way.queue = queue;
            }
            (Some(at), None, Some(queue)) => {
                under_way.escalation = EscalationId::from(at);
                under_way.queue = queue;
                // Who is there stays; when the other queue closes is looked for when the next one leaves.
                under_way.closes = None;
                effects.push(Effect::Requeue { queue });
                notes.push(note);
            }
            _ => {
                effects.push(Effect::Withdraw {
                    queue: queue.map(QueueId::from),
                    reason: Withdrawn::Removed,
                    operator: None,
                    came: under_way.came,
                });
                notes.push(note);
                conversation.escalation = None;
                if conversation.owner == Owner::People {
                    conversation.owner = Owner::Bot;
                    self.strand_at_once(conversation);
                }
            }
        }
    }
}

fn dropped(notes: &mut Vec<UpgradeNote>, field: &SmolStr, value: &Value, why: Unfit) {
    notes.push(UpgradeNote::Dropped {
        name: slot_name("customer", field),
        value: value.clone(),
        why,
    });
}
