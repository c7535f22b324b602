//! What one channel can show, as data: the form of the files in `profiles/`.
//!
//! A profile is facts with a date and their sources, since vendors change them; a project may override any of
//! them. Everywhere a number bounds something: -1 means that no limit is known, 0 that the channel has no such
//! thing. A length that is left out has no limit; a count that is left out is 0.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::measure::{Limit, Unit};

pub use crate::profile_error::ProfileError;

/// One channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The channel as flows write it, such as `viber_business`.
    pub name: String,
    /// Its name in prose.
    pub title: String,
    /// The day on which the newest of the facts held, `YYYY-MM-DD`.
    pub date: String,
    /// The version of the vendor's interface that the facts are of. May be empty.
    #[serde(default)]
    pub version: String,
    /// Source keys, and what they stand for.
    #[serde(default)]
    pub sources: BTreeMap<String, String>,
    /// Facts, as dotted keys (or whole tables), that were read second-hand or could not be verified.
    #[serde(default)]
    pub uncertain: Vec<String>,
    /// The words of a message.
    pub text: TextFacts,
    /// Buttons that answer: options and suggestions.
    #[serde(default, alias = "quick_reply")]
    pub options: OptionFacts,
    /// A list that opens on a tap, for more options than there can be buttons.
    #[serde(default)]
    pub list: ListFacts,
    /// Buttons that open a URL.
    #[serde(default)]
    pub links: LinkFacts,
    /// Buttons that call a number.
    #[serde(default)]
    pub calls: LinkFacts,
    /// Cards side by side.
    #[serde(default)]
    pub cards: CardFacts,
    /// Files and places.
    #[serde(default)]
    pub media: MediaFacts,
    /// What a customer can send besides words.
    #[serde(default)]
    pub receives: ReceiveFacts,
    /// Who may write when.
    pub session: SessionFacts,
    /// Templates for outside the session window.
    #[serde(default)]
    pub template: TemplateFacts,
    /// Comments that can be answered in public.
    #[serde(default)]
    pub comments: CommentFacts,
    /// What the channel tells about a message after it was sent.
    #[serde(default)]
    pub receipts: ReceiptFacts,
}

/// How a channel writes bold, italics and links into a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Markup {
    /// Not at all.
    #[default]
    None,
    /// As authors write it: `**bold**`, `_italic_`, `[label](url)`. Our own clients read it.
    Own,
    /// `<b>`, `<i>`, `<a>` and `<br>`.
    Html,
    /// `<b>`, `<i>` and `<a>`; lines end in `\n`.
    Telegram,
    /// `*bold*`, `_italic_`; links are written out.
    Whatsapp,
    /// `*bold*`, `_italic_`, `<url|label>`.
    Slack,
}

/// The words of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextFacts {
    /// The longest text, in `unit`.
    pub max: Limit,
    /// What is counted.
    #[serde(default)]
    pub unit: Unit,
    /// Whether the signs of markup count too.
    #[serde(default = "yes")]
    pub markup_counts: bool,
    /// The most stretches of bold, italics and links in one text.
    #[serde(default = "no_limit")]
    pub spans: Limit,
    /// The longest text that goes with a file in one message; 0: none does; -1: any, and any number of files.
    #[serde(default = "absent")]
    pub caption: Limit,
    /// How bold, italics and links are written.
    #[serde(default)]
    pub markup: Markup,
    /// Whether an address in the text can be opened.
    #[serde(default = "yes")]
    pub links: bool,
    /// Whether a message has a subject line.
    #[serde(default)]
    pub subject: bool,
    /// Whether a message is sent in segments of 140 octets that are counted and paid for.
    #[serde(default)]
    pub segments: bool,
    /// Keys of `sources`.
    #[serde(default)]
    pub source: Vec<String>,
}

/// Buttons that answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptionFacts {
    /// The most on one message.
    pub max: Limit,
    /// The fewest on one message.
    pub min: usize,
    /// The longest label, in `unit`.
    pub label: Limit,
    /// What is counted.
    pub unit: Unit,
    /// The longest token that comes back, in `payload_unit`.
    pub payload: Limit,
    /// What is counted.
    pub payload_unit: Unit,
    /// The longest text of a message that has such buttons, in the unit of `text`.
    pub text: Limit,
    /// Whether they disappear when the conversation goes on.
    pub vanish: bool,
    /// Keys of `sources`.
    pub source: Vec<String>,
}

