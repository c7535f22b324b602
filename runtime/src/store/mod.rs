//! What is kept, and how: one small trait, and what fits behind it.
//!
//! The unit of work is a [`Commit`]: everything that follows from one thing that happened to one person, written in one
//! transaction or not at all. Safety is one comparison: a commit names the revision of the person it was planned from
//! ([`Commit::expect`]), and is refused where somebody else was faster; any host may therefore take any turn. A cause
//! that was committed before is a [`Done::Duplicate`], with the answer that was given then.
//!
//! [`memory`] forgets with the process, [`sqlite`] keeps everything in one file, [`postgres`] is a database that many hosts
//! share; every store is held to the same suite of contracts
//! (`runtime/tests/it/contract/`).

pub mod change;
pub mod commit;
pub mod error;
pub mod memory;
pub mod outbox;
pub mod postgres;
pub mod sqlite;

use async_trait::async_trait;
use smol_str::SmolStr;
use tokio::sync::broadcast::Receiver;

use crate::contact::{ContactId, Line};
pub use change::{Change, Changes};
pub use commit::{Absorbed, AddressKey, Cause, Commit, Done, Snapshot};
pub use error::{StoreError, Trouble};
pub use memory::MemoryStore;
pub use outbox::{Claim, Fate, Filter, Letter, LetterState, Queued, Settled};
pub use postgres::{PostgresOptions, PostgresStore};
pub use sqlite::SqliteStore;

/// A number of the outbox: later letters have greater ones.
pub type Seq = i64;

/// Keeps what hosts need. All moments are milliseconds since 1970, by the clock of the host that asks.
///
/// A method that fails with [`Trouble::Unknown`] may or may not have done its work: whoever called does the same again,
/// and is answered as if for the first time, or with [`Done::Duplicate`] or [`Done::Conflict`].
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Who is known by these addresses, in order.
    async fn find(&self, addresses: &[AddressKey]) -> Result<Vec<Option<ContactId>>, StoreError>;

    /// What is kept of these people, in order. Who turned out to be another one is [`Snapshot::Moved`].
    async fn load(&self, contacts: &[ContactId]) -> Result<Vec<Option<Snapshot>>, StoreError>;

    /// Writes each of these whole or not at all, all in one flush, and says in order what became of each. No two are
    /// about the same person. One that is refused does not keep the others from being written. Durable when it returns.
    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<Done>, StoreError>;

    /// People for whom something is due by `now`, the longest overdue first, at most `limit`. They are this host's until
    /// `until`: nobody else is given them before then, nor this host again, unless a commit sets their clock anew.
    async fn due(&self, now: i64, until: i64, limit: usize) -> Result<Vec<ContactId>, StoreError>;

    /// When something is due next; somebody else's claims count when they run out.
    async fn next_due(&self) -> Result<Option<i64>, StoreError>;

    /// Takes letters that can be delivered by `claim.now` on these routes, and gives them in order: of each person and lane
    /// only the first one that is not dead. Where there are more of a route than are wanted, the oldest are taken, or those
    /// that have been ready for longest. They are this claim's until `claim.until`. One that cannot be read keeps no other
    /// one back.
    async fn claim(&self, claim: &Claim) -> Result<Vec<Letter>, StoreError>;

    /// What became of claimed letters. A letter whose claim has run out and that somebody else has taken since is left
    /// alone; the answer says for each whether it was settled.
    async fn settle(&self, token: u64, settled: Vec<Settled>) -> Result<Vec<bool>, StoreError>;

    /// These letters are forgotten, whoever has claimed them.
    async fn discard(&self, letters: &[Seq]) -> Result<(), StoreError>;

    /// When a letter on one of these routes can be delivered next.
    async fn next_letter(&self, routes: &[SmolStr]) -> Result<Option<i64>, StoreError>;

    /// Letters for people to look at, the oldest first; not those that cannot be read.
    async fn letters(&self, filter: &Filter) -> Result<Vec<Letter>, StoreError>;

    /// Dead letters that are to be tried again at once; gives how many there were. `None`: all of them.
    async fn revive(&self, letters: Option<&[Seq]>, now: i64) -> Result<u64, StoreError>;

    /// How many letters there are in which state, and the moment at which the first that is not dead was written. Of very
    /// many it may be told about how many there are.
    async fn queued(&self) -> Result<Queued, StoreError>;

    /// How many people are kept; of very many, about how many.
    async fn contacts(&self) -> Result<u64, StoreError>;

    /// Lines of a person's transcript with numbers above `after`, at most `limit`, in order.
    async fn transcript(&self, contact: ContactId, after: u64, limit: usize)
    -> Result<Vec<Line>, StoreError>;

    /// The last lines of a person's transcript, at most `limit`, in order.
    async fn last_lines(&self, contact: ContactId, limit: usize) -> Result<Vec<Line>, StoreError>;

    /// Entries for figures with positions above `after`, at most `limit`, in order, each with its position. A later entry
    /// never gets a smaller position than one that was read.
    async fn entries(&self, after: i64, limit: usize) -> Result<Vec<(i64, Vec<u8>)>, StoreError>;

    /// Keeps the artifact of a version of the bot. `current`: it runs from now on, on every host of this store.
    async fn keep_bot(&self, hash: u64, bytes: &[u8], current: bool, now: i64) -> Result<(), StoreError>;

    /// The artifact of a version.
    async fn bot(&self, hash: u64) -> Result<Option<Vec<u8>>, StoreError>;

    /// The version that runs.
    async fn current_bot(&self) -> Result<Option<u64>, StoreError>;

    /// Forgets causes that were committed before `before`: deliveries repeated after that count as new. Gives how many.
    async fn forget_causes(&self, before: i64) -> Result<u64, StoreError>;

    /// Whether it can be read and written at this moment.
    async fn check(&self) -> Result<(), StoreError>;

    /// What other hosts of this store (and this one) have done: letters to deliver, clocks to look at, lines to show.
    /// Some may be lost; nothing depends on them but delay.
    fn changes(&self) -> Receiver<Change>;

    /// Tells all hosts of this store, at once or a little later.
    fn tell(&self, change: Change);

    /// A number of its own, by chance: given when it was made, and its own for as long as it is kept. The numbers of people
    /// are made of it, so that two stores never tell other systems the same keys.
    fn number(&self) -> u64;

    /// What it is, in a word: `memory`, `sqlite`, `postgres`.
    fn kind(&self) -> &'static str;

    /// Closes it; what was committed is kept.
    async fn close(&self);
}
