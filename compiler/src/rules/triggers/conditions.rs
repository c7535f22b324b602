//! What the conditions of triggers, segments, goals and experiments say by themselves: which are never yes, and which
//! triggers of one event exclude each other. Found while the program is still at hand.

use botflow_artifact::{ExperimentId, Expr, ExprId, FlowId, Occurrence, Trigger, TriggerId, TriggerSource};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::flow_facts::{for_each_block, for_each_root};
use crate::hir::{Block, Program, StmtKind};
use crate::rules::talk::together::Together;

/// So many triggers that go off at one moment are held against each other.
const MOST: usize = 30;

/// What conditions say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    /// Triggers whose conditions can never be yes together.
    pub triggers: Vec<TriggerId>,
    /// Sources whose conditions can never be yes, by trigger and number.
    pub sources: Vec<(TriggerId, usize)>,
    /// Numbers of goals whose condition is never yes.
    pub goals: Vec<usize>,
    /// Numbers of experiments whose condition is never yes.
    pub experiments: Vec<usize>,
    /// Experiments by which some flow does something, whether or not a conversation comes there.
    pub varied: Vec<ExperimentId>,
    /// Experiments whose conditions exclude each other, by number.
    pub apart: Vec<(usize, usize)>,
    /// Triggers that go off at the same moment of the same event with the same priority; the earlier one first.
    pub clashes: Vec<(TriggerId, TriggerId)>,
    /// Rules of `always`, by number: one, and an earlier one that is yes whenever this one is.
    pub implied: Vec<(usize, usize)>,
}

impl Conditions {
    /// Looks at all conditions outside of flows.
    pub fn of(program: &Program) -> Conditions {
        let bot = &program.bot;
        let never = |conditions: &[ExprId]| {
            let mut together = Together::new(program);
            conditions
                .iter()
                .for_each(|condition| together.assume(*condition, true));
            !conditions.is_empty() && together.impossible()
        };
        let numbers = |conditions: &mut dyn Iterator<Item = Option<ExprId>>| {
            let numbered = conditions.enumerate();
            let never = numbered.filter(|(_, condition)| condition.is_some_and(|one| never(&[one])));
            never.map(|(number, _)| number).collect::<Vec<_>>()
        };
        let mut found = Conditions {
            goals: numbers(&mut bot.goals.iter().map(|goal| goal.condition)),
            experiments: numbers(&mut bot.experiments.iter().map(|experiment| experiment.condition)),
            ..Conditions::default()
        };
        for (id, trigger) in bot.triggers.iter().enumerate() {
            let id = TriggerId::from(id);
            if never(&trigger.conditions) {
                found.triggers.push(id);
                continue;
            }
            for (number, source) in trigger.sources.iter().enumerate() {
                let Some(condition) = condition_of(source) else {
                    continue;
                };
                // The card may change until the trigger fires, what the event brought does not.
                let mut all = vec![condition];
                // Whoever has just joined belongs to it.
                let belongs = match source {
                    TriggerSource::On {
                        what: Occurrence::Joined(segment),
                        ..
                    } => Some((*segment, true)),
                    TriggerSource::On {
                        what: Occurrence::Left(segment),
                        ..
                    } => Some((*segment, false)),
                    _ => None,
                };
                let segment = belongs.and_then(|(segment, belongs)| {
                    Some((bot.segments.get(segment.index())?.condition, belongs))
                });
                if let Some((segment, belongs)) = segment
                    && !never(&[condition])
                {
                    let mut together = Together::new(program);
                    together.assume(segment, belongs);
                    let of_its_own = together.impossible();
                    together.assume(condition, true);
                    if !of_its_own && together.impossible() {
                        found.sources.push((id, number));
                        continue;
                    }
                }
                if is_about_the_event(program, condition) {
                    all.extend(&trigger.conditions);
                }
                if never(&all) {
                    found.sources.push((id, number));
                }
            }
        }
        found.clashes = clashes(program);
        found.implied = implied(program);
        if !bot.experiments.is_empty() {
            for_each_root(program, &mut |_, root| varied(root, &mut found.varied));
            found.apart = apart(program);
        }
        found
    }
}

/// Rules of `always` whose condition holds only where that of an earlier one holds, too; and each such earlier one.
fn implied(program: &Program) -> Vec<(usize, usize)> {
    let always = program.flows.iter().find(|flow| flow.id == FlowId::ALWAYS);
    let rules = always.map_or(&[][..], |always| always.rules.as_slice());
    let mut found = Vec::new();
    for (at, rule) in rules.iter().enumerate().take(MOST) {
        let mut alone = Together::new(program);
        alone.assume(rule.condition, true);
        // What is never yes has a finding of its own.
        if alone.impossible() {
            continue;
        }
        for (before, earlier) in rules[..at].iter().enumerate() {
            let mut together = Together::new(program);
            together.assume(earlier.condition, false);
            // What is always yes has a finding of its own, too.
            if together.impossible() {
                continue;
            }
            together.assume(rule.condition, true);
            if together.impossible() {
                found.push((at, before));
            }
        }
    }
    found
}

