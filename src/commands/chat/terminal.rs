//! In a terminal: a prompt, the bot's words, numbered buttons.

use std::fmt::Write;

use botflow_scenario::literal::write_duration;
use botflow_scenario::script::LineKind;
use botflow_scenario::world::{Observed, World};
use owo_colors::OwoColorize;
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use super::Session;
use super::lines::{self, Typed};
use crate::failure::{Failure, Status};
use crate::output;

/// Talks until `/quit` or the end of input.
pub fn run(session: Session<'_>, mut world: World<'_>) -> Result<Status, Failure> {
    let mut editor = DefaultEditor::new()
        .map_err(|error| Failure::Environment(format!("could not use the terminal: {error}")))?;
    output::talk(&format!(
        "{} is listening on {}. Write something; /help tells what else you can do, /quit ends.\n\n",
        session.name.bold(),
        session.channel
    ));
    if let Some(flow) = &session.flow {
        let observed = world
            .start(flow, &Vec::new())
            .map_err(|trouble| Failure::Usage(trouble.to_string()))?;
        show(&world, &observed);
    }
    loop {
        let typed = match editor.readline("you> ") {
            Ok(typed) => typed,
            Err(ReadlineError::Interrupted | ReadlineError::Eof) => break,
            Err(error) => {
                return Err(Failure::Environment(format!(
                    "could not read the terminal: {error}"
                )));
            }
        };
        let _ = editor.add_history_entry(typed.as_str());
        match lines::understand(&world, &typed) {
            Typed::Quit => break,
            Typed::Nothing => {}
            Typed::Help => output::data(lines::HELP),
            Typed::Wrong(message) => output::talk(&format!("{message}\n")),
            Typed::Where => output::data(&whereabouts(&world)),
            Typed::Line(_, kind) => match lines::carry_out(&mut world, &kind) {
                Ok(observed) => {
                    if observed.is_empty() && matches!(kind, LineKind::Customer(_) | LineKind::Event { .. }) {
                        output::data(&format!("     {}\n", "(nothing hears that here)".dimmed()));
                    }
                    show(&world, &observed);
                }
                Err(trouble) => output::talk(&format!("{trouble}\n")),
            },
        }
    }
    Ok(Status::Good)
}

fn show(world: &World<'_>, observed: &[Observed]) {
    let mut text = String::new();
    let buttons = world.latest_buttons();
    let mut numbered = false;
    for one in observed {
        match one {
            Observed::Said(lines) => {
                for (index, line) in lines.iter().enumerate() {
                    let line = line.trim_start_matches("< ").trim_start_matches("  | ");
                    let line = match line.trim_start().starts_with('[') {
                        // Buttons that can be pressed now are listed with their numbers below.
                        true => without_buttons(line.trim_start(), &buttons, &mut numbered),
                        false => line.to_owned(),
                    };
                    if line.is_empty() && index > 0 {
                        continue;
                    }
                    let mark = if index == 0 {
                        "bot>".cyan().to_string()
                    } else {
                        "    ".to_owned()
                    };
                    let _ = writeln!(text, "{mark} {}", line.trim_start_matches("  "));
                }
            }
            Observed::Called(call) => {
                let _ = writeln!(text, "     {}", format!("* {call}").dimmed());
                let name = call.trim_start_matches("call ").split('(').next().unwrap_or("");
                if !world.is_stubbed(name) {
                    let hint =
                        format!("(nothing answers that here, so it fails: /stub {name}(…) = … changes that)");
                    let _ = writeln!(text, "     {}", hint.dimmed());
                }
            }
            // For figures, not for who tries a bot out.
            Observed::Recorded(_) => {}
            Observed::Did(effect) => {
                let _ = writeln!(text, "     {}", format!("* {effect}").dimmed());
            }
        }
    }
    for (index, label) in buttons.iter().enumerate().filter(|_| numbered) {
        let _ = writeln!(text, "     {} {label}", format!("{}.", index + 1).dimmed());
    }
    if let Some(standing) = world.standing() {
        if let Some(outcome) = standing.outcome {
            let _ = writeln!(
                text,
                "     {}",
                format!("(finished {}; write again to begin anew)", outcome.name()).dimmed()
            );
        } else if let Some(span) = world.until_next() {
            let hint = format!(
                "(something happens in {}: /time {})",
                write_duration(span),
                write_duration(span)
            );
            let _ = writeln!(text, "     {}", hint.dimmed());
        }
    }
    output::data(&text);
}

/// A line of buttons without those that are listed with numbers.
fn without_buttons(line: &str, buttons: &[String], numbered: &mut bool) -> String {
    let mut rest = line.to_owned();
    for label in buttons {
        let button = format!("[{}]", label.replace('\\', "\\\\").replace(']', "\\]"));
        if let Some(at) = rest.find(&button)
            && !rest[at + button.len()..].starts_with('(')
        {
            rest.replace_range(at..at + button.len(), "");
            *numbered = true;
        }
    }
    rest.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn whereabouts(world: &World<'_>) -> String {
    let Some(standing) = world.standing() else {
        return "nowhere\n".to_owned();
    };
    let mut text = match (&standing.place, standing.outcome) {
        (_, Some(outcome)) => format!("finished {}\n", outcome.name()),
        (Some(place), None) => format!("at {place}, owner {:?}\n", standing.owner).to_lowercase(),
        (None, None) => "nothing has begun\n".to_owned(),
    };
    for (name, value) in standing
        .variables
        .iter()
        .filter(|(name, _)| !name.starts_with('.'))
    {
        let _ = writeln!(
            text,
            "  {name} = {}",
            botflow_scenario::literal::write(world.bot(), None, value)
        );
    }
    text
}
