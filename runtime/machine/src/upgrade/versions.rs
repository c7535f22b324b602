//! Two versions of a bot: where the later one has what the earlier one has, and which values still fit.

use botflow_artifact::*;
use botflow_values::{self as values, Decimal};
use smol_str::SmolStr;

use super::name_of;
use crate::conversation::NOWHERE;
use crate::program::{Program, tag};
use crate::reading::fits;

/// Types nest at most half so deep.
const MAX_DEPTH: usize = 32;

/// The two versions.
pub(crate) struct Versions<'a> {
    pub old: &'a Program,
    pub new: &'a Program,
}

impl<'a> Versions<'a> {
    pub fn new(old: &'a Program, new: &'a Program) -> Versions<'a> {
        Versions { old, new }
    }

    /// The flow of the same name, or the one to which it has moved.
    pub fn flow(&self, old: FlowId) -> Option<FlowId> {
        if old == FlowId::ALWAYS {
            return Some(old);
        }
        let name = &self.old.bot.flows.get(old.index())?.name;
        let moved = || self.moves(name).iter().find_map(|name| self.new.flow_named(name));
        self.new.flow_named(name).or_else(moved)
    }

    /// The place of the new version: the one of the same hash and kind, or where it has moved to.
    pub fn place(&self, old: PlaceId) -> Option<PlaceId> {
        if old == NOWHERE {
            return None;
        }
        let place = self.old.bot.places.get(old.index())?;
        let is_same = |one: &Place| one.hash == place.hash && one.kind.word() == place.kind.word();
        let tagged = self.new.tags.get(tag(place.hash).as_str()).copied();
        tagged
            .filter(|at| self.new.bot.places.get(at.index()).is_some_and(is_same))
            .or_else(|| self.moved(old))
    }

    /// `moved a.b to c.d`: the whole place, or the step or flow it stands in.
    fn moved(&self, old: PlaceId) -> Option<PlaceId> {
        let place = self.old.bot.places.get(old.index())?;
        let name = name_of(&self.old.bot, old);
        let same_kind = |id: &PlaceId| {
            let found = self.new.bot.places.get(id.index());
            found.is_some_and(|one| one.kind.word() == place.kind.word())
        };
        let named = |name: &String| {
            let places = 0..self.new.bot.places.len();
            let mut kin = places.map(PlaceId::from).filter(same_kind);
            kin.find(|id| name_of(&self.new.bot, *id) == *name)
        };
        let mut names = self.moves(&name);
        // Where a flow is run is named after the flow.
        if let PlaceKind::Run(site) = &place.kind
            && let Some(flow) = self.old.bot.flows.get(site.flow.index())
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
            let moved = self.new.bot.moved.iter();
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
        let (Some(old), Some(new)) = (
            self.old.bot.flows.get(from.index()),
            self.new.bot.flows.get(to.index()),
        ) else {
            return Vec::new();
        };
        let mut sources: Vec<Option<usize>> = (new.slots.iter())
            .map(|slot| old.slots.iter().position(|one| one.name == slot.name))
            .collect();
        if self.new.bot.moved.is_empty() {
            return sources;
        }
        // Where the questions of each variable are now, by the variable that takes their answer.
        let mut now: Vec<Vec<usize>> = vec![Vec::new(); old.slots.len()];
        for (index, place) in self.old.bot.places.iter().enumerate() {
            let Some(slot) = answers(&place.kind).filter(|_| place.flow == from) else {
                continue;
            };
            let there = self.place(PlaceId::from(index));
            let there = there.and_then(|there| self.new.bot.places.get(there.index()));
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
        let calls = (&self.old.bot.calls, &self.new.bot.calls);
        by_name(calls.0, calls.1, old.index(), |call| &call.name).map(CallId::from)
    }

    /// The event of the same name.
    pub fn event(&self, old: EventId) -> Option<EventId> {
        let events = (&self.old.bot.events, &self.new.bot.events);
        by_name(events.0, events.1, old.index(), |event| &event.name).map(EventId::from)
    }

    /// A value of a type of the old version as one of a type of the new version; `None` where it does not fit. What
    /// is unknown stays unknown, whatever the type.
    pub fn carried(&self, value: &Value, from: TypeId, to: TypeId) -> Option<Value> {
        if value.is_unknown() {
            return Some(Value::Unknown);
        }
        let carried = self.carry(value, from, to, 0)?;
        fits(self.new, to, &carried, 0).then_some(carried)
    }

    fn carry(&self, value: &Value, from: TypeId, to: TypeId, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        let old = self.old.bot.types.get(from.index())?;
        let new = self.new.bot.types.get(to.index())?;
        match (old, new) {
            (Type::Optional(from) | Type::Narrowed { base: from, .. }, _) => {
                self.carry(value, *from, to, depth + 1)
            }
            (_, Type::Optional(_)) if value.is_unknown() => Some(Value::Unknown),
            (_, Type::Optional(to) | Type::Narrowed { base: to, .. }) => {
                self.carry(value, from, *to, depth + 1)
            }
            (Type::List(from), Type::List(to)) => {
                // Of a list what still fits is kept.
                let items = value.as_list()?.iter();
                let kept = items.filter_map(|item| self.carry(item, *from, *to, depth + 1));
                Some(Value::List(
                    kept.filter(|item| fits(self.new, *to, item, 0)).collect(),
                ))
            }
            (Type::Record(from), Type::Record(to)) => {
                let Value::Record(fields) = value else {
                    return None;
                };
                let field = |(name, to): &(SmolStr, TypeId)| {
                    let at = from.iter().position(|(known, _)| known == name);
                    match at.and_then(|at| Some((from.get(at)?.1, fields.get(at)?))) {
                        Some((from, field)) => self.carry(field, from, *to, depth + 1),
                        None => Some(Value::Unknown),
                    }
                };
                to.iter()
                    .map(field)
                    .collect::<Option<Vec<_>>>()
                    .map(Value::Record)
            }
            (Type::Set(_), Type::Set(to)) => self.member(value, to.index()),
            _ => match (value, new.kind()?) {
                (Value::Unknown, _) => Some(Value::Unknown),
                (Value::Integer(whole), values::Kind::Number) => {
                    Some(Value::Number(Decimal::from_integer(*whole)))
                }
                (Value::Email(text) | Value::Phone(text) | Value::Url(text), values::Kind::Text) => {
                    Some(Value::Text(text.clone()))
                }
                // An amount is one of the bot's currency.
                (Value::Money(_), _) if self.old.bot.currency != self.new.bot.currency => None,
                (value, kind) if value.kind() == Some(kind) => Some(value.clone()),
                _ => None,
            },
        }
    }

    /// The member of the same name of a set.
    fn member(&self, value: &Value, set: usize) -> Option<Value> {
        let Value::Member(member) = value else {
            return None;
        };
        let before = &self.old.bot.sets.get(member.set as usize)?.members;
        let after = &self.new.bot.sets.get(set)?.members;
        let index = by_name(before, after, member.index as usize, |one| &one.name)?;
        Some(Value::member(set as u32, index as u32))
    }

    /// Values of these types, one by one; `None` where one of them does not fit or is missing.
    pub fn all_carried(&self, values: &[Value], from: &[Param], to: &[Param]) -> Option<Vec<Value>> {
        let field = |to: &Param| {
            let at = from.iter().position(|known| known.name == to.name);
            let found = at.and_then(|at| Some((from.get(at)?.ty, values.get(at)?)));
            let carried = match found {
                Some((from, value)) => self.carried(value, from, to.ty)?,
                None => Value::Unknown,
            };
            fits(self.new, to.ty, &carried, 0).then_some(carried)
        };
        to.iter().map(field).collect()
    }
}

/// The variable that takes the answer of a question.
fn answers(kind: &PlaceKind) -> Option<SlotId> {
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
pub(super) fn by_name<T>(old: &[T], new: &[T], index: usize, name: impl Fn(&T) -> &SmolStr) -> Option<usize> {
    let wanted = name(old.get(index)?);
    new.iter().position(|one| name(one) == wanted)
}
