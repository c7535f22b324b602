//! A store that does some things in its own way: what hosts do then is what tests look at.

use std::sync::Arc;

use async_trait::async_trait;
use botflow_runtime::contact::{ContactId, Line};
use botflow_runtime::store::{
    AddressKey, Change, Claim, Commit, Done, Filter, Letter, Queued, Seq, Settled, Snapshot, Store,
    StoreError,
};
use smol_str::SmolStr;
use tokio::sync::broadcast::Receiver;

/// What is done in another way; everything else is done as usual.
#[async_trait]
pub trait Odd: Send + Sync + 'static {
    /// The store behind it.
    fn store(&self) -> &dyn Store;

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<Done>, StoreError> {
        self.store().commit(batch).await
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Letter>, StoreError> {
        self.store().claim(claim).await
    }

    async fn settle(&self, token: u64, settled: Vec<Settled>) -> Result<Vec<bool>, StoreError> {
        self.store().settle(token, settled).await
    }

    async fn next_letter(&self, routes: &[SmolStr]) -> Result<Option<i64>, StoreError> {
        self.store().next_letter(routes).await
    }

    async fn bot(&self, hash: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.store().bot(hash).await
    }

    async fn forget_causes(&self, before: i64) -> Result<u64, StoreError> {
        self.store().forget_causes(before).await
    }

    fn changes(&self) -> Receiver<Change> {
        self.store().changes()
    }
}

/// It as a store.
pub struct Is<O>(pub Arc<O>);

#[async_trait]
impl<O: Odd> Store for Is<O> {
    async fn find(&self, addresses: &[AddressKey]) -> Result<Vec<Option<ContactId>>, StoreError> {
        self.0.store().find(addresses).await
    }

    async fn load(&self, contacts: &[ContactId]) -> Result<Vec<Option<Snapshot>>, StoreError> {
        self.0.store().load(contacts).await
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<Done>, StoreError> {
        self.0.commit(batch).await
    }

    async fn due(&self, now: i64, until: i64, limit: usize) -> Result<Vec<ContactId>, StoreError> {
        self.0.store().due(now, until, limit).await
    }

    async fn next_due(&self) -> Result<Option<i64>, StoreError> {
        self.0.store().next_due().await
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Letter>, StoreError> {
        self.0.claim(claim).await
    }

    async fn settle(&self, token: u64, settled: Vec<Settled>) -> Result<Vec<bool>, StoreError> {
        self.0.settle(token, settled).await
    }

    async fn discard(&self, letters: &[Seq]) -> Result<(), StoreError> {
        self.0.store().discard(letters).await
    }

    async fn next_letter(&self, routes: &[SmolStr]) -> Result<Option<i64>, StoreError> {
        self.0.next_letter(routes).await
    }

    async fn letters(&self, filter: &Filter) -> Result<Vec<Letter>, StoreError> {
        self.0.store().letters(filter).await
    }

    async fn revive(&self, letters: Option<&[Seq]>, now: i64) -> Result<u64, StoreError> {
        self.0.store().revive(letters, now).await
    }

    async fn queued(&self) -> Result<Queued, StoreError> {
        self.0.store().queued().await
    }

    async fn contacts(&self) -> Result<u64, StoreError> {
        self.0.store().contacts().await
    }

    async fn transcript(
        &self,
        contact: ContactId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Line>, StoreError> {
        self.0.store().transcript(contact, after, limit).await
    }

    async fn last_lines(&self, contact: ContactId, limit: usize) -> Result<Vec<Line>, StoreError> {
        self.0.store().last_lines(contact, limit).await
    }

    async fn entries(&self, after: i64, limit: usize) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        self.0.store().entries(after, limit).await
    }

    async fn keep_bot(&self, hash: u64, bytes: &[u8], current: bool, now: i64) -> Result<(), StoreError> {
        self.0.store().keep_bot(hash, bytes, current, now).await
    }

    async fn bot(&self, hash: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.bot(hash).await
    }

    async fn current_bot(&self) -> Result<Option<u64>, StoreError> {
        self.0.store().current_bot().await
    }

    async fn forget_causes(&self, before: i64) -> Result<u64, StoreError> {
        self.0.forget_causes(before).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.0.store().check().await
    }

    fn changes(&self) -> Receiver<Change> {
        self.0.changes()
    }

    fn tell(&self, change: Change) {
        self.0.store().tell(change);
    }

    fn number(&self) -> u64 {
        self.0.store().number()
    }

    fn kind(&self) -> &'static str {
        "odd"
    }

    async fn close(&self) {}
}
