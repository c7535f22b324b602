//! What a question says about itself: whether it can be failed, what it does then, and when nobody answers.

use botflow_artifact::{
    Bot, Narrowing, Nudge, Pc, Place, PlaceId, PlaceKind, Silence, TriesWay, Type, TypeId,
};
use petgraph::graph::NodeIndex;

use super::heard::places;
use crate::finding::Finding;
use crate::graph::{Edge, Node};
use crate::project::Span;
use crate::rules::flow::context::Context;

/// So many further places are named in one finding.
const RELATED: usize = 10;
/// So much code is followed from a way.
const FOLLOWED: usize = 200;

/// A question: what it does with what it cannot use.
#[derive(Clone, Copy)]
pub(super) struct Question<'c> {
    pub id: PlaceId,
    pub place: &'c Place,
    pub node: NodeIndex,
    pub tries: &'c [TriesWay],
    pub silence: &'c [Silence],
    /// `invalid`, or `otherwise` of a `choose`.
    pub invalid: Option<Pc>,
    /// It has words for asking again.
    pub again: bool,
    /// A message may be no answer to it.
    pub can_be_missed: bool,
    /// An answer may be refused.
    pub can_be_refused: bool,
}

/// All questions of the project that a conversation can come to. Those of the library are somebody else's, and those
/// that lead nowhere (`stuck`, sorted) have their findings.
pub(super) fn questions<'c>(context: &'c Context<'_>, stuck: &[Span]) -> Vec<Question<'c>> {
    let questions = places(context).filter_map(|(id, place, node)| {
        let question = |tries, silence, invalid| Question {
            id,
            place,
            node,
            tries,
            silence,
            invalid,
            again: false,
            can_be_missed: true,
            can_be_refused: true,
        };
        let name = context.lowered.place(id).name;
        if context.is_library(place.flow) || stuck.binary_search(&name).is_ok() {
            return None;
        }
        Some(match &place.kind {
            PlaceKind::Ask(ask) => {
                let narrow = is_narrow(context.bot, ask.ty);
                Question {
                    again: ask.again.is_some(),
                    can_be_missed: narrow,
                    can_be_refused: narrow || !ask.checks.is_empty(),
                    ..question(&ask.tries, &ask.silence, ask.invalid)
                }
            }
            PlaceKind::Choose(choose) => Question {
                again: choose.again.is_some(),
                ..question(&choose.tries, &choose.silence, choose.otherwise)
            },
            PlaceKind::Verify(verify) => question(&verify.tries, &verify.silence, verify.invalid),
            _ => return None,
        })
    });
    questions.collect()
}

impl Question<'_> {
    /// Silence leads somewhere.
    pub fn has_silence_way(&self) -> bool {
        self.silence
            .iter()
            .any(|clock| matches!(clock.act, Nudge::Way(_)))
    }

    /// What takes an answer that cannot be used may lead away from the question.
    pub fn leaves_when_missed(&self, context: &Context<'_>) -> bool {
        let Some(way) = self.invalid.and_then(|way| context.graph.code(way)) else {
            return false;
        };
        let mut seen = vec![way];
        let mut next = 0;
        while let Some(node) = seen.get(next).copied() {
            next += 1;
            for (_, edge, to) in context.graph.out(node) {
                match (&context.graph.nodes[to], edge) {
                    (_, Edge::Reask | Edge::ComesBack | Edge::Heard) => {}
                    (Node::Code(_), _) if seen.contains(&to) => {}
                    (Node::Code(_), _) if seen.len() < FOLLOWED => seen.push(to),
                    _ => return true,
                }
            }
        }
        false
    }
}

/// Whether some messages are no answer of this type: all types but `text`, and texts narrowed by their length alone.
fn is_narrow(bot: &Bot, ty: TypeId) -> bool {
    match bot.types.get(ty.index()) {
        Some(Type::Text) | None => false,
        Some(Type::Narrowed { base, rules, .. }) => {
            let by_length = rules.iter().all(|rule| matches!(rule, Narrowing::Length(..)));
            !by_length || !matches!(bot.types.get(base.index()), Some(Type::Text))
        }
        Some(_) => true,
    }
}

/// One finding for the questions of one flow: they are mended together. The first one has it, the others are related.
pub(super) fn by_flow<'c>(
    context: &Context<'_>,
    questions: &[Question<'c>],
    mut finding: impl FnMut(Span, &Question<'c>) -> Finding,
    findings: &mut Vec<Finding>,
) {
    let mut rest = questions;
    while let Some(first) = rest.first() {
        let same = rest
            .iter()
            .take_while(|one| one.place.flow == first.place.flow)
            .count();
        let (of_flow, behind) = rest.split_at(same);
        let at = |question: &Question<'_>| context.lowered.place(question.id).name;
        let mut found = finding(at(first), first);
        for other in of_flow.iter().skip(1).take(RELATED) {
            found = found.related(at(other), "The same goes for this one.");
        }
        findings.push(found);
        rest = behind;
    }
}
