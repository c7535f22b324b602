//! The walk through all units: what is known at each node, relative to the beginning of its unit.
//!
//! Units that are run come before those that run them. Inside a unit a worklist in the order of the flow goes on until
//! nothing grows. Everything that can be known is finite but the times, and a time that has grown too often is unbounded:
//! so it ends. Where a bot is so tangled that even this takes too long, the unit is not decided, and everything may be.

use std::cmp::Reverse;

use botflow_artifact::*;
use petgraph::graph::NodeIndex;

use super::backs::{Back, Backs, PutAgain};
use super::effect::{PARTS, Part, UnitId};
use super::search::{Scratch, UNSEEN, discover, order};
use super::table::Table;
use super::transfer::{Times, Transfer, UNBOUNDED, longer};
use super::unit::{Leads, Walks, is_customers};
use crate::graph::Node;

/// A time that has grown so often at one node grows without end.
const GROWS: u8 = 12;
/// So often everything is walked if something runs itself.
const ROUNDS: usize = 5;
/// So many steps are taken for each step there is; beyond that a unit is not decided.
const STEPS: usize = 64;

/// What is known everywhere.
pub(super) struct Solved {
    /// Per node: from the beginning of its unit to there.
    pub nodes: Table,
    /// Per node: its unit.
    pub unit: Vec<u32>,
    /// Per unit and part.
    parts: Table,
    /// What leads from one unit into another: from this node.
    pub calls: Vec<Vec<(u32, UnitId)>>,
    /// Units that were not decided.
    pub undecided: Vec<UnitId>,
    /// Handlers that come back.
    backs: Backs,
    /// How many steps were taken.
    pub steps: usize,
}

impl Solved {
    pub fn of(walks: &Walks<'_>) -> Solved {
        let classes = walks.tells.classes;
        let mut solved = Solved {
            nodes: Table::new(walks.nodes, classes),
            unit: vec![UNSEEN; walks.nodes],
            parts: Table::new(walks.units.len() * PARTS, classes),
            calls: vec![Vec::new(); walks.units.len()],
            undecided: Vec::new(),
            backs: Backs::none(walks.bot),
            steps: 0,
        };
        let mut scratch = Scratch::new(walks);
        let (order, tangled) = order(walks, &mut scratch);
        solved.walk_all(walks, &order, &tangled, &mut scratch);
        for id in 0..walks.bot.handlers.len() {
            solved.backs.handlers[id] = solved.comes_back(walks, HandlerId::from(id), &mut scratch);
        }
        // Most handlers come back in the turn in which they were heard. Where one does not, questions are put again later than
        // that, and everything is walked once more.
        if solved.backs.take_time(walks.bot) {
            solved.backs.around(walks);
            solved.walk_all(walks, &order, &tangled, &mut scratch);
        }
        solved.undecided.sort_unstable();
        solved.undecided.dedup();
        solved
    }

    /// Walks all units. What runs itself is walked until nothing grows any more, a few times.
    fn walk_all(&mut self, walks: &Walks<'_>, order: &[UnitId], tangled: &[UnitId], scratch: &mut Scratch) {
        for round in 0..ROUNDS {
            let before = match tangled {
                [] => None,
                _ => Some(self.parts.clone()),
            };
            for unit in order {
                self.walk(walks, *unit, scratch);
            }
            match before {
                None => return,
                Some(before) if before == self.parts => return,
                _ if round + 2 < ROUNDS => {}
                _ => {
                    // It goes on growing: what runs itself is not decided, and may be anything in the last round.
                    for unit in tangled {
                        self.undecided.push(*unit);
                        let everything = everything(walks);
                        for part in 0..PARTS {
                            self.parts.join(*unit as usize * PARTS + part, &everything, false);
                        }
                    }
                }
            }
        }
    }

    /// The index of a part of a unit.
    fn part(unit: UnitId, part: Part) -> usize {
        unit as usize * PARTS + part as usize
    }

    /// What is known of a part of a unit.
    pub fn get_part(&self, unit: UnitId, part: Part, into: &mut Transfer) {
        self.parts.get(Self::part(unit, part), into);
    }

    /// What handlers that come back make of a place at which a conversation rests.
    pub fn put_again(&self, walks: &Walks<'_>, id: PlaceId, place: &Place) -> PutAgain {
        self.backs.at(walks, id, place)
    }

    /// How long ago the customer can have written where the first flow begins.
    pub fn before_start(&self) -> u32 {
        self.backs.before_start()
    }

