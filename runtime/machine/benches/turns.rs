//! Turns per second of the benchmark dialogue, on one core: the machine, and the same dialogue written by hand as a
//! Rust enum for the limit. Run with `cargo bench -p botflow-machine`.
#![expect(clippy::print_stdout, reason = "a benchmark reports what it measured")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

#[path = "turns/by_hand.rs"]
mod by_hand;
#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;
use std::time::Instant;

use botflow_artifact::Value;
use botflow_machine::{Conversation, Effect, Event, EventKind, Person, Program, step_into};
use smol_str::SmolStr;

const MAIN: [&str; 12] = [
    "hi",
    "Refund",
    "what are your opening hours?",
    "ann@example.com",
    "1002003",
    "42",
    "3",
    "yes",
    "asdf",
    "qwerty",
    "please call me",
    "bye",
];

/// One conversation of twelve turns; gives how many messages the bot sent.
fn talk(program: &Program, person: &Person, texts: &[SmolStr], effects: &mut Vec<Effect>) -> usize {
    let mut conversation = Conversation::new(1, person.clone());
    let mut sent = 0;
    for (turn, text) in texts.iter().enumerate() {
        let kind = EventKind::Message {
            text: text.clone(),
            channel: None,
        };
        let mut event = Event {
            id: turn as u64 + 1,
            at: turn as i64,
            seed: 0,
            kind,
        };
        loop {
            effects.clear();
            step_into(program, &mut conversation, event, effects);
            sent += effects
                .iter()
                .filter(|effect| matches!(effect, Effect::Send(_)))
                .count();
            let Some(call) = effects.iter().find_map(|effect| match effect {
                Effect::Call(call) => Some(call),
                _ => None,
            }) else {
                break;
            };
            let order = call.args[0].as_text().cloned().unwrap_or_default();
            let value = match call.call.0 {
                0 if order.starts_with('1') => Value::Integer(150),
                0 => Value::Integer(50),
                _ => Value::text(format!("T-{order}")),
            };
            let kind = EventKind::CallResult {
                call: call.number,
                value,
            };
            event = Event {
                id: 0,
                at: turn as i64,
                seed: 0,
                kind,
            };
        }
    }
    black_box(&conversation);
    sent
}

/// Nanoseconds of CPU time that this thread has used, so that other work on the machine does not count; wall time
/// where the system does not tell.
fn used(begun: Instant) -> u64 {
    let schedstat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let used = schedstat.split(' ').next().and_then(|used| used.parse().ok());
    used.unwrap_or_else(|| begun.elapsed().as_nanos() as u64)
}

/// Runs five rounds of a tenth of a second, and reports the best: caches cooled by others only make it slower.
fn measure(name: &str, turns: usize, mut run: impl FnMut()) {
    let clock = Instant::now();
    let mut best = f64::INFINITY;
    for _ in 0..1000 {
        run();
    }
    for _ in 0..5 {
        let mut rounds = 0u32;
        let begun = used(clock);
        while used(clock) - begun < 100_000_000 {
            for _ in 0..500 {
                run();
            }
            rounds += 500;
        }
        best = best.min((used(clock) - begun) as f64 / f64::from(rounds) / turns as f64);
    }
    println!(
        "{name}: {best:.0} ns a turn, {:.2} million turns a second",
        1e3 / best
    );
}

fn main() {
    let program = common::benchmark::benchmark().program();
    let person = Person::new(&program.bot, 1);
    let mut effects = Vec::new();
    let texts: Vec<SmolStr> = MAIN.iter().map(SmolStr::new).collect();
    assert_eq!(talk(&program, &person, &texts, &mut effects), 20);
    assert_eq!(by_hand::talk(&MAIN), 20);
    for (index, text) in MAIN.iter().enumerate() {
        // One turn alone, from the state before it.
        let mut before = Conversation::new(1, person.clone());
        for earlier in &MAIN[..index] {
            answer(&program, &mut before, earlier, &mut effects);
        }
        let text = SmolStr::new(text);
        measure(&format!("  {text} (with a copy of the state)"), 1, || {
            let mut conversation = before.clone();
            answer(&program, &mut conversation, &text, &mut effects);
        });
    }
    measure("the machine", MAIN.len(), || {
        black_box(talk(&program, &person, &texts, &mut effects));
    });
    measure("by hand", MAIN.len(), || {
        black_box(by_hand::talk(&MAIN));
    });
}

fn answer(program: &Program, conversation: &mut Conversation, text: &str, effects: &mut Vec<Effect>) {
    let mut event = Event::message(1, text);
    loop {
        effects.clear();
        step_into(program, conversation, event, effects);
        let Some(Effect::Call(call)) = effects.iter().find(|effect| matches!(effect, Effect::Call(_))) else {
            return;
        };
        let value = if call.call.0 == 0 {
            Value::Integer(150)
        } else {
            Value::text("T-1002003")
        };
        event = Event::new(
            1,
            EventKind::CallResult {
                call: call.number,
                value,
            },
        );
    }
}
