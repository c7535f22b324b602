//! What becomes of conversations that rest at a place when a later version comes.
//!
//! The machine decides it for one conversation, with its values (semantics 19.4); here it is decided for all
//! conversations that may rest there. What is said for certain holds for each of them.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::needs::{Begins, mentions_of, reached_without, reads_as_mentioned};
use super::*;
use crate::mentions::Mentions;

/// What becomes of conversations that rest at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// All of them go on, here.
    GoesOn(PlaceId),
    /// Some of them may be stranded, as their values are; the variable is the new version's, if it is about one.
    May(Gone, Option<SlotId>),
    /// All of them are stranded.
    Stranded(Gone, Option<SlotId>),
}

impl Fate {
    /// Why a conversation is stranded there, and for lack of which variable of the new version.
    pub fn stranded(self) -> Option<(Gone, Option<SlotId>)> {
        match self {
            Fate::GoesOn(_) => None,
            Fate::May(why, slot) | Fate::Stranded(why, slot) => Some((why, slot)),
        }
    }

    /// It holds for every conversation.
    pub fn is_certain(self) -> bool {
        !matches!(self, Fate::May(..))
    }
}

/// Judges the places of the old version. What is found out about a variable once is kept.
#[derive(Debug)]
pub struct Judge<'a> {
    versions: Versions<'a>,
    /// Per flow and variable of the old version, at which places it may have no value.
    without: BTreeMap<(FlowId, SlotId), BTreeSet<PlaceId>>,
    /// Where variables of the old version have no value.
    begins: Begins<'a>,
    /// Flows of the old version that have handlers.
    handling: BTreeSet<FlowId>,
    /// What mentions variables of a number, in the old and the new version.
    mentions: [BTreeMap<SlotId, Rc<Mentions>>; 2],
    /// Per old flow and new one, which variable was which.
    sources: BTreeMap<(FlowId, FlowId), Rc<Vec<Option<usize>>>>,
    /// Per old flow, the new flows in which its places are.
    spread: BTreeMap<FlowId, Vec<FlowId>>,
}

