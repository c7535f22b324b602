//! What `botflow.toml` may hold, and what is said about the rest.

use botflow_values::{Currency, Kind, Value};

use super::Config;
use super::host::{HOST_KEYS, HostKind, HostValue, read_host_value};
use crate::finding::{Finding, Level};

/// Name of the rule, the text under the squiggle, for each finding.
fn found(text: &str) -> Vec<(&'static str, &str)> {
    let (_, findings) = Config::parse(text);
    findings
        .iter()
        .map(|finding| (finding.rule.name, under(text, finding)))
        .collect()
}

fn under<'t>(text: &'t str, finding: &Finding) -> &'t str {
    &text[finding.span.start as usize..finding.span.end as usize]
}

#[test]
fn values_have_the_type_they_look_like() {
    let text = r#"
[config]
shop = "https://shop.example"
greeting = "Hello there"
seats = 12
share = 2.5
open = true
mail = "help@shop.example"
phone = "+40312345678"
since = 2026-03-01
opens = 09:00:00
free_from = "50 EUR"
patience = "10m"
"#;
    let (config, findings) = Config::parse(text);
    assert!(findings.is_empty(), "{findings:?}");
    let kinds: Vec<(&str, Kind)> = config
        .values
        .iter()
        .map(|entry| (entry.name.as_str(), entry.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            ("shop", Kind::Url),
            ("greeting", Kind::Text),
            ("seats", Kind::Integer),
            ("share", Kind::Number),
            ("open", Kind::YesNo),
            ("mail", Kind::Email),
            ("phone", Kind::Phone),
            ("since", Kind::Date),
            ("opens", Kind::Time),
            ("free_from", Kind::Text),
            ("patience", Kind::Text),
        ]
    );
    let read = |name: &str, kind| {
        config
            .value(name)
            .and_then(|entry| entry.read_as(kind, Some(Currency::EUR)))
    };
    assert_eq!(read("free_from", Kind::Money), Some(Value::money(5000)));
    assert_eq!(read("patience", Kind::Duration), Some(Value::duration(600_000)));
    assert_eq!(
        read("shop", Kind::Text),
        Some(Value::text("https://shop.example"))
    );
    assert_eq!(read("greeting", Kind::Duration), None);
    let seats = config.value("seats").expect("it is there");
    assert_eq!(&text[seats.span.start as usize..seats.span.end as usize], "12");
    assert_eq!(
        &text[seats.name_span.start as usize..seats.name_span.end as usize],
        "seats"
    );
}

#[test]
fn what_cannot_be_read_is_said_where_it_stands() {
    assert_eq!(found("[confg]\na = 1"), [("unexpected-word", "confg")]);
    assert_eq!(found("shop = \"x\""), [("unexpected-word", "shop")]);
    assert_eq!(found("config = 3"), [("bad-literal", "3")]);
    assert_eq!(found("[config]\na = [1, 2]"), [("bad-literal", "[1, 2]")]);
    assert_eq!(found("[config]\na = nan"), [("bad-literal", "nan")]);
    assert_eq!(
        found("[config]\na = 99999999999999999999"),
        [("bad-literal", "99999999999999999999")]
    );
    assert_eq!(
        found("[config]\na = 2026-01-01T10:00:00"),
        [("bad-literal", "2026-01-01T10:00:00")]
    );
    assert_eq!(found("[config]\na = 1\na = 2"), [("repeated-setting", "a")]);
    assert_eq!(found("[config]\na = "), [("unexpected-word", "")]);
    // What stands in a table whose head cannot be read belongs to nothing that could be named.
    assert_eq!(found("[config\na = 1\nb = 2"), [("unexpected-word", "")]);
    assert_eq!(
        found("[config\na = 1\n[confg]\nb = 2"),
        [("unexpected-word", ""), ("unexpected-word", "confg")]
    );
    assert_eq!(
        found("[serve]\nport = 80\n[stores.main]\nkind = \"sqlite\"\n[bot]"),
        []
    );
}

#[test]
fn channels_are_changed_where_it_makes_sense() {
    let text =
        "[channels.whatsapp]\nquick_reply.max = 5\ndate = \"2027-01-01\"\n[channels.sms.text]\nmax = 160\n";
    let (config, findings) = Config::parse(text);
    assert!(findings.is_empty(), "{findings:?}");
    let changes: Vec<(&str, &str)> = config
        .channels
        .iter()
        .map(|changes| (changes.channel.as_str(), changes.changes.as_str()))
        .collect();
    let own = botflow_message::Profiles::new(changes);
    let max = |channel: &str| {
        own.get(channel)
            .map(|profile| (profile.options.max.0, profile.text.max.0))
    };
    assert_eq!(max("whatsapp"), Some((5, 4096)));
    assert_eq!(max("sms"), Some((0, 160)));
    assert_eq!(max("web"), Some((-1, -1)));
}

