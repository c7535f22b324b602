//! `statement-never-runs`: what stands behind a statement that leaves.

use botflow_artifact::{Op, PlaceId, PlaceKind};

use super::context::Context;
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF212",
    name: "statement-never-runs",
    level: Level::Warning,
    summary: "A statement is never reached, because the one before it leaves.",
    page: include_str!("statement_never_runs.md"),
};

/// Reports statements behind one that leaves for good.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for dead in &context.lowered.facts.dead {
        let message = match dead.count {
            1 => "This statement never runs: the one before it leaves.".to_owned(),
            count => format!("These {count} statements never run: the one before them leaves."),
        };
        findings.push(
            Finding::new(&RULE, dead.span, message)
                .help("Remove what never runs, or let the statement before it come back.")
                .related(dead.after, "From here the conversation goes elsewhere.")
                .conversation(context.conversation_at(dead.before))
                .fix("Remove it", dead.span, ""),
        );
    }
    for (id, place) in context.bot.places.iter().enumerate() {
        let id = PlaceId::from(id);
        let PlaceKind::Run(run) = &place.kind else {
            continue;
        };
        if !context.reach.reached(context.graph.place(id))
            || context.reach.returns(run.flow)
            || context.is_broken(run.flow)
            || !context.reach.reached(context.graph.flow(run.flow))
        {
            continue;
        }
        // Where it goes on may be reached in another way; and a flow with steps has to say where it goes on, so that
        // a mere end behind the run is nothing to wonder at.
        let unused = context
            .graph
            .code(place.then)
            .is_some_and(|node| !context.reach.reached(node));
        let says = matches!(
            context.bot.code.get(place.then.index()),
            Some(Op::Say(_) | Op::SayOneOf { .. } | Op::Enter(_) | Op::Let { .. } | Op::Remember { .. })
        );
        if unused && says {
            let name = &context.bot.flows[run.flow.index()].name;
            findings.push(
                Finding::new(
                    &RULE,
                    context.lowered.code[place.then.index()],
                    format!("This statement never runs: `{name}` never comes back."),
                )
                .help(format!(
                    "Let `{name}` return in one of its ways, or leave with `start {name}` and remove what follows."
                ))
                .related(context.lowered.place(id).name, "It is run here.")
                .conversation(context.conversation_into(id)),
            );
        }
    }
}
