//! Whether conditions can hold together: what comparisons with fixed values say about each name, collected until
//! they contradict each other.

use std::cmp::Ordering;

use botflow_artifact::*;
use botflow_values::{compare, equals};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::path::{Path, path_of};
use crate::hir::Program;

/// Conditions nested deeper than this say nothing more.
const DEEPEST: u32 = 200;

/// What is assumed so far.
#[derive(Clone)]
pub(crate) struct Constraints<'p> {
    program: &'p Program,
    domains: IndexMap<Path, Domain, FxBuildHasher>,
    impossible: bool,
}

/// The values a name can still have.
#[derive(Clone, Default)]
struct Domain {
    /// The least value; the flag says that it is excluded itself.
    lower: Option<(Value, bool)>,
    upper: Option<(Value, bool)>,
    equal: Option<Value>,
    excluded: Vec<Value>,
    /// All values there are, for closed sets and yes or no.
    members: Option<Vec<Value>>,
    whole: bool,
}

impl<'p> Constraints<'p> {
    pub(crate) fn new(program: &'p Program) -> Constraints<'p> {
        Constraints {
            program,
            domains: IndexMap::default(),
            impossible: false,
        }
    }

    /// Nothing can meet all that is assumed.
    pub(crate) fn impossible(&self) -> bool {
        self.impossible
    }

    /// Assumes that a condition was decided as `yes`.
    pub(crate) fn assume(&mut self, condition: ExprId, yes: bool) {
        self.walk(condition, yes, DEEPEST);
    }

    fn walk(&mut self, condition: ExprId, yes: bool, depth: u32) {
        let bot = &self.program.bot;
        let Some(expr) = bot.exprs.get(condition.index()) else {
            return;
        };
        if depth == 0 || self.impossible {
            return;
        }
        match expr {
            Expr::Const(Value::YesNo(value)) => self.impossible |= *value != yes,
            Expr::Not(inner) => self.walk(*inner, !yes, depth - 1),
            Expr::And(a, b) | Expr::Or(a, b) => {
                if matches!(expr, Expr::And(..)) == yes {
                    self.walk(*a, yes, depth - 1);
                    self.walk(*b, yes, depth - 1);
                } else {
                    // One of the two: impossible only if each is, and what both say is left out.
                    let mut left = self.clone();
                    left.walk(*a, yes, depth - 1);
                    let mut right = self.clone();
                    right.walk(*b, yes, depth - 1);
                    self.impossible |= left.impossible && right.impossible;
                }
            }
            Expr::Binary(op, a, b) => self.comparison(*op, *a, *b, yes),
            Expr::Slot(_) | Expr::Customer(_) | Expr::Component(..) => {
                self.atom(condition, BinaryOp::Is, &Value::YesNo(yes));
            }
            _ => {}
        }
    }

    fn comparison(&mut self, op: BinaryOp, a: ExprId, b: ExprId, yes: bool) {
        let bot = &self.program.bot;
        let constant = |id: ExprId| match bot.exprs.get(id.index()) {
            Some(Expr::Const(value)) if value.is_known() => Some(value),
            _ => None,
        };
        let op = if yes { op } else { op.opposite() };
        match (constant(a), constant(b)) {
            (Some(left), Some(right)) => self.impossible |= decided(op, left, right) == Some(false),
            (None, Some(value)) => self.atom(a, op, value),
            (Some(value), None) => self.atom(b, op.mirrored(), value),
            (None, None) => {}
        }
    }

    fn atom(&mut self, value: ExprId, op: BinaryOp, constant: &Value) {
        let Some(path) = path_of(&self.program.bot, value) else {
            return;
        };
        let program = self.program;
        let domain = self
            .domains
            .entry(path)
            .or_insert_with(|| Domain::of(program, value));
        domain.take(op, constant);
        self.impossible |= domain.is_empty();
    }
}

impl Domain {
    /// All values of an expression's type.
    fn of(program: &Program, expr: ExprId) -> Domain {
        let bot = &program.bot;
        let mut domain = Domain::default();
        let mut ty = program.exprs.get(expr.index()).map(|info| info.ty);
        // Types nest at most eight deep.
        for _ in 0..9 {
            match ty.and_then(|ty| bot.types.get(ty.index())) {
                // What is unknown has a finding of its own where it is compared.
                Some(Type::Optional(inner)) => ty = Some(*inner),
                Some(Type::Narrowed { base, rules, .. }) => {
                    for rule in rules {
                        if let Narrowing::Range(from, to) = rule {
                            domain.take(BinaryOp::GreaterOrEqual, from);
                            domain.take(BinaryOp::LessOrEqual, to);
                        }
                    }
                    ty = Some(*base);
                }
                Some(Type::Set(set)) => {
                    let members = bot.sets.get(set.index()).map_or(0, |set| set.members.len());
                    domain.members = Some((0..members).map(|at| Value::member(set.0, at as u32)).collect());
                    break;
                }
                Some(Type::YesNo) => {
                    domain.members = Some(vec![Value::YesNo(true), Value::YesNo(false)]);
                    break;
                }
                Some(Type::Integer) => {
                    domain.whole = true;
                    break;
                }
                _ => break,
            }
        }
        domain
    }

