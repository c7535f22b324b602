//! Whether a flow may go on behind a call that failed and has no `failed` of its own: the nearest `on failed` hears
//! it (the step's, the flow's, those of the flows that run it, that of `always`), and the flow goes on behind only if
//! that one comes back, or if there is none.

use crate::hir::{Block, HandlerBody, HearsBody, Program, Stmt, StmtKind};

/// What hears failures outside of the flow at hand.
pub(super) struct Failures {
    /// `always` has an `on failed` without a condition, and it never comes back.
    always_leaves: bool,
    /// Some flow or step has an `on failed` that may come back: it may be the one that runs this flow.
    a_caller_may_come_back: bool,
}

impl Failures {
    pub(super) fn of(program: &Program) -> Failures {
        let mut flows = program.flows.iter();
        let always_leaves = flows
            .next()
            .is_some_and(|always| nearest(&always.handlers) == Some(true));
        let a_caller_may_come_back = flows.any(|flow| {
            let steps = flow.steps.iter().flat_map(|step| &step.handlers);
            flow.handlers
                .iter()
                .chain(steps)
                .any(|handler| hears(handler) && !leaves(&handler.block))
        });
        Failures {
            always_leaves,
            a_caller_may_come_back,
        }
    }

    /// Whether control may go on behind a failed call, given the handlers of its step and of its flow.
    pub(super) fn go_on_behind(&self, step: &[HandlerBody], flow: &[HandlerBody]) -> bool {
        match nearest(step).or_else(|| nearest(flow)) {
            Some(leaves) => !leaves,
            None => self.a_caller_may_come_back || !self.always_leaves,
        }
    }
}

/// Whether the first `on failed` of a level leaves; one with a condition may not hear, which counts as coming back.
fn nearest(handlers: &[HandlerBody]) -> Option<bool> {
    let first = handlers.iter().find(|handler| hears(handler))?;
    Some(first.condition.is_none() && leaves(&first.block))
}

fn hears(handler: &HandlerBody) -> bool {
    matches!(handler.hears, HearsBody::Failed)
}

/// Whether no way through the block comes to its end. Blocks nest as deep as the parser lets them.
fn leaves(block: &Block) -> bool {
    block.stmts.iter().any(statement_leaves)
}

pub(crate) fn statement_leaves(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Go(_)
        | StmtKind::Start { .. }
        | StmtKind::Return(_)
        | StmtKind::Finish { .. }
        | StmtKind::Back
        | StmtKind::StartOver
        | StmtKind::ToQueue(_)
        | StmtKind::Error => true,
        StmtKind::If { arms, otherwise } => {
            arms.iter().all(|(_, block)| leaves(block)) && otherwise.as_ref().is_some_and(leaves)
        }
        StmtKind::Match {
            arms,
            otherwise,
            covered,
            ..
        } => arms.iter().all(|(_, block)| leaves(block)) && otherwise.as_ref().map_or(*covered, leaves),
        _ => false,
    }
}
