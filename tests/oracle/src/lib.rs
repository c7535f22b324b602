//! An interpreter of the syntax tree: the second implementation that the machine must agree with.
//!
//! It runs conversations straight from the text of a project, after `docs/language/semantics.md` (its section
//! numbers are mentioned where they are carried out), and shares with the machine only the events that go in, the
//! effects that come out, and the libraries for values, understanding and messages. It is written to be obviously
//! right, not fast: where the flow stands is a node of the tree, and what follows is found by walking up from it.
//!
//! In reading order: [`project`] is what it reads; `types`, `infer` and `literal` tell what things are; `env` is
//! what expressions and texts come to; `state` is what it remembers; `turn` takes an event; `hear` finds out what a
//! message means; `question` puts questions and takes answers, `form` those that belong together; `handler` finds
//! and runs what is heard besides; `walk` carries out statements and says what follows; `wait` is about calls,
//! waits and clocks; `people` about hand-overs; `leave` about what may be said unasked; `say` builds messages;
//! `triggers` decides what begins conversations, from each `rule`, `goals` what is reached;
//! `experiment` tells who takes part in one, `record` what figures need.

mod env;
mod experiment;
mod form;
mod goals;
mod handler;
mod hear;
mod infer;
mod leave;
mod literal;
mod offer;
mod people;
pub mod project;
mod question;
mod record;
mod rule;
mod say;
mod state;
mod triggers;
mod turn;
mod types;
mod wait;
mod walk;

pub use project::{Project, Source, Translation};
pub use state::Oracle;
pub use triggers::Triggers;
