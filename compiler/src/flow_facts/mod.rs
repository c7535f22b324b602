//! What surely holds at each point of a conversation: which names have an answer, which values are known. Several
//! rules of BF1 and BF2 ask for it.
//!
//! Reading order: [`path`] (what facts are about) → [`graph`] (a flow as small steps) → [`build`], [`questions`]
//! (from statements to steps) → [`learn`] (what a condition teaches) → [`forgets`] (what other flows undo) →
//! [`solve`] (the facts before each step) → [`check`] (where they are missing) → [`conversation`] (how a customer
//! comes there).
//!
//! A fact holds at a point if it holds on every way there. Within a conversation what is known stays known, except
//! what `forget` makes unknown; a handler that comes back may have forgotten something at any rest. What `back` undoes
//! is not followed: a question that is put again that way may find unknown what a later `forget` made so.

mod build;
mod check;
pub(crate) mod constraints;
mod conversation;
mod failures;
mod forgets;
mod graph;
mod learn;
pub(crate) mod path;
mod questions;
pub(crate) mod reads;
mod solve;

pub(crate) use check::show_value;
pub(crate) use failures::statement_leaves;
pub(crate) use forgets::{for_each_block, for_each_root};

use std::cell::Cell;

use botflow_artifact::{ExprId, FieldId, FlowId};

use crate::finding::Finding;
use crate::hir::{Program, UseContext};
use crate::rules::names::{contradictory_condition, sensitive_leak, unbounded_value};
use crate::rules::writing::file_too_large;
use path::words;
use solve::Around;

/// Steps that looking for conversations may take that are hard to find, in all flows together.
const SEARCH: u32 = 2_000;

/// How much is kept of one flow at most, in words of 64 facts: a quarter of a gibibyte. Its steps times its names.
const LARGEST: usize = 1 << 25;

/// Checks all flows; findings are in order of flows, and within one in order of its statements.
pub fn check(program: &Program, findings: &mut Vec<Finding>) {
    let effects = forgets::effects(program);
    let uses = Uses::new(program);
    let mut learns: Vec<Vec<FieldId>> = vec![Vec::new(); program.flows.len()];
    let mut by_flow: Vec<Vec<Finding>> = vec![Vec::new(); program.flows.len()];
    let failures = failures::Failures::of(program);
    let budget = Cell::new(SEARCH);
    for flow in callees_first(&effects.runs) {
        let Some(body) = program.flows.get(flow.index()) else {
            continue;
        };
        let built = build::build(program, body, &learns, &failures);
        if built.graph.nodes.len().saturating_mul(built.facts.words()) > LARGEST {
            by_flow[flow.index()].push(file_too_large::flow(body.name_span));
            continue;
        }
        let around = Around {
            learns: &learns,
            forgets: &effects.forgets,
            uses: &uses,
        };
        let forgotten = &effects.forgotten_at_rest[flow.index()];
        let solved = solve::solve(program, flow, &built, around, forgotten);
        check::flow(
            &check::Checked {
                program,
                body,
                built: &built,
                solved: &solved,
                around,
                budget: &budget,
            },
            &mut by_flow[flow.index()],
        );
        let known = surely_known_at_end(program, &built, &solved, around);
        drop(built);
        learns[flow.index()] = known;
    }
    findings.extend(by_flow.into_iter().flatten());
    check::outside_of_flows(program, &uses, findings);
    contradictory_condition::check(program, findings);
    sensitive_leak::check(program, findings);
    unbounded_value::check(program, findings);
}

/// Fields of the card that are known wherever a flow comes back.
fn surely_known_at_end(
    program: &Program,
    built: &build::Built<'_>,
    solved: &solve::Solved,
    around: Around<'_>,
) -> Vec<FieldId> {
    let ends = built
        .graph
        .ends
        .iter()
        .filter_map(|end| solved.behind(program, built, around, *end));
    let Some(state) = ends.reduce(|mut all, end| {
        all.iter_mut().zip(&end).for_each(|(word, other)| *word &= other);
        all
    }) else {
        return Vec::new();
    };
    built
        .facts
        .fields()
        .filter(|(_, fact)| words::has(&state, *fact))
        .map(|(field, _)| field)
        .collect()
}

/// Flows in an order in which those that are run come before those that run them, as far as there is one.
fn callees_first(runs: &[Vec<FlowId>]) -> Vec<FlowId> {
    let mut order = Vec::with_capacity(runs.len());
    let mut seen = vec![false; runs.len()];
    for root in 0..runs.len() {
        // By hand, because a chain of flows may be as long as the project has flows.
        let mut stack = vec![(root, 0)];
        if std::mem::replace(&mut seen[root], true) {
            continue;
        }
        while let Some((flow, next)) = stack.pop() {
            match runs[flow].get(next) {
                Some(callee) => {
                    stack.push((flow, next + 1));
                    if seen.get(callee.index()) == Some(&false) {
                        seen[callee.index()] = true;
                        stack.push((callee.index(), 0));
                    }
                }
                None => order.push(FlowId::from(flow)),
            }
        }
    }
    order
}

/// Expressions of type `T?` that stand where a `T` is wanted.
pub(crate) struct Uses {
    words: Vec<u64>,
    contexts: Vec<(ExprId, UseContext)>,
}

impl Uses {
    fn new(program: &Program) -> Uses {
        let mut words = vec![0u64; program.exprs.len().div_ceil(64)];
        for used in &program.optional_uses {
            if let Some(word) = words.get_mut(used.expr.index() / 64) {
                *word |= 1 << (used.expr.0 % 64);
            }
        }
        let mut contexts: Vec<_> = program
            .optional_uses
            .iter()
            .map(|used| (used.expr, used.context))
            .collect();
        contexts.sort_by_key(|(expr, _)| *expr);
        Uses { words, contexts }
    }

    pub(crate) fn contains(&self, expr: ExprId) -> bool {
        self.words
            .get(expr.index() / 64)
            .is_some_and(|word| word >> (expr.0 % 64) & 1 == 1)
    }

    pub(crate) fn context(&self, expr: ExprId) -> UseContext {
        let at = self.contexts.binary_search_by_key(&expr, |(expr, _)| *expr);
        at.map_or(UseContext::Passed, |at| self.contexts[at].1)
    }
}
