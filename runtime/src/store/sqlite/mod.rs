//! A store in one SQLite file: nothing to install, and nothing acknowledged is lost.
//!
//! One thread writes (`writer`), and takes all that waits into one transaction (`round`); readers read beside it
//! (`reader`); the log is taken into the database beside both (`checkpoint`). Which letters wait, what is due and who has
//! claimed it is in memory (`desk`, of `clocks` and `lanes`, both with a `timetable`), so that taking and settling letters
//! costs no flush. One process has the file at a time (`lock`): claims end with it.

mod checkpoint;
mod clocks;
mod connection;
mod desk;
mod error;
mod job;
mod lanes;
mod lock;
mod pack;
mod prepared;
mod reader;
mod round;
mod schema;
mod timetable;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use smol_str::SmolStr;
use tokio::sync::broadcast::Receiver;
use tokio::sync::oneshot;

use super::change::{Change, Changes};
use super::commit::{AddressKey, Commit, Done, Snapshot};
use super::error::{StoreError, Trouble};
use super::outbox::{Claim, Fate, Filter, Letter, LetterState, Queued, Settled};
use super::{Seq, Store};
use crate::contact::{ContactId, Line};
use checkpoint::Checkpointer;
use desk::{Desk, SharedDesk};
use error::trouble;
use job::{Job, Reply};
use lanes::Content;
use lock::Lock;
use prepared::Prepared;
use reader::Readers;
use round::Numbers;
use writer::{Writer, gone};

/// A store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    number: u64,
    desk: SharedDesk,
    readers: Readers,
    changes: Changes,
    writer: Mutex<Option<WriterHandle>>,
}

#[derive(Debug)]
struct WriterHandle {
    jobs: Sender<Job>,
    thread: JoinHandle<()>,
}

impl SqliteStore {
    /// Opens the store in a file, which is made if there is none. Beside it stand `-wal`, `-shm` and `-lock`, as long as
    /// it is open and after a crash: they belong to it.
    ///
    /// # Errors
    /// Another process has it open, it cannot be written, its settings do not hold, or it is not ours or of a later
    /// version: [`StoreError`] says which, and nothing has been changed.
    pub async fn open(path: impl Into<PathBuf>) -> Result<SqliteStore, StoreError> {
        let path = path.into();
        let opening = tokio::task::spawn_blocking(move || SqliteStore::open_now(path, None));
        let stopped =
            |error| StoreError::new(Trouble::Unavailable, format!("opening was broken off: {error}"));
        opening.await.map_err(stopped)?
    }

    /// `pages`: the database does not grow beyond that.
    fn open_now(path: PathBuf, pages: Option<u32>) -> Result<SqliteStore, StoreError> {
        connection::check_version()?;
        let lock = Lock::take(&path)?;
        let mut connection = connection::writer(&path)?;
        schema::migrate(&mut connection)?;
        if let Some(pages) = pages {
            connection::bound(&connection, pages)?;
        }
        synchronise_folder(&path)?;
        let reading = |error: rusqlite::Error| trouble(&error, "reading what waits");
        let number = round::meta(&connection, "number").map_err(reading)?;
        // The step that makes the tables gives it.
        let number = number.ok_or_else(|| StoreError::new(Trouble::Damaged, "the store has no number"))?;
        let numbers = Numbers::read(&connection).map_err(reading)?;
        let mut read = Desk::read(&connection).map_err(reading)?;
        read.contacts = numbers.contacts();
        let desk = SharedDesk::default();
        *desk.lock() = read;
        let checkpointer = Checkpointer::start(path.clone(), &mut connection)?;
        let (jobs, asked) = channel();
        let writer = Writer::new(connection, desk.clone(), numbers, asked, checkpointer, lock);
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| StoreError::new(Trouble::Unavailable, format!("no thread: {error}")))?;
        Ok(SqliteStore {
            readers: Readers::new(path.clone()),
            path,
            number: number.cast_unsigned(),
            desk,
            changes: Changes::default(),
            writer: Mutex::new(Some(WriterHandle { jobs, thread })),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    // Nothing panics while it is held.
    fn handle(&self) -> std::sync::MutexGuard<'_, Option<WriterHandle>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        match &*self.handle() {
            Some(writer) => writer.jobs.send(job(reply)).map_err(|_| gone())?,
            None => return Err(gone()),
        }
        // A writer that ended in the middle may have written it.
        answer.await.unwrap_or_else(|_| {
            Err(StoreError::new(
                Trouble::Unknown,
                "the store was closed meanwhile",
            ))
        })
    }

    /// Notes what became of letters.
    fn owe(&self, token: u64, settled: Vec<Settled>) -> Vec<bool> {
        let mut owed = Vec::new();
        let mut desk = self.desk.lock();
        let answers = settled.into_iter().map(|one| {
            let (is_settled, is_owed) = desk.settle(token, one);
            owed.extend(is_owed);
            is_settled
        });
        let answers = answers.collect();
        if !owed.is_empty()
            && let Some(writer) = &*self.handle()
        {
            // A store that is closed writes nothing more: those letters are delivered again.
            let _ = writer.jobs.send(Job::Owe(owed));
        }
        answers
    }

