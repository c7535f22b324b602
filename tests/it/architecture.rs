//! The shape of the house: which crate may know which, and what every file owes its reader. The rules stand in
//! `docs/architecture.md`; this is what keeps them true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Crates without IO, clock, environment and threads of their own. Each has a `clippy.toml` that says so.
const PURE: &[&str] = &[
    "botflow-analytics",
    "botflow-artifact",
    "botflow-compiler",
    "botflow-ide",
    "botflow-machine",
    "botflow-message",
    "botflow-scenario",
    "botflow-syntax",
    "botflow-understanding",
    "botflow-values",
];

/// What runs a compiled bot: deploying a bot deploys no compiler.
const RUNNING: &[&str] = &[
    "botflow-analytics",
    "botflow-artifact",
    "botflow-machine",
    "botflow-message",
    "botflow-runtime",
    "botflow-scenario",
    "botflow-understanding",
    "botflow-values",
];

/// Crates from outside that do IO or drive it: none of them below a shell.
const OUTSIDE_WORLD: &[&str] = &[
    "tokio",
    "mio",
    "async-std",
    "hyper",
    "reqwest",
    "rusqlite",
    "clap",
    "miette",
    "rustyline",
    "ignore",
    "notify",
];

/// Crates that speak the language server protocol.
const LSP: &[&str] = &[
    "tower-lsp",
    "tower-lsp-server",
    "ls-types",
    "lsp-types",
    "lsp-server",
    "gen-lsp-types",
];

#[test]
fn what_runs_a_bot_knows_no_compiler() {
    let house = House::read();
    for from in RUNNING {
        house.may_not_reach(
            from,
            &["botflow-compiler", "botflow-syntax", "botflow-ide", "botflow-lsp"],
        );
    }
}

#[test]
fn pure_crates_reach_nothing_that_does_io() {
    let house = House::read();
    for from in PURE {
        house.may_not_reach(from, OUTSIDE_WORLD);
    }
}

#[test]
fn the_compiler_knows_nothing_that_runs_bots() {
    let house = House::read();
    for from in ["botflow-compiler", "botflow-syntax", "botflow-ide"] {
        house.may_not_reach(from, &["botflow-machine", "botflow-runtime", "botflow-scenario"]);
    }
}

#[test]
fn the_ide_crate_knows_no_protocol() {
    House::read().may_not_reach("botflow-ide", LSP);
}

/// pest is the oracle of `.flow` and the shipped parser of `.chat`; nothing else shipped may lean on it.
#[test]
fn pest_is_shipped_for_chat_files_only() {
    let house = House::read();
    let may: BTreeSet<&str> = BTreeSet::from(["botflow-grammar", "botflow-scenario"]);
    for (name, krate) in &house.ours {
        if TESTS_ONLY.contains(&name.as_str()) || may.contains(name.as_str()) {
            continue;
        }
        for edge in &krate.dependencies {
            let allowed =
                edge == "botflow-scenario" || !(edge == "botflow-grammar" || edge.starts_with("pest"));
            assert!(
                allowed,
                "{name} depends on {edge}; only botflow-scenario may use the pest grammar of .chat files"
            );
        }
    }
    house.may_not_reach("botflow-compiler", &["pest"]);
    house.may_not_reach("botflow-machine", &["pest"]);
}

/// Crates that are never part of the product.
const TESTS_ONLY: &[&str] = &["botflow-testkit", "botflow-oracle", "botflow-mutants"];

#[test]
fn nothing_shipped_depends_on_test_crates() {
    let house = House::read();
    for (name, krate) in &house.ours {
        if !TESTS_ONLY.contains(&name.as_str()) {
            for edge in &krate.dependencies {
                assert!(
                    !TESTS_ONLY.contains(&edge.as_str()),
                    "{name} depends on {edge} outside its tests"
                );
            }
        }
    }
}

/// The oracle would agree with the machine for the wrong reason if both ran the same lowered code.
#[test]
fn the_oracle_shares_no_lowering_with_the_compiler() {
    let root = root();
    let lowering = [
        "codegen",
        "botflow_artifact::code",
        "Op::",
        "step_into",
        "machine::step",
    ];
    for file in rust_files(&root.join("tests/oracle/src")) {
        let text = fs::read_to_string(&file).expect("a file that was just listed can be read");
        for word in lowering {
            let found = text
                .lines()
                .find(|line| !line.trim_start().starts_with("//") && line.contains(word));
            assert_eq!(found, None, "{} uses `{word}`", shown(&root, &file));
        }
    }
}