impl<'a> Judge<'a> {
    /// Of two versions.
    pub fn new(versions: Versions<'a>) -> Judge<'a> {
        Judge {
            versions,
            without: BTreeMap::new(),
            begins: Begins::of(versions.old),
            handling: (versions.old.handlers.iter())
                .map(|handler| handler.flow)
                .collect(),
            mentions: Default::default(),
            sources: BTreeMap::new(),
            spread: BTreeMap::new(),
        }
    }

    /// What becomes of conversations that rest at a place of the old version.
    pub fn fate(&mut self, old: PlaceId) -> Fate {
        let versions = self.versions;
        let found = versions.place(old).and_then(|at| {
            let (was, is) = (
                versions.old.places.get(old.index())?,
                versions.new.places.get(at.index())?,
            );
            Some((at, was, is))
        });
        let Some((at, was, is)) = found else {
            return Fate::Stranded(Gone::Removed, None);
        };
        let runs = match &was.kind {
            PlaceKind::Run(run) => Some(run.flow),
            _ => None,
        };
        if (was.flow == FlowId::ALWAYS) != (is.flow == FlowId::ALWAYS)
            || !versions.waits_for_the_same(old, is, runs)
        {
            return Fate::Stranded(Gone::Changed, None);
        }
        let lacks = self.lacks(old, was, at, is);
        if let Some(Fate::Stranded(..)) = lacks {
            return lacks.unwrap_or(Fate::GoesOn(at));
        }
        if !self.pending_fits(was, is) || self.is_split(was, is) {
            return Fate::May(Gone::Changed, None);
        }
        lacks.unwrap_or(Fate::GoesOn(at))
    }

    /// Whether what a conversation waits for besides words fits: the arguments with which a lookup is tried again, the
    /// list that was offered, the escalation that people were called by.
    fn pending_fits(&self, was: &Place, is: &Place) -> bool {
        let versions = self.versions;
        match (&was.kind, &is.kind) {
            (PlaceKind::Call(old), PlaceKind::Call(new)) => {
                let (Some(old), Some(new)) = (
                    versions.old.calls.get(old.call.index()),
                    versions.new.calls.get(new.call.index()),
                ) else {
                    return false;
                };
                // They are kept only where it may be tried again.
                old.retry == 0
                    || old.params.is_empty()
                    || new.params.iter().all(|param| {
                        let known = old.params.iter().find(|known| known.name == param.name);
                        let optional = is_optional(versions.new, param.ty);
                        known.map_or(optional, |known| {
                            versions.fit(known.ty, param.ty) == Fit::Always
                                && (optional || !is_optional(versions.old, known.ty))
                        })
                    })
            }
            (PlaceKind::Choose(old), PlaceKind::Choose(new)) => match (&old.from, &new.from) {
                (Some(old), Some(new)) => {
                    let item = |bot: &Bot, flow: FlowId, slot: SlotId| {
                        let slots = bot.flows.get(flow.index()).map(|flow| &flow.slots)?;
                        slots.get(slot.index()).map(|slot| slot.ty)
                    };
                    let was = item(versions.old, was.flow, old.item);
                    let is = item(versions.new, is.flow, new.item);
                    matches!((was, is), (Some(was), Some(is)) if versions.fit(was, is) == Fit::Always)
                }
                _ => true,
            },
            (PlaceKind::Escalate(old), _) => {
                let escalations = (&versions.old.escalations, &versions.new.escalations);
                let found = by_name(escalations.0, escalations.1, old.index(), |one| &one.name);
                let queues = |id: usize| &escalations.1[id].to;
                found.is_some_and(|id| !queues(id).is_empty())
            }
            _ => true,
        }
    }

    /// Whether a handler that rests there may be one of a flow that goes on elsewhere: it works on that flow's variables.
    fn is_split(&mut self, was: &Place, is: &Place) -> bool {
        let versions = self.versions;
        if was.flow == FlowId::ALWAYS || versions.new.moved.is_empty() {
            return false;
        }
        if !self.handling.contains(&was.flow) {
            return false;
        }
        let spread = self.spread.entry(was.flow).or_insert_with(|| {
            let places = versions.old.places.iter().enumerate();
            let kin = places.filter(|(_, place)| place.flow == was.flow);
            let flows = kin.filter_map(|(id, _)| {
                let there = versions.place(PlaceId::from(id))?;
                versions.new.places.get(there.index()).map(|there| there.flow)
            });
            flows.collect()
        });
        spread.iter().any(|flow| *flow != is.flow)
    }

    /// Whether a variable is read behind the place that must be known and is not.
    fn lacks(&mut self, old: PlaceId, was: &Place, at: PlaceId, is: &Place) -> Option<Fate> {
        let versions = self.versions;
        let (before, now) = (
            versions.old.flows.get(was.flow.index())?,
            versions.new.flows.get(is.flow.index())?,
        );
        let sources = self.sources.entry((was.flow, is.flow));
        let sources = Rc::clone(sources.or_insert_with(|| Rc::new(versions.sources(was.flow, is.flow))));
        let mut may = None;
        for (index, slot) in now.slots.iter().enumerate() {
            let id = SlotId::from(index);
            if slot.name.starts_with('.') || is_optional(versions.new, slot.ty) {
                continue;
            }
            let Some(source) = sources.get(index).copied().flatten() else {
                if self.reads(true, at, id) {
                    return Some(Fate::Stranded(Gone::Lacks, Some(id)));
                }
                continue;
            };
            let declared = before.slots.get(source)?;
            let fit = versions.fit(declared.ty, slot.ty);
            let optional = is_optional(versions.old, declared.ty);
            let without = optional || self.may_be_without(was.flow, SlotId::from(source), old);
            if (fit == Fit::Always && !without) || !self.reads(true, at, id) {
                continue;
            }
            // What was unknown and read there before is no loss.
            if fit == Fit::Always && self.reads(false, old, SlotId::from(source)) {
                continue;
            }
            match fit == Fit::Never && !without {
                true => return Some(Fate::Stranded(Gone::Lacks, Some(id))),
                false => may = may.or(Some(Fate::May(Gone::Lacks, Some(id)))),
            }
        }
        may
    }

    fn reads(&mut self, new: bool, place: PlaceId, slot: SlotId) -> bool {
        let bot = if new { self.versions.new } else { self.versions.old };
        let known = self.mentions[usize::from(new)].entry(slot);
        let mentions = Rc::clone(known.or_insert_with(|| mentions_of(bot, slot)));
        reads_as_mentioned(bot, place, slot, &mentions)
    }

    fn may_be_without(&mut self, flow: FlowId, slot: SlotId, place: PlaceId) -> bool {
        let begins = &self.begins;
        let places = self
            .without
            .entry((flow, slot))
            .or_insert_with(|| reached_without(begins, flow, slot));
        places.contains(&place)
    }
}
