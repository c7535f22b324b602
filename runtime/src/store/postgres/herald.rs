//! What hosts of one database tell each other. It is never told in the transaction of a turn, since those that tell
//! something are committed one after the other: one task of each host tells what has come together since it told last.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_postgres::AsyncMessage;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::pool::Pool;
use super::session::{Place, next_message};
use crate::contact::ContactId;
use crate::store::change::{Change, Changes};
use crate::store::{StoreError, Trouble};

/// So many people fit into one telling: the server takes 8,000 bytes.
const PEOPLE: usize = 400;

/// Of more people than this nothing is told but that there were many.
const MANY: usize = 4_000;

/// The pause after what was told: what comes meanwhile goes together.
const TOGETHER: Duration = Duration::from_millis(5);

/// At the end nobody waits longer for the others to be told.
const FAREWELL: Duration = Duration::from_secs(5);

/// The first pause before a broken connection is made anew, and the longest.
const AGAIN: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// Tells the other hosts.
pub(super) struct Herald {
    /// What tells this host's own words from others'.
    name: u64,
    pending: Mutex<Pending>,
    something: Notify,
}

/// What is to be told.
#[derive(Clone, Debug, Default, PartialEq)]
struct Pending {
    contacts: BTreeSet<ContactId>,
    letters: bool,
    clocks: bool,
    bot: bool,
    missed: bool,
}

impl Herald {
    /// Begins to tell and to listen. It listens when this returns.
    pub async fn start(
        pool: Arc<Pool>,
        changes: Changes,
        closing: &CancellationToken,
        tasks: &TaskTracker,
    ) -> Result<Arc<Herald>, StoreError> {
        let unready = |error| StoreError::new(Trouble::Unavailable, format!("no chance for a name: {error}"));
        let herald = Arc::new(Herald {
            name: getrandom::u64().map_err(unready)?,
            pending: Mutex::default(),
            something: Notify::new(),
        });
        let place = pool.place.clone();
        let (ready, is_ready) = tokio::sync::oneshot::channel();
        tasks.spawn(listen(place, herald.name, changes, closing.clone(), ready));
        tasks.spawn(tell(pool, Arc::clone(&herald), closing.clone()));
        match is_ready.await {
            Ok(Ok(())) => Ok(herald),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(StoreError::new(Trouble::Unavailable, "the store is closed")),
        }
    }

    /// The others are told, a little later.
    pub fn tell(&self, change: &Change) {
        let mut pending = self.pending();
        pending.contacts.extend(change.contacts.iter().copied());
        pending.letters |= change.letters;
        pending.clocks |= change.clocks;
        pending.bot |= change.bot;
        pending.missed |= change.missed || pending.contacts.len() > MANY;
        if pending.missed {
            pending.contacts.clear();
        }
        let is_something = *pending != Pending::default();
        drop(pending);
        if is_something {
            self.something.notify_one();
        }
    }

    // Nothing panics while it is held.
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As it goes over the wire: who tells, what, and about whom.
fn words(name: u64, pending: &Pending) -> Vec<String> {
    let flags = [
        (pending.letters, 'l'),
        (pending.clocks, 'c'),
        (pending.bot, 'b'),
        (pending.missed, 'm'),
    ];
    let flags: String = flags
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, letter)| letter)
        .collect();
    let contacts: Vec<_> = pending.contacts.iter().collect();
    let mut portions = contacts.chunks(PEOPLE);
    let first = portions.next().unwrap_or_default();
    let one = |flags: &str, people: &[&ContactId]| {
        let people: Vec<_> = people.iter().map(|contact| contact.to_string()).collect();
        format!("{name:016x} {flags} {}", people.join(","))
    };
    let mut all = vec![one(&flags, first)];
    all.extend(portions.map(|portion| one("", portion)));
    all
}

/// What another host tells; `None`: it is our own, or nothing of ours.
fn change(name: u64, words: &str) -> Option<Change> {
    let mut parts = words.split(' ');
    let by = u64::from_str_radix(parts.next()?, 16).ok()?;
    let flags = parts.next()?;
    let people = parts.next()?.split(',').filter(|contact| !contact.is_empty());
    let people: Result<Vec<ContactId>, _> = people.map(str::parse).collect();
    if by == name {
        return None;
    }
    Some(Change {
        contacts: people.ok()?.into(),
        letters: flags.contains('l'),
        clocks: flags.contains('c'),
        bot: flags.contains('b'),
        missed: flags.contains('m'),
    })
}

