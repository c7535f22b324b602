//! Actions happen once, also where a flow begins anew under a later version of its bot (semantics 19.5): what a running
//! flow has done is remembered until its frame is gone, and taken as done where the new version reaches it.

use botflow_artifact::{Call, CallId, CallKind, CallSite, Value};

use crate::conversation::{Done, FrameKind, MAX_DONE};
use crate::event::EventKind;
use crate::turn::Turn;

/// What is known of a call that is reached.
pub(crate) enum Known {
    /// It was done, and gave this.
    Did(Value),
    /// It is under way, with this number.
    UnderWay(u32),
}

impl Turn<'_> {
    /// An action is asked for.
    pub fn does(&mut self, call: CallId, args: &[Value], number: u32) {
        let is_action = |call: &Call| call.kind == CallKind::Action;
        if !self.p.bot.calls.get(call.index()).is_some_and(is_action) {
            return;
        }
        // A handler does not begin anew.
        let runs = |kind: FrameKind| matches!(kind, FrameKind::Started | FrameKind::Run);
        if !self.c.frames.last().is_some_and(|frame| runs(frame.kind)) {
            return;
        }
        let frame = self.c.frames.len() as u32 - 1;
        let known = &mut self.c.carried.get_or_insert_default().done;
        if known.len() >= MAX_DONE {
            known.remove(0);
        }
        known.push(Done {
            frame,
            call,
            args: args.to_vec(),
            number,
            result: None,
            before: false,
        });
    }

    /// What a system answers is noted, whatever else becomes of it.
    pub fn has_done(&mut self, event: &EventKind) {
        if let EventKind::CallResult { call, value } = event {
            let known = self.c.carried.iter_mut().flat_map(|carried| &mut carried.done);
            for done in known.filter(|done| done.number == *call && done.result.is_none()) {
                done.result = Some(value.clone());
            }
        }
    }

    /// An action has failed for good: it may be tried again.
    pub fn has_not_done(&mut self, number: u32) {
        if let Some(carried) = &mut self.c.carried {
            carried
                .done
                .retain(|done| done.number != number || done.result.is_some());
        }
    }

    /// An action is reached by a flow that began anew: each time that it was done before counts once.
    pub fn was_done(&mut self, site: &CallSite, args: &[Value]) -> Option<Known> {
        let top = self.c.frames.len().checked_sub(1)? as u32;
        let is_it = |done: &&mut Done| {
            done.before && done.frame <= top && done.call == site.call && done.args == args
        };
        let done = self.c.carried.as_deref_mut()?.done.iter_mut().find(is_it)?;
        (done.before, done.frame) = (false, top);
        Some(match &done.result {
            Some(value) => Known::Did(value.clone()),
            None => Known::UnderWay(done.number),
        })
    }

    /// Frames above the first so many are gone. What a flow has done is now what the one that ran it has done; what was
    /// done for a handler is over.
    pub fn done_below(&mut self, count: usize) {
        let Some(carried) = &mut self.c.carried else {
            return;
        };
        let below = count.checked_sub(1).and_then(|below| self.c.frames.get(below));
        let kept = below.is_some_and(|frame| matches!(frame.kind, FrameKind::Started | FrameKind::Run));
        carried.done.retain_mut(|done| {
            if (done.frame as usize) < count {
                return true;
            }
            done.frame = count.saturating_sub(1) as u32;
            kept && !done.before
        });
    }

    /// The topmost flow begins anew: what it has done will be taken as done.
    pub fn begins_anew(&mut self) {
        let top = self.c.frames.len().saturating_sub(1) as u32;
        let known = self.c.carried.iter_mut().flat_map(|carried| &mut carried.done);
        for done in known.filter(|done| done.frame >= top) {
            done.before = true;
        }
    }
}
