//! Clocks of triggers in a later version of the bot (semantics 19.9).

use botflow_artifact::{EventId, Occurrence, Trigger, TriggerSource, Value};

use super::agenda::{Agenda, Pending};
use crate::program::Program;
use crate::reading::fits;
use crate::upgrade::{Gone, UpgradeNote, Versions};

/// Carries what is pending for a person over to a later version of the bot. Clocks go on under the name of their
/// trigger, with what their event brought as far as it fits; the others end, and are noted. [`super::due`] is to be
/// called at once: the new version may have schedules of its own.
pub fn carried(agenda: &mut Agenda, old: &Program, new: &Program) -> Vec<UpgradeNote> {
    let mut notes = Vec::new();
    if old.bot == new.bot {
        return notes;
    }
    let versions = Versions::new(old, new);
    let mut keep = |pending: &mut Pending| match carry(&versions, pending) {
        Ok(fields) => {
            pending.fields = fields;
            true
        }
        Err(why) => {
            let before = old.triggers.by_key(pending.trigger);
            let before = before.and_then(|at| old.bot.triggers.get(at));
            notes.push(UpgradeNote::Stopped {
                trigger: before.map(|trigger| trigger.name.clone()).unwrap_or_default(),
                why,
            });
            false
        }
    };
    agenda.pending.retain_mut(|pending| keep(pending));
    agenda.watches.retain_mut(|watch| keep(&mut watch.pending));
    notes
}

/// What the event of a clock brought, as the new version wants it.
fn carry(versions: &Versions<'_>, pending: &Pending) -> Result<Vec<Value>, Gone> {
    let trigger = |program: &Program| {
        let at = program.triggers.by_key(pending.trigger)?;
        program.bot.triggers.get(at).cloned()
    };
    let now = trigger(versions.new).ok_or(Gone::Removed)?;
    // What was pending before the old version is looked at when it runs out.
    let Some(before) = trigger(versions.old).filter(|_| !pending.fields.is_empty()) else {
        return Ok(pending.fields.clone());
    };
    let brings = |event: &EventId| {
        let declared = versions.old.bot.events.get(event.index());
        declared.is_some_and(|declared| {
            let mut each = declared.fields.iter().zip(&pending.fields);
            declared.fields.len() == pending.fields.len()
                && each.all(|(field, value)| fits(versions.old, field.ty, value, 0))
        })
    };
    let heard = events(&now);
    for event in events(&before).into_iter().filter(brings) {
        let Some(later) = versions.event(event).filter(|later| heard.contains(later)) else {
            continue;
        };
        let (was, is) = (
            &versions.old.bot.events[event.index()],
            &versions.new.bot.events[later.index()],
        );
        if let Some(fields) = versions.all_carried(&pending.fields, &was.fields, &is.fields) {
            return Ok(fields);
        }
    }
    Err(Gone::Changed)
}

/// The events that set a trigger off.
fn events(trigger: &Trigger) -> Vec<EventId> {
    let sources = trigger.sources.iter();
    let events = sources.filter_map(|source| match source {
        TriggerSource::On {
            what: Occurrence::Event(event),
            ..
        } => Some(*event),
        _ => None,
    });
    events.collect()
}
