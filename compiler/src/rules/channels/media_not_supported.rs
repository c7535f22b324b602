//! `media-not-supported`: a picture, film, file or recording that people get as a bare link.

use botflow_artifact::{ExprId, Media, MediaKind as Declared, TextId};
use botflow_message::formats::{media_type, word};
use botflow_message::{MediaKind, Profile};

use super::files::address;
use super::spoken::{Channels, Sent, Spoken};
use super::words::{and, name, on, others};
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF405",
    name: "media-not-supported",
    level: Level::Warning,
    summary: "A picture, film, file or recording becomes a link on a channel, and nothing says what it is.",
    page: include_str!("media_not_supported.md"),
};

/// Looks at the media of all messages.
pub(super) fn check(spoken: &Spoken<'_, '_>, findings: &mut Vec<Finding>) {
    let mut told: Vec<ExprId> = Vec::new();
    for sent in &spoken.sent {
        // Other words for a channel stand for its pictures, too.
        let reworded = (sent.message.on_channel.iter()).fold(0, |on, (channel, _)| on | spoken.bit(channel));
        for media in &sent.message.media {
            if told.contains(&media.source) {
                continue;
            }
            if let Some(finding) = look_at(spoken, sent, media, sent.on & !reworded) {
                told.push(media.source);
                findings.push(finding);
            }
        }
    }
}

fn look_at(
    spoken: &Spoken<'_, '_>,
    sent: &Sent<'_>,
    media: &Media,
    on_channels: Channels,
) -> Option<Finding> {
    let kind = kind(media.kind)?;
    let info = spoken.context.lowered.exprs.get(media.source.index())?;
    let known = address(spoken.context.bot, media.source);
    let described = media.alt.is_some_and(|alt| has_words(spoken, alt));
    // A format that a channel does not take, though it takes others of the kind: easily mended.
    let format = media_type(kind, &known.end);
    let mut other_format = Vec::new();
    let mut bare = Vec::new();
    for (_, channel) in spoken.each(on_channels) {
        let facts = &channel.profile.media;
        if !facts.takes(kind) {
            if !described {
                bare.push(&channel.name);
            }
        } else if !facts.takes_format(kind, &known.end) {
            other_format.push(channel);
        }
    }
    if let (Some(first), Some(format)) = (other_format.first(), format) {
        let rest = others(other_format[1..].iter().map(|channel| &channel.name));
        return Some(
            Finding::new(
                &RULE,
                info.span,
                format!(
                    "{} takes {} as {}; this {} becomes a link there.{rest}",
                    capital(name(&first.name)),
                    many(kind),
                    taken(first.profile, kind),
                    word(format),
                ),
            )
            .help(format!(
                "Bring it as {}, or give other words for this channel: `on {} \"…\"`.",
                taken(first.profile, kind),
                first.name
            ))
            .conversation(spoken.conversation(sent, &first.name, None)),
        );
    }
    let first = bare.first()?;
    Some(
        Finding::new(
            &RULE,
            info.span,
            format!(
                "{} there are no {}: people get a bare link, and nothing says what it is.{}",
                on(first),
                many(kind),
                others(bare[1..].iter().copied()),
            ),
        )
        .help(format!(
            "Say in words what it is (`alt \"…\"`), or give other words for this channel: `on {first} \"…\"`."
        ))
        .conversation(spoken.conversation(sent, first, None)),
    )
}

/// Whether a text says anything.
fn has_words(spoken: &Spoken<'_, '_>, text: TextId) -> bool {
    let text = spoken.context.bot.texts.get(text.index());
    let variant = text.and_then(|text| text.variants.first());
    variant.is_some_and(|variant| !variant.parts.is_empty())
}

/// The formats a channel takes.
fn taken(profile: &Profile, kind: MediaKind) -> String {
    let mut words: Vec<String> = profile
        .media
        .types(kind)
        .iter()
        .map(|known| word(known))
        .collect();
    words.dedup();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("{} or {last}", all.join(", ")),
        words => and(words),
    }
}

/// The kind as rendering has it; places are none.
pub(super) fn kind(declared: Declared) -> Option<MediaKind> {
    Some(match declared {
        Declared::Image => MediaKind::Image,
        Declared::Video => MediaKind::Video,
        Declared::File => MediaKind::File,
        Declared::Audio => MediaKind::Audio,
        Declared::Location => return None,
    })
}

pub(super) fn many(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "pictures",
        MediaKind::Video => "films",
        MediaKind::File => "files",
        MediaKind::Audio => "recordings",
    }
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
