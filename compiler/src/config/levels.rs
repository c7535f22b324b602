//! `[lints]`: which findings a project wants to see, and how serious they are to it.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeValue;

use super::{Key, span};
use crate::finding::{Finding, Level, Rule};
use crate::rules;
use crate::rules::nearest::nearest;
use crate::rules::writing::{bad_literal, unexpected_word};
use crate::suppress::Allowed;

/// The levels a project sets.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    /// By name of the rule; `None` is `off`.
    set: BTreeMap<&'static str, Option<Level>>,
}

/// Errors that leave a hole in the program or break a promise of the machine: a bot that has one cannot be built,
/// so that a lower level would only hide why.
const ALWAYS_ERRORS: &[&str] = &[
    "unclosed-block",
    "unclosed-text",
    "unexpected-word",
    "unknown-statement",
    "wrong-place",
    "bad-literal",
    "repeated-setting",
    "reserved-name",
    "nested-too-deep",
    "file-too-large",
    "unknown-name",
    "duplicate-name",
    "type-mismatch",
    "unknown-may-be-missing",
    "wrong-arguments",
    "impossible-comparison",
    "missing-case",
    "repeated-case",
    "not-answered-yet",
    "let-changes-type",
    "missing-setting",
    "step-falls-off",
    "talks-to-itself",
    "runs-itself",
    "duplicate-place",
    "unknown-target",
    "wait-in-loop",
];

impl Levels {
    /// Sets the findings' levels as the project wants them, and takes out those that are off.
    pub fn apply(&self, findings: &mut Vec<Finding>) {
        if self.set.is_empty() {
            return;
        }
        findings.retain_mut(|finding| self.sets(finding));
    }

    /// Whether a project does not want to see what a rule finds.
    pub fn is_off(&self, rule: &str) -> bool {
        self.set.get(rule) == Some(&None)
    }

    /// The same for findings that comments allow.
    pub fn apply_to_allowed(&self, allowed: &mut Vec<Allowed>) {
        allowed.retain_mut(|allowed| self.sets(&mut allowed.finding));
    }

    /// Sets one finding's level; `false` if it is off.
    fn sets(&self, finding: &mut Finding) -> bool {
        match self.set.get(finding.rule.name) {
            // A level that was raised by the finding itself says that it is more than its rule usually is: that the
            // file cannot be read, or that an error is hidden.
            _ if finding.level > finding.rule.level => true,
            Some(Some(level)) => {
                finding.level = *level;
                true
            }
            Some(None) => false,
            None => true,
        }
    }

    /// Whether a rule is an error in every project.
    pub fn is_fixed(rule: &Rule) -> bool {
        ALWAYS_ERRORS.contains(&rule.name)
    }

    /// The level of a rule in this project; `None` is `off`.
    pub fn of(&self, rule: &Rule) -> Option<Level> {
        self.set.get(rule.name).copied().unwrap_or(Some(rule.level))
    }

    /// Reads `name = "level"`.
    pub(super) fn read(
        &mut self,
        key: &Spanned<Key<'_>>,
        value: &Spanned<DeValue<'_>>,
        findings: &mut Vec<Finding>,
    ) {
        let name = key.get_ref().as_ref();
        let level = match value.get_ref().as_str() {
            Some("error") => Some(Level::Error),
            Some("warning" | "warn") => Some(Level::Warning),
            Some("hint") => Some(Level::Hint),
            Some("off") => None,
            _ => {
                findings.push(
                    bad_literal::finding(span(value.span()), format!("This is no level for `{name}`."))
                        .help("Levels are \"error\", \"warning\", \"hint\" and \"off\"."),
                );
                return;
            }
        };
        if let Some(rule) = rules::find(name) {
            if Levels::is_fixed(rule) && level != Some(Level::Error) {
                findings.push(
                    bad_literal::finding(
                        span(value.span()),
                        format!(
                            "`{}` is always an error: a bot that has one cannot be built.",
                            rule.name
                        ),
                    )
                    .help("Take this line out."),
                );
                return;
            }
            self.set.insert(rule.name, level);
        } else {
            findings.push(unknown_lint(name, span(key.span())));
        }
    }
}

fn unknown_lint(name: &str, at: crate::project::Span) -> Finding {
    let finding = Finding::new(
        rules::find("unknown-name").unwrap_or(&unexpected_word::RULE),
        at,
        format!("There is no kind of finding called `{name}`."),
    );
    let known = rules::all().map(|rule| rule.name);
    match nearest(name, known) {
        Some(known) => {
            finding
                .help(format!("Did you mean `{known}`?"))
                .fix(format!("Change to `{known}`"), at, known)
        }
        None => finding.help("`botflow explain` lists all kinds of findings."),
    }
}
