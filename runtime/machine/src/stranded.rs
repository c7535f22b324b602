//! A conversation whose place the present version of the bot does not have (semantics 19): `on stranded` has its turn,
//! then the flow begins anew with the answers that are known.

use botflow_artifact::*;

use crate::conversation::{Carried, FrameKind, NOWHERE, Owner, Pending};
use crate::effect::Effect;
use crate::event::{EventKind, OperatorEvent};
use crate::reading::Heard;
use crate::turn::{Next, Turn};

impl Turn<'_> {
    /// What moves a stranded conversation: the customer, its clock, what it waited for. `true` if the event has been
    /// dealt with.
    pub fn meets_stranded(&mut self, event: &EventKind) -> bool {
        let waits = |turn: &Self, is_it: fn(&Pending) -> bool| {
            let frame = turn.c.frames.last();
            frame
                .and_then(|frame| frame.pending.as_deref())
                .is_some_and(is_it)
        };
        let called = |turn: &Self, number: u32| {
            let frame = turn.c.frames.last();
            let pending = frame.and_then(|frame| frame.pending.as_deref());
            matches!(pending, Some(Pending::Call { number: one, .. }) if *one == number)
        };
        match event {
            EventKind::Message { text, .. }
            | EventKind::Press { label: text, .. }
            | EventKind::Media { caption: text, .. } => {
                // The law's words are heard first, whatever the conversation is about.
                if self.hears_stop(text) {
                    return true;
                }
                // What is said for that reason answers the message, too.
                self.c.wrote_at = self.now;
                self.go_on_stranded();
                false
            }
            EventKind::Timer { id } => {
                if self.c.timer.is_some() && *id == self.c.timers {
                    self.c.timer = None;
                    self.go_on_stranded();
                }
                true
            }
            EventKind::CallResult { call, .. } => {
                if called(self, *call) {
                    self.go_on_stranded();
                }
                true
            }
            EventKind::CallFailed { call, .. } => {
                self.has_not_done(*call);
                if called(self, *call) {
                    self.go_on_stranded();
                }
                true
            }
            EventKind::Custom { .. } => {
                if waits(self, |pending| matches!(pending, Pending::Event(_))) {
                    self.go_on_stranded();
                }
                false
            }
            // A colleague answers a question that is not asked any more: it stays among people.
            EventKind::Operator(OperatorEvent::Writes { text, .. } | OperatorEvent::Answers { text, .. }) => {
                self.out.push(Effect::Note(text.clone()));
                self.go_on_stranded();
                true
            }
            _ => false,
        }
    }

    fn go_on_stranded(&mut self) {
        self.overhears = true;
        self.c.question = None;
        let next = self.stranded();
        self.run(next);
    }

    /// The topmost frame cannot go on where it rested: `on stranded`, once, then the flow begins anew.
    pub fn stranded(&mut self) -> Next {
        let said = self.top().is_none_or(|frame| frame.hash == PlaceHash(0));
        if let Some(frame) = self.top() {
            frame.pending = None;
        }
        if said {
            return self.begin_anew();
        }
        // Once is enough, however many frames it is about.
        for frame in self.c.frames.iter_mut().filter(|frame| frame.at == NOWHERE) {
            frame.hash = PlaceHash(0);
        }
        let p = self.p;
        let hears = |id: &&HandlerId| {
            p.bot
                .handlers
                .get(id.index())
                .is_some_and(|handler| handler.hears == Hears::Stranded && self.listens(handler, None))
        };
        match p.bot.always.iter().find(hears).copied() {
            Some(handler) => Some(self.push_handler(handler, None)),
            None => self.begin_anew(),
        }
    }

    /// The flow of the topmost frame begins anew with what is known. A digression is over instead; what follows an
    /// escalation goes on behind it; and for a flow that does not exist any more the one that ran it begins anew.
    fn begin_anew(&mut self) -> Next {
        loop {
            let Some(frame) = self.c.frames.last() else {
                return self.begin_start();
            };
            if frame.at != NOWHERE {
                return self.resume();
            }
            match frame.kind {
                FrameKind::Handler { .. } => self.pop_frame(),
                FrameKind::Way => {
                    self.pop_frame();
                    if self.c.frames.last().is_some_and(|frame| frame.at != NOWHERE) {
                        return self.behind();
                    }
                }
                FrameKind::Started | FrameKind::Run if frame.flow == FlowId::ALWAYS => {
                    self.pop_frame();
                    if let Some(frame) = self.c.frames.last_mut() {
                        frame.at = NOWHERE;
                        frame.hash = PlaceHash(0);
                    }
                }
                FrameKind::Started | FrameKind::Run => return self.run_anew(),
            }
        }
    }

    /// Runs the flow of the topmost frame from its beginning. Its parameters and the answers to its questions are kept.
    fn run_anew(&mut self) -> Next {
        let p = self.p;
        let index = self.c.frames.len() - 1;
        let frame = self.c.frames.last_mut()?;
        let id = frame.flow;
        let Some(flow) = p.bot.flows.get(id.index()) else {
            self.fault(crate::Fault::Lost);
            return None;
        };
        let asked: Vec<SlotId> = (p.bot.places.iter())
            .filter(|place| place.flow == id)
            .filter_map(|place| match &place.kind {
                PlaceKind::Ask(ask) => match ask.into {
                    AskTarget::Slot(slot) => Some(slot),
                    AskTarget::Customer(_) => None,
                },
                _ => None,
            })
            .collect();
        let mut slots = Vec::new();
        for (at, value) in frame.slots.iter_mut().enumerate() {
            let slot = SlotId::from(at);
            if asked.contains(&slot) {
                if value.is_known() {
                    slots.push(slot);
                }
            } else if at >= flow.params as usize {
                *value = Value::Unknown;
            }
        }
        frame.answered.clear();
        frame.tries = 0;
        frame.retrying = false;
        frame.insists = false;
        frame.form = None;
        frame.pending = None;
        self.c.question = None;
        self.c.owner = Owner::Bot;
        if !slots.is_empty() || self.c.carried.is_some() {
            let carried = self.c.carried.get_or_insert_default();
            (carried.frame, carried.slots) = (index as u32, slots);
        }
        self.begins_anew();
        Some(flow.entry)
    }

    /// A question is reached whose answer is known from before the flow began anew: it counts as answered, unless a
    /// check says no now.
    pub fn answered_before(&mut self, id: PlaceId, ask: &Ask) -> bool {
        let AskTarget::Slot(slot) = ask.into else {
            return false;
        };
        let index = self.c.frames.len().wrapping_sub(1);
        let Some(carried) = self
            .c
            .carried
            .as_deref_mut()
            .filter(|carried| carried.frame as usize == index)
        else {
            return false;
        };
        let Some(at) = carried.slots.iter().position(|one| *one == slot) else {
            return false;
        };
        carried.slots.remove(at);
        let value = self.get(slot);
        self.set(slot, Value::Unknown);
        value.is_known() && self.store(id, ask, value).is_ok()
    }

    /// A variable got a value in another way, or frames were dropped: what was carried for them is over.
    pub fn carries_no_more(&mut self, is_over: impl Fn(&Carried) -> bool) {
        if let Some(carried) = &mut self.c.carried
            && is_over(carried)
        {
            carried.slots.clear();
        }
        if self
            .c
            .carried
            .as_deref()
            .is_some_and(|carried| carried.slots.is_empty() && carried.done.is_empty())
        {
            self.c.carried = None;
        }
    }

    /// What the customer wrote to a conversation that was stranded is no answer to the question put now, but handlers
    /// hear it.
    pub fn overheard(&mut self, heard: &Heard<'_>) -> Next {
        if heard.text.is_empty() || self.resting().is_none() {
            return None;
        }
        let pattern = self.pattern(heard);
        let matches = self.matches(heard);
        if let Some(next) = self.certain(heard, &matches, pattern) {
            return next;
        }
        if let Some(next) = self.probable(heard, &matches) {
            return next;
        }
        if self.faq(heard) {
            self.understood();
            let (id, place) = self.resting()?;
            let asks = matches!(
                place.kind,
                PlaceKind::Ask(_) | PlaceKind::Choose(_) | PlaceKind::Verify(_)
            );
            return if asks { self.ask_again(id) } else { None };
        }
        None
    }
}
