//! Letters: claimed by whoever looks first, the first of each lane, without waiting for each other.

use smol_str::SmolStr;
use tokio_postgres::Row;

use super::pool::Pool;
use super::{key, number, unsigned};
use crate::contact::ContactId;
use crate::store::{Claim, Filter, Letter, LetterState, Queued, Seq, StoreError};

/// What a letter is read from.
const COLUMNS: &str = "l.seq, l.contact, l.key, l.what, l.at, l.attempts, l.next_at, l.dead, l.error";

/// Nothing of its lane is before it.
const FIRST: &str = "NOT EXISTS (
    SELECT FROM letter e WHERE e.contact = l.contact AND e.lane = l.lane AND e.seq < l.seq AND NOT e.dead)";

pub(super) async fn claim(pool: &Pool, claim: &Claim) -> Result<Vec<Letter>, StoreError> {
    let limit = i64::try_from(claim.limit).unwrap_or(i64::MAX);
    let (all, routes) = routes(&claim.routes);
    let sql = format!(
        "WITH picked AS MATERIALIZED (
           SELECT l.seq FROM letter l
           WHERE NOT l.dead AND l.ready <= $1 AND ($5 OR l.route = ANY ($6::bytea[])) AND {FIRST}
           ORDER BY l.ready, l.seq LIMIT $4 FOR UPDATE OF l SKIP LOCKED)
         UPDATE letter l SET token = $2, claimed = $3, ready = greatest(l.next_at, $3), attempts = l.attempts + 1
         FROM picked p WHERE l.seq = p.seq RETURNING {COLUMNS}"
    );
    let token = number(claim.token);
    let rows = pool
        .write(&sql, &[&claim.now, &token, &claim.until, &limit, &all, &routes])
        .await?;
    let mut letters = rows.iter().map(letter).collect::<Result<Vec<_>, _>>()?;
    letters.sort_unstable_by_key(|letter| letter.seq);
    Ok(letters)
}

pub(super) async fn next(pool: &Pool, wanted: &[SmolStr]) -> Result<Option<i64>, StoreError> {
    let (all, routes) = routes(wanted);
    let sql = format!(
        "SELECT l.ready FROM letter l WHERE NOT l.dead AND ($1 OR l.route = ANY ($2::bytea[])) AND {FIRST}
         ORDER BY l.ready, l.seq LIMIT 1"
    );
    let rows = pool.read(&sql, &[&all, &routes]).await?;
    Ok(rows.first().map(|row| row.get(0)))
}

pub(super) async fn discard(pool: &Pool, letters: &[Seq]) -> Result<(), StoreError> {
    pool.write("DELETE FROM letter WHERE seq = ANY ($1::int8[])", &[&letters])
        .await?;
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
    rows.iter().map(letter).collect()
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
            "SELECT count(*) FILTER (WHERE NOT dead), count(*) FILTER (WHERE dead), min(at) FILTER (WHERE NOT dead)
             FROM letter",
            &[],
        )
        .await?;
    Ok(rows.first().map_or_else(Queued::default, |row| Queued {
        ready: unsigned(row.get(0)),
        dead: unsigned(row.get(1)),
        oldest: row.get(2),
    }))
}

/// Whether all are wanted, and else which.
fn routes(wanted: &[SmolStr]) -> (bool, Vec<Vec<u8>>) {
    let all = wanted.iter().any(|route| route == "*");
    (all, wanted.iter().map(|route| key::words(route)).collect())
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
