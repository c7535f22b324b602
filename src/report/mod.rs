//! Findings for people and for programs.

pub mod compared;
pub mod difference;
pub mod github;
pub mod human;
pub mod json;
pub mod junit;
pub mod paths;
pub mod sarif;
pub mod tests;

use botflow_compiler::compile;
use botflow_compiler::finding::{Finding, Level};
use botflow_compiler::project::{FileId, Project, Source, Span};
use botflow_compiler::suppress::Allowed;
use botflow_syntax::TextSize;
use botflow_syntax::line_index::LineIndex;
use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use crate::conversations::Conversations;
use crate::project_files::CONFIG_FILE;

/// One checked bot, ready to be reported.
pub struct Checked {
    /// What stands before its files' paths, where several bots are reported together.
    prefix: Option<Utf8PathBuf>,
    /// Its folder.
    pub root: Utf8PathBuf,
    sources: Vec<Source>,
    config: Source,
    /// Whether there is such a file.
    has_config: bool,
    /// In order.
    pub findings: Vec<Finding>,
    /// What comments allow: found, and not reported.
    pub allowed: Vec<Allowed>,
    /// What the baseline knows: found, and not reported.
    pub known: Vec<Finding>,
    /// How many of its own files were read.
    pub files: usize,
    /// How many lines they have.
    pub lines: usize,
}

/// A place for people: lines and columns from 1, columns in Unicode characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
}

impl Checked {
    /// From the compiler's answer about the bot in a folder.
    pub fn new(
        root: &Utf8Path,
        prefix: Option<Utf8PathBuf>,
        project: &Project,
        checked: compile::Checked,
    ) -> Checked {
        Checked {
            prefix,
            findings: crate::rehearsal::rehearsed(&checked),
            allowed: checked.allowed,
            ..Checked::files(root, project, checked.files)
        }
    }

    /// The files of the bot in a folder, to draw places in them; `sources` by `FileId`.
    pub fn files(root: &Utf8Path, project: &Project, sources: Vec<Source>) -> Checked {
        let config = Source {
            path: CONFIG_FILE.into(),
            text: project.config.clone().unwrap_or_default(),
        };
        Checked {
            prefix: None,
            root: root.to_owned(),
            has_config: project.config.is_some(),
            files: project.sources.len(),
            lines: project
                .sources
                .iter()
                .map(|source| source.text.lines().count())
                .sum(),
            findings: Vec::new(),
            allowed: Vec::new(),
            known: Vec::new(),
            sources,
            config,
        }
    }

    /// Adds what was found in the bot's conversations, behind what was found in its files.
    pub fn add(&mut self, conversations: Conversations) {
        let first = self.sources.len() as u32;
        let moved = |mut finding: Finding| {
            let there = |span: &mut Span| {
                if span.file != FileId::CONFIG {
                    span.file.0 += first;
                }
            };
            there(&mut finding.span);
            finding
                .related
                .iter_mut()
                .for_each(|related| there(&mut related.span));
            let edits = finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits);
            edits.for_each(|edit| there(&mut edit.span));
            finding
        };
        self.findings
            .extend(conversations.findings.into_iter().map(moved));
        self.allowed
            .extend(conversations.allowed.into_iter().map(|allowed| Allowed {
                finding: moved(allowed.finding),
                ..allowed
            }));
        self.sources.extend(conversations.files);
    }

    /// The path of a file, as it is reported.
    pub fn path(&self, file: FileId) -> String {
        let path = &self.source(file).path;
        match &self.prefix {
            Some(prefix) => prefix.join(path.as_str()).into_string(),
            None => path.to_string(),
        }
    }

    /// The path of a file below the bot's folder; files of the library have none.
    pub fn own_path(&self, file: FileId) -> Option<&str> {
        let path = self.source(file).path.as_str();
        let own = file == FileId::CONFIG || (file.0 as usize) < self.files || !path.starts_with("std/");
        own.then_some(path)
    }

    /// The paths of all its own files below its folder.
    pub fn own_paths(&self) -> impl Iterator<Item = &str> {
        let config = self.has_config.then_some(self.config.path.as_str());
        let sources = self.sources.iter().enumerate();
        // Files of the library are nobody's own.
        let sources = sources.filter(|(at, source)| *at < self.files || source.path.ends_with(".chat"));
        let sources = sources.map(|(_, source)| source);
        sources.map(|source| source.path.as_str()).chain(config)
    }

    /// A file.
    pub fn source(&self, file: FileId) -> &Source {
        self.sources.get(file.0 as usize).unwrap_or(&self.config)
    }

    /// Findings of a level.
    pub fn count(&self, level: Level) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.level == level)
            .count()
    }
}

/// Line tables of files, made once a file.
#[derive(Default)]
pub struct Lines(IndexMap<FileId, LineIndex>);

impl Lines {
    /// Beginning and end of a span, columns in UTF-16 code units as editors count them.
    pub fn utf16_range(&mut self, checked: &Checked, span: Span) -> (Position, Position) {
        let text = &checked.source(span.file).text;
        let index = self.0.entry(span.file).or_insert_with(|| LineIndex::new(text));
        let position = |offset: u32| {
            let at = index.utf16(text, TextSize::new(offset.min(text.len() as u32)));
            Position {
                line: at.line as usize + 1,
                column: at.character as usize + 1,
            }
        };
        (position(span.start), position(span.end))
    }

    /// Beginning and end of a span.
    pub fn range(&mut self, checked: &Checked, span: Span) -> (Position, Position) {
        let text = &checked.source(span.file).text;
        let index = self.0.entry(span.file).or_insert_with(|| LineIndex::new(text));
        let position = |offset: u32| {
            let at = index.line_column(text, TextSize::new(offset.min(text.len() as u32)));
            Position {
                line: at.line as usize,
                column: at.column as usize,
            }
        };
        (position(span.start), position(span.end))
    }
}

/// A finding as plain text: what, what to do, and the conversation that shows it.
pub fn told(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    if let Some(help) = &finding.help {
        text.push('\n');
        text.push_str(help);
    }
    if !finding.conversation.is_empty() {
        text.push_str("\nA conversation that shows it:");
        for line in &finding.conversation {
            text.push_str("\n  ");
            text.push_str(line);
        }
    }
    text
}

/// A level in a word.
pub fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Hint => "hint",
    }
}
