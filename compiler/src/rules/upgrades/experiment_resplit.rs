//! `experiment-resplit`: people get another arm in the middle of an experiment.

use super::settings;
use crate::diff::upgrade::{Found, Pair};
use crate::finding::{Finding, Level, Rule};
use crate::project::{FileId, Span};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF908",
    name: "experiment-resplit",
    level: Level::Warning,
    summary: "An experiment divides people otherwise than before, so that some change arms in the middle of it.",
    page: include_str!("experiment_resplit.md"),
};

/// What decides who gets which arm.
const SPLIT: &[&str] = &["arm", "held out", "condition", "group"];

/// One finding for each experiment.
pub(super) fn check(pair: &Pair<'_>, found: &mut Vec<Found>) {
    for (id, experiment) in pair.new.bot.experiments.iter().enumerate() {
        let mut changed = settings::changed(pair, &format!("experiment {}", experiment.name), SPLIT);
        // The order of arms decides, too.
        let was = pair
            .old
            .bot
            .experiments
            .iter()
            .find(|one| one.name == experiment.name);
        if let Some(was) = was
            && changed.is_empty()
            && was.arms != experiment.arms
        {
            let names =
                |arms: &[(smol_str::SmolStr, u32)]| arms.iter().map(|(name, _)| name.to_string()).collect();
            changed.push(settings::Setting {
                kind: "the order of arms",
                before: names(&was.arms),
                after: names(&experiment.arms),
            });
        }
        if changed.is_empty() {
            continue;
        }
        let message = format!(
            "`{}` divides people otherwise now: {}.",
            experiment.name,
            settings::told(&changed)
        );
        let help = "Some people have seen one arm and get another one, and what was measured is of both. Begin a new experiment, \
                    under another name.";
        let nowhere = Span {
            file: FileId(0),
            start: 0,
            end: 0,
        };
        let at = pair.new.spans().and_then(|spans| *spans.experiments.get(id)?);
        found.push(pair.in_new(Finding::new(&RULE, nowhere, message).help(help), at));
    }
}
