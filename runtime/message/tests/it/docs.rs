//! The tables of `docs/channels.md` say what the profiles say. After a change of a profile,
//! `BOTFLOW_REFRESH=1 cargo test -p botflow-message docs` writes them anew.

use std::fmt::Write;

use botflow_message::measure::{Limit, Unit};
use botflow_message::profile::{AfterWindow, Markup, Profile, Starts};
use botflow_message::profiles;

const PAGE: &str = include_str!("../../../../docs/channels.md");
const BEGIN: &str = "<!-- generated: tables -->\n";
const END: &str = "<!-- end of generated -->";

fn all() -> Vec<Profile> {
    profiles::NAMES
        .into_iter()
        .map(|name| profiles::builtin(name).expect("a known channel"))
        .collect()
}

/// A limit in a table: a dash for what the channel has not, `any` where no limit is known.
fn limit(limit: Limit) -> String {
    match limit {
        Limit::ABSENT => "–".to_owned(),
        Limit::NONE => "any".to_owned(),
        Limit(most) => most.to_string(),
    }
}

fn of_length(count: Limit, length: Limit) -> String {
    match (count, length) {
        (Limit::ABSENT, _) => "–".to_owned(),
        (count, Limit::NONE) => limit(count),
        (count, length) => format!("{} of {}", limit(count), limit(length)),
    }
}

fn size(megabytes: f64) -> String {
    if megabytes == 0.0 {
        "–".to_owned()
    } else if megabytes < 0.0 {
        "any".to_owned()
    } else {
        format!("{megabytes}")
    }
}

fn markup(markup: Markup) -> &'static str {
    match markup {
        Markup::None => "none",
        Markup::Own | Markup::Html | Markup::Telegram | Markup::Slack => "bold, italics, links",
        Markup::Whatsapp => "bold, italics",
    }
}

fn starts(starts: Starts) -> &'static str {
    match starts {
        Starts::Yes => "yes",
        Starts::Consent => "with consent",
        Starts::Template => "with a template",
        Starts::Friend => "to friends",
        Starts::Comment => "on a comment",
        Starts::No => "no",
    }
}

fn after(after: AfterWindow) -> &'static str {
    match after {
        AfterWindow::Anything => "anything",
        AfterWindow::Template => "templates",
        AfterWindow::Tag => "tagged messages, so nothing for a bot",
        AfterWindow::Paid => "anything, at a price",
        AfterWindow::Push => "push notifications",
        AfterWindow::Nothing => "nothing",
    }
}

fn row(out: &mut String, cells: &[String]) {
    writeln!(out, "| {} |", cells.join(" | ")).expect("writing to a string");
}

fn table(out: &mut String, title: &str, heads: &[&str], cells: impl Fn(&Profile) -> Vec<String>) {
    write!(out, "### {title}\n\n").expect("writing to a string");
    row(out, &heads.iter().map(ToString::to_string).collect::<Vec<_>>());
    row(out, &heads.iter().map(|_| "---".to_owned()).collect::<Vec<_>>());
    for profile in all() {
        let mut line = vec![format!("`{}`", profile.name)];
        line.extend(cells(&profile));
        row(out, &line);
    }
    out.push('\n');
}

fn tables() -> String {
    let mut out = String::from("\n");
    table(
        &mut out,
        "Words",
        &[
            "channel",
            "longest text",
            "counted in",
            "shown",
            "longest text beside a file",
        ],
        |profile| {
            let text = &profile.text;
            let counted = if text.max == Limit::NONE {
                "–"
            } else {
                text.unit.word()
            };
            vec![
                limit(text.max),
                counted.to_owned(),
                markup(text.markup).to_owned(),
                limit(text.caption),
            ]
        },
    );
    table(
        &mut out,
        "Buttons",
        &[
            "channel",
            "options",
            "list",
            "links",
            "calls",
            "links beside options",
            "cards in a row",
            "buttons on a card",
        ],
        |profile| {
            let (links, cards) = (&profile.links, &profile.cards);
            let beside = if !links.max.exists() || !profile.options.max.exists() {
                "–"
            } else if links.with_options {
                "yes"
            } else {
                "no"
            };
            let row = if cards.min > 1 {
                format!("{} to {}", cards.min, limit(cards.max))
            } else {
                limit(cards.max)
            };
            vec![
                of_length(profile.options.max, profile.options.label),
                of_length(profile.list.rows, profile.list.label),
                of_length(links.max, links.label),
                of_length(profile.calls.max, profile.calls.label),
                beside.to_owned(),
                row,
                if cards.max.exists() {
                    limit(cards.buttons)
                } else {
                    "–".to_owned()
                },
            ]
        },
    );
    table(
        &mut out,
        "Files (largest, in megabytes)",
        &["channel", "image", "video", "audio", "file", "location"],
        |profile| {
            let media = &profile.media;
            let location = if media.location { "yes" } else { "–" };
            vec![
                size(media.image_mb),
                size(media.video_mb),
                size(media.audio_mb),
                size(media.file_mb),
                location.to_owned(),
            ]
        },
    );
    table(
        &mut out,
        "What customers can send",
        &["channel", "image", "file", "audio", "location"],
        |profile| {
            let receives = &profile.receives;
            let sent = [receives.image, receives.file, receives.audio, receives.location];
            sent.map(|sent| if sent { "yes" } else { "–" }.to_owned())
                .to_vec()
        },
    );
    table(
        &mut out,
        "Who may write when",
        &[
            "channel",
            "may the bot begin",
            "hours to answer in",
            "afterwards",
            "agreement needed",
            "tells delivery",
            "tells reading",
        ],
        |profile| {
            let (session, receipts) = (&profile.session, &profile.receipts);
            let window = if session.window_hours == 0 {
                "–".to_owned()
            } else {
                session.window_hours.to_string()
            };
            let yes = |flag: bool| if flag { "yes" } else { "–" }.to_owned();
            vec![
                starts(session.starts).to_owned(),
                window,
                after(session.after).to_owned(),
                yes(session.opt_in),
                yes(receipts.delivered),
                yes(receipts.read),
            ]
        },
    );
    table(
        &mut out,
        "How sure the facts are",
        &["channel", "held on", "second-hand or not verified", "sources"],
        |profile| {
            let uncertain: Vec<String> = profile.uncertain.iter().map(|key| format!("`{key}`")).collect();
            let sources: Vec<&str> = profile.sources.keys().map(String::as_str).collect();
            vec![profile.date.clone(), uncertain.join(", "), sources.join(", ")]
        },
    );
    out
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "refreshes a page of the documentation when asked to"
)]
fn the_tables_of_the_page_are_fresh() {
    let (before, rest) = PAGE
        .split_once(BEGIN)
        .expect("the page marks where the tables begin");
    let (found, after) = rest.split_once(END).expect("the page marks where the tables end");
    let expected = tables();
    if std::env::var("BOTFLOW_REFRESH").is_ok() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/channels.md");
        std::fs::write(path, format!("{before}{BEGIN}{expected}{END}{after}"))
            .expect("the page can be written");
        return;
    }
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(
            found, expected,
            "docs/channels.md is not fresh: see the head of this test"
        );
    }
    assert_eq!(
        found.lines().count(),
        expected.lines().count(),
        "docs/channels.md is not fresh"
    );
}

#[test]
fn the_page_names_every_channel_and_every_unit() {
    for profile in all() {
        assert!(
            PAGE.contains(&format!("**{}**", profile.title)),
            "docs/channels.md says nothing about {}",
            profile.name
        );
    }
    assert_eq!(Unit::Sms.word(), "SMS characters");
}
