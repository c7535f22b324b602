//! Types as the machine needs them: how to read, check and show a value.

use botflow_values::Value;
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
