//! Letters: claimed by whoever looks first, the first of each lane, without waiting for each other.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use tokio_postgres::Row;

use super::pool::Pool;
use super::{key, number, unsigned};
use crate::contact::ContactId;
use crate::store::{Claim, Fate, Filter, Letter, LetterState, Queued, Seq, Settled, StoreError};

/// What a letter is read from.
const COLUMNS: &str = "l.seq, l.contact, l.key, l.what, l.at, l.attempts, l.next_at, l.dead, l.error";

/// Nothing of its lane is before it.
const FIRST: &str = "NOT EXISTS (
    SELECT FROM letter e WHERE e.contact = l.contact AND e.lane = l.lane AND e.seq < l.seq AND NOT e.dead)";

/// Somebody whose letters cannot be read tries again after this time: another host, of a later version, may be able to.
const UNREADABLE: i64 = 5 * 60_000;

/// After so many attempts nobody can read it.
const ATTEMPTS: i64 = 12;

/// What those that were taken out of their lanes by `gone` have held back goes on: what is behind a letter that failed is
/// not looked at until that is tried again ([`super::settler`]).
pub(super) fn freed(gone: &str, and: &str) -> String {
    format!(
        "freed AS (
           UPDATE letter b SET ready = greatest(b.next_at, b.claimed)
           FROM (SELECT contact, lane, seq FROM {gone} WHERE next_at > 0) d
           WHERE b.contact = d.contact AND b.lane = d.lane AND b.seq > d.seq AND NOT b.dead
             AND b.ready > greatest(b.next_at, b.claimed) {and})"
    )
}

/// Letters that were claimed, and what becomes of those that cannot be read.
pub(super) async fn claim(pool: &Pool, claim: &Claim) -> Result<(Vec<Letter>, Vec<Settled>), StoreError> {
    let routes = routes(pool, &claim.routes).await?;
    let taken = claim.under_way.iter();
    let taken: BTreeMap<Vec<u8>, usize> = taken.map(|(route, taken)| (key::words(route), *taken)).collect();
    let rooms = routes.iter().map(|route| {
        let taken = taken.get(route).copied().unwrap_or(0);
        i64::try_from(claim.limit.saturating_sub(taken)).unwrap_or(i64::MAX)
    });
    let rooms: Vec<i64> = rooms.collect();
    let sql = format!(
        "WITH picked AS MATERIALIZED (
           SELECT p.seq FROM unnest($4::bytea[], $5::int8[]) AS w(route, room) CROSS JOIN LATERAL (
             SELECT l.seq FROM letter l WHERE l.route = w.route AND NOT l.dead AND l.ready <= $1 AND {FIRST}
             ORDER BY l.ready, l.seq LIMIT w.room FOR UPDATE OF l SKIP LOCKED) p)
         UPDATE letter l SET token = $2, claimed = $3, ready = greatest(l.next_at, $3), attempts = l.attempts + 1
         FROM picked p WHERE l.seq = p.seq RETURNING {COLUMNS}"
    );
    let token = number(claim.token);
    let rows = pool
        .write(&sql, &[&claim.now, &token, &claim.until, &routes, &rooms])
        .await?;
    let (mut letters, mut unreadable) = (Vec::new(), Vec::new());
    for row in &rows {
        match letter(row) {
            Ok(letter) => letters.push(letter),
            Err(error) => {
                let seq = row.get(0);
                let error = error.message;
                tracing::error!(letter = seq, %error, "what a letter says cannot be read");
                let fate = match row.get::<_, i64>(5) {
                    ..ATTEMPTS => Fate::Retry {
                        at: claim.now.saturating_add(UNREADABLE),
                        error,
                    },
                    _ => Fate::Dead { error },
                };
                unreadable.push(Settled { seq, fate });
            }
        }
    }
    letters.sort_unstable_by_key(|letter| letter.seq);
    Ok((letters, unreadable))
}

pub(super) async fn next(pool: &Pool, wanted: &[SmolStr]) -> Result<Option<i64>, StoreError> {
    let routes = routes(pool, wanted).await?;
    let sql = format!(
        "SELECT min(n.ready) FROM unnest($1::bytea[]) AS w(route) CROSS JOIN LATERAL (
           SELECT l.ready FROM letter l WHERE l.route = w.route AND NOT l.dead AND {FIRST}
           ORDER BY l.ready, l.seq LIMIT 1) n"
    );
    let rows = pool.read(&sql, &[&routes]).await?;
    Ok(rows.first().and_then(|row| row.get(0)))
}

pub(super) async fn discard(pool: &Pool, letters: &[Seq]) -> Result<(), StoreError> {
    let sql = format!(
        "WITH gone AS (DELETE FROM letter WHERE seq = ANY ($1::int8[]) RETURNING seq, contact, lane, next_at),
         {} SELECT 1",
        freed("gone", "")
    );
    pool.write(&sql, &[&letters]).await?;
    Ok(())
}

