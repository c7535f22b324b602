//! `botflow man`: a manual page per command.

use clap::CommandFactory;

use crate::cli::{Cli, Man};
use crate::failure::{Failure, Status};
use crate::output;

/// Carries it out.
pub fn run(arguments: Man) -> Result<Status, Failure> {
    let folder = arguments.dir;
    std::fs::create_dir_all(&folder).map_err(Failure::file(format!("make the folder `{folder}`")))?;
    clap_mangen::generate_to(Cli::command(), folder.as_std_path())
        .map_err(Failure::file(format!("write manual pages into `{folder}`")))?;
    output::talk(&format!(
        "Manual pages are in {folder}; read one with: man {folder}/botflow.1\n"
    ));
    Ok(Status::Good)
}
