//! Dates, times and moments, as in ISO 8601 and RFC 3339.

use botflow_values::calendar::clamp_moment;
use botflow_values::{Date, Time, Zone};

/// `2026-03-02`.
pub(super) fn read_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let year = digits(text.get(..4)?)?;
    let month = digits(text.get(5..7)?)?;
    let day = digits(text.get(8..)?)?;
    Date::new(
        i32::try_from(year).ok()?,
        u8::try_from(month).ok()?,
        u8::try_from(day).ok()?,
    )
}

/// `09:30` or `09:30:15`.
pub(super) fn read_time(text: &str) -> Option<Time> {
    let bytes = text.as_bytes();
    let second = match bytes.len() {
        5 => 0,
        8 if bytes[5] == b':' => digits(text.get(6..)?)?,
        _ => return None,
    };
    if bytes[2] != b':' {
        return None;
    }
    let hour = digits(text.get(..2)?)?;
    let minute = digits(text.get(3..5)?)?;
    Time::new(
        u8::try_from(hour).ok()?,
        u8::try_from(minute).ok()?,
        u8::try_from(second).ok()?,
    )
}

/// `2026-03-02T09:30:15.250Z`, `2026-03-02T11:30+02:00`: with its distance from universal time, since nothing else says
/// which moment is meant.
pub(super) fn read_moment(text: &str) -> Option<i64> {
    let date = read_date(text.get(..10)?)?;
    if !matches!(text.as_bytes().get(10)?, b'T' | b't' | b' ') {
        return None;
    }
    let rest = text.get(11..)?;
    let zone_at = rest.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = rest.split_at(zone_at);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let time = read_time(clock)?;
    if rest.contains('.') && (fraction.is_empty() || clock.len() != 8 || fraction.len() > 9) {
        return None;
    }
    let padded = format!("{fraction:0<3}");
    digits(fraction)
        .filter(|_| !fraction.is_empty())
        .or(Some(0).filter(|_| fraction.is_empty()))?;
    let milliseconds = digits(padded.get(..3)?)?;
    let offset = match zone {
        "Z" | "z" => 0,
        _ => {
            let (sign, distance) = zone.split_at(1);
            let distance = read_time(distance).filter(|_| distance.len() == 5)?;
            let ahead = i64::from(distance.seconds()) * 1_000;
            if sign == "-" { -ahead } else { ahead }
        }
    };
    let moment = Zone::utc().moment(date, time) + i64::from(milliseconds) - offset;
    (clamp_moment(moment) == moment).then_some(moment)
}

pub(super) fn write_date(date: Date) -> String {
    let (year, month, day) = date.parts();
    format!("{year:04}-{month:02}-{day:02}")
}

pub(super) fn write_time(time: Time) -> String {
    match time.parts() {
        (hour, minute, 0) => format!("{hour:02}:{minute:02}"),
        (hour, minute, second) => format!("{hour:02}:{minute:02}:{second:02}"),
    }
}

/// In universal time.
pub(super) fn write_moment(moment: i64) -> String {
    let moment = clamp_moment(moment);
    let (date, time) = Zone::utc().local(moment);
    let (hour, minute, second) = time.parts();
    let date = write_date(date);
    match moment.rem_euclid(1_000) {
        0 => format!("{date}T{hour:02}:{minute:02}:{second:02}Z"),
        rest => format!("{date}T{hour:02}:{minute:02}:{second:02}.{rest:03}Z"),
    }
}

/// A number of digits and nothing else.
fn digits(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}
