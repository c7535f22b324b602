//! The host of compiled bots: what happens to a person goes in, is stored with everything that follows from it in one
//! transaction, and only then is anything done outside.
//!
//! In reading order: [`deployment`] is the bot that runs, [`contact`] everything that is kept of one person and the pure
//! function that plans a turn of theirs, [`store`] keeps plans, [`engine`] takes turns with it (load, plan, commit,
//! dispatch), [`channel`] is how people are reached, [`action`] how systems are asked, [`people`] where colleagues are told,
//! [`clock`] what time it is; [`json`] is how values are written for other programs; [`host`] puts it all together,
//! [`server`] shows it over HTTP, and [`operations`] is what operators see of it.
#![warn(missing_docs)]

pub mod deployment;

pub mod contact;

pub mod store;

pub mod clock;
pub mod engine;

pub mod action;
pub mod channel;
pub mod people;

pub mod client;
mod hex;
pub mod json;

pub mod host;
pub mod operations;
pub mod server;

pub use action::{Args, Failure, HttpOptions, handler};
pub use channel::{Channel, Delivery, Receipt, SendError};
pub use clock::Clock;
pub use contact::{ContactId, Input};
pub use deployment::Deployment;
pub use engine::{Ack, Engine, Inbound, Refused};
pub use host::{Host, HostBuilder};
pub use store::Store;
