//! How a message stands in a `.chat` file: the words after `<`, further lines after `|`, and below them what else
//! it shows.
//!
//! The order is fixed, whatever the order in the flow: words, hint, files and places, cards, then all buttons on
//! one line. In labels and addresses, brackets that would end them early get a backslash, and so do quotes in
//! quoted words.

use crate::dialect;
use crate::message::{Action, Button, Card, Envelope, Location, Media, Message, Part};
use crate::profile::Markup;
use crate::rendered::{Rendered, Rendering};

/// The lines of a message as the flow says it, independent of any channel.
pub fn message_lines(message: &Message) -> Vec<String> {
    let mut lines = Lines::default();
    lines.words(&message.text);
    for part in &message.parts {
        if let Part::Hint(hint) = part {
            lines.more(hint);
        }
    }
    for part in &message.parts {
        match part {
            Part::Media(found) => lines.item(media(found)),
            Part::Location(found) => lines.item(location(found)),
            Part::Card(_) | Part::Button(_) | Part::Suggestion(_) | Part::Hint(_) => {}
        }
    }
    for found in message.cards() {
        lines.item(card(found));
    }
    lines.items(message.parts.iter().filter_map(|part| match part {
        Part::Button(found) => Some(button(found)),
        Part::Suggestion(found) => Some(pressable(&found.label)),
        Part::Media(_) | Part::Location(_) | Part::Hint(_) | Part::Card(_) => None,
    }));
    if let Some(envelope) = &message.envelope {
        lines.envelope(envelope);
    }
    lines.done()
}

/// The lines of one message as a channel shows it; bold, italics and links that it shows stand as authors write
/// them, whatever the channel's own writing is.
pub fn rendered_lines(rendered: &Rendered) -> Vec<String> {
    let mut lines = Lines::default();
    lines.words(&dialect::write(&rendered.runs, Markup::Own));
    for found in &rendered.media {
        lines.item(media(found));
    }
    for found in &rendered.locations {
        lines.item(location(found));
    }
    for found in &rendered.cards {
        lines.item(card(found));
    }
    let rows = rendered
        .list
        .iter()
        .flat_map(|list| &list.rows)
        .map(|row| pressable(&row.label));
    let quick = rendered
        .suggestions
        .iter()
        .map(|suggestion| pressable(&suggestion.label));
    lines.items(rendered.buttons.iter().map(button).chain(rows).chain(quick));
    lines.envelope(&Envelope {
        subject: rendered.subject.clone(),
        template: None,
        public: rendered.public,
        via: None,
    });
    lines.done()
}

/// The lines of everything a message became on a channel.
pub fn rendering_lines(rendering: &Rendering) -> Vec<String> {
    rendering.messages.iter().flat_map(rendered_lines).collect()
}

#[derive(Default)]
struct Lines {
    done: Vec<String>,
}

impl Lines {
    /// The words: the first line after `<`, the others after `|`.
    fn words(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut lines = text.trim_end_matches('\n').split('\n');
        let first = lines.next().unwrap_or_default().trim_end();
        self.done.push(if first.is_empty() {
            "<".to_owned()
        } else {
            format!("< {first}")
        });
        lines.for_each(|line| self.more(line));
    }

    /// Further words, each line after `|`.
    fn more(&mut self, text: &str) {
        for line in text.replace("\r\n", "\n").replace('\r', "\n").split('\n') {
            let line = line.trim_end();
            self.done.push(if line.is_empty() {
                "  |".to_owned()
            } else {
                format!("  | {line}")
            });
        }
    }

    fn item(&mut self, item: String) {
        self.done.push(format!("  {item}"));
    }

    fn items(&mut self, items: impl Iterator<Item = String>) {
        let items: Vec<String> = items.collect();
        if !items.is_empty() {
            self.item(items.join(" "));
        }
    }

    fn envelope(&mut self, envelope: &Envelope) {
        if !envelope.subject.is_empty() {
            self.item(format!("(subject {})", quoted(&envelope.subject)));
        }
        if let Some(template) = &envelope.template {
            let parameters = template
                .parameters
                .iter()
                .map(|parameter| format!(" {}", quoted(parameter)));
            self.item(format!(
                "(template {}{})",
                template.name,
                parameters.collect::<String>()
            ));
            self.items(template.media.iter().map(media));
        }
        if envelope.public {
            self.item("(public)".to_owned());
        }
        if let Some(via) = &envelope.via {
            self.item(format!("(via {via})"));
        }
    }

    fn done(self) -> Vec<String> {
        self.done
    }
}

fn button(button: &Button) -> String {
    let label = pressable(&button.label);
    match &button.action {
        Action::Press(_) => label,
        Action::Open(url) => format!("{label}({})", address(url)),
        Action::Call(phone) => format!("{label}(tel:{})", address(phone)),
    }
}

fn pressable(label: &str) -> String {
    format!("[{}]", escaped(label, &['[', ']']))
}

fn address(url: &str) -> String {
    escaped(url, &['(', ')'])
}

fn media(media: &Media) -> String {
    // What it shows if the author said so, else what it is called, else where it is.
    let shown = [&media.alt, &media.name, &media.url]
        .into_iter()
        .find(|text| !text.is_empty());
    format!(
        "({} {})",
        media.kind.word(),
        quoted(shown.map_or("", |text| text))
    )
}

fn location(location: &Location) -> String {
    let shown = if location.name.is_empty() {
        location.coordinates()
    } else {
        location.name.to_string()
    };
    format!("(location {})", quoted(&shown))
}

fn card(card: &Card) -> String {
    let mut out = format!("(card {}", quoted(&card.title));
    if !card.text.is_empty() {
        out.push_str(&format!(" {}", quoted(&card.text)));
    }
    for found in &card.buttons {
        out.push_str(&format!(" {}", button(found)));
    }
    out.push(')');
    out
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text, &['"']))
}

/// On one line, with a backslash before what would end it early.
fn escaped(text: &str, special: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => {}
            '\\' => out.push_str("\\\\"),
            c if special.contains(&c) => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}
