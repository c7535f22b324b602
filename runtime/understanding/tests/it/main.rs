//! The tests of botflow-understanding: laws of normalising, and tables of what messages mean.

mod intents;
mod normalising;
mod options;
mod patterns;
mod table;
