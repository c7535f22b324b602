//! Calls: asking for them, results, failures, retries, keeping company (semantics 8).

use botflow_artifact::*;
use smol_str::SmolStr;

use crate::conversation::Pending;
use crate::done::Known;
use crate::effect::{CallRequest, Effect};
use crate::turn::{Next, Turn, mix};

/// How long an attempt may take where the declaration does not say.
const TIMEOUT_MS: i64 = 30_000;

impl Turn<'_> {
    /// Reaches a `call`.
    pub fn enter_call(&mut self, id: PlaceId, place: &Place, site: &CallSite) -> Next {
        let args: Vec<Value> = site.args.iter().map(|arg| self.eval(*arg)).collect();
        let known = self.was_done(site, &args);
        if let Some(Known::Did(value)) = known {
            if let Some(slot) = site.result {
                self.set(slot, value);
            }
            return Some(place.then);
        }
        self.rest_at(id);
        let number = match known {
            Some(Known::UnderWay(number)) => number,
            _ => {
                self.c.calls = self.c.calls.wrapping_add(1);
                self.c.calls
            }
        };
        let until = self.give_up_at(site.call);
        let company = site
            .waiting
            .map(|(after, _)| self.now.saturating_add(after.max(0)));
        let retries = self
            .p
            .bot
            .calls
            .get(site.call.index())
            .is_some_and(|call| call.retry > 0);
        // Arguments are kept only if they may be needed again.
        let kept = if retries { args.clone() } else { Vec::new() };
        if let Some(frame) = self.top() {
            frame.pending = Some(Box::new(Pending::Call {
                number,
                attempt: 1,
                args: kept,
                until,
                company,
            }));
        }
        if known.is_none() {
            self.does(site.call, &args, number);
            self.request(site.call, number, 1, args);
        }
        None
    }

    fn give_up_at(&self, call: CallId) -> i64 {
        let declared = self
            .p
            .bot
            .calls
            .get(call.index())
            .map_or(0, |call| call.timeout_ms);
        self.now
            .saturating_add(if declared > 0 { declared } else { TIMEOUT_MS })
    }

    fn request(&mut self, call: CallId, number: u32, attempt: u32, args: Vec<Value>) {
        let key = mix(self
            .c
            .id
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .wrapping_add(u64::from(number)));
        self.out.push(Effect::Call(Box::new(CallRequest {
            call,
            number,
            attempt,
            key,
            args,
        })));
    }

    /// The frame that waits for a call.
    fn waits_for_call(&self, call: u32) -> Option<usize> {
        let waits = |pending: &Pending| matches!(pending, Pending::Call { number, .. } if *number == call);
        self.c
            .frames
            .iter()
            .rposition(|frame| frame.pending.as_deref().is_some_and(waits))
    }

    /// The call of a frame.
    fn site(&self, frame: usize) -> Option<&CallSite> {
        match &self.p.bot.places.get(self.c.frames.get(frame)?.at.index())?.kind {
            PlaceKind::Call(site) => Some(site),
            _ => None,
        }
    }

    /// A call has succeeded.
    pub fn call_result(&mut self, call: u32, value: Value) {
        if let Some(frame) = self.waits_for_call(call) {
            self.keep(frame, Pending::Arrived(value));
        }
    }

    /// An attempt has failed, or has taken too long.
    pub fn call_failed(&mut self, call: u32, failed: u32, failure: Option<&SmolStr>) {
        let Some(frame) = self.waits_for_call(call) else {
            return;
        };
        let Some(site) = self.site(frame) else {
            // A later version of the bot does not have the place: nothing is tried again.
            self.has_not_done(call);
            return self.keep(frame, Pending::Missed(None));
        };
        let id = site.call;
        let Some(declared) = self.p.bot.calls.get(id.index()) else {
            return;
        };
        let Some(Pending::Call {
            attempt, args, until, ..
        }) = self.c.frames[frame].pending.as_deref_mut()
        else {
            return;
        };
        if *attempt != failed {
            return;
        }
        let named = failure.and_then(|name| declared.fails.iter().position(|one| one == name));
        if named.is_none() && failed <= declared.retry {
            *attempt = failed.saturating_add(1);
            let args = args.clone();
            let next = *attempt;
            *until = self.now;
            let give_up = self.give_up_at(id);
            if let Some(Pending::Call { until, .. }) = self.c.frames[frame].pending.as_deref_mut() {
                *until = give_up;
            }
            self.request(id, call, next, args);
            return;
        }
        self.has_not_done(call);
        self.keep(frame, Pending::Missed(named.map(|index| index as u32)));
    }

    /// What a frame waited for is there; it goes on if it is the topmost one.
    pub fn keep(&mut self, frame: usize, arrived: Pending) {
        match &mut self.c.frames[frame].pending {
            Some(pending) => **pending = arrived,
            pending => *pending = Some(Box::new(arrived)),
        }
        if frame + 1 == self.c.frames.len() && self.c.owner == crate::Owner::Bot {
            let next = self.settle();
            self.run(next);
        }
    }

    /// Goes on if what the topmost frame waits for has come; else it goes on waiting.
    pub fn settle(&mut self) -> Next {
        let (_, place) = self.resting()?;
        let frame = self.top()?;
        if !matches!(
            frame.pending.as_deref(),
            Some(Pending::Arrived(_) | Pending::Missed(_) | Pending::Late(_))
        ) {
            return None;
        }
        let pending = frame.pending.take().map(|pending| *pending);
        match (&place.kind, pending) {
            (PlaceKind::Call(site), Some(Pending::Arrived(value))) => {
                if let Some(slot) = site.result {
                    self.set(slot, value);
                }
                Some(place.then)
            }
            (PlaceKind::Call(site), Some(Pending::Missed(named))) => self.failed(place, site, named),
            (PlaceKind::WaitFor(wait), Some(Pending::Arrived(fields))) => {
                if let Some(slot) = wait.into {
                    self.set(slot, fields);
                }
                Some(place.then)
            }
            (PlaceKind::WaitFor(wait), Some(Pending::Missed(_))) => {
                if let Some(slot) = wait.into {
                    self.set(slot, Value::Unknown);
                }
                Some(wait.otherwise.unwrap_or(place.then))
            }
            (PlaceKind::AskQueue(ask), Some(Pending::Arrived(value))) => {
                self.set(ask.into, value);
                Some(place.then)
            }
            (PlaceKind::AskQueue(ask), Some(Pending::Late(clock))) => {
                self.set(ask.into, Value::Unknown);
                Some(ask.nobody.get(clock as usize).map_or(place.then, |(_, way)| *way))
            }
            (PlaceKind::AskQueue(ask), Some(Pending::Missed(_))) => {
                self.set(ask.into, Value::Unknown);
                Some(ask.closed.unwrap_or(place.then))
            }
            _ => Some(place.then),
        }
    }

    /// A call has failed for good (8.3).
    fn failed(&mut self, place: &Place, site: &CallSite, named: Option<u32>) -> Next {
        if let Some(slot) = site.result {
            self.set(slot, Value::Unknown);
        }
        let own = named.and_then(|named| site.fails.iter().find(|(index, _)| *index == named));
        if let Some(way) = own.map(|(_, way)| *way).or(site.failed) {
            return Some(way);
        }
        match self.hearer(|hears| matches!(hears, Hears::Failed)) {
            Some((handler, level)) => {
                // When the handler comes back, the flow goes on behind the call without a result.
                if let Some(frame) = self.top() {
                    frame.pending = Some(Box::new(Pending::Arrived(Value::Unknown)));
                }
                Some(self.push_handler(handler, level))
            }
            None => Some(place.then),
        }
    }

    /// Keeps the customer company (8.4).
    pub fn keep_company(&mut self) {
        let frame = self.c.frames.len().wrapping_sub(1);
        if let Some((_, way)) = self.site(frame).and_then(|site| site.waiting) {
            self.company = true;
            self.run(Some(way));
            self.company = false;
        }
    }
}
