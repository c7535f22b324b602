//! In a terminal: a prompt, the bot's words, numbered buttons.

use std::fmt::Write;

use botflow_scenario::literal::write_duration;
use botflow_scenario::script::LineKind;
use botflow_scenario::world::{Observed, World};
use owo_colors::OwoColorize;
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use smol_str::SmolStr;

use super::lines::{self, Typed};
use super::{Session, help, looks};
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
            Typed::Help => output::data(help::COMMANDS),
            Typed::Who => output::data(&looks::who(&world)),
            Typed::Events => output::data(&looks::events(&world)),
            Typed::Wrong(message) => output::talk(&format!("{message}\n")),
            Typed::Where => output::data(&looks::whereabouts(&world)),
            Typed::Line(_, kind) => {
                let before = owned(world.clocks());
                match lines::carry_out(&mut world, &kind) {
                    Ok(observed) => {
                        let nothing = observed.iter().all(|one| matches!(one, Observed::Recorded(_)));
                        let done = match &kind {
                            LineKind::Event { .. } if nothing && owned(world.clocks()) != before => None,
                            LineKind::Customer(_) | LineKind::Event { .. } | LineKind::EventAgain
                                if nothing =>
                            {
                                Some("(nothing hears that here)".to_owned())
                            }
                            LineKind::Advance(_) if nothing => {
                                Some(format!("(nothing happens; it is {})", world.written_now()))
                            }
                            LineKind::Speaker { person, channel } => {
                                Some(format!("({person} is on {channel})"))
                            }
                            LineKind::Person { .. } => Some("(noted; /who tells what is known)".to_owned()),
                            LineKind::Stub(stub) => Some(format!("({} answers so from now on)", stub.call)),
                            _ => None,
                        };
                        if let Some(done) = done {
                            output::data(&format!("     {}\n", done.dimmed()));
                        }
                        show(&world, &observed);
                    }
                    Err(trouble) => output::talk(&format!("{trouble}\n")),
                }
            }
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
                if let Some(why) = looks::why(effect) {
                    let _ = writeln!(text, "     {}", format!("  ({why})").dimmed());
                }
            }
        }
    }
    for (index, label) in buttons.iter().enumerate().filter(|_| numbered) {
        let _ = writeln!(text, "     {} {label}", format!("{}.", index + 1).dimmed());
    }
    if let Some(outcome) = world.standing().and_then(|standing| standing.outcome) {
        let hint = format!("(finished {}; write again to begin anew)", outcome.name());
        let _ = writeln!(text, "     {}", hint.dimmed());
    }
    if let Some(span) = world.until_next() {
        let span = write_duration(span);
        let hint = match world.clocks().first() {
            Some((trigger, at)) if Some(at - world.now()) == world.until_next() => {
                format!("(trigger {trigger} is looked at in {span}: /time {span})")
            }
            _ => format!("(something happens in {span}: /time {span})"),
        };
        let _ = writeln!(text, "     {}", hint.dimmed());
    }
    output::data(&text);
}

fn owned(clocks: Vec<(&SmolStr, i64)>) -> Vec<(SmolStr, i64)> {
    clocks.into_iter().map(|(name, at)| (name.clone(), at)).collect()
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
