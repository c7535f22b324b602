//! Reads beside the writer: a few connections, on threads that may wait.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, params};
use smol_str::SmolStr;
use tokio::sync::Semaphore;

use super::connection;
use super::error::trouble;
use super::lanes::Content;
use super::pack::unpack;
use crate::contact::{ContactId, Line};
use crate::store::outbox::{Filter, Letter, LetterState};
use crate::store::{AddressKey, Seq, Snapshot, StoreError, Trouble};

/// So many read at once.
const READERS: usize = 4;

#[derive(Clone, Debug)]
pub(super) struct Readers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    places: Arc<Semaphore>,
}

impl Readers {
    pub fn new(path: PathBuf) -> Readers {
        Readers(Arc::new(Inner {
            path,
            idle: Mutex::new(Vec::new()),
            places: Arc::new(Semaphore::new(READERS)),
        }))
    }

    /// Reads with a connection of its own.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = Arc::clone(&self.0);
        let Ok(place) = Arc::clone(&inner.places).acquire_owned().await else {
            return Err(super::writer::gone());
        };
        let done = tokio::task::spawn_blocking(move || {
            // It is free again when this has been read, also where nobody waits for it any more.
            let _place = place;
            let connection = match inner.idle().pop() {
                Some(connection) => connection,
                None => connection::reader(&inner.path)?,
            };
            let answer = read(&connection).map_err(ReadError::told);
            // One that is in trouble is not used again.
            if answer.is_ok() {
                inner.idle().push(connection);
            }
            answer
        });
        let stopped =
            |error| StoreError::new(Trouble::Unavailable, format!("reading was broken off: {error}"));
        done.await.map_err(stopped)?
    }

    /// Waits for those that read, and lets nobody read any more.
    pub async fn close(&self) {
        let all = u32::try_from(READERS).unwrap_or(u32::MAX);
        if let Ok(_all) = self.0.places.acquire_many(all).await {
            self.0.places.close();
            self.0.idle().clear();
        }
    }
}

impl Inner {
    // Nothing panics while it is held.
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why something was not read.
#[derive(Debug)]
pub(super) enum ReadError {
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

impl ReadError {
    fn told(self) -> StoreError {
        match self {
            ReadError::Sqlite(error) => trouble(&error, "reading"),
            ReadError::Store(error) => error,
        }
    }
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> ReadError {
        ReadError::Sqlite(error)
    }
}

impl From<StoreError> for ReadError {
    fn from(error: StoreError) -> ReadError {
        ReadError::Store(error)
    }
}

impl From<serde_json::Error> for ReadError {
    fn from(error: serde_json::Error) -> ReadError {
        // Where it is wrong is told, and nothing of what it is.
        let words = format!(
            "something that was written cannot be read ({:?} at {})",
            error.classify(),
            error.column()
        );
        ReadError::Store(StoreError::new(Trouble::Damaged, words))
    }
}

pub(super) fn find(
    connection: &Connection,
    addresses: &[AddressKey],
) -> Result<Vec<Option<ContactId>>, ReadError> {
    let mut statement =
        connection.prepare_cached("SELECT contact FROM address WHERE channel = ?1 AND address = ?2")?;
    let found = addresses.iter().map(|key| {
        let values = [key.channel.as_str(), key.address.as_str()];
        let contact: Option<i64> = statement.query_row(values, |row| row.get(0)).optional()?;
        Ok(contact.map(|contact| ContactId(contact.cast_unsigned())))
    });
    found.collect()
}

pub(super) fn load(
    connection: &Connection,
    contacts: &[ContactId],
) -> Result<Vec<Option<Snapshot>>, ReadError> {
    let mut statement =
        connection.prepare_cached("SELECT revision, moved_to, state FROM contact WHERE id = ?1")?;
    let mut loaded = Vec::with_capacity(contacts.len());
    for contact in contacts {
        let mut rows = statement.query([contact.0.cast_signed()])?;
        let snapshot = match rows.next()? {
            None => None,
            Some(row) => Some(match row.get::<_, Option<i64>>(1)? {
                Some(to) => Snapshot::Moved(ContactId(to.cast_unsigned())),
                None => Snapshot::Kept {
                    revision: row.get::<_, i64>(0)?.cast_unsigned(),
                    state: state(*contact, blob(row, 2)?).into(),
                },
            }),
        };
        loaded.push(snapshot);
    }
    Ok(loaded)
}

/// What cannot be read is told to be empty, which is no person: whoever needs this one finds it damaged, and nobody else.
fn state(contact: ContactId, packed: &[u8]) -> Vec<u8> {
    unpack(packed).unwrap_or_else(|error| {
        tracing::error!(%contact, %error, "somebody cannot be read");
        Vec::new()
    })
}

fn blob<'row>(row: &'row Row<'_>, column: usize) -> Result<&'row [u8], ReadError> {
    let wrong = |error: rusqlite::types::FromSqlError| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Blob, Box::new(error))
    };
    Ok(row.get_ref(column)?.as_blob().map_err(wrong)?)
}

/// What letters say; those that are gone, or cannot be read, are told apart.
#[expect(
    clippy::type_complexity,
    reason = "a letter is there and can be read, is there, or is gone"
)]
pub(super) fn contents(
    connection: &Connection,
    letters: &[Seq],
) -> Result<Vec<(Seq, Option<Result<Content, ReadError>>)>, ReadError> {
    let mut statement = connection.prepare_cached("SELECT key, body FROM outbox WHERE seq = ?1")?;
    let read = letters.iter().map(|seq| {
        let row = statement
            .query_row([seq], |row| {
                let bytes =
                    |column| -> rusqlite::Result<Vec<u8>> { Ok(row.get_ref(column)?.as_bytes()?.to_vec()) };
                Ok((bytes(0)?, bytes(1)?))
            })
            .optional()?;
        let content = row.map(|(key, body)| {
            let key = String::from_utf8_lossy(&key).into();
            let outgoing = serde_json::from_slice(&body)?;
            Ok(Content { key, outgoing })
        });
        Ok((*seq, content))
    });
    read.collect()
}