#[test]
fn what_a_channel_cannot_be_is_said_where_it_stands() {
    assert_eq!(
        found("[channels.wahtsapp]\nx = 1"),
        [("unknown-name", "wahtsapp")]
    );
    assert_eq!(found("[channels.web]\nx = 1"), [("unexpected-word", "x")]);
    assert_eq!(
        found("[channels.web]\nname = \"x\""),
        [("unexpected-word", "name")]
    );
    assert_eq!(
        found("[channels.web.options]\nmaxx = 1"),
        [("unexpected-word", "maxx")]
    );
    assert_eq!(
        found("[channels.web]\ntext.max = \"many\""),
        [("bad-literal", "\"many\"")]
    );
    assert_eq!(found("[channels.web]\ntext = 3"), [("bad-literal", "3")]);
    assert_eq!(found("[channels]\nweb = 3"), [("bad-literal", "3")]);
    assert_eq!(found("channels = 3"), [("bad-literal", "3")]);
    assert_eq!(
        found("[channels.sms]\nsession.starts = \"sometimes\""),
        [("bad-literal", "\"sometimes\"")]
    );
    assert_eq!(found("[channels.sms]\ntext.max = 3"), [("bad-literal", "3")]);
    // What is said beside it counts all the same.
    let (config, findings) = Config::parse("[channels.sms]\ntext.max = 160\ntext.unit = \"feet\"\n");
    assert_eq!(
        findings[0].message,
        "`text.unit` cannot be this: it is one of `utf16`, `bytes`, `sms`."
    );
    assert_eq!(config.channels[0].changes, "[text]\nmax = 160\n");
}

#[test]
fn sizes_of_files_are_read() {
    let (config, findings) = Config::parse("[media]\n\"https://x.example/a.mp4\" = 12\n");
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(config.media[0].megabytes, 12.0);
    assert_eq!(
        found("[media]\n\"https://x.example/a.mp4\" = \"large\""),
        [("bad-literal", "\"large\"")]
    );
    assert_eq!(found("[media]\na = -1"), [("bad-literal", "-1")]);
}

#[test]
fn levels_are_applied() {
    let (config, findings) = Config::parse("[lints]\nname-style = \"off\"\ndeprecated = \"error\"\n");
    assert!(findings.is_empty(), "{findings:?}");
    let at = super::span(0..0);
    let mut made = vec![
        Finding::new(&crate::rules::writing::name_style::RULE, at, "a"),
        Finding::new(&crate::rules::writing::deprecated::RULE, at, "b"),
        Finding::new(&crate::rules::writing::bad_literal::RULE, at, "c"),
    ];
    config.levels.apply(&mut made);
    let left: Vec<_> = made
        .iter()
        .map(|finding| (finding.rule.name, finding.level))
        .collect();
    assert_eq!(
        left,
        [("deprecated", Level::Error), ("bad-literal", Level::Error)]
    );
}

#[test]
fn lints_have_known_names_and_levels() {
    assert_eq!(found("[lints]\nname-stlye = \"off\"").len(), 1);
    let text = "[lints]\nname-stlye = \"off\"";
    let (_, findings) = Config::parse(text);
    assert_eq!(under(text, &findings[0]), "name-stlye");
    assert_eq!(findings[0].fixes[0].edits[0].text, "name-style");
    assert_eq!(found("[lints]\nname-style = 3"), [("bad-literal", "3")]);
    assert_eq!(
        found("[lints]\nbad-literal = \"off\""),
        [("bad-literal", "\"off\"")]
    );
    assert_eq!(
        found("[lints]\nsegment-cost = \"off\""),
        [],
        "a rule of a later family"
    );
}

#[test]
fn settings_of_a_host_are_read() {
    let text = r#"
[host]
listen = "127.0.0.1:0"
store = "sqlite:data/bot.db"
waiting = 500
grace = "2m"
proxies = ["10.0.0.1", "::1", "10.0.0.0/8"]

[host.web]
origins = ["https://shop.example", "http://localhost:3000", "http://[::1]:80"]
begins = false
"#;
    let (config, findings) = Config::parse(text);
    assert!(findings.is_empty(), "{findings:?}");
    let value = |name: &str| {
        let entry = config.host.iter().find(|entry| entry.key.name == name);
        entry.map(|entry| entry.value.clone()).expect("it is set")
    };
    assert_eq!(value("listen"), HostValue::Text("127.0.0.1:0".into()));
    assert_eq!(value("waiting"), HostValue::Count(500));
    assert_eq!(value("grace"), HostValue::Duration(120_000));
    assert_eq!(
        value("proxies"),
        HostValue::Texts(vec!["10.0.0.1".into(), "::1".into(), "10.0.0.0/8".into()])
    );
    assert_eq!(value("web.begins"), HostValue::YesNo(false));
    assert_eq!(config.host.len(), 7);
}

