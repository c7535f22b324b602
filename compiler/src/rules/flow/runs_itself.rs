//! `runs-itself`: a flow that runs itself, directly or through others.

use botflow_artifact::{FlowId, PlaceId, PlaceKind};

use super::context::Context;
use crate::finding::{Finding, Level, Rule};
use crate::graph::cycles::components;
use crate::graph::leads::Leads;

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
    if runs.is_empty() {
        return;
    }
    runs.sort_by_key(|(from, ..)| *from);
    let of = |flow: u32| {
        let begin = runs.partition_point(|(from, ..)| from.0 < flow);
        let end = runs.partition_point(|(from, ..)| from.0 <= flow);
        &runs[begin..end]
    };
    let mut leads = Leads::with_capacity(bot.flows.len(), runs.len());
    for flow in 0..bot.flows.len() as u32 {
        leads.add(of(flow).iter().map(|(_, to, _)| to.0));
    }
    let mut circles: Vec<Vec<u32>> = Vec::new();
    components(&leads, |circle| {
        if circle.len() > 1 || leads.of(circle[0]).contains(&circle[0]) {
            let mut circle = circle.to_vec();
            circle.sort_unstable();
            circles.push(circle);
        }
    });
    circles.sort_unstable();
    for circle in circles {
        let inside = |flow: FlowId| circle.binary_search(&flow.0).is_ok();
        let links: Vec<&(FlowId, FlowId, PlaceId)> = circle
            .iter()
            .flat_map(|flow| of(*flow))
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
