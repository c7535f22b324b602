//! Takes turns: load, plan, commit, and only then do what is to be done outside.
//!
//! [`inbound`] is what comes in and what is told, `committer` takes turns (many people at once, each in order, a whole
//! round in one flush), `clocks` looks for what is due, `relay` delivers letters, [`hub`] tells open pages, [`meter`]
//! counts. [`settings`] bound all of it.
//!
//! Nothing is acknowledged before it is stored, and what is refused is refused before anything of it is stored.

pub mod entropy;
pub mod hub;
pub mod inbound;
pub mod meter;
pub mod settings;

mod backoff;
mod clocks;
mod committer;
mod job;
mod relay;
mod shared;
mod waiting;
mod writing;

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};
use tokio::sync::broadcast::Receiver;
use tokio::sync::mpsc::{self, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::contact::input::Said;
use crate::contact::{ContactId, Input};
use crate::deployment::{DeployError, Deployment, Version};
use crate::store::{AddressKey, Change, Store, StoreError, Trouble};
pub use entropy::{Entropy, SystemEntropy};
pub use hub::{Hub, Watching};
pub use inbound::{Ack, Inbound, Refused};
use job::{Job, Target};
pub use meter::Meter;
pub use relay::Couriers;
pub use settings::Settings;
pub(crate) use shared::Shared;

/// Takes turns. Cheap to clone; all clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    inbound: Vec<Sender<Job>>,
    internal: Vec<Sender<Job>>,
    places: Arc<Semaphore>,
    /// Nothing is let in any more.
    stopping: CancellationToken,
    /// Nothing comes any more: committers end.
    closed: CancellationToken,
    dispatchers: TaskTracker,
    committers: TaskTracker,
}

/// What an engine is made of.
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The bot.
    pub deployment: Arc<Deployment>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// How much at once.
    pub settings: Settings,
}

impl Engine {
    /// An engine at work: turns are taken from now on. Letters and clocks wait for [`Engine::dispatch`].
    pub fn start(parts: Parts) -> Engine {
        let settings = parts.settings.bounded();
        let (committers, waiting) = (settings.committers, settings.waiting);
        let shared = Arc::new(Shared {
            store: parts.store,
            deployment: parts.deployment,
            clock: parts.clock,
            entropy: parts.entropy,
            hub: Arc::default(),
            meter: Arc::default(),
            actions: std::sync::OnceLock::new(),
            letters: tokio::sync::Notify::new(),
            clocks: tokio::sync::Notify::new(),
            versions: tokio::sync::Mutex::new(()),
            settings,
        });
        let tasks = TaskTracker::new();
        let closed = CancellationToken::new();
        let (mut inbound, mut internal) = (Vec::new(), Vec::new());
        for _ in 0..committers {
            // Places are counted apart, so that what was let in always fits.
            let (channel_sender, channel_receiver) = mpsc::channel(waiting);
            let (sender, receiver) = mpsc::channel(1_024);
            let committer = committer::Committer::new(Arc::clone(&shared), channel_receiver, receiver);
            tasks.spawn(committer.run(closed.clone()));
            inbound.push(channel_sender);
            internal.push(sender);
        }
        Engine {
            inner: Arc::new(Inner {
                shared,
                inbound,
                internal,
                places: Arc::new(Semaphore::new(waiting)),
                stopping: CancellationToken::new(),
                closed,
                dispatchers: TaskTracker::new(),
                committers: tasks,
            }),
        }
    }

    /// Looks for what is due and delivers letters from now on, until the engine is stopped.
    pub fn dispatch(&self, couriers: Couriers) {
        let inner = &self.inner;
        // What is told from here on is heard, also before anything else of this is done.
        let changes = inner.shared.store.changes();
        // Whoever dispatches twice gives the same actions again.
        let _ = inner.shared.actions.set(Arc::clone(&couriers.actions));
        inner
            .dispatchers
            .spawn(clocks::run(self.clone(), inner.stopping.clone()));
        inner.dispatchers.spawn(relay::run(
            self.clone(),
            Arc::new(couriers),
            inner.stopping.clone(),
        ));
        inner
            .dispatchers
            .spawn(listen(Arc::clone(&inner.shared), changes, inner.stopping.clone()));
        inner
            .dispatchers
            .spawn(forget(Arc::clone(&inner.shared), inner.stopping.clone()));
    }

