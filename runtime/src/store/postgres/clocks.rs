//! What time brings: clocks, claimed by whoever looks first without waiting for each other, and causes to be forgotten.

use super::pool::Pool;
use crate::contact::ContactId;
use crate::store::StoreError;

pub(super) async fn due(
    pool: &Pool,
    now: i64,
    until: i64,
    limit: usize,
) -> Result<Vec<ContactId>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = pool
        .write(
            "WITH picked AS MATERIALIZED (
               SELECT contact FROM clock WHERE due <= $1 AND (claimed IS NULL OR claimed <= $1)
               ORDER BY due, contact LIMIT $3 FOR UPDATE SKIP LOCKED)
             UPDATE clock c SET claimed = $2 FROM picked p WHERE c.contact = p.contact RETURNING c.due, c.contact",
            &[&now, &until, &limit],
        )
        .await?;
    let mut due: Vec<(i64, i64)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    due.sort_unstable();
    Ok(due
        .into_iter()
        .map(|(_, contact)| ContactId(super::unsigned(contact)))
        .collect())
}

pub(super) async fn next(pool: &Pool) -> Result<Option<i64>, StoreError> {
    let rows = pool
        .read(
            "SELECT min(at) FROM (
               (SELECT due AS at FROM clock WHERE claimed IS NULL ORDER BY due LIMIT 1)
               UNION ALL
               (SELECT greatest(due, claimed) FROM clock WHERE claimed IS NOT NULL ORDER BY greatest(due, claimed) LIMIT 1)
             ) AS ends",
            &[],
        )
        .await?;
    Ok(rows.first().and_then(|row| row.get(0)))
}

/// Forgets causes, some at a time, so that no transaction takes long.
pub(super) async fn forget(pool: &Pool, before: i64) -> Result<u64, StoreError> {
    const PORTION: i64 = 10_000;
    let mut forgotten = 0;
    loop {
        let rows = pool
            .write(
                "WITH gone AS (
                   DELETE FROM cause WHERE key = ANY (ARRAY (
                     SELECT key FROM cause WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1)
                 SELECT count(*) FROM gone",
                &[&before, &PORTION],
            )
            .await?;
        let some: i64 = rows.first().map_or(0, |row| row.get(0));
        forgotten += super::unsigned(some);
        if some < PORTION {
            return Ok(forgotten);
        }
    }
}
