//! One transaction: what all that is asked of the writer at one time does to the tables. What follows for the desk is
//! collected, and applied once the transaction is committed.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, Row, params};
use smol_str::SmolStr;

use super::desk::{Change, Owed, SharedDesk};
use super::job::Job;
use super::lanes::Waiting;
use super::prepared::Prepared;
use crate::contact::ContactId;
use crate::store::commit::Absorbed;
use crate::store::{Done, Seq};

/// Numbers of letters are set aside in portions, so that not every commit writes the last one; none is given twice, also
/// when letters with greater ones are gone.
const PORTION: i64 = 1_024;

/// So many causes are forgotten in one transaction.
pub(super) const FORGET: i64 = 2_000;

/// Numbers that go on from transaction to transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    last_seq: Seq,
    reserved: Seq,
    contacts: i64,
}

/// What a job is answered.
#[derive(Debug)]
pub(super) enum Answer {
    Done(Vec<Done>),
    Count(u64),
    Nothing,
}

impl Numbers {
    pub fn read(connection: &Connection) -> rusqlite::Result<Numbers> {
        let reserved = meta(connection, "letters")?.unwrap_or(0);
        let contacts = meta(connection, "contacts")?.unwrap_or(0);
        Ok(Numbers {
            last_seq: reserved,
            reserved,
            contacts,
        })
    }

    pub fn contacts(self) -> u64 {
        u64::try_from(self.contacts).unwrap_or(0)
    }
}

/// A number that is kept under a name.
pub(super) fn meta(connection: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}

/// A transaction under way.
pub(super) struct Round<'a> {
    connection: &'a Connection,
    desk: &'a SharedDesk,
    pub numbers: Numbers,
    pub changes: Vec<Change>,
}

