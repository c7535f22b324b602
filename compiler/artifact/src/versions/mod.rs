//! Two versions of a bot: where the later one has what the earlier one has.
//!
//! The one place where this is decided. The machine carries running conversations over by it (semantics 19), the
//! compiler tells by it, before that happens, which of them would be stranded ([`Versions::fate`]).
//!
//! Places are found by their hash, or where a `moved` of the later version sends them; everything else by its name.

mod fate;
mod fit;
mod needs;
mod regions;

pub use fate::{Fate, Judge};
pub use fit::{Fit, is_optional};
pub use needs::{reached_with, reads};
pub use regions::Regions;

use smol_str::SmolStr;

use crate::*;

/// The places of a version, to be found by their hash, and its flows, by their name.
#[derive(Clone, Debug, Default)]
pub struct PlaceIndex {
    /// Ascending.
    by_hash: Vec<(PlaceHash, PlaceId)>,
    /// Ascending; of two of one name the first. Everything around flows has none.
    flows: Vec<(SmolStr, FlowId)>,
}

impl PlaceIndex {
    /// Of a bot.
    pub fn of(bot: &Bot) -> PlaceIndex {
        let places = bot.places.iter().enumerate();
        let mut by_hash: Vec<_> = places
            .map(|(id, place)| (place.hash, PlaceId::from(id)))
            .collect();
        by_hash.sort_unstable();
        let flows = bot.flows.iter().enumerate().skip(1);
        let mut flows: Vec<_> = flows
            .map(|(id, flow)| (flow.name.clone(), FlowId::from(id)))
            .collect();
        flows.sort_unstable();
        PlaceIndex { by_hash, flows }
    }

    /// The flow of this name.
    pub fn flow(&self, name: &str) -> Option<FlowId> {
        let at = self.flows.partition_point(|(known, _)| known.as_str() < name);
        self.flows
            .get(at)
            .filter(|(known, _)| known == name)
            .map(|(_, id)| *id)
    }

    /// The place of this hash; a verified bot has at most one.
    pub fn get(&self, hash: PlaceHash) -> Option<PlaceId> {
        let at = self.by_hash.partition_point(|(known, _)| *known < hash);
        self.by_hash
            .get(at)
            .filter(|(known, _)| *known == hash)
            .map(|(_, id)| *id)
    }
}

/// Why a place cannot be gone on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gone {
    /// The new version does not have it.
    Removed,
    /// It has it, but waits for something else there, or works on other variables.
    Changed,
    /// What follows there needs an answer that the conversation does not have.
    Lacks,
}

impl Gone {
    /// As it is written in tests and records.
    pub fn words(self) -> &'static str {
        match self {
            Gone::Removed => "removed",
            Gone::Changed => "changed",
            Gone::Lacks => "lacks an answer",
        }
    }
}

/// The two versions.
#[derive(Clone, Copy, Debug)]
pub struct Versions<'a> {
    /// The earlier one.
    pub old: &'a Bot,
    /// The later one.
    pub new: &'a Bot,
    /// The places of the later one.
    index: &'a PlaceIndex,
}

