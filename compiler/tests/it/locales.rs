//! Catalogues: any bytes can be read, what is written is read again, and any translation gives a bot that can run.

use std::sync::Arc;

use botflow_artifact::{container, verify::verify};
use botflow_compiler::compile;
use botflow_compiler::finding::Level;
use botflow_compiler::locales::po::{self, Catalogue, Entry, Previous, Quoted};
use botflow_compiler::locales::{merge, status};
use botflow_compiler::project::{Project, Source};
use proptest::prelude::*;

const FLOW: &str = "bot shop {\n  languages en, ro\n  channels web\n  currency EUR\n  timezone \"UTC\"\n  start hello\n}\ntype tier \
                    {\n  silver \"Silver\"\n  gold \"Gold\"\n}\ncustomer {\n  name: text?\n  tier: tier = silver\n  orders: integer = \
                    0\n}\nflow hello {\n  say \"Hi {customer.name else \"you\"}, {customer.tier | select gold \"gold\" other \"dear\"}\"\n  \
                    say \"{customer.orders} {customer.orders | plural one \"order\" other \"orders\"}\"\n  finish resolved\n}\n";

fn project(catalogue: &str) -> Project {
    let source = |path: &str, text: &str| Source {
        path: path.into(),
        text: Arc::from(text),
    };
    Project {
        sources: vec![source("bot.flow", FLOW)],
        locales: vec![source("locales/ro.po", catalogue)],
        ..Project::default()
    }
}

const HEADER: &str = "msgid \"\"\nmsgstr \"\"\n\"Plural-Forms: nplurals=3; plural=(n == 1 ? 0 : n == 0 || (n%100 > 0 && n%100 < 20) \
                      ? 1 : 2);\\n\"\n\n";

/// A catalogue with these words for the three texts.
fn catalogue(words: &[&str; 4]) -> String {
    let entry = |context: &str, id: &str, plural: Option<&str>, strings: &[&str]| Entry {
        context: Some(Quoted::from(context)),
        id: Quoted::from(id),
        plural: plural.map(Quoted::from),
        strings: strings.iter().map(|words| Quoted::from(*words)).collect(),
        ..Entry::default()
    };
    let entries = vec![
        entry(
            "hello · say",
            "Hi {customer.name else \"you\"}, {customer.tier | select gold \"gold\" other \"dear\"}",
            None,
            &words[..1],
        ),
        entry(
            "hello · say",
            "{customer.orders} order",
            Some("{customer.orders} orders"),
            &words[1..],
        ),
        entry("type tier · silver", "Silver", None, &["Argint"]),
        entry("type tier · gold", "Gold", None, &["Aur"]),
    ];
    format!("{HEADER}{}", po::write(&Catalogue { entries }))
}

const GOOD: [&str; 4] = [
    "{customer.tier | select gold \"Aur\" other \"Drag\"} {customer.name else \"client\"}, salut",
    "o comandă",
    "{customer.orders} comenzi",
    "{customer.orders} de comenzi",
];

fn findings(catalogue: &str) -> Vec<(&'static str, Level, String)> {
    let checked = compile::check(&project(catalogue));
    let found = checked.findings.iter().map(|finding| {
        let text = &checked.files[finding.span.file.0 as usize].text;
        let under = text[finding.span.start as usize..finding.span.end as usize].to_owned();
        (finding.rule.name, finding.level, under)
    });
    found.filter(|(name, ..)| *name != "no-silence-way-out").collect()
}

