//! `no-failure-way-out`: a call may fail, and nobody says what happens then.

use botflow_artifact::{Handler, Hears, PlaceKind};

use super::heard::{Heard, places};
use crate::finding::{Finding, Level, Rule};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF301",
    name: "no-failure-way-out",
    level: Level::Error,
    summary: "A call may fail, and nobody says what happens then.",
    page: include_str!("no_failure_way_out.md"),
};

/// Looks at every call.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let heard = Heard::new(context, level);
    for (id, place, node) in places(context) {
        let PlaceKind::Call(site) = &place.kind else {
            continue;
        };
        let Some(call) = context.bot.calls.get(site.call.index()) else {
            continue;
        };
        if site.failed.is_some() || heard.at(place) {
            continue;
        }
        let conversation = context.tell_and(&context.path(node), |plan| plan.fails(site.call, None));
        findings.push(
            Finding::new(
                &RULE,
                context.lowered.place(id).name,
                format!(
                    "When `{}` fails here, nobody tells the customer: the conversation goes on as if nothing had \
                     happened.",
                    call.name
                ),
            )
            .help(
                "Say what happens then: `failed -> …` in a block behind the call, or `on failed -> …` for the whole \
                 flow, or in `always` for all of them.",
            )
            .conversation(conversation),
        );
    }
}

/// A handler with a condition may not hear.
fn level(handlers: &[&Handler]) -> bool {
    let hears = |handler: &&Handler| matches!(handler.hears, Hears::Failed) && handler.condition.is_none();
    handlers.iter().any(hears)
}
