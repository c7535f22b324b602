//! `never-fires`: a trigger, or a part of one, that nothing can bring about.

use botflow_artifact::{Fallback, TriggerSource};

use super::conditions::Conditions;
use super::declared::Declared;
use super::happens::Happens;
use crate::conversation::begins::{MARKETING, is_open};
use crate::finding::{Finding, Level, Rule};
use crate::graph::label::duration;
use crate::hir::TriggerPart;
use crate::project::Span;
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF506",
    name: "never-fires",
    level: Level::Warning,
    summary: "A trigger, or what it does next, can never come about.",
    page: include_str!("never_fires.md"),
};

/// So many further places are named in one finding.
const RELATED: usize = 10;
const HOUR_MS: i64 = 3_600_000;
const DAY_MINUTES: i64 = 24 * 60;

/// Looks at all triggers. Of one that never fires the first reason is told.
pub(super) fn check(
    context: &Context<'_>,
    triggers: &[Declared<'_>],
    conditions: &Conditions,
    happens: &Happens,
    findings: &mut Vec<Finding>,
) {
    let mut wanting = Vec::new();
    for declared in triggers {
        let found = nothing_sets_it_off(declared)
            .or_else(|| contradicts_itself(declared, conditions))
            .or_else(|| no_time(declared));
        match found {
            Some(finding) => findings.push(finding),
            None => {
                sources(context, declared, conditions, happens, findings);
                findings.extend(no_next_channel(declared));
                wanting.extend(not_agreed_to(context, declared, happens));
            }
        }
    }
    nobody_agrees(context, wanting, findings);
}

fn nothing_sets_it_off(declared: &Declared<'_>) -> Option<Finding> {
    declared.trigger.sources.is_empty().then(|| {
        Finding::new(
            &RULE,
            declared.name,
            "Nothing sets this off, so that nobody ever hears of it.",
        )
        .help("Say what does: `on EVENT`, or `every day at 10:00`.")
    })
}

fn contradicts_itself(declared: &Declared<'_>, conditions: &Conditions) -> Option<Finding> {
    conditions.triggers.binary_search(&declared.id).ok()?;
    let message = "Nobody can meet this condition, so that the trigger never goes off.";
    let help =
        "Take the condition out, or write the one that you mean. All conditions of a trigger have to be yes.";
    Some(Finding::new(&RULE, declared.all(TriggerPart::If).last()?, message).help(help))
}

/// Times that are over before they begin.
fn no_time(declared: &Declared<'_>) -> Option<Finding> {
    let trigger = declared.trigger;
    let expires = trigger.expires_ms?;
    let at = declared.at(TriggerPart::Expires);
    if expires == 0 {
        let message = "This is given up at the very moment at which it should go off, so that it never does.";
        return Some(Finding::new(&RULE, at, message).help("Give it time, such as `expires 2h`."));
    }
    let (from, to) = trigger.between?;
    let missed = |source: &TriggerSource| match source {
        TriggerSource::On { .. } => false,
        TriggerSource::Every { at, .. } => {
            let ready = (i64::from(*at) + trigger.after_ms / 60_000).rem_euclid(DAY_MINUTES);
            let waits = (i64::from(from) - ready).rem_euclid(DAY_MINUTES);
            // The clocks may be put on or back in between.
            !is_open(from, to, ready) && waits * 60_000 - 2 * HOUR_MS > expires
        }
    };
    (trigger.sources.iter().all(missed)).then(|| {
        let message = format!(
            "By {:02}:{:02}, when it may first write, this has been given up, so that it never goes off.",
            from / 60,
            from % 60
        );
        Finding::new(&RULE, at, message)
            .help("Let it begin within the hours of `between`, or let it wait longer (`expires`).")
    })
}

/// A consent that a trigger needs and that no conversation asks for, and where that is said.
fn not_agreed_to(context: &Context<'_>, declared: &Declared<'_>, happens: &Happens) -> Option<(usize, Span)> {
    let bot = context.bot;
    let trigger = declared.trigger;
    let needed = trigger.needs.iter().map(|consent| consent.index());
    let named = needed
        .zip(declared.all(TriggerPart::Needs))
        .find(|(consent, _)| !happens.is_granted(*consent));
    named.or_else(|| {
        let marketing = bot.consents.iter().position(|consent| consent == MARKETING)?;
        let everywhere = declared.channels().iter().all(|channel| channel != "web");
        let proactive = declared.uncalled().count() == trigger.sources.len();
        (trigger.needs.is_empty() && everywhere && proactive && !happens.is_granted(marketing))
            .then_some((marketing, declared.name))
    })
}

/// That nobody is asked for a consent is one mistake, however many triggers need it.
fn nobody_agrees(context: &Context<'_>, mut wanting: Vec<(usize, Span)>, findings: &mut Vec<Finding>) {
    // Channels tell of people who agreed there.
    let mut mentioned = context.bot.events.iter().take(context.lowered.mentioned_events);
    if mentioned.any(|event| event.name == "opted_in") {
        return;
    }
    wanting.sort_by_key(|(consent, _)| *consent);
    let mut rest = wanting.as_slice();
    while let Some((consent, at)) = rest.first() {
        let same = rest.iter().take_while(|(other, _)| other == consent).count();
        let (of_consent, behind) = rest.split_at(same);
        rest = behind;
        let Some(name) = context.bot.consents.get(*consent) else {
            continue;
        };
        let mut finding = Finding::new(
            &RULE,
            *at,
            format!("This goes only to people who agreed to `{name}`, and no conversation asks anybody to."),
        )
        .help(format!(
            "Ask for it in a flow, and write it down there: `consent {name} granted`. If people agree elsewhere, such as \
             in the shop, say so: `# botflow: allow never-fires -- they agree in the shop`."
        ));
        for (_, other) in of_consent.iter().skip(1).take(RELATED) {
            finding = finding.related(*other, "The same goes for this one.");
        }
        findings.push(finding);
    }
}

/// Sources that never set it off; the others may.
fn sources(
    context: &Context<'_>,
    declared: &Declared<'_>,
    conditions: &Conditions,
    happens: &Happens,
    findings: &mut Vec<Finding>,
) {
    for (number, (source, at)) in declared.sources().enumerate() {
        if conditions.sources.binary_search(&(declared.id, number)).is_ok() {
            let message =
                "No event can meet this condition together with those below, so that it sets nothing off.";
            let help = "Take the condition out, or write the one that you mean.";
            findings.push(Finding::new(&RULE, at, message).help(help));
        } else if let TriggerSource::On { what, .. } = source
            && let Some((why, help)) = happens.never(context, what)
        {
            findings
                .push(Finding::new(&RULE, at, format!("{why}, so that nothing sets this off.")).help(help));
        }
    }
}

/// What is not read, or does not arrive, leads to no other channel.
fn no_next_channel(declared: &Declared<'_>) -> Option<Finding> {
    let trigger = declared.trigger;
    let parts = declared.all(TriggerPart::Unread);
    for ((kind, after), at) in trigger.fallback.iter().zip(parts) {
        if trigger.via.len() < 2 {
            let message = "There is no next channel: `via` names no other one, so that this never happens.";
            let help = "Name the channels in order: `via whatsapp, sms`.";
            return Some(Finding::new(&RULE, at, message).help(help));
        }
        // What the channel itself says did not arrive goes on at once.
        let given_up = |expires: &i64| after.is_some_and(|after| *expires <= after);
        if let Some(expires) = trigger.expires_ms.filter(given_up) {
            let what = match kind {
                Fallback::Undelivered => "did not arrive",
                Fallback::Unread => "was not read",
            };
            let message = format!(
                "After {} the trigger is given up, so that what {what} never goes to the next channel.",
                duration(expires)
            );
            let help = "Go on sooner, or give it up later (`expires`).";
            return Some(Finding::new(&RULE, at, message).help(help));
        }
    }
    None
}
