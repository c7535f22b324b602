//! Carrying a conversation over to a later version of its bot.
//!
//! Places are found by their hash (or where a `moved` of the new version sends them), everything else by its name:
//! flows, variables, fields of the card, members of closed sets, queues; what was said by where its `say` stands, and
//! rules of `always` that had their turn by what they ask. What the new version does not have any more is forgotten;
//! a conversation whose place it does not have is stranded, and stays with the version it ran under. A clock's end is the moment its question was put plus the new duration, since only the former is stored.

use botflow_artifact::*;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;

use crate::conversation::{Conversation, Frame, FrameKind, NOWHERE, Owner, Pending};
use crate::identities;
use crate::program::{Program, tag};

/// Why a conversation cannot go on under another version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranded {
    /// Full name of the place it rests at: flow, step, name.
    pub place: String,
}

impl std::fmt::Display for Stranded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the new version has no place `{}`", self.place)
    }
}

impl std::error::Error for Stranded {}

/// Carries a conversation over from one version to another. On an error it has not changed.
pub fn upgrade(conversation: &mut Conversation, old: &Program, new: &Program) -> Result<(), Stranded> {
    let versions = Versions {
        old: &old.bot,
        new: &new.bot,
        tags: &new.tags,
    };
    let mut frames = Vec::with_capacity(conversation.frames.len());
    for frame in &conversation.frames {
        frames.push(versions.frame(&conversation.frames, frame)?);
    }
    let escalation = match conversation.escalation.as_deref() {
        None => None,
        Some(under_way) => {
            let name = |one: &Escalation| one.name.clone();
            let stranded = || Stranded {
                place: "an escalation".to_owned(),
            };
            let escalation = by_name(
                &old.bot.escalations,
                &new.bot.escalations,
                under_way.escalation.index(),
                name,
            );
            let queue = by_name(&old.bot.queues, &new.bot.queues, under_way.queue.index(), |one| {
                one.name.clone()
            });
            let mut carried = under_way.clone();
            carried.escalation = EscalationId::from(escalation.ok_or_else(stranded)?);
            carried.queue = QueueId::from(queue.ok_or_else(stranded)?);
            Some(Box::new(carried))
        }
    };
    conversation.frames = frames;
    conversation.escalation = escalation;
    if let Some(question) = &mut conversation.question
        && let Some(offered) = &mut question.offered
    {
        offered.items.iter_mut().for_each(|item| versions.value(item));
        let place = conversation
            .frames
            .last()
            .and_then(|frame| new.bot.places.get(frame.at.index()));
        let count = match place.map(|place| &place.kind) {
            Some(PlaceKind::Choose(choose)) => choose.options.len(),
            _ => 0,
        };
        offered.options.retain(|option| (*option as usize) < count);
    }
    if conversation.owner != Owner::Nobody && conversation.frames.is_empty() {
        conversation.owner = Owner::Nobody;
    }
    versions.memories(conversation);
    // Buttons of its messages count as their labels from now on.
    if let Some(offers) = &mut conversation.offers {
        offers.messages.clear();
    }
    versions.person(conversation);
    versions.leave(conversation);
    conversation.bot = new.hash;
    Ok(())
}

/// The two versions.
struct Versions<'a> {
    old: &'a Bot,
    new: &'a Bot,
    /// The places of the new version by their tags.
    tags: &'a IndexMap<SmolStr, PlaceId, FxBuildHasher>,
}

