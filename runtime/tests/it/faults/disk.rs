//! Disks that are full or cannot be written, files that are locked or damaged: errors that say so, no damage, and it goes
//! on when that is over.

use std::fs;
use std::io::Write;

use botflow_runtime::store::{Done, SqliteStore, Store, Trouble};
use rusqlite::Connection;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::Chance;
use super::child::{start, task};
use crate::contract::{keep, kept, person, say};

fn sound(file: &std::path::Path) {
    let database = Connection::open(file).unwrap();
    let sound: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(sound, "ok");
}

/// The system lets nothing be written any more, in the middle of a commit and between them; then it does again.
#[test]
fn a_store_that_cannot_be_written_goes_on_when_it_can() {
    let Some(file) = task() else {
        let file = crate::sqlite::file();
        let me = "faults::disk::a_store_that_cannot_be_written_goes_on_when_it_can";
        // Whoever is not told by the signal is told by an error.
        return start(me, &file, "trap '' XFSZ;").ends();
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = SqliteStore::open(&file).await.unwrap();
        store.commit(vec![keep(1, 0)]).await.unwrap();
        let mut chance = Chance::new(5);
        let limits = getrlimit(Resource::Fsize);
        let log = fs::metadata(format!("{file}-wal")).unwrap().len();
        for (round, room) in (1..).zip([0, 1, 24, 100, 4_120, 5_000, 3 * 4_120]) {
            // Somebody new each time, long, with a letter: more pages than there is room for.
            let mut long = keep(100 + round, 0);
            long.state
                .resize_with(60_000, || u8::try_from(chance.below(256)).unwrap_or(0));
            long.outgoing = vec![say("web", "hello")];
            let at = fs::metadata(format!("{file}-wal")).unwrap().len();
            setrlimit(
                Resource::Fsize,
                Rlimit {
                    current: Some(at.max(log) + room),
                    ..limits
                },
            )
            .unwrap();
            let done = store.commit(vec![long.clone()]).await;
            let error = done.expect_err(&format!("there is room for {room} bytes more than {at}"));
            assert_eq!(error.trouble, Trouble::ReadOnly, "{error}");
            assert!(error.message.contains("disk"), "{error}");
            // What was written is there, what was not is not.
            assert_eq!(kept(&store, 1).await.0, round);
            assert_eq!(store.load(&[long.contact]).await.unwrap(), [None]);
            assert_eq!(store.queued().await.unwrap().ready, round - 1);
            setrlimit(Resource::Fsize, limits).unwrap();
            assert_eq!(store.commit(vec![long]).await.unwrap(), [Done::Committed(1)]);
            assert_eq!(
                store.commit(vec![keep(1, round)]).await.unwrap(),
                [Done::Committed(round + 1)]
            );
        }
        store.close().await;
        sound(file.as_ref());
        let store = SqliteStore::open(&file).await.unwrap();
        assert_eq!(store.contacts().await.unwrap(), 8);
        assert_eq!(store.queued().await.unwrap().ready, 7);
    });
}

/// Takes all room there is on a disk but so much.
fn fill(ballast: &std::path::Path, room: u64) {
    let mut file = fs::File::create(ballast).unwrap();
    let error = loop {
        if let Err(error) = file.write_all(&[7; 4_096]) {
            break error;
        }
    };
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull, "{error}");
    let long = file.metadata().unwrap().len();
    file.set_len(long.saturating_sub(room)).unwrap();
}

