//! The examples of the repository check without errors.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use botflow_compiler::compile::{self, Checked};
use botflow_compiler::finding::Level;
use botflow_compiler::project::{Project, Source};
use botflow_syntax::SyntaxKind;

#[expect(clippy::disallowed_methods, reason = "a test reads the examples")]
pub fn project(folder: &str) -> Project {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples")
        .join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(&root)
        .expect("the example is there")
        .map(|entry| entry.expect("its folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "flow"))
        .collect();
    paths.sort();
    Project {
        sources: paths
            .iter()
            .map(|path| Source {
                path: path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .as_ref()
                    .into(),
                text: Arc::from(std::fs::read_to_string(path).expect("the file can be read")),
            })
            .collect(),
        config: std::fs::read_to_string(root.join("botflow.toml"))
            .ok()
            .map(Arc::from),
        documents: files_in(&root, "faq"),
        locales: files_in(&root, "locales"),
        linked: None,
        host: None,
    }
}

/// The files of a folder: what a `faq` names, or catalogues.
#[expect(clippy::disallowed_methods, reason = "a test reads the examples")]
fn files_in(root: &Path, folder: &str) -> Vec<Source> {
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("its folder can be read").path())
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| Source {
            path: format!(
                "{folder}/{}",
                path.file_name().unwrap_or_default().to_string_lossy()
            )
            .into(),
            text: Arc::from(std::fs::read_to_string(path).expect("the file can be read")),
        })
        .collect()
}

/// Findings as lines: place, level, name, message.
fn told(checked: &Checked, least: Level) -> String {
    let mut told = String::new();
    for finding in checked.findings.iter().filter(|finding| finding.level >= least) {
        let (path, line) = match checked.files.get(finding.span.file.0 as usize) {
            Some(source) => {
                let before = &source.text[..finding.span.start as usize];
                (source.path.as_str(), before.matches('\n').count() + 1)
            }
            None => ("botflow.toml", 0),
        };
        let name = finding.rule.name;
        told.push_str(&format!(
            "{path}:{line}: {:?} {name}: {}\n",
            finding.level, finding.message
        ));
    }
    told
}

#[test]
fn luna_store_has_nothing_to_mend() {
    let checked = compile::check(&project("luna_store"));
    assert_eq!(told(&checked, Level::Warning), "");
}

#[test]
fn the_benchmark_dialogue_has_no_errors() {
    let checked = compile::check(&project("benchmark_dialogue"));
    assert_eq!(told(&checked, Level::Error), "");
}

#[test]
fn hello_has_no_errors() {
    let checked = compile::check(&project("small/hello"));
    assert_eq!(told(&checked, Level::Error), "");
}

/// What flows of the library ask of the bot that uses them.
const WANTED_BY_THE_LIBRARY: &str = "bot all {\n  languages en\n  channels web, email\n  currency EUR\n  consents \
                                     marketing\n}\ncustomer {\n  email: email?\n}\n";

#[test]
fn the_whole_library_has_no_errors() {
    let uses: String = botflow_compiler::library::FILES
        .iter()
        .map(|file| format!("use {}\n", file.name))
        .collect();
    let checked = compile::check(&Project {
        sources: vec![Source {
            path: "bot.flow".into(),
            text: Arc::from(format!("{uses}{WANTED_BY_THE_LIBRARY}")),
        }],
        ..Project::default()
    });
    assert_eq!(told(&checked, Level::Warning), "");
}

#[test]
fn the_examples_build_and_load() {
    for folder in ["luna_store", "benchmark_dialogue", "small/hello"] {
        let bot = match compile::build(&project(folder)) {
            Ok(bot) => bot,
            Err(checked) => panic!("{folder}: {}", told(&checked, Level::Error)),
        };
        let (bytes, _) = botflow_artifact::to_bytes(&bot);
        let loaded = botflow_artifact::from_bytes(&bytes);
        assert_eq!(loaded.map(|(bot, _)| bot), Ok(bot), "{folder}");
    }
}

/// A small generator of numbers, so that the damage is the same in every run.
fn next(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

/// Takes out, doubles or swaps some words of a text.
fn damaged(text: &str, state: &mut u64) -> String {
    let mut words: Vec<&str> = text
        .split_inclusive(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .collect();
    for _ in 0..1 + next(state) % 3 {
        let at = next(state) % words.len().max(1);
        let other = next(state) % words.len().max(1);
        match next(state) % 4 {
            0 => {
                words.remove(at);
            }
            1 => words.insert(at, words[other]),
            2 => words.swap(at, other),
            _ => words[at] = words[other],
        }
    }
    words.concat()
}

#[test]
fn damaged_examples_end_in_findings() {
    let whole = project("luna_store");
    let mut state = 7;
    for round in 0..250 {
        let mut broken = whole.clone();
        let file = next(&mut state) % broken.sources.len();
        broken.sources[file].text = Arc::from(damaged(&whole.sources[file].text, &mut state));
        let first = compile::check(&broken);
        for finding in &first.findings {
            let Some(source) = first.files.get(finding.span.file.0 as usize) else {
                continue;
            };
            let range = finding.span.start as usize..finding.span.end as usize;
            assert!(source.text.get(range).is_some(), "round {round}: {finding:?}");
        }
        // What is wrong with a bot must not bring down what runs it to show that.
        if let Some(finding) = first
            .findings
            .iter()
            .find(|finding| !finding.conversation.is_empty())
        {
            let program = crate::replay::program(&first);
            let _ = crate::replay::shown(&program, finding);
        }
        if round % 25 == 0 {
            let again = compile::check(&broken);
            assert_eq!(told(&first, Level::Hint), told(&again, Level::Hint));
        }
        if !first.has_errors() {
            let bot = compile::build(&broken).map_err(|checked| told(&checked, Level::Error));
            let (bytes, _) = botflow_artifact::to_bytes(&bot.expect("a program without errors builds"));
            let loaded = botflow_artifact::from_bytes(&bytes);
            assert!(loaded.is_ok(), "round {round}: {:?}", loaded.err());
        }
    }
}

#[test]
fn the_rules_of_semantics_have_nothing_to_mend() {
    let checked = compile::check(&project("semantics"));
    assert_eq!(told(&checked, Level::Hint), "");
}

/// The shop shows the whole language: a statement that it lacks is one that nobody has seen at work.
#[test]
fn luna_store_uses_every_statement_and_hears_three_languages() {
    let mut used = BTreeSet::new();
    let (mut flows, mut intents) = (0, 0);
    for source in &project("luna_store").sources {
        for node in botflow_syntax::parse(&source.text).syntax().descendants() {
            let rule = node.kind().rule();
            used.extend(rule);
            flows += usize::from(rule == Some("flow_item"));
            if rule == Some("intent_item") {
                intents += 1;
                let words = node.text().to_string();
                for language in ["words \"", "words ro ", "words ru "] {
                    assert!(words.contains(language), "{words}: no {language}");
                }
            }
        }
    }
    let statements = SyntaxKind::ALL
        .iter()
        .filter_map(|kind| kind.rule())
        .filter(|rule| rule.ends_with("_stmt"));
    let lacking: Vec<&str> = statements.filter(|rule| !used.contains(rule)).collect();
    assert_eq!(lacking, Vec::<&str>::new());
    assert!(flows >= 12 && intents >= 3, "{flows} flows, {intents} intents");
}
