//! The figures, one file for each group. Each is computed from a [`crate::Stream`] for a [`crate::Selection`]; grouped
//! by a dimension with [`crate::Selection::by`].

pub mod business;
pub mod comparisons;
pub mod experiments;
pub mod friction;
pub mod operators;
pub mod reach;
pub mod resolution;
pub mod satisfaction;
pub mod speed;
pub mod understanding;

pub use business::{Abandonment, Business, Comments, Costs, Recovered};
pub use comparisons::{Every, Funnel, trend};
pub use experiments::{Arm, Experiment, Rule};
pub use friction::{Friction, Place};
pub use operators::{Operator, Presence};
pub use reach::Reach;
pub use resolution::Resolution;
pub use satisfaction::{Ratings, Satisfaction};
pub use speed::Speed;
pub use understanding::Understanding;

use std::collections::BTreeMap;

use smol_str::SmolStr;

/// Counts by name.
pub type Counts = BTreeMap<SmolStr, u64>;

/// One more of a name.
fn count(counts: &mut Counts, name: impl Into<SmolStr>) {
    *counts.entry(name.into()).or_default() += 1;
}

/// What several ways to say nearly the same have in common: their words, folded, without those that add nothing, each
/// once and in order.
pub fn theme(text: &str) -> SmolStr {
    let message = botflow_understanding::normalise(text);
    let words = (0..message.words().len()).filter_map(|at| message.word(at));
    let mut words: Vec<&str> = words.collect();
    let telling: Vec<&str> = (words.iter().copied())
        .filter(|word| {
            !botflow_understanding::fillers::is_filler(word)
                && !botflow_understanding::fillers::is_small(word)
        })
        .collect();
    if !telling.is_empty() {
        words = telling;
    }
    words.sort_unstable();
    words.dedup();
    SmolStr::from(words.join(" "))
}
