//! `option-never-shown`: an option whose condition cannot be yes where it stands.

use super::options::Decided;
use super::together::Together;
use crate::finding::{Finding, Level, Rule};
use crate::hir::{ChooseBody, Program};
use crate::project::Span;
use crate::rules::names::constant_condition;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF305",
    name: "option-never-shown",
    level: Level::Warning,
    summary: "An option is never offered, because its condition cannot be yes where it stands.",
    page: include_str!("option_never_shown.md"),
};

/// Looks at the options of one question. `never` are the places of conditions that are never yes by themselves, sorted.
pub(super) fn check(
    program: &Program,
    choose: &ChooseBody,
    decided: &[Decided],
    never: &[Span],
    findings: &mut Vec<Finding>,
) {
    for option in &choose.options {
        let Some(condition) = option.condition else {
            continue;
        };
        let Some(info) = program.exprs.get(condition.index()) else {
            continue;
        };
        if never.binary_search(&info.span).is_err() && !is_excluded(program, condition, decided) {
            continue;
        }
        findings.push(
            Finding::new(
                &RULE,
                info.span,
                "This option is never offered: its condition cannot be yes here.",
            )
            .related(option.label_span, "This is the option.")
            .help("Take the option out, or write the condition you mean."),
        );
    }
}

/// Whether what was decided above leaves nothing to a condition that could be yes elsewhere.
fn is_excluded(program: &Program, condition: botflow_artifact::ExprId, decided: &[Decided]) -> bool {
    let fresh = || decided.iter().filter(|above| above.fresh);
    if fresh().next().is_none() {
        return false;
    }
    let mut alone = Together::new(program);
    alone.assume(condition, true);
    let mut above = Together::new(program);
    let mut both = alone.clone();
    for one in fresh() {
        above.assume(one.condition, one.yes);
        both.assume(one.condition, one.yes);
    }
    both.impossible() && !alone.impossible() && !above.impossible()
}

/// Conditions that have a finding because they are never yes. Those of options are reported as options.
pub(super) fn never_yes(findings: &[Finding]) -> Vec<Span> {
    let mut never: Vec<Span> = findings
        .iter()
        .filter(|finding| finding.rule.code == constant_condition::RULE.code)
        .filter(|finding| finding.message == constant_condition::NEVER)
        .map(|finding| finding.span)
        .collect();
    never.sort_unstable();
    never
}
