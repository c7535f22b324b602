//! The bot that runs, and the earlier versions that people are still under.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use botflow_artifact::{LoadError, from_bytes};
use botflow_machine::{Program, ProgramError};
use botflow_message::Profiles;
use serde_json::Value as Json;
use smol_str::SmolStr;

use crate::json;

/// One version of a bot, ready to run. Its hash is the first eight bytes of the artifact's content hash.
#[derive(Debug)]
pub struct Version {
    /// The bot.
    pub program: Program,
    /// What its channels can show.
    pub profiles: Profiles,
    /// The artifact it was made of.
    pub bytes: Arc<[u8]>,
}

/// Why an artifact cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The bytes are no artifact, or a damaged one.
    #[error("the compiled bot cannot be loaded: {0}")]
    Load(#[from] LoadError),
    /// The bot does not fit this host.
    #[error("the compiled bot cannot be run: {0}")]
    Program(#[from] ProgramError),
    /// A value of `config` that the host gives is not of its type.
    #[error("`config.{name}` of this host does not fit the bot: expected {expected}")]
    Setting {
        /// Its name.
        name: SmolStr,
        /// What it should be, in words.
        expected: String,
    },
}

impl Version {
    /// From the bytes of an artifact.
    ///
    /// # Errors
    /// [`DeployError`].
    pub fn load(bytes: &[u8]) -> Result<Version, DeployError> {
        let (bot, hash) = from_bytes(bytes)?;
        let short = hash
            .0
            .first_chunk::<8>()
            .map_or(0, |first| u64::from_le_bytes(*first));
        let changes = bot.profiles.iter();
        let changes = changes.map(|(channel, changes)| (channel.as_str(), changes.as_str()));
        let profiles = Profiles::new(changes);
        Ok(Version {
            // 0 means "none yet" in a conversation.
            program: Program::new(bot)?.with_hash(short.max(1)),
            profiles,
            bytes: bytes.into(),
        })
    }

    /// What tells it from other versions; never 0.
    pub fn hash(&self) -> u64 {
        self.program.hash
    }
}

/// What a host says instead of the `[config]` of the project: names, and values as they are written.
pub type Settings = BTreeMap<SmolStr, String>;

impl Version {
    /// The same with other values of `config`. Names that this version does not read are left alone.
    ///
    /// # Errors
    /// A value is not of the type that the bot gives it. Nothing is changed then.
    pub fn set(&mut self, settings: &Settings) -> Result<(), DeployError> {
        let read = |(name, written): (&SmolStr, &String)| {
            let at = self.program.bot.config.iter().position(|one| one.name == *name)?;
            let ty = self.program.bot.config[at].ty;
            let text = Json::String(written.clone());
            let value = json::read(&self.program, ty, &text).or_else(|misfit| {
                // Numbers, and `true` and `false`, stand without quotes.
                let plain: Json = serde_json::from_str(written).map_err(|_| misfit.clone())?;
                json::read(&self.program, ty, &plain).map_err(|_| misfit)
            });
            Some(
                value
                    .map(|value| (at, value))
                    .map_err(|misfit| DeployError::Setting {
                        name: name.clone(),
                        expected: misfit.expected,
                    }),
            )
        };
        let values: Vec<_> = settings.iter().filter_map(read).collect::<Result<_, _>>()?;
        for (at, value) in values {
            self.program.bot.config[at].value = value;
        }
        Ok(())
    }

    /// The same; what does not fit is told, and stays as the project has it.
    fn with(mut self, settings: &Settings) -> Version {
        if let Err(error) = self.set(settings) {
            tracing::error!(%error, "the bot's own settings hold");
        }
        self
    }
}

/// So many versions are in memory; others are read from the store again when somebody is under them.
const MOST_KNOWN: usize = 32;

/// Versions that a host has met: the one that runs, and earlier ones.
#[derive(Debug)]
pub struct Deployment {
    state: RwLock<State>,
    settings: Settings,
}

#[derive(Debug)]
struct State {
    current: Arc<Version>,
    known: BTreeMap<u64, Arc<Version>>,
    /// Newer versions that do not run here: by whom they came, and why.
    held_back: BTreeMap<&'static str, String>,
}

impl State {
    fn know(&mut self, version: Version, settings: &Settings) -> Arc<Version> {
        let hash = version.hash();
        if let Some(known) = self.known.get(&hash) {
            return Arc::clone(known);
        }
        if self.known.len() >= MOST_KNOWN {
            let mut known = self.known.keys().copied();
            if let Some(one) = known.find(|known| *known != self.current.hash()) {
                self.known.remove(&one);
            }
        }
        let version = Arc::new(version.with(settings));
        self.known.insert(hash, Arc::clone(&version));
        version
    }
}

impl Deployment {
    /// One version runs.
    pub fn new(version: Version) -> Deployment {
        Deployment::of(Arc::new(version))
    }

    /// The same of a version that several hosts of one process share.
    pub fn of(current: Arc<Version>) -> Deployment {
        let known = BTreeMap::from([(current.hash(), Arc::clone(&current))]);
        Deployment {
            state: RwLock::new(State {
                current,
                known,
                held_back: BTreeMap::new(),
            }),
            settings: Settings::new(),
        }
    }

    /// The same; further versions get these values of `config` instead of their own.
    #[must_use]
    pub fn with_settings(mut self, settings: Settings) -> Deployment {
        self.settings = settings;
        self
    }

    /// The version that runs.
    pub fn current(&self) -> Arc<Version> {
        Arc::clone(&self.read().current)
    }

    /// A version by its hash, if this host has met it.
    pub fn version(&self, hash: u64) -> Option<Arc<Version>> {
        self.read().known.get(&hash).cloned()
    }

    /// An earlier version is known from now on; it does not run.
    pub fn learn(&self, version: Version) {
        self.write().know(version, &self.settings);
    }

    /// Another version runs from now on. Conversations go over to it when something happens to them next.
    pub fn switch(&self, version: Version) -> Arc<Version> {
        let mut state = self.write();
        let version = state.know(version, &self.settings);
        state.current = Arc::clone(&version);
        version
    }

    /// A newer version does not run here: the one before goes on. `by`: whose version it is, in a word.
    pub fn hold_back(&self, by: &'static str, why: impl ToString) {
        self.write().held_back.insert(by, why.to_string());
    }

    /// What came by this way runs.
    pub fn caught_up(&self, by: &'static str) {
        // Asked often, and there is nearly never anything to write.
        if self.read().held_back.contains_key(by) {
            self.write().held_back.remove(by);
        }
    }

    /// Newer versions that do not run here: by whom they came, and why.
    pub fn held_back(&self) -> BTreeMap<&'static str, String> {
        self.read().held_back.clone()
    }

    // A panic while the lock is held leaves maps of finished values: they are sound.
    fn read(&self) -> std::sync::RwLockReadGuard<'_, State> {
        self.state
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, State> {
        self.state
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