/// A list that opens on a tap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListFacts {
    /// The most rows.
    pub rows: Limit,
    /// The longest label of a row, in UTF-16 units.
    pub label: Limit,
    /// The longest second line of a row, in UTF-16 units.
    pub description: Limit,
    /// The longest token that comes back, in UTF-16 units.
    pub payload: Limit,
    /// What stands on the button that opens the list: a sign that needs no translation. A project may put words.
    pub opener: String,
    /// The longest text of a message that has a list, in the unit of `text`.
    pub text: Limit,
    /// Keys of `sources`.
    pub source: Vec<String>,
}

/// Buttons that open a URL, or call a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinkFacts {
    /// The most on one message.
    pub max: Limit,
    /// The longest label, in UTF-16 units.
    pub label: Limit,
    /// The longest URL or number, in UTF-16 units.
    pub url: Limit,
    /// The longest text of a message that has such buttons, in the unit of `text`.
    pub text: Limit,
    /// Whether they may stand on a message that has options, too.
    pub with_options: bool,
    /// Whether they count towards the number of options.
    pub shares_options: bool,
    /// Keys of `sources`.
    pub source: Vec<String>,
}

/// Cards side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CardFacts {
    /// The most in one row.
    pub max: Limit,
    /// The fewest in one row.
    pub min: usize,
    /// The longest title, in UTF-16 units; 0: there is none, and it becomes the first line of the text.
    pub title: Limit,
    /// The longest text, in UTF-16 units.
    pub text: Limit,
    /// The most ends of lines in the text.
    pub breaks: Limit,
    /// The most buttons on one card.
    pub buttons: Limit,
    /// The longest label of a card's button, in UTF-16 units.
    pub label: Limit,
    /// Whether all cards of a row must have equally many buttons.
    pub same_buttons: bool,
    /// Whether every card needs a picture.
    pub image_required: bool,
    /// Whether cards, words and buttons are one message; else the cards are a message of their own.
    pub with_text: bool,
    /// Whether options may stand on a row of cards; else they stand on a text behind it.
    pub with_options: bool,
    /// The longest text that stands above a row of cards in its message, in the unit of `text`: a row needs one then. 0:
    /// there is none, and words are a message of their own.
    pub body: Limit,
    /// Keys of `sources`.
    pub source: Vec<String>,
}

/// Files and places. Sizes are in megabytes as the vendor states them: -1 for a size that is not known, 0 where
/// the channel takes no such file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaFacts {
    /// The largest picture.
    pub image_mb: f64,
    /// The media types of pictures; empty: not known.
    pub image_types: Vec<String>,
    /// The largest film.
    pub video_mb: f64,
    /// The media types of films; empty: not known.
    pub video_types: Vec<String>,
    /// The largest recording.
    pub audio_mb: f64,
    /// The media types of recordings; empty: not known.
    pub audio_types: Vec<String>,
    /// The largest file of another kind.
    pub file_mb: f64,
    /// The media types of files; empty: any, or not known.
    pub file_types: Vec<String>,
    /// Whether places can be shown on a map.
    pub location: bool,
    /// Keys of `sources`.
    pub source: Vec<String>,
}

/// What a customer can send besides words. Where nothing is known, it counts as possible.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReceiveFacts {
    /// Pictures.
    pub image: bool,
    /// Files of other kinds.
    pub file: bool,
    /// Recordings.
    pub audio: bool,
    /// Places on a map.
    pub location: bool,
    /// Keys of `sources`.
    pub source: Vec<String>,
}

/// Who may begin a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Starts {
    /// The business, at any time.
    Yes,
    /// The business, to those who agreed to it.
    Consent,
    /// The business, with an approved template.
    Template,
    /// The business, to those who made it a friend.
    Friend,
    /// The business, to those who wrote a comment.
    Comment,
    /// Only the customer.
    No,
}

/// What may be written when the session window is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterWindow {
    /// Everything: there is no window.
    Anything,
    /// Approved templates.
    Template,
    /// What carries a tag that permits it; for a bot, in practice, nothing.
    Tag,
    /// Everything, at a price.
    Paid,
    /// A push notification to the device.
    Push,
    /// Nothing.
    Nothing,
}

