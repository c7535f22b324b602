//! The one thread that writes. It takes what waits, whoever asked for it, into one transaction: the more there is to do,
//! the more is done with each flush of the disk.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::checkpoint::Checkpointer;
use super::desk::{Owed, SharedDesk};
use super::error::trouble;
use super::job::Job;
use super::lock::Lock;
use super::round::{Answer, Numbers, Round};
use crate::store::{StoreError, Trouble};

/// So much is taken into one transaction.
const ROUND: usize = 1_024;

/// What became of letters is written so long afterwards if nothing else is. Whoever crashes before has them delivered once
/// more, under the same keys.
const OWED: Duration = Duration::from_millis(25);

/// What is owed is tried again so long after it could not be written.
const AGAIN: Duration = Duration::from_secs(1);

pub(super) struct Writer {
    connection: Connection,
    desk: SharedDesk,
    numbers: Numbers,
    jobs: Receiver<Job>,
    owed: Vec<Owed>,
    /// When what is owed is to be written at the latest.
    by: Option<Instant>,
    checkpointer: Checkpointer,
    /// Held until the connection is closed.
    _lock: Lock,
}

impl Writer {
    pub fn new(
        connection: Connection,
        desk: SharedDesk,
        numbers: Numbers,
        jobs: Receiver<Job>,
        checkpointer: Checkpointer,
        lock: Lock,
    ) -> Writer {
        Writer {
            connection,
            desk,
            numbers,
            jobs,
            owed: Vec::new(),
            by: None,
            checkpointer,
            _lock: lock,
        }
    }

    /// Works until it is closed, or nobody is left who could ask for anything.
    pub fn run(mut self) {
        loop {
            let mut round = Vec::new();
            let is_open = self.gather(&mut round);
            let close = round.iter().position(|job| matches!(job, Job::Close(_)));
            let rest = close.map(|at| round.split_off(at));
            self.write(round);
            if let Some(rest) = rest {
                return self.close(rest);
            }
            if !is_open {
                return self.close(Vec::new());
            }
            self.checkpointer.between_rounds(&self.connection);
        }
    }

    /// Waits for something to write, and takes what else is there; whether more can come.
    fn gather(&mut self, round: &mut Vec<Job>) -> bool {
        let mut size = 0;
        loop {
            let job = match self.by {
                None => self.jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(by) => {
                    let left = by.saturating_duration_since(Instant::now());
                    self.jobs.recv_timeout(left)
                }
            };
            match job {
                Ok(job) => size += self.note(job, round),
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
            while size < ROUND
                && let Ok(job) = self.jobs.try_recv()
            {
                size += self.note(job, round);
            }
            if !round.is_empty() || self.owed.len() >= ROUND {
                return true;
            }
        }
    }

    fn note(&mut self, job: Job, round: &mut Vec<Job>) -> usize {
        let size = job.size();
        match job {
            Job::Owe(owed) => {
                self.by.get_or_insert_with(|| Instant::now() + OWED);
                self.owed.extend(owed);
            }
            job => round.push(job),
        }
        size
    }

    /// All in one transaction; where that fails by what one of them asks for, each in one of its own.
    fn write(&mut self, mut jobs: Vec<Job>) {
        if jobs.is_empty() && self.owed.is_empty() {
            return;
        }
        let error = match self.flush(&jobs) {
            Ok(answers) => {
                for (job, answer) in jobs.into_iter().zip(answers) {
                    reply(job, Ok(answer));
                }
                return;
            }
            Err(error) => error,
        };
        if jobs.len() > 1 && is_of_one(&error) {
            for job in jobs.drain(..) {
                let answer = self.flush(std::slice::from_ref(&job));
                let answer = answer.map(|mut answers| answers.pop().unwrap_or(Answer::Nothing));
                reply(job, answer.map_err(|error| trouble(&error, WRITING)));
            }
            return;
        }
        let error = trouble(&error, WRITING);
        if jobs.is_empty() {
            tracing::warn!(%error, letters = self.owed.len(), "what became of letters could not be written");
        }
        for job in jobs {
            reply(job, Err(error.clone()));
        }
    }

    fn flush(&mut self, jobs: &[Job]) -> rusqlite::Result<Vec<Answer>> {
        let mut round = Round::new(&self.connection, &self.desk, self.numbers);
        let answers = (|| {
            round.begin()?;
            for owed in &self.owed {
                round.settle(owed)?;
            }
            let answers = jobs.iter().map(|job| round.take(job));
            let answers = answers.collect::<Result<Vec<_>, _>>()?;
            round.commit(self.numbers)?;
            Ok(answers)
        })();
        let Round { numbers, changes, .. } = round;
        match answers {
            Ok(answers) => {
                self.numbers = numbers;
                self.owed.clear();
                self.by = None;
                let mut desk = self.desk.lock();
                for change in changes {
                    desk.apply(change);
                }
                Ok(answers)
            }
            Err(error) => {
                // Some errors have rolled back already.
                if !self.connection.is_autocommit()
                    && let Err(error) = self.connection.execute_batch("ROLLBACK")
                {
                    tracing::error!(%error, "a transaction could not be rolled back");
                }
                if !self.owed.is_empty() {
                    self.by = Some(Instant::now() + AGAIN);
                }
                Err(error)
            }
        }
    }

    /// Nothing is written any more. The log is taken into the database, so that one file is all there is.
    fn close(mut self, rest: Vec<Job>) {
        self.write(Vec::new());
        let Writer {
            connection,
            checkpointer,
            _lock: lock,
            jobs,
            ..
        } = self;
        checkpointer.stop();
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
            tracing::warn!(%error, "the log could not be taken into the database; that is done at the next start");
        }
        let closed = connection
            .close()
            .map_err(|(_, error)| trouble(&error, "closing the database"));
        drop(lock);
        for job in rest.into_iter().chain(jobs.try_iter()) {
            match job {
                Job::Close(reply) => {
                    let _ = reply.send(closed.clone());
                }
                job => reply(job, Err(gone())),
            }
        }
    }
}

const WRITING: &str = "writing";

/// What is asked of a store that is closed.
pub(super) fn gone() -> StoreError {
    StoreError::new(Trouble::Unavailable, "the store is closed")
}

/// It may be what one job asks for that cannot be done, and not the disk.
fn is_of_one(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{ConstraintViolation, TooBig, TypeMismatch};
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => {
            matches!(failure.code, ConstraintViolation | TooBig | TypeMismatch)
        }
        _ => true,
    }
}

/// Whoever asked may have gone; what is written is written.
fn reply(job: Job, answer: Result<Answer, StoreError>) {
    match job {
        Job::Commit(_, reply) => {
            let _ = reply.send(answer.map(|answer| match answer {
                Answer::Done(done) => done,
                _ => Vec::new(),
            }));
        }
        Job::Revive(_, _, reply) | Job::Forget(_, reply) => {
            let _ = reply.send(answer.map(|answer| match answer {
                Answer::Count(count) => count,
                _ => 0,
            }));
        }
        Job::Discard(_, reply) | Job::KeepBot { reply, .. } | Job::Check(reply) | Job::Close(reply) => {
            let _ = reply.send(answer.map(|_| ()));
        }
        Job::Owe(_) => {}
    }
}
