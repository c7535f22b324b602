//! What is known in memory beside the database: what is due, which letters wait, and who has claimed them. It is read
//! from the database when the store is opened, and changed by what was committed; since one process has the store, claims
//! need not be written, and end with it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use smol_str::SmolStr;

use super::clocks::Clocks;
use super::lanes::{Content, Lanes, Waiting};
use crate::contact::ContactId;
use crate::store::Seq;
use crate::store::outbox::{Fate, Queued, Settled};

/// What is known in memory.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub clocks: Clocks,
    pub lanes: Lanes,
    /// How many letters were given up.
    pub dead: u64,
    /// How many people are kept.
    pub contacts: u64,
}

/// The same, shared.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedDesk(Arc<Mutex<Desk>>);

impl SharedDesk {
    // A panic while it is held would be a bug of ours; what is in the database counts, and is read anew at the next start.
    pub fn lock(&self) -> MutexGuard<'_, Desk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What follows for the desk from what was committed.
#[derive(Debug)]
pub(super) enum Change {
    /// Somebody new is kept, or somebody is no more.
    Contacts(i64),
    Clock(ContactId, Option<i64>),
    Letter(Seq, Box<Waiting>),
    /// A letter is not to be delivered any more.
    Gone(Seq),
    /// Letters that were given up are to be delivered, or are no more.
    Undead(u64),
    Absorbed {
        into: ContactId,
        from: ContactId,
    },
}

/// What became of a letter: known at once, and written with the next flush.
#[derive(Clone, Debug)]
pub(super) enum Owed {
    Delivered(Seq),
    Retry {
        seq: Seq,
        next_at: i64,
        attempts: u32,
        error: String,
    },
    Dead {
        seq: Seq,
        attempts: u32,
        error: String,
    },
}

impl Desk {
    /// As the database has it.
    pub fn read(connection: &Connection) -> rusqlite::Result<Desk> {
        let mut desk = Desk::default();
        let mut statement = connection.prepare("SELECT contact, at FROM clock")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let contact = ContactId(row.get::<_, i64>(0)?.cast_unsigned());
            desk.clocks.set(contact, Some(row.get(1)?));
        }
        let mut statement = connection.prepare(
            "SELECT seq, contact, at, next_at, attempts, lane, route, error FROM outbox WHERE state = 0",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let text = |column| {
                row.get_ref(column)
                    .and_then(|value| Ok(SmolStr::new(value.as_str()?)))
            };
            let letter = Waiting {
                contact: ContactId(row.get::<_, i64>(1)?.cast_unsigned()),
                lane: text(5)?,
                route: text(6)?,
                at: row.get(2)?,
                next_at: row.get(3)?,
                attempts: row.get(4)?,
                error: row.get(7)?,
                token: 0,
                until: i64::MIN,
                content: None,
            };
            desk.lanes.insert(row.get(0)?, letter);
        }
        let dead: i64 = connection.query_row("SELECT count(*) FROM outbox WHERE state = 1", [], |row| {
            row.get(0)
        })?;
        desk.dead = dead.cast_unsigned();
        Ok(desk)
    }

    /// Something was committed.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Contacts(more) => self.contacts = self.contacts.saturating_add_signed(more),
            Change::Clock(contact, at) => self.clocks.set(contact, at),
            Change::Letter(seq, letter) => self.lanes.insert(seq, *letter),
            Change::Gone(seq) => {
                self.lanes.remove(seq);
            }
            Change::Undead(count) => self.dead = self.dead.saturating_sub(count),
            Change::Absorbed { into, from } => self.lanes.absorb(into, from),
        }
    }

    /// What became of a letter. Whether it was this claim's; what is to be written then.
    pub fn settle(&mut self, token: u64, settled: Settled) -> (bool, Option<Owed>) {
        let seq = settled.seq;
        if self.lanes.get(seq).is_none_or(|letter| letter.token != token) {
            return (false, None);
        }
        let free = |letter: &mut Waiting| {
            letter.token = 0;
            letter.until = i64::MIN;
        };
        let owed = match settled.fate {
            Fate::Delivered => {
                self.lanes.remove(seq);
                Some(Owed::Delivered(seq))
            }
            Fate::Retry { at, error } => {
                let mut attempts = 0;
                self.lanes.change(seq, |letter| {
                    free(letter);
                    letter.next_at = at;
                    letter.error.clone_from(&error);
                    attempts = letter.attempts;
                });
                Some(Owed::Retry {
                    seq,
                    next_at: at,
                    attempts,
                    error,
                })
            }
            Fate::Dead { error } => {
                let gone = self.lanes.remove(seq);
                self.dead += 1;
                Some(Owed::Dead {
                    seq,
                    attempts: gone.map_or(0, |letter| letter.attempts),
                    error,
                })
            }
            Fate::UnderWay { until } => {
                self.lanes.change(seq, |letter| letter.until = until);
                None
            }
            Fate::Released => {
                let mut owed = None;
                self.lanes.change(seq, |letter| {
                    free(letter);
                    letter.attempts = letter.attempts.saturating_sub(1);
                    // Earlier attempts, of which nobody told what became, are known only here.
                    owed = (letter.attempts > 0).then(|| Owed::Retry {
                        seq,
                        next_at: letter.next_at,
                        attempts: letter.attempts,
                        error: letter.error.clone(),
                    });
                });
                owed
            }
        };
        (true, owed)
    }

    /// How many letters there are.
    pub fn queued(&self) -> Queued {
        Queued {
            ready: self.lanes.len() as u64,
            dead: self.dead,
            oldest: self.lanes.oldest(),
        }
    }

    /// What a claimed letter says, if that is in memory.
    pub fn content(&self, seq: Seq) -> Option<Arc<Content>> {
        self.lanes.get(seq).and_then(|letter| letter.content.clone())
    }
}
