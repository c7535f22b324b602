//! Buttons, lists and quick replies: the channel's own where they fit, else words with numbers.

use std::collections::BTreeSet;

use super::cards;
use super::{Draft, files};
use crate::measure::{Limit, Unit, cut, fit_labels, loses_meaning, one_line};
use crate::message::{Action, Button, Card, Message, Suggestion, Text};
use crate::profile::{LinkFacts, Profile};
use crate::rendered::{Answer, Degraded, List, Row};

/// What the channel shows itself.
pub(super) struct Controls {
    pub buttons: Vec<Button>,
    pub suggestions: Vec<Suggestion>,
    pub list: Option<List>,
    /// The longest text that goes with them.
    pub text_limit: Limit,
}

impl Controls {
    /// Whether they can stand on a row of cards: quick replies can, but buttons that the channel makes part of a
    /// text of their own cannot.
    pub fn go_with_cards(&self, profile: &Profile) -> bool {
        profile.cards.with_options
            && self.list.is_none()
            && self.buttons.iter().all(|button| match button.action {
                Action::Press(_) => true,
                Action::Open(_) => profile.links.shares_options,
                Action::Call(_) => profile.calls.shares_options,
            })
    }

    pub fn is_empty(&self) -> bool {
        self.buttons.is_empty() && self.suggestions.is_empty() && self.list.is_none()
    }
}

/// Where the options of a message, or its suggestions, go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Buttons,
    List,
    Words,
}

/// Sorts buttons and suggestions; what has no place becomes words, and so do the cards if they are to.
pub(super) fn place(message: &Message, cards_as_words: bool, draft: &mut Draft) -> Controls {
    let profile = draft.profile;
    let presses: Vec<(&Text, &Text)> = message.buttons().filter_map(pressed).collect();
    let suggestions: Vec<&Suggestion> = message.suggestions().collect();
    let (options, quick) = places(&presses, &suggestions, profile);

    let mut room = Room::new(profile, &presses, &suggestions, options, quick);
    let native = |button: &Button, room: &mut Room| match &button.action {
        Action::Press(_) => options == Place::Buttons,
        Action::Open(url) => room.take(&profile.links, url, true),
        Action::Call(phone) => room.take(&profile.calls, phone, false),
    };
    let (shown, written): (Vec<&Button>, Vec<&Button>) =
        message.buttons().partition(|button| native(button, &mut room));

    write_out(message, &written, cards_as_words, options, draft);
    if quick == Place::Words && !suggestions.is_empty() {
        draft.notes.push(Degraded::SuggestionsAsText {
            count: suggestions.len(),
        });
        let labels: Vec<String> = suggestions
            .iter()
            .map(|suggestion| one_line(&suggestion.label))
            .collect();
        draft.plain_line(labels.join(" / "));
    }

    let mut rows: Vec<(&Text, &Text)> = Vec::new();
    if options == Place::List && !presses.is_empty() {
        rows.extend(&presses);
        draft.notes.push(Degraded::OptionsAsList { count: presses.len() });
    }
    if quick == Place::List {
        rows.extend(
            suggestions
                .iter()
                .map(|suggestion| (&suggestion.label, &suggestion.payload)),
        );
    }
    let list = list(&rows, draft);
    let quick: &[&Suggestion] = if quick == Place::Buttons {
        &suggestions
    } else {
        &[]
    };
    let text_limit = text_limit(profile, &shown, quick, list.is_some());
    let (buttons, suggestions) = labelled(&shown, quick, draft);
    Controls {
        buttons,
        suggestions,
        list,
        text_limit,
    }
}

fn pressed(button: &Button) -> Option<(&Text, &Text)> {
    match &button.action {
        Action::Press(payload) => Some((&button.label, payload)),
        Action::Open(_) | Action::Call(_) => None,
    }
}