async fn tell(pool: Arc<Pool>, herald: Arc<Herald>, closing: CancellationToken) {
    let channel = pool.place.channel();
    let mut pause = AGAIN.0;
    loop {
        tokio::select! {
            biased;
            () = herald.something.notified() => {}
            () = closing.cancelled() => {}
        }
        // Looked at before what is pending is taken: what came while others were told is told before the end.
        let is_last = closing.is_cancelled();
        let pending = std::mem::take(&mut *herald.pending());
        let mut told = Ok(());
        if pending != Pending::default() {
            let words = words(herald.name, &pending);
            let telling = notify(&pool, &channel, &words);
            told = match is_last {
                true => timeout(FAREWELL, telling).await.unwrap_or(Ok(())),
                false => telling.await,
            };
        }
        if is_last {
            // Others look by themselves after a while.
            return;
        }
        match told {
            Ok(()) => {
                pause = AGAIN.0;
                sleep(TOGETHER).await;
            }
            Err(error) => {
                tracing::debug!(%error, "the other hosts could not be told; trying again");
                // Some may have heard it, and some of it may be old by then: everything is looked at.
                herald.tell(&Change {
                    bot: pending.bot,
                    missed: true,
                    ..Change::default()
                });
                tokio::select! {
                    biased;
                    () = closing.cancelled() => {}
                    () = sleep(pause) => {}
                }
                pause = (pause * 2).min(AGAIN.1);
            }
        }
    }
}

async fn notify(pool: &Pool, channel: &str, words: &[String]) -> Result<(), StoreError> {
    let sql = "SELECT pg_notify($1, w) FROM unnest($2::text[]) AS u(w)";
    pool.write(sql, &[&channel, &words]).await?;
    Ok(())
}

/// Listens until the store is closed.
async fn listen(
    place: Place,
    name: u64,
    changes: Changes,
    closing: CancellationToken,
    ready: tokio::sync::oneshot::Sender<Result<(), StoreError>>,
) {
    let mut ready = Some(ready);
    let mut pause = AGAIN.0;
    loop {
        let heard = tokio::select! {
            biased;
            () = closing.cancelled() => return,
            heard = hear(&place, name, &changes, &mut ready, &mut pause) => heard,
        };
        let Err(error) = heard;
        if let Some(ready) = ready.take() {
            // It did not listen once: whoever opens the store is told why.
            let _ = ready.send(Err(error));
            return;
        }
        tracing::warn!(%error, "other hosts are not heard; trying again");
        tokio::select! {
            biased;
            () = closing.cancelled() => return,
            () = sleep(pause) => {}
        }
        pause = (pause * 2).min(AGAIN.1);
    }
}

/// Listens on one connection until that ends.
async fn hear(
    place: &Place,
    name: u64,
    changes: &Changes,
    ready: &mut Option<tokio::sync::oneshot::Sender<Result<(), StoreError>>>,
    pause: &mut Duration,
) -> Result<Infallible, StoreError> {
    let unheard = |error: tokio_postgres::Error| {
        super::error::Fault::Said(error).into_error(super::error::Asked::Reading)
    };
    let (client, mut connection) = place.reach().await?;
    let listening = format!("LISTEN {}", place.channel());
    let mut asking = Box::pin(client.batch_execute(&listening));
    let mut is_listening = false;
    loop {
        tokio::select! {
            biased;
            asked = &mut asking, if !is_listening => {
                asked.map_err(unheard)?;
                is_listening = true;
                *pause = AGAIN.0;
                match ready.take() {
                    Some(ready) => drop(ready.send(Ok(()))),
                    // What was told meanwhile was not heard.
                    None => changes.send(Change { missed: true, ..Change::default() }),
                }
            }
            message = next_message(&mut connection) => match message {
                // Whoever opens the store is not told that it listens when it does not.
                None => return Err(StoreError::new(Trouble::Unavailable, "the connection has ended")),
                Some(Err(error)) => return Err(unheard(error)),
                Some(Ok(AsyncMessage::Notification(told))) => {
                    if let Some(change) = change(name, told.payload()) {
                        changes.send(change);
                    }
                }
                Some(Ok(_)) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_heard_by_others_only() {
        let mut pending = Pending {
            letters: true,
            bot: true,
            ..Pending::default()
        };
        pending.contacts = (0..1_000).map(|number| ContactId(u64::MAX - number)).collect();
        let told = words(7, &pending);
        assert!(told.iter().all(|words| words.len() < 8_000));
        let heard: Vec<_> = told.iter().filter_map(|words| change(8, words)).collect();
        assert_eq!(heard.len(), told.len());
        assert!(heard[0].letters && heard[0].bot && !heard[0].clocks && !heard[0].missed);
        let people: BTreeSet<_> = heard
            .iter()
            .flat_map(|change| change.contacts.iter().copied())
            .collect();
        assert_eq!(people, pending.contacts);
        assert!(told.iter().all(|words| change(7, words).is_none()));
        for strange in ["", "x", "7", "7 l", "7 l z", "hello world and more", "7  1,,2"] {
            // Anybody may notify a channel.
            let _ = change(8, strange);
        }
    }
}
