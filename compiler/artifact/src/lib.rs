//! The compiled bot: all that the compiler and the runtime share.
//!
//! Everything is flat: arenas indexed by typed ids, no pointers, no recursion, so that a hostile file can
//! neither overflow a stack nor make the loader allocate more than the file is long. Reading order:
//! [`ids`], [`bot`] (the root), [`declarations`], [`types`], [`expr`], [`text`], [`message`], [`code`],
//! [`place`], [`handler`], [`triggers`], [`debug`]; [`container`] (the file), [`mod@verify`] (what loading proves) and [`versions`] (where a
//! later version has what an earlier one has).
//!
//! Invariants that the verifier proves on load and everybody else relies on: every id is in range; a type,
//! refers only to lower ids and no chain of expressions and texts comes back to itself (so walking them ends); every code address is
//! in range, and no operation is the last one unless it leaves; `run` is not recursive.
#![warn(missing_docs)]

pub mod bot;
pub mod code;
pub mod container;
pub mod debug;
pub mod declarations;
pub mod expr;
pub mod handler;
pub mod ids;
pub mod mentions;
pub mod message;
pub mod place;
pub mod text;
pub mod triggers;
pub mod types;
pub mod verify;
pub mod versions;

pub use bot::{Bot, Cap, Flow, Slot, Step};
pub use botflow_values::Value;
pub use code::{Op, Outcome};
pub use container::{ContentHash, LoadError, content_hash, from_bytes, to_bytes};
pub use debug::{DebugInfo, SourceRange};
pub use declarations::{
    Call, CallKind, ConfigValue, Event, Field, HttpRequest, Intent, LanguageWords, Merging, Method, Param,
};
pub use expr::{BinaryOp, ConversationField, Expr, Function};
pub use handler::{AlwaysRule, Handler, Hears};
pub use ids::*;
pub use message::{ButtonAct, Cards, Media, MediaKind, MessageButton, MessageTemplate};
pub use place::{
    Ask, AskQueue, AskTarget, CallSite, Check, Choose, ChooseOption, Form, ListOptions, Nudge, OptionAct,
    Place, PlaceHash, PlaceKind, RunSite, Silence, Skip, Suggestion, TriesWay, Verify, WaitFor,
};
pub use text::{Arms, Filter, Part, Text, TextVariant};
pub use triggers::*;
pub use types::{Member, Narrowing, SetType, Type};
pub use verify::{Damage, verify};
