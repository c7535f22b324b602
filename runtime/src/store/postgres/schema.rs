//! Tables, made and changed step by step. One host does it at a time; a database of a later version is left alone.

use super::error::Asked;
use super::session::{Place, Purpose, Session};
use crate::store::{StoreError, Trouble};

/// All steps, in order: what is here is never changed, only added to.
const STEPS: [&str; 3] = [
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
];

/// Brings the tables to this version, and gives the store's number.
///
/// # Errors
/// The database is of a later version, or does not let us.
pub(super) async fn migrate(place: &Place) -> Result<u64, StoreError> {
    let mut session = Session::connect(place, Purpose::Turns).await?;
    let schema = place.quoted();
    // The lock is the session's, and goes with it whatever happens.
    let lock = format!(
        "SET statement_timeout TO 0; SELECT pg_advisory_lock({})",
        place.lock("migration")
    );
    let wrong = |fault: super::error::Fault| fault.into_error(Asked::Writing);
    session.simple(&lock).await.map_err(wrong)?;
    let is_there = session
        .rows("SELECT to_regnamespace($1) IS NOT NULL", &[&schema])
        .await
        .map_err(wrong)?;
    // Who may use a schema need not be allowed to make one.
    if !is_there.first().is_some_and(|row| row.get::<_, bool>(0)) {
        session
            .simple(&format!("CREATE SCHEMA {schema}"))
            .await
            .map_err(wrong)?;
    }
    session
        .simple("CREATE TABLE IF NOT EXISTS version (single boolean PRIMARY KEY DEFAULT true CHECK (single), number integer NOT NULL)")
        .await
        .map_err(wrong)?;
    let rows = session
        .rows("SELECT number FROM version", &[])
        .await
        .map_err(wrong)?;
    let version = rows.first().map_or(0, |row| row.get::<_, i32>(0));
    let known = i32::try_from(STEPS.len()).unwrap_or(i32::MAX);
    if version > known {
        let message = format!("the tables are of version {version}, this program knows {known}");
        return Err(StoreError::new(Trouble::Newer, message));
    }
    for (number, step) in (1_i32..).zip(STEPS) {
        if number <= version {
            continue;
        }
        let whole = format!(
            "BEGIN; {step};
             INSERT INTO version (number) VALUES ({number}) ON CONFLICT (single) DO UPDATE SET number = excluded.number;
             COMMIT"
        );
        session.simple(&whole).await.map_err(wrong)?;
        tracing::info!(
            version = number,
            schema = place.schema,
            "the tables of the store are of a new version"
        );
    }
    let rows = session
        .rows("SELECT number FROM identity", &[])
        .await
        .map_err(wrong)?;
    let number = rows.first().map(|row| super::unsigned(row.get(0)));
    number.ok_or_else(|| StoreError::new(Trouble::Damaged, "the store has no number"))
}
