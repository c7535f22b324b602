//! Lookups and actions: what a bot asks of other systems.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use botflow_machine::CallRequest;
use botflow_values::Value;
use smol_str::SmolStr;

use crate::contact::ContactId;
use crate::deployment::Version;

/// Something is asked of another system.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The version of the bot that asks: what the ids in `request` mean.
    pub version: &'a Version,
    /// The lookup's or action's name.
    pub name: &'a SmolStr,
    /// With what.
    pub request: &'a CallRequest,
    /// For whom.
    pub contact: ContactId,
    /// What tells a repetition of this attempt.
    pub key: &'a SmolStr,
}

/// A lookup or action done by a program.
#[async_trait]
pub trait Action: Send + Sync + 'static {
    /// Does it. `Ok` of the declared type (`Unknown` where it gives nothing); `Err` with one of its named failures, or
    /// none for any other reason. May be asked again with the same [`CallRequest::key`]: an action happens once for it.
    async fn perform(&self, asked: &Asked<'_>) -> Result<Value, Option<SmolStr>>;
}

/// All lookups and actions of a host.
#[derive(Default)]
pub struct Actions {
    handlers: BTreeMap<SmolStr, Arc<dyn Action>>,
}

impl Actions {
    /// The program does this one.
    pub fn add(&mut self, name: impl Into<SmolStr>, action: Arc<dyn Action>) {
        self.handlers.insert(name.into(), action);
    }

    /// The lookups and actions of a version that nobody here does.
    pub fn missing(&self, version: &Version) -> Vec<SmolStr> {
        let calls = version.program.bot.calls.iter();
        let missing = calls.filter(|call| call.http.is_none() && !self.handlers.contains_key(&call.name));
        missing.map(|call| call.name.clone()).collect()
    }

    /// Does one.
    pub async fn perform(&self, asked: &Asked<'_>) -> Result<Value, Option<SmolStr>> {
        match self.handlers.get(asked.name) {
            Some(handler) => handler.perform(asked).await,
            None => Err(None),
        }
    }
}

/// Names as messages show them.
pub(crate) fn names(names: &[SmolStr]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
