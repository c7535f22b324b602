//! Whether conditions can be yes together, and no together: what they say about values with limits and members
//! ([`Constraints`]), and what they say in the same words.

use botflow_artifact::{BinaryOp, Expr, ExprId};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::flow_facts::constraints::Constraints;
use crate::hir::Program;
use crate::rules::names::contradictory_condition::key;

/// Conditions nested deeper than this say nothing more.
const DEEPEST: u32 = 100;

/// What is assumed so far.
#[derive(Clone)]
pub(crate) struct Together<'p> {
    program: &'p Program,
    constraints: Constraints<'p>,
    /// Conditions by what they say, and how they turned out.
    decided: IndexMap<String, bool, FxBuildHasher>,
    impossible: bool,
}

impl<'p> Together<'p> {
    pub fn new(program: &'p Program) -> Together<'p> {
        Together {
            program,
            constraints: Constraints::new(program),
            decided: IndexMap::default(),
            impossible: false,
        }
    }

    /// Nothing can meet all that is assumed.
    pub fn impossible(&self) -> bool {
        self.impossible || self.constraints.impossible()
    }

    /// Assumes that a condition turns out so. What was assumed before is not looked at again, so that the conditions
    /// in question come first and those around them last.
    pub fn assume(&mut self, condition: ExprId, yes: bool) {
        self.constraints.assume(condition, yes);
        self.decide(condition, yes, DEEPEST);
    }

    fn decide(&mut self, condition: ExprId, yes: bool, depth: u32) {
        let (Some(expr), Some(depth)) = (
            self.program.bot.exprs.get(condition.index()),
            depth.checked_sub(1),
        ) else {
            return;
        };
        match expr {
            Expr::Not(inner) => self.decide(*inner, !yes, depth),
            Expr::And(a, b) | Expr::Or(a, b) if matches!(expr, Expr::And(..)) == yes => {
                self.decide(*a, yes, depth);
                self.decide(*b, yes, depth);
            }
            Expr::And(..) | Expr::Or(..) => {
                self.impossible |= self.value(condition, depth) == Some(!yes);
                self.keep(condition, yes);
            }
            _ => self.keep(condition, yes),
        }
    }

    fn keep(&mut self, condition: ExprId, yes: bool) {
        if let Some((key, yes)) = self.key(condition, yes) {
            let known = *self.decided.entry(key).or_insert(yes);
            self.impossible |= known != yes;
        }
    }

    /// What a condition says, and how it turned out; a comparison and its opposite (`is`, `is not`) say the same.
    fn key(&self, condition: ExprId, yes: bool) -> Option<(String, bool)> {
        let key = key(self.program, condition)?;
        let Some(Expr::Binary(op, ..)) = self.program.bot.exprs.get(condition.index()) else {
            return Some((key, yes));
        };
        let negative = matches!(op, BinaryOp::IsNot | BinaryOp::Less | BinaryOp::LessOrEqual);
        match key.strip_prefix(&format!("{op:?}")).filter(|_| negative) {
            Some(rest) => Some((format!("{:?}{rest}", op.opposite()), !yes)),
            None => Some((key, yes)),
        }
    }

    /// How a condition turns out after what was decided.
    fn value(&self, condition: ExprId, depth: u32) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        match self.program.bot.exprs.get(condition.index())? {
            Expr::Not(inner) => self.value(*inner, depth).map(|value| !value),
            Expr::And(a, b) => match (self.value(*a, depth), self.value(*b, depth)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Expr::Or(a, b) => match (self.value(*a, depth), self.value(*b, depth)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            _ => {
                let (key, yes) = self.key(condition, true)?;
                self.decided.get(&key).map(|known| *known == yes)
            }
        }
    }
}
