//! The bots that targets run or damage: those of `examples/`, compiled once.

use std::sync::{Arc, OnceLock};

use botflow_artifact::Bot;
use botflow_compiler::compile;
use botflow_compiler::project::{Project, Source};
use botflow_machine::Program;

/// A compiled example.
pub struct Example {
    /// Ready to run.
    pub program: Program,
    /// As it stands in an artifact, behind the header.
    pub payload: Vec<u8>,
}

macro_rules! project {
    ($folder:literal: $($file:literal),+) => {
        &[$((
            $file,
            include_str!(concat!("../../../examples/", $folder, "/", $file)),
        )),+]
    };
}

const PROJECTS: &[&[(&str, &str)]] = &[
    project!("small/hello": "bot.flow", "botflow.toml"),
    project!("benchmark_dialogue": "bot.flow", "botflow.toml"),
    project!(
        "luna_store": "account.flow", "advice.flow", "bot.flow", "botflow.toml", "care.flow", "carts.flow",
        "checkout.flow", "customer.flow", "faq/shop.md", "goals.flow", "intents.flow", "locales/ro.po", "locales/ru.po",
        "marketing.flow", "orders.flow",
        "people.flow", "permissions.flow", "returns.flow", "social.flow", "systems.flow", "templates.flow",
        "triggers.flow", "types.flow"
    ),
];

/// All of them.
pub fn all() -> &'static [Example] {
    static ALL: OnceLock<Vec<Example>> = OnceLock::new();
    ALL.get_or_init(|| PROJECTS.iter().map(|files| example(files)).collect())
}

/// Sources of one file that change well: an example as it is, as it was, and others.
pub const SOURCES: &[&str] = &[
    include_str!("../../../examples/upgrades/bot.flow"),
    include_str!("../../../examples/upgrades/older/spring/bot.flow"),
    include_str!("../../../examples/benchmark_dialogue/bot.flow"),
    include_str!("../../../examples/small/hello/bot.flow"),
];

/// A bot of one file, if it compiles.
pub fn compiled(text: &str) -> Option<Program> {
    let mut project = Project {
        config: Some(Arc::from(include_str!(
            "../../../examples/benchmark_dialogue/botflow.toml"
        ))),
        ..Project::default()
    };
    project.sources.push(Source {
        path: "bot.flow".into(),
        text: Arc::from(text),
    });
    let bot = compile::build(&project).ok()?;
    Program::new(bot).ok()
}

fn example(files: &[(&str, &str)]) -> Example {
    let mut project = Project::default();
    for (path, text) in files {
        if *path == "botflow.toml" {
            project.config = Some(Arc::from(*text));
            continue;
        }
        let files = match path.rsplit('.').next() {
            Some("md") => &mut project.documents,
            Some("po") => &mut project.locales,
            _ => &mut project.sources,
        };
        files.push(Source {
            path: (*path).into(),
            text: Arc::from(*text),
        });
    }
    let bot: Bot = match compile::build(&project) {
        Ok(bot) => bot,
        Err(checked) => panic!("an example does not compile: {:?}", checked.findings),
    };
    let payload = postcard::to_stdvec(&bot).expect("plain data can be written to memory");
    let program = Program::new(bot).expect("a bot that the compiler made can run");
    Example { program, payload }
}
