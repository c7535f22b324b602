//! Connections to the database, with settings under which what is acknowledged is not lost; they are read back.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::trouble;
use crate::store::error::{StoreError, Trouble};

/// Earlier versions can lose commits when the write-ahead log begins anew.
const EARLIEST: i32 = 3_051_003;

/// So long a connection waits for another one. Whoever asked is told then, and may try again.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// The SQLite that this program is linked with can be trusted with commits.
pub(super) fn check_version() -> Result<(), StoreError> {
    safe_version(rusqlite::version_number(), rusqlite::version())
}

fn safe_version(number: i32, name: &str) -> Result<(), StoreError> {
    if number >= EARLIEST {
        return Ok(());
    }
    let words = format!(
        "this program is linked with SQLite {name}, which can lose what was written; it takes 3.51.3 or later"
    );
    Err(StoreError::new(Trouble::Unsafe, words))
}

/// The connection that writes.
pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(path, flags)?;
    super::schema::recognise(&connection)?;
    let failed = |error: rusqlite::Error| trouble(&error, "setting the database up");
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(failed)?;
    // Checkpoints are made beside the writer (`checkpoint`), not by whichever commit comes across one.
    connection
        .execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA fullfsync = 1; PRAGMA wal_autocheckpoint = 0; \
             PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384",
        )
        .map_err(failed)?;
    let synchronous: i64 = connection
        .query_row("PRAGMA synchronous", [], |row| row.get(0))
        .map_err(failed)?;
    settings_hold(&mode, synchronous)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn settings_hold(mode: &str, synchronous: i64) -> Result<(), StoreError> {
    let words = if mode != "wal" {
        format!(
            "SQLite keeps its journal as `{mode}` here, not as a write-ahead log; the file has to be on a disk of this \
             machine"
        )
    } else if synchronous != 2 {
        format!("SQLite does not wait for the disk (synchronous = {synchronous})")
    } else {
        return Ok(());
    };
    Err(StoreError::new(Trouble::Unsafe, words))
}

/// The database does not grow beyond so many pages: then it is full.
pub(super) fn bound(connection: &Connection, pages: u32) -> Result<(), StoreError> {
    connection
        .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
        .map_err(|error| trouble(&error, "setting the database up"))
}

/// A connection that takes the write-ahead log into the database.
pub(super) fn checkpointer(path: &Path) -> Result<Connection, StoreError> {
    let connection = open(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection
        .execute_batch("PRAGMA synchronous = FULL; PRAGMA fullfsync = 1; PRAGMA wal_autocheckpoint = 0")
        .map_err(|error| trouble(&error, "setting the database up"))?;
    Ok(connection)
}

/// A connection that reads.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(path, flags)?;
    connection
        .execute_batch("PRAGMA query_only = 1; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2048")
        .map_err(|error| trouble(&error, "setting the database up"))?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags)
        .and_then(|connection| connection.busy_timeout(PATIENCE).map(|()| connection));
    connection.map_err(|error| trouble(&error, &format!("opening {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_lose_commits_is_refused() {
        check_version().expect("the bundled SQLite is safe");
        for (number, name) in [(3_007_000, "3.7.0"), (3_040_001, "3.40.1"), (3_051_002, "3.51.2")] {
            let error = safe_version(number, name).unwrap_err();
            assert_eq!(error.trouble, Trouble::Unsafe);
            assert!(error.message.contains(name));
        }
        assert!(settings_hold("wal", 2).is_ok());
        for (mode, synchronous) in [("delete", 2), ("memory", 2), ("wal", 1), ("wal", 0)] {
            let error = settings_hold(mode, synchronous).unwrap_err();
            assert_eq!(error.trouble, Trouble::Unsafe);
        }
    }
}
