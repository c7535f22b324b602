//! The tables, as numbered steps. A step that was released is never changed: the database remembers what it was made by.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::error::trouble;
use crate::store::error::{StoreError, Trouble};

/// All steps, in order; the first is number 1.
const STEPS: &[&str] = &[
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
];

/// What tells our databases from those of other programs: "Botf".
const APPLICATION: i32 = 0x426F_7466;

/// Brings the tables of a database to what this program needs.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    apply(connection, STEPS)
}

/// Whether a file is a database of ours (its mark), or an empty one (0). What is neither is not touched.
pub(super) fn recognise(connection: &Connection) -> Result<i32, StoreError> {
    let failed = |error: rusqlite::Error| trouble(&error, "looking at the tables");
    let application: i32 = connection
        .query_row("PRAGMA application_id", [], |row| row.get(0))
        .map_err(failed)?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(failed)?;
    if application != APPLICATION && (application != 0 || tables > 0) {
        let words = "the file is a database of another program; name another file";
        return Err(StoreError::new(Trouble::Damaged, words));
    }
    Ok(application)
}

fn apply(connection: &mut Connection, steps: &[&str]) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| trouble(&error, "preparing the tables");
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    let application = recognise(&transaction)?;
    if application == 0 {
        transaction
            .execute_batch(&format!("PRAGMA application_id = {APPLICATION}"))
            .map_err(failed)?;
    }
    transaction
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, checksum TEXT NOT NULL) STRICT",
        )
        .map_err(failed)?;
    let last: i64 = transaction
        .query_row("SELECT coalesce(max(number), 0) FROM migration", [], |row| {
            row.get(0)
        })
        .map_err(failed)?;
    if last > steps.len() as i64 {
        let words = format!(
            "its tables are of step {last}, and this program knows {}; run the version that made them, or a later one",
            steps.len()
        );
        return Err(StoreError::new(Trouble::Newer, words));
    }
    for (number, step) in (1_i64..).zip(steps) {
        let checksum = blake3::hash(step.as_bytes()).to_hex().to_string();
        let made_by: Option<String> = transaction
            .query_row(
                "SELECT checksum FROM migration WHERE number = ?1",
                [number],
                |row| row.get(0),
            )
            .optional()
            .map_err(failed)?;
        match made_by {
            Some(made_by) if made_by == checksum => {}
            Some(_) => {
                let words = format!(
                    "its tables were made by another step {number} than this program's; run the version that made them"
                );
                return Err(StoreError::new(Trouble::Newer, words));
            }
            None => {
                transaction.execute_batch(step).map_err(failed)?;
                transaction
                    .execute(
                        "INSERT INTO migration (number, checksum) VALUES (?1, ?2)",
                        params![number, checksum],
                    )
                    .map_err(failed)?;
            }
        }
    }
    transaction.commit().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(connection: &Connection) -> Vec<String> {
        let mut statement = connection
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            .unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect()
    }

    #[test]
    fn steps_are_taken_once_and_in_order() {
        let mut connection = Connection::open_in_memory().unwrap();
        apply(&mut connection, &["CREATE TABLE a (x)"]).unwrap();
        apply(&mut connection, &["CREATE TABLE a (x)", "CREATE TABLE b (x)"]).unwrap();
        apply(&mut connection, &["CREATE TABLE a (x)", "CREATE TABLE b (x)"]).unwrap();
        assert_eq!(names(&connection), ["a", "b", "migration"]);
    }

    #[test]
    fn a_step_that_fails_leaves_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert!(apply(&mut connection, &["CREATE TABLE a (x)", "CREATE TABLE a (x)"]).is_err());
        assert_eq!(names(&connection), [""; 0]);
    }

    #[test]
    fn what_others_made_is_left_alone() {
        let mut later = Connection::open_in_memory().unwrap();
        apply(&mut later, &["CREATE TABLE a (x)", "CREATE TABLE b (x)"]).unwrap();
        let error = apply(&mut later, &["CREATE TABLE a (x)"]).unwrap_err();
        assert_eq!(error.trouble, Trouble::Newer);
        let error = apply(&mut later, &["CREATE TABLE a (y)", "CREATE TABLE b (x)"]).unwrap_err();
        assert_eq!(error.trouble, Trouble::Newer);
        let mut foreign = Connection::open_in_memory().unwrap();
        foreign.execute_batch("CREATE TABLE theirs (x)").unwrap();
        let error = apply(&mut foreign, &["CREATE TABLE a (x)"]).unwrap_err();
        assert_eq!(error.trouble, Trouble::Damaged);
        assert_eq!(names(&foreign), ["theirs"]);
    }

    /// Released steps stay as they are: add another one instead.
    #[test]
    fn released_steps_are_unchanged() {
        let checksums = STEPS
            .iter()
            .map(|step| blake3::hash(step.as_bytes()).to_hex()[..16].to_owned());
        assert_eq!(
            checksums.collect::<Vec<_>>(),
            ["6c30ddf73fbf0d14", "b716d197b4b0d8f5"]
        );
    }
}
