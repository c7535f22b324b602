//! Decoding of values from bytes that may be damaged or hostile.
//!
//! A derived decoder would recurse as deep as the bytes say and could overflow the stack. This one
//! carries its depth, refuses what nests deeper than types can, reserves no more memory than a
//! claimed length justifies, and brings numbers back within their bounds.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, SeqAccess, VariantAccess, Visitor};
use serde::{Deserialize, de};

use crate::value::{MAX_DEPTH, Value};

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        ValueSeed { depth: 0 }.deserialize(deserializer)
    }
}

/// The variants of [`Value`], in its order: formats that number variants count by it.
#[derive(Deserialize)]
#[serde(variant_identifier)]
enum Tag {
    Unknown,
    YesNo,
    Integer,
    Number,
    Percent,
    Money,
    Text,
    Date,
    Time,
    Moment,
    Duration,
    Email,
    Phone,
    Url,
    Language,
    Channel,
    File,
    Image,
    Location,
    Member,
    List,
    Record,
}

const VARIANTS: &[&str] = &[
    "Unknown", "YesNo", "Integer", "Number", "Percent", "Money", "Text", "Date", "Time", "Moment",
    "Duration", "Email", "Phone", "Url", "Language", "Channel", "File", "Image", "Location", "Member",
    "List", "Record",
];

/// Decodes one value that stands `depth` lists or records deep.
struct ValueSeed {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for ValueSeed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_enum("Value", VARIANTS, self)
    }
}

impl<'de> Visitor<'de> for ValueSeed {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Value, A::Error> {
        let (tag, content) = data.variant::<Tag>()?;
        let inner = ValuesSeed {
            depth: self.depth + 1,
        };
        Ok(match tag {
            Tag::Unknown => {
                content.unit_variant()?;
                Value::Unknown
            }
            Tag::YesNo => Value::YesNo(content.newtype_variant()?),
            Tag::Integer => Value::integer(content.newtype_variant()?),
            Tag::Number => Value::Number(content.newtype_variant()?),
            Tag::Percent => Value::Percent(content.newtype_variant()?),
            Tag::Money => Value::money(content.newtype_variant()?),
            Tag::Text => Value::Text(content.newtype_variant()?),
            Tag::Date => Value::Date(content.newtype_variant()?),
            Tag::Time => Value::Time(content.newtype_variant()?),
            Tag::Moment => Value::Moment(crate::calendar::clamp_moment(content.newtype_variant()?)),
            Tag::Duration => Value::duration(content.newtype_variant()?),
            Tag::Email => Value::Email(content.newtype_variant()?),
            Tag::Phone => Value::Phone(content.newtype_variant()?),
            Tag::Url => Value::Url(content.newtype_variant()?),
            Tag::Language => Value::Language(content.newtype_variant()?),
            Tag::Channel => Value::Channel(content.newtype_variant()?),
            Tag::File => Value::File(content.newtype_variant()?),
            Tag::Image => Value::Image(content.newtype_variant()?),
            Tag::Location => Value::Location(content.newtype_variant()?),
            Tag::Member => Value::Member(content.newtype_variant()?),
            Tag::List => Value::List(content.newtype_variant_seed(inner)?),
            Tag::Record => Value::Record(content.newtype_variant_seed(inner)?),
        })
    }
}

/// Decodes the contents of a list or a record.
struct ValuesSeed {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for ValuesSeed {
    type Value = Vec<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Value>, D::Error> {
        if self.depth > MAX_DEPTH {
            return Err(de::Error::custom("the value nests too deep"));
        }
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ValuesSeed {
    type Value = Vec<Value>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<Value>, A::Error> {
        // A claimed length is not believed beyond a small reserve; the rest grows as bytes arrive.
        let mut values = Vec::with_capacity(sequence.size_hint().unwrap_or(0).min(64));
        while let Some(value) = sequence.next_element_seed(ValueSeed { depth: self.depth })? {
            values.push(value);
        }
        Ok(values)
    }
}
