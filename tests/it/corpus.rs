//! The corpora of the fuzz targets, replayed: inputs that once broke something, and inputs chosen to. Needs no
//! fuzzing engine; `scripts/fuzz` is what looks for more.

use std::fs;
use std::path::PathBuf;

use crate::fuzz;

#[test]
fn artifact() {
    replay("artifact", fuzz::artifact::run);
}

#[test]
fn chat() {
    replay("chat", fuzz::chat::run);
}

#[test]
fn compile() {
    replay("compile", fuzz::compile::run);
}

#[test]
fn config() {
    replay("config", fuzz::config::run);
}

#[test]
fn step() {
    replay("step", fuzz::step::run);
}

#[test]
fn syntax() {
    replay("syntax", fuzz::syntax::run);
}

#[test]
fn upgrade() {
    replay("upgrade", fuzz::upgrade::run);
}

#[test]
fn web() {
    replay("web", fuzz::web::run);
}

#[test]
fn webhook() {
    replay("webhook", fuzz::webhook::run);
}

/// Every target has a corpus and a test here.
#[test]
fn no_target_is_forgotten() {
    let targets = names("fuzz_targets");
    let targets: Vec<_> = targets.iter().map(|name| name.trim_end_matches(".rs")).collect();
    assert_eq!(
        targets,
        [
            "artifact", "chat", "compile", "config", "step", "syntax", "upgrade", "web", "webhook"
        ]
    );
    assert_eq!(targets, names("corpus"));
}

/// Runs a target on its corpus, and on every input cut short: where files end is where readers forget to look.
fn replay(target: &str, run: fn(&[u8])) {
    let folder = folder().join("corpus").join(target);
    let names = names(&format!("corpus/{target}"));
    assert!(
        names.len() >= 5,
        "{} has only {} inputs",
        folder.display(),
        names.len()
    );
    for name in names {
        let data = fs::read(folder.join(&name)).expect("a file that was just listed can be read");
        let result = std::panic::catch_unwind(|| {
            run(&data);
            for part in 1..8 {
                run(&data[..data.len() * part / 8]);
            }
        });
        assert!(
            result.is_ok(),
            "tests/fuzz/corpus/{target}/{name} breaks a promise; see above"
        );
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz")
}

fn names(below: &str) -> Vec<String> {
    let folder = folder().join(below);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("a folder can be listed")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}
