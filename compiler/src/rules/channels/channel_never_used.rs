//! `channel-never-used`: a channel on which the bot never says anything.

use smol_str::SmolStr;

use super::spoken::{Spoken, comments_of, is_comments};
use super::words::name;
use crate::config::Config;
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF415",
    name: "channel-never-used",
    level: Level::Warning,
    summary: "The bot is declared for a channel, or its settings are changed, and nothing is ever said there.",
    page: include_str!("channel_never_used.md"),
};

/// Looks at the channels of the bot, and at those of botflow.toml.
pub(super) fn check(spoken: &Spoken<'_, '_>, config: &Config, unreadable: bool, findings: &mut Vec<Finding>) {
    let context = spoken.context;
    let bot = context.bot;
    let declared = |channel: &SmolStr| bot.channels.contains(channel);
    for changes in &config.channels {
        // Comments are answered for the channels they belong to.
        let answered = bot.messages.iter().any(|message| message.public_reply)
            && bot
                .channels
                .iter()
                .any(|on| comments_of(on) == Some(&changes.channel));
        if !declared(&changes.channel) && !answered {
            findings.push(
                Finding::new(
                    &RULE,
                    changes.span,
                    format!(
                        "The bot does not speak on {}, so that these settings change nothing.",
                        name(&changes.channel)
                    ),
                )
                .help(format!(
                    "Take them out, or add the channel to the bot (`channels …, {}`).",
                    changes.channel
                )),
            );
        }
    }
    // Where something could not be read, what is said there may be missing.
    let Some(at) = context.lowered.spans.bot.filter(|_| !unreadable) else {
        return;
    };
    if spoken.sent.is_empty() {
        return;
    }
    let triggers = || bot.triggers.iter();
    for channel in &bot.channels {
        let said = spoken.sent.iter().any(|sent| sent.reached.on(channel).is_some())
            || bot
                .messages
                .iter()
                .any(|message| message.via.as_ref() == Some(channel))
            || triggers().any(|trigger| trigger.via.contains(channel));
        // Comments begin nothing by themselves.
        let heard = !is_comments(channel)
            || triggers().any(|trigger| {
                trigger.sources.iter().any(|source| match source {
                    botflow_artifact::TriggerSource::On { what, .. } => match what {
                        botflow_artifact::Occurrence::CommentAbout(_) => true,
                        botflow_artifact::Occurrence::Event(event) => {
                            let event = bot.events.get(event.index());
                            event.is_some_and(|event| event.name == "comment_posted")
                        }
                        _ => false,
                    },
                    botflow_artifact::TriggerSource::Every { .. } => false,
                })
            });
        if said && heard {
            continue;
        }
        let (message, help) = if heard {
            (
                format!(
                    "Nothing is ever said on {}: no conversation begins there.",
                    name(channel)
                ),
                format!(
                    "Let a trigger go there (`via {channel}`), say where conversations of customers begin (`start …`), or leave the channel out."
                ),
            )
        } else {
            (
                format!(
                    "No comment is ever answered: nothing begins with one, and {} are in `channels`.",
                    name(channel)
                ),
                "Begin with a comment (`trigger … { on comment_posted … }`), or leave the channel out."
                    .to_owned(),
            )
        };
        findings.push(Finding::new(&RULE, at, message).help(help));
    }
}
