//! One simulation from its first moment to its last.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use botflow_runtime::action::Actions;
use botflow_runtime::deployment::Deployment;
use botflow_runtime::engine::{Couriers, Engine, Parts, Settings};
use botflow_runtime::store::Store;
use smol_str::format_smolstr;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{sleep, timeout};

use super::bots;
use super::customers::customer;
use super::ends::{SimChannel, SimPeople, SimSystem};
use super::laws;
use super::life::Life;
use super::store::SimStore;
use super::world::World;

/// What became of a simulation.
pub struct Told {
    pub trace: String,
    pub problems: Vec<String>,
    /// How often what happened that a simulation is about.
    pub counts: BTreeMap<&'static str, u64>,
}

/// So long the weather is bad.
const STORM: Duration = Duration::from_secs(2_400);

/// Everything has to have happened so long after it has cleared up: claims by clocks that were an hour ahead have run out,
/// and all waits are over.
const AFTER: Duration = Duration::from_secs(2 * 3_600);

/// Customers have come through within this, after which nothing is to be hoped for.
const PATIENCE: Duration = Duration::from_secs(12 * 3_600);

/// Plays one.
pub fn play(seed: u64) -> Told {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime
        .expect("a runtime without threads can be made")
        .block_on(story(seed))
}

async fn story(seed: u64) -> Told {
    let (ended, ends) = unbounded_channel();
    let hosts = 2 + usize::try_from(seed % 3).expect("it is small");
    let world = World::new(seed, hosts, ended);
    let kept = world
        .store
        .keep_bot(bots::hash(0), bots::bytes(0), true, world.now())
        .await;
    kept.expect("the store in memory keeps it");
    let skews: Vec<_> = (0..hosts).map(|_| Arc::new(AtomicI64::new(0))).collect();
    for (host, skew) in skews.iter().enumerate() {
        begin(&world, host, skew).await;
    }
    tokio::spawn(keep_up(Arc::clone(&world), skews.clone(), ends));
    let weather = tokio::spawn(weather(Arc::clone(&world), skews.clone()));
    let people = world.chance().between(1, 4);
    let households = world.chance().between(1, 2);
    let mut customers = Vec::new();
    for person in 0..people {
        let (name, channel) = match person % 2 {
            0 => (format_smolstr!("visitor{person}"), "web"),
            _ => (format_smolstr!("+4070000000{person}"), "sms"),
        };
        // Those of one address are one: two of them, or up to four.
        let mail = format_smolstr!("mail{}@example.com", person / 2 % households);
        customers.push(tokio::spawn(customer(Arc::clone(&world), name, channel, mail)));
    }
    sleep(STORM).await;
    weather.abort();
    world.calm();
    for skew in &skews {
        skew.store(0, Ordering::Relaxed);
    }
    let mut problems = Vec::new();
    for customer in customers {
        match timeout(PATIENCE, customer).await {
            Err(_) => problems.push("a customer never comes through".to_owned()),
            Ok(Err(error)) => problems.push(format!("a customer: {error}")),
            Ok(Ok(())) => {}
        }
    }
    sleep(AFTER).await;
    let seen = std::mem::take(&mut *world.seen());
    let (broken, counts) = laws::judge(&world, seen).await;
    problems.extend(broken);
    Told {
        trace: world.trace(),
        problems,
        counts,
    }
}

