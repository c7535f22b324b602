//! Tests of the machine, one file a subject: the order of things, the benchmark dialogue, experiments, goals, opening hours,
//! properties, triggers, upgrades.

mod common;

mod cases;
mod dialogue;
mod experiments;
mod goals;
mod hours;
mod people;
mod properties;
mod trigger_cases;
mod trigger_properties;
mod upgrade;
