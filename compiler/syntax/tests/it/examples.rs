//! The bots of the language's design parse as they are written, and so does every flow of this repository.

use botflow_syntax::parse;
use std::path::{Path, PathBuf};

/// Every `.flow` file of the repository.
pub fn flows() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for folder in ["examples", "flows", "compiler/syntax/tests/it/data"] {
        collect(&root.join(folder), &mut found);
    }
    found.sort();
    assert!(found.len() >= 4, "the repository has flows");
    found
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test reads the flows of the repository"
)]
fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "flow") {
            let source = std::fs::read_to_string(&path).expect("the file can be read");
            found.push((path, source));
        }
    }
}

#[test]
fn every_flow_parses_without_errors() {
    for (path, source) in flows() {
        let parse = parse(&source);
        assert_eq!(parse.syntax().text(), source.as_str(), "{}", path.display());
        let messages: Vec<String> = parse
            .errors
            .iter()
            .map(|error| format!("{:?} {}: {}", error.range, error.kind.name(), error))
            .collect();
        assert_eq!(messages, Vec::<String>::new(), "{}", path.display());
    }
}