impl Versions<'_> {
    /// What was said and which rules had their turn, found again where it stands in the new version.
    fn memories(&self, conversation: &mut Conversation) {
        if !conversation.fired.is_empty() {
            let (before, now) = (identities::rules(self.old), identities::rules(self.new));
            let fired = std::mem::take(&mut conversation.fired);
            for (index, rule) in before.iter().enumerate() {
                let had = fired
                    .get(index / 64)
                    .is_some_and(|word| word >> (index % 64) & 1 == 1);
                if let (true, Some(place)) = (had, now.iter().position(|one| one == rule)) {
                    if conversation.fired.len() <= place / 64 {
                        conversation.fired.resize(place / 64 + 1, 0);
                    }
                    conversation.fired[place / 64] |= 1 << (place % 64);
                }
            }
        }
        if conversation.varied.is_empty() && conversation.said.is_empty() {
            return;
        }
        let (before, now) = (identities::Said::of(self.old), identities::Said::of(self.new));
        let varied = std::mem::take(&mut conversation.varied);
        let varied = varied.into_iter().filter_map(|(memory, last)| {
            let (memory, count) = before.memory(memory, &now)?;
            ((last as usize) < count).then_some((memory, last))
        });
        conversation.varied = varied.collect();
        let said = std::mem::take(&mut conversation.said);
        let said = said.into_iter().filter_map(|(message, flow)| {
            let message = before.message(MessageId(message), &now)?;
            let flow = match flow {
                FlowId::ALWAYS => FlowId::ALWAYS,
                flow => FlowId::from(self.flow(flow)?),
            };
            Some((message.0, flow))
        });
        conversation.said = said.collect();
    }

    fn frame(&self, all: &[Frame], frame: &Frame) -> Result<Frame, Stranded> {
        let stranded = || Stranded {
            place: self.full_name(frame.at),
        };
        let at = self.place(frame.at).ok_or_else(stranded)?;
        let flow = if frame.flow == FlowId::ALWAYS {
            FlowId::ALWAYS
        } else {
            FlowId::from(self.flow(frame.flow).ok_or_else(stranded)?)
        };
        let owns = !matches!(frame.kind, FrameKind::Handler { of: Some(_) });
        let mut slots = Vec::new();
        if owns {
            let declared =
                |bot: &Bot, flow: FlowId| bot.flows.get(flow.index()).map(|flow| flow.slots.clone());
            let before = declared(self.old, frame.flow).unwrap_or_default();
            for slot in declared(self.new, flow).unwrap_or_default() {
                let found = before.iter().position(|one| one.name == slot.name);
                let mut value = found
                    .and_then(|at| frame.slots.get(at))
                    .cloned()
                    .unwrap_or_default();
                self.value(&mut value);
                slots.push(value);
            }
            while slots.last().is_some_and(Value::is_unknown) {
                slots.pop();
            }
        }
        if let FrameKind::Handler { of: Some(of) } = frame.kind
            && of as usize >= all.len()
        {
            return Err(stranded());
        }
        let form = frame.form.as_deref().and_then(|form| {
            let mut carried = form.clone();
            carried.place = self.place(form.place)?;
            carried.answered = form
                .answered
                .iter()
                .filter_map(|place| self.place(*place))
                .collect();
            carried.last = self.place(form.last).unwrap_or(NOWHERE);
            Some(Box::new(carried))
        });
        let mut pending = frame.pending.clone();
        match pending.as_deref_mut() {
            Some(Pending::Call { args, .. }) => args.iter_mut().for_each(|arg| self.value(arg)),
            Some(Pending::Arrived(value)) => self.value(value),
            _ => {}
        }
        Ok(Frame {
            flow,
            kind: frame.kind,
            at,
            asked: self.place(frame.asked).unwrap_or(NOWHERE),
            hash: self
                .new
                .places
                .get(at.index())
                .map_or(frame.hash, |place| place.hash),
            slots,
            answered: frame
                .answered
                .iter()
                .filter_map(|place| self.place(*place))
                .collect(),
            tries: frame.tries,
            retrying: frame.retrying,
            insists: frame.insists,
            form,
            pending,
        })
    }

    fn flow(&self, old: FlowId) -> Option<usize> {
        by_name(&self.old.flows, &self.new.flows, old.index(), |flow| {
            flow.name.clone()
        })
    }

    /// The place of the new version: the one of the same hash and kind, or where it has moved to.
    fn place(&self, old: PlaceId) -> Option<PlaceId> {
        if old == NOWHERE {
            return None;
        }
        let place = self.old.places.get(old.index())?;
        let is_same = |one: &Place| one.hash == place.hash && one.kind.word() == place.kind.word();
        let tagged = self.tags.get(tag(place.hash).as_str()).copied();
        let same = tagged
            .filter(|at| self.new.places.get(at.index()).is_some_and(is_same))
            // Places of different kinds may have one name; a tag finds the last of them.
            .or_else(|| self.new.places.iter().position(is_same).map(PlaceId::from));
        same.or_else(|| self.moved(old).map(PlaceId::from))
    }

    /// `moved a.b to c.d`: the whole place, or the step it stands in.
    fn moved(&self, old: PlaceId) -> Option<usize> {
        let place = self.old.places.get(old.index())?;
        let name = self.full_name(old);
        let moved = self.new.moved.iter().find_map(|moved| {
            let rest = name.strip_prefix(moved.from.as_str())?;
            (rest.is_empty() || rest.starts_with('.')).then(|| format!("{}{rest}", moved.to))
        })?;
        let places = self.new.places.iter().enumerate();
        let mut kin = places.filter(|(_, one)| one.kind.word() == place.kind.word());
        kin.find(|(index, _)| name_of(self.new, PlaceId::from(*index)) == moved)
            .map(|(index, _)| index)
    }

    fn full_name(&self, place: PlaceId) -> String {
        name_of(self.old, place)
    }

    /// Members of closed sets are found by their names; one that is gone is unknown.
    fn value(&self, value: &mut Value) {
        match value {
            Value::Member(member) => {
                let found = (|| {
                    let set = by_name(&self.old.sets, &self.new.sets, member.set as usize, |set| {
                        set.name.clone()
                    })?;
                    let before = &self.old.sets[member.set as usize].members;
                    let after = &self.new.sets[set].members;
                    let index = by_name(before, after, member.index as usize, |one| one.name.clone())?;
                    Some(Value::member(set as u32, index as u32))
                })();
                *value = found.unwrap_or_default();
            }
            Value::List(items) => {
                items.iter_mut().for_each(|item| self.value(item));
                items.retain(Value::is_known);
            }
            Value::Record(fields) => fields.iter_mut().for_each(|field| self.value(field)),
            _ => {}
        }
    }

    /// A consent that the new version does not know any more can be given by nobody: what needs it stays unsaid.
    fn leave(&self, conversation: &mut Conversation) {
        let Some(leave) = &mut conversation.leave else {
            return;
        };
        for consent in &mut leave.needs {
            let before = self.old.consents.get(consent.index());
            let now = self.new.consents.iter().position(|name| Some(name) == before);
            *consent = now.map_or(ConsentId(u32::MAX), ConsentId::from);
        }
    }

    fn person(&self, conversation: &mut Conversation) {
        let person = &mut conversation.person;
        let mut fields = Vec::with_capacity(self.new.customer.len());
        for field in &self.new.customer {
            let before = self.old.customer.iter().position(|one| one.name == field.name);
            let value = before.and_then(|at| person.fields.get(at)).cloned();
            let mut value = value.unwrap_or_else(|| field.default.clone());
            if before.is_some() {
                self.value(&mut value);
            }
            fields.push(value);
        }
        person.fields = fields;
        let position = |old: &[smol_str::SmolStr], new: &[smol_str::SmolStr], index: usize| {
            old.get(index)
                .and_then(|name| new.iter().position(|one| one == name))
        };
        person.stage = (person.stage)
            .and_then(|stage| position(&self.old.stages, &self.new.stages, stage.index()))
            .map(StageId::from);
        if let Some(more) = &mut person.particulars {
            more.written.retain_mut(|one| {
                let before = (self.old.customer.get(one.field.index())).map(|field| &field.name);
                let now = self
                    .new
                    .customer
                    .iter()
                    .position(|field| Some(&field.name) == before);
                now.map(|now| one.field = FieldId::from(now)).is_some()
            });
            more.consents.retain_mut(|record| {
                let consent = position(&self.old.consents, &self.new.consents, record.consent.index());
                consent.map(|now| record.consent = ConsentId::from(now)).is_some()
            });
        }
        let occurrences = std::mem::take(&mut person.occurrences);
        person.occurrences = (occurrences.into_iter())
            .filter_map(|(event, moments)| {
                let events = (&self.old.events, &self.new.events);
                let event = by_name(events.0, events.1, event.index(), |event| event.name.clone())?;
                Some((EventId::from(event), moments))
            })
            .collect();
    }
}

/// `flow.step.name`, or `flow.name` where there is no step.
fn name_of(bot: &Bot, id: PlaceId) -> String {
    let Some(place) = bot.places.get(id.index()) else {
        return String::new();
    };
    let flow = bot
        .flows
        .get(place.flow.index())
        .map_or("", |flow| flow.name.as_str());
    match place.step.and_then(|step| bot.steps.get(step.index())) {
        Some(step) => format!("{flow}.{}.{}", step.name, place.name),
        None => format!("{flow}.{}", place.name),
    }
}

/// Where the new version has what the old one has at a place, by its name.
fn by_name<T>(old: &[T], new: &[T], index: usize, name: impl Fn(&T) -> smol_str::SmolStr) -> Option<usize> {
    let wanted = name(old.get(index)?);
    new.iter().position(|one| name(one) == wanted)
}
