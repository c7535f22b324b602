//! The tests of botflow-values: laws of arithmetic, and tables of what is read and shown.

mod arithmetic;
mod bytes;
mod calendar;
mod reading;
mod showing;
