//! What has changed since a revision, as git tells.

use std::collections::BTreeSet;
use std::process::Command;

use botflow_compiler::config::Levels;
use botflow_compiler::finding::Finding;
use botflow_compiler::project::FileId;
use camino::{Utf8Path, Utf8PathBuf};

use crate::failure::Failure;
use crate::report::Checked;

/// Files of one repository that differ from what they were where the branch left the revision, those included that are
/// not committed yet.
pub struct Changes {
    top: Utf8PathBuf,
    files: BTreeSet<Utf8PathBuf>,
}

impl Changes {
    /// The changes of the repository around a folder.
    pub fn since(revision: &str, folder: &Utf8Path) -> Result<Changes, Failure> {
        if revision.is_empty() || revision.starts_with('-') {
            return Err(Failure::Usage(format!("`{revision}` is no revision")));
        }
        let asked = git(folder, &["rev-parse", "--show-toplevel"])?.map_err(|said| {
            Failure::Environment(format!(
                "`--changed-since` asks git, and `{folder}` is in no repository that git can read: {said}"
            ))
        })?;
        let top = Utf8PathBuf::from(asked.trim_end_matches(['\n', '\r']));
        let top = top
            .canonicalize_utf8()
            .map_err(Failure::file(format!("read `{top}`")))?;
        let shallow =
            git(&top, &["rev-parse", "--is-shallow-repository"])?.is_ok_and(|said| said.trim() == "true");
        let deepen = "this clone is shallow: fetch the whole history (`git fetch --unshallow`; on GitHub `fetch-depth: \
                      0`, on GitLab `GIT_DEPTH: 0`)";
        let commit = format!("{revision}^{{commit}}");
        let Ok(commit) = git(&top, &["rev-parse", "--verify", "--quiet", &commit])? else {
            return Err(if shallow {
                Failure::Environment(format!(
                    "git does not know the revision `{revision}`, and {deepen}"
                ))
            } else {
                Failure::Usage(format!("git does not know the revision `{revision}`"))
            });
        };
        let Ok(base) = git(&top, &["merge-base", commit.trim(), "HEAD"])? else {
            return Err(if shallow {
                Failure::Environment(format!(
                    "git does not know where this branch left `{revision}`: {deepen}"
                ))
            } else {
                Failure::Usage(format!("this branch and `{revision}` have nothing in common"))
            });
        };
        let mut files = BTreeSet::new();
        let changed = [
            "diff",
            "--name-only",
            "--no-renames",
            "--no-ext-diff",
            "-z",
            base.trim(),
            "--",
        ];
        let added = ["ls-files", "--others", "--exclude-standard", "-z"];
        for question in [&changed[..], &added[..]] {
            let said = git(&top, question)?.map_err(|said| {
                Failure::Environment(format!(
                    "git could not tell what has changed since `{revision}`: {said}"
                ))
            })?;
            let names = said.split('\0').filter(|name| !name.is_empty());
            files.extend(names.map(Utf8PathBuf::from));
        }
        Ok(Changes { top, files })
    }

    /// Whether these are the changes of the repository in which a folder is.
    pub fn are_around(&self, folder: &Utf8Path) -> bool {
        let nearest = folder.ancestors().find(|folder| folder.join(".git").exists());
        match nearest {
            Some(nearest) => nearest == self.top,
            None => folder.starts_with(&self.top),
        }
    }

    /// Whether a finding is about something that has changed: it or a place that belongs to it stands in such a file.
    /// An error that leaves the bot impossible to build is, wherever it stands: a change elsewhere may have caused it.
    pub fn concern(
        &self,
        root: &Utf8Path,
        finding: &Finding,
        path: impl Fn(FileId) -> Option<String>,
    ) -> bool {
        let Ok(inside) = root.strip_prefix(&self.top) else {
            return true;
        };
        let changed = |file: FileId| path(file).is_some_and(|path| self.files.contains(&inside.join(path)));
        Levels::is_fixed(finding.rule)
            || changed(finding.span.file)
            || finding.related.iter().any(|related| changed(related.span.file))
    }

    /// Leaves in a report what concerns a change.
    pub fn keep(&self, checked: &mut Checked) {
        let root = checked
            .root
            .canonicalize_utf8()
            .unwrap_or_else(|_| checked.root.clone());
        let mut findings = std::mem::take(&mut checked.findings);
        findings
            .retain(|finding| self.concern(&root, finding, |file| checked.own_path(file).map(str::to_owned)));
        checked.findings = findings;
    }
}

/// What git answers, or what it says where it fails. That it is not there is a failure of ours.
pub fn git(folder: &Utf8Path, arguments: &[&str]) -> Result<Result<String, String>, Failure> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                Failure::Environment("this asks git, and there is no program `git` on the PATH".to_owned())
            }
            _ => Failure::File {
                doing: "start git".to_owned(),
                error,
            },
        })?;
    Ok(if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(said.lines().next().unwrap_or("it does not say why").to_owned())
    })
}