/// Where options and suggestions go: options first, since the conversation depends on them.
fn places(presses: &[(&Text, &Text)], suggestions: &[&Suggestion], profile: &Profile) -> (Place, Place) {
    let (facts, list) = (&profile.options, &profile.list);
    let fits_button = |payload: &Text| facts.payload.allows(facts.payload_unit.measure(payload));
    let fits_row = |payload: &Text| list.payload.allows(Unit::Utf16.measure(payload));
    // Labels that look alike once they are cut say more in a list, whose rows are longer and have a second line.
    let cut_labels: Vec<String> = presses
        .iter()
        .map(|(label, _)| cut(&one_line(label), facts.label, facts.unit))
        .collect();
    let distinct: BTreeSet<&String> = cut_labels.iter().collect();
    let alike = distinct.len() < cut_labels.len();
    let cuts_collide = list.description.exists() && alike;
    // Without a list the options are written out instead, so that nothing of them is lost. What reads the same as a whole
    // would not gain by it.
    let unread = !list.rows.exists() && {
        let whole: Vec<String> = presses.iter().map(|(label, _)| one_line(label)).collect();
        let lost = |label: &String| loses_meaning(facts.unit.measure(label), facts.label);
        whole.iter().any(lost) || alike && whole.iter().collect::<BTreeSet<_>>().len() > distinct.len()
    };
    let choose = |count: usize, payloads: &mut dyn Iterator<Item = &Text>| {
        let payloads: Vec<&Text> = payloads.collect();
        let buttons =
            facts.max.allows(count) && count >= facts.min && payloads.iter().all(|p| fits_button(p));
        let rows = list.rows.allows(count) && payloads.iter().all(|payload| fits_row(payload));
        match (buttons, rows) {
            (true, true) if cuts_collide => Place::List,
            (true, false) if unread => Place::Words,
            (true, _) => Place::Buttons,
            (false, true) => Place::List,
            (false, false) => Place::Words,
        }
    };
    let both = || {
        presses
            .iter()
            .map(|(_, payload)| *payload)
            .chain(suggestions.iter().map(|s| &s.payload))
    };
    let (n, all) = (presses.len(), presses.len() + suggestions.len());
    let together = choose(all, &mut both());
    let options = choose(n, &mut presses.iter().map(|(_, payload)| *payload));
    match (n, together) {
        (0, place) => (place, place),
        // Suggestions join the options only if that does not change how these are shown.
        (_, place) if place == options => (options, place),
        _ => (options, Place::Words),
    }
}

/// How many buttons that open or call there is room for.
struct Room {
    /// Places among the options.
    shared: usize,
    /// Places for links and calls together.
    both: usize,
    links: usize,
    calls: usize,
    /// Whether something else on the message answers.
    answerable: bool,
}

impl Room {
    fn new(
        profile: &Profile,
        presses: &[(&Text, &Text)],
        suggestions: &[&Suggestion],
        options: Place,
        quick: Place,
    ) -> Room {
        let count = |place: Place, count: usize| if place == Place::Buttons { count } else { 0 };
        let taken = count(options, presses.len()) + count(quick, suggestions.len());
        let shown = |place: Place, count: usize| place != Place::Words && count > 0;
        Room {
            shared: profile.options.max.most().saturating_sub(taken),
            both: profile.links.max.most().max(profile.calls.max.most()),
            links: profile.links.max.most(),
            calls: profile.calls.max.most(),
            answerable: shown(options, presses.len()) || shown(quick, suggestions.len()),
        }
    }

    /// Takes a place for a link or a call, if there is one.
    fn take(&mut self, facts: &LinkFacts, address: &str, link: bool) -> bool {
        let kind = if link { &mut self.links } else { &mut self.calls };
        let free = self.both > 0
            && *kind > 0
            && (!self.answerable || facts.with_options)
            && (!facts.shares_options || self.shared > 0)
            && !address.trim().is_empty()
            && facts.url.allows(Unit::Utf16.measure(address));
        if free {
            *kind -= 1;
            self.both -= 1;
            self.shared -= usize::from(facts.shares_options);
        }
        free
    }
}

/// Writes out cards, links and options, in this order, so that the numbers stand last.
fn write_out(message: &Message, written: &[&Button], cards: bool, options: Place, draft: &mut Draft) {
    let cards: Vec<&Card> = if cards {
        message.cards().collect()
    } else {
        Vec::new()
    };
    let presses: Vec<&Button> = match options {
        Place::Words => written
            .iter()
            .copied()
            .filter(|button| pressed(button).is_some())
            .collect(),
        Place::Buttons | Place::List => Vec::new(),
    };
    let of_cards = cards.iter().flat_map(|card| &card.buttons);
    let labels: Vec<&str> = of_cards
        .chain(presses.iter().copied())
        .filter_map(pressed)
        .map(|(label, _)| label.as_str())
        .collect();
    let mut numbering = Numbering::of(&labels);
    cards::write_out(&cards, &mut numbering, draft);
    for button in written {
        if pressed(button).is_none() {
            written_link(button, draft);
        }
    }
    if !presses.is_empty() {
        draft.notes.push(Degraded::OptionsAsText { count: presses.len() });
    }
    for (label, payload) in presses.iter().filter_map(|button| pressed(button)) {
        let line = numbering.line(label, payload, &mut draft.answers);
        draft.plain_line(line);
    }
}

/// How options are told apart when they are written out.
pub(super) struct Numbering {
    /// Labels that are told apart by themselves, because one of them is a number that would mean another option.
    labels: Option<std::vec::IntoIter<String>>,
    next: usize,
}

