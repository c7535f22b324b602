//! Many commits as one statement, which is a transaction of its own: one way to the server and back, one flush.
//!
//! All of them or none: a revision that is another one by now divides by zero, a cause, a person or an address that is
//! there already violates a key, and either undoes the whole statement. Nothing of a commit can so be left behind by
//! another part of it that was refused. Who was refused is found out then ([`super::commits`]).
//!
//! Rows are locked in one order by all hosts: kinds of rows in the order of [`Batch::statement`], rows of a kind by their
//! keys.

use tokio_postgres::types::ToSql;

use super::error::Fault;
use super::session::Session;
use super::{key, letters, number};
use crate::store::Commit;
use crate::store::commit::effect_key;

/// Commits, taken apart into columns.
#[derive(Default)]
pub(super) struct Batch<'a> {
    gate: i64,
    known: (Vec<i64>, Vec<i64>, Vec<&'a [u8]>),
    new: (Vec<i64>, Vec<&'a [u8]>),
    causes: Vec<(Vec<u8>, i64, &'a [u8])>,
    addresses: Vec<(Vec<u8>, i64)>,
    wakes: (Vec<i64>, Vec<i64>),
    sleeps: Vec<i64>,
    lines: (Vec<i64>, Vec<i64>, Vec<Vec<u8>>),
    entries: Vec<&'a [u8]>,
    letters: Letters,
    settles: Vec<i64>,
}

#[derive(Default)]
struct Letters {
    contacts: Vec<i64>,
    keys: Vec<String>,
    lanes: Vec<Vec<u8>>,
    routes: Vec<Vec<u8>>,
    whats: Vec<Vec<u8>>,
    ats: Vec<i64>,
}

impl<'a> Batch<'a> {
    /// Of these commits, no two of which are about one person, have one cause or name one address. `gate`: the lock under
    /// which entries get their positions ([`super::reading`]).
    pub fn new(gate: i64, commits: &[&'a Commit]) -> Batch<'a> {
        let mut batch = Batch {
            gate,
            ..Batch::default()
        };
        // Letters and entries are numbered in the order in which commits were given, people locked in that of their
        // numbers.
        for commit in commits {
            batch.say(commit);
        }
        let mut people: Vec<&'a Commit> = commits.to_vec();
        people.sort_unstable_by_key(|commit| number(commit.contact.0));
        for commit in people {
            batch.keep(commit);
        }
        batch.causes.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        batch.addresses.sort_unstable();
        batch.addresses.dedup();
        batch.settles.sort_unstable();
        batch
    }

    fn say(&mut self, commit: &'a Commit) {
        let contact = number(commit.contact.0);
        self.entries.extend(commit.entries.iter().map(Vec::as_slice));
        let letters = &mut self.letters;
        for (place, outgoing) in commit.outgoing.iter().enumerate() {
            letters.contacts.push(contact);
            letters
                .keys
                .push(effect_key(commit.contact, commit.expect.saturating_add(1), place));
            letters.lanes.push(key::words(&outgoing.lane()));
            letters.routes.push(key::words(&outgoing.route()));
            letters.whats.push(super::written(outgoing));
            letters.ats.push(commit.at);
        }
    }

    fn keep(&mut self, commit: &'a Commit) {
        let contact = number(commit.contact.0);
        if commit.expect == 0 {
            self.new.0.push(contact);
            self.new.1.push(&commit.state);
        } else {
            self.known.0.push(contact);
            self.known.1.push(super::revision(commit.expect));
            self.known.2.push(&commit.state);
        }
        if let Some(cause) = &commit.cause {
            self.causes
                .push((key::words(&cause.key), commit.at, &cause.answer));
        }
        let addresses = commit.addresses.iter();
        self.addresses
            .extend(addresses.map(|address| (key::address(address), contact)));
        match commit.wake {
            Some(at) => {
                self.wakes.0.push(contact);
                self.wakes.1.push(at);
            }
            // Somebody new has no clock yet.
            None if commit.expect == 0 => {}
            None => self.sleeps.push(contact),
        }
        for line in &commit.transcript {
            self.lines.0.push(contact);
            self.lines.1.push(number(line.number));
            self.lines.2.push(super::written(line));
        }
        self.settles.extend(commit.settles);
    }

    /// Writes all of them, or none.
    pub async fn write(&self, session: &mut Session) -> Result<(), Fault> {
        let causes = (
            self.causes
                .iter()
                .map(|(key, ..)| key.as_slice())
                .collect::<Vec<_>>(),
            self.causes.iter().map(|(_, at, _)| *at).collect::<Vec<_>>(),
            self.causes.iter().map(|(.., answer)| *answer).collect::<Vec<_>>(),
        );
        let addresses = (
            self.addresses
                .iter()
                .map(|(key, _)| key.as_slice())
                .collect::<Vec<_>>(),
            self.addresses
                .iter()
                .map(|(_, contact)| *contact)
                .collect::<Vec<_>>(),
        );
        let known = i64::try_from(self.known.0.len()).unwrap_or(i64::MAX);
        let letters = &self.letters;
        let mut parts = Parts::default();
        parts.add(
            true,
            "gate AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared($)::text)",
            &[&self.gate],
        );
        parts.add(
            !self.known.0.is_empty(),
            "updated AS (
               UPDATE contact c SET revision = c.revision + 1, state = i.state
               FROM unnest($::int8[], $::int8[], $::bytea[]) AS i(contact, expect, state)
               WHERE c.contact = i.contact AND c.revision = i.expect RETURNING 1)",
            &[&self.known.0, &self.known.1, &self.known.2],
        );
        parts.add(
            !self.new.0.is_empty(),
            "created AS (
               INSERT INTO contact (contact, revision, state)
               SELECT i.contact, 1, i.state FROM unnest($::int8[], $::bytea[]) AS i(contact, state))",
            &[&self.new.0, &self.new.1],
        );
        parts.add(
            !self.causes.is_empty(),
            "causes AS (
               INSERT INTO cause (key, at, answer) SELECT * FROM unnest($::bytea[], $::int8[], $::bytea[]))",
            &[&causes.0, &causes.1, &causes.2],
        );
        parts.add(
            !self.addresses.is_empty(),
            "addresses AS (
               INSERT INTO address (key, contact)
               SELECT i.key, i.contact FROM unnest($::bytea[], $::int8[]) AS i(key, contact)
               WHERE NOT EXISTS (SELECT FROM address a WHERE a.key = i.key AND a.contact = i.contact))",
            &[&addresses.0, &addresses.1],
        );
        parts.add(
            !self.wakes.0.is_empty(),
            "wakes AS (
               INSERT INTO clock (contact, due) SELECT * FROM unnest($::int8[], $::int8[])
               ON CONFLICT (contact) DO UPDATE SET due = excluded.due, claimed = NULL
               WHERE clock.due <> excluded.due OR clock.claimed IS NOT NULL)",
            &[&self.wakes.0, &self.wakes.1],
        );
        parts.add(
            !self.sleeps.is_empty(),
            "sleeps AS (DELETE FROM clock WHERE contact = ANY ($::int8[]))",
            &[&self.sleeps],
        );
        parts.add(
            !self.settles.is_empty(),
            "settles AS (
               DELETE FROM letter WHERE seq = ANY ($::int8[]) RETURNING seq, contact, lane, next_at)",
            &[&self.settles],
        );
        parts.add(!self.settles.is_empty(), &letters::freed("settles", ""), &[]);
        parts.add(
            !self.lines.0.is_empty(),
            "lines AS (
               INSERT INTO line (contact, number, data) SELECT * FROM unnest($::int8[], $::int8[], $::bytea[])
               ON CONFLICT (contact, number) DO UPDATE SET data = excluded.data)",
            &[&self.lines.0, &self.lines.1, &self.lines.2],
        );
        parts.add(
            !self.entries.is_empty(),
            "entries AS (
               INSERT INTO entry (data) SELECT i.data FROM gate, unnest($::bytea[]) WITH ORDINALITY AS i(data, nth)
               ORDER BY i.nth)",
            &[&self.entries],
        );
        parts.add(
            !letters.contacts.is_empty(),
            "letters AS (
               INSERT INTO letter (contact, key, lane, route, what, at, next_at, ready)
               SELECT i.contact, i.key, i.lane, i.route, i.what, i.at, 0, 0
               FROM unnest($::int8[], $::text[], $::bytea[], $::bytea[], $::bytea[], $::int8[])
                    WITH ORDINALITY AS i(contact, key, lane, route, what, at, nth)
               ORDER BY i.nth)",
            &[
                &letters.contacts,
                &letters.keys,
                &letters.lanes,
                &letters.routes,
                &letters.whats,
                &letters.ats,
            ],
        );
        let (statement, values) = match self.known.0.is_empty() {
            true => parts.finish("SELECT count(*) FROM gate", &[]),
            false => parts.finish(
                "SELECT CASE WHEN (SELECT count(*) FROM gate) = 1
                        THEN 1 / (CASE WHEN (SELECT count(*) FROM updated) = $::int8 THEN 1 ELSE 0 END) END",
                &[&known],
            ),
        };
        session.rows(&statement, &values).await?;
        Ok(())
    }
}

/// A statement of the parts that have anything to do. There are few different ones, so they stay prepared.
#[derive(Default)]
struct Parts<'a> {
    text: String,
    values: Vec<&'a (dyn ToSql + Sync)>,
}

impl<'a> Parts<'a> {
    /// Each `$` is the next value.
    fn add(&mut self, is_wanted: bool, part: &str, values: &[&'a (dyn ToSql + Sync)]) {
        if !is_wanted {
            return;
        }
        self.text
            .push_str(if self.text.is_empty() { "WITH " } else { ",\n" });
        self.push(part, values);
    }

    fn push(&mut self, part: &str, values: &[&'a (dyn ToSql + Sync)]) {
        for (at, piece) in part.split('$').enumerate() {
            if at > 0 {
                self.text.push_str(&format!("${}", self.values.len() + at));
            }
            self.text.push_str(piece);
        }
        self.values.extend_from_slice(values);
    }

    fn finish(
        mut self,
        last: &str,
        values: &[&'a (dyn ToSql + Sync)],
    ) -> (String, Vec<&'a (dyn ToSql + Sync)>) {
        self.text.push('\n');
        self.push(last, values);
        (self.text, self.values)
    }
}
