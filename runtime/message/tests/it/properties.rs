//! Whatever a message holds, and whatever the channel: what comes out is within the channel's limits, and nothing
//! of what went in is lost without a note.

use std::collections::BTreeSet;

use botflow_message::markup;
use botflow_message::measure::{Limit, Unit};
use botflow_message::profiles;
use botflow_message::transcript::{message_lines, rendering_lines};
use botflow_message::{
    Action, Button, Card, Envelope, Location, Media, MediaKind, Message, Part, Profile, Rendered, Rendering,
    Suggestion, TemplateCall, render,
};
use proptest::prelude::*;

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zа-я0-9 ,.!?\n]{0,60}",
        2 => r"([ab _*\[\]()\\.\n🙂é€’<&]|\PC|e\u{301}{0,9}|\*\*b b\*\*|_i_|\[l\]\(https://x/y\)){0,60}",
        1 => "[a-z .\n]{0,40}".prop_map(|piece| format!("{piece}. ").repeat(200)),
        1 => any::<String>(),
    ]
}

fn label() -> impl Strategy<Value = String> {
    prop_oneof![6 => "[A-Za-zа-я ]{1,12}", 2 => "\\PC{0,50}", 1 => "[0-9]{1,2}", 1 => Just("Delivery to a far place ".repeat(12))]
}

/// Payloads are made unique afterwards.
fn button() -> impl Strategy<Value = Button> {
    (label(), 0..8u8).prop_map(|(label, kind)| match kind {
        0 | 6 => Button::open(label, "https://shop.example/checkout?a=1&b=2"),
        // Longer than any channel with a limit takes.
        7 => Button::open(label, format!("https://shop.example/{}", "a".repeat(3_500))),
        1 => Button::call(label, "+40721000000"),
        _ => Button::press(label, ""),
    })
}

fn media() -> impl Strategy<Value = Media> {
    let kind = prop_oneof![
        Just(MediaKind::Image),
        Just(MediaKind::Video),
        Just(MediaKind::File),
        Just(MediaKind::Audio)
    ];
    (kind, "[a-z ]{0,10}").prop_map(|(kind, alt)| Media::new(kind, "https://cdn.example/safe.png", alt))
}

fn card() -> impl Strategy<Value = Card> {
    (
        label(),
        words(),
        prop::option::of(media()),
        prop::collection::vec(button(), 0..4),
    )
        .prop_map(|(title, text, image, buttons)| Card {
            title: title.into(),
            text: text.into(),
            image,
            buttons,
        })
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        1 => media().prop_map(Part::from),
        1 => Just(Part::Location(Location::from_degrees(44.4268, 26.1025, "Shop"))),
        5 => button().prop_map(Part::from),
        3 => label().prop_map(|label| Part::Suggestion(Suggestion { label: label.into(), payload: "".into() })),
        1 => words().prop_map(|hint| Part::Hint(hint.into())),
        2 => card().prop_map(Part::from),
    ]
}

fn envelope() -> impl Strategy<Value = Option<Box<Envelope>>> {
    let template = TemplateCall {
        name: "cart".into(),
        parameters: vec!["Ana".into()],
        media: vec![Media::new(
            MediaKind::Image,
            "https://cdn.example/cart.png",
            "Your cart",
        )],
    };
    prop::option::of(
        (any::<bool>(), any::<bool>(), "[a-z]{0,5}").prop_map(move |(public, with, subject)| {
            let template = with.then(|| template.clone());
            Box::new(Envelope {
                subject: subject.into(),
                template,
                public,
                via: None,
            })
        }),
    )
}

