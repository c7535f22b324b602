//! How small a bot and an idle conversation are, and how soon a program answers.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use botflow_artifact::{from_bytes, to_bytes};
use botflow_machine::{Conversation, Program};

use crate::by_machine::{ByMachine, SOURCE, compiled};
use crate::dialogue::{MAIN, Talks};
use crate::measure::{best_of, child as run_child, grouped, memory, say, used};

/// The turn after which a conversation is looked at: the middle of the dialogue.
const MIDDLE: usize = 5;
/// So many conversations are kept alive to see what one costs.
const LIVE: usize = 200_000;

/// Sizes and times of the dialogue's bot.
pub fn report() {
    say("Size and start of the dialogue's bot");
    let bot = compiled();
    let (bytes, _) = to_bytes(&bot);
    say(&format!(
        "  source             {:>12} lines, {} bytes",
        SOURCE.lines().count(),
        grouped(SOURCE.len() as f64)
    ));
    say(&format!(
        "  artifact           {:>12} bytes",
        grouped(bytes.len() as f64)
    ));
    let load = best_of(10, 200, || {
        let (bot, _) = from_bytes(&bytes).expect("what was just built loads");
        drop(used(Program::new(bot)));
    });
    say(&format!(
        "  load               {:>12.3} ms (decode, verify, make ready)",
        load / 1e6
    ));

    let program = Program::new(bot).expect("a bot that the compiler made can run");
    let stored =
        postcard::to_stdvec(&in_the_middle(&program)).expect("a conversation can be written to memory");
    say(&format!(
        "  conversation       {:>12} bytes serialised, after turn {MIDDLE}",
        stored.len()
    ));
    say(&format!(
        "  conversation       {:>12} bytes in memory, over {} live ones",
        run_child(&["live"]).trim(),
        grouped(LIVE as f64)
    ));
    start(&bytes);
}

/// In a child of its own: the growth of the process by one live conversation.
pub fn child_growth() -> u64 {
    let program = Program::new(compiled()).expect("a bot that the compiler made can run");
    let mut live: Vec<Conversation> = Vec::with_capacity(LIVE);
    // The first ones make what is shared.
    live.extend((0..1000).map(|_| in_the_middle(&program)));
    let before = memory("VmRSS");
    live.extend((1000..LIVE).map(|_| in_the_middle(&program)));
    let after = memory("VmRSS");
    drop(used(live));
    (after - before) / (LIVE as u64 - 1000)
}

/// Prints what [`child_growth`] finds.
pub fn child() {
    say(&child_growth().to_string());
}

fn in_the_middle(program: &Program) -> Conversation {
    let mut bot = ByMachine::new(program);
    for (text, _) in &MAIN[..MIDDLE] {
        bot.turn(text);
    }
    bot.conversation
}

/// From the start of the program to its first reply, by the clock on the wall.
fn start(artifact: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder for temporary files can be made");
    let path = folder.path().join("bot.botflow");
    std::fs::write(&path, artifact).expect("a temporary file can be written");
    let mut times: Vec<f64> = (0..50)
        .map(|_| {
            let began = Instant::now();
            let mut program = Command::new(env!("CARGO_BIN_EXE_botflow"))
                .arg("chat")
                .arg(&path)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("the program starts");
            let mut input = program.stdin.take().expect("its input is a pipe");
            input.write_all(b"hi\n").expect("it reads its input");
            drop(input);
            let output = program.wait_with_output().expect("it ends");
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(
                said.contains("< Hello! Welcome to checkout help."),
                "it answered: {said}"
            );
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    say(&format!(
        "  start to reply     {:>12.1} ms (median of {}, best {:.1})",
        times[times.len() / 2],
        times.len(),
        times[0]
    ));
}
