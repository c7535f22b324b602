//! Days, weekdays and times of day, by the Gregorian calendar without time zones.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A day: years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "i32", into = "i32")]
pub struct Date {
    days: i32,
}

/// A time of day to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "u32", into = "u32")]
pub struct Time {
    seconds: u32,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Weekday {
    /// The first day of the week.
    Monday,
    /// The second day.
    Tuesday,
    /// The third day.
    Wednesday,
    /// The fourth day.
    Thursday,
    /// The fifth day.
    Friday,
    /// The sixth day.
    Saturday,
    /// The seventh day.
    Sunday,
}

/// Milliseconds in a day without clock changes.
pub const DAY_MS: i64 = 86_400_000;

const FIRST_DAY: i32 = -719_162; // 0001-01-01
const LAST_DAY: i32 = 2_932_896; // 9999-12-31

/// A moment brought within the years 1 to 9999.
#[inline]
pub fn clamp_moment(milliseconds: i64) -> i64 {
    milliseconds.clamp(FIRST_DAY as i64 * DAY_MS, (LAST_DAY as i64 + 1) * DAY_MS - 1)
}

impl Date {
    /// The day so many days after 1970-01-01; it stops at the ends of the calendar.
    #[inline]
    pub fn from_days(days: i64) -> Date {
        Date {
            days: days.clamp(FIRST_DAY as i64, LAST_DAY as i64) as i32,
        }
    }

    /// Days since 1970-01-01.
    #[inline]
    pub fn days(self) -> i32 {
        self.days
    }

    /// The day with this year, month and day of the month, if there is one.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Date> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) {
            return None;
        }
        if day == 0 || day > days_in_month(year, month) {
            return None;
        }
        // Counting from March puts the leap day at the end of the year, so months have fixed starts.
        let (y, m) = if month > 2 {
            (year, i32::from(month) - 3)
        } else {
            (year - 1, i32::from(month) + 9)
        };
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let day_of_year = (153 * m + 2) / 5 + i32::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Date {
            days: era * 146_097 + day_of_era - 719_468,
        })
    }

    /// Year, month and day of the month.
    pub fn parts(self) -> (i32, u8, u8) {
        let shifted = self.days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let m = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * m + 2) / 5 + 1) as u8;
        let month = if m < 10 { m + 3 } else { m - 9 } as u8;
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        (year, month, day)
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        Weekday::ALL[(self.days + 3).rem_euclid(7) as usize]
    }

    /// The day so many days later.
    #[inline]
    pub fn plus_days(self, days: i64) -> Date {
        Date::from_days(i64::from(self.days).saturating_add(days))
    }
}

/// How many days the month has.
pub fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Time {
    /// The time this many seconds after midnight, counted on beyond a day.
    #[inline]
    pub fn from_seconds(seconds: i64) -> Time {
        Time {
            seconds: seconds.rem_euclid(86_400) as u32,
        }
    }

    /// Seconds since midnight.
    #[inline]
    pub fn seconds(self) -> u32 {
        self.seconds
    }

    /// The time with this hour, minute and second, if there is one.
    pub fn new(hour: u8, minute: u8, second: u8) -> Option<Time> {
        (hour < 24 && minute < 60 && second < 60).then(|| Time {
            seconds: u32::from(hour) * 3600 + u32::from(minute) * 60 + u32::from(second),
        })
    }

    /// Hour, minute and second.
    pub fn parts(self) -> (u8, u8, u8) {
        (
            (self.seconds / 3600) as u8,
            (self.seconds / 60 % 60) as u8,
            (self.seconds % 60) as u8,
        )
    }
}

impl Weekday {
    /// The days of the week from Monday.
    pub const ALL: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
}

impl From<i32> for Date {
    fn from(days: i32) -> Date {
        Date::from_days(i64::from(days))
    }
}

impl From<Date> for i32 {
    fn from(date: Date) -> i32 {
        date.days
    }
}

impl From<u32> for Time {
    fn from(seconds: u32) -> Time {
        Time::from_seconds(i64::from(seconds))
    }
}

impl From<Time> for u32 {
    fn from(time: Time) -> u32 {
        time.seconds
    }
}

impl fmt::Display for Date {
    /// `2026-12-25`, as literals are written.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Time {
    /// `09:00`, as literals are written; seconds only where there are some.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = self.parts();
        write!(formatter, "{hour:02}:{minute:02}")?;
        if second != 0 {
            write!(formatter, ":{second:02}")?;
        }
        Ok(())
    }
}
