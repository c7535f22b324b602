//! What is said of translations on channels: messages and labels that are too long or read alike there, and nothing where
//! the bot's own words have a finding already.

use std::sync::Arc;

use botflow_compiler::compile;
use botflow_compiler::locales::po::{self, Catalogue, Entry, Quoted};
use botflow_compiler::project::{Project, Source};

const HEADER: &str = "msgid \"\"\nmsgstr \"\"\n\"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 \
                      && (n%100<12 || n%100>14) ? 1 : 2);\\n\"\n\n";

/// The findings of a bot in English and Russian: name, level, the file and the words they mark.
fn found(channels: &str, flow: &str, entries: &[(&str, &str, &str)]) -> Vec<String> {
    let bot = format!(
        "bot b {{\n  languages en, ru\n  channels {channels}\n  currency EUR\n  timezone \"UTC\"\n  start main\n}}\nalways {{\n  on \
         silence 1h -> finish abandoned\n  on unclear -> finish unresolved\n}}\n{flow}"
    );
    let entry = |(context, id, string): &(&str, &str, &str)| Entry {
        context: Some(Quoted::from(*context)),
        id: Quoted::from(*id),
        strings: vec![Quoted::from(*string)],
        ..Entry::default()
    };
    let entries: Vec<Entry> = entries.iter().map(entry).collect();
    let source = |path: &str, text: String| Source {
        path: path.into(),
        text: Arc::from(text),
    };
    let project = Project {
        sources: vec![source("bot.flow", bot)],
        locales: vec![source(
            "locales/ru.po",
            format!("{HEADER}{}", po::write(&Catalogue { entries })),
        )],
        ..Project::default()
    };
    let checked = compile::check(&project);
    (checked.findings.iter())
        // Clocks and tries are not what this is about.
        .filter(|finding| !finding.rule.name.ends_with("-way-out"))
        .map(|finding| {
            let file = &checked.files[finding.span.file.0 as usize];
            let under = &file.text[finding.span.start as usize..finding.span.end as usize];
            let under: String = under.chars().take(30).collect();
            format!("{} {:?} {}: {under}", finding.rule.name, finding.level, file.path)
        })
        .collect()
}

#[track_caller]
fn says(channels: &str, english: &str, russian: &str, expected: &[&str]) {
    let flow = format!("flow main {{\n  say \"{english}\"\n  finish resolved\n}}\n");
    assert_eq!(
        found(channels, &flow, &[("main · say", english, russian)]),
        expected
    );
}

#[test]
fn a_message_that_is_too_long_only_when_translated_is_told_at_its_entry() {
    // 1,000 bytes are one message on Instagram; a Cyrillic letter has two.
    let (english, russian) = ("Good day. ".repeat(60), "Добрый день. ".repeat(60));
    let one = ["translation-too-long Warning locales/ru.po: Добрый день. Добрый день. Добр"];
    says("instagram", &english, &russian, &one);
    says("web, instagram", &english, &russian, &one);
    says("web, whatsapp", &english, &russian, &[]);
    says("instagram", &english, &"Добрый день. ".repeat(43), &[]);
}

#[test]
fn what_is_too_long_as_written_is_told_once() {
    let (english, russian) = ("Good day. ".repeat(110), "Добрый день. ".repeat(110));
    says(
        "instagram",
        &english,
        &russian,
        &["text-too-long Warning bot.flow: \"Good day. Good day. Good day."],
    );
}

#[test]
fn the_longest_value_of_every_hole_counts() {
    let flow = "type letter = text length 1 to 60\nflow main {\n  ask name: letter \"Who?\"\n  say \"Hello, {name}\"\n  finish \
                resolved\n}\n";
    let russian = |words: usize| format!("{}{{name}}", "ура ".repeat(words));
    let entries = |said: &str| {
        found(
            "instagram",
            flow,
            &[
                ("main · ask name", "Who?", "Кто?"),
                ("main · say", "Hello, {name}", said),
            ],
        )
    };
    // Seven bytes for each word, and 120 for the name.
    assert_eq!(entries(&russian(125)), [""; 0]);
    assert_eq!(
        entries(&russian(126)),
        ["translation-too-long Warning locales/ru.po: ура ура ура ура ура ура ура ур"]
    );
}

fn chooses(channels: &str, labels: [(&str, &str, &str); 2]) -> Vec<String> {
    let options: String = labels
        .iter()
        .map(|(label, condition, _)| format!("    \"{label}\"{condition}\n"))
        .collect();
    let flow = format!(
        "customer {{\n  old: yes_no = no\n}}\nflow main {{\n  choose \"What?\" {{\n{options}    \"Something else\"\n  }}\n  finish \
         resolved\n}}\n"
    );
    let mut entries = vec![
        ("main · choose", "What?", "Что?"),
        ("main · choose · option", "Something else", "Другое"),
    ];
    entries.extend(
        labels
            .iter()
            .map(|(label, _, russian)| ("main · choose · option", *label, *russian)),
    );
    found(channels, &flow, &entries)
}

#[test]
fn options_that_read_the_same_in_a_translation_are_told_at_the_entry() {
    let same = ["same-labels Error locales/ru.po: доставка "];
    assert_eq!(
        chooses(
            "web",
            [("Delivery", "", "Доставка"), ("Shipping", "", "доставка ")]
        ),
        same
    );
    assert_eq!(
        chooses(
            "web",
            [("Delivery", "", "Доставка"), ("Shipping", "", "Отправка")]
        ),
        [""; 0]
    );
    // What is never there together may be called the same.
    assert_eq!(
        chooses(
            "web",
            [
                ("Delivery", " if customer.old", "Доставка"),
                ("Shipping", " if not customer.old", "Доставка")
            ]
        ),
        [""; 0]
    );
}

#[test]
fn options_that_become_the_same_by_cutting_are_told_at_the_entry() {
    let labels = [
        ("By courier", "", "Доставка по городам днём"),
        ("By post", "", "Доставка по городам утром"),
    ];
    let found = chooses("messenger", labels);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        found[0],
        "labels-not-unique-after-cut Error locales/ru.po: Доставка по городам утром"
    );
    // Two mistakes are not told of one label.
    let longer = [
        ("By courier", "", "Доставка по городам на следующий день"),
        ("By post", "", "Доставка по городам до самого вечера"),
    ];
    assert_eq!(chooses("messenger", longer).len(), 1);
    assert_eq!(chooses("web", labels), [""; 0]);
    // WhatsApp has a list with the whole labels.
    assert_eq!(chooses("whatsapp", labels), [""; 0]);
}
