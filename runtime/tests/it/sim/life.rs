//! The life of one host, from its start to its end: it may end wherever it waits for anything. From then on nothing that
//! it waits for ever comes, and nothing of it is seen any more.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use botflow_runtime::Clock;
use botflow_runtime::engine::Entropy;

use super::world::World;

/// Once in so many steps a host ends.
const END: u64 = 900;

/// The life of a host.
pub struct Life {
    pub world: Arc<World>,
    pub host: usize,
    /// How far its clock is off; it stays so when the host begins anew.
    pub skew: Arc<AtomicI64>,
    has_ended: AtomicBool,
}

impl Life {
    pub fn new(world: Arc<World>, host: usize, skew: Arc<AtomicI64>) -> Arc<Life> {
        Arc::new(Life {
            world,
            host,
            skew,
            has_ended: AtomicBool::new(false),
        })
    }

    /// A step: it may be the last.
    pub async fn step(&self) {
        if !self.has_ended() && self.world.strikes(END) {
            self.end("in the middle of something");
        }
        if self.has_ended() {
            pending::<()>().await;
        }
    }

    /// It ends.
    pub fn end(&self, how: &str) {
        if self.has_ended.swap(true, Ordering::Relaxed) {
            return;
        }
        self.world.count("ended");
        self.world.note(format_args!("host {} ends {how}", self.host));
        self.world.hosts.lock().expect("nothing panics while it is held")[self.host] = None;
        // Who listens ends with the simulation.
        let _ = self.world.ended.send(self.host);
    }

    pub fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::Relaxed)
    }
}

impl Clock for Life {
    fn now(&self) -> i64 {
        self.world.now() + self.skew.load(Ordering::Relaxed)
    }
}

impl Entropy for Life {
    fn next(&self) -> u64 {
        let number = self.world.chance().next().max(1);
        let mut seen = self.world.seen();
        seen.drawn.entry(self.host).or_default().push(number);
        number
    }
}
