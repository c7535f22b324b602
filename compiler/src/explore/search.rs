//! The order of the walk: nodes of a unit so that what comes before comes first, and units so that what is run comes before
//! what runs it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use botflow_artifact::*;
use petgraph::graph::NodeIndex;

use super::effect::{Part, UnitId};
use super::transfer::{Times, Transfer};
use super::unit::{Leads, Step, Walks};
use crate::graph::Node;

/// What a walk needs and leaves behind for the next one.
pub(super) struct Scratch {
    /// Per node: its number in this walk.
    pub number: Vec<u32>,
    /// Nodes in order.
    pub order: Vec<u32>,
    /// Per number: where its steps stand.
    pub spans: Vec<(u32, u32)>,
    pub steps: Vec<Step>,
    pub grown: Vec<u8>,
    pub queued: Vec<bool>,
    pub heap: BinaryHeap<Reverse<u32>>,
    pub state: Transfer,
    pub rest: Transfer,
    pub next: Transfer,
    pub part: Transfer,
    /// Of the search: nodes by when they were met, with their steps; those that are done; those under way.
    pub met: Vec<(u32, (u32, u32))>,
    pub post: Vec<u32>,
    pub work: Vec<(u32, u32)>,
    /// Of a handler alone: to where handlers around it hear events, silence and failures.
    pub around: [Times; 3],
}

/// A node that has not been met.
pub(super) const UNSEEN: u32 = u32::MAX;

impl Scratch {
    /// For the walks through a bot.
    pub fn new(walks: &Walks<'_>) -> Scratch {
        let classes = walks.tells.classes;
        Scratch {
            number: vec![UNSEEN; walks.nodes],
            order: Vec::new(),
            spans: Vec::new(),
            steps: Vec::new(),
            grown: Vec::new(),
            queued: Vec::new(),
            heap: BinaryHeap::new(),
            state: Transfer::none(classes),
            rest: Transfer::none(classes),
            next: Transfer::none(classes),
            part: Transfer::none(classes),
            met: Vec::new(),
            post: Vec::new(),
            work: Vec::new(),
            around: [Times::NONE; 3],
        }
    }

    /// A node is met for the first time.
    fn meet(&mut self, walks: &Walks<'_>, node: u32, alone: bool) {
        self.number[node as usize] = 0;
        let first = self.steps.len();
        walks.leads(node, &mut self.steps);
        if alone {
            // What it leaves to is no part of it, nor is what hears it.
            for step in &mut self.steps[first..] {
                let Leads::To(to) = step.leads else { continue };
                let known = (to as usize) < walks.graph.nodes.node_count();
                if !known {
                    step.leads = walks.heard_around(step.leads).map_or(Leads::Back, Leads::Out);
                } else if matches!(
                    walks.graph.nodes[NodeIndex::new(to as usize)],
                    Node::Step(_) | Node::Hearing(_)
                ) {
                    step.leads = Leads::Out(Part::Heard);
                }
            }
        }
        self.work.push((self.met.len() as u32, first as u32));
        self.met.push((node, (first as u32, self.steps.len() as u32)));
    }

    /// What leads on from the node of this number.
    pub fn steps_of(&self, number: usize) -> &[Step] {
        let (first, last) = self.spans[number];
        &self.steps[first as usize..last as usize]
    }
}

/// The nodes that can be reached from a beginning, in an order in which what comes before comes first, with their steps. Of a
/// handler alone only what belongs to it.
pub(super) fn discover(walks: &Walks<'_>, entry: u32, alone: Option<HandlerId>, scratch: &mut Scratch) {
    scratch.order.clear();
    scratch.steps.clear();
    scratch.spans.clear();
    // A search in depth, without recursion: `work` holds nodes, by when they were met, with the place of their next step.
    scratch.met.clear();
    scratch.post.clear();
    scratch.meet(walks, entry, alone.is_some());
    while let Some((at, next)) = scratch.work.last_mut() {
        let (_, (_, last)) = scratch.met[*at as usize];
        if *next == last {
            scratch.post.push(*at);
            scratch.work.pop();
            continue;
        }
        let step = scratch.steps[*next as usize];
        *next += 1;
        if let Leads::To(to) = step.leads
            && scratch.number[to as usize] == UNSEEN
        {
            scratch.meet(walks, to, alone.is_some());
        }
    }
    for at in scratch.post.iter().rev() {
        let (node, span) = scratch.met[*at as usize];
        scratch.number[node as usize] = scratch.order.len() as u32;
        scratch.order.push(node);
        scratch.spans.push(span);
    }
}

/// Units in order: those that are run before those that run them; and those that run themselves, by however long a way.
pub(super) fn order(walks: &Walks<'_>, scratch: &mut Scratch) -> (Vec<UnitId>, Vec<UnitId>) {
    let bot = walks.bot;
    let count = walks.units.len();
    let mut runs: Vec<Vec<UnitId>> = vec![Vec::new(); count];
    for place in &bot.places {
        let unit = match &place.kind {
            PlaceKind::Run(run) if run.flow.index() < bot.flows.len() => walks.flow(run.flow),
            PlaceKind::Escalate(escalation) if escalation.index() < bot.escalations.len() => {
                walks.escalation(*escalation)
            }
            _ => continue,
        };
        if place.flow != FlowId::ALWAYS {
            runs[place.flow.index()].push(unit);
        }
    }
    // What stands in `always` belongs to one handler, rule or escalation each.
    for (unit, runs) in runs.iter_mut().enumerate().skip(bot.flows.len()) {
        discover(walks, walks.entry(unit as UnitId).index() as u32, None, scratch);
        runs.extend(scratch.steps.iter().filter_map(|step| match step.leads {
            Leads::Into(to) => Some(to),
            _ => None,
        }));
        for node in std::mem::take(&mut scratch.order) {
            scratch.number[node as usize] = UNSEEN;
        }
    }
    let mut state = vec![0u8; count];
    let mut order = Vec::with_capacity(count);
    let mut tangled = Vec::new();
    for root in 0..count as UnitId {
        if state[root as usize] != 0 {
            continue;
        }
        state[root as usize] = 1;
        let mut work = vec![(root, 0usize)];
        while let Some((unit, next)) = work.last_mut() {
            match runs[*unit as usize].get(*next).copied() {
                Some(to) => {
                    *next += 1;
                    match state[to as usize] {
                        0 => {
                            state[to as usize] = 1;
                            work.push((to, 0));
                        }
                        1 => tangled.push(to),
                        _ => {}
                    }
                }
                None => {
                    state[*unit as usize] = 2;
                    order.push(*unit);
                    work.pop();
                }
            }
        }
    }
    tangled.sort_unstable();
    tangled.dedup();
    (order, tangled)
}
