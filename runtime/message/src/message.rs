//! What the bot says, before any channel has had a word in it: plain data, made by the machine, once per `say`,
//! `ask` or `choose`.
//!
//! A message is small on purpose, since a turn costs less than a microsecond: a text without holes shares the
//! artifact's allocation, a text with holes has one of its own, and a message without parts and envelope has no
//! other.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A piece of text for a person or a channel: immutable, cheap to clone, at most 23 bytes without allocation.
pub type Text = SmolStr;

/// One message of the bot, independent of any channel.
///
/// Every format of `serde` can carry it, also those that do not name fields (`postcard`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Message {
    /// The words, with all holes filled and in the customer's language. The markup `**bold**`, `_italic_` and
    /// `[label](url)` stands as authored; lines end in `\n`. May be empty if there are
    /// parts. No bound: rendering splits what is too long for a channel.
    pub text: Text,
    /// Everything beside the words, in the order of the flow.
    pub parts: Vec<Part>,
    /// What is not shown but says how the message goes out. Absent for nearly all messages.
    pub envelope: Option<Box<Envelope>>,
}

/// Something a message has beside its words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    /// An image, video, file or recording.
    Media(Box<Media>),
    /// A place on the map.
    Location(Location),
    /// A button: an option of a `choose`, or a link.
    Button(Button),
    /// A quick reply of an `ask`.
    Suggestion(Suggestion),
    /// Words that help to answer, shown with the question. May contain markup.
    Hint(Text),
    /// One card; all cards of a message form one row.
    Card(Box<Card>),
}

/// What kind of file a [`Media`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// Any file, such as a PDF.
    File,
    /// A recording or a piece of music.
    Audio,
}

/// A file that lies somewhere on the web.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// Where it lies: an absolute `https` URL. Not fetched by anything in this crate.
    pub url: Text,
    /// What it shows, for those who cannot see it and for channels that cannot show it. Empty if the author gave
    /// none.
    pub alt: Text,
    /// The name under which a file is offered. Empty: the channel takes the last part of the URL.
    pub name: Text,
}

/// A place on the map.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Location {
    /// Degrees north times 1,000,000; from -90,000,000 to 90,000,000.
    pub latitude_e6: i32,
    /// Degrees east times 1,000,000; from -180,000,000 to 180,000,000.
    pub longitude_e6: i32,
    /// What the place is called. May be empty.
    pub name: Text,
}

/// A button with its label.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Button {
    /// What stands on it: one line without markup. Rendering cuts it to what the channel shows.
    pub label: Text,
    /// What it does.
    pub action: Action,
}

/// What a button does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Action {
    /// Sends this token back to the machine: an option. See [`Suggestion::payload`] for its form.
    Press(Text),
    /// Opens this absolute URL; the conversation stays where it is.
    Open(Text),
    /// Calls this number (E.164, with `+`); the conversation stays where it is.
    Call(Text),
}

/// A quick reply of an `ask`: pressing it answers the question with its label.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Suggestion {
    /// What stands on it: one line without markup.
    pub label: Text,
    /// What comes back when it is pressed: a token of the machine that names the place and the index of the
    /// option. Printable ASCII without spaces, unique within the message, at most 64 bytes so that it fits every
    /// channel (Telegram has the least). Nothing else reads it.
    pub payload: Text,
}

/// One card: a thing of several to compare or choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// Its heading: one line. May contain markup, which is stripped.
    pub title: Text,
    /// Its words. May contain markup, be several lines, or be empty.
    pub text: Text,
    /// Its picture.
    pub image: Option<Media>,
    /// Its options and links.
    pub buttons: Vec<Button>,
}

/// How a message goes out, beside what it shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Envelope {
    /// The subject line, for mail only: one line without markup. Empty: none.
    pub subject: Text,
    /// The approved template that stands for the message where the channel's session window is over.
    pub template: Option<TemplateCall>,
    /// `reply publicly`: answers a comment where it stands instead of in private.
    pub public: bool,
    /// `say via CHANNEL`: the channel, as flows write it, instead of the one the conversation is on.
    pub via: Option<Text>,
}

