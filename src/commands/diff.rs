//! `botflow diff`: what a person would notice between two versions of a bot, and what becomes of conversations under way.

use std::collections::BTreeMap;

use botflow_artifact::{Bot, from_bytes};
use botflow_compiler::compile;
use botflow_compiler::config::Levels;
use botflow_compiler::diff::shown::Planner;
use botflow_compiler::diff::upgrade::{Version, upgrade};
use botflow_compiler::diff::{Change, Diff, Site, What, compare};
use botflow_compiler::finding::{Finding, Level};
use botflow_compiler::project::Project;
use botflow_machine::Program;
use botflow_scenario::rehearse::{Rehearsal, play, rehearse};
use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::{self, Deny, DiffFormat};
use crate::failure::{Failure, Status};
use crate::report::compared::{Compared, Input, Shown};
use crate::report::{self, Checked};
use crate::{output, project_files, revision};

/// What `--help` teaches.
pub const AFTER_HELP: &str = "Examples:
  botflow diff main                    the bot in this folder, against the branch main
  botflow diff v1.2 v1.3               two git revisions
  botflow diff live.botflow .          the file that runs now (botflow build wrote it), against this folder
  botflow diff old_bot new_bot         two folders
  botflow diff main --format markdown  a comment for a pull request

It tells changes by flow, in words: what is said, asked, offered and heard, where it leads, what triggers do. Each comes with
a conversation that shows it, before (-) and after (+), if one does.

Then what becomes of conversations that are under way when the new version comes: those that wait at a place that it does
not have are stranded (`moved a.b to c.d` tells where they go on; `botflow explain place-removed`). Levels and comments work
as for `botflow check`:
  # botflow: allow place-removed -- nobody has been there since May

A name that is a file or folder means that; any other is a git revision (`git:main` always is one).

Exit status: 0 nothing that fails, whatever has changed; 1 findings that fail: errors, with --deny warnings also warnings;
2 wrong use; 3 file, permission or git.";

/// So many changes are shown by conversations; those beyond go without.
const MOST_SHOWN: usize = 120;

/// Carries it out.
pub fn run(arguments: cli::Diff) -> Result<Status, Failure> {
    let Ok(old) = load(&arguments.old, &arguments.project)? else {
        output::talk(&format!(
            "`{}`, the version before, cannot be built.\n",
            arguments.old
        ));
        return Ok(Status::Findings);
    };
    let name = match &arguments.new {
        Some(name) => name.clone(),
        None => arguments.project.to_string(),
    };
    let Ok(new) = load(&name, &arguments.project)? else {
        output::talk(&format!("`{name}`, the version after, cannot be built.\n"));
        return Ok(Status::Findings);
    };
    let diff = compare(&old.bot, &new.bot);
    let upgrade = upgrade(version(&old), version(&new));
    let shown = match arguments.no_conversations || diff.groups.is_empty() {
        true => BTreeMap::new(),
        false => conversations(&old, &new, &diff)?,
    };
    let failing = match arguments.deny {
        Some(Deny::Warnings) => Level::Warning,
        None => Level::Error,
    };
    let fails = upgrade
        .findings
        .iter()
        .any(|found| found.finding.level >= failing);
    let compared = Compared {
        old,
        new,
        diff,
        upgrade,
        shown,
    };
    match arguments.format {
        DiffFormat::Human => report::compared::human(&compared),
        DiffFormat::Json => report::compared::json(&compared),
        DiffFormat::Markdown => report::compared::markdown(&compared),
    }
    Ok(if fails { Status::Findings } else { Status::Good })
}

fn version(input: &Input) -> Version<'_> {
    Version {
        bot: &input.bot,
        project: input
            .sources
            .as_ref()
            .map(|(project, checked)| (project, checked)),
    }
}