impl<'a> Versions<'a> {
    /// The index is the later version's.
    pub fn new(old: &'a Bot, new: &'a Bot, index: &'a PlaceIndex) -> Versions<'a> {
        Versions { old, new, index }
    }

    /// The flow of the same name, or the one to which it has moved.
    pub fn flow(&self, old: FlowId) -> Option<FlowId> {
        if old == FlowId::ALWAYS {
            return Some(old);
        }
        let name = &self.old.flows.get(old.index())?.name;
        let index = self.index;
        index
            .flow(name)
            .or_else(|| self.moves(name).iter().find_map(|name| index.flow(name)))
    }

    /// The place of the new version: the one of the same hash and kind, or where it has moved to.
    pub fn place(&self, old: PlaceId) -> Option<PlaceId> {
        self.same_place(old).or_else(|| self.moved(old))
    }

    /// The place of the same hash and kind.
    pub fn same_place(&self, old: PlaceId) -> Option<PlaceId> {
        let place = self.old.places.get(old.index())?;
        let is_same = |one: &Place| one.hash == place.hash && one.kind.word() == place.kind.word();
        let found = self.index.get(place.hash);
        found.filter(|at| self.new.places.get(at.index()).is_some_and(is_same))
    }

    /// `moved a.b to c.d`: the whole place, or the step or flow it stands in.
    pub fn moved(&self, old: PlaceId) -> Option<PlaceId> {
        let place = self.old.places.get(old.index())?;
        let name = place_name(self.old, old);
        let same_kind = |id: &PlaceId| {
            let found = self.new.places.get(id.index());
            found.is_some_and(|one| one.kind.word() == place.kind.word())
        };
        let named = |name: &String| {
            let places = 0..self.new.places.len();
            let mut kin = places.map(PlaceId::from).filter(same_kind);
            kin.find(|id| place_name(self.new, *id) == *name)
        };
        let mut names = self.moves(&name);
        // Where a flow is run is named after the flow.
        if let PlaceKind::Run(site) = &place.kind
            && let Some(flow) = self.old.flows.get(site.flow.index())
        {
            names.insert(0, name);
            let moved = self.moves(&flow.name);
            let renamed = |name: &String| {
                let within = name.strip_suffix(place.name.as_str())?;
                // In a handler its name stands before.
                let (handler, rest) = place.name.split_at(place.name.rfind(flow.name.as_str())?);
                let rest = rest.strip_prefix(flow.name.as_str())?;
                let within = format!("{within}{handler}");
                Some(
                    moved
                        .iter()
                        .map(|to| format!("{within}{to}{rest}"))
                        .collect::<Vec<_>>(),
                )
            };
            names.extend(names.iter().filter_map(renamed).flatten().collect::<Vec<_>>());
        }
        names.iter().find_map(named)
    }

    /// The names that something has moved to, one `moved` after the other: what is told of a place goes before what is
    /// told of its step or flow, and what moved again in a later version is found there.
    pub fn moves(&self, name: &str) -> Vec<String> {
        /// Nothing has moved more often.
        const MAX_MOVES: usize = 64;
        let mut names = vec![name.to_owned()];
        let mut at = 0;
        while at < names.len() && names.len() < MAX_MOVES {
            let moved = self.new.moved.iter();
            let mut moved: Vec<(usize, String)> = moved
                .filter_map(|moved| {
                    let rest = names[at].strip_prefix(moved.from.as_str())?;
                    let whole = rest.is_empty() || rest.starts_with('.');
                    whole.then(|| (moved.from.len(), format!("{}{rest}", moved.to)))
                })
                .collect();
            moved.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
            for (_, name) in moved {
                // What goes round in a circle is there already; what grows without end is longer than any name.
                if !names.contains(&name) && name.len() < 1024 {
                    names.push(name);
                }
            }
            at += 1;
        }
        names.remove(0);
        names
    }

    /// For each variable of a flow of the new version the one of the old flow that it was: the answer of a question that
    /// has moved goes with the question; everything else is found by its name.
    pub fn sources(&self, from: FlowId, to: FlowId) -> Vec<Option<usize>> {
        let (Some(old), Some(new)) = (self.old.flows.get(from.index()), self.new.flows.get(to.index()))
        else {
            return Vec::new();
        };
        let mut sources: Vec<Option<usize>> = (new.slots.iter())
            .map(|slot| old.slots.iter().position(|one| one.name == slot.name))
            .collect();
        if self.new.moved.is_empty() {
            return sources;
        }
        // Where the questions of each variable are now, by the variable that takes their answer.
        let mut now: Vec<Vec<usize>> = vec![Vec::new(); old.slots.len()];
        for (index, place) in self.old.places.iter().enumerate() {
            let Some(slot) = answers(&place.kind).filter(|_| place.flow == from) else {
                continue;
            };
            let there = self.place(PlaceId::from(index));
            let there = there.and_then(|there| self.new.places.get(there.index()));
            let there = there.filter(|place| place.flow == to);
            if let (Some(found), Some(is)) = (
                now.get_mut(slot.index()),
                there.and_then(|place| answers(&place.kind)),
            ) {
                found.push(is.index());
            }
        }
        for (was, questions) in now.iter().enumerate() {
            let named = new.slots.iter().position(|one| one.name == old.slots[was].name);
            // While one of its questions is where it was, the answer is, too.
            let Some(is) = questions
                .first()
                .copied()
                .filter(|_| !questions.iter().any(|one| Some(*one) == named))
            else {
                continue;
            };
            let taken = sources.get(is).copied().flatten();
            if taken.is_none_or(|other| now.get(other).is_none_or(|asked| !asked.contains(&is))) {
                if let Some(named) = named.filter(|named| sources[*named] == Some(was)) {
                    sources[named] = None;
                }
                if let Some(source) = sources.get_mut(is) {
                    *source = Some(was);
                }
            }
        }
        sources
    }

    /// The call of the same name.
    pub fn call(&self, old: CallId) -> Option<CallId> {
        let calls = (&self.old.calls, &self.new.calls);
        by_name(calls.0, calls.1, old.index(), |call| &call.name).map(CallId::from)
    }

    /// The event of the same name.
    pub fn event(&self, old: EventId) -> Option<EventId> {
        let events = (&self.old.events, &self.new.events);
        by_name(events.0, events.1, old.index(), |event| &event.name).map(EventId::from)
    }

    /// Whether what is waited for at a place of the new version is what is waited for at the old one. `runs` is the flow
    /// that runs there, if one does.
    pub fn waits_for_the_same(&self, old: PlaceId, place: &Place, runs: Option<FlowId>) -> bool {
        let Some(before) = self.old.places.get(old.index()) else {
            return false;
        };
        match (&before.kind, &place.kind) {
            (PlaceKind::Call(old), PlaceKind::Call(new)) => self.call(old.call) == Some(new.call),
            (PlaceKind::WaitFor(old), PlaceKind::WaitFor(new)) => self.event(old.event) == Some(new.event),
            (PlaceKind::Verify(old), PlaceKind::Verify(new)) => {
                let name =
                    |bot: &Bot, field: FieldId| bot.customer.get(field.index()).map(|one| one.name.clone());
                name(self.old, old.field) == name(self.new, new.field)
            }
            // What a flow gives goes where its `run` stands.
            (PlaceKind::Run(_), PlaceKind::Run(new)) => {
                runs.is_none_or(|inner| self.flow(inner).is_none_or(|flow| flow == new.flow))
            }
            // A list of options is another question than written ones.
            (PlaceKind::Choose(old), PlaceKind::Choose(new)) => {
                old.from.is_some() == new.from.is_some() && old.several == new.several
            }
            (PlaceKind::Form(_), _) | (_, PlaceKind::Form(_)) => false,
            _ => true,
        }
    }
}

/// `flow.step.name`, or `flow.name` where there is no step.
pub fn place_name(bot: &Bot, id: PlaceId) -> String {
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

/// The variable that takes the answer of a question.
pub fn answers(kind: &PlaceKind) -> Option<SlotId> {
    match kind {
        PlaceKind::Ask(ask) => match ask.into {
            AskTarget::Slot(slot) => Some(slot),
            AskTarget::Customer(_) => None,
        },
        PlaceKind::Choose(choose) => choose.into,
        PlaceKind::AskQueue(ask) => Some(ask.into),
        _ => None,
    }
}

/// Where the new version has what the old one has at a place, by its name.
pub fn by_name<T>(old: &[T], new: &[T], index: usize, name: impl Fn(&T) -> &SmolStr) -> Option<usize> {
    let wanted = name(old.get(index)?);
    new.iter().position(|one| name(one) == wanted)
}
