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
        [] => finding.help = Some(advice(kind, name)),
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

/// The name that a finding about a field of the customer's card says there is none of.
pub(crate) fn customer_field(finding: &Finding) -> Option<String> {
    if finding.rule.code != RULE.code {
        return None;
    }
    let name = finding
        .message
        .strip_prefix("There is no customer field called `")?;
    Some(name.strip_suffix("`.")?.to_owned())
}

/// Whether a finding is about a name that is the same in all files: its declaration is one, wherever it is missed.
pub(crate) fn is_of_all_files(finding: &Finding) -> bool {
    let Some(rest) = finding.message.strip_prefix("There is no ") else {
        return false;
    };
    finding.rule.code == RULE.code
        && OF_ALL_FILES.iter().any(|kind| {
            rest.strip_prefix(kind)
                .is_some_and(|rest| rest.starts_with(" called `"))
        })
}

/// The kinds of what is declared once for all files of a bot.
const OF_ALL_FILES: &[&str] = &[
    "type",
    "flow",
    "intent",
    "intent or event",
    "event",
    "queue",
    "escalation",
    "lookup or action",
    "template",
    "segment",
    "experiment",
    "goal",
    "stage",
    "consent",
    "customer field",
];

/// A name of the language's own, of which nobody can declare another; `known` are all there are.
pub fn of_the_language<'a>(
    kind: &str,
    name: &str,
    span: Span,
    near: &[&str],
    known: impl Iterator<Item = &'a str>,
) -> Finding {
    let finding = finding(kind, name, span, near);
    if !near.is_empty() {
        return finding;
    }
    let known: Vec<String> = known.map(|name| format!("`{name}`")).collect();
    finding.help(format!("These are there: {}.", known.join(", ")))
}

/// What to do where nothing is near: how a thing of this kind is declared.
fn advice(kind: &str, name: &str) -> String {
    let how = match kind {
        "type" => {
            return "Declare it with `type`, or use one of those that are always there: `text`, `integer`, `number`, \
                    `yes_no`, `money`, `date`, `time`, `email`, `phone` …"
                .to_owned();
        }
        "flow" => format!("`flow {name} {{ … }}`"),
        "intent or event" => format!("`intent {name} {{ words \"…\" }}`"),
        "event" => format!("`event {name}(…)`"),
        "queue" => format!("`queue {name} {{ hours … }}`"),
        "escalation" => format!("`escalation {name} {{ to queue … }}`"),
        "lookup or action" => format!("`lookup {name}(…) gives …`"),
        "stage" => format!("`stages {name}` in the `bot` block"),
        "consent" => format!("`consents {name}` in the `bot` block"),
        "customer field" => format!("`{name}: text?` in the `customer` block"),
        "language of this bot" => format!("`languages` of the `bot` block, with `{name}` in it"),
        "channel of this bot" => format!("`channels` of the `bot` block, with `{name}` in it"),
        "answer in this flow" => format!("`ask {name}: text \"…\"` in this flow"),
        _ => return format!("Declare the {kind}, or use one that is declared."),
    };
    format!("Declare it ({how}), or use one that is declared.")
}

/// A name that means something, but not where it stands: what it is, and what to do.
pub fn other_kind(kind: &str, name: &str, span: Span, help: impl Into<String>) -> Finding {
    Finding::new(&RULE, span, format!("There is no {kind} called `{name}`.")).help(help)
}