    fn take(&mut self, op: BinaryOp, value: &Value) {
        match op {
            BinaryOp::Is => match &self.equal {
                Some(equal) if !equals(equal, value) => self.members = Some(Vec::new()),
                _ => self.equal = Some(value.clone()),
            },
            BinaryOp::IsNot => self.excluded.push(value.clone()),
            BinaryOp::Less | BinaryOp::LessOrEqual => {
                let strict = op == BinaryOp::Less;
                if self
                    .upper
                    .as_ref()
                    .is_none_or(|upper| narrower(value, strict, upper, Ordering::Less))
                {
                    self.upper = Some((value.clone(), strict));
                }
            }
            BinaryOp::Greater | BinaryOp::GreaterOrEqual => {
                let strict = op == BinaryOp::Greater;
                if self
                    .lower
                    .as_ref()
                    .is_none_or(|lower| narrower(value, strict, lower, Ordering::Greater))
                {
                    self.lower = Some((value.clone(), strict));
                }
            }
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => {}
        }
    }

    fn is_empty(&self) -> bool {
        if let Some(members) = &self.members {
            return !members.iter().any(|member| self.allows(member));
        }
        if let Some(equal) = &self.equal {
            return !self.allows(equal);
        }
        let (Some((lower, above)), Some((upper, below))) = (&self.lower, &self.upper) else {
            return false;
        };
        match compare(lower, upper) {
            Some(Ordering::Greater) => true,
            Some(Ordering::Equal) => {
                *above || *below || self.excluded.iter().any(|value| equals(value, lower))
            }
            Some(Ordering::Less) if self.whole => match (lower, upper) {
                // Between 3 and 4 there is no whole number.
                (Value::Integer(lower), Value::Integer(upper)) => {
                    let first = lower + i64::from(*above);
                    let last = upper - i64::from(*below);
                    first > last
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn allows(&self, value: &Value) -> bool {
        let within = |bound: &Option<(Value, bool)>, side: Ordering| match bound {
            Some((bound, strict)) => match compare(value, bound) {
                Some(Ordering::Equal) => !strict,
                Some(order) => order == side,
                None => true,
            },
            None => true,
        };
        within(&self.lower, Ordering::Greater)
            && within(&self.upper, Ordering::Less)
            && self.equal.as_ref().is_none_or(|equal| equals(equal, value))
            && !self.excluded.iter().any(|excluded| equals(excluded, value))
    }
}

/// Whether a bound says more than the one there is.
fn narrower(value: &Value, strict: bool, bound: &(Value, bool), side: Ordering) -> bool {
    match compare(value, &bound.0) {
        Some(Ordering::Equal) => strict && !bound.1,
        Some(order) => order == side,
        None => false,
    }
}

/// A comparison of two fixed values.
fn decided(op: BinaryOp, left: &Value, right: &Value) -> Option<bool> {
    let order = || compare(left, right);
    Some(match op {
        BinaryOp::Is => equals(left, right),
        BinaryOp::IsNot => !equals(left, right),
        BinaryOp::Less => order()? == Ordering::Less,
        BinaryOp::LessOrEqual => order()? != Ordering::Greater,
        BinaryOp::Greater => order()? == Ordering::Greater,
        BinaryOp::GreaterOrEqual => order()? != Ordering::Less,
        _ => return None,
    })
}