#[test]
fn one_mistake_is_one_finding_where_it_is() {
    assert_eq!(findings(&catalogue(&GOOD)), []);
    for (place, words, name, under) in [
        (
            0,
            "Salut {customer.nam else \"client\"}",
            "placeholder-mismatch",
            "{customer.nam else \\\"client\\\"}",
        ),
        (0, "Salut", "placeholder-mismatch", "Salut"),
        (
            0,
            "{customer.name else \"client\"} {",
            "placeholder-mismatch",
            "{customer.name else \\\"client\\\"} {",
        ),
        (
            0,
            "{customer.name else \"c\"} {customer.tier | select platinum \"P\" other \"D\"}",
            "placeholder-mismatch",
            "{customer.tier | select platinum \\\"P\\\" other \\\"D\\\"}",
        ),
        (
            0,
            "{customer.name else \"c\"} {customer.tier | upper}",
            "placeholder-mismatch",
            "{customer.tier | upper}",
        ),
        (2, "", "missing-plural", "\"\""),
        (2, "comenzi", "placeholder-mismatch", "comenzi"),
        (
            3,
            "{customer.orders} de **comenzi**",
            "markup-mismatch",
            "{customer.orders} de **comenzi**",
        ),
        (
            3,
            "{customer.orders} товаров в корзине",
            "wrong-language",
            "{customer.orders} товаров в корзине",
        ),
    ] {
        let mut words_of = GOOD;
        words_of[place] = words;
        let found = findings(&catalogue(&words_of));
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(name, _, under)| (*name, under.as_str()))
            .collect();
        assert_eq!(found, [(name, under)], "{words}");
    }
}

#[test]
fn what_cannot_be_read_is_told_once() {
    for (wrong, name) in [
        ("msgid \"a\nmsgstr \"b\"\n", "unexpected-word"),
        ("msgid \"a\"\n", "unexpected-word"),
        ("msgstr \"b\"\n", "unexpected-word"),
        ("msgid \"a\\q\"\nmsgstr \"b\"\n", "unexpected-word"),
        ("hello\n", "unexpected-word"),
        (
            "msgctxt \"x\"\nmsgid \"a\"\nmsgid \"b\"\nmsgstr \"c\"\n",
            "unexpected-word",
        ),
    ] {
        let found = findings(&format!("{}\n{wrong}", catalogue(&GOOD)));
        let found: Vec<&str> = found.iter().map(|(name, ..)| *name).collect();
        assert_eq!(found, [name], "{wrong}");
    }
    let twice = format!(
        "{}\nmsgctxt \"type tier · gold\"\nmsgid \"Gold\"\nmsgstr \"Aur\"\n",
        catalogue(&GOOD)
    );
    assert_eq!(findings(&twice)[0].0, "repeated-setting");
    let english = catalogue(&GOOD).replace(
        "nplurals=3; plural=(n == 1 ? 0 : n == 0 || (n%100 > 0 && n%100 < 20) ? 1 : 2)",
        "nplurals=2; plural=(n != 1)",
    );
    assert_eq!(findings(&english)[0].0, "missing-plural");
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    let text = catalogue(&GOOD);
    let build = || {
        compile::build(&project(&text))
            .map_err(|checked| checked.findings)
            .expect("a good bot")
    };
    let (one, other) = (container::to_bytes(&build()), container::to_bytes(&build()));
    assert_eq!(one, other);
    let (loaded, _) = container::from_bytes(&one.0).expect("it can be loaded");
    let translated = loaded
        .texts
        .iter()
        .filter(|text| text.variants.len() == 2)
        .count();
    assert_eq!(translated, 4);
    // Variants out of order are refused.
    let mut wrong = loaded;
    let text = wrong
        .texts
        .iter_mut()
        .find(|text| text.variants.len() == 2)
        .expect("there are four");
    text.variants.reverse();
    assert!(verify(&wrong).is_err());
}

#[test]
fn updating_twice_changes_nothing_more() {
    let template = po::read(&catalogue(&["", "", "", ""])).0;
    let known = po::read(&catalogue(&GOOD)).0;
    let once = merge::update(&template, &known, "ro");
    assert_eq!(merge::update(&template, &once, "ro"), once);
    let counts = status::of(&template, &once, "ro");
    assert_eq!(
        (
            counts.texts,
            counts.translated,
            counts.fuzzy,
            counts.missing,
            counts.unused
        ),
        (4, 4, 0, 0, 0)
    );
    // A place of another name keeps its translation.
    let moved = po::read(&catalogue(&["", "", "", ""]).replace("type tier · gold", "type rank · gold")).0;
    let counts = status::of(&moved, &known, "ro");
    assert_eq!((counts.translated, counts.fuzzy, counts.unused), (4, 0, 0));
}

