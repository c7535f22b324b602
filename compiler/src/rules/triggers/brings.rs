//! What the beginning of a flow surely brings about: what happens to everybody before anybody has to answer or decide.

use std::cmp::Ordering;

use botflow_artifact::{
    BinaryOp, Expr, ExprId, FieldId, FlowId, Occurrence, Op, Pc, PlaceKind, SegmentId, StageId, Value,
};
use botflow_values::{compare, equals};

use crate::rules::flow::context::Context;

/// So much code is followed from the beginning of a flow.
const FOLLOWED: usize = 1_000;
/// Flows run inside each other so deep.
const DEEPEST: usize = 16;
/// So many segments are followed.
const MOST_SEGMENTS: usize = 100;
/// Conditions nested deeper than this are decided by nothing.
const NESTED: u32 = 50;

/// What a flow surely brings about.
pub(super) struct Brings {
    /// Stages that are entered, segments that are joined and left, in order.
    pub occurs: Vec<Occurrence>,
    /// The bot says something.
    pub says: bool,
    /// How long the flow waits meanwhile.
    pub waits_ms: i64,
}

/// What is known of the person.
struct Person<'c, 'l> {
    context: &'c Context<'l>,
    stage: Option<StageId>,
    /// Fields that the flow has changed; with their values, where they are known.
    fields: Vec<(FieldId, Option<Value>)>,
    /// The segments that a trigger asks for, and whether the person belongs to them.
    segments: Vec<(SegmentId, Option<bool>)>,
    /// What has changed since segments were last looked at.
    changed: Vec<Changed>,
}

#[derive(PartialEq, Eq)]
enum Changed {
    Stage,
    Field(FieldId),
}

/// What happens from the beginning of a flow on to everybody for whom `what` has happened before.
pub(super) fn follow(context: &Context<'_>, flow: FlowId, what: Option<&Occurrence>) -> Brings {
    let mut brings = Brings {
        occurs: Vec::new(),
        says: false,
        waits_ms: 0,
    };
    let mut person = Person::new(context, what);
    walk(context, flow, &mut person, &mut brings);
    // At the end of a turn.
    person.looked_at(&mut brings.occurs);
    brings
}

fn walk(context: &Context<'_>, flow: FlowId, person: &mut Person<'_, '_>, brings: &mut Brings) -> Option<()> {
    let bot = context.bot;
    let mut pc = bot.flows.get(flow.index())?.entry;
    let mut behind: Vec<Pc> = Vec::new();
    for _ in 0..FOLLOWED {
        pc = match bot.code.get(pc.index())? {
            Op::Say(_) | Op::SayOneOf { .. } => {
                brings.says = true;
                Pc(pc.0 + 1)
            }
            // A stage in which somebody is already is not entered.
            Op::Stage(entered) => {
                if person.stage.replace(*entered) != Some(*entered) {
                    brings.occurs.push(Occurrence::Entered(*entered));
                    person.changed.push(Changed::Stage);
                }
                Pc(pc.0 + 1)
            }
            Op::Remember { field, value } => {
                let value = match bot.exprs.get(value.index()) {
                    Some(Expr::Const(value)) => Some(value.clone()),
                    _ => None,
                };
                person.sets(*field, value);
                Pc(pc.0 + 1)
            }
            Op::Forget(field) => {
                person.sets(*field, Some(Value::Unknown));
                Pc(pc.0 + 1)
            }
            Op::Jump(to) => *to,
            Op::GoTo(step) => bot.steps.get(step.index())?.entry,
            Op::Start { flow, .. } => {
                behind.clear();
                bot.flows.get(flow.index())?.entry
            }
            Op::Return(_) => behind.pop()?,
            Op::Enter(place) => {
                let place = bot.places.get(place.index())?;
                match &place.kind {
                    PlaceKind::Wait { duration } => {
                        let Some(Expr::Const(Value::Duration(waits))) = bot.exprs.get(duration.index())
                        else {
                            return None;
                        };
                        brings.waits_ms = brings.waits_ms.saturating_add(*waits);
                        person.looked_at(&mut brings.occurs);
                        place.then
                    }
                    PlaceKind::Run(run) if behind.len() < DEEPEST => {
                        behind.push(place.then);
                        bot.flows.get(run.flow.index())?.entry
                    }
                    PlaceKind::Ask(_) | PlaceKind::Choose(_) => {
                        brings.says = true;
                        return None;
                    }
                    _ => return None,
                }
            }
            Op::Let { .. }
            | Op::Clear(_)
            | Op::Tag(_)
            | Op::Track { .. }
            | Op::Note(_)
            | Op::Tell { .. }
            | Op::Consent { .. } => Pc(pc.0 + 1),
            // Who somebody else is may belong to other segments.
            Op::Identify(_) => {
                person.segments.clear();
                Pc(pc.0 + 1)
            }
            _ => return None,
        };
    }
    None
}

