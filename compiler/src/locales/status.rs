//! `botflow text status`: how much of a bot is translated.

use super::po::{Catalogue, Entry};

/// What a catalogue has of the texts of a bot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// So many texts there are to be translated.
    pub texts: usize,
    /// With all their forms.
    pub translated: usize,
    /// Marked as `fuzzy`, or changed since they were translated.
    pub fuzzy: usize,
    /// Not at all, or not in all forms.
    pub missing: usize,
    /// Entries that no text has; those that are obsolete already do not count.
    pub unused: usize,
}

impl Status {
    /// Whether everything is translated.
    pub fn is_complete(&self) -> bool {
        self.fuzzy == 0 && self.missing == 0
    }
}

/// Counts what a catalogue has of the texts of a template. It is brought up to the template first, as `update` would,
/// so that what has changed since counts as changed.
pub fn of(template: &Catalogue, catalogue: &Catalogue, language: &str) -> Status {
    let updated = super::merge::update(template, catalogue, language);
    let mut status = Status::default();
    for entry in updated.entries.iter().filter(|entry| !entry.is_header()) {
        if entry.obsolete {
            continue;
        }
        status.texts += 1;
        let whole = entry.strings.iter().all(|string| !string.value.is_empty());
        if entry.is_fuzzy() && entry.has_words() {
            status.fuzzy += 1;
        } else if whole && !entry.strings.is_empty() {
            status.translated += 1;
        } else {
            status.missing += 1;
        }
    }
    let obsolete = |catalogue: &Catalogue| {
        let left = |entry: &&Entry| entry.obsolete && entry.has_words();
        catalogue.entries.iter().filter(left).count()
    };
    status.unused = obsolete(&updated).saturating_sub(obsolete(catalogue));
    status
}
