//! `reply-once`: a second private message to somebody who has only commented.
//!
//! Followed is what happens from the comment until the customer writes. A flow that is run on the way counts with the
//! fewest messages that lead through it, so that what is told is sure to come on some way.

use std::collections::{BTreeMap, VecDeque};

use botflow_artifact::{
    FlowId, MessageId, Nudge, Occurrence, Op, Pc, PlaceId, PlaceKind, Trigger, TriggerId, TriggerSource,
};
use petgraph::graph::{EdgeIndex, NodeIndex};
use smol_str::SmolStr;

use super::spoken::{Spoken, comments_of};
use super::words::name;
use crate::finding::{Finding, Level, Rule};
use crate::graph::label::duration;
use crate::graph::{Driver, Edge, Node};
use crate::project::Span;
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF416",
    name: "reply-once",
    level: Level::Error,
    summary: "A comment gets a second private message before the customer has answered the first.",
    page: include_str!("reply_once.md"),
};

/// So many nodes are looked at for one trigger.
const MOST: usize = 50_000;

/// Looks at all triggers that begin with a comment.
pub(super) fn check(spoken: &Spoken<'_, '_>, findings: &mut Vec<Finding>) {
    let context = spoken.context;
    let mut told: Vec<Span> = Vec::new();
    for (id, trigger) in context.bot.triggers.iter().enumerate() {
        if !begins_with_comment(context, trigger) {
            continue;
        }
        let channels = match trigger.via.is_empty() {
            true => &context.bot.channels,
            false => &trigger.via,
        };
        let once = |channel: &&SmolStr| {
            let comments = comments_of(channel).and_then(|comments| context.profiles.get(comments));
            comments.is_some_and(|profile| profile.comments.private_replies == 1)
        };
        let Some(channel) = channels.iter().find(once) else {
            continue;
        };
        let mut walk = Walk {
            context,
            through: BTreeMap::new(),
        };
        let Some(found) = walk.second(TriggerId::from(id)) else {
            continue;
        };
        if context.lowered.is_library(found.at) || told.contains(&found.at) {
            continue;
        }
        told.push(found.at);
        let end = found.after_ms;
        let conversation = context.tell_on(channel, &found.path, |plan| {
            if let Some(after) = end {
                plan.line(format!("+ {}", duration(after)));
            }
        });
        findings.push(
            Finding::new(
                &RULE,
                found.at,
                format!(
                    "This is a second private message to somebody who has only commented: {} lets one through until \
                     they answer it.",
                    name(channel)
                ),
            )
            .help("Put both into one message, best into the question: people answer it, and then you may go on.")
            .conversation(conversation),
        );
    }
}

fn begins_with_comment(context: &Context<'_>, trigger: &Trigger) -> bool {
    trigger.sources.iter().any(|source| match source {
        TriggerSource::On { what, .. } => match what {
            Occurrence::CommentAbout(_) => true,
            Occurrence::Event(event) => {
                let event = context.bot.events.get(event.index());
                event.is_some_and(|event| event.name == "comment_posted")
            }
            _ => false,
        },
        TriggerSource::Every { .. } => false,
    })
}

/// The second message, and how one gets there.
struct Second {
    at: Span,
    path: Vec<EdgeIndex>,
    /// So much time passes before it comes.
    after_ms: Option<i64>,
}

struct Walk<'w, 'l> {
    context: &'w Context<'l>,
    /// The fewest messages that lead through a flow before anybody answers, at most two; none if none leads through.
    through: BTreeMap<FlowId, Option<u8>>,
}

/// Where a walk is, and whether one message has been sent.
type State = (NodeIndex, bool);

impl Walk<'_, '_> {
    fn second(&mut self, trigger: TriggerId) -> Option<Second> {
        let graph = &self.context.graph.nodes;
        let start = graph
            .node_indices()
            .find(|node| graph[*node] == Node::Trigger(trigger))?;
        let mut by: BTreeMap<State, Option<(State, EdgeIndex)>> = BTreeMap::from([((start, false), None)]);
        let mut todo = VecDeque::from([(start, false)]);
        while let Some(state) = todo.pop_front() {
            let (node, sent) = state;
            let here = self.sends(node);
            if let Some((at, after_ms)) = here.get(usize::from(!sent)) {
                let mut path = Vec::new();
                let mut from = state;
                while let Some(Some((before, edge))) = by.get(&from) {
                    path.push(*edge);
                    from = *before;
                }
                path.reverse();
                return Some(Second {
                    at: *at,
                    path,
                    after_ms: *after_ms,
                });
            }
            let sent = sent || !here.is_empty();
            for (edge, kind, to) in self.goes_on(node) {
                let next = match (kind, self.context.graph.run_at(self.context.bot, node)) {
                    (Edge::Returns, Some(flow)) => match self.fewest(flow) {
                        Some(0) => (to, sent),
                        // With two the way through has them.
                        Some(1) if !sent => (to, true),
                        _ => continue,
                    },
                    _ => (to, sent),
                };
                if by.len() < MOST && !by.contains_key(&next) {
                    by.insert(next, Some((state, edge)));
                    todo.push_back(next);
                }
            }
        }
        None
    }

