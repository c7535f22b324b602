//! Whether conditions can hold together: what comparisons with fixed values say about each name, collected until
//! they contradict each other.

use std::cmp::Ordering;

use botflow_artifact::*;
use botflow_values::{compare, equals};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::path::{Path, path_of};
use crate::hir::Program;
use crate::rules::names::contradictory_condition::key;

/// Conditions nested deeper than this say nothing more.
const DEEPEST: u32 = 200;
/// So many segments are looked into in one condition; segments may stand in segments.
const MOST_SEGMENTS: u32 = 50;

/// What is assumed so far.
#[derive(Clone)]
pub(crate) struct Constraints<'p> {
    program: &'p Program,
    domains: IndexMap<Of, Domain, FxBuildHasher>,
    impossible: bool,
    /// How many segments may still be looked into.
    segments: u32,
}

/// What a comparison speaks of.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Of {
    /// A name, a field of the card, or a part of one.
    Path(Path),
    /// Something that is looked up or worked out, in a form that is the same wherever it means the same.
    Worked(String),
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
            segments: MOST_SEGMENTS,
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
                    right.segments = left.segments;
                    right.walk(*b, yes, depth - 1);
                    self.segments = right.segments;
                    self.impossible |= left.impossible && right.impossible;
                }
            }
            Expr::InSegment(segment) => self.segment(*segment, yes, depth - 1),
            Expr::Binary(op, a, b) => self.comparison(*op, *a, *b, yes),
            Expr::Slot(_) | Expr::Customer(_) | Expr::Component(..) => {
                self.atom(condition, BinaryOp::Is, &Value::YesNo(yes));
            }
            _ => {}
        }
    }

    /// Somebody belongs to a segment, or does not. One whose condition decides nothing has a finding of its own.
    fn segment(&mut self, segment: SegmentId, yes: bool, depth: u32) {
        let condition = self.program.bot.segments.get(segment.index());
        let (Some(condition), Some(left)) = (condition, self.segments.checked_sub(1)) else {
            return;
        };
        let mut alone = Constraints::new(self.program);
        alone.segments = left;
        alone.walk(condition.condition, yes, depth);
        self.segments = alone.segments;
        if !alone.impossible {
            self.walk(condition.condition, yes, depth);
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
        let program = self.program;
        let of = match path_of(&program.bot, value) {
            Some(path) => Some(Of::Path(path)),
            None => key(program, value).map(Of::Worked),
        };
        let Some(of) = of else { return };
        let domain = self
            .domains
            .entry(of)
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
        match bot.exprs.get(expr.index()) {
            // There are never fewer than none.
            Some(
                Expr::Conversation(ConversationField::Misunderstood)
                | Expr::Count { .. }
                | Expr::Call(Function::Length, _),
            ) => domain.take(BinaryOp::GreaterOrEqual, &Value::Integer(0)),
            Some(Expr::Call(Function::Weekday, _)) => {
                domain.take(BinaryOp::GreaterOrEqual, &Value::Integer(1));
                domain.take(BinaryOp::LessOrEqual, &Value::Integer(7));
            }
            _ => {}
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
