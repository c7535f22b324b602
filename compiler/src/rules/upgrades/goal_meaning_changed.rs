//! `goal-meaning-changed`: a goal counts something else under the same name.

use super::settings;
use crate::diff::upgrade::{Found, Pair};
use crate::finding::{Finding, Level, Rule};
use crate::project::{FileId, Span};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF907",
    name: "goal-meaning-changed",
    level: Level::Warning,
    summary: "A goal counts something else under the same name, so that figures cannot be compared.",
    page: include_str!("goal_meaning_changed.md"),
};

/// What is counted, and as what.
const MEANING: &[&str] = &["what reaches it", "condition", "value", "credit"];

/// One finding for each goal.
pub(super) fn check(pair: &Pair<'_>, found: &mut Vec<Found>) {
    for (id, goal) in pair.new.bot.goals.iter().enumerate() {
        let changed = settings::changed(pair, &format!("goal {}", goal.name), MEANING);
        if changed.is_empty() {
            continue;
        }
        let message = format!(
            "`{}` counts something else now: {}.",
            goal.name,
            settings::told(&changed)
        );
        let help = "Figures from before and after cannot be compared. A goal that counts something else has another name.";
        let nowhere = Span {
            file: FileId(0),
            start: 0,
            end: 0,
        };
        let at = pair.new.spans().and_then(|spans| *spans.goals.get(id)?);
        found.push(pair.in_new(Finding::new(&RULE, nowhere, message).help(help), at));
    }
}
