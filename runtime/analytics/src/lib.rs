//! What happens in conversations as a stream of entries, and the figures that are computed from it. Pure: entries go
//! in, numbers come out.
//!
//! In reading order: [`entry`] is what a stream is made of; [`recorder`] makes entries of what the machine takes and
//! gives; [`stream`] puts them in order, [`selection`] chooses among them, [`talk`] is one conversation of a stream;
//! [`figures`] are the figures, one file for each group, on the [`statistics`] they need. What each of them means
//! stands with it, and for readers in `docs/analytics.md`.
#![warn(missing_docs)]

pub mod entry;
pub mod recorder;

pub mod selection;
pub mod stream;
pub mod talk;

pub mod figures;
pub mod statistics;

pub use entry::{Beginner, Context, Entry, Kind, TalkId};
pub use recorder::{Before, Recorder};
pub use selection::{Dimension, Selection};
pub use stream::Stream;
pub use talk::Talk;
