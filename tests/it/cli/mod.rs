//! The command line as its users meet it.

mod outputs;
mod status;
mod terminal;
mod trying;
mod walk;
