//! `experiments-overlap`: two experiments change the same conversation, and one goal decides both.

use super::conditions::Conditions;
use super::experiments::{Declared, Joins};
use crate::finding::{Finding, Fix, Level, Rule};
use crate::graph::Edge;
use crate::project::Source;
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF513",
    name: "experiments-overlap",
    level: Level::Warning,
    summary: "Two experiments change the same conversation, and one goal decides both.",
    page: include_str!("experiments_overlap.md"),
};

/// So many pairs are looked at; a bot with more has other worries.
const MOST: usize = 200;

/// Looks at all pairs of experiments that a conversation passes in one flow.
pub(super) fn check(
    context: &Context<'_>,
    experiments: &[Declared<'_>],
    joins: &[Joins],
    conditions: &Conditions,
    sources: &[Source],
    findings: &mut Vec<Finding>,
) {
    let of = |joins: &Joins| experiments.iter().find(|one| one.id == joins.experiment);
    let mut looked = 0;
    let mut told: Vec<(usize, usize)> = Vec::new();
    for (at, first) in joins.iter().enumerate() {
        for second in &joins[at + 1..] {
            if first.flow != second.flow || first.experiment == second.experiment || looked >= MOST {
                continue;
            }
            let (Some(a), Some(b)) = (of(first), of(second)) else {
                continue;
            };
            let pair = (a.id.index().min(b.id.index()), a.id.index().max(b.id.index()));
            let same_goal = a.experiment.goal.is_some() && a.experiment.goal == b.experiment.goal;
            let grouped = a.experiment.group.is_some() && a.experiment.group == b.experiment.group;
            let apart = conditions.apart.contains(&pair);
            if !same_goal || grouped || apart || told.contains(&pair) {
                continue;
            }
            looked += 1;
            if !passes_both(context, first, second) {
                continue;
            }
            told.push(pair);
            let goal = a
                .experiment
                .goal
                .and_then(|goal| context.bot.goals.get(goal.index()));
            let goal = goal.map_or("", |goal| &goal.name);
            let mut finding = Finding::new(
                    &RULE,
                    context.lowered.code[second.pc.index()],
                    format!(
                        "A conversation takes part in `{}` and in `{}` here, and `{goal}` decides both: nobody can tell \
                         which of them it was.",
                        a.experiment.name, b.experiment.name
                    ),
                )
                .help(
                    "Put both into one group, so that nobody is in two of them (`group offers`), give them different \
                     goals, or try one after the other.",
                )
                .related(context.lowered.code[first.pc.index()], "This is the other one.")
                .conversation(context.conversation_at(second.pc));
            finding.fixes.extend(grouped_as(a, b, sources));
            findings.push(finding);
        }
    }
}

/// Puts both into one group.
fn grouped_as(a: &Declared<'_>, b: &Declared<'_>, sources: &[Source]) -> Option<Fix> {
    let (group, which): (&str, &[&Declared<'_>]) = match (&a.experiment.group, &b.experiment.group) {
        (None, None) => (&a.experiment.name, &[a, b]),
        (Some(group), None) => (group, &[b]),
        (None, Some(group)) => (group, &[a]),
        // Which of two groups is meant nobody knows.
        (Some(_), Some(_)) => return None,
    };
    let setting = format!("group {group}");
    let edits = which.iter().map(|one| one.insert(sources, &setting));
    Some(Fix {
        title: "Let nobody be in both".into(),
        edits: edits.collect::<Option<_>>()?,
    })
}

/// Whether a conversation that joins one comes to the other one.
fn passes_both(context: &Context<'_>, first: &Joins, second: &Joins) -> bool {
    let (Some(from), Some(to)) = (context.piece(first.pc), context.piece(second.pc)) else {
        return false;
    };
    let goes_on = |edge: Edge, _, _| !matches!(edge, Edge::Hears | Edge::Heard | Edge::Start | Edge::Run);
    from == to
        || context.detour(from, |node| node == to, goes_on).is_some()
        || context.detour(to, |node| node == from, goes_on).is_some()
}
