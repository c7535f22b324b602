//! A bot ready to run, from a folder of sources or from a built file.

use std::fs;

use botflow_artifact::{Bot, from_bytes};
use botflow_compiler::compile;
use botflow_compiler::finding::Level;
use botflow_machine::Program;
use camino::Utf8Path;

use crate::failure::{Failure, Status};
use crate::project_files;
use crate::report::{self, Checked};

/// Files above this are no artifacts and are not read.
const MAX_BYTES: u64 = botflow_artifact::container::MAX_FILE_BYTES as u64;

/// The bot that a path means, or the status after its findings have been printed.
pub fn bot(path: &Utf8Path) -> Result<Result<Bot, Status>, Failure> {
    let metadata = fs::metadata(path).map_err(Failure::file(format!("read `{path}`")))?;
    let is_source = matches!(path.extension(), Some("flow" | "toml" | "chat"));
    if metadata.is_file() && !is_source {
        if metadata.len() > MAX_BYTES {
            return Err(Failure::Environment(format!(
                "`{path}` is too large to be a compiled bot"
            )));
        }
        let bytes = fs::read(path).map_err(Failure::file(format!("read `{path}`")))?;
        let (bot, _) = from_bytes(&bytes)
            .map_err(|error| Failure::Environment(format!("could not load `{path}`: {error}")))?;
        return Ok(Ok(bot));
    }
    compiled(&project_files::find_one(path)?)
}

/// The compiled bot of a folder, or the status after its findings have been printed on standard error.
pub fn compiled(root: &Utf8Path) -> Result<Result<Bot, Status>, Failure> {
    let project = project_files::load(root)?;
    match compile::build(&project) {
        Ok(bot) => Ok(Ok(bot)),
        Err(checked) => {
            let mut checked = Checked::new(root, None, &project, *checked);
            checked.findings.retain(|finding| finding.level == Level::Error);
            report::human::talk(&[checked]);
            Ok(Err(Status::Findings))
        }
    }
}

/// A bot made ready to run.
pub fn ready(path: &Utf8Path, bot: Bot) -> Result<Program, Failure> {
    Program::new(bot).map_err(|error| Failure::Environment(format!("could not load `{path}`: {error}")))
}
