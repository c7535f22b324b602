//! Whether somebody hears: what the handlers around a place provide, from the nearest level outward, through all
//! flows that run the one it stands in, up to `always`.

use botflow_artifact::{FlowId, Handler, HandlerId, Place, PlaceId};

use crate::graph::{Edge, Node};
use crate::rules::flow::context::Context;

/// What is provided for each flow from outside of it.
pub(super) struct Heard<'h, 'l> {
    context: &'h Context<'l>,
    /// Whether the handlers of one level provide it.
    level: fn(&[&Handler]) -> bool,
    /// Per flow: some way into it has nobody outside.
    alone: Vec<bool>,
}

impl<'h, 'l> Heard<'h, 'l> {
    /// Follows the ways into all flows.
    pub fn new(context: &'h Context<'l>, level: fn(&[&Handler]) -> bool) -> Heard<'h, 'l> {
        let bot = context.bot;
        let mut heard = Heard {
            context,
            level,
            alone: vec![false; bot.flows.len()],
        };
        if level(&heard.handlers(&bot.always)) {
            return heard;
        }
        // What begins anew has `always` alone around it.
        let mut todo = vec![FlowId::ALWAYS];
        for id in (1..bot.flows.len()).map(FlowId::from) {
            let begins = context.graph.into(context.graph.flow(id)).any(|(_, edge, from)| {
                matches!(edge, Edge::Begins | Edge::Start) && context.reach.reached(from)
            });
            if begins {
                todo.push(id);
            }
        }
        let mut runs: Vec<Vec<PlaceId>> = vec![Vec::new(); bot.flows.len()];
        for (id, place) in bot.places.iter().enumerate() {
            let node = context.graph.place(PlaceId::from(id));
            if context.graph.run_at(bot, node).is_some()
                && context.reach.reached(node)
                && let Some(of) = runs.get_mut(place.flow.index())
            {
                of.push(PlaceId::from(id));
            }
        }
        while let Some(flow) = todo.pop() {
            let Some(alone) = heard.alone.get_mut(flow.index()) else {
                continue;
            };
            if std::mem::replace(alone, true) {
                continue;
            }
            for id in &runs[flow.index()] {
                let target = context.graph.run_at(bot, context.graph.place(*id));
                if !heard.at(&bot.places[id.index()]) {
                    todo.extend(target);
                }
            }
        }
        heard
    }

    /// Whether it is provided at a place.
    pub fn at(&self, place: &Place) -> bool {
        let handlers = self.handlers(&place.handlers);
        // The step's stand before the flow's.
        let outer = handlers.partition_point(|handler| handler.step.is_some());
        let (step, flow) = handlers.split_at(outer);
        (self.level)(step) || (self.level)(flow) || self.alone.get(place.flow.index()) == Some(&false)
    }

    fn handlers(&self, ids: &[HandlerId]) -> Vec<&'h Handler> {
        let handlers = &self.context.bot.handlers;
        ids.iter().filter_map(|id| handlers.get(id.index())).collect()
    }
}

/// The places of the bot of which a rule may speak: those that a conversation can come to, in flows that were
/// understood, with their nodes.
pub(super) fn places<'c>(
    context: &'c Context<'_>,
) -> impl Iterator<Item = (PlaceId, &'c Place, petgraph::graph::NodeIndex)> {
    let places = context.bot.places.iter().enumerate();
    places
        .map(|(id, place)| {
            let id = PlaceId::from(id);
            (id, place, context.graph.place(id))
        })
        .filter(|(_, place, node)| {
            context.reach.reached(*node)
                && !context.is_broken(place.flow)
                && !context.is_broken(FlowId::ALWAYS)
                && matches!(context.graph.nodes[*node], Node::Place(_))
        })
}
