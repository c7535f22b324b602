//! Conversations that begin with a trigger.

use botflow_artifact::{Occurrence, PlaceKind, TriggerSource};
use petgraph::graph::{EdgeIndex, NodeIndex};
use smol_str::SmolStr;

use super::declared::Declared;
use crate::conversation::begins::first_channel;
use crate::conversation::plan::Plan;
use crate::graph::{Driver, Edge, Node};
use crate::rules::flow::context::Context;

/// The conversation that a trigger begins, up to where it first waits for somebody, and what happens then.
pub(super) fn begun(
    context: &Context<'_>,
    declared: &Declared<'_>,
    end: impl FnOnce(&mut Plan<'_>),
) -> Vec<String> {
    let Some(mut path) = begins(context, declared) else {
        return Vec::new();
    };
    path.extend(first_words(context, declared));
    context.tell_and(&path, end)
}

/// As [`begun`], with the person on this channel.
pub(super) fn on(
    context: &Context<'_>,
    declared: &Declared<'_>,
    channel: &SmolStr,
    end: impl FnOnce(&mut Plan<'_>),
) -> Vec<String> {
    let Some(mut path) = begins(context, declared) else {
        return Vec::new();
    };
    path.extend(first_words(context, declared));
    context.tell_on(channel, &path, end)
}

/// As [`on`], at this minute of the day where nothing else decides when it comes.
pub(super) fn at(
    context: &Context<'_>,
    declared: &Declared<'_>,
    channel: &SmolStr,
    minute: u32,
) -> Vec<String> {
    const DAY_MINUTES: i64 = 24 * 60;
    let trigger = declared.trigger;
    on(context, declared, channel, |plan| {
        if trigger.between.is_none() {
            let begins = i64::from(minute) - trigger.after_ms / 60_000;
            plan.begins_at(begins.rem_euclid(DAY_MINUTES) as u32);
        }
        plan.line(format!("* {}", starts_on(context, declared, channel)));
    })
}

/// What has to happen before a trigger goes off, and that it does.
pub(super) fn begins(context: &Context<'_>, declared: &Declared<'_>) -> Option<Vec<EdgeIndex>> {
    let flow = context.graph.flow(declared.trigger.start);
    let begins = context
        .graph
        .into(flow)
        .find(|(_, _, from)| context.graph.nodes[*from] == Node::Trigger(declared.id));
    let path = begins.map(|(edge, ..)| context.with_what_comes_before(vec![edge]))?;
    // What a conversation has to bring about before, and none does as far as is seen, cannot be shown.
    let within = match declared.trigger.sources.first() {
        Some(TriggerSource::On { what, .. }) => matches!(
            what,
            Occurrence::Entered(_) | Occurrence::Asked(_) | Occurrence::Joined(_) | Occurrence::Left(_)
        ),
        _ => false,
    };
    (!within || path.len() > 1).then_some(path)
}

/// The way from the beginning of a trigger's flow to where it first waits or ends.
fn first_words(context: &Context<'_>, declared: &Declared<'_>) -> Vec<EdgeIndex> {
    let begin = context.graph.flow(declared.trigger.start);
    let waits = |node: NodeIndex| match &context.graph.nodes[node] {
        Node::Place(place) => !matches!(
            context.bot.places[place.index()].kind,
            PlaceKind::Call(_) | PlaceKind::Run(_) | PlaceKind::Form(_)
        ),
        Node::Finish { .. } | Node::People(_) => true,
        _ => false,
    };
    let at_once = |edge: Edge, _, to| {
        edge != Edge::Hears
            && matches!(
                context.graph.driver(context.bot, edge, to),
                Driver::Nothing | Driver::System
            )
    };
    context.detour(begin, waits, at_once).unwrap_or_default()
}

/// The effect with which a trigger begins its flow.
pub(super) fn starts(context: &Context<'_>, declared: &Declared<'_>) -> String {
    starts_on(context, declared, first_channel(context.bot, declared.trigger))
}

/// The effect with which a trigger begins its flow on a channel.
pub(super) fn starts_on(context: &Context<'_>, declared: &Declared<'_>, channel: &str) -> String {
    let flow = context.words().flow(declared.trigger.start);
    format!("trigger {} starts {flow} on {channel}", declared.trigger.name)
}
