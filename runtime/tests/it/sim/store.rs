//! One store for all hosts, as each of them sees it: slow, gone for a while, failing before it has done its work or after.

use std::sync::Arc;

use async_trait::async_trait;
use botflow_runtime::contact::{Author, ContactId, Line};
use botflow_runtime::store::{
    AddressKey, Change, Claim, Commit, Done, Filter, Letter, Queued, Seq, Settled, Snapshot, Store,
    StoreError, Trouble,
};
use smol_str::SmolStr;
use tokio::sync::broadcast::Receiver;

use super::customers::POISON;
use super::life::Life;
use super::world::Written;

/// Once in so many times the store cannot be reached, its answer is lost, or it says that somebody else was faster.
const FAILS: u64 = 50;

/// The store, as one host sees it.
pub struct SimStore(pub Arc<Life>);

macro_rules! ask {
    ($self:ident, $asked:expr) => {{
        $self.before().await?;
        let done = $asked.await;
        $self.after().await?;
        done
    }};
}

impl SimStore {
    async fn before(&self) -> Result<(), StoreError> {
        self.0.step().await;
        self.0.world.lag().await;
        self.0.step().await;
        if self.0.world.is_out() || self.0.world.strikes(FAILS) {
            return Err(StoreError::new(Trouble::Unavailable, "it is gone"));
        }
        Ok(())
    }

    async fn after(&self) -> Result<(), StoreError> {
        self.0.step().await;
        self.0.world.lag().await;
        self.0.step().await;
        if self.0.world.strikes(FAILS) {
            return Err(StoreError::new(Trouble::Unknown, "the answer is lost"));
        }
        Ok(())
    }

    async fn kept(&self, contact: ContactId) -> Option<Arc<[u8]>> {
        let loaded = self.0.world.store.load(&[contact]).await.ok()?;
        match loaded.into_iter().next()?? {
            Snapshot::Kept { state, .. } => Some(state),
            Snapshot::Moved(_) => None,
        }
    }

    async fn write(&self, commit: Commit) -> Result<Done, StoreError> {
        let world = &self.0.world;
        if world.strikes(FAILS) {
            return Ok(Done::Conflict);
        }
        let before = self.kept(commit.contact).await;
        let absorbed = match commit.absorbs {
            Some(gone) => self.kept(gone.contact).await,
            None => None,
        };
        let done = world.store.commit(vec![commit.clone()]).await?;
        let done = done.into_iter().next().expect("one was asked for");
        let cause = commit.cause.as_ref().map_or("its clock", |cause| &cause.key);
        match &done {
            Done::Committed(revision) => {
                world.note(format_args!(
                    "host {} commits {} at {revision} for {cause}; {} lines, {} letters, wakes {:?}",
                    self.0.host,
                    commit.contact,
                    commit.transcript.len(),
                    commit.outgoing.len(),
                    commit.wake.map(|at| at - super::world::DAWN)
                ));
                let mut seen = world.seen();
                let drawn = seen.drawn.get(&self.0.host).map_or(0, Vec::len);
                seen.written.push(Written {
                    commit,
                    host: self.0.host,
                    drawn,
                    before,
                    absorbed,
                });
            }
            Done::Duplicate(_) => {
                world.count("repeated");
                world.note(format_args!("host {} repeats {cause}", self.0.host));
            }
            Done::Conflict => {
                world.count("too late");
                world.note(format_args!("host {} is too late with {cause}", self.0.host));
            }
        }
        Ok(done)
    }
}

fn is_poison(commit: &Commit) -> bool {
    let mut lines = commit.transcript.iter();
    lines.any(|line| matches!(&line.said, Author::Customer { text, .. } if text == POISON))
}

#[async_trait]
impl Store for SimStore {
    async fn find(&self, addresses: &[AddressKey]) -> Result<Vec<Option<ContactId>>, StoreError> {
        ask!(self, self.0.world.store.find(addresses))
    }

