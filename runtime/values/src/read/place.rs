//! Places by their coordinates: "46.77, 23.59", "46,77; 23,59", "geo:46.77,23.59", "46.77N 23.59E".

use super::Reading;
use crate::decimal::Decimal;
use crate::value::{Location, Value};

/// A place. Coordinates need decimals, so that two small numbers are not taken for one.
pub(super) fn read(text: &str) -> Reading {
    if text.len() > 4096 {
        return Reading::None;
    }
    let trimmed = text.trim();
    let bare = trimmed
        .strip_prefix("geo:")
        .map_or(trimmed, |rest| rest.split([';', '?']).next().unwrap_or(rest));
    if let Some((location, end)) = pair(bare)
        && bare[end..]
            .trim_matches(|c: char| c == '.' || c == ')' || c.is_whitespace())
            .is_empty()
    {
        return Reading::Whole(Value::Location(location));
    }
    // In a message or a link to a map the first pair counts.
    let mut from = 0;
    let mut tries = 0;
    while let Some(at) = text[from..].find(|c: char| c.is_ascii_digit() || c == '-') {
        let start = from + at;
        tries += 1;
        if tries > 64 {
            break;
        }
        if let Some((location, length)) = pair(&text[start..]) {
            return Reading::Inside(Value::Location(location), start..start + length);
        }
        from = start
            + text[start..]
                .find(|c: char| !c.is_ascii_digit() && c != '-')
                .unwrap_or(text.len() - start);
    }
    Reading::None
}

/// Two coordinates, and where they end.
fn pair(text: &str) -> Option<(Location, usize)> {
    let (latitude, after) = coordinate(text, &['N', 'S', 'n', 's'])?;
    let rest = &text[after..];
    let gap = rest.len() - rest.trim_start_matches([' ', ',', ';']).len();
    if gap == 0 {
        return None;
    }
    let (longitude, end) = coordinate(&rest[gap..], &['E', 'W', 'e', 'w'])?;
    let fits = latitude.abs() <= 90_000_000 && longitude.abs() <= 180_000_000;
    fits.then(|| {
        (
            Location::new(latitude as i32, longitude as i32),
            after + gap + end,
        )
    })
}

/// One coordinate in millionths of a degree, with its decimals and perhaps its side of the globe.
fn coordinate(text: &str, sides: &[char]) -> Option<(i64, usize)> {
    let bytes = text.as_bytes();
    let sign = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let digits = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let whole = digits(sign);
    let point = sign + whole;
    if !(1..=3).contains(&whole) || !matches!(bytes.get(point), Some(b'.' | b',')) {
        return None;
    }
    let decimals = digits(point + 1);
    if decimals == 0 || decimals > 20 {
        return None;
    }
    let mut end = point + 1 + decimals;
    let number = Decimal::parse(&text[..end].replace(',', "."))?;
    let mut millionths = number.of(1_000_000, i64::from(i32::MAX));
    let rest = &text[end..];
    let degree = if rest.starts_with('°') {
        '°'.len_utf8()
    } else {
        0
    };
    if let Some(side) = rest[degree..]
        .trim_start()
        .chars()
        .next()
        .filter(|side| sides.contains(side))
    {
        let spaces = rest[degree..].len() - rest[degree..].trim_start().len();
        let after = end + degree + spaces + side.len_utf8();
        // The letter must stand alone.
        if !text[after..].chars().next().is_some_and(char::is_alphabetic) {
            if matches!(side.to_ascii_uppercase(), 'S' | 'W') {
                millionths = -millionths;
            }
            return Some((millionths, after));
        }
    }
    end += degree;
    Some((millionths, end))
}
