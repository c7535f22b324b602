//! What is pending for one person: clocks, what was sent when, what was seen. Small when there is nothing.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use botflow_values::{Date, Value};

use crate::program::Program;

/// What triggers have pending for one person. The host keeps it beside [`crate::Person`]. Triggers, segments and
/// events are known in it by hashes of their names, so that it goes over to a later version of the bot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Agenda {
    /// Clocks, at most two for each trigger: one for its last event, one for the next channel.
    pub(super) pending: Vec<Pending>,
    /// What was begun and goes to the next channel if it is not read, at most one for each trigger.
    pub(super) watches: Vec<Watch>,
    /// What was begun, as long as a cap counts it.
    pub(super) sent: Vec<Sent>,
    /// When something that calls triggers off happened last, as long as an earlier event may be reported late.
    pub(super) marks: Vec<(u64, i64)>,
    /// The day on which each `every` came last.
    pub(super) scheduled: Vec<(u64, i32)>,
    /// Whether the person belonged to the watched segments when they were last looked at.
    pub(super) segments: Vec<(u64, bool)>,
    /// Ids of the last occurrences, newest last.
    pub(super) seen: Vec<u64>,
    /// Goals that events reached, with the ids of the events, newest last.
    pub(super) reached: Vec<(u64, u64)>,
    /// When a trigger last began a conversation that no customer asked for.
    pub(super) began_at: Option<i64>,
    /// When a trigger last began any conversation.
    pub(super) started_at: Option<i64>,
    /// Up to when `every` has been looked at.
    pub(super) scheduled_to: Option<i64>,
    /// When something is due next.
    pub(super) wake: Option<i64>,
}

/// A clock of a trigger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Pending {
    /// Which trigger.
    pub trigger: u64,
    /// What its event brought.
    pub fields: Vec<Value>,
    /// The moment of the event.
    pub since: i64,
    /// When its clock has run out: `expires` counts from here.
    pub ready: i64,
    /// When it is looked at next.
    pub due: i64,
    /// It has been looked at and waits for a window, or for calm.
    pub waits: bool,
    /// A customer begins it.
    pub by_customer: bool,
    /// Where the customer has begun it.
    pub on: Option<SmolStr>,
    /// How many channels of `via` it has gone through; above 0 it was begun before.
    pub tried: u32,
    /// How much the person had written when it was begun before ([`crate::Person::wrote`]).
    pub wrote: Option<u32>,
}

/// A message whose being read is waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Watch {
    /// What goes to the next channel.
    pub pending: Pending,
    /// Where the message went.
    pub channel: SmolStr,
    /// When.
    pub at: i64,
    /// How much the person had written by then ([`crate::Person::wrote`]); `None`: nothing since, as far as is known.
    pub wrote: Option<u32>,
    /// It has arrived.
    pub delivered: bool,
    /// It was read.
    pub read: bool,
}

/// Something that was begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Sent {
    /// By which trigger.
    pub trigger: u64,
    /// It counts in the bot's cap.
    pub proactive: bool,
    /// When.
    pub at: i64,
}

/// So many ids of occurrences are remembered.
const MAX_SEEN: usize = 8;

impl Agenda {
    /// When [`super::due`] is to be called next: the one timer that the host sets for this person.
    pub fn wake(&self) -> Option<i64> {
        self.wake
    }

