//! Delivers letters: to channels, to systems, to people; at least once each, under one key, in the order of their lanes.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use botflow_machine::Delivery as Status;
use futures_util::FutureExt;
use smol_str::{SmolStr, format_smolstr};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::backoff;
use super::job::Target;
use super::meter::Outcome;
use super::{Engine, FollowError, Refused};
use crate::action::{Actions, Asked};
use crate::channel::{Channel, Delivery, SendError, SendErrorKind};
use crate::contact::outgoing::{CALL, IDENTITY, PEOPLE};
use crate::contact::{ContactId, Input, Outgoing, Saying};
use crate::people::People;
use crate::store::{AddressKey, Claim, Fate, Letter, Seq, Settled};

/// Who delivers letters.
pub struct Couriers {
    /// Channels, by name.
    pub channels: BTreeMap<SmolStr, Arc<dyn Channel>>,
    /// Lookups and actions.
    pub actions: Arc<Actions>,
    /// Colleagues.
    pub people: Option<Arc<dyn People>>,
}

impl Couriers {
    /// The routes on which letters are taken. Those to channels that this host has not wait for one that has; those to
    /// colleagues for one that knows where colleagues are.
    fn routes(&self) -> Vec<SmolStr> {
        let mut routes = vec![CALL, IDENTITY];
        routes.extend(self.channels.keys().cloned());
        if self.people.is_some() {
            routes.push(PEOPLE);
        }
        routes
    }
}

pub(super) async fn run(engine: Engine, couriers: Arc<Couriers>, stopping: CancellationToken) {
    let shared = Arc::clone(&engine.inner.shared);
    let routes = couriers.routes();
    // Each route has places of its own: one on which nothing goes keeps no other one back.
    let most = shared.settings.deliveries.clamp(1, Semaphore::MAX_PERMITS);
    let places = routes
        .iter()
        .map(|route| (route.clone(), Arc::new(Semaphore::new(most))));
    let places: BTreeMap<SmolStr, Arc<Semaphore>> = places.collect();
    let lease = i64::try_from(shared.settings.lease.as_millis()).unwrap_or(i64::MAX);
    let mut under_way = JoinSet::new();
    while !stopping.is_cancelled() {
        while under_way.try_join_next().is_some() {}
        let routes = open(&shared, &routes);
        let taken = |(route, places): (&SmolStr, &Arc<Semaphore>)| {
            let taken = most - places.available_permits();
            (taken > 0).then(|| (route.clone(), taken))
        };
        let taken: BTreeMap<SmolStr, usize> = places.iter().filter_map(taken).collect();
        let free = routes.iter().filter(|route| taken.get(*route) != Some(&most));
        let free: Vec<SmolStr> = free.cloned().collect();
        if free.is_empty() && !under_way.is_empty() {
            tokio::select! {
                biased;
                () = stopping.cancelled() => {}
                Some(_) = under_way.join_next() => {}
            }
            continue;
        }
        let now = shared.clock.now();
        let claim = Claim {
            token: (shared.entropy.next() >> 1).max(1),
            now,
            until: now.saturating_add(lease),
            routes: free,
            limit: most,
            under_way: taken,
        };
        let letters = match shared.store.claim(&claim).await {
            Ok(letters) => letters,
            Err(error) => {
                shared.meter.trouble(error.trouble);
                tracing::warn!(%error, "letters could not be read");
                pause(&shared, shared.settings.poll, &stopping, &mut under_way).await;
                continue;
            }
        };
        if letters.is_empty() {
            let wait = match shared.store.next_letter(&claim.routes).await {
                Ok(Some(at)) => {
                    let ahead = at.saturating_sub(shared.clock.now()).max(0);
                    Duration::from_millis(u64::try_from(ahead).unwrap_or(0))
                }
                _ => shared.settings.poll,
            };
            pause(&shared, wait.min(shared.settings.poll), &stopping, &mut under_way).await;
            continue;
        }
        for letter in letters {
            // It was asked for no more than there are places.
            let place = places
                .get(&letter.route)
                .and_then(|places| Arc::clone(places).try_acquire_owned().ok());
            let (engine, couriers) = (engine.clone(), Arc::clone(&couriers));
            let token = claim.token;
            under_way.spawn(async move {
                let _place = place;
                let seq = letter.seq;
                tokio::select! {
                    biased;
                    () = post(&engine, &couriers, token, letter) => {}
                    () = hold(&engine, token, seq) => {}
                }
            });
        }
    }
    let ends = async { while under_way.join_next().await.is_some() {} };
    if tokio::time::timeout(shared.settings.grace, ends).await.is_err() {
        let left = under_way.len();
        tracing::warn!(
            left,
            "deliveries have not ended in time; they are done again under the same keys"
        );
    }
}

