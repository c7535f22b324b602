//! Family BF9: upgrades. What a new version does to conversations that are under way, and to what has been measured and
//! agreed to so far. `botflow diff OLD NEW` finds them; one version alone has none.
//!
//! Places are judged as the machine does it (`botflow_artifact::versions`). A range stands in the new version's sources, or
//! in the old one's where the thing is gone.

mod settings;

pub mod answer_lost;
pub mod answer_type_changed;
pub mod consent_purpose_changed;
pub mod customer_field_changed;
pub mod experiment_resplit;
pub mod goal_meaning_changed;
pub mod place_moved;
pub mod place_removed;
pub mod template_changed;
pub mod trigger_meaning_changed;

use crate::diff::upgrade::{Found, Pair};
use crate::finding::Rule;

/// The rules of this family, in order of code.
pub const RULES: &[&Rule] = &[
    &place_removed::RULE,
    &place_moved::RULE,
    &answer_type_changed::RULE,
    &answer_lost::RULE,
    &customer_field_changed::RULE,
    &trigger_meaning_changed::RULE,
    &goal_meaning_changed::RULE,
    &experiment_resplit::RULE,
    &consent_purpose_changed::RULE,
    &template_changed::RULE,
];

/// Looks at two versions.
pub(crate) fn check(pair: &Pair<'_>, found: &mut Vec<Found>) {
    let renamed = place_removed::check(pair, found);
    place_moved::check(pair, found);
    let changed = answer_type_changed::check(pair, found);
    answer_lost::check(pair, &renamed, &changed, found);
    customer_field_changed::check(pair, found);
    trigger_meaning_changed::check(pair, &renamed, found);
    goal_meaning_changed::check(pair, found);
    experiment_resplit::check(pair, found);
    consent_purpose_changed::check(pair, found);
    template_changed::check(pair, found);
}
