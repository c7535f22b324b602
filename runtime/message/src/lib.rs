//! The model of a message, channel profiles, degrading rules and rendering.
//!
//! The machine produces one [`Message`] for each thing the bot says; it knows nothing of how a channel looks.
//! A profile holds what one channel can show, as data. Rendering turns the one into what the other would show,
//! and tells what had to be changed on the way. A transcript writes messages as lines of a `.chat` file.

pub mod formats;
pub mod markup;
pub mod measure;
pub mod message;
pub mod profile;
mod profile_error;
pub mod profiles;
pub mod render;
pub mod rendered;
pub mod sms;
pub mod transcript;

mod dialect;
mod split;

pub use message::{
    Action, Button, Card, Envelope, Location, Media, MediaKind, Message, Part, Suggestion, TemplateCall, Text,
};
pub use profile::Profile;
pub use profiles::Profiles;
pub use render::render;
pub use rendered::{Answer, Degraded, List, Rendered, Rendering, Row};
