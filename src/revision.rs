//! A bot as it was at a git revision: its files come from git, nothing is checked out.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use botflow_compiler::project::Project;
use camino::{Utf8Path, Utf8PathBuf};

use crate::changes::git;
use crate::failure::Failure;
use crate::project_files;

/// The project in a folder as it was at a revision.
pub fn load(revision: &str, folder: &Utf8Path) -> Result<Project, Failure> {
    if revision.is_empty() || revision.starts_with('-') {
        return Err(Failure::Usage(format!(
            "`{revision}` is neither a bot nor a git revision"
        )));
    }
    let asked = git(folder, &["rev-parse", "--show-prefix"])?.map_err(|said| {
        Failure::Usage(format!(
            "there is no `{revision}` here, and it cannot be a git revision: `{folder}` is in no repository that git can \
             read ({said})"
        ))
    })?;
    let prefix = asked.trim_end_matches(['\n', '\r']).to_owned();
    let commit = format!("{revision}^{{commit}}");
    let Ok(commit) = git(folder, &["rev-parse", "--verify", "--quiet", &commit])? else {
        let shallow =
            git(folder, &["rev-parse", "--is-shallow-repository"])?.is_ok_and(|said| said.trim() == "true");
        let more = match shallow {
            true => {
                ". This clone is shallow: fetch the whole history (`git fetch --unshallow`; on GitHub `fetch-depth: 0`, on \
                     GitLab `GIT_DEPTH: 0`)"
            }
            false => "",
        };
        return Err(Failure::Usage(format!(
            "there is no file or folder `{revision}`, and git does not know such a revision{more}"
        )));
    };
    let commit = commit.trim();
    let tree = format!("{commit}:{prefix}");
    let Ok(listed) = git(folder, &["ls-tree", "-r", "-z", "--full-tree", &tree])? else {
        return Err(nothing_there(revision, folder));
    };
    let mut objects: BTreeMap<Utf8PathBuf, String> = BTreeMap::new();
    for entry in listed.split('\0').filter(|entry| !entry.is_empty()) {
        // `100644 blob HASH\tPATH`; links and submodules are left out.
        let Some((head, path)) = entry.split_once('\t') else {
            continue;
        };
        let mut head = head.split(' ');
        let (mode, kind, hash) = (head.next(), head.next(), head.next());
        let is_file = mode.is_some_and(|mode| mode.starts_with("100")) && kind == Some("blob");
        let hidden = path.split('/').any(|part| part.starts_with('.'));
        let of_bot = [".flow", ".md", ".po", ".toml"]
            .iter()
            .any(|end| path.ends_with(end));
        if let (true, false, true, Some(hash)) = (is_file, hidden, of_bot, hash) {
            objects.insert(Utf8PathBuf::from(path), hash.to_owned());
        }
    }
    let is_bot = |path: &Utf8PathBuf| path == project_files::CONFIG_FILE || path.extension() == Some("flow");
    if !objects.keys().any(is_bot) {
        return Err(nothing_there(revision, folder));
    }
    let mut texts = contents(folder, &objects)?;
    project_files::assemble(objects.into_keys().collect(), |path| {
        Ok(texts.remove(path).unwrap_or_default())
    })
}

fn nothing_there(revision: &str, folder: &Utf8Path) -> Failure {
    Failure::Usage(format!(
        "at `{revision}` there was no bot in `{folder}`: no {} and no .flow file",
        project_files::CONFIG_FILE
    ))
}

/// The texts of files, by their objects.
fn contents(
    folder: &Utf8Path,
    objects: &BTreeMap<Utf8PathBuf, String>,
) -> Result<BTreeMap<Utf8PathBuf, String>, Failure> {
    let failed = || Failure::file("read from git");
    let mut child = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed())?;
    let wanted: String = objects.values().map(|hash| format!("{hash}\n")).collect();
    let stdin = child.stdin.take();
    // Git answers while it is asked: who writes all before reading would wait for ever.
    let asking = std::thread::spawn(move || {
        if let Some(mut stdin) = stdin {
            // If git has ended, what it has said tells so.
            let _ = stdin.write_all(wanted.as_bytes());
        }
    });
    let output = child.wait_with_output().map_err(failed())?;
    let _ = asking.join();
    let mut bytes = output.stdout.as_slice();
    let mut texts = BTreeMap::new();
    for path in objects.keys() {
        let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
            return Err(Failure::Environment(format!("git did not give `{path}`")));
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let size: Option<usize> = head.rsplit(' ').next().and_then(|size| size.parse().ok());
        let text = size.and_then(|size| bytes.get(end + 1..end + 1 + size));
        let Some(text) = text else {
            return Err(Failure::Environment(format!("git did not give `{path}`: {head}")));
        };
        texts.insert(path.clone(), String::from_utf8_lossy(text).into_owned());
        bytes = bytes.get(end + 2 + text.len()..).unwrap_or_default();
    }
    Ok(texts)
}
