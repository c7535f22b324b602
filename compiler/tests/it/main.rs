//! The compiler's integration tests, in one binary.

mod advice;
mod answers;
mod bounds;
mod codegen;
mod depth;
mod echoes;
mod examples;
mod explore;
mod flow_facts;
mod graph;
mod large;
mod levels;
mod names;
mod page;
mod pages;
mod random_program;
mod registry;
mod replay;
mod replayed;
mod slips;
mod stranded;
mod stuck;
mod talk;
mod trigger_ways;
mod triggers;
mod writing;
