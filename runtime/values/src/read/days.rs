//! Dates: "tomorrow", "în 3 zile", "в следующую пятницу", "12 march", "12.03.2026", "2026-03-12".
//!
//! - A bare weekday is the next one after today; "this friday" is the one of this week, or the next
//!   if it is over; "next friday" is the one of the next week, from Monday on.
//! - A day without a year is the next such day, today included; a day of the month likewise.
//! - Numbers are day first (`3/4` is the third of April), month first in `en-US`; where only one order
//!   gives a date, that one is meant. Two-digit years are of this century.

use super::Scan;
use super::lexicon::{Language, is_shaky_name, month, weekday};
use super::numbers::{and_a_half, words};
use crate::calendar::{Date, days_in_month};
use crate::value::Value;

/// Words that may stand before a date that is the whole answer.
pub(super) fn leads(word: &str) -> bool {
    matches!(
        word,
        "on" | "by"
            | "for"
            | "from"
            | "the"
            | "its"
            | "is"
            | "it"
            | "at"
            | "pe"
            | "din"
            | "de"
            | "la"
            | "in"
            | "cu"
            | "data"
            | "на"
            | "в"
            | "во"
            | "с"
            | "к"
            | "до"
            | "от"
    )
}

/// A date.
pub(super) fn date(scan: &Scan<'_>, place: usize) -> Option<(Value, usize)> {
    let (date, end) = day(scan, place)?;
    Some((Value::Date(date), end))
}

/// A date and where it ends.
pub(super) fn day(scan: &Scan<'_>, place: usize) -> Option<(Date, usize)> {
    if scan.tokens.word(place).is_empty() {
        return numeric(scan, place)
            .or_else(|| day_and_month(scan, place))
            .or_else(|| day_of_month(scan, place));
    }
    relative(scan, place)
        .or_else(|| ahead(scan, place))
        .or_else(|| month_and_day(scan, place))
        .or_else(|| by_weekday(scan, place))
        .or_else(|| spoken_day_and_month(scan, place))
        .or_else(|| day_of_month(scan, place))
}

/// "today", "poimâine", "послезавтра".
fn relative(scan: &Scan<'_>, place: usize) -> Option<(Date, usize)> {
    let tokens = scan.tokens;
    let (days, length) = match tokens.word(place) {
        "today" | "tonight" | "azi" | "astazi" | "diseara" | "сегодня" => (0, 1),
        "tomorrow" | "tmrw" | "tomorow" | "tommorow" | "tommorrow" | "maine" | "завтра" => (1, 1),
        "yesterday" | "ieri" | "вчера" => (-1, 1),
        "overmorrow" | "poimaine" | "послезавтра" => (2, 1),
        "alaltaieri" | "позавчера" => (-2, 1),
        "the" | "day" => {
            let at = if tokens.word(place) == "the" {
                place + 1
            } else {
                place
            };
            if tokens.word(at) != "day" {
                return None;
            }
            match (tokens.word(at + 1), tokens.word(at + 2)) {
                ("after", "tomorrow") => (2, at + 3 - place),
                ("before", "yesterday") => (-2, at + 3 - place),
                _ => return None,
            }
        }
        _ => return None,
    };
    Some((scan.today().plus_days(days), place + length))
}

/// "in 3 days", "peste o săptămână", "через 2 недели", "3 days from now".
fn ahead(scan: &Scan<'_>, place: usize) -> Option<(Date, usize)> {
    let tokens = scan.tokens;
    if !matches!(tokens.word(place), "in" | "peste" | "через") {
        return None;
    }
    let (count, end) = counted(scan, place + 1)?;
    let unit = if tokens.word(end) == "de" { end + 1 } else { end };
    let days = match tokens.word(unit) {
        "day" | "days" | "zi" | "zile" | "день" | "дня" | "дней" => count,
        "week" | "weeks" | "saptamana" | "saptamani" | "неделю" | "недели" | "недель" => {
            count * 7
        }
        "month" | "months" | "luna" | "luni" | "месяц" | "месяца" | "месяцев" => {
            return Some((plus_months(scan.today(), count), unit + 1));
        }
        _ => return None,
    };
    // "in a day and a half" is a moment, no date.
    if and_a_half(scan, unit + 1).is_some() {
        return None;
    }
    Some((scan.today().plus_days(days), unit + 1))
}

