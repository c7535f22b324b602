//! Which facts surely hold before each step of a flow: forward, over all ways, to the fixpoint.

use std::collections::VecDeque;

use botflow_artifact::*;

use super::build::Built;
use super::graph::{Act, Known, NodeId};
use super::path::{Fact, Root, is_optional, path_of, words};
use crate::hir::Program;

/// What other flows do to the facts of this one.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    /// Fields that flows surely know when they come back, by flow.
    pub learns: &'a [Vec<FieldId>],
    /// Fields that flows and what they run may forget, by flow.
    pub forgets: &'a [Vec<FieldId>],
    /// Expressions that have a finding or are going to be looked at for one: what they give counts as known.
    pub uses: &'a super::Uses,
}

/// The facts of one flow, solved.
pub(super) struct Solved {
    pub words: usize,
    states: Vec<u64>,
    reached: Vec<bool>,
    pub starts: Vec<u32>,
    pub targets: Vec<NodeId>,
    kills: Kills,
}

/// Facts that end because of what may have happened meanwhile.
#[derive(Default)]
pub(super) struct Kills {
    /// At every rest.
    rest: Vec<Fact>,
    /// At presses, in ascending order of their nodes.
    presses: Vec<(NodeId, Vec<Fact>)>,
}

impl Solved {
    /// What holds before a node; `None` if no conversation comes there.
    pub fn before(&self, node: NodeId) -> Option<&[u64]> {
        let at = node as usize;
        self.reached[at].then(|| &self.states[at * self.words..(at + 1) * self.words])
    }

    /// What holds behind a node.
    pub fn behind(
        &self,
        program: &Program,
        built: &Built<'_>,
        around: Around<'_>,
        node: NodeId,
    ) -> Option<Vec<u64>> {
        let mut state = self.before(node)?.to_vec();
        transfer(program, built, around, &self.kills, node, &mut state);
        Some(state)
    }
}

/// Solves one flow. `forgotten` are the fields that handlers may forget while it rests.
pub(super) fn solve(
    program: &Program,
    flow: FlowId,
    built: &Built<'_>,
    around: Around<'_>,
    forgotten: &[FieldId],
) -> Solved {
    let graph = &built.graph;
    let (starts, targets) = graph.successors();
    let words = built.facts.words();
    let mut kills = Kills::default();
    for field in forgotten {
        kills.rest.extend(built.facts.below(Root::Customer(*field)));
    }
    for slot in &built.changed_by_handlers {
        kills.rest.extend(built.facts.below(Root::Slot(*slot)));
    }
    kills.rest.sort_unstable();
    kills.rest.dedup();
    kills.presses = presses(program, built, around, (&starts, &targets));
    let mut solved = Solved {
        words,
        states: vec![0; words * graph.nodes.len()],
        reached: vec![false; graph.nodes.len()],
        starts,
        targets,
        kills,
    };
    if graph.nodes.is_empty() {
        return solved;
    }
    begin(program, flow, built, &mut solved.states[..words]);
    solved.reached[0] = true;
    let mut queue: VecDeque<NodeId> = VecDeque::from([0]);
    let mut queued = vec![false; graph.nodes.len()];
    let mut state = vec![0u64; words];
    while let Some(node) = queue.pop_front() {
        let at = node as usize;
        queued[at] = false;
        state.copy_from_slice(&solved.states[at * words..(at + 1) * words]);
        transfer(program, built, around, &solved.kills, node, &mut state);
        for next in solved.starts[at]..solved.starts[at + 1] {
            let next = solved.targets[next as usize] as usize;
            let target = &mut solved.states[next * words..(next + 1) * words];
            let mut changed = false;
            if solved.reached[next] {
                for (word, new) in target.iter_mut().zip(&state) {
                    changed |= *word & new != *word;
                    *word &= new;
                }
            } else {
                target.copy_from_slice(&state);
                solved.reached[next] = true;
                changed = true;
            }
            if changed && !queued[next] {
                queued[next] = true;
                queue.push_back(next as NodeId);
            }
        }
    }
    solved
}

/// So many buttons of a flow are looked at one by one.
const MOST_BUTTONS: usize = 64;

/// What may end between a message and the press of its button: whatever ends it on some way from there. With very
/// many buttons in a flow, whatever ends it anywhere.
fn presses(
    program: &Program,
    built: &Built<'_>,
    around: Around<'_>,
    (starts, targets): (&[u32], &[NodeId]),
) -> Vec<(NodeId, Vec<Fact>)> {
    let graph = &built.graph;
    let ends = |node: NodeId, ended: &mut Vec<Fact>| {
        let facts = &built.facts;
        match graph.nodes[node as usize].act {
            Act::Give(slot, known) => {
                let stays = matches!(known, Known::Yes).then(|| facts.known_slot(slot));
                let below = facts.below(Root::Slot(slot));
                ended.extend(below.filter(|fact| Some(*fact) != stays && *fact != facts.answered(slot)));
            }
            Act::Take(slot) => {
                ended.extend(facts.below(Root::Slot(slot)));
                if !slot_is_optional(built, program, slot) {
                    ended.push(facts.answered(slot));
                }
            }
            Act::Remember(field, _) | Act::Forget(field) => ended.extend(facts.below(Root::Customer(field))),
            Act::Ran(flow) => {
                for field in around.forgets.get(flow.index()).into_iter().flatten() {
                    ended.extend(facts.below(Root::Customer(*field)));
                }
            }
            Act::Nothing | Act::Learn(..) | Act::Rest | Act::Press => {}
        }
    };
    let all = (graph.presses.len() > MOST_BUTTONS).then(|| {
        let mut ended = Vec::new();
        (0..graph.nodes.len()).for_each(|node| ends(node as NodeId, &mut ended));
        ended.sort_unstable();
        ended.dedup();
        ended
    });
    let found = graph.presses.iter().map(|(press, said)| {
        if let Some(all) = &all {
            return (*press, all.clone());
        }
        let mut ended = Vec::new();
        let mut seen = vec![false; graph.nodes.len()];
        let mut todo = vec![*said];
        while let Some(node) = todo.pop() {
            for next in starts[node as usize]..starts[node as usize + 1] {
                let next = targets[next as usize];
                if !std::mem::replace(&mut seen[next as usize], true) {
                    ends(next, &mut ended);
                    todo.push(next);
                }
            }
        }
        ended.sort_unstable();
        ended.dedup();
        (*press, ended)
    });
    let mut found: Vec<_> = found.collect();
    found.sort_unstable_by_key(|(press, _)| *press);
    found
}

