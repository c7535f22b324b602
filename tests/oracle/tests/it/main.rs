//! The machine and the oracle side by side: every `.chat` file of the examples, and generated bots with generated
//! messages. Where they differ, one of them does not do what `docs/language/semantics.md` says.

mod chat;
mod compare;
mod generated;
mod project;
