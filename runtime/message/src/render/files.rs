//! Files and places: shown by the channel, or written out as links.

use super::Draft;
use crate::message::{Location, Media, Message, Part};
use crate::profile::MediaFacts;
use crate::rendered::Degraded;

/// What the channel shows itself.
pub(super) struct Files {
    pub media: Vec<Media>,
    pub locations: Vec<Location>,
}

/// Sorts the files and places of a message; what the channel cannot show becomes a line of words.
pub(super) fn place(message: &Message, draft: &mut Draft) -> Files {
    let facts = &draft.profile.media;
    let mut files = Files {
        media: Vec::new(),
        locations: Vec::new(),
    };
    for part in &message.parts {
        match part {
            Part::Media(media) if takes(facts, media) => files.media.push((**media).clone()),
            Part::Media(media) => {
                draft.notes.push(Degraded::MediaAsLink {
                    media: media.kind,
                    url: media.url.clone(),
                });
                draft.plain_line(media_line(media));
            }
            Part::Location(location) if facts.location => files.locations.push(location.clone()),
            Part::Location(location) => {
                draft.notes.push(Degraded::LocationAsLink {
                    name: location.name.clone(),
                });
                let url = format!(
                    "https://www.google.com/maps/search/?api=1&query={}",
                    location.coordinates()
                );
                draft.plain_line(labelled(&location.name, &url));
            }
            Part::Button(_) | Part::Suggestion(_) | Part::Hint(_) | Part::Card(_) => {}
        }
    }
    files
}

/// Whether the channel takes the file, as far as its address tells.
fn takes(facts: &MediaFacts, media: &Media) -> bool {
    facts.takes(media.kind) && facts.takes_format(media.kind, &media.url)
}

/// A file as a line of words: what it shows, and where it is.
pub(super) fn media_line(media: &Media) -> String {
    let name = if media.alt.trim().is_empty() {
        &media.name
    } else {
        &media.alt
    };
    labelled(name, &media.url)
}

/// `Label: address`, on one line.
pub(super) fn labelled(label: &str, address: &str) -> String {
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    let address = address.trim();
    if label.is_empty() {
        address.to_owned()
    } else if label.ends_with(':') {
        format!("{label} {address}")
    } else {
        format!("{label}: {address}")
    }
}
