//! Opening hours: tables of days people know, clock changes and holidays; and for any hours, that the closing is the
//! first moment at which the queue is closed.

use botflow_artifact::Queue;
use botflow_machine::hours::{HORIZON_MS, closes, is_open};
use botflow_values::{Date, Time, Zone};
use proptest::prelude::*;

const MINUTE: i64 = 60_000;
const ALL_DAYS: u8 = 0b111_1111;
const WORKDAYS: u8 = 0b001_1111;

fn queue(hours: &[(u8, &str, &str)], closed_on: &[&str]) -> Queue {
    let minute = |text: &str| {
        let (hour, minute) = text.split_once(':').expect("a time");
        hour.parse::<u32>().expect("hours") * 60 + minute.parse::<u32>().expect("minutes")
    };
    Queue {
        name: "desk".into(),
        display_name: None,
        languages: Vec::new(),
        always_open: false,
        hours: hours
            .iter()
            .map(|(days, from, to)| (*days, minute(from), minute(to)))
            .collect(),
        closed_on: closed_on.iter().map(|day| (*day).into()).collect(),
        timezone: None,
    }
}

fn at(zone: &Zone, written: &str) -> i64 {
    let (date, time) = written.split_once(' ').expect("a moment");
    let mut parts = date.split('-').map(|part| part.parse::<i32>().expect("a number"));
    let mut next = || parts.next().expect("three parts");
    let date = Date::new(next(), next() as u8, next() as u8).expect("a day");
    let (hour, minute) = time.split_once(':').expect("a time");
    let time = Time::new(hour.parse().expect("hours"), minute.parse().expect("minutes"), 0);
    zone.moment(date, time.expect("a time of day"))
}

/// `open` are moments at which it is open, `closed` those at which it is not.
fn check(queue: &Queue, zone: &str, open: &[&str], closed: &[&str]) {
    let zone = Zone::named(zone).expect("a zone");
    for moment in open {
        assert!(is_open(queue, &zone, at(&zone, moment)), "open at {moment}");
    }
    for moment in closed {
        assert!(!is_open(queue, &zone, at(&zone, moment)), "closed at {moment}");
    }
}

fn closing(queue: &Queue, zone: &str, from: &str) -> Option<i64> {
    let zone = Zone::named(zone).expect("a zone");
    let from = at(&zone, from);
    closes(queue, &zone, from).map(|at| (at - from) / MINUTE)
}

#[test]
fn a_working_day_ends_without_its_last_minute() {
    let desk = queue(&[(WORKDAYS, "09:00", "18:00"), (1 << 5, "10:00", "14:00")], &[]);
    check(
        &desk,
        "Europe/Bucharest",
        &["2026-03-02 09:00", "2026-03-02 17:59", "2026-03-07 13:59"],
        &[
            "2026-03-02 08:59",
            "2026-03-02 18:00",
            "2026-03-07 09:30",
            "2026-03-08 12:00",
        ],
    );
    assert_eq!(closing(&desk, "Europe/Bucharest", "2026-03-02 17:00"), Some(60));
}

#[test]
fn hours_over_midnight_belong_to_the_evening() {
    let night = queue(&[(1 << 4, "22:00", "06:00")], &[]);
    check(
        &night,
        "Europe/Bucharest",
        &["2026-03-06 22:00", "2026-03-07 05:59"],
        &["2026-03-06 05:00", "2026-03-07 06:00", "2026-03-07 23:00"],
    );
    let whole_day = queue(&[(1 << 5, "00:00", "00:00")], &[]);
    check(
        &whole_day,
        "UTC",
        &["2026-03-07 00:00", "2026-03-07 23:59"],
        &["2026-03-06 23:59", "2026-03-08 00:00"],
    );
}

