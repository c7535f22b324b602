//! Cards: rows of the channel's own cards where all of them fit in shape, else words.

use super::Draft;
use super::controls::{Numbering, written_link};
use super::files::media_line;
use crate::dialect;
use crate::markup::{self, Run};
use crate::measure::{Limit, Unit, cut, fit_labels, one_line};
use crate::message::{Action, Button, Card, Text};
use crate::profile::{CardFacts, Markup, Profile};
use crate::rendered::Degraded;

/// The rows of cards that the channel shows; empty if there are none, or if they became words.
pub(super) fn rows(cards: &[&Card], draft: &mut Draft) -> Vec<Vec<Card>> {
    if cards.is_empty() {
        return Vec::new();
    }
    if !fit(cards, draft.profile) {
        draft.notes.push(Degraded::CardsAsText { count: cards.len() });
        // The cards are written by `controls`, which knows the numbers.
        return Vec::new();
    }
    let shown: Vec<Card> = cards.iter().map(|card| shown(card, draft)).collect();
    let most = draft.profile.cards.max.most();
    let rows = shown.len().div_ceil(most);
    if rows > 1 {
        draft.notes.push(Degraded::CardsParted { rows });
    }
    // As even as can be, so that no row is too short.
    let (short, longer) = (shown.len() / rows, shown.len() % rows);
    let mut rest = shown.into_iter();
    (0..rows)
        .map(|row| rest.by_ref().take(short + usize::from(row < longer)).collect())
        .collect()
}

/// Whether the channel has cards of this shape; lengths do not count, since words can be cut.
fn fit(cards: &[&Card], profile: &Profile) -> bool {
    let facts = &profile.cards;
    let first = cards.first().map_or(0, |card| card.buttons.len());
    let each = |card: &&Card| {
        facts.buttons.allows(card.buttons.len())
            && (!facts.same_buttons || card.buttons.len() == first)
            && (!facts.image_required || card.image.is_some())
            && card.buttons.iter().all(|button| presses_fit(button, profile))
    };
    facts.max.exists() && cards.len() >= facts.min && cards.iter().all(each)
}

fn presses_fit(button: &Button, profile: &Profile) -> bool {
    match &button.action {
        Action::Press(payload) => {
            profile.options.max.exists()
                && profile
                    .options
                    .payload
                    .allows(profile.options.payload_unit.measure(payload))
        }
        Action::Open(url) => profile.links.max.exists() && profile.links.url.allows(Unit::Utf16.measure(url)),
        Action::Call(phone) => {
            profile.calls.max.exists() && profile.calls.url.allows(Unit::Utf16.measure(phone))
        }
    }
}

/// One card within the channel's lengths.
fn shown(card: &Card, draft: &mut Draft) -> Card {
    let facts = &draft.profile.cards;
    let own = draft.profile.text.markup == Markup::Own;
    let whole_title = markup::strip(&card.title)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let whole_text = if own && facts.text == Limit::NONE {
        card.text.to_string()
    } else {
        plain(&card.text, draft)
    };
    // Words on WhatsApp's cards are read as those of its messages.
    let bare = draft.profile.text.markup == Markup::Whatsapp;
    let (whole_title, whole_text) = match bare {
        true => (
            dialect::bare(&whole_title).into_owned(),
            dialect::bare(&whole_text).into_owned(),
        ),
        false => (whole_title, whole_text),
    };
    let (title, text) = if facts.title.exists() {
        (
            cut(&whole_title, facts.title, Unit::Utf16),
            fitted(&whole_text, facts),
        )
    } else {
        let joined = [whole_title.as_str(), whole_text.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty());
        let joined = joined.collect::<Vec<_>>().join("\n");
        (String::new(), fitted(&joined, facts))
    };
    let cut_off = if facts.title.exists() {
        title != whole_title || !facts.text.allows(Unit::Utf16.measure(&whole_text))
    } else {
        !facts
            .text
            .allows(Unit::Utf16.measure(&whole_title) + Unit::Utf16.measure(&whole_text) + 1)
    };
    if cut_off {
        draft.notes.push(Degraded::CardCut {
            card: card.title.clone(),
        });
    }
    let labels = fit_labels(
        card.buttons.iter().map(|button| button.label.as_str()),
        facts.label,
        Unit::Utf16,
    );
    let buttons = card.buttons.iter().zip(labels).map(|(button, label)| {
        if label != one_line(&button.label) {
            draft.notes.push(Degraded::LabelChanged {
                label: button.label.clone(),
                shown: label.as_str().into(),
            });
        }
        Button {
            label: label.into(),
            action: button.action.clone(),
        }
    });
    let buttons = buttons.collect();
    Card {
        title: title.into(),
        text: text.into(),
        image: card.image.clone(),
        buttons,
    }
}

/// Words of a card on a channel whose cards have no markup.
fn plain(text: &Text, draft: &mut Draft) -> String {
    let facts = crate::profile::TextFacts {
        markup: Markup::None,
        ..draft.profile.text.clone()
    };
    dialect::lower(markup::parse(text), &facts, &mut draft.notes)
        .into_iter()
        .map(|run| run.text)
        .collect()
}

fn fitted(text: &str, facts: &CardFacts) -> String {
    if facts.text.exists() {
        cut(&with_breaks(text, facts.breaks), facts.text, Unit::Utf16)
    } else {
        String::new()
    }
}

/// The text with at most so many ends of lines; further ones become spaces.
fn with_breaks(text: &str, most: Limit) -> String {
    let mut left = most.most();
    let keep = |c: char| match c {
        '\n' if left == 0 => ' ',
        '\n' => {
            left -= 1;
            c
        }
        c => c,
    };
    text.chars().map(keep).collect()
}

/// Writes cards out: title, words, picture and buttons, with an empty line between cards.
pub(super) fn write_out(cards: &[&Card], numbering: &mut Numbering, draft: &mut Draft) {
    for card in cards {
        if !draft.words.is_empty() {
            draft.words.push(Run::plain("\n"));
        }
        draft.line(markup::parse(&card.title));
        draft.line(markup::parse(&card.text));
        if let Some(image) = &card.image {
            draft.notes.push(Degraded::MediaAsLink {
                media: image.kind,
                url: image.url.clone(),
            });
            draft.plain_line(media_line(image));
        }
        for button in &card.buttons {
            match &button.action {
                Action::Press(payload) => {
                    let line = numbering.line(&button.label, payload, &mut draft.answers);
                    draft.plain_line(line);
                }
                Action::Open(_) | Action::Call(_) => written_link(button, draft),
            }
        }
    }
}
