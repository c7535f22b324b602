//! What hosts of one store tell each other, so that nobody has to ask all the time.

use std::sync::Arc;

use tokio::sync::broadcast::{Receiver, Sender, channel};

use crate::contact::ContactId;

/// Something was committed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Whose transcripts have new lines.
    pub contacts: Arc<[ContactId]>,
    /// There are new letters.
    pub letters: bool,
    /// A clock was set.
    pub clocks: bool,
    /// Another version of the bot runs.
    pub bot: bool,
    /// Changes were lost on their way: everything is to be looked at anew.
    pub missed: bool,
}

/// So many changes are kept for somebody who is slow; beyond that they look at everything anew.
const KEPT: usize = 1024;

/// Passes changes on within one process.
#[derive(Clone, Debug)]
pub struct Changes(Sender<Change>);

impl Default for Changes {
    fn default() -> Changes {
        Changes(channel(KEPT).0)
    }
}

impl Changes {
    /// What is sent from here on.
    pub fn subscribe(&self) -> Receiver<Change> {
        self.0.subscribe()
    }

    /// To everybody who has subscribed.
    pub fn send(&self, change: Change) {
        // Nobody listens: then nobody waits for it.
        let _ = self.0.send(change);
    }
}
