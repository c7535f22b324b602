//! Lookups and actions done by closures of the program that embeds a bot.

use std::fmt;

use async_trait::async_trait;
use botflow_values::Value;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use smol_str::{SmolStr, format_smolstr};

use super::{Action, Asked, failed};
use crate::contact::ContactId;
use crate::json;

/// What a lookup or action is given.
#[derive(Clone, Debug)]
pub struct Args {
    /// For whom.
    pub contact: ContactId,
    /// What makes an action happen once: the same for all attempts of the same call.
    pub key: SmolStr,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    values: Map<String, Json>,
}

impl Args {
    fn of(asked: &Asked<'_>) -> Args {
        let bot = &asked.version.program.bot;
        let values = asked.declared().map(|call| {
            let values = &asked.request.args;
            json::write_fields(bot, &call.params, values)
        });
        Args {
            contact: asked.contact,
            key: idempotency_key(asked),
            attempt: asked.request.attempt,
            values: values.unwrap_or_default(),
        }
    }

    /// The argument of this name; null where it is unknown, or there is none.
    pub fn get(&self, name: &str) -> &Json {
        self.values.get(name).unwrap_or(&Json::Null)
    }

    /// The argument of this name, as text: texts, names of members, addresses, dates.
    ///
    /// # Errors
    /// It is none, or unknown.
    pub fn text(&self, name: &str) -> Result<&str, Failure> {
        let text = self.get(name).as_str();
        text.ok_or_else(|| Failure::because(format!("`{name}` is no text")))
    }

    /// The argument of this name, as a whole number.
    ///
    /// # Errors
    /// It is none, or unknown.
    pub fn integer(&self, name: &str) -> Result<i64, Failure> {
        let number = self.get(name).as_i64();
        number.ok_or_else(|| Failure::because(format!("`{name}` is no whole number")))
    }

    /// All arguments as a type of the program: fields by name.
    ///
    /// # Errors
    /// They do not fit it.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        // Which argument does not fit may be told, what it is may not.
        serde_json::from_value(Json::Object(self.values.clone()))
            .map_err(|_| Failure::because("the arguments do not fit the handler's type"))
    }
}

/// The key of an action: the same for all attempts of a call, and for nothing else.
pub(super) fn idempotency_key(asked: &Asked<'_>) -> SmolStr {
    format_smolstr!("{:016x}", asked.request.key)
}

/// A lookup or action has failed. Any error is one, by `?`.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure {
    name: Option<SmolStr>,
    reason: String,
}

impl Failure {
    /// With a name of its declaration (`fails with taken`): the flow has a way for it.
    pub fn named(name: impl Into<SmolStr>) -> Failure {
        Failure {
            name: Some(name.into()),
            reason: String::new(),
        }
    }

    /// For any other reason, which goes to the log: it is tried again, if the declaration says so.
    pub fn because(reason: impl Into<String>) -> Failure {
        Failure {
            name: None,
            reason: reason.into(),
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "fails with {name}"),
            None => write!(f, "fails: {}", self.reason),
        }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::because(error.to_string())
    }
}

/// An [`Action`] that is a closure: `handler(|args| async move { … })`. What it gives is written as JSON is
/// (`docs/actions.md`), and is checked against the declared type; [`Failure::named`] takes the flow's own way, anything
/// else that fails is tried again as declared.
pub fn handler<F, Fut, T>(closure: F) -> Handler<F>
where
    F: Fn(Args) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<T, Failure>> + Send,
    T: Serialize + Send,
{
    Handler(closure)
}

/// A closure as an [`Action`]; [`handler`] makes it.
pub struct Handler<F>(F);

#[async_trait]
impl<F, Fut, T> Action for Handler<F>
where
    F: Fn(Args) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<T, Failure>> + Send,
    T: Serialize + Send,
{
    async fn perform(&self, asked: &Asked<'_>) -> Result<Value, Option<SmolStr>> {
        let given = (self.0)(Args::of(asked)).await.map_err(|failure| {
            if failure.name.is_none() {
                failed(asked, &failure.reason);
            }
            failure.name
        })?;
        let Some(gives) = asked.declared().and_then(|call| call.gives) else {
            return Ok(Value::Unknown);
        };
        let read = match serde_json::to_value(given) {
            Ok(given) => {
                json::read(&asked.version.program, gives, &given).map_err(|misfit| misfit.to_string())
            }
            Err(_) => Err("it cannot be written as JSON".to_owned()),
        };
        read.map_err(|why| {
            failed(asked, &format!("what its handler gave does not fit: {why}"));
            None
        })
    }
}
