//! Lines of a transcript as a page shows them: runs of words instead of markup, so that nothing anybody typed is ever
//! read as anything but words.

use botflow_message::markup::{self, Run};
use botflow_message::{
    Action, Button, Card, Location, Media, MediaKind, Message, Profile, Rendered, Suggestion, render,
};
use botflow_values::Value;
use serde::Serialize;
use smol_str::SmolStr;

use crate::contact::{Author, Line};

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shown<'a> {
    /// Its number.
    n: u64,
    /// When, in milliseconds since 1970.
    at: i64,
    /// Who said it.
    by: &'static str,
    /// The colleague's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    /// What was said, one after the other.
    messages: Vec<Part>,
}

/// One message of a line.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Part {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    runs: Vec<Words>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    media: Vec<File>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Place>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cards: Vec<CardShown>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buttons: Vec<ButtonShown>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<ButtonShown>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Words {
    text: SmolStr,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    bold: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    italic: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<SmolStr>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct File {
    kind: MediaKind,
    url: SmolStr,
    alt: SmolStr,
    name: SmolStr,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Place {
    latitude: f64,
    longitude: f64,
    name: SmolStr,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct CardShown {
    title: Vec<Words>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    text: Vec<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<File>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buttons: Vec<ButtonShown>,
}

/// A button: it presses, opens or calls.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct ButtonShown {
    label: SmolStr,
    #[serde(skip_serializing_if = "Option::is_none")]
    press: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<SmolStr>,
}

/// A line as a page shows it.
pub(super) fn line<'a>(line: &'a Line, profile: &Profile) -> Shown<'a> {
    let (by, name, messages) = match &line.said {
        Author::Customer { text, media } => ("visitor", None, vec![of_visitor(text, media.as_ref())]),
        Author::Bot { content, .. } => ("bot", None, of_bot(content, profile)),
        Author::Operator { name, content, .. } => ("operator", Some(name.as_str()), of_bot(content, profile)),
    };
    Shown {
        n: line.number,
        at: line.at,
        by,
        name,
        messages,
    }
}

fn of_bot(message: &Message, profile: &Profile) -> Vec<Part> {
    render(message, profile).messages.into_iter().map(part).collect()
}

fn part(rendered: Rendered) -> Part {
    let mut buttons: Vec<_> = rendered.buttons.into_iter().map(button).collect();
    if let Some(list) = rendered.list {
        buttons.extend(list.rows.into_iter().map(|row| ButtonShown {
            // The whole label, where the first line of the row is a shortened one.
            label: match row.description.is_empty() {
                true => row.label,
                false => row.description,
            },
            press: Some(row.payload),
            open: None,
            call: None,
        }));
    }
    Part {
        runs: words(rendered.runs),
        media: rendered.media.into_iter().map(file).collect(),
        locations: rendered.locations.into_iter().map(place).collect(),
        cards: rendered.cards.into_iter().map(card).collect(),
        buttons,
        suggestions: rendered.suggestions.into_iter().map(suggestion).collect(),
    }
}

/// What a visitor said is words, whatever stands in it.
fn of_visitor(text: &SmolStr, media: Option<&Value>) -> Part {
    let mut part = Part::default();
    if !text.is_empty() {
        part.runs.push(Words {
            text: text.clone(),
            bold: false,
            italic: false,
            link: None,
        });
    }
    let sent = |kind, file: &botflow_values::FileRef| File {
        kind,
        url: file.url.clone(),
        alt: SmolStr::default(),
        name: file.name.clone().unwrap_or_default(),
    };
    match media {
        Some(Value::Image(image)) => part.media.push(sent(MediaKind::Image, image)),
        Some(Value::File(file)) => part.media.push(sent(MediaKind::File, file)),
        Some(Value::Location(at)) => part.locations.push(place(Location {
            latitude_e6: at.latitude,
            longitude_e6: at.longitude,
            name: SmolStr::default(),
        })),
        _ => {}
    }
    part
}

fn words(runs: Vec<Run>) -> Vec<Words> {
    let runs = runs.into_iter().map(|run| Words {
        text: run.text.into(),
        bold: run.bold,
        italic: run.italic,
        link: run.link.filter(|link| is_web(link)),
    });
    runs.collect()
}

fn file(media: Media) -> File {
    File {
        kind: media.kind,
        url: media.url,
        alt: media.alt,
        name: media.name,
    }
}

fn place(place: Location) -> Place {
    Place {
        latitude: f64::from(place.latitude_e6) / 1e6,
        longitude: f64::from(place.longitude_e6) / 1e6,
        name: place.name,
    }
}

fn card(card: Card) -> CardShown {
    CardShown {
        title: words(markup::parse(&card.title)),
        text: words(markup::parse(&card.text)),
        image: card.image.map(file),
        buttons: card.buttons.into_iter().map(button).collect(),
    }
}

fn button(button: Button) -> ButtonShown {
    let mut shown = ButtonShown {
        label: button.label,
        press: None,
        open: None,
        call: None,
    };
    match button.action {
        Action::Press(payload) => shown.press = Some(payload),
        Action::Open(url) => shown.open = Some(url).filter(|url| is_web(url)),
        Action::Call(number) => shown.call = Some(number),
    }
    shown
}

fn suggestion(suggestion: Suggestion) -> ButtonShown {
    ButtonShown {
        label: suggestion.label,
        press: Some(suggestion.payload),
        open: None,
        call: None,
    }
}

/// Nothing but the web is opened: no scripts, no files.
fn is_web(url: &str) -> bool {
    let begins = |scheme: &str| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    begins("https://") || begins("http://")
}
