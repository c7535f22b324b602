//! What people read of a value: its own characters, whatever they are and whatever the channel. Each channel's writing is
//! read here as its clients read it, apart from what wrote it.

use botflow_message::markup::{self, push_value};
use botflow_message::profile::Markup;
use botflow_message::{Message, profiles, render};
use proptest::prelude::*;

/// What people see, and whether anything of it has a style or is a link of its own.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    text: String,
    styled: bool,
}

fn seen(written: &str, markup: Markup) -> Seen {
    match markup {
        Markup::None => Seen {
            text: written.to_owned(),
            styled: false,
        },
        Markup::Own => {
            let runs = markup::parse(written);
            Seen {
                styled: runs.iter().any(|run| !run.is_plain()),
                text: runs.into_iter().map(|run| run.text).collect(),
            }
        }
        Markup::Html | Markup::Telegram => tags(written),
        Markup::Whatsapp => signs(written),
        Markup::Slack => {
            let tags = tags(written);
            let signs = signs(&tags.text);
            Seen {
                styled: tags.styled || signs.styled,
                ..signs
            }
        }
    }
}

/// Tags and entities.
fn tags(written: &str) -> Seen {
    let mut seen = Seen::default();
    let mut rest = written;
    while let Some(at) = rest.find(['<', '&']) {
        seen.text.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = [("<br>", "\n"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
        let found = known.iter().find(|(sign, _)| rest.starts_with(sign));
        let (length, shows) = match found {
            Some((sign, shows)) => (sign.len(), *shows),
            None => {
                seen.styled = true;
                (1, &rest[..1])
            }
        };
        seen.text.push_str(shows);
        rest = &rest[length..];
    }
    seen.text.push_str(rest);
    seen
}

/// Signs around words, and quotations.
fn signs(written: &str) -> Seen {
    let letters: Vec<char> = written.chars().collect();
    let mut styled = written.lines().any(|line| line.starts_with('>'));
    let nothing = |c: &char| c.is_whitespace() || *c == '\u{200B}';
    for sign in ['*', '_', '~', '`'] {
        let mut open = false;
        for (at, c) in letters.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| letters.get(at));
            let behind = letters.get(at + 1);
            if *c != sign {
                open &= *c != '\n';
                continue;
            }
            let in_address = letters[..at].rsplit(|c| c.is_whitespace()).next();
            let in_address = in_address.is_some_and(|word| word.iter().collect::<String>().contains("://"));
            let closes = before.is_some_and(|c| !nothing(c)) && !behind.is_some_and(|c| c.is_alphanumeric());
            if open && closes && !in_address {
                styled = true;
            }
            let opens = behind.is_some_and(|c| !nothing(c)) && !before.is_some_and(|c| c.is_alphanumeric());
            open |= opens && !in_address;
        }
    }
    Seen {
        text: written.replace('\u{200B}', ""),
        styled,
    }
}

fn packed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        r"([ab *_~`\[\]()<>&|\\.🙂\n-]|https?://|\*a\*|_b b_|\[x\]\(http://evil\.example\)|<b>|&amp;){1,12}",
        "\\PC{1,30}",
        Just("*Ana*".to_owned()),
        Just("[x](http://evil.example)".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_value_is_read_as_it_is_on_every_channel(value in value(), hint in value()) {
        let mut text = String::from("Hello ");
        push_value(&mut text, &value);
        text.push('!');
        let mut words = String::from("(");
        push_value(&mut words, &hint);
        words.push(')');
        let mut message = Message::text(text);
        message.parts.push(botflow_message::Part::Hint(words.into()));
        for name in profiles::NAMES {
            let profile = profiles::builtin(name).expect("a known channel");
            let rendering = render(&message, &profile);
            let read: Vec<Seen> = rendering.messages.iter()
                .map(|shown| seen(&shown.text, profile.text.markup)).collect();
            prop_assert!(read.iter().all(|seen| !seen.styled), "{name}: {rendering:?}");
            let all: String = read.iter().map(|seen| packed(&seen.text)).collect();
            let expected = packed(&format!("Hello {value}!({hint})").replace('\u{200B}', ""));
            prop_assert_eq!(all, expected, "{}", name);
        }
    }

    #[test]
    fn a_value_takes_the_style_around_it_and_no_other(value in r"[a-z][a-z0-9 *_~`\[\]()]{0,10}[a-z]") {
        for name in profiles::NAMES {
            let profile = profiles::builtin(name).expect("a known channel");
            let mut text = String::from("Dear **");
            push_value(&mut text, &value);
            text.push_str("**, welcome");
            let rendering = render(&Message::text(text), &profile);
            let bold: String = rendering.messages.iter().flat_map(|shown| &shown.runs)
                .filter(|run| run.bold).map(|run| run.text.as_str()).collect();
            if profile.text.markup != Markup::None {
                prop_assert_eq!(&bold, &value, "{}", name);
            }
            let sure = rendering.messages.iter().flat_map(|shown| &shown.runs);
            prop_assert!(sure.clone().all(|run| !run.italic && run.link.is_none()));
        }
    }
}

/// An address is left whole where the channel makes a link of it by itself.
#[test]
fn addresses_stay_whole() {
    for name in profiles::NAMES {
        let profile = profiles::builtin(name).expect("a known channel");
        let mut text = String::from("See ");
        push_value(&mut text, "https://shop.example/_a_/b~c*d?x=1");
        let rendering = render(&Message::text(text), &profile);
        assert!(
            rendering.messages[0]
                .text
                .contains("https://shop.example/_a_/b~c*d?x=1"),
            "{name}: {}",
            rendering.messages[0].text
        );
    }
}
