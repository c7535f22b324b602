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
    /// Buttons in order.
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

/// `button "…" …` of a message or a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageButton {
    /// What stands on it.
    pub label: TextId,
    /// What a press does.
    pub act: ButtonAct,
    /// Shown only if.
    pub condition: Option<ExprId>,
}

/// What a press of a message's button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ButtonAct {
    /// `opens URL`: opens the address that the expression gives.
    Opens(ExprId),
    /// `calls PHONE`: calls the number that the expression gives.
    Calls(ExprId),
    /// A way: the handler that hears the press ([`crate::Hears::Pressed`]).
    Leads(HandlerId),
    /// Nothing of its own: the press counts as if its label had been written.
    Says,
}

impl MessageTemplate {
    /// The buttons of a card and those of the message itself that can be pressed, each in order of the text.
    /// [`crate::Hears::Pressed`] is heard for those that lead on.
    pub fn pressable(&self) -> (Vec<&MessageButton>, Vec<&MessageButton>) {
        fn pressed(buttons: &[MessageButton]) -> Vec<&MessageButton> {
            let pressed =
                |button: &&MessageButton| matches!(button.act, ButtonAct::Leads(_) | ButtonAct::Says);
            buttons.iter().filter(pressed).collect()
        }
        let of_cards = self.cards.as_ref().map(|cards| pressed(&cards.buttons));
        (of_cards.unwrap_or_default(), pressed(&self.buttons))
    }
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
    /// Buttons of a card.
    pub buttons: Vec<MessageButton>,
}