/// Who may write when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionFacts {
    /// Who may begin.
    pub starts: Starts,
    /// Hours from the customer's last message in which the business may write freely; 0: no such window.
    #[serde(default)]
    pub window_hours: u32,
    /// What may be written afterwards.
    pub after: AfterWindow,
    /// Whether the customer must have agreed to be written to.
    #[serde(default)]
    pub opt_in: bool,
    /// Days in which a person, not a bot, may still answer; 0: no such rule.
    #[serde(default)]
    pub human_days: u32,
    /// Keys of `sources`.
    #[serde(default)]
    pub source: Vec<String>,
}

/// Templates for outside the session window. Lengths are in UTF-16 units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TemplateFacts {
    /// Whether the channel has templates.
    pub supported: bool,
    /// The longest name.
    pub name: Limit,
    /// The longest header of words.
    pub header: Limit,
    /// The most values in a header of words.
    pub header_values: Limit,
    /// What else a header may be: `image`, `video`, `file`, `audio`, `location`.
    pub header_media: Vec<String>,
    /// The longest text.
    pub text: Limit,
    /// The longest footer.
    pub footer: Limit,
    /// The most buttons of all kinds.
    pub buttons: Limit,
    /// The most buttons that open a URL.
    pub links: Limit,
    /// The most buttons that call a number.
    pub calls: Limit,
    /// The longest label.
    pub label: Limit,
    /// The longest URL.
    pub url: Limit,
    /// What templates may be for, as the vendor names it; empty: not known.
    pub categories: Vec<String>,
    /// Keys of `sources`.
    pub source: Vec<String>,
}

/// Comments under a post.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CommentFacts {
    /// Whether the channel is comments, which can be answered where they stand.
    pub public_reply: bool,
    /// How many private messages may answer one comment before the customer writes.
    pub private_replies: u32,
    /// Days after the comment in which they may.
    pub private_days: u32,
    /// Keys of `sources`.
    pub source: Vec<String>,
}

/// What the channel tells about a message after it was sent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReceiptFacts {
    /// That it reached the device.
    pub delivered: bool,
    /// That it was read.
    pub read: bool,
}

fn yes() -> bool {
    true
}

fn no_limit() -> Limit {
    Limit::NONE
}

fn absent() -> Limit {
    Limit::ABSENT
}

impl Default for OptionFacts {
    fn default() -> Self {
        OptionFacts {
            max: Limit::ABSENT,
            min: 1,
            label: Limit::NONE,
            unit: Unit::Utf16,
            payload: Limit::NONE,
            payload_unit: Unit::Utf16,
            text: Limit::NONE,
            vanish: false,
            source: Vec::new(),
        }
    }
}

impl Default for ListFacts {
    fn default() -> Self {
        ListFacts {
            rows: Limit::ABSENT,
            label: Limit::NONE,
            description: Limit::ABSENT,
            payload: Limit::NONE,
            opener: "☰".to_owned(),
            text: Limit::NONE,
            source: Vec::new(),
        }
    }
}

impl Default for LinkFacts {
    fn default() -> Self {
        LinkFacts {
            max: Limit::ABSENT,
            label: Limit::NONE,
            url: Limit::NONE,
            text: Limit::NONE,
            with_options: false,
            shares_options: false,
            source: Vec::new(),
        }
    }
}

impl Default for CardFacts {
    fn default() -> Self {
        CardFacts {
            max: Limit::ABSENT,
            min: 1,
            title: Limit::NONE,
            text: Limit::NONE,
            breaks: Limit::NONE,
            buttons: Limit::NONE,
            label: Limit::NONE,
            same_buttons: false,
            image_required: false,
            with_text: false,
            with_options: false,
            body: Limit::ABSENT,
            source: Vec::new(),
        }
    }
}

impl Default for TemplateFacts {
    fn default() -> Self {
        TemplateFacts {
            supported: false,
            name: Limit::NONE,
            header: Limit::NONE,
            header_values: Limit::NONE,
            header_media: Vec::new(),
            text: Limit::NONE,
            footer: Limit::NONE,
            buttons: Limit::NONE,
            links: Limit::NONE,
            calls: Limit::NONE,
            label: Limit::NONE,
            url: Limit::NONE,
            categories: Vec::new(),
            source: Vec::new(),
        }
    }
}