/// A small count in digits or words; an article and nothing at all are one.
fn counted(scan: &Scan<'_>, place: usize) -> Option<(i64, usize)> {
    if let Some(count) = scan.tokens.small(place) {
        return Some((i64::from(count), place + 1));
    }
    if matches!(scan.tokens.word(place), "a" | "an" | "o" | "un") {
        return Some((1, place + 1));
    }
    match words(scan, place) {
        Some((count, end)) => (count <= 10_000).then_some((count, end)),
        None => Some((1, place)),
    }
}

/// The same day so many months later, or the last of that month.
fn plus_months(date: Date, months: i64) -> Date {
    let (year, month, day) = date.parts();
    let count = i64::from(year) * 12 + i64::from(month) - 1 + months;
    let (year, month) = (
        count.div_euclid(12).clamp(1, 9999) as i32,
        count.rem_euclid(12) as u8 + 1,
    );
    Date::new(year, month, day.min(days_in_month(year, month))).unwrap_or(date)
}

/// "friday", "next monday", "lunea viitoare", "в эту пятницу".
fn by_weekday(scan: &Scan<'_>, place: usize) -> Option<(Date, usize)> {
    let tokens = scan.tokens;
    let mut at = place;
    let mut week = Week::Any;
    match tokens.word(at) {
        "next" | "следующий" | "следующую" | "следующее" | "следующая" => {
            week = Week::Next;
            at += 1;
        }
        "this" | "coming" | "этот" | "эту" | "это" | "эта" | "ближайший" | "ближайшую" | "ближайшее" =>
        {
            week = Week::This;
            at += 1;
        }
        _ => {}
    }
    let day = weekday(tokens.word(at))?;
    // Words such as "sun" or "mar" name days only where nothing else is meant.
    if !scan.whole && week == Week::Any && is_shaky_name(tokens.word(at)) {
        return None;
    }
    let mut end = at + 1;
    match tokens.word(end) {
        "viitoare" | "viitor" => {
            week = Week::Next;
            end += 1;
        }
        "asta" | "aceasta" => {
            week = Week::This;
            end += 1;
        }
        _ => {}
    }
    let today = scan.today();
    let monday = today.plus_days(-(today.weekday() as i64));
    let in_this_week = monday.plus_days(day as i64);
    let found = match week {
        Week::Next => in_this_week.plus_days(7),
        Week::This if in_this_week >= today => in_this_week,
        Week::Any if in_this_week > today => in_this_week,
        _ => in_this_week.plus_days(7),
    };
    // "friday, 12 march" and "friday the 13th" are those dates, whatever the weekday.
    let next = end + usize::from(tokens.sign(end) == Some(','));
    if week == Week::Any
        && let Some(dated) = numeric(scan, next)
            .or_else(|| spoken_day_and_month(scan, next))
            .or_else(|| month_and_day(scan, next))
            .or_else(|| day_of_month(scan, next))
    {
        return Some(dated);
    }
    Some((found, end))
}

/// Which week a weekday is meant in.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Week {
    Any,
    This,
    Next,
}

