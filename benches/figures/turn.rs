//! Turns per second of the dialogue on one core, and the same bot written by hand beside it.

use botflow_machine::Program;

use crate::by_hand::ByHand;
use crate::by_machine::{ByMachine, compiled};
use crate::dialogue::{MAIN, Talks, have, verify};
use crate::measure::{best_of_both, grouped, instructions, say, used};

/// Conversations that are counted by instructions.
const COUNTED: u64 = 50;

/// Checks both against the tables, then times both in the same run.
pub fn report() {
    say("One turn of the twelve-turn dialogue (one core, state in memory, actions answered at once)");
    let program = Program::new(compiled()).expect("a bot that the compiler made can run");
    let mut machine = ByMachine::new(&program);
    let mut hand = ByHand::default();
    verify(&mut machine);
    verify(&mut hand);

    let turns = MAIN.len() as f64;
    let best = best_of_both(
        200,
        [500, 5_000],
        || {
            used(have(&mut machine));
        },
        || {
            used(have(&mut hand));
        },
    );
    let [machine_ns, hand_ns] = best.map(|conversation| conversation / turns);
    say(&format!(
        "  compiled bot       {:>12} turns/s  {machine_ns:>8.0} ns a turn",
        grouped(1e9 / machine_ns)
    ));
    say(&format!(
        "  enum by hand       {:>12} turns/s  {hand_ns:>8.0} ns a turn",
        grouped(1e9 / hand_ns)
    ));
    say(&format!("  ratio              {:>12.1}", machine_ns / hand_ns));

    let counts = ["machine", "hand"].map(|which| instructions("counted_region", &["turns", which]));
    match counts {
        [Some(machine), Some(hand)] => {
            let of = |count: u64| count as f64 / (COUNTED as f64 * turns);
            say(&format!(
                "  compiled bot       {:>12} instructions a turn",
                grouped(of(machine))
            ));
            say(&format!(
                "  enum by hand       {:>12} instructions a turn",
                grouped(of(hand))
            ));
            say(&format!("  ratio              {:>12.1}", of(machine) / of(hand)));
        }
        _ => say("  instruction counts: valgrind is not installed"),
    }
}

/// In a child under valgrind: only what is inside [`counted_region`] is counted.
pub fn count(which: &str) {
    if which == "hand" {
        let mut bot = ByHand::default();
        have(&mut bot);
        counted_region(&mut bot);
    } else {
        let program = Program::new(compiled()).expect("a bot that the compiler made can run");
        let mut bot = ByMachine::new(&program);
        have(&mut bot);
        counted_region(&mut bot);
    }
}

#[inline(never)]
fn counted_region(bot: &mut dyn Talks) {
    for _ in 0..COUNTED {
        used(have(bot));
    }
}
