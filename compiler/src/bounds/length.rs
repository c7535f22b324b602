//! How long something is, or can be, in the units that channels count in.

use botflow_message::measure::{Limit, Unit};
use botflow_message::sms;

/// A length, or a bound of lengths. It saturates; what has reached the end is of any length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// UTF-16 units.
    pub utf16: u32,
    /// Bytes of UTF-8.
    pub bytes: u32,
    /// Characters of a text message, whatever else stands in it.
    pub sms: u32,
    /// All of it is surely within the GSM alphabet.
    pub gsm: bool,
}

impl Length {
    /// Nothing.
    pub const ZERO: Length = Length {
        utf16: 0,
        bytes: 0,
        sms: 0,
        gsm: true,
    };
    /// Of any length.
    pub const ANY: Length = Length {
        utf16: u32::MAX,
        bytes: u32::MAX,
        sms: u32::MAX,
        gsm: false,
    };

    /// The length of a text.
    pub fn of(text: &str) -> Length {
        let mut length = Length::ZERO;
        for c in text.chars() {
            let septets = sms::septets(c);
            length.utf16 = length.utf16.saturating_add(c.len_utf16() as u32);
            length.bytes = length.bytes.saturating_add(c.len_utf8() as u32);
            length.sms = (length.sms).saturating_add(septets.unwrap_or(c.len_utf16()) as u32);
            length.gsm &= septets.is_some();
        }
        length
    }

    /// So many letters, each of so many bytes.
    pub fn letters(count: u32, bytes: u32, gsm: bool) -> Length {
        Length {
            utf16: count,
            bytes: count.saturating_mul(bytes),
            sms: count,
            gsm,
        }
    }

    /// One behind the other.
    #[must_use]
    pub fn then(self, other: Length) -> Length {
        Length {
            utf16: self.utf16.saturating_add(other.utf16),
            bytes: self.bytes.saturating_add(other.bytes),
            sms: self.sms.saturating_add(other.sms),
            gsm: self.gsm && other.gsm,
        }
    }

    /// One or the other: the longer in each unit.
    #[must_use]
    pub fn or(self, other: Length) -> Length {
        Length {
            utf16: self.utf16.max(other.utf16),
            bytes: self.bytes.max(other.bytes),
            sms: self.sms.max(other.sms),
            gsm: self.gsm && other.gsm,
        }
    }

    /// Both bounds hold: the shorter in each unit.
    #[must_use]
    pub fn and(self, other: Length) -> Length {
        Length {
            utf16: self.utf16.min(other.utf16),
            bytes: self.bytes.min(other.bytes),
            sms: self.sms.min(other.sms),
            gsm: self.gsm || other.gsm,
        }
    }

    /// So many times as long.
    #[must_use]
    pub fn times(self, count: u32) -> Length {
        Length {
            utf16: self.utf16.saturating_mul(count),
            bytes: self.bytes.saturating_mul(count),
            sms: self.sms.saturating_mul(count),
            gsm: self.gsm,
        }
    }

    /// Whether there is a bound at all.
    pub fn is_bounded(self) -> bool {
        self.utf16 < u32::MAX
    }

    /// The length as a channel counts; none without a bound.
    pub fn in_unit(self, unit: Unit) -> Option<usize> {
        let count = match unit {
            Unit::Utf16 => self.utf16,
            Unit::Bytes => self.bytes,
            Unit::Sms => self.sms,
        };
        (count < u32::MAX).then_some(count as usize)
    }

    /// Whether it surely fits, or nothing is known.
    pub fn fits(self, limit: Limit, unit: Unit) -> bool {
        self.in_unit(unit).is_none_or(|count| limit.allows(count))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lengths_are_those_of_the_channels(parts in prop::collection::vec("[a€ї😀{’ ]{0,5}|\\PC{0,5}", 0..6)) {
            let sum = parts.iter().fold(Length::ZERO, |sum, part| sum.then(Length::of(part)));
            let whole = parts.concat();
            prop_assert_eq!(sum, Length::of(&whole));
            prop_assert_eq!(sum.in_unit(Unit::Utf16), Some(Unit::Utf16.measure(&whole)));
            prop_assert_eq!(sum.in_unit(Unit::Bytes), Some(Unit::Bytes.measure(&whole)));
            prop_assert!(sum.in_unit(Unit::Sms) >= Some(Unit::Sms.measure(&whole)));
            prop_assert_eq!(sum.gsm, sms::segments(&whole).forced_by.is_none());
        }
    }

    #[test]
    fn what_is_of_any_length_stays_so() {
        assert!(!Length::ANY.then(Length::of("a")).is_bounded());
        assert!(!Length::of("a").or(Length::ANY).is_bounded());
        assert!(Length::ANY.and(Length::of("a")).is_bounded());
        assert_eq!(Length::ANY.in_unit(Unit::Bytes), None);
        assert!(Length::ANY.fits(Limit(3), Unit::Utf16));
    }
}
