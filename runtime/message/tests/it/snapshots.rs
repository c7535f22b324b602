//! A dozen messages as the web and a text message show them, to be judged by eye.

use botflow_message::transcript::{message_lines, rendering_lines};
use botflow_message::{
    Button, Card, Envelope, Location, Media, MediaKind, Message, Part, Suggestion, profiles, render,
};
use insta::assert_snapshot;

/// The message as the flow says it, then as each of the channels shows it, with the notes.
fn shown(message: &Message, channels: &[&str]) -> String {
    let mut out = message_lines(message).join("\n");
    for name in channels {
        let rendering = render(message, &profiles::builtin(name).expect("a known channel"));
        out.push_str(&format!("\n--- {name}\n"));
        out.push_str(&rendering_lines(&rendering).join("\n"));
        for shown in &rendering.messages {
            if shown.text != shown.plain() {
                out.push_str(&format!("\nwritten: {}", shown.text));
            }
            if let Some(segments) = &shown.segments {
                let alphabet = format!("{:?}", segments.alphabet).to_lowercase();
                out.push_str(&format!(
                    "\nsegments: {} ({} units, {alphabet})",
                    segments.count, segments.units
                ));
            }
            for answer in &shown.answers {
                out.push_str(&format!("\nanswer {} -> {}", answer.says, answer.payload));
            }
        }
        for note in &rendering.notes {
            out.push_str(&format!("\nnote: {note}"));
        }
    }
    out
}

fn both(message: &Message) -> String {
    shown(message, &["web", "sms"])
}

fn shipping() -> Message {
    Message::text("What would you like to know?")
        .with(Button::press("What does shipping cost?", "p.0"))
        .with(Button::press("Is it safe?", "p.1"))
        .with(Button::press("Talk to a person", "p.2"))
}

fn shoes() -> Message {
    let card = |title: &str, text: &str, payload: &str| Card {
        title: title.into(),
        text: text.into(),
        image: Some(Media::new(MediaKind::Image, "https://cdn.luna.example/1.png", "")),
        buttons: vec![
            Button::press("Buy", payload),
            Button::open("See", "https://luna.example/1"),
        ],
    };
    Message::text("Our favourites:")
        .with(card("Shoes", "Light and _fast_.", "p.0"))
        .with(card("Hat", "", "p.1"))
}

#[test]
fn options() {
    assert_snapshot!(both(&shipping()));
}

#[test]
fn options_and_a_link() {
    let message = Message::text("Anything else?")
        .with(Button::open("Pay now", "https://shop.example/checkout"))
        .with(Button::press("No, thanks", "p.1"));
    assert_snapshot!(shown(&message, &["web", "sms", "whatsapp", "telegram", "email"]));
}

#[test]
fn options_that_are_numbers() {
    let message = ["1", "2", "5"]
        .iter()
        .fold(Message::text("How many?"), |message, label| {
            message.with(Button::press(*label, format!("p.{label}")))
        });
    assert_snapshot!(both(&message));
}

#[test]
fn a_question_with_hint_and_suggestions() {
    let suggestion = |label: &str| Suggestion {
        label: label.into(),
        payload: format!("p.{label}").into(),
    };
    let message = Message::text("Which city should we ship to?")
        .with(Part::Hint("For example: Cluj".into()))
        .with(suggestion("Bucharest"))
        .with(suggestion("Cluj"))
        .with(suggestion("Iași"));
    assert_snapshot!(shown(&message, &["web", "sms", "whatsapp", "facebook_comment"]));
}

#[test]
fn markup_in_the_words() {
    let message =
        Message::text("**Luna** _Store_: read [our terms](https://luna.example/terms), 2 * 3 < 7 & so on.");
    assert_snapshot!(shown(
        &message,
        &["web", "sms", "whatsapp", "telegram", "slack", "email"]
    ));
}