/// A version, or the status after what is wrong with it has been printed.
fn load(name: &str, folder: &Utf8Path) -> Result<Result<Input, Status>, Failure> {
    if let Some(revision) = name.strip_prefix("git:") {
        return at_revision(revision, name, folder);
    }
    let path = Utf8Path::new(name);
    let Ok(metadata) = std::fs::metadata(path) else {
        return at_revision(name, name, folder);
    };
    let is_source = matches!(path.extension(), Some("flow" | "toml" | "chat"));
    if metadata.is_file() && !is_source {
        if metadata.len() > botflow_artifact::container::MAX_FILE_BYTES as u64 {
            return Err(Failure::Environment(format!(
                "`{path}` is too large to be a compiled bot"
            )));
        }
        let bytes = std::fs::read(path).map_err(Failure::file(format!("read `{path}`")))?;
        let (bot, _) = from_bytes(&bytes)
            .map_err(|error| Failure::Environment(format!("could not load `{path}`: {error}")))?;
        return Ok(Ok(Input {
            name: name.to_owned(),
            at_revision: false,
            root: Utf8PathBuf::new(),
            bot,
            sources: None,
        }));
    }
    let root = project_files::find_one(path)?;
    let project = project_files::load(&root)?;
    Ok(built(name, false, root, project))
}

fn at_revision(revision: &str, name: &str, folder: &Utf8Path) -> Result<Result<Input, Status>, Failure> {
    let root = match std::fs::metadata(folder) {
        Ok(_) => project_files::find_one(folder)?,
        Err(error) => return Err(Failure::file(format!("read `{folder}`"))(error)),
    };
    let project = revision::load(revision, &root)?;
    Ok(built(name, true, root, project))
}

fn built(name: &str, at_revision: bool, root: Utf8PathBuf, project: Project) -> Result<Input, Status> {
    let checked = compile::check_bot(&project);
    // A bot with a missing translation can be compared; one with a hole in it cannot.
    let broken = |finding: &Finding| finding.level == Level::Error && Levels::is_fixed(finding.rule);
    if checked.findings.iter().any(broken) {
        let mut checked = Checked::new(&root, None, &project, checked);
        checked.findings.retain(broken);
        report::human::talk(&[checked]);
        return Err(Status::Findings);
    }
    Ok(Input {
        name: name.to_owned(),
        at_revision,
        root,
        bot: checked.bot_as_understood(),
        sources: Some((project, checked)),
    })
}

/// For changes by group and number, a conversation that shows each.
fn conversations(old: &Input, new: &Input, diff: &Diff) -> Result<BTreeMap<(usize, usize), Shown>, Failure> {
    let program = |input: &Input| {
        let bot: Bot = input.bot.clone();
        Program::new(bot)
            .map_err(|error| Failure::Environment(format!("could not load `{}`: {error}", input.name)))
    };
    let (before, after) = (program(old)?, program(new)?);
    // What is gone is shown by a conversation of the old version, everything else by one of the new version.
    let is_old = |change: &Change| change.what == What::Removed && change.after.is_none();
    let mut wanted: Vec<((usize, usize), bool, Site)> = Vec::new();
    for (group, changes) in diff.groups.iter().enumerate() {
        for (number, change) in changes.changes.iter().enumerate() {
            let site = if is_old(change) {
                change.old.site
            } else {
                change.new.site
            };
            if change.what != What::Renamed && site != Site::Nowhere && wanted.len() < MOST_SHOWN {
                wanted.push(((group, number), is_old(change), site));
            }
        }
    }
    let mut shown = BTreeMap::new();
    for of_old in [true, false] {
        let own: Vec<_> = wanted.iter().filter(|(_, old, _)| *old == of_old).collect();
        if own.is_empty() {
            continue;
        }
        let input = if of_old { old } else { new };
        let planner = match &input.sources {
            Some((_, checked)) => Planner::of_project(checked),
            None => Planner::of_bot(&input.bot),
        };
        let sites: Vec<Site> = own.iter().map(|(_, _, site)| *site).collect();
        let plans = planner.conversations(&sites);
        let (its, others) = if of_old {
            (&before, &after)
        } else {
            (&after, &before)
        };
        for ((key, ..), plan) in own.into_iter().zip(plans) {
            if plan.is_empty() {
                continue;
            }
            let Rehearsal::Plays(lines) = rehearse(its, &plan) else {
                continue;
            };
            let played = play(others, &lines);
            let there = played.lines;
            shown.insert(
                *key,
                match of_old {
                    true => Shown {
                        before: lines,
                        after: there,
                        stopped: played.stopped,
                    },
                    false => Shown {
                        before: there,
                        after: lines,
                        stopped: played.stopped,
                    },
                },
            );
        }
    }
    Ok(shown)
}
