//! `botflow chat`: talking to a bot. In a terminal for people; from a pipe it prints the conversation as `.chat`.

mod help;
mod lines;
mod looks;
mod terminal;
mod transcript;

use std::io::IsTerminal;

use botflow_artifact::Bot;
use botflow_scenario::engine::{Engine, MachineEngine};
use botflow_scenario::script::{Expression, Fields};
use botflow_scenario::world::{Trouble, World};
use smol_str::SmolStr;

pub use help::AFTER_HELP;

use super::program;
use crate::cli::Chat;
use crate::failure::{Failure, Status};

/// The name of whoever sits in front of the keyboard.
const PERSON: SmolStr = SmolStr::new_static("me");

/// Carries it out.
pub fn run(arguments: Chat) -> Result<Status, Failure> {
    let bot = match program::bot(&arguments.project)? {
        Ok(bot) => bot,
        Err(status) => return Ok(status),
    };
    let channel = channel(&bot, arguments.channel.as_deref())?;
    let language = language(&bot, arguments.language.as_deref())?;
    if bot.start.is_none() && bot.triggers.is_empty() && arguments.flow.is_none() {
        return Err(Failure::Usage(
            "this bot has neither a `start` flow nor triggers, so nothing begins; name a flow: --flow NAME"
                .to_owned(),
        ));
    }
    let program = program::ready(&arguments.project, bot)?;
    let engine = |person| -> Box<dyn Engine> { Box::new(MachineEngine::new(&program, person)) };
    let mut world = World::new(&program, Box::new(engine)).lenient();
    let fields: Fields = vec![(Some("language".into()), Expression::Path(language.clone()))];
    let prepared = world
        .person(&PERSON, &fields)
        .and_then(|()| world.speak(&PERSON, &channel));
    prepared.map_err(|trouble: Trouble| Failure::Usage(trouble.to_string()))?;
    let session = Session {
        name: &program.bot.name,
        channel,
        language,
        flow: arguments.flow,
    };
    if std::io::stdin().is_terminal() {
        terminal::run(session, world)
    } else {
        transcript::run(session, world)
    }
}

/// What a conversation is held with.
struct Session<'a> {
    name: &'a str,
    channel: SmolStr,
    language: SmolStr,
    flow: Option<String>,
}

fn channel(bot: &Bot, wanted: Option<&str>) -> Result<SmolStr, Failure> {
    match wanted {
        None => Ok(bot.channels.first().cloned().unwrap_or_else(|| "web".into())),
        Some(wanted) if bot.channels.is_empty() || bot.channels.iter().any(|known| known == wanted) => {
            Ok(wanted.into())
        }
        Some(wanted) => Err(Failure::Usage(format!(
            "the bot is not on the channel `{wanted}`; it is on {}",
            bot.channels.join(", ")
        ))),
    }
}

fn language(bot: &Bot, wanted: Option<&str>) -> Result<SmolStr, Failure> {
    match wanted {
        None => Ok(bot.languages[0].clone()),
        Some(wanted) if bot.languages.iter().any(|known| known == wanted) => Ok(wanted.into()),
        Some(wanted) => Err(Failure::Usage(format!(
            "the bot does not speak `{wanted}`; it speaks {}",
            bot.languages.join(", ")
        ))),
    }
}
