//! Conversations as tests: `.chat` scripts, run in virtual time.
//!
//! Reading order: [`script`] (what a file says), [`world`] (people, channels, systems and a clock around a bot),
//! [`engine`] (what runs it), [`mod@run`] (carrying out and comparing), [`rehearse`] (what a finding shows), [`covered`]
//! (which places are visited), [`lint`] (what is wrong with a file before it is run), [`check`], [`literal`], [`describe`].
#![warn(missing_docs)]

pub mod check;
pub mod covered;
pub mod describe;
pub mod engine;
pub mod lint;
pub mod literal;
pub mod rehearse;
pub mod run;
pub mod script;
pub mod shadow;
pub mod world;
