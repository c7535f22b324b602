//! The machine and the oracle side by side: every `.chat` file of the examples, and generated bots with generated
//! messages (where they differ, one of them does not do what `docs/language/semantics.md` says). Hand-overs of
//! generated escalations, and leave to speak, are tried with the machine alone.

mod chat;
mod compare;
mod damaged;
mod differences;
mod explored;
mod generated;
mod leave;
mod nudges;
mod people;
mod project;
mod upgrades;
mod versions;