/// A real file system of a few megabytes fills up in the middle of a commit and between them, and is freed again. It is
/// mounted where only the child sees it, and goes with it.
#[test]
fn a_full_disk_is_told_and_what_was_acknowledged_is_there() {
    let Some(file) = task() else {
        let folder = tempfile::tempdir().unwrap();
        let mount = format!("mount -t tmpfs -o size=24m botflow '{}'", folder.path().display());
        // An administrator may mount, somebody else may where the system lets them be one in a place of their own.
        let before = format!(
            "exec unshare --user --map-root-user --mount sh -c '{} && exec \"$0\" \"$@\"' \"$0\" \"$@\"; exit 1;",
            mount.replace('\'', "'\\''")
        );
        let me = "faults::disk::a_full_disk_is_told_and_what_was_acknowledged_is_there";
        return start(me, folder.path().join("store.db"), &before).ends();
    };
    let ballast = std::path::Path::new(&file).with_file_name("ballast");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut store = SqliteStore::open(&file).await.unwrap();
        store.commit(vec![keep(1, 0)]).await.unwrap();
        let mut chance = Chance::new(7);
        let mut told = 0;
        for (round, room) in (1..).zip([0, 4_096, 8_192, 20_480, 32_768, 40_960, 0, 12_288]) {
            let mut long = keep(100 + round, 0);
            long.state
                .resize_with(60_000, || u8::try_from(chance.below(256)).unwrap_or(0));
            long.outgoing = vec![say("web", "hello")];
            fill(&ballast, room);
            // What was written before may leave room in the log; at last there is none.
            let mut kept_long = 0;
            let error = loop {
                long.contact = person(1_000 * round + kept_long);
                match store.commit(vec![long.clone()]).await {
                    Ok(done) => assert_eq!(done, [Done::Committed(1)]),
                    Err(error) => break error,
                }
                kept_long += 1;
            };
            told += 1;
            assert_eq!(error.trouble, Trouble::Full, "{error}");
            assert!(error.message.contains("free some room"), "{error}");
            assert_eq!(kept(&store, 1).await.0, round, "it can be read meanwhile");
            assert_eq!(store.load(&[long.contact]).await.unwrap(), [None]);
            if round % 2 == 0 {
                // It is closed and opened while there is no room: it opens, or says that there is none.
                store.close().await;
                match SqliteStore::open(&file).await {
                    Ok(opened) => opened.close().await,
                    Err(error) => assert_eq!(error.trouble, Trouble::Full, "{error}"),
                }
                fs::remove_file(&ballast).unwrap();
                store = SqliteStore::open(&file).await.unwrap();
            } else {
                fs::remove_file(&ballast).unwrap();
            }
            // There is room: it goes on by itself, and everything that was acknowledged is there.
            assert_eq!(
                store.commit(vec![long.clone()]).await.unwrap(),
                [Done::Committed(1)]
            );
            assert_eq!(
                store.commit(vec![keep(1, round)]).await.unwrap(),
                [Done::Committed(round + 1)]
            );
            let people: Vec<_> = (0..=kept_long)
                .map(|number| person(1_000 * round + number))
                .collect();
            assert!(store.load(&people).await.unwrap().iter().all(Option::is_some));
        }
        assert_eq!(told, 8);
        let contacts = store.contacts().await.unwrap();
        store.close().await;
        sound(file.as_ref());
        let store = SqliteStore::open(&file).await.unwrap();
        assert_eq!(store.contacts().await.unwrap(), contacts);
        assert_eq!(store.queued().await.unwrap().ready, contacts - 1);
    });
}

/// Not even the administrator can make a file there.
#[tokio::test]
async fn a_disk_that_cannot_be_written_is_told() {
    let error = SqliteStore::open("/sys/kernel/botflow.db").await.unwrap_err();
    assert_eq!(error.trouble, Trouble::ReadOnly, "{error}");
    assert!(error.message.contains("allowed to write there"), "{error}");
}

#[tokio::test]
async fn a_file_that_somebody_else_has_locked_is_waited_for() {
    let file = crate::sqlite::file();
    let store = SqliteStore::open(&file).await.unwrap();
    store.commit(vec![keep(1, 0)]).await.unwrap();
    let other = Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.commit(vec![keep(1, 1)]).await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Unavailable);
    assert!(error.message.contains("locked"), "{error}");
    assert_eq!(kept(&store, 1).await.0, 1, "it can be read meanwhile");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(
        store.commit(vec![keep(1, 1)]).await.unwrap(),
        [Done::Committed(2)]
    );
    store.close().await;
}

/// Whatever became of a file: it is not opened, or what is damaged is told, or nothing is.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_damaged_file_is_told() {
    let file = crate::sqlite::file();
    let store = SqliteStore::open(&file).await.unwrap();
    for some in 0..4 {
        let commits = (1..=250).map(|number| {
            let mut commit = keep(some * 250 + number, 0);
            commit.wake = Some(1);
            commit.outgoing = vec![say("web", "hello")];
            commit
        });
        store.commit(commits.collect()).await.unwrap();
    }
    store.close().await;
    let sound = fs::read(&file).unwrap();
    let pages = sound.len() / 4_096;
    let mut chance = Chance::new(3);
    let mut told = 0;
    for _ in 0..super::times(24) {
        let mut bytes = sound.clone();
        let page = chance.below(pages);
        bytes[page * 4_096..(page + 1) * 4_096].fill_with(|| u8::try_from(chance.below(256)).unwrap_or(0));
        let broken = crate::sqlite::file();
        fs::write(&broken, bytes).unwrap();
        let store = match SqliteStore::open(&broken).await {
            Ok(store) => store,
            Err(error) => {
                assert_eq!(error.trouble, Trouble::Damaged, "{error}");
                told += 1;
                continue;
            }
        };
        for number in (1..=1_000).step_by(50) {
            for trouble in [
                store.load(&[person(number)]).await.err(),
                store.commit(vec![keep(number, 1)]).await.err(),
            ]
            .into_iter()
            .flatten()
            {
                assert_eq!(trouble.trouble, Trouble::Damaged, "{trouble}");
                assert!(trouble.message.contains("copy"), "{trouble}");
                told += 1;
            }
        }
        drop(store);
    }
    assert!(told > 0);
}
