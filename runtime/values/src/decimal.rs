//! Decimal numbers: exact within their digits, the same on every machine, never out of bounds.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

use crate::value::MAX_INTEGER;

/// A decimal number with at most nine digits behind the point.
///
/// Absolute values stop at 9,000,000,000,000,000. A result keeps as many of its nine decimals as fit
/// a 64-bit mantissa (so at least 18 significant digits) and is rounded half to even at the last one.
/// The form is canonical (no trailing zero decimals), so equal numbers are equal bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(from = "(i64, u8)", into = "(i64, u8)")]
pub struct Decimal {
    mantissa: i64,
    scale: u8,
}

/// The most digits behind the decimal point.
pub const MAX_SCALE: u8 = 9;

/// Mantissas stay at or below this, so that all sums of two fit `i128` by far.
const MAX_MANTISSA: i128 = i64::MAX as i128;

const POWERS: [i128; 20] = {
    let mut powers = [1i128; 20];
    let mut i = 1;
    while i < 20 {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

impl Decimal {
    /// Zero.
    pub const ZERO: Decimal = Decimal {
        mantissa: 0,
        scale: 0,
    };
    /// One.
    pub const ONE: Decimal = Decimal {
        mantissa: 1,
        scale: 0,
    };

    /// The number `mantissa / 10^scale`, rounded to nine decimals and kept within the bounds.
    pub fn new(mantissa: i64, scale: u8) -> Decimal {
        if scale > MAX_SCALE {
            let surplus = u32::from(scale - MAX_SCALE);
            let rounded = match 10i128.checked_pow(surplus) {
                Some(divisor) => divide_half_even(i128::from(mantissa), divisor),
                None => 0,
            };
            return Decimal::from_scaled(rounded, MAX_SCALE);
        }
        Decimal::from_scaled(i128::from(mantissa), scale)
    }

    /// The whole number `value`, kept within the bounds.
    #[inline]
    pub fn from_integer(value: i64) -> Decimal {
        Decimal {
            mantissa: value.clamp(-MAX_INTEGER, MAX_INTEGER),
            scale: 0,
        }
    }

    /// The digits of the number without its point.
    #[inline]
    pub fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// How many of the digits stand behind the point.
    #[inline]
    pub fn scale(self) -> u8 {
        self.scale
    }

    /// Whether the number is zero.
    #[inline]
    pub fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// The whole number this is, if it has no decimals.
    #[inline]
    pub fn to_integer(self) -> Option<i64> {
        (self.scale == 0).then_some(self.mantissa)
    }

    /// The nearest whole number, halves to even.
    pub fn round(self) -> i64 {
        if self.scale == 0 {
            return self.mantissa;
        }
        divide_half_even(i128::from(self.mantissa), POWERS[usize::from(self.scale)]) as i64
    }

    /// The number rounded half to even to at most `decimals` digits behind the point.
    pub fn round_to(self, decimals: u8) -> Decimal {
        if self.scale <= decimals {
            return self;
        }
        let rounded = divide_half_even(
            i128::from(self.mantissa),
            POWERS[usize::from(self.scale - decimals)],
        );
        Decimal::from_scaled(rounded, decimals)
    }

    /// Reads `12`, `-2.5`, `.5`; the point only, no grouping, no exponent. Decimals beyond the ninth
    /// are rounded half to even, values beyond the bounds stay at them.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if (whole.is_empty() && fraction.is_empty()) || (digits.contains('.') && fraction.is_empty()) {
            return None;
        }
        let mut mantissa: i128 = 0;
        for byte in whole.bytes() {
            if !byte.is_ascii_digit() {
                return None;
            }
            // Beyond 10^20 the value is past the bounds whatever follows.
            if mantissa < POWERS[19] {
                mantissa = mantissa * 10 + i128::from(byte - b'0');
            }
        }
        // Up to eighteen decimals are kept before rounding; a tail behind them only breaks ties.
        let mut scale = 0u8;
        let mut tail = false;
        for byte in fraction.bytes() {
            if !byte.is_ascii_digit() {
                return None;
            }
            if scale < 16 {
                mantissa = mantissa * 10 + i128::from(byte - b'0');
                scale += 1;
            } else {
                tail |= byte != b'0';
            }
        }
        if tail {
            mantissa = mantissa * 10 + 1;
            scale += 1;
        }
        if negative {
            mantissa = -mantissa;
        }
        Some(Decimal::from_scaled(mantissa, scale))
    }

    /// The sum.
    #[expect(
        clippy::should_implement_trait,
        reason = "saturates and rounds, which an operator would hide"
    )]
    pub fn add(self, other: Decimal) -> Decimal {
        let scale = self.scale.max(other.scale);
        Decimal::from_scaled(self.scaled(scale) + other.scaled(scale), scale)
    }

    /// The difference.
    #[expect(
        clippy::should_implement_trait,
        reason = "saturates and rounds, which an operator would hide"
    )]
    pub fn sub(self, other: Decimal) -> Decimal {
        self.add(other.neg())
    }

    /// The product.
    #[expect(
        clippy::should_implement_trait,
        reason = "saturates and rounds, which an operator would hide"
    )]
    pub fn mul(self, other: Decimal) -> Decimal {
        // 63 + 63 bits fit; the scale is at most 18.
        Decimal::from_scaled(
            i128::from(self.mantissa) * i128::from(other.mantissa),
            self.scale + other.scale,
        )
    }

    /// The quotient to nine decimals, or none for a division by zero.
    #[expect(
        clippy::should_implement_trait,
        reason = "saturates and rounds, which an operator would hide"
    )]
    pub fn div(self, other: Decimal) -> Option<Decimal> {
        if other.mantissa == 0 {
            return None;
        }
        // (a / 10^s) / (b / 10^t) to nine decimals is a * 10^(9 + t - s) / b, rounded once.
        // The exponent lies in 0..=18, and 2^63 * 10^18 fits 2^127.
        let exponent = usize::from(MAX_SCALE + other.scale - self.scale);
        let numerator = i128::from(self.mantissa) * POWERS[exponent];
        Some(Decimal::from_scaled(
            divide_half_even(numerator, i128::from(other.mantissa)),
            MAX_SCALE,
        ))
    }

    /// The number with its sign turned.
    #[expect(
        clippy::should_implement_trait,
        reason = "kept beside the other named operations"
    )]
    pub fn neg(self) -> Decimal {
        Decimal {
            mantissa: -self.mantissa,
            scale: self.scale,
        }
    }

    /// `amount × self`, rounded half to even to a whole amount within ±`bound`.
    pub fn of(self, amount: i64, bound: i64) -> i64 {
        let product = i128::from(amount) * i128::from(self.mantissa);
        clamp(divide_half_even(product, POWERS[usize::from(self.scale)]), bound)
    }

    /// `amount / self`, rounded half to even to a whole amount within ±`bound`; none by zero.
    pub fn divides(self, amount: i64, bound: i64) -> Option<i64> {
        if self.mantissa == 0 {
            return None;
        }
        let numerator = i128::from(amount) * POWERS[usize::from(self.scale)];
        Some(clamp(
            divide_half_even(numerator, i128::from(self.mantissa)),
            bound,
        ))
    }

    /// The number at a scale at least its own.
    fn scaled(self, scale: u8) -> i128 {
        i128::from(self.mantissa) * POWERS[usize::from(scale - self.scale)]
    }

    /// The canonical, bounded number nearest to `value / 10^scale`, for scales up to 18.
    pub(crate) fn from_scaled(value: i128, scale: u8) -> Decimal {
        let limit = i128::from(MAX_INTEGER) * POWERS[usize::from(scale.min(19))];
        if value >= limit {
            return Decimal {
                mantissa: MAX_INTEGER,
                scale: 0,
            };
        }
        if value <= -limit {
            return Decimal {
                mantissa: -MAX_INTEGER,
                scale: 0,
            };
        }
        // Rounding happens once, straight to the final scale, so that halves are seen as halves.
        let mut target = scale.min(MAX_SCALE);
        let mut rounded;
        loop {
            rounded = divide_half_even(value, POWERS[usize::from(scale - target)]);
            if rounded.abs() <= MAX_MANTISSA || target == 0 {
                break;
            }
            target -= 1;
        }
        while target > 0 && rounded % 10 == 0 {
            rounded /= 10;
            target -= 1;
        }
        // Rounding may reach the bound exactly, and never passes it, since the bound is whole.
        Decimal {
            mantissa: rounded as i64,
            scale: target,
        }
    }
}

