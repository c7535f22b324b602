//! What all parts of an engine share.

use std::sync::{Arc, OnceLock};

use tokio::sync::{Mutex, Notify};

use super::FollowError;
use super::entropy::Entropy;
use super::hub::Hub;
use super::meter::Meter;
use super::settings::Settings;
use crate::action::Actions;
use crate::clock::Clock;
use crate::deployment::{Deployment, Version};
use crate::store::{Store, StoreError};

/// What all parts of an engine share.
pub(crate) struct Shared {
    pub store: Arc<dyn Store>,
    pub deployment: Arc<Deployment>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub settings: Settings,
    pub hub: Arc<Hub>,
    pub meter: Arc<Meter>,
    /// Who does lookups and actions, once letters are delivered here.
    pub actions: OnceLock<Arc<Actions>>,
    /// There are new letters.
    pub letters: Notify,
    /// A clock was set.
    pub clocks: Notify,
    /// Held while it is found out which version runs, or another one is made to run: what was found out last holds.
    pub versions: Mutex<()>,
}

impl Shared {
    /// All that a version asks for is done by somebody here.
    pub fn can_be_done(&self, version: &Version) -> Result<(), FollowError> {
        let Some(actions) = self.actions.get() else {
            return Ok(());
        };
        let missing = actions.missing(version);
        if !missing.is_empty() {
            return Err(FollowError::MissingActions(missing));
        }
        let impossible = actions.impossible(version);
        if !impossible.is_empty() {
            return Err(FollowError::ImpossibleActions(impossible));
        }
        Ok(())
    }

    /// Why the version that the store says runs does not run here. Meanwhile nothing is begun here whose answer other
    /// hosts would have to take.
    pub fn behind(&self) -> Option<String> {
        self.deployment.held_back().remove(super::STORE)
    }

    /// A version by its hash: one this host has met, else one that the store keeps. `None`: nobody has it any more.
    pub async fn version(&self, hash: u64) -> Result<Option<Arc<Version>>, StoreError> {
        if let Some(version) = self.deployment.version(hash) {
            return Ok(Some(version));
        }
        let Some(bytes) = self.store.bot(hash).await? else {
            return Ok(None);
        };
        match Version::load(&bytes) {
            Ok(version) => {
                self.deployment.learn(version);
                Ok(self.deployment.version(hash))
            }
            Err(error) => {
                tracing::error!(%error, bot = format_args!("{hash:016x}"), "an earlier version cannot be loaded");
                Ok(None)
            }
        }
    }
}
