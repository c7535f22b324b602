//! Types as the machine needs them: how to read, check and show a value.

use botflow_values::{Kind, Value};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::declarations::LanguageWords;
use crate::ids::*;

/// A type. Compound types refer only to lower ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the simple variants are the language's type names")]
pub enum Type {
    Text,
    Integer,
    Number,
    Percent,
    YesNo,
    Money,
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
    /// A closed set.
    Set(SetId),
    /// `list of T`.
    List(TypeId),
    /// `(a: T, b: U)`, in order.
    Record(Vec<(SmolStr, TypeId)>),
    /// `T?`: may be unknown.
    Optional(TypeId),
    /// A named, narrowed type: `type order_number = text matching /…/`.
    Narrowed {
        /// The declared name.
        name: SmolStr,
        /// The type it narrows.
        base: TypeId,
        /// All of these hold for every value.
        rules: Vec<Narrowing>,
        /// An example for people.
        example: Option<SmolStr>,
    },
    /// Stands where the source was wrong; never in a built artifact.
    Error,
}

impl Type {
    /// The scalar kind of this very type; none for `?`, narrowed types, lists, records and errors.
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            Type::Text => Kind::Text,
            Type::Integer => Kind::Integer,
            Type::Number => Kind::Number,
            Type::Percent => Kind::Percent,
            Type::YesNo => Kind::YesNo,
            Type::Money => Kind::Money,
            Type::Date => Kind::Date,
            Type::Time => Kind::Time,
            Type::Moment => Kind::Moment,
            Type::Duration => Kind::Duration,
            Type::Email => Kind::Email,
            Type::Phone => Kind::Phone,
            Type::Url => Kind::Url,
            Type::Language => Kind::Language,
            Type::Channel => Kind::Channel,
            Type::File => Kind::File,
            Type::Image => Kind::Image,
            Type::Location => Kind::Location,
            Type::Set(set) => Kind::Member(set.0),
            Type::List(_) | Type::Record(_) | Type::Optional(_) | Type::Narrowed { .. } | Type::Error => {
                return None;
            }
        })
    }
}

/// One restriction of a narrowed type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Narrowing {
    /// The whole text matches this regular expression.
    Matching(SmolStr),
    /// From the first to the second value, both included.
    Range(Value, Value),
    /// Length in characters (grapheme clusters), both included.
    Length(u32, u32),
}

/// A closed set: `type size { small "Small" words "s", "little" … }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetType {
    /// The declared name.
    pub name: SmolStr,
    /// Its members, in order.
    pub members: Vec<Member>,
}

/// One member of a closed set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Its name.
    pub name: SmolStr,
    /// What is shown; the name where no label is written.
    pub label: Option<TextId>,
    /// What is heard beside label and name.
    pub words: Vec<LanguageWords>,
}
