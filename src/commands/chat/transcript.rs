//! From a pipe: reads lines, prints the conversation as a `.chat` test that passes as it stands.

use std::io::BufRead;

use botflow_scenario::world::{Observed, World};

use super::lines::{self, Typed};
use super::{Session, help, looks};
use crate::failure::{Failure, Status};
use crate::output;

/// Lines longer than this are cut; nobody types them.
const MAX_LINE: usize = 1 << 20;

/// Effects that are written down besides calls: what becomes of triggers and events, what may not be said.
const ABOUT_TRIGGERS: [&str; 4] = ["trigger ", "refused ", "withheld ", "goal "];

/// Reads until the end or `/quit`.
pub fn run(session: Session<'_>, mut world: World<'_>) -> Result<Status, Failure> {
    let began = world.written_now();
    let mut body = String::new();
    let mut status = Status::Good;
    if let Some(flow) = &session.flow {
        let observed = world
            .start(flow, &Vec::new())
            .map_err(|trouble| Failure::Usage(trouble.to_string()))?;
        body.push_str(&format!("# started with --flow {flow}\n"));
        write(&mut body, &observed);
    }
    // What is not UTF-8 is read with a sign in its place: one odd byte must not lose the transcript.
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line.map_err(Failure::file("read standard input"))?;
        let line = String::from_utf8_lossy(&line);
        let mut end = line.len().min(MAX_LINE);
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        match lines::understand(&world, &line[..end]) {
            Typed::Quit => break,
            Typed::Nothing => {}
            Typed::Help => output::talk(help::COMMANDS),
            Typed::Who => output::talk(&looks::who(&world)),
            Typed::Events => output::talk(&looks::events(&world)),
            Typed::Where => {
                if let Some(place) = world.standing().and_then(|standing| standing.place) {
                    body.push_str(&format!("= at {place}\n"));
                }
            }
            Typed::Wrong(message) => {
                output::talk(&format!("{message}\n"));
                status = Status::Usage;
            }
            Typed::Line(written, kind) => match lines::carry_out(&mut world, &kind) {
                Ok(observed) => {
                    body.push_str(&written);
                    body.push('\n');
                    write(&mut body, &observed);
                }
                Err(trouble) => {
                    output::talk(&format!("{trouble}\n"));
                    status = Status::Usage;
                }
            },
        }
    }
    let mut text = format!(
        "conversation recorded\nat {began}\nperson me (language: {})\n",
        session.language
    );
    // What no stub answered has failed. The recording says so, as generally as can be, so that what is told later in it
    // goes before, as it did here.
    for call in world.unanswered() {
        text.push_str(&format!("stub {call}() fails\n"));
    }
    text.push_str(&format!("@ me on {}\n{body}", session.channel));
    output::data(&text);
    Ok(status)
}

fn write(body: &mut String, observed: &[Observed]) {
    for one in observed {
        match one {
            Observed::Said(lines) => lines.iter().for_each(|line| {
                body.push_str(line);
                body.push('\n');
            }),
            Observed::Called(call) => body.push_str(&format!("* {call}\n")),
            // Which trigger writes, and why one does not, is what such a conversation is about.
            Observed::Did(effect) if ABOUT_TRIGGERS.iter().any(|one| effect.starts_with(one)) => {
                body.push_str(&format!("* {effect}\n"));
            }
            Observed::Did(_) | Observed::Recorded(_) => {}
        }
    }
}
