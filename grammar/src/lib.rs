//! The normative grammars: flow.pest (specification and oracle) and chat.pest (shipped).

pub mod chat;
#[cfg(feature = "oracle")]
pub mod flow;
#[cfg(feature = "oracle")]
pub mod sentences;
