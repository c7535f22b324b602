//! A host with a store in a file is killed (`SIGKILL`) again and again in the middle of its work; what senders were told is
//! held against what arrived.

use std::sync::Arc;

use botflow_runtime::engine::Settings;
use botflow_runtime::store::SqliteStore;
use rusqlite::Connection;

use super::child::{start, task};
use super::load::{Record, SENDERS, Senders, Told, serve};
use super::{Chance, times};

#[test]
fn nothing_is_lost_when_a_host_is_killed() {
    if let Some(file) = task() {
        let runtime = tokio::runtime::Runtime::new().expect("threads can be made");
        return runtime.block_on(async {
            let store = SqliteStore::open(file).await.expect("it opens");
            serve(Arc::new(store), Arc::new(Told), Settings::default()).await;
        });
    }
    let file = crate::sqlite::file();
    let me = "faults::kill::nothing_is_lost_when_a_host_is_killed";
    let mut chance = Chance::new(7);
    let mut record = Record::default();
    let mut senders = Senders::default();
    for _ in 0..times(5) {
        let mut host = start(me, &file, "");
        let mut left = 5 + chance.below(150);
        while let Ok(line) = host.lines.recv() {
            if line == "ready" {
                (0..SENDERS).for_each(|who| host.tell(&senders.message(who)));
            }
            if let Some(id) = record.note(&line) {
                let who = senders.go_on(&id);
                host.tell(&senders.message(who));
                left = left.saturating_sub(1);
                if left == 0 {
                    break;
                }
            }
        }
        assert_eq!(left, 0, "the host ended by itself");
        host.kill();
        // What it had said before.
        for line in host.lines.iter() {
            if let Some(id) = record.note(&line) {
                senders.go_on(&id);
            }
        }
    }
    // The last one stays: everybody's message under way is taken, and everything that was promised arrives.
    let mut host = start(me, &file, "");
    let mut waiting = SENDERS;
    while waiting > 0 || !record.is_complete() {
        let line = host.lines.recv().expect("the host is at work");
        if line == "ready" {
            (0..SENDERS).for_each(|who| host.tell(&senders.message(who)));
        }
        if let Some(id) = record.note(&line) {
            senders.go_on(&id);
            waiting -= 1;
        }
    }
    host.ends();
    check(&record, &senders, &file);
}

fn check(record: &Record, senders: &Senders, file: &std::path::Path) {
    record.check(senders);
    let database = Connection::open(file).expect("it opens");
    let one = |sql: &str| -> i64 { database.query_row(sql, [], |row| row.get(0)).expect("it reads") };
    let sound: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("it reads");
    assert_eq!(sound, "ok");
    let messages = i64::try_from(record.acknowledged.len()).expect("not that many");
    assert_eq!(one("SELECT sum(revision) FROM contact"), messages);
    assert_eq!(one("SELECT count(*) FROM cause"), messages);
    assert_eq!(one("SELECT count(*) FROM outbox"), 0);
    assert_eq!(one("SELECT count(*) FROM clock"), SENDERS as i64);
}
