//! Time zones by their IANA names, from data built into the program.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::calendar::{DAY_MS, Date, Time, clamp_moment};

/// A time zone: what turns a moment into a day and a time of day, and back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    zone: TimeZone,
}

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Zone {
        Zone { zone: TimeZone::UTC }
    }

    /// The zone with this IANA name (`Europe/Bucharest`), by the data of this program and never of
    /// the machine, so that all machines agree.
    pub fn named(name: &str) -> Option<Zone> {
        if name == "UTC" {
            return Some(Zone::utc());
        }
        let zone = jiff::tz::TimeZoneDatabase::bundled().get(name).ok()?;
        Some(Zone { zone })
    }

    /// The day and the time of day there at a moment, and the milliseconds within the second.
    pub fn local(&self, moment: i64) -> (Date, Time) {
        let moment = clamp_moment(moment);
        let offset = match Timestamp::from_millisecond(moment) {
            Ok(timestamp) => i64::from(self.zone.to_offset(timestamp).seconds()),
            // Only moments outside the calendar of the library; they keep universal time.
            Err(_) => 0,
        };
        let local = moment + offset * 1000;
        (
            Date::from_days(local.div_euclid(DAY_MS)),
            Time::from_seconds(local.rem_euclid(DAY_MS) / 1000),
        )
    }

    /// The moment at which that day and time of day come there. A time that a clock change skips is
    /// moved forward by the change; of a time that comes twice the first is meant.
    pub fn moment(&self, date: Date, time: Time) -> i64 {
        let naive = i64::from(date.days()) * DAY_MS + i64::from(time.seconds()) * 1000;
        let (year, month, day) = date.parts();
        let (hour, minute, second) = time.parts();
        let civil = jiff::civil::DateTime::new(
            year as i16,
            month as i8,
            day as i8,
            hour as i8,
            minute as i8,
            second as i8,
            0,
        );
        let Ok(civil) = civil else {
            return clamp_moment(naive);
        };
        match self.zone.to_ambiguous_timestamp(civil).compatible() {
            Ok(timestamp) => clamp_moment(timestamp.as_millisecond()),
            Err(_) => clamp_moment(naive),
        }
    }
}

/// The country (ISO 3166) in which a zone lies, for zones that name one country: where telephone
/// numbers are written without a country code, it is probably this one's.
pub fn region_of(zone: &str) -> Option<&'static str> {
    REGIONS
        .iter()
        .find(|(name, _)| *name == zone)
        .map(|(_, region)| *region)
}

const REGIONS: &[(&str, &str)] = &[
    ("Africa/Cairo", "EG"),
    ("Africa/Johannesburg", "ZA"),
    ("Africa/Lagos", "NG"),
    ("Africa/Nairobi", "KE"),
    ("America/Argentina/Buenos_Aires", "AR"),
    ("America/Bogota", "CO"),
    ("America/Chicago", "US"),
    ("America/Denver", "US"),
    ("America/Lima", "PE"),
    ("America/Los_Angeles", "US"),
    ("America/Mexico_City", "MX"),
    ("America/New_York", "US"),
    ("America/Santiago", "CL"),
    ("America/Sao_Paulo", "BR"),
    ("America/Toronto", "CA"),
    ("America/Vancouver", "CA"),
    ("Asia/Almaty", "KZ"),
    ("Asia/Baku", "AZ"),
    ("Asia/Bangkok", "TH"),
    ("Asia/Dubai", "AE"),
    ("Asia/Ho_Chi_Minh", "VN"),
    ("Asia/Hong_Kong", "HK"),
    ("Asia/Jakarta", "ID"),
    ("Asia/Jerusalem", "IL"),
    ("Asia/Kolkata", "IN"),
    ("Asia/Manila", "PH"),
    ("Asia/Riyadh", "SA"),
    ("Asia/Seoul", "KR"),
    ("Asia/Shanghai", "CN"),
    ("Asia/Singapore", "SG"),
    ("Asia/Tashkent", "UZ"),
    ("Asia/Tbilisi", "GE"),
    ("Asia/Tokyo", "JP"),
    ("Asia/Yerevan", "AM"),
    ("Australia/Melbourne", "AU"),
    ("Australia/Sydney", "AU"),
    ("Europe/Amsterdam", "NL"),
    ("Europe/Athens", "GR"),
    ("Europe/Belgrade", "RS"),
    ("Europe/Berlin", "DE"),
    ("Europe/Bratislava", "SK"),
    ("Europe/Brussels", "BE"),
    ("Europe/Bucharest", "RO"),
    ("Europe/Budapest", "HU"),
    ("Europe/Chisinau", "MD"),
    ("Europe/Copenhagen", "DK"),
    ("Europe/Dublin", "IE"),
    ("Europe/Helsinki", "FI"),
    ("Europe/Istanbul", "TR"),
    ("Europe/Kiev", "UA"),
    ("Europe/Kyiv", "UA"),
    ("Europe/Lisbon", "PT"),
    ("Europe/Ljubljana", "SI"),
    ("Europe/London", "GB"),
    ("Europe/Luxembourg", "LU"),
    ("Europe/Madrid", "ES"),
    ("Europe/Minsk", "BY"),
    ("Europe/Moscow", "RU"),
    ("Europe/Oslo", "NO"),
    ("Europe/Paris", "FR"),
    ("Europe/Prague", "CZ"),
    ("Europe/Riga", "LV"),
    ("Europe/Rome", "IT"),
    ("Europe/Sofia", "BG"),
    ("Europe/Stockholm", "SE"),
    ("Europe/Tallinn", "EE"),
    ("Europe/Vienna", "AT"),
    ("Europe/Vilnius", "LT"),
    ("Europe/Warsaw", "PL"),
    ("Europe/Zagreb", "HR"),
    ("Europe/Zurich", "CH"),
    ("Pacific/Auckland", "NZ"),
];

impl Default for Zone {
    fn default() -> Zone {
        Zone::utc()
    }
}
