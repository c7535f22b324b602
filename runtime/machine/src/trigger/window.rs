//! The calendar of triggers: when `between` is open, and when `every` comes. All of it in the person's time zone;
//! clock changes skip some times of day and bring others twice.

use botflow_values::{Date, Time, Zone};

/// Whether the window is open at the moment: from the first minute on, up to and without the last.
pub fn is_open(zone: &Zone, (from, to): (u32, u32), moment: i64) -> bool {
    let (_, time) = zone.local(moment);
    let minute = time.seconds() / 60;
    if from < to {
        (from..to).contains(&minute)
    } else {
        minute >= from || minute < to
    }
}

/// When the window opens next, if it is not open. A day on which a clock change skips all of it is passed over.
pub fn opens(zone: &Zone, window: (u32, u32), moment: i64) -> Option<i64> {
    let (today, _) = zone.local(moment);
    let time = Time::from_seconds(i64::from(window.0) * 60);
    (0..=3)
        .map(|days| zone.moment(today.plus_days(days), time))
        .find(|opening| *opening > moment && is_open(zone, window, *opening))
}

/// The last time that `every` came after one moment and up to another, with its day.
pub fn came(zone: &Zone, weekdays: u8, at: u32, after: i64, until: i64) -> Option<(i64, Date)> {
    let (today, _) = zone.local(until);
    let time = Time::from_seconds(i64::from(at) * 60);
    (0..=8)
        .map(|days| today.plus_days(-days))
        .filter(|day| falls_on(weekdays, *day))
        .map(|day| (zone.moment(day, time), day))
        .find(|(moment, _)| *moment <= until)
        .filter(|(moment, _)| *moment > after)
}

/// The next time that `every` comes, on a later day than the last one.
pub fn comes(zone: &Zone, weekdays: u8, at: u32, after: i64, last: Option<Date>) -> Option<i64> {
    let (today, _) = zone.local(after);
    let time = Time::from_seconds(i64::from(at) * 60);
    (0..=8)
        .map(|days| today.plus_days(days))
        .filter(|day| falls_on(weekdays, *day) && last.is_none_or(|last| *day > last))
        .map(|day| zone.moment(day, time))
        .find(|moment| *moment > after)
}

fn falls_on(weekdays: u8, day: Date) -> bool {
    weekdays & (1 << (day.weekday() as u8)) != 0
}
