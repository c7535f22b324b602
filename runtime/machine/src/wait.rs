//! Waits and events (semantics 9), questions to colleagues and codes that prove an address (11.12, 11.13).

use botflow_artifact::*;
use smol_str::SmolStr;

use crate::MAX_COUNTED;
use crate::card::Proof;
use crate::conversation::{Owner, Pending};
use crate::effect::Effect;
use crate::reading::Heard;
use crate::turn::{Next, Turn, mix};

impl Turn<'_> {
    fn wait_until(&self, duration: &Value) -> Option<i64> {
        match duration {
            Value::Duration(span) if *span > 0 => Some(self.now.saturating_add(*span)),
            _ => None,
        }
    }

    fn park(&mut self, id: PlaceId, pending: Pending) -> Next {
        self.rest_at(id);
        if let Some(frame) = self.top() {
            frame.pending = Some(Box::new(pending));
        }
        None
    }

    /// Reaches a `wait`.
    pub fn enter_wait(&mut self, id: PlaceId, place: &Place, duration: Value) -> Next {
        match self.wait_until(&duration) {
            Some(until) => self.park(id, Pending::Moment(until)),
            None => Some(place.then),
        }
    }

    /// Reaches a `wait for`.
    pub fn enter_wait_for(&mut self, id: PlaceId, place: &Place, wait: &WaitFor) -> Next {
        let until = match wait.within {
            None => None,
            Some(within) => match self.wait_until(&self.eval(within)) {
                Some(until) => Some(until),
                None => {
                    if let Some(slot) = wait.into {
                        self.set(slot, Value::Unknown);
                    }
                    return Some(wait.otherwise.unwrap_or(place.then));
                }
            },
        };
        self.park(id, Pending::Event(until))
    }

    /// An event happened to the person (9.2).
    pub fn event(&mut self, name: &str, fields: Vec<Value>) {
        let Some(event) = self.p.event_named(name) else {
            return;
        };
        if self.p.counted[event.index()] {
            let seen = &mut self.c.person.occurrences;
            let at = match seen.iter().position(|(one, _)| *one == event) {
                Some(at) => at,
                None => {
                    seen.push((event, Vec::new()));
                    seen.len() - 1
                }
            };
            let moments = &mut seen[at].1;
            if moments.len() >= MAX_COUNTED {
                moments.remove(0);
            }
            moments.push(self.now);
        }
        self.c.person.opts(name, &fields, self.now);
        for field in self.p.looked_back.iter().filter(|(one, _)| *one == event) {
            if let Some(value) = fields.get(field.1 as usize).filter(|value| value.is_known()) {
                let (at, value) = (self.now, value.clone());
                self.c.person.bring(event, field.1, at, value);
            }
        }
        self.fields = fields;
        if let Some(frame) = self.waits_for_event(event) {
            let fields = Value::Record(self.fields.clone());
            self.keep(frame, Pending::Arrived(fields));
            return;
        }
        if self.c.owner == Owner::Bot
            && let Some((handler, level)) =
                self.hearer(|hears| matches!(hears, Hears::Event(one) if *one == event))
        {
            let code = self.push_handler(handler, level);
            self.run(Some(code));
        }
    }

    /// The topmost frame that waits for an event whose `if` is yes.
    fn waits_for_event(&self, event: EventId) -> Option<usize> {
        (0..self.c.frames.len()).rev().find(|index| {
            let frame = &self.c.frames[*index];
            if !matches!(frame.pending.as_deref(), Some(Pending::Event(_))) {
                return false;
            }
            match self.p.bot.places.get(frame.at.index()).map(|place| &place.kind) {
                Some(PlaceKind::WaitFor(wait)) => {
                    wait.event == event && self.scope_of(*index).allows(wait.condition)
                }
                _ => false,
            }
        })
    }

    /// Reaches an `ask queue`.
    pub fn enter_ask_queue(&mut self, id: PlaceId, _place: &Place, ask: &AskQueue) -> Next {
        if let Some(closed) = ask.closed
            && !self.scope().open(ask.queue)
        {
            self.set(ask.into, Value::Unknown);
            return Some(closed);
        }
        self.ask_colleagues(ask);
        let since = self.now;
        // With a way for it the queue is open here.
        let closes = ask.closed.and_then(|_| self.scope().closes(ask.queue));
        let pending = Pending::Queue {
            since,
            nudged: 0,
            closes,
        };
        self.park(id, pending)
    }

    fn ask_colleagues(&mut self, ask: &AskQueue) {
        let question = self.scope().text_in_first(ask.question);
        self.out.push(Effect::AskQueue {
            queue: ask.queue,
            question,
        });
    }

    /// The frame that waits for colleagues, and its question.
    fn waits_for_colleagues(&self) -> Option<(usize, AskQueue)> {
        let waits = |pending: &Pending| matches!(pending, Pending::Queue { .. });
        let frame = self
            .c
            .frames
            .iter()
            .rposition(|frame| frame.pending.as_deref().is_some_and(waits))?;
        match &self.p.bot.places.get(self.c.frames[frame].at.index())?.kind {
            PlaceKind::AskQueue(ask) => Some((frame, (**ask).clone())),
            _ => None,
        }
    }

    /// A colleague wrote while a question to colleagues is open.
    pub fn colleague_answers(&mut self, name: &SmolStr, text: &str) -> bool {
        let Some((frame, ask)) = self.waits_for_colleagues() else {
            return false;
        };
        let value = self
            .scope_of(frame)
            .read(ask.ty, &Heard::new(text))
            .map(|found| found.value);
        match value {
            Some(value) => {
                let operator = name.clone();
                self.out.push(Effect::ColleagueAnswered { operator });
                self.keep(frame, Pending::Arrived(value));
            }
            None => self.ask_colleagues(&ask),
        }
        true
    }

    /// The queue that was asked has closed.
    pub fn colleagues_are_gone(&mut self) -> bool {
        match self.waits_for_colleagues() {
            Some((frame, ask)) if ask.closed.is_some() => {
                self.keep(frame, Pending::Missed(None));
                true
            }
            _ => false,
        }
    }

    /// Reaches a `verify`.
    pub fn enter_verify(&mut self, id: PlaceId, place: &Place, verify: &Verify) -> Next {
        self.leave_for(id);
        self.start_tries();
        if !self.send_code(verify) {
            return Some(verify.failed.unwrap_or(place.then));
        }
        self.put_first(id)
    }

    /// Sends a new code to the address, if it is known.
    pub fn send_code(&mut self, verify: &Verify) -> bool {
        let address = self.scope().customer(verify.field);
        if address.is_unknown() {
            return false;
        }
        let number = mix(self.seed ^ self.c.id ^ mix(u64::from(self.c.puts) + 1)) % 1_000_000;
        let code = SmolStr::from(format!("{number:06}"));
        self.out.push(Effect::SendCode {
            field: verify.field,
            address,
            code: code.clone(),
        });
        if let Some(frame) = self.top() {
            frame.pending = Some(Box::new(Pending::Code(code)));
        }
        true
    }

    /// The customer wrote the code.
    pub fn code_written(&mut self, place: &Place, verify: &Verify, heard: &Heard<'_>) -> Option<Next> {
        let written: String = heard
            .text
            .chars()
            .filter(|c| !c.is_whitespace())
            .take(8)
            .collect();
        let Some(Pending::Code(code)) = self.c.frames.last()?.pending.as_deref() else {
            return None;
        };
        if *code != written {
            return None;
        }
        self.understood();
        if let Some(asked) = self.top().map(|frame| frame.asked) {
            self.known_by_now(asked);
        }
        self.start_tries();
        self.c.question = None;
        if let Some(frame) = self.top() {
            frame.pending = None;
        }
        self.replied = self.c.frames.last().map(|frame| frame.at);
        self.c.person.prove(verify.field, Proof::Verified, self.now);
        self.out.push(Effect::Verified { field: verify.field });
        Some(Some(place.then))
    }
}
