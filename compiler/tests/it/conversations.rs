//! What is said about `.chat` files without running them is true of a run.

use std::path::Path;

use botflow_artifact::Bot;
use botflow_compiler::compile;
use botflow_machine::Program;
use botflow_scenario::lint::{self, Issue};
use botflow_scenario::{run, script};

use crate::examples::project;

/// Names of issues that a conversation may have and pass all the same.
const HARMLESS: &[&str] = &["chat-never-checks", "chat-stub-unused", "duplicate-name"];

fn bot(folder: &str) -> Bot {
    compile::check(&project(folder)).bot_as_understood()
}

#[expect(clippy::disallowed_methods, reason = "a test reads the examples")]
fn files(folder: &str) -> Vec<String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples")
        .join(folder)
        .join("tests");
    let entries = std::fs::read_dir(tests).expect("the example has tests");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("its folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "chat"))
        .collect();
    paths.sort();
    let texts = paths.iter().map(std::fs::read_to_string);
    texts.map(|text| text.expect("the file can be read")).collect()
}

/// The issues of a text, with what stands below each.
#[track_caller]
fn check(bot: &Bot, text: &str, expected: &[(&str, &str)]) {
    let issues = lint::look(Some(bot), text);
    let found: Vec<(&str, &str)> = issues
        .iter()
        .map(|issue| (issue.name, &text[issue.range.clone()]))
        .collect();
    assert_eq!(found, expected, "{issues:#?}\n{text}");
}

fn next(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

#[test]
fn sound_conversations_have_no_issues() {
    for folder in ["luna_store", "semantics"] {
        let bot = bot(folder);
        let files = files(folder);
        assert!(files.len() > 10, "{folder}");
        for text in files {
            check(&bot, &text, &[]);
        }
    }
}

/// Lines are dropped, doubled and moved. Whatever passes then has no issue but harmless ones, and what is said to be needed
/// by nothing can go.
#[test]
fn what_passes_has_no_issue() {
    let (mut state, mut passed, mut issues) = (11, 0, 0);
    for folder in ["luna_store", "semantics"] {
        let program = Program::new(bot(folder)).expect("it has flows and a language");
        for text in files(folder) {
            for _ in 0..12 {
                let mut lines: Vec<&str> = text.lines().collect();
                let (at, other) = (next(&mut state) % lines.len(), next(&mut state) % lines.len());
                match next(&mut state) % 3 {
                    0 => drop(lines.remove(at)),
                    1 => lines.insert(at, lines[at]),
                    _ => lines.swap(at, other),
                }
                let broken = lines.join("\n") + "\n";
                let found = lint::look(Some(&program.bot), &broken);
                issues += found.len();
                let Ok(script) = script::parse(&broken) else {
                    assert!(!found.is_empty(), "what cannot be read is told:\n{broken}");
                    continue;
                };
                for scene in run::run(&program, &script).iter().filter(|scene| scene.passed()) {
                    passed += 1;
                    let first = scene.line;
                    let end = script
                        .conversations
                        .iter()
                        .map(|other| other.line)
                        .find(|line| *line > first);
                    let inside = |issue: &&Issue| {
                        let line = broken[..issue.range.start].matches('\n').count() + 1;
                        line >= first && end.is_none_or(|end| line < end)
                    };
                    let wrong: Vec<_> = (found.iter().filter(inside))
                        .filter(|issue| !HARMLESS.contains(&issue.name))
                        .collect();
                    assert!(wrong.is_empty(), "{wrong:#?} in `{}` of\n{broken}", scene.name);
                }
            }
        }
    }
    assert!(passed > 1_000 && issues > 100, "{passed} passed, {issues} issues");
}

/// Any text at all gets issues whose places are in it.
#[test]
fn damaged_files_end_in_issues() {
    let bot = bot("semantics");
    let mut state = 3;
    for text in files("semantics") {
        for round in 0..40 {
            let letters: Vec<char> = text.chars().collect();
            let (from, count) = (next(&mut state) % letters.len(), next(&mut state) % 40);
            let mut damaged: String = letters[..from].iter().collect();
            if round % 2 == 0 {
                damaged.push(['"', '(', 'é', '\u{feff}', '\r', '\t', '['][next(&mut state) % 7]);
            }
            damaged.extend(letters.iter().skip(from + count));
            for issue in lint::look(Some(&bot), &damaged) {
                assert!(damaged.get(issue.range.clone()).is_some(), "{issue:?}");
                assert!(botflow_compiler::rules::find(issue.name).is_some(), "{issue:?}");
            }
        }
    }
}

#[test]
fn names_are_told_where_they_stand() {
    let bot = bot("luna_store");
    let head = "conversation c\n";
    for (lines, expected) in [
        (
            "person ana (nmae: \"Ana\")\n> hi\n< x\n",
            &[("chat-unknown-name", "nmae")][..],
        ),
        (
            "person ana (language: xx)\n> hi\n< x\n",
            &[("chat-unknown-name", "xx")],
        ),
        (
            "person ana (consents: [marketting])\n> hi\n< x\n",
            &[("chat-unknown-name", "marketting")],
        ),
        ("@ ana on wbe\n> hi\n< x\n", &[("chat-unknown-name", "wbe")]),
        (
            "person ana (name: \"Ana\")\n@ anna on web\n> hi\n< x\n",
            &[("chat-unknown-name", "anna")],
        ),
        (
            "person ana (orders: \"x\")\n> hi\n< x\n",
            &[("type-mismatch", "orders")],
        ),
        (
            "! order_plaed(order: \"7\")\n= nothing said\n",
            &[("chat-unknown-name", "order_plaed")],
        ),
        (
            "! order_placed(ordr: \"7\")\n= nothing said\n",
            &[("chat-unknown-name", "ordr")],
        ),
        (
            "> hi\n< x\n= at checkout_hlep\n",
            &[("chat-unknown-name", "checkout_hlep")],
        ),
        (
            "> hi\n< x\n= customer.nmae is known\n",
            &[("chat-unknown-name", "nmae")],
        ),
        (
            "> hi\n< x\n= finished resolvd\n",
            &[("chat-unknown-name", "resolvd")],
        ),
        (
            "> hi\n< x\n* escalate to suport in queue helpdesk\n",
            &[("chat-unknown-name", "suport")],
        ),
        (
            "> hi\n< x\n  [No, thanks]\n> [No, tanks]\n",
            &[("chat-unknown-name", "No, tanks")],
        ),
        (
            "at 2026-02-30 10:00\n> hi\n< x\n",
            &[("chat-syntax", "2026-02-30 10:00")],
        ),
        ("> hi\n< x\n! again\n", &[("chat-unreachable-line", "! again")]),
        ("> hi\n= nothing said\n< x\n", &[("chat-unreachable-line", "< x")]),
        (
            "> hi\n< x\n+ until 2025-01-01 10:00\n",
            &[("chat-unreachable-line", "+ until 2025-01-01 10:00")],
        ),
        ("> hi\n", &[("chat-never-checks", "c")]),
        (
            "> hi\n< x\nconversation c\n> hi\n< x\n",
            &[("duplicate-name", "c")],
        ),
        (
            "> hi\n< x\nhello there\n+ ten\n",
            &[("chat-syntax", "hello there"), ("chat-syntax", "ten")],
        ),
    ] {
        check(&bot, &format!("{head}{lines}"), expected);
    }
}
