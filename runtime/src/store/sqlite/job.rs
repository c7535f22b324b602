//! What the writer is asked to do.

use tokio::sync::oneshot;

use super::desk::Owed;
use super::prepared::Prepared;
use crate::store::{Done, Seq, StoreError};

/// Somebody waits for this.
pub(super) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// Something to be written.
#[derive(Debug)]
pub(super) enum Job {
    Commit(Vec<Prepared>, Reply<Vec<Done>>),
    /// What became of letters: nobody waits, and it is written with whatever comes next.
    Owe(Vec<Owed>),
    Discard(Vec<Seq>, Reply<()>),
    Revive(Option<Vec<Seq>>, i64, Reply<u64>),
    KeepBot {
        hash: u64,
        bytes: Vec<u8>,
        current: bool,
        at: i64,
        reply: Reply<()>,
    },
    /// Forgets causes from before then, a portion of them.
    Forget(i64, Reply<u64>),
    /// Writes what is owed, and sees that it can write.
    Check(Reply<()>),
    /// Ends the writer.
    Close(Reply<()>),
}

impl Job {
    /// About how much it writes.
    pub fn size(&self) -> usize {
        match self {
            Job::Commit(commits, _) => commits.len(),
            Job::Owe(owed) => owed.len(),
            _ => 1,
        }
    }
}
