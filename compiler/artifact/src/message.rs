//! Messages to build: what a `say` or a question sends, before its holes are filled.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ids::*;

/// A message with holes; the machine fills it and hands it out as a `botflow_message::Message`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MessageTemplate {
    /// Its words; `None` for media or cards alone.
    pub text: Option<TextId>,
    /// `hint` of a question.
    pub hint: Option<TextId>,
    /// Other words on a channel (`on sms "…"`), which drop media there.
    pub on_channel: Vec<(SmolStr, TextId)>,
    /// Media in order.
    pub media: Vec<Media>,
    /// Link and call buttons in order.
    pub buttons: Vec<MessageButton>,
    /// Cards made from a list.
    pub cards: Option<Box<Cards>>,
    /// Sent instead outside the session window.
    pub template: Option<(TemplateId, Vec<ExprId>)>,
    /// `say via sms`: the channel it goes to; `None` is the conversation's.
    pub via: Option<SmolStr>,
    /// `reply publicly`: answers a comment where it stands.
    pub public_reply: bool,
}

/// A picture, film, file, sound or position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// Its address as text (or a location value).
    pub source: ExprId,
    /// Words for those who cannot see it; name of a file.
    pub alt: Option<TextId>,
}

/// Kinds of media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum MediaKind {
    Image,
    Video,
    File,
    Audio,
    Location,
}

/// `button "…" opens URL` or `button "…" calls PHONE`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageButton {
    /// What stands on it.
    pub label: TextId,
    /// The address or telephone number, as an expression.
    pub target: ExprId,
    /// It calls a number instead of opening an address.
    pub calls: bool,
    /// Shown only if.
    pub condition: Option<ExprId>,
}

/// `cards item from LIST at most N { title … text … image … button … }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cards {
    /// The list.
    pub list: ExprId,
    /// The slot that holds the item while a card is built.
    pub item: SlotId,
    /// Only items for which this holds.
    pub condition: Option<ExprId>,
    /// At most so many cards.
    pub at_most: u32,
    /// Title of a card.
    pub title: TextId,
    /// Words of a card.
    pub text: Option<TextId>,
    /// Picture of a card.
    pub image: Option<ExprId>,
    /// Words for those who cannot see the picture.
    pub alt: Option<TextId>,
    /// Link buttons of a card.
    pub buttons: Vec<MessageButton>,
}
