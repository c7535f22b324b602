//! All questions with options and all messages with buttons, each with what is surely so where it stands: the
//! conditions around it, and those that led away before it.

use botflow_artifact::{ExprId, FlowId};

use crate::flow_facts::{for_each_block, for_each_root, statement_leaves};
use crate::hir::{Block, ChooseBody, OfferBody, Program, Stmt, StmtKind};

/// So many conditions above are kept in mind; people do not keep more either.
const MOST: usize = 32;

/// A condition that has been decided above.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decided {
    pub condition: ExprId,
    pub yes: bool,
    /// Nothing has happened since that could change it.
    pub fresh: bool,
}

/// What has options.
pub(super) enum Asks<'p> {
    Choose(&'p ChooseBody),
    Offer(&'p OfferBody),
}

/// What is done with each: its flow, its statement, what it asks, what is decided where it stands.
type Visit<'v, 'p> = dyn FnMut(FlowId, &'p Stmt, Asks<'p>, &[Decided]) + 'v;

/// Visits everything that has options, in order of the text.
pub(super) fn for_each<'p>(program: &'p Program, visit: &mut Visit<'_, 'p>) {
    for_each_root(program, &mut |flow, root| {
        block(flow, root, &mut Vec::new(), visit);
    });
}

/// Blocks nest as deep as the parser lets them.
fn block<'p>(flow: FlowId, within: &'p Block, decided: &mut Vec<Decided>, visit: &mut Visit<'_, 'p>) {
    let outside = decided.len();
    let before = decided.clone();
    for stmt in &within.stmts {
        match &stmt.kind {
            StmtKind::Choose(choose) => visit(flow, stmt, Asks::Choose(choose), decided),
            StmtKind::Offer(offer) => visit(flow, stmt, Asks::Offer(offer), decided),
            _ => {}
        }
        if let StmtKind::If { arms, otherwise } = &stmt.kind {
            branches(flow, arms, otherwise.as_ref(), decided, visit);
            continue;
        }
        let inert = is_inert(stmt);
        if !inert {
            decided.iter_mut().for_each(|one| one.fresh = false);
        }
        for_each_block(stmt, &mut |inner| block(flow, inner, decided, visit));
    }
    decided.truncate(outside);
    // What became stale inside is stale behind, too: the caller decides by the statement.
    decided.clone_from_slice(&before);
}

/// `if … else if …`: each branch knows that those before it were not taken; behind, the branches that leave were not.
fn branches<'p>(
    flow: FlowId,
    arms: &'p [(ExprId, Block)],
    otherwise: Option<&'p Block>,
    decided: &mut Vec<Decided>,
    visit: &mut Visit<'_, 'p>,
) {
    let outside = decided.len();
    let all = arms.iter().map(|(_, block)| block).chain(otherwise);
    let inert = all.clone().all(|block| block.stmts.iter().all(is_inert));
    let mut not_taken = Vec::new();
    let mut all_left = true;
    for (condition, inner) in arms {
        let decides = |yes| Decided {
            condition: *condition,
            yes,
            fresh: true,
        };
        decided.push(decides(true));
        block(flow, inner, decided, visit);
        decided.pop();
        decided.push(decides(false));
        all_left &= inner.stmts.iter().any(statement_leaves);
        if all_left {
            not_taken.push(decides(false));
        }
    }
    if let Some(inner) = otherwise {
        block(flow, inner, decided, visit);
    }
    decided.truncate(outside);
    if !inert {
        decided.iter_mut().for_each(|one| one.fresh = false);
        not_taken
            .iter_mut()
            .for_each(|one| one.fresh = all_left && otherwise.is_none());
    }
    let room = MOST.saturating_sub(decided.len());
    decided.extend(not_taken.into_iter().take(room));
}

/// Whether a statement changes nothing that a condition could look at, and takes no time.
fn is_inert(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Say(_)
        | StmtKind::SayOneOf(_)
        | StmtKind::Offer(_)
        | StmtKind::Tag(_)
        | StmtKind::Track { .. }
        | StmtKind::Note(_)
        | StmtKind::Go(_)
        | StmtKind::Return(_)
        | StmtKind::Finish { .. } => true,
        StmtKind::If { arms, otherwise } => {
            let blocks = arms.iter().map(|(_, block)| block).chain(otherwise);
            blocks.into_iter().all(|block| block.stmts.iter().all(is_inert))
        }
        _ => false,
    }
}
