//! `runs-itself`: a flow that runs itself, directly or through others.

use botflow_artifact::{FlowId, PlaceId, PlaceKind};

use super::context::Context;
use crate::finding::{Finding, Level, Rule};
use crate::graph::cycles::components;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF207",
    name: "runs-itself",
    level: Level::Error,
    summary: "A flow runs itself, directly or through other flows.",
    page: include_str!("runs_itself.md"),
};

/// Reports circles of runs, each once.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let bot = context.bot;
    // Runs by the flow they stand in.
    let mut runs: Vec<(FlowId, FlowId, PlaceId)> = Vec::new();
    for (id, place) in bot.places.iter().enumerate() {
        if let PlaceKind::Run(run) = &place.kind {
            runs.push((place.flow, run.flow, PlaceId::from(id)));
        }
    }
    runs.sort_by_key(|(from, ..)| *from);
    let mut first = Vec::with_capacity(bot.flows.len() + 1);
    let mut at = 0;
    for flow in 0..bot.flows.len() {
        first.push(at as u32);
        while runs.get(at).is_some_and(|(from, ..)| from.index() == flow) {
            at += 1;
        }
    }
    first.push(at as u32);
    let targets: Vec<u32> = runs[..at].iter().map(|(_, to, _)| to.0).collect();
    let mut circles = components(&first, &targets);
    circles.iter_mut().for_each(|circle| circle.sort_unstable());
    circles.sort_unstable();
    for circle in circles {
        let inside = |flow: FlowId| circle.binary_search(&flow.0).is_ok();
        let links: Vec<&(FlowId, FlowId, PlaceId)> = circle
            .iter()
            .flat_map(|flow| &runs[first[*flow as usize] as usize..first[*flow as usize + 1] as usize])
            .filter(|(_, to, _)| inside(*to))
            .collect();
        let Some((from, to, place)) = links.first() else {
            continue;
        };
        let (from_name, to_name) = (&bot.flows[from.index()].name, &bot.flows[to.index()].name);
        let message = if from == to {
            format!("The flow `{from_name}` runs itself.")
        } else {
            format!("The flow `{from_name}` runs `{to_name}`, which leads to `{from_name}` being run again.")
        };
        let node = context.graph.place(*place);
        let mut finding = Finding::new(&RULE, context.lowered.place(*place).name, message).help(format!(
            "A flow that is run has to come back before it is run again. Leave for good with `start {to_name}`, or go \
             to a step."
        ));
        for (from, _, place) in links.iter().skip(1).take(5) {
            finding = finding.related(
                context.lowered.place(*place).name,
                format!("`{}` goes on with it here.", bot.flows[from.index()].name),
            );
        }
        if context.reach.reached(node) {
            finding = finding.conversation(context.conversation_into(*place));
        }
        findings.push(finding);
    }
}