    /// What claimed letters say: from memory, else from the database.
    async fn contents(&self, claimed: &[Seq]) -> Result<Vec<(Seq, Option<Arc<Content>>)>, StoreError> {
        let mut known: Vec<_> = {
            let desk = self.desk.lock();
            claimed.iter().map(|seq| (*seq, desk.content(*seq))).collect()
        };
        let missing = known.iter().filter(|(_, content)| content.is_none());
        let missing: Vec<_> = missing.map(|(seq, _)| *seq).collect();
        if missing.is_empty() {
            return Ok(known);
        }
        let read = self
            .readers
            .read(move |connection| reader::contents(connection, &missing))
            .await?;
        let mut read: std::collections::BTreeMap<_, _> = read.into_iter().collect();
        for (seq, content) in &mut known {
            match read.remove(seq).flatten() {
                Some(Ok(read)) => *content = Some(Arc::new(read)),
                Some(Err(_)) => {
                    tracing::error!(letter = seq, "what a letter says cannot be read; it is given up")
                }
                None => {}
            }
        }
        Ok(known)
    }
}

/// A new file is found again after a crash of the system only if its folder was written, too.
fn synchronise_folder(path: &Path) -> Result<(), StoreError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Not every system can do this; where a folder cannot be opened, it need not be written.
    match std::fs::File::open(folder).map(|folder| folder.sync_all()) {
        Ok(Err(error)) if cfg!(unix) => {
            let words = format!("{} cannot be written: {error}", folder.display());
            Err(StoreError::new(Trouble::Unsafe, words))
        }
        _ => Ok(()),
    }
}

