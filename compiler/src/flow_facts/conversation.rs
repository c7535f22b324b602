//! The shortest conversation that shows a missing fact: a way from the beginning of the flow to the place where it
//! is missed, as lines of a `.chat`.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use botflow_artifact::*;
use rustc_hash::FxHashSet;

use super::check::Checked;
use super::graph::{Act, NodeId, Reads, Shows};
use super::path::{Fact, Root, words};
use super::solve::{Kills, transfer};
use crate::conversation::plan::{BEGINS, Plan, RUNS, escaped};
use crate::conversation::wishes::Source;
use crate::graph::label::{Words, duration};

/// The lines; empty if no way was found (the fact is lost to a handler only).
pub(super) fn showing(checked: &Checked<'_>, fact: Option<Fact>, to: NodeId, missed: ExprId) -> Vec<String> {
    let Some(mut writer) = written(checked, fact, to, false, Some(missed)) else {
        return Vec::new();
    };
    writer.last(to);
    writer.plan.done()
}

/// The lines of a way to a node at which a fact holds.
pub(super) fn passing(checked: &Checked<'_>, fact: Option<Fact>, to: NodeId) -> Vec<String> {
    let writer = written(checked, fact, to, fact.is_some(), None);
    writer.map(|writer| writer.plan.done()).unwrap_or_default()
}

/// The shortest way that somebody could go, as far as that can be seen.
fn written<'w>(
    checked: &'w Checked<'w>,
    fact: Option<Fact>,
    to: NodeId,
    holds: bool,
    missed: Option<ExprId>,
) -> Option<Writer<'w>> {
    let way = shortest(checked, fact, to, holds)?;
    let mut writer = Writer::new(checked, missed);
    writer.begin();
    if way.into_iter().all(|node| writer.node(node)) {
        return Some(writer);
    }
    // Nobody can go that way: what it needs contradicts itself. Others are tried, the shortest first.
    let mut begin = Writer::new(checked, missed);
    begin.begin();
    possible(checked, fact, to * 2 + u32::from(holds), begin)
}

/// Looks for the shortest way on which all conditions can turn out as they must.
fn possible<'w>(
    checked: &'w Checked<'w>,
    fact: Option<Fact>,
    goal: u32,
    begin: Writer<'w>,
) -> Option<Writer<'w>> {
    let before = checked.solved.before(0)?;
    let first = u32::from(fact.is_some_and(|fact| words::has(before, fact)));
    let mut ways = vec![(first, begin)];
    let mut seen: FxHashSet<(u32, u64)> = FxHashSet::default();
    let mut heap = BinaryHeap::from([Reverse((0u32, 0usize))]);
    while let Some(Reverse((spent, number))) = heap.pop() {
        let (at, ref writer) = ways[number];
        if at == goal {
            return Some(writer.clone());
        }
        let left = checked.budget.get().checked_sub(1)?;
        checked.budget.set(left);
        let mut writer = writer.clone();
        if !writer.node(at / 2) || !seen.insert((at, writer.plan.wishes.signature())) {
            continue;
        }
        let Some(has) = holds_behind(checked, fact, at) else {
            continue;
        };
        for next in successors(checked, at / 2) {
            let price = spent + 1 + weight(checked.built.graph.nodes[*next as usize].shows);
            heap.push(Reverse((price, ways.len())));
            ways.push((next * 2 + has, writer.clone()));
        }
    }
    None
}

/// Whether the fact holds behind a node; `at` says whether it does before it.
fn holds_behind(checked: &Checked<'_>, fact: Option<Fact>, at: u32) -> Option<u32> {
    let Checked {
        program,
        built,
        solved,
        around,
        ..
    } = *checked;
    let before = solved.before(at / 2)?;
    // A fact that the flow never learns holds nowhere.
    Some(fact.map_or(0, |fact| {
        let mut state = before.to_vec();
        if at % 2 == 1 {
            words::add(&mut state, fact);
        } else {
            words::remove(&mut state, fact);
        }
        // What handlers may do at a rest is not on this way.
        transfer(program, built, around, &Kills::default(), at / 2, &mut state);
        u32::from(words::has(&state, fact))
    }))
}

