//! What a channel would show, and what had to be changed for it: plain data for channels, previews and findings.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::markup::Run;
use crate::message::{Button, Card, Location, Media, MediaKind, Suggestion, TemplateCall, Text};
use crate::sms::Segments;

/// A message as one channel shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendering {
    /// What is sent, in order. Empty only if the message was.
    pub messages: Vec<Rendered>,
    /// What is not as the author wrote it, in no order that means anything.
    pub notes: Vec<Degraded>,
}

/// One message of a channel, within all limits of its profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rendered {
    /// The words in the channel's own writing: markup and escapes as it has them.
    pub text: String,
    /// The same words in runs of one style, for those who draw them.
    pub runs: Vec<Run>,
    /// Files that are shown with the words.
    pub media: Vec<Media>,
    /// Places that are shown on a map.
    pub locations: Vec<Location>,
    /// Cards side by side. Their words are plain, except on channels of our own, which read markup.
    pub cards: Vec<Card>,
    /// Options and links.
    pub buttons: Vec<Button>,
    /// Quick replies.
    pub suggestions: Vec<Suggestion>,
    /// A list that opens on a tap.
    pub list: Option<List>,
    /// What a written answer picks, for options that are written out in the words.
    pub answers: Vec<Answer>,
    /// The subject line; empty for none.
    pub subject: Text,
    /// The template that stands for this message outside the session window.
    pub template: Option<TemplateCall>,
    /// Whether it is a public answer to a comment.
    pub public: bool,
    /// What it costs as a text message, on channels that count segments.
    pub segments: Option<Segments>,
}

/// A list that opens on a tap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// What stands on the button that opens it.
    pub opener: Text,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its first line.
    pub label: Text,
    /// Its second line: the whole label where the first line had to be cut. May be empty.
    pub description: Text,
    /// What comes back.
    pub payload: Text,
}

/// An option that is written out in the words of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What the customer writes to pick it: its number (`"1"`), or its label where numbers would mislead.
    pub says: Text,
    /// The option's label.
    pub label: Text,
    /// What the option sends to the machine.
    pub payload: Text,
}

/// Something that a channel does not show as it was written. The sentence is its [`Display`](fmt::Display).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Degraded {
    /// The text was parted into several messages.
    TextSplit { pieces: usize },
    /// Bold or italics are not shown.
    StyleDropped,
    /// A link in the text shows its address.
    LinkWritten { label: Text },
    /// There are no words, but the channel needs some: `…` stands for them.
    TextMissing,
    /// The options are a list that opens on a tap.
    OptionsAsList { count: usize },
    /// The options are written out with numbers.
    OptionsAsText { count: usize },
    /// Quick replies are written out.
    SuggestionsAsText { count: usize },
    /// A link button is written out.
    LinkAsText { label: Text },
    /// A call button is written out.
    CallAsText { label: Text },
    /// A label was cut or given a number.
    LabelChanged { label: Text, shown: Text },
    /// The cards are written out.
    CardsAsText { count: usize },
    /// The cards are parted into several rows.
    CardsParted { rows: usize },
    /// The words of a card were cut.
    CardCut { card: Text },
    /// A file is a link.
    MediaAsLink { media: MediaKind, url: Text },
    /// A place is a link to a map.
    LocationAsLink { name: Text },
    /// What was to be a public answer is sent in private.
    NotPublic,
}

impl Rendering {
    /// What a written answer picks, if it names an option that is written out. The last message counts first.
    pub fn resolve(&self, said: &str) -> Option<&Text> {
        let said = said.trim();
        let number = said.trim_end_matches(['.', ')']);
        let answers = || self.messages.iter().rev().flat_map(|message| &message.answers);
        answers()
            .find(|answer| answer.says == said)
            .or_else(|| answers().find(|answer| answer.says == number))
            .map(|answer| &answer.payload)
    }
}

impl Rendered {
    /// The words without any markup.
    pub fn plain(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }
}

impl fmt::Display for Degraded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Degraded::TextSplit { pieces } => {
                write!(f, "the text is too long for one message and is sent as {pieces}")
            }
            Degraded::StyleDropped => write!(f, "bold or italics are not shown"),
            Degraded::LinkWritten { label } => write!(f, "the link `{label}` shows its address"),
            Degraded::TextMissing => write!(f, "a message needs words here, so `…` stands for them"),
            Degraded::OptionsAsList { count } => {
                write!(f, "{} a list that opens on a tap", are(*count, "option"))
            }
            Degraded::OptionsAsText { count } => {
                write!(
                    f,
                    "{} written out, to be answered in words",
                    are(*count, "option")
                )
            }
            Degraded::SuggestionsAsText { count } => write!(f, "{} written out", are(*count, "suggestion")),
            Degraded::LinkAsText { label } => {
                write!(f, "the button `{label}` is written out with its address")
            }
            Degraded::CallAsText { label } => {
                write!(f, "the button `{label}` is written out with its number")
            }
            Degraded::LabelChanged { label, shown } => write!(f, "the label `{label}` is shown as `{shown}`"),
            Degraded::CardsAsText { count } => write!(f, "{} written out", are(*count, "card")),
            Degraded::CardsParted { rows } => write!(f, "the cards are shown in {rows} rows"),
            Degraded::CardCut { card } => write!(f, "the words of the card `{card}` are cut"),
            Degraded::MediaAsLink { media, url } => write!(f, "the {} is a link to {url}", media.word()),
            Degraded::LocationAsLink { name } if name.is_empty() => write!(f, "the place is a link to a map"),
            Degraded::LocationAsLink { name } => write!(f, "the place `{name}` is a link to a map"),
            Degraded::NotPublic => write!(
                f,
                "the answer is private, since there is no comment to answer in public"
            ),
        }
    }
}

/// `the option is`, `the 3 options are`.
fn are(count: usize, thing: &str) -> String {
    if count == 1 {
        format!("the {thing} is")
    } else {
        format!("the {count} {thing}s are")
    }
}