/// The routes on which letters are taken at this moment: where other hosts run a version that this one cannot, they take
/// the turns that follow from answers.
fn open(shared: &super::Shared, routes: &[SmolStr]) -> Vec<SmolStr> {
    let is_behind = shared.behind().is_some();
    let open = |route: &&SmolStr| !is_behind || ![CALL, IDENTITY].contains(route);
    routes.iter().filter(open).cloned().collect()
}

/// Waits; not once there are new letters, one under way has arrived (the next of its lane can go), or the engine is
/// stopped.
async fn pause(
    shared: &super::Shared,
    wait: Duration,
    stopping: &CancellationToken,
    under_way: &mut JoinSet<()>,
) {
    tokio::select! {
        biased;
        () = stopping.cancelled() => {}
        () = shared.letters.notified() => {}
        Some(_) = under_way.join_next() => {}
        () = tokio::time::sleep(wait) => {}
    }
}

/// Keeps a letter claimed for as long as it is being delivered: a call may be declared to take longer than a claim holds,
/// and nobody else may do it at the same time. Where the store does not answer, or the claim was lost, the delivery goes on
/// all the same: its key sees to the rest. Ends never.
async fn hold(engine: &Engine, token: u64, seq: Seq) {
    let shared = &engine.inner.shared;
    let lease = shared.settings.lease;
    let milliseconds = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    loop {
        tokio::time::sleep((lease / 3).max(Duration::from_millis(1))).await;
        let until = shared.clock.now().saturating_add(milliseconds);
        let fate = Fate::UnderWay { until };
        if let Err(error) = shared.store.settle(token, vec![Settled { seq, fate }]).await {
            shared.meter.trouble(error.trouble);
            tracing::warn!(%error, "the claim on a letter could not be renewed");
        }
    }
}

/// Delivers one letter, and notes what became of it.
async fn post(engine: &Engine, couriers: &Couriers, token: u64, letter: Letter) {
    let shared = &engine.inner.shared;
    let (seq, route) = (letter.seq, letter.route.clone());
    let fate = match &letter.outgoing {
        // Nobody has told what became of the last attempt: it may be what ends whoever tries it.
        _ if letter.attempts > shared.settings.attempts => Fate::Dead {
            error: format!(
                "{} attempts, and nobody told what became of the last one",
                letter.attempts - 1
            ),
        },
        Outgoing::Say(saying) => say(engine, couriers, &letter, saying).await,
        Outgoing::Call { bot, name, request } => {
            match call(engine, couriers, &letter, *bot, name, request).await {
                // It is settled with the turn that its answer made.
                Ok(()) => return shared.meter.letter(&route, Outcome::Delivered),
                Err(fate) => fate,
            }
        }
        Outgoing::Tell { event } => match &couriers.people {
            None => Fate::Released,
            Some(people) => {
                let tell = async { people.tell(letter.contact, &letter.key, event).await };
                match timely(engine, tell).await {
                    Ok(()) => Fate::Delivered,
                    Err(error) => failed(engine, &letter, &error),
                }
            }
        },
        Outgoing::Identify { field, value } => match identify(engine, &letter, field, value).await {
            Ok(()) => return,
            Err(fate) => fate,
        },
    };
    let outcome = match &fate {
        Fate::Delivered => Some(Outcome::Delivered),
        Fate::Retry { .. } => Some(Outcome::Failed),
        Fate::Dead { .. } => Some(Outcome::Dead),
        Fate::Released | Fate::UnderWay { .. } => None,
    };
    if let Some(outcome) = outcome {
        shared.meter.letter(&route, outcome);
    }
    if let Fate::Dead { error } = &fate {
        tracing::error!(key = %letter.key, %route, %error, "a letter is given up; see `botflow outbox list`");
        if let Outgoing::Say(saying) = &letter.outgoing {
            undelivered(engine, &letter, saying).await;
        }
    }
    if let Err(error) = shared.store.settle(token, vec![Settled { seq, fate }]).await {
        // The claim runs out, and it is delivered once more under the same key.
        shared.meter.trouble(error.trouble);
        tracing::warn!(%error, key = %letter.key, "what became of a letter could not be noted");
    }
}

