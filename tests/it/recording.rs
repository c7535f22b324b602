//! Recording conversations: what `botflow test --accept` writes, and what it leaves alone.

use std::fs;
use std::path::{Path, PathBuf};

use botflow_compiler::compile;
use botflow_compiler::project::{Project, Source};
use botflow_machine::Program;
use botflow_scenario::{run, script};

/// A bot with its `.chat` files, and the older versions of it under which some of them begin.
struct Example {
    program: Program,
    older: Vec<(String, Program)>,
    chats: Vec<PathBuf>,
}

impl Example {
    fn run(&self, script: &script::Script) -> Vec<run::SceneResult> {
        let older = |folder: &str| self.older.iter().find(|(known, _)| known == folder);
        run::run_versions(
            &self.program,
            &|folder| older(folder).map(|(_, program)| program),
            script,
        )
    }
}

/// The bots of `examples/` with their `.chat` files.
fn examples() -> Vec<Example> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    [
        "benchmark_dialogue",
        "luna_store",
        "semantics",
        "small/hello",
        "upgrades",
    ]
    .map(|name| example(&folder.join(name)))
    .into()
}

fn example(root: &Path) -> Example {
    let (program, chats) = bot(root);
    let older = folders(&root.join("older"));
    let older = older.iter().map(|folder| {
        let name = folder.strip_prefix(root).expect("it was found below");
        (name.to_string_lossy().into_owned(), bot(folder).0)
    });
    Example {
        older: older.collect(),
        program,
        chats,
    }
}

