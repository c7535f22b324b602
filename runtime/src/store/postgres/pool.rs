//! A few connections, each lent to one at a time, and made anew where one has broken.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_postgres::Row;

use super::error::{Asked, Fault};
use super::session::{Place, Purpose, Session, Values};
use crate::store::{StoreError, Trouble};

/// A few connections.
pub(super) struct Pool {
    pub place: Place,
    purpose: Purpose,
    places: Semaphore,
    idle: Mutex<Vec<Session>>,
}

/// A connection that is somebody's.
pub(super) struct Lent<'a> {
    pool: &'a Pool,
    /// Always there until it is dropped.
    session: Option<Session>,
    _place: SemaphorePermit<'a>,
}

impl Pool {
    pub fn new(place: Place, purpose: Purpose, size: usize) -> Pool {
        Pool {
            place,
            purpose,
            places: Semaphore::new(size.max(1)),
            idle: Mutex::default(),
        }
    }

    /// A connection, as soon as one is free.
    pub async fn lend(&self) -> Result<Lent<'_>, StoreError> {
        let closed = |_| StoreError::new(Trouble::Unavailable, "the store is closed");
        let place = self.places.acquire().await.map_err(closed)?;
        loop {
            let Some(session) = self.idle().pop() else { break };
            if session.is_usable() {
                return Ok(Lent {
                    pool: self,
                    session: Some(session),
                    _place: place,
                });
            }
        }
        let session = Session::connect(&self.place, self.purpose).await?;
        Ok(Lent {
            pool: self,
            session: Some(session),
            _place: place,
        })
    }

    /// Asks something that changes nothing; once more where the connection broke, which it may have done long ago.
    pub async fn read(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, StoreError> {
        let read = self.look(sql, values).await?;
        read.map_err(|fault| fault.into_error(Asked::Reading))
    }

    /// The same, for who wants to know more of why not.
    pub async fn look(&self, sql: &str, values: Values<'_>) -> Result<Result<Vec<Row>, Fault>, StoreError> {
        let first = self.lend().await?.rows(sql, values).await;
        match first {
            Err(fault) if fault.is_lost() => Ok(self.lend().await?.rows(sql, values).await),
            first => Ok(first),
        }
    }

    /// Does something in one statement; once more where others were in its way.
    pub async fn write(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, StoreError> {
        let mut session = self.lend().await?;
        let first = session.rows(sql, values).await;
        match first {
            Ok(rows) => Ok(rows),
            Err(fault) if fault.is_refusal() => {
                let again = session.rows(sql, values).await;
                again.map_err(|fault| fault.into_error(Asked::Writing))
            }
            Err(fault) => Err(fault.into_error(Asked::Writing)),
        }
    }

    /// Nobody is lent anything any more.
    pub fn close(&self) {
        self.places.close();
        self.idle().clear();
    }

    // Nothing panics while it is held.
    fn idle(&self) -> MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Lent<'_> {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.session.as_ref().expect("it is there until this is dropped")
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut Session {
        self.session.as_mut().expect("it is there until this is dropped")
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take()
            && session.is_usable()
            && !self.pool.places.is_closed()
        {
            self.pool.idle().push(session);
        }
    }
}