#[test]
fn an_image() {
    let image = Media::new(
        MediaKind::Image,
        "https://cdn.luna.example/safe.png",
        "Verified by your bank",
    );
    let message = Message::text("Payments are handled by your bank's own page.").with(image);
    assert_snapshot!(shown(&message, &["web", "sms", "whatsapp", "messenger"]));
}

#[test]
fn all_kinds_of_files_and_a_place() {
    let mut message = Message::text("");
    for (kind, alt) in [
        (MediaKind::Video, "How to lace"),
        (MediaKind::File, ""),
        (MediaKind::Audio, "Hello"),
    ] {
        message
            .parts
            .push(Media::new(kind, format!("https://cdn.luna.example/{}", kind.word()), alt).into());
    }
    message
        .parts
        .push(Location::from_degrees(44.4268, 26.1025, "Our shop").into());
    assert_snapshot!(shown(&message, &["web", "sms", "line"]));
}

#[test]
fn cards() {
    assert_snapshot!(shown(&shoes(), &["web", "sms", "messenger", "whatsapp"]));
}

#[test]
fn cards_with_options() {
    assert_snapshot!(shown(
        &shoes().with(Button::press("None of them", "p.9")),
        &["web", "sms", "messenger"]
    ));
}

#[test]
fn a_call_and_long_labels() {
    let message = Message::text("How shall we go on?")
        .with(Button::call("Call us", "+40721000000"))
        .with(Button::press("Delivery to Bucharest, first sector", "p.0"))
        .with(Button::press("Delivery to Bucharest, second sector", "p.1"));
    assert_snapshot!(shown(&message, &["web", "sms", "whatsapp", "messenger"]));
}

#[test]
fn more_options_than_buttons() {
    let message = (1..=12).fold(Message::text("When?"), |message, hour| {
        message.with(Button::press(format!("At {hour} o'clock"), format!("p.{hour}")))
    });
    assert_snapshot!(shown(
        &message,
        &["sms", "whatsapp", "messenger", "slack", "apple_messages"]
    ));
}

#[test]
fn a_long_text_in_romanian() {
    let text = "Comanda ta a plecat azi din depozit și ajunge în două zile. ".repeat(30);
    assert_snapshot!(shown(&Message::text(text.trim_end()), &["sms", "instagram"]));
}

#[test]
fn several_lines_and_signs_that_need_care() {
    let message = Message::text("One\n\nTwo \"quoted\"\nThree").with(Button::press("What [x]?", "p.0"));
    assert_snapshot!(both(&message));
}

#[test]
fn a_public_reply_by_mail_and_on_a_comment() {
    let mut message = Message::text("Thank you!");
    *message.envelope_mut() = Envelope {
        subject: "Your order".into(),
        public: true,
        ..Envelope::default()
    };
    assert_snapshot!(shown(&message, &["email", "facebook_comment", "sms"]));
}

#[test]
fn words_of_values_are_no_markup() {
    let name = botflow_message::markup::escape("**x** [sic] [a](b) _y_ first_name 2*3");
    assert_snapshot!(shown(
        &Message::text(format!("Hi **{name}**!")),
        &["web", "sms", "whatsapp"]
    ));
}

#[test]
fn cards_that_a_channel_may_or_may_not_know() {
    let card = |title: &str, image: bool| Card {
        title: title.into(),
        text: "Light and fast, for every day of the week and for every kind of weather.".into(),
        image: image.then(|| {
            Media::new(
                MediaKind::Image,
                "https://cdn.luna.example/1.png",
                "From the side",
            )
        }),
        buttons: vec![Button::press("Buy", format!("p.{title}"))],
    };
    let eleven = (1..=11).fold(Message::text("All shoes:"), |message, index| {
        message.with(card(&format!("Shoe {index}"), true))
    });
    assert_snapshot!(shown(&eleven, &["whatsapp"]));
    let bare = Message::text("Two shoes:")
        .with(card("Left", true))
        .with(card("Right", false));
    assert_snapshot!(shown(&bare, &["whatsapp", "instagram"]));
}
