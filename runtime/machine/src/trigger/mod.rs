//! What begins conversations: triggers, their clocks and their limits (semantics 14).
//!
//! In reading order: [`Agenda`] is what is pending for one person, [`Situation`] what a decision may look at,
//! [`Happening`] goes in, [`Decision`] comes out. The pure functions are [`happened`], [`turned`], [`delivery`] and
//! [`due`]; the host keeps one agenda per person and sets one timer, at [`Agenda::wake`].
//!
//! `index` knows which triggers an occurrence concerns, `arming` starts and calls off clocks, `firing` decides about
//! those that have run out, `goals` tells which are reached, `window` is the calendar of `between` and `every`.

mod agenda;
mod decision;
mod index;

mod arming;
mod firing;
mod goals;
mod window;

mod happening;
mod upgraded;

pub use agenda::Agenda;
pub use decision::{Decision, Reached, Reason, Refusal};
pub use happening::{Happening, Situation, Surroundings, What, delivery, due, happened, refusal, turned};
pub(crate) use index::{Triggers, key};
pub use upgraded::carried;

/// Who wrote so many milliseconds ago is in the middle of a conversation; two messages that triggers begin with
/// are at least so far apart.
pub const CALM_MS: i64 = 30 * MINUTE_MS;

/// What waits for calm keeps so many milliseconds away from the last words of a conversation.
pub const PAUSE_MS: i64 = 5 * MINUTE_MS;

/// A trigger without `expires` is given up so many milliseconds after its clock has run out.
pub const PATIENCE_MS: i64 = 7 * DAY_MS;

/// What happened longer ago is not heard of any more.
pub const LATE_MS: i64 = 7 * DAY_MS;

/// What is dated so far ahead is refused; anything nearer counts as happening now.
pub const AHEAD_MS: i64 = DAY_MS;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
