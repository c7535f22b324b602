//! How a command ends: its status, and failures that are not findings.

use std::fmt;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing to complain about.
    Good,
    /// Findings at error level, or failing tests.
    Findings,
    /// The command was used wrongly.
    Usage,
    /// A file, a permission, the network.
    Environment,
}

impl Status {
    /// The process's exit code.
    pub fn code(self) -> ExitCode {
        ExitCode::from(self.number())
    }

    /// The exit code as a number.
    pub fn number(self) -> u8 {
        match self {
            Status::Good => 0,
            Status::Findings => 1,
            Status::Usage => 2,
            Status::Environment => 3,
        }
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The words of the command do not go together.
    Usage(String),
    /// A file or folder: what was to be done, and what the system said.
    File { doing: String, error: std::io::Error },
    /// Something about the environment, with what to do.
    Environment(String),
}

impl Failure {
    /// A failure of a file operation, for `map_err`.
    pub fn file(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Failure {
        let doing = doing.into();
        move |error| Failure::File { doing, error }
    }

    /// Which status it means.
    pub fn status(&self) -> Status {
        match self {
            Failure::Usage(_) => Status::Usage,
            Failure::File { .. } | Failure::Environment(_) => Status::Environment,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(message) | Failure::Environment(message) => f.write_str(message),
            Failure::File { doing, error } => write!(f, "could not {doing}: {error}"),
        }
    }
}
