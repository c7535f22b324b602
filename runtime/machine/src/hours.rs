//! Opening hours of queues: whether people are there, and when they go (semantics 13.4).
//!
//! Hours are times of day in the queue's zone. Hours that end where they do not come after their beginning end on the
//! next day. A closed day is closed from midnight to midnight, and what would begin on it does not begin.

use botflow_artifact::Queue;
use botflow_values::{Date, Time, Weekday, Zone};

/// A closing further ahead than this is not looked for.
pub const HORIZON_MS: i64 = 7 * 24 * 60 * 60_000;

/// So many lines of hours are looked at for when a queue closes; nobody has more.
const MAX_HOURS: usize = 64;

/// Whether the queue is open at the moment.
pub fn is_open(queue: &Queue, zone: &Zone, moment: i64) -> bool {
    let (today, time) = zone.local(moment);
    if is_closed_on(queue, today) {
        return false;
    }
    if queue.always_open || queue.hours.is_empty() {
        return true;
    }
    let yesterday = today.plus_days(-1);
    let minute = time.seconds() / 60;
    let bit = |weekday: Weekday| 1u8 << (weekday as u8);
    let (day, before) = (bit(today.weekday()), bit(yesterday.weekday()));
    let mut evening = None;
    queue.hours.iter().any(|(days, from, to)| {
        if from < to {
            return days & day != 0 && (*from..*to).contains(&minute);
        }
        days & day != 0 && minute >= *from
            || days & before != 0
                && minute < *to
                && *evening.get_or_insert_with(|| !is_closed_on(queue, yesterday))
    })
}

/// When a queue that is open closes, if it does so within a week.
pub fn closes(queue: &Queue, zone: &Zone, now: i64) -> Option<i64> {
    if queue.closed_on.is_empty() && (queue.always_open || queue.hours.is_empty())
        || queue.hours.len() > MAX_HOURS
    {
        return None;
    }
    let (today, _) = zone.local(now);
    let mut ends: Vec<u32> = vec![0];
    if !queue.always_open {
        ends.extend(queue.hours.iter().map(|(_, _, to)| *to));
    }
    ends.sort_unstable();
    ends.dedup();
    let last = now.saturating_add(HORIZON_MS);
    let mut open_at = now;
    for day in 0..=8 {
        for end in &ends {
            let time = Time::from_seconds(i64::from(*end) * 60);
            let end = zone.moment(today.plus_days(day), time);
            // What a clock change brings twice, comes later once more.
            for later in [0, 30 * 60_000, 60 * 60_000] {
                let end = end.saturating_add(later);
                if end <= open_at {
                    continue;
                }
                if !is_open(queue, zone, end) {
                    let at = boundary(queue, zone, open_at, end);
                    return (at <= last).then_some(at);
                }
                open_at = end;
            }
        }
    }
    None
}

/// The first moment at which it is closed, between one at which it is open and one at which it is closed.
fn boundary(queue: &Queue, zone: &Zone, mut open: i64, mut closed: i64) -> i64 {
    while closed - open > 1 {
        let middle = open + (closed - open) / 2;
        if is_open(queue, zone, middle) {
            open = middle;
        } else {
            closed = middle;
        }
    }
    closed
}

/// `closed on 2026-12-25` is that day, `closed on 12-25` that day of every year.
fn is_closed_on(queue: &Queue, day: Date) -> bool {
    if queue.closed_on.is_empty() {
        return false;
    }
    let (_, month, number) = day.parts();
    let (whole, yearly) = (day.to_string(), format!("{month:02}-{number:02}"));
    queue
        .closed_on
        .iter()
        .any(|closed| *closed == whole || *closed == yearly)
}
