//! Writes what was planned, as often as it takes.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::shared::Shared;
use crate::store::{Commit, Done, StoreError, Trouble};

/// Writes a batch. What may have been written is written again: that is harmless, and tells. Where the store answers
/// and does not take it, something in it may be what it does not take: then each is written by itself.
pub(super) async fn written(
    shared: &Shared,
    batch: Vec<Commit>,
) -> Result<Vec<Result<Done, StoreError>>, StoreError> {
    let until = Instant::now() + shared.settings.patience;
    let mut pause = Duration::from_millis(10);
    // Once the answer was lost, nothing but an answer tells whether it was written.
    let mut is_unknown = false;
    for failures in 1_u32.. {
        let error = match shared.store.commit(batch.clone()).await {
            Ok(done) => return Ok(done.into_iter().map(Ok).collect()),
            Err(error) => error,
        };
        shared.meter.trouble(error.trouble);
        is_unknown |= error.trouble == Trouble::Unknown;
        // A first attempt may take longer than patience lasts: a connection that somebody has cut is noticed late.
        let is_over = failures >= 2 && Instant::now() >= until;
        if !error.trouble.is_passing() || is_over {
            let trouble = if is_unknown {
                Trouble::Unknown
            } else {
                error.trouble
            };
            return Err(StoreError { trouble, ..error });
        }
        tracing::warn!(%error, turns = batch.len(), "turns could not be stored; trying again");
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
        // Patience is for a store that is gone: one that answers is asked a few times.
        let times = if batch.len() > 1 { 2 } else { 5 };
        if failures >= times && shared.store.check().await.is_ok() {
            break;
        }
    }
    let mut done = Vec::with_capacity(batch.len());
    let mut is_gone = None;
    for commit in batch {
        // Each would wait as long as the one before.
        if let Some(gone) = &is_gone {
            done.push(Err(StoreError::clone(gone)));
            continue;
        }
        let one = shared.store.commit(vec![commit]).await;
        let one = one.map_err(|error| {
            shared.meter.trouble(error.trouble);
            let trouble = if is_unknown {
                Trouble::Unknown
            } else {
                error.trouble
            };
            StoreError { trouble, ..error }
        });
        if let Err(error) = &one
            && matches!(error.trouble, Trouble::Unavailable | Trouble::Unknown)
            && Instant::now() >= until
        {
            is_gone = Some(error.clone());
        }
        let one = one.and_then(|one| {
            let none = || StoreError::new(Trouble::Unknown, "it did not tell what became of a commit");
            one.into_iter().next().ok_or_else(none)
        });
        done.push(one);
    }
    Ok(done)
}