#[test]
fn every_pure_crate_lints_its_purity() {
    let house = House::read();
    for name in PURE {
        let Some(krate) = house.ours.get(*name) else {
            continue;
        };
        let path = krate.folder.join("clippy.toml");
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {}: {error}", path.display()));
        for method in [
            "SystemTime::now",
            "Instant::now",
            "env::var",
            "fs::read",
            "fs::write",
            "File::open",
        ] {
            assert!(
                text.contains(method),
                "{} does not refuse {method}",
                path.display()
            );
        }
        for unordered in ["collections::HashMap", "collections::HashSet"] {
            assert!(
                text.contains(unordered),
                "{} does not refuse {unordered}",
                path.display()
            );
        }
        let manifest =
            fs::read_to_string(krate.folder.join("Cargo.toml")).expect("cargo has read the manifest");
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{name} does not follow the workspace's lints"
        );
    }
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let root = root();
    let text = fs::read_to_string(root.join("Cargo.toml")).expect("the workspace has a manifest");
    let mut section = "";
    let mut seen = 0;
    for line in text.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section == "[workspace.dependencies]" && line.contains('=') && !line.contains("path = ") {
            let told = line
                .split_once('#')
                .is_some_and(|(_, comment)| comment.trim().len() > 5);
            assert!(
                told,
                "Cargo.toml: `{line}` has no comment that says what it is for"
            );
            seen += 1;
        }
    }
    assert!(seen > 20, "the workspace's dependencies were not found");
    let house = House::read();
    for (name, krate) in &house.ours {
        let text = fs::read_to_string(krate.folder.join("Cargo.toml")).expect("cargo has read the manifest");
        let mut section = "";
        for line in text.lines() {
            if line.starts_with('[') {
                section = line;
            } else if section.contains("dependencies]")
                && section != "[workspace.dependencies]"
                && line.contains('=')
            {
                let shared = line.contains(".workspace = true") || line.contains("workspace = true");
                assert!(
                    shared || line.contains('#'),
                    "{name}: `{line}` has no comment that says what it is for"
                );
            }
        }
    }
}

#[test]
fn every_member_is_named_and_a_default() {
    let root = root();
    let text = fs::read_to_string(root.join("Cargo.toml")).expect("the workspace has a manifest");
    let list = |name: &str| -> Vec<String> {
        let start = text
            .find(&format!("\n{name} = ["))
            .unwrap_or_else(|| panic!("no `{name}` in Cargo.toml"));
        let rest = &text[start..];
        let body = &rest[..rest.find(']').expect("a list is closed")];
        body.lines()
            .filter_map(|line| {
                line.trim()
                    .strip_prefix('"')?
                    .strip_suffix("\",")
                    .map(str::to_owned)
            })
            .collect()
    };
    let members = list("members");
    assert!(
        members.iter().all(|member| !member.contains('*')),
        "members are listed by name"
    );
    assert_eq!(members, list("default-members"));
}

