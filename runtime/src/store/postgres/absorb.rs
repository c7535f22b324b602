//! Two people who turn out to be one: rare, and several statements.

use super::batch::Batch;
use super::commits::refused;
use super::error::{Asked, Fault};
use super::number;
use super::pool::Pool;
use super::session::Session;
use crate::store::{Absorbed, Commit, Done, StoreError};

/// So often others may be in the way.
const ROUNDS: usize = 16;

/// Writes a commit that absorbs somebody.
pub(super) async fn write(pool: &Pool, gate: i64, commit: &Commit) -> Result<Done, StoreError> {
    let Some(absorbed) = commit.absorbs else {
        return Ok(Done::Conflict);
    };
    for _ in 0..ROUNDS {
        let mut session = pool.lend().await?;
        // Whoever stops waiting for this leaves a transaction open.
        session.is_spoilt = true;
        match within(&mut session, gate, commit, absorbed).await {
            Ok(answer) => {
                session.is_spoilt = false;
                return Ok(answer);
            }
            // The connection, and with it the transaction, is given up: somebody was in the way.
            Err(fault) if fault.is_refusal() => {}
            Err(fault) => return Err(fault.into_error(Asked::Writing)),
        }
    }
    Ok(Done::Conflict)
}

async fn within(
    session: &mut Session,
    gate: i64,
    commit: &Commit,
    absorbed: Absorbed,
) -> Result<Done, Fault> {
    session.simple("BEGIN").await?;
    session
        .rows("SELECT pg_advisory_xact_lock_shared($1)::text", &[&gate])
        .await?;
    let (into, from) = (number(commit.contact.0), number(absorbed.contact.0));
    let both = [into, from];
    session
        .rows(
            "SELECT contact FROM contact WHERE contact = ANY ($1::int8[]) ORDER BY contact FOR NO KEY UPDATE",
            &[&both.as_slice()],
        )
        .await?;
    if let Some(refusal) = refused(session, &[commit]).await?.pop().flatten() {
        session.simple("ROLLBACK").await?;
        return Ok(refusal);
    }
    let moves = [
        "UPDATE contact SET revision = -1, moved = $2, state = '' WHERE contact = $1",
        "UPDATE contact SET moved = $2 WHERE moved = $1",
        "UPDATE address SET contact = $2 WHERE contact = $1",
        "UPDATE letter SET contact = $2 WHERE contact = $1",
    ];
    for sql in moves {
        session.rows(sql, &[&from, &into]).await?;
    }
    session
        .rows("DELETE FROM clock WHERE contact = $1", &[&from])
        .await?;
    let lines_from = number(absorbed.lines_from);
    let lines = [
        "DELETE FROM line WHERE contact = $2 AND number IN (SELECT number + $3 FROM line WHERE contact = $1)",
        "UPDATE line SET contact = $2, number = number + $3 WHERE contact = $1",
    ];
    for sql in lines {
        session.rows(sql, &[&from, &into, &lines_from]).await?;
    }
    Batch::new(gate, &[commit]).write(session).await?;
    session.simple("COMMIT").await?;
    Ok(Done::Committed(commit.expect.saturating_add(1)))
}