/// "2026-03-12", "12.03.2026", "12/3", "3/4".
fn numeric(scan: &Scan<'_>, place: usize) -> Option<(Date, usize)> {
    let tokens = scan.tokens;
    let first = tokens.small(place)?;
    if place > 0 && tokens.attached(place) && !matches!(tokens.sign(place - 1), Some('(' | '"' | ',')) {
        return None;
    }
    let sign = tokens
        .sign(place + 1)
        .filter(|sign| matches!(sign, '.' | '/' | '-'))?;
    if !tokens.attached(place + 1) {
        return None;
    }
    // "12. 03. 2026" is written with spaces behind its points.
    let second = tokens.small(place + 2)?;
    if !tokens.attached(place + 2) && sign != '.' {
        return None;
    }
    let third = (tokens.sign(place + 3) == Some(sign) && tokens.attached(place + 3))
        .then(|| tokens.small(place + 4))
        .flatten()
        .filter(|_| tokens.attached(place + 4) || sign == '.');
    let length = |at: usize| tokens.digits(at).len();
    if length(place) == 4 {
        let (month, day) = (u8::try_from(second).ok()?, u8::try_from(third?).ok()?);
        return Some((Date::new(first as i32, month, day)?, place + 5));
    }
    if length(place) > 2 || length(place + 2) > 2 {
        return None;
    }
    let (a, b) = (first as u8, second as u8);
    let american = matches!(scan.language, Language::English { american: true }) && sign != '.';
    let (day, month) = if american { (b, a) } else { (a, b) };
    let (day, month) = if month > 12 && day <= 12 {
        (month, day)
    } else {
        (day, month)
    };
    match third {
        Some(year) => {
            let year = match length(place + 4) {
                2 => 2000 + year as i32,
                4 => year as i32,
                _ => return None,
            };
            Some((Date::new(year, month, day)?, place + 5))
        }
        None => {
            // "12-03" without a year is rather a range, and a decimal may look like "12.3".
            let date_like = sign == '/' || (sign == '.' && (scan.whole || length(place + 2) == 2));
            if !date_like || (tokens.attached(place + 3) && !tokens.digits(place + 3).is_empty()) {
                return None;
            }
            let dotted =
                usize::from(sign == '.' && tokens.sign(place + 3) == Some('.') && tokens.attached(place + 3));
            Some((coming(scan, month, day)?, place + 3 + dotted))
        }
    }
}

/// "12 march", "12th of March 2027", "12 martie", "12-го марта".
fn day_and_month(scan: &Scan<'_>, place: usize) -> Option<(Date, usize)> {
    let day = day_number(scan, place)?;
    let mut at = ordinal_end(scan, place + 1);
    if matches!(scan.tokens.word(at), "of" | "de") {
        at += 1;
    }
    let month = month(scan.tokens.word(at))?;
    with_year(scan, month, day, at + 1)
}

/// "двенадцатого"-like ordinals are not known; "twelve march", "doi mai", "пять мая" are.
fn spoken_day_and_month(scan: &Scan<'_>, place: usize) -> Option<(Date, usize)> {
    let mut start = place;
    if matches!(scan.tokens.word(start), "the") {
        start += 1;
    }
    if scan.tokens.small(start).is_some() {
        return day_and_month(scan, start);
    }
    let (day, at) = match scan.tokens.word(start) {
        "intai" | "first" | "первое" | "первого" => (1, start + 1),
        _ => words(scan, start)?,
    };
    let at = if matches!(scan.tokens.word(at), "of" | "de") {
        at + 1
    } else {
        at
    };
    let month = month(scan.tokens.word(at))?;
    with_year(scan, month, u8::try_from(day).ok()?, at + 1)
}

/// "march 12", "March 12th, 2026".
fn month_and_day(scan: &Scan<'_>, place: usize) -> Option<(Date, usize)> {
    let month = month(scan.tokens.word(place))?;
    let at = if scan.tokens.word(place + 1) == "the" {
        place + 2
    } else {
        place + 1
    };
    let day = day_number(scan, at)?;
    // "march 12:30" has no day.
    if scan.tokens.sign(at + 1) == Some(':') {
        return None;
    }
    with_year(scan, month, day, ordinal_end(scan, at + 1))
}