impl<'a> Round<'a> {
    pub fn new(connection: &'a Connection, desk: &'a SharedDesk, numbers: Numbers) -> Round<'a> {
        Round {
            connection,
            desk,
            numbers,
            changes: Vec::new(),
        }
    }

    pub fn begin(&self) -> rusqlite::Result<()> {
        self.run("BEGIN IMMEDIATE", []).map(|_| ())
    }

    /// What was owed and asked is durable when this returns.
    pub fn commit(&mut self, before: Numbers) -> rusqlite::Result<()> {
        if self.numbers.contacts != before.contacts {
            self.keep("contacts", self.numbers.contacts)?;
        }
        self.run("COMMIT", []).map(|_| ())
    }

    pub fn take(&mut self, job: &Job) -> rusqlite::Result<Answer> {
        Ok(match job {
            Job::Commit(commits, _) => {
                let done = commits.iter().map(|commit| self.write(commit));
                Answer::Done(done.collect::<Result<_, _>>()?)
            }
            Job::Discard(letters, _) => {
                for seq in letters {
                    self.remove(*seq)?;
                }
                Answer::Nothing
            }
            Job::Revive(letters, now, _) => Answer::Count(self.revive(letters.as_deref(), *now)?),
            Job::KeepBot {
                hash,
                bytes,
                current,
                at,
                ..
            } => {
                let hash = hash.cast_signed();
                self.run(
                    "INSERT INTO bot (hash, at, bytes) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                    params![hash, at, bytes],
                )?;
                if *current {
                    self.keep("bot", hash)?;
                }
                Answer::Nothing
            }
            Job::Forget(before, _) => {
                let gone = self.run(
                    "DELETE FROM cause WHERE key IN (SELECT key FROM cause WHERE at < ?1 ORDER BY at LIMIT ?2)",
                    [*before, FORGET],
                )?;
                Answer::Count(gone as u64)
            }
            Job::Check(_) => {
                // Something has to be written for the disk to be asked.
                let times = meta(self.connection, "checks")?.unwrap_or(0);
                self.keep("checks", times.wrapping_add(1))?;
                Answer::Nothing
            }
            Job::Owe(_) | Job::Close(_) => Answer::Nothing,
        })
    }

    /// What became of a letter.
    pub fn settle(&self, owed: &Owed) -> rusqlite::Result<()> {
        match owed {
            Owed::Delivered(seq) => self.run("DELETE FROM outbox WHERE seq = ?1", [seq]),
            Owed::Retry {
                seq,
                next_at,
                attempts,
                error,
            } => self.run(
                "UPDATE outbox SET next_at = ?2, attempts = ?3, error = ?4 WHERE seq = ?1",
                params![seq, next_at, attempts, error],
            ),
            Owed::Dead { seq, attempts, error } => self.run(
                "UPDATE outbox SET state = 1, attempts = ?2, error = ?3 WHERE seq = ?1",
                params![seq, attempts, error],
            ),
        }
        .map(|_| ())
    }

    /// A commit. Whether it is refused is known before anything but its cause is written.
    fn write(&mut self, commit: &Prepared) -> rusqlite::Result<Done> {
        if let Some(cause) = &commit.cause {
            let is_new = self.run(
                "INSERT INTO cause (key, at, answer) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                params![cause.key.as_str(), commit.at, cause.answer],
            )? == 1;
            if !is_new {
                let answer = self.one(
                    "SELECT answer FROM cause WHERE key = ?1",
                    [cause.key.as_str()],
                    |row| row.get(0),
                )?;
                return Ok(Done::Duplicate(answer));
            }
        }
        if self.is_refused(commit)? || !self.moves_on(commit)? {
            if let Some(cause) = &commit.cause {
                self.run("DELETE FROM cause WHERE key = ?1", [cause.key.as_str()])?;
            }
            return Ok(Done::Conflict);
        }
        if let Some(seq) = commit.settles {
            self.remove(seq)?;
        }
        if let Some(absorbed) = &commit.absorbs {
            self.absorb(commit.contact, absorbed)?;
        }
        let contact = commit.contact.0.cast_signed();
        match commit.wake {
            Some(at) => self.run(
                "INSERT INTO clock (contact, at) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET at = excluded.at \
                 WHERE at <> excluded.at",
                [contact, at],
            )?,
            None => self.run("DELETE FROM clock WHERE contact = ?1", [contact])?,
        };
        self.changes.push(Change::Clock(commit.contact, commit.wake));
        for key in &commit.addresses {
            self.run(
                "INSERT INTO address (channel, address, contact) VALUES (?1, ?2, ?3) \
                 ON CONFLICT DO UPDATE SET contact = excluded.contact WHERE contact <> excluded.contact",
                params![key.channel.as_str(), key.address.as_str(), contact],
            )?;
        }
        for line in &commit.lines {
            self.run(
                "INSERT OR REPLACE INTO line (contact, number, at, channel, said) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![contact, line.number.cast_signed(), line.at, line.channel.as_str(), line.said],
            )?;
        }
        for entry in &commit.entries {
            self.run("INSERT INTO entry (bytes) VALUES (?1)", [entry])?;
        }
        self.letters(commit)?;
        Ok(Done::Committed(commit.expect + 1))
    }

    /// An address is somebody else's, or something has happened to the one who is absorbed.
    fn is_refused(&self, commit: &Prepared) -> rusqlite::Result<bool> {
        if let Some(absorbed) = &commit.absorbs {
            let revision: Option<i64> = self
                .one(
                    "SELECT revision FROM contact WHERE id = ?1 AND moved_to IS NULL",
                    [absorbed.contact.0.cast_signed()],
                    |row| row.get(0),
                )
                .optional()?;
            if absorbed.expect == 0 || revision != Some(absorbed.expect.cast_signed()) {
                return Ok(true);
            }
        }
        for key in &commit.addresses {
            let known: Option<i64> = self
                .one(
                    "SELECT contact FROM address WHERE channel = ?1 AND address = ?2",
                    [key.channel.as_str(), key.address.as_str()],
                    |row| row.get(0),
                )
                .optional()?;
            let known = known.map(|known| ContactId(known.cast_unsigned()));
            if known.is_some_and(|known| {
                known != commit.contact && commit.absorbs.is_none_or(|absorbed| absorbed.contact != known)
            }) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The person has the next revision now, unless they had another one than was expected.
    fn moves_on(&mut self, commit: &Prepared) -> rusqlite::Result<bool> {
        let contact = commit.contact.0.cast_signed();
        if commit.expect > 0 {
            let changed = self.run(
                "UPDATE contact SET revision = revision + 1, state = ?3 WHERE id = ?1 AND revision = ?2",
                params![contact, commit.expect.cast_signed(), commit.state],
            )?;
            return Ok(changed == 1);
        }
        let is_new = self.run(
            "INSERT INTO contact (id, revision, state) VALUES (?1, 1, ?2) ON CONFLICT DO NOTHING",
            params![contact, commit.state],
        )? == 1;
        if is_new {
            self.numbers.contacts += 1;
            self.changes.push(Change::Contacts(1));
        }
        Ok(is_new)
    }

    fn letters(&mut self, commit: &Prepared) -> rusqlite::Result<()> {
        for letter in &commit.letters {
            let seq = self.number()?;
            let contact = commit.contact.0.cast_signed();
            self.run(
                "INSERT INTO outbox (seq, contact, state, at, next_at, attempts, lane, route, error, key, body) \
                 VALUES (?1, ?2, 0, ?3, 0, 0, ?4, ?5, '', ?6, ?7)",
                params![
                    seq,
                    contact,
                    commit.at,
                    letter.lane.as_str(),
                    letter.route.as_str(),
                    letter.content.key.as_str(),
                    letter.body
                ],
            )?;
            let waiting = Waiting {
                contact: commit.contact,
                lane: letter.lane.clone(),
                route: letter.route.clone(),
                at: commit.at,
                next_at: 0,
                attempts: 0,
                error: String::new(),
                token: 0,
                until: i64::MIN,
                content: Some(std::sync::Arc::clone(&letter.content)),
            };
            self.changes.push(Change::Letter(seq, Box::new(waiting)));
        }
        Ok(())
    }

    /// The next number of a letter.
    fn number(&mut self) -> rusqlite::Result<Seq> {
        if self.numbers.last_seq >= self.numbers.reserved {
            self.numbers.reserved += PORTION;
            self.keep("letters", self.numbers.reserved)?;
        }
        self.numbers.last_seq += 1;
        Ok(self.numbers.last_seq)
    }

    /// Somebody turned out to be another person.
    fn absorb(&mut self, into: ContactId, absorbed: &Absorbed) -> rusqlite::Result<()> {
        let from = absorbed.contact;
        let (new, old) = (into.0.cast_signed(), from.0.cast_signed());
        self.run("UPDATE contact SET moved_to = ?1 WHERE moved_to = ?2", [new, old])?;
        self.run(
            "UPDATE contact SET moved_to = ?1, revision = 0, state = x'' WHERE id = ?2",
            [new, old],
        )?;
        self.run("DELETE FROM clock WHERE contact = ?1", [old])?;
        self.run("UPDATE address SET contact = ?1 WHERE contact = ?2", [new, old])?;
        self.run(
            "UPDATE OR REPLACE line SET contact = ?1, number = number + ?3 WHERE contact = ?2",
            [new, old, absorbed.lines_from.cast_signed()],
        )?;
        // Their letters are those of the desk, and those that this transaction has written before.
        let mut letters = self.desk.lock().lanes.of(from);
        letters.extend(self.changes.iter().filter_map(|change| match change {
            Change::Letter(seq, letter) if letter.contact == from => Some(*seq),
            _ => None,
        }));
        for seq in letters {
            self.run("UPDATE outbox SET contact = ?1 WHERE seq = ?2", [new, seq])?;
        }
        self.run(
            "UPDATE outbox SET contact = ?1 WHERE contact = ?2 AND state = 1",
            [new, old],
        )?;
        self.numbers.contacts -= 1;
        self.changes.push(Change::Contacts(-1));
        self.changes.push(Change::Clock(from, None));
        self.changes.push(Change::Absorbed { into, from });
        Ok(())
    }

    /// A letter is forgotten.
    fn remove(&mut self, seq: Seq) -> rusqlite::Result<()> {
        let state: Option<i64> = self
            .one(
                "DELETE FROM outbox WHERE seq = ?1 RETURNING state",
                [seq],
                |row| row.get(0),
            )
            .optional()?;
        match state {
            Some(0) => self.changes.push(Change::Gone(seq)),
            Some(_) => self.changes.push(Change::Undead(1)),
            None => {}
        }
        Ok(())
    }

    fn revive(&mut self, letters: Option<&[Seq]>, now: i64) -> rusqlite::Result<u64> {
        let mut revived = Vec::new();
        match letters {
            None => {
                let mut statement = self.statement(
                    "UPDATE outbox SET state = 0, next_at = ?1, attempts = 0 WHERE state = 1 \
                     RETURNING seq, contact, at, lane, route, error",
                )?;
                for letter in statement.query_map([now], |row| risen(row, now))? {
                    revived.push(letter?);
                }
            }
            Some(letters) => {
                for seq in letters {
                    let letter = self.one(
                        "UPDATE outbox SET state = 0, next_at = ?1, attempts = 0 WHERE state = 1 AND seq = ?2 \
                         RETURNING seq, contact, at, lane, route, error",
                        [now, *seq],
                        |row| risen(row, now),
                    );
                    revived.extend(letter.optional()?);
                }
            }
        }
        let count = revived.len() as u64;
        self.changes.push(Change::Undead(count));
        let revived = revived.into_iter();
        self.changes
            .extend(revived.map(|(seq, letter)| Change::Letter(seq, Box::new(letter))));
        Ok(count)
    }

    fn keep(&self, name: &str, value: i64) -> rusqlite::Result<()> {
        self.run(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
            params![name, value],
        )
        .map(|_| ())
    }

    fn statement(&self, sql: &str) -> rusqlite::Result<CachedStatement<'a>> {
        self.connection.prepare_cached(sql)
    }

    fn run(&self, sql: &str, values: impl Params) -> rusqlite::Result<usize> {
        self.statement(sql)?.execute(values)
    }

    fn one<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.statement(sql)?.query_row(values, read)
    }
}

/// A letter that is to be delivered again.
fn risen(row: &Row<'_>, now: i64) -> rusqlite::Result<(Seq, Waiting)> {
    let letter = Waiting {
        contact: ContactId(row.get::<_, i64>(1)?.cast_unsigned()),
        at: row.get(2)?,
        lane: SmolStr::new(row.get_ref(3)?.as_str()?),
        route: SmolStr::new(row.get_ref(4)?.as_str()?),
        error: row.get(5)?,
        next_at: now,
        attempts: 0,
        token: 0,
        until: i64::MIN,
        content: None,
    };
    Ok((row.get(0)?, letter))
}
