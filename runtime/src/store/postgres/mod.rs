//! A store in a PostgreSQL database, for any number of equal hosts.
//!
//! A batch of commits is one statement (`batch`, `commits`; merging two people takes several, `absorb`), so that a host
//! far away from the database waits for it once. Letters and clocks are claimed by whoever looks first (`letters`,
//! `clocks`); what became of letters is noted together (`settler`). Hosts tell each other what there is to look at
//! (`herald`). `address` says where the database is, and `tls` whom connections trust; `session` is a connection, refused where
//! what the server acknowledges could be lost; `pool` lends connections and makes broken ones anew; `schema` makes the
//! tables.

mod absorb;
mod address;
mod batch;
mod clocks;
mod commits;
mod error;
mod herald;
mod key;
mod letters;
mod pool;
mod reading;
mod schema;
mod session;
mod settler;
mod tls;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use smol_str::SmolStr;
use tokio::sync::broadcast::Receiver;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::change::{Change, Changes};
use super::commit::{AddressKey, Commit, Done, Snapshot};
use super::error::{StoreError, Trouble};
use super::outbox::{Claim, Filter, Letter, Queued, Settled};
use super::{Seq, Store};
use crate::clock::{Clock, SystemClock};
use crate::contact::{ContactId, Line};
use address::Address;
use herald::Herald;
use pool::Pool;
use reading::Entries;
use session::{Place, Purpose};
use settler::Settler;

/// Clocks that are further apart are told of, in milliseconds.
const APART: i64 = 10_000;

/// How a database is used.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// The schema in which the tables are; it is made if there is none. Stores in different schemas of one database know
    /// nothing of each other.
    pub schema: String,
    /// How many connections take turns and read. There are up to three more: for claims, for what is told, to listen.
    pub connections: usize,
    /// The file with the certificates that are trusted for encrypted connections, where the address names none
    /// (`sslrootcert`).
    pub root_certificates: Option<PathBuf>,
}

impl Default for PostgresOptions {
    fn default() -> PostgresOptions {
        PostgresOptions {
            schema: "botflow".to_owned(),
            connections: 8,
            root_certificates: None,
        }
    }
}

/// A store in a PostgreSQL database.
pub struct PostgresStore {
    number: u64,
    /// For turns, and what is read.
    turns: Arc<Pool>,
    /// For claims on clocks and letters.
    claims: Arc<Pool>,
    settler: Settler,
    herald: Arc<Herald>,
    entries: Entries,
    /// The lock under which entries get their positions.
    gate: i64,
    changes: Changes,
    closing: CancellationToken,
    tasks: TaskTracker,
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore")
            .field("schema", &self.turns.place.schema)
            .finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Opens the store in a database: `postgres://user:password@host:5432/database?sslmode=verify-full`. Tables are made, or
    /// brought to this version.
    ///
    /// # Errors
    /// The database cannot be reached, what it acknowledges could be lost, or its tables are of a later version.
    pub async fn open(address: &str) -> Result<PostgresStore, StoreError> {
        PostgresStore::open_with(address, PostgresOptions::default()).await
    }

    /// The same, used in another way.
    ///
    /// # Errors
    /// As [`PostgresStore::open`].
    pub async fn open_with(address: &str, options: PostgresOptions) -> Result<PostgresStore, StoreError> {
        let Address { config, connector } = Address::read(address, options.root_certificates.as_deref())?;
        let place = Place {
            config,
            connector,
            schema: options.schema,
        };
        let number = schema::migrate(&place).await?;
        let turns = Arc::new(Pool::new(place.clone(), Purpose::Turns, options.connections));
        let claims = Arc::new(Pool::new(place.clone(), Purpose::Claims, 2));
        compare_clocks(&turns).await?;
        let (closing, tasks, changes) = (CancellationToken::new(), TaskTracker::new(), Changes::default());
        let herald = Herald::start(Arc::clone(&claims), changes.clone(), &closing, &tasks).await?;
        Ok(PostgresStore {
            number,
            settler: Settler::start(Arc::clone(&claims)),
            gate: place.lock("entries"),
            turns,
            claims,
            herald,
            entries: Entries::default(),
            changes,
            closing,
            tasks,
        })
    }
}

