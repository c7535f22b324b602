//! BF213 unknown-target: a way leads to a step that the flow does not have.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF213",
    name: "unknown-target",
    level: Level::Error,
    summary: "A way leads to a step that the flow does not have.",
    page: include_str!("unknown_target.md"),
};

/// A way to nowhere; `near` are the nearest steps of the flow.
pub fn finding(name: &str, span: Span, near: &[&str]) -> Finding {
    let mut finding = Finding::new(&RULE, span, format!("This flow has no step `{name}`."));
    match near {
        [] => {
            finding.help = Some(format!(
                "Add `step {name} {{ … }}` to the flow, or go to another step."
            ))
        }
        [first, ..] => finding.help = Some(format!("Did you mean `{first}`?")),
    }
    for name in near {
        finding = finding.fix(format!("Change to `{name}`"), span, *name);
    }
    finding
}

/// A way to a flow that is written as a way to a step.
pub fn is_a_flow(name: &str, span: Span) -> Finding {
    Finding::new(
        &RULE,
        span,
        format!("This flow has no step `{name}`, but there is a flow of that name."),
    )
    .help(format!(
        "Write `-> run {name}` to come back afterwards, or `-> start {name}` to leave for good."
    ))
    .fix(format!("Change to `run {name}`"), span, format!("run {name}"))
}

/// A way to an escalation that is written as a way to a step.
pub fn is_an_escalation(name: &str, span: Span) -> Finding {
    Finding::new(
        &RULE,
        span,
        format!("This flow has no step `{name}`, but there is an escalation of that name."),
    )
    .help(format!("Write `-> escalate to {name}`."))
    .fix(
        format!("Change to `escalate to {name}`"),
        span,
        format!("escalate to {name}"),
    )
    .safe()
}

/// A `moved` that leads to nothing.
pub fn moved(flow: &str, name: &str, span: Span, near: &[&str]) -> Finding {
    let finding = Finding::new(&RULE, span, format!("The flow `{flow}` has no step `{name}`."));
    match near {
        [] => finding.help("Conversations of the earlier version go on at a step that is there."),
        [first, ..] => finding.help(format!("Did you mean `{flow}.{first}`?")),
    }
}
