//! What a typed line means.

use botflow_scenario::script::{self, Input, LineKind};
use botflow_scenario::world::{Observed, Trouble, World};

/// A typed line, understood.
pub enum Typed {
    /// Something for the bot, as its line in a `.chat` file and what it does.
    Line(String, LineKind),
    /// `/where`.
    Where,
    /// `/help`.
    Help,
    /// `/quit`.
    Quit,
    /// Nothing.
    Nothing,
    /// No command: what to do instead.
    Wrong(String),
}

/// Commands of a conversation, for help.
pub const HELP: &str = "  a label or its number    presses a button
  /time 30m                lets time pass (also: /time until mon 09:00)
  /event name(field: 1)    reports an event
  /stub a.b(x: any) = 5    tells what a call gives (also: /stub a.b(x: any) fails)
  /operator maria joins    does what a colleague does (maria: Hello, maria hands back …)
  /where                   tells where the conversation stands
  /quit                    ends
";

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
    let line = match word {
        "quit" | "exit" | "q" => return Typed::Quit,
        "where" => return Typed::Where,
        "help" | "?" => return Typed::Help,
        "time" => format!("+ {rest}"),
        "event" => format!("! {rest}"),
        "stub" => format!("stub {rest}"),
        "operator" => format!("~ {rest}"),
        _ => return Typed::Wrong(format!("there is no command `/{word}`; there are:\n{HELP}")),
    };
    match script::parse(&format!("conversation typed\n{line}\n")) {
        Ok(mut script) => match script.conversations.pop().and_then(|mut scene| scene.lines.pop()) {
            Some(parsed) => Typed::Line(line, parsed.kind),
            None => Typed::Nothing,
        },
        Err(_) => Typed::Wrong(format!(
            "`{typed}` cannot be understood; write it like this: {}",
            match word {
                "time" => "/time 30m   or   /time until mon 09:00",
                "event" => "/event order_placed(order: \"20431177\", total: 120 EUR)",
                "stub" => "/stub shipping.quote(city: any) = (price: 5 EUR, days: 2)",
                _ => "/operator maria joins   or   /operator maria: Hello   or   /operator maria hands back",
            }
        )),
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
        LineKind::Stub(stub) => world.stub(stub.clone()).map(|()| Vec::new()),
        _ => Ok(Vec::new()),
    }
}
