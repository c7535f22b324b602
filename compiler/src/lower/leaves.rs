//! Whether a way comes back to what stands behind it, as far as its text shows: what follows a `failed` or an
//! `otherwise` that comes back does not know the value.

use botflow_syntax::ast::{self, Stmt, Target, Way};

/// Whether control may go on behind the way; a missing way (reported already) does not.
pub(crate) fn comes_back(way: Option<&Way>) -> bool {
    match way {
        None => false,
        Some(Way::Arrow(arrow)) => !arrow_leaves(arrow),
        Some(Way::Block(block)) => !block_leaves(block),
    }
}

/// Whether the value of `ask queue` may be missing behind it.
pub(crate) fn ask_queue_comes_back(ask: &ast::AskQueueStmt) -> bool {
    ask.items().any(|item| match item {
        ast::AskQueueItem::ClosedItem(item) => comes_back(item.way().as_ref()),
        ast::AskQueueItem::NobodyItem(item) => comes_back(item.way().as_ref()),
        ast::AskQueueItem::HintItem(_) => false,
    })
}

fn arrow_leaves(arrow: &ast::Arrow) -> bool {
    arrow
        .targets()
        .any(|target| !matches!(target, Target::RunStmt(_) | Target::EscalateStmt(_)))
}

fn block_leaves(block: &ast::Block) -> bool {
    block.statements().any(|stmt| leaves(&stmt))
}

/// Nesting is bounded by the parser, so that this ends soon.
fn leaves(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Arrow(arrow) => arrow_leaves(arrow),
        Stmt::StartStmt(_)
        | Stmt::ReturnStmt(_)
        | Stmt::FinishStmt(_)
        | Stmt::AgainStmt(_)
        | Stmt::BackStmt(_) => true,
        Stmt::IfStmt(stmt) => {
            stmt.else_branch()
                .is_some_and(|branch| !comes_back(branch.way().as_ref()))
                && !comes_back(stmt.way().as_ref())
                && stmt
                    .else_ifs()
                    .all(|branch| branch.block().is_none_or(|block| block_leaves(&block)))
        }
        // A `match` without findings covers all values.
        Stmt::MatchStmt(stmt) => {
            stmt.cases().all(|case| !comes_back(case.way().as_ref()))
                && stmt
                    .otherwise()
                    .is_none_or(|otherwise| !comes_back(otherwise.way().as_ref()))
        }
        _ => false,
    }
}
