//! Conditions that the channel of a conversation decides.

use botflow_artifact::{BinaryOp, Bot, ConversationField, Expr, ExprId, Value};

/// Conditions nested deeper than this say nothing.
const DEEPEST: u32 = 32;

/// How a condition turns out on a channel, if that alone decides it.
pub(super) fn decided_on(bot: &Bot, condition: ExprId, channel: &str) -> Option<bool> {
    is_so(bot, condition, channel, DEEPEST)
}

fn is_so(bot: &Bot, condition: ExprId, channel: &str, depth: u32) -> Option<bool> {
    let expr = |id: ExprId| bot.exprs.get(id.index());
    let is_channel = |id: ExprId| matches!(expr(id), Some(Expr::Conversation(ConversationField::Channel)));
    let named = |id: ExprId| match expr(id) {
        Some(Expr::Const(Value::Channel(name))) => Some(name == channel),
        _ => None,
    };
    let inner = |id: ExprId| match depth {
        0 => None,
        depth => is_so(bot, id, channel, depth - 1),
    };
    match expr(condition)? {
        Expr::Not(of) => inner(*of).map(|so| !so),
        Expr::And(a, b) => match (inner(*a), inner(*b)) {
            (Some(true), Some(true)) => Some(true),
            (Some(false), _) | (_, Some(false)) => Some(false),
            _ => None,
        },
        Expr::Or(a, b) => match (inner(*a), inner(*b)) {
            (Some(false), Some(false)) => Some(false),
            (Some(true), _) | (_, Some(true)) => Some(true),
            _ => None,
        },
        Expr::Binary(op @ (BinaryOp::Is | BinaryOp::IsNot), a, b) => {
            let same = match (is_channel(*a), is_channel(*b)) {
                (true, _) => named(*b)?,
                (_, true) => named(*a)?,
                _ => return None,
            };
            Some(same == (*op == BinaryOp::Is))
        }
        Expr::In(value, list) if is_channel(*value) => match expr(*list)? {
            Expr::List(items) => {
                let named: Option<Vec<bool>> = items.iter().map(|item| named(*item)).collect();
                named.map(|named| named.contains(&true))
            }
            Expr::Const(Value::List(items)) => {
                let same = |item: &Value| matches!(item, Value::Channel(name) if name == channel);
                Some(items.iter().any(same))
            }
            _ => None,
        },
        _ => None,
    }
}
