//! Running flows and handlers, each found again or stranded.

use botflow_artifact::*;
use smallvec::SmallVec;

use super::versions::Versions;
use super::{Gone, Unfit, UpgradeNote, name_of, slot_name};
use crate::conversation::{Carried, Conversation, Done, Frame, FrameKind, NOWHERE, Pending};

impl Versions<'_> {
    /// All frames, outermost first.
    pub fn frames(&self, conversation: &mut Conversation, notes: &mut Vec<UpgradeNote>) {
        let before = std::mem::take(&mut conversation.frames);
        for (index, frame) in before.iter().enumerate() {
            let carried = match self.goes_on(&conversation.frames, &before, index, notes) {
                Ok(carried) => carried,
                Err(why) => {
                    if frame.at != NOWHERE {
                        let place = name_of(&self.old.bot, frame.at);
                        notes.push(UpgradeNote::Stranded { place, why });
                    }
                    self.stranded(frame, &conversation.frames, notes)
                }
            };
            conversation.frames.push(carried);
        }
        conversation.carried = conversation.carried.take().and_then(|carried| {
            let at = carried.frame as usize;
            let slots = match (before.get(at), conversation.frames.get(at)) {
                (Some(old), Some(new)) => {
                    let slots = carried.slots.iter();
                    slots
                        .filter_map(|slot| self.slot(old.flow, *slot, new.flow))
                        .collect()
                }
                _ => Vec::new(),
            };
            let carried = Carried {
                frame: carried.frame,
                slots,
                done: self.done(carried.done, notes),
            };
            (!carried.slots.is_empty() || !carried.done.is_empty()).then(|| Box::new(carried))
        });
        // Only the topmost frame's clock wakes a stranded conversation.
        let timer = conversation.timer;
        let wakes = conversation.is_stranded();
        let top = conversation.frames.len().wrapping_sub(1);
        for (index, frame) in conversation.frames.iter_mut().enumerate() {
            if frame.at != NOWHERE {
                continue;
            }
            let wakes = wakes && index == top;
            let waits_for_event = wakes && matches!(frame.pending.as_deref(), Some(Pending::Event(_)));
            frame.pending = match frame.pending.take() {
                Some(pending) if wakes && matches!(*pending, Pending::Call { .. } | Pending::Moment(_)) => {
                    Some(pending)
                }
                _ if waits_for_event => Some(Box::new(Pending::Event(timer))),
                _ if wakes => timer.map(|at| Box::new(Pending::Moment(at))),
                _ => None,
            };
        }
        if conversation.is_stranded() {
            conversation.question = None;
        }
    }

    /// The bot has the conversation, cannot go on where it rests, and says so as soon as it can.
    pub fn strand_at_once(&self, conversation: &mut Conversation) {
        let at = conversation.last_at;
        if let Some(frame) = conversation.frames.last_mut() {
            frame.at = NOWHERE;
            frame.asked = NOWHERE;
            frame.open = false;
            frame.form = None;
            frame.pending = Some(Box::new(Pending::Moment(at)));
        }
        conversation.question = None;
    }

    /// Actions that were done, as those of the new version. What is another action now, or is given something else, is done
    /// anew, if it is reached.
    fn done(&self, done: Vec<Done>, notes: &mut Vec<UpgradeNote>) -> Vec<Done> {
        let carried = |one: &Done| {
            let was = self.old.bot.calls.get(one.call.index())?;
            let call = self.call(one.call)?;
            let is = self.new.bot.calls.get(call.index())?;
            let result = match &one.result {
                None => None,
                Some(value) => Some(crate::upgrade::carried_result(
                    self.old, self.new, one.call, value,
                )?),
            };
            Some(Done {
                frame: one.frame,
                call,
                args: self.all_carried(&one.args, &was.params, &is.params)?,
                number: one.number,
                result,
                before: one.before,
            })
        };
        let mut kept = Vec::with_capacity(done.len());
        for one in done {
            if let Some(carried) = carried(&one) {
                kept.push(carried);
                continue;
            }
            let name = self
                .old
                .bot
                .calls
                .get(one.call.index())
                .map_or("", |call| call.name.as_str());
            notes.push(UpgradeNote::Dropped {
                name: format!("action {name}"),
                value: one.result.unwrap_or_default(),
                why: match self.call(one.call) {
                    Some(_) => Unfit::Changed,
                    None => Unfit::Removed,
                },
            });
        }
        kept
    }

    fn slot(&self, from: FlowId, slot: SlotId, to: FlowId) -> Option<SlotId> {
        let sources = self.sources(from, to);
        let at = sources.iter().position(|one| *one == Some(slot.index()));
        at.map(SlotId::from)
    }

    /// A frame where it goes on. `below` are those already carried over.
    fn goes_on(
        &self,
        below: &[Frame],
        before: &[Frame],
        index: usize,
        notes: &mut Vec<UpgradeNote>,
    ) -> Result<Frame, Gone> {
        let frame = &before[index];
        let at = self.place(frame.at).ok_or(Gone::Removed)?;
        let place = self.new.bot.places.get(at.index()).ok_or(Gone::Removed)?;
        let flow = place.flow;
        let works_on = match frame.kind {
            FrameKind::Handler { of: Some(of) } => Some(below.get(of as usize).ok_or(Gone::Changed)?),
            _ => None,
        };
        let same = match works_on {
            Some(other) => other.flow == flow,
            None => (frame.flow == FlowId::ALWAYS) == (flow == FlowId::ALWAYS),
        };
        let inner = before.get(index + 1).filter(|inner| inner.kind == FrameKind::Run);
        let inner = inner.map(|inner| inner.flow);
        if !same || !self.waits_for_the_same(frame.at, place, inner) {
            return Err(Gone::Changed);
        }
        let mut dropped = Vec::new();
        let slots = match works_on {
            None => self.slots(frame, flow, &mut dropped),
            Some(_) => Vec::new(),
        };
        let own = works_on.map_or(slots.as_slice(), |other| other.slots.as_slice());
        let its = match frame.kind {
            FrameKind::Handler { of: Some(of) } => before.get(of as usize).unwrap_or(frame),
            _ => frame,
        };
        if self.lacks((frame, &its.slots), at, own) {
            return Err(Gone::Lacks);
        }
        let pending = match frame.pending {
            None => None,
            Some(_) => Some(Box::new(self.pending(frame, place).ok_or(Gone::Changed)?)),
        };
        notes.append(&mut dropped);
        Ok(Frame {
            flow,
            kind: frame.kind,
            at,
            asked: self.place(frame.asked).unwrap_or(NOWHERE),
            open: frame.open && self.place(frame.asked).is_some(),
            hash: place.hash,
            slots,
            answered: self.places(&frame.answered, flow),
            tries: frame.tries,
            retrying: frame.retrying,
            insists: frame.insists,
            form: frame.form.as_deref().and_then(|form| {
                let mut carried = form.clone();
                carried.place = self.place(form.place)?;
                carried.answered = self.places::<4>(&form.answered, flow).into_vec();
                carried.last = self.place(form.last).unwrap_or(NOWHERE);
                let kind = &self.new.bot.places.get(carried.place.index())?.kind;
                matches!(kind, PlaceKind::Form(_)).then(|| Box::new(carried))
            }),
            pending,
        })
    }

    fn places<const N: usize>(&self, old: &[PlaceId], flow: FlowId) -> SmallVec<[PlaceId; N]>
    where
        [PlaceId; N]: smallvec::Array<Item = PlaceId>,
    {
        let found = old.iter().filter_map(|place| self.place(*place));
        let here = |place: &PlaceId| {
            self.new
                .bot
                .places
                .get(place.index())
                .is_some_and(|one| one.flow == flow)
        };
        found.filter(here).collect()
    }

    /// The variables of a frame that has its own, as those of a flow of the new version.
    fn slots(&self, frame: &Frame, flow: FlowId, notes: &mut Vec<UpgradeNote>) -> Vec<Value> {
        let (old, new) = (
            self.old.bot.flows.get(frame.flow.index()),
            self.new.bot.flows.get(flow.index()),
        );
        let (Some(old), Some(new)) = (old, new) else {
            return Vec::new();
        };
        let mut note = |slot: &Slot, value: &Value, why| {
            if value.is_known() && !slot.name.starts_with('.') {
                notes.push(UpgradeNote::Dropped {
                    name: slot_name(&old.name, &slot.name),
                    value: value.clone(),
                    why,
                });
            }
        };
        let from = self.sources(frame.flow, flow);
        let mut slots = Vec::with_capacity(new.slots.len());
        for (slot, at) in new.slots.iter().zip(&from) {
            let known = at.and_then(|at| Some((&old.slots[at], frame.slots.get(at)?)));
            slots.push(match known {
                None => Value::Unknown,
                Some((declared, value)) => match self.carried(value, declared.ty, slot.ty) {
                    Some(value) => value,
                    None => {
                        note(declared, value, Unfit::Changed);
                        Value::Unknown
                    }
                },
            });
        }
        for (index, (declared, value)) in old.slots.iter().zip(&frame.slots).enumerate() {
            if !from.contains(&Some(index)) {
                note(declared, value, Unfit::Removed);
            }
        }
        while slots.last().is_some_and(Value::is_unknown) {
            slots.pop();
        }
        slots
    }

    /// What a frame waits for besides words, in the new version; `None` where that is not the same any more.
    fn pending(&self, frame: &Frame, place: &Place) -> Option<Pending> {
        let before = self.old.bot.places.get(frame.at.index()).map(|place| &place.kind);
        let pending = frame.pending.as_deref()?.clone();
        Some(match (pending, before, &place.kind) {
            (
                Pending::Call {
                    number,
                    attempt,
                    args,
                    until,
                    company,
                },
                Some(PlaceKind::Call(old)),
                PlaceKind::Call(new),
            ) => {
                let (was, is) = (
                    self.old.bot.calls.get(old.call.index())?,
                    self.new.bot.calls.get(new.call.index())?,
                );
                Pending::Call {
                    number,
                    attempt,
                    // They are kept only where it may be tried again.
                    args: match args.is_empty() {
                        true => args,
                        false => self.all_carried(&args, &was.params, &is.params)?,
                    },
                    until,
                    company: company.filter(|_| new.waiting.is_some()),
                }
            }
            (Pending::Arrived(value), Some(PlaceKind::Call(old)), PlaceKind::Call(new)) => {
                let was = self.old.bot.calls.get(old.call.index())?.gives;
                let is = self.new.bot.calls.get(new.call.index())?.gives;
                match (was, is) {
                    (Some(was), Some(is)) => match self.carried(&value, was, is) {
                        Some(value) => Pending::Arrived(value),
                        None => Pending::Missed(None),
                    },
                    (_, None) => Pending::Arrived(Value::Unknown),
                    (None, Some(_)) => Pending::Missed(None),
                }
            }
            (Pending::Missed(Some(named)), Some(PlaceKind::Call(old)), PlaceKind::Call(new)) => {
                let (was, is) = (
                    self.old.bot.calls.get(old.call.index())?,
                    self.new.bot.calls.get(new.call.index())?,
                );
                Pending::Missed(
                    botflow_artifact::versions::by_name(&was.fails, &is.fails, named as usize, |name| name)
                        .map(|at| at as u32),
                )
            }
            (
                Pending::Arrived(Value::Record(fields)),
                Some(PlaceKind::WaitFor(old)),
                PlaceKind::WaitFor(new),
            ) => {
                let (was, is) = (
                    self.old.bot.events.get(old.event.index())?,
                    self.new.bot.events.get(new.event.index())?,
                );
                match self.all_carried(&fields, &was.fields, &is.fields) {
                    Some(fields) => Pending::Arrived(Value::Record(fields)),
                    None => Pending::Missed(None),
                }
            }
            (Pending::Arrived(value), Some(PlaceKind::AskQueue(old)), PlaceKind::AskQueue(new)) => {
                match self.carried(&value, old.ty, new.ty) {
                    Some(value) => Pending::Arrived(value),
                    None => Pending::Missed(None),
                }
            }
            (pending, ..) => pending,
        })
    }

    /// A frame that cannot go on where it rests. It keeps what it knows.
    fn stranded(&self, frame: &Frame, below: &[Frame], notes: &mut Vec<UpgradeNote>) -> Frame {
        let flow = match frame.kind {
            FrameKind::Handler { of: Some(of) } => below.get(of as usize).map(|other| other.flow),
            _ => self.flow(frame.flow),
        };
        let flow = flow.unwrap_or(FlowId::ALWAYS);
        let owns = !matches!(frame.kind, FrameKind::Handler { of: Some(_) });
        Frame {
            flow,
            kind: frame.kind,
            at: NOWHERE,
            asked: NOWHERE,
            open: false,
            hash: frame.hash,
            slots: if owns {
                self.slots(frame, flow, notes)
            } else {
                Vec::new()
            },
            answered: SmallVec::new(),
            tries: 0,
            retrying: false,
            insists: false,
            form: None,
            pending: frame.pending.clone(),
        }
    }
}
