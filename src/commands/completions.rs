//! `botflow completions`: shell completions on standard output.

use clap::CommandFactory;

use crate::cli::{Cli, Completions};
use crate::failure::{Failure, Status};
use crate::output;

/// Carries it out.
pub fn run(arguments: Completions) -> Result<Status, Failure> {
    let mut bytes = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "botflow", &mut bytes);
    output::data_bytes(&bytes);
    Ok(Status::Good)
}