/// A host begins: with the version that the store says runs.
async fn begin(world: &Arc<World>, host: usize, skew: &Arc<AtomicI64>) {
    let life = Life::new(Arc::clone(world), host, Arc::clone(skew));
    world.note(format_args!("host {host} begins"));
    // What is read here fails as little as the bot's file on a disk.
    let current = world.store.current_bot().await.expect("memory does not fail");
    let version = Arc::clone(bots::known(current.expect("one runs")));
    let (deliveries, committers) = {
        let mut chance = world.chance();
        (chance.between(1, 8), chance.between(1, 3))
    };
    let engine = Engine::start(Parts {
        store: Arc::new(SimStore(Arc::clone(&life))),
        deployment: Arc::new(Deployment::of(version)),
        clock: Arc::clone(&life) as Arc<dyn botflow_runtime::Clock>,
        entropy: Arc::clone(&life) as Arc<dyn botflow_runtime::engine::Entropy>,
        settings: Settings {
            waiting: 64,
            batch: 16,
            committers: usize::try_from(committers).expect("it is small"),
            cached: 3,
            patience: Duration::from_secs(4),
            poll: Duration::from_secs(240),
            lease: Duration::from_secs(60),
            deliveries: usize::try_from(deliveries).expect("it is small"),
            attempts: 10_000,
            ..Settings::default()
        },
    });
    let mut actions = Actions::default();
    for name in ["stock.count", "crm.save"] {
        actions.add(name, Arc::new(SimSystem(Arc::clone(&life))));
    }
    let channels = ["web", "sms", "email"].map(|name| {
        let life = Arc::clone(&life);
        let channel: Arc<dyn botflow_runtime::Channel> = Arc::new(SimChannel { life, name });
        (name.into(), channel)
    });
    engine.dispatch(Couriers {
        channels: channels.into_iter().collect(),
        actions: Arc::new(actions),
        people: Some(Arc::new(SimPeople(Arc::clone(&life)))),
    });
    world.hosts.lock().expect("nothing panics while it is held")[host] = Some((engine, life));
}

/// A host that has ended begins anew, a little later.
async fn keep_up(world: Arc<World>, skews: Vec<Arc<AtomicI64>>, mut ends: UnboundedReceiver<usize>) {
    while let Some(host) = ends.recv().await {
        let (world, skew) = (Arc::clone(&world), Arc::clone(&skews[host]));
        tokio::spawn(async move {
            world.pause(100, 90_000).await;
            begin(&world, host, &skew).await;
        });
    }
}

/// What happens to hosts and to the store.
async fn weather(world: Arc<World>, skews: Vec<Arc<AtomicI64>>) {
    let mut running = 0;
    loop {
        world.pause(1_000, 240_000).await;
        let what = world.chance().below(8);
        match what {
            0 | 1 => {
                let hours = world.chance().below(7_200_001);
                let skew = i64::try_from(hours).expect("it is small") - 3_600_000;
                let host = world.chance().below(skews.len() as u64);
                world.note(format_args!("the clock of host {host} is {skew} ms off"));
                skews[usize::try_from(host).expect("it is small")].store(skew, Ordering::Relaxed);
            }
            2 | 3 => {
                let length = Duration::from_millis(world.chance().between(100, 70_000));
                world.note(format_args!("the store is gone for {length:?}"));
                world.outage(length);
            }
            4 => {
                let host = world.chance().below(skews.len() as u64);
                let host = usize::try_from(host).expect("it is small");
                let stopped = world.hosts.lock().expect("nothing panics while it is held")[host].take();
                if let Some((engine, life)) = stopped {
                    tokio::spawn(stop(Arc::clone(&world), engine, life));
                }
            }
            5 | 6 => {
                if let Some(engine) = world.somewhere()
                    && running + 1 < bots::VERSIONS
                {
                    world.note(format_args!("version {}", running + 1));
                    let newer = bots::version(running + 1);
                    let switched = timeout(Duration::from_secs(30), engine.switch(newer)).await;
                    running += usize::from(matches!(switched, Ok(Ok(_))));
                }
            }
            _ => {}
        }
    }
}

/// A host is stopped, and begins anew as soon as it has: which takes no longer than what is under way.
async fn stop(world: Arc<World>, engine: Engine, life: Arc<Life>) {
    world.note(format_args!("host {} is stopped", life.host));
    let stopped = timeout(Duration::from_secs(400), engine.stop()).await.is_ok();
    if !stopped && !life.has_ended() {
        let problem = format!("host {} does not stop", life.host);
        world.seen().problems.push(problem);
    }
    life.end("after it was stopped");
}