fn successors<'c>(checked: &'c Checked<'_>, node: NodeId) -> &'c [NodeId] {
    let (from, to) = (
        checked.solved.starts[node as usize],
        checked.solved.starts[node as usize + 1],
    );
    &checked.solved.targets[from as usize..to as usize]
}

/// Nodes before `to` on the cheapest way at whose end the fact holds, or does not: fewest lines first.
fn shortest(checked: &Checked<'_>, fact: Option<Fact>, to: NodeId, holds: bool) -> Option<Vec<NodeId>> {
    let count = checked.built.graph.nodes.len();
    // A node twice: reached without the fact, and with it (a later `forget` may undo it).
    let mut cost = vec![u32::MAX; count * 2];
    let mut from = vec![u32::MAX; count * 2];
    let mut heap = BinaryHeap::new();
    let begin = checked.solved.before(0)?;
    let first = usize::from(fact.is_some_and(|fact| words::has(begin, fact)));
    cost[first] = 0;
    heap.push(Reverse((0u32, first as u32)));
    let goal = to * 2 + u32::from(holds);
    while let Some(Reverse((spent, at))) = heap.pop() {
        if spent > cost[at as usize] {
            continue;
        }
        if at == goal {
            let mut way = Vec::new();
            let mut at = from[at as usize];
            while at != u32::MAX {
                way.push(at / 2);
                at = from[at as usize];
            }
            way.reverse();
            return Some(way);
        }
        let Some(has) = holds_behind(checked, fact, at) else {
            continue;
        };
        for next in successors(checked, at / 2) {
            let key = next * 2 + has;
            let price = spent + 1 + weight(checked.built.graph.nodes[*next as usize].shows);
            if price < cost[key as usize] {
                cost[key as usize] = price;
                from[key as usize] = at;
                heap.push(Reverse((price, key)));
            }
        }
    }
    None
}

/// Lines count most; among equally long conversations the one with fewer steps, and answers before silence.
fn weight(shows: Shows) -> u32 {
    match shows {
        Shows::Nothing | Shows::When(..) | Shows::Equals(..) => 0,
        Shows::Knows(_) => 50,
        Shows::Says(_) | Shows::Calls(_) | Shows::Runs(_) => 100,
        Shows::Answers(_) | Shows::Presses(_) | Shows::Colleague | Shows::Means(_) | Shows::Event(_) => 200,
        Shows::Silence(_) | Shows::CallFails(..) => 250,
        Shows::HandsBack => 300,
        Shows::Fails(times) => 220u32.saturating_mul(times.min(1000)),
    }
}

#[derive(Clone)]
struct Writer<'w> {
    checked: &'w Checked<'w>,
    /// What is missing at the end.
    missed: Option<ExprId>,
    plan: Plan<'w>,
    /// The call whose result comes next.
    stub: Option<usize>,
}

