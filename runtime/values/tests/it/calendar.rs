//! Days and zones against the library that keeps the calendar.

use botflow_values::{Date, Time, Zone};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Every day is the same day in jiff's calendar, with the same weekday.
    #[test]
    fn days_agree(days in -719_162i64..=2_932_896) {
        let date = Date::from_days(days);
        let (year, month, day) = date.parts();
        prop_assert_eq!(Date::new(year, month, day), Some(date));
        let epoch = jiff::civil::date(1970, 1, 1);
        let theirs = jiff::civil::date(year as i16, month as i8, day as i8);
        let between = (theirs - epoch).get_days();
        prop_assert_eq!(i64::from(between), days);
        prop_assert_eq!(date.weekday() as i8, theirs.weekday().to_monday_zero_offset());
    }

    /// What a zone shows of a moment leads back to it, up to its milliseconds, except in the hour that
    /// comes twice.
    #[test]
    fn zones_lead_back(moment in -2_000_000_000_000i64..4_000_000_000_000, name in prop::sample::select(vec!["Europe/Bucharest", "UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia"])) {
        let zone = Zone::named(name).expect("the zone is in the bundled data");
        let (date, time) = zone.local(moment);
        let back = zone.moment(date, time);
        let off = moment - back;
        prop_assert!((0..1000).contains(&off) || (1_800_000..7_201_000).contains(&off), "{off}");
    }

    /// Nothing is out of the calendar.
    #[test]
    fn any_moment_is_safe(moment in any::<i64>(), days in any::<i64>(), seconds in any::<i64>()) {
        for name in ["Europe/Bucharest", "UTC", "America/New_York"] {
            let zone = Zone::named(name).expect("the zone is in the bundled data");
            zone.local(moment);
            zone.moment(Date::from_days(days), Time::from_seconds(seconds));
        }
    }
}

#[test]
fn ends_of_the_calendar() {
    assert_eq!(
        Date::from_days(i64::MIN),
        Date::new(1, 1, 1).expect("the first day")
    );
    assert_eq!(
        Date::from_days(i64::MAX),
        Date::new(9999, 12, 31).expect("the last day")
    );
    assert_eq!(Date::new(2026, 2, 29), None);
    assert!(Zone::named("Mars/Olympus").is_none());
    assert_eq!(botflow_values::zone::region_of("Europe/Chisinau"), Some("MD"));
    assert_eq!(botflow_values::zone::region_of("UTC"), None);
}
