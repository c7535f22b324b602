//! `contradictory-condition`: a branch that an earlier branch of the same `if` leaves nothing to.

use botflow_artifact::{Expr, ExprId};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::finding::{Finding, Level, Rule};
use crate::flow_facts::constraints::Constraints;
use crate::flow_facts::{for_each_block, for_each_root};
use crate::hir::{Block, Program, StmtKind};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF110",
    name: "contradictory-condition",
    level: Level::Warning,
    summary: "A branch of an `if` never has its turn, because an earlier one takes all it could have.",
    page: include_str!("contradictory_condition.md"),
};

/// So many branches of one `if` are held against the later ones; a chain beyond that is no longer read by people.
const LONGEST: usize = 100;

/// Looks at every `if` of the project.
pub fn check(program: &Program, findings: &mut Vec<Finding>) {
    for_each_root(program, &mut |_, within| block(program, within, findings));
}

fn block(program: &Program, within: &Block, findings: &mut Vec<Finding>) {
    for stmt in &within.stmts {
        if let StmtKind::If { arms, .. } = &stmt.kind {
            chain(program, arms, findings);
        }
        for_each_block(stmt, &mut |inner| block(program, inner, findings));
    }
}

/// One `if … else if …`.
fn chain(program: &Program, arms: &[(ExprId, Block)], findings: &mut Vec<Finding>) {
    if arms.len() < 2 {
        return;
    }
    let mut seen: IndexMap<String, ExprId, FxBuildHasher> = IndexMap::default();
    let mut before = Constraints::new(program);
    for (at, (condition, _)) in arms.iter().enumerate() {
        let Some(info) = program.exprs.get(condition.index()) else {
            continue;
        };
        let mut together = before.clone();
        together.assume(*condition, true);
        let mut alone = Constraints::new(program);
        alone.assume(*condition, true);
        let same = key(program, *condition).and_then(|key| match seen.get(&key) {
            Some(first) => Some(*first),
            None => {
                seen.insert(key, *condition);
                None
            }
        });
        // What is impossible by itself is a constant condition.
        if same.is_some() || (together.impossible() && !before.impossible() && !alone.impossible()) {
            let mut finding = Finding::new(
                &RULE,
                info.span,
                "This branch never has its turn: the branches above it take every case it could have.",
            )
            .help("Take it out, or put the narrower condition first.");
            if let Some(first) = same.and_then(|first| program.exprs.get(first.index())) {
                finding = finding.related(first.span, "The same condition stands here.");
            }
            findings.push(finding);
        }
        if at < LONGEST {
            before.assume(*condition, false);
        }
    }
}

/// An expression in a form that is the same for what means the same, as far as it can be compared.
pub(crate) fn key(program: &Program, expr: ExprId) -> Option<String> {
    let mut key = String::new();
    write_key(program, expr, &mut key, 100).then_some(key)
}

fn write_key(program: &Program, id: ExprId, key: &mut String, depth: u32) -> bool {
    use std::fmt::Write as _;
    let Some(expr) = program.bot.exprs.get(id.index()) else {
        return false;
    };
    if depth == 0 || key.len() > 4096 {
        return false;
    }
    let head = match expr {
        Expr::Error | Expr::Text(_) => return false,
        // Parts are written below; what is left of them here is the kind alone.
        Expr::Component(_, part) => format!("part{part}"),
        Expr::Not(_) => "not".to_owned(),
        Expr::Negate(_) => "minus".to_owned(),
        Expr::And(..) => "and".to_owned(),
        Expr::Or(..) => "or".to_owned(),
        Expr::Else(..) => "else".to_owned(),
        Expr::IsKnown(_) => "known".to_owned(),
        Expr::Binary(op, ..) => format!("{op:?}"),
        Expr::In(..) => "in".to_owned(),
        Expr::List(_) => "list".to_owned(),
        Expr::Record(_) => "record".to_owned(),
        Expr::Call(function, _) => format!("{function:?}"),
        plain => format!("{plain:?}"),
    };
    let _ = write!(key, "{head}(");
    let mut parts = Vec::new();
    expr.parts(&mut |part| parts.push(part));
    let whole = parts
        .into_iter()
        .all(|part| write_key(program, part, key, depth - 1));
    key.push(')');
    whole
}
