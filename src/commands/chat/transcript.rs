//! From a pipe: reads lines, prints the conversation as a `.chat` test that passes as it stands.

use std::io::BufRead;

use botflow_scenario::script::LineKind;
use botflow_scenario::world::{Observed, World};

use super::Session;
use super::lines::{self, Typed};
use crate::failure::{Failure, Status};
use crate::output;

/// Lines longer than this are cut; nobody types them.
const MAX_LINE: usize = 1 << 20;

/// Reads until the end or `/quit`.
pub fn run(session: Session<'_>, mut world: World<'_>) -> Result<Status, Failure> {
    let began = world.written_now();
    let mut body = String::new();
    let mut stubs: Vec<String> = Vec::new();
    let mut status = Status::Good;
    if let Some(flow) = &session.flow {
        let observed = world
            .start(flow, &Vec::new())
            .map_err(|trouble| Failure::Usage(trouble.to_string()))?;
        body.push_str(&format!("# started with --flow {flow}\n"));
        write(&mut body, &mut stubs, &observed);
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
            Typed::Nothing | Typed::Help => {}
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
                Ok(_) if matches!(kind, LineKind::Stub(_)) => stubs.push(written),
                Ok(observed) => {
                    body.push_str(&written);
                    body.push('\n');
                    write(&mut body, &mut stubs, &observed);
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
    for stub in stubs {
        text.push_str(&stub);
        text.push('\n');
    }
    text.push_str(&format!("@ me on {}\n{body}", session.channel));
    output::data(&text);
    Ok(status)
}

fn write(body: &mut String, stubs: &mut Vec<String>, observed: &[Observed]) {
    for one in observed {
        match one {
            Observed::Said(lines) => lines.iter().for_each(|line| {
                body.push_str(line);
                body.push('\n');
            }),
            Observed::Called(call) => {
                body.push_str(&format!("* {call}\n"));
                // A call nobody has stubbed has failed; the recording says so, and passes as it stands.
                let stub = format!("stub {} fails", call.trim_start_matches("call "));
                let name = call.trim_start_matches("call ").split('(').next().unwrap_or("");
                if !stubs.iter().any(|known| known[5..].starts_with(name)) {
                    stubs.push(stub);
                }
            }
            Observed::Did(_) | Observed::Recorded(_) => {}
        }
    }
}
