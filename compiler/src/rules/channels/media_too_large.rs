//! `media-too-large`: a file that is larger than a channel takes. The sizes are those that the project states.

use super::files::address;
use super::media_not_supported::{kind, many};
use super::spoken::Spoken;
use super::words::{on, others};
use crate::config::Config;
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF406",
    name: "media-too-large",
    level: Level::Error,
    summary: "A file is larger than a channel takes, by the size that `[media]` of botflow.toml states.",
    page: include_str!("media_too_large.md"),
};

/// Looks at the media of all messages and cards whose sizes are known.
pub(super) fn check(spoken: &Spoken<'_, '_>, config: &Config, findings: &mut Vec<Finding>) {
    if config.media.is_empty() {
        return;
    }
    let bot = spoken.context.bot;
    let mut told = Vec::new();
    for sent in &spoken.sent {
        let reworded = (sent.message.on_channel.iter()).fold(0, |on, (channel, _)| on | spoken.bit(channel));
        for media in &sent.message.media {
            let (Some(kind), Some(url)) = (kind(media.kind), address(bot, media.source).whole) else {
                continue;
            };
            let Some(stated) = config.media.iter().find(|stated| stated.url == url) else {
                continue;
            };
            let mut over: Vec<_> = spoken
                .each(sent.on & !reworded)
                .filter(|(_, channel)| {
                    let size = channel.profile.media.size(kind);
                    size > 0.0 && stated.megabytes > size
                })
                .map(|(_, channel)| (channel.profile.media.size(kind), &channel.name))
                .collect();
            over.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (Some((least, channel)), Some(info)) = (
                over.first(),
                spoken.context.lowered.exprs.get(media.source.index()),
            ) else {
                continue;
            };
            if told.contains(&media.source) {
                continue;
            }
            told.push(media.source);
            findings.push(
                Finding::new(
                    &RULE,
                    info.span,
                    format!(
                        "{} {} may have {least} MB; this one has {}, and is not delivered.{}",
                        on(channel),
                        many(kind),
                        stated.megabytes,
                        others(over[1..].iter().map(|(_, channel)| *channel)),
                    ),
                )
                .help(format!(
                    "Bring a smaller one, or give other words for this channel: `on {channel} \"…\"`."
                ))
                .related(stated.span, "Its size is stated here.")
                .conversation(spoken.conversation(sent, channel, None)),
            );
        }
    }
}