/// A day of the month alone: "the 12th", "pe 12", "12 числа"; a bare number only as the whole answer.
fn day_of_month(scan: &Scan<'_>, place: usize) -> Option<(Date, usize)> {
    let tokens = scan.tokens;
    let mut at = place;
    let mut led = false;
    while matches!(tokens.word(at), "the" | "pe" | "data" | "de") {
        led |= matches!(tokens.word(at), "the" | "pe");
        at += 1;
    }
    let day = day_number(scan, at)?;
    let end = ordinal_end(scan, at + 1);
    let numbered = end > at + 1 || tokens.word(end) == "числа";
    let end = end + usize::from(tokens.word(end) == "числа");
    // "the 12 boxes", "pe 3 zile" count something.
    let counts = !tokens.word(end).is_empty() && !numbered;
    if !numbered && (!scan.whole || counts) && (!led || counts) {
        return None;
    }
    if matches!(tokens.sign(at + 1), Some(':' | '/' | '%' | '-' | '.' | ',')) && tokens.attached(at + 2) {
        return None;
    }
    let today = scan.today();
    let (mut year, mut month, today_day) = today.parts();
    if day < today_day {
        (year, month) = next_month(year, month);
    }
    // The 31st is in the next month that has one.
    for _ in 0..3 {
        if let Some(date) = Date::new(year, month, day) {
            return Some((date, end));
        }
        (year, month) = next_month(year, month);
    }
    None
}

fn next_month(year: i32, month: u8) -> (i32, u8) {
    if month == 12 {
        (year + 1, 1)
    } else {
        (year, month + 1)
    }
}

/// A day of the month in digits.
fn day_number(scan: &Scan<'_>, place: usize) -> Option<u8> {
    if place > 0
        && scan.tokens.attached(place)
        && scan
            .tokens
            .sign(place - 1)
            .is_none_or(|sign| !matches!(sign, ',' | '(' | '"'))
    {
        return None;
    }
    if scan.tokens.digits(place).len() > 2 {
        return None;
    }
    scan.tokens
        .small(place)
        .filter(|day| (1..=31).contains(day))
        .map(|day| day as u8)
}

/// Where an ordinal's ending ends: "12th", "12-го", "12-е".
fn ordinal_end(scan: &Scan<'_>, place: usize) -> usize {
    let tokens = scan.tokens;
    if !tokens.attached(place) {
        return place;
    }
    if matches!(
        tokens.word(place),
        "st" | "nd" | "rd" | "th" | "го" | "ого" | "е" | "ое" | "й" | "ый" | "му"
    ) {
        return place + 1;
    }
    if tokens.sign(place) == Some('-')
        && matches!(
            tokens.word(place + 1),
            "го" | "ого" | "е" | "ое" | "й" | "ый" | "му"
        )
    {
        return place + 2;
    }
    // "12. März"-like points
    if tokens.sign(place) == Some('.') && month(tokens.word(place + 1)).is_some() {
        return place + 1;
    }
    place
}

/// The date with the year that follows, or the next such day.
fn with_year(scan: &Scan<'_>, month: u8, day: u8, place: usize) -> Option<(Date, usize)> {
    let tokens = scan.tokens;
    let dotted =
        usize::from(tokens.sign(place) == Some('.') && tokens.attached(place) && !tokens.attached(place + 1));
    let comma = usize::from(tokens.sign(place + dotted) == Some(','));
    let at = place + dotted + comma;
    if tokens.digits(at).len() == 4
        && let Some(year @ 1000..=9999) = tokens.small(at)
    {
        let named = tokens.word(at + 1);
        let end = at + 1 + usize::from(matches!(named, "года" | "год" | "г"));
        return Some((Date::new(year as i32, month, day)?, end));
    }
    Some((coming(scan, month, day)?, place))
}

/// The next day with this month and day, today included; a leap day is looked for up to eight years.
fn coming(scan: &Scan<'_>, month: u8, day: u8) -> Option<Date> {
    let today = scan.today();
    let year = today.parts().0;
    (year..=year + 8)
        .filter_map(|year| Date::new(year, month, day))
        .find(|date| *date >= today)
}
