//! The commands, one file each.

mod build;
pub mod chat;
mod check;
mod completions;
mod deploy;
pub mod diff;
mod explain;
pub mod explore;
mod fmt;
mod graph;
mod man;
mod new;
pub mod outbox;
mod program;
pub mod serve;
mod test;
mod text;

pub use test::FileResult;

use crate::cli::Command;
use crate::failure::{Failure, Status};

/// Carries out a command.
pub fn run(command: Command) -> Result<Status, Failure> {
    match command {
        Command::New(arguments) => new::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Diff(arguments) => diff::run(arguments),
        Command::Fmt(arguments) => fmt::run(arguments),
        Command::Build(arguments) => build::run(arguments),
        Command::Chat(arguments) => chat::run(arguments),
        Command::Test(arguments) => test::run(arguments),
        Command::Text(arguments) => text::run(arguments),
        Command::Graph(arguments) => graph::run(arguments),
        Command::Serve(arguments) => serve::run(arguments),
        Command::Deploy(arguments) => deploy::run(arguments),
        Command::Outbox(arguments) => outbox::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Explore(arguments) => explore::run(arguments),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Man(arguments) => man::run(arguments),
    }
}