/// Claims hold until a moment by the clock of the host that made them: hosts whose clocks are apart take each other's.
async fn compare_clocks(pool: &Pool) -> Result<(), StoreError> {
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8";
    let rows = pool.read(sql, &[]).await?;
    let theirs: i64 = rows.first().map_or(0, |row| row.get(0));
    let ahead = SystemClock.now().saturating_sub(theirs);
    if ahead.saturating_abs() > APART {
        tracing::warn!(
            ahead_ms = ahead,
            "the clocks of this machine and of the database are apart: letters may be delivered twice; set them right"
        );
    }
    Ok(())
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

/// Numbers without a sign are kept as the ones with the same bits.
fn number(unsigned: u64) -> i64 {
    i64::from_ne_bytes(unsigned.to_ne_bytes())
}

/// The way back.
fn unsigned(number: i64) -> u64 {
    u64::from_ne_bytes(number.to_ne_bytes())
}

/// A revision that nobody has is like any other that nobody has.
fn revision(expect: u64) -> i64 {
    i64::try_from(expect).unwrap_or(i64::MAX)
}

fn written(value: &impl Serialize) -> Vec<u8> {
    // Lines and letters are plain data with names for keys: JSON has a place for all of it.
    serde_json::to_vec(value).expect("it can be written")
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| {
        // The error names places and kinds, not what is there.
        let message = format!(
            "what is kept cannot be read: {:?} at {}",
            error.classify(),
            error.column()
        );
        StoreError::new(Trouble::Damaged, message)
    })
}

#[async_trait]
impl Store for PostgresStore {
    async fn find(&self, addresses: &[AddressKey]) -> Result<Vec<Option<ContactId>>, StoreError> {
        if addresses.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<_> = addresses.iter().map(key::address).collect();
        let sql = "SELECT key, contact FROM address WHERE key = ANY ($1::bytea[])";
        let rows = self.turns.read(sql, &[&keys]).await?;
        let found: BTreeMap<&[u8], i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        let find = |key: &Vec<u8>| {
            found
                .get(key.as_slice())
                .map(|contact| ContactId(unsigned(*contact)))
        };
        Ok(keys.iter().map(find).collect())
    }

