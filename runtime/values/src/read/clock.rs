//! Times of day and moments: "9:30", "half past nine", "ora 9", "в 9 утра", "tomorrow at 9".
//!
//! Hours without "am" or "pm" are of the 24-hour clock. A bare number is a time only as the whole
//! answer, or behind "at", "ora", "в". A moment is a date and a time, a time alone (the next such
//! time), "now", or a span from now; a date alone is no moment.

use super::Scan;
use super::days::day;
use super::lexicon::is_half;
use super::numbers::words;
use super::spans;
use crate::calendar::{Date, Time, clamp_moment};
use crate::value::Value;

/// Words that may stand before a time that is the whole answer.
pub(super) fn leads(word: &str) -> bool {
    matches!(
        word,
        "at" | "around"
            | "about"
            | "by"
            | "from"
            | "its"
            | "till"
            | "until"
            | "after"
            | "la"
            | "ora"
            | "orele"
            | "pe"
            | "de"
            | "cam"
            | "dupa"
            | "в"
            | "к"
            | "на"
            | "около"
            | "с"
            | "до"
            | "после"
            | "the"
    )
}

/// A time of day.
pub(super) fn time(scan: &Scan<'_>, place: usize) -> Option<(Value, usize)> {
    let (time, end) = of_day(scan, place)?;
    Some((Value::Time(time), end))
}

/// A moment.
pub(super) fn moment(scan: &Scan<'_>, place: usize) -> Option<(Value, usize)> {
    let tokens = scan.tokens;
    let zone = scan.context.zone;
    if matches!(tokens.word(place), "now" | "acum" | "сейчас") {
        return Some((Value::Moment(clamp_moment(scan.context.now)), place + 1));
    }
    if tokens.word(place) == "right" && tokens.word(place + 1) == "now" {
        return Some((Value::Moment(clamp_moment(scan.context.now)), place + 2));
    }
    if matches!(tokens.word(place), "in" | "peste" | "через")
        && let Some((Value::Duration(span), end)) = spans::duration(&Scan { whole: true, ..*scan }, place + 1)
        && !colon_within(scan, place + 1, end)
    {
        return Some((
            Value::Moment(clamp_moment(scan.context.now.saturating_add(span))),
            end,
        ));
    }
    if let Some((date, end)) = day(scan, place) {
        let link = link_end(scan, end);
        let (time, end) = of_day(
            &Scan {
                whole: link > end || scan.whole,
                ..*scan
            },
            link,
        )?;
        return Some((Value::Moment(zone.moment(date, time)), end));
    }
    let (time, end) = of_day(scan, place)?;
    let link = link_end(scan, end);
    if let Some((date, end)) = day(
        &Scan {
            whole: false,
            ..*scan
        },
        link,
    ) {
        return Some((Value::Moment(zone.moment(date, time)), end));
    }
    // A time alone is the next one.
    let (today, now) = zone.local(scan.context.now);
    let date: Date = if time > now { today } else { today.plus_days(1) };
    Some((Value::Moment(zone.moment(date, time)), end))
}

fn colon_within(scan: &Scan<'_>, from: usize, to: usize) -> bool {
    (from..to).any(|place| scan.tokens.sign(place) == Some(':'))
}

/// Where the words between a date and a time end: "tomorrow, at", "mâine la ora", "2026-03-12T".
fn link_end(scan: &Scan<'_>, place: usize) -> usize {
    let tokens = scan.tokens;
    let mut at = place;
    if tokens.sign(at) == Some(',') {
        at += 1;
    }
    while matches!(
        tokens.word(at),
        "at" | "la" | "in" | "on" | "pe" | "в" | "на" | "t" | "around" | "cam" | "около"
    ) {
        at += 1;
    }
    at
}

/// A time of day and where it ends.
fn of_day(scan: &Scan<'_>, place: usize) -> Option<(Time, usize)> {
    let tokens = scan.tokens;
    let mut at = place;
    let mut led = false;
    loop {
        match tokens.word(at) {
            "at" | "ora" | "orele" | "в" => led = true,
            "la" | "к" => led |= tokens.word(at + 1) != "ora",
            _ => break,
        }
        at += 1;
    }
    named(scan, at)
        .or_else(|| half_past(scan, at))
        .or_else(|| hours(scan, at, led))
        .filter(|(_, end)| *end > place)
}

/// "noon", "la prânz", "полночь".
fn named(scan: &Scan<'_>, place: usize) -> Option<(Time, usize)> {
    let hour = match scan.tokens.word(place) {
        "noon" | "midday" | "pranz" | "amiaza" | "полдень" => 12,
        "midnight" | "полночь" => 0,
        "miezul" if scan.tokens.word(place + 1) == "noptii" => {
            return Some((Time::from_seconds(0), place + 2));
        }
        _ => return None,
    };
    Some((Time::new(hour, 0, 0)?, place + 1))
}

