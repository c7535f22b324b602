//! The world that hosts live in: its time, its weather, what is kept in it and what was seen of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use botflow_runtime::channel::Delivery;
use botflow_runtime::contact::{ContactId, PeopleEvent};
use botflow_runtime::engine::{Ack, Inbound};
use botflow_runtime::store::{Commit, MemoryStore};
use botflow_runtime::{Engine, Input};
use smol_str::SmolStr;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, sleep};

use super::chance::Chance;
use super::life::Life;

/// Monday, 5 January 2026, 10:00 in the bot's zone.
pub const DAWN: i64 = 1_767_600_000_000;

/// A commit that was written.
#[derive(Debug)]
pub struct Written {
    pub commit: Commit,
    /// The host that wrote it, and how many numbers it had drawn by then.
    pub host: usize,
    pub drawn: usize,
    /// What was kept before of the person, and of the one who was absorbed.
    pub before: Option<Arc<[u8]>>,
    pub absorbed: Option<Arc<[u8]>>,
}

/// A message that has reached its receiver.
#[derive(Debug)]
pub struct Arrival {
    pub key: SmolStr,
    pub channel: SmolStr,
    pub address: SmolStr,
    pub text: SmolStr,
    pub number: u64,
}

/// What happens to somebody, by its cause.
#[derive(Clone, Debug)]
pub enum Told {
    Inbound(Inbound),
    Host(Input),
    /// A channel reports on a message that was written for this person.
    Report(ContactId, Input),
}

/// Everything that is seen from outside.
#[derive(Debug, Default)]
pub struct Seen {
    pub written: Vec<Written>,
    pub arrivals: Vec<Arrival>,
    /// What colleagues were told, by key.
    pub people: BTreeMap<SmolStr, PeopleEvent>,
    /// What systems were asked, by key.
    pub asked: BTreeMap<SmolStr, String>,
    /// Which version asked, by key.
    pub asked_by: BTreeMap<SmolStr, u64>,
    /// What was sent, by cause.
    pub told: BTreeMap<SmolStr, Told>,
    /// What was acknowledged, by cause.
    pub acked: BTreeMap<SmolStr, Ack>,
    /// Who came by, each once.
    pub came: Vec<Inbound>,
    /// What was sent once, without an id.
    pub once: Vec<Inbound>,
    /// The words of those that were acknowledged.
    pub once_acked: Vec<SmolStr>,
    /// What one host took that was sent to it at once, in the order in which it was sent.
    pub in_a_row: Vec<Vec<(SmolStr, Ack)>>,
    /// Letters that a channel has refused for ever.
    pub refused: BTreeSet<SmolStr>,
    /// Numbers that were drawn, by the host that drew them.
    pub drawn: BTreeMap<usize, Vec<u64>>,
    /// How often what happened that a simulation is about.
    pub counts: BTreeMap<&'static str, u64>,
    /// What went wrong beyond what weather may do.
    pub problems: Vec<String>,
}

/// A host that is up, and what ends it.
type Up = (Engine, Arc<Life>);

/// The world.
pub struct World {
    pub store: Arc<MemoryStore>,
    chance: Mutex<Chance>,
    trace: Mutex<String>,
    began: Instant,
    is_calm: AtomicBool,
    outage_until: AtomicI64,
    pub seen: Mutex<Seen>,
    /// Hosts that are up.
    pub hosts: Mutex<Vec<Option<Up>>>,
    /// Who is told that a host has ended.
    pub ended: UnboundedSender<usize>,
}

impl World {
    pub fn new(seed: u64, hosts: usize, ended: UnboundedSender<usize>) -> Arc<World> {
        Arc::new(World {
            store: Arc::new(MemoryStore::numbered(1)),
            chance: Mutex::new(Chance::of(seed)),
            trace: Mutex::default(),
            began: Instant::now(),
            is_calm: AtomicBool::new(false),
            outage_until: AtomicI64::new(0),
            seen: Mutex::default(),
            hosts: Mutex::new((0..hosts).map(|_| None).collect()),
            ended,
        })
    }

    /// True time.
    pub fn now(&self) -> i64 {
        DAWN + i64::try_from(self.began.elapsed().as_millis()).expect("a simulation ends before that")
    }