pub(super) async fn list(pool: &Pool, filter: &Filter) -> Result<Vec<Letter>, StoreError> {
    let dead = filter.state.map(|state| state == LetterState::Dead);
    let contact = filter.contact.map(|contact| number(contact.0));
    let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
    let sql = format!(
        "SELECT {COLUMNS} FROM letter l
         WHERE l.seq > $1 AND ($2::bool IS NULL OR l.dead = $2) AND ($3::int8 IS NULL OR l.contact = $3)
         ORDER BY l.seq LIMIT $4"
    );
    let rows = pool.read(&sql, &[&filter.after, &dead, &contact, &limit]).await?;
    let readable = rows.iter().filter_map(|row| match letter(row) {
        Ok(letter) => Some(letter),
        Err(error) => {
            let seq: Seq = row.get(0);
            tracing::warn!(letter = seq, %error, "what a letter says cannot be read; it is left out of a list");
            None
        }
    });
    Ok(readable.collect())
}

pub(super) async fn revive(pool: &Pool, letters: Option<&[Seq]>, now: i64) -> Result<u64, StoreError> {
    let rows = pool
        .write(
            "WITH revived AS (
               UPDATE letter SET dead = false, next_at = $1, ready = $1, token = NULL, claimed = NULL, attempts = 0
               WHERE dead AND ($2::int8[] IS NULL OR seq = ANY ($2)) RETURNING 1)
             SELECT count(*) FROM revived",
            &[&now, &letters],
        )
        .await?;
    Ok(rows.first().map_or(0, |row| unsigned(row.get(0))))
}

pub(super) async fn queued(pool: &Pool) -> Result<Queued, StoreError> {
    let rows = pool
        .read(
            "SELECT (SELECT count(*) FROM (SELECT FROM letter WHERE NOT dead LIMIT $1) AS counted),
                    (SELECT count(*) FROM (SELECT FROM letter WHERE dead LIMIT $1) AS counted),
                    (SELECT at FROM letter WHERE NOT dead ORDER BY seq LIMIT 1),
                    (SELECT reltuples::int8 FROM pg_class WHERE oid = 'letter'::regclass)",
            &[&COUNTED],
        )
        .await?;
    Ok(rows.first().map_or_else(Queued::default, |row| {
        let (ready, dead): (i64, i64) = (row.get(0), row.get(1));
        let all: i64 = row.get(3);
        Queued {
            ready: unsigned(about(ready, all.saturating_sub(dead))),
            dead: unsigned(about(dead, all.saturating_sub(ready))),
            oldest: row.get(2),
        }
    }))
}

/// Rows are counted up to here; beyond it there are as many as the server has counted last.
pub(super) const COUNTED: i64 = 100_000;

/// How many there are, of which `counted` were counted and about `known` are known.
pub(super) fn about(counted: i64, known: i64) -> i64 {
    match counted {
        ..COUNTED => counted,
        _ => counted.max(known),
    }
}

/// Which are wanted; all that there are where all are.
async fn routes(pool: &Pool, wanted: &[SmolStr]) -> Result<Vec<Vec<u8>>, StoreError> {
    if !wanted.iter().any(|route| route == "*") {
        let wanted: BTreeSet<Vec<u8>> = wanted.iter().map(|route| key::words(route)).collect();
        return Ok(wanted.into_iter().collect());
    }
    let rows = pool
        .read(
            "WITH RECURSIVE known(route) AS (
               (SELECT route FROM letter WHERE NOT dead ORDER BY route LIMIT 1)
               UNION ALL
               SELECT (SELECT l.route FROM letter l WHERE NOT l.dead AND l.route > k.route ORDER BY l.route LIMIT 1)
               FROM known k WHERE k.route IS NOT NULL)
             SELECT route FROM known WHERE route IS NOT NULL",
            &[],
        )
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

fn letter(row: &Row) -> Result<Letter, StoreError> {
    let outgoing: crate::contact::Outgoing = super::read(row.get(3))?;
    let error: &[u8] = row.get(8);
    Ok(Letter {
        seq: row.get(0),
        contact: ContactId(unsigned(row.get(1))),
        key: row.get::<_, &str>(2).into(),
        lane: outgoing.lane(),
        route: outgoing.route(),
        outgoing,
        at: row.get(4),
        attempts: u32::try_from(row.get::<_, i64>(5)).unwrap_or(u32::MAX),
        next_at: row.get(6),
        state: match row.get(7) {
            true => LetterState::Dead,
            false => LetterState::Ready,
        },
        error: String::from_utf8_lossy(error).into_owned(),
    })
}