#[test]
fn every_file_says_what_it_is_for_and_stays_small() {
    let root = root();
    let files = rust_files(&root);
    assert!(files.len() > 100, "the sources were not found");
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a file that was just listed can be read");
        let name = shown(&root, &file);
        // Attributes of the crate may stand before its words, as rustc wants them there.
        let first = text
            .lines()
            .find(|line| !line.trim().is_empty() && !line.starts_with("#!["));
        if !first.is_some_and(|line| line.starts_with("//!")) {
            wrong.push(format!("{name} does not begin with `//!`: what is it for?"));
        }
        let lines = text.lines().count();
        if lines > 800 {
            wrong.push(format!(
                "{name} has {lines} lines; look for the second noun in it"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_text_names_a_machine() {
    let root = root();
    let mut wrong = Vec::new();
    for file in files(&root, &|path| {
        let name = path
            .extension()
            .and_then(|extension| extension.to_str())
            .unwrap_or("");
        matches!(name, "rs" | "md" | "toml" | "flow" | "chat" | "pest" | "sh" | "")
    }) {
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            // Written in pieces, so that this file does not name them either.
            for place in [
                concat!("/", "work/"),
                concat!("/", "root/"),
                concat!("/home", "/"),
            ] {
                if line.contains(place) {
                    wrong.push(format!("{}:{}: {line}", shown(&root, &file), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One crate of ours.
struct Krate {
    folder: PathBuf,
    /// What it needs outside its tests, by package name.
    dependencies: BTreeSet<String>,
}

/// All crates: ours with their own edges, the others with those that the lock file holds.
struct House {
    ours: BTreeMap<String, Krate>,
    theirs: BTreeMap<String, BTreeSet<String>>,
}

impl House {
    fn read() -> House {
        let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args([
                "metadata",
                "--no-deps",
                "--format-version",
                "1",
                "--offline",
                "--locked",
                "--manifest-path",
            ])
            .arg(root().join("Cargo.toml"))
            .output()
            .expect("cargo runs, as it runs this test");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata: serde_json::Value =
            serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
        let mut ours = BTreeMap::new();
        for package in metadata["packages"].as_array().expect("there are packages") {
            let name = package["name"].as_str().expect("a package has a name").to_owned();
            let manifest = Path::new(
                package["manifest_path"]
                    .as_str()
                    .expect("a package has a manifest"),
            );
            let dependencies = package["dependencies"]
                .as_array()
                .expect("a package has a list of dependencies");
            let dependencies = dependencies
                .iter()
                .filter(|dependency| dependency["kind"].is_null())
                .map(|dependency| {
                    dependency["name"]
                        .as_str()
                        .expect("a dependency has a name")
                        .to_owned()
                })
                .collect();
            let folder = manifest
                .parent()
                .expect("a manifest stands in a folder")
                .to_owned();
            ours.insert(name, Krate { folder, dependencies });
        }
        assert!(ours.contains_key("botflow-machine") && ours.contains_key("botflow-compiler"));
        House {
            ours,
            theirs: locked(),
        }
    }

    /// Fails if `from` needs one of `forbidden`, and shows by which way.
    fn may_not_reach(&self, from: &str, forbidden: &[&str]) {
        if !self.ours.contains_key(from) {
            return;
        }
        let mut came_from: BTreeMap<String, String> = BTreeMap::new();
        let mut open = vec![from.to_owned()];
        while let Some(name) = open.pop() {
            let edges = match self.ours.get(&name) {
                Some(krate) => &krate.dependencies,
                None => match self.theirs.get(&name) {
                    Some(edges) => edges,
                    None => continue,
                },
            };
            for edge in edges {
                if edge != from && !came_from.contains_key(edge) {
                    came_from.insert(edge.clone(), name.clone());
                    open.push(edge.clone());
                }
            }
        }
        for target in forbidden {
            if came_from.contains_key(*target) {
                let mut way = vec![(*target).to_owned()];
                while let Some(before) = came_from.get(way.last().expect("the way has its end")) {
                    way.push(before.clone());
                }
                way.reverse();
                panic!(
                    "{from} may not depend on {target}, and does: {}",
                    way.join(" -> ")
                );
            }
        }
    }
}

/// The edges of `Cargo.lock`, over all platforms.
fn locked() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(root().join("Cargo.lock")).expect("the workspace has a lock file");
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in text.split("[[package]]").skip(1) {
        let name = package
            .lines()
            .find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        let name = name.expect("a locked package has a name").to_owned();
        let needs = package
            .lines()
            .filter_map(|line| line.strip_prefix(" \"")?.strip_suffix("\","));
        // `syn 2.0.1` names a version where there are several; the name is enough here.
        let needs = needs.map(|edge| edge.split(' ').next().unwrap_or(edge).to_owned());
        edges.entry(name).or_default().extend(needs);
    }
    edges
}

/// The folder of the workspace.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    files(folder, &|path| {
        path.extension().is_some_and(|extension| extension == "rs")
    })
}

/// Files of the project below a folder, in order of path: nothing built, nothing of the version control.
fn files(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("a folder of the project can be listed").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
            if path.is_dir() {
                if !matches!(name, "target" | ".git" | "node_modules" | "corpus") {
                    open.push(path);
                }
            } else if name != ".git" && wanted(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn shown(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).display().to_string()
}