    pub fn chance(&self) -> MutexGuard<'_, Chance> {
        self.chance.lock().expect("nothing panics while it is held")
    }

    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("nothing panics while it is held")
    }

    /// It has come to what a simulation is about.
    pub fn count(&self, what: &'static str) {
        *self.seen().counts.entry(what).or_default() += 1;
    }

    /// A line of the trace.
    pub fn note(&self, line: std::fmt::Arguments<'_>) {
        let mut trace = self.trace.lock().expect("nothing panics while it is held");
        writeln!(trace, "{} {line}", self.now() - DAWN).expect("memory takes it");
    }

    pub fn trace(&self) -> String {
        self.trace
            .lock()
            .expect("nothing panics while it is held")
            .clone()
    }

    /// From now on nothing fails.
    pub fn calm(&self) {
        self.note(format_args!("calm"));
        self.is_calm.store(true, Ordering::Relaxed);
        self.outage_until.store(0, Ordering::Relaxed);
    }

    pub fn is_calm(&self) -> bool {
        self.is_calm.load(Ordering::Relaxed)
    }

    /// Something fails, once in so many times; never while it is calm.
    pub fn strikes(&self, times: u64) -> bool {
        !self.is_calm() && self.chance().one_in(times)
    }

    /// The store is gone until then.
    pub fn outage(&self, length: Duration) {
        let until = self.now() + i64::try_from(length.as_millis()).expect("an outage is short");
        self.outage_until.store(until, Ordering::Relaxed);
    }

    pub fn is_out(&self) -> bool {
        self.now() < self.outage_until.load(Ordering::Relaxed)
    }

    /// Some time passes, as it does on networks.
    pub async fn lag(&self) {
        let lag = {
            let mut chance = self.chance();
            if !self.is_calm() && chance.one_in(50) {
                chance.between(100, 3_000)
            } else if !self.is_calm() && chance.one_in(8) {
                chance.between(1, 20)
            } else {
                return;
            }
        };
        sleep(Duration::from_millis(lag)).await;
    }

    /// So many milliseconds pass, or any number between.
    pub async fn pause(&self, first: u64, last: u64) {
        let pause = self.chance().between(first, last);
        sleep(Duration::from_millis(pause)).await;
    }

    /// A host that is up, by chance.
    pub fn somewhere(&self) -> Option<Engine> {
        let hosts = self.hosts.lock().expect("nothing panics while it is held");
        let place = self.chance().below(hosts.len() as u64);
        let host = hosts[usize::try_from(place).expect("there are few hosts")].as_ref();
        host.map(|(engine, _)| engine.clone())
    }

    /// A message has reached its receiver.
    pub fn arrives(&self, delivery: &Delivery) {
        self.note(format_args!(
            "{} arrives at {} {}: {}",
            delivery.key, delivery.channel, delivery.address, delivery.message.text
        ));
        self.seen().arrivals.push(Arrival {
            key: delivery.key.clone(),
            channel: delivery.channel.clone(),
            address: delivery.address.clone(),
            text: delivery.message.text.clone(),
            number: delivery.number,
        });
    }

    /// Tries until it is acknowledged, anywhere. What comes back is lost at times, and what is sent is sent twice.
    pub async fn insist(
        self: Arc<World>,
        cause: SmolStr,
        told: Told,
        contact: Option<ContactId>,
        id: SmolStr,
    ) {
        self.seen().told.insert(cause.clone(), told.clone());
        loop {
            let again = self.chance().one_in(8);
            if again && !self.is_calm() {
                let (world, told, id) = (Arc::clone(&self), told.clone(), id.clone());
                let cause = cause.clone();
                tokio::spawn(async move {
                    world.pause(0, 400_000).await;
                    world.send(&cause, &told, contact, &id).await;
                });
            }
            if self.send(&cause, &told, contact, &id).await {
                return;
            }
            self.pause(200, 8_000).await;
        }
    }

    /// A sender was told that it is stored: whoever is told so again is told the same.
    pub fn acknowledged(&self, cause: &SmolStr, ack: Ack) {
        let ack = Ack {
            duplicate: false,
            ..ack
        };
        let known = self.seen().acked.insert(cause.clone(), ack.clone());
        if known.is_some() {
            self.count("acknowledged again");
        }
        if let Some(known) = known.filter(|known| *known != ack) {
            let problem = format!("{cause} is answered with {ack:?} after {known:?}");
            self.seen().problems.push(problem);
        }
    }

    async fn send(&self, cause: &SmolStr, told: &Told, contact: Option<ContactId>, id: &SmolStr) -> bool {
        self.lag().await;
        let Some(engine) = self.somewhere().filter(|_| !self.strikes(12)) else {
            return false;
        };
        let sent = async {
            match told {
                Told::Inbound(inbound) => engine.deliver(inbound.clone()).await,
                Told::Report(_, input) | Told::Host(input) => {
                    let contact = contact.expect("the host speaks of somebody");
                    engine.happen(contact, input.clone(), Some(id.clone())).await
                }
            }
        };
        let Ok(answer) = tokio::time::timeout(Duration::from_secs(15), sent).await else {
            self.note(format_args!("{cause} is not answered"));
            return false;
        };
        if self.strikes(12) {
            self.note(format_args!("the answer to {cause} is lost"));
            return false;
        }
        match answer {
            Ok(ack) => {
                self.note(format_args!(
                    "{cause} is acknowledged: {} at {}",
                    ack.contact, ack.revision
                ));
                self.acknowledged(cause, ack);
                true
            }
            Err(refused) => {
                self.note(format_args!("{cause} is refused: {refused}"));
                false
            }
        }
    }
}