fn message() -> impl Strategy<Value = Message> {
    let parts =
        prop_oneof![4 => prop::collection::vec(part(), 0..6), 1 => prop::collection::vec(part(), 0..40)];
    (words(), parts, envelope()).prop_map(|(text, parts, envelope)| {
        let mut message = Message {
            text: text.into(),
            parts,
            envelope,
        };
        let mut next = 0..;
        let mut number = |action: &mut Action| {
            if let Action::Press(payload) = action {
                *payload = format!("p7f3.{}", next.next().unwrap_or(0)).into();
            }
        };
        for part in &mut message.parts {
            match part {
                Part::Button(button) => number(&mut button.action),
                Part::Card(card) => card
                    .buttons
                    .iter_mut()
                    .for_each(|button| number(&mut button.action)),
                Part::Suggestion(suggestion) => {
                    suggestion.payload = format!("s.{}", suggestion.label.len()).into()
                }
                Part::Media(_) | Part::Location(_) | Part::Hint(_) => {}
            }
        }
        message
    })
}

/// A channel as it is, or with a few limits that no vendor has thought of.
fn profile() -> impl Strategy<Value = Profile> {
    let odd = (
        64..200i64,
        0..5i64,
        12..30i64,
        0..8i64,
        0..3i64,
        0..4i64,
        any::<bool>(),
    );
    (0..profiles::NAMES.len(), prop::option::of(odd)).prop_map(|(index, odd)| {
        let profile = profiles::builtin(profiles::NAMES[index]).expect("a known channel");
        let Some((text, options, label, rows, links, cards, flag)) = odd else { return profile };
        let fragment = format!(
            "[text]\nmax = {text}\nspans = 2\ncaption = {cards}\n[options]\nmax = {options}\nlabel = {label}\nmin = 1\npayload = 9\n\
             [list]\nrows = {rows}\nlabel = {label}\n[links]\nmax = {links}\nwith_options = {flag}\n\
             [cards]\nmax = {cards}\nmin = 1\nbuttons = 2\ntitle = {label}\ntext = 64\n"
        );
        profile.overridden_by(&fragment).expect("a sound profile")
    })
}

fn check_limits(shown: &Rendered, profile: &Profile) -> Result<(), TestCaseError> {
    let text = &profile.text;
    let counted = if text.markup_counts {
        shown.text.clone()
    } else {
        shown.plain()
    };
    let length = text.unit.measure(&counted);
    prop_assert!(text.max.allows(length), "{length}: {counted:?}");
    prop_assert!(
        text.spans
            .allows(shown.runs.iter().filter(|run| !run.is_plain()).count())
    );
    if !shown.media.is_empty() && text.caption != Limit::NONE {
        prop_assert!(shown.media.len() == 1 && text.caption.allows(length), "caption");
    }

    let presses = shown
        .buttons
        .iter()
        .filter(|button| matches!(button.action, Action::Press(_)))
        .count();
    let quick = presses + shown.suggestions.len();
    let (options, links) = (&profile.options, &profile.links);
    if quick > 0 {
        prop_assert!(options.max.allows(quick) && quick >= options.min);
        prop_assert!(options.text.allows(length));
    }
    let opens = shown
        .buttons
        .iter()
        .filter(|button| matches!(button.action, Action::Open(_)))
        .count();
    let calls = shown
        .buttons
        .iter()
        .filter(|button| matches!(button.action, Action::Call(_)))
        .count();
    prop_assert!(links.max.allows(opens) && profile.calls.max.allows(calls));
    if opens > 0 {
        prop_assert!(links.text.allows(length));
        prop_assert!(links.with_options || (quick == 0 && shown.list.is_none()));
    }
    if links.shares_options {
        let calls = if profile.calls.shares_options { calls } else { 0 };
        prop_assert!(options.max.allows(quick + opens + calls));
    }
    for button in &shown.buttons {
        let limit = match &button.action {
            Action::Press(payload) => {
                prop_assert!(options.payload.allows(options.payload_unit.measure(payload)));
                options.label
            }
            Action::Open(url) => {
                prop_assert!(links.url.allows(Unit::Utf16.measure(url)));
                links.label
            }
            Action::Call(_) => profile.calls.label,
        };
        prop_assert!(
            limit.allows(options.unit.measure(&button.label)),
            "{:?}",
            button.label
        );
    }
    for suggestion in &shown.suggestions {
        prop_assert!(options.label.allows(options.unit.measure(&suggestion.label)));
        prop_assert!(
            options
                .payload
                .allows(options.payload_unit.measure(&suggestion.payload))
        );
    }
    if let Some(list) = &shown.list {
        prop_assert!(profile.list.rows.allows(list.rows.len()) && !list.rows.is_empty());
        prop_assert!(profile.list.text.allows(length));
        for row in &list.rows {
            prop_assert!(profile.list.label.allows(Unit::Utf16.measure(&row.label)));
            prop_assert!(
                profile
                    .list
                    .description
                    .allows(Unit::Utf16.measure(&row.description))
            );
        }
    }
    if !shown.cards.is_empty() {
        prop_assert!(profile.cards.max.allows(shown.cards.len()) && shown.cards.len() >= profile.cards.min);
        if profile.cards.body.exists() {
            prop_assert!(!shown.text.is_empty() && profile.cards.body.allows(length));
        }
        for card in &shown.cards {
            prop_assert!(profile.cards.title.allows(Unit::Utf16.measure(&card.title)));
            prop_assert!(profile.cards.text.allows(Unit::Utf16.measure(&card.text)));
            prop_assert!(profile.cards.breaks.allows(card.text.matches('\n').count()));
            prop_assert!(profile.cards.buttons.allows(card.buttons.len()));
            prop_assert!(!profile.cards.image_required || card.image.is_some());
            prop_assert!(!profile.cards.same_buttons || card.buttons.len() == shown.cards[0].buttons.len());
            prop_assert!(
                card.buttons
                    .iter()
                    .all(|button| profile.cards.label.allows(Unit::Utf16.measure(&button.label)))
            );
        }
    }
    Ok(())
}

