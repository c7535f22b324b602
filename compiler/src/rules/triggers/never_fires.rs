//! `never-fires`: a trigger, or a part of one, that nothing can bring about.

use botflow_artifact::{Fallback, Occurrence, TriggerId, TriggerSource};
use smol_str::SmolStr;

use super::conditions::Conditions;
use super::declared::Declared;
use super::happens::Happens;
use super::{show, silent};
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
    let mut stuck: Vec<&Declared<'_>> = Vec::new();
    for declared in triggers {
        let found = nothing_sets_it_off(declared)
            .or_else(|| contradicts_itself(context, declared, conditions))
            .or_else(|| no_time(context, declared));
        match found {
            Some(finding) => findings.push(finding),
            // What no conversation brings about at all is told by source.
            None if happens.waits_for(declared.id).is_some()
                && !nothing_happens(context, declared, happens) =>
            {
                stuck.push(declared);
            }
            None => {
                sources(context, declared, conditions, happens, findings);
                findings.extend(no_next_channel(context, declared));
                findings.extend(nothing_calls_it_off(context, declared, happens));
                let agreed = not_agreed_to(context, declared, happens);
                wanting.extend(agreed.map(|(consent, at)| (consent, at, declared)));
                findings.extend(agreed_to_elsewhere(context, declared, happens));
            }
        }
    }
    set_off_by_themselves(context, happens, &stuck, findings);
    nobody_agrees(context, wanting, findings);
}

/// Whether no conversation at all brings about what sets a trigger off.
fn nothing_happens(context: &Context<'_>, declared: &Declared<'_>, happens: &Happens) -> bool {
    declared.trigger.sources.iter().all(|source| match source {
        TriggerSource::On { what, .. } => happens.never(context, what).is_some(),
        TriggerSource::Every { .. } => false,
    })
}

