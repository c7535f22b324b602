//! Findings as workflow commands of GitHub Actions: what a job prints becomes annotations of a pull request.

use botflow_compiler::finding::Level;

use super::paths::Top;
use super::{Checked, Lines};
use crate::output;

/// Prints a command for each finding, then the line that sums up.
pub fn print(all: &[Checked]) {
    for checked in all {
        let top = Top::around(&checked.root);
        let mut lines = Lines::default();
        for finding in &checked.findings {
            let command = match finding.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Hint => "notice",
            };
            let mut place = Vec::new();
            if let Some(path) = checked.own_path(finding.span.file) {
                let file = top.place(&checked.root, path);
                let (start, end) = lines.range(checked, finding.span);
                place.push(format!("file={}", property(file.as_str())));
                place.push(format!("line={}", start.line));
                place.push(format!("endLine={}", end.line));
                // Columns only count within a line.
                if start.line == end.line {
                    place.push(format!("col={}", start.column));
                    place.push(format!("endColumn={}", end.column));
                }
            }
            let title = format!("{} {}", finding.rule.code, finding.rule.name);
            place.push(format!("title={}", property(&title)));
            output::data(&format!(
                "::{command} {}::{}\n",
                place.join(","),
                data(&super::told(finding))
            ));
        }
    }
    output::data(&super::human::summary(all));
}

/// What stands behind `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_are_made_of_is_escaped() {
        assert_eq!(data("5% off:\r\na, b"), "5%25 off:%0D%0Aa, b");
        assert_eq!(property("a,b:c%\n"), "a%2Cb%3Ac%25%0A");
    }
}
