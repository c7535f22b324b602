//! `botflow build`: one file that a host loads.

use std::fs;

use botflow_artifact::to_bytes;
use camino::Utf8PathBuf;

use super::program;
use crate::cli::Build;
use crate::failure::{Failure, Status};
use crate::{output, project_files};

/// Carries it out.
pub fn run(arguments: Build) -> Result<Status, Failure> {
    let root = project_files::find_one(&arguments.project)?;
    let mut bot = match program::compiled(&root)? {
        Ok(bot) => bot,
        Err(status) => return Ok(status),
    };
    if arguments.no_debug {
        bot.debug = None;
    }
    let (bytes, hash) = to_bytes(&bot);
    let file = arguments
        .output
        .unwrap_or_else(|| Utf8PathBuf::from(format!("{}.botflow", bot.name)));
    // A file beside it, then a rename: a host that watches never sees half a bot.
    let part = Utf8PathBuf::from(format!("{file}.part"));
    fs::write(&part, &bytes).map_err(Failure::file(format!("write `{part}`")))?;
    fs::rename(&part, &file).map_err(Failure::file(format!("write `{file}`")))?;
    output::talk(&format!(
        "{file}: {} flows, {} places, {} bytes, {hash}\n",
        bot.flows.len().saturating_sub(1),
        bot.places.len(),
        bytes.len()
    ));
    Ok(Status::Good)
}
