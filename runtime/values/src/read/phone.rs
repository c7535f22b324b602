//! Telephone numbers, by the numbering plans of the world, in E.164 form.

use std::ops::Range;

use phonenumber::Mode;
use phonenumber::country::Id;
use smol_str::SmolStr;

use super::lexicon::Language;
use super::{ReadContext, Reading};
use crate::value::Value;

/// E.164 numbers have at most fifteen digits; two more for an international prefix, and one zero.
const MAX_DIGITS: usize = 18;

/// No number in use has fewer digits.
const MIN_DIGITS: usize = 5;

/// A number as the whole message, or the only one inside it.
pub(super) fn read(text: &str, context: &ReadContext<'_>) -> Reading {
    let mut found: Option<(SmolStr, Range<usize>)> = None;
    let mut from = 0;
    // Messages of digits alone would cost a look at the numbering plans for every run of them.
    let mut tries = 0;
    while let Some(range) = next_run(text, from) {
        from = range.end;
        tries += 1;
        if tries > 16 {
            break;
        }
        let Some(number) = canonical(&text[range.clone()], context) else {
            continue;
        };
        match &found {
            Some((other, _)) if *other != number => return Reading::None,
            Some(_) => {}
            None => found = Some((number, range)),
        }
    }
    let Some((number, range)) = found else {
        return Reading::None;
    };
    let alone = |rest: &str| rest.chars().all(|c| !c.is_alphanumeric());
    let before = text[..range.start].trim();
    let label = matches!(
        before.trim_end_matches([':', '.', ' ']),
        "tel" | "Tel" | "TEL" | "тел" | "Тел" | "phone" | "Phone"
    );
    if (alone(before) || label) && alone(&text[range.end..]) {
        Reading::Whole(Value::Phone(number))
    } else {
        Reading::Inside(Value::Phone(number), range)
    }
}

/// The number in E.164 form, if it is a possible one in its country's plan.
fn canonical(written: &str, context: &ReadContext<'_>) -> Option<SmolStr> {
    let mut plain = String::with_capacity(20);
    let mut digits = 0;
    for c in written.chars() {
        match c {
            '0'..='9' => {
                plain.push(c);
                digits += 1;
            }
            '+' if plain.is_empty() => plain.push(c),
            _ => {}
        }
    }
    if !(MIN_DIGITS..=MAX_DIGITS).contains(&digits) {
        return None;
    }
    // "0040…" is how "+40…" is dialled in most countries.
    if let Some(rest) = plain.strip_prefix("00") {
        plain = format!("+{rest}");
    }
    let number = phonenumber::parse(region(context), &plain).ok()?;
    if !phonenumber::is_valid(&number) {
        return None;
    }
    Some(SmolStr::from(number.format().mode(Mode::E164).to_string()))
}

/// The country of numbers without a country code.
fn region(context: &ReadContext<'_>) -> Option<Id> {
    if let Some(region) = context.region {
        return region.parse().ok();
    }
    match Language::of(context.language) {
        Language::Romanian => Some(Id::RO),
        Language::Russian => Some(Id::RU),
        _ => None,
    }
}

/// The next run of digits and the signs that telephone numbers are written with, from its first digit
/// or plus to its last digit.
fn next_run(text: &str, from: usize) -> Option<Range<usize>> {
    let mut start = None;
    let mut end = from;
    let mut digits = 0;
    let bytes = text.as_bytes();
    let mut place = from;
    while place < bytes.len() {
        let byte = bytes[place];
        match byte {
            b'0'..=b'9' => {
                // Digits behind letters are a code: "A123456".
                if start.is_none() && place > 0 && is_code(bytes[place - 1]) {
                    place += bytes[place..]
                        .iter()
                        .take_while(|byte| byte.is_ascii_alphanumeric())
                        .count();
                    continue;
                }
                start.get_or_insert(place);
                end = place + 1;
                digits += 1;
            }
            b'+' if start.is_none() || digits == 0 => start = Some(place),
            b' ' | b'-' | b'(' | b')' | b'.' | b'/' if start.is_some() => {}
            // A space that does not break lines, and hyphens beyond ASCII.
            0xC2 | 0xA0 | 0xE2 | 0x80 | 0x90..=0x95 | 0xAF if start.is_some() => {}
            _ => {
                if digits >= MIN_DIGITS {
                    break;
                }
                start = None;
                digits = 0;
            }
        }
        place += 1;
    }
    let start = start.filter(|_| digits >= MIN_DIGITS)?;
    Some(start..end)
}

fn is_code(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'#' | b'@')
}

/// Whether the text is a telephone number as ITU-T E.164 writes it: `+` and 7 to 15 digits, the first of them no zero.
pub fn is_e164(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else {
        return false;
    };
    (7..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}
