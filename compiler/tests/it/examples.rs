//! The examples of the repository check without errors.

use std::path::Path;
use std::sync::Arc;

use botflow_compiler::compile::{self, Checked};
use botflow_compiler::finding::Level;
use botflow_compiler::project::{Project, Source};

#[expect(clippy::disallowed_methods, reason = "a test reads the examples")]
fn project(folder: &str) -> Project {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(folder);
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
                path: path.file_name().unwrap_or_default().to_string_lossy().as_ref().into(),
                text: Arc::from(std::fs::read_to_string(path).expect("the file can be read")),
            })
            .collect(),
        config: std::fs::read_to_string(root.join("botflow.toml")).ok().map(Arc::from),
        host: None,
    }
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
        told.push_str(&format!("{path}:{line}: {:?} {name}: {}\n", finding.level, finding.message));
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

#[test]
fn the_whole_library_has_no_errors() {
    let uses: String = botflow_compiler::library::FILES
        .iter()
        .map(|file| format!("use {}\n", file.name))
        .collect();
    let checked = compile::check(&Project {
        sources: vec![Source {
            path: "bot.flow".into(),
            text: Arc::from(uses),
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