/// "half past nine", "quarter to ten", "nouă și jumătate", "полдесятого".
fn half_past(scan: &Scan<'_>, place: usize) -> Option<(Time, usize)> {
    let tokens = scan.tokens;
    let first = tokens.word(place);
    if let Some(of) = first.strip_prefix("пол") {
        let next = genitive_hour(of)?;
        return on_clock(next - 1, 30, scan, place + 1);
    }
    let start = if first == "a" { place + 1 } else { place };
    let minutes = match tokens.word(start) {
        "half" => 30,
        "quarter" => 15,
        _ => match (tokens.small(start), words(scan, start)) {
            (Some(minutes @ 1..=59), _) => i64::from(minutes),
            (_, Some((minutes @ 1..=59, end))) if end == start + 1 => minutes,
            _ => return None,
        },
    };
    let past = match tokens.word(start + 1) {
        "past" | "after" => true,
        "to" | "before" => false,
        _ => return None,
    };
    let (hour, end) = hour_number(scan, start + 2)?;
    if hour == 0 || hour > 12 {
        return None;
    }
    if past {
        on_clock(hour, minutes, scan, end)
    } else {
        on_clock(hour - 1, 60 - minutes, scan, end)
    }
}

/// The hour in the genitive of "половина десятого": the half before it is meant.
fn genitive_hour(word: &str) -> Option<i64> {
    Some(match word {
        "первого" => 1,
        "второго" => 2,
        "третьего" => 3,
        "четвертого" => 4,
        "пятого" => 5,
        "шестого" => 6,
        "седьмого" => 7,
        "восьмого" => 8,
        "девятого" => 9,
        "десятого" => 10,
        "одиннадцатого" => 11,
        "двенадцатого" => 12,
        _ => return None,
    })
}

/// The hour in digits or words.
fn hour_number(scan: &Scan<'_>, place: usize) -> Option<(i64, usize)> {
    if let Some(hour) = scan.tokens.small(place) {
        return Some((i64::from(hour), place + 1)).filter(|_| scan.tokens.digits(place).len() <= 2);
    }
    words(scan, place)
}

/// "9", "9:30", "9 30", "9h30", "9am", "9 часов 30 минут", with the part of the day that follows.
fn hours(scan: &Scan<'_>, place: usize, led: bool) -> Option<(Time, usize)> {
    let tokens = scan.tokens;
    // Digits attached to something before them are part of it, unless it is the T of a timestamp.
    if place > 0
        && tokens.attached(place)
        && !tokens.digits(place).is_empty()
        && !(matches!(tokens.sign(place - 1), Some('(' | '"' | ',' | '~')) || tokens.word(place - 1) == "t")
    {
        return None;
    }
    let (hour, mut end) = hour_number(scan, place)?;
    let in_digits = !tokens.digits(place).is_empty();
    let mut minute = 0;
    let mut second = 0;
    // How sure it is that this is a time at all.
    let mut sure = false;
    let separator = tokens.sign(end);
    if let Some(sign @ (':' | '.')) = separator
        && in_digits
        && tokens.attached(end)
        && tokens.attached(end + 1)
        && tokens.digits(end + 1).len() == 2
    {
        minute = i64::from(tokens.small(end + 1)?);
        end += 2;
        sure = sign == ':';
        if tokens.sign(end) == Some(sign) && tokens.attached(end + 1) && tokens.digits(end + 1).len() == 2 {
            // "12.03.26" is a date.
            if sign == '.' {
                return None;
            }
            second = i64::from(tokens.small(end + 1)?);
            end += 2;
        }
        if !(sure || scan.whole || led) {
            return None;
        }
    } else if matches!(tokens.word(end), "h" | "ч") && in_digits {
        sure = true;
        end += 1;
        if tokens.digits(end).len() == 2 && tokens.attached(end) {
            minute = i64::from(tokens.small(end)?);
            end += 1;
        }
    } else if matches!(tokens.word(end), "часов" | "часа" | "час" | "oclock" | "fix")
        && (led || scan.whole || tokens.word(end) == "oclock")
    {
        sure = true;
        end += 1;
        if let Some((minutes @ 0..=59, after)) = hour_number(scan, end)
            && matches!(tokens.word(after), "минут" | "минуты" | "минута" | "мин")
        {
            minute = minutes;
            end = after + 1;
        }
    } else if matches!(tokens.word(end), "si" | "и")
        && (led || scan.whole)
        && (is_half(tokens.word(end + 1)) || tokens.word(end + 1) == "un" || tokens.small(end + 1).is_some())
    {
        // "nouă și jumătate", "9 și un sfert", "9 și 10"
        let (minutes, after) = if is_half(tokens.word(end + 1)) {
            (30, end + 2)
        } else if tokens.word(end + 2) == "sfert" {
            (15, end + 3)
        } else {
            (
                i64::from(tokens.small(end + 1).filter(|minutes| *minutes < 60)?),
                end + 2,
            )
        };
        minute = minutes;
        end = after;
        sure = true;
    } else if (led || scan.whole) && is_half(tokens.word(end)) {
        minute = 30;
        end += 1;
        sure = true;
    } else if (led || scan.whole)
        && let Some((minutes @ 10..=59, after)) = hour_number(scan, end)
        && (1..=24).contains(&hour)
    {
        // "nine thirty", "девять тридцать", "9 30"
        minute = minutes;
        end = after;
    }
    let (part, after) = part_of_day(scan, end);
    if part.is_none() && !sure && !led && !scan.whole {
        return None;
    }
    // Counting something is no time: "at 9 people", "в 9 домах"; "la 9 persoane".
    if part.is_none()
        && !sure
        && !scan.whole
        && !tokens.word(after).is_empty()
        && super::lexicon::is_piece(tokens.word(after))
    {
        return None;
    }
    if part.is_none() && tokens.attached(after) && !tokens.word(after).is_empty() {
        return None;
    }
    if matches!(tokens.sign(after), Some('%' | '/' | '-' | '.'))
        && tokens.attached(after)
        && !tokens.digits(after + 1).is_empty()
    {
        return None;
    }
    let hour = match part {
        Some(part) => part.hour(hour)?,
        None if hour == 24 && minute == 0 => 0,
        None => hour,
    };
    let time = Time::new(
        u8::try_from(hour).ok()?,
        u8::try_from(minute).ok()?,
        u8::try_from(second).ok()?,
    )?;
    Some((time, after))
}