#[test]
fn a_holiday_is_closed_from_midnight_to_midnight_and_begins_nothing() {
    let night = queue(&[(ALL_DAYS, "20:00", "04:00")], &["2026-12-25", "01-01"]);
    check(
        &night,
        "Europe/Bucharest",
        &["2026-12-24 23:59", "2026-12-26 21:00", "2027-12-25 21:00"],
        &[
            "2026-12-25 00:00",
            "2026-12-25 21:00",
            "2026-12-26 02:00",
            "2027-01-01 21:00",
            "2028-01-01 21:00",
            "2028-01-02 03:00",
        ],
    );
    assert_eq!(closing(&night, "Europe/Bucharest", "2026-12-24 23:00"), Some(60));
    let leap = queue(&[], &["02-29"]);
    check(
        &leap,
        "UTC",
        &["2027-02-28 12:00", "2027-03-01 12:00"],
        &["2028-02-29 12:00"],
    );
    assert_eq!(closing(&leap, "UTC", "2028-02-28 12:00"), Some(12 * 60));
    assert_eq!(closing(&leap, "UTC", "2027-02-27 12:00"), None);
}

#[test]
fn clock_changes_shorten_and_lengthen_the_night() {
    // 2026-03-29 03:00 becomes 04:00 there, 2026-10-25 04:00 becomes 03:00.
    let zone = "Europe/Bucharest";
    let night = queue(&[(ALL_DAYS, "22:00", "03:30")], &[]);
    assert_eq!(closing(&night, zone, "2026-03-27 23:00"), Some(270));
    assert_eq!(
        closing(&night, zone, "2026-03-28 23:00"),
        Some(240),
        "03:30 does not come"
    );
    assert_eq!(closing(&night, zone, "2026-10-24 23:00"), Some(270));
    let early = queue(&[(ALL_DAYS, "03:00", "04:00")], &[]);
    let summer = Zone::named(zone).expect("a zone");
    let nine = at(&summer, "2026-10-25 02:59");
    let open = |minutes: i64| is_open(&early, &summer, nine + minutes * MINUTE);
    assert!(!open(0) && open(1) && open(60), "from 03:00 on");
    assert!(open(61) && open(120) && !open(121), "03:00 to 04:00 comes twice");
    assert_eq!(
        closes(&early, &summer, nine + MINUTE).map(|at| at - nine),
        Some(121 * MINUTE)
    );
    // The day on which 03:00 to 04:00 is skipped has none of them.
    let spring = at(&summer, "2026-03-29 02:59");
    assert!((0..120).all(|minutes| !is_open(&early, &summer, spring + minutes * MINUTE)));
}

#[test]
fn without_hours_it_is_open_and_never_closes() {
    let always = queue(&[], &[]);
    check(&always, "UTC", &["2026-03-02 03:00"], &[]);
    assert_eq!(closing(&always, "UTC", "2026-03-02 03:00"), None);
}

fn hours() -> impl Strategy<Value = Vec<(u8, u32, u32)>> {
    let minute = prop_oneof![0u32..1440, (0u32..96).prop_map(|quarter| quarter * 15)];
    prop::collection::vec((0u8..128, minute.clone(), minute), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn the_closing_is_the_first_moment_at_which_it_is_closed(
        hours in hours(),
        always in prop::bool::weighted(0.1),
        holidays in prop::collection::vec(
            prop::sample::select(vec!["2026-03-29", "03-30", "10-25", "2026-10-26", "02-29"]), 0..3),
        zone in prop::sample::select(vec!["Europe/Bucharest", "America/New_York", "Australia/Lord_Howe", "UTC"]),
        // Around the clock changes of 2026.
        from in prop_oneof![1_774_500_000_000i64..1_775_300_000_000, 1_792_500_000_000i64..1_793_900_000_000],
    ) {
        let queue = Queue {
            always_open: always,
            hours,
            ..queue(&[], &holidays)
        };
        let zone = Zone::named(zone).expect("a zone");
        if !is_open(&queue, &zone, from) {
            return Ok(());
        }
        let found = closes(&queue, &zone, from);
        let last = from + HORIZON_MS;
        let mut at = from - from.rem_euclid(MINUTE) + MINUTE;
        while at <= last && is_open(&queue, &zone, at) {
            at += MINUTE;
        }
        prop_assert_eq!(found, (at <= last).then_some(at));
    }
}
