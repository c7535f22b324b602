//! BF101 unknown-name: a name is used that nothing in the project declares.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF101",
    name: "unknown-name",
    level: Level::Error,
    summary: "A name is used that nothing in the project declares.",
    page: include_str!("unknown_name.md"),
};

/// A name of the given kind (`flow`, `intent` …) that nothing declares; `near` are the nearest known ones.
pub fn finding(kind: &str, name: &str, span: Span, near: &[&str]) -> Finding {
    let mut finding = Finding::new(&RULE, span, format!("There is no {kind} called `{name}`."));
    match near {
        [] if kind == "type" => {
            finding.help = Some(
                "Declare it with `type`, or use one of those that are always there: `text`, `integer`, `number`, \
                 `yes_no`, `money`, `date`, `time`, `email`, `phone` …"
                    .to_owned(),
            );
        }
        [] => finding.help = Some(format!("Declare the {kind}, or use one that is declared.")),
        [only] => {
            finding.help = Some(format!("Did you mean `{only}`?"));
            finding = finding.fix(format!("Change to `{only}`"), span, *only);
        }
        several => {
            let names: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
            finding.help = Some(format!("Did you mean {}?", names.join(" or ")));
            for name in several {
                finding = finding.fix(format!("Change to `{name}`"), span, *name);
            }
        }
    }
    finding
}

/// A name that means something, but not where it stands: what it is, and what to do.
pub fn other_kind(kind: &str, name: &str, span: Span, help: impl Into<String>) -> Finding {
    Finding::new(&RULE, span, format!("There is no {kind} called `{name}`.")).help(help)
}
