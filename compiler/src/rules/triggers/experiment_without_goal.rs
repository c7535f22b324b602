//! `experiment-without-goal`: nothing tells which arm of an experiment is the better one.

use super::experiments::Declared;
use crate::finding::{Finding, Fix, Level, Rule};
use crate::project::Source;
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF512",
    name: "experiment-without-goal",
    level: Level::Warning,
    summary: "Nothing tells which arm of an experiment is the better one.",
    page: include_str!("experiment_without_goal.md"),
};

/// So many goals are offered.
const OFFERED: usize = 3;

/// Looks at all experiments.
pub(super) fn check(
    context: &Context<'_>,
    experiments: &[Declared<'_>],
    sources: &[Source],
    findings: &mut Vec<Finding>,
) {
    for declared in experiments {
        if declared.experiment.goal.is_some() || declared.parts.goal.is_some() {
            continue;
        }
        let help = match context.bot.goals.first() {
            Some(goal) => format!("Say what decides it: `goal {}`.", goal.name),
            None => "Say what decides it: declare what you want to reach (`goal purchase { on order_placed }`), and name \
                     it here: `goal purchase`."
                .to_owned(),
        };
        let mut finding = Finding::new(
            &RULE,
            declared.name,
            "This experiment has no goal, so that nobody will know which of its arms was the better one.",
        )
        .help(help);
        for goal in context.bot.goals.iter().take(OFFERED) {
            let setting = format!("goal {}", goal.name);
            finding
                .fixes
                .extend(declared.insert(sources, &setting).map(|edit| Fix {
                    title: format!("Add `{setting}`").into(),
                    edits: vec![edit],
                }));
        }
        findings.push(finding);
    }
}