/// Everything that can be pressed or is written out with an answer, by payload.
fn reachable(rendering: &Rendering) -> Vec<String> {
    let mut found = Vec::new();
    for shown in &rendering.messages {
        let of_cards = shown.cards.iter().flat_map(|card| &card.buttons);
        for button in shown.buttons.iter().chain(of_cards) {
            if let Action::Press(payload) = &button.action {
                found.push(payload.to_string());
            }
        }
        found.extend(
            shown
                .list
                .iter()
                .flat_map(|list| &list.rows)
                .map(|row| row.payload.to_string()),
        );
        for answer in &shown.answers {
            found.push(answer.payload.to_string());
        }
    }
    found.retain(|payload| payload.starts_with('p'));
    found.sort();
    found
}

fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn nothing_exceeds_a_limit(message in message(), profile in profile()) {
        let rendering = render(&message, &profile);
        for shown in &rendering.messages {
            check_limits(shown, &profile)?;
        }
        prop_assert!(!rendering.messages.is_empty() || visible(&message.text).is_empty() || visible(&markup::strip(&message.text)).is_empty());
        // Writing it down never fails either, and gives lines.
        for line in message_lines(&message).iter().chain(&rendering_lines(&rendering)) {
            prop_assert!(!line.contains('\n'));
        }
    }

    #[test]
    fn the_words_come_first_and_whole(message in message(), profile in profile()) {
        let rendering = render(&message, &profile);
        let all: String = rendering.messages.iter().map(Rendered::plain).collect();
        let all = visible(&all);
        let mut rest = all.as_str();
        for run in markup::parse(&message.text) {
            let words = visible(&run.text);
            prop_assert!(rest.starts_with(&words), "{words:?} is not at the begin of {rest:?}");
            rest = &rest[words.len()..];
            // A link whose address is not hidden behind its label has it written out.
            if let Some(url) = run.link {
                rest = rest.strip_prefix(&format!("({url})")).unwrap_or(rest);
            }
        }
    }

    #[test]
    fn every_option_can_be_picked(message in message(), profile in profile()) {
        let rendering = render(&message, &profile);
        let mut expected: Vec<String> = message.options().map(|(_, payload)| payload.to_string()).collect();
        expected.sort();
        prop_assert_eq!(reachable(&rendering), expected);
        let all: String = rendering.messages.iter().map(Rendered::plain).collect();
        for answer in rendering.messages.iter().flat_map(|shown| &shown.answers) {
            prop_assert_eq!(rendering.resolve(&answer.says), Some(&answer.payload));
            prop_assert!(visible(&all).contains(&visible(&answer.says)));
        }
        // Suggestions are there, as buttons, rows or words.
        let pressed: BTreeSet<&str> = rendering.messages.iter()
            .flat_map(|shown| shown.suggestions.iter().map(|s| s.payload.as_str())
                .chain(shown.list.iter().flat_map(|list| &list.rows).map(|row| row.payload.as_str())))
            .collect();
        for suggestion in message.suggestions() {
            prop_assert!(pressed.contains(suggestion.payload.as_str()) || visible(&all).contains(&visible(&suggestion.label)));
        }
    }

    #[test]
    fn labels_differ(message in message(), profile in profile()) {
        for shown in &render(&message, &profile).messages {
            let labels: Vec<&str> = shown.buttons.iter().map(|button| button.label.as_str())
                .chain(shown.suggestions.iter().map(|suggestion| suggestion.label.as_str())).collect();
            prop_assert_eq!(labels.iter().collect::<BTreeSet<_>>().len(), labels.len(), "{:?}", labels);
            if let Some(list) = &shown.list {
                let labels: BTreeSet<&str> = list.rows.iter().map(|row| row.label.as_str()).collect();
                prop_assert_eq!(labels.len(), list.rows.len());
            }
        }
    }

    #[test]
    fn links_and_files_are_shown_or_written(message in message(), profile in profile()) {
        let rendering = render(&message, &profile);
        let all: String = rendering.messages.iter().map(Rendered::plain).collect();
        let native: Vec<&Button> = rendering.messages.iter()
            .flat_map(|shown| shown.buttons.iter().chain(shown.cards.iter().flat_map(|card| &card.buttons))).collect();
        for button in message.buttons().chain(message.cards().flat_map(|card| &card.buttons)) {
            let written = match &button.action {
                Action::Press(_) => continue,
                Action::Open(url) => url,
                Action::Call(phone) => phone,
            };
            prop_assert!(native.iter().any(|shown| shown.action == button.action) || visible(&all).contains(written.as_str()));
        }
        for part in &message.parts {
            if let Part::Location(place) = part {
                let shown = rendering.messages.iter().any(|shown| shown.locations.contains(place));
                prop_assert!(shown || visible(&all).contains(&place.coordinates()));
            }
            if let Part::Media(media) = part {
                let shown = rendering.messages.iter().any(|shown| shown.media.contains(media));
                prop_assert!(shown || visible(&all).contains(media.url.as_str()));
            }
        }
    }

    #[test]
    fn messages_survive_being_stored(message in message()) {
        let json = serde_json::to_string(&message).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Message>(&json).unwrap(), &message);
        let bytes = postcard::to_stdvec(&message).unwrap();
        prop_assert_eq!(postcard::from_bytes::<Message>(&bytes).unwrap(), message);
    }
}

#[test]
fn a_huge_message_is_rendered_on_every_channel() {
    let mut message = Message::text("Ещё немного слов. ".repeat(30_000));
    for index in 0..2_000 {
        message
            .parts
            .push(Button::press("Одинаковая надпись на кнопке", format!("p.{index}")).into());
    }
    for name in profiles::NAMES {
        let profile = profiles::builtin(name).expect("a known channel");
        let rendering = render(&message, &profile);
        assert_eq!(reachable(&rendering).len(), 2_000, "{name}");
        for shown in &rendering.messages {
            check_limits(shown, &profile).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}