impl<'c, 'l> Person<'c, 'l> {
    fn new(context: &'c Context<'l>, what: Option<&Occurrence>) -> Person<'c, 'l> {
        let mut person = Person {
            context,
            stage: None,
            fields: Vec::new(),
            segments: Vec::new(),
            changed: Vec::new(),
        };
        for number in 0..context.bot.segments.len().min(MOST_SEGMENTS) {
            let segment = SegmentId::from(number);
            let belongs = match what {
                Some(Occurrence::Joined(one)) if *one == segment => Some(true),
                Some(Occurrence::Left(one)) if *one == segment => Some(false),
                _ => None,
            };
            person.segments.push((segment, belongs));
        }
        if let Some(Occurrence::Entered(stage)) = what {
            person.stage = Some(*stage);
        }
        person
    }

    fn sets(&mut self, field: FieldId, value: Option<Value>) {
        match self.fields.iter_mut().find(|(known, _)| *known == field) {
            Some((_, known)) => *known = value,
            None => self.fields.push((field, value)),
        }
        self.changed.push(Changed::Field(field));
    }

    /// Segments are looked at: at the end of a turn.
    fn looked_at(&mut self, occurs: &mut Vec<Occurrence>) {
        if self.changed.is_empty() {
            return;
        }
        let mut segments = std::mem::take(&mut self.segments);
        for (segment, before) in &mut segments {
            let Some(declared) = self.context.bot.segments.get(segment.index()) else {
                continue;
            };
            let now = self.decided(declared.condition, NESTED);
            let now = match now {
                None if !self.touches(declared.condition, NESTED) => *before,
                now => now,
            };
            match (*before, now) {
                (Some(false), Some(true)) => occurs.push(Occurrence::Joined(*segment)),
                (Some(true), Some(false)) => occurs.push(Occurrence::Left(*segment)),
                _ => {}
            }
            *before = now;
        }
        self.segments = segments;
        self.changed.clear();
    }

    /// Whether something that a condition reads has changed, or may change by itself.
    fn touches(&self, condition: ExprId, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return true;
        };
        match self.context.bot.exprs.get(condition.index()) {
            Some(Expr::Const(_)) => false,
            Some(Expr::Customer(field)) => self.changed.contains(&Changed::Field(*field)),
            Some(Expr::InStage(_)) => self.changed.contains(&Changed::Stage),
            Some(
                expr @ (Expr::Not(_)
                | Expr::And(..)
                | Expr::Or(..)
                | Expr::IsKnown(_)
                | Expr::Else(..)
                | Expr::Binary(..)
                | Expr::In(..)
                | Expr::List(_)
                | Expr::Component(..)),
            ) => {
                let mut touched = false;
                expr.parts(&mut |part| touched = touched || self.touches(part, depth));
                touched
            }
            _ => true,
        }
    }

    /// How a condition surely turns out.
    fn decided(&self, condition: ExprId, depth: u32) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        let bot = self.context.bot;
        match bot.exprs.get(condition.index())? {
            Expr::Not(inner) => self.decided(*inner, depth).map(|yes| !yes),
            Expr::And(a, b) => match (self.decided(*a, depth), self.decided(*b, depth)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Expr::Or(a, b) => match (self.decided(*a, depth), self.decided(*b, depth)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Expr::IsKnown(value) => self.value(*value).map(|value| value.is_known()),
            Expr::InStage(stage) => self.stage.map(|at| at == *stage),
            Expr::Binary(op, a, b) => {
                let (a, b) = (self.value(*a)?, self.value(*b)?);
                let order = compare(&a, &b);
                match op {
                    BinaryOp::Is => Some(equals(&a, &b)),
                    BinaryOp::IsNot => Some(!equals(&a, &b)),
                    BinaryOp::Less => Some(order? == Ordering::Less),
                    BinaryOp::LessOrEqual => Some(order? != Ordering::Greater),
                    BinaryOp::Greater => Some(order? == Ordering::Greater),
                    BinaryOp::GreaterOrEqual => Some(order? != Ordering::Less),
                    _ => None,
                }
            }
            _ => match self.value(condition)? {
                Value::YesNo(yes) => Some(yes),
                _ => None,
            },
        }
    }

    /// The value of an expression, if it is surely known.
    fn value(&self, expr: ExprId) -> Option<Value> {
        match self.context.bot.exprs.get(expr.index())? {
            Expr::Const(value) => Some(value.clone()),
            Expr::Customer(field) => {
                let known = self.fields.iter().find(|(known, _)| known == field);
                known.and_then(|(_, value)| value.clone())
            }
            Expr::Else(first, second) => match self.value(*first)? {
                value if value.is_known() => Some(value),
                _ => self.value(*second),
            },
            _ => None,
        }
    }
}