/// What holds where a flow begins: its parameters have their arguments.
fn begin(program: &Program, flow: FlowId, built: &Built<'_>, state: &mut [u64]) {
    let Some(flow) = program.bot.flows.get(flow.index()) else {
        return;
    };
    for (at, slot) in flow.slots.iter().enumerate().take(flow.params as usize) {
        words::add(state, built.facts.answered(SlotId::from(at)));
        if !is_optional(&program.bot, slot.ty) {
            words::add(state, built.facts.known_slot(SlotId::from(at)));
        }
    }
}

/// What a node does to the facts.
pub(super) fn transfer(
    program: &Program,
    built: &Built<'_>,
    around: Around<'_>,
    kills: &Kills,
    node: NodeId,
    state: &mut [u64],
) {
    let facts = &built.facts;
    let drop_below = |root: Root, state: &mut [u64]| {
        for fact in facts.below(root) {
            words::remove(state, fact);
        }
    };
    match built.graph.nodes[node as usize].act {
        Act::Nothing => {}
        Act::Learn(from, to) => {
            for fact in &built.graph.learned[from as usize..to as usize] {
                words::add(state, *fact);
            }
        }
        Act::Give(slot, known) => {
            let known = becomes_known(program, built, around, state, known);
            drop_below(Root::Slot(slot), state);
            words::add(state, facts.answered(slot));
            if known {
                words::add(state, facts.known_slot(slot));
            }
        }
        Act::Take(slot) => {
            drop_below(Root::Slot(slot), state);
            if slot_is_optional(built, program, slot) {
                words::add(state, facts.answered(slot));
            } else {
                words::remove(state, facts.answered(slot));
            }
        }
        Act::Remember(field, known) => {
            let known = becomes_known(program, built, around, state, known);
            drop_below(Root::Customer(field), state);
            let path = super::path::Path {
                root: Root::Customer(field),
                parts: Vec::new(),
            };
            if known && let Some(fact) = facts.known(&path) {
                words::add(state, fact);
            }
        }
        Act::Forget(field) => drop_below(Root::Customer(field), state),
        Act::Ran(flow) => {
            for field in around.forgets.get(flow.index()).into_iter().flatten() {
                drop_below(Root::Customer(*field), state);
            }
            for field in around.learns.get(flow.index()).into_iter().flatten() {
                let path = super::path::Path {
                    root: Root::Customer(*field),
                    parts: Vec::new(),
                };
                if let Some(fact) = facts.known(&path) {
                    words::add(state, fact);
                }
            }
        }
        Act::Rest | Act::Press => {
            for fact in &kills.rest {
                words::remove(state, *fact);
            }
            if let Ok(at) = kills.presses.binary_search_by_key(&node, |(press, _)| *press) {
                for fact in &kills.presses[at].1 {
                    words::remove(state, *fact);
                }
            }
        }
    }
}

fn slot_is_optional(built: &Built<'_>, program: &Program, slot: SlotId) -> bool {
    let flow = program.bot.flows.get(built.flow.index());
    flow.and_then(|flow| flow.slots.get(slot.index()))
        .is_some_and(|slot| is_optional(&program.bot, slot.ty))
}

fn becomes_known(
    program: &Program,
    built: &Built<'_>,
    around: Around<'_>,
    state: &[u64],
    known: Known,
) -> bool {
    match known {
        Known::Yes => true,
        Known::No => false,
        Known::As(value) => around.uses.contains(value) || is_known(program, built, state, &[], value),
    }
}

/// Whether an expression surely has a value; `also` are paths that are known besides.
pub(super) fn is_known(
    program: &Program,
    built: &Built<'_>,
    state: &[u64],
    also: &[super::path::Path],
    value: ExprId,
) -> bool {
    is_known_where(program, value, |path| {
        also.contains(path)
            || built
                .facts
                .known(path)
                .is_some_and(|fact| words::has(state, fact))
    })
}

/// Whether an expression surely has a value where these paths are known.
pub(super) fn is_known_where(
    program: &Program,
    value: ExprId,
    known: impl Fn(&super::path::Path) -> bool,
) -> bool {
    let bot = &program.bot;
    let optional = |value: ExprId| {
        let info = program.exprs.get(value.index());
        info.is_some_and(|info| is_optional(bot, info.ty))
    };
    if !optional(value) {
        return true;
    }
    // `else` leans to the right, so that its own nesting is followed without recursion.
    let mut value = value;
    loop {
        if let Some(path) = path_of(bot, value) {
            return known(&path);
        }
        let Some(Expr::Else(first, second)) = bot.exprs.get(value.index()) else {
            return false;
        };
        if path_of(bot, *first).is_some_and(|path| known(&path)) || !optional(*second) {
            return true;
        }
        value = *second;
    }
}