/// Letters in any state, as they are written.
pub(super) fn letters(connection: &Connection, filter: &Filter) -> Result<Vec<Letter>, ReadError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, contact, key, lane, route, body, at, attempts, next_at, state, error FROM outbox \
         WHERE seq > ?1 AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR contact = ?3) ORDER BY seq LIMIT ?4",
    )?;
    let state = filter.state.map(|state| match state {
        LetterState::Ready => 0_i64,
        LetterState::Dead => 1,
    });
    let contact = filter.contact.map(|contact| contact.0.cast_signed());
    let mut rows = statement.query(params![filter.after, state, contact, limit(filter.limit)])?;
    let mut letters = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |column| -> rusqlite::Result<SmolStr> { Ok(SmolStr::new(row.get_ref(column)?.as_str()?)) };
        let seq: Seq = row.get(0)?;
        let body = row.get_ref(5)?.as_bytes().map_err(rusqlite::Error::from)?;
        let Ok(outgoing) = serde_json::from_slice(body) else {
            tracing::warn!(
                letter = seq,
                "what a letter says cannot be read; it is left out of a list"
            );
            continue;
        };
        letters.push(Letter {
            seq,
            contact: ContactId(row.get::<_, i64>(1)?.cast_unsigned()),
            key: text(2)?,
            lane: text(3)?,
            route: text(4)?,
            outgoing,
            at: row.get(6)?,
            attempts: row.get(7)?,
            next_at: row.get(8)?,
            state: match row.get::<_, i64>(9)? {
                0 => LetterState::Ready,
                _ => LetterState::Dead,
            },
            error: row.get(10)?,
        });
    }
    Ok(letters)
}

fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(super) fn transcript(
    connection: &Connection,
    contact: ContactId,
    after: u64,
    most: usize,
) -> Result<Vec<Line>, ReadError> {
    let mut statement = connection.prepare_cached(
        "SELECT number, at, channel, said FROM line WHERE contact = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
    )?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let rows = statement.query([contact.0.cast_signed(), after, limit(most)])?;
    lines(rows)
}

pub(super) fn last_lines(
    connection: &Connection,
    contact: ContactId,
    most: usize,
) -> Result<Vec<Line>, ReadError> {
    let mut statement = connection.prepare_cached(
        "SELECT number, at, channel, said FROM line WHERE contact = ?1 ORDER BY number DESC LIMIT ?2",
    )?;
    let rows = statement.query([contact.0.cast_signed(), limit(most)])?;
    let mut lines = lines(rows)?;
    lines.reverse();
    Ok(lines)
}

fn lines(mut rows: rusqlite::Rows<'_>) -> Result<Vec<Line>, ReadError> {
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
        lines.push(Line {
            number: row.get::<_, i64>(0)?.cast_unsigned(),
            at: row.get(1)?,
            channel: SmolStr::new(text(2)?),
            said: serde_json::from_str(text(3)?)?,
        });
    }
    Ok(lines)
}

pub(super) fn entries(
    connection: &Connection,
    after: i64,
    most: usize,
) -> Result<Vec<(i64, Vec<u8>)>, ReadError> {
    let mut statement = connection
        .prepare_cached("SELECT position, bytes FROM entry WHERE position > ?1 ORDER BY position LIMIT ?2")?;
    let rows = statement.query_map([after, limit(most)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn bot(connection: &Connection, hash: u64) -> Result<Option<Vec<u8>>, ReadError> {
    let mut statement = connection.prepare_cached("SELECT bytes FROM bot WHERE hash = ?1")?;
    Ok(statement
        .query_row([hash.cast_signed()], |row| row.get(0))
        .optional()?)
}

pub(super) fn current_bot(connection: &Connection) -> Result<Option<u64>, ReadError> {
    Ok(super::round::meta(connection, "bot")?.map(i64::cast_unsigned))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    /// Begins with something; whether it takes longer.
    async fn begun<F: Future + Unpin>(doing: &mut F) -> bool {
        tokio::select! {
            biased;
            _ = doing => false,
            () = std::future::ready(()) => true,
        }
    }

    /// Reads of which nobody wants to know the end any more keep their places, and the store is not closed before them.
    #[tokio::test]
    async fn a_read_that_nobody_waits_for_has_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        drop(connection::writer(&path).unwrap());
        let readers = Readers::new(path);
        let (begins, began) = channel();
        let (go_on, goes_on) = channel::<()>();
        let goes_on = Arc::new(Mutex::new(goes_on));
        for _ in 0..READERS {
            let (begins, goes_on) = (begins.clone(), Arc::clone(&goes_on));
            let reading = readers.read(move |_| {
                begins.send(()).unwrap();
                // It ends with the sender.
                let _ = goes_on.lock().unwrap().recv();
                Ok(())
            });
            // Polled once, which begins it, and dropped.
            let mut reading = Box::pin(reading);
            assert!(begun(&mut reading).await);
            drop(reading);
            began.recv().unwrap();
        }
        assert_eq!(readers.0.places.available_permits(), 0);
        let mut closing = Box::pin(readers.close());
        assert!(begun(&mut closing).await);
        drop(go_on);
        closing.await;
        assert!(readers.0.idle().is_empty());
    }
}