/// A template with its parameters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TemplateCall {
    /// Its name in the flow.
    pub name: Text,
    /// The parameters in the order of its declaration, shown in the customer's language.
    pub parameters: Vec<Text>,
    /// What it shows beside its words, in the order of its declaration: where the vendor wants an address for the
    /// header of each message, it is this.
    #[serde(default)]
    pub media: Vec<Media>,
}

impl Message {
    /// A message of words only.
    pub fn text(text: impl Into<Text>) -> Message {
        Message {
            text: text.into(),
            parts: Vec::new(),
            envelope: None,
        }
    }

    /// The same message with one more part.
    #[must_use]
    pub fn with(mut self, part: impl Into<Part>) -> Message {
        self.parts.push(part.into());
        self
    }

    /// The envelope, made if there is none yet.
    pub fn envelope_mut(&mut self) -> &mut Envelope {
        self.envelope.get_or_insert_default()
    }

    /// Replaces the words by those for one channel (`on sms "…"`), which drops media and places: what they show
    /// is then said by the words.
    pub fn reword(&mut self, text: impl Into<Text>) {
        self.text = text.into();
        self.parts
            .retain(|part| !matches!(part, Part::Media(_) | Part::Location(_)));
    }

    /// Whether nothing at all would be shown.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.parts.is_empty()
    }

    /// Everything that can be picked by a number where a channel has no buttons, as label and payload, in the
    /// order of the numbers: the options of the cards, then the options. Links and suggestions have no number.
    /// The first has the number 1.
    pub fn options(&self) -> impl Iterator<Item = (&Text, &Text)> {
        let of_cards = self.cards().flat_map(|card| &card.buttons);
        of_cards
            .chain(self.buttons())
            .filter_map(|button| match &button.action {
                Action::Press(payload) => Some((&button.label, payload)),
                Action::Open(_) | Action::Call(_) => None,
            })
    }

    /// The buttons that do not belong to a card.
    pub fn buttons(&self) -> impl Iterator<Item = &Button> {
        self.parts.iter().filter_map(|part| match part {
            Part::Button(button) => Some(button),
            _ => None,
        })
    }

    /// The cards.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.parts.iter().filter_map(|part| match part {
            Part::Card(card) => Some(&**card),
            _ => None,
        })
    }

    /// The quick replies.
    pub fn suggestions(&self) -> impl Iterator<Item = &Suggestion> {
        self.parts.iter().filter_map(|part| match part {
            Part::Suggestion(suggestion) => Some(suggestion),
            _ => None,
        })
    }

    /// The payload of the button or suggestion with exactly this label (of the card with this title, if one is
    /// given): what `> [Label]` and `> [Buy] of "Shoes"` press in a `.chat` file. The first of several.
    pub fn pressed(&self, label: &str, card: Option<&str>) -> Option<&Text> {
        self.parts.iter().find_map(|part| match part {
            Part::Button(button) if card.is_none() => button.payload_if(label),
            Part::Suggestion(suggestion) if card.is_none() && suggestion.label == label => {
                Some(&suggestion.payload)
            }
            Part::Card(found) if card.is_none_or(|title| found.title == title) => {
                found.buttons.iter().find_map(|button| button.payload_if(label))
            }
            _ => None,
        })
    }
}

impl Button {
    /// An option: sends `payload` back when it is pressed.
    pub fn press(label: impl Into<Text>, payload: impl Into<Text>) -> Button {
        Button {
            label: label.into(),
            action: Action::Press(payload.into()),
        }
    }

    /// A link.
    pub fn open(label: impl Into<Text>, url: impl Into<Text>) -> Button {
        Button {
            label: label.into(),
            action: Action::Open(url.into()),
        }
    }

    /// A telephone call.
    pub fn call(label: impl Into<Text>, phone: impl Into<Text>) -> Button {
        Button {
            label: label.into(),
            action: Action::Call(phone.into()),
        }
    }

    fn payload_if(&self, label: &str) -> Option<&Text> {
        match &self.action {
            Action::Press(payload) if self.label == label => Some(payload),
            _ => None,
        }
    }
}

