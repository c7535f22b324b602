//! How long to wait before something that failed is tried again.

use std::time::Duration;

/// The first pause.
const FIRST: Duration = Duration::from_secs(1);

/// No pause is longer.
const LONGEST: Duration = Duration::from_secs(3600);

/// The pause after so many failed attempts (from 1): twice as long each time, at most an hour, and somewhere between half
/// and all of that by `chance`, so that what failed together is not tried together.
pub(super) fn pause(attempts: u32, chance: u64) -> Duration {
    let doublings = attempts.saturating_sub(1).min(16);
    let whole = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    let half = whole / 2;
    let part = u32::try_from(chance % 1_001).unwrap_or(0);
    half + half * part / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_bounded() {
        for chance in [0, 1, 500, 1_000, u64::MAX] {
            assert!(pause(1, chance) >= FIRST / 2 && pause(1, chance) <= FIRST);
            assert!(pause(u32::MAX, chance) <= LONGEST);
            for attempts in 1..40 {
                assert!(pause(attempts + 1, 0) >= pause(attempts, 0));
            }
        }
    }
}
