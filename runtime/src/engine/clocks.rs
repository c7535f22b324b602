//! Looks for people for whom something is due.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::job::Target;
use super::{Engine, Refused};
use crate::contact::Input;

/// So many people are looked at in one go. What is overdue after a long silence comes in such portions, between which
/// channels are heard.
const PORTION: usize = 256;

pub(super) async fn run(engine: Engine, stopping: CancellationToken) {
    let shared = std::sync::Arc::clone(&engine.inner.shared);
    let lease = i64::try_from(shared.settings.lease.as_millis()).unwrap_or(i64::MAX);
    while !stopping.is_cancelled() {
        // Other hosts run a version that this one cannot: they take the turns, and would have to wait for claims.
        if shared.behind().is_some() {
            pause(&shared, shared.settings.poll, &stopping).await;
            continue;
        }
        let now = shared.clock.now();
        let due = match shared.store.due(now, now.saturating_add(lease), PORTION).await {
            Ok(due) => due,
            Err(error) => {
                shared.meter.trouble(error.trouble);
                tracing::warn!(%error, "clocks could not be read");
                pause(&shared, shared.settings.poll, &stopping).await;
                continue;
            }
        };
        let all = due.len() == PORTION;
        let turns = due.into_iter().map(|contact| {
            let engine = engine.clone();
            tokio::spawn(async move {
                engine
                    .bring(Target::Contact(contact, Input::Due), None, None)
                    .await
            })
        });
        let turns: Vec<_> = turns.collect();
        for turn in turns {
            match turn.await {
                Ok(Ok(_)) | Err(_) | Ok(Err(Refused::Stopping)) => {}
                // It is due again when the claim has run out.
                Ok(Err(error)) => tracing::warn!(%error, "a clock could not be looked at"),
            }
        }
        if all {
            continue;
        }
        let wait = match shared.store.next_due().await {
            Ok(Some(at)) => {
                let ahead = at.saturating_sub(shared.clock.now()).max(0);
                Duration::from_millis(u64::try_from(ahead).unwrap_or(0))
            }
            _ => shared.settings.poll,
        };
        pause(&shared, wait.min(shared.settings.poll), &stopping).await;
    }
}

/// Waits, but not once a clock is set or the engine is stopped.
async fn pause(shared: &super::Shared, wait: Duration, stopping: &CancellationToken) {
    tokio::select! {
        biased;
        () = stopping.cancelled() => {}
        () = shared.clocks.notified() => {}
        () = tokio::time::sleep(wait) => {}
    }
}
