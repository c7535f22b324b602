//! `experiment-weights`: the shares of an experiment do not make up everybody.

use super::experiments::Declared;
use crate::finding::{Finding, Fix, Level, Rule};
use crate::project::Source;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF510",
    name: "experiment-weights",
    level: Level::Error,
    summary: "The shares of an experiment do not make up everybody.",
    page: include_str!("experiment_weights.md"),
};

/// Everybody, in hundredths of a percent.
const EVERYBODY: u64 = 10_000;

/// Looks at all experiments.
pub(super) fn check(experiments: &[Declared<'_>], sources: &[Source], findings: &mut Vec<Finding>) {
    for declared in experiments {
        let experiment = declared.experiment;
        // An arm that could not be read has its finding.
        if declared.parts.arms.len() != experiment.arms.len() {
            continue;
        }
        let sum: u64 = experiment.arms.iter().map(|(_, share)| u64::from(*share)).sum();
        if experiment.arms.is_empty() {
            findings.push(
                Finding::new(
                    &RULE,
                    declared.name,
                    "This experiment has no arms, so that nobody can join it.",
                )
                .help("Say what is tried, and with how many: `plain 50%`, `discount 50%`."),
            );
        } else if sum + u64::from(experiment.hold_out) != EVERYBODY {
            findings.push(unequal(declared, sources, sum));
        }
    }
}

/// Shares that are more or less than everybody.
fn unequal(declared: &Declared<'_>, sources: &[Source], arms: u64) -> Finding {
    let held_out = u64::from(declared.experiment.hold_out);
    let shares = match held_out {
        0 => format!("The arms make {}", percent(arms)),
        _ => format!("The arms and who is held out make {}", percent(arms + held_out)),
    };
    if arms + held_out > EVERYBODY {
        return Finding::new(
            &RULE,
            declared.name,
            format!("{shares}, and there are no more people than 100%."),
        )
        .help("Let all shares together be 100%.");
    }
    let left = percent(EVERYBODY - arms);
    let mut finding = Finding::new(
        &RULE,
        declared.name,
        format!("{shares}: nobody has said what the others get."),
    )
    .help(format!(
        "Let all shares together be 100%, or say who takes no part: `hold out {left}`."
    ));
    if let (0, Some(edit)) = (held_out, declared.insert(sources, &format!("hold out {left}"))) {
        finding.fixes.push(Fix {
            title: format!("Add `hold out {left}`").into(),
            edits: vec![edit],
        });
    }
    finding
}

/// A share in hundredths of a percent, as it is written.
fn percent(share: u64) -> String {
    match share % 100 {
        0 => format!("{}%", share / 100),
        rest if rest % 10 == 0 => format!("{}.{}%", share / 100, rest / 10),
        rest => format!("{}.{rest:02}%", share / 100),
    }
}
