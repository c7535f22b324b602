//! Operations one by one (semantics 11).

use botflow_artifact::*;
use botflow_message::Message;

use crate::build::bare;
use crate::consent::Consent;
use crate::conversation::{FrameKind, NOWHERE, Owner};
use crate::effect::{Effect, Fault};
use crate::record::GivenUp;
use crate::turn::{Next, Turn};

impl Turn<'_> {
    /// Carries one operation out.
    pub fn operation(&mut self, pc: Pc) -> Next {
        let p = self.p;
        let Some(op) = p.bot.code.get(pc.index()) else {
            self.fault(Fault::Lost);
            return None;
        };
        let behind = Some(Pc(pc.0 + 1));
        match op {
            Op::Say(message) => {
                if !self.is_replaying(pc) {
                    self.say(*message);
                }
            }
            Op::SayOneOf { messages, memory } => {
                if !self.is_replaying(pc) {
                    let message = self.vary_words(messages, *memory);
                    self.say(message);
                }
            }
            Op::Let { slot, value } => {
                let value = self.eval(*value);
                self.set(*slot, value);
            }
            Op::Clear(slot) => self.set(*slot, Value::Unknown),
            Op::Remember { field, value } => {
                let value = self.eval(*value);
                self.remember(*field, value);
            }
            Op::Forget(field) => self.remember(*field, Value::Unknown),
            Op::Jump(to) => {
                // Behind a `choose` nothing is a failed try any more (5.5).
                if let Some(frame) = self.top()
                    && frame.retrying
                    && p.bot
                        .places
                        .get(frame.asked.index())
                        .is_some_and(|asked| asked.then == *to)
                {
                    frame.retrying = false;
                }
                return Some(*to);
            }
            Op::GoTo(step) => return self.go_to(*step),
            Op::Branch { condition, otherwise } => {
                if !self.yes(*condition) {
                    return Some(*otherwise);
                }
            }
            Op::ForEach {
                list, items, cursor, ..
            } => {
                let list = self.eval(*list);
                self.set(*items, list);
                self.set(*cursor, Value::Integer(0));
            }
            Op::Next {
                items,
                cursor,
                item,
                end,
                at_most,
            } => {
                let Value::Integer(at) = self.get(*cursor) else {
                    return Some(*end);
                };
                let home = self.home(self.c.frames.len().wrapping_sub(1));
                let slots = self
                    .c
                    .frames
                    .get(home)
                    .map(|frame| frame.slots.as_slice())
                    .unwrap_or_default();
                let list = slots.get(items.index()).and_then(Value::as_list);
                let next = list.and_then(|list| list.get(usize::try_from(at).ok()?)).cloned();
                match next {
                    Some(value) if at < i64::from(*at_most) => {
                        self.set(*item, value);
                        self.set(*cursor, Value::Integer(at + 1));
                    }
                    _ => {
                        self.set(*items, Value::Unknown);
                        self.set(*cursor, Value::Unknown);
                        return Some(*end);
                    }
                }
            }
            Op::Enter(place) => return self.enter(*place),
            Op::Reask(place) => return self.ask_anew(*place),
            Op::ComeBack => return self.come_back(),
            Op::Start { flow, args } => {
                let args = args.iter().map(|arg| self.eval(*arg)).collect();
                return self.begin(*flow, args);
            }
            Op::Return(value) => {
                let value = value.map_or(Value::Unknown, |value| self.eval(value));
                return self.give_back(value);
            }
            Op::Finish { outcome, label } => {
                self.finish(*outcome, label.clone());
                return None;
            }
            Op::Again => return self.again(),
            Op::Back => return self.back(),
            Op::Repeat => self.repeat(),
            Op::StartOver => return self.start_over(),
            Op::Stage(stage) => {
                let from = self.c.person.stage;
                if from != Some(*stage) {
                    self.c.person.stage = Some(*stage);
                    self.c.person.particulars_mut().staged_at = Some(self.now);
                    self.out.push(Effect::Stage { from, to: *stage });
                }
            }
            Op::Tag(text) => {
                let label = self.scope().text_in_first(*text);
                self.out.push(Effect::Tag(label));
            }
            Op::Track { name, values } => {
                let values = values
                    .iter()
                    .map(|(name, value)| (name.clone(), self.eval(*value)))
                    .collect();
                self.out.push(Effect::Track {
                    name: name.clone(),
                    values,
                });
            }
            Op::Note(text) => {
                let text = self.scope().text_in_first(*text);
                self.out.push(Effect::Note(text));
            }
            Op::Tell { queue, text } => {
                let text = self.scope().text_in_first(*text);
                self.out.push(Effect::Tell { queue: *queue, text });
            }
            Op::Consent {
                consent,
                granted,
                channels,
            } => {
                let answer = self.words.clone();
                match channels.as_slice() {
                    [] => {
                        let here = self.scope().channel().clone();
                        self.consent(*consent, *granted, here, answer);
                    }
                    channels => {
                        for channel in channels {
                            self.consent(*consent, *granted, channel.clone(), answer.clone());
                        }
                    }
                }
            }
            Op::Identify(field) => self.identify(*field),
            Op::Vary { experiment, arms } => {
                if let Some(arm) = self.arm(*experiment)
                    && let Some(to) = arms.get(arm as usize)
                {
                    return Some(*to);
                }
            }
            Op::Error => {
                self.fault(Fault::Lost);
                return None;
            }
        }
        behind
    }

    /// `say`.
    pub fn say(&mut self, id: MessageId) {
        self.speak();
        if self.c.said.len() == MAX_SAID {
            self.c.said.remove(0);
        }
        let flow = self.c.frames.last().map_or(FlowId::ALWAYS, |frame| frame.flow);
        self.c.said.push((id.0, flow));
        self.send(id);
    }

    /// Sends a message as it stands now.
    fn send(&mut self, id: MessageId) {
        if self.send_bare(id) {
            return;
        }
        let mut message = self.offer_message(self.c.frames.len().wrapping_sub(1), id);
        self.subject(&mut message);
        self.emit(message);
    }

    /// Sends a message that is words and nothing else, as most are: it is made where it stays.
    pub fn send_bare(&mut self, id: MessageId) -> bool {
        let template = self.p.bot.messages.get(id.index());
        let Some(text) = template.and_then(bare).filter(|_| !self.is_mail()) else {
            return false;
        };
        let text = self.scope().words(text);
        self.emit(Message {
            text,
            parts: Vec::new(),
            envelope: None,
        });
        true
    }

    /// Whether what is said goes out as mail.
    fn is_mail(&self) -> bool {
        self.c.person.channel == "email"
    }

    /// The subject of a mail (13.7): that of the nearest flow that has one, with that flow's variables.
    pub fn subject(&self, message: &mut Message) {
        let via = message
            .envelope
            .as_ref()
            .and_then(|envelope| envelope.via.as_ref());
        if via.unwrap_or(&self.c.person.channel) != "email" {
            return;
        }
        let flows = &self.p.bot.flows;
        let subject = (self.c.frames.iter().enumerate().rev())
            .find_map(|(at, frame)| Some((at, flows.get(frame.flow.index())?.subject?)));
        if let Some((at, subject)) = subject {
            let subject = self.scope_of(at).text(subject);
            message.envelope_mut().subject = subject;
        }
    }

    /// One of several messages, not the one said last (11.1).
    fn vary_words(&mut self, messages: &[MessageId], memory: u32) -> MessageId {
        let count = messages.len().max(1) as u64;
        let chance = self.chance(u64::from(memory));
        let known = self.c.varied.iter_mut().find(|(of, _)| *of == memory);
        let next = match &known {
            Some((_, last)) if count > 1 => (u64::from(*last) + 1 + chance % (count - 1)) % count,
            _ => chance % count,
        };
        match known {
            Some((_, last)) => *last = next as u32,
            None => self.c.varied.push((memory, next as u32)),
        }
        messages
            .get(next as usize)
            .copied()
            .unwrap_or(MessageId(u32::MAX))
    }

    /// Writes the card; an unknown value forgets.
    pub fn remember(&mut self, field: FieldId, value: Value) {
        self.write_card(field, value.clone());
        self.out.push(match value {
            Value::Unknown => Effect::Forget { field },
            value => Effect::Remember { field, value },
        });
    }

    /// Records or withdraws a consent for a channel, as the customer says on the present one.
    pub fn consent(
        &mut self,
        consent: ConsentId,
        granted: bool,
        channel: smol_str::SmolStr,
        answer: smol_str::SmolStr,
    ) {
        let record = Consent {
            said_on: self.scope().channel().clone(),
            consent,
            granted,
            at: self.now,
            question: self.question_answered(),
            answer,
            channel,
        };
        if granted {
            self.c.person.opt(&record.channel, false, self.now);
        }
        self.c.person.record(record.clone());
        self.out.push(Effect::Consent(Box::new(record)));
    }

    /// The words of the question that this turn's message answered.
    fn question_answered(&self) -> smol_str::SmolStr {
        let place = self
            .replied
            .and_then(|place| self.p.bot.places.get(place.index()));
        let question = match place.map(|place| &place.kind) {
            Some(PlaceKind::Ask(ask)) => ask.question,
            Some(PlaceKind::Choose(choose)) => choose.question,
            Some(PlaceKind::Verify(verify)) if verify.question.is_some() => {
                verify.question.unwrap_or(MessageId(u32::MAX))
            }
            _ => return smol_str::SmolStr::default(),
        };
        let words = self.p.bot.messages.get(question.index()).and_then(|one| one.text);
        words.map_or_else(smol_str::SmolStr::default, |words| self.scope().text(words))
    }

    /// `-> step` (7.5, 11.7).
    fn go_to(&mut self, step: StepId) -> Next {
        let Some(step) = self.p.bot.steps.get(step.index()) else {
            self.fault(Fault::Lost);
            return None;
        };
        if let Some(FrameKind::Handler { of: Some(of) }) = self.top().map(|frame| frame.kind) {
            self.keep_frames(of as usize + 1);
            self.fresh = None;
        }
        self.give_up(GivenUp::Left);
        if let Some(frame) = self.top() {
            frame.form = None;
            frame.pending = None;
            frame.retrying = false;
        }
        Some(step.entry)
    }

    /// Ends a handler that comes back, the statements of `waiting`, or a way of an escalation.
    pub fn come_back(&mut self) -> Next {
        if std::mem::take(&mut self.company) {
            return None;
        }
        match self.top().map(|frame| frame.kind) {
            Some(FrameKind::Handler { .. }) => {
                // What led to the handler answers nothing behind it (4.3, 6.6).
                self.heard = None;
                self.pop_frame();
                if self.fresh == Some(self.c.frames.len()) {
                    self.fresh = None;
                    self.came_back = true;
                }
                self.resume()
            }
            _ => self.give_back(Value::Unknown),
        }
    }

    /// `return`: ends the run of the topmost frame's flow.
    fn give_back(&mut self, value: Value) -> Next {
        loop {
            let Some(kind) = self.top().map(|frame| frame.kind) else {
                return self.begin_start();
            };
            match kind {
                FrameKind::Started => {
                    self.finish(Outcome::Resolved, None);
                    return None;
                }
                FrameKind::Handler { of: Some(of) } => {
                    self.keep_frames(of as usize + 1);
                    self.fresh = None;
                }
                FrameKind::Handler { of: None } => return self.come_back(),
                FrameKind::Way => {
                    self.pop_frame();
                    return self.behind();
                }
                FrameKind::Run => {
                    self.pop_frame();
                    let Some((_, place)) = self.resting() else {
                        return self.lost();
                    };
                    return match &place.kind {
                        PlaceKind::Run(site) => {
                            if let Some(slot) = site.result {
                                self.set(slot, value);
                            }
                            Some(place.then)
                        }
                        // An operator started the flow: people have the conversation again (12.6).
                        PlaceKind::Escalate(_) if self.c.escalation.is_some() => self.people_again(),
                        _ => Some(place.then),
                    };
                }
            }
        }
    }

    /// Goes on behind the place at which the topmost frame rests.
    pub fn behind(&mut self) -> Next {
        match self.resting() {
            Some((_, place)) => {
                if let Some(frame) = self.top() {
                    frame.pending = None;
                }
                Some(place.then)
            }
            None if self.c.frames.is_empty() => self.begin_start(),
            None => self.lost(),
        }
    }

    /// The topmost frame rests nowhere: this version of the bot does not have its place.
    fn lost(&mut self) -> Next {
        if self.top().is_some_and(|frame| frame.at == NOWHERE) {
            return self.stranded();
        }
        self.fault(Fault::Lost);
        None
    }

    /// The conversation is again where a handler interrupted it (7.4).
    pub fn resume(&mut self) -> Next {
        if self.c.frames.is_empty() {
            return self.begin_start();
        }
        let Some((id, place)) = self.resting() else {
            return self.lost();
        };
        match &place.kind {
            PlaceKind::Ask(_) | PlaceKind::Choose(_) | PlaceKind::Verify(_) => {
                let p = self.p;
                let form = self.c.frames.last().and_then(|frame| frame.form.as_ref());
                if let Some(form) = form.filter(|form| form.replay)
                    && let Some(PlaceKind::Form(form)) =
                        p.bot.places.get(form.place.index()).map(|place| &place.kind)
                {
                    return Some(form.begin);
                }
                self.ask_again(id)
            }
            PlaceKind::Call(_) | PlaceKind::Wait { .. } | PlaceKind::WaitFor(_) | PlaceKind::AskQueue(_) => {
                self.settle()
            }
            PlaceKind::Escalate(_) if self.c.escalation.is_some() => {
                self.c.owner = Owner::People;
                None
            }
            PlaceKind::Escalate(_) | PlaceKind::Run(_) | PlaceKind::Form(_) => Some(place.then),
        }
    }

    /// `-> again` (11.6).
    fn again(&mut self) -> Next {
        let Some(frame) = self.top() else {
            return self.begin_start();
        };
        match (frame.asked, frame.kind) {
            (NOWHERE, FrameKind::Handler { .. }) => self.come_back(),
            // Nothing was ever asked that could be asked again: the run ends.
            (NOWHERE, _) => self.give_back(Value::Unknown),
            (asked, _) => self.ask_anew(asked),
        }
    }

    /// `-> back` (11.3).
    pub fn back(&mut self) -> Next {
        let p = self.p;
        let (mut waits, unput) = (self.c.question.is_some(), self.unput);
        loop {
            let Some(frame) = self.top() else {
                return self.begin_start();
            };
            // The question that waits, and the `choose` whose way is at work, are not what one goes back to.
            let present = frame.asked;
            let chooses = !unput
                && matches!(
                    p.bot.places.get(present.index()).map(|place| &place.kind),
                    Some(PlaceKind::Choose(_))
                );
            while (waits || chooses) && frame.answered.last() == Some(&present) {
                frame.answered.pop();
            }
            if let Some(place) = frame.answered.pop() {
                if let Some(form) = &mut frame.form {
                    form.answered.retain(|one| *one != place);
                }
                frame.tries = 0;
                frame.retrying = false;
                self.opens();
                let next = self.put_first(place);
                if let Some(frame) = self.top().filter(|frame| frame.asked == place) {
                    frame.insists = true;
                }
                return next;
            }
            if frame.asked != NOWHERE {
                let asked = frame.asked;
                return self.ask_again(asked);
            }
            match frame.kind {
                FrameKind::Handler { .. } => {
                    self.pop_frame();
                    self.fresh = None;
                    waits = true;
                    if self.top().is_some_and(|frame| frame.at == NOWHERE) {
                        return self.lost();
                    }
                }
                // Nothing was ever asked: what waits goes on waiting, a statement ends the run.
                _ if frame.pending.is_some() => return self.settle(),
                _ => return self.give_back(Value::Unknown),
            }
        }
    }

    /// Says the messages of the last turn once more (11.4).
    pub fn repeat(&mut self) {
        self.spoke = true;
        for (id, flow) in self.c.said.clone() {
            let mentions = self.p.mentions.get(id as usize).copied().unwrap_or(true);
            let frame = self.c.frames.iter().rposition(|frame| frame.flow == flow);
            let frame = match frame {
                Some(frame) => frame,
                None if mentions => continue,
                None => usize::MAX,
            };
            let mut message = self.offer_message(frame, MessageId(id));
            self.subject(&mut message);
            self.emit(message);
        }
    }

    /// Begins the start flow anew (11.5).
    pub fn start_over(&mut self) -> Next {
        if self.p.bot.start.is_none() {
            return self.again();
        }
        self.forget_conversation();
        self.begin_start()
    }
}

/// So many messages are said again by `repeat`.
const MAX_SAID: usize = 8;
