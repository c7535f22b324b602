//! Setting triggers off and calling them off (14.3, 14.4).

use botflow_artifact::{Occurrence, SegmentId, TriggerSource};
use botflow_values::Value;

use super::agenda::{Agenda, Pending};
use super::decision::{Decision, Reason};
use super::happening::Desk;
use super::index::Concern;

impl Desk<'_> {
    /// Something happened that concerns these triggers and goals: goals are reached, some triggers are called off, some
    /// start their clocks.
    pub fn concern(&mut self, agenda: &mut Agenda, concern: &Concern, fields: &[Value], at: i64) {
        self.reach(agenda, &concern.reaches, fields, at);
        for trigger in &concern.calls_off {
            self.call_off(agenda, *trigger as usize, at);
        }
        if !concern.calls_off.is_empty() {
            agenda.mark(concern.key, at, self.now);
        }
        for (trigger, source) in &concern.sets_off {
            let (index, source) = (*trigger as usize, *source as usize);
            let Some(declared) = self.program.bot.triggers.get(index) else {
                continue;
            };
            let condition = match declared.sources.get(source) {
                Some(TriggerSource::On { condition, .. }) => *condition,
                _ => None,
            };
            if condition.is_none_or(|condition| self.scope(fields).yes(condition)) {
                self.arm(agenda, index, fields.to_vec(), at, concern.by_customer);
            }
        }
    }

    /// Ends the clocks of a trigger that count from an event not later than this moment.
    fn call_off(&mut self, agenda: &mut Agenda, index: usize, at: i64) {
        let Some(key) = self.index.keys.get(index).copied() else {
            return;
        };
        let before = agenda.pending.len();
        agenda
            .pending
            .retain(|pending| pending.trigger != key || pending.since > at);
        for _ in agenda.pending.len()..before {
            self.pass(index, Reason::CalledOff);
        }
        agenda
            .watches
            .retain(|watch| watch.pending.trigger != key || watch.pending.since > at);
    }

    /// Starts the clock of a trigger, or starts it again.
    pub fn arm(
        &mut self,
        agenda: &mut Agenda,
        index: usize,
        fields: Vec<Value>,
        since: i64,
        by_customer: bool,
    ) {
        let (Some(declared), Some(key)) = (
            self.program.bot.triggers.get(index),
            self.index.keys.get(index).copied(),
        ) else {
            return;
        };
        let mut running = agenda.pending.iter_mut();
        let running = running.find(|pending| pending.trigger == key && pending.tried == 0);
        if running.as_ref().is_some_and(|running| running.since > since) {
            self.pass(index, Reason::Overtaken);
            return;
        }
        let ready = since.saturating_add(declared.after_ms.max(0));
        let pending = Pending {
            trigger: key,
            fields,
            since,
            ready,
            due: ready,
            waits: false,
            by_customer,
            on: self.on.clone().filter(|_| by_customer),
            tried: 0,
            wrote: None,
        };
        match running {
            Some(running) => *running = pending,
            None => agenda.pending.push(pending),
        }
        // What calls it off may have been heard of first.
        let later = |what: &Occurrence| {
            let key = self.key_of(what);
            let marked = agenda.marks.iter().find(|(known, _)| Some(*known) == key);
            marked.is_some_and(|(_, at)| *at > since)
        };
        if declared.unless.iter().any(later) {
            agenda
                .pending
                .retain(|pending| pending.trigger != key || pending.tried != 0);
            self.pass(index, Reason::CalledOff);
        }
    }

    fn key_of(&self, what: &Occurrence) -> Option<u64> {
        let concern = match what {
            Occurrence::Event(id) => self.index.of_event(*id),
            Occurrence::CommentAbout(id) => self.index.of_comment(*id),
            Occurrence::Entered(id) => self.index.of_stage(*id),
            Occurrence::Asked(id) => self.index.of_asked(*id),
            Occurrence::Joined(id) => self.index.of_segment(*id, true),
            Occurrence::Left(id) => self.index.of_segment(*id, false),
        };
        concern.map(|concern| concern.key)
    }

    /// Looks which segments the person has joined or left since they were last looked at. What somebody is when first
    /// looked at is no joining.
    pub fn review(&mut self, agenda: &mut Agenda, segments: &[(SegmentId, u64)]) {
        for (segment, key) in segments {
            let Some(declared) = self.program.bot.segments.get(segment.index()) else {
                continue;
            };
            let belongs = self.scope(&[]).yes(declared.condition);
            let known = agenda.segments.iter_mut().find(|(known, _)| known == key);
            match known {
                None => agenda.segments.push((*key, belongs)),
                Some((_, before)) if *before == belongs => {}
                Some((_, before)) => {
                    *before = belongs;
                    if let Some(concern) = self.index.of_segment(*segment, belongs) {
                        self.concern(agenda, concern, &[], self.now);
                    }
                }
            }
        }
    }

    pub fn pass(&mut self, index: usize, reason: Reason) {
        self.out.push(Decision::Passed {
            trigger: index.into(),
            reason,
        });
    }
}