    /// The fewest messages on a way through a flow.
    fn fewest(&mut self, flow: FlowId) -> Option<u8> {
        if let Some(known) = self.through.get(&flow) {
            return *known;
        }
        // Runs are never recursive; a wrong program's could be.
        self.through.insert(flow, None);
        let end = self.context.graph.returns(flow);
        let mut best: BTreeMap<NodeIndex, u8> = BTreeMap::new();
        let mut levels: [Vec<NodeIndex>; 3] = Default::default();
        levels[0].push(self.context.graph.flow(flow));
        for count in 0..=2_u8 {
            while let Some(node) = levels[usize::from(count)].pop() {
                if best.get(&node).is_some_and(|known| *known <= count) || best.len() > MOST {
                    continue;
                }
                best.insert(node, count);
                let sent = count.saturating_add(self.sends(node).len().min(2) as u8).min(2);
                for (_, kind, to) in self.goes_on(node) {
                    let more = match (kind, self.context.graph.run_at(self.context.bot, node)) {
                        (Edge::Returns, Some(inner)) => match self.fewest(inner) {
                            Some(more) => more,
                            None => continue,
                        },
                        // What is inside counts there.
                        (Edge::Run, Some(_)) => continue,
                        _ => 0,
                    };
                    levels[usize::from(sent.saturating_add(more).min(2))].push(to);
                }
            }
        }
        let found = best.get(&end).copied();
        self.through.insert(flow, found);
        found
    }

    /// The private messages that a node sends before anybody answers.
    fn sends(&self, node: NodeIndex) -> Vec<(Span, Option<i64>)> {
        let (bot, lowered) = (self.context.bot, self.context.lowered);
        let private = |message: MessageId| {
            let message = bot.messages.get(message.index());
            message.is_some_and(|message| !message.public_reply && message.via.is_none())
        };
        match &self.context.graph.nodes[node] {
            Node::Code(begin) => {
                let mut found = Vec::new();
                let code = bot.code.iter().enumerate().skip(begin.index());
                for (pc, op) in code {
                    if pc != begin.index() && self.context.graph.code(Pc::from(pc)).is_some() {
                        break;
                    }
                    let sends = match op {
                        Op::Say(message) => private(*message),
                        Op::SayOneOf { messages, .. } => messages.iter().copied().any(private),
                        _ => false,
                    };
                    if sends {
                        found.push((lowered.code[pc], None));
                    }
                    if op.leaves() {
                        break;
                    }
                }
                found
            }
            Node::Place(place) => self.asks(*place),
            _ => Vec::new(),
        }
    }

    /// What a place asks, and its words of silence.
    fn asks(&self, place: PlaceId) -> Vec<(Span, Option<i64>)> {
        let at = self.context.lowered.place(place);
        let silence = match &self.context.bot.places[place.index()].kind {
            PlaceKind::Ask(ask) => &ask.silence,
            PlaceKind::Choose(choose) => &choose.silence,
            PlaceKind::Verify(verify) => &verify.silence,
            _ => return Vec::new(),
        };
        let nudge = silence.iter().find_map(|clock| match clock.act {
            Nudge::Say(message) => Some((message, clock.after_ms)),
            Nudge::Way(_) => None,
        });
        let mut found = vec![(at.span, None)];
        if let Some((message, after)) = nudge {
            let text = self
                .context
                .bot
                .messages
                .get(message.index())
                .and_then(|message| message.text);
            let texts = &self.context.lowered.spans.texts;
            let written = text.and_then(|text| texts.get(text.index()).copied().flatten());
            found.push((written.unwrap_or(at.span), Some(after)));
        }
        found
    }

    /// Where it goes on before the customer has answered.
    fn goes_on(&self, node: NodeIndex) -> Vec<(EdgeIndex, Edge, NodeIndex)> {
        let context = self.context;
        let mut out = context.graph.out(node);
        out.retain(|(_, edge, to)| {
            let drives = context.graph.driver(context.bot, *edge, *to);
            let on = matches!(
                drives,
                Driver::Nothing | Driver::System | Driver::Time | Driver::World
            );
            on && !matches!(edge, Edge::Hears | Edge::Heard | Edge::HandOver)
        });
        out
    }
}
