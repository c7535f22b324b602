//! The hand-overs and questions to colleagues that conversations come to.

use botflow_artifact::{AskQueue, Escalation, EscalationId, PlaceId, PlaceKind, QueueId};
use petgraph::graph::{EdgeIndex, NodeIndex};

use crate::graph::Edge;
use crate::project::{Source, Span};
use crate::rules::flow::context::Context;

/// An escalation that conversations come to.
pub(super) struct HandOver<'l> {
    /// Its name in the declaration.
    pub name: Span,
    pub declared: &'l Escalation,
    /// Where it is escalated to, the soonest first.
    pub places: Vec<(PlaceId, NodeIndex)>,
}

impl HandOver<'_> {
    /// The shortest way to people, whom nobody has answered yet.
    pub fn path(&self, context: &Context<'_>) -> Vec<EdgeIndex> {
        let Some((_, node)) = self.places.first() else {
            return Vec::new();
        };
        let mut path = context.path(*node);
        let out = context.graph.out(*node);
        path.extend(
            out.iter()
                .find(|(_, edge, _)| *edge == Edge::HandOver)
                .map(|(id, ..)| *id),
        );
        path
    }

    /// Whether the customer may get into this queue: by `to`, or by a way.
    pub fn queues(&self) -> impl Iterator<Item = QueueId> + '_ {
        use botflow_artifact::EscalationWay;
        let declared = self.declared;
        let timed = [
            &declared.nobody,
            &declared.customer_silent,
            &declared.operator_silent,
        ];
        let ways = timed.into_iter().flatten().map(|(_, way)| *way);
        let ways = ways.chain(declared.closed).filter_map(|way| match way {
            EscalationWay::Queue(queue) => Some(queue),
            EscalationWay::Way(_) => None,
        });
        declared.to.iter().map(|(queue, _)| *queue).chain(ways)
    }
}

/// A question to colleagues that conversations come to.
pub(super) struct Asked<'l> {
    pub place: PlaceId,
    pub node: NodeIndex,
    pub ask: &'l AskQueue,
}

/// Escalations that conversations come to, as declared.
pub(super) fn hand_overs<'l>(context: &Context<'l>) -> Vec<HandOver<'l>> {
    let bot = context.bot;
    let mut places: Vec<Vec<(PlaceId, NodeIndex)>> = vec![Vec::new(); bot.escalations.len()];
    for (id, place) in bot.places.iter().enumerate() {
        if let PlaceKind::Escalate(escalation) = &place.kind {
            let (id, node) = (PlaceId::from(id), context.graph.place(PlaceId::from(id)));
            if context.reach.reached(node)
                && let Some(places) = places.get_mut(escalation.index())
            {
                places.push((id, node));
            }
        }
    }
    let lowered = context.lowered;
    let mut found = Vec::new();
    for body in &lowered.escalations {
        let EscalationId(id) = body.id;
        let (Some(name), Some(declared)) = (
            lowered.spans.escalations.get(id as usize).copied().flatten(),
            bot.escalations.get(id as usize),
        ) else {
            continue;
        };
        let mut places = std::mem::take(&mut places[id as usize]);
        if places.is_empty() || declared.to.is_empty() || lowered.is_library(name) {
            continue;
        }
        places.sort_by_key(|(_, node)| context.reach.turns(*node));
        found.push(HandOver {
            name,
            declared,
            places,
        });
    }
    found
}

/// Questions to colleagues that conversations come to.
pub(super) fn asked<'l>(context: &Context<'l>) -> Vec<Asked<'l>> {
    let places = context.bot.places.iter().enumerate();
    let asked = places.filter_map(|(id, place)| match &place.kind {
        PlaceKind::AskQueue(ask) => {
            let place = PlaceId::from(id);
            let node = context.graph.place(place);
            let is_own = !context.lowered.is_library(context.lowered.place(place).name);
            (context.reach.reached(node) && is_own).then_some(Asked { place, node, ask })
        }
        _ => None,
    });
    asked.collect()
}

/// The text from behind a declaration's name on.
pub(super) fn behind(sources: &[Source], name: Span) -> Option<&str> {
    sources.get(name.file.0 as usize)?.text.get(name.end as usize..)
}