impl Media {
    /// A file with its alternative words.
    pub fn new(kind: MediaKind, url: impl Into<Text>, alt: impl Into<Text>) -> Media {
        Media {
            kind,
            url: url.into(),
            alt: alt.into(),
            name: Text::default(),
        }
    }
}

impl MediaKind {
    /// The word of the language for it.
    pub fn word(self) -> &'static str {
        match self {
            MediaKind::Image => "image",
            MediaKind::Video => "video",
            MediaKind::File => "file",
            MediaKind::Audio => "audio",
        }
    }
}

impl Location {
    /// A place by its degrees, rounded to a millionth and brought into bounds; not a number counts as zero.
    pub fn from_degrees(latitude: f64, longitude: f64, name: impl Into<Text>) -> Location {
        // A cast from float to integer saturates and takes not-a-number to zero.
        let millionths = |degrees: f64, bound: f64| (degrees.clamp(-bound, bound) * 1e6).round() as i32;
        Location {
            latitude_e6: millionths(latitude, 90.0),
            longitude_e6: millionths(longitude, 180.0),
            name: name.into(),
        }
    }

    /// The coordinates as people and map services write them: `44.4268,26.1025`.
    pub fn coordinates(&self) -> String {
        format!("{},{}", degrees(self.latitude_e6), degrees(self.longitude_e6))
    }
}

/// Decimal degrees without trailing zeros, exact.
fn degrees(millionths: i32) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let size = millionths.unsigned_abs();
    let fraction = format!("{:06}", size % 1_000_000);
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{dot}{fraction}", size / 1_000_000)
}

impl From<Button> for Part {
    fn from(button: Button) -> Part {
        Part::Button(button)
    }
}

impl From<Suggestion> for Part {
    fn from(suggestion: Suggestion) -> Part {
        Part::Suggestion(suggestion)
    }
}

impl From<Media> for Part {
    fn from(media: Media) -> Part {
        Part::Media(Box::new(media))
    }
}

impl From<Card> for Part {
    fn from(card: Card) -> Part {
        Part::Card(Box::new(card))
    }
}

impl From<Location> for Part {
    fn from(location: Location) -> Part {
        Part::Location(location)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_small() {
        assert!(size_of::<Message>() <= 56);
        assert!(size_of::<Part>() <= 64);
    }

    #[test]
    fn places_are_written_exactly() {
        assert_eq!(
            Location::from_degrees(44.4268, 26.1025, "").coordinates(),
            "44.4268,26.1025"
        );
        assert_eq!(Location::from_degrees(-0.5, f64::NAN, "").coordinates(), "-0.5,0");
        assert_eq!(Location::from_degrees(1e9, -1e9, "").coordinates(), "90,-180");
    }

    #[test]
    fn other_words_drop_media_and_keep_buttons() {
        let mut message = Message::text("a")
            .with(Media::new(MediaKind::Image, "https://x.example/a.png", "A"))
            .with(Location::from_degrees(1.0, 2.0, "There"))
            .with(Button::press("Yes", "p.0"));
        message.reword("b");
        assert_eq!(message, Message::text("b").with(Button::press("Yes", "p.0")));
    }

    #[test]
    fn presses_are_found_by_label_and_card() {
        let card = |title: &str, payload: &str| Card {
            title: title.into(),
            buttons: vec![Button::press("Buy", payload)],
            ..Card::default()
        };
        let message = Message::text("Look")
            .with(card("Shoes", "p.0"))
            .with(card("Hat", "p.1"))
            .with(Button::open("Shop", "https://x.example"))
            .with(Suggestion {
                label: "None".into(),
                payload: "p.2".into(),
            });
        assert_eq!(message.pressed("Buy", Some("Hat")).map(Text::as_str), Some("p.1"));
        assert_eq!(message.pressed("Buy", None).map(Text::as_str), Some("p.0"));
        assert_eq!(message.pressed("None", None).map(Text::as_str), Some("p.2"));
        assert_eq!(message.pressed("None", Some("Hat")), None);
        assert_eq!(message.pressed("Shop", None), None);
        assert_eq!(message.options().count(), 2);
    }
}
