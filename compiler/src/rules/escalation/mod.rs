//! Family BF6: escalation: customers who wait for people, and people who get customers back.
//!
//! All checks ask the bot and its graph, and look at what a conversation comes to: an escalation that nothing escalates
//! to has no findings of its own ([`queue_never_used`] speaks of its queues).

mod follow;
mod hand_overs;
mod hours;
mod person_words;

pub mod bot_talks_over;
pub mod brief_missing;
pub mod closed_not_handled;
pub mod colleague_forgets;
pub mod handover_cycle;
pub mod no_way_back;
pub mod nobody_came;
pub mod promise_without_people;
pub mod queue_never_used;
pub mod queue_without_hours;
pub mod rule_never_fires;

use crate::finding::{Finding, Rule};
use crate::project::Source;
use crate::rules::flow::context::Context;

/// The rules of this family, in order of code.
pub const RULES: &[&Rule] = &[
    &nobody_came::RULE,
    &closed_not_handled::RULE,
    &handover_cycle::RULE,
    &bot_talks_over::RULE,
    &rule_never_fires::RULE,
    &queue_without_hours::RULE,
    &queue_never_used::RULE,
    &brief_missing::RULE,
    &no_way_back::RULE,
    &promise_without_people::RULE,
    &colleague_forgets::RULE,
];

/// Looks at everything about people. Where a file could not be read, ways and uses may be missing, and nothing is said
/// about what is not there. `implied` are rules of `always` that are yes only where an earlier one is.
pub(crate) fn check(
    context: &Context<'_>,
    implied: &[(usize, usize)],
    sources: &[Source],
    unreadable: bool,
    findings: &mut Vec<Finding>,
) {
    if context.lowered.spans.bot.is_none() {
        return;
    }
    let bot = context.bot;
    let hand_overs = hand_overs::hand_overs(context);
    if !hand_overs.is_empty() {
        handover_cycle::check(context, &hand_overs, findings);
        bot_talks_over::check(context, &hand_overs, findings);
        no_way_back::check(context, &hand_overs, findings);
    }
    promise_without_people::check(context, sources, findings);
    if unreadable {
        return;
    }
    let asked = hand_overs::asked(context);
    nobody_came::check(context, &hand_overs, &asked, findings);
    closed_not_handled::check(context, &hand_overs, &asked, findings);
    colleague_forgets::check(context, &hand_overs, findings);
    brief_missing::check(context, &hand_overs, sources, findings);
    if !bot.always_rules.is_empty() {
        rule_never_fires::check(context, implied, findings);
    }
    if !bot.queues.is_empty() {
        queue_without_hours::check(context, &hand_overs, &asked, sources, findings);
        queue_never_used::check(context, &hand_overs, &asked, findings);
    }
}
