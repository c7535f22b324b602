//! Recording conversations: what `botflow test --accept` writes, and what it leaves alone.

use std::fs;
use std::path::{Path, PathBuf};

use botflow_compiler::compile;
use botflow_compiler::project::{Project, Source};
use botflow_machine::Program;
use botflow_scenario::{run, script};

/// The bots of `examples/` with their `.chat` files.
fn examples() -> Vec<(Program, Vec<PathBuf>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    ["benchmark_dialogue", "luna_store", "semantics", "small/hello"]
        .map(|name| example(&folder.join(name)))
        .into()
}

fn example(root: &Path) -> (Program, Vec<PathBuf>) {
    let mut project = Project::default();
    let mut chats = Vec::new();
    for file in files(root) {
        let text = || fs::read_to_string(&file).expect("an example is readable");
        match file.extension().and_then(|extension| extension.to_str()) {
            Some(extension @ ("flow" | "md")) => {
                let path = file
                    .strip_prefix(root)
                    .expect("it was found below")
                    .to_string_lossy()
                    .as_ref()
                    .into();
                let files = match extension {
                    "flow" => &mut project.sources,
                    _ => &mut project.documents,
                };
                files.push(Source {
                    path,
                    text: text().into(),
                });
            }
            Some("toml") => project.config = Some(text().into()),
            Some("chat") => chats.push(file),
            _ => {}
        }
    }
    let bot = compile::build(&project).unwrap_or_else(|checked| panic!("{root:?}: {:?}", checked.findings));
    (Program::new(bot).expect("a built bot is ready"), chats)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("an example's folder is readable") {
        let path = entry.expect("its entries, too").path();
        if path.is_dir() {
            found.extend(files(&path))
        } else {
            found.push(path)
        }
    }
    found.sort();
    found
}

/// A line that the recorder owns.
fn is_recorded(line: &str) -> bool {
    line.starts_with('<')
        || line.starts_with("* call ")
        || (line.starts_with("  ") && matches!(line.trim_start().chars().next(), Some('|' | '[' | '(')))
}

fn accepted(program: &Program, text: &str) -> String {
    let script = script::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    run::accept(text, &run::run(program, &script))
}

#[test]
fn the_conversations_of_the_examples_pass() {
    for (program, chats) in examples() {
        for chat in chats {
            let text = fs::read_to_string(&chat).expect("readable");
            let script = script::parse(&text).unwrap_or_else(|error| panic!("{chat:?}: {error}"));
            for scene in run::run(&program, &script) {
                assert!(scene.passed(), "{chat:?} {}: {:#?}", scene.name, scene.problems);
            }
        }
    }
}

#[test]
fn recording_from_the_customers_lines_alone_gives_the_same_file() {
    for (program, chats) in examples() {
        for chat in chats {
            let text = fs::read_to_string(&chat).expect("readable");
            let customer: String = text
                .split_inclusive('\n')
                .filter(|line| !is_recorded(line))
                .collect();
            let recorded = accepted(&program, &customer);
            assert_eq!(recorded, text, "{chat:?}");
            assert_eq!(
                accepted(&program, &recorded),
                recorded,
                "{chat:?}: recording twice changes nothing"
            );
        }
    }
}

#[test]
fn recording_rewrites_wrong_lines_and_touches_nothing_else() {
    for (program, chats) in examples() {
        for chat in chats {
            let text = fs::read_to_string(&chat).expect("readable");
            // Every line of the bot's is wrong now, and the file has a carriage return before each newline.
            let wrong: String = text
                .lines()
                .map(|line| {
                    if line.starts_with('<') {
                        "< something else\r\n".into()
                    } else {
                        format!("{line}\r\n")
                    }
                })
                .collect();
            assert_eq!(accepted(&program, &wrong), text.replace('\n', "\r\n"), "{chat:?}");
        }
    }
}