impl Numbering {
    fn of(labels: &[&str]) -> Numbering {
        let misleads = |label: &&&str| {
            let number = label.trim().trim_end_matches(['.', ')']).parse::<usize>();
            number.is_ok_and(|number| (1..=labels.len()).contains(&number))
        };
        let labels = labels
            .iter()
            .any(|label| misleads(&label))
            .then(|| fit_labels(labels.iter().copied(), Limit::NONE, Unit::Utf16).into_iter());
        Numbering { labels, next: 1 }
    }

    /// The line of an option; notes what picks it.
    pub fn line(&mut self, label: &Text, payload: &Text, answers: &mut Vec<Answer>) -> String {
        let (says, line) = match &mut self.labels {
            Some(labels) => {
                let label = labels.next().unwrap_or_else(|| one_line(label));
                let line = format!("- {label}");
                (label, line)
            }
            None => {
                let line = format!("{}. {}", self.next, one_line(label));
                (self.next.to_string(), line)
            }
        };
        self.next += 1;
        answers.push(Answer {
            says: says.into(),
            label: label.clone(),
            payload: payload.clone(),
        });
        line
    }
}

/// Writes out a button that opens or calls.
pub(super) fn written_link(button: &Button, draft: &mut Draft) {
    let label = button.label.clone();
    let (address, note) = match &button.action {
        Action::Open(url) => (url, Degraded::LinkAsText { label }),
        Action::Call(phone) => (phone, Degraded::CallAsText { label }),
        Action::Press(_) => return,
    };
    draft.notes.push(note);
    draft.plain_line(files::labelled(&button.label, address));
}

fn list(rows: &[(&Text, &Text)], draft: &mut Draft) -> Option<List> {
    if rows.is_empty() {
        return None;
    }
    let facts = &draft.profile.list;
    let labels = fit_labels(
        rows.iter().map(|(label, _)| label.as_str()),
        facts.label,
        Unit::Utf16,
    );
    let mut out = Vec::with_capacity(rows.len());
    for ((label, payload), shown) in rows.iter().zip(labels) {
        let whole = one_line(label);
        let changed = shown != whole;
        if changed {
            draft.notes.push(Degraded::LabelChanged {
                label: (*label).clone(),
                shown: shown.as_str().into(),
            });
        }
        let description = if changed && facts.description.exists() {
            cut(&whole, facts.description, Unit::Utf16)
        } else {
            String::new()
        };
        out.push(Row {
            label: shown.into(),
            description: description.into(),
            payload: (*payload).clone(),
        });
    }
    Some(List {
        opener: facts.opener.as_str().into(),
        rows: out,
    })
}

/// The longest text of a message with these controls.
fn text_limit(profile: &Profile, buttons: &[&Button], quick: &[&Suggestion], list: bool) -> Limit {
    let mut limit = profile.text.max;
    if !quick.is_empty() {
        limit = limit.and(profile.options.text);
    }
    if list {
        limit = limit.and(profile.list.text);
    }
    for button in buttons {
        limit = limit.and(match button.action {
            Action::Press(_) => profile.options.text,
            Action::Open(_) => profile.links.text,
            Action::Call(_) => profile.calls.text,
        });
    }
    limit
}

/// Buttons and suggestions with labels that fit and differ.
fn labelled(
    buttons: &[&Button],
    suggestions: &[&Suggestion],
    draft: &mut Draft,
) -> (Vec<Button>, Vec<Suggestion>) {
    let (options, links, calls) = (&draft.profile.options, &draft.profile.links, &draft.profile.calls);
    let mut limit = Limit::NONE;
    for button in buttons {
        limit = limit.and(match button.action {
            Action::Press(_) => options.label,
            Action::Open(_) => links.label,
            Action::Call(_) => calls.label,
        });
    }
    if !suggestions.is_empty() {
        limit = limit.and(options.label);
    }
    let of_buttons = buttons.iter().map(|button| &button.label);
    let whole: Vec<&Text> = of_buttons
        .chain(suggestions.iter().map(|suggestion| &suggestion.label))
        .collect();
    let mut labels = fit_labels(whole.iter().map(|label| label.as_str()), limit, options.unit);
    for (whole, shown) in whole.iter().zip(&labels) {
        if *shown != one_line(whole) {
            draft.notes.push(Degraded::LabelChanged {
                label: (*whole).clone(),
                shown: shown.as_str().into(),
            });
        }
    }
    let of_suggestions = labels.split_off(buttons.len());
    let buttons = buttons.iter().zip(labels).map(|(button, label)| Button {
        label: label.into(),
        action: button.action.clone(),
    });
    let suggestions = suggestions
        .iter()
        .zip(of_suggestions)
        .map(|(suggestion, label)| Suggestion {
            label: label.into(),
            payload: suggestion.payload.clone(),
        });
    (buttons.collect(), suggestions.collect())
}
