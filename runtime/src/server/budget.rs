//! What somebody has left: a bucket of tokens per address or visitor, which fills up with time.

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lru::LruCache;
use tokio::time::Instant;

/// How often something may be done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// So often at once.
    pub burst: u32,
    /// And so often each second in the long run.
    pub per_second: f64,
}

impl Rate {
    /// So often at once, and so often each second in the long run.
    pub const fn new(burst: u32, per_second: f64) -> Rate {
        Rate { burst, per_second }
    }
}

/// What everybody has left. Of those who were quiet longest nothing is remembered where there are too many: they begin
/// with a full bucket.
#[derive(Debug)]
pub struct Budget<K: Hash + Eq> {
    rate: Rate,
    left: Mutex<LruCache<K, Bucket>>,
}

/// What one has left.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    /// A full one.
    pub fn full(rate: Rate, now: Instant) -> Bucket {
        Bucket {
            tokens: f64::from(rate.burst),
            at: now,
        }
    }

    /// Takes one token.
    ///
    /// # Errors
    /// There is none; in so long there will be.
    pub fn take(&mut self, rate: Rate, now: Instant) -> Result<(), Duration> {
        let since = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + since * rate.per_second).min(f64::from(rate.burst));
        self.at = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        let wait = (1.0 - self.tokens) / rate.per_second.max(f64::MIN_POSITIVE);
        // Nobody is sent away for more than an hour.
        Err(Duration::from_secs_f64(wait.clamp(0.001, 3_600.0)))
    }
}

impl<K: Hash + Eq> Budget<K> {
    /// For at most so many at once.
    pub fn new(rate: Rate, remembered: usize) -> Budget<K> {
        let remembered = NonZeroUsize::new(remembered).unwrap_or(NonZeroUsize::MIN);
        Budget {
            rate,
            left: Mutex::new(LruCache::new(remembered)),
        }
    }

    /// Takes one token of somebody's.
    ///
    /// # Errors
    /// There is none; in so long there will be.
    pub fn take(&self, who: K, now: Instant) -> Result<(), Duration> {
        // Nothing panics while this is held.
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = left.get_or_insert_mut(who, || Bucket::full(self.rate, now));
        bucket.take(self.rate, now)
    }
}

/// A waiting time as whole seconds, for `Retry-After`: at least one.
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs_f64().ceil().max(1.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_up() {
        let rate = Rate::new(3, 2.0);
        let budget = Budget::new(rate, 2);
        let now = Instant::now();
        for _ in 0..3 {
            assert_eq!(budget.take("ana", now), Ok(()));
        }
        assert_eq!(budget.take("ana", now), Err(Duration::from_millis(500)));
        assert_eq!(budget.take("bob", now), Ok(()));
        assert_eq!(budget.take("ana", now + Duration::from_millis(500)), Ok(()));
        assert!(budget.take("ana", now + Duration::from_millis(500)).is_err());
        // A clock that steps back gives nothing.
        assert!(budget.take("ana", now).is_err());
        let later = now + Duration::from_secs(3600);
        for _ in 0..3 {
            assert_eq!(budget.take("ana", later), Ok(()));
        }
        assert!(budget.take("ana", later).is_err());
    }

    #[test]
    fn a_rate_of_nothing_says_come_back_in_an_hour() {
        let budget = Budget::new(Rate::new(0, 0.0), 1);
        assert_eq!(budget.take(1, Instant::now()), Err(Duration::from_secs(3600)));
    }
}