/// Triggers that wait for what only they themselves bring about. Several that wait for each other are one mistake.
fn set_off_by_themselves(
    context: &Context<'_>,
    happens: &Happens,
    stuck: &[&Declared<'_>],
    findings: &mut Vec<Finding>,
) {
    let mut told: Vec<TriggerId> = Vec::new();
    for declared in stuck {
        if told.contains(&declared.id) {
            continue;
        }
        let first = told.len();
        told.push(declared.id);
        let mut next = first;
        while let Some(id) = told.get(next).copied() {
            next += 1;
            for by in happens.waits_for(id).into_iter().flatten() {
                if !told.contains(by) {
                    told.push(*by);
                }
            }
        }
        let others = stuck.iter().filter(|other| told[first + 1..].contains(&other.id));
        findings.extend(set_off_by_itself(context, declared, &others.collect::<Vec<_>>()));
    }
}

fn set_off_by_itself(
    context: &Context<'_>,
    declared: &Declared<'_>,
    others: &[&&Declared<'_>],
) -> Option<Finding> {
    let (TriggerSource::On { what, .. }, at) = declared.sources().next()? else {
        return None;
    };
    let bot = context.bot;
    let happens = match what {
        Occurrence::Entered(stage) => format!("enters the stage `{}`", bot.stages.get(stage.index())?),
        Occurrence::Asked(intent) => format!("hears `{}`", bot.intents.get(intent.index())?.name),
        _ => return None,
    };
    let message = match others {
        [] => format!("Only what this starts {happens}, so that nothing sets it off the first time."),
        _ => format!(
            "Only what triggers start that wait for each other {happens}, so that nothing sets this off the first time."
        ),
    };
    let mut finding = Finding::new(&RULE, at, message).help(
        "Bring it about in a conversation that a customer begins, too, or let something else set this off.",
    );
    finding = finding.conversation(silent::nothing_follows(context, what, declared.trigger.after_ms));
    for other in others.iter().take(RELATED) {
        finding = finding.related(other.name, "This one never goes off, either.");
    }
    Some(finding)
}

/// A consent that is asked for on other channels alone than those on which the trigger writes.
fn agreed_to_elsewhere(context: &Context<'_>, declared: &Declared<'_>, happens: &Happens) -> Option<Finding> {
    let bot = context.bot;
    let trigger = declared.trigger;
    if channels_tell(context) || declared.uncalled().count() != trigger.sources.len() {
        return None;
    }
    let mut needed: Vec<(usize, Option<Span>)> = (trigger.needs.iter().map(|consent| consent.index()))
        .zip(declared.all(TriggerPart::Needs).map(Some))
        .collect();
    if trigger.needs.is_empty() {
        let marketing = bot.consents.iter().position(|consent| consent == MARKETING)?;
        needed.push((marketing, None));
    }
    let (consent, asked, needs) = needed.into_iter().find_map(|(consent, needs)| {
        let asked = happens.granted_on(consent)?;
        // A trigger that names no consent writes to whoever is present on the web anyway.
        let reached = |channel: &SmolStr| asked.contains(&channel) || needs.is_none() && channel == "web";
        (!declared.channels().iter().any(reached)).then_some((consent, asked, needs))
    })?;
    let list = |channels: &[&SmolStr]| {
        let quoted: Vec<String> = channels.iter().map(|channel| format!("`{channel}`")).collect();
        quoted.join(" and ")
    };
    let goes: Vec<&SmolStr> = declared.channels().iter().collect();
    let name = bot.consents.get(consent)?;
    let written = declared
        .all(TriggerPart::Via)
        .next()
        .or(needs)
        .unwrap_or(declared.name);
    let mut finding = Finding::new(
        &RULE,
        written,
        format!(
            "This writes on {}, and people are asked to agree to `{name}` for {} alone, so that it goes to nobody.",
            list(&goes),
            list(&asked)
        ),
    )
    .help(format!(
        "Write where people have agreed to it, or ask for the other channel, too: `consent {name} granted on {}`.",
        goes.first()?
    ));
    finding = finding.conversation(silent::passed(context, declared, "no consent", |plan| {
        plan.is_meant_by(trigger);
        plan.wishes.agrees(consent.into());
        if let Some(channel) = asked.first() {
            plan.agreed_elsewhere(channel);
        }
    }));
    if let (Some(span), Some(channel)) = (declared.all(TriggerPart::Via).next(), asked.first())
        && bot.channels.contains(channel)
    {
        let end = Span {
            start: span.end,
            ..span
        };
        finding = finding.fix(format!("Add `{channel}`"), end, format!(", {channel}"));
    }
    Some(finding)
}

/// Whether channels tell of people who agreed there.
fn channels_tell(context: &Context<'_>) -> bool {
    let mut mentioned = context.bot.events.iter().take(context.lowered.mentioned_events);
    mentioned.any(|event| event.name == "opted_in")
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

fn contradicts_itself(
    context: &Context<'_>,
    declared: &Declared<'_>,
    conditions: &Conditions,
) -> Option<Finding> {
    conditions.triggers.binary_search(&declared.id).ok()?;
    let message = "Nobody can meet this condition, so that the trigger never goes off.";
    let help =
        "Take the condition out, or write the one that you mean. All conditions of a trigger have to be yes.";
    let finding = Finding::new(&RULE, declared.all(TriggerPart::If).last()?, message).help(help);
    Some(finding.conversation(silent::passed(context, declared, "condition", |_| {})))
}

/// Times that are over before they begin.
fn no_time(context: &Context<'_>, declared: &Declared<'_>) -> Option<Finding> {
    let trigger = declared.trigger;
    let expires = trigger.expires_ms?;
    let at = declared.at(TriggerPart::Expires);
    if expires == 0 {
        let message = "This is given up at the very moment at which it should go off, so that it never does.";
        let finding = Finding::new(&RULE, at, message).help("Give it time, such as `expires 2h`.");
        return Some(finding.conversation(silent::given_up(context, declared, expires)));
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
            .conversation(silent::given_up(context, declared, expires))
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
fn nobody_agrees(
    context: &Context<'_>,
    mut wanting: Vec<(usize, Span, &Declared<'_>)>,
    findings: &mut Vec<Finding>,
) {
    if channels_tell(context) {
        return;
    }
    wanting.sort_by_key(|(consent, ..)| *consent);
    let mut rest = wanting.as_slice();
    while let Some((consent, at, declared)) = rest.first() {
        let same = rest.iter().take_while(|(other, ..)| other == consent).count();
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
        ))
        .conversation(silent::passed(context, declared, "no consent", |plan| {
            plan.is_meant_by(declared.trigger);
        }));
        for (_, other, _) in of_consent.iter().skip(1).take(RELATED) {
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
            let message = match (source, declared.trigger.conditions.is_empty()) {
                (
                    TriggerSource::On {
                        what: Occurrence::Joined(_),
                        ..
                    },
                    _,
                ) => "Nobody who has just joined can meet this condition, so that it sets nothing off.",
                (
                    TriggerSource::On {
                        what: Occurrence::Left(_),
                        ..
                    },
                    _,
                ) => "Nobody who has just left can meet this condition, so that it sets nothing off.",
                (_, true) => "Nothing can meet this condition, so that it sets nothing off.",
                (_, false) => {
                    "No event can meet this condition together with those below, so that it sets nothing off."
                }
            };
            let help = "Take the condition out, or write the one that you mean.";
            let shown = silent::not_counted(context, declared, source);
            findings.push(Finding::new(&RULE, at, message).help(help).conversation(shown));
        } else if let TriggerSource::On { what, .. } = source
            && let Some((why, help)) = happens.never(context, what)
        {
            let message = format!("{why}, so that nothing sets this off.");
            let shown = silent::nothing_follows(context, what, declared.trigger.after_ms);
            findings.push(Finding::new(&RULE, at, message).help(help).conversation(shown));
        }
    }
}

/// What stands behind `unless` never happens.
fn nothing_calls_it_off(
    context: &Context<'_>,
    declared: &Declared<'_>,
    happens: &Happens,
) -> Option<Finding> {
    let mut unless = declared.trigger.unless.iter();
    let (why, help) = unless.find_map(|what| happens.never(context, what))?;
    let at = declared.all(TriggerPart::After).next()?;
    let finding = Finding::new(&RULE, at, format!("{why}, so that nothing calls this off.")).help(help);
    Some(finding.conversation(show::begun(context, declared, |plan| {
        plan.line(format!("* {}", show::starts(context, declared)));
    })))
}

/// What is not read, or does not arrive, leads to no other channel.
fn no_next_channel(context: &Context<'_>, declared: &Declared<'_>) -> Option<Finding> {
    let trigger = declared.trigger;
    let parts = declared.all(TriggerPart::Unread);
    for ((kind, after), at) in trigger.fallback.iter().zip(parts) {
        if trigger.via.len() < 2 {
            let message = "There is no next channel: `via` names no other one, so that this never happens.";
            let help = "Name the channels in order: `via whatsapp, sms`.";
            let shown = silent::no_other_channel(context, declared, *after, false);
            return Some(Finding::new(&RULE, at, message).help(help).conversation(shown));
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
            let shown = silent::no_other_channel(context, declared, *after, true);
            return Some(Finding::new(&RULE, at, message).help(help).conversation(shown));
        }
    }
    None
}
