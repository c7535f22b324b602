//! `botflow new`: a small bot that checks, tests and chats at once. It is `examples/small/hello` under another name.

use std::fs;

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
    let name = name_of(dir)?;
    for (path, text) in FILES {
        let file = dir.join(path);
        let folder = file.parent().unwrap_or(dir);
        fs::create_dir_all(folder).map_err(Failure::file(format!("make the folder `{folder}`")))?;
        let text = text.replacen("bot hello {", &format!("bot {name} {{"), 1);
        fs::write(&file, text).map_err(Failure::file(format!("write `{file}`")))?;
    }
    output::talk(&format!(
        "Made the bot `{name}` in {dir}.\n\n  botflow check {dir}   finds what is wrong with it\n  botflow chat {dir}    \
         talks to it\n  botflow test {dir}    runs its conversations\n\nIts conversation is in {dir}/bot.flow.\n"
    ));
    Ok(Status::Good)
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
