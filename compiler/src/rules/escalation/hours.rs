//! When queues are closed.

use botflow_artifact::Queue;
use botflow_values::Date;

/// Minutes of a day.
const DAY: u32 = 24 * 60;

/// Whether a queue closes at all; with a moment at which it is closed, if one is soon found.
pub(super) fn closed(queue: &Queue) -> Option<Option<String>> {
    if queue.closed_on.is_empty() && is_never_closed_by_hours(queue) {
        return None;
    }
    if queue.timezone.is_some() {
        return Some(None);
    }
    if is_never_closed_by_hours(queue) {
        return Some(Some(format!("{} 12:00", written(queue.closed_on.first()?))));
    }
    let found = moments().find(|(day, minute)| !is_open(queue, *day, *minute));
    Some(found.and_then(moment))
}

/// Whether two queues are closed at one moment; with such a moment, if one is soon found. Of queues in different zones
/// nothing is said.
pub(super) fn both_closed(first: &Queue, second: &Queue) -> Option<Option<String>> {
    closed(first)?;
    closed(second)?;
    if first.timezone != second.timezone {
        return None;
    }
    let tell = |moment: Option<String>| Some(moment.filter(|_| first.timezone.is_none()));
    let holiday = first.closed_on.iter().find(|day| second.closed_on.contains(*day));
    if let Some(day) = holiday {
        return tell(Some(format!("{} 12:00", written(day))));
    }
    if is_never_closed_by_hours(first) || is_never_closed_by_hours(second) {
        return None;
    }
    let closed = |queue: &Queue, (day, minute): (u32, u32)| !is_open(queue, day, minute);
    let both = |at: &(u32, u32)| closed(first, *at) && closed(second, *at);
    if let Some(found) = moments().find(both) {
        return tell(moment(found));
    }
    // Hours begin and end at any minute: each end of one may be in a gap of the other.
    let ends = first.hours.iter().chain(&second.hours);
    let mut ends = ends.flat_map(|(_, _, to)| (0..7).map(move |day| (day, to % DAY)));
    ends.find(both).map(|_| None)
}

fn is_never_closed_by_hours(queue: &Queue) -> bool {
    queue.always_open || queue.hours.is_empty()
}

/// Days of the week and minutes at which one looks first.
fn moments() -> impl Iterator<Item = (u32, u32)> {
    const TIMES: [u32; 5] = [20, 22, 3, 7, 12];
    (0..7).flat_map(|day| TIMES.into_iter().map(move |hour| (day, hour * 60)))
}

/// Conversations begin on Monday, 2026-01-05; no clock changes in that week.
fn moment((day, minute): (u32, u32)) -> Option<String> {
    let day = Date::new(2026, 1, 5)?.plus_days(i64::from(day));
    Some(format!("{day} {:02}:{:02}", minute / 60, minute % 60))
}

/// A day on which a queue is closed; one of every year is this year's.
fn written(day: &str) -> String {
    match day.len() {
        5 => format!("2026-{day}"),
        _ => day.to_owned(),
    }
}

/// Whether hours hold on that day of the week, at that minute.
fn is_open(queue: &Queue, day: u32, minute: u32) -> bool {
    if is_never_closed_by_hours(queue) {
        return true;
    }
    queue.hours.iter().any(|(days, from, to)| {
        let on = |day: u32| days & (1 << (day % 7)) != 0;
        if from < to {
            return on(day) && (*from..*to).contains(&minute);
        }
        on(day) && minute >= *from || on(day + 6) && minute < *to
    })
}