impl Drop for SqliteStore {
    /// Waits for the writer, which writes what it was asked for: the file can be opened again at once.
    fn drop(&mut self) {
        if let Some(WriterHandle { jobs, thread }) = self.handle().take() {
            drop(jobs);
            let _ = thread.join();
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn find(&self, addresses: &[AddressKey]) -> Result<Vec<Option<ContactId>>, StoreError> {
        let addresses = addresses.to_vec();
        self.readers
            .read(move |connection| reader::find(connection, &addresses))
            .await
    }

    async fn load(&self, contacts: &[ContactId]) -> Result<Vec<Option<Snapshot>>, StoreError> {
        let contacts = contacts.to_vec();
        self.readers
            .read(move |connection| reader::load(connection, &contacts))
            .await
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<Done>, StoreError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let commits: Vec<_> = batch.into_iter().map(Prepared::new).collect::<Result<_, _>>()?;
        self.ask(|reply| Job::Commit(commits, reply)).await
    }

    async fn due(&self, now: i64, until: i64, limit: usize) -> Result<Vec<ContactId>, StoreError> {
        Ok(self.desk.lock().clocks.take(now, until, limit))
    }

    async fn next_due(&self) -> Result<Option<i64>, StoreError> {
        Ok(self.desk.lock().clocks.next())
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Letter>, StoreError> {
        let claimed = self.desk.lock().lanes.claim(claim);
        if claimed.is_empty() {
            return Ok(Vec::new());
        }
        let fate_of_all = |fate: Fate| {
            let settled = claimed.iter().map(|seq| Settled {
                seq: *seq,
                fate: fate.clone(),
            });
            settled.collect::<Vec<_>>()
        };
        let contents = match self.contents(&claimed).await {
            Ok(contents) => contents,
            Err(error) => {
                self.owe(claim.token, fate_of_all(Fate::Released));
                return Err(error);
            }
        };
        let mut unreadable = Vec::new();
        let mut letters = Vec::with_capacity(contents.len());
        {
            let desk = self.desk.lock();
            for (seq, content) in contents {
                // One that was settled meanwhile by a turn is not there any more.
                let Some(waiting) = desk.lanes.get(seq) else {
                    continue;
                };
                match content {
                    Some(content) => letters.push(waiting.letter(seq, &content)),
                    None => unreadable.push(Settled {
                        seq,
                        fate: Fate::Dead {
                            error: "what it says cannot be read".to_owned(),
                        },
                    }),
                }
            }
        }
        self.owe(claim.token, unreadable);
        Ok(letters)
    }

    async fn settle(&self, token: u64, settled: Vec<Settled>) -> Result<Vec<bool>, StoreError> {
        Ok(self.owe(token, settled))
    }

    async fn discard(&self, letters: &[Seq]) -> Result<(), StoreError> {
        let letters = letters.to_vec();
        self.ask(|reply| Job::Discard(letters, reply)).await
    }

    async fn next_letter(&self, routes: &[SmolStr]) -> Result<Option<i64>, StoreError> {
        Ok(self.desk.lock().lanes.next(routes))
    }

    async fn letters(&self, filter: &Filter) -> Result<Vec<Letter>, StoreError> {
        // What became of letters is to be seen.
        self.ask(Job::Check).await?;
        let filter = filter.clone();
        let mut letters = self
            .readers
            .read(move |connection| reader::letters(connection, &filter))
            .await?;
        let desk = self.desk.lock();
        for letter in letters
            .iter_mut()
            .filter(|letter| letter.state == LetterState::Ready)
        {
            if let Some(waiting) = desk.lanes.get(letter.seq) {
                letter.attempts = waiting.attempts;
            }
        }
        Ok(letters)
    }

    async fn revive(&self, letters: Option<&[Seq]>, now: i64) -> Result<u64, StoreError> {
        let letters = letters.map(<[_]>::to_vec);
        self.ask(|reply| Job::Revive(letters, now, reply)).await
    }

    async fn queued(&self) -> Result<Queued, StoreError> {
        Ok(self.desk.lock().queued())
    }

    async fn contacts(&self) -> Result<u64, StoreError> {
        Ok(self.desk.lock().contacts)
    }

    async fn transcript(
        &self,
        contact: ContactId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Line>, StoreError> {
        self.readers
            .read(move |connection| reader::transcript(connection, contact, after, limit))
            .await
    }

    async fn last_lines(&self, contact: ContactId, limit: usize) -> Result<Vec<Line>, StoreError> {
        self.readers
            .read(move |connection| reader::last_lines(connection, contact, limit))
            .await
    }

    async fn entries(&self, after: i64, limit: usize) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        self.readers
            .read(move |connection| reader::entries(connection, after, limit))
            .await
    }

    async fn keep_bot(&self, hash: u64, bytes: &[u8], current: bool, now: i64) -> Result<(), StoreError> {
        let bytes = bytes.to_vec();
        self.ask(|reply| Job::KeepBot {
            hash,
            bytes,
            current,
            at: now,
            reply,
        })
        .await
    }

    async fn bot(&self, hash: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.readers
            .read(move |connection| reader::bot(connection, hash))
            .await
    }

    async fn current_bot(&self) -> Result<Option<u64>, StoreError> {
        self.readers.read(reader::current_bot).await
    }

    async fn forget_causes(&self, before: i64) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        loop {
            // In portions, between which turns are taken.
            let gone = self.ask(|reply| Job::Forget(before, reply)).await?;
            forgotten += gone;
            if gone < round::FORGET.cast_unsigned() {
                return Ok(forgotten);
            }
        }
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.ask(Job::Check).await
    }

    fn changes(&self) -> Receiver<Change> {
        self.changes.subscribe()
    }

    fn tell(&self, change: Change) {
        self.changes.send(change);
    }

    fn number(&self) -> u64 {
        self.number
    }

    fn kind(&self) -> &'static str {
        "sqlite"
    }

    async fn close(&self) {
        self.readers.close().await;
        let Some(WriterHandle { jobs, thread }) = self.handle().take() else {
            return;
        };
        let (reply, answer) = oneshot::channel();
        if jobs.send(Job::Close(reply)).is_ok()
            && let Ok(Err(error)) = answer.await
        {
            tracing::error!(%error, "the store was not closed as it should be");
        }
        drop(jobs);
        // It has ended but for its last steps.
        let _ = tokio::task::spawn_blocking(move || thread.join()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn large(contact: u64) -> Commit {
        Commit {
            contact: ContactId(contact),
            expect: 0,
            cause: None,
            at: 0,
            state: noise(contact),
            wake: Some(1),
            addresses: Vec::new(),
            transcript: Vec::new(),
            entries: Vec::new(),
            outgoing: Vec::new(),
            settles: None,
            absorbs: None,
        }
    }

    /// What cannot be compressed.
    fn noise(seed: u64) -> Vec<u8> {
        let mut bytes = vec![0; 20_000];
        blake3::Hasher::new()
            .update(&seed.to_le_bytes())
            .finalize_xof()
            .fill(&mut bytes);
        bytes
    }

    #[tokio::test]
    async fn a_full_store_is_told_and_keeps_what_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let store = SqliteStore::open_now(path.clone(), Some(60)).unwrap();
        let mut kept = 0;
        let error = loop {
            match store.commit(vec![large(kept + 1)]).await {
                Ok(done) => assert_eq!(done, [Done::Committed(1)]),
                Err(error) => break error,
            }
            kept += 1;
        };
        assert_eq!(error.trouble, Trouble::Full, "{error}");
        assert!(error.message.contains("free some room"), "{error}");
        assert!(kept > 3);
        // Of several callers' commits in one transaction each is told, and what fits is still taken.
        let (one, other) = tokio::join!(store.commit(vec![large(100)]), store.commit(vec![large(101)]));
        assert_eq!(one.unwrap_err().trouble, Trouble::Full);
        assert_eq!(other.unwrap_err().trouble, Trouble::Full);
        assert_eq!(store.contacts().await.unwrap(), kept);
        let small = Commit {
            state: b"small".to_vec(),
            expect: 1,
            ..large(1)
        };
        assert_eq!(store.commit(vec![small]).await.unwrap(), [Done::Committed(2)]);
        store.close().await;
        // There is room again.
        let store = SqliteStore::open(path).await.unwrap();
        assert_eq!(store.contacts().await.unwrap(), kept);
        assert_eq!(
            store.commit(vec![large(kept + 1)]).await.unwrap(),
            [Done::Committed(1)]
        );
    }
}
