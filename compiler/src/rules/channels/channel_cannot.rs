//! `channel-cannot`: a question for something that people cannot send on its channel.

use botflow_artifact::{Ask, PlaceKind, Type};
use botflow_message::profile::ReceiveFacts;

use super::spoken::Spoken;
use super::words::{on, others};
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF409",
    name: "channel-cannot",
    level: Level::Error,
    summary: "A question asks for a picture, a file or a place on a channel where people cannot send one.",
    page: include_str!("channel_cannot.md"),
};

/// Looks at all questions for something besides words.
pub(super) fn check(spoken: &Spoken<'_, '_>, findings: &mut Vec<Finding>) {
    for sent in &spoken.sent {
        let Some((place, found)) = sent.asks.place else {
            continue;
        };
        let PlaceKind::Ask(ask) = &found.kind else {
            continue;
        };
        if ask.question != sent.id {
            continue;
        }
        let Some((what, sends)) = wanted(spoken, ask) else {
            continue;
        };
        let without: Vec<_> = spoken
            .each(sent.on)
            .filter(|(_, channel)| !sends(&channel.profile.receives))
            .map(|(_, channel)| &channel.name)
            .collect();
        let Some((first, rest)) = without.split_first() else {
            continue;
        };
        let names: Vec<&str> = without.iter().map(|name| name.as_str()).collect();
        let condition = match names.as_slice() {
            [only] => format!("conversation.channel is {only}"),
            names => format!("conversation.channel in [{}]", names.join(", ")),
        };
        let at = spoken.context.lowered.place(place).name;
        findings.push(
            Finding::new(
                &RULE,
                at,
                format!(
                    "{} people cannot send {what}, so nobody can answer this.{}",
                    on(first),
                    others(rest.iter().copied()),
                ),
            )
            .help(format!(
                "Leave the question out there (`skip if {condition}`), or ask for something that can be written."
            ))
            .conversation(spoken.conversation(sent, first, None)),
        );
    }
}

/// Whether people can send something on a channel.
type Sends = fn(&ReceiveFacts) -> bool;

/// What an answer has to be, and whether a channel brings it.
fn wanted(spoken: &Spoken<'_, '_>, ask: &Ask) -> Option<(&'static str, Sends)> {
    let types = &spoken.context.bot.types;
    let mut ty = ask.ty;
    // Types refer to lower ids, so that this ends.
    loop {
        match types.get(ty.index())? {
            Type::Image => return Some(("a picture", |facts| facts.image)),
            Type::File => return Some(("a file", |facts| facts.file || facts.image || facts.audio)),
            Type::Location => return Some(("a place", |facts| facts.location)),
            Type::Optional(of) | Type::Narrowed { base: of, .. } if *of < ty => ty = *of,
            _ => return None,
        }
    }
}
