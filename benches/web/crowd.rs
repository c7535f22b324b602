//! Many visitors, who talk as soon as they can, or so often a second whatever becomes of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::visitor::Visitor;

/// Visitors who have opened the chat and were greeted.
pub struct Crowd {
    visitors: Arc<Vec<Mutex<Visitor>>>,
    /// How often somebody's turn has come.
    turns: Arc<AtomicUsize>,
}

/// What became of what they said.
pub struct Talked {
    /// How long each waited for their answer, from the shortest to the longest.
    took: Vec<Duration>,
    /// How long it lasted.
    pub span: Duration,
    /// What the visitors took of the processors.
    pub cpu: Duration,
}

impl Talked {
    fn new(mut took: Vec<Duration>, span: Duration, cpu: Duration) -> Talked {
        took.sort_unstable();
        Talked { took, span, cpu }
    }

    /// How many were answered.
    pub fn answers(&self) -> usize {
        self.took.len()
    }

    /// How many were answered a second.
    pub fn rate(&self) -> f64 {
        self.took.len() as f64 / self.span.as_secs_f64()
    }

    /// Within which time such a part of them was answered.
    pub fn within(&self, part: f64) -> Duration {
        let last = self.took.len().saturating_sub(1);
        let at = (last as f64 * part) as usize;
        self.took.get(at).copied().unwrap_or_default()
    }
}

impl Crowd {
    /// So many come, open the chat and are greeted.
    pub async fn connect(host: SocketAddr, people: usize) -> Crowd {
        let mut visitors = Vec::with_capacity(people);
        let mut coming = JoinSet::new();
        for place in 0..people {
            coming.spawn(async move {
                let mut visitor = Visitor::connect(host, place).await;
                visitor.open().await;
                visitor.look().await;
                visitor
            });
            // Not all at the same moment.
            if coming.len() >= 64
                && let Some(visitor) = coming.join_next().await
            {
                visitors.push(Mutex::new(visitor.expect("they come")));
            }
        }
        while let Some(visitor) = coming.join_next().await {
            visitors.push(Mutex::new(visitor.expect("they come")));
        }
        Crowd {
            visitors: Arc::new(visitors),
            turns: Arc::default(),
        }
    }

    /// So many of them wait for an answer at any moment; whoever has got it lets the next one speak.
    pub async fn at_once(&self, number: usize, span: Duration) -> Talked {
        let (began, cpu) = (Instant::now(), cpu_time());
        let mut speaking = JoinSet::new();
        for _ in 0..number {
            let (visitors, turns) = (Arc::clone(&self.visitors), Arc::clone(&self.turns));
            speaking.spawn(async move {
                let mut took = Vec::new();
                while began.elapsed() < span {
                    took.push(next(&visitors, &turns).await);
                }
                took
            });
        }
        let mut took = Vec::new();
        while let Some(one) = speaking.join_next().await {
            took.extend(one.expect("everybody is answered"));
        }
        Talked::new(took, began.elapsed(), cpu_time() - cpu)
    }

    /// So many speak each second, whether or not those before them were answered.
    pub async fn each_second(&self, rate: f64, span: Duration) -> Talked {
        let (began, cpu) = (Instant::now(), cpu_time());
        let mut speaking = JoinSet::new();
        let mut took = Vec::new();
        let mut number = 0_u32;
        loop {
            let at = Duration::from_secs_f64(f64::from(number) / rate.max(1.0));
            if at >= span {
                break;
            }
            // When the next one speaks does not depend on the answers.
            tokio::time::sleep_until((began + at).into()).await;
            let (visitors, turns) = (Arc::clone(&self.visitors), Arc::clone(&self.turns));
            speaking.spawn(async move { next(&visitors, &turns).await });
            number += 1;
            while let Some(one) = speaking.try_join_next() {
                took.push(one.expect("everybody is answered"));
            }
        }
        while let Some(one) = speaking.join_next().await {
            took.push(one.expect("everybody is answered"));
        }
        Talked::new(took, began.elapsed(), cpu_time() - cpu)
    }
}

/// The next one says something; how long the answer took.
async fn next(visitors: &[Mutex<Visitor>], turns: &AtomicUsize) -> Duration {
    let asked = Instant::now();
    let turn = turns.fetch_add(1, Ordering::Relaxed);
    let mut visitor = visitors[turn % visitors.len()].lock().await;
    visitor.talk().await;
    let took = asked.elapsed();
    visitor.look().await;
    took
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}
