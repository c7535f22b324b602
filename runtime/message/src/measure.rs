//! How long a text is for a channel, and cutting a label to a length.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use crate::sms;

/// What a channel counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// UTF-16 units; also where a channel says "characters" and no more, since this is the largest count of
    /// those in use.
    #[default]
    Utf16,
    /// Bytes of UTF-8.
    Bytes,
    /// Characters of a text message: septets within the GSM alphabet, UTF-16 units outside it.
    Sms,
}

impl Unit {
    /// The length of a text.
    pub fn measure(self, text: &str) -> usize {
        match self {
            Unit::Utf16 => text.chars().map(char::len_utf16).sum(),
            Unit::Bytes => text.len(),
            Unit::Sms => sms::segments(text).units,
        }
    }

    /// What a piece adds to the length of a text at most, whatever stands around it.
    pub(crate) fn cost(self, piece: &str) -> usize {
        match self {
            Unit::Utf16 | Unit::Bytes => self.measure(piece),
            // Within the GSM alphabet an extension costs two septets; outside it, it costs one unit.
            Unit::Sms => piece
                .chars()
                .map(|c| sms::septets(c).unwrap_or(c.len_utf16()))
                .sum(),
        }
    }

    /// Its name in prose.
    pub fn word(self) -> &'static str {
        match self {
            Unit::Utf16 => "characters",
            Unit::Bytes => "bytes",
            Unit::Sms => "SMS characters",
        }
    }
}

/// The largest number of something on a channel, as profiles write it: -1 if there is no limit that is known, 0
/// if the channel has no such thing, else the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Limit(pub i64);

impl Limit {
    /// No limit that is known.
    pub const NONE: Limit = Limit(-1);
    /// The channel has no such thing.
    pub const ABSENT: Limit = Limit(0);

    /// Whether the channel has such a thing at all.
    pub fn exists(self) -> bool {
        self.0 != 0
    }

    /// Whether that many are within the limit.
    pub fn allows(self, count: usize) -> bool {
        count <= self.most()
    }

    /// The limit as a count.
    pub fn most(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    /// The smaller of two limits.
    #[must_use]
    pub fn and(self, other: Limit) -> Limit {
        if self.most() <= other.most() { self } else { other }
    }
}

/// Puts a label on one line: every stretch of white space becomes one space. A label without a visible character
/// becomes `…`, since no channel has empty buttons.
pub fn one_line(label: &str) -> String {
    let line = label.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { "…".to_owned() } else { line }
}

/// Cuts a text to a length, between graphemes, with `…` at the end if anything had to go.
pub fn cut(text: &str, limit: Limit, unit: Unit) -> String {
    cut_with(text, limit.most(), unit, "")
}

/// Cuts `text` so that it, `…` and `tail` together fit; the tail stands even if nothing had to go.
fn cut_with(text: &str, most: usize, unit: Unit, tail: &str) -> String {
    if unit.cost(text).saturating_add(unit.cost(tail)) <= most {
        return format!("{text}{tail}");
    }
    let room = most.saturating_sub(unit.cost("…") + unit.cost(tail));
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += unit.cost(grapheme);
        if used > room {
            break;
        }
        out.push_str(grapheme);
    }
    format!("{}…{tail}", out.trim_end())
}

/// Whether a label of this length is cut so much that people cannot know what it says: more than a quarter goes.
pub fn loses_meaning(length: usize, limit: Limit) -> bool {
    !limit.allows(length) && limit.most().saturating_sub(1).saturating_mul(4) < length.saturating_mul(3)
}

/// Labels as a channel shows them: on one line, within the limit, and no two alike (a number tells those apart
/// that are). In the given order; the limit is at least [`LEAST_LABEL`] or none.
pub fn fit_labels<'a>(labels: impl Iterator<Item = &'a str>, limit: Limit, unit: Unit) -> Vec<String> {
    let most = limit.most();
    let mut taken = BTreeSet::new();
    let mut next = BTreeMap::new();
    labels
        .map(|label| {
            let line = one_line(label);
            let mut shown = cut(&line, limit, unit);
            if taken.contains(&shown) {
                // The counter is kept per label, so that many alike do not look for a free number from the start.
                let number: &mut usize = next.entry(shown.clone()).or_insert(1);
                while taken.contains(&shown) {
                    *number += 1;
                    shown = cut_with(&line, most, unit, &format!(" {number}"));
                }
            }
            taken.insert(shown.clone());
            shown
        })
        .collect()
}

/// The smallest limit of a label that leaves room for `…` and a number, in any unit.
pub const LEAST_LABEL: i64 = 12;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cut_is_between_graphemes() {
        assert_eq!(
            cut("What does shipping cost?", Limit(20), Unit::Utf16),
            "What does shipping…"
        );
        assert_eq!(cut("Comandă", Limit(7), Unit::Utf16), "Comandă");
        assert_eq!(cut("aaaaaaaaa👨‍👩‍👧", Limit(12), Unit::Utf16), "aaaaaaaaa…");
        assert_eq!(cut("Стоимость", Limit(12), Unit::Bytes), "Стои…");
    }

    #[test]
    fn labels_that_become_alike_get_a_number() {
        let labels = [
            "Delivery to Bucharest",
            "Delivery to Bucharest, sector 2",
            "Delivery to Bucharest",
        ];
        assert_eq!(
            fit_labels(labels.into_iter(), Limit(16), Unit::Utf16),
            ["Delivery to Buc…", "Delivery to B… 2", "Delivery to B… 3"]
        );
        assert_eq!(
            fit_labels([" ", "a\nb"].into_iter(), Limit::NONE, Unit::Utf16),
            ["…", "a b"]
        );
    }

    proptest! {
        #[test]
        fn labels_fit_and_differ(
            labels in prop::collection::vec("[a ]{0,4}|\\PC{0,40}", 0..40),
            most in LEAST_LABEL..40,
            unit in prop_oneof![Just(Unit::Utf16), Just(Unit::Bytes), Just(Unit::Sms)],
        ) {
            let shown = fit_labels(labels.iter().map(String::as_str), Limit(most), unit);
            prop_assert_eq!(shown.len(), labels.len());
            for label in &shown {
                prop_assert!(unit.measure(label) <= most as usize, "{label:?}");
                prop_assert!(!label.is_empty() && !label.contains('\n'));
            }
            prop_assert_eq!(shown.iter().collect::<BTreeSet<_>>().len(), shown.len());
        }

        #[test]
        fn the_cost_of_pieces_bounds_the_length_of_the_whole(parts in prop::collection::vec("[a€ї😀]{0,5}", 0..8)) {
            for unit in [Unit::Utf16, Unit::Bytes, Unit::Sms] {
                let sum: usize = parts.iter().map(|part| unit.cost(part)).sum();
                prop_assert!(unit.measure(&parts.concat()) <= sum);
            }
        }
    }
}
