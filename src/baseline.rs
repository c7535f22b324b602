//! A baseline: what was found on the day a project began to check, so that only new findings fail.
//!
//! A JSON file that people review: one entry for each identity (see [`crate::identity`]), sorted, with paths relative to
//! the file itself. It speaks of `check` alone; errors that leave a bot impossible to build are never in it.

use std::collections::BTreeMap;
use std::fs;

use botflow_compiler::config::Levels;
use botflow_compiler::finding::Finding;
use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::identity::Identity;
use crate::report::Checked;

/// The version of the file's form.
const VERSION: u32 = 1;

/// Findings that are known, by file and identity, with how many of them there are.
pub struct Baseline {
    /// The folder of the file, to which its paths are relative.
    folder: Utf8PathBuf,
    left: BTreeMap<(String, Identity), usize>,
}

/// What was written.
pub struct Written {
    /// How many findings are in the file.
    pub findings: usize,
    /// How many errors cannot be in it.
    pub errors: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    file: String,
    #[serde(rename = "in", default, skip_serializing_if = "String::is_empty")]
    within: String,
    name: String,
    text: String,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: usize,
}

fn one() -> usize {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_one(count: &usize) -> bool {
    *count == 1
}

impl Baseline {
    /// Reads a file.
    pub fn read(path: &Utf8Path) -> Result<Baseline, Failure> {
        let again = format!("`botflow check --write-baseline={path}` writes it");
        let text = fs::read_to_string(path).map_err(|error| {
            Failure::Environment(format!("could not read the baseline `{path}`: {error}; {again}"))
        })?;
        let file: File = serde_json::from_str(&text).map_err(|error| {
            Failure::Environment(format!("`{path}` is no baseline: {error}; {again} anew"))
        })?;
        if file.version != VERSION {
            return Err(Failure::Environment(format!(
                "the baseline `{path}` is of version {}, and this program knows version {VERSION}; {again} anew",
                file.version
            )));
        }
        let mut left = BTreeMap::new();
        for entry in file.findings {
            let identity = Identity {
                within: entry.within,
                name: entry.name,
                text: entry.text,
            };
            *left.entry((entry.file, identity)).or_default() += entry.count;
        }
        Ok(Baseline {
            folder: folder_of(path)?,
            left,
        })
    }

    /// Takes out of a report what is known.
    pub fn take(&mut self, checked: &mut Checked) {
        let findings = std::mem::take(&mut checked.findings);
        for finding in findings {
            let key = key(&self.folder, checked, &finding);
            match self.left.get_mut(&key) {
                Some(left) if *left > 0 && !Levels::is_fixed(finding.rule) => {
                    *left -= 1;
                    checked.known.push(finding);
                }
                _ => checked.findings.push(finding),
            }
        }
    }

    /// How many known findings of these bots are no longer there, once all of them were taken.
    pub fn gone(&self, all: &[Checked]) -> usize {
        let folders: Vec<String> = all
            .iter()
            .map(|checked| relative(&self.folder, &absolute(&checked.root)))
            .collect();
        let inside = |file: &str| {
            folders.iter().any(|folder| {
                folder.is_empty()
                    || file
                        .strip_prefix(folder.as_str())
                        .is_some_and(|rest| rest.starts_with('/'))
            })
        };
        self.left
            .iter()
            .filter(|((file, _), _)| inside(file))
            .map(|(_, left)| left)
            .sum()
    }
}

/// Writes what is found into a file, in place of what it held.
pub fn write(path: &Utf8Path, all: &[Checked]) -> Result<Written, Failure> {
    let folder = folder_of(path)?;
    let mut counts: BTreeMap<(String, Identity), usize> = BTreeMap::new();
    let mut written = Written {
        findings: 0,
        errors: 0,
    };
    for checked in all {
        for finding in &checked.findings {
            if Levels::is_fixed(finding.rule) {
                written.errors += 1;
            } else {
                written.findings += 1;
                *counts.entry(key(&folder, checked, finding)).or_default() += 1;
            }
        }
    }
    let findings = counts
        .into_iter()
        .map(|((file, identity), count)| Entry {
            file,
            within: identity.within,
            name: identity.name,
            text: identity.text,
            count,
        })
        .collect();
    let file = File {
        version: VERSION,
        findings,
    };
    let mut text = serde_json::to_string_pretty(&file).expect("plain data has a JSON form");
    text.push('\n');
    fs::write(path, text).map_err(Failure::file(format!("write the baseline `{path}`")))?;
    Ok(written)
}

fn key(folder: &Utf8Path, checked: &Checked, finding: &Finding) -> (String, Identity) {
    let source = checked.source(finding.span.file);
    let file = match checked.own_path(finding.span.file) {
        Some(path) => relative(folder, &absolute(&checked.root).join(path)),
        None => source.path.to_string(),
    };
    (file, Identity::of(source, finding))
}

fn absolute(folder: &Utf8Path) -> Utf8PathBuf {
    folder.canonicalize_utf8().unwrap_or_else(|_| folder.to_owned())
}

/// The folder in which a file is or will be.
fn folder_of(path: &Utf8Path) -> Result<Utf8PathBuf, Failure> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_str().is_empty() => parent,
        _ => Utf8Path::new("."),
    };
    folder
        .canonicalize_utf8()
        .map_err(Failure::file(format!("read the folder of the baseline `{path}`")))
}

/// The way from a folder to a path, both absolute, with `/` between its parts.
fn relative(folder: &Utf8Path, path: &Utf8Path) -> String {
    let mut from = folder.components().peekable();
    let mut to = path.components().peekable();
    while let (Some(a), Some(b)) = (from.peek(), to.peek())
        && a == b
    {
        from.next();
        to.next();
    }
    let up = from.map(|_| Utf8Component::ParentDir);
    let parts: Vec<&str> = up.chain(to).map(|part| part.as_str()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_between_folders() {
        let way = |from: &str, to: &str| relative(Utf8Path::new(from), Utf8Path::new(to));
        assert_eq!(way("/a/b", "/a/b/c/d.flow"), "c/d.flow");
        assert_eq!(way("/a/ci", "/a/bot/x.flow"), "../bot/x.flow");
        assert_eq!(way("/a", "/a"), "");
    }
}