#[test]
fn what_is_wrong_with_a_host_is_told() {
    for (text, expected) in [
        ("[host]\nlisten = 8080", ("bad-literal", "8080")),
        ("[host]\nlisten = \"8080\"", ("bad-literal", "\"8080\"")),
        ("[host]\nlisten = \":8080\"", ("bad-literal", "\":8080\"")),
        ("[host]\nlisten = \"a:99999\"", ("bad-literal", "\"a:99999\"")),
        ("[host]\nstore = \"bot.db\"", ("bad-literal", "\"bot.db\"")),
        ("[host]\nwaiting = 0", ("bad-literal", "0")),
        ("[host]\nwaiting = -1", ("bad-literal", "-1")),
        ("[host]\ngrace = \"10\"", ("bad-literal", "\"10\"")),
        ("[host]\ngrace = \"99999999d\"", ("bad-literal", "\"99999999d\"")),
        ("[host]\nproxies = [\"a\"]", ("bad-literal", "[\"a\"]")),
        (
            "[host]\nproxies = [\"10.0.0.0/33\"]",
            ("bad-literal", "[\"10.0.0.0/33\"]"),
        ),
        (
            "[host.web]\norigins = [\"shop.example\"]",
            ("bad-literal", "[\"shop.example\"]"),
        ),
        (
            "[host.web]\norigins = [\"https://shop.example/\"]",
            ("bad-literal", "[\"https://shop.example/\"]"),
        ),
        (
            "[host.actions]\nallow = [\"https://a.example\"]",
            ("bad-literal", "[\"https://a.example\"]"),
        ),
        ("[host]\nremember = \"0s\"", ("bad-literal", "\"0s\"")),
        ("[host]\nproxies = [1]", ("bad-literal", "[1]")),
        ("[host]\nsecret = \"x\"", ("bad-literal", "\"x\"")),
        ("[host]\nlog_format = \"jsn\"", ("bad-literal", "\"jsn\"")),
        ("[host]\nweb = 1", ("bad-literal", "1")),
        ("[host.web]\nbegins = \"yes\"", ("bad-literal", "\"yes\"")),
        ("[host.web]\norigin = []", ("unexpected-word", "origin")),
        ("[host]\nlistn = \"a:1\"", ("unexpected-word", "listn")),
        ("[host]\nweb.begin = true", ("unexpected-word", "begin")),
        (
            "[host]\nstore = \"postgres://bot:secret@db/bot\"",
            ("bad-literal", "\"postgres://bot:secret@db/bot\""),
        ),
        ("host = 3", ("bad-literal", "3")),
    ] {
        assert_eq!(found(text), [expected], "{text}");
    }
    let text = "[host]\nlistn = \"a:1\"";
    let (_, findings) = Config::parse(text);
    assert_eq!(findings[0].fixes[0].edits[0].text, "listen");
}

#[test]
fn the_usual_settings_of_a_host_can_be_read() {
    let mut names = std::collections::BTreeSet::new();
    for key in HOST_KEYS {
        assert!(names.insert(key.name), "{} stands there twice", key.name);
        assert!(key.name.split('.').count() <= 2);
        if !key.default.is_empty() {
            assert!(read_host_value(key.kind, key.default).is_ok(), "{}", key.name);
        }
        if key.kind == HostKind::Secret {
            let file = format!("{}_file", key.name);
            assert!(HOST_KEYS.iter().any(|other| other.name == file), "{file}");
        } else if key.kind != HostKind::Path {
            let text = format!("[host]\n{} = {}", key.name, key.kind.example());
            assert_eq!(Config::parse(&text).1.len(), 0, "{text}");
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_gives_a_config(text in "\\PC*") {
        check_any(&text);
    }

    #[test]
    fn any_text_is_a_setting_or_not(text in "\\PC*") {
        for key in HOST_KEYS {
            let _ = read_host_value(key.kind, &text);
        }
    }

    #[test]
    fn any_mixture_of_toml_gives_a_config(pieces in proptest::collection::vec(
        proptest::sample::select(vec![
            "[config]\n", "[lints]\n", "[[config]]\n", "[host]\n", "[host.web]\n", "listen", "web", "origins", "a", "=", " ", "\n", "\"", "'", "\"\"\"", "1", "-", ".", "[", "]",
            "{", "}", ",", "#", "é", "🎈", "2026-01-01", "T10:00", "inf", "true", "unused-name", "\"off\"", "\\", "\\u12",
            "\r", "\0",
        ]),
        0..40,
    )) {
        check_any(&pieces.concat());
    }
}

fn check_any(text: &str) {
    let (_, findings) = Config::parse(text);
    let mut seen = std::collections::BTreeSet::new();
    for finding in &findings {
        // Slicing checks that places lie inside the text and between characters.
        let place = under(text, finding);
        assert!(
            seen.insert((finding.span, finding.rule.name)),
            "twice: {place:?} in {text:?}"
        );
        for edit in finding.fixes.iter().flat_map(|fix| &fix.edits) {
            assert!(
                text.get(edit.span.start as usize..edit.span.end as usize)
                    .is_some()
            );
        }
    }
}

#[test]
fn deep_nesting_and_size_are_bounded() {
    let deep = format!("[config]\na = {}", "[".repeat(200_000));
    assert!(!Config::parse(&deep).1.is_empty());
    let dotted = format!("[config]\n{} = 1", vec!["a"; 50_000].join("."));
    let _ = Config::parse(&dotted);
    let large = "#".repeat(2 << 20);
    assert_eq!(Config::parse(&large).1[0].rule.name, "file-too-large");
}