    /// The names of the triggers whose clocks run, with the moment at which each is looked at next; the soonest first.
    pub fn clocks<'p>(&self, program: &'p Program) -> Vec<(&'p SmolStr, i64)> {
        let named = |pending: &Pending| {
            let at = program.triggers.by_key(pending.trigger)?;
            Some((&program.bot.triggers.get(at)?.name, pending.due))
        };
        let mut clocks: Vec<_> = self.pending.iter().filter_map(named).collect();
        clocks.sort_by_key(|(_, at)| *at);
        clocks
    }

    /// How many clocks are running.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Whether nothing at all is remembered.
    pub fn is_empty(&self) -> bool {
        *self == Agenda::default()
    }

    /// Two people turn out to be one: what is pending for either is pending for the one. Of two clocks of one trigger that
    /// of the later event stands; what was begun counts together. [`super::due`] is to be called at once.
    #[must_use]
    pub fn merged(&self, other: &Agenda) -> Agenda {
        let mut all = Agenda {
            sent: [&self.sent[..], &other.sent].concat(),
            marks: self.marks.clone(),
            scheduled: self.scheduled.clone(),
            segments: self.segments.clone(),
            began_at: self.began_at.max(other.began_at),
            started_at: self.started_at.max(other.started_at),
            scheduled_to: match (self.scheduled_to, other.scheduled_to) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            },
            wake: self.wake.into_iter().chain(other.wake).min(),
            ..Agenda::default()
        };
        all.sent
            .sort_by_key(|sent| (sent.at, sent.trigger, sent.proactive));
        for pending in self.pending.iter().chain(&other.pending) {
            let same = |known: &&mut Pending| {
                known.trigger == pending.trigger && (known.tried > 0) == (pending.tried > 0)
            };
            match all.pending.iter_mut().find(same) {
                Some(known) if known.rank() >= pending.rank() => {}
                Some(known) => *known = pending.clone(),
                None => all.pending.push(pending.clone()),
            }
        }
        all.pending.sort_by_key(Pending::rank);
        for watch in self.watches.iter().chain(&other.watches) {
            let rank = |watch: &Watch| (watch.at, watch.channel.clone(), watch.pending.rank());
            let same = |known: &&mut Watch| known.pending.trigger == watch.pending.trigger;
            match all.watches.iter_mut().find(same) {
                Some(known) if rank(known) >= rank(watch) => {}
                Some(known) => *known = watch.clone(),
                None => all.watches.push(watch.clone()),
            }
        }
        all.watches.sort_by_key(|watch| (watch.at, watch.pending.trigger));
        // What was answered is not waited for any more; the one counts anew what is written.
        all.watches.iter_mut().for_each(|watch| watch.wrote = None);
        all.pending.iter_mut().for_each(|pending| pending.wrote = None);
        // An event that reached a goal of either has reached it.
        let mut reached = [&self.reached[..], &other.reached].concat();
        reached.sort_unstable();
        reached.dedup();
        all.reached = reached;
        later(&mut all.marks, &other.marks);
        later(&mut all.scheduled, &other.scheduled);
        later(&mut all.segments, &other.segments);
        // A repetition is told from either; beyond so many the oldest go, as they always do.
        let mut seen = [&self.seen[..], &other.seen].concat();
        seen.sort_unstable();
        seen.dedup();
        seen.truncate(MAX_SEEN * 2);
        all.seen = seen;
        all
    }

    /// Whether the id of an occurrence was noted.
    pub(super) fn has_seen(&self, id: u64) -> bool {
        id != 0 && self.seen.contains(&id)
    }

    /// Notes the id of an occurrence.
    pub(super) fn note(&mut self, id: u64) {
        if id == 0 {
            return;
        }
        while self.seen.len() >= MAX_SEEN {
            self.seen.remove(0);
        }
        self.seen.push(id);
    }

    /// Notes when something that calls triggers off happened.
    pub(super) fn mark(&mut self, key: u64, at: i64, now: i64) {
        self.marks
            .retain(|(_, at)| *at > now.saturating_sub(super::LATE_MS));
        match self.marks.iter_mut().find(|(known, _)| *known == key) {
            Some((_, last)) => *last = (*last).max(at),
            None => self.marks.push((key, at)),
        }
    }

    /// The host's clock was set back: what was noted in a future that did not come counts as noted now, so that
    /// nothing is silent until then.
    pub(super) fn set_back(&mut self, now: i64) {
        let nearer = |at: &mut i64| *at = (*at).min(now);
        self.sent.iter_mut().for_each(|sent| nearer(&mut sent.at));
        self.marks.iter_mut().for_each(|(_, at)| nearer(at));
        self.began_at.iter_mut().for_each(nearer);
        self.started_at.iter_mut().for_each(nearer);
        self.scheduled_to.iter_mut().for_each(nearer);
        // Days are those of the person's zone, at most one ahead.
        let tomorrow = Date::from_days(now.div_euclid(super::DAY_MS).saturating_add(1));
        for (_, day) in &mut self.scheduled {
            *day = (*day).min(tomorrow.days());
        }
        for watch in &mut self.watches {
            nearer(&mut watch.at);
            watch.pending.set_back(now);
        }
        self.pending.iter_mut().for_each(|pending| pending.set_back(now));
    }
}

/// The later of both for each key. Who belonged to a segment as either does not join it by being both.
fn later<T: Copy + Ord>(all: &mut Vec<(u64, T)>, other: &[(u64, T)]) {
    for (key, value) in other {
        match all.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = (*known).max(*value),
            None => all.push((*key, *value)),
        }
    }
    all.sort_unstable();
}

impl Pending {
    /// Of two clocks of one trigger the greater stands.
    fn rank(&self) -> (i64, u32, i64, u64, String) {
        (
            self.since,
            self.tried,
            self.due,
            self.trigger,
            format!("{:?}{}{}{:?}", self.fields, self.waits, self.by_customer, self.on),
        )
    }

    fn set_back(&mut self, now: i64) {
        let by = self.since.saturating_sub(now);
        if by > 0 {
            self.since = now;
            self.ready = self.ready.saturating_sub(by);
            self.due = self.due.saturating_sub(by);
        }
    }
}