    async fn load(&self, contacts: &[ContactId]) -> Result<Vec<Option<Snapshot>>, StoreError> {
        if contacts.is_empty() {
            return Ok(Vec::new());
        }
        let numbers: Vec<_> = contacts.iter().map(|contact| number(contact.0)).collect();
        let sql = "SELECT contact, revision, moved, state FROM contact WHERE contact = ANY ($1::int8[])";
        let rows = self.turns.read(sql, &[&numbers]).await?;
        let kept = rows.iter().map(|row| {
            let snapshot = match row.get::<_, Option<i64>>(2) {
                Some(to) => Snapshot::Moved(ContactId(unsigned(to))),
                None => Snapshot::Kept {
                    revision: unsigned(row.get(1)),
                    state: row.get::<_, &[u8]>(3).into(),
                },
            };
            (row.get(0), snapshot)
        });
        let kept: BTreeMap<i64, Snapshot> = kept.collect();
        Ok(numbers.iter().map(|number| kept.get(number).cloned()).collect())
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<Done>, StoreError> {
        commits::write(&self.turns, self.gate, &batch).await
    }

    async fn due(&self, now: i64, until: i64, limit: usize) -> Result<Vec<ContactId>, StoreError> {
        clocks::due(&self.claims, now, until, limit).await
    }

    async fn next_due(&self) -> Result<Option<i64>, StoreError> {
        clocks::next(&self.turns).await
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Letter>, StoreError> {
        let (letters, unreadable) = letters::claim(&self.claims, claim).await?;
        if !unreadable.is_empty()
            && let Err(error) = self.settler.settle(claim.token, unreadable).await
        {
            // They stay claimed for as long as all others are.
            tracing::warn!(%error, "what became of letters that cannot be read could not be noted");
        }
        Ok(letters)
    }

    async fn settle(&self, token: u64, settled: Vec<Settled>) -> Result<Vec<bool>, StoreError> {
        if settled.is_empty() {
            return Ok(Vec::new());
        }
        self.settler.settle(token, settled).await
    }

    async fn discard(&self, letters: &[Seq]) -> Result<(), StoreError> {
        letters::discard(&self.turns, letters).await
    }

    async fn next_letter(&self, routes: &[SmolStr]) -> Result<Option<i64>, StoreError> {
        letters::next(&self.turns, routes).await
    }

    async fn letters(&self, filter: &Filter) -> Result<Vec<Letter>, StoreError> {
        letters::list(&self.turns, filter).await
    }

    async fn revive(&self, letters: Option<&[Seq]>, now: i64) -> Result<u64, StoreError> {
        letters::revive(&self.turns, letters, now).await
    }

    async fn queued(&self) -> Result<Queued, StoreError> {
        letters::queued(&self.turns).await
    }

    async fn contacts(&self) -> Result<u64, StoreError> {
        let sql =
            "SELECT (SELECT count(*) FROM (SELECT FROM contact WHERE moved IS NULL LIMIT $1) AS counted),
                          (SELECT reltuples::int8 FROM pg_class WHERE oid = 'contact'::regclass)";
        let rows = self.turns.read(sql, &[&letters::COUNTED]).await?;
        let count = |row: &tokio_postgres::Row| unsigned(letters::about(row.get(0), row.get(1)));
        Ok(rows.first().map_or(0, count))
    }

    async fn transcript(
        &self,
        contact: ContactId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Line>, StoreError> {
        reading::lines(&self.turns, contact, after, limit).await
    }

    async fn last_lines(&self, contact: ContactId, limit: usize) -> Result<Vec<Line>, StoreError> {
        reading::last_lines(&self.turns, contact, limit).await
    }

    async fn entries(&self, after: i64, limit: usize) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        self.entries.read(&self.turns, self.gate, after, limit).await
    }

    async fn keep_bot(&self, hash: u64, bytes: &[u8], current: bool, now: i64) -> Result<(), StoreError> {
        let sql = "WITH kept AS (INSERT INTO bot (hash, at, data) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING)
                   INSERT INTO running (hash) SELECT $1 WHERE $4::bool
                   ON CONFLICT (single) DO UPDATE SET hash = excluded.hash";
        self.turns
            .write(sql, &[&number(hash), &now, &bytes, &current])
            .await?;
        Ok(())
    }

    async fn bot(&self, hash: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let rows = self
            .turns
            .read("SELECT data FROM bot WHERE hash = $1", &[&number(hash)])
            .await?;
        Ok(rows.first().map(|row| row.get(0)))
    }

    async fn current_bot(&self) -> Result<Option<u64>, StoreError> {
        let rows = self.turns.read("SELECT hash FROM running", &[]).await?;
        Ok(rows.first().map(|row| unsigned(row.get(0))))
    }

    async fn forget_causes(&self, before: i64) -> Result<u64, StoreError> {
        clocks::forget(&self.turns, before).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO pulse (beats) VALUES (1) ON CONFLICT (single) DO UPDATE SET beats = pulse.beats + 1";
        self.turns.write(sql, &[]).await?;
        Ok(())
    }

    fn changes(&self) -> Receiver<Change> {
        self.changes.subscribe()
    }

    fn tell(&self, change: Change) {
        self.herald.tell(&change);
        self.changes.send(change);
    }

    fn number(&self) -> u64 {
        self.number
    }

    fn kind(&self) -> &'static str {
        "postgres"
    }

    async fn close(&self) {
        self.closing.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.turns.close();
        self.claims.close();
    }
}
