//! Where messages are sent.

use botflow_artifact::*;

use crate::graph::{Edge, Graph, Node};

/// Where something is said or asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Site {
    /// `say`, at this address.
    Say(Pc),
    /// The question of a place, as it is put and put again.
    Question(PlaceId),
    /// The words of a clock of silence of a question, by its number.
    Nudge(PlaceId, u32),
    /// The words of `on silence`.
    HandlerNudge(HandlerId),
    /// The words of an escalation, where it is called for.
    HandOver(PlaceId),
}

/// All sites, by message.
#[derive(Clone, Debug, Default)]
pub(super) struct Sites {
    sites: Vec<(MessageId, Site)>,
    /// Per address, the node of its piece of code.
    pieces: Vec<u32>,
}

impl Sites {
    pub fn of(bot: &Bot, graph: &Graph) -> Sites {
        let mut sites = Vec::new();
        let mut pieces = Vec::with_capacity(bot.code.len());
        let mut piece = u32::MAX;
        for (at, op) in bot.code.iter().enumerate() {
            if let Some(node) = graph.code(Pc::from(at)) {
                piece = node.index() as u32;
            }
            pieces.push(piece);
            match op {
                Op::Say(message) => sites.push((*message, Site::Say(Pc::from(at)))),
                Op::SayOneOf { messages, .. } => {
                    sites.extend(messages.iter().map(|message| (*message, Site::Say(Pc::from(at)))));
                }
                _ => {}
            }
        }
        for (at, place) in bot.places.iter().enumerate() {
            let id = PlaceId::from(at);
            let clocks = match &place.kind {
                PlaceKind::Ask(ask) => {
                    sites.push((ask.question, Site::Question(id)));
                    sites.extend(ask.again.map(|again| (again, Site::Question(id))));
                    &ask.silence
                }
                PlaceKind::Choose(choose) => {
                    sites.push((choose.question, Site::Question(id)));
                    sites.extend(choose.again.map(|again| (again, Site::Question(id))));
                    &choose.silence
                }
                PlaceKind::Verify(verify) => {
                    sites.extend(verify.question.map(|question| (question, Site::Question(id))));
                    &verify.silence
                }
                PlaceKind::Escalate(escalation) => {
                    let escalation = bot.escalations.get(escalation.index());
                    let say = escalation.and_then(|escalation| escalation.say);
                    sites.extend(say.map(|say| (say, Site::HandOver(id))));
                    continue;
                }
                _ => continue,
            };
            for (number, clock) in clocks.iter().enumerate() {
                if let Nudge::Say(message) = clock.act {
                    sites.push((message, Site::Nudge(id, number as u32)));
                }
            }
        }
        for (at, handler) in bot.handlers.iter().enumerate() {
            if let Hears::Silence(Silence {
                act: Nudge::Say(message),
                ..
            }) = handler.hears
            {
                sites.push((message, Site::HandlerNudge(HandlerId::from(at))));
            }
        }
        sites.sort_unstable();
        Sites { sites, pieces }
    }

    /// Where a message is sent.
    pub fn of_message(&self, message: MessageId) -> &[(MessageId, Site)] {
        let first = self.sites.partition_point(|(id, _)| *id < message);
        let last = self.sites.partition_point(|(id, _)| *id <= message);
        &self.sites[first..last]
    }

    /// All of them.
    pub fn all(&self) -> &[(MessageId, Site)] {
        &self.sites
    }

    /// The node of the piece of code that an address belongs to.
    pub fn piece(&self, pc: Pc) -> Option<u32> {
        self.pieces
            .get(pc.index())
            .copied()
            .filter(|node| *node != u32::MAX)
    }
}

/// The level of handlers that hears at a handler.
pub(super) fn level_of(graph: &Graph, handler: HandlerId) -> Option<petgraph::graph::NodeIndex> {
    let mut into = graph.into(graph.handler(handler));
    into.find(|(_, edge, from)| *edge == Edge::Heard && matches!(graph.nodes[*from], Node::Hearing(_)))
        .map(|(.., from)| from)
}
