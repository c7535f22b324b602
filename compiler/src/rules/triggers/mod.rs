//! Family BF5: triggers: conversations that the bot begins, experiments, goals, and who somebody is.
//!
//! What the conditions of triggers show is found in the resolved program ([`conditions`]), everything else is asked of
//! the bot and its graph ([`check`]). Only triggers that were understood as a whole are looked at ([`declared`]).

mod brings;
mod conditions;
mod declared;
mod experiments;
mod happens;
mod show;
mod silent;

pub mod experiment_never_joins;
pub mod experiment_weights;
pub mod experiment_without_goal;
pub mod experiments_overlap;
pub mod fires_on_itself;
pub mod goal_never_reached;
pub mod never_fires;
pub mod no_consent;
pub mod no_frequency_cap;
pub mod no_quiet_hours;
pub mod same_event_same_priority;
pub mod stop_shadowed;
pub mod too_many_together;
pub mod unreachable_audience;
pub mod unverified_identity;

use crate::finding::{Finding, Rule};
use crate::project::Source;
use crate::rules::flow::context::Context;

pub(crate) use conditions::Conditions;

/// The rules of this family, in order of code.
pub const RULES: &[&Rule] = &[
    &no_consent::RULE,
    &stop_shadowed::RULE,
    &no_frequency_cap::RULE,
    &no_quiet_hours::RULE,
    &same_event_same_priority::RULE,
    &never_fires::RULE,
    &fires_on_itself::RULE,
    &too_many_together::RULE,
    &unreachable_audience::RULE,
    &experiment_weights::RULE,
    &experiment_never_joins::RULE,
    &experiment_without_goal::RULE,
    &experiments_overlap::RULE,
    &unverified_identity::RULE,
    &goal_never_reached::RULE,
];

/// Looks at everything that begins conversations. Where a file could not be read, what would bring something about may
/// be missing, and nothing is said about what never happens.
pub(crate) fn check(
    context: &Context<'_>,
    conditions: &Conditions,
    sources: &[Source],
    unreadable: bool,
    findings: &mut Vec<Finding>,
) {
    // What no bot is declared for is a part of one.
    if context.lowered.spans.bot.is_none() {
        return;
    }
    stop_shadowed::check(context, sources, findings);
    unverified_identity::check(context, sources, findings);
    let triggers = declared::triggers(context);
    let experiments = experiments::experiments(context);
    let nothing = triggers.is_empty() && experiments.is_empty() && context.bot.goals.is_empty();
    let happens = (!unreadable && !nothing).then(|| happens::Happens::of(context));
    no_consent::check(context, &triggers, findings);
    let for_ever = fires_on_itself::check(context, &triggers, happens.as_ref(), findings);
    no_frequency_cap::check(context, &triggers, &for_ever, findings);
    no_quiet_hours::check(context, &triggers, findings);
    same_event_same_priority::check(context, &triggers, conditions, findings);
    too_many_together::check(context, &triggers, &for_ever, findings);
    unreachable_audience::check(context, &triggers, findings);
    if !experiments.is_empty() {
        experiment_weights::check(&experiments, sources, findings);
        experiment_without_goal::check(context, &experiments, sources, findings);
        let joins = experiments::joins(context);
        experiments_overlap::check(context, &experiments, &joins, conditions, sources, findings);
    }
    if let Some(happens) = &happens {
        never_fires::check(context, &triggers, conditions, happens, findings);
        experiment_never_joins::check(&experiments, conditions, findings);
        goal_never_reached::check(context, conditions, happens, findings);
    }
}
