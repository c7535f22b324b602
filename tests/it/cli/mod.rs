//! The command line as its users meet it.

mod baseline;
mod changes;
mod diff;
mod explore;
mod formats;
mod mend;
mod outputs;
mod status;
mod terminal;
mod text;
mod trying;
mod walk;