fn bot(root: &Path) -> (Program, Vec<PathBuf>) {
    let mut project = Project::default();
    let mut chats = Vec::new();
    for file in files(root) {
        let text = || fs::read_to_string(&file).expect("an example is readable");
        match file.extension().and_then(|extension| extension.to_str()) {
            Some(extension @ ("flow" | "md" | "po")) => {
                let path = file
                    .strip_prefix(root)
                    .expect("it was found below")
                    .to_string_lossy()
                    .as_ref()
                    .into();
                let files = match extension {
                    "flow" => &mut project.sources,
                    "po" => &mut project.locales,
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
        if path.join("botflow.toml").exists() {
            // A bot of its own.
        } else if path.is_dir() {
            found.extend(files(&path))
        } else {
            found.push(path)
        }
    }
    found.sort();
    found
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

/// A line that the recorder owns.
fn is_recorded(line: &str) -> bool {
    line.starts_with('<')
        || line.starts_with("* call ")
        || (line.starts_with("  ") && matches!(line.trim_start().chars().next(), Some('|' | '[' | '(')))
}

fn accepted(example: &Example, text: &str) -> String {
    let script = script::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    run::accept(text, &example.run(&script))
}

#[test]
fn the_conversations_of_the_examples_pass() {
    for example in examples() {
        for chat in &example.chats {
            let text = fs::read_to_string(chat).expect("readable");
            let script = script::parse(&text).unwrap_or_else(|error| panic!("{chat:?}: {error}"));
            for scene in example.run(&script) {
                assert!(scene.passed(), "{chat:?} {}: {:#?}", scene.name, scene.problems);
            }
        }
    }
}

#[test]
fn recording_from_the_customers_lines_alone_gives_the_same_file() {
    for example in examples() {
        for chat in &example.chats {
            let text = fs::read_to_string(chat).expect("readable");
            let customer: String = text
                .split_inclusive('\n')
                .filter(|line| !is_recorded(line))
                .collect();
            let recorded = accepted(&example, &customer);
            assert_eq!(recorded, text, "{chat:?}");
            assert_eq!(
                accepted(&example, &recorded),
                recorded,
                "{chat:?}: recording twice changes nothing"
            );
        }
    }
}

#[test]
fn recording_rewrites_wrong_lines_and_touches_nothing_else() {
    for example in examples() {
        for chat in &example.chats {
            let text = fs::read_to_string(chat).expect("readable");
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
            assert_eq!(accepted(&example, &wrong), text.replace('\n', "\r\n"), "{chat:?}");
        }
    }
}

/// A bot that shows what an event brings and what a lookup gives.
const PAYLOADS: &str = r#"
bot payloads {
  languages en
  channels web
  currency EUR
  start main
}

event paid(total: money, note: text?)

lookup shop.offers() gives list of (title: text, price: money)

always {
  on silence 1h -> finish abandoned
}

flow main {
  let offers = call shop.offers() {
    failed -> finish unresolved
  }
  say "Here they are:" {
    cards offer from offers at most 3 {
      title "{offer.price}"
      button "Buy" -> bought
    }
  }
  wait for paid as payment within 1d {
    otherwise -> finish unresolved
  }
  say "You have paid {payment.total}."
  finish resolved

  step bought {
    say "It is yours."
    finish resolved
  }
}
"#;

/// What is wrong with a conversation with this bot.
fn problems(flow: &str, lines: &str) -> Vec<String> {
    let mut project = Project::default();
    project.sources.push(Source {
        path: "bot.flow".into(),
        text: flow.into(),
    });
    let bot = compile::build(&project).unwrap_or_else(|checked| panic!("{:?}", checked.findings));
    let program = Program::new(bot).expect("a built bot is ready");
    let script = script::parse(&format!("conversation c\n{lines}")).expect("it is a script");
    let scenes = run::run(&program, &script);
    let problems = scenes.iter().flat_map(|scene| &scene.problems);
    let trouble = |problem: &run::Problem| match &problem.kind {
        run::ProblemKind::Trouble(trouble) => Some(trouble.to_string()),
        _ => None,
    };
    problems.filter_map(trouble).collect()
}

/// Nothing comes from outside that lacks what its declaration promises: the bot would say "You have paid .".
#[test]
fn payloads_that_do_not_fit_are_refused() {
    let cases = [
        ("stub shop.offers() = []\n> hi\n! paid(total: 5 EUR)\n", None),
        (
            "stub shop.offers() = []\n> hi\n! paid(total: 5 EUR, note: unknown)\n",
            None,
        ),
        (
            "stub shop.offers() = []\n> hi\n! paid(note: \"x\")\n",
            Some("`total` is missing: a value is needed (money)"),
        ),
        (
            "stub shop.offers() = []\n> hi\n! paid(total: unknown)\n",
            Some("`total` is missing: a value is needed (money)"),
        ),
        (
            "stub shop.offers() = []\n> hi\n! paid(total: \"x\")\n",
            Some("`total`: \"x\" is no money"),
        ),
        (
            "stub shop.offers() = [(title: \"a\", price: 1 EUR), (title: \"b\")]\n> hi\n",
            Some("`price` is missing: a value is needed (money)"),
        ),
        (
            "stub shop.offers()\n> hi\n",
            Some("`= …` is missing: a value is needed (list of record of this shape)"),
        ),
        ("stub shop.offers() fails\n> hi\n", None),
        (
            "stub shop.offers() = []\n> hi\n= finished\n",
            Some("nothing here is called `finished`; write it like this: = finished resolved"),
        ),
    ];
    for (lines, wanted) in cases {
        let found = problems(PAYLOADS, lines);
        let wanted: Vec<&str> = wanted.into_iter().collect();
        assert_eq!(found, wanted, "{lines}");
    }
}

#[test]
fn a_button_that_is_not_there_is_named_with_its_card() {
    let offers = "stub shop.offers() = [(title: \"a\", price: 1 EUR), (title: \"b\", price: 2 EUR)]\n> hi\n";
    let found = problems(PAYLOADS, &format!("{offers}> [Buy] of \"Tea\"\n"));
    assert_eq!(
        found,
        ["there is no button `Buy` of `Tea`; there is [Buy] of \"€1.00\" [Buy] of \"€2.00\""]
    );
    let found = problems(PAYLOADS, &format!("{offers}> [Sell]\n"));
    assert_eq!(
        found,
        ["there is no button `Sell`; there is [Buy] of \"€1.00\" [Buy] of \"€2.00\""]
    );
}
