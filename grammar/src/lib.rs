//! The normative grammars: flow.pest (specification and oracle) and chat.pest (shipped).

pub mod chat;
pub mod flow;
