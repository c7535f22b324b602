//! How many segments a text message (SMS) takes: one badly chosen character can double its price.
//!
//! A segment has 140 octets: 160 characters of the GSM 7-bit alphabet, or 70 UTF-16 units as soon as one
//! character is outside it. A message of several segments loses a header in each: 153 or 67 remain. A character
//! of two units (an extension of the alphabet, a surrogate pair) is never parted between segments.

use serde::{Deserialize, Serialize};

/// The alphabet a text message is sent in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alphabet {
    /// GSM 03.38, seven bits a character.
    Gsm7,
    /// UTF-16 units.
    Ucs2,
}

/// What a text message costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Segments {
    /// The alphabet of the whole message.
    pub alphabet: Alphabet,
    /// Septets, or UTF-16 units.
    pub units: usize,
    /// Segments that are sent and paid for; at least one.
    pub count: usize,
    /// The first character that is outside the GSM alphabet, if there is one.
    pub forced_by: Option<char>,
}

/// The basic table: one septet each.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// The extension table: two septets each.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Counts the segments of a text message.
pub fn segments(text: &str) -> Segments {
    let forced_by = text.chars().find(|&c| septets(c).is_none());
    let (alphabet, single, multi) = match forced_by {
        None => (Alphabet::Gsm7, 160, 153),
        Some(_) => (Alphabet::Ucs2, 70, 67),
    };
    let cost = |c: char| match alphabet {
        Alphabet::Gsm7 => septets(c).unwrap_or(1),
        Alphabet::Ucs2 => c.len_utf16(),
    };
    let units = text.chars().map(cost).sum();
    let count = if units <= single {
        1
    } else {
        let (mut count, mut room) = (1, multi);
        for size in text.chars().map(cost) {
            if size > room {
                count += 1;
                room = multi;
            }
            room -= size;
        }
        count
    };
    Segments {
        alphabet,
        units,
        count,
        forced_by,
    }
}

/// The septets of a character of the GSM alphabet.
pub fn septets(c: char) -> Option<usize> {
    if c.is_ascii_alphanumeric() || c == ' ' {
        Some(1)
    } else if EXTENSION.contains(c) {
        Some(2)
    } else {
        BASIC.contains(c).then_some(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_counted_by_the_rules() {
        type Case<'a> = (&'a [(&'a str, usize)], Alphabet, usize, usize);
        let cases: [Case; 14] = [
            (&[("a", 160)], Alphabet::Gsm7, 160, 1),
            (&[("a", 161)], Alphabet::Gsm7, 161, 2),
            (&[("a", 306)], Alphabet::Gsm7, 306, 2),
            (&[("a", 307)], Alphabet::Gsm7, 307, 3),
            (&[("€", 80)], Alphabet::Gsm7, 160, 1),
            (&[("€", 81)], Alphabet::Gsm7, 162, 2),
            // The second euro sign would stand across the border of two segments.
            (&[("a", 152), ("€", 1), ("a", 152)], Alphabet::Gsm7, 306, 3),
            (&[("a", 159), ("’", 1)], Alphabet::Ucs2, 160, 3),
            (&[("ї", 70)], Alphabet::Ucs2, 70, 1),
            (&[("ї", 71)], Alphabet::Ucs2, 71, 2),
            (&[("ї", 134)], Alphabet::Ucs2, 134, 2),
            (&[("ї", 135)], Alphabet::Ucs2, 135, 3),
            (&[("😀", 35)], Alphabet::Ucs2, 70, 1),
            (&[("😀", 36)], Alphabet::Ucs2, 72, 2),
        ];
        for (parts, alphabet, units, count) in cases {
            let text: String = parts.iter().map(|(text, times)| text.repeat(*times)).collect();
            let found = segments(&text);
            assert_eq!(
                (found.alphabet, found.units, found.count),
                (alphabet, units, count),
                "{parts:?}"
            );
        }
        assert_eq!(segments("a’b–").forced_by, Some('’'));
        assert_eq!(segments("").count, 1);
    }

    #[test]
    fn the_tables_are_whole() {
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(EXTENSION.chars().count(), 10);
        assert!(BASIC.chars().all(|c| septets(c) == Some(1)));
        assert!(EXTENSION.chars().all(|c| septets(c) == Some(2)));
    }
}
