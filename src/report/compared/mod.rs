//! Two versions compared, for people, programs and pull requests.

mod human;
mod json;
mod markdown;

use std::collections::BTreeMap;

use botflow_artifact::Bot;
use botflow_artifact::versions::Gone;
use botflow_compiler::compile;
use botflow_compiler::diff::upgrade::{Found, Side, Stranded, Upgrade};
use botflow_compiler::diff::{Change, Diff, Group, What};
use botflow_compiler::finding::Level;
use botflow_compiler::project::{FileId, Project, Span};
use botflow_syntax::TextSize;
use botflow_syntax::line_index::LineIndex;
use camino::Utf8PathBuf;
use similar::{ChangeTag, TextDiff};

pub use human::print as human;
pub use json::print as json;
pub use markdown::print as markdown;

use crate::project_files::CONFIG_FILE;

/// A version.
pub struct Input {
    /// As it was named.
    pub name: String,
    /// Its files are those of a git revision, and not those that are there.
    pub at_revision: bool,
    /// The folder of its project.
    pub root: Utf8PathBuf,
    /// The bot.
    pub bot: Bot,
    /// Its sources, if it was built from them.
    pub sources: Option<(Project, compile::Checked)>,
}

/// A conversation that shows a change.
pub struct Shown {
    /// With the old version.
    pub before: Vec<String>,
    /// With the new version.
    pub after: Vec<String>,
    /// Why it does not go on to its end with the other version.
    pub stopped: Option<String>,
}

impl Shown {
    /// Whether it shows anything.
    pub fn differs(&self) -> bool {
        // What had to be arranged is no difference.
        let arranged = |line: &&String| {
            ["at ", "person ", "stub ", "seed ", "@ "]
                .iter()
                .any(|head| line.starts_with(head))
        };
        let lines = |all: &[String]| {
            all.iter()
                .filter(|line| !arranged(line))
                .cloned()
                .collect::<Vec<_>>()
        };
        lines(&self.before) != lines(&self.after)
    }

    /// How often the customer does something.
    pub fn turns(&self) -> usize {
        let turn = |line: &&String| [">", "+", "!", "~"].iter().any(|mark| line.starts_with(mark));
        let count = |lines: &[String]| lines.iter().filter(turn).count();
        count(&self.before).max(count(&self.after))
    }

    /// Line by line, with `-`, `+` or a space before each.
    pub fn lines(&self) -> Vec<(char, String)> {
        let (before, after) = (self.before.join("\n"), self.after.join("\n"));
        let diff = TextDiff::from_lines(&before, &after);
        let lines = diff.iter_all_changes().map(|change| {
            let mark = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            (mark, change.to_string_lossy().trim_end_matches('\n').to_owned())
        });
        lines.collect()
    }
}

/// All that is told.
pub struct Compared {
    /// Before.
    pub old: Input,
    /// After.
    pub new: Input,
    /// What a person would notice.
    pub diff: Diff,
    /// What becomes of conversations under way.
    pub upgrade: Upgrade,
    /// Conversations by group and number of the change.
    pub shown: BTreeMap<(usize, usize), Shown>,
}

impl Compared {
    /// The conversation that shows a change, if it does and no change before it in its group has told the same.
    fn shows(&self, group: usize, number: usize) -> Option<&Shown> {
        let shown = self.shown.get(&(group, number)).filter(|shown| shown.differs())?;
        let mut earlier = self.shown.range((group, 0)..(group, number));
        let told = earlier.any(|(_, one)| one.before == shown.before && one.after == shown.after);
        (!told).then_some(shown)
    }

    /// So many findings of a level.
    fn count(&self, level: Level) -> usize {
        let findings = self.upgrade.findings.iter();
        findings.filter(|found| found.finding.level == level).count()
    }

    /// `12 changes in 3 flows and 2 other parts`.
    fn summary(&self) -> String {
        if self.diff.groups.is_empty() {
            return match self.diff.unseen {
                true => "nothing that a person would notice has changed".into(),
                false => "nothing has changed".into(),
            };
        }
        let flows = (self.diff.groups.iter())
            .filter(|group| matches!(group.area, botflow_compiler::diff::Area::Flow(_)))
            .count();
        let others = self.diff.groups.len() - flows;
        let mut parts = Vec::new();
        if flows > 0 {
            parts.push(counted(flows, "flow", "flows"));
        }
        if others > 0 {
            parts.push(match flows {
                0 => counted(others, "part", "parts"),
                _ => counted(others, "other part", "other parts"),
            });
        }
        format!(
            "{} in {}",
            counted(self.diff.count(), "change", "changes"),
            parts.join(" and ")
        )
    }

