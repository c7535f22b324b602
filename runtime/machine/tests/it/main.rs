//! Tests of the machine, one file a subject: the order of things, the benchmark dialogue, properties, upgrades.

mod common;

mod cases;
mod dialogue;
mod properties;
mod trigger_cases;
mod trigger_properties;
mod upgrade;
