//! `unreachable-audience`: on no channel of a trigger may a business write to the people it is for.

use botflow_artifact::TriggerSource;
use botflow_message::profile::{AfterWindow, SessionFacts, Starts};
use smol_str::SmolStr;

use super::declared::Declared;
use super::silent;
use crate::finding::{Edit, Finding, Fix, Level, Rule};
use crate::graph::label::duration;
use crate::hir::TriggerPart;
use crate::project::Span;
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF509",
    name: "unreachable-audience",
    level: Level::Warning,
    summary: "On no channel of a trigger may a business write to the people it is for.",
    page: include_str!("unreachable_audience.md"),
};

const HOUR_MS: i64 = 3_600_000;

/// Looks at all triggers that say where they go.
pub(super) fn check(context: &Context<'_>, triggers: &[Declared<'_>], findings: &mut Vec<Finding>) {
    for declared in triggers {
        let all_uncalled = declared.uncalled().count() == declared.trigger.sources.len();
        if declared.trigger.via.is_empty() || !all_uncalled || declared.trigger.sources.is_empty() {
            continue;
        }
        let scheduled = (declared.uncalled()).all(|source| matches!(source, TriggerSource::Every { .. }));
        let mut why = None;
        let nobody = declared.trigger.via.iter().all(|channel| {
            let facts = facts(context, channel);
            let closed = facts.and_then(|facts| closed(facts, declared.trigger.after_ms, scheduled));
            why = why.take().or(closed.map(|why| (channel.clone(), why)));
            closed.is_some()
        });
        let Some((channel, why)) = why.filter(|_| nobody) else {
            continue;
        };
        let message = match why {
            Closed::Comment => {
                format!("On `{channel}` a business may only answer what somebody has written there.")
            }
            Closed::Window(hours) if scheduled => format!(
                "On `{channel}` a business may write only to those who wrote in the last {hours}h, and at this time \
                 hardly anybody has."
            ),
            Closed::Window(hours) => format!(
                "On `{channel}` a business may write only to those who wrote in the last {hours}h, and {} later hardly \
                 anybody has.",
                duration(declared.trigger.after_ms)
            ),
        };
        let mut finding = Finding::new(&RULE, declared.at(TriggerPart::Via), message).help(
            "Name a channel, too, on which a business may write first, such as `sms`, `email` or `whatsapp` (with a \
             template), or come sooner.",
        );
        finding.fixes.extend(another(context, declared));
        finding = finding.conversation(silent::not_delivered(context, declared, &channel));
        findings.push(finding);
    }
}

/// Why a business cannot write first on a channel.
#[derive(Clone, Copy)]
enum Closed {
    /// It may only answer a comment.
    Comment,
    /// So many hours from the last message.
    Window(u32),
}

fn closed(facts: &SessionFacts, after_ms: i64, scheduled: bool) -> Option<Closed> {
    let first = !matches!(facts.starts, Starts::No | Starts::Comment);
    let later = !matches!(facts.after, AfterWindow::Tag | AfterWindow::Nothing);
    if first || later {
        return None;
    }
    let late = scheduled || after_ms >= i64::from(facts.window_hours) * HOUR_MS;
    match facts.window_hours {
        0 => Some(Closed::Comment),
        hours if late => Some(Closed::Window(hours)),
        _ => None,
    }
}

/// The facts of a channel; nothing is known of some.
fn facts<'c>(context: &'c Context<'_>, channel: &SmolStr) -> Option<&'c SessionFacts> {
    context.profiles.get(channel).map(|profile| &profile.session)
}

/// Adds a channel of the bot on which a business may write first.
fn another(context: &Context<'_>, declared: &Declared<'_>) -> Option<Fix> {
    let channels = context.bot.channels.iter();
    let open = channels
        .filter(|channel| *channel != "web" && *channel != "popup")
        .find(|channel| {
            let starts = facts(context, channel).map(|facts| facts.starts);
            matches!(starts, Some(Starts::Yes | Starts::Consent | Starts::Template))
        })?;
    let via = declared.at(TriggerPart::Via);
    Some(Fix {
        title: format!("Add `{open}`").into(),
        edits: vec![Edit {
            span: Span {
                start: via.end,
                ..via
            },
            text: format!(", {open}"),
        }],
    })
}
