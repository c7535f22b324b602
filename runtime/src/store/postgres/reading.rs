//! What is read again: transcripts, and entries in an order that holds.
//!
//! Positions come from a sequence, and transactions end in another order than they began: a position may come to light
//! after greater ones. Whoever writes entries holds a lock together with all others who do; whoever reads takes it alone
//! for a moment, when nobody is in the middle of writing: positions up to the last one that was given by then are settled,
//! and only settled ones are read. Whoever writes waits behind one who waits to be alone, so nobody waits for that for long.

use std::sync::atomic::{AtomicI64, Ordering};

use tokio_postgres::Row;

use super::error::Asked;
use super::number;
use super::pool::Pool;
use crate::contact::{ContactId, Line};
use crate::store::StoreError;

/// Reads entries.
#[derive(Default)]
pub(super) struct Entries {
    /// No position up to this one comes to light any more.
    settled: AtomicI64,
}

impl Entries {
    pub async fn read(
        &self,
        pool: &Pool,
        gate: i64,
        after: i64,
        limit: usize,
    ) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let rows = self.settled(pool, after, limit).await?;
        if rows.len() >= limit {
            return Ok(rows);
        }
        let settled = self.settled.load(Ordering::Acquire);
        let more = "SELECT EXISTS (SELECT FROM entry WHERE position > $1)";
        let more = pool.read(more, &[&settled.max(after)]).await?;
        if !more.first().is_some_and(|row| row.get(0)) {
            return Ok(rows);
        }
        let last = pool
            .look(
                "WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', '100ms', true) AS set),
                 alone AS MATERIALIZED (SELECT p.set, pg_advisory_xact_lock($1)::text FROM patience p)
                 SELECT s.last_value FROM alone, entry_position s",
                &[&gate],
            )
            .await?;
        match last {
            Ok(rows) => {
                let last = rows.first().map_or(0, |row| row.get(0));
                self.settled.fetch_max(last, Ordering::AcqRel);
            }
            // Somebody is in the middle of writing, for long: what is settled is what was.
            Err(fault) if fault.is_impatience() => {}
            Err(fault) => return Err(fault.into_error(Asked::Reading)),
        }
        self.settled(pool, after, limit).await
    }

    async fn settled(
        &self,
        pool: &Pool,
        after: i64,
        limit: usize,
    ) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let settled = self.settled.load(Ordering::Acquire);
        if settled <= after {
            return Ok(Vec::new());
        }
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = "SELECT position, data FROM entry WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3";
        let rows = pool.read(sql, &[&after, &settled, &limit]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}

/// Lines above a number.
pub(super) async fn lines(
    pool: &Pool,
    contact: ContactId,
    after: u64,
    limit: usize,
) -> Result<Vec<Line>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let sql = "SELECT number, data FROM line WHERE contact = $1 AND number > $2 ORDER BY number LIMIT $3";
    let rows = pool.read(sql, &[&number(contact.0), &after, &limit]).await?;
    rows.iter().map(line).collect()
}

/// The last lines.
pub(super) async fn last_lines(
    pool: &Pool,
    contact: ContactId,
    limit: usize,
) -> Result<Vec<Line>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let sql = "SELECT number, data FROM line WHERE contact = $1 ORDER BY number DESC LIMIT $2";
    let rows = pool.read(sql, &[&number(contact.0), &limit]).await?;
    rows.iter().rev().map(line).collect()
}

/// Lines of somebody who turned out to be another person have other numbers now.
fn line(row: &Row) -> Result<Line, StoreError> {
    let line: Line = super::read(row.get(1))?;
    Ok(Line {
        number: super::unsigned(row.get(0)),
        ..line
    })
}
