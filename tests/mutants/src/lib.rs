//! How much of what can go wrong in a bot does the compiler find? Sound bots get one defect each, by program, and
//! what `check` says is held against what was done to them.
//!
//! [`corpus`] reads the sound bots; [`classes`] knows the defects, one class for each name of a finding; a
//! [`mutant`] is a bot with one of them; [`judge`] compiles it and says whether the right finding stands at the right
//! place, alone; [`report`] counts.

pub mod classes;
pub mod corpus;
pub mod judge;
pub mod mutant;
pub mod report;
pub mod spot;