/// `numerator / denominator`, rounded to the nearest whole number and halves to the even one.
pub(crate) fn divide_half_even(numerator: i128, denominator: i128) -> i128 {
    if denominator == 1 {
        return numerator;
    }
    let quotient = numerator / denominator;
    let remainder = numerator % denominator;
    if remainder == 0 {
        return quotient;
    }
    let twice = remainder.unsigned_abs() * 2;
    let away = if (numerator < 0) == (denominator < 0) {
        1
    } else {
        -1
    };
    match twice.cmp(&denominator.unsigned_abs()) {
        Ordering::Less => quotient,
        Ordering::Greater => quotient + away,
        Ordering::Equal => {
            if quotient % 2 == 0 {
                quotient
            } else {
                quotient + away
            }
        }
    }
}

fn clamp(value: i128, bound: i64) -> i64 {
    value.clamp(-i128::from(bound), i128::from(bound)) as i64
}

impl From<(i64, u8)> for Decimal {
    fn from((mantissa, scale): (i64, u8)) -> Decimal {
        Decimal::new(mantissa, scale)
    }
}

impl From<Decimal> for (i64, u8) {
    fn from(decimal: Decimal) -> (i64, u8) {
        (decimal.mantissa, decimal.scale)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        let scale = self.scale.max(other.scale);
        self.scaled(scale).cmp(&other.scaled(scale))
    }
}

impl fmt::Display for Decimal {
    /// The plain form with a point, as literals are written.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mantissa < 0 {
            formatter.write_char('-')?;
        }
        let digits = self.mantissa.unsigned_abs();
        if self.scale == 0 {
            return write!(formatter, "{digits}");
        }
        let power = 10u64.pow(u32::from(self.scale));
        let (whole, fraction) = (digits / power, digits % power);
        write!(
            formatter,
            "{whole}.{fraction:0width$}",
            width = usize::from(self.scale)
        )
    }
}
