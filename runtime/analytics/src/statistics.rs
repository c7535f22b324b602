//! Shares with their intervals, spans of time with their percentiles, and which of several shares is the best. Every
//! method is exact or numeric; nothing is drawn by lot, so that the same entries give the same figures.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Those meant.
    pub part: u64,
    /// All that were looked at.
    pub all: u64,
}

impl Share {
    /// So many of so many.
    pub fn new(part: u64, all: u64) -> Share {
        Share { part, all }
    }

    /// One more was looked at.
    pub fn count(&mut self, meant: bool) {
        self.all += 1;
        self.part += u64::from(meant);
    }

    /// The share, 0 to 1; `None` of nothing.
    pub fn rate(&self) -> Option<f64> {
        (self.all > 0).then(|| self.part as f64 / self.all as f64)
    }

    /// Where the true share lies with a confidence of 95 %: the Wilson score interval.
    pub fn interval(&self) -> Option<(f64, f64)> {
        /// The quantile 0.975 of the normal distribution.
        const Z: f64 = 1.959_963_984_540_054;
        let rate = self.rate()?;
        let all = self.all as f64;
        let (square, below) = (Z * Z, 1.0 + Z * Z / all);
        let middle = (rate + square / (2.0 * all)) / below;
        let half = Z / below * (rate * (1.0 - rate) / all + square / (4.0 * all * all)).sqrt();
        Some(((middle - half).max(0.0), (middle + half).min(1.0)))
    }

    /// Both together; of periods that do not overlap.
    pub fn merge(&mut self, other: Share) {
        self.part += other.part;
        self.all += other.all;
    }
}

/// Spans of time, in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spans {
    /// How often each span was seen.
    seen: BTreeMap<i64, u64>,
    /// How many there are.
    count: u64,
}

impl Spans {
    /// One more; a negative one counts as none at all.
    pub fn add(&mut self, span: i64) {
        *self.seen.entry(span.max(0)).or_default() += 1;
        self.count += 1;
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The smallest span that at least so many per cent do not exceed (nearest rank); `None` of nothing.
    pub fn percentile(&self, percent: u32) -> Option<i64> {
        let rank = (u128::from(self.count) * u128::from(percent.min(100)))
            .div_ceil(100)
            .max(1);
        let mut passed = 0u128;
        self.seen.iter().find_map(|(span, times)| {
            passed += u128::from(*times);
            (passed >= rank).then_some(*span)
        })
    }

    /// The 50th percentile.
    pub fn median(&self) -> Option<i64> {
        self.percentile(50)
    }

    /// Their mean, rounded down.
    pub fn mean(&self) -> Option<i64> {
        let seen = self.seen.iter();
        let sum: i128 = seen
            .map(|(span, times)| i128::from(*span) * i128::from(*times))
            .sum();
        i64::try_from(sum.checked_div(i128::from(self.count))?).ok()
    }

    /// Both together; of periods that do not overlap.
    pub fn merge(&mut self, other: &Spans) {
        for (span, times) in &other.seen {
            *self.seen.entry(*span).or_default() += times;
        }
        self.count += other.count;
    }
}

/// How likely each share is the highest one, given what was seen and nothing else known before: the posteriors are
/// beta distributions `Beta(part + 1, all - part + 1)`, compared on a grid. The probabilities add up to 1.
pub fn best_of(shares: &[Share]) -> Vec<f64> {
    /// Cells of the grid; with so many the error is far below a thousandth.
    const CELLS: usize = 4096;
    if shares.is_empty() {
        return Vec::new();
    }
    // The grid spans where any of the posteriors has weight.
    let (mut low, mut high) = (1.0f64, 0.0f64);
    for share in shares {
        let (a, b) = parameters(share);
        let mean = a / (a + b);
        let deviation = (a * b / ((a + b) * (a + b) * (a + b + 1.0))).sqrt();
        low = low.min(mean - 12.0 * deviation);
        high = high.max(mean + 12.0 * deviation);
    }
    let (low, high) = (low.max(0.0), high.min(1.0));
    let masses: Vec<Vec<f64>> = shares
        .iter()
        .map(|share| {
            let (a, b) = parameters(share);
            let heights: Vec<f64> = (0..CELLS)
                .map(|cell| {
                    let x = low + (high - low) * (cell as f64 + 0.5) / CELLS as f64;
                    (a - 1.0) * x.ln() + (b - 1.0) * (1.0 - x).ln()
                })
                .collect();
            // Heights are logarithms: the highest becomes 1, so that nothing overflows.
            let top = heights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let masses: Vec<f64> = heights.iter().map(|height| (height - top).exp()).collect();
            let sum: f64 = masses.iter().sum();
            masses.iter().map(|mass| mass / sum).collect()
        })
        .collect();
    let mut below = vec![0.0; shares.len()];
    let mut best = vec![0.0; shares.len()];
    for cell in 0..CELLS {
        let here: Vec<f64> = masses.iter().map(|masses| masses[cell]).collect();
        for (index, best) in best.iter_mut().enumerate() {
            // In the same cell each is the higher one as often as not.
            let others = below.iter().zip(&here).enumerate();
            let beats: f64 = others
                .filter(|(other, _)| *other != index)
                .map(|(_, (below, here))| below + here / 2.0)
                .product();
            *best += here[index] * beats;
        }
        for (below, here) in below.iter_mut().zip(&here) {
            *below += here;
        }
    }
    let sum: f64 = best.iter().sum();
    best.iter().map(|one| one / sum).collect()
}

fn parameters(share: &Share) -> (f64, f64) {
    let part = share.part.min(share.all);
    (part as f64 + 1.0, (share.all - part) as f64 + 1.0)
}

/// By how much a figure differs from an earlier one: 0.1 is ten per cent more. `None` where there was nothing before.
pub fn change(before: f64, now: f64) -> Option<f64> {
    (before != 0.0).then(|| (now - before) / before)
}
