//! `botflow check`: all findings of one or several bots, as people or continuous integration want them.

use std::collections::{BTreeMap, BTreeSet};

use botflow_compiler::compile;
use botflow_compiler::config::Config;
use botflow_compiler::finding::{Finding, Level};
use botflow_compiler::project::{FileId, Project};
use camino::{Utf8Path, Utf8PathBuf};

use crate::baseline::{self, Baseline};
use crate::changes::Changes;
use crate::cli::{Check, Deny, ReportFormat};
use crate::conversations::{self, Conversations};
use crate::failure::{Failure, Status};
use crate::mend::{self, Mended};
use crate::report::{self, Checked, difference};
use crate::{output, project_files};

/// Carries it out.
pub fn run(arguments: Check) -> Result<Status, Failure> {
    if arguments.include_allowed && arguments.format != ReportFormat::Sarif {
        return Err(Failure::Usage(
            "`--include-allowed` is for `--format sarif`, which can mark what is allowed".to_owned(),
        ));
    }
    let roots = roots(&arguments.path)?;
    let host = arguments.host.as_deref().map(host_names).transpose()?;
    // What cannot be read is told before anything else happens.
    let mut baselines: BTreeMap<Utf8PathBuf, Baseline> = BTreeMap::new();
    if let Some(path) = &arguments.baseline {
        baselines.insert(path.clone(), Baseline::read(path)?);
    }
    let changes = changes(arguments.changed_since.as_deref(), &roots)?;
    let mut progress = output::Progress::new("checking", roots.len());
    let mut all = Vec::new();
    // Per bot, the baseline that its own botflow.toml names.
    let mut files = Vec::new();
    let mut differences = String::new();
    for (done, root) in roots.iter().enumerate() {
        progress.at(done);
        let mut project = project_files::load(root)?;
        project.host.clone_from(&host);
        let prefix = (roots.len() > 1).then_some(root);
        let (checked, conversations) = if arguments.fix || arguments.diff {
            let (mended, conversations) = mended(root, &mut project, &changes)?;
            if arguments.diff {
                differences.push_str(&shown(root, &mended));
            } else {
                mend::write(root, &mended.files)?;
                tell(prefix.map(|root| root.as_path()), &mended);
            }
            (mended.checked, conversations)
        } else {
            let checked = compile::check_bot(&project);
            let conversations = conversations::look(&project, &checked, conversations::read(root)?);
            (checked, conversations)
        };
        let mut checked = Checked::new(root, prefix.cloned(), &project, checked);
        checked.add(conversations);
        let own = configured(root, &project);
        if let (None, Some(path)) = (
            &arguments.write_baseline,
            arguments.baseline.clone().or(own.clone()),
        ) {
            if !baselines.contains_key(&path) {
                baselines.insert(path.clone(), Baseline::read(&path)?);
            }
            if let Some(baseline) = baselines.get_mut(&path) {
                baseline.take(&mut checked);
            }
        }
        if let Some(changes) = around(&changes, root) {
            changes.keep(&mut checked);
        }
        files.push(own);
        all.push(checked);
    }
    drop(progress);
    if arguments.diff {
        output::data(&differences);
        return Ok(if differences.is_empty() {
            Status::Good
        } else {
            Status::Findings
        });
    }
    if let Some(path) = &arguments.write_baseline {
        return write_baselines(path, files, all);
    }
    let failing = match arguments.deny {
        Some(Deny::Warnings) => Level::Warning,
        None => Level::Error,
    };
    let fails = (all.iter().flat_map(|checked| &checked.findings)).any(|finding| finding.level >= failing);
    let status = if fails { Status::Findings } else { Status::Good };
    match arguments.format {
        ReportFormat::Human => report::human::print(&all),
        ReportFormat::Json => report::json::print(&all),
        ReportFormat::Sarif => report::sarif::print(&all, status.number(), arguments.include_allowed),
        ReportFormat::Github => report::github::print(&all),
        ReportFormat::Junit => report::junit::print(&all, failing),
    }
    tell_known(&baselines, &all);
    Ok(status)
}

/// The folders of the bots that paths mean, each once, as the user would write them.
fn roots(paths: &[Utf8PathBuf]) -> Result<Vec<Utf8PathBuf>, Failure> {
    let here = [Utf8PathBuf::from(".")];
    let paths = if paths.is_empty() { &here[..] } else { paths };
    let current = Utf8Path::new(".").canonicalize_utf8().ok();
    let mut seen = BTreeSet::new();
    let mut roots = Vec::new();
    for path in paths {
        for root in project_files::find(path)? {
            let absolute = root
                .canonicalize_utf8()
                .map_err(Failure::file(format!("read `{root}`")))?;
            if !seen.insert(absolute.clone()) {
                continue;
            }
            let inside = current
                .as_deref()
                .and_then(|current| absolute.strip_prefix(current).ok());
            roots.push(match inside {
                Some(inside) if root.is_absolute() && path.is_relative() => match inside.as_str() {
                    "" => Utf8PathBuf::from("."),
                    _ => inside.to_owned(),
                },
                _ => root,
            });
        }
    }
    Ok(roots)
}

/// The names in a file of `--host`: one a line, `#` begins a comment.
fn host_names(path: &Utf8Path) -> Result<Vec<smol_str::SmolStr>, Failure> {
    let text = project_files::read(path)?;
    let names = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(names.map(smol_str::SmolStr::new).collect())
}