/// The experiments of a block.
fn varied(within: &Block, found: &mut Vec<ExperimentId>) {
    for stmt in &within.stmts {
        if let StmtKind::Vary { experiment, .. } = &stmt.kind
            && !found.contains(experiment)
        {
            found.push(*experiment);
        }
        for_each_block(stmt, &mut |inner| varied(inner, found));
    }
}

/// Pairs of experiments in which nobody can be at once.
fn apart(program: &Program) -> Vec<(usize, usize)> {
    let conditions = program.bot.experiments.iter().enumerate();
    let conditions = conditions.filter_map(|(id, one)| Some((id, one.condition?)));
    let conditions: Vec<(usize, ExprId)> = conditions.take(MOST).collect();
    let mut found = Vec::new();
    for (at, (first, one)) in conditions.iter().enumerate() {
        for (second, other) in &conditions[at + 1..] {
            let mut together = Together::new(program);
            together.assume(*one, true);
            together.assume(*other, true);
            if together.impossible() {
                found.push((*first, *second));
            }
        }
    }
    found
}

fn condition_of(source: &TriggerSource) -> Option<ExprId> {
    match source {
        TriggerSource::On { condition, .. } => *condition,
        TriggerSource::Every { .. } => None,
    }
}

/// Whether a condition reads nothing but the event.
fn is_about_the_event(program: &Program, condition: ExprId) -> bool {
    let mut todo = vec![condition];
    while let Some(id) = todo.pop() {
        match program.bot.exprs.get(id.index()) {
            Some(Expr::Text(_) | Expr::Call(..) | Expr::Error) | None => return false,
            Some(expr) if expr.looks_around() => return false,
            Some(expr) => expr.parts(&mut |part| todo.push(part)),
        }
    }
    true
}

/// What happens at one moment to one person: the number of an event, or what else sets triggers off.
#[derive(PartialEq, Eq, Hash)]
enum Moment {
    Event(u32),
    Comment(u32),
    Entered(u32),
    Asked(u32),
    Joined(u32),
    Left(u32),
    Every(u32),
}

/// Triggers and the numbers of their sources, by what sets them off, after how long, and with which priority.
type Moments = IndexMap<(Moment, i64, u32), Vec<(usize, usize)>, FxBuildHasher>;

/// Triggers that go off together, in order.
fn clashes(program: &Program) -> Vec<(TriggerId, TriggerId)> {
    let triggers = &program.bot.triggers;
    let mut moments: Moments = IndexMap::default();
    for (id, trigger) in triggers.iter().enumerate() {
        for (number, source) in trigger.sources.iter().enumerate() {
            let moment = match source {
                TriggerSource::On { what, .. } => match what {
                    Occurrence::Event(id) => Moment::Event(id.0),
                    Occurrence::CommentAbout(id) => Moment::Comment(id.0),
                    Occurrence::Entered(id) => Moment::Entered(id.0),
                    Occurrence::Asked(id) => Moment::Asked(id.0),
                    Occurrence::Joined(id) => Moment::Joined(id.0),
                    Occurrence::Left(id) => Moment::Left(id.0),
                },
                TriggerSource::Every { at, .. } => Moment::Every(*at),
            };
            let of = moments
                .entry((moment, trigger.after_ms, trigger.priority))
                .or_default();
            if of.len() < MOST {
                of.push((id, number));
            }
        }
    }
    let mut found = Vec::new();
    for together in moments.values().filter(|together| together.len() > 1) {
        for (at, (second, second_source)) in together.iter().enumerate() {
            // One that goes first is enough to say so.
            let first = together[..at].iter().find(|(first, first_source)| {
                first != second
                    && meet(
                        program,
                        (&triggers[*first], *first_source),
                        (&triggers[*second], *second_source),
                    )
            });
            if let Some((first, _)) = first {
                found.push((TriggerId::from(*first), TriggerId::from(*second)));
            }
        }
    }
    found.sort_unstable();
    found.dedup_by_key(|(_, second)| *second);
    found
}

/// Whether one person can be meant by both at one moment.
fn meet(program: &Program, first: (&Trigger, usize), second: (&Trigger, usize)) -> bool {
    if !windows_meet(first.0.between, second.0.between) {
        return false;
    }
    let mut together = Together::new(program);
    for (trigger, number) in [first, second] {
        let source = trigger.sources.get(number);
        if let (
            Some(TriggerSource::Every { weekdays, .. }),
            Some(TriggerSource::Every { weekdays: others, .. }),
        ) = (source, second.0.sources.get(second.1))
            && weekdays & others == 0
        {
            return false;
        }
        let conditions = source
            .and_then(condition_of)
            .into_iter()
            .chain(trigger.conditions.iter().copied());
        conditions.for_each(|condition| together.assume(condition, true));
    }
    !together.impossible()
}

fn windows_meet(first: Option<(u32, u32)>, second: Option<(u32, u32)>) -> bool {
    use crate::conversation::begins::is_open;
    let (Some(first), Some(second)) = (first, second) else {
        return true;
    };
    is_open(first.0, first.1, i64::from(second.0)) || is_open(second.0, second.1, i64::from(first.0))
}
