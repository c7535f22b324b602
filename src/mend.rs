//! `botflow check --fix`: applies the safe fixes of findings, until there are none left.
//!
//! Of fixes that touch each other only one is applied in a round; then the project is checked anew. All happens in
//! memory, and what has changed is written at the end, each file at once. Whatever no fix replaces keeps its bytes;
//! a file that was in the one layout before still is.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use botflow_compiler::compile::{self, Checked};
use botflow_compiler::finding::{Edit, Finding};
use botflow_compiler::project::{FileId, Project};
use botflow_syntax::{format, parse};
use camino::{Utf8Path, Utf8PathBuf};

use crate::failure::Failure;
use crate::project_files::{self, CONFIG_FILE};

/// So many times a project is checked. Each round mends all that does not touch; more than a few rounds come only from
/// fixes that undo each other, which would be a mistake of ours.
const MOST_ROUNDS: usize = 20;

/// What has become of a project.
pub struct Mended {
    /// The findings afterwards.
    pub checked: Checked,
    /// The files that are different now, in order.
    pub files: Vec<MendedFile>,
    /// What was done, in order: the place before the change, and the title of the fix.
    pub done: Vec<String>,
    /// Files with safe fixes that were left alone, because they are no text in UTF-8.
    pub skipped: Vec<String>,
}

/// A file that is different now.
pub struct MendedFile {
    /// Relative to the bot's folder.
    pub path: String,
    /// Its text before.
    pub before: Arc<str>,
    /// Its text now.
    pub after: Arc<str>,
}

/// Applies the safe fixes of all findings that are wanted, in memory.
pub fn mend(root: &Utf8Path, project: &mut Project, wanted: &dyn Fn(&Project, &Finding) -> bool) -> Mended {
    let before = project.clone();
    let mut done = Vec::new();
    let mut exact: BTreeMap<FileId, bool> = BTreeMap::new();
    let mut checked = compile::check_bot(project);
    for _ in 0..MOST_ROUNDS {
        let mut edits: Vec<&Edit> = Vec::new();
        let mut taken = Taken::default();
        for finding in checked.findings.iter().filter(|finding| finding.safe) {
            let Some(fix) = finding.fixes.first().filter(|_| wanted(project, finding)) else {
                continue;
            };
            let sound = fix.edits.iter().all(|edit| {
                let file = edit.span.file;
                *exact
                    .entry(file)
                    .or_insert_with(|| is_on_disk(root, &before, file))
                    && text(project, file).is_some_and(|text| {
                        text.get(edit.span.start as usize..edit.span.end as usize)
                            .is_some()
                    })
            });
            if sound && !fix.edits.is_empty() && taken.all(&fix.edits) {
                edits.extend(&fix.edits);
                done.push(told(project, finding, &fix.title));
            }
        }
        if edits.is_empty() {
            break;
        }
        apply(project, &edits);
        checked = compile::check_bot(project);
    }
    let laid_out = lay_out(&before, project);
    if laid_out {
        checked = compile::check_bot(project);
    }
    let skipped = exact
        .iter()
        .filter(|(_, exact)| !**exact)
        .filter_map(|(file, _)| path(&before, *file))
        .collect();
    Mended {
        checked,
        files: changed(&before, project),
        done,
        skipped,
    }
}

/// Places that are replaced in a round: beginning and end, by file.
#[derive(Default)]
struct Taken(BTreeMap<FileId, BTreeMap<u32, u32>>);

impl Taken {
    /// Takes the places of all edits of a fix, or none of them where one touches a place that is taken.
    fn all(&mut self, edits: &[Edit]) -> bool {
        let touches = |edit: &Edit| {
            let places = self.0.get(&edit.span.file);
            // Places that are taken do not touch each other: only the last that begins before the end of this one can.
            let before = places.and_then(|places| places.range(..=edit.span.end).next_back());
            before.is_some_and(|(_, end)| *end >= edit.span.start)
        };
        if edits.iter().any(touches) {
            return false;
        }
        for edit in edits {
            let places = self.0.entry(edit.span.file).or_default();
            let end = places.entry(edit.span.start).or_default();
            *end = edit.span.end.max(*end);
        }
        true
    }
}

