//! The scalar types by name: what a question may ask for and a reader may read.

use serde::{Deserialize, Serialize};

/// A scalar type of the language. Narrowing (`matching`, `from … to`, `length`) is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// `text`
    Text,
    /// `integer`
    Integer,
    /// `number`
    Number,
    /// `percent`
    Percent,
    /// `yes_no`
    YesNo,
    /// `money`
    Money,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `moment`
    Moment,
    /// `duration`
    Duration,
    /// `email`
    Email,
    /// `phone`
    Phone,
    /// `url`
    Url,
    /// `language`
    Language,
    /// `channel`
    Channel,
    /// `file`
    File,
    /// `image`
    Image,
    /// `location`
    Location,
    /// A closed set, by its number in the bot.
    Member(u32),
}

impl Kind {
    /// All kinds that have a name of their own in the language.
    pub const NAMED: [Kind; 18] = [
        Kind::Text,
        Kind::Integer,
        Kind::Number,
        Kind::Percent,
        Kind::YesNo,
        Kind::Money,
        Kind::Date,
        Kind::Time,
        Kind::Moment,
        Kind::Duration,
        Kind::Email,
        Kind::Phone,
        Kind::Url,
        Kind::Language,
        Kind::Channel,
        Kind::File,
        Kind::Image,
        Kind::Location,
    ];

    /// The name of the kind in the language; none for closed sets, which have names of their own.
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Kind::Text => "text",
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::Percent => "percent",
            Kind::YesNo => "yes_no",
            Kind::Money => "money",
            Kind::Date => "date",
            Kind::Time => "time",
            Kind::Moment => "moment",
            Kind::Duration => "duration",
            Kind::Email => "email",
            Kind::Phone => "phone",
            Kind::Url => "url",
            Kind::Language => "language",
            Kind::Channel => "channel",
            Kind::File => "file",
            Kind::Image => "image",
            Kind::Location => "location",
            Kind::Member(_) => return None,
        })
    }

    /// The kind with this name in the language.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::NAMED.into_iter().find(|kind| kind.name() == Some(name))
    }

    /// Whether the kind is narrow: not any message at all is an answer to it. Of all kinds only
    /// `text` is not; a narrowed text (`matching /…/`) is narrow by its narrowing.
    #[inline]
    pub fn is_narrow(self) -> bool {
        !matches!(self, Kind::Text)
    }

    /// Whether values of the kind have an order, so that `<` and its kin may compare them.
    pub fn is_ordered(self) -> bool {
        matches!(
            self,
            Kind::Integer
                | Kind::Number
                | Kind::Percent
                | Kind::Money
                | Kind::Date
                | Kind::Time
                | Kind::Moment
                | Kind::Duration
                | Kind::Member(_)
        )
    }
}
