//! `experiment-never-joins`: nobody ever takes part in an experiment.

use super::conditions::Conditions;
use super::experiments::Declared;
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF511",
    name: "experiment-never-joins",
    level: Level::Warning,
    summary: "Nobody ever takes part in an experiment.",
    page: include_str!("experiment_never_joins.md"),
};

/// Looks at all experiments. Where people would join in a place to which no conversation comes, that place has its
/// finding.
pub(super) fn check(experiments: &[Declared<'_>], conditions: &Conditions, findings: &mut Vec<Finding>) {
    for declared in experiments {
        let name = &declared.experiment.name;
        let shares = &declared.experiment.arms;
        let finding = if !conditions.varied.contains(&declared.id) {
            let arm = shares.first().map_or("plain", |(arm, _)| arm);
            Finding::new(
                &RULE,
                declared.name,
                "Nobody takes part in this experiment: no flow does anything by it.",
            )
            .help(format!(
                "Say in a flow what differs: `vary {name} {{ {arm} {{ … }} }}`, or take the experiment out."
            ))
        } else if conditions.experiments.contains(&declared.id.index()) {
            Finding::new(
                &RULE,
                declared.name,
                "Nobody takes part in this experiment: its condition is never yes.",
            )
            .help("Write the condition that you mean.")
        } else if !shares.is_empty() && shares.iter().all(|(_, share)| *share == 0) {
            Finding::new(
                &RULE,
                declared.name,
                "Nobody takes part in this experiment: each of its arms gets 0%.",
            )
            .help("Give the arms shares, such as `plain 50%`, or take the experiment out.")
        } else {
            continue;
        };
        findings.push(finding);
    }
}
