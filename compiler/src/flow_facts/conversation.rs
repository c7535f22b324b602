//! The shortest conversation that shows a missing fact: a way from the beginning of the flow to the place where it
//! is missed, as lines of a `.chat`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use botflow_artifact::*;

use super::check::Checked;
use super::graph::{Act, NodeId, Reads, Shows};
use super::path::{Fact, Root, words};
use super::solve::transfer;
use crate::conversation::plan::{BEGINS, Plan, RUNS, escaped};
use crate::conversation::wishes::Source;
use crate::graph::label::{Words, duration};

/// The lines; empty if no way was found (the fact is lost to a handler only).
pub(super) fn showing(checked: &Checked<'_>, fact: Option<Fact>, to: NodeId, missed: ExprId) -> Vec<String> {
    let Some(way) = shortest(checked, fact, to) else {
        return Vec::new();
    };
    let bot = &checked.program.bot;
    let words = Words::before_code(bot);
    let mut writer = Writer {
        checked,
        missed,
        plan: Plan::new(&words, bot),
        stub: None,
    };
    writer.begin();
    for node in way {
        writer.node(node);
    }
    writer.last(to);
    writer.plan.done()
}

/// Nodes before `to` on the cheapest way on which the fact never holds for good: fewest lines first.
fn shortest(checked: &Checked<'_>, fact: Option<Fact>, to: NodeId) -> Option<Vec<NodeId>> {
    let Checked {
        program,
        built,
        solved,
        around,
        ..
    } = *checked;
    let count = built.graph.nodes.len();
    // A node twice: reached without the fact, and with it (a later `forget` may undo it).
    let mut cost = vec![u32::MAX; count * 2];
    let mut from = vec![u32::MAX; count * 2];
    let mut heap = BinaryHeap::new();
    let begin = solved.before(0)?;
    let first = usize::from(fact.is_some_and(|fact| words::has(begin, fact)));
    cost[first] = 0;
    heap.push(Reverse((0u32, first as u32)));
    let goal = to * 2;
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
        let node = at / 2;
        let Some(before) = solved.before(node) else {
            continue;
        };
        // A fact that the flow never learns holds nowhere.
        let has = fact.map_or(0, |fact| {
            let mut state = before.to_vec();
            if at % 2 == 1 {
                words::add(&mut state, fact);
            } else {
                words::remove(&mut state, fact);
            }
            // What handlers may do at a rest is not on this way.
            transfer(program, built, around, &[], node, &mut state);
            u32::from(words::has(&state, fact))
        });
        for next in solved.starts[node as usize]..solved.starts[node as usize + 1] {
            let next = solved.targets[next as usize];
            let key = next * 2 + has;
            let price = spent + 1 + weight(built.graph.nodes[next as usize].shows);
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

struct Writer<'w> {
    checked: &'w Checked<'w>,
    missed: ExprId,
    plan: Plan<'w, 'w>,
    /// The call whose result comes next.
    stub: Option<usize>,
}

impl Writer<'_> {
    /// How the flow begins. What always hears begins with what it hears.
    fn begin(&mut self) {
        let id = self.checked.body.id;
        if id != FlowId::ALWAYS {
            self.plan.line(format!("{BEGINS}{}", id.0));
        }
    }

    fn node(&mut self, node: NodeId) {
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
                    self.plan.happens(event);
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
                        found |= expr == self.missed
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
        let missed = self.missed;
        self.plan.says(message, &|value| {
            value == missed
                || matches!(
                    (super::path::path_of(bot, value), super::path::path_of(bot, missed)),
                    (Some(shown), Some(missed)) if shown.root == missed.root && shown.parts.starts_with(&missed.parts)
                )
        });
    }
}
