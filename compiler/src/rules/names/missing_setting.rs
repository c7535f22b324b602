//! BF117 missing-setting: a flow reads a setting that `botflow.toml` does not have.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF117",
    name: "missing-setting",
    level: Level::Error,
    summary: "A flow reads a setting that `botflow.toml` does not have.",
    page: include_str!("missing_setting.md"),
};

/// A setting that is read but not set.
pub fn finding(name: &str, span: Span, near: &[&str]) -> Finding {
    let mut finding = Finding::new(&RULE, span, format!("`botflow.toml` has no setting `{name}`.")).help(
        format!("Add a line `{name} = …` under `[config]` in `botflow.toml`."),
    );
    for name in near {
        finding = finding.fix(format!("Change to `{name}`"), span, *name);
    }
    finding
}

/// A project that cannot be built because nothing says which bot it is.
pub fn no_bot(span: Span) -> Finding {
    Finding::new(&RULE, span, "The project has no `bot` block.")
        .help("Add `bot NAME { languages en  channels web  currency EUR  start FLOW }`, one setting a line.")
}
