//! What comes in: the files of one project as plain data, and their places.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::rules::understanding::faq_broken_link;

/// A `.flow` file of a project, or another text that it names.
#[derive(Clone, Debug)]
pub struct Source {
    /// Relative to the project's folder, with `/` between parts; `std/…` for library flows.
    pub path: SmolStr,
    /// Its text.
    pub text: Arc<str>,
}

/// One project: all its `.flow` files are one program.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Files in order of path; the same order gives the same artifact.
    pub sources: Vec<Source>,
    /// Text of `botflow.toml`, if there is one.
    pub config: Option<Arc<str>>,
    /// Other texts of the project by path, in order of path: what a `faq` may name as its source (`.md` files).
    pub documents: Vec<Source>,
    /// Catalogues of translations by path, in order of path: `locales/ro.po`.
    pub locales: Vec<Source>,
    /// Which of the other files that answers link to ([`Project::links`]) are there, by path, in order; `None` where that
    /// is not known.
    pub linked: Option<Vec<SmolStr>>,
    /// What the host program offers (`--host`), if known: names of lookups and actions.
    pub host: Option<Vec<SmolStr>>,
}

impl Project {
    /// The files of other kinds than `.md` to which the documents lead, by path, in order: whether they are there is for the
    /// shell to see ([`Project::linked`]).
    pub fn links(&self) -> Vec<String> {
        let of = |document: &Source| faq_broken_link::linked(&document.path, &document.text);
        let mut paths: Vec<String> = self.documents.iter().flat_map(of).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }
}

/// A file: index into [`Project::sources`]; library files that `use` brings in come behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl FileId {
    /// `botflow.toml`.
    pub const CONFIG: FileId = FileId(u32::MAX);
}

/// A range of bytes of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Which file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
}

impl Span {
    /// The span from the beginning of this one to the end of the other; both in one file.
    pub fn to(self, other: Span) -> Span {
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}
