//! `botflow new`: a small bot that checks, tests and chats at once. It is `examples/small/hello` under another name.

use std::fs;

use botflow_compiler::compile;
use botflow_compiler::project::{Project, Source};
use camino::Utf8Path;

use crate::cli::New;
use crate::failure::{Failure, Status};
use crate::output;

const FILES: &[(&str, &str)] = &[
    ("bot.flow", include_str!("../../examples/small/hello/bot.flow")),
    (
        "botflow.toml",
        include_str!("../../examples/small/hello/botflow.toml"),
    ),
    (
        "tests/welcome.chat",
        include_str!("../../examples/small/hello/tests/welcome.chat"),
    ),
];

/// Carries it out.
pub fn run(arguments: New) -> Result<Status, Failure> {
    let dir = &arguments.dir;
    if dir.exists() {
        let entries = fs::read_dir(dir).map_err(Failure::file(format!("read `{dir}`")))?;
        if entries.count() > 0 {
            return Err(Failure::Environment(format!(
                "`{dir}` is not empty; choose another folder"
            )));
        }
    }
    let mut name = name_of(dir)?;
    // A folder may be called as a word of the language; a bot may not.
    if !compiles(&name) {
        name.push_str("_bot");
    }
    for (path, text) in FILES {
        let file = dir.join(path);
        let folder = file.parent().unwrap_or(dir);
        fs::create_dir_all(folder).map_err(Failure::file(format!("make the folder `{folder}`")))?;
        let text = named(text, &name);
        fs::write(&file, text).map_err(Failure::file(format!("write `{file}`")))?;
    }
    // The commands are there to be copied, also where the folder's name has a space.
    let shown = if dir
        .as_str()
        .contains(|c: char| !(c.is_alphanumeric() || "_-./\\:".contains(c)))
    {
        format!("\"{dir}\"")
    } else {
        dir.to_string()
    };
    output::talk(&format!(
        "Made the bot `{name}` in {dir}.\n\n  botflow check {shown}   finds what is wrong with it\n  botflow chat {shown}    \
         talks to it\n  botflow test {shown}    runs its conversations\n\nIts conversation is in {dir}/bot.flow.\n"
    ));
    Ok(Status::Good)
}

/// A file of the small bot, under its own name.
fn named(text: &str, name: &str) -> String {
    text.replacen("bot hello {", &format!("bot {name} {{"), 1)
}

fn compiles(name: &str) -> bool {
    let sources = FILES.iter().filter(|(path, _)| path.ends_with(".flow"));
    let sources = sources.map(|(path, text)| Source {
        path: (*path).into(),
        text: named(text, name).into(),
    });
    let project = Project {
        sources: sources.collect(),
        ..Project::default()
    };
    compile::build(&project).is_ok()
}

/// The bot's name: the folder's, as an identifier.
fn name_of(dir: &Utf8Path) -> Result<String, Failure> {
    let absolute = if dir.file_name().is_some() {
        dir.to_owned()
    } else {
        dir.canonicalize_utf8()
            .map_err(Failure::file(format!("read `{dir}`")))?
    };
    let mut name = String::new();
    for c in absolute.file_name().unwrap_or("bot").chars() {
        if c.is_alphanumeric() {
            name.extend(c.to_lowercase());
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_end_matches('_').to_owned();
    Ok(match name.chars().next() {
        None => "my_bot".to_owned(),
        Some(c) if c.is_numeric() => format!("bot_{name}"),
        Some(_) => name,
    })
}
