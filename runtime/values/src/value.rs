//! The runtime value: what an answer, a `let`, a customer field or an argument holds.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::calendar::{Date, Time};
use crate::decimal::Decimal;
use crate::kind::Kind;

/// The deepest nesting of lists and records that a value may have. Types nest at most this deep, so
/// deeper bytes are damaged or hostile, and decoding refuses them before the stack could suffer.
pub const MAX_DEPTH: usize = 8;

/// The largest integer (and the largest amount of money, in minor units) by absolute value. Results
/// beyond it stay at it. It is below 2^53, so JSON readers keep every digit.
pub const MAX_INTEGER: i64 = 9_000_000_000_000_000;

/// The longest duration by absolute value, in milliseconds: ten thousand years of 365.25 days.
pub const MAX_DURATION: i64 = 315_576_000_000_000;

/// A value of the language. At most 32 bytes; cloning allocates only for lists, records and files
/// (texts above 23 bytes are shared).
///
/// Texts of a special form (`Email`, `Phone`, `Url`, …) hold their checked, canonical form. Money is
/// in minor units of the bot's currency. A record holds its fields in the order of its type.
///
/// Serialisation is that of an ordinary serde enum. Decoding is guarded: nesting below
/// [`MAX_DEPTH`], allocation in step with the bytes read, and every bound restored.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
pub enum Value {
    /// What is not known: the absent value of every `T?`.
    #[default]
    Unknown,
    /// `yes` or `no`.
    YesNo(bool),
    /// A whole number within ±[`MAX_INTEGER`].
    Integer(i64),
    /// A decimal number.
    Number(Decimal),
    /// A percentage; `20%` holds 20.
    Percent(Decimal),
    /// An amount in minor units of the bot's currency, within ±[`MAX_INTEGER`].
    Money(i64),
    /// Any text.
    Text(SmolStr),
    /// A day of the calendar.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A point in time: milliseconds since 1970-01-01T00:00Z.
    Moment(i64),
    /// A span of time in milliseconds, within ±[`MAX_DURATION`].
    Duration(i64),
    /// An e-mail address, its domain in lower case.
    Email(SmolStr),
    /// A telephone number in E.164 form: `+40721234567`.
    Phone(SmolStr),
    /// An absolute `http` or `https` address.
    Url(SmolStr),
    /// A language code of two or three letters: `ro`.
    Language(SmolStr),
    /// The name of a channel: `whatsapp`.
    Channel(SmolStr),
    /// A file somebody sent.
    File(Box<FileRef>),
    /// A picture somebody sent.
    Image(Box<FileRef>),
    /// A place on the globe.
    Location(Location),
    /// A member of a closed set.
    Member(Member),
    /// Values of one type, in order.
    List(Vec<Value>),
    /// The fields of a record, in the order of its type.
    Record(Vec<Value>),
}

/// Where a file or a picture lies, and what it was called.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileRef {
    /// The address at which it can be fetched.
    pub url: SmolStr,
    /// The name its sender gave it, if any.
    pub name: Option<SmolStr>,
}

/// A place in millionths of a degree (about 11 cm), so that equal places are equal bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "(i32, i32)", into = "(i32, i32)")]
pub struct Location {
    /// Millionths of a degree north of the equator, within ±90,000,000.
    pub latitude: i32,
    /// Millionths of a degree east of Greenwich, within ±180,000,000.
    pub longitude: i32,
}

impl Location {
    /// The place at these millionths of degrees; coordinates beyond the globe stop at its edge.
    pub fn new(latitude: i32, longitude: i32) -> Location {
        Location {
            latitude: latitude.clamp(-90_000_000, 90_000_000),
            longitude: longitude.clamp(-180_000_000, 180_000_000),
        }
    }
}

impl From<(i32, i32)> for Location {
    fn from((latitude, longitude): (i32, i32)) -> Location {
        Location::new(latitude, longitude)
    }
}

impl From<Location> for (i32, i32) {
    fn from(location: Location) -> (i32, i32) {
        (location.latitude, location.longitude)
    }
}

/// A member of a closed set: the set's number in the bot, and the member's place in its declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Member {
    /// The number of the set in the bot.
    pub set: u32,
    /// The place of the member in the declaration, from 0.
    pub index: u32,
}

impl Value {
    /// Whether the value is known.
    #[inline]
    pub fn is_known(&self) -> bool {
        !matches!(self, Value::Unknown)
    }

    /// Whether the value is unknown.
    #[inline]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown)
    }

    /// The truth of a `yes_no`; anything else counts as no.
    #[inline]
    pub fn is_yes(&self) -> bool {
        matches!(self, Value::YesNo(true))
    }

    /// An integer within the stated bounds.
    #[inline]
    pub fn integer(value: i64) -> Value {
        Value::Integer(value.clamp(-MAX_INTEGER, MAX_INTEGER))
    }

    /// An amount of money in minor units, within the stated bounds.
    #[inline]
    pub fn money(minor: i64) -> Value {
        Value::Money(minor.clamp(-MAX_INTEGER, MAX_INTEGER))
    }

    /// A duration in milliseconds, within the stated bounds.
    #[inline]
    pub fn duration(milliseconds: i64) -> Value {
        Value::Duration(milliseconds.clamp(-MAX_DURATION, MAX_DURATION))
    }

    /// A text.
    #[inline]
    pub fn text(text: impl Into<SmolStr>) -> Value {
        Value::Text(text.into())
    }

    /// A member of a closed set.
    #[inline]
    pub fn member(set: u32, index: u32) -> Value {
        Value::Member(Member { set, index })
    }

    /// The scalar kind of the value; none for unknown values, lists and records.
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            Value::Unknown | Value::List(_) | Value::Record(_) => return None,
            Value::YesNo(_) => Kind::YesNo,
            Value::Integer(_) => Kind::Integer,
            Value::Number(_) => Kind::Number,
            Value::Percent(_) => Kind::Percent,
            Value::Money(_) => Kind::Money,
            Value::Text(_) => Kind::Text,
            Value::Date(_) => Kind::Date,
            Value::Time(_) => Kind::Time,
            Value::Moment(_) => Kind::Moment,
            Value::Duration(_) => Kind::Duration,
            Value::Email(_) => Kind::Email,
            Value::Phone(_) => Kind::Phone,
            Value::Url(_) => Kind::Url,
            Value::Language(_) => Kind::Language,
            Value::Channel(_) => Kind::Channel,
            Value::File(_) => Kind::File,
            Value::Image(_) => Kind::Image,
            Value::Location(_) => Kind::Location,
            Value::Member(member) => Kind::Member(member.set),
        })
    }

    /// The text inside values that are texts of some form.
    #[inline]
    pub fn as_text(&self) -> Option<&SmolStr> {
        match self {
            Value::Text(text)
            | Value::Email(text)
            | Value::Phone(text)
            | Value::Url(text)
            | Value::Language(text)
            | Value::Channel(text) => Some(text),
            _ => None,
        }
    }

    /// The values of a list; none for anything else.
    #[inline]
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(values) => Some(values),
            _ => None,
        }
    }

    /// The field of a record by its place; unknown where there is none.
    #[inline]
    pub fn field(&self, place: usize) -> &Value {
        const UNKNOWN: &Value = &Value::Unknown;
        match self {
            Value::Record(fields) => fields.get(place).unwrap_or(UNKNOWN),
            _ => UNKNOWN,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::YesNo(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::integer(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::Text(value.into())
    }
}
