//! What SQLite says, as kinds of trouble, in words that say what to do.

use rusqlite::{ErrorCode, ffi};

use crate::store::error::{StoreError, Trouble};

/// The trouble that an error means. `doing`: what was tried, as it follows "while".
pub(super) fn trouble(error: &rusqlite::Error, doing: &str) -> StoreError {
    let (trouble, help) = match error {
        rusqlite::Error::SqliteFailure(failure, _) => kind(failure),
        // What was read is not what was written.
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..) => (Trouble::Damaged, DAMAGED),
        _ => (Trouble::Unavailable, ""),
    };
    let help = if help.is_empty() {
        String::new()
    } else {
        format!("; {help}")
    };
    StoreError::new(trouble, format!("{error}, while {doing}{help}"))
}

const DAMAGED: &str = "restore it from a copy, or save what can be read with `sqlite3 FILE .recover`";

fn kind(failure: &ffi::Error) -> (Trouble, &'static str) {
    match failure.code {
        ErrorCode::DiskFull => (
            Trouble::Full,
            "free some room on the disk, and it goes on by itself",
        ),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => (
            Trouble::ReadOnly,
            "the file and its folder have to be writable for this program",
        ),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => (Trouble::Damaged, DAMAGED),
        ErrorCode::CannotOpen => (
            Trouble::Unavailable,
            "its folder has to exist, and this program has to be allowed to write there",
        ),
        ErrorCode::SystemIoFailure => io(failure.extended_code),
        ErrorCode::TooBig => (Trouble::Unavailable, "something is larger than SQLite can keep"),
        // Busy, locked, interrupted, out of memory: nothing was done.
        _ => (Trouble::Unavailable, ""),
    }
}

/// A commit is written before it is synchronised: what could not be written is not committed, what could not be
/// synchronised may be there after a crash.
fn io(extended: i32) -> (Trouble, &'static str) {
    match extended {
        ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_TRUNCATE => (
            Trouble::ReadOnly,
            "see what the system says about the disk, its limits and quotas",
        ),
        ffi::SQLITE_IOERR_CORRUPTFS | ffi::SQLITE_IOERR_DATA => (Trouble::Damaged, DAMAGED),
        ffi::SQLITE_IOERR_READ | ffi::SQLITE_IOERR_SHORT_READ => {
            (Trouble::Unavailable, "see what the system says about the disk")
        }
        _ => (Trouble::Unknown, "see what the system says about the disk"),
    }
}