/// Writes the changed files of a bot, each whole or not at all.
pub fn write(root: &Utf8Path, files: &[MendedFile]) -> Result<(), Failure> {
    for file in files {
        let path = root.join(&file.path);
        project_files::write(&path, &file.after).map_err(Failure::file(format!("write `{path}`")))?;
    }
    Ok(())
}

/// Whether a file of the bot holds exactly the text that was checked; what is no UTF-8 was read with replacements.
fn is_on_disk(root: &Utf8Path, project: &Project, file: FileId) -> bool {
    let (Some(path), Some(text)) = (path(project, file), text(project, file)) else {
        return false;
    };
    fs::read(root.join(path)).is_ok_and(|bytes| bytes == text.as_bytes())
}

fn path(project: &Project, file: FileId) -> Option<String> {
    if file == FileId::CONFIG {
        return Some(CONFIG_FILE.to_owned());
    }
    let source = project.sources.get(file.0 as usize)?;
    Some(source.path.to_string())
}

fn text(project: &Project, file: FileId) -> Option<&Arc<str>> {
    if file == FileId::CONFIG {
        return project.config.as_ref();
    }
    Some(&project.sources.get(file.0 as usize)?.text)
}

fn told(project: &Project, finding: &Finding, title: &str) -> String {
    let file = finding.span.file;
    let before = text(project, file).and_then(|text| text.get(..finding.span.start as usize));
    let line = before.unwrap_or_default().matches('\n').count() + 1;
    format!(
        "{}:{line}: {}: {title}",
        path(project, file).unwrap_or_default(),
        finding.rule.name
    )
}

fn apply(project: &mut Project, edits: &[&Edit]) {
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in edits {
        by_file.entry(edit.span.file).or_default().push(edit);
    }
    for (file, mut edits) in by_file {
        let Some(old) = text(project, file) else {
            continue;
        };
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let mut new = String::with_capacity(old.len());
        let mut at = 0;
        for edit in edits {
            new.push_str(&old[at..edit.span.start as usize]);
            new.push_str(&edit.text);
            at = edit.span.end as usize;
        }
        new.push_str(&old[at..]);
        let new: Arc<str> = Arc::from(new);
        if file == FileId::CONFIG {
            project.config = Some(new);
        } else {
            project.sources[file.0 as usize].text = new;
        }
    }
}

/// Lays out what was laid out before; whether anything changed.
fn lay_out(before: &Project, project: &mut Project) -> bool {
    let mut any = false;
    for (old, new) in before.sources.iter().zip(&mut project.sources) {
        if old.text == new.text || format(&parse(&old.text)).as_deref() != Ok(&*old.text) {
            continue;
        }
        if let Ok(laid_out) = format(&parse(&new.text))
            && *laid_out != *new.text
        {
            new.text = Arc::from(laid_out);
            any = true;
        }
    }
    any
}

fn changed(before: &Project, after: &Project) -> Vec<MendedFile> {
    let mut files = Vec::new();
    for (old, new) in before.sources.iter().zip(&after.sources) {
        if old.text != new.text {
            files.push(MendedFile {
                path: old.path.to_string(),
                before: old.text.clone(),
                after: new.text.clone(),
            });
        }
    }
    if let (Some(old), Some(new)) = (&before.config, &after.config)
        && old != new
    {
        files.push(MendedFile {
            path: Utf8PathBuf::from(CONFIG_FILE).into_string(),
            before: old.clone(),
            after: new.clone(),
        });
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use botflow_compiler::project::Span;

    fn edit(file: u32, start: u32, end: u32) -> Edit {
        Edit {
            span: Span {
                file: FileId(file),
                start,
                end,
            },
            text: String::new(),
        }
    }

    #[test]
    fn of_fixes_that_touch_one_is_taken() {
        let mut taken = Taken::default();
        assert!(taken.all(&[edit(0, 10, 20), edit(0, 30, 30)]));
        for touching in [(5, 10), (10, 10), (12, 13), (20, 25), (5, 40), (30, 30), (29, 31)] {
            assert!(!taken.all(&[edit(0, touching.0, touching.1)]), "{touching:?}");
        }
        // A fix is taken whole or not at all.
        assert!(!taken.all(&[edit(0, 50, 60), edit(0, 15, 16)]));
        assert!(taken.all(&[edit(0, 50, 60), edit(1, 15, 16)]));
        assert!(taken.all(&[edit(0, 21, 29)]));
    }
}
