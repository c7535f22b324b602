//! What goes wrong with machines: processes that are killed, power that fails, disks that are full, files that are damaged.
//! A short form runs with the other tests; `docs/durability.md` says how to run the long one.

pub mod child;
mod disk;
mod kill;
pub mod load;
mod overdue;
mod power;

/// How often something is done to a store: so often, or that many times as often as `BOTFLOW_FAULTS` says.
pub fn times(usual: usize) -> usize {
    let asked = std::env::var("BOTFLOW_FAULTS").ok();
    usual * asked.and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// Chance that is the same each time.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(seed | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap_or(0)
    }
}
