//! The examples in the documents, run. In a block of
//!
//! - `flow`, a whole bot checks without findings; a part of one is well-formed,
//! - `flow fails`, a whole bot has an error,
//! - `chat`, conversations pass with the last whole bot above them, or can be recorded,
//! - `console`, each `$` line is run in the folder of the last bot above, and prints what stands below it,
//! - `toml`, a `botflow.toml` of the last bot above is read without findings,
//! - `file PATH`, a file that stands beside the next whole bot below.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use botflow_syntax::{SyntaxKind, parse};

use crate::program::{Run, botflow, botflow_reading, empty_folder, read, root, write};

/// One fenced block.
struct Block {
    /// The words behind the fence.
    kind: String,
    text: String,
    /// The line of the fence, from 1.
    line: usize,
}

#[test]
fn examples_in_documents_are_true() {
    let documents = documents();
    assert!(documents.len() >= 5, "the documents were not found");
    let mut counts = [0usize; 3];
    for document in &documents {
        let mut bot: Option<Bot> = None;
        let mut files = Vec::new();
        for block in blocks(&read(document)) {
            let at = format!("{}:{}", document.display(), block.line);
            match block.kind.as_str() {
                "flow" if is_whole(&block.text) => {
                    let shown = Bot::new(&block, &mut files);
                    for arguments in [
                        &["check", "--deny", "warnings"][..],
                        &["fmt", "--check", "bot.flow"],
                    ] {
                        let run = with_bot(Some(&shown), |folder| botflow(folder, arguments));
                        assert_eq!(run.status, 0, "{at}\n{}{}", run.data, run.talk);
                    }
                    bot = Some(shown);
                    counts[0] += 1;
                }
                "flow" => {
                    assert!(
                        is_well_formed(&block.text),
                        "{at}: this is no part of a bot:\n{}",
                        block.text
                    );
                    counts[1] += 1;
                }
                "flow fails" => {
                    assert!(is_whole(&block.text), "{at}: a bot that fails is whole");
                    let shown = Bot::new(&block, &mut files);
                    let run = with_bot(Some(&shown), |folder| botflow(folder, &["check"]));
                    assert_eq!(run.status, 1, "{at}\n{}{}", run.data, run.talk);
                    bot = Some(shown);
                    counts[0] += 1;
                }
                "chat" => {
                    // Without a line of the bot's it is what an author writes, and recording completes it.
                    let recorded = block.text.lines().any(|line| line.starts_with('<'));
                    let arguments = if recorded {
                        &["test"][..]
                    } else {
                        &["test", "--accept"]
                    };
                    let run = with_bot(bot.as_ref(), |folder| {
                        write(folder.join("tests/document.chat"), &block.text);
                        botflow(folder, arguments)
                    });
                    // A document that shows no bot shows lines, not conversations with it.
                    if bot.is_some() {
                        assert_eq!(run.status, 0, "{at}\n{}{}", run.data, run.talk);
                    }
                    let script = botflow_scenario::script::parse(&block.text);
                    assert!(script.is_ok(), "{at}: {script:?}");
                    counts[2] += 1;
                }
                "toml" if bot.is_some() => {
                    let run = with_bot(bot.as_ref(), |folder| {
                        write(folder.join("botflow.toml"), &block.text);
                        botflow(folder, &["check"])
                    });
                    assert_eq!(run.status, 0, "{at}\n{}{}", run.data, run.talk);
                }
                "console" => console(&at, bot.as_ref(), &block.text),
                kind if kind.starts_with("file ") => {
                    files.push((kind["file ".len()..].trim().to_owned(), block.text));
                }
                _ => {}
            }
        }
    }
    // Parts of bots need not be there; whole bots and conversations have to.
    assert!(
        counts[0] > 0 && counts[2] > 0,
        "bots, parts of bots and conversations were found: {counts:?}"
    );
}

/// The README's two commands, in so far as a test can run them: what they start is there and works.
#[test]
fn the_two_commands_of_the_readme() {
    let text = read(root().join("README.md"));
    assert!(text.contains("cargo run --release -- chat examples/luna_store"));
    assert!(text.contains("./scripts/test"));
    let run = botflow_reading(&root(), &["chat", "examples/luna_store"], "hi\n").ends(0);
    assert!(run.data.contains("\n< "), "Luna answers: {}", run.data);
    for script in ["scripts/test", ".ci/run"] {
        assert!(is_executable(&root().join(script)), "{script} can be run");
    }
    assert!(read(root().join(".ci/run")).contains("./scripts/test"));
}

