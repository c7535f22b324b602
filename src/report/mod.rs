//! Findings for people and for programs.

pub mod human;
pub mod json;
pub mod tests;

use botflow_compiler::compile;
use botflow_compiler::finding::{Finding, Level};
use botflow_compiler::project::{FileId, Project, Source, Span};
use botflow_syntax::TextSize;
use botflow_syntax::line_index::LineIndex;
use camino::Utf8PathBuf;
use indexmap::IndexMap;

use crate::project_files::CONFIG_FILE;

/// One checked bot, ready to be reported.
pub struct Checked {
    /// What stands before its files' paths, where several bots are reported together.
    prefix: Option<Utf8PathBuf>,
    sources: Vec<Source>,
    config: Source,
    /// In order.
    pub findings: Vec<Finding>,
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
    /// From the compiler's answer.
    pub fn new(prefix: Option<Utf8PathBuf>, project: &Project, checked: compile::Checked) -> Checked {
        let config = Source {
            path: CONFIG_FILE.into(),
            text: project.config.clone().unwrap_or_default(),
        };
        Checked {
            prefix,
            files: project.sources.len(),
            lines: project
                .sources
                .iter()
                .map(|source| source.text.lines().count())
                .sum(),
            findings: crate::rehearsal::rehearsed(&checked),
            sources: checked.files,
            config,
        }
    }

    /// The path of a file, as it is reported.
    pub fn path(&self, file: FileId) -> String {
        let path = &self.source(file).path;
        match &self.prefix {
            Some(prefix) => prefix.join(path.as_str()).into_string(),
            None => path.to_string(),
        }
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
