//! `dead-end`: a question at which the conversation stays, whatever the customer says.

use botflow_artifact::{Hears, Nudge, PlaceId, PlaceKind};

use super::context::Context;
use crate::finding::{Finding, Level, Rule};
use crate::graph::Edge;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF203",
    name: "dead-end",
    level: Level::Error,
    summary: "The conversation stays at a question, whatever the customer says.",
    page: include_str!("dead_end.md"),
};

/// Reports questions without any way on.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (id, place) in context.bot.places.iter().enumerate() {
        let id = PlaceId::from(id);
        let node = context.graph.place(id);
        // Every other kind of place has a way on by what it is: an answer, a result, an end of time.
        let PlaceKind::Choose(choose) = &place.kind else {
            continue;
        };
        if !context.reach.reached(node)
            || context
                .graph
                .nodes
                .edges(node)
                .any(|edge| *edge.weight() != Edge::Hears)
            || caught(context, id)
        {
            continue;
        }
        let source = context.lowered.place(id);
        let help = if choose.options.is_empty() {
            "Give it options, each with `-> …` or a block."
        } else {
            "Give it an option that leads on, or say what silence leads to: `silence 30m -> finish resolved`."
        };
        let mut conversation = context.conversation(node);
        conversation.push("> hm".into());
        findings.push(
            Finding::new(
                &RULE,
                source.name,
                "The conversation stays at this question for ever: no answer leads on.",
            )
            .help(help)
            .conversation(conversation),
        );
    }
}

/// Whether somebody further out ends it: a handler for silence or for what nobody understood that leads elsewhere.
fn caught(context: &Context<'_>, place: PlaceId) -> bool {
    let own = &context.bot.places[place.index()].handlers;
    own.iter().chain(&context.bot.always).any(|id| {
        let net = match &context.bot.handlers[id.index()].hears {
            Hears::Silence(silence) => matches!(silence.act, Nudge::Way(_)),
            Hears::Unclear { .. } => true,
            _ => false,
        };
        net && context.goals().leads_on(context.graph.handler(*id))
    })
}
