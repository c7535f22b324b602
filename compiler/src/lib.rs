//! From sources to names, types, graph, findings and artifact. Pure: no files, no clock, no environment.
//!
//! The line, in reading order: [`project`] (what comes in) → `botflow-syntax` (trees) → [`hir`] (declarations and
//! statement trees with resolved names and typed expressions) → `graph` (code, places and the state-machine
//! graph) → [`finding`]s, each of which is at home in [`rules`] → the artifact.

pub mod bounds;
pub mod codegen;
pub mod compile;
pub mod config;
mod consequences;
mod conversation;
pub mod diff;
mod echoes;
pub mod explore;
mod faq;
pub mod finding;
pub mod flow_facts;
pub mod graph;
pub mod hir;
pub mod library;
pub mod locales;
pub mod lower;
pub mod names;
pub mod project;
pub mod rules;
mod same_mistake;
pub mod suppress;
pub mod types;
