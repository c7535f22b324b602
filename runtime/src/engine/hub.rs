//! Who watches whose transcript: pages that are open.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::contact::ContactId;

/// Tells open pages that there are new lines.
#[derive(Debug, Default)]
pub struct Hub {
    watched: Mutex<BTreeMap<ContactId, watch::Sender<u64>>>,
}

/// Somebody watches a transcript.
#[derive(Debug)]
pub struct Watching {
    hub: Arc<Hub>,
    contact: ContactId,
    receiver: watch::Receiver<u64>,
}

impl Hub {
    /// Watches the transcript of a person.
    pub fn watch(self: &Arc<Hub>, contact: ContactId) -> Watching {
        let mut watched = self.watched();
        let sender = watched.entry(contact).or_insert_with(|| watch::channel(0).0);
        let receiver = sender.subscribe();
        Watching {
            hub: Arc::clone(self),
            contact,
            receiver,
        }
    }

    /// There may be new lines.
    pub fn tell(&self, contact: ContactId) {
        if let Some(sender) = self.watched().get(&contact) {
            sender.send_modify(|times| *times = times.wrapping_add(1));
        }
    }

    /// There may be new lines anywhere.
    pub fn tell_all(&self) {
        for sender in self.watched().values() {
            sender.send_modify(|times| *times = times.wrapping_add(1));
        }
    }

    /// How many transcripts are watched.
    pub fn len(&self) -> usize {
        self.watched().len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.watched().is_empty()
    }

    // Nothing panics while this is held.
    fn watched(&self) -> MutexGuard<'_, BTreeMap<ContactId, watch::Sender<u64>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watching {
    /// Whatever was told up to now is known; whether anything was.
    pub fn seen(&mut self) -> bool {
        let was_told = self.receiver.has_changed().unwrap_or(false);
        self.receiver.mark_unchanged();
        was_told
    }

    /// Waits until there may be new lines that were not told yet.
    pub async fn changed(&mut self) {
        // The sender is kept as long as somebody watches.
        let _ = self.receiver.changed().await;
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let mut watched = self.hub.watched();
        // This one is still counted.
        if watched
            .get(&self.contact)
            .is_some_and(|sender| sender.receiver_count() <= 1)
        {
            watched.remove(&self.contact);
        }
    }
}