/// The half or quarter of the day that a word names.
#[derive(Clone, Copy)]
enum Part {
    Morning,
    Afternoon,
    Evening,
    Night,
}

impl Part {
    /// The hour of 24 for an hour of 12; hours that are of 24 already stay.
    fn hour(self, hour: i64) -> Option<i64> {
        match self {
            Part::Morning if hour == 12 => Some(0),
            Part::Afternoon if hour < 12 => Some(hour + 12),
            // Twelve in the evening is midnight; nine at night is 21, two at night is 2.
            Part::Evening if hour == 12 => Some(0),
            Part::Evening if hour < 12 => Some(hour + 12),
            Part::Night if hour == 12 => Some(0),
            Part::Night if (6..12).contains(&hour) => Some(hour + 12),
            _ => (hour < 24).then_some(hour),
        }
    }
}

/// "am", "p.m.", "in the evening", "seara", "утра", and where it ends.
fn part_of_day(scan: &Scan<'_>, place: usize) -> (Option<Part>, usize) {
    let tokens = scan.tokens;
    let mut at = place;
    // "a.m."
    let letter = tokens.word(at);
    if matches!(letter, "a" | "p") && tokens.sign(at + 1) == Some('.') && tokens.word(at + 2) == "m" {
        let dotted = usize::from(tokens.sign(at + 3) == Some('.') && tokens.attached(at + 3));
        let part = if letter == "a" {
            Part::Morning
        } else {
            Part::Afternoon
        };
        return (Some(part), at + 3 + dotted);
    }
    match (tokens.word(at), tokens.word(at + 1)) {
        ("in", "the") => at += 2,
        ("at", "night") | ("de", _) => at += 1,
        _ => {}
    }
    let part = match tokens.word(at) {
        "am" if at == place => Part::Morning,
        "pm" if at == place => Part::Afternoon,
        "morning" | "dimineata" | "утра" | "утром" => Part::Morning,
        "afternoon" | "дня" | "днем" => Part::Afternoon,
        "dupa" if matches!(tokens.word(at + 1), "amiaza" | "masa") => return (Some(Part::Afternoon), at + 2),
        "dupa" if tokens.sign(at + 1) == Some('-') && matches!(tokens.word(at + 2), "amiaza" | "masa") => {
            return (Some(Part::Afternoon), at + 3);
        }
        "evening" | "tonight" | "seara" | "вечера" | "вечером" => Part::Evening,
        "night" | "noaptea" | "ночи" | "ночью" => Part::Night,
        _ => return (None, place),
    };
    (Some(part), at + 1)
}

/// The time with an hour of the dial (0 is twelve), and the part of the day that follows.
fn on_clock(hour: i64, minute: i64, scan: &Scan<'_>, end: usize) -> Option<(Time, usize)> {
    let hour = if hour == 0 { 12 } else { hour };
    let (part, end) = part_of_day(scan, end);
    let hour = match part {
        Some(part) => part.hour(hour)?,
        None => hour,
    };
    Some((
        Time::new(u8::try_from(hour).ok()?, u8::try_from(minute).ok()?, 0)?,
        end,
    ))
}
