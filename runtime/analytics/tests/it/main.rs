//! Tests of the figures: each from scripted conversations of a compiled bot, with numbers worked out by hand, and what
//! must hold of any stream.

mod figures;
mod properties;
mod shop;
mod statistics;
