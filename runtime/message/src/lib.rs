//! The model of a message, channel profiles, degrading rules and rendering.
//!
//! The machine produces one [`Message`] for each thing the bot says; it knows nothing of how a channel looks.
//! A profile holds what one channel can show, as data. Rendering turns
//! the one into what the other would show, and tells what had to be changed on the way. A transcript writes
//! messages as lines of a `.chat` file.

pub mod message;

pub use message::{
    Action, Button, Card, Envelope, Location, Media, MediaKind, Message, Part, Suggestion, TemplateCall, Text,
};
