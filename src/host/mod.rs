//! What `serve`, `deploy` and `outbox` share: a host's settings and where they come from, its secrets, its store, and how
//! a host that runs is asked.

pub mod client;
pub mod secrets;
pub mod settings;
pub mod store;
