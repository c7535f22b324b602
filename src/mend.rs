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
use botflow_compiler::project::{FileId, Project, Source};
use botflow_syntax::{format, parse};
use camino::Utf8Path;

use crate::conversations::{self, Conversations};
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

/// Whether a finding is to be mended, by itself and the paths of files.
pub type Wanted<'w> = &'w dyn Fn(&Finding, &dyn Fn(FileId) -> Option<String>) -> bool;

/// Applies the safe fixes of all findings that are wanted, in memory.
pub fn mend(root: &Utf8Path, project: &mut Project, wanted: Wanted<'_>) -> Mended {
    let before = project.clone();
    let mut done = Vec::new();
    let mut exact: BTreeMap<String, bool> = BTreeMap::new();
    let mut checked = compile::check_bot(project);
    for _ in 0..MOST_ROUNDS {
        let mut edits: Vec<(String, &Edit)> = Vec::new();
        let mut taken = Taken::default();
        let path = |file: FileId| path(project, &checked, file);
        for finding in checked.findings.iter().filter(|finding| finding.safe) {
            let Some(fix) = finding.fixes.first().filter(|_| wanted(finding, &path)) else {
                continue;
            };
            let sound = fix.edits.iter().all(|edit| {
                let Some(path) = path(edit.span.file) else {
                    return false;
                };
                let is_text = text(project, &path).is_some_and(|text| holds(text, edit));
                *exact
                    .entry(path)
                    .or_insert_with_key(|path| is_on_disk(root, &before, path))
                    && is_text
            });
            if sound && !fix.edits.is_empty() && taken.all(&fix.edits) {
                edits.extend(
                    fix.edits
                        .iter()
                        .filter_map(|edit| Some((path(edit.span.file)?, edit))),
                );
                let at = path(finding.span.file).unwrap_or_default();
                done.push(told(text(project, &at), &at, finding, &fix.title));
            }
        }
        if edits.is_empty() {
            break;
        }
        apply(project, edits);
        checked = compile::check_bot(project);
    }
    let laid_out = lay_out(&before, project);
    if laid_out {
        checked = compile::check_bot(project);
    }
    let skipped = exact.into_iter().filter(|(_, exact)| !exact);
    Mended {
        checked,
        files: changed(&before, project),
        done,
        skipped: skipped.map(|(path, _)| path).collect(),
    }
}

