//! How fast a connection is read: whoever sends faster than anybody can write waits, and costs nothing meanwhile.

use std::time::Duration;

use tokio::time::Instant;

use crate::server::Rate;

/// Frames and what they weigh, against what one visitor may say: acknowledgements and answers to pings are frames, too.
const FRAMES: u32 = 8;

/// So many bytes weigh as much as a frame.
const WEIGHT: usize = 2_048;

/// Nobody is left unread for longer than this.
const LONGEST: Duration = Duration::from_secs(10);

/// What a connection may still send at once.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Rate,
    left: f64,
    at: Instant,
}

impl Pace {
    /// For a connection of somebody who may say so much.
    pub fn new(said: Rate, now: Instant) -> Pace {
        let rate = Rate::new(
            said.burst.saturating_mul(FRAMES),
            said.per_second * f64::from(FRAMES),
        );
        Pace {
            rate,
            left: f64::from(rate.burst),
            at: now,
        }
    }

    /// A frame of so many bytes has come. Gives until when nothing more is read, where it came too early.
    pub fn spend(&mut self, bytes: usize, now: Instant) -> Option<Instant> {
        let since = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = now;
        self.left = (self.left + since * self.rate.per_second).min(f64::from(self.rate.burst));
        self.left -= 1.0 + (bytes / WEIGHT) as f64;
        if self.left >= 0.0 {
            return None;
        }
        let wait = -self.left / self.rate.per_second.max(f64::MIN_POSITIVE);
        let wait = Duration::from_secs_f64(wait.min(LONGEST.as_secs_f64()));
        // Nobody owes more than what the longest wait pays for.
        self.left = self.left.max(-self.rate.per_second * LONGEST.as_secs_f64());
        Some(now + wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_too_fast_waits_and_large_frames_weigh_more() {
        let now = Instant::now();
        let mut pace = Pace::new(Rate::new(30, 1.0), now);
        // What a page says of itself is never too fast.
        for _ in 0..200 {
            assert_eq!(pace.spend(100, now), None);
        }
        for _ in 0..40 {
            pace.spend(100, now);
        }
        assert_eq!(pace.spend(0, now), Some(now + Duration::from_millis(125)));
        let later = now + Duration::from_secs(3_600);
        assert_eq!(pace.spend(0, later), None);
        let large = (0..100).filter(|_| pace.spend(64 * 1024, later).is_some());
        assert_eq!(large.count(), 93);
        assert_eq!(pace.spend(0, later), Some(later + LONGEST));
    }

    #[test]
    fn a_pace_of_nothing_has_an_end() {
        let now = Instant::now();
        let mut pace = Pace::new(Rate::new(0, 0.0), now);
        assert_eq!(pace.spend(0, now), Some(now + LONGEST));
    }
}