async fn say(engine: &Engine, couriers: &Couriers, letter: &Letter, saying: &Saying) -> Fate {
    let Some(channel) = couriers.channels.get(&saying.channel) else {
        let error = format!("this host has no channel `{}`", saying.channel);
        return Fate::Dead { error };
    };
    if saying.address.is_empty() {
        let error = format!("the person has no address on `{}`", saying.channel);
        return Fate::Dead { error };
    }
    let version = engine.inner.shared.deployment.current();
    // All of it within what is watched: a message that cannot be rendered has failed, too.
    let send = async {
        let rendering = version
            .profiles
            .get(&saying.channel)
            .map(|profile| botflow_message::render(&saying.message, profile));
        let delivery = Delivery {
            key: letter.key.clone(),
            contact: written_for(letter),
            channel: saying.channel.clone(),
            address: saying.address.clone(),
            number: saying.number,
            operator: saying.operator.clone(),
            message: saying.message.clone(),
            rendering: rendering.unwrap_or_default(),
            attempt: letter.attempts,
        };
        channel.send(&delivery).await
    };
    match timely(engine, send).await {
        Ok(_) => Fate::Delivered,
        Err(error) => failed(engine, letter, &error),
    }
}

/// Does not wait for ever, and a courier that panics is one that failed.
async fn timely<T>(
    engine: &Engine,
    doing: impl Future<Output = Result<T, SendError>>,
) -> Result<T, SendError> {
    let timeout = engine.inner.shared.settings.delivery_timeout;
    match tokio::time::timeout(timeout, AssertUnwindSafe(doing).catch_unwind()).await {
        Ok(Ok(done)) => done,
        Ok(Err(_panic)) => Err(SendError::new(SendErrorKind::Unknown, "delivering it panicked")),
        Err(_) => {
            let seconds = timeout.as_secs();
            let message = format!("no answer within {seconds} s; it may have arrived");
            Err(SendError::new(SendErrorKind::Unknown, message))
        }
    }
}

fn failed(engine: &Engine, letter: &Letter, error: &SendError) -> Fate {
    let shared = &engine.inner.shared;
    shared.meter.failure(&letter.route, error.kind.word());
    let text = error.to_string();
    if error.kind == SendErrorKind::Permanent || letter.attempts >= shared.settings.attempts {
        return Fate::Dead { error: text };
    }
    let pause = match error.retry_after {
        Some(wait) => wait,
        None => backoff::pause(letter.attempts, shared.entropy.next()),
    };
    let pause = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
    Fate::Retry {
        at: shared.clock.now().saturating_add(pause),
        error: text,
    }
}

/// Whom a letter was written for: who may have turned out to be somebody else since, whose messages have other numbers.
fn written_for(letter: &Letter) -> ContactId {
    let first = letter.key.split('.').next();
    first
        .and_then(|contact| contact.parse().ok())
        .unwrap_or(letter.contact)
}

/// The person is told by nobody that a message was given up; triggers and figures are.
async fn undelivered(engine: &Engine, letter: &Letter, saying: &Saying) {
    let input = Input::Status {
        message: saying.number,
        channel: saying.channel.clone(),
        status: Status::Failed,
    };
    let cause = format_smolstr!("dead.{}", letter.key);
    let target = Target::Contact(written_for(letter), input);
    if let Err(error) = engine.bring(target, Some(cause), None).await {
        tracing::warn!(%error, key = %letter.key, "a failed delivery could not be noted");
    }
}

