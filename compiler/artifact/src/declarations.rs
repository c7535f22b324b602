//! What a bot knows about: the customer card, configuration, events, intents, lookups and actions.

use botflow_values::Value;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ids::*;

/// A field of the customer card, of an event or a record-like thing with defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: SmolStr,
    /// Its type; [`crate::Type::Optional`] when it may be unknown.
    pub ty: TypeId,
    /// Value of a person of whom nothing is known yet; `Value::Unknown` where none is declared.
    pub default: Value,
    /// Masked in logs, transcripts and what operators read.
    pub sensitive: bool,
    /// What becomes of it when two people turn out to be one.
    pub merging: Merging,
}

/// What becomes of a field of the customer card when two people turn out to be one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Merging {
    /// The value that was written last holds.
    #[default]
    Newest,
    /// The value that was written first holds.
    Oldest,
    /// The greater value holds.
    Highest,
    /// The smaller value holds.
    Lowest,
    /// What both have gathered beyond the declared value is added up.
    Add,
    /// The items of both lists, each once.
    Join,
}

impl Merging {
    /// All of them, in the order in which they are told.
    pub const ALL: [Merging; 6] = [
        Merging::Newest,
        Merging::Oldest,
        Merging::Highest,
        Merging::Lowest,
        Merging::Add,
        Merging::Join,
    ];

    /// As it is written behind `when merged`.
    pub fn word(self) -> &'static str {
        match self {
            Merging::Newest => "newest",
            Merging::Oldest => "oldest",
            Merging::Highest => "highest",
            Merging::Lowest => "lowest",
            Merging::Add => "add",
            Merging::Join => "join",
        }
    }

    /// Whether values of the type can be merged so; the type is without `?`.
    pub fn takes(self, ty: &crate::Type) -> bool {
        use crate::Type;
        let is_amount = matches!(ty, Type::Integer | Type::Number | Type::Money | Type::Duration);
        match self {
            Merging::Newest | Merging::Oldest => true,
            Merging::Add => is_amount,
            Merging::Highest | Merging::Lowest => {
                // Members of a set have the order in which they are declared.
                is_amount
                    || matches!(
                        ty,
                        Type::Percent | Type::Date | Type::Time | Type::Moment | Type::Set(_)
                    )
            }
            Merging::Join => matches!(ty, Type::List(_)),
        }
    }
}

/// One `[config]` value of botflow.toml.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfigValue {
    /// Its name.
    pub name: SmolStr,
    /// Its type.
    pub ty: TypeId,
    /// The value at compile time; a host may replace it when it loads the bot.
    pub value: Value,
}

/// A parameter of an event, intent, call or template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// Its name.
    pub name: SmolStr,
    /// Its type.
    pub ty: TypeId,
}

/// An event that a host, a channel or the journey reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its name.
    pub name: SmolStr,
    /// Its typed fields.
    pub fields: Vec<Param>,
    /// Known to the language without a declaration.
    pub builtin: bool,
    /// A customer begins it, so it needs neither consent nor cap (`referral_opened` …).
    pub by_customer: bool,
}

/// What a customer may mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// Its name.
    pub name: SmolStr,
    /// What a message may carry for it.
    pub params: Vec<Param>,
    /// Words and phrases per language: whole words after normalising, certain when heard.
    pub words: Vec<LanguageWords>,
    /// Example sentences per language; `{name}` stands for a parameter.
    pub like: Vec<LanguageWords>,
}

/// Words of one language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LanguageWords {
    /// BCP 47 code.
    pub language: SmolStr,
    /// As written by the author.
    pub words: Vec<SmolStr>,
}

/// A lookup (may be repeated) or an action (happens once).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Full name, for example `shipping.quote`.
    pub name: SmolStr,
    /// Lookup or action.
    pub kind: CallKind,
    /// What it takes.
    pub params: Vec<Param>,
    /// What it gives; `None` gives nothing.
    pub gives: Option<TypeId>,
    /// Named failures beside the general one (`fails with taken`), in order.
    pub fails: Vec<SmolStr>,
    /// `fails with taken on 409`: numbers of answers over HTTP and the failures they mean, by index into `fails`;
    /// a number once, in order of the text. Any other failing answer is the general failure.
    pub statuses: Vec<(u16, u32)>,
    /// May take sensitive values.
    pub takes_sensitive: bool,
    /// How to do it over HTTP; `None` = the host program does it.
    pub http: Option<HttpRequest>,
    /// How long to wait for one attempt, in milliseconds.
    pub timeout_ms: i64,
    /// How many further attempts after a failed one.
    pub retry: u32,
}

/// Whether repeating is harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallKind {
    /// Reads something; may be repeated.
    Lookup,
    /// Does something; happens once.
    Action,
}

/// How a call is done over HTTP. Its texts may mention the parameters as slots 0, 1, …, and `config`, and nothing else:
/// the same arguments make the same request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The address; holes are percent-encoded.
    pub url: TextId,
    /// Headers.
    pub headers: Vec<(SmolStr, TextId)>,
    /// JSON body as a record of named values with their types, empty for none.
    pub body: Vec<(SmolStr, ExprId, TypeId)>,
}

/// HTTP methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the methods")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}
