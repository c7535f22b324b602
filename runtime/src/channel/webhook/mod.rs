//! The generic webhook: any program can be a channel, or the place where colleagues work, by JSON over HTTP.
//!
//! [`signature`] is how both sides know each other, `object` and `body` read what comes in, `door` is where it comes in,
//! `shown` is what goes out and `post` how. `docs/webhook.md` tells all of it, `docs/openapi.json` exactly.

pub mod signature;

mod body;
mod door;
mod object;
mod post;
mod shown;

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use botflow_message::profiles::canonical;
use smol_str::SmolStr;

pub use body::{Item, MOST_ITEMS, Side, What, Whom, read};
pub use door::Refusals;
pub use object::Malformed;
pub use post::{PostOptions, WebhookError};

use super::{Channel, Delivery, Receipt, SendError};
use crate::clock::Clock;
use crate::contact::{ContactId, PeopleEvent};
use crate::engine::Engine;
use crate::people::People;
use crate::server::Mount;
use door::Door;
use post::Post;
use signature::Secrets;

/// The last part of the path at which colleagues' programs report what they do.
pub const PEOPLE: &str = "people";

/// A channel that is another program: what happens there is reported at `/hooks/NAME`, and what is to be sent is posted to
/// its address.
pub struct Webhook(Both);

/// Colleagues who work in another program: what they do is reported at `/hooks/people`, and what concerns them is posted
/// to its address.
pub struct PeopleWebhook(Both);

/// Both directions of a webhook.
struct Both {
    name: SmolStr,
    side: Side,
    secrets: Secrets,
    post: Post,
    refusals: Arc<Refusals>,
}

impl Webhook {
    /// Stands for a channel that flows can name: what it can show is that channel's profile.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn new(channel: &str, options: &PostOptions) -> Result<Webhook, WebhookError> {
        let name = canonical(channel).ok_or_else(|| WebhookError::NoChannel(channel.into()))?;
        Both::new(name, Side::Channel, options).map(Webhook)
    }

    /// With another clock than the system's: what is sent is signed by it.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Webhook {
        self.0.post.clock = clock;
        self
    }

    /// What was refused.
    pub fn refusals(&self) -> &Arc<Refusals> {
        &self.0.refusals
    }
}

impl PeopleWebhook {
    /// Where colleagues work.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn new(options: &PostOptions) -> Result<PeopleWebhook, WebhookError> {
        Both::new(PEOPLE, Side::People, options).map(PeopleWebhook)
    }

    /// With another clock than the system's: what is sent is signed by it.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> PeopleWebhook {
        self.0.post.clock = clock;
        self
    }

    /// What was refused.
    pub fn refusals(&self) -> &Arc<Refusals> {
        &self.0.refusals
    }
}

impl Both {
    fn new(name: &str, side: Side, options: &PostOptions) -> Result<Both, WebhookError> {
        Ok(Both {
            name: name.into(),
            side,
            secrets: Secrets::new(&options.secrets)?,
            post: Post::new(name, options)?,
            refusals: Arc::default(),
        })
    }

    fn router(&self, engine: Engine) -> Router {
        let door = Door {
            engine,
            name: self.name.clone(),
            side: self.side,
            secrets: self.secrets.clone(),
            refusals: Arc::clone(&self.refusals),
        };
        door.router()
    }
}

#[async_trait]
impl Channel for Webhook {
    fn name(&self) -> &str {
        &self.0.name
    }

    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError> {
        self.0.post.post(&delivery.key, &shown::delivery(delivery)).await
    }
}

#[async_trait]
impl People for PeopleWebhook {
    async fn tell(&self, contact: ContactId, key: &str, event: &PeopleEvent) -> Result<(), SendError> {
        let body = shown::told(contact, key, event);
        self.0.post.post(key, &body).await.map(drop)
    }
}

impl Mount for Webhook {
    fn router(&self, engine: Engine) -> Router {
        self.0.router(engine)
    }
}

impl Mount for PeopleWebhook {
    fn router(&self, engine: Engine) -> Router {
        self.0.router(engine)
    }
}
