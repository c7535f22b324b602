//! Texts with holes, per language.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ids::*;

/// One text of the bot in all its languages. The first variant is in the bot's first language and always there;
/// a language without a variant shows the first one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// At least one, ascending by language; the first is the bot's first language.
    pub variants: Vec<TextVariant>,
}

/// One language's words of a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextVariant {
    /// Which language.
    pub language: LanguageId,
    /// Literal pieces and holes, in order.
    pub parts: Vec<Part>,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Part {
    /// Shown as it is (markup stays as written: `**bold**`, `_italic_`, `[label](url)`).
    Literal(SmolStr),
    /// `{value | filter | filter}`.
    Hole {
        /// What is shown.
        value: ExprId,
        /// Its type, which decides how it is shown.
        ty: TypeId,
        /// Applied in order.
        filters: Vec<Filter>,
        /// The hole stands in an address: percent-encode it.
        in_url: bool,
    },
}

/// How a hole's value is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Filter {
    /// `plural one "…" few "…" other "…"`: chosen by the CLDR category of the value.
    Plural(Arms),
    /// `select member "…" other "…"`: chosen by the member's (or yes/no's) name.
    Select(Arms),
    /// `date`.
    Date,
    /// `date short`.
    DateShort,
    /// `time`.
    Time,
    /// `currency`.
    Currency,
    /// `list and`.
    ListAnd,
    /// `list or`.
    ListOr,
    /// `upper`.
    Upper,
    /// `lower`.
    Lower,
    /// `mask`: all but the last characters become dots.
    Mask,
}

/// Named arms of `plural` and `select`: texts that do not lead back here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arms {
    /// Name of the case (`one`, `few`, a member) and what is shown then.
    pub arms: Vec<(SmolStr, TextId)>,
    /// What is shown otherwise.
    pub other: Option<TextId>,
}