    /// Something happened on a channel. It is stored when this returns `Ok`.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn deliver(&self, inbound: Inbound) -> Result<Ack, Refused> {
        let cause = inbound
            .id
            .as_ref()
            .map(|id| committer::inbound_cause(&inbound.channel, id));
        let key = AddressKey {
            channel: inbound.channel,
            address: inbound.address,
        };
        self.take(Target::Address(key, inbound.what), cause).await
    }

    /// Something happens to a person. `cause`: what tells a repetition, for example of an operator's program.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn happen(
        &self,
        contact: ContactId,
        input: Input,
        cause: Option<SmolStr>,
    ) -> Result<Ack, Refused> {
        let cause = cause.map(|cause| format_smolstr!("host.{cause}"));
        self.take(Target::Contact(contact, input), cause).await
    }

    /// The number of whoever is known by an address.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find(&self, channel: &str, address: &str) -> Result<Option<ContactId>, StoreError> {
        let key = AddressKey {
            channel: channel.into(),
            address: address.into(),
        };
        let found = self.inner.shared.store.find(std::slice::from_ref(&key)).await?;
        Ok(found.into_iter().next().flatten())
    }

    /// Another version of the bot runs from now on, here and on all other hosts of the store. It is kept before it runs.
    ///
    /// # Errors
    /// This host does not do all that it asks for, or it cannot be kept: then everything stays as it was.
    pub async fn switch(&self, version: Version) -> Result<Arc<Version>, FollowError> {
        let shared = &self.inner.shared;
        shared.can_be_done(&version)?;
        let now = shared.clock.now();
        let _versions = shared.versions.lock().await;
        shared
            .store
            .keep_bot(version.hash(), &version.bytes, true, now)
            .await?;
        let version = shared.deployment.switch(version);
        shared.deployment.caught_up(STORE);
        shared.store.tell(Change {
            bot: true,
            clocks: true,
            ..Change::default()
        });
        Ok(version)
    }

    /// The version that the store says runs is loaded, if it is another one; whether it was.
    ///
    /// # Errors
    /// The store cannot be read, or what it keeps cannot be run.
    pub async fn follow(&self) -> Result<bool, FollowError> {
        follow(&self.inner.shared).await
    }

    /// Why the version that the store says runs does not run here, where that is so. Whoever is under it is refused, and
    /// no clocks are looked at.
    pub fn behind(&self) -> Option<String> {
        self.inner.shared.behind()
    }

    /// Where everything is kept.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.inner.shared.store
    }

    /// The bot.
    pub fn deployment(&self) -> &Arc<Deployment> {
        &self.inner.shared.deployment
    }

    /// Who watches whose transcript.
    pub fn hub(&self) -> &Arc<Hub> {
        &self.inner.shared.hub
    }

    /// What is counted.
    pub fn meter(&self) -> &Arc<Meter> {
        &self.inner.shared.meter
    }

    /// What time it is.
    pub fn now(&self) -> i64 {
        self.inner.shared.clock.now()
    }

    /// So many more can be let in at this moment.
    pub fn room(&self) -> usize {
        self.inner.places.available_permits()
    }

    /// It is being stopped, or has stopped.
    pub fn is_stopping(&self) -> bool {
        self.inner.stopping.is_cancelled()
    }

    /// Is cancelled when the engine is being stopped.
    pub fn stopping(&self) -> &CancellationToken {
        &self.inner.stopping
    }

    /// Lets nothing in any more, stores what was let in, gives back letters that are not under way, and waits for those
    /// that are, but for no longer than [`Settings::grace`]: what is then still under way is done again by whoever claims
    /// it next, under the same key.
    pub async fn stop(&self) {
        let inner = &self.inner;
        inner.stopping.cancel();
        // What was let in holds a place until it is answered.
        let all = u32::try_from(inner.shared.settings.waiting).unwrap_or(u32::MAX);
        // An error would mean that the places were closed, which nobody does.
        let _all = inner.places.acquire_many(all).await;
        inner.dispatchers.close();
        inner.dispatchers.wait().await;
        inner.closed.cancel();
        inner.committers.close();
        inner.committers.wait().await;
    }

    /// Lets something in from outside, if there is room.
    async fn take(&self, target: Target, cause: Option<SmolStr>) -> Result<Ack, Refused> {
        let inner = &self.inner;
        if inner.stopping.is_cancelled() {
            return Err(Refused::Stopping);
        }
        let Ok(place) = Arc::clone(&inner.places).try_acquire_owned() else {
            inner.shared.meter.busy();
            return Err(Refused::Busy);
        };
        self.ask(&inner.inbound, target, cause, None, Some(place)).await
    }

    /// The same for what the engine itself brings: it waits for room.
    async fn bring(
        &self,
        target: Target,
        cause: Option<SmolStr>,
        settles: Option<i64>,
    ) -> Result<Ack, Refused> {
        self.ask(&self.inner.internal, target, cause, settles, None).await
    }

    async fn ask(
        &self,
        committers: &[Sender<Job>],
        target: Target,
        cause: Option<SmolStr>,
        settles: Option<i64>,
        place: Option<OwnedSemaphorePermit>,
    ) -> Result<Ack, Refused> {
        let (reply, answer) = oneshot::channel();
        let seed = self.inner.shared.entropy.next();
        // A store that does not answer is asked to write it once more.
        let cause = cause.or_else(|| (!target.is_harmless()).then(|| format_smolstr!("once.{seed:016x}")));
        let queue = target.queue();
        let job = Job {
            target,
            was: None,
            queue,
            cause,
            seed,
            settles,
            reply,
            conflicts: 0,
            _place: place,
        };
        let committer = usize::try_from(queue % committers.len().max(1) as u64).unwrap_or(0);
        if committers[committer].send(job).await.is_err() {
            return Err(Refused::Stopping);
        }
        // Whoever waits may go away meanwhile: the turn is taken all the same.
        answer.await.unwrap_or(Err(Refused::Stopping))
    }

    /// A report of a letter's channel: something became of a message of ours.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn report(
        &self,
        contact: ContactId,
        message: u64,
        channel: SmolStr,
        status: botflow_machine::Delivery,
        id: Option<SmolStr>,
    ) -> Result<Ack, Refused> {
        let cause = id.map(|id| format_smolstr!("status.{channel}.{id}"));
        let input = Input::Status {
            message,
            channel,
            status,
        };
        self.take(Target::Contact(contact, input), cause).await
    }

    /// Somebody comes by: their page is open.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn arrives(&self, channel: SmolStr, address: SmolStr, what: Said) -> Result<Ack, Refused> {
        self.deliver(Inbound {
            channel,
            address,
            id: None,
            what,
        })
        .await
    }
}

