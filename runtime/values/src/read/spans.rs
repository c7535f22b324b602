//! Durations: "2 hours", "1h 30m", "o oră și jumătate", "полтора часа", "1:30".

use super::Scan;
use super::lexicon::{is_half, time_unit};
use super::numbers::{and_a_half, digits, words};
use crate::decimal::Decimal;
use crate::value::{MAX_DURATION, Value};

/// Words that may stand before a duration that is the whole answer.
pub(super) fn leads(word: &str) -> bool {
    matches!(
        word,
        "for"
            | "about"
            | "around"
            | "its"
            | "takes"
            | "pentru"
            | "timp"
            | "cam"
            | "aproximativ"
            | "vreo"
            | "на"
            | "около"
            | "примерно"
            | "в"
            | "течение"
            | "i"
            | "need"
            | "the"
    )
}

/// A duration: one or more parts, the larger first.
pub(super) fn duration(scan: &Scan<'_>, place: usize) -> Option<(Value, usize)> {
    if let Some(found) = by_colon(scan, place) {
        return Some(found);
    }
    let (mut total, mut unit, mut end) = part(scan, place)?;
    loop {
        let joined =
            matches!(scan.tokens.word(end), "and" | "si" | "и") || scan.tokens.sign(end) == Some(',');
        match part(scan, end + usize::from(joined)) {
            Some((more, smaller, after)) if smaller < unit => {
                total = total.saturating_add(more);
                unit = smaller;
                end = after;
            }
            _ => break,
        }
    }
    Some((Value::Duration(total.clamp(-MAX_DURATION, MAX_DURATION)), end))
}

/// One part of a duration: its length, its unit, and where it ends.
pub(super) fn part(scan: &Scan<'_>, place: usize) -> Option<(i64, i64, usize)> {
    let tokens = scan.tokens;
    let word = tokens.word(place);
    // Words that are a whole part.
    match word {
        "полчаса" => return Some((1_800_000, 3_600_000, place + 1)),
        "полтора" | "полторы" => {
            let unit = time_unit(tokens.word(place + 1), false)?;
            return Some((unit + unit / 2, unit, place + 2));
        }
        _ => {}
    }
    // "half an hour", "o jumătate de oră", "half a day"
    let half = if matches!(word, "o" | "a") {
        place + 1
    } else {
        place
    };
    if is_half(tokens.word(half)) {
        let link = usize::from(matches!(tokens.word(half + 1), "an" | "a" | "de" | "of"));
        if let Some(unit) = time_unit(tokens.word(half + 1 + link), false) {
            return Some((unit / 2, unit, half + link + 2));
        }
    }
    // "an hour", "o oră", "час"
    let bare = if matches!(word, "a" | "an" | "o" | "un") {
        place + 1
    } else {
        place
    };
    let lone = bare > place || (scan.whole && !word.is_ascii());
    if lone && let Some(unit) = time_unit(tokens.word(bare), false) {
        let (length, end) = with_half(scan, unit, unit, bare + 1);
        return Some((length, unit, end));
    }
    let (number, mut at) = match digits(scan, place) {
        Some(found) => found,
        None => {
            let (number, end) = words(scan, place)?;
            (Decimal::from_integer(number), end)
        }
    };
    // "two and a half hours"
    let mut number = number;
    if let Some(after) = and_a_half(scan, at)
        && time_unit(tokens.word(after), false).is_some()
    {
        number = number.add(Decimal::new(5, 1));
        at = after;
    }
    if tokens.word(at) == "de" {
        at += 1;
    }
    let attached = tokens.attached(at) && at > 0 && !tokens.digits(at - 1).is_empty();
    let unit = time_unit(tokens.word(at), attached)?;
    let dotted = matches!(tokens.word(at), "мин" | "сек" | "ч" | "min" | "sec")
        && tokens.sign(at + 1) == Some('.')
        && tokens.attached(at + 1);
    let (length, end) = with_half(
        scan,
        number.of(unit, MAX_DURATION),
        unit,
        at + 1 + usize::from(dotted),
    );
    Some((length, unit, end))
}

/// "… and a half" behind the unit: "an hour and a half", "2 ore și jumătate".
fn with_half(scan: &Scan<'_>, length: i64, unit: i64, end: usize) -> (i64, usize) {
    match and_a_half(scan, end) {
        Some(after) => (length + unit / 2, after),
        None => (length, end),
    }
}

/// "1:30" as hours and minutes, where a duration is the whole answer.
fn by_colon(scan: &Scan<'_>, place: usize) -> Option<(Value, usize)> {
    let tokens = scan.tokens;
    if !scan.whole || tokens.sign(place + 1) != Some(':') {
        return None;
    }
    let hours = i64::from(tokens.small(place)?);
    let minutes = i64::from(tokens.small(place + 2).filter(|minutes| *minutes < 60)?);
    let mut total = hours * 3_600_000 + minutes * 60_000;
    let mut end = place + 3;
    if tokens.sign(end) == Some(':')
        && let Some(seconds) = tokens.small(end + 1).filter(|seconds| *seconds < 60)
    {
        total += i64::from(seconds) * 1000;
        end += 2;
    }
    (tokens.digits(place + 2).len() == 2).then_some((Value::Duration(total), end))
}
