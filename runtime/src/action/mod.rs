//! Lookups and actions: what a bot asks of other systems.
//!
//! [`mod@handler`] is one that a program does, [`http`] one that the flow declares; [`secret`] is what only the host knows,
//! `places` which addresses may be asked.

pub mod handler;
pub mod http;
pub mod secret;

mod places;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use botflow_artifact::{Call, CallId};
use botflow_machine::CallRequest;
use botflow_values::Value;
use futures_util::FutureExt as _;
use smol_str::SmolStr;

use crate::contact::ContactId;
use crate::deployment::Version;
pub use handler::{Args, Failure, Handler, handler};
pub use http::{Http, HttpOptions};
pub use secret::{Secret, SecretError};

/// How long an attempt may take where the declaration does not say: the machine gives it up then, too.
const TIMEOUT: Duration = Duration::from_secs(30);

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

impl Asked<'_> {
    /// How the version that asks declares it.
    pub fn declared(&self) -> Option<&Call> {
        let call = self.version.program.bot.calls.get(self.request.call.index())?;
        (call.name == *self.name).then_some(call)
    }
}

/// A lookup or action done by a program. [`handler`] makes one of a closure.
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
    http: Http,
}

impl Actions {
    /// The program does this one, also where the flow says how it is done over HTTP.
    pub fn add(&mut self, name: impl Into<SmolStr>, action: Arc<dyn Action>) {
        self.handlers.insert(name.into(), action);
    }

    /// What those that the flow declares may do.
    pub fn set_http(&mut self, options: HttpOptions) {
        self.http = Http::new(options);
    }

    /// The lookups and actions of a version that nobody here does.
    pub fn missing(&self, version: &Version) -> Vec<SmolStr> {
        let calls = version.program.bot.calls.iter();
        let missing = calls.filter(|call| call.http.is_none() && !self.handlers.contains_key(&call.name));
        missing.map(|call| call.name.clone()).collect()
    }

    /// Why lookups and actions that a version declares over HTTP could never be done by this host: the name of each, and
    /// what is wrong with it.
    pub fn impossible(&self, version: &Version) -> Vec<(SmolStr, String)> {
        let calls = version.program.bot.calls.iter().enumerate();
        let declared = calls.filter(|(_, call)| !self.handlers.contains_key(&call.name));
        let looked_at = declared.filter_map(|(at, call)| {
            let problem = self.http.problem(version, CallId::from(at))?;
            Some((call.name.clone(), problem))
        });
        looked_at.collect()
    }

    /// Does one, within the time that its declaration gives it.
    pub async fn perform(&self, asked: &Asked<'_>) -> Result<Value, Option<SmolStr>> {
        let Some(call) = asked.declared() else {
            return Err(None);
        };
        let limit = match u64::try_from(call.timeout_ms) {
            Ok(milliseconds) if milliseconds > 0 => Duration::from_millis(milliseconds),
            _ => TIMEOUT,
        };
        let doing = async {
            match self.handlers.get(asked.name) {
                Some(handler) => handler.perform(asked).await,
                None => self.http.perform(asked, call).await,
            }
        };
        // A handler that panics has failed; nothing of the host is left half-done by it.
        let doing = AssertUnwindSafe(doing).catch_unwind();
        let failed = |why: &str| failed(asked, why);
        match tokio::time::timeout(limit, doing).await {
            Ok(Ok(Ok(value))) => {
                let value = match call.gives {
                    None => Value::Unknown,
                    Some(_) => value,
                };
                let fits = call.gives.is_none_or(|ty| asked.version.program.fits(ty, &value));
                if fits {
                    return Ok(value);
                }
                failed("what it gave is not of the declared type");
                Err(None)
            }
            Ok(Ok(Err(Some(name)))) if !call.fails.contains(&name) => {
                failed(&format!(
                    "it failed with `{name}`, which its declaration does not name"
                ));
                Err(None)
            }
            Ok(Ok(Err(failure))) => Err(failure),
            Ok(Err(_)) => {
                failed("its handler panicked");
                Err(None)
            }
            Err(_) => {
                failed(&format!("no answer within {limit:?}"));
                Err(None)
            }
        }
    }
}

/// Tells whoever runs the host why an attempt failed; never what was asked or answered.
fn failed(asked: &Asked<'_>, why: &str) {
    tracing::warn!(
        call = %asked.name,
        attempt = asked.request.attempt,
        key = %asked.key,
        why,
        "a lookup or action failed"
    );
}

/// Names as messages show them.
pub(crate) fn names(names: &[SmolStr]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// What cannot be done, as messages show it.
pub(crate) fn problems(problems: &[(SmolStr, String)]) -> String {
    // What is wrong with a system is wrong with all that it is asked: it is told once.
    let mut told: Vec<(&str, Vec<SmolStr>)> = Vec::new();
    for (name, problem) in problems {
        match told.iter_mut().find(|(known, _)| known == problem) {
            Some((_, names)) => names.push(name.clone()),
            None => told.push((problem, vec![name.clone()])),
        }
    }
    let told = told.iter();
    let told: Vec<_> = told
        .map(|(problem, all)| format!("{} cannot be done: {problem}", names(all)))
        .collect();
    told.join("; ")
}
