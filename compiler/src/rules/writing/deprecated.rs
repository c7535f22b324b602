//! `deprecated`: a way of writing still works, and will not for long.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF011",
    name: "deprecated",
    level: Level::Warning,
    summary: "A way of writing still works, and will not for long.",
    page: include_str!("deprecated.md"),
};

/// One way of writing that is going away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deprecation {
    /// What is written.
    pub old: &'static str,
    /// What is written in its place.
    pub new: &'static str,
    /// Why, as the end of a sentence that begins with "because".
    pub because: &'static str,
}

/// Names of built-in things that are going away; none at present.
pub const NAMES: &[Deprecation] = &[];

/// Reports a name that is going away; `at` is where the whole of it stands.
pub fn check(at: Span, written: &str, table: &[Deprecation]) -> Option<Finding> {
    let entry = table.iter().find(|entry| entry.old == written)?;
    Some(
        Finding::new(
            &RULE,
            at,
            format!("`{}` will go away, because {}.", entry.old, entry.because),
        )
        .help(format!("Write `{}`.", entry.new))
        .fix(format!("Change to `{}`", entry.new), at, entry.new)
        .safe(),
    )
}

#[cfg(test)]
mod tests {
    use super::{Deprecation, check};
    use crate::project::{FileId, Span};

    #[test]
    fn an_entry_is_reported_with_its_replacement() {
        let table = [Deprecation {
            old: "conversation.tongue",
            new: "conversation.language",
            because: "tongues are for tasting",
        }];
        let at = Span {
            file: FileId(0),
            start: 4,
            end: 23,
        };
        let finding = check(at, "conversation.tongue", &table).expect("the table has it");
        assert_eq!(
            finding.message,
            "`conversation.tongue` will go away, because tongues are for tasting."
        );
        assert_eq!(finding.fixes[0].edits[0].text, "conversation.language");
        assert_eq!(finding.fixes[0].edits[0].span, at);
        assert!(check(at, "conversation.language", &table).is_none());
    }
}
