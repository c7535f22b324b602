//! Family BF2: the graph: where conversations get stuck.
//!
//! What the order of statements alone shows was noticed by code generation ([`crate::codegen::Facts`]); everything
//! else is asked of the graph. All checks are linear in the size of the bot.

pub(crate) mod context;
mod islands;

pub mod clocks_out_of_order;
pub mod dead_end;
pub mod digression_ends_conversation;
pub mod duplicate_place;
pub mod ends_without_outcome;
pub mod handler_never_hears;
pub mod nags_for_ever;
pub mod never_asked;
pub mod no_way_out;
pub mod nothing_to_ask_again;
pub mod runs_itself;
pub mod statement_never_runs;
pub mod step_falls_off;
pub mod talks_to_itself;
pub mod unknown_target;
pub mod unreachable_flow;
pub mod unreachable_step;
pub mod wait_in_loop;

use crate::codegen::Lowered;
use crate::finding::{Finding, Rule};
use crate::graph::Graph;

use context::Context;

/// The rules of this family, in order of code.
pub const RULES: &[&Rule] = &[
    &unreachable_step::RULE,
    &unreachable_flow::RULE,
    &dead_end::RULE,
    &step_falls_off::RULE,
    &no_way_out::RULE,
    &talks_to_itself::RULE,
    &runs_itself::RULE,
    &ends_without_outcome::RULE,
    &digression_ends_conversation::RULE,
    &duplicate_place::RULE,
    &nags_for_ever::RULE,
    &statement_never_runs::RULE,
    &unknown_target::RULE,
    &wait_in_loop::RULE,
    &never_asked::RULE,
    &handler_never_hears::RULE,
    &clocks_out_of_order::RULE,
    &nothing_to_ask_again::RULE,
];

/// Everything that the code and the graph of a bot show.
pub fn check(lowered: &Lowered, graph: &Graph) -> Vec<Finding> {
    check_behind(&Context::new(lowered, graph), &mut [])
}

/// As [`check`]; and puts into the conversations of findings that are there already how their flows begin, which only
/// the graph knows.
pub(crate) fn check_behind(context: &Context<'_>, before: &mut [Finding]) -> Vec<Finding> {
    for finding in before {
        context.complete(&mut finding.conversation);
    }
    let mut findings = Vec::new();
    unreachable_step::check(context, &mut findings);
    unreachable_flow::check(context, &mut findings);
    dead_end::check(context, &mut findings);
    step_falls_off::check(context, &mut findings);
    let mut stuck = talks_to_itself::check(context, &mut findings);
    stuck.extend(nags_for_ever::check(context, &mut findings));
    no_way_out::check(context, &stuck, &mut findings);
    runs_itself::check(context, &mut findings);
    ends_without_outcome::check(context, &mut findings);
    digression_ends_conversation::check(context, &mut findings);
    duplicate_place::check(context, &mut findings);
    statement_never_runs::check(context, &mut findings);
    wait_in_loop::check(context, &mut findings);
    handler_never_hears::check(context, &mut findings);
    clocks_out_of_order::check(context, &mut findings);
    nothing_to_ask_again::check(context, &mut findings);
    findings
}