/// The same for the conversations of a bot, once it is mended itself: what is done is added, and the findings that are left
/// are given back.
pub fn mend_conversations(
    root: &Utf8Path,
    project: &Project,
    mended: &mut Mended,
    wanted: Wanted<'_>,
) -> Result<Conversations, Failure> {
    let mut files = conversations::read(root)?;
    let before = files.clone();
    let mut found = conversations::look(project, &mended.checked, files.clone());
    for _ in 0..MOST_ROUNDS {
        let mut edits: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
        let mut taken = Taken::default();
        let source = |file: FileId| files.get(file.0 as usize);
        let path = |file: FileId| source(file).map(|source| source.path.to_string());
        for finding in found.findings.iter().filter(|finding| finding.safe) {
            let Some(fix) = finding.fixes.first().filter(|_| wanted(finding, &path)) else {
                continue;
            };
            // A letter that could not be read is not written back as another one.
            let sound = fix.edits.iter().all(|edit| {
                source(edit.span.file).is_some_and(|source| {
                    holds(&source.text, edit) && !source.text.contains(char::REPLACEMENT_CHARACTER)
                })
            });
            if sound && !fix.edits.is_empty() && taken.all(&fix.edits) {
                for edit in &fix.edits {
                    edits.entry(edit.span.file).or_default().push(edit);
                }
                let at = path(finding.span.file).unwrap_or_default();
                let text = source(finding.span.file).map(|source| &source.text);
                mended.done.push(told(text, &at, finding, &fix.title));
            }
        }
        if edits.is_empty() {
            break;
        }
        let new: Vec<(FileId, Arc<str>)> = (edits.into_iter())
            .filter_map(|(file, edits)| Some((file, replaced(&source(file)?.text, edits))))
            .collect();
        for (file, text) in new {
            files[file.0 as usize].text = text;
        }
        found = conversations::look(project, &mended.checked, files.clone());
    }
    let files = before.iter().zip(&files);
    mended
        .files
        .extend(files.filter_map(|(old, new)| difference(old, new)));
    Ok(found)
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
fn is_on_disk(root: &Utf8Path, project: &Project, path: &str) -> bool {
    let Some(text) = text(project, path) else {
        return false;
    };
    fs::read(root.join(path)).is_ok_and(|bytes| bytes == text.as_bytes())
}

/// Whether a text has the place that an edit replaces.
fn holds(text: &str, edit: &Edit) -> bool {
    let place = edit.span.start as usize..edit.span.end as usize;
    text.get(place).is_some()
}

/// The path of a file of the project; files of the library have none.
fn path(project: &Project, checked: &Checked, file: FileId) -> Option<String> {
    if file == FileId::CONFIG {
        return Some(CONFIG_FILE.to_owned());
    }
    if let Some(source) = project.sources.get(file.0 as usize) {
        return Some(source.path.to_string());
    }
    // Catalogues and answers stand behind the library.
    let path = &checked.files.get(file.0 as usize)?.path;
    let mut others = project.locales.iter().chain(&project.documents);
    others
        .any(|source| source.path == *path)
        .then(|| path.to_string())
}

/// The sources, catalogues and answers of a project.
fn sources(project: &Project) -> impl Iterator<Item = &Source> {
    let others = project.locales.iter().chain(&project.documents);
    project.sources.iter().chain(others)
}

fn text<'p>(project: &'p Project, path: &str) -> Option<&'p Arc<str>> {
    if path == CONFIG_FILE {
        return project.config.as_ref();
    }
    let source = sources(project).find(|source| source.path == path)?;
    Some(&source.text)
}

fn told(text: Option<&Arc<str>>, path: &str, finding: &Finding, title: &str) -> String {
    let before = text.and_then(|text| text.get(..finding.span.start as usize));
    let line = before.unwrap_or_default().matches('\n').count() + 1;
    format!("{path}:{line}: {}: {title}", finding.rule.name)
}

fn apply(project: &mut Project, edits: Vec<(String, &Edit)>) {
    let mut by_file: BTreeMap<String, Vec<&Edit>> = BTreeMap::new();
    for (path, edit) in edits {
        by_file.entry(path).or_default().push(edit);
    }
    for (path, edits) in by_file {
        let Some(new) = text(project, &path).map(|old| replaced(old, edits)) else {
            continue;
        };
        if path == CONFIG_FILE {
            project.config = Some(new);
            continue;
        }
        let lists = [&mut project.sources, &mut project.locales, &mut project.documents];
        let mut all = lists.into_iter().flatten();
        if let Some(source) = all.find(|source| source.path == path) {
            source.text = new;
        }
    }
}

/// A text with these places replaced, none of which touches another.
fn replaced(old: &str, mut edits: Vec<&Edit>) -> Arc<str> {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut new = String::with_capacity(old.len());
    let mut at = 0;
    for edit in edits {
        new.push_str(&old[at..edit.span.start as usize]);
        new.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    new.push_str(&old[at..]);
    Arc::from(new)
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
    let both = sources(before).zip(sources(after));
    let mut files: Vec<MendedFile> = both.filter_map(|(old, new)| difference(old, new)).collect();
    if let (Some(old), Some(new)) = (&before.config, &after.config)
        && old != new
    {
        files.push(MendedFile {
            path: CONFIG_FILE.to_owned(),
            before: old.clone(),
            after: new.clone(),
        });
    }
    files
}

fn difference(old: &Source, new: &Source) -> Option<MendedFile> {
    (old.text != new.text).then(|| MendedFile {
        path: old.path.to_string(),
        before: old.text.clone(),
        after: new.text.clone(),
    })
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
