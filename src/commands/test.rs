//! `botflow test`: conversations as tests.

use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use botflow_machine::Program;
use botflow_scenario::run::{self, SceneResult};
use botflow_scenario::script::{self, ScriptError};
use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use super::program;
use crate::cli::{Test, TestFormat};
use crate::failure::{Failure, Status};
use crate::report::tests as report;
use crate::{output, project_files};

/// What became of one file of conversations.
pub struct FileResult {
    /// Its path, as given or found.
    pub path: Utf8PathBuf,
    /// Its text.
    pub text: String,
    /// Its conversations, or the line that is none.
    pub outcome: Result<Vec<SceneResult>, ScriptError>,
    /// It was written anew.
    pub accepted: bool,
}

/// Carries it out.
pub fn run(arguments: Test) -> Result<Status, Failure> {
    let paths = if arguments.path.is_empty() {
        vec![Utf8PathBuf::from(".")]
    } else {
        arguments.path.clone()
    };
    let mut by_bot: IndexMap<Utf8PathBuf, Vec<Utf8PathBuf>> = IndexMap::new();
    for path in &paths {
        for root in project_files::find(path)? {
            let inside = if path.is_file() {
                vec![path.clone()]
            } else if path.starts_with(&root) || root.starts_with(path) {
                project_files::chat_files(if root.starts_with(path) { &root } else { path })?
            } else {
                // The path stands inside the bot's folder.
                project_files::chat_files(path)?
            };
            let files = by_bot.entry(root).or_default();
            for file in inside {
                if !files.contains(&file) {
                    files.push(file);
                }
            }
        }
    }
    let mut results = Vec::new();
    for (root, files) in &by_bot {
        let bot = match program::compiled(root)? {
            Ok(bot) => bot,
            Err(status) => return Ok(status),
        };
        let program = program::ready(root, bot)?;
        let older = match older(root, files)? {
            Ok(older) => older,
            Err(status) => return Ok(status),
        };
        results.extend(run_files(&program, &older, files, &arguments)?);
    }
    match arguments.format {
        TestFormat::Human => report::human(&results, arguments.filter.as_deref()),
        TestFormat::Json => report::json(&results),
        TestFormat::Junit => report::junit(&results),
    }
    let failed = results.iter().any(|file| match &file.outcome {
        Ok(scenes) => !file.accepted && scenes.iter().any(|scene| !scene.passed()),
        Err(_) => true,
    });
    let stuck = results.iter().filter(|file| file.accepted).any(|file| {
        file.outcome
            .as_ref()
            .is_ok_and(|scenes| scenes.iter().any(report::has_more_than_lines))
    });
    // A filter that fits nothing is a mistake of whoever wrote it; silence would hide it.
    let none = results
        .iter()
        .all(|file| file.outcome.as_ref().is_ok_and(Vec::is_empty));
    if none && arguments.filter.is_some() {
        return Ok(Status::Usage);
    }
    Ok(if failed || stuck {
        Status::Findings
    } else {
        Status::Good
    })
}

/// Older versions of a bot, by the folders in which their sources are.
type Older = IndexMap<String, Program>;

/// The older versions under which conversations of these files begin. What cannot be read is for the file's own report;
/// a folder that is none is one to the conversation that names it.
fn older(root: &Utf8Path, files: &[Utf8PathBuf]) -> Result<Result<Older, Status>, Failure> {
    let mut older = Older::new();
    for file in files {
        let Ok(script) = script::parse(&project_files::read(file)?) else {
            continue;
        };
        for folder in script.versions() {
            let path = root.join(folder);
            if older.contains_key(folder) || !path.is_dir() {
                continue;
            }
            let bot = match program::compiled(&path)? {
                Ok(bot) => bot,
                Err(status) => return Ok(Err(status)),
            };
            older.insert(folder.to_owned(), program::ready(&path, bot)?);
        }
    }
    Ok(Ok(older))
}

/// Runs files on several threads; results are in the order of the files.
fn run_files(
    program: &Program,
    older: &Older,
    files: &[Utf8PathBuf],
    arguments: &Test,
) -> Result<Vec<FileResult>, Failure> {
    let jobs = arguments
        .jobs
        .or_else(|| std::thread::available_parallelism().ok())
        .map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<FileResult, Failure>)>> = Mutex::new(Vec::new());
    let progress = Mutex::new(output::Progress::new("testing", files.len()));
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(files.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(file) = files.get(index) else { break };
                    let result = run_file(program, older, file, arguments);
                    if let Ok(mut done) = done.lock() {
                        done.push((index, result));
                        if let Ok(mut progress) = progress.lock() {
                            progress.at(done.len());
                        }
                    }
                }
            });
        }
    });
    let mut done = done
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

fn run_file(
    program: &Program,
    older: &Older,
    file: &Utf8Path,
    arguments: &Test,
) -> Result<FileResult, Failure> {
    let text = project_files::read(file)?;
    let mut result = FileResult {
        path: file.to_owned(),
        outcome: Ok(Vec::new()),
        accepted: false,
        text,
    };
    match script::parse(&result.text) {
        Err(error) => result.outcome = Err(error),
        Ok(mut script) => {
            if let Some(filter) = &arguments.filter {
                script
                    .conversations
                    .retain(|scene| scene.name.contains(filter.as_str()));
            }
            let scenes = run::run_versions(program, &|folder| older.get(folder), &script);
            if arguments.accept && scenes.iter().any(|scene| !scene.edits.is_empty()) {
                let text = run::accept(&result.text, &scenes);
                fs::write(file, text).map_err(Failure::file(format!("write `{file}`")))?;
                result.accepted = true;
            }
            result.outcome = Ok(scenes);
        }
    }
    Ok(result)
}
