//! Findings about writing, on any text at all: they stay inside the file, and none is told twice.

use botflow_compiler::config::Config;
use botflow_compiler::finding::Finding;
use botflow_compiler::project::FileId;
use botflow_compiler::rules::names::hard_coded_value::HardCoded;
use botflow_compiler::rules::writing;
use proptest::prelude::*;

fn check(source: &str) -> Vec<Finding> {
    let (config, _) = Config::parse("[config]\nshop = \"https://shop.example\"\nphone = \"+40312345678\"\n");
    writing::check(
        FileId(0),
        source,
        &botflow_syntax::parse(source),
        &HardCoded::new(&config),
    )
}

/// The text under the squiggle, by rule.
fn found(source: &str) -> Vec<(&'static str, &str)> {
    let findings = check(source);
    let under = |finding: &Finding| &source[finding.span.start as usize..finding.span.end as usize];
    findings
        .iter()
        .map(|finding| (finding.rule.name, under(finding)))
        .collect()
}

fn holds(source: &str) {
    let findings = check(source);
    let mut seen = std::collections::BTreeSet::new();
    for finding in &findings {
        let place = finding.span.start as usize..finding.span.end as usize;
        assert!(
            source.get(place.clone()).is_some(),
            "{place:?} is no place in {source:?}"
        );
        assert!(
            seen.insert((finding.span, finding.rule.name)),
            "{} twice in {source:?}",
            finding.rule.name
        );
        assert!(
            finding.message.ends_with(['.', '?']),
            "{:?} is no sentence",
            finding.message
        );
        for edit in finding.fixes.iter().flat_map(|fix| &fix.edits) {
            assert!(
                source
                    .get(edit.span.start as usize..edit.span.end as usize)
                    .is_some()
            );
        }
        for related in &finding.related {
            assert!(
                source
                    .get(related.span.start as usize..related.span.end as usize)
                    .is_some()
            );
        }
    }
}

#[test]
fn mistakes_get_the_finding_that_names_them() {
    let flow = |line: &str| format!("flow main {{\n  {line}\n  finish resolved\n}}\n");
    for (line, rule, under) in [
        ("say \"Hi {name\"", "text-looks-like-code", "{"),
        ("say \"-> next\"", "text-looks-like-code", "-> next"),
        ("goto main", "unknown-statement", "goto"),
        ("wait 2026-02-31", "unexpected-word", "2026-02-31"),
        (
            "say \"See https://shop.example/a\"",
            "hard-coded-value",
            "https://shop.example",
        ),
        ("say \"Call +40312345678.\"", "hard-coded-value", "+40312345678"),
        ("let sayHi = 3", "name-style", "sayHi"),
    ] {
        let source = flow(line);
        assert_eq!(found(&source), [(rule, under)], "in {line:?}");
    }
    assert_eq!(
        found("type a = text matching /(?=x)/\n"),
        [("bad-literal", "/(?=x)/")]
    );
    assert_eq!(
        found("type a = text matching /(x{1000}){1000}/\n"),
        [("bad-literal", "/(x{1000}){1000}/")]
    );
    assert_eq!(
        found(&flow("say \"Our shop: https://shop.example.org, +403123456789\"")),
        []
    );
}

#[test]
fn an_unclosed_hole_stays_an_error() {
    let findings = check("flow main {\n  say \"Hi {name\"\n  finish resolved\n}\n");
    assert_eq!(findings[0].level, botflow_compiler::finding::Level::Error);
    assert_eq!(findings[0].fixes[0].edits[0].text, "}");
}

#[test]
fn habits_from_other_tools_are_understood() {
    for (written, meant) in [
        ("goto", "->"),
        ("print", "say"),
        ("input", "ask"),
        ("menu", "choose"),
    ] {
        let findings = check(&format!("flow main {{\n  {written} x\n}}\n"));
        assert_eq!(findings[0].fixes[0].edits[0].text, meant, "for {written}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_gives_findings_that_hold(text in "\\PC*") {
        holds(&text);
    }

    #[test]
    fn any_words_of_the_language_give_findings_that_hold(words in proptest::collection::vec(
        proptest::sample::select(vec![
            "flow", "main", "{", "}", "\n", "say", "\"", "\"\"\"", "{name", "->", "step", "choose", "ask", "x:", "text",
            "\"Hi\"", "#", "if", "is", "known", "(", ")", "[", "]", "matching", "/a(/", "type", "=", "30m", "2026-02-30",
            "sayHi", "https://shop.example", "é", "🎈", "“", "”", "\\", ",", "tries", "silence", "hint", "goto", "bot",
        ]),
        0..60,
    )) {
        holds(&words.join(" "));
        holds(&words.concat());
    }
}