/// Does a lookup or an action once; attempts are the bot's.
async fn call(
    engine: &Engine,
    couriers: &Couriers,
    letter: &Letter,
    bot: u64,
    name: &SmolStr,
    request: &botflow_machine::CallRequest,
) -> Result<(), Fate> {
    let shared = &engine.inner.shared;
    if bot != shared.deployment.current().hash() {
        // Perhaps another host runs a newer version, which asks for what only that host does.
        match super::follow(shared).await {
            Ok(_) => {}
            Err(FollowError::Store(error)) => return Err(unanswered(engine, letter, error.to_string())),
            Err(_) => return Err(Fate::Released),
        }
    }
    let version = match shared.version(bot).await {
        Ok(version) => version,
        Err(error) => return Err(unanswered(engine, letter, error.to_string())),
    };
    let outcome = match version {
        None => Err(None),
        Some(version) => {
            let asked = Asked {
                version: &version,
                name,
                request,
                contact: letter.contact,
                key: &letter.key,
            };
            // The bot has given the attempt up by then.
            let declared = version.program.bot.calls.get(request.call.index());
            let declared = declared.map_or(0, |call| u64::try_from(call.timeout_ms).unwrap_or(0));
            let longest = Duration::from_millis(declared).max(shared.settings.delivery_timeout);
            let perform = async { couriers.actions.perform(&asked).await };
            let performed = AssertUnwindSafe(perform).catch_unwind();
            match tokio::time::timeout(longest, performed).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_panic)) => {
                    tracing::error!(%name, key = %letter.key, "an action panicked");
                    Err(None)
                }
                Err(_) => {
                    tracing::warn!(%name, key = %letter.key, "an action did not answer");
                    Err(None)
                }
            }
        }
    };
    if outcome.is_err() {
        shared.meter.failure(&letter.route, "failed");
    }
    answered(engine, letter, bot, request, outcome)
        .await
        .map_err(|error| unanswered(engine, letter, error.to_string()))
}

async fn answered(
    engine: &Engine,
    letter: &Letter,
    bot: u64,
    request: &botflow_machine::CallRequest,
    outcome: Result<botflow_values::Value, Option<SmolStr>>,
) -> Result<(), Refused> {
    let target = Target::Answer {
        contact: letter.contact,
        bot,
        request: Box::new(request.clone()),
        outcome,
    };
    let cause = format_smolstr!("call.{}", letter.key);
    settled_by(
        engine.bring(target, Some(cause), Some(letter.seq)).await,
        engine,
        letter,
    )
    .await
}

/// The person is known by a value of the card.
async fn identify(engine: &Engine, letter: &Letter, field: &SmolStr, value: &SmolStr) -> Result<(), Fate> {
    let key = AddressKey {
        channel: format_smolstr!("={field}"),
        address: value.clone(),
    };
    let cause = format_smolstr!("identify.{}", letter.key);
    let target = Target::Identify(letter.contact, key);
    let done = engine.bring(target, Some(cause), Some(letter.seq)).await;
    let done = settled_by(done, engine, letter).await;
    done.map_err(|error| unanswered(engine, letter, error.to_string()))
}

/// The turn that would settle a letter was not taken. After so many attempts the letter is given up: the time that the bot
/// gives a call runs out, and the conversation goes on without it.
fn unanswered(engine: &Engine, letter: &Letter, error: String) -> Fate {
    let shared = &engine.inner.shared;
    if letter.attempts >= shared.settings.attempts {
        return Fate::Dead { error };
    }
    let pause = backoff::pause(letter.attempts, shared.entropy.next());
    let pause = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
    Fate::Retry {
        at: shared.clock.now().saturating_add(pause),
        error,
    }
}

/// A turn settles the letter that caused it. Where the turn had been taken before, or there is nobody to take it, nothing
/// is left to be done with the letter.
async fn settled_by(
    done: Result<super::Ack, Refused>,
    engine: &Engine,
    letter: &Letter,
) -> Result<(), Refused> {
    match done {
        Ok(ack) if !ack.duplicate => Ok(()),
        Ok(_) | Err(Refused::Nobody) => {
            let gone = vec![letter.seq];
            engine.inner.shared.store.discard(&gone).await?;
            Ok(())
        }
        Err(error) => Err(error),
    }
}