    /// Walks a unit.
    fn walk(&mut self, walks: &Walks<'_>, unit: UnitId, scratch: &mut Scratch) {
        self.calls[unit as usize].clear();
        for part in 0..PARTS {
            self.parts.clear(unit as usize * PARTS + part);
        }
        let entry = walks.entry(unit).index() as u32;
        discover(walks, entry, None, scratch);
        for node in &scratch.order {
            self.nodes.clear(*node as usize);
            let owner = &mut self.unit[*node as usize];
            if *owner != UNSEEN && *owner != unit {
                // Code that two units share is looked at for the one and for the other at once.
                self.undecided.extend([*owner, unit]);
            }
            *owner = unit;
        }
        let identity = Transfer::identity(walks.tells.classes, walks.tells.languages);
        self.nodes.join(entry as usize, &identity, false);
        let decided = self.relax(walks, Some(unit), scratch);
        if !decided {
            self.undecided.push(unit);
        }
        for node in std::mem::take(&mut scratch.order) {
            scratch.number[node as usize] = UNSEEN;
        }
    }

    /// Walks a handler alone, from where it has just been heard.
    fn comes_back(&mut self, walks: &Walks<'_>, id: HandlerId, scratch: &mut Scratch) -> Back {
        let entry = walks.graph.handler(id).index() as u32;
        discover(walks, entry, Some(id), scratch);
        let mut heard = Transfer::identity(walks.tells.classes, walks.tells.languages);
        if is_customers(&walks.bot.handlers[id.index()].hears) {
            heard.write(walks.tells.moving());
        }
        // The states of its nodes are set aside.
        let kept: Vec<_> = (scratch.order.iter())
            .map(|node| self.nodes.take(*node as usize))
            .collect();
        self.nodes.join(entry as usize, &heard, false);
        scratch.around = [Times::NONE; 3];
        self.relax(walks, None, scratch);
        let mut all = Times::NONE;
        let mut state = Transfer::none(walks.tells.classes);
        for (number, node) in scratch.order.iter().enumerate() {
            if (scratch.steps_of(number).iter()).any(|step| matches!(step.leads, Leads::Back | Leads::Again))
            {
                self.nodes.get(*node as usize, &mut state);
                for times in &state.times {
                    all.silent = longer(all.silent, times.silent);
                    all.since = longer(all.since, times.since);
                }
            }
        }
        for (node, kept) in std::mem::take(&mut scratch.order).into_iter().zip(kept) {
            self.nodes.put(node as usize, kept);
            scratch.number[node as usize] = UNSEEN;
        }
        Back {
            back: all,
            around: scratch.around,
        }
    }

    /// Goes on until nothing grows; whether that was soon enough. `unit` has what leads out of it noted.
    fn relax(&mut self, walks: &Walks<'_>, unit: Option<UnitId>, scratch: &mut Scratch) -> bool {
        let moving = walks.tells.moving();
        let count = scratch.order.len();
        scratch.grown.clear();
        scratch.grown.resize(count, 0);
        scratch.queued.clear();
        scratch.queued.resize(count, false);
        scratch.heap.clear();
        scratch.heap.push(Reverse(0));
        scratch.queued[0] = true;
        let mut left = (scratch.steps.len() + count).saturating_mul(STEPS);
        let mut again: Option<Transfer> = None;
        let mut again_grown = 0;
        while let Some(Reverse(number)) = scratch.heap.pop() {
            scratch.queued[number as usize] = false;
            let node = scratch.order[number as usize];
            self.nodes.get(node as usize, &mut scratch.state);
            if !scratch.state.any() {
                continue;
            }
            let place = place_of(walks, node);
            scratch.rest.copy(&scratch.state);
            if let Some(back) = self.may_rest(walks, node, place) {
                back.put(&mut scratch.rest, moving);
                if let Some(again) = again
                    .as_ref()
                    .filter(|_| place.is_some_and(|(_, place)| is_question(place)))
                {
                    put_once_more(&mut scratch.rest, again);
                    put_once_more(&mut scratch.state, again);
                }
                // What is put again is part of what is known here.
                self.nodes.join(node as usize, &scratch.state, false);
            }
            let (first, last) = scratch.spans[number as usize];
            for at in first..last {
                self.steps += 1;
                let Some(rest) = left.checked_sub(1) else {
                    self.give_up(walks, unit, scratch);
                    return false;
                };
                left = rest;
                let step = scratch.steps[at as usize];
                scratch.next.copy(match step.at_once {
                    true => &scratch.state,
                    false => &scratch.rest,
                });
                let (parts, part) = (&self.parts, &mut scratch.part);
                step.effect
                    .apply(&mut scratch.next, moving, |unit, which, state| {
                        parts.get(Self::part(unit, which), part);
                        state.then(part, moving);
                    });
                if let (Some((id, place)), false) = (place, step.at_once) {
                    self.backs
                        .goes_on(walks, id, place, step.leads, &mut scratch.next);
                    if let (Some(part), Some(_)) = (walks.heard_around(step.leads), unit) {
                        let (rest, next) = (&scratch.rest, &mut scratch.next);
                        self.backs.digresses(walks, id, part, rest, next);
                    }
                }
                if !scratch.next.any() {
                    continue;
                }
                match step.leads {
                    Leads::To(to) => {
                        let number = scratch.number[to as usize];
                        let Some(grown) = scratch.grown.get_mut(number as usize) else {
                            continue;
                        };
                        if self.nodes.join(to as usize, &scratch.next, *grown >= GROWS) {
                            *grown = grown.saturating_add(1);
                            if !std::mem::replace(&mut scratch.queued[number as usize], true) {
                                scratch.heap.push(Reverse(number));
                            }
                        }
                    }
                    Leads::Out(part) => match unit {
                        Some(unit) => {
                            self.parts.join(Self::part(unit, part), &scratch.next, false);
                        }
                        None => {
                            let around = [Part::Rests, Part::Silent, Part::Fails];
                            let around = around.iter().position(|one| *one == part);
                            if let Some(known) = around.map(|at| &mut scratch.around[at]) {
                                for times in &scratch.next.times {
                                    known.silent = longer(known.silent, times.silent);
                                    known.since = longer(known.since, times.since);
                                }
                            }
                        }
                    },
                    Leads::Again => {
                        let known = again.get_or_insert_with(|| Transfer::none(walks.tells.classes));
                        if known.join(&scratch.next, again_grown >= GROWS) {
                            again_grown += 1;
                            for (number, node) in scratch.order.iter().enumerate() {
                                if place_of(walks, *node).is_some_and(|(_, place)| is_question(place))
                                    && self.nodes.any(*node as usize)
                                    && !std::mem::replace(&mut scratch.queued[number], true)
                                {
                                    scratch.heap.push(Reverse(number as u32));
                                }
                            }
                        }
                    }
                    Leads::Into(_) | Leads::Away(_) | Leads::Back => {}
                }
            }
        }
        if let Some(unit) = unit {
            for (number, node) in scratch.order.iter().enumerate() {
                if !self.nodes.any(*node as usize) {
                    continue;
                }
                for step in scratch.steps_of(number) {
                    if let Leads::Into(to) | Leads::Away(to) = step.leads {
                        self.calls[unit as usize].push((*node, to));
                    }
                }
            }
        }
        true
    }

