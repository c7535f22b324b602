//! Findings as JUnit XML, which every continuous integration shows: a suite for each file, in it a case for each kind
//! of finding there, or one case that passes.

use std::fmt::Write;

use botflow_compiler::finding::{Finding, Level};
use indexmap::IndexMap;

use super::paths::Top;
use super::tests::escaped;
use super::{Checked, Lines};
use crate::output;

/// Prints the document. Findings from `failing` up are failures; the others are told in the output of their case.
pub fn print(all: &[Checked], failing: Level) {
    let mut suites = String::new();
    let (mut cases, mut failures) = (0usize, 0usize);
    for checked in all {
        let mut lines = Lines::default();
        let top = Top::around(&checked.root);
        let shown = |path: &str| top.place(&checked.root, path).into_string();
        let mut files: IndexMap<String, Vec<&Finding>> = checked
            .own_paths()
            .map(|path| (shown(path), Vec::new()))
            .collect();
        for finding in &checked.findings {
            let file = finding.span.file;
            let path = checked.own_path(file).map_or_else(|| checked.path(file), shown);
            files.entry(path).or_default().push(finding);
        }
        for (path, findings) in files {
            let mut by_rule: IndexMap<&str, Vec<&Finding>> = IndexMap::new();
            for finding in findings {
                by_rule.entry(finding.rule.name).or_default().push(finding);
            }
            by_rule.sort_keys();
            let fails = |findings: &[&Finding]| findings.iter().any(|finding| finding.level >= failing);
            let failed = by_rule.values().filter(|findings| fails(findings)).count();
            let count = by_rule.len().max(1);
            cases += count;
            failures += failed;
            let name = escaped(&path);
            let _ = writeln!(
                suites,
                "  <testsuite name=\"{name}\" tests=\"{count}\" failures=\"{failed}\" errors=\"0\" skipped=\"0\">"
            );
            if by_rule.is_empty() {
                let _ = writeln!(
                    suites,
                    "    <testcase classname=\"{name}\" name=\"check\" file=\"{name}\"/>"
                );
            }
            for (rule, findings) in &by_rule {
                let (first, _) = lines.range(checked, findings[0].span);
                let _ = writeln!(
                    suites,
                    "    <testcase classname=\"{name}\" name=\"{rule}\" file=\"{name}\" line=\"{}\">",
                    first.line
                );
                let mut text = String::new();
                for finding in findings {
                    let (start, _) = lines.range(checked, finding.span);
                    let _ = writeln!(
                        text,
                        "{path}:{}:{}: {}\n",
                        start.line,
                        start.column,
                        super::told(finding)
                    );
                }
                let text = escaped(text.trim_end());
                if fails(findings) {
                    let message = match findings.len() {
                        1 => findings[0].message.clone(),
                        count => format!("{} ({} more of this kind)", findings[0].message, count - 1),
                    };
                    let message = escaped(&message);
                    let _ = writeln!(
                        suites,
                        "      <failure type=\"{rule}\" message=\"{message}\">{text}</failure>"
                    );
                } else {
                    let _ = writeln!(suites, "      <system-out>{text}</system-out>");
                }
                suites.push_str("    </testcase>\n");
            }
            suites.push_str("  </testsuite>\n");
        }
    }
    output::data(&format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"botflow check\" tests=\"{cases}\" \
         failures=\"{failures}\">\n{suites}</testsuites>\n"
    ));
}
