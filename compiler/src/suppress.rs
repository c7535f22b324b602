//! `# botflow: allow unreachable-step -- why`: findings that an author has looked at and wants to keep.
//!
//! Such a comment stands on a line of its own above the line it is about, or at the end of that line. Errors that
//! leave a bot impossible to build cannot be allowed.

use std::collections::BTreeMap;

use crate::config::Levels;
use crate::finding::Finding;
use crate::project::{FileId, Source, Span};
use crate::rules::nearest::nearest;
use crate::rules::{self, writing::unexpected_word};

const MARK: &str = "# botflow: allow ";

/// Takes out the findings that comments allow, and reports comments that name no finding.
pub fn apply(files: &[Source], findings: &mut Vec<Finding>) {
    let mut allowed: BTreeMap<(FileId, u32), Vec<&'static str>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (at, source) in files.iter().enumerate() {
        if source.text.contains(MARK) {
            read(FileId(at as u32), &source.text, &mut allowed, &mut wrong);
        }
    }
    if !allowed.is_empty() {
        let mut lines = Lines::default();
        findings.retain(|finding| {
            let Some(source) = files.get(finding.span.file.0 as usize) else {
                return true;
            };
            let line = lines.of(finding.span.file, &source.text, finding.span.start);
            let names = allowed.get(&(finding.span.file, line));
            Levels::is_fixed(finding.rule) || !names.is_some_and(|names| names.contains(&finding.rule.name))
        });
    }
    findings.extend(wrong);
}

/// The comments of one file, by the lines they are about, from 0.
fn read(
    file: FileId,
    text: &str,
    allowed: &mut BTreeMap<(FileId, u32), Vec<&'static str>>,
    wrong: &mut Vec<Finding>,
) {
    let mut above: Vec<&'static str> = Vec::new();
    let mut start = 0;
    for (number, line) in text.split('\n').enumerate() {
        let comment = line.rfind(MARK).filter(|at| !line[*at..].contains('"'));
        let alone = comment.is_some_and(|at| line[..at].trim().is_empty());
        if let Some(at) = comment {
            let begin = start + at + MARK.len();
            let list = line[at + MARK.len()..].split(" --").next().unwrap_or_default();
            let mut offset = 0;
            for written in list.split(',') {
                let name = written.trim();
                let place = begin + offset + (written.len() - written.trim_start().len());
                offset += written.len() + 1;
                match rules::find(name) {
                    Some(rule) if alone => above.push(rule.name),
                    Some(rule) => allowed.entry((file, number as u32)).or_default().push(rule.name),
                    None if rules::LATER.contains(&name) => {}
                    None => wrong.push(unknown(file, place, name)),
                }
            }
        }
        let skipped = line.trim().is_empty() || line.trim_start().starts_with('#');
        if !skipped && !above.is_empty() {
            allowed
                .entry((file, number as u32))
                .or_default()
                .append(&mut above);
        }
        start += line.len() + 1;
    }
}

fn unknown(file: FileId, at: usize, name: &str) -> Finding {
    let span = Span {
        file,
        start: at as u32,
        end: (at + name.len()) as u32,
    };
    let rule = rules::find("unknown-name").unwrap_or(&unexpected_word::RULE);
    let mut finding = Finding::new(
        rule,
        span,
        format!("There is no kind of finding called `{name}`."),
    );
    if let Some(known) = nearest(name, rules::all().map(|rule| rule.name)) {
        finding =
            finding
                .help(format!("Did you mean `{known}`?"))
                .fix(format!("Change to `{known}`"), span, known);
    }
    // A comment changes nothing in the bot.
    finding.level = crate::finding::Level::Warning;
    finding
}

/// Line numbers of places, file by file.
#[derive(Default)]
struct Lines {
    starts: BTreeMap<FileId, Vec<u32>>,
}

impl Lines {
    fn of(&mut self, file: FileId, text: &str, at: u32) -> u32 {
        let starts = self.starts.entry(file).or_insert_with(|| {
            text.bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| at as u32 + 1)
                .collect()
        });
        starts.partition_point(|start| *start <= at) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::writing::{bad_literal, name_style};

    fn left(text: &str) -> Vec<(String, &'static str)> {
        let files = [Source {
            path: "a.flow".into(),
            text: text.into(),
        }];
        let mut findings = Vec::new();
        for (at, _) in text.match_indices("badName") {
            let span = Span {
                file: FileId(0),
                start: at as u32,
                end: at as u32 + 7,
            };
            findings.push(Finding::new(&name_style::RULE, span, "style"));
            findings.push(Finding::new(&bad_literal::RULE, span, "literal"));
        }
        apply(&files, &mut findings);
        let under =
            |finding: &Finding| text[finding.span.start as usize..finding.span.end as usize].to_owned();
        findings
            .iter()
            .map(|finding| (under(finding), finding.rule.name))
            .collect()
    }

    #[test]
    fn comments_allow_what_they_name_and_nothing_else() {
        let literal = ("badName".to_owned(), "bad-literal");
        let style = ("badName".to_owned(), "name-style");
        assert_eq!(left("step badName"), [style.clone(), literal.clone()]);
        assert_eq!(
            left("# botflow: allow name-style -- old\nstep badName"),
            std::slice::from_ref(&literal)
        );
        assert_eq!(
            left("# botflow: allow name-style\n\n# more\nstep badName"),
            std::slice::from_ref(&literal)
        );
        assert_eq!(
            left("step badName # botflow: allow name-style, deprecated -- old"),
            std::slice::from_ref(&literal)
        );
        assert_eq!(left("# botflow: allow name-style\nstep a\nstep badName").len(), 2);
        assert_eq!(
            left("# botflow: allow bad-literal\nstep badName"),
            [style.clone(), literal.clone()]
        );
        assert_eq!(left("say \"# botflow: allow name-style\" badName").len(), 2);
    }

    #[test]
    fn unknown_names_are_reported() {
        let found = left("# botflow: allow deprecated, name-stile -- x");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "name-stile");
    }
}