/// Every document that another one links to is there.
#[test]
fn links_lead_somewhere() {
    let mut wrong = Vec::new();
    for document in documents() {
        let text = read(&document);
        let folder = document.parent().expect("a document stands in a folder");
        for (index, _) in text.match_indices("](") {
            let target = text[index + 2..].split([')', '#', ' ']).next().unwrap_or("");
            let local = !target.is_empty() && !target.contains("://") && !target.contains(['{', '"']);
            if local && target.contains(['.', '/']) && !folder.join(target).exists() {
                wrong.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "these links lead nowhere:\n{}",
        wrong.join("\n")
    );
}

/// Runs the `$` lines of a block and compares what they print, both streams together.
fn console(at: &str, bot: Option<&Bot>, text: &str) {
    for command in text.split("$ ").skip(1) {
        let (line, expected) = command.split_once('\n').unwrap_or((command, ""));
        let words: Vec<&str> = line.split_whitespace().collect();
        let run = match words.as_slice() {
            ["botflow", arguments @ ..] => with_bot(bot, |folder| botflow(folder, arguments)),
            ["cargo", "run", "--release", "--", arguments @ ..] => botflow(&root(), arguments),
            _ => panic!("{at}: a console block shows botflow, not `{line}`"),
        };
        let printed = format!("{}{}", run.data, run.talk);
        assert_eq!(
            tidy(&printed),
            tidy(expected),
            "{at}: `{line}` prints something else:\n{printed}"
        );
    }
}

/// Without the spaces at line ends that editors remove, and without empty lines around.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// A whole bot with the files beside it.
struct Bot {
    text: String,
    files: Vec<(String, String)>,
}

impl Bot {
    fn new(block: &Block, files: &mut Vec<(String, String)>) -> Bot {
        Bot {
            text: block.text.clone(),
            files: std::mem::take(files),
        }
    }
}

fn with_bot(bot: Option<&Bot>, run: impl FnOnce(&Path) -> Run) -> Run {
    let folder = empty_folder();
    if let Some(bot) = bot {
        write(folder.path().join("bot.flow"), &bot.text);
        write(folder.path().join("botflow.toml"), "");
        for (path, text) in &bot.files {
            write(folder.path().join(path), text);
        }
    }
    run(folder.path())
}

fn is_whole(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("bot "))
}

/// As items, or as statements of a flow.
fn is_well_formed(text: &str) -> bool {
    let body = format!("flow example {{\n{text}\n}}\n");
    [text, &body].iter().any(|text| parse(text).errors.is_empty())
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(kind)) => {
                open = Some(Block {
                    kind: kind.trim().to_owned(),
                    text: String::new(),
                    line: index + 1,
                });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

/// The README and everything below `docs/`, in order.
fn documents() -> Vec<PathBuf> {
    let mut found = vec![
        root().join("README.md"),
        root().join("CHANGELOG.md"),
        root().join("examples/README.md"),
    ];
    let mut open = vec![root().join("docs")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// Each declaration, setting, statement and handler of the language stands in a whole bot of the documents that has a
/// conversation below it.
#[test]
fn every_construct_has_an_example_that_runs() {
    let mut shown = BTreeSet::new();
    for document in documents() {
        let mut bot: Option<String> = None;
        for block in blocks(&read(&document)) {
            match block.kind.as_str() {
                "flow" if is_whole(&block.text) => bot = Some(block.text),
                "flow fails" => bot = None,
                "chat" => {
                    if let Some(text) = bot.take() {
                        let tree = parse(&text).syntax();
                        shown.extend(tree.descendants().map(|node| node.kind()));
                    }
                }
                _ => {}
            }
        }
    }
    let constructs = [
        "_item",
        "_stmt",
        "_setting",
        "_source",
        "_handler",
        "_target",
        "_clause",
        "_narrowing",
    ];
    let is_construct = |rule: &str| constructs.iter().any(|end| rule.ends_with(end));
    let missing: Vec<&str> = (SyntaxKind::ALL.iter())
        .filter(|kind| !shown.contains(kind))
        .filter_map(|kind| kind.rule())
        .filter(|rule| is_construct(rule))
        .collect();
    assert!(
        missing.is_empty(),
        "no document shows these at work in a bot with a conversation: {missing:?}"
    );
}
