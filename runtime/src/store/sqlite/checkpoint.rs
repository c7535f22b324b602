//! Takes the write-ahead log into the database, beside the writer: a commit waits for its own flush only.
//!
//! A thread of its own copies what was committed (PASSIVE, which stops nobody). The log can begin anew once all of it was
//! copied; where commits come so fast that there is always something left, the writer copies the little that is left between
//! two transactions.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::hooks::Wal;

use super::connection;
use crate::store::error::{StoreError, Trouble};

/// The log is copied when it has so many pages (of 4 KiB).
const COPY: i64 = 4_096;

/// The writer sees to it that the log begins anew when it has so many.
const LONGEST: i64 = 32_768;

pub(super) struct Checkpointer {
    /// How many pages the log has.
    pages: Arc<AtomicI64>,
    /// How many it had when the thread was asked last.
    asked_at: Cell<i64>,
    /// The thread has copied since the log was last begun anew.
    is_copied: Arc<AtomicBool>,
    asked: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Checkpointer {
    pub fn start(path: PathBuf, writer: &mut Connection) -> Result<Checkpointer, StoreError> {
        let pages = Arc::new(AtomicI64::new(0));
        let counted = Arc::clone(&pages);
        writer
            .wal_hook(Some(move |_: &mut Wal, count: i32| {
                counted.store(i64::from(count), Ordering::Relaxed);
                Ok(())
            }))
            .map_err(|error| super::error::trouble(&error, "setting the database up"))?;
        let is_copied = Arc::new(AtomicBool::new(false));
        let (asked, asks) = sync_channel(1);
        let done = Arc::clone(&is_copied);
        let thread = std::thread::Builder::new()
            .name("sqlite-checkpoint".to_owned())
            .spawn(move || copy(&path, &asks, &done))
            .map_err(|error| StoreError::new(Trouble::Unavailable, format!("no thread: {error}")))?;
        Ok(Checkpointer {
            pages,
            asked_at: Cell::new(0),
            is_copied,
            asked,
            thread,
        })
    }

    /// No transaction is under way.
    pub fn between_rounds(&self, writer: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.asked_at.get() {
            // The log has begun anew by itself.
            self.asked_at.set(0);
        }
        if pages >= LONGEST && self.is_copied.swap(false, Ordering::AcqRel) {
            // Readers that are slow are not waited for: then it is tried again after the next copy.
            let restarted = writer.busy_timeout(Duration::from_millis(50)).and_then(|()| {
                writer.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get::<_, i64>(0))
            });
            if matches!(restarted, Ok(0)) {
                self.pages.store(0, Ordering::Relaxed);
                self.asked_at.set(0);
            }
            if let Err(error) = writer.busy_timeout(connection::PATIENCE).and(restarted) {
                tracing::warn!(%error, "the log could not begin anew");
            }
            return;
        }
        if pages - self.asked_at.get() >= COPY {
            self.asked_at.set(pages);
            // It is asked already, or at work: then it looks again afterwards.
            let _ = self.asked.try_send(());
        }
    }

    /// Waits until what is under way is done.
    pub fn stop(self) {
        drop(self.asked);
        // It ends when nobody can ask any more; a panic there was told already.
        let _ = self.thread.join();
    }
}

fn copy(path: &std::path::Path, asks: &Receiver<()>, done: &AtomicBool) {
    let mut connection: Option<Connection> = None;
    while asks.recv().is_ok() {
        let opened = match connection.take() {
            Some(opened) => Ok(opened),
            None => connection::checkpointer(path),
        };
        match opened {
            Ok(opened) => {
                match opened.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
                    Ok(()) => done.store(true, Ordering::Release),
                    Err(error) => tracing::warn!(%error, "the log could not be taken into the database"),
                }
                connection = Some(opened);
            }
            Err(error) => tracing::warn!(%error, "the log could not be taken into the database"),
        }
    }
}