/// What has changed in the repositories of these bots; they are usually in one.
fn changes(revision: Option<&str>, roots: &[Utf8PathBuf]) -> Result<Vec<Changes>, Failure> {
    let mut found: Vec<Changes> = Vec::new();
    if let Some(revision) = revision {
        for root in roots {
            if around(&found, root).is_none() {
                found.push(Changes::since(revision, root)?);
            }
        }
    }
    Ok(found)
}

fn around<'c>(changes: &'c [Changes], root: &Utf8Path) -> Option<&'c Changes> {
    let absolute = root.canonicalize_utf8().ok()?;
    changes.iter().find(|changes| changes.are_around(&absolute))
}

fn mended(
    root: &Utf8Path,
    project: &mut Project,
    changes: &[Changes],
) -> Result<(Mended, Conversations), Failure> {
    let absolute = root.canonicalize_utf8().unwrap_or_else(|_| root.to_owned());
    let changes = around(changes, root);
    let wanted = |finding: &Finding, path: &dyn Fn(FileId) -> Option<String>| {
        changes.is_none_or(|changes| changes.concern(&absolute, finding, path))
    };
    let mut mended = mend::mend(root, project, &wanted);
    let conversations = mend::mend_conversations(root, project, &mut mended, &wanted)?;
    Ok((mended, conversations))
}

/// The differences that `--fix` would make.
fn shown(root: &Utf8Path, mended: &Mended) -> String {
    let differences = mended.files.iter().map(|file| {
        let path = root.join(&file.path);
        let path = path.strip_prefix(".").unwrap_or(&path);
        difference::of(path, &file.before, &file.after, "mended")
    });
    differences.collect()
}

/// Says what was mended.
fn tell(prefix: Option<&Utf8Path>, mended: &Mended) {
    let shown = |path: &str| prefix.map_or(path.to_owned(), |prefix| prefix.join(path).into_string());
    for file in &mended.skipped {
        output::talk(&format!(
            "{} is not text in UTF-8; it was left as it is\n",
            shown(file)
        ));
    }
    for line in &mended.done {
        output::talk(&format!("mended {}\n", shown(line)));
    }
    if !mended.done.is_empty() {
        output::talk(&format!(
            "{} mended in {}.\n",
            counted(mended.done.len(), "finding", "findings"),
            counted(mended.files.len(), "file", "files")
        ));
    }
}

/// The baseline that a bot's own botflow.toml names.
fn configured(root: &Utf8Path, project: &Project) -> Option<Utf8PathBuf> {
    let (config, _) = Config::parse(project.config.as_deref()?);
    let path = root.join(config.baseline?.as_str());
    Some(path.strip_prefix(".").map(Utf8Path::to_owned).unwrap_or(path))
}

/// Writes what is found into the file that is named, or into those that the bots name themselves.
fn write_baselines(
    path: &Utf8Path,
    own: Vec<Option<Utf8PathBuf>>,
    all: Vec<Checked>,
) -> Result<Status, Failure> {
    if !path.as_str().is_empty() {
        return write_baseline(path, &all, &format!("botflow check --baseline {path}"));
    }
    let mut by_file: BTreeMap<Option<Utf8PathBuf>, Vec<Checked>> = BTreeMap::new();
    for (file, checked) in own.into_iter().zip(all) {
        by_file.entry(file).or_default().push(checked);
    }
    let mut worst = Status::Good;
    for (file, all) in by_file {
        let status = match file {
            Some(file) => write_baseline(&file, &all, "botflow check")?,
            None => {
                let file = Utf8Path::new(BASELINE);
                write_baseline(file, &all, &format!("botflow check --baseline {file}"))?
            }
        };
        if status == Status::Findings {
            worst = status;
        }
    }
    Ok(worst)
}

/// The file of a baseline where nobody names one.
const BASELINE: &str = "botflow-baseline.json";

fn write_baseline(path: &Utf8Path, all: &[Checked], then: &str) -> Result<Status, Failure> {
    let written = baseline::write(path, all)?;
    output::talk(&format!(
        "{} written to {path}. `{then}` tells what is new from now on.\n",
        counted(written.findings, "finding", "findings")
    ));
    if written.errors == 0 {
        return Ok(Status::Good);
    }
    output::talk(&format!(
        "{} not in it: with an error of that kind a bot cannot be built. `botflow check` shows it.\n",
        counted(written.errors, "error is", "errors are")
    ));
    Ok(Status::Findings)
}

/// Says what baselines have kept out of the report, and what they could forget.
fn tell_known(baselines: &BTreeMap<Utf8PathBuf, Baseline>, all: &[Checked]) {
    let known: usize = all.iter().map(|checked| checked.known.len()).sum();
    if known > 0 {
        output::talk(&format!(
            "{} in the baseline, and not shown.\n",
            counted(known, "finding is", "findings are")
        ));
    }
    for (path, baseline) in baselines {
        let gone = baseline.gone(all);
        if gone > 0 {
            output::talk(&format!(
                "{gone} of the baseline {} gone; write it anew: `botflow check --write-baseline={path}`\n",
                if gone == 1 { "is" } else { "are" }
            ));
        }
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
