//! Where colleagues are told what concerns them: hand-overs, what customers write to them, questions.

use async_trait::async_trait;

use crate::channel::SendError;
use crate::contact::{ContactId, PeopleEvent};

/// Tells colleagues. What they do comes back as [`crate::Input::Operator`].
#[async_trait]
pub trait People: Send + Sync + 'static {
    /// Tells them. May be asked again with the same key.
    async fn tell(&self, contact: ContactId, key: &str, event: &PeopleEvent) -> Result<(), SendError>;
}
