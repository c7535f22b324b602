//! `too-many-options`: more options than a channel can show.

use botflow_artifact::PlaceKind;
use botflow_message::measure::Limit;

use super::lengths::{Shape, shape};
use super::spoken::{Role, Sent, Spoken};
use super::words::{on, others, thousands};
use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF403",
    name: "too-many-options",
    level: Level::Error,
    summary: "A question has more options than a channel can show: they become lines of text, or do not even fit so.",
    page: include_str!("too_many_options.md"),
};

/// What a number and its dot take, with the end of the line.
const NUMBER: usize = 5;

/// Looks at all questions with options, and at messages with buttons.
pub(super) fn check(spoken: &Spoken<'_, '_>, findings: &mut Vec<Finding>) {
    for (index, sent) in spoken.sent.iter().enumerate() {
        if sent.asks.options < 2 {
            continue;
        }
        if let Some(PlaceKind::Choose(choose)) = sent.asks.place.map(|(_, place)| &place.kind)
            && choose.question != sent.id
        {
            // Its words for asking again show the same options.
            continue;
        }
        if let Some(finding) = unfit(spoken, index, sent) {
            findings.push(finding);
        } else {
            findings.extend(as_lines(spoken, sent));
        }
    }
}

/// Where the options stand that are too many.
fn place(spoken: &Spoken<'_, '_>, sent: &Sent<'_>) -> Span {
    match sent.asks.place {
        Some((place, _)) => spoken.context.lowered.place(place).name,
        None => sent.at,
    }
}

/// Options that are written out, on channels that can show some.
fn as_lines(spoken: &Spoken<'_, '_>, sent: &Sent<'_>) -> Option<Finding> {
    let count = sent.asks.options;
    let mut over: Vec<(usize, usize)> = spoken
        .each(sent.on)
        .filter(|(_, channel)| shape(channel.profile, count) == Shape::Lines)
        .filter_map(|(at, channel)| {
            let most = |limit: Limit| if limit.exists() { limit.most() } else { 0 };
            let holds = most(channel.profile.options.max).max(most(channel.profile.list.rows));
            (holds > 0 && holds < count).then_some((holds, at))
        })
        .collect();
    over.sort_unstable();
    let (holds, tightest) = over.first().copied()?;
    let channel = &spoken.channels[tightest].name;
    let rest = over[1..].iter().map(|(_, at)| &spoken.channels[*at].name);
    let mut finding = Finding::new(
        &RULE,
        place(spoken, sent),
        format!(
            "{} {holds} options can be pressed at most; here {} {}, so that people have to write the number of a \
             line.{}",
            on(channel),
            if listed(sent) { "there can be" } else { "are" },
            thousands(count),
            others(rest),
        ),
    )
    .help(if listed(sent) {
        format!("Offer fewer at a time (`at most {holds}`), with an option for more.")
    } else {
        "Ask in two steps: first what it is about, then what exactly.".to_owned()
    })
    .conversation(conversation(spoken, sent, channel));
    finding.level = Level::Warning;
    Some(finding)
}

/// Options that do not fit into one message even as lines.
fn unfit(spoken: &Spoken<'_, '_>, index: usize, sent: &Sent<'_>) -> Option<Finding> {
    // Nothing that people write takes less.
    if sent.asks.options < 8 {
        return None;
    }
    let mut worst: Option<(usize, usize, usize)> = None;
    let mut rest = Vec::new();
    for (at, channel) in spoken.each(sent.on) {
        let facts = &channel.profile.text;
        if shape(channel.profile, sent.asks.options) != Shape::Lines || facts.max == Limit::NONE {
            continue;
        }
        let listed = sent.asks.place.and_then(|(_, place)| match &place.kind {
            PlaceKind::Choose(choose) => choose
                .from
                .as_ref()
                .map(|from| (from.label, from.at_most as usize)),
            _ => None,
        });
        let mut total: usize = 0;
        let options = spoken.texts_of(index).filter(|shown| shown.role == Role::Option);
        let mut known = true;
        for shown in options {
            let times = match listed {
                Some((label, times)) if label == shown.text => times,
                _ => 1,
            };
            let languages = spoken.languages(index).iter();
            let lengths =
                languages.map(|language| spoken.bounds.text(shown.text, *language).in_unit(facts.unit));
            match lengths.collect::<Option<Vec<usize>>>() {
                Some(lengths) => {
                    let length = lengths.into_iter().max().unwrap_or(0) + NUMBER;
                    total = total.saturating_add(length.saturating_mul(times));
                }
                None => known = false,
            }
        }
        if !known || facts.max.allows(total) {
            continue;
        }
        match worst {
            Some((limit, ..)) if limit <= facts.max.most() => rest.push(at),
            _ => {
                rest.extend(worst.map(|(_, at, _)| at));
                worst = Some((facts.max.most(), at, total));
            }
        }
    }
    let (limit, at, total) = worst?;
    let channel = &spoken.channels[at].name;
    let others = others(rest.iter().map(|at| &spoken.channels[*at].name));
    Some(
        Finding::new(
            &RULE,
            place(spoken, sent),
            format!(
                "{} these {} options do not fit into one message: written out they can have {} characters, and it \
                 holds {}.{others}",
                on(channel),
                thousands(sent.asks.options),
                thousands(total),
                thousands(limit),
            ),
        )
        .help("Offer fewer at a time (`at most 10`), with an option for more, or ask in two steps.")
        .conversation(conversation(spoken, sent, channel)),
    )
}

/// The conversation to options that are written; how many a list has, systems decide.
fn conversation(spoken: &Spoken<'_, '_>, sent: &Sent<'_>, channel: &str) -> Vec<String> {
    match listed(sent) {
        true => Vec::new(),
        false => spoken.conversation(sent, channel, None),
    }
}

fn listed(sent: &Sent<'_>) -> bool {
    matches!(sent.asks.place.map(|(_, place)| &place.kind), Some(PlaceKind::Choose(choose)) if choose.from.is_some())
}
