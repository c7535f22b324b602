//! `no-option-left`: a question that may have nothing to choose from.

use botflow_artifact::{Bot, Expr, ExprId, FlowId, PlaceKind, SlotId, Value};

use super::options::Decided;
use super::together::Together;
use crate::finding::{Finding, Level, Rule};
use crate::flow_facts::{for_each_block, for_each_root};
use crate::hir::{Block, ChooseBody, Program, StmtKind};
use crate::rules::names::contradictory_condition::key;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF304",
    name: "no-option-left",
    level: Level::Error,
    summary: "A question may have nothing to choose from.",
    page: include_str!("no_option_left.md"),
};

/// Looks at one question with options.
pub(super) fn check(
    program: &Program,
    flow: FlowId,
    choose: &ChooseBody,
    decided: &[Decided],
    findings: &mut Vec<Finding>,
) {
    let certain = choose.options.iter().any(|option| option.condition.is_none());
    if certain || (choose.options.is_empty() && choose.from.is_none()) {
        return;
    }
    let mut none = Together::new(program);
    for condition in choose.options.iter().filter_map(|option| option.condition) {
        none.assume(condition, false);
    }
    for above in decided {
        none.assume(above.condition, above.yes);
    }
    if none.impossible() {
        return;
    }
    let (message, help) = match &choose.from {
        Some(from) if from.none.is_some() => return,
        Some(from) => {
            if from.condition.is_none() && is_filled(program, flow, from.list, decided) {
                return;
            }
            (
                "When the list gives nothing, there is nothing to choose from: the question is passed over in silence.",
                "Say where it goes then: `none -> …`.",
            )
        }
        None => (
            "When none of its conditions is yes, there is nothing to choose from: the question is passed over in \
             silence.",
            "Leave one option without `if`, such as \"None of these\", or look before the question whether there is \
             something to choose.",
        ),
    };
    findings.push(Finding::new(&RULE, choose.name_span, message).help(help));
}

/// Whether a list surely holds something: it is written so, or somebody has looked.
fn is_filled(program: &Program, flow: FlowId, list: ExprId, decided: &[Decided]) -> bool {
    if is_written(program, list) {
        return true;
    }
    if let Some(list) = key(program, list) {
        let looked = |above: &Decided| {
            key(program, above.condition).is_some_and(|condition| condition.contains(&list))
        };
        if decided.iter().any(looked) {
            return true;
        }
    }
    match program.bot.exprs.get(list.index()) {
        Some(Expr::Slot(slot)) => {
            let mut values = Vec::new();
            for_each_root(program, &mut |of, root| {
                if of == flow {
                    lets(root, *slot, &mut values);
                }
            });
            !values.is_empty()
                && values
                    .iter()
                    .all(|value| value.is_some_and(|value| is_written(program, value)))
        }
        _ => false,
    }
}

/// How the line of a plan begins that says what fills the list of a question; nothing if no call does.
pub(super) fn stub(bot: &Bot, flow: FlowId, list: ExprId) -> Option<String> {
    let Some(Expr::Slot(slot)) = bot.exprs.get(list.index()) else {
        return None;
    };
    let site = bot.places.iter().find_map(|place| match &place.kind {
        PlaceKind::Call(site) if place.flow == flow && site.result == Some(*slot) => Some(site),
        _ => None,
    })?;
    let call = bot.calls.get(site.call.index())?;
    Some(format!("stub {}(", call.name))
}

/// A list that is written with something in it, or set in `botflow.toml`.
fn is_written(program: &Program, list: ExprId) -> bool {
    let filled = |value: &Value| matches!(value, Value::List(items) if !items.is_empty());
    match program.bot.exprs.get(list.index()) {
        Some(Expr::List(items)) => !items.is_empty(),
        Some(Expr::Const(value)) => filled(value),
        Some(Expr::Config(id)) => {
            let config = program.bot.config.get(id.index());
            config.is_some_and(|config| filled(&config.value))
        }
        _ => false,
    }
}

/// All values that a name is given; nothing for one that is not written as a `let`.
fn lets(within: &Block, slot: SlotId, values: &mut Vec<Option<ExprId>>) {
    for stmt in &within.stmts {
        match &stmt.kind {
            StmtKind::Let {
                slot: given, value, ..
            } if *given == slot => values.push(Some(*value)),
            StmtKind::Call(call) if call.result == Some(slot) => values.push(None),
            StmtKind::Run(run) if run.result == Some(slot) => values.push(None),
            _ => {}
        }
        for_each_block(stmt, &mut |inner| lets(inner, slot, values));
    }
}