/// Whose a version is that the store says runs.
const STORE: &str = "store";

/// Why another version does not run here.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It cannot be run by this program.
    #[error(transparent)]
    Deploy(#[from] DeployError),
    /// It asks for lookups or actions that nobody here does.
    #[error("nobody here does {}", crate::action::names(.0))]
    MissingActions(Vec<SmolStr>),
    /// What it says of a lookup or action over HTTP can never be done here.
    #[error("{}", crate::action::problems(.0))]
    ImpossibleActions(Vec<(SmolStr, String)>),
}

async fn follow(shared: &Shared) -> Result<bool, FollowError> {
    let _versions = shared.versions.lock().await;
    let followed = follow_now(shared).await;
    match &followed {
        Ok(_) => shared.deployment.caught_up(STORE),
        // Which version runs is not known: it is as it was.
        Err(FollowError::Store(_)) => {}
        Err(error) => shared.deployment.hold_back(STORE, error),
    }
    followed
}

async fn follow_now(shared: &Shared) -> Result<bool, FollowError> {
    let Some(hash) = shared.store.current_bot().await? else {
        return Ok(false);
    };
    if hash == shared.deployment.current().hash() {
        return Ok(false);
    }
    let Some(bytes) = shared.store.bot(hash).await? else {
        let message = format!("the version {hash:016x} runs, and nobody kept it");
        return Err(StoreError::new(Trouble::Damaged, message).into());
    };
    let version = Version::load(&bytes)?;
    shared.can_be_done(&version)?;
    shared.deployment.switch(version);
    Ok(true)
}

/// Passes on what other hosts have done. What they told may be lost: so it is looked for besides.
async fn listen(shared: Arc<Shared>, mut changes: Receiver<Change>, stopping: CancellationToken) {
    use tokio::sync::broadcast::error::RecvError;
    let mut look_at = Instant::now() + shared.settings.poll;
    loop {
        let change = tokio::select! {
            biased;
            () = stopping.cancelled() => return,
            change = changes.recv() => change,
            () = sleep_until(look_at) => {
                look(&shared).await;
                look_at = Instant::now() + shared.settings.poll;
                continue;
            }
        };
        match change {
            Ok(change) => {
                for contact in change.contacts.iter() {
                    shared.hub.tell(*contact);
                }
                if change.missed {
                    shared.hub.tell_all();
                }
                if change.letters || change.missed {
                    shared.letters.notify_one();
                }
                if change.clocks || change.missed {
                    shared.clocks.notify_one();
                }
                if change.bot || change.missed {
                    look(&shared).await;
                }
            }
            Err(RecvError::Lagged(_)) => {
                shared.hub.tell_all();
                shared.letters.notify_one();
                shared.clocks.notify_one();
                look(&shared).await;
            }
            Err(RecvError::Closed) => return,
        }
    }
}

/// Whether another version runs by now.
async fn look(shared: &Shared) {
    if let Err(error) = follow(shared).await {
        tracing::error!(%error, "the version of the bot that runs elsewhere does not run here");
    }
}

/// Causes that are older than they are remembered are forgotten, now and then: first soon after the start, since nobody
/// knows when that was done last.
async fn forget(shared: Arc<Shared>, stopping: CancellationToken) {
    const EACH_MS: i64 = 3_600_000;
    let mut next = shared.clock.now();
    loop {
        tokio::select! {
            biased;
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(shared.settings.poll) => {}
        }
        let now = shared.clock.now();
        if now < next {
            continue;
        }
        next = now.saturating_add(EACH_MS);
        let remember = i64::try_from(shared.settings.remember.as_millis()).unwrap_or(i64::MAX);
        let forgotten = tokio::select! {
            biased;
            () = stopping.cancelled() => return,
            forgotten = shared.store.forget_causes(now.saturating_sub(remember)) => forgotten,
        };
        if let Err(error) = forgotten {
            shared.meter.trouble(error.trouble);
            tracing::warn!(%error, "what is long past could not be forgotten");
        }
    }
}
