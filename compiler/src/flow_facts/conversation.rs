//! The shortest conversation that shows a missing fact: a way from the beginning of the flow to the place where it
//! is missed, as lines of a `.chat`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use botflow_artifact::*;

use super::check::Checked;
use super::graph::{NodeId, Reads, Shows};
use super::path::{Fact, words};
use super::solve::transfer;

/// The lines; empty if no way was found (the fact is lost to a handler only).
pub(super) fn showing(checked: &Checked<'_>, fact: Option<Fact>, to: NodeId, missed: ExprId) -> Vec<String> {
    let Some(way) = shortest(checked, fact, to) else {
        return Vec::new();
    };
    let mut lines = begin(checked);
    let writer = Writer { checked, missed };
    for node in way {
        writer.node(node, &mut lines);
    }
    writer.last(to, &mut lines);
    lines
}

/// How the flow begins.
fn begin(checked: &Checked<'_>) -> Vec<String> {
    let bot = &checked.program.bot;
    let id = checked.body.id;
    if id == FlowId::ALWAYS {
        return Vec::new();
    }
    if bot.start == Some(id) {
        return vec!["> hi".to_owned()];
    }
    let name = bot.flows.get(id.index()).map_or("", |flow| flow.name.as_str());
    vec![format!("# `{name}` begins")]
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
        Shows::Nothing => 0,
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
}

impl Writer<'_> {
    fn node(&self, node: NodeId, lines: &mut Vec<String>) {
        let bot = &self.checked.program.bot;
        match self.checked.built.graph.nodes[node as usize].shows {
            Shows::Nothing => {}
            Shows::Says(message) => self.says(message, lines),
            Shows::Answers(ty) => lines.push(format!("> {}", example(bot, ty, 0))),
            Shows::Presses(label) => lines.push(format!("> [{}]", self.text(label))),
            Shows::Fails(times) => {
                // Nobody reads a hundred times the same line.
                for _ in 0..times.min(5) {
                    lines.push("> hm?".to_owned());
                }
            }
            Shows::Silence(ms) => lines.push(format!("+ {}", span(ms))),
            Shows::CallFails(call, which) => {
                let Some(call) = bot.calls.get(call.index()) else {
                    return;
                };
                let which = which.and_then(|which| call.fails.get(which as usize));
                lines.push(match which {
                    Some(which) => format!("# {} fails: {which}", call.name),
                    None => format!("# {} fails", call.name),
                });
            }
            Shows::Calls(call) => {
                if let Some(call) = bot.calls.get(call.index()) {
                    lines.push(format!("# {} succeeds", call.name));
                }
            }
            Shows::Event(event) => {
                if let Some(event) = bot.events.get(event.index()) {
                    lines.push(format!("! {}", event.name));
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
                lines.push(format!("> {}", said.unwrap_or(&intent.name)));
            }
            Shows::Runs(flow) => {
                if let Some(flow) = bot.flows.get(flow.index()) {
                    lines.push(format!("# `{}` runs and comes back", flow.name));
                }
            }
            Shows::HandsBack => lines.push("~ maria hands back".to_owned()),
            Shows::Colleague => lines.push("~ maria: an answer".to_owned()),
        }
    }

    /// The line in which something is missing.
    fn last(&self, node: NodeId, lines: &mut Vec<String>) {
        match self.checked.built.graph.nodes[node as usize].reads {
            Reads::Message(message) => self.says(message, lines),
            Reads::Messages(messages) => {
                let reads = |message: &&MessageId| {
                    let mut found = false;
                    super::reads::message(&self.checked.program.bot, **message, &mut |expr| {
                        found |= expr == self.missed
                    });
                    found
                };
                if let Some(message) = messages.iter().find(reads).or(messages.first()) {
                    self.says(*message, lines);
                }
            }
            _ => {}
        }
    }

    fn says(&self, message: MessageId, lines: &mut Vec<String>) {
        let message = self.checked.program.bot.messages.get(message.index());
        let text = message
            .and_then(|message| message.text)
            .map(|text| self.text(text))
            .unwrap_or_default();
        let mut written = text.lines().filter(|line| !line.trim().is_empty());
        lines.extend(written.next().map(|line| format!("< {}", line.trim_end())));
        lines.extend(written.map(|line| format!("  | {}", line.trim_end())));
    }

    /// A text with examples in its holes, and nothing in the hole that this is about.
    fn text(&self, text: TextId) -> String {
        let bot = &self.checked.program.bot;
        let Some(variant) = bot.texts.get(text.index()).and_then(|text| text.variants.first()) else {
            return String::new();
        };
        let mut written = String::new();
        for part in &variant.parts {
            match part {
                Part::Literal(literal) => written.push_str(literal),
                Part::Hole { value, ty, .. } => {
                    if !self.is_missed(*value) {
                        written.push_str(&example(bot, *ty, 0));
                    }
                }
            }
        }
        written
    }

    fn is_missed(&self, value: ExprId) -> bool {
        let bot = &self.checked.program.bot;
        value == self.missed
            || matches!(
                (super::path::path_of(bot, value), super::path::path_of(bot, self.missed)),
                (Some(shown), Some(missed)) if shown.root == missed.root && shown.parts.starts_with(&missed.parts)
            )
    }
}

/// Something a person could answer.
fn example(bot: &Bot, ty: TypeId, depth: u32) -> String {
    let Some(ty) = bot.types.get(ty.index()).filter(|_| depth < 9) else {
        return "…".to_owned();
    };
    match ty {
        Type::Text => "something",
        Type::Integer => "3",
        Type::Number => "2.5",
        Type::Percent => "10%",
        Type::YesNo => "yes",
        Type::Money => return format!("20 {}", bot.currency),
        Type::Date => "2026-03-02",
        Type::Time => "10:00",
        Type::Moment => "2026-03-02 10:00",
        Type::Duration => "2h",
        Type::Email => "ana@example.com",
        Type::Phone => "+40721234567",
        Type::Url => "https://example.com",
        Type::Language => "en",
        Type::Channel => "web",
        Type::File => "(file \"a.pdf\")",
        Type::Image => "(image \"a.jpg\")",
        Type::Location => "(location)",
        Type::Set(set) => {
            let first = bot.sets.get(set.index()).and_then(|set| set.members.first());
            return first.map_or_else(|| "…".to_owned(), |member| member.name.to_string());
        }
        Type::Optional(inner) | Type::List(inner) => return example(bot, *inner, depth + 1),
        Type::Narrowed {
            example: Some(example),
            ..
        } => return example.to_string(),
        Type::Narrowed { base, rules, .. } => {
            let first = rules.iter().find_map(|rule| match rule {
                Narrowing::Range(Value::Integer(from), _) => Some(from.to_string()),
                _ => None,
            });
            return first.unwrap_or_else(|| example(bot, *base, depth + 1));
        }
        Type::Record(_) | Type::Error => "…",
    }
    .to_owned()
}

/// A span of time as the language writes it.
fn span(ms: i64) -> String {
    let seconds = ms / 1000;
    for (unit, length) in [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60)] {
        if seconds >= length && seconds % length == 0 {
            return format!("{}{unit}", seconds / length);
        }
    }
    format!("{seconds}s")
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn spans_are_written_as_in_flows() {
        for (ms, written) in [
            (30_000, "30s"),
            (600_000, "10m"),
            (7_200_000, "2h"),
            (86_400_000, "1d"),
            (90_000, "90s"),
        ] {
            assert_eq!(span(ms), written);
        }
    }
}
