//! A host, put together: for programs that embed a bot.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::action::{Action, Actions, HttpOptions, names, problems};
use crate::channel::Channel;
use crate::clock::{Clock, SystemClock};
use crate::deployment::{self, DeployError, Deployment, Version};
use crate::engine::{Couriers, Engine, Entropy, Parts, Settings, SystemEntropy};
use crate::people::People;
use crate::store::{Change, MemoryStore, Store, StoreError};

/// A bot at work: what happens on channels goes to its [`Engine`].
pub struct Host {
    engine: Engine,
}

/// Puts a host together.
pub struct HostBuilder {
    bot: Option<Result<Version, DeployError>>,
    store: Option<Arc<dyn Store>>,
    channels: BTreeMap<SmolStr, Arc<dyn Channel>>,
    actions: Actions,
    people: Option<Arc<dyn People>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    settings: Settings,
    config: deployment::Settings,
}

/// Why a host does not start.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// No bot was given.
    #[error("a host needs a bot: give it one with `.bot(…)`")]
    NoBot,
    /// The bot cannot be run.
    #[error(transparent)]
    Bot(#[from] DeployError),
    /// Nobody does what the bot asks for.
    #[error("nobody does {}: give this host an action for each, or write in the flow how it is done over HTTP", names(.0))]
    MissingActions(Vec<SmolStr>),
    /// What the flow says of a lookup or action over HTTP can never be done here.
    #[error("{}", problems(.0))]
    ImpossibleActions(Vec<(SmolStr, String)>),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Host {
    /// Nothing yet.
    pub fn builder() -> HostBuilder {
        HostBuilder {
            bot: None,
            store: None,
            channels: BTreeMap::new(),
            actions: Actions::default(),
            people: None,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            settings: Settings::default(),
            config: deployment::Settings::new(),
        }
    }

    /// What takes turns.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Stores what was let in, waits for what is under way, and closes the store.
    pub async fn stop(&self) {
        self.engine.stop().await;
        self.engine.store().close().await;
    }
}

impl HostBuilder {
    /// The compiled bot, as the bytes of its artifact.
    #[must_use]
    pub fn bot(mut self, artifact: &[u8]) -> HostBuilder {
        self.bot = Some(Version::load(artifact));
        self
    }

    /// Where everything is kept. Without one it is kept in memory, and gone with the process.
    #[must_use]
    pub fn store(mut self, store: impl Store) -> HostBuilder {
        self.store = Some(Arc::new(store));
        self
    }

    /// The same, shared with others.
    #[must_use]
    pub fn shared_store(mut self, store: Arc<dyn Store>) -> HostBuilder {
        self.store = Some(store);
        self
    }

    /// A channel, under its name.
    #[must_use]
    pub fn channel(mut self, channel: Arc<dyn Channel>) -> HostBuilder {
        self.channels.insert(channel.name().into(), channel);
        self
    }

    /// What does a lookup or an action: a closure ([`crate::handler`]), or a type of the program's own.
    #[must_use]
    pub fn action(mut self, name: &str, action: impl Action) -> HostBuilder {
        self.actions.add(name, Arc::new(action));
        self
    }

    /// What lookups and actions over HTTP may do: secret headers, further hosts, private networks.
    #[must_use]
    pub fn http(mut self, options: HttpOptions) -> HostBuilder {
        self.actions.set_http(options);
        self
    }

    /// A value of `config` instead of the one in `botflow.toml`, as it is written there, without quotes.
    #[must_use]
    pub fn config(mut self, name: &str, value: &str) -> HostBuilder {
        self.config.insert(name.into(), value.to_owned());
        self
    }

    /// Where colleagues are told what concerns them.
    #[must_use]
    pub fn people(mut self, people: Arc<dyn People>) -> HostBuilder {
        self.people = Some(people);
        self
    }

    /// Another clock than the system's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> HostBuilder {
        self.clock = clock;
        self
    }

    /// Other chance than the system's: only for tests, since codes are made of it.
    #[must_use]
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> HostBuilder {
        self.entropy = entropy;
        self
    }

    /// How much at once, how long.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> HostBuilder {
        self.settings = settings;
        self
    }

    /// The host, at work.
    ///
    /// # Errors
    /// [`BuildError`]: nothing has been started then.
    pub async fn build(self) -> Result<Host, BuildError> {
        let mut version = self.bot.ok_or(BuildError::NoBot)??;
        version.set(&self.config)?;
        let missing = self.actions.missing(&version);
        if !missing.is_empty() {
            return Err(BuildError::MissingActions(missing));
        }
        let impossible = self.actions.impossible(&version);
        if !impossible.is_empty() {
            return Err(BuildError::ImpossibleActions(impossible));
        }
        let store = self.store.unwrap_or_else(|| Arc::new(MemoryStore::new()));
        store.check().await?;
        warn_of_another(&*store, version.hash()).await?;
        store
            .keep_bot(version.hash(), &version.bytes, true, self.clock.now())
            .await?;
        let mut settings = self.settings;
        let reading = self.channels.iter();
        let reading = reading.filter(|(_, channel)| channel.reads_transcripts());
        settings.transcripts.extend(reading.map(|(name, _)| name.clone()));
        let engine = Engine::start(Parts {
            store,
            deployment: Arc::new(Deployment::new(version).with_settings(self.config)),
            clock: self.clock,
            entropy: self.entropy,
            settings,
        });
        engine.dispatch(Couriers {
            channels: self.channels,
            actions: Arc::new(self.actions),
            people: self.people,
        });
        // Other hosts go over to it at once: until then they would refuse whoever was here.
        engine.store().tell(Change {
            bot: true,
            ..Change::default()
        });
        Ok(Host { engine })
    }
}

/// A version that ran before takes the place of one that came after it, for all hosts of the store: that may be meant.
async fn warn_of_another(store: &dyn Store, begins: u64) -> Result<(), StoreError> {
    let Some(runs) = store.current_bot().await? else {
        return Ok(());
    };
    // Whatever the store keeps has run; what runs last came last.
    if runs != begins && store.bot(begins).await?.is_some() {
        tracing::warn!(
            begins = format_args!("{begins:016x}"),
            runs = format_args!("{runs:016x}"),
            "the store runs a version that came after the one this host is started with, and which is put back now, on \
             all hosts; to start with the one that the store runs: `botflow serve --stored`"
        );
    }
    Ok(())
}
