//! What the library itself does on the same disk: one row of 2 KB made durable after the other.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

/// A table of rows of 2 KB.
pub struct Rows {
    connection: Connection,
    written: u64,
}

impl Rows {
    /// The settings are the store's. It begins its log anew as rarely as the store does, so that what is measured is the
    /// most that there is.
    pub fn open(folder: &Path) -> Rows {
        let connection = Connection::open(folder.join("rows.db")).expect("it can be opened");
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = 1; \
                 PRAGMA wal_autocheckpoint = 32768; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; \
                 CREATE TABLE kept (id INTEGER PRIMARY KEY, bytes BLOB)",
            )
            .expect("it can be set up");
        for id in 0..1_000 {
            connection
                .execute("INSERT INTO kept VALUES (?1, zeroblob(2048))", [id])
                .expect("it can be written");
        }
        Rows {
            connection,
            written: 0,
        }
    }

    /// So long, one transaction after the other: how many a second.
    pub fn measure(&mut self, span: Duration) -> f64 {
        let began = Instant::now();
        let mut commits = 0_u32;
        while began.elapsed() < span {
            let mut statement = self
                .connection
                .prepare_cached("UPDATE kept SET bytes = ?2 WHERE id = ?1")
                .expect("it can be prepared");
            self.written += 1;
            let bytes = [self.written.to_le_bytes(); 256].concat();
            let changed = statement.execute(params![(self.written % 1_000).cast_signed(), bytes]);
            assert_eq!(changed, Ok(1));
            commits += 1;
        }
        f64::from(commits) / began.elapsed().as_secs_f64()
    }
}
