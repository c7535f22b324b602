//! The power fails: what was not synchronised when a commit was acknowledged is there, or not, or garbled. Each
//! acknowledged commit is there afterwards, and the one under way is there whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use botflow_runtime::store::{Commit, Done, Queued, SqliteStore, Store};
use rusqlite::Connection;

use super::{Chance, times};
use crate::contract::{NOW, cause, keep, kept, line, say, web};

/// Disks write this much whole.
const SECTOR: usize = 512;

const PEOPLE: u64 = 5;

fn commit(number: u64) -> Commit {
    let (contact, expect) = (number % PEOPLE + 1, number / PEOPLE);
    Commit {
        cause: cause(&format!("cause {number}"), &number.to_string()),
        // Some are long, of several pages.
        state: number
            .to_string()
            .repeat(if number.is_multiple_of(3) { 4_000 } else { 10 })
            .into_bytes(),
        wake: Some(NOW + number.cast_signed()),
        addresses: vec![web(&format!("address {number}"))],
        transcript: vec![line(expect + 1, &format!("line {number}"))],
        entries: vec![number.to_le_bytes().to_vec()],
        outgoing: vec![say("web", &format!("letter {number}"))],
        ..keep(contact, expect)
    }
}

fn log(database: &Path) -> PathBuf {
    database.with_extension("db-wal")
}

/// Both files at one moment.
struct Image {
    database: Vec<u8>,
    log: Vec<u8>,
}

impl Image {
    fn take(database: &Path) -> Image {
        Image {
            database: fs::read(database).expect("it is there"),
            log: fs::read(log(database)).expect("it is there"),
        }
    }

    /// This one, with what was written to the log until `later`: of each part that differs some came to the disk, some did
    /// not, some became something else.
    fn broken(&self, later: &Image, how: Broken, chance: &mut Chance) -> Image {
        let mut bytes = self.log.clone();
        match how {
            // Only the end is missing.
            Broken::Cut => {
                let same = bytes
                    .iter()
                    .zip(&later.log)
                    .take_while(|(one, other)| one == other)
                    .count();
                let end = same + chance.below(later.log.len() - same + 1);
                let end = end.max(same);
                // A log that began anew stays as long as it was.
                let tail = bytes.get(end..).map(<[u8]>::to_vec).unwrap_or_default();
                bytes = later.log[..end].to_vec();
                bytes.extend(tail);
            }
            Broken::Sectors | Broken::Garbled => {
                bytes.resize(later.log.len().max(bytes.len()), 0);
                for (at, sector) in bytes.chunks_mut(SECTOR).enumerate() {
                    let from = at * SECTOR;
                    let Some(written) = later.log.get(from..(from + sector.len()).min(later.log.len()))
                    else {
                        continue;
                    };
                    if sector[..written.len()] == *written {
                        continue;
                    }
                    match (chance.below(3), how) {
                        (0, _) => {}
                        (1, Broken::Garbled) => {
                            // What stands beside it in the same sector was synchronised before.
                            let differs = |(one, other): (&u8, &u8)| one != other;
                            let first = sector.iter().zip(written).position(differs).unwrap_or(0);
                            let last = sector.iter().zip(written).rposition(differs).unwrap_or(0);
                            let garbage = || u8::try_from(chance.below(256)).unwrap_or(0);
                            sector[first..=last].fill_with(garbage);
                        }
                        _ => sector[..written.len()].copy_from_slice(written),
                    }
                }
            }
        }
        Image {
            database: self.database.clone(),
            log: bytes,
        }
    }

    fn put(&self, database: &Path) {
        fs::write(database, &self.database).expect("it can be written");
        fs::write(log(database), &self.log).expect("it can be written");
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Broken {
    Cut,
    Sectors,
    Garbled,
}

/// So many commits are there, each of them whole; and it goes on from there.
async fn check(database: &Path, acknowledged: u64, under_way: u64) {
    let store = SqliteStore::open(database).await.expect("it opens");
    let entries = store.entries(0, 10_000).await.expect("it reads");
    let there = entries.len() as u64;
    assert!(
        acknowledged <= there && there <= under_way,
        "{there} of {acknowledged} to {under_way}"
    );
    let expected = (0..there).map(|number| number.to_le_bytes().to_vec());
    let entries: Vec<_> = entries.into_iter().map(|(_, entry)| entry).collect();
    assert_eq!(entries, expected.collect::<Vec<_>>());
    let queued = Queued {
        ready: there,
        dead: 0,
        oldest: (there > 0).then_some(NOW),
    };
    assert_eq!(store.queued().await.unwrap(), queued);
    for number in 0..there {
        let again = store.commit(vec![commit(number)]).await.unwrap();
        assert_eq!(again, [Done::Duplicate(number.to_string().into_bytes())]);
        let found = store.find(&[web(&format!("address {number}"))]).await.unwrap();
        assert_eq!(found, [Some(commit(number).contact)]);
    }
    for contact in 1..=PEOPLE.min(there) {
        let last = (0..there)
            .rev()
            .find(|number| number % PEOPLE + 1 == contact)
            .expect("there is one");
        let (revision, state) = kept(&store, contact).await;
        assert_eq!(revision, last / PEOPLE + 1);
        assert_eq!(state.into_bytes(), commit(last).state);
        let lines = store.transcript(commit(last).contact, 0, 1_000).await.unwrap();
        assert_eq!(lines.len() as u64, revision);
    }
    assert_eq!(
        store.commit(vec![commit(there)]).await.unwrap(),
        [Done::Committed(there / PEOPLE + 1)]
    );
    store.close().await;
    let database = Connection::open(database).unwrap();
    let sound: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(sound, "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_was_acknowledged_survives_a_failure_of_power() {
    let file = crate::sqlite::file();
    let store = SqliteStore::open(&file).await.unwrap();
    let mut chance = Chance::new(11);
    let mut images = Vec::new();
    for number in 0..times(12) as u64 {
        if number % 5 == 4 {
            // The log is taken into the database, and begins anew with the next commit.
            let other = Connection::open(&file).unwrap();
            other
                .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
                .unwrap();
        }
        let before = Image::take(&file);
        store.commit(vec![commit(number)]).await.unwrap();
        images.push((number, before, Image::take(&file)));
    }
    store.close().await;
    for (number, before, after) in &images {
        let broken = crate::sqlite::file();
        after.put(&broken);
        check(&broken, number + 1, number + 1).await;
        for how in [Broken::Cut, Broken::Sectors, Broken::Garbled] {
            let broken = crate::sqlite::file();
            before.broken(after, how, &mut chance).put(&broken);
            check(&broken, *number, number + 1).await;
        }
    }
}
