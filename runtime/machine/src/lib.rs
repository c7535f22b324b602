//! The pure machine: `step(program, conversation, event)` gives the conversation after the turn and the effects
//! to carry out. Nothing happens in the middle of a turn; time, chance and identity are part of the event.
//!
//! In reading order: [`program`] is a bot made ready to run, [`conversation`] and [`person`] are the state,
//! [`mod@presence`] what is kept beside a person's conversations,
//! [`history`] is what a person's earlier conversations leave behind,
//! [`event`] goes in, [`effect`] comes out, [`record`] is what effects tell for figures, [`step`] is the turn;
//! [`request`] is how a call is done over HTTP; [`trigger`] tells when a conversation is to be begun. The exact meaning of everything stands in
//! `docs/language/semantics.md`; its section numbers are mentioned where they are carried out.
//! [`upgrade`] carries a conversation over to a later version of its bot.
#![warn(missing_docs)]

pub mod program;

pub mod conversation;
pub mod conversations;
pub mod history;
pub mod person;
pub mod presence;
mod running;
mod speaker;
mod watched;

mod address;
mod card;
mod consent;
mod leave;
mod merge;

pub mod effect;
pub mod event;
pub mod record;

pub mod request;

pub mod trigger;

pub mod hours;

mod step;
mod turn;
mod upgrade;

mod message;
mod timer;

mod ask;
mod call;
mod choose;
mod experiment;
mod form;
mod handlers;
mod offer;
mod operations;
mod operators;
mod people;
mod question;
mod wait;

mod build;
mod done;
mod fill;
mod reading;
mod scope;
mod stranded;

pub use address::{Address, MAX_ADDRESSES};
pub use card::{Proof, Written};
pub use consent::{Consent, MAX_CONSENTS};
pub use conversation::{Carried, Conversation, Frame, FrameKind, NEVER, Offer, Offers, Owner, Question};
pub use conversations::{Conversations, Parked};
pub use effect::{CallRequest, Effect, Fault, HandOver, Refused, Withdrawn};
pub use event::{Delivery, Event, EventKind, OperatorEvent, Starter};
pub use history::{Exposure, History, Talk};
pub use leave::{ANSWER_MS, Leave, Withheld};
pub use merge::{MAX_JOINED, Merged, merge};
pub use person::{Brought, Particulars, Person};
pub use presence::{Clock, Look, Presence};
pub use program::{Program, ProgramError};
pub use record::{Beginner, GivenUp, Record};
pub use running::Running;
pub use speaker::{Numbers, Rest, Speaker};
pub use step::{Step, abandon, step, step_into};
pub use upgrade::{Gone, Unfit, UpgradeNote, carried_result, upgrade};
pub use watched::{Watch, Watched};

/// So many bytes of a message are heard; what comes after them is not.
pub const MAX_MESSAGE: usize = 16 * 1024;

/// `count(event, …)` counts up to this.
pub const MAX_COUNTED: usize = 100;