    fn stranded(&self) -> String {
        match self.upgrade.stranded.len() {
            0 => "no conversation is stranded".into(),
            count => format!(
                "conversations may be stranded at {}",
                counted(count, "place", "places")
            ),
        }
    }

    fn findings(&self) -> Option<String> {
        let counts = [
            (Level::Error, "error", "errors"),
            (Level::Warning, "warning", "warnings"),
            (Level::Hint, "hint", "hints"),
        ];
        let told: Vec<String> = counts
            .iter()
            .filter(|(level, ..)| self.count(*level) > 0)
            .map(|(level, one, many)| counted(self.count(*level), one, many))
            .collect();
        (!told.is_empty()).then(|| told.join(", "))
    }

    /// Where a finding stands: `bot.flow:12:3`, and in which version.
    fn place(&self, found: &Found) -> Option<String> {
        let input = match found.side {
            Side::Old => &self.old,
            Side::New => &self.new,
        };
        let place = located(input, found.finding.span).filter(|_| found.located)?;
        Some(match found.side {
            Side::New => place,
            Side::Old => format!("{place} in {}, the version before", input.name),
        })
    }
}

/// A range as `path:line:column`.
fn located(input: &Input, span: Span) -> Option<String> {
    let (path, line, column) = position(input, span)?;
    match (line, column) {
        (Some(line), Some(column)) => Some(format!("{path}:{line}:{column}")),
        _ => Some(path),
    }
}

/// A file with line and column from 1; without these where the sources are not at hand.
fn position(input: &Input, span: Span) -> Option<(String, Option<usize>, Option<usize>)> {
    let Some((project, checked)) = &input.sources else {
        let debug = input.bot.debug.as_ref()?;
        return Some((debug.files.get(span.file.0 as usize)?.to_string(), None, None));
    };
    let (path, text) = match span.file {
        FileId::CONFIG => (
            CONFIG_FILE.to_owned(),
            project.config.as_deref().unwrap_or_default(),
        ),
        FileId(file) => {
            let source = checked.files.get(file as usize)?;
            (source.path.to_string(), &*source.text)
        }
    };
    let own = span.file == FileId::CONFIG || (span.file.0 as usize) < project.sources.len();
    let at_root = input.root.join(&path);
    let path = match own {
        true => at_root.strip_prefix(".").unwrap_or(&at_root).to_string(),
        false => path,
    };
    let at = LineIndex::new(text).line_column(text, TextSize::new(span.start.min(text.len() as u32)));
    Some((path, Some(at.line as usize), Some(at.column as usize)))
}

/// What happens to conversations at a place.
fn fate(compared: &Compared, one: &Stranded) -> String {
    let lacks = one.lacks.and_then(|(flow, slot)| {
        let flow = compared.new.bot.flows.get(flow.index())?;
        flow.slots.get(slot.index()).map(|slot| slot.name.to_string())
    });
    let all = if one.certain { "" } else { "some: " };
    match (one.why, lacks) {
        (Gone::Removed, _) => format!("{all}the new version does not have it"),
        (Gone::Changed, _) => format!("{all}the new version waits for something else there"),
        (Gone::Lacks, Some(name)) => format!("{all}what follows needs `{name}`, which they do not have"),
        (Gone::Lacks, None) => format!("{all}what follows needs an answer that they do not have"),
    }
}

/// The heading of a group.
fn heading(group: &Group) -> String {
    let title = group.area.title();
    match &group.flow {
        Some((What::Added, _)) => format!("{title} (new)"),
        Some((What::Removed, _)) => format!("{title} (gone)"),
        Some((_, before)) => format!("{title} (was {before})"),
        None => title,
    }
}

/// The mark of a change at the beginning of its line.
fn mark(change: &Change) -> char {
    match change.what {
        What::Added => '+',
        What::Removed => '-',
        What::Changed => '~',
        What::Moved => '>',
        What::Renamed => '=',
    }
}

fn level(level: Level) -> &'static str {
    super::level(level)
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
