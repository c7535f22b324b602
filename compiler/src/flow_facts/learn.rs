//! What a condition teaches: which values are known where it was yes, and where it was not.

use botflow_artifact::{Bot, Expr, ExprId};

use super::path::{Path, path_of};

/// Conditions nested deeper than this teach nothing more; the parser's own limits are far below.
const DEEPEST: u32 = 200;

/// The paths whose values are known where `condition` was decided as `yes`.
pub(super) fn learned(bot: &Bot, condition: ExprId, yes: bool) -> Vec<Path> {
    walk(bot, condition, yes, DEEPEST)
}

fn walk(bot: &Bot, condition: ExprId, yes: bool, depth: u32) -> Vec<Path> {
    let Some(expr) = bot.exprs.get(condition.index()) else {
        return Vec::new();
    };
    if depth == 0 {
        return Vec::new();
    }
    match expr {
        Expr::Not(inner) => walk(bot, *inner, !yes, depth - 1),
        Expr::IsKnown(inner) if yes => path_of(bot, *inner).into_iter().collect(),
        Expr::And(a, b) | Expr::Or(a, b) => {
            let both = matches!(expr, Expr::And(..)) == yes;
            let mut left = walk(bot, *a, yes, depth - 1);
            let right = walk(bot, *b, yes, depth - 1);
            if both {
                left.extend(right);
            } else {
                left.retain(|path| right.contains(path));
            }
            left
        }
        _ => Vec::new(),
    }
}
