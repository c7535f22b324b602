//! `constant-condition`: a condition that is always yes, or never.

use botflow_artifact::{Expr, ExprId, Type, Value};

use crate::finding::{Finding, Level, Rule};
use crate::flow_facts::constraints::Constraints;
use crate::hir::Program;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF109",
    name: "constant-condition",
    level: Level::Warning,
    summary: "A condition is always yes or never, whatever the customer does.",
    page: include_str!("constant_condition.md"),
};

/// What is said of a condition that is never yes.
pub(crate) const NEVER: &str = "This is never yes here.";

/// Conditions nested deeper than this are not looked into.
const DEEPEST: u32 = 200;

/// Looks at one condition; `known` tells of a value whether it is surely known where the condition is decided.
pub(crate) fn check(program: &Program, condition: ExprId, known: &dyn Fn(ExprId) -> bool) -> Option<Finding> {
    let span = program.exprs.get(condition.index())?.span;
    let always = truth(program, condition, known, DEEPEST)?;
    let (message, help) = if always {
        (
            "This is always yes here.",
            "Take the condition out and keep what it leads to, or write the one you mean.",
        )
    } else {
        (
            NEVER,
            "Take out what it leads to, which never happens, or write the condition you mean.",
        )
    };
    Some(Finding::new(&RULE, span, message).help(help))
}

fn truth(program: &Program, condition: ExprId, known: &dyn Fn(ExprId) -> bool, depth: u32) -> Option<bool> {
    let bot = &program.bot;
    if depth == 0 {
        return None;
    }
    let direct = match bot.exprs.get(condition.index())? {
        Expr::Const(Value::YesNo(value)) => Some(*value),
        Expr::Not(inner) => truth(program, *inner, known, depth - 1).map(|value| !value),
        Expr::IsKnown(inner) => {
            let error = program
                .exprs
                .get(inner.index())
                .is_none_or(|info| matches!(bot.types.get(info.ty.index()), None | Some(Type::Error)));
            match bot.exprs.get(inner.index()) {
                Some(Expr::Const(value)) => Some(value.is_known()),
                Some(Expr::Error) | None => None,
                _ if error => None,
                _ => known(*inner).then_some(true),
            }
        }
        Expr::And(a, b) => {
            match (
                truth(program, *a, known, depth - 1),
                truth(program, *b, known, depth - 1),
            ) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            }
        }
        Expr::Or(a, b) => match (
            truth(program, *a, known, depth - 1),
            truth(program, *b, known, depth - 1),
        ) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        _ => None,
    };
    direct.or_else(|| {
        let decided = |yes: bool| {
            let mut together = Constraints::new(program);
            together.assume(condition, yes);
            together.impossible()
        };
        if depth < DEEPEST {
            // Parts are looked at with the whole.
            None
        } else if decided(true) {
            Some(false)
        } else {
            decided(false).then_some(true)
        }
    })
}