    /// If the conversation can rest at a node: what handlers that come back make of it.
    fn may_rest(&self, walks: &Walks<'_>, node: u32, place: Option<(PlaceId, &Place)>) -> Option<PutAgain> {
        match place {
            Some((id, place)) => match place.kind {
                PlaceKind::Run(_) | PlaceKind::Form(_) => None,
                _ => Some(self.put_again(walks, id, place)),
            },
            None => {
                let node = NodeIndex::new(node as usize);
                let known = node.index() < walks.graph.nodes.node_count();
                (known && matches!(walks.graph.nodes[node], Node::People(_))).then_some(PutAgain::AT_ONCE)
            }
        }
    }

    /// Everything may be at every node of a unit.
    fn give_up(&mut self, walks: &Walks<'_>, unit: Option<UnitId>, scratch: &Scratch) {
        let everything = everything(walks);
        for node in &scratch.order {
            self.nodes.join(*node as usize, &everything, false);
        }
        let Some(unit) = unit else { return };
        for part in 0..PARTS {
            self.parts.join(unit as usize * PARTS + part, &everything, false);
        }
        for step in &scratch.steps {
            if let Leads::Into(to) | Leads::Away(to) = step.leads {
                self.calls[unit as usize].push((scratch.order[0], to));
            }
        }
    }
}

/// Everything may be.
fn everything(walks: &Walks<'_>) -> Transfer {
    let times = Times {
        silent: UNBOUNDED,
        since: UNBOUNDED,
    };
    Transfer {
        times: vec![times; walks.tells.classes],
        silent: walks.tells.languages,
        since: walks.tells.languages,
    }
}

/// The place of a node.
fn place_of<'b>(walks: &Walks<'b>, node: u32) -> Option<(PlaceId, &'b Place)> {
    let node = NodeIndex::new(node as usize);
    if node.index() >= walks.graph.nodes.node_count() {
        return None;
    }
    match walks.graph.nodes[node] {
        Node::Place(id) => walks.bot.places.get(id.index()).map(|place| (id, place)),
        _ => None,
    }
}

/// Whether `again` and `back` can lead to a place.
fn is_question(place: &Place) -> bool {
    matches!(
        place.kind,
        PlaceKind::Ask(_) | PlaceKind::Choose(_) | PlaceKind::Verify(_)
    )
}

/// A question is put once more, where it was put before.
fn put_once_more(state: &mut Transfer, again: &Transfer) {
    for (times, again) in state.times.iter_mut().zip(&again.times) {
        if times.any() {
            times.silent = longer(times.silent, again.silent);
            times.since = longer(times.since, again.since);
        }
    }
    state.silent |= again.silent;
    state.since |= again.since;
}
