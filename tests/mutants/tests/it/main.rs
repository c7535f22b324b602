//! The mutants of this run: every one of them is to be caught.

mod mutants;