impl<'w> Writer<'w> {
    fn new(checked: &'w Checked<'w>, missed: Option<ExprId>) -> Writer<'w> {
        Writer {
            checked,
            missed,
            plan: Plan::new(
                Cow::Owned(Words::before_code(&checked.program.bot)),
                &checked.program.bot,
            ),
            stub: None,
        }
    }

    /// How the flow begins. What always hears begins with what it hears.
    fn begin(&mut self) {
        let id = self.checked.body.id;
        if id != FlowId::ALWAYS {
            self.plan.line(format!("{BEGINS}{}", id.0));
        }
    }

    /// Writes what happens at a node; whether somebody can still go that way.
    fn node(&mut self, node: NodeId) -> bool {
        self.happens(node);
        !self.plan.wishes.impossible()
    }

    fn happens(&mut self, node: NodeId) {
        let bot = &self.checked.program.bot;
        let flow = self.checked.body.id;
        let node = &self.checked.built.graph.nodes[node as usize];
        let root = match node.act {
            Act::Give(slot, _) | Act::Take(slot) => Some(Root::Slot(slot)),
            Act::Remember(field, _) | Act::Forget(field) => Some(Root::Customer(field)),
            _ => None,
        };
        let stub = self.stub.take();
        match (node.shows, node.act, root) {
            (Shows::Answers(_), ..) | (_, _, None) => {}
            (_, Act::Give(slot, _), _) if stub.is_some() => {
                self.plan.result(stub.unwrap_or_default(), flow, slot);
            }
            (_, Act::Take(_) | Act::Forget(_), Some(root)) => {
                self.plan.wishes.gives(flow, root, Source::Nothing, None);
            }
            (.., Some(root)) => self.plan.wishes.gives(flow, root, Source::Elsewhere, None),
        }
        match node.shows {
            Shows::Nothing => {}
            Shows::When(condition, yes) => self.plan.wishes.assume(flow, condition, yes),
            Shows::Equals(value, case) => self.plan.wishes.equal(flow, value, case),
            Shows::Knows(field) => self.plan.wishes.knows(field),
            Shows::Says(message) => self.says(message),
            Shows::Answers(ty) => self.plan.answers(root.map(|root| (flow, root)), ty),
            Shows::Presses(label) => {
                let label = self.plan.words().pattern(label, &|_| false);
                self.plan.line(format!("> [{}]", escaped(&label)));
            }
            Shows::Fails(times) => {
                for _ in 0..times.min(9) {
                    self.plan.line("> hm?");
                }
            }
            Shows::Silence(ms) => self.plan.line(format!("+ {}", duration(ms))),
            Shows::CallFails(call, which) => self.plan.fails(call, which),
            Shows::Calls(call) => self.stub = Some(self.plan.calls(call)),
            Shows::Event(event) => {
                if let Some(event) = bot.events.get(event.index()) {
                    self.plan.happens(event, flow);
                }
            }
            Shows::Means(intent) => {
                let Some(intent) = bot.intents.get(intent.index()) else {
                    return;
                };
                let said = intent
                    .words
                    .iter()
                    .chain(&intent.like)
                    .find_map(|words| words.words.first());
                self.plan.line(format!("> {}", said.unwrap_or(&intent.name)));
            }
            Shows::Runs(flow) => self.plan.line(format!("{RUNS}{}", flow.0)),
            Shows::HandsBack => {
                self.plan.line("~ maria joins");
                self.plan.line("~ maria hands back");
            }
            Shows::Colleague => self.plan.line("~ maria: an answer"),
        }
    }

    /// The line in which something is missing.
    fn last(&mut self, node: NodeId) {
        match self.checked.built.graph.nodes[node as usize].reads {
            Reads::Message(message) => self.says(message),
            Reads::Messages(messages) => {
                let reads = |message: &&MessageId| {
                    let mut found = false;
                    super::reads::message(&self.checked.program.bot, **message, &mut |expr| {
                        found |= Some(expr) == self.missed
                    });
                    found
                };
                // The first one is what is said first.
                if messages.iter().position(|message| reads(&message)) == Some(0) {
                    self.says(messages[0]);
                }
            }
            _ => {}
        }
    }

    fn says(&mut self, message: MessageId) {
        let bot = &self.checked.program.bot;
        let Some(missed) = self.missed else {
            return self.plan.says(message, &|_| false);
        };
        self.plan.says(message, &|value| {
            value == missed
                || matches!(
                    (super::path::path_of(bot, value), super::path::path_of(bot, missed)),
                    (Some(shown), Some(missed)) if shown.root == missed.root && shown.parts.starts_with(&missed.parts)
                )
        });
    }
}
