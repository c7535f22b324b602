//! What a typed line means.

use botflow_scenario::literal;
use botflow_scenario::script::{self, Input, LineKind, OperatorAct};
use botflow_scenario::world::{Observed, Trouble, World};

use super::help::COMMANDS;

/// A typed line, understood.
pub enum Typed {
    /// Something for the bot, as its line in a `.chat` file and what it does.
    Line(String, LineKind),
    /// `/where`.
    Where,
    /// `/who`.
    Who,
    /// `/events`.
    Events,
    /// `/help`.
    Help,
    /// `/quit`.
    Quit,
    /// Nothing.
    Nothing,
    /// No command: what to do instead.
    Wrong(String),
}

/// Understands a line.
pub fn understand(world: &World<'_>, typed: &str) -> Typed {
    let typed = typed.trim();
    let Some(command) = typed.strip_prefix('/') else {
        return if typed.is_empty() {
            Typed::Nothing
        } else {
            said(world, typed)
        };
    };
    let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    let rest = rest.trim();
    let who = || {
        world
            .speaker()
            .map_or("me", |(name, ..)| name.as_str())
            .to_owned()
    };
    let line = match word {
        "quit" | "exit" | "q" => return Typed::Quit,
        "where" => return Typed::Where,
        "who" => return Typed::Who,
        "events" => return Typed::Events,
        "help" | "?" => return Typed::Help,
        "time" => format!("+ {rest}"),
        "event" => format!("! {rest}"),
        "message" => format!(". {rest}"),
        "stub" => format!("stub {rest}"),
        "operator" => format!("~ {rest}"),
        "merge" => format!("merge {rest}"),
        "person" if rest.is_empty() || rest.starts_with('(') => format!("person {} {rest}", who()),
        "person" => format!("person {rest}"),
        "consent" => format!("person {} (consents: [{}])", who(), literal::quoted(rest)),
        "channel" => format!("@ {} on {rest}", who()),
        "as" => match (rest.contains(char::is_whitespace), world.speaker()) {
            (false, Some((_, channel, _))) => format!("@ {rest} on {channel}"),
            _ => format!("@ {rest}"),
        },
        _ => return Typed::Wrong(format!("there is no command `/{word}`; there are:\n{COMMANDS}")),
    };
    let wrong = || {
        let what = if rest.is_empty() {
            format!("`/{word}` says too little")
        } else {
            format!("`{typed}` cannot be understood")
        };
        Typed::Wrong(format!("{what}; write it like this: {}", example(word)))
    };
    let parsed = script::parse(&format!("conversation typed\n{line}\n"));
    let scene = parsed.ok().and_then(|mut script| script.conversations.pop());
    match scene.and_then(|mut scene| scene.lines.pop()) {
        // Whoever says nothing has not said anything.
        Some(parsed) if says_nothing(&parsed.kind) => wrong(),
        Some(_) if rest.is_empty() => wrong(),
        Some(parsed) => Typed::Line(line, parsed.kind),
        None => wrong(),
    }
}

fn says_nothing(kind: &LineKind) -> bool {
    use OperatorAct::{Answers, Says};
    matches!(kind, LineKind::Operator { act: Says(text) | Answers(text), .. } if text.trim().is_empty())
}

/// How a command is written.
fn example(word: &str) -> &'static str {
    match word {
        "time" => "/time 30m   or   /time until mon 09:00",
        "event" => "/event order_placed(order: \"20431177\", total: 120 EUR)   or   /event again",
        "message" => "/message delivered   or   /message read   or   /message not delivered",
        "stub" => "/stub shipping.quote(city: any) = (price: 5 EUR, days: 2)",
        "operator" => {
            "/operator maria joins   or   /operator maria: Hello   or   /operator maria hands back   or   /operator \
             maria resolves"
        }
        "merge" => "/merge ben into me",
        "person" => "/person (name: \"Ana\", consents: [marketing], channels: [whatsapp, sms])",
        "consent" => "/consent marketing   or   /consent marketing on sms",
        "channel" => "/channel whatsapp",
        _ => "/as ben   or   /as ben on sms",
    }
}

/// Words: a button's label presses it, anything else is written.
fn said(world: &World<'_>, typed: &str) -> Typed {
    let buttons = world.latest_buttons();
    let by_label = buttons
        .iter()
        .find(|label| label.to_lowercase() == typed.to_lowercase());
    // A number is left to the bot: it picks an option, or answers a question for a number.
    match by_label {
        Some(label) => {
            let escaped = label.replace('\\', "\\\\").replace(']', "\\]");
            let input = Input::Press {
                label: label.clone(),
                of: None,
            };
            Typed::Line(format!("> [{escaped}]"), LineKind::Customer(input))
        }
        None => Typed::Line(
            format!("> {typed}"),
            LineKind::Customer(Input::Text(typed.to_owned())),
        ),
    }
}

/// Carries a line out.
pub fn carry_out(world: &mut World<'_>, kind: &LineKind) -> Result<Vec<Observed>, Trouble> {
    match kind {
        LineKind::Customer(input) => world.customer(input),
        LineKind::Advance(advance) => world.advance(advance),
        LineKind::Event { name, fields, at } => world.event_at(name, fields, at.as_ref()),
        LineKind::EventAgain => world.event_again(),
        LineKind::Operator { name, act } => world.operator(name, act),
        LineKind::Status(status) => world.status(*status),
        LineKind::Merge { from, into } => world.merge(from, into),
        LineKind::Stub(stub) => world.stub(stub.clone()).map(|()| Vec::new()),
        LineKind::Person { name, fields } => world.person(name, fields).map(|()| Vec::new()),
        LineKind::Speaker { person, channel } => world.speak(person, channel).map(|()| Vec::new()),
        _ => Ok(Vec::new()),
    }
}
