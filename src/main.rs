//! The `botflow` command line: the only place of the project that prints, one file per command.
//!
//! Exit status everywhere: 0 good (warnings allowed unless denied), 1 findings at error level or failing tests,
//! 2 wrong use, 3 environment (file, permission, network), 101 a bug. Data goes to standard output, talk to
//! standard error; colour only to terminals and as `NO_COLOR` says.

mod baseline;
mod changes;
mod cli;
mod commands;
mod conversations;
mod failure;
mod host;
mod identity;
mod mend;
mod output;
mod project_files;
mod rehearsal;
mod report;
mod revision;

use std::process::ExitCode;

use clap::Parser;

/// Reading a large project makes millions of small things: with this one it takes two thirds of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    output::settle_colours();
    let arguments = cli::Cli::parse();
    match commands::run(arguments.command) {
        Ok(status) => status.code(),
        Err(failure) => {
            output::talk(&format!("botflow: {failure}\n"));
            failure.status().code()
        }
    }
}