fn words() -> impl Strategy<Value = String> {
    proptest::string::string_regex(
        "([a-zăș *_\"\\\\\n\t{}|#~.]|\\{customer\\.orders\\}|\\{customer\\.name else \"x\"\\}){0,12}",
    )
    .expect("a good expression")
}

fn entry() -> impl Strategy<Value = Entry> {
    let line = "[a-z ,.#~|]{1,8}[a-z]";
    (
        (
            proptest::collection::vec(line, 0..2),
            proptest::collection::vec(line, 0..2),
            proptest::collection::vec("[a-z]{1,5}\\.flow", 0..2),
            proptest::collection::vec("[a-z-]{1,6}", 0..2),
        ),
        (
            proptest::option::of(words()),
            words(),
            proptest::option::of(words()),
        ),
        proptest::option::of(words()),
        any::<bool>(),
        words(),
        words(),
    )
        .prop_map(
            |(
                (translator, extracted, references, flags),
                (context, id, plural),
                before,
                obsolete,
                one,
                two,
            )| {
                let strings = match plural {
                    Some(_) => vec![Quoted::from(one.as_str()), Quoted::from(two.as_str())],
                    None => vec![Quoted::from(one.as_str())],
                };
                // What a comment begins with says which it is.
                let plain = |line: String| line.trim_start_matches([' ', ',', '.', '#', '~', '|']).to_owned();
                Entry {
                    translator: translator.into_iter().map(plain).collect(),
                    extracted,
                    references,
                    flags,
                    previous: Previous {
                        id: before,
                        ..Previous::default()
                    },
                    obsolete,
                    context: context.as_deref().map(Quoted::from),
                    id: Quoted::from(id.as_str()),
                    plural: plural.as_deref().map(Quoted::from),
                    strings,
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(entries in proptest::collection::vec(entry(), 0..5)) {
        let written = po::write(&Catalogue { entries: entries.clone() });
        let (read, mistakes) = po::read(&written);
        prop_assert!(mistakes.is_empty(), "{mistakes:?}\n{written}");
        prop_assert_eq!(&read.entries, &entries, "{}", written);
        // Every string is found where it stands.
        for entry in &read.entries {
            for string in entry.strings.iter().chain([&entry.id]) {
                let place = po::place(&written, string, 0..string.value.len());
                prop_assert!(written.get(place).is_some());
            }
        }
    }

    #[test]
    fn any_text_can_be_read(text in "(msg(id|str|ctxt|id_plural)?(\\[[0-9]\\])?|#[~|.:,]?|\"|\\\\|\n| |[a-ză]){0,40}") {
        let (catalogue, mistakes) = po::read(&text);
        for mistake in mistakes {
            prop_assert!(text.get(mistake.span).is_some());
        }
        // What was understood stays as it is.
        let written = po::write(&catalogue);
        let (again, mistakes) = po::read(&written);
        prop_assert!(mistakes.is_empty(), "{written}");
        prop_assert_eq!(again, catalogue);
    }

    #[test]
    fn any_translation_gives_findings_or_a_bot(one in words(), two in words(), three in words()) {
        let text = catalogue(&[&one, &two, &three, &three]);
        let checked = compile::check(&project(&text));
        for finding in &checked.findings {
            let source = &checked.files[finding.span.file.0 as usize].text;
            let range = finding.span.start as usize..finding.span.end as usize;
            prop_assert!(source.get(range).is_some(), "{finding:?}");
        }
        if let Ok(bot) = compile::build(&project(&text)) {
            prop_assert!(verify(&bot).is_ok());
        }
    }
}
