//! The store in an SQLite file keeps the contract, and says what is wrong with a file it cannot use.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use botflow_runtime::store::{Done, Filter, Letter, Snapshot, SqliteStore, Store, StoreError, Trouble};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::contract::{NOW, claim, keep, kept, person, say};

thread_local! {
    /// The folders of this test, which is a thread; they go with it.
    static FOLDERS: RefCell<Vec<TempDir>> = const { RefCell::new(Vec::new()) };
}

/// A file in a folder that is gone after the test.
pub fn file() -> PathBuf {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("store.db");
    FOLDERS.with_borrow_mut(|folders| folders.push(folder));
    file
}

crate::contract::suite!(async || Arc::new(
    SqliteStore::open(file()).await.expect("a new file can be opened")
));

async fn refused(path: &Path) -> StoreError {
    SqliteStore::open(path).await.expect_err("it cannot be opened")
}

#[tokio::test]
async fn one_process_has_it_at_a_time() {
    let path = file();
    let store = SqliteStore::open(&path).await.unwrap();
    let error = refused(&path).await;
    assert_eq!(error.trouble, Trouble::Unavailable);
    let me = format!("is open in process {}", std::process::id());
    assert!(error.message.contains(&me), "{error}");
    // What was refused has not disturbed the one that has it.
    assert_eq!(
        store.commit(vec![keep(1, 0)]).await.unwrap(),
        [Done::Committed(1)]
    );
    store.close().await;
    let error = store.commit(vec![keep(1, 1)]).await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Unavailable);
    let again = SqliteStore::open(&path).await.unwrap();
    assert_eq!(kept(&again, 1).await.0, 1);
    drop(again);
    let again = SqliteStore::open(&path).await.unwrap();
    assert_eq!(again.contacts().await.unwrap(), 1);
}

#[tokio::test]
async fn what_is_asked_of_it_is_written_before_it_ends() {
    let path = file();
    let store = SqliteStore::open(&path).await.unwrap();
    let commits = (1..=200).map(|contact| store.commit(vec![keep(contact, 0)]));
    let commits: Vec<_> = commits.collect();
    for commit in commits {
        assert_eq!(commit.await.unwrap(), [Done::Committed(1)]);
    }
    drop(store);
    let again = SqliteStore::open(&path).await.unwrap();
    assert_eq!(again.contacts().await.unwrap(), 200);
    again.close().await;
    let left = std::fs::read_dir(path.parent().unwrap()).unwrap();
    let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["store.db", "store.db-lock"], "one file is all there is");
}

#[tokio::test]
async fn a_file_of_a_later_version_is_left_alone() {
    let path = file();
    SqliteStore::open(&path).await.unwrap().close().await;
    let database = Connection::open(&path).unwrap();
    database
        .execute("INSERT INTO migration (number, checksum) VALUES (99, 'x')", [])
        .unwrap();
    drop(database);
    let error = refused(&path).await;
    assert_eq!(error.trouble, Trouble::Newer);
    assert!(error.message.contains("step 99"), "{error}");
}

#[tokio::test]
async fn a_file_of_another_program_is_left_alone() {
    let path = file();
    let database = Connection::open(&path).unwrap();
    database.execute_batch("CREATE TABLE notes (text)").unwrap();
    drop(database);
    let before = std::fs::read(&path).unwrap();
    let error = refused(&path).await;
    assert_eq!(error.trouble, Trouble::Damaged);
    assert!(error.message.contains("another program"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let path = file();
    std::fs::write(&path, "Dear diary, ".repeat(1_000)).unwrap();
    let error = refused(&path).await;
    assert_eq!(error.trouble, Trouble::Damaged);
    assert!(error.message.contains("not a database"), "{error}");
    assert_eq!(
        std::fs::read(&path).unwrap(),
        "Dear diary, ".repeat(1_000).as_bytes()
    );
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told() {
    let path = file();
    let error = refused(&path.with_file_name("nowhere").join("store.db")).await;
    assert_eq!(error.trouble, Trouble::Unavailable);
    assert!(error.message.contains("nowhere"), "{error}");
    assert!(error.message.contains("folder has to exist"), "{error}");
}

#[tokio::test]
async fn the_number_of_a_store_is_its_own() {
    let path = file();
    let store = SqliteStore::open(&path).await.unwrap();
    let number = store.number();
    store.close().await;
    let again = SqliteStore::open(&path).await.unwrap();
    assert_eq!(again.number(), number);
    again.close().await;
    // A store of the first release has none: it is given one, once.
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch("DELETE FROM meta WHERE name = 'number'; DELETE FROM migration WHERE number > 1")
        .unwrap();
    drop(connection);
    let older = SqliteStore::open(&path).await.unwrap();
    let given = older.number();
    assert_ne!(given, number);
    older.close().await;
    assert_eq!(SqliteStore::open(&path).await.unwrap().number(), given);
}

/// Changes something in a closed database.
fn garble(path: &Path, sql: &str) {
    let database = Connection::open(path).unwrap();
    assert_eq!(database.execute(sql, []).unwrap(), 1);
}

#[tokio::test]
async fn a_letter_that_cannot_be_read_is_alone_with_that() {
    let path = file();
    let store = SqliteStore::open(&path).await.unwrap();
    for contact in 1..=4 {
        let mut commit = keep(contact, 0);
        commit.outgoing = vec![say("web", "one"), say("web", "two")];
        store.commit(vec![commit]).await.unwrap();
    }
    store.close().await;
    let first = "seq = (SELECT min(seq) FROM outbox WHERE contact =";
    garble(
        &path,
        &format!("UPDATE outbox SET body = '{{\"do\":\"dance\"}}' WHERE {first} 2)"),
    );
    garble(
        &path,
        &format!("UPDATE outbox SET body = CAST(x'FF' AS TEXT) WHERE {first} 3)"),
    );
    let store = SqliteStore::open(&path).await.unwrap();
    let whose = |letters: &[Letter]| letters.iter().map(|letter| letter.contact.0).collect::<Vec<_>>();
    let filter = Filter {
        limit: 100,
        ..Filter::default()
    };
    assert_eq!(whose(&store.letters(&filter).await.unwrap()), [1, 1, 2, 3, 4, 4]);
    assert_eq!(whose(&store.claim(&claim(1, NOW)).await.unwrap()), [1, 4]);
    assert_eq!(
        whose(&store.claim(&claim(2, NOW)).await.unwrap()),
        [2, 3],
        "those behind"
    );
    assert_eq!(store.queued().await.unwrap().dead, 2);
    assert_eq!(whose(&store.letters(&filter).await.unwrap()), [1, 1, 2, 3, 4, 4]);
}

#[tokio::test]
async fn somebody_who_cannot_be_read_is_alone_with_that() {
    let path = file();
    let store = SqliteStore::open(&path).await.unwrap();
    for contact in 1..=3 {
        store.commit(vec![keep(contact, 0)]).await.unwrap();
    }
    store.close().await;
    garble(&path, "UPDATE contact SET state = x'01FFFF' WHERE id = 2");
    let store = SqliteStore::open(&path).await.unwrap();
    let people = [person(1), person(2), person(3)];
    let loaded = store.load(&people).await.unwrap();
    let nothing = Snapshot::Kept {
        revision: 1,
        state: Vec::new().into(),
    };
    assert_eq!(loaded[1], Some(nothing), "which is no person");
    for contact in [1, 3] {
        assert_eq!(
            kept(&store, contact).await,
            (1, format!("person {contact} after 0"))
        );
    }
}