    async fn load(&self, contacts: &[ContactId]) -> Result<Vec<Option<Snapshot>>, StoreError> {
        ask!(self, self.0.world.store.load(contacts))
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<Done>, StoreError> {
        self.before().await?;
        if batch.iter().any(is_poison) {
            let together = if batch.len() > 1 {
                "poisoned others"
            } else {
                "poisoned"
            };
            self.0.world.count(together);
            return Err(StoreError::new(Trouble::Unavailable, "it does not take that"));
        }
        let mut done = Vec::with_capacity(batch.len());
        for commit in batch {
            if self.0.world.strikes(FAILS * 4) {
                return Err(StoreError::new(
                    Trouble::Unknown,
                    "the connection broke in the middle",
                ));
            }
            done.push(self.write(commit).await?);
        }
        self.after().await?;
        Ok(done)
    }

    async fn due(&self, now: i64, until: i64, limit: usize) -> Result<Vec<ContactId>, StoreError> {
        ask!(self, self.0.world.store.due(now, until, limit))
    }

    async fn next_due(&self) -> Result<Option<i64>, StoreError> {
        ask!(self, self.0.world.store.next_due())
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Letter>, StoreError> {
        ask!(self, self.0.world.store.claim(claim))
    }

    async fn settle(&self, token: u64, settled: Vec<Settled>) -> Result<Vec<bool>, StoreError> {
        ask!(self, self.0.world.store.settle(token, settled))
    }

    async fn discard(&self, letters: &[Seq]) -> Result<(), StoreError> {
        ask!(self, self.0.world.store.discard(letters))
    }

    async fn next_letter(&self, routes: &[SmolStr]) -> Result<Option<i64>, StoreError> {
        ask!(self, self.0.world.store.next_letter(routes))
    }

    async fn letters(&self, filter: &Filter) -> Result<Vec<Letter>, StoreError> {
        ask!(self, self.0.world.store.letters(filter))
    }

    async fn revive(&self, letters: Option<&[Seq]>, now: i64) -> Result<u64, StoreError> {
        ask!(self, self.0.world.store.revive(letters, now))
    }

    async fn queued(&self) -> Result<Queued, StoreError> {
        ask!(self, self.0.world.store.queued())
    }

    async fn contacts(&self) -> Result<u64, StoreError> {
        ask!(self, self.0.world.store.contacts())
    }

    async fn transcript(
        &self,
        contact: ContactId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Line>, StoreError> {
        ask!(self, self.0.world.store.transcript(contact, after, limit))
    }

    async fn last_lines(&self, contact: ContactId, limit: usize) -> Result<Vec<Line>, StoreError> {
        ask!(self, self.0.world.store.last_lines(contact, limit))
    }

    async fn entries(&self, after: i64, limit: usize) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        ask!(self, self.0.world.store.entries(after, limit))
    }

    async fn keep_bot(&self, hash: u64, bytes: &[u8], current: bool, now: i64) -> Result<(), StoreError> {
        ask!(self, self.0.world.store.keep_bot(hash, bytes, current, now))
    }

    async fn bot(&self, hash: u64) -> Result<Option<Vec<u8>>, StoreError> {
        ask!(self, self.0.world.store.bot(hash))
    }

    async fn current_bot(&self) -> Result<Option<u64>, StoreError> {
        ask!(self, self.0.world.store.current_bot())
    }

    async fn forget_causes(&self, before: i64) -> Result<u64, StoreError> {
        ask!(self, self.0.world.store.forget_causes(before))
    }

    async fn check(&self) -> Result<(), StoreError> {
        ask!(self, self.0.world.store.check())
    }

    fn changes(&self) -> Receiver<Change> {
        self.0.world.store.changes()
    }

    fn tell(&self, change: Change) {
        // Some are lost; nothing may depend on them but delay.
        if !self.0.has_ended() && !self.0.world.strikes(5) {
            self.0.world.store.tell(change);
        }
    }

    fn number(&self) -> u64 {
        self.0.world.store.number()
    }

    fn kind(&self) -> &'static str {
        "simulated"
    }

    async fn close(&self) {}
}
